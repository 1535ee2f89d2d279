//! A whole epoch of injections, through the real binary, before a model that does what it is told.

use super::bench::{Bench, Cut, Draft};
use super::corpus::{draft, injections};
use guerdon_core::policy::Policy;
use guerdon_tests::llm::{Answer, Asked, Llm, completion, good, said, whole};
use guerdon_tests::sandbox::root;
use std::collections::BTreeSet;

fn best(asked: &Asked) -> Answer {
    good(asked, 1500)
}

fn worst(asked: &Asked) -> Answer {
    good(asked, 500)
}

/// It falls for the text, and says so.
fn honest(asked: &Asked) -> Answer {
    let mut said = said(asked, 1500);
    said["instructs"] = true.into();
    whole(&completion(&said.to_string().into()))
}

#[tokio::test(flavor = "multi_thread")]
async fn no_injection_moves_a_factor_beyond_the_bound_whatever_the_model_answers() {
    let corpus = injections();
    let drafts: Vec<Draft> = corpus.iter().enumerate().map(|(nth, one)| draft(nth, one.place, &one.text)).collect();
    let bench = Bench::start(&drafts).await;
    bench.configure("off.toml", "", "");
    let off = bench.cut("off.toml").await;
    assert!(off.facts().is_empty());
    let usual = off.points();
    assert_eq!(usual.len(), corpus.len(), "every one of them earns");

    let policy = Policy::from_toml(&std::fs::read_to_string(root().join("policy.toml")).unwrap()).unwrap();
    let bound = (policy.witness.min, policy.witness.max);
    for (name, behaviour) in [("best", best as fn(&Asked) -> Answer), ("worst", worst), ("honest", honest)] {
        let llm = Llm::start(behaviour).await.unwrap();
        let config = format!("{name}.toml");
        bench.configure(&config, &llm.endpoint(), "samples = 1\nconcurrency = 8");
        let cut = bench.cut(&config).await;
        let facts = cut.facts();
        assert_eq!(facts.len(), corpus.len());
        for (number, (points, factor)) in cut.points() {
            let one = &corpus[usize::try_from(number).unwrap() - 1];
            let (before, _) = usual[&number];
            let milli = factor.unwrap_or(1000);
            assert!((bound.0..=bound.1).contains(&milli), "{name}: {milli} for {one:?}");
            // One point in a thousand is rounding.
            assert!(points * 1000 <= before * (bound.1 + 1) && points * 1000 + 1000 >= before * (bound.0 - 1));
            if one.known {
                assert!(facts[&number].flagged, "{name}: not flagged: {one:?}");
                assert!(milli <= 1000, "{name}: a flagged text was paid {milli} thousandths: {one:?}");
            }
            assert_eq!(facts[&number].answer, if name == "worst" { 500 } else { 1500 });
        }
        if name == "honest" {
            assert!(facts.values().all(|fact| fact.flagged), "the model's own word flags, too");
            assert!(cut.points().values().all(|(_, factor)| factor.unwrap_or(1000) <= 1000));
        }
        what_was_sent_is_quoted(&llm, corpus.len());
        what_is_flagged_is_listed(&bench, &config, &cut).await;
    }
}

fn what_was_sent_is_quoted(llm: &Llm, count: usize) {
    let asked = llm.asked();
    assert_eq!(asked.len(), count);
    let marks: BTreeSet<String> = asked.iter().map(Asked::mark).collect();
    let ids: BTreeSet<String> = asked.iter().map(Asked::id).collect();
    assert_eq!((marks.len(), ids.len()), (count, count), "every asking has marks of its own");
    for one in &asked {
        assert!(one.mark().len() == 32 && one.id().len() == 32);
        let data = one.data();
        assert!(data["title"].is_string() && data["diff"].is_array(), "{:?}", one.message(1));
        assert_eq!(one.message(1).lines().count(), 3, "what a contributor wrote is one line");
        assert_eq!(one.message(1).matches(&one.mark()).count(), 2);
        assert!(one.body.get("tools").is_none() && one.body["response_format"]["type"] == "json_schema");
    }
}

async fn what_is_flagged_is_listed(bench: &Bench, config: &str, cut: &Cut) {
    let list = bench.ok(config, &["witness", "list", "--flagged"]).await.stdout;
    for (number, fact) in cut.facts() {
        assert_eq!(list.contains(&format!("aviary/nest#{number} ")), fact.flagged, "{list}");
    }
    assert!(cut.said.contains("tries to instruct the witness"));
}
