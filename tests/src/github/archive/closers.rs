//! Which pull request closed an issue, derived as the module above says.

use std::collections::BTreeMap;

use super::super::model::{Closer, EventKind, Repository, ThreadRef, Time};
use super::super::text::closing_numbers;

/// An issue counts as closed by a merge up to this long after it.
const WITHIN: Time = 60;

/// Sets the closers of a repository's issues; returns how many are pull requests.
pub fn derive(repository: &mut Repository) -> usize {
    let mut naming: BTreeMap<u32, Vec<(Time, u32)>> = BTreeMap::new();
    let mut holding: BTreeMap<String, u32> = BTreeMap::new();
    for (number, thread) in &repository.threads {
        let Some(pull) = &thread.pull else { continue };
        let Some(merge) = &pull.merge else { continue };
        let messages = pull.commits.iter().map(|c| c.message.as_str());
        let texts = messages.chain([&*thread.body.first, merge.commit.message.as_str()]);
        let mut named: Vec<u32> = texts.flat_map(closing_numbers).collect();
        named.sort_unstable();
        named.dedup();
        for issue in named {
            naming.entry(issue).or_default().push((merge.at, *number));
        }
        holding.insert(merge.commit.oid.clone(), *number);
        holding.extend(pull.commits.iter().map(|c| (c.oid.clone(), *number)));
    }
    let id = repository.id;
    let mut derived = 0;
    for (number, thread) in repository.threads.iter_mut().filter(|(_, t)| t.pull.is_none()) {
        for event in &mut thread.events {
            let at = event.at;
            let EventKind::Closed { closer, .. } = &mut event.kind else { continue };
            let by_name = naming
                .get(number)
                .into_iter()
                .flatten()
                .filter(|(merged, _)| (*merged..=*merged + WITHIN).contains(&at))
                .max();
            let by_commit = match closer {
                Some(Closer::Commit(oid)) => holding.get(oid),
                _ => None,
            };
            if let Some(pull) = by_name.map(|(_, pull)| pull).or(by_commit) {
                *closer = Some(Closer::Pull(ThreadRef { repository: id, number: *pull }));
                derived += 1;
            }
        }
    }
    derived
}
