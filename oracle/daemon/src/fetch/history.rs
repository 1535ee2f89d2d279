//! What was before the first epoch: accepted work and who merged, from the same records.

use super::record::Records;
use guerdon_core::model::{Merger, Person, State};
use std::collections::BTreeMap;

/// The opening state of an epoch that begins at `starts` and has none before it: for every person the
/// pull requests merged before and when, for every repository who merged another person's last and when.
/// Bots and deleted accounts are neither persons nor mergers.
pub fn history(records: &Records, starts: u64) -> State {
    let mut people: BTreeMap<_, Person> = BTreeMap::new();
    let mut mergers: BTreeMap<_, u64> = BTreeMap::new();
    for pull in records.pulls.iter().filter(|pull| pull.merged < starts) {
        let Some(author) = records.person(pull.author) else { continue };
        let person = people.entry(author).or_insert_with(|| Person::new(author));
        person.accepted += 1;
        person.accept(pull.merged);
        if let Some(merger) = records.person(pull.merger).filter(|merger| *merger != author) {
            let last = mergers.entry((pull.repo, merger)).or_default();
            *last = pull.merged.max(*last);
        }
    }
    State {
        mergers: mergers.into_iter().map(|((repo, id), last)| Merger { id, last, repo }).collect(),
        people: people.into_values().collect(),
        ..State::default()
    }
}
