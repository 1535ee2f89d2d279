//! The daemon on PostgreSQL, whose server goes away in the middle of an epoch and comes back.

use super::bench::{Bench, member};
use guerdon_tests::postgres::Postgres;
use guerdon_tests::sandbox::Daemon;
use serde_json::Value;
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_secs(120);
const CONFIG: &str = "postgres.toml";
const PASSWORD: &str = "correct-horse-battery";

#[tokio::test(flavor = "multi_thread")]
async fn the_daemon_pays_the_same_from_postgresql_while_its_server_restarts() {
    let bench = Bench::start().await;
    let server = Postgres::start().unwrap();
    configure(&bench, &server);
    bench.link_early().await;
    bench.settle(1).await;
    // What SQLite gives, first.
    for stage in [["fetch"].as_slice(), &["score", "--epoch", "1"], &["batch", "--epoch", "1"]] {
        bench.ok(stage).await;
    }
    let expected = bench.json(&["batch", "--epoch", "1"]).await;

    let daemon = bench.sandbox.daemon_with(CONFIG).await.unwrap();
    let window = reaches(&daemon, "window").await;
    server.stop().unwrap();
    bench.warp(window["window_end"].as_u64().unwrap()).await;
    logged(&bench, "the database does not answer").await;
    is_reported(&bench).await;
    server.go_on().unwrap();
    let settled = reaches(&daemon, "settled").await;
    assert_eq!(settled["entries_hash"], expected["header"]["entries_hash"], "{expected}");
    assert_eq!(settled["credited"], settled["total"]);

    is_shown(&bench).await;
    for who in ["jun-parkway".to_owned(), member("jun-parkway").id.to_string()] {
        let why = json(&bench, &["explain", &who]).await;
        assert_eq!(why, bench.json(&["explain", &who]).await);
        assert!(!why.as_array().unwrap().is_empty());
    }
    assert_eq!(daemon.stop().await.unwrap().code(), Some(0));
    let said = format!("{}{}", bench.said.lock().unwrap(), bench.read("postgres.log"));
    assert!(!said.contains(PASSWORD), "the password was printed");
}

/// A user with a password, which stands in a file of its own.
fn configure(bench: &Bench, server: &Postgres) {
    let database = server.database().unwrap();
    let name = database.split(['/', '?']).nth(3).unwrap();
    let role = format!("CREATE ROLE guarded LOGIN PASSWORD '{PASSWORD}'; ALTER DATABASE {name} OWNER TO guarded");
    server.sql(&database, &role).unwrap();
    bench.write("database.url", server.url(&format!("guarded:{PASSWORD}"), name));
    let sqlite = "database_url = \"sqlite:guerdon.toml.db\"";
    bench.changed("guerdon.toml", CONFIG, sqlite, "database_url = \"file:database.url\"");
}

async fn json(bench: &Bench, args: &[&str]) -> Value {
    serde_json::from_str(&bench.ok_with(CONFIG, &[args, &["--json"]].concat()).await).unwrap()
}

async fn is_reported(bench: &Bench) {
    let doctor = bench.output(bench.command(CONFIG, &["doctor"])).await;
    assert_eq!(doctor.code, 1);
    let line = doctor.stdout.lines().find(|line| line.contains(" store:")).unwrap();
    assert!(line.starts_with("FAILED") && line.contains("server runs") && line.contains("guarded:***@"), "{line}");
}

async fn is_shown(bench: &Bench) {
    let doctor = bench.output(bench.command(CONFIG, &["doctor"])).await;
    let line = doctor.stdout.lines().find(|line| line.contains(" store:")).unwrap();
    assert!(line.starts_with("ok") && line.contains("PostgreSQL ") && line.contains("schema "), "{line}");
    let shown = bench.ok_with(CONFIG, &["config", "show"]).await;
    assert!(shown.contains("database.url (masked)"), "{shown}");
    let mut command = bench.command(CONFIG, &["config", "show"]);
    command.env("DATABASE_URL", format!("postgres://me:{PASSWORD}@db.example:5433/guerdon?password={PASSWORD}"));
    let shown = bench.output(command).await.stdout;
    assert!(shown.contains("postgres://me:***@db.example:5433/guerdon\n"), "{shown}");
}

async fn logged(bench: &Bench, words: &str) {
    let began = Instant::now();
    while !bench.read("postgres.log").contains(words) {
        assert!(began.elapsed() < PATIENCE, "no {words:?}: {}", bench.read("postgres.log"));
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Waits for the first epoch.
async fn reaches(daemon: &Daemon, status: &str) -> Value {
    let began = Instant::now();
    loop {
        let (code, text) = daemon.get("/v1/epochs").await.unwrap();
        if code == 200 {
            let epochs: Value = serde_json::from_str(&text).unwrap();
            if let Some(found) = epochs.as_array().unwrap().iter().find(|one| one["status"] == status) {
                return found.clone();
            }
        }
        assert!(began.elapsed() < PATIENCE, "the epoch is not {status}: {code} {text}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
