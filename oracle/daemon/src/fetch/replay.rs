//! Replays an object's events up to a moment: labels, titles, closes, and reviews up to the merge.

use super::facts::Index;
use super::record::{CloseEvent, CommentRecord, IssueEvent, IssueRecord, LabelEvent, PullRecord};
use guerdon_core::model::{Close, Closer, ContributorId, Label, MAX_TITLE, Verdict, is_visible, visible};
use std::collections::{BTreeMap, BTreeSet};

/// The longest label name a fact keeps, in bytes; GitHub's own limit is far below.
const MAX_LABEL: usize = 256;

/// The labels present at the cutoff, each with who set it last and when that account first did.
pub(super) fn labels_at(events: &[LabelEvent], created: u64, cutoff: u64) -> Vec<Label> {
    let mut present: BTreeMap<&str, ContributorId> = BTreeMap::new();
    let mut first: BTreeMap<(&str, ContributorId), u64> = BTreeMap::new();
    for event in events.iter().filter(|event| event.at <= cutoff) {
        let name = event.name.as_str();
        match event.by.filter(|_| event.set) {
            Some(by) => {
                first.entry((name, by)).or_insert(event.at);
                present.insert(name, by);
            }
            // Taken off, or set by nobody we could name.
            None => drop(present.remove(name)),
        }
    }
    let usable = |name: &str| !name.is_empty() && name.len() <= MAX_LABEL && is_visible(name);
    present
        .into_iter()
        .filter(|(name, _)| usable(name))
        .filter_map(|(name, actor)| {
            let at = *first.get(&(name, actor))?;
            Some(Label { name: name.to_owned(), actor, at: at.max(created) })
        })
        .collect()
}

/// The title at the cutoff, cut to [`MAX_TITLE`] bytes at a character.
pub(super) fn title_at(record: &PullRecord, cutoff: u64) -> String {
    let later = record.renames.iter().find(|rename| rename.at > cutoff);
    let title = visible(later.map_or(record.title.as_str(), |rename| rename.from.as_str()));
    let end = (0..=MAX_TITLE.min(title.len())).rev().find(|end| title.is_char_boundary(*end));
    title.get(..end.unwrap_or_default()).unwrap_or_default().to_owned()
}

/// What one account reviewed on one pull request before its merge.
pub(super) struct ReviewActs<'a> {
    pub(super) first: u64,
    verdict: Option<(u64, u64, Verdict)>,
    hunks: BTreeSet<(&'a str, &'a str)>,
}

impl<'a> ReviewActs<'a> {
    pub(super) fn of(pull: &PullRecord, comments: &[&'a CommentRecord]) -> BTreeMap<ContributorId, Self> {
        let mut all: BTreeMap<ContributorId, Self> = BTreeMap::new();
        let merged = pull.merged;
        let counts = |by: ContributorId, at: u64| at <= merged && Some(by) != pull.author;
        // What was edited after the merge may have said something else before it.
        let unedited = |edited: Option<u64>| edited.is_none_or(|edited| edited <= merged);
        let mut submitted = BTreeMap::new();
        for review in &pull.reviews {
            submitted.insert(review.id, review.at);
            let stands = review.dismissed.is_none_or(|dismissed| dismissed > merged) && unedited(review.edited);
            if counts(review.by, review.at) {
                let verdict = if stands { review.verdict } else { Verdict::Comment };
                Self::act(&mut all, review.by, review.at).say(review.at, review.id, verdict);
            }
        }
        for spoken in pull.spoken.iter().filter(|spoken| unedited(spoken.edited) && counts(spoken.by, spoken.at)) {
            Self::act(&mut all, spoken.by, spoken.at).say(spoken.at, spoken.id, spoken.verdict);
        }
        for comment in comments {
            // A comment is seen by others when its review is submitted.
            let shown = comment.review.and_then(|review| submitted.get(&review)).copied().unwrap_or(comment.at);
            let at = comment.at.max(shown);
            if let Some(by) = comment.by.filter(|by| counts(*by, at)) {
                Self::act(&mut all, by, at).hunks.insert((comment.path.as_str(), comment.hunk.as_str()));
            }
        }
        all
    }

    fn act(all: &mut BTreeMap<ContributorId, Self>, by: ContributorId, at: u64) -> &mut Self {
        let acts = all.entry(by).or_insert(Self { first: at, verdict: None, hunks: BTreeSet::new() });
        acts.first = acts.first.min(at);
        acts
    }

    fn say(&mut self, at: u64, id: u64, verdict: Verdict) {
        let later = self.verdict.is_none_or(|(earlier, of, _)| (earlier, of) <= (at, id));
        if verdict != Verdict::Comment && later {
            self.verdict = Some((at, id, verdict));
        }
    }

    /// The last approval or request for changes, else a comment.
    pub(super) fn verdict(&self) -> Verdict {
        self.verdict.map_or(Verdict::Comment, |(_, _, verdict)| verdict)
    }

    pub(super) fn hunks(&self) -> u64 {
        self.hunks.len() as u64
    }
}

/// The first close by a merged pull request up to the cutoff; without one the last close of an issue
/// that is closed at the cutoff.
pub(super) fn close_of(index: &Index<'_>, issue: &IssueRecord, cutoff: u64) -> Option<Close> {
    let mut last = None;
    for event in &issue.events {
        match event {
            IssueEvent::Closed(close) if close.at <= cutoff => {
                let at = close.at.max(issue.created);
                if let ByPull::Yes(closer) = closer_of(index, close, cutoff) {
                    return Some(Close { at, closer, reason: close.reason });
                }
                last = Some(Close { at, closer: None, reason: close.reason });
            }
            IssueEvent::Reopened { at } if *at <= cutoff => last = None,
            IssueEvent::Closed(_) | IssueEvent::Reopened { .. } => {}
        }
    }
    last
}

/// Whether a merged pull request closed it, and which; `Yes(None)` when its author is gone.
enum ByPull {
    Yes(Option<Closer>),
    No,
}

fn closer_of(index: &Index<'_>, close: &CloseEvent, cutoff: u64) -> ByPull {
    let known = match (&close.pull, &close.commit) {
        (Some(pull), _) => index.pull(pull.repo, pull.number),
        (None, Some(commit)) => index.pull_by_commit(commit.repo, &commit.oid),
        (None, None) => None,
    };
    if let Some(pull) = known.filter(|pull| pull.merged <= cutoff) {
        return ByPull::Yes(pull.author.map(|author| Closer {
            approvers: index.approvers(pull),
            author,
            merger: index.records.person(pull.merger),
            number: pull.number,
            repo: pull.repo,
        }));
    }
    // Of a repository that is not read: who approved it is not known.
    match &close.pull {
        Some(pull) if pull.merged.is_some_and(|merged| merged <= cutoff) => {
            ByPull::Yes(pull.author.map(|author| Closer {
                approvers: Vec::new(),
                author,
                merger: index.records.person(pull.merger),
                number: pull.number,
                repo: pull.repo,
            }))
        }
        _ => ByPull::No,
    }
}
