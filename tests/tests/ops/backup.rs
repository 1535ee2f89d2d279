//! The runbook's commands for backup and restore, run as they stand there.

use super::bench::Bench;
use guerdon_tests::postgres::Postgres;
use std::path::Path;
use tokio::process::Command;

/// The commands under a marker of the runbook.
fn commands(marker: &str) -> String {
    let runbook = std::fs::read_to_string(guerdon_tests::sandbox::root().join("docs/runbook.md")).unwrap();
    let (_, rest) =
        runbook.split_once(&format!("<!-- test: {marker} -->\n```sh\n")).expect("the runbook has the marker");
    rest.split_once("```").unwrap().0.to_owned()
}

async fn run(marker: &str, path: Option<&Path>, environment: &[(&str, &str)]) -> String {
    let mut shell = Command::new("sh");
    shell.args(["-euc", &commands(marker)]).envs(environment.iter().copied());
    if let Some(path) = path {
        let old = std::env::var("PATH").unwrap_or_default();
        shell.env("PATH", format!("{}:{old}", path.display()));
    }
    let output = guerdon_tests::sandbox::output(shell).await.unwrap();
    assert_eq!(output.code, 0, "{marker} (are sqlite3 and PostgreSQL's programs installed?): {}", output.stderr);
    output.stdout
}

/// What a restored oracle must still know: where its epochs stand, and what it signed.
async fn known(bench: &Bench, config: &str) -> (String, String) {
    let status = bench.ok_with(config, &["status", "--json"]).await;
    (status, bench.ok_with(config, &["sign", "--epoch", "1", "--json"]).await)
}

async fn signed(bench: &Bench, config: &str) {
    bench.settle(1).await;
    for command in [&["fetch"][..], &["score", "--epoch", "1"], &["batch", "--epoch", "1"], &["sign", "--epoch", "1"]] {
        bench.ok_with(config, command).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_is_backed_up_under_a_running_daemon_and_restored() {
    let bench = Bench::start().await;
    bench.link_early().await;
    signed(&bench, "guerdon.toml").await;
    let before = known(&bench, "guerdon.toml").await;
    let (database, backup) = (bench.path("guerdon.toml.db"), bench.path("backup.db"));
    let environment = [("DB", database.to_str().unwrap()), ("BACKUP", backup.to_str().unwrap())];
    // It only watches: so nothing is signed or sent that a comparison would find.
    let watching = bench.with_keys("watching.toml", &[]);
    let daemon = bench.sandbox.daemon_with(&watching).await.unwrap();
    assert_eq!(run("backup sqlite", None, &environment).await, "ok\n");
    daemon.stop().await.unwrap();

    std::fs::write(&database, b"what a broken disk left").unwrap();
    bench.refuses_to_open("guerdon.toml").await;
    run("restore sqlite", None, &environment).await;
    assert_eq!(known(&bench, "guerdon.toml").await, before);
    bench.ok(&["doctor"]).await;
    assert_eq!(bench.json(&["submit", "--epoch", "1"]).await["step"], "window", "it goes on");
}

#[tokio::test(flavor = "multi_thread")]
async fn postgresql_is_dumped_and_restored_into_a_new_database() {
    let bench = Bench::start().await;
    bench.link_early().await;
    let server = Postgres::shared().unwrap();
    let (old, new) = (server.database().unwrap(), server.database().unwrap());
    let line = |url: &str| format!("database_url = \"{url}\"");
    let config = bench.changed("guerdon.toml", "old.toml", "database_url = \"sqlite:guerdon.toml.db\"", &line(&old));
    signed(&bench, &config).await;
    let before = known(&bench, &config).await;
    let backup = bench.path("guerdon.dump");
    let with = |url| [("DATABASE_URL", url), ("BACKUP", backup.to_str().unwrap())];
    run("backup postgresql", Some(server.programs()), &with(&old)).await;
    run("restore postgresql", Some(server.programs()), &with(&new)).await;
    let restored = bench.changed("guerdon.toml", "new.toml", "database_url = \"sqlite:guerdon.toml.db\"", &line(&new));
    assert_eq!(known(&bench, &restored).await, before);
    bench.ok_with(&restored, &["doctor"]).await;
    bench.ok_with(&restored, &["submit", "--epoch", "1"]).await;
}

impl Bench {
    async fn refuses_to_open(&self, config: &str) {
        let output = self.output(self.command(config, &["status"])).await;
        assert!(output.code == 1 && output.stderr.contains("database"), "{output:?}");
    }
}
