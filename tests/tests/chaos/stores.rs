//! Databases that go away in the middle of writing: a server that restarts, a disk that is full.

use guerdon_tests::chaos::crew::Crew;
use guerdon_tests::chaos::luck::Luck;
use guerdon_tests::chaos::town::{Plan, Town};
use guerdon_tests::postgres::Postgres;
use std::time::{Duration, Instant};
use tokio::process::Command;

const CONFIG: &str = "guerdon.toml";
const SQLITE: &str = "sqlite:guerdon.toml.db";
const RESTARTS: u32 = 8;
const SEED: u64 = 9;
/// How often a write meets a full disk before room is made.
const FULL: usize = 20;

#[tokio::test(flavor = "multi_thread")]
async fn a_postgresql_that_restarts_all_the_time_loses_nothing() {
    let server = Postgres::start().unwrap();
    let town = Town::start(Plan::sample().unwrap()).await.unwrap();
    town.reconfigure(CONFIG, "postgres.toml", &[(SQLITE, &server.database().unwrap())]).unwrap();
    let expected = paid_on_an_ordinary_disk(&town).await;
    let mut crew = Crew::of(&town.sandbox, &["postgres.toml"]);
    crew.start(&town.sandbox).unwrap();
    let mut luck = Luck::new(SEED);
    for epoch in 1..=2 {
        let mut left = RESTARTS;
        let paid = town.pay_with(&mut crew, epoch, async |crew, _| {
            // One that cannot open its database at the start says so and ends.
            if left > 0 && luck.strikes(30) && crew.hands[0].api().is_some() {
                left -= 1;
                let away = Duration::from_millis(luck.below(300));
                tokio::task::block_in_place(|| {
                    server.stop().unwrap();
                    std::thread::sleep(away);
                    server.go_on().unwrap();
                });
            }
            Ok(())
        });
        paid.await.unwrap();
        println!("epoch {epoch}: {} restarts", RESTARTS - left);
        assert!(left < RESTARTS);
    }
    assert!(crew.hands[0].said().contains("the database does not answer"), "no restart met a write");
    assert_eq!(crew.hands[0].starts, 1, "the daemon outlives its server");
    crew.stop().await.unwrap();
    let books = town.books().await.unwrap();
    assert_eq!(books.len(), 2);
    assert_eq!(books[0].entries_hash, expected);
}

/// A file system of its own, in a name space of its own, that a file fills but for a little.
#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_is_named_and_waited_for() {
    let town = Town::start(Plan::sample().unwrap()).await.unwrap();
    let small = town.sandbox.folder.join("small");
    std::fs::create_dir(&small).unwrap();
    let url = format!("sqlite:{}", small.join("guerdon.db").display());
    town.reconfigure(CONFIG, "small.toml", &[(SQLITE, &url)]).unwrap();
    if !can_mount(&small).await {
        eprintln!("SKIPPED: a full disk: this machine lets nobody mount in a name space of their own (`unshare`)");
        return;
    }
    let expected = paid_on_an_ordinary_disk(&town).await;
    let mut crew = Crew::of(&town.sandbox, &["small.toml"]);
    let script = format!(
        "mount -t tmpfs -o size=8m tmpfs '{small}' && head -c 7400000 /dev/zero > '{small}/ballast' && exec \"$@\"",
        small = small.display()
    );
    let daemon = town.sandbox.command_with("small.toml", &["run"]).unwrap();
    let mut command = own_mounts();
    command.args(["sh", "-c", &script, "sh"]).arg(daemon.as_std().get_program()).args(daemon.as_std().get_args());
    crew.hands[0].spawn(command).unwrap();

    town.become_due(1).await.unwrap();
    let began = Instant::now();
    // Now and then SQLite ends a transaction by itself: that must not be the end of the connection's use.
    while crew.hands[0].said().matches("the disk of the database is full").count() < FULL {
        assert!(began.elapsed() < Duration::from_secs(60), "{}", crew.hands[0].last_words());
        assert!(crew.hands[0].ended().is_none(), "{}", crew.hands[0].last_words());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    // Room is made.
    let ballast = format!("/proc/{}/root{}", crew.hands[0].id().unwrap(), small.join("ballast").display());
    std::fs::remove_file(ballast).unwrap();
    town.pay(&mut crew, 1).await.unwrap();
    assert_eq!(crew.hands[0].starts, 1, "it went on by itself");
    crew.stop().await.unwrap();
    assert_eq!(town.books().await.unwrap()[0].entries_hash, expected);
}

/// The entries of epoch 1, and everything as before.
async fn paid_on_an_ordinary_disk(town: &Town) -> alloy::primitives::B256 {
    let mut before = town.save("before").await.unwrap();
    let mut crew = Crew::of(&town.sandbox, &[CONFIG]);
    crew.start(&town.sandbox).unwrap();
    town.pay(&mut crew, 1).await.unwrap();
    crew.stop().await.unwrap();
    let entries = town.books().await.unwrap()[0].entries_hash;
    town.restore(&mut before).await.unwrap();
    entries
}

fn own_mounts() -> Command {
    let mut command = Command::new("unshare");
    command.args(["--user", "--map-root-user", "--mount", "--"]);
    command
}

async fn can_mount(folder: &std::path::Path) -> bool {
    let mut command = own_mounts();
    command.args(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs"]).arg(folder);
    command.output().await.is_ok_and(|done| done.status.success())
}
