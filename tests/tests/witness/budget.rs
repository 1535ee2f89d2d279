//! The month's tokens: what is asked within them, and what becomes of the rest.

use super::bench::{Bench, Draft};
use guerdon_tests::llm::{Asked, Llm, completion, good, said, whole};

#[tokio::test(flavor = "multi_thread")]
async fn the_first_are_asked_until_the_month_is_used_up_and_the_others_are_neutral() {
    let bench = Bench::start(&[1, 2, 3, 4, 5, 6].map(|nth| Draft::titled(&format!("Change {nth}")))).await;
    // It says that each answer costs 4,000 tokens.
    let llm = Llm::start(|asked: &Asked| {
        let mut answer = completion(&said(asked, 1200).to_string().into());
        answer["usage"]["total_tokens"] = 4_000.into();
        whole(&answer)
    });
    let llm = llm.await.unwrap();
    // A question of 3,000 tokens or so is counted in full until its answer says what it cost.
    bench.configure("guerdon.toml", &llm.endpoint(), "samples = 1\nconcurrency = 1\nmonthly_tokens = 12000");
    let cut = bench.cut("guerdon.toml").await;
    let asked = llm.asked().len();
    assert!((1..6).contains(&asked), "{asked}");
    for (number, fact) in cut.facts() {
        let within = number <= asked as u64;
        assert_eq!((fact.answer, fact.samples), if within { (1200, 1) } else { (1000, 0) }, "{number}");
        assert_eq!(cut.stored[&number].why.contains("tokens are used up"), !within);
    }
    let store = bench.store("guerdon.toml").await;
    assert_eq!(store.tokens("2025-01").await.unwrap(), asked as u64 * 4_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bill_that_cannot_be_true_is_not_believed() {
    let bench = Bench::start(&["one", "two"].map(Draft::titled)).await;
    let llm = Llm::start(|asked: &Asked| {
        let mut answer = completion(&said(asked, 1200).to_string().into());
        answer["usage"]["total_tokens"] = if asked.title() == "one" { 0.into() } else { u64::MAX.into() };
        whole(&answer)
    });
    let llm = llm.await.unwrap();
    bench.configure("guerdon.toml", &llm.endpoint(), "samples = 1");
    let cut = bench.cut("guerdon.toml").await;
    assert!(cut.facts().values().all(|fact| fact.answer == 1200));
    let spent = bench.store("guerdon.toml").await.tokens("2025-01").await.unwrap();
    assert!((2_000..20_000).contains(&spent), "{spent}: what was counted before stays");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_tokens_nobody_is_asked() {
    let bench = Bench::start(&["one", "two"].map(Draft::titled)).await;
    let llm = Llm::start(|asked: &Asked| good(asked, 1500)).await.unwrap();
    bench.configure("guerdon.toml", &llm.endpoint(), "monthly_tokens = 0");
    let cut = bench.cut("guerdon.toml").await;
    assert!(cut.facts().len() == 2 && cut.facts().values().all(|fact| fact.answer == 1000));
    assert!(llm.asked().is_empty());
}
