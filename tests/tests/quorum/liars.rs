//! One of three that sees another GitHub, or runs another policy.

use super::trio::{Trio, truth};
use guerdon_core::model::Epoch;
use guerdon_tests::github::model::{ChangeType, FileChange};
use guerdon_tests::github::sample::{EPOCH_1_START, ORG};
use guerdon_tests::github::{PullDraft, Server, World};
use guerdon_tests::sandbox::TOKEN;

/// A GitHub on which somebody merged one thing more, and something else has another title.
async fn another(clock: i64) -> Server {
    let world = World::sample().unwrap();
    world.set_clock(clock);
    world.set_rate_limit(1_000_000, 1_000_000);
    merge_mine(&world);
    Server::start(world, TOKEN).await.unwrap()
}

fn merge_mine(world: &World) {
    world.change(|state| {
        let repository = state.repository_named(ORG, "prairie").unwrap();
        let (id, people) = (repository.id, repository.threads.values().filter_map(|thread| thread.author));
        let people: Vec<_> = people.collect();
        let path = "src/mine.rs".to_owned();
        let files = vec![FileChange { path, additions: 120, deletions: 0, change: ChangeType::Added }];
        let draft = PullDraft { title: "Mine", files, ..PullDraft::default() };
        let pull = state.open_pull(id, EPOCH_1_START + 100, people[0], draft).unwrap();
        state.merge(pull, EPOCH_1_START + 200, people[1]).unwrap();
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn facts_that_one_alone_holds_are_not_paid_and_everybody_is_told() {
    let (trio, truth) = tokio::join!(Trio::start(), truth(2));
    let mut liar = Vec::new();
    for epoch in 1..=2 {
        liar.push(another(trio.town.due(epoch).cast_signed()).await);
    }
    let honest = trio.town.sandbox.github.base_url();
    trio.town.reconfigure(&trio.configs[2], &trio.configs[2], &[(&honest, &liar[1].base_url())]).unwrap();
    let mut crew = trio.crew(&[0, 1, 2]);
    crew.start(&trio.town.sandbox).unwrap();
    for epoch in 1..=2 {
        trio.town.pay(&mut crew, epoch).await.unwrap();
    }
    crew.stop().await.unwrap();
    for (epoch, wanted) in (1..).zip(truth) {
        assert_eq!(trio.entries(epoch).await, wanted, "epoch {epoch}");
    }
    for nth in [0, 1] {
        let told = trio.told(nth, 1).await;
        let alone = told.differences.iter().find(|difference| difference.key.to_string().starts_with("pull/"));
        let alone = alone.unwrap_or_else(|| panic!("{told:?}"));
        assert!(alone.agreed.is_none() && alone.without.len() == 2, "{alone:?}");
        let mut doctor = trio.town.sandbox.command_with(&trio.configs[nth], &["doctor"]).unwrap();
        let said = String::from_utf8(doctor.output().await.unwrap().stdout).unwrap();
        assert!(said.contains(&alone.key.to_string()), "the doctor names it:\n{said}");
    }
}

/// One oracle saw a merge that GitHub did not show the others in time.
#[tokio::test(flavor = "multi_thread")]
async fn what_too_few_hold_is_carried_and_counts_once_enough_hold_it() {
    let (trio, truth) = tokio::join!(Trio::start(), truth(1));
    let early = another(trio.town.due(2).cast_signed()).await;
    let late = trio.town.sandbox.github.base_url();
    trio.town.reconfigure(&trio.configs[2], &trio.configs[2], &[(&late, &early.base_url())]).unwrap();
    let mut crew = trio.crew(&[0, 1, 2]);
    crew.start(&trio.town.sandbox).unwrap();
    trio.town.pay(&mut crew, 1).await.unwrap();
    let told = trio.told(0, 1).await;
    let keys = told.differences.iter().map(|difference| difference.key.to_string());
    let mine = keys.into_iter().find(|key| key.starts_with("pull/")).unwrap_or_else(|| panic!("{told:?}"));

    merge_mine(trio.town.sandbox.github.world());
    trio.town.pay(&mut crew, 2).await.unwrap();
    crew.stop().await.unwrap();
    let store = trio.store(1).await;
    let policy = std::fs::read_to_string(guerdon_tests::sandbox::root().join("policy.toml")).unwrap();
    let policy = guerdon_core::policy::Policy::from_toml(&policy).unwrap();
    let mut counted = Vec::new();
    for epoch in [Epoch(1), Epoch(2)] {
        let (_, bytes) = store.evidence(epoch, 1).await.unwrap().unwrap();
        let evidence = guerdon_core::verify::read(&bytes).unwrap().1;
        let carried: Vec<String> = evidence.header.carried.iter().map(ToString::to_string).collect();
        let earned = guerdon_core::score::score(&evidence, &policy).unwrap().items;
        counted.push((carried, earned.iter().any(|item| item.fact.to_string() == mine && item.units > 0)));
    }
    assert_eq!(counted, [(Vec::new(), false), (vec![mine], true)], "it earns, an epoch late");
    assert_eq!(trio.entries(1).await, truth[0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_oracle_with_another_policy_signs_nothing_and_holds_up_nobody() {
    let (trio, truth) = tokio::join!(Trio::start(), truth(1));
    let root = guerdon_tests::sandbox::root().join("policy.toml");
    let other = std::fs::read_to_string(&root).unwrap().replace("accrue_epochs = 26", "accrue_epochs = 25");
    let path = trio.town.sandbox.folder.join("other.toml");
    std::fs::write(&path, other).unwrap();
    let change = (format!("{root:?}"), format!("{path:?}"));
    trio.town.reconfigure(&trio.configs[1], &trio.configs[1], &[(&change.0, &change.1)]).unwrap();
    let mut honest = trio.crew(&[0, 2]);
    let mut other = trio.crew(&[1]);
    honest.start(&trio.town.sandbox).unwrap();
    other.start(&trio.town.sandbox).unwrap();
    trio.town.pay(&mut honest, 1).await.unwrap();
    assert!(other.hands[0].said().contains("no policy file here has that hash"), "{}", other.hands[0].last_words());
    honest.stop().await.unwrap();
    other.stop().await.unwrap();
    assert_eq!(trio.entries(1).await, truth[0]);
}
