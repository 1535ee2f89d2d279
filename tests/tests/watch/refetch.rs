//! `verify --refetch`: honest evidence against GitHub, whole and in samples.

use super::bench::Bench;
use super::quorum::{cut, header, post, rebuilt};
use guerdon_core::evidence::Evidence;
use serde_json::Value;

#[tokio::test(flavor = "multi_thread")]
async fn honest_evidence_equals_github_whole_and_in_samples() {
    let bench = Bench::start().await;
    bench.link_early().await;
    let bytes = cut(&bench, 1).await;
    let file = bench.write("epoch-1.jsonl", &bytes).display().to_string();
    let facts = Evidence::from_bytes(&bytes).unwrap().facts.len();
    let entries = rebuilt(&bytes).outcome.entries;
    post(&bench, &header(&bench, 1, &bytes, &entries).await, &entries).await;

    let verdicts = bench.json(&["verify", &file, "--refetch"]).await;
    let github = &verdicts[0]["github"];
    assert_eq!((&github["compared"], &github["opening"]), (&facts.into(), &true.into()), "{github}");
    assert_eq!((&github["differing"], &github["left_out"]), (&Value::Array(vec![]), &Value::Array(vec![])), "{github}");

    let sampled = bench.ok(&["verify", &file, "--refetch", "--sample", "5", "--seed", "7"]).await;
    assert!(sampled.contains(&format!("5 of 5 facts equal; 5 of {facts} facts were compared")), "{sampled}");
    assert!(sampled.contains("with probability") && sampled.contains("--sample 5 --seed 7"), "{sampled}");
    let drawn = bench.json(&["verify", &file, "--refetch", "--sample", "3"]).await;
    assert!(drawn[0]["github"]["seed"].is_u64() && drawn[0]["passed"] == true, "{drawn}");

    // What the configuration does not list cannot be compared.
    let organization =
        bench.read("guerdon.toml").lines().find(|line| line.starts_with("organization")).unwrap().to_owned();
    let repository = bench.world().read().repositories.values().next().map(|one| one.name.clone()).unwrap();
    let owner = organization.split('"').nth(1).unwrap().to_owned();
    let only = format!("repositories = [\"{owner}/{repository}\"]");
    let other = bench.changed("guerdon.toml", "other.toml", &organization, &only);
    let output = bench.output(bench.command(&other, &["verify", &file, "--refetch"])).await;
    assert!(output.code == 2 && output.stderr.contains("github.repositories"), "{output:?}");

    let misused = bench.output(bench.command("guerdon.toml", &["verify", &file, "--sample", "3"])).await;
    assert_eq!(misused.code, 2, "a sample of what? {misused:?}");
    let mut stranger = super::bench::guerdon();
    stranger.args(["verify", &file, "--refetch", "--config", "/nonexistent/guerdon.toml", "--policy"]);
    stranger.arg(guerdon_tests::sandbox::root().join("policy.toml"));
    let output = bench.output(stranger).await;
    assert!(output.code == 2 && output.stderr.contains("[github]"), "{output:?}");
}

/// Something changed on GitHub behind the evidence's back.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_gone_from_github_is_named() {
    let bench = Bench::start().await;
    bench.link_early().await;
    let bytes = cut(&bench, 1).await;
    let file = bench.write("epoch-1.jsonl", &bytes).display().to_string();
    let evidence = Evidence::from_bytes(&bytes).unwrap();
    let author = evidence.pulls().next().unwrap().author;
    let theirs = evidence.pulls().filter(|pull| pull.author == author).count();
    bench.world().change(|state| state.delete_account(guerdon_tests::github::model::AccountId(author.0))).unwrap();
    let output = bench.output(bench.command("guerdon.toml", &["verify", &file, "--refetch", "--json"])).await;
    assert_eq!(output.code, 1, "{output:?}");
    let verdicts: Value = serde_json::from_str(&output.stdout).unwrap();
    let gone = verdicts[0]["github"]["differing"].as_array().unwrap();
    let pulls = gone.iter().filter(|one| one["unknown"] == true && one["key"].as_str().unwrap().starts_with("pull/"));
    assert_eq!(pulls.count(), theirs, "{gone:?}");
}
