//! Answers that cannot be used, each on a pull request of its own, and endpoints that are not there.

use super::bench::{Bench, Draft, KEY, thread};
use guerdon_core::model::Witness;
use guerdon_tests::llm::bad::KINDS;
use guerdon_tests::llm::{Answer, Asked, Llm, good, said};
use std::collections::BTreeMap;
use std::sync::Mutex;

fn neutral(fact: &Witness) -> bool {
    (fact.answer, fact.flagged) == (1000, false) && !fact.model.is_empty()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_bad_answer_is_neutral_and_leaves_the_evidence_valid() {
    let drafts: Vec<Draft> = KINDS.iter().map(|(name, _)| Draft::titled(name)).collect();
    let bench = Bench::start(&drafts).await;
    let llm = Llm::start(|asked: &Asked| {
        let title = asked.title();
        let kind = KINDS.iter().find(|(name, _)| *name == title);
        kind.map_or_else(|| good(asked, 1500), |(_, answer)| answer(asked))
    });
    let llm = llm.await.unwrap();
    bench.configure("bad.toml", &llm.endpoint(), "samples = 1\ntimeout = 3\nconcurrency = 8");
    bench.configure("off.toml", "", "");
    let (cut, off) = (bench.cut("bad.toml").await, bench.cut("off.toml").await);
    let facts = cut.facts();
    assert!(KINDS.len() >= 40 && facts.len() == KINDS.len(), "{} of {}", facts.len(), KINDS.len());
    for (nth, (name, _)) in KINDS.iter().enumerate() {
        let number = nth as u64 + 1;
        let (fact, stored) = (&facts[&number], &cut.stored[&number]);
        assert!(neutral(fact) && fact.samples == 0, "{name}: {fact:?}");
        assert!(!stored.why.is_empty(), "{name}");
        assert_eq!(cut.points()[&number], (off.points()[&number].0, None), "{name} changed the pay");
    }
    let reasons: BTreeMap<&str, usize> = cut.stored.values().fold(BTreeMap::new(), |mut all, one| {
        *all.entry(one.why.as_str()).or_default() += 1;
        all
    });
    println!("{} kinds of bad answers, all neutral: {reasons:#?}", KINDS.len());

    let asked = llm.asked();
    let times = |title: &str| asked.iter().filter(|one| one.title() == title).count();
    assert_eq!((times("rate limited"), times("unavailable"), times("unauthorized"), times("fenced")), (3, 3, 1, 1));
    assert!(asked.iter().all(|one| one.head.starts_with("POST /v1/chat/completions ")), "nobody follows elsewhere");
    assert!(asked.iter().all(|one| one.head.contains(&format!("Bearer {KEY}"))));
    // The endpoint repeated the key in its errors: what is kept has none of it.
    assert!(cut.stored[&2].transcript.contains("Bearer [key]"), "{}", cut.stored[&2].transcript);
    a_second_cut_asks_nobody(&bench, &llm, &cut.bytes).await;
}

/// Without the evidence, the stored facts give the same again.
async fn a_second_cut_asks_nobody(bench: &Bench, llm: &Llm, before: &[u8]) {
    let asked = llm.asked().len();
    let path = bench.sandbox.folder.join("bad.toml.db");
    let mut connection = connect(&path).await;
    for table in ["evidence", "line_items", "people", "refusals"] {
        let sql = format!("DELETE FROM {table}");
        sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&mut connection).await.unwrap();
    }
    sqlx::Connection::close(connection).await.unwrap();
    let again = bench.cut("bad.toml").await;
    let lines = |bytes: &[u8]| -> Vec<String> {
        // The header names the block.
        String::from_utf8(bytes.to_vec()).unwrap().lines().skip(1).map(str::to_owned).collect()
    };
    assert_eq!(lines(&again.bytes), lines(before));
    assert_eq!(llm.asked().len(), asked);
}

async fn connect(path: &std::path::Path) -> sqlx::SqliteConnection {
    use sqlx::ConnectOptions as _;
    sqlx::sqlite::SqliteConnectOptions::new().filename(path).connect().await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn samples_have_to_agree_and_to_be_there() {
    let titles = ["agree", "apart", "one is bad", "one is silent", "just near enough", "edited late", "edited in time"];
    let bench = Bench::start(&titles.map(Draft::titled)).await;
    let counts: Mutex<BTreeMap<String, u64>> = Mutex::default();
    let llm = Llm::start(move |asked: &Asked| {
        let mut counts = counts.lock().unwrap();
        let nth = counts.entry(asked.title()).or_default();
        *nth += 1;
        match (asked.title().as_str(), *nth) {
            ("agree", nth) => good(asked, 1000 + nth * 50),
            ("apart", nth) => good(asked, 900 + nth * 101),
            ("just near enough", nth) => good(asked, 900 + nth * 100),
            ("one is bad", 2) => Answer::Whole(200, Vec::new(), said(asked, 1500).to_string().into_bytes()),
            ("one is silent", 3) => Answer::Stalls(Vec::new()),
            _ => good(asked, 1200),
        }
    });
    let llm = llm.await.unwrap();
    let end = bench.sandbox.github.world().clock().0;
    bench.sandbox.github.world().change(|state| state.edit_body(thread(6), end + 60, "Worth 1500, surely.")).unwrap();
    bench.sandbox.github.world().change(|state| state.edit_body(thread(7), end - 60, "Rather good.")).unwrap();
    bench.sandbox.github.world().set_clock(end + 3_600);
    bench.sandbox.anvil.warp((end + 3_600).unsigned_abs()).await.unwrap();
    bench.configure("guerdon.toml", &llm.endpoint(), "samples = 3\ntimeout = 2\nspread = 200");
    let cut = bench.cut("guerdon.toml").await;
    let facts = cut.facts();
    let got: Vec<(u64, u64)> = facts.values().map(|fact| (fact.answer, fact.samples)).collect();
    assert_eq!(got, [(1100, 3), (1000, 3), (1000, 2), (1000, 2), (1100, 3), (1000, 0), (1200, 3)]);
    assert!(cut.stored[&6].why.contains("edited after the cutoff"));
    assert_eq!(facts[&1].model, "sample-model-2025-01-01", "the endpoint's own name counts");
    assert_eq!(cut.points()[&7].1, Some(1150), "the policy bounds what it may do");
    // What went out is kept, and what a maintainer sees of it.
    let shown = bench.ok("guerdon.toml", &["witness", "show", "aviary/nest#1"]).await.stdout;
    assert!(shown.contains("1100 thousandths") && shown.contains("You judge one merged pull request"), "{shown}");
    let raw = bench.ok("guerdon.toml", &["witness", "show", "Aviary/Nest#1", "--transcript"]).await.stdout;
    assert_eq!(guerdon_core::evidence::hash(raw.as_bytes()), facts[&1].transcript);
    let missing = bench.run("guerdon.toml", &["witness", "show", "aviary/nest#77"]).await;
    assert!(missing.code == 1 && missing.stderr.contains("guerdon witness list"), "{missing:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_endpoint_that_is_not_there_or_never_answers_stops_no_epoch() {
    let bench = Bench::start(&["one", "two", "three"].map(Draft::titled)).await;
    let gone = Llm::start(|asked: &Asked| good(asked, 1500)).await.unwrap().endpoint();
    bench.configure("gone.toml", &gone, "samples = 2\ntimeout = 2");
    let cut = bench.cut("gone.toml").await;
    assert_eq!(cut.facts().len(), 3);
    assert!(cut.facts().values().all(neutral));
    assert!(cut.stored.values().all(|one| one.why.contains("cannot be reached")), "{:?}", cut.stored);

    let silent = Llm::start(|_: &Asked| Answer::Stalls(Vec::new())).await.unwrap();
    bench.configure("silent.toml", &silent.endpoint(), "samples = 1\ntimeout = 600\npatience = 2\nconcurrency = 1");
    let cut = bench.cut("silent.toml").await;
    assert!(cut.facts().len() == 3 && cut.facts().values().all(neutral));
    assert!(cut.stored.values().all(|one| one.why.contains("time for this epoch was over")), "{:?}", cut.stored);
    assert_eq!(silent.asked().len(), 1);
}
