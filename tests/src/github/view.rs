//! The world as it was at a moment: what is hidden, and the state of what is visible.
//!
//! Records hold the final state; earlier states are found by walking back over the events that came later. An
//! event that is missing from an export therefore never changes the final state, only the way there.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::model::{
    Comment, Event, EventKind, FileVersion, Gist, Merge, Minimized, Pull, Repository, Review, ReviewComment,
    StateReason, Text, Thread, Time, Verdict,
};
use super::state::State;

/// Events that leave `updatedAt` alone.
const QUIET: [&str; 5] =
    ["MentionedEvent", "ReferencedEvent", "SubscribedEvent", "UnsubscribedEvent", "UserBlockedEvent"];

/// The moment at which the world is seen; [`Clock::END`] shows everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Clock(pub Time);

impl Clock {
    pub const END: Self = Self(Time::MAX);

    pub fn sees(self, at: Time) -> bool {
        at <= self.0
    }
}

impl Text {
    pub fn at(&self, clock: Clock) -> &Arc<str> {
        self.edits.iter().rev().find(|(at, _)| clock.sees(*at)).map_or(&self.first, |(_, text)| text)
    }

    /// The latest version.
    pub fn last(&self) -> &str {
        self.edits.last().map_or(&self.first, |(_, text)| text)
    }

    pub fn last_edited_at(&self, clock: Clock) -> Option<Time> {
        self.edits.iter().rev().map(|(at, _)| *at).find(|at| clock.sees(*at))
    }
}

pub fn minimized(minimized: Option<&Minimized>, clock: Clock) -> Option<&Minimized> {
    minimized.filter(|m| clock.sees(m.at))
}

impl Thread {
    pub fn events_at(&self, clock: Clock) -> impl DoubleEndedIterator<Item = &Event> {
        self.events.iter().filter(move |e| clock.sees(e.at))
    }

    fn later(&self, clock: Clock) -> impl Iterator<Item = &Event> {
        self.events.iter().filter(move |e| !clock.sees(e.at))
    }

    pub fn comments_at(&self, clock: Clock) -> impl Iterator<Item = &Comment> {
        self.comments.iter().filter(move |c| clock.sees(c.created_at))
    }

    pub fn title_at(&self, clock: Clock) -> &str {
        self.later(clock)
            .find_map(|e| match &e.kind {
                EventKind::Renamed { from, .. } => Some(from.as_str()),
                _ => None,
            })
            .unwrap_or(&self.title)
    }

    pub fn closed_at_clock(&self, clock: Clock) -> bool {
        self.later(clock)
            .find_map(|e| match e.kind {
                EventKind::Reopened => Some(true),
                ref kind if closes(kind) => Some(false),
                _ => None,
            })
            .unwrap_or(self.closed)
    }

    /// When it was closed for the last time, if it is closed.
    pub fn closed_time(&self, clock: Clock) -> Option<Time> {
        if !self.closed_at_clock(clock) {
            return None;
        }
        self.events_at(clock).rev().find(|e| closes(&e.kind)).map(|e| e.at)
    }

    /// The GraphQL `IssueStateReason`.
    pub fn state_reason(&self, clock: Clock) -> Option<&'static str> {
        let last = self.events_at(clock).rev().find(|e| closes(&e.kind) || matches!(e.kind, EventKind::Reopened))?;
        match (&last.kind, self.closed_at_clock(clock)) {
            (EventKind::Closed { reason, .. }, true) => Some(reason_name(reason.unwrap_or(StateReason::Completed))),
            (kind, true) if closes(kind) => Some(reason_name(StateReason::Completed)),
            (EventKind::Reopened, false) => Some("REOPENED"),
            _ => None,
        }
    }

    pub fn labels_at(&self, clock: Clock) -> BTreeSet<&str> {
        let mut labels: BTreeSet<&str> = self.labels.iter().map(String::as_str).collect();
        let later: Vec<&Event> = self.later(clock).collect();
        for event in later.into_iter().rev() {
            match &event.kind {
                EventKind::Labeled(name) => {
                    labels.remove(name.as_str());
                }
                EventKind::Unlabeled(name) => {
                    labels.insert(name);
                }
                _ => {}
            }
        }
        labels
    }

    pub fn updated_at_clock(&self, clock: Clock) -> Time {
        if clock.sees(self.updated_at) {
            return self.updated_at;
        }
        let seen = self.activity.partition_point(|at| clock.sees(*at));
        seen.checked_sub(1).and_then(|i| self.activity.get(i)).copied().unwrap_or(self.created_at).max(self.created_at)
    }

    pub fn draft_at(&self, pull: &Pull, clock: Clock) -> bool {
        self.later(clock)
            .find_map(|e| match e.kind {
                EventKind::ReadyForReview => Some(true),
                EventKind::ConvertToDraft => Some(false),
                _ => None,
            })
            .unwrap_or(pull.draft)
    }

    /// Puts events, comments and activity in the order of time; call after the last change of a load.
    pub fn settle(&mut self) {
        self.events.sort_by_key(|e| (e.at, e.id));
        self.comments.sort_by_key(|c| (c.created_at, c.id));
        let mut activity: Vec<Time> = vec![self.created_at];
        let counted = self.events.iter().filter(|e| !matches!(e.kind, EventKind::Other(name) if QUIET.contains(&name)));
        activity.extend(counted.map(|e| e.at));
        activity.extend(self.body.edits.iter().map(|(at, _)| *at));
        for comment in &self.comments {
            activity.push(comment.created_at);
            activity.extend(comment.body.edits.iter().map(|(at, _)| *at));
        }
        if let Some(pull) = &mut self.pull {
            pull.reviews.sort_by_key(|r| (r.submitted_at, r.id));
            pull.review_comments.sort_by_key(|c| (c.created_at, c.id));
            activity.extend(pull.reviews.iter().map(|r| r.submitted_at));
            // Their edits leave the pull request's `updatedAt` alone.
            activity.extend(pull.review_comments.iter().map(|c| c.created_at));
            activity.extend(pull.merge.iter().map(|m| m.at));
        }
        activity.sort_unstable();
        self.updated_at = self.updated_at.max(activity.last().copied().unwrap_or(self.created_at));
        self.activity = activity;
    }
}

impl Pull {
    pub fn merge_at(&self, clock: Clock) -> Option<&Merge> {
        self.merge.as_ref().filter(|m| clock.sees(m.at))
    }

    pub fn reviews_at(&self, clock: Clock) -> impl Iterator<Item = &Review> {
        self.reviews.iter().filter(move |r| clock.sees(r.submitted_at))
    }

    pub fn review_comments_at(&self, clock: Clock) -> impl Iterator<Item = &ReviewComment> {
        self.review_comments.iter().filter(move |c| clock.sees(c.created_at))
    }
}

impl Review {
    pub fn verdict_at(&self, clock: Clock) -> Verdict {
        match self.dismissed {
            Some(at) if clock.sees(at) => Verdict::Dismissed,
            _ => self.verdict,
        }
    }
}

impl Repository {
    /// The root `.gitattributes` of that moment, if there was one.
    pub fn attributes_at(&self, at: Time) -> Option<&FileVersion> {
        self.attributes.iter().rev().find(|v| v.at <= at).filter(|v| v.text.is_some())
    }
}

impl State {
    /// Whether the reader may know of a repository at that moment.
    pub fn shows(&self, repository: &Repository, clock: Clock) -> bool {
        clock.sees(repository.created_at) && (!repository.private || self.reads_private)
    }
}

impl Gist {
    /// The latest revision that is visible: its time and files.
    pub fn at(&self, clock: Clock) -> Option<&(Time, std::collections::BTreeMap<String, String>)> {
        self.revisions.iter().rev().find(|(at, _)| clock.sees(*at))
    }
}

/// Whether an event leaves its thread closed. An issue made a discussion is closed without an event of its own for it.
fn closes(kind: &EventKind) -> bool {
    matches!(kind, EventKind::Closed { .. } | EventKind::Merged | EventKind::Other("ConvertedToDiscussionEvent"))
}

pub fn reason_name(reason: StateReason) -> &'static str {
    match reason {
        StateReason::Completed => "COMPLETED",
        StateReason::NotPlanned => "NOT_PLANNED",
    }
}
