//! Which pull request closed an issue, derived as the module above says.

use std::collections::{BTreeMap, BTreeSet};

use super::super::model::{Closer, EventKind, Repository, ThreadRef, Time};
use super::super::text::closing_numbers;

/// An issue counts as closed by a merge up to this long after it,
const AFTER: Time = 60;
/// or this long before it.
const BEFORE: Time = 10;

/// Sets the closers of the issues of a repository called `name`; returns how many are pull requests.
pub fn derive(repository: &mut Repository, name: &str, connected: &BTreeSet<u32>) -> usize {
    let mut merges: Vec<(Time, u32)> = Vec::new();
    let mut naming: BTreeMap<u32, Vec<(Time, u32)>> = BTreeMap::new();
    let mut holding: BTreeMap<String, u32> = BTreeMap::new();
    for (number, thread) in &repository.threads {
        let Some(pull) = &thread.pull else { continue };
        let Some(merge) = &pull.merge else { continue };
        merges.push((merge.at, *number));
        let messages = pull.commits.iter().map(|c| c.message.as_str());
        let texts = messages.chain([&*thread.body.first, merge.commit.message.as_str()]);
        let named: BTreeSet<u32> = texts.flat_map(|text| closing_numbers(text, name)).collect();
        for issue in named {
            naming.entry(issue).or_default().push((merge.at, *number));
        }
        holding.insert(merge.commit.oid.clone(), *number);
        holding.extend(pull.commits.iter().map(|c| (c.oid.clone(), *number)));
    }
    let id = repository.id;
    let mut derived: Vec<(u32, u32)> = Vec::new();
    for (number, thread) in repository.threads.iter_mut().filter(|(_, t)| t.pull.is_none()) {
        for event in &mut thread.events {
            let near = |&&(merged, _): &&(Time, u32)| (merged - BEFORE..=merged + AFTER).contains(&event.at);
            let EventKind::Closed { closer, .. } = &mut event.kind else { continue };
            let by_name = || naming.get(number).into_iter().flatten().filter(near).max().map(|(_, pull)| *pull);
            let by_hand = || {
                let mut at_that_time = merges.iter().filter(near);
                let only = at_that_time.next().filter(|_| connected.contains(number))?;
                at_that_time.next().is_none().then_some(only.1)
            };
            let by_commit = || match closer {
                Some(Closer::Commit(oid)) => holding.get(oid).copied(),
                _ => None,
            };
            if let Some(pull) = by_name().or_else(by_hand).or_else(by_commit) {
                *closer = Some(Closer::Pull(ThreadRef { repository: id, number: pull }));
                derived.push((pull, *number));
            }
        }
    }
    for (pull, issue) in &derived {
        let closes = repository.threads.get_mut(pull).and_then(|t| t.pull.as_mut()).map(|p| &mut p.closes);
        if let Some(closes) = closes.filter(|c| !c.contains(issue)) {
            closes.push(*issue);
        }
    }
    derived.len()
}
