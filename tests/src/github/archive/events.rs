//! The events of an archive, and those it lacks.

use std::collections::BTreeMap;

use super::super::model::{Closer, Event, EventKind, Label, Time};
use super::super::state::node_id;
use super::ArchiveError;
use super::assemble::{Assembly, Threads, or_made, verdict};
use super::raw;

impl Assembly<'_> {
    pub fn events(
        &mut self,
        threads: &mut Threads,
        labels: &mut BTreeMap<String, Label>,
        events: Vec<raw::Event>,
    ) -> Result<(), ArchiveError> {
        for mut raw in events {
            let actor = self.person(raw.actor.take());
            let at = self.optional_time(raw.created_at.as_ref())?;
            let label = raw.label.as_ref().map(|l| l.name.clone());
            if let Some(label) = raw.label.take() {
                self.define(labels, label);
            }
            let (Some(id), Some(at), Some(kind)) = (raw.id, at, kind(&mut raw, label)) else {
                if raw.event == "connected" {
                    self.connected.insert(raw.number);
                }
                *self.report.events_skipped.entry(raw.event).or_default() += 1;
                continue;
            };
            let Some(thread) = threads.get_mut(&raw.number) else {
                self.orphan("timeline");
                continue;
            };
            if let (EventKind::ReviewDismissed { review, previous, .. }, Some(pull)) = (&kind, &mut thread.pull) {
                for given in pull.reviews.iter_mut().filter(|r| r.id == *review) {
                    given.verdict = *previous;
                    given.dismissed = Some(at);
                }
            }
            let node_id = or_made(raw.node_id.unwrap_or_default(), "EV", id);
            thread.events.push(Event { id, node_id, at, actor, kind });
            self.report.events += 1;
        }
        Ok(())
    }

    /// Final states that no event leads to get one, then everything is put in order.
    pub fn finish(&mut self, threads: &mut Threads) {
        for thread in threads.values_mut() {
            let placeholder_at = thread.events.iter().position(|e| e.id == 0);
            let closing = placeholder_at.map(|at| thread.events.remove(at));
            thread.events.sort_by_key(|e| (e.at, e.id));
            let last = thread
                .events
                .iter()
                .rposition(|e| matches!(e.kind, EventKind::Closed { .. } | EventKind::Merged | EventKind::Reopened));
            let reached =
                last.and_then(|at| thread.events.get(at)).is_some_and(|e| !matches!(e.kind, EventKind::Reopened));
            let merge = thread.pull.as_ref().and_then(|p| p.merge.as_ref()).map(|m| (m.at, m.by));
            let mut missing = Vec::new();
            if let Some((at, by)) = merge
                && !thread.events.iter().any(|e| matches!(e.kind, EventKind::Merged))
            {
                missing.push(Event { actor: by, ..placeholder(at, EventKind::Merged) });
            } else if thread.closed && !reached {
                let fallback = || placeholder(thread.updated_at, EventKind::Closed { closer: None, reason: None });
                missing.push(closing.unwrap_or_else(fallback));
            } else if !thread.closed && reached {
                missing.push(placeholder(thread.updated_at, EventKind::Reopened));
            } else if let (Some(given), Some(closed)) = (closing, last.and_then(|at| thread.events.get_mut(at)))
                && let (EventKind::Closed { reason: from, .. }, EventKind::Closed { reason, .. }) =
                    (given.kind, &mut closed.kind)
            {
                *reason = from;
                if thread.pull.is_some() {
                    // A second apart at times; `closedAt` is the object's own.
                    closed.at = given.at;
                }
            }
            for mut event in missing {
                event.id = self.state.fresh_id();
                event.node_id = node_id("EV", event.id);
                thread.events.push(event);
                self.report.events_added += 1;
            }
            if let Some(pull) = &thread.pull {
                self.report.commits += pull.commits.len();
                self.report.pulls_without_files += usize::from(pull.files.is_none());
            }
            thread.settle();
        }
    }
}

/// An event whose id is given when it turns out to be needed.
pub(super) fn placeholder(at: Time, kind: EventKind) -> Event {
    Event { id: 0, node_id: String::new(), at, actor: None, kind }
}

/// What the event is; `None` where nothing here or in GitHub's schema stands for it.
fn kind(raw: &mut raw::Event, label: Option<String>) -> Option<EventKind> {
    Some(match raw.event.as_str() {
        "labeled" => EventKind::Labeled(label?),
        "unlabeled" => EventKind::Unlabeled(label?),
        "closed" => EventKind::Closed { closer: raw.commit_id.take().map(Closer::Commit), reason: None },
        "reopened" => EventKind::Reopened,
        "merged" => EventKind::Merged,
        "renamed" => {
            let rename = raw.rename.take()?;
            EventKind::Renamed { from: rename.from, to: rename.to }
        }
        "ready_for_review" => EventKind::ReadyForReview,
        "convert_to_draft" => EventKind::ConvertToDraft,
        "review_dismissed" => {
            let dismissed = raw.dismissed_review.take()?;
            EventKind::ReviewDismissed {
                review: dismissed.review_id,
                previous: verdict(&dismissed.state),
                message: dismissed.dismissal_message.unwrap_or_default(),
            }
        }
        "head_ref_force_pushed" => EventKind::HeadRefForcePushed { after: raw.commit_id.take() },
        "referenced" => EventKind::Other("ReferencedEvent"),
        "subscribed" => EventKind::Other("SubscribedEvent"),
        "unsubscribed" => EventKind::Other("UnsubscribedEvent"),
        "mentioned" => EventKind::Other("MentionedEvent"),
        "head_ref_deleted" => EventKind::Other("HeadRefDeletedEvent"),
        "head_ref_restored" => EventKind::Other("HeadRefRestoredEvent"),
        "milestoned" => EventKind::Other("MilestonedEvent"),
        "demilestoned" => EventKind::Other("DemilestonedEvent"),
        "review_requested" => EventKind::Other("ReviewRequestedEvent"),
        "review_request_removed" => EventKind::Other("ReviewRequestRemovedEvent"),
        "comment_deleted" => EventKind::Other("CommentDeletedEvent"),
        "locked" => EventKind::Other("LockedEvent"),
        "unlocked" => EventKind::Other("UnlockedEvent"),
        "assigned" => EventKind::Other("AssignedEvent"),
        "unassigned" => EventKind::Other("UnassignedEvent"),
        "marked_as_duplicate" => EventKind::Other("MarkedAsDuplicateEvent"),
        "converted_to_discussion" => EventKind::Other("ConvertedToDiscussionEvent"),
        "user_blocked" => EventKind::Other("UserBlockedEvent"),
        "transferred" => EventKind::Other("TransferredEvent"),
        "pinned" => EventKind::Other("PinnedEvent"),
        "unpinned" => EventKind::Other("UnpinnedEvent"),
        _ => return None,
    })
}
