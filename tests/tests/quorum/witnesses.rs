//! A language model for each oracle: what counts is the middle of what they say.

use super::trio::Trio;
use guerdon_core::evidence::Evidence;
use guerdon_core::model::{Fact, Witness};
use guerdon_tests::llm::{Answer, Asked, Llm, good};

/// Gives an oracle an endpoint of its own, and seconds to wait for its answers.
fn configure(trio: &Trio, nth: usize, endpoint: &str, patience: u64) {
    let folder = &trio.town.sandbox.folder;
    std::fs::write(folder.join("llm.key"), "sk-of-this-test").unwrap();
    let path = folder.join(&trio.configs[nth]);
    let text = std::fs::read_to_string(&path).unwrap();
    let text = text.split("\n[witness]").next().unwrap();
    let section = format!(
        "[witness]\nendpoint = {endpoint:?}\nmodel = \"m\"\nkey = \"file:llm.key\"\nsamples = 1\ntimeout = {patience}\npatience = {patience}\n"
    );
    std::fs::write(&path, format!("{text}\n{section}")).unwrap();
}

/// What the evidence of an epoch says, which every oracle has alike.
async fn witnesses(trio: &Trio, epoch: u64) -> Vec<Witness> {
    let paid = trio.town.books().await.unwrap();
    let hash = paid.iter().find(|paid| paid.epoch == epoch).unwrap().evidence_hash;
    let mut files = Vec::new();
    for nth in 0..3 {
        let store = trio.store(nth).await;
        files.push(store.evidence_by_hash(hash).await.unwrap().unwrap());
        store.close().await;
    }
    assert!(files.windows(2).all(|pair| pair[0] == pair[1]));
    let facts = Evidence::from_bytes(&files[0]).unwrap().facts;
    facts.into_iter().filter_map(|fact| if let Fact::Witness(witness) = fact { Some(witness) } else { None }).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_asks_a_model_of_its_own_and_the_median_counts() {
    let trio = Trio::start().await;
    let models = [
        Llm::start(|asked: &Asked| good(asked, 1040)).await.unwrap(),
        Llm::start(|asked: &Asked| good(asked, 1080)).await.unwrap(),
        // This oracle wants its friends paid.
        Llm::start(|asked: &Asked| good(asked, 1150)).await.unwrap(),
    ];
    for (nth, model) in models.iter().enumerate() {
        configure(&trio, nth, &model.endpoint(), 60);
    }
    let mut crew = trio.crew(&[0, 1, 2]);
    crew.start(&trio.town.sandbox).unwrap();
    trio.town.pay(&mut crew, 1).await.unwrap();
    crew.stop().await.unwrap();
    let said = witnesses(&trio, 1).await;
    assert!(!said.is_empty());
    for one in &said {
        assert_eq!((one.answer, one.samples, one.flagged), (1080, 3, false), "{one:?}");
    }
    assert!(models.iter().all(|model| model.asked().len() >= said.len()), "each was asked by its own oracle");

    // Of one the model is gone, of another it answers nonsense: the one that is left speaks alone, and is counted as one.
    let nonsense = Llm::start(|_: &Asked| Answer::Raw(b"nonsense".to_vec())).await.unwrap();
    let [first, second, third] = models;
    configure(&trio, 1, &second.endpoint(), 3);
    drop(second);
    drop(third);
    configure(&trio, 2, &nonsense.endpoint(), 3);
    crew.start(&trio.town.sandbox).unwrap();
    trio.town.pay(&mut crew, 2).await.unwrap();
    crew.stop().await.unwrap();
    let said = witnesses(&trio, 2).await;
    assert!(!said.is_empty());
    for one in &said {
        assert_eq!((one.answer, one.samples), (1040, 1), "{one:?}");
    }
    assert!(!nonsense.asked().is_empty());
    drop(first);
}
