//! A few epochs of what `make soak` does for a year.

use guerdon_tests::chaos::soak::{Options, run};
use guerdon_tests::chaos::year::stretched;

const EPOCHS: u64 = 4;
const SEED: u64 = 6;

#[tokio::test(flavor = "multi_thread")]
async fn three_daemons_with_kills_and_faults_pay_each_epoch_once_and_verify() {
    let plan = stretched(EPOCHS, SEED).unwrap();
    let report = run(Options { plan, epochs: EPOCHS, seed: SEED, percent: 3 }, |season| println!("{season:?}"));
    let report = report.await.unwrap();
    assert_eq!((report.daemons, report.verified as u64), (3, EPOCHS));
    assert!(report.seasons.iter().all(|season| season.paid > 0), "{report:?}");
    assert!(report.sum(|season| season.kills) > 0, "{report:?}");
    assert!(report.sum(|season| season.call_faults as u64) > 0, "{report:?}");
    assert!(report.sum(|season| season.request_faults) > 0, "{report:?}");
}
