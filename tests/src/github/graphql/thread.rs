//! Pull requests and issues.

use apollo_compiler::resolvers::{ResolveInfo, ResolvedValue};

use super::super::model::{Pull, Repository, Review, Thread, Time, Verdict};
use super::Context;
use super::connection::{Key, connect};
use super::entity::{
    Entity, In, Resolved, actor, database_id, date, leaf, not_modelled, object, optional, optional_date,
    optional_object, refuse_arguments, strings, text,
};
use super::{account, repository as repositories, timeline};

/// `OPEN`, `CLOSED` or `MERGED` at the clock.
pub(super) fn state(cx: &Context<'_>, thread: &Thread) -> &'static str {
    let merged = thread.pull.as_ref().and_then(|p| p.merge_at(cx.clock)).is_some();
    match (merged, thread.closed_at_clock(cx.clock)) {
        (true, _) => "MERGED",
        (false, true) => "CLOSED",
        (false, false) => "OPEN",
    }
}

pub(super) fn path(cx: &Context<'_>, repository: &Repository, thread: &Thread) -> String {
    let kind = if thread.pull.is_some() { "pull" } else { "issues" };
    format!("/{}/{kind}/{}", repositories::name_with_owner(cx, repository), thread.number)
}

fn closed_time(cx: &Context<'_>, thread: &Thread) -> Option<Time> {
    let merge = thread.pull.as_ref().and_then(|p| p.merge_at(cx.clock));
    thread.closed_time(cx.clock).or(merge.map(|m| m.at))
}

pub(super) fn resolve<'w>(
    cx: &'w Context<'w>,
    repository: &'w Repository,
    thread: &'w Thread,
    info: &'w ResolveInfo<'w>,
) -> Resolved<'w> {
    let clock = cx.clock;
    match info.field_name() {
        "id" => leaf(thread.node_id.as_str()),
        "databaseId" => database_id(thread.id),
        "fullDatabaseId" => leaf(thread.id.to_string()),
        "number" => leaf(i64::from(thread.number)),
        "title" => leaf(thread.title_at(clock)),
        "body" | "bodyText" => leaf(&**thread.body.at(clock)),
        "state" => leaf(state(cx, thread)),
        "closed" => leaf(state(cx, thread) != "OPEN"),
        "createdAt" => date(thread.created_at),
        "publishedAt" => optional_date(Some(thread.created_at)),
        "updatedAt" => date(thread.updated_at_clock(clock)),
        "closedAt" => optional_date(closed_time(cx, thread)),
        "lastEditedAt" => optional_date(thread.body.last_edited_at(clock)),
        "includesCreatedEdit" => leaf(thread.body.last_edited_at(clock).is_some()),
        "locked" => leaf(thread.locked),
        "author" => actor(cx, thread.author),
        "repository" => object(cx, Entity::Repository(repository)),
        "url" => leaf(format!("https://github.com{}", path(cx, repository, thread))),
        "resourcePath" => leaf(path(cx, repository, thread)),
        "labels" => {
            let names = thread.labels_at(clock);
            let known = names.into_iter().filter_map(|name| repository.labels.get(name));
            repositories::labels(cx, repository, known, info)
        }
        "comments" => {
            let (_, descending) = account::order(info);
            let items = thread
                .comments_at(clock)
                .map(|part| ((part.created_at, part.id), Entity::Comment(In { repository, thread, part })));
            connection(cx, info, descending, items.collect())
        }
        "timelineItems" => timeline::resolve(cx, repository, thread, info),
        "stateReason" if thread.pull.is_none() => optional(thread.state_reason(clock)),
        _ => match &thread.pull {
            Some(pull) => resolve_pull(cx, repository, thread, pull, info),
            None => Err(not_modelled("Issue", info)),
        },
    }
}

fn connection<'w>(
    cx: &'w Context<'w>,
    info: &'w ResolveInfo<'w>,
    descending: bool,
    items: Vec<(Key, Entity<'w>)>,
) -> Resolved<'w> {
    Ok(ResolvedValue::object(connect(cx, info, descending, items)?))
}

fn resolve_pull<'w>(
    cx: &'w Context<'w>,
    repository: &'w Repository,
    thread: &'w Thread,
    pull: &'w Pull,
    info: &'w ResolveInfo<'w>,
) -> Resolved<'w> {
    let clock = cx.clock;
    let merge = pull.merge_at(clock);
    let number = |n: u32| leaf(i64::from(n));
    match info.field_name() {
        "isDraft" => leaf(thread.draft_at(pull, clock)),
        "merged" => leaf(merge.is_some()),
        "mergedAt" => optional_date(merge.map(|m| m.at)),
        "mergedBy" => actor(cx, merge.and_then(|m| m.by)),
        "mergeCommit" => optional_object(cx, merge.map(|m| Entity::Commit(repository, &m.commit))),
        "baseRefName" => leaf(pull.base_ref.as_str()),
        "headRefOid" => leaf(pull.head_oid.as_str()),
        "additions" => number(pull.additions),
        "deletions" => number(pull.deletions),
        "changedFiles" => number(pull.changed_files),
        "files" => match &pull.files {
            // GitHub gives no connection where it cannot compute the diff.
            None => Ok(ResolvedValue::null()),
            Some(files) => {
                let items = files.iter().zip(0i64..).map(|(f, n)| ((n, 0), Entity::File(f)));
                connection(cx, info, false, items.collect())
            }
        },
        "commits" => {
            let items = pull.commits.iter().zip(0i64..).filter(|(c, _)| clock.sees(c.committed_at));
            let items = items.map(|(part, n)| ((n, 0), Entity::PullCommit(In { repository, thread, part })));
            connection(cx, info, false, items.collect())
        }
        "reviews" => {
            let states = strings(info, "states");
            let author = text(info, "author").map(|login| cx.state.account_named(login).map(|a| a.id));
            let items = pull
                .reviews_at(clock)
                .filter(|r| states.as_ref().is_none_or(|s| s.contains(&r.verdict_at(clock).state())))
                .filter(|r| author.is_none_or(|a| a.is_some() && a == r.author))
                .map(|part| ((part.submitted_at, part.id), Entity::Review(In { repository, thread, part })));
            connection(cx, info, false, items.collect())
        }
        "latestReviews" => {
            let latest = pull.reviews_at(clock).filter(|r| {
                let later = |other: &Review| {
                    other.author == r.author && (other.submitted_at, other.id) > (r.submitted_at, r.id)
                };
                !pull.reviews_at(clock).any(later)
            });
            let items =
                latest.map(|part| ((part.submitted_at, part.id), Entity::Review(In { repository, thread, part })));
            connection(cx, info, false, items.collect())
        }
        "closingIssuesReferences" => {
            refuse_true(info)?;
            let (_, descending) = account::order(info);
            let issues = pull.closes.iter().filter_map(|n| repository.threads.get(n));
            let visible = issues.filter(|t| t.pull.is_none() && clock.sees(t.created_at));
            let items = visible.map(|t| ((t.created_at, u64::from(t.number)), Entity::Thread(repository, t)));
            connection(cx, info, descending, items.collect())
        }
        "reviewDecision" => {
            let verdicts: Vec<Verdict> = pull.reviews_at(clock).map(|r| r.verdict_at(clock)).collect();
            optional(if verdicts.contains(&Verdict::ChangesRequested) {
                Some("CHANGES_REQUESTED")
            } else {
                verdicts.contains(&Verdict::Approved).then_some("APPROVED")
            })
        }
        _ => Err(not_modelled("PullRequest", info)),
    }
}

/// `userLinkedOnly: false` is the default and has no effect; `true` is not modelled.
fn refuse_true(info: &ResolveInfo<'_>) -> Result<(), apollo_compiler::resolvers::FieldError> {
    let asked = info.arguments().get("userLinkedOnly").and_then(apollo_compiler::response::JsonValue::as_bool);
    if asked == Some(true) { refuse_arguments(info, &["userLinkedOnly"]) } else { Ok(()) }
}
