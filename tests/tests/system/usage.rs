//! What is wrong with the command line itself: exit code 2, before anything is opened.

use super::bench::guerdon;
use guerdon_tests::sandbox::{output, root};

async fn misused(args: &[&str], words: &[&str]) {
    let folder = tempfile::tempdir().unwrap();
    let mut command = guerdon();
    command.args(args).current_dir(folder.path());
    let output = output(command).await.unwrap();
    assert_eq!((output.code, output.stdout.as_str()), (2, ""), "{args:?}: {output:?}");
    for word in ["error:"].iter().chain(words) {
        assert!(output.stderr.contains(word), "{args:?}: no {word:?} in {}", output.stderr);
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "nothing is written");
}

#[tokio::test]
async fn a_wrong_command_line_is_a_usage_error() {
    misused(&["frobnicate"], &["frobnicate", "--help"]).await;
    misused(&["status", "--frobnicate"], &["--frobnicate"]).await;
    misused(&["score"], &["--epoch"]).await;
    misused(&["score", "--epoch", "0"], &["--epoch", "count from 1"]).await;
    misused(&["submit", "--epoch", "-1"], &["-1"]).await;
    misused(&["batch", "--epoch", "one"], &["--epoch", "whole number"]).await;
    misused(&["explain", "somebody", "--json", "--markdown"], &["--markdown", "--json"]).await;
    misused(&["verify"], &["EVIDENCE"]).await;
    misused(&["verify", "0"], &["count from 1"]).await;
    misused(&["verify", "7", "--sample", "3"], &["--refetch"]).await;
    misused(&["watch", "--challenge"], &["--max-bonds"]).await;
    misused(&["watch", "--challenge", "--max-bonds", "much"], &["0.5"]).await;
    misused(&["simulate"], &["--policy FILE"]).await;
    misused(&["simulate", "--policy", "p.toml", "--epochs", "5..2"], &["--epochs", "3..7"]).await;
    misused(&["report", "frobnicate"], &["frobnicate", "--help"]).await;
    misused(&["link", "message", "somebody", "--address", "0x12"], &["--address"]).await;
    misused(&["link", "gist", "somebody", "--days", "0"], &["--days"]).await;
}

#[tokio::test]
async fn a_secret_on_the_command_line_is_refused_and_not_repeated() {
    let key = "0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d";
    let mut command = guerdon();
    command.args(["claim", "somebody", "--key", key]);
    let output = output(command).await.unwrap();
    assert_eq!((output.code, output.stdout.as_str()), (2, ""));
    assert!(output.stderr.contains("env:NAME"), "{}", output.stderr);
    assert!(!output.stderr.contains(key), "the key was printed");
}

#[tokio::test]
async fn without_a_configuration_the_next_step_is_named() {
    let folder = tempfile::tempdir().unwrap();
    for command in ["fetch", "status", "run", "doctor"] {
        let mut said = guerdon();
        said.arg(command).current_dir(folder.path());
        let output = output(said).await.unwrap();
        assert_eq!((output.code, output.stdout.as_str()), (1, ""), "{output:?}");
        assert!(output.stderr.contains("guerdon.toml") && output.stderr.contains("guerdon init"), "{output:?}");
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "nothing is written");
}

#[tokio::test]
async fn init_writes_two_files_that_are_valid_and_never_overwrites() {
    let folder = tempfile::tempdir().unwrap();
    let run = async |args: &[&str]| {
        let mut command = guerdon();
        command.args(args).current_dir(folder.path());
        output(command).await.unwrap()
    };
    let first = run(&["init"]).await;
    assert_eq!(first.code, 0, "{first:?}");
    let shown = run(&["config", "show"]).await;
    assert_eq!(shown.code, 0, "{shown:?}");
    assert!(shown.stdout.contains("your-org/your-repository") && shown.stdout.contains("env:GITHUB_TOKEN"));
    let policy = root().join("policy.toml").display().to_string();
    let hash = run(&["config", "policy-hash"]).await;
    assert_eq!(hash.stdout, run(&["config", "policy-hash", "--policy", &policy]).await.stdout);
    assert!(hash.stdout.trim().parse::<alloy::primitives::B256>().is_ok(), "{hash:?}");

    std::fs::write(folder.path().join("policy.toml"), "mine").unwrap();
    let again = run(&["init"]).await;
    assert_eq!((again.code, again.stdout.as_str()), (1, ""));
    assert!(again.stderr.contains("already there"), "{again:?}");
    assert_eq!(std::fs::read_to_string(folder.path().join("policy.toml")).unwrap(), "mine");
}
