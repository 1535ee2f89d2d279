//! Timelines: commits, reviews, comments and events of a thread in the order of time.

use apollo_compiler::resolvers::{FieldError, ResolveInfo, ResolvedValue};

use super::super::model::{Closer, Event, EventKind, Repository, StateReason, Thread, ThreadRef};
use super::super::view::reason_name;
use super::Context;
use super::connection::{Key, connect};
use super::entity::{
    Entity, In, Object, Resolved, actor, date, fail, leaf, not_modelled, object, optional, optional_object, strings,
};
use super::{parts, repository as repositories};
use apollo_compiler::resolvers::ObjectValue;

/// Item types that exist at GitHub and are not in this world: asking for them is an error, not an empty list.
const ABSENT: [&str; 4] = [
    "CROSS_REFERENCED_EVENT",
    "PULL_REQUEST_COMMIT_COMMENT_THREAD",
    "PULL_REQUEST_REVIEW_THREAD",
    "PULL_REQUEST_REVISION_MARKER",
];

pub(super) fn type_name(kind: &EventKind) -> &'static str {
    match kind {
        EventKind::Labeled(_) => "LabeledEvent",
        EventKind::Unlabeled(_) => "UnlabeledEvent",
        EventKind::Closed { .. } => "ClosedEvent",
        EventKind::Reopened => "ReopenedEvent",
        EventKind::Merged => "MergedEvent",
        EventKind::Renamed { .. } => "RenamedTitleEvent",
        EventKind::ReadyForReview => "ReadyForReviewEvent",
        EventKind::ConvertToDraft => "ConvertToDraftEvent",
        EventKind::ReviewDismissed { .. } => "ReviewDismissedEvent",
        EventKind::HeadRefForcePushed { .. } => "HeadRefForcePushedEvent",
        EventKind::Connected { .. } => "ConnectedEvent",
        EventKind::Disconnected { .. } => "DisconnectedEvent",
        EventKind::Other(name) => name,
    }
}

/// `LabeledEvent` -> `LABELED_EVENT`.
fn item_type(type_name: &str) -> String {
    let mut name = String::new();
    for letter in type_name.chars() {
        if letter.is_ascii_uppercase() && !name.is_empty() {
            name.push('_');
        }
        name.push(letter.to_ascii_uppercase());
    }
    name
}

pub(super) fn resolve<'w>(
    cx: &'w Context<'w>,
    repository: &'w Repository,
    thread: &'w Thread,
    info: &'w ResolveInfo<'w>,
) -> Resolved<'w> {
    let wanted = strings(info, "itemTypes");
    if let Some(absent) = wanted.iter().flatten().find(|t| ABSENT.contains(t)) {
        return Err(fail("NOT_MODELLED", format!("the GitHub stand-in does not model the timeline item {absent}")));
    }
    let since = match info.arguments().get("since") {
        Some(value) if !value.is_null() => Some(repositories::since(value)?),
        _ => None,
    };
    let mut items = items(cx, repository, thread);
    items.retain(|((at, _), entity)| {
        since.is_none_or(|since| *at >= since)
            && wanted.as_ref().is_none_or(|w| w.contains(&item_type(Object(cx, *entity).type_name()).as_str()))
    });
    Ok(ResolvedValue::object(connect(cx, info, false, items)?))
}

/// Everything on a thread with its time. Ids of events and comments come from different counters, so the lowest bits
/// of the second key tell them apart and commits keep their order.
fn items<'w>(cx: &'w Context<'w>, repository: &'w Repository, thread: &'w Thread) -> Vec<(Key, Entity<'w>)> {
    let clock = cx.clock;
    let key = |at, id: u64, class: u64| (at, id.wrapping_mul(4) | class);
    let mut items: Vec<(Key, Entity<'w>)> = Vec::new();
    if let Some(pull) = &thread.pull {
        let commits = pull.commits.iter().zip(0u64..).filter(|(c, _)| clock.sees(c.committed_at));
        items.extend(
            commits
                .map(|(part, n)| (key(part.committed_at, n, 0), Entity::PullCommit(In { repository, thread, part }))),
        );
        items.extend(
            pull.reviews_at(clock)
                .map(|part| (key(part.submitted_at, part.id, 1), Entity::Review(In { repository, thread, part }))),
        );
    }
    items.extend(
        thread
            .comments_at(clock)
            .map(|part| (key(part.created_at, part.id, 2), Entity::Comment(In { repository, thread, part }))),
    );
    items.extend(
        thread.events_at(clock).map(|part| (key(part.at, part.id, 3), Entity::Event(In { repository, thread, part }))),
    );
    items
}

fn subject<'w>(cx: &'w Context<'w>, at: ThreadRef) -> Result<Entity<'w>, FieldError> {
    let repository = cx.state.repositories.get(&at.repository);
    repository
        .filter(|r| cx.state.shows(r, cx.clock))
        .and_then(|r| r.threads.get(&at.number).map(|t| Entity::Thread(r, t)))
        .ok_or_else(|| fail("NOT_FOUND", format!("#{} is not in this world", at.number)))
}

pub(super) fn resolve_event<'w>(cx: &'w Context<'w>, place: In<'w, Event>, info: &'w ResolveInfo<'w>) -> Resolved<'w> {
    let In { repository, thread, part: event } = place;
    let this = Entity::Thread(repository, thread);
    let field = info.field_name();
    match field {
        "id" => return leaf(event.node_id.as_str()),
        "actor" => return actor(cx, event.actor),
        "createdAt" => return date(event.at),
        _ => {}
    }
    if let EventKind::Other(name) = event.kind {
        return Err(not_modelled(name, info));
    }
    match field {
        "pullRequest" | "closable" | "labelable" => return object(cx, this),
        "url" => {
            return leaf(format!(
                "https://github.com{}#event-{}",
                super::thread::path(cx, repository, thread),
                event.id
            ));
        }
        "resourcePath" => return leaf(format!("{}#event-{}", super::thread::path(cx, repository, thread), event.id)),
        _ => {}
    }
    match (&event.kind, field) {
        // A deleted label is null in the events that tell of it.
        (EventKind::Labeled(name) | EventKind::Unlabeled(name), "label") => {
            optional_object(cx, repository.labels.get(name).map(|label| Entity::Label(repository, label)))
        }
        (EventKind::Closed { closer, .. }, "closer") => match closer {
            // A closer the reader may not know of is null.
            Some(Closer::Pull(at)) => optional_object(cx, subject(cx, *at).ok()),
            Some(Closer::Commit(oid)) => parts::commit_known(cx, repository, std::iter::empty(), oid),
            None => Ok(ResolvedValue::null()),
        },
        (EventKind::Closed { reason, .. }, "stateReason") => {
            let reason = thread.pull.is_none().then(|| reason.unwrap_or(StateReason::Completed));
            optional(reason.map(reason_name))
        }
        (EventKind::Reopened, "stateReason") => optional(thread.pull.is_none().then_some("REOPENED")),
        (EventKind::Merged, "commit") => {
            let merge = thread.pull.as_ref().and_then(|p| p.merge.as_ref());
            optional_object(cx, merge.map(|m| Entity::Commit(repository, &m.commit)))
        }
        (EventKind::Merged, "mergeRefName") => leaf(thread.pull.as_ref().map_or("", |p| p.base_ref.as_str())),
        (EventKind::Renamed { from, .. }, "previousTitle") => leaf(from.as_str()),
        (EventKind::Renamed { to, .. }, "currentTitle") => leaf(to.as_str()),
        (EventKind::Renamed { .. }, "subject") => object(cx, this),
        (EventKind::ReviewDismissed { review, .. }, "review") => {
            let reviews = thread.pull.iter().flat_map(|p| &p.reviews);
            let found = reviews.into_iter().find(|r| r.id == *review);
            optional_object(cx, found.map(|part| Entity::Review(In { repository, thread, part })))
        }
        (EventKind::ReviewDismissed { previous, .. }, "previousReviewState") => leaf(previous.state()),
        (EventKind::ReviewDismissed { message, .. }, "dismissalMessage") => optional(Some(message.as_str())),
        (EventKind::HeadRefForcePushed { after }, "afterCommit") => match after {
            Some(oid) => parts::commit_known(cx, repository, thread.pull.iter().flat_map(|p| &p.commits), oid),
            None => Ok(ResolvedValue::null()),
        },
        (EventKind::Connected { source } | EventKind::Disconnected { source }, "source") => {
            object(cx, subject(cx, *source)?)
        }
        (EventKind::Connected { .. } | EventKind::Disconnected { .. }, "subject") => object(cx, this),
        (EventKind::Connected { source } | EventKind::Disconnected { source }, "isCrossRepository") => {
            leaf(source.repository != repository.id)
        }
        (kind, _) => Err(not_modelled(type_name(kind), info)),
    }
}
