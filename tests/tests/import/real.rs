//! A real organization, when `GUERDON_DATA` names its folder.

use super::bench::{Bench, WEEK, assert_same, count};
use guerdon::fetch::FetchPlan;
use guerdon_tests::github::World;
use std::io::Write as _;
use std::path::PathBuf;

/// 2014-03-03, the Monday before its first commit, and 2026-09-07.
const SPAN: (u64, u64) = (1_393_804_800, 1_788_739_200);

#[tokio::test(flavor = "multi_thread")]
async fn a_real_organization_imported_is_as_one_fetched() {
    let Some(folder) = std::env::var_os("GUERDON_DATA").map(PathBuf::from) else {
        // Past the capture of a passing test's output.
        writeln!(std::io::stderr(), "SKIPPED: a_real_organization_imported_is_as_one_fetched needs GUERDON_DATA")
            .unwrap();
        return;
    };
    let archive = folder.join("bitcoin-core-org.tar.zst");
    let unpacked = tempfile::tempdir().unwrap();
    let mut decoder = zstd::stream::read::Decoder::new(std::fs::File::open(&archive).unwrap()).unwrap();
    decoder.window_log_max(31).unwrap();
    tar::Archive::new(decoder).unpack(unpacked.path()).unwrap();

    let imported = Bench::new().await;
    let begun = std::time::Instant::now();
    let report = imported.import(unpacked.path()).await.unwrap();
    println!("imported in {:?}", begun.elapsed());
    for found in &report.repositories {
        println!("{found:?}");
    }
    let world = World::from_archive(&archive).unwrap();
    let plan = FetchPlan { organization: Some("bitcoin-core".to_owned()), ..FetchPlan::default() };
    let fetched = Bench::new().await;
    fetched.fetch(&world, &plan).await;
    assert_same(&imported.records().await, &fetched.records().await);

    let (mut facts, mut weeks) = (0, 0);
    for starts in (SPAN.0..SPAN.1).step_by(usize::try_from(WEEK).unwrap()) {
        let evidence = fetched.evidence(starts).await;
        assert!(imported.evidence(starts).await == evidence, "the week from {starts}");
        facts += count(&evidence);
        weeks += 1;
    }
    println!("{facts} facts of {weeks} weeks are the same");
    assert!(facts > 2_000);

    // The next fetch goes on from there and finds nothing else.
    let next = imported.fetch(&world, &plan).await;
    for found in &next.repositories {
        for saved in [found.pulls, found.unmerged, found.issues, found.comments] {
            assert_eq!((saved.new, saved.changed), (0, 0), "{}", found.repository.name);
        }
    }
}
