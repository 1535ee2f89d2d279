//! Evidence that is cut off, changed or not for this policy, in front of a stranger's `verify`.

use super::bench::{Bench, guerdon};
use guerdon::store::Store;
use guerdon_core::evidence::Evidence;
use guerdon_core::model::{Epoch, Fact};
use guerdon_tests::sandbox::root;
use serde_json::Value;
use std::path::Path;
use tokio::process::Command;

#[tokio::test(flavor = "multi_thread")]
async fn evidence_that_was_touched_does_not_pass() {
    let bench = Bench::start().await;
    bench.link_early().await;
    bench.pay(1).await;
    let store = Store::open(&format!("sqlite:{}", bench.path("guerdon.toml.db").display())).await.unwrap();
    let (_, bytes) = store.evidence(Epoch(1), 1).await.unwrap().unwrap();
    store.close().await;

    let good = bench.write("good.jsonl", &bytes);
    let (code, verdict) = verdict(&bench, &good).await;
    assert_eq!((code, &verdict["passed"]), (0, &true.into()));
    unreadable_evidence(&bench, &String::from_utf8(bytes.clone()).unwrap()).await;
    readable_but_changed_evidence(&bench, &bytes).await;
    what_is_missing_beside_it(&bench, &good).await;
    a_verdict_in_words(&bench).await;
}

/// For people: the same in words, with the failures marked.
async fn a_verdict_in_words(bench: &Bench) {
    let changed = bench.path("changed.jsonl").display().to_string();
    let output = bench.output(bench.command("guerdon.toml", &["verify", &changed])).await;
    assert_eq!(output.code, 1);
    assert!(output.stdout.contains("changed.jsonl: epoch 1") && output.stdout.contains("FAILED"), "{output:?}");
    assert!(output.stderr.starts_with("error: the verification failed"), "{output:?}");
}

fn verify(bench: &Bench, file: &Path) -> Command {
    let mut command = guerdon();
    command.args(["verify", "--json", "--config", "/nonexistent/guerdon.toml"]).arg(file);
    command.args(["--rpc-url", bench.sandbox.anvil.url(), "--deployment"]).arg(bench.path("deployment.json"));
    command.arg("--policy").arg(root().join("policy.toml"));
    command
}

async fn verdict(bench: &Bench, file: &Path) -> (i32, Value) {
    let output = bench.output(verify(bench, file)).await;
    let verdicts: Value = serde_json::from_str(&output.stdout).unwrap_or_else(|_| panic!("{output:?}"));
    assert_eq!(output.code == 0, output.stderr.is_empty(), "{}", output.stderr);
    (output.code, verdicts[0].clone())
}

/// Not what `guerdon` could have written: one error with the line, and no verdict.
async fn unreadable_evidence(bench: &Bench, text: &str) {
    let lines: Vec<&str> = text.lines().collect();
    let joined = |lines: &[&str]| lines.join("\n") + "\n";
    let last = lines.len();
    let half = &text[..text.len() - lines[last - 1].len() / 2];
    let spaced = text.replacen("\"title\":", "\"title\": ", 1);
    let spaced_line = spaced.lines().position(|line| line.contains("\"title\": ")).unwrap() + 1;
    let repeated = joined(&[&lines[..last], &lines[last - 1..]].concat());
    let swapped = joined(&[&lines[..last - 2], &[lines[last - 1], lines[last - 2]]].concat());
    let future = text.replacen("\"schema\":1", "\"schema\":99", 1);
    let unknown = text.replacen("{\"header\":{", "{\"header\":{\"note\":1,", 1);
    for (text, words) in [
        (half.to_owned(), vec![format!("line {last}"), "cut off".to_owned()]),
        (text.trim_end().to_owned(), vec![format!("line {last}"), "cut off".to_owned()]),
        (spaced, vec![format!("line {spaced_line}"), "not canonical".to_owned()]),
        (repeated, vec![format!("line {}", last + 1), "repeated".to_owned()]),
        (swapped, vec![format!("line {last}"), "out of order".to_owned()]),
        (future, vec!["line 1".to_owned(), "schema 99".to_owned(), "newer guerdon".to_owned()]),
        (unknown, vec!["line 1".to_owned()]),
        (joined(&lines[1..]), vec!["line 1".to_owned(), "header".to_owned()]),
        (joined(&["guerdon"]), vec!["line 1".to_owned()]),
        (String::new(), vec![]),
    ] {
        assert!(text.is_empty() || text != joined(&lines), "nothing was changed");
        let file = bench.write("touched.jsonl", text);
        let words: Vec<&str> = words.iter().map(String::as_str).chain(["touched.jsonl"]).collect();
        bench.refuses_command(verify(bench, &file), &words).await;
    }
    let packed = zstd::encode_all(text.as_bytes(), 3).unwrap();
    let file = bench.write("half.jsonl.zst", &packed[..packed.len() / 2]);
    bench.refuses_command(verify(bench, &file), &["half.jsonl.zst", "zstd"]).await;
    let file = bench.path("none.jsonl");
    bench.refuses_command(verify(bench, &file), &["none.jsonl", "cannot read"]).await;
}

/// Well-formed, but not what was signed: a verdict that names what differs.
async fn readable_but_changed_evidence(bench: &Bench, bytes: &[u8]) {
    let original = Evidence::from_bytes(bytes).unwrap();
    let mut more = original.clone();
    for fact in &mut more.facts {
        if let Fact::Pull(pull) = fact {
            pull.files.iter_mut().for_each(|file| file.additions += 1_000);
        }
    }
    failed(bench, &more, &["evidence hash", "entries hash", "entries"]).await;
    let mut fewer = original.clone();
    fewer.facts.retain(|fact| !matches!(fact, Fact::Issue(_)));
    assert!(fewer.facts.len() < original.facts.len());
    failed(bench, &fewer, &["evidence hash"]).await;
    let mut richer = original.clone();
    richer.header.terms.budget *= 2;
    failed(bench, &richer, &["evidence hash", "epoch budget"]).await;
    let mut unlinked = original.clone();
    unlinked.opening.people.iter_mut().for_each(|person| person.linked = false);
    failed(bench, &unlinked, &["evidence hash", "entries hash", "links"]).await;
    let mut later = original.clone();
    later.header.round = 2;
    let file = bench.write("changed.jsonl", later.to_bytes().unwrap());
    let (code, verdict) = verdict(bench, &file).await;
    assert_eq!((code, &verdict["passed"]), (1, &false.into()), "no such round was posted");
}

async fn failed(bench: &Bench, changed: &Evidence, names: &[&str]) {
    let changed = Evidence::new(changed.header.clone(), changed.opening.clone(), changed.facts.clone()).unwrap();
    let file = bench.write("changed.jsonl", changed.to_bytes().unwrap());
    let (code, verdict) = verdict(bench, &file).await;
    assert_eq!((code, &verdict["passed"]), (1, &false.into()));
    let checks = verdict["checks"].as_array().unwrap();
    for name in names {
        let check = checks.iter().find(|check| check["name"] == *name).unwrap();
        assert_eq!(check["passed"], false, "{name}");
    }
    assert!(checks.iter().any(|check| check["passed"] == true), "what was not touched still agrees");
}

async fn what_is_missing_beside_it(bench: &Bench, good: &Path) {
    let mut foreign = Evidence::from_bytes(&std::fs::read(good).unwrap()).unwrap();
    foreign.header.terms.policy = guerdon_core::B256::repeat_byte(0xab);
    let file = bench.write("foreign.jsonl", foreign.to_bytes().unwrap());
    let hash = foreign.header.terms.policy.to_string();
    bench.refuses_command(verify(bench, &file), &["foreign.jsonl", "epoch 1", &hash, "--policy"]).await;

    let mut nowhere = guerdon();
    nowhere.args(["verify", "--config", "/nonexistent/guerdon.toml", "--rpc-url", bench.sandbox.anvil.url()]);
    nowhere.arg("--policy").arg(root().join("policy.toml")).arg(good);
    bench.refuses_command(nowhere, &["--deployment", "--rpc-url"]).await;

    let mut rules = guerdon();
    rules.args(["verify", "--config", "/nonexistent/guerdon.toml", "--policy", "/nowhere/policy.toml"]).arg(good);
    bench.refuses_command(rules, &["/nowhere/policy.toml", "--policy"]).await;
}
