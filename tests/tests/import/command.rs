//! `guerdon import`: the real binary on a sandbox.

use super::export::as_lines;
use guerdon_tests::github::World;
use guerdon_tests::github::sample::{EPOCH_1_START, ORG};
use guerdon_tests::sandbox::{Options, Sandbox};
use serde_json::Value;

fn sum(report: &Value, what: &str) -> u64 {
    let kinds = ["pulls", "unmerged", "issues", "comments"];
    let repositories = report["repositories"].as_array().unwrap();
    repositories.iter().flat_map(|one| kinds.map(|kind| one[kind][what].as_u64().unwrap())).sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_goes_into_the_store_and_the_next_fetch_goes_on_from_it() {
    let (folder, export) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let world = World::sample().unwrap();
    super::export::sayable(&world);
    as_lines(&world, export.path());
    let options = Options {
        folder: folder.path().to_owned(),
        epoch_start: EPOCH_1_START.unsigned_abs(),
        organization: ORG.to_owned(),
        bots: Vec::new(),
        reorgs: false,
    };
    let sandbox = Sandbox::start(world, &options).await.unwrap();
    let backup = export.path().to_str().unwrap();

    let report = sandbox.json(&["import", "--backup", backup]).await.unwrap();
    assert!(sum(&report, "new") > 100, "{report}");
    assert_eq!(sum(&report, "changed") + sum(&report, "same"), 0);
    let report = sandbox.json(&["import", "--backup", backup]).await.unwrap();
    assert_eq!(sum(&report, "new") + sum(&report, "changed"), 0);
    assert!(sum(&report, "same") > 100, "{report}");
    let fetched = sandbox.json(&["fetch"]).await.unwrap();
    assert_eq!(sum(&fetched, "new") + sum(&fetched, "changed"), 0, "{fetched}");

    let told = sandbox.guerdon(&["import", "--backup", backup]).await.unwrap().succeeded("guerdon import").unwrap();
    assert!(told.stdout.contains(ORG) && told.stdout.contains("kept"), "{}", told.stdout);
    let failed = sandbox.guerdon(&["import", "--backup", "/nowhere"]).await.unwrap();
    assert!(failed.stderr.starts_with("error: cannot read /nowhere: give the directory"), "{}", failed.stderr);
    let help = sandbox.guerdon(&["import", "--help"]).await.unwrap();
    assert!(help.stdout.contains("--backup <DIR>") && help.stdout.contains("repo.json"), "{}", help.stdout);
}
