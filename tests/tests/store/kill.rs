//! SIGKILL of a process that writes: whole pages stay, and the next process goes on from its cursor.

use super::bench::open;
use guerdon::store::RecordKind;
use guerdon_tests::database::Database;
use guerdon_tests::on_both;
use guerdon_tests::sandbox::binary;
use guerdon_tests::storeload::{PAGE, REPOSITORY};
use std::process::Stdio;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::Command;

/// Kills after so many pages: each at another moment of another page.
const KILLS: [u64; 8] = [0, 1, 2, 3, 5, 8, 13, 21];

on_both!(a_killed_writer_leaves_whole_pages);

async fn a_killed_writer_leaves_whole_pages(database: Database) {
    let mut before = 0;
    for pages in KILLS {
        let mut writer = Command::new(binary("bench-store").unwrap());
        writer.args(["--database-url", &database.url, "--count", "1000000", "--say"]);
        let mut writer = writer.stdout(Stdio::piped()).kill_on_drop(true).spawn().unwrap();
        let mut lines = BufReader::new(writer.stdout.take().unwrap()).lines();
        // The first line says that the store is open.
        for _ in 0..=pages {
            assert!(lines.next_line().await.unwrap().is_some(), "the writer ended by itself");
        }
        writer.kill().await.unwrap();

        let store = open(&database).await;
        // Waits for what the dead process had under way: a server may still be at it.
        store.list_bots(&[]).await.unwrap();
        let cursor = store.cursor(REPOSITORY, "pulls").await.unwrap();
        let cursor: u64 = cursor.map_or(0, |cursor| cursor.parse().unwrap());
        assert!(cursor >= before + pages, "{cursor} pages, and {before} and {pages} were reported");
        let mut records = 0;
        for kind in [RecordKind::Pull, RecordKind::Issue, RecordKind::Comment] {
            records += store.latest(REPOSITORY, kind).await.unwrap().len() as u64;
        }
        assert_eq!(records, cursor * PAGE);
        store.close().await;
        before = cursor;
    }
}
