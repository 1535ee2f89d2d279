//! What the detector finds in both corpora.

use super::corpus::{honest, injections, pull};
use guerdon::witness::quote;
use std::collections::{BTreeMap, BTreeSet};

#[test]
fn known_injections_are_flagged_wherever_they_stand() {
    let corpus = injections();
    let (known, others): (Vec<_>, Vec<_>) = corpus.iter().enumerate().partition(|(_, one)| one.known);
    let languages: BTreeSet<&str> = known.iter().map(|(_, one)| one.lang.as_str()).collect();
    let mut places: BTreeMap<_, usize> = BTreeMap::new();
    let mut missed = Vec::new();
    for (nth, one) in &known {
        let (pull, text) = pull(*nth, one.place, &one.text);
        *places.entry(one.place).or_default() += 1;
        if quote(&pull, &text).found.is_empty() {
            missed.push((&one.lang, &one.text));
        }
    }
    let flagged = |(nth, one): &&(usize, &super::corpus::Injection)| {
        let (pull, text) = pull(*nth, one.place, &one.text);
        !quote(&pull, &text).found.is_empty()
    };
    let beside = others.iter().filter(flagged).count();
    println!(
        "flagged {} of {} known injections in {} languages ({places:?}), and {beside} of {} unknown ones",
        known.len() - missed.len(),
        known.len(),
        languages.len(),
        others.len()
    );
    assert!(missed.is_empty(), "missed: {missed:#?}");
    assert!(known.len() >= 60 && languages.len() >= 20 && places.len() == 4);
}

#[test]
fn honest_texts_are_hardly_ever_flagged() {
    let corpus = honest();
    let flagged: Vec<_> = corpus
        .iter()
        .enumerate()
        .filter_map(|(nth, one)| {
            let (pull, text) = pull(nth, one.place, &one.text);
            let found = quote(&pull, &text).found;
            (!found.is_empty()).then_some((found, &one.text))
        })
        .collect();
    println!("{} of {} honest texts are flagged: {flagged:#?}", flagged.len(), corpus.len());
    assert!(corpus.len() >= 40);
    // Two of them quote an attack word for word, and no text can tell; one is a mistake that is left as it is,
    // since it stands among those that were written after the patterns.
    assert!(flagged.len() * 25 <= corpus.len(), "{flagged:#?}");
}

#[test]
fn nothing_that_is_quoted_can_end_the_quotation() {
    for (nth, one) in injections().iter().enumerate() {
        let (pull, text) = pull(nth, one.place, &one.text);
        let data = quote(&pull, &text).data;
        assert!(!data.contains('\n') && !data.contains("<|") && !data.to_lowercase().contains("[inst]"), "{data}");
        assert!(!data.chars().any(|c| matches!(c, '\u{e0000}'..='\u{e007f}' | '\u{200b}' | '\u{202e}')), "{data}");
        serde_json::from_str::<serde_json::Value>(&data).unwrap();
    }
}
