//! The sample org with a witness: paid with its facts, verified without it, and never kept waiting for it.

use super::bench::Bench;
use guerdon::store::Store;
use guerdon_core::evidence::Evidence;
use guerdon_core::model::{Epoch, Fact, Witness};
use guerdon_tests::llm::{Answer, Asked, Llm, good};
use std::time::Duration;

const KEY: &str = "sk-witness-ffeeddccbbaa99887766554433221100";

/// Adds the section to the sandbox's configuration.
fn configure(bench: &Bench, endpoint: &str, more: &str) {
    bench.write("llm.key", KEY);
    let plain = bench.read("guerdon.toml");
    let plain = plain.split("\n[witness]").next().unwrap();
    let section = format!("[witness]\nendpoint = {endpoint:?}\nmodel = \"m\"\nkey = \"file:llm.key\"\n{more}\n");
    bench.write("guerdon.toml", format!("{plain}\n{section}"));
}

async fn evidence(bench: &Bench, epoch: u64) -> (Vec<u8>, Vec<Witness>) {
    let store = Store::open(&format!("sqlite:{}", bench.path("guerdon.toml.db").display())).await.unwrap();
    let (_, bytes) = store.evidence(Epoch(epoch), 1).await.unwrap().unwrap();
    store.close().await;
    let facts = Evidence::from_bytes(&bytes).unwrap().facts;
    let witness = |fact| if let Fact::Witness(witness) = fact { Some(witness) } else { None };
    (bytes, facts.into_iter().filter_map(witness).collect())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_epoch_is_paid_by_its_witnesses_and_verified_when_the_endpoint_is_gone() {
    let bench = Bench::start().await;
    let llm = Llm::start(|asked: &Asked| good(asked, 1000 + 10 * (asked.title().len() as u64 % 20))).await.unwrap();
    configure(&bench, &llm.endpoint(), "samples = 3");
    bench.link_early().await;
    bench.pay(1).await;

    let (bytes, witnesses) = evidence(&bench, 1).await;
    let explained = bench.json(&["score", "--epoch", "1"]).await;
    let paid: Vec<&str> = explained["line_items"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|item| item["fact"].as_str().filter(|fact| fact.starts_with("pull/")))
        .collect();
    assert!(!witnesses.is_empty());
    for witness in &witnesses {
        assert!(paid.contains(&format!("pull/{}/{}", witness.repo, witness.number).as_str()), "{witness:?}");
        assert!(witness.samples == 3 && witness.model == "sample-model-2025-01-01" && !witness.flagged);
    }
    let asked = llm.asked();
    assert_eq!(asked.len(), witnesses.len() * 3, "those that earn, three times each, and nobody else");
    let factors =
        explained["line_items"].as_array().unwrap().iter().flat_map(|item| item["factors"].as_array().unwrap());
    let milli: Vec<u64> =
        factors.filter(|factor| factor["name"] == "witness").map(|factor| factor["milli"].as_u64().unwrap()).collect();
    assert!(!milli.is_empty() && milli.iter().all(|milli| (850..=1150).contains(milli)), "{milli:?}");

    drop(llm);
    bench.write("epoch-1.jsonl", &bytes);
    let file = bench.path("epoch-1.jsonl").display().to_string();
    let verdicts = bench.json(&["verify", &file]).await;
    assert_eq!((&verdicts[0]["passed"], &verdicts[0]["compared_with_chain"]), (&true.into(), &true.into()));
    // A stranger who changes one answer is found out.
    let text = String::from_utf8(bytes).unwrap();
    let before = format!("\"answer\":{}", witnesses[0].answer);
    bench.write("forged.jsonl", text.replacen(&before, "\"answer\":777", 1));
    let forged = bench
        .output(bench.command("guerdon.toml", &["verify", &bench.path("forged.jsonl").display().to_string()]))
        .await;
    assert_eq!(forged.code, 1, "{}", forged.stdout);
    super::secrets::nowhere(&bench, KEY, "llm.key");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_daemon_ends_when_it_is_told_while_a_model_thinks_and_goes_on_without_the_endpoint() {
    let bench = Bench::start().await;
    let llm = Llm::start(|_: &Asked| Answer::Stalls(Vec::new())).await.unwrap();
    configure(&bench, &llm.endpoint(), "samples = 1\ntimeout = 600\npatience = 3600");
    bench.settle(1).await;
    let daemon = bench.sandbox.daemon().await.unwrap();
    while llm.asked().is_empty() {
        assert!(!bench.read("daemon.log").contains("epoch done"), "nobody was asked");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(daemon.stop().await.unwrap().code(), Some(0));

    let gone = llm.endpoint();
    drop(llm);
    configure(&bench, &gone, "samples = 1\ntimeout = 2\npatience = 5");
    let daemon = bench.sandbox.daemon().await.unwrap();
    let figures = loop {
        let figures = daemon.get("/metrics").await.unwrap().1;
        if figures.contains("guerdon_tick_timestamp_seconds ") {
            break figures;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    };
    for figure in
        ["guerdon_witness_total{outcome=\"", "guerdon_witness_flagged_total 0", "guerdon_witness_month_tokens "]
    {
        assert!(figures.contains(figure), "no {figure} in {figures}");
    }
    assert_eq!(daemon.stop().await.unwrap().code(), Some(0));
    let (_, witnesses) = evidence(&bench, 1).await;
    assert!(!witnesses.is_empty() && witnesses.iter().all(|one| (one.answer, one.samples) == (1000, 0)));
    super::secrets::nowhere(&bench, KEY, "llm.key");
}
