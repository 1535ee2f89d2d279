//! Quorums that lie, and what becomes of it.

use super::bench::{Bench, member};
use super::quorum::{
    CHALLENGING, chain, challenges, credit, cut, forged, header, kinds, mirror, post, rebuilt, sender, signatures,
    watch,
};
use alloy::primitives::{Bytes, U256};
use guerdon::chain::{Answer, BatchStatus, SkipReason, VoidReason};
use guerdon_core::batch::Entry;
use guerdon_core::model::{ContributorId, Epoch, Fact, Person};
use guerdon_tests::anvil::key;
use guerdon_tests::sandbox::{ARBITER, STRANGER};

/// Nobody is this.
const INVENTED: u64 = 999_999_999;

#[tokio::test(flavor = "multi_thread")]
async fn entries_that_no_policy_gives_are_dropped_and_the_right_ones_are_paid() {
    let bench = Bench::start().await;
    bench.link_early().await;
    let evidence = cut(&bench, 1).await;
    let honest = rebuilt(&evidence).outcome.entries;
    assert!(honest.len() > 3);
    let mut entries = honest.clone();
    entries[1].units += 1_000_000;
    let inflated = entries[1].id;
    entries[2].units -= 1;
    let short = entries[2].id;
    entries.push(Entry { id: ContributorId(INVENTED), units: 5_000_000 });
    let posted = header(&bench, 1, &evidence, &entries).await;
    post(&bench, &posted, &entries).await;
    let last = u32::try_from(entries.len() - 1).unwrap();

    // Without a wallet it tells, and changes nothing.
    let place = mirror(&[&evidence]).await;
    let (code, look) = watch(&bench, &[&place], &[]).await;
    assert_eq!((code, kinds(&look)), (1, vec!["wrong_entries".to_owned()]), "{look}");
    let found = &look["alerts"][0]["entries"];
    let positions = |list: &str| -> Vec<u64> {
        found[list].as_array().unwrap().iter().map(|one| one["position"].as_u64().unwrap()).collect()
    };
    assert_eq!((positions("too_much"), positions("too_little")), (vec![1, last.into()], vec![2]));
    assert_eq!(found["left_out"], serde_json::json!([]));
    assert!(challenges(&bench).await.is_empty());

    // A limit of one bond goes to the entry that takes the most.
    let limited = ["--challenge", "--max-bonds", "0.06", "--key", "env:WALLET_KEY"];
    let (_, look) = watch(&bench, &[&place], &limited).await;
    assert_eq!(kinds(&look), ["wrong_entries", "challenged", "not_challenged"], "{look}");
    assert_eq!(
        (&look["alerts"][1]["position"], &look["alerts"][2]["positions"]),
        (&last.into(), &serde_json::json!([1]))
    );

    let (code, look) = watch(&bench, &[&place], &CHALLENGING).await;
    assert_eq!((code, kinds(&look)), (1, vec!["wrong_entries".to_owned(), "challenged".to_owned()]), "{look}");
    // It knows from the chain that all is done.
    let (code, look) = watch(&bench, &[&place], &CHALLENGING).await;
    assert_eq!((code, kinds(&look)), (1, vec!["wrong_entries".to_owned()]), "{look}");
    let opened = challenges(&bench).await;
    assert_eq!(opened.iter().map(|(_, position)| *position).collect::<Vec<_>>(), [Some(last), Some(1)]);

    let chain = chain(&bench).await;
    let arbiter = sender(&bench, ARBITER).await;
    let signed = signatures(&bench, &posted).await;
    for (event, _) in &opened {
        arbiter.resolve(event.number, Answer::Fault, signed.clone()).await.unwrap();
    }
    let stranger = key(STRANGER).unwrap().address();
    let bonds = chain.entry_bond().await.unwrap() * U256::from(2);
    assert!(chain.owed(stranger).await.unwrap() >= bonds, "the bonds come back");
    assert!(chain.oracle_set().await.unwrap().switched_off.len() >= 2, "who signed this signs no more");

    credit(&bench, 1, &entries).await;
    let credits = chain.credits().await.unwrap().remove(&(Epoch(1), 1)).unwrap();
    let dropped: Vec<u64> =
        credits.skipped.iter().filter(|one| one.reason == SkipReason::Dropped).map(|one| one.id.0).collect();
    assert_eq!(dropped, [inflated.0, INVENTED]);
    for entry in honest.iter().filter(|entry| entry.id != inflated) {
        let paid = entry.units - u64::from(entry.id == short);
        assert_eq!(chain.account(entry.id).await.unwrap().earned, paid, "{}", entry.id);
    }
    assert_eq!(chain.account(inflated).await.unwrap().earned, 0);
    // What is credited can be challenged no more, and is not looked at.
    let (code, look) = watch(&bench, &[&place], &CHALLENGING).await;
    assert_eq!((code, &look["batches"]), (0, &0.into()), "{look}");
}

/// Many small inventions would cost more bonds than the whole batch.
#[tokio::test(flavor = "multi_thread")]
async fn what_costs_more_than_the_batch_is_challenged_as_a_batch() {
    let bench = Bench::start().await;
    bench.link_early().await;
    let evidence = cut(&bench, 1).await;
    let mut entries = rebuilt(&evidence).outcome.entries;
    entries.extend((0..40).map(|nth| Entry { id: ContributorId(INVENTED + nth), units: 10 }));
    let posted = header(&bench, 1, &evidence, &entries).await;
    post(&bench, &posted, &entries).await;
    let place = mirror(&[&evidence]).await;
    let (code, look) = watch(&bench, &[&place], &CHALLENGING).await;
    assert_eq!((code, kinds(&look)), (1, vec!["wrong_entries".to_owned(), "challenged".to_owned()]), "{look}");
    assert!(look["alerts"][1]["position"].is_null());
    let opened = challenges(&bench).await;
    assert_eq!(opened.len(), 1);
    let arbiter = sender(&bench, ARBITER).await;
    arbiter.resolve(opened[0].0.number, Answer::Dropped, Bytes::new()).await.unwrap();
    let chain = chain(&bench).await;
    assert_eq!(chain.void_reason(Epoch(1), 1).await.unwrap(), Some(VoidReason::Challenged));
}

#[tokio::test(flavor = "multi_thread")]
async fn evidence_that_nobody_has_brings_the_batch_down() {
    let bench = Bench::start().await;
    bench.link_early().await;
    let evidence = cut(&bench, 1).await;
    let entries = rebuilt(&evidence).outcome.entries;
    post(&bench, &header(&bench, 1, &evidence, &entries).await, &entries).await;
    let empty = mirror(&[]).await;

    let patient = [&CHALLENGING[..], &["--patience", "3600"]].concat();
    let (code, look) = watch(&bench, &[&empty], &patient).await;
    assert_eq!((code, kinds(&look)), (2, vec!["unchecked".to_owned()]), "{look}");
    assert!(challenges(&bench).await.is_empty());

    let now = bench.sandbox.anvil.now().await.unwrap();
    bench.warp(now + 3_601).await;
    let (code, look) = watch(&bench, &[&empty], &patient).await;
    assert_eq!((code, kinds(&look)), (1, vec!["withheld".to_owned(), "challenged".to_owned()]), "{look}");
    let said = look["alerts"][0]["tried"].to_string();
    assert!(said.contains(empty.address()) && said.contains("404"), "{said}");
    let (_, look) = watch(&bench, &[&empty], &patient).await;
    assert_eq!(kinds(&look), ["withheld"], "never twice: {look}");

    let opened = challenges(&bench).await;
    assert_eq!(opened.iter().map(|(_, position)| *position).collect::<Vec<_>>(), [None]);
    let arbiter = sender(&bench, ARBITER).await;
    arbiter.resolve(opened[0].0.number, Answer::Dropped, Bytes::new()).await.unwrap();
    assert_eq!(chain(&bench).await.batch(Epoch(1)).await.unwrap().status, BatchStatus::Void);
}

/// The entries follow from the evidence, but the evidence does not follow from anything.
#[tokio::test(flavor = "multi_thread")]
async fn evidence_that_is_not_what_it_has_to_be_brings_the_batch_down() {
    let bench = Bench::start().await;
    bench.link_early().await;
    bench.pay(1).await;
    let first = cut_before(&bench).await;
    let second = cut(&bench, 2).await;
    let linked = member("tobias-lindqvist").id;
    let made_up = |change: fn(&mut Person)| {
        forged(&second, |evidence| {
            let person = evidence.opening.people.iter_mut().find(|person| person.id.0 == linked).unwrap();
            change(person);
        })
    };
    for (file, words) in [
        (first.clone(), "it is the evidence of epoch 1"),
        (b"{}\n".to_vec(), "it cannot be read"),
        (made_up(|person| person.accepted += 7), "opening state"),
        (made_up(|person| person.linked = false), "links"),
        (
            forged(&second, |evidence| evidence.header.previous = guerdon_core::B256::repeat_byte(9)),
            "goes on from evidence",
        ),
        (forged(&second, |evidence| evidence.header.terms.budget += 1), "epoch budget"),
        (forged(&second, |evidence| evidence.header.block -= 1), "was made before the cutoff"),
        (forged(&second, |evidence| evidence.header.block += 1), "is not the first after the cutoff"),
        (forged(&second, |evidence| evidence.header.block = u64::MAX), "its links are those of block"),
    ] {
        let entries = vec![Entry { id: ContributorId(linked), units: 77 }];
        let before = bench.sandbox.anvil.snapshot().await.unwrap();
        post(&bench, &header(&bench, 2, &file, &entries).await, &entries).await;
        let place = mirror(&[&file, &first]).await;
        let (code, look) = watch(&bench, &[&place], &CHALLENGING).await;
        assert_eq!((code, kinds(&look)), (1, vec!["false_evidence".to_owned(), "challenged".to_owned()]), "{look}");
        let reasons = look["alerts"][0]["reasons"].to_string();
        assert!(reasons.contains(words), "{words}: {reasons}");
        assert!(look["alerts"][1]["position"].is_null());
        bench.sandbox.anvil.revert(before).await.unwrap();
    }
}

/// The file of the first epoch, out of the store.
async fn cut_before(bench: &Bench) -> Vec<u8> {
    let store =
        guerdon::store::Store::open(&format!("sqlite:{}", bench.path("guerdon.toml.db").display())).await.unwrap();
    let (_, bytes) = store.evidence(Epoch(1), 1).await.unwrap().unwrap();
    bytes
}

/// Every fact is well-formed, every entry follows from them, and none of it is so: only GitHub knows.
#[tokio::test(flavor = "multi_thread")]
async fn facts_that_github_does_not_have_are_found_by_asking_it() {
    let bench = Bench::start().await;
    bench.link_early().await;
    let honest = cut(&bench, 1).await;
    let mut inflated = String::new();
    let mut invented = String::new();
    let evidence = forged(&honest, |evidence| {
        let pulls: Vec<usize> = (0..evidence.facts.len())
            .filter(|at| matches!(&evidence.facts[*at], Fact::Pull(pull) if !pull.files.is_empty() && !pull.bot))
            .collect();
        let Fact::Pull(pull) = &mut evidence.facts[pulls[0]] else { unreachable!() };
        pull.files[0].additions += 5_000;
        let mut other = pull.clone();
        inflated = pull.key().to_string();
        other.number = 4_242_424;
        other.reverts = None;
        invented = other.key().to_string();
        evidence.facts.push(Fact::Pull(other));
    });
    let entries = rebuilt(&evidence).outcome.entries;
    post(&bench, &header(&bench, 1, &evidence, &entries).await, &entries).await;
    let place = mirror(&[&evidence]).await;
    let (code, look) = watch(&bench, &[&place], &[]).await;
    assert_eq!((code, &look["right"]), (0, &1.into()), "nothing is wrong by the evidence itself: {look}");

    let args = ["watch", "--once", "--json", "--from", place.address(), "--refetch"];
    let output = bench.output(bench.command("guerdon.toml", &args)).await;
    assert_eq!(output.code, 1, "{output:?}");
    let look: serde_json::Value = serde_json::from_str(&output.stdout).unwrap();
    assert_eq!(kinds(&look), ["facts_differ"]);
    let github = &look["alerts"][0]["github"];
    let keys: Vec<&str> =
        github["differing"].as_array().unwrap().iter().map(|one| one["key"].as_str().unwrap()).collect();
    assert_eq!(keys, [inflated.as_str(), invented.as_str()]);
    assert_eq!(github["differing"][0]["fields"][0]["field"], "files");
    assert_eq!((&github["differing"][1]["unknown"], &github["opening"]), (&true.into(), &true.into()));
    assert!(!look["alerts"][0]["positions"].as_array().unwrap().is_empty(), "{look}");

    let args = ["verify", "1", "--from", place.address(), "--refetch"];
    let output = bench.output(bench.command("guerdon.toml", &args)).await;
    assert_eq!(output.code, 1, "{output:?}");
    for words in [
        &format!("{invented}: GitHub has no such fact"),
        &format!("{inflated}: files: the evidence has"),
        "FAILED facts on GitHub",
    ] {
        assert!(output.stdout.contains(words), "{words}: {}", output.stdout);
    }
}
