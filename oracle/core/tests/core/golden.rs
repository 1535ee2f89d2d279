//! The sample org's evidence and what follows from it, as committed in `golden/`: whoever computes
//! something else from the same bytes has another scoring version.
//!
//! `make golden` writes the folder anew after the rules or the default policy changed: it takes the
//! facts from where they are (or from the demo's evidence, with `GOLDEN_FROM=target/demo/evidence`) and
//! goes through the epochs as oracles do, each opening with what the one before closed with.

use crate::world::POLICY;
use guerdon_core::B256;
use guerdon_core::evidence::Evidence;
use guerdon_core::model::{ContributorId, Person, State};
use guerdon_core::policy::Policy;
use guerdon_core::verify::{Rebuilt, rebuild};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Expected {
    entries: usize,
    entries_hash: B256,
    epoch: u64,
    evidence_hash: B256,
    policy_hash: B256,
    total: u64,
}

/// Of the sample org, which is made up. What a real organisation did is never committed.
const REPOSITORIES: [u64; 3] = [90_300_011, 90_300_012, 90_300_013];

fn is_made_up(evidence: &Evidence) -> bool {
    evidence.header.repositories.iter().all(|repo| REPOSITORIES.contains(&repo.0))
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden")
}

/// The evidence files of a folder, ascending by epoch.
fn epochs(folder: &Path) -> Vec<Vec<u8>> {
    (1..).map_while(|epoch| std::fs::read(folder.join(format!("epoch-{epoch}.evidence.jsonl"))).ok()).collect()
}

fn expected_of(rebuilt: &Rebuilt) -> Expected {
    Expected {
        entries: rebuilt.outcome.entries.len(),
        entries_hash: rebuilt.entries_hash,
        epoch: rebuilt.evidence.header.epoch.0,
        evidence_hash: rebuilt.evidence_hash,
        policy_hash: rebuilt.evidence.header.terms.policy,
        total: rebuilt.outcome.total,
    }
}

#[test]
fn the_sample_org_gives_what_is_committed() {
    if std::env::var_os("GUERDON_WRITE_GOLDEN").is_some() {
        update();
    }
    let policy = std::fs::read_to_string(folder().join("policy.toml")).unwrap();
    let policy = Policy::from_toml(&policy).unwrap();
    let expected = std::fs::read_to_string(folder().join("expected.json")).unwrap();
    let expected: Vec<Expected> = serde_json::from_str(&expected).unwrap();
    let files = epochs(&folder());
    assert!(!files.is_empty() && files.len() == expected.len());
    let stale = "the rules give something else: if that is meant, raise the scoring version and run `make golden`";
    let all: Vec<Rebuilt> = files.iter().map(|bytes| rebuild(bytes, &policy).expect(stale)).collect();
    assert_eq!(all.iter().map(expected_of).collect::<Vec<_>>(), expected, "{stale}");
    for pair in all.windows(2) {
        let failed: Vec<_> = pair[0].followed_by(&pair[1].evidence).into_iter().filter(|check| !check.passed).collect();
        assert!(failed.is_empty(), "{failed:?}: {stale}");
    }
    assert!(all.iter().any(|rebuilt| rebuilt.outcome.total > 0));
    assert!(all.iter().all(|rebuilt| is_made_up(&rebuilt.evidence)), "the sample org's evidence alone is committed");
}

fn update() {
    let from = std::env::var_os("GOLDEN_FROM").map_or_else(folder, PathBuf::from);
    let policy = Policy::from_toml(POLICY).unwrap();
    let mut all: Vec<Rebuilt> = Vec::new();
    for bytes in epochs(&from) {
        let evidence = Evidence::from_bytes(&bytes).unwrap();
        assert!(is_made_up(&evidence), "{}: not the sample org's evidence", from.display());
        let Evidence { mut header, opening, facts } = evidence;
        header.terms.policy = policy.hash().unwrap();
        let opening = match all.last() {
            None => opening,
            Some(before) => {
                header.previous = before.evidence_hash;
                linked_as(&opening, before.outcome.closing.clone())
            }
        };
        let bytes = Evidence::new(header, opening, facts).unwrap().to_bytes().unwrap();
        all.push(rebuild(&bytes, &policy).unwrap());
        std::fs::write(folder().join(format!("epoch-{}.evidence.jsonl", all.len())), bytes).unwrap();
    }
    assert!(!all.is_empty(), "{} has no epoch-1.evidence.jsonl", from.display());
    std::fs::write(folder().join("policy.toml"), POLICY).unwrap();
    let expected: Vec<Expected> = all.iter().map(expected_of).collect();
    let json = serde_json::to_string_pretty(&expected).unwrap();
    std::fs::write(folder().join("expected.json"), format!("{json}\n")).unwrap();
}

/// Links are the chain's: as of this epoch's block, whatever was carried.
fn linked_as(opening: &State, mut closing: State) -> State {
    let linked: BTreeSet<ContributorId> =
        opening.people.iter().filter(|person| person.linked).map(|person| person.id).collect();
    for id in &linked {
        if !closing.people.iter().any(|person| person.id == *id) {
            closing.people.push(Person::new(*id));
        }
    }
    for person in &mut closing.people {
        person.linked = linked.contains(&person.id);
    }
    closing
}
