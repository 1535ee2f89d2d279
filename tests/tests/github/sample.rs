//! The built-in organisation keeps its promises.

use std::collections::{BTreeMap, BTreeSet};

use guerdon_tests::github::World;
use guerdon_tests::github::model::{Pull, Thread};
use guerdon_tests::github::sample::{CAST, EPOCH_1_START, EPOCHS, Links, ORG, Role, epoch_start};

fn in_epoch(epoch: i64, at: i64) -> bool {
    (epoch_start(epoch)..epoch_start(epoch + 1)).contains(&at)
}

fn pulls(world: &World, see: &mut dyn FnMut(&str, &Thread, &Pull)) {
    let state = world.read();
    for repository in state.repositories.values() {
        for thread in repository.threads.values() {
            if let Some(pull) = &thread.pull {
                see(&repository.name, thread, pull);
            }
        }
    }
}

#[test]
fn sixty_pull_requests_are_opened_in_three_epochs_after_some_history() {
    let world = World::sample().unwrap();
    let (mut before, mut opened, mut merged) = (0, BTreeMap::new(), BTreeMap::new());
    pulls(&world, &mut |_, thread, pull| {
        before += usize::from(thread.created_at < EPOCH_1_START);
        for epoch in 1..=i64::from(EPOCHS) {
            *opened.entry(epoch).or_insert(0) += usize::from(in_epoch(epoch, thread.created_at));
            let at = pull.merge.as_ref().map_or(0, |m| m.at);
            *merged.entry(epoch).or_insert(0) += usize::from(in_epoch(epoch, at));
        }
    });
    assert_eq!(opened.values().sum::<usize>(), 60, "{opened:?}");
    assert!(before >= 8 && merged.values().all(|n| *n >= 14), "{before} {merged:?}");
}

#[test]
fn the_same_world_is_built_each_time() {
    let text = |world: World| format!("{:?}", world.read().repositories);
    assert_eq!(text(World::sample().unwrap()).len(), text(World::sample().unwrap()).len());
    let ids = |world: World| -> Vec<(String, String, i64)> {
        let mut ids = Vec::new();
        pulls(&world, &mut |_, t, p| ids.push((t.node_id.clone(), p.head_oid.clone(), t.updated_at)));
        ids
    };
    assert_eq!(ids(World::sample().unwrap()), ids(World::sample().unwrap()));
}

#[test]
fn maintainers_merged_others_before_the_start_and_newcomers_were_never_seen() {
    let world = World::sample().unwrap();
    let (mut mergers, mut seen) = (BTreeSet::new(), BTreeSet::new());
    pulls(&world, &mut |_, thread, pull| {
        if thread.created_at < EPOCH_1_START {
            seen.insert(thread.author.unwrap().0);
        }
        if let Some(merge) = pull.merge.as_ref().filter(|m| m.at < EPOCH_1_START && m.by != thread.author) {
            mergers.insert(merge.by.unwrap().0);
        }
    });
    for person in CAST {
        assert_eq!(mergers.contains(&person.id), person.role == Role::Maintainer, "{}", person.login);
        if person.role == Role::Newcomer {
            assert!(!seen.contains(&person.id), "{}", person.login);
        }
    }
    assert!(CAST.iter().any(|p| p.links == Links::InEpoch(3)) && CAST.iter().any(|p| p.links == Links::Never));
}

#[test]
fn every_attempt_at_gaming_is_there() {
    let world = World::sample().unwrap();
    let mut found: BTreeMap<&str, usize> = BTreeMap::new();
    pulls(&world, &mut |_, thread, pull| {
        if thread.created_at < EPOCH_1_START {
            return;
        }
        let mut note = |what, yes: bool| *found.entry(what).or_default() += usize::from(yes);
        let merge = pull.merge.as_ref();
        note("merged by the author", merge.is_some_and(|m| m.by == thread.author));
        note("not merged", merge.is_none());
        note("padded", pull.additions > 5_000);
        note(
            "one word",
            pull.reviews.iter().any(|r| r.body.first.split_whitespace().count() == 1 && &*r.body.first == "LGTM"),
        );
        note("revert", thread.title.starts_with("Revert \""));
        note("acknowledged", thread.comments.iter().any(|c| c.body.first.contains("ACK ")));
        note("one letter", pull.additions == 1 && pull.deletions == 1 && pull.changed_files == 1);
        note("hunks", !pull.review_comments.is_empty());
    });
    for (what, least) in [
        ("merged by the author", 5),
        ("not merged", 6),
        ("padded", 2),
        ("one word", 8),
        ("revert", 2),
        ("acknowledged", 4),
        ("one letter", 8),
        ("hunks", 15),
    ] {
        assert!(found[what] >= least, "{what}: {found:?}");
    }
    // The revert names the commit it takes back.
    pulls(&world, &mut |_, thread, pull| {
        if thread.title.starts_with("Revert \"Refresh") {
            let message = &pull.commits[0].message;
            let oid = message.split("This reverts commit ").nth(1).unwrap().trim_end_matches('.').trim();
            assert_eq!(oid.len(), 40, "{message}");
            assert!(world.read().repository_named(ORG, "prairie").unwrap().commits.contains_key(oid));
        }
    });
}

#[test]
fn no_text_keeps_a_placeholder() {
    let world = World::sample().unwrap();
    let state = world.read();
    for thread in state.repositories.values().flat_map(|r| r.threads.values()) {
        let said = thread.comments.iter().map(|c| &c.body.first);
        assert!(
            said.chain([&thread.body.first]).all(|text| !text.contains('{')),
            "{}: {}",
            thread.title,
            thread.body.first
        );
    }
}
