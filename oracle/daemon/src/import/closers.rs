//! Who closed an issue: an export does not say it, so it is worked out from all of a repository's threads.
//!
//! [`Survey`] takes what a first reading of an export passes by and keeps only what the rule needs;
//! [`Survey::closer`] gives the answer for one closing. The rule stands in `docs/import.md`.

use super::raw::{Commit, Event, Head, Pull, Thread, User};
use crate::fetch::seconds;
use std::collections::{BTreeMap, BTreeSet};

/// A closing belongs to a merge that was up to so many seconds before it,
const AFTER_MERGE: u64 = 60;
/// or so many after it: GitHub notes the closing first at times.
const BEFORE_MERGE: u64 = 10;

const KEYWORDS: [&str; 9] = ["close", "closes", "closed", "fix", "fixes", "fixed", "resolve", "resolves", "resolved"];

/// A merged pull request, as far as a closing by it is told.
#[derive(Clone, Debug)]
pub(crate) struct Merged {
    pub(crate) at: String,
    pub(crate) author: Option<User>,
    pub(crate) merger: Option<User>,
}

/// The closer of one closing.
#[derive(Debug)]
pub(crate) enum Closer<'a> {
    Pull(u64, &'a Merged),
    Commit,
}

/// What a first reading of one repository's export keeps.
#[derive(Debug, Default)]
pub(crate) struct Survey {
    full_name: String,
    merged: BTreeMap<u64, Merged>,
    /// Merges in the order of time.
    merges: BTreeSet<(u64, u64)>,
    /// By issue: when and by which pull requests that name it were merged.
    naming: BTreeMap<u64, BTreeSet<(u64, u64)>>,
    /// What a merged pull request's title names, as long as its merge commit's message is not known.
    titled: BTreeMap<u64, BTreeSet<u64>>,
    /// Pull requests by their merge commit.
    merge_commits: BTreeMap<String, BTreeSet<u64>>,
    /// Commits that closed issues, and which pull request they are of.
    holding: BTreeMap<String, Option<u64>>,
    /// Issues that somebody tied to a pull request by hand.
    connected: BTreeSet<u64>,
}

impl Survey {
    pub(crate) fn new(full_name: String) -> Self {
        Self { full_name, ..Self::default() }
    }

    /// Timelines come before the commits, so that only the commits that closed something are kept.
    pub(super) fn event(&mut self, number: u64, event: &Event) {
        match event.event.as_str() {
            "closed" => {
                if let Some(oid) = &event.commit_id {
                    self.holding.entry(oid.clone()).or_default();
                }
            }
            "connected" => drop(self.connected.insert(number)),
            _ => {}
        }
    }

    pub(super) fn pull(&mut self, pull: &Pull) {
        let Some((text, at)) = pull.merged_at.as_ref().and_then(|text| Some((text, seconds(text)?))) else { return };
        let (author, merger) = (pull.user.clone(), pull.merged_by.clone());
        self.merged.insert(pull.number, Merged { at: text.clone(), author, merger });
        self.merges.insert((at, pull.number));
        self.names(pull.number, pull.body.as_deref().unwrap_or_default());
        let titled = closed_in(pull.title.as_deref().unwrap_or_default(), &self.full_name);
        self.titled.insert(pull.number, titled.collect());
        if let Some(oid) = &pull.merge_commit_sha {
            self.hold(oid, pull.number);
            self.merge_commits.entry(oid.clone()).or_default().insert(pull.number);
        }
    }

    pub(super) fn commit(&mut self, number: u64, commit: &Commit) {
        if self.merged.contains_key(&number) {
            self.hold(&commit.sha, number);
            self.names(number, &commit.commit.message);
        }
    }

    /// A commit of the base branch; gives the pull requests whose merge commit it is.
    pub(super) fn merge_commit(&mut self, commit: &Commit) -> BTreeSet<u64> {
        let numbers = self.merge_commits.get(&commit.sha).cloned().unwrap_or_default();
        for number in &numbers {
            self.titled.remove(number);
            self.names(*number, &commit.commit.message);
        }
        numbers
    }

    pub(super) fn thread(&mut self, thread: &Thread) {
        let number = thread.number();
        for event in &thread.events {
            self.event(number, event);
        }
        if let Head::Pull(pull) = &thread.head {
            self.pull(pull);
        }
        for commit in &thread.commits {
            self.commit(number, commit);
        }
    }

    /// Where a message is not known, it is taken to hold the title.
    pub(super) fn finish(&mut self) {
        for (number, issues) in std::mem::take(&mut self.titled) {
            self.note(number, issues);
        }
    }

    fn names(&mut self, number: u64, text: &str) {
        let issues = closed_in(text, &self.full_name).collect();
        self.note(number, issues);
    }

    fn note(&mut self, number: u64, issues: BTreeSet<u64>) {
        let Some(at) = self.merged.get(&number).and_then(|merged| seconds(&merged.at)) else { return };
        for issue in issues {
            self.naming.entry(issue).or_default().insert((at, number));
        }
    }

    /// Of several pull requests that hold a commit the highest number counts.
    fn hold(&mut self, oid: &str, number: u64) {
        if let Some(holder) = self.holding.get_mut(oid) {
            *holder = (*holder).max(Some(number));
        }
    }

    /// What closed an issue then; `commit` is the one that the event names.
    pub(crate) fn closer(&self, issue: u64, at: u64, commit: Option<&str>) -> Option<Closer<'_>> {
        let span = (at.saturating_sub(AFTER_MERGE), 0)..=(at.saturating_add(BEFORE_MERGE), u64::MAX);
        let by_name = || self.naming.get(&issue)?.range(span.clone()).next_back();
        let by_hand = || {
            let mut near = self.merges.range(span.clone());
            let only = near.next().filter(|_| self.connected.contains(&issue))?;
            near.next().is_none().then_some(only)
        };
        let named = by_name().or_else(by_hand).map(|(_, number)| *number);
        let holder = || self.holding.get(commit?).copied().flatten();
        if let Some((number, merged)) = named.or_else(holder).and_then(|number| self.merged.get_key_value(&number)) {
            return Some(Closer::Pull(*number, merged));
        }
        commit.map(|_| Closer::Commit)
    }
}

/// Issues that a text says it closes: a closing keyword, and after it `#12`, `owner/name#12` or an address.
/// Other repositories' are left out.
fn closed_in(text: &str, full_name: &str) -> impl Iterator<Item = u64> {
    let mut after_keyword = false;
    text.split_whitespace().filter_map(move |word| {
        let named = if after_keyword { referred(word, full_name) } else { None };
        let bare = word.trim_start_matches(['(', '*', '_', '[', '-']).trim_end_matches(':');
        after_keyword = KEYWORDS.iter().any(|keyword| bare.eq_ignore_ascii_case(keyword));
        named
    })
}

fn referred(word: &str, full_name: &str) -> Option<u64> {
    let word = word.trim_start_matches(['(', '[', '*', '<']);
    let rest = match word.strip_prefix("https://github.com/") {
        Some(path) => {
            let thread = after_name(path, full_name)?;
            thread.strip_prefix("/issues/").or_else(|| thread.strip_prefix("/pull/"))?
        }
        None => after_name(word, full_name).unwrap_or(word).strip_prefix('#')?,
    };
    let digits = rest.split(|c: char| !c.is_ascii_digit()).next()?;
    digits.parse().ok().filter(|number| *number > 0)
}

fn after_name<'a>(text: &'a str, full_name: &str) -> Option<&'a str> {
    let (name, rest) = text.split_at_checked(full_name.len())?;
    name.eq_ignore_ascii_case(full_name).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::closed_in;

    #[test]
    fn only_what_follows_a_keyword_in_this_repository_is_closed() {
        let found = |text| closed_in(text, "lamp/wick").collect::<Vec<_>>();
        assert_eq!(found("Fixes #12, closes: #3.\nResolves (#4) and fixes other/repo#9"), [12, 3, 4]);
        assert_eq!(found("fixes Lamp/wick#5\n* Closed https://github.com/lamp/wick/issues/6."), [5, 6]);
        assert_eq!(
            found("prefix #1, see #2, fix it #3, fixes https://github.com/lamp/oil/issues/4, closes #0"),
            Vec::<u64>::new()
        );
        assert_eq!(found("close fix #7 é fixes #99999999999999999999999"), [7]);
    }
}
