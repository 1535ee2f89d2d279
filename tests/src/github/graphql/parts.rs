//! Comments, reviews, commits and files.

use apollo_compiler::resolvers::{ResolveInfo, ResolvedValue};

use super::super::model::{
    AccountId, Comment, Commit, CommitAuthor, FileChange, Minimized, Repository, Review, ReviewComment, Text, Time,
};
use super::super::view::minimized;
use super::Context;
use super::connection::connect;
use super::entity::{
    Entity, In, Resolved, actor, database_id, date, leaf, not_modelled, object, optional, optional_date,
    optional_object, user,
};
use super::thread::path;
use super::tree;

/// Fields that every comment-like object has.
pub(super) struct Said<'w> {
    pub type_name: &'static str,
    pub id: u64,
    pub node_id: &'w str,
    pub author: Option<AccountId>,
    pub body: &'w Text,
    pub at: Time,
    pub minimized: Option<&'w Minimized>,
    pub anchor: &'static str,
}

/// `page` is the path of the page it is on.
pub(super) fn said<'w>(
    cx: &'w Context<'w>,
    repository: &'w Repository,
    page: impl Fn() -> String,
    said: &Said<'w>,
    info: &'w ResolveInfo<'w>,
) -> Resolved<'w> {
    let hidden = minimized(said.minimized, cx.clock);
    let edited = said.body.last_edited_at(cx.clock);
    let path = || format!("{}#{}{}", page(), said.anchor, said.id);
    match info.field_name() {
        "id" => leaf(said.node_id),
        "databaseId" => database_id(said.id),
        "fullDatabaseId" => leaf(said.id.to_string()),
        "author" => actor(cx, said.author),
        "body" | "bodyText" => leaf(&**said.body.at(cx.clock)),
        "createdAt" => date(said.at),
        "publishedAt" => optional_date(Some(said.at)),
        "updatedAt" => date(edited.unwrap_or(said.at).max(said.at)),
        "lastEditedAt" => optional_date(edited),
        "includesCreatedEdit" => leaf(edited.is_some()),
        "isMinimized" => leaf(hidden.is_some()),
        "minimizedReason" => optional(hidden.map(|m| m.reason.as_str())),
        "repository" => object(cx, Entity::Repository(repository)),
        "url" => leaf(format!("https://github.com{}", path())),
        "resourcePath" => leaf(path()),
        _ => Err(not_modelled(said.type_name, info)),
    }
}

pub(super) fn comment<'w>(cx: &'w Context<'w>, place: In<'w, Comment>, info: &'w ResolveInfo<'w>) -> Resolved<'w> {
    let comment = place.part;
    let thread = Entity::Thread(place.repository, place.thread);
    match info.field_name() {
        "pullRequest" => optional_object(cx, place.thread.pull.is_some().then_some(thread)),
        "issue" if place.thread.pull.is_none() => object(cx, thread),
        _ => {
            let fields = Said {
                type_name: "IssueComment",
                id: comment.id,
                node_id: &comment.node_id,
                author: comment.author,
                body: &comment.body,
                at: comment.created_at,
                minimized: comment.minimized.as_ref(),
                anchor: "issuecomment-",
            };
            said(cx, place.repository, || path(cx, place.repository, place.thread), &fields, info)
        }
    }
}

pub(super) fn review<'w>(cx: &'w Context<'w>, place: In<'w, Review>, info: &'w ResolveInfo<'w>) -> Resolved<'w> {
    let In { repository, thread, part: review } = place;
    match info.field_name() {
        "state" => leaf(review.verdict_at(cx.clock).state()),
        "submittedAt" => optional_date(Some(review.submitted_at)),
        "pullRequest" => object(cx, Entity::Thread(repository, thread)),
        "commit" => commit_known(cx, repository, thread.pull.iter().flat_map(|p| &p.commits), &review.commit_oid),
        "comments" => {
            let comments = thread.pull.iter().flat_map(|p| p.review_comments_at(cx.clock));
            let items = comments
                .filter(|c| c.review == Some(review.id))
                .map(|part| ((part.created_at, part.id), Entity::ReviewComment(In { repository, thread, part })));
            Ok(ResolvedValue::object(connect(cx, info, false, items.collect())?))
        }
        _ => {
            let fields = Said {
                type_name: "PullRequestReview",
                id: review.id,
                node_id: &review.node_id,
                author: review.author,
                body: &review.body,
                at: review.submitted_at,
                minimized: review.minimized.as_ref(),
                anchor: "pullrequestreview-",
            };
            said(cx, place.repository, || path(cx, place.repository, place.thread), &fields, info)
        }
    }
}

pub(super) fn review_comment<'w>(
    cx: &'w Context<'w>,
    place: In<'w, ReviewComment>,
    info: &'w ResolveInfo<'w>,
) -> Resolved<'w> {
    let In { repository, thread, part: comment } = place;
    let line = |n: Option<u32>| optional(n.map(i64::from));
    match info.field_name() {
        "path" => leaf(comment.path.as_str()),
        "diffHunk" => leaf(comment.diff_hunk.as_str()),
        "line" => line(comment.line),
        "originalLine" => line(comment.original_line),
        "position" => line(comment.position),
        "originalPosition" => leaf(i64::from(comment.original_position.unwrap_or(0))),
        "outdated" => leaf(comment.position.is_none()),
        "state" => leaf("SUBMITTED"),
        "draftedAt" => date(comment.created_at),
        "pullRequest" => object(cx, Entity::Thread(repository, thread)),
        "pullRequestReview" => {
            let reviews = thread.pull.iter().flat_map(|p| &p.reviews);
            let found = reviews.into_iter().find(|r| Some(r.id) == comment.review);
            optional_object(cx, found.map(|part| Entity::Review(In { repository, thread, part })))
        }
        "replyTo" => {
            let comments = thread.pull.iter().flat_map(|p| &p.review_comments);
            let found = comments.into_iter().find(|c| Some(c.id) == comment.in_reply_to);
            optional_object(cx, found.map(|part| Entity::ReviewComment(In { repository, thread, part })))
        }
        _ => {
            let fields = Said {
                type_name: "PullRequestReviewComment",
                id: comment.id,
                node_id: &comment.node_id,
                author: comment.author,
                body: &comment.body,
                at: comment.created_at,
                minimized: comment.minimized.as_ref(),
                anchor: "discussion_r",
            };
            said(cx, place.repository, || path(cx, place.repository, place.thread), &fields, info)
        }
    }
}

pub(super) fn pull_commit<'w>(cx: &'w Context<'w>, place: In<'w, Commit>, info: &'w ResolveInfo<'w>) -> Resolved<'w> {
    let In { repository, thread, part: commit } = place;
    let path = || format!("{}/commits/{}", path(cx, repository, thread), commit.oid);
    match info.field_name() {
        "id" => leaf(format!("PURC_{}_{}", thread.node_id, commit.oid)),
        "commit" => object(cx, Entity::Commit(repository, commit)),
        "pullRequest" => object(cx, Entity::Thread(repository, thread)),
        "url" => leaf(format!("https://github.com{}", path())),
        "resourcePath" => leaf(path()),
        _ => Err(not_modelled("PullRequestCommit", info)),
    }
}

/// A commit of the repository or of the pull request by its id, or the bare id.
pub(super) fn commit_known<'w>(
    cx: &'w Context<'w>,
    repository: &'w Repository,
    mut commits: impl Iterator<Item = &'w Commit>,
    oid: &'w str,
) -> Resolved<'w> {
    let found = commits.find(|c| c.oid == oid).or_else(|| repository.commits.get(oid));
    let bare = (!oid.is_empty()).then_some(Entity::CommitId(repository, oid));
    optional_object(cx, found.map(|c| Entity::Commit(repository, c)).or(bare))
}

pub(super) fn commit<'w>(
    cx: &'w Context<'w>,
    repository: &'w Repository,
    commit: &'w Commit,
    info: &'w ResolveInfo<'w>,
) -> Resolved<'w> {
    let message = commit.message.as_str();
    let headline = message.lines().next().unwrap_or("");
    match info.field_name() {
        "message" => leaf(message),
        "messageHeadline" => leaf(headline),
        "messageBody" => leaf(message.get(headline.len()..).unwrap_or("").trim_start_matches('\n')),
        "authoredDate" => date(commit.authored_at),
        "committedDate" => date(commit.committed_at),
        "author" => optional_object(cx, Some(Entity::GitActor(&commit.author, commit.authored_at))),
        "authors" => {
            // A co-author with the author's own address is the author.
            let others = commit.co_authors.iter().filter(|a| a.email != commit.author.email);
            let all = std::iter::once(&commit.author).chain(others);
            let items = all.zip(0i64..).map(|(a, n)| ((n, 0), Entity::GitActor(a, commit.authored_at)));
            Ok(ResolvedValue::object(connect(cx, info, false, items.collect())?))
        }
        "parents" => {
            let items = commit.parents.iter().zip(0i64..).map(|(oid, n)| {
                let known = repository.commits.get(oid).map(|c| Entity::Commit(repository, c));
                ((n, 0), known.unwrap_or(Entity::CommitId(repository, oid)))
            });
            Ok(ResolvedValue::object(connect(cx, info, false, items.collect())?))
        }
        "file" => tree::file_of(cx, repository, commit, info),
        _ => commit_id(cx, repository, &commit.oid, info),
    }
}

/// What can be said of a commit when only its id is known; every other field is an error.
pub(super) fn commit_id<'w>(
    cx: &'w Context<'w>,
    repository: &'w Repository,
    oid: &'w str,
    info: &'w ResolveInfo<'w>,
) -> Resolved<'w> {
    let path = || format!("/{}/commit/{oid}", super::repository::name_with_owner(cx, repository));
    match info.field_name() {
        "oid" => leaf(oid),
        "abbreviatedOid" => leaf(oid.get(..7).unwrap_or(oid)),
        "id" => leaf(format!("C_{}_{oid}", repository.node_id)),
        "repository" => object(cx, Entity::Repository(repository)),
        "url" | "commitUrl" => leaf(format!("https://github.com{}", path())),
        "resourcePath" | "commitResourcePath" => leaf(path()),
        _ => Err(not_modelled("Commit", info)),
    }
}

pub(super) fn git_actor<'w>(
    cx: &'w Context<'w>,
    author: &'w CommitAuthor,
    at: Time,
    info: &'w ResolveInfo<'w>,
) -> Resolved<'w> {
    match info.field_name() {
        "name" => optional(Some(author.name.as_str())),
        "email" => optional(Some(author.email.as_str())),
        "date" => optional_date(Some(at)),
        "user" => user(cx, author.account),
        _ => Err(not_modelled("GitActor", info)),
    }
}

pub(super) fn file<'w>(file: &'w FileChange, info: &'w ResolveInfo<'w>) -> Resolved<'w> {
    match info.field_name() {
        "path" => leaf(file.path.as_str()),
        "additions" => leaf(i64::from(file.additions)),
        "deletions" => leaf(i64::from(file.deletions)),
        "changeType" => leaf(file.change.patch_status()),
        _ => Err(not_modelled("PullRequestChangedFile", info)),
    }
}
