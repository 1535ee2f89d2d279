//! One enum over everything a query can reach, and the small words in which its fields are answered.

use apollo_compiler::resolvers::{FieldError, ObjectValue, ResolveInfo, ResolvedValue};
use apollo_compiler::response::JsonValue;

use super::super::model::{
    Account, AccountId, AccountKind, Comment, Commit, CommitAuthor, Discussion, DiscussionComment, Event, FileChange,
    FileVersion, Gist, Label, Repository, Review, ReviewComment, Thread, Time,
};
use super::super::time;
use super::{Context, account, discussion, parts, repository, thread, timeline, tree};

pub(super) type Resolved<'a> = Result<ResolvedValue<'a>, FieldError>;

/// Stands between the type of an error and its message until the answer is written.
pub(super) const TYPE_END: char = '\u{1f}';

/// A thread with the repository it is in.
pub(super) struct In<'w, T> {
    pub repository: &'w Repository,
    pub thread: &'w Thread,
    pub part: &'w T,
}

// By hand: a derive would ask the part itself to be `Copy`.
impl<T> Clone for In<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for In<'_, T> {}

#[derive(Clone, Copy)]
pub(super) enum Entity<'w> {
    Account(&'w Account),
    Repository(&'w Repository),
    Thread(&'w Repository, &'w Thread),
    Comment(In<'w, Comment>),
    Review(In<'w, Review>),
    ReviewComment(In<'w, ReviewComment>),
    PullCommit(In<'w, Commit>),
    Event(In<'w, Event>),
    Commit(&'w Repository, &'w Commit),
    /// A commit of which only the id is known.
    CommitId(&'w Repository, &'w str),
    GitActor(&'w CommitAuthor, Time),
    Blob(&'w Repository, &'w FileVersion),
    TreeEntry(&'w Repository, &'w FileVersion),
    Discussion(&'w Repository, &'w Discussion),
    Answer(&'w Repository, &'w Discussion, &'w DiscussionComment),
    File(&'w FileChange),
    Label(&'w Repository, &'w Label),
    Gist(&'w Gist),
    GistFile(&'w str, &'w str),
}

/// An entity as a query sees it.
#[derive(Clone, Copy)]
pub(super) struct Object<'w>(pub &'w Context<'w>, pub Entity<'w>);

impl ObjectValue for Object<'_> {
    fn type_name(&self) -> &str {
        match self.1 {
            Entity::Account(a) => a.kind.type_name(),
            Entity::Repository(_) => "Repository",
            Entity::Thread(_, t) if t.pull.is_some() => "PullRequest",
            Entity::Thread(..) => "Issue",
            Entity::Comment(_) => "IssueComment",
            Entity::Review(_) => "PullRequestReview",
            Entity::ReviewComment(_) => "PullRequestReviewComment",
            Entity::PullCommit(_) => "PullRequestCommit",
            Entity::Event(e) => timeline::type_name(&e.part.kind),
            Entity::Commit(..) | Entity::CommitId(..) => "Commit",
            Entity::GitActor(..) => "GitActor",
            Entity::Blob(..) => "Blob",
            Entity::TreeEntry(..) => "TreeEntry",
            Entity::Discussion(..) => "Discussion",
            Entity::Answer(..) => "DiscussionComment",
            Entity::File(_) => "PullRequestChangedFile",
            Entity::Label(..) => "Label",
            Entity::Gist(_) => "Gist",
            Entity::GistFile(..) => "GistFile",
        }
    }

    fn resolve_field<'a>(&'a self, info: &'a ResolveInfo<'a>) -> Resolved<'a> {
        let cx = self.0;
        match self.1 {
            Entity::Account(a) => account::resolve(cx, a, info),
            Entity::Gist(g) => account::resolve_gist(cx, g, info),
            Entity::GistFile(name, text) => account::resolve_gist_file(name, text, info),
            Entity::Repository(r) => repository::resolve(cx, r, info),
            Entity::Label(r, l) => repository::resolve_label(cx, r, l, info),
            Entity::Thread(r, t) => thread::resolve(cx, r, t, info),
            Entity::Comment(c) => parts::comment(cx, c, info),
            Entity::Review(r) => parts::review(cx, r, info),
            Entity::ReviewComment(c) => parts::review_comment(cx, c, info),
            Entity::PullCommit(c) => parts::pull_commit(cx, c, info),
            Entity::Commit(r, c) => parts::commit(cx, r, c, info),
            Entity::CommitId(r, oid) => parts::commit_id(cx, r, oid, info),
            Entity::GitActor(a, at) => parts::git_actor(cx, a, at, info),
            Entity::Blob(r, v) => tree::blob(cx, r, v, info),
            Entity::TreeEntry(r, v) => tree::entry(cx, r, v, info),
            Entity::Discussion(r, d) => discussion::resolve(cx, r, d, info),
            Entity::Answer(r, d, c) => discussion::comment(cx, r, d, c, info),
            Entity::File(f) => parts::file(f, info),
            Entity::Event(e) => timeline::resolve_event(cx, e, info),
        }
    }
}

pub(super) fn fail(kind: &str, message: impl Into<String>) -> FieldError {
    FieldError { message: format!("{kind}{TYPE_END}{}", message.into()) }
}

pub(super) fn not_modelled(type_name: &str, info: &ResolveInfo<'_>) -> FieldError {
    fail("NOT_MODELLED", format!("the GitHub stand-in does not model `{type_name}.{}`", info.field_name()))
}

/// Refuses arguments that are part of the schema but have no effect here.
pub(super) fn refuse_arguments(info: &ResolveInfo<'_>, names: &[&str]) -> Result<(), FieldError> {
    for name in names {
        if info.arguments().get(*name).is_some_and(|v| !v.is_null()) {
            let field = info.field_name();
            return Err(fail(
                "NOT_MODELLED",
                format!("the GitHub stand-in does not model the argument `{name}` of `{field}`"),
            ));
        }
    }
    Ok(())
}

pub(super) fn leaf<'a>(value: impl Into<JsonValue>) -> Resolved<'a> {
    Ok(ResolvedValue::leaf(value))
}

pub(super) fn optional<'a>(value: Option<impl Into<JsonValue>>) -> Resolved<'a> {
    Ok(value.map_or_else(ResolvedValue::null, ResolvedValue::leaf))
}

pub(super) fn date<'a>(at: Time) -> Resolved<'a> {
    leaf(time::iso(at))
}

pub(super) fn optional_date<'a>(at: Option<Time>) -> Resolved<'a> {
    optional(at.map(time::iso))
}

/// A 32-bit `databaseId`; larger ids cannot be said in it, as at GitHub.
pub(super) fn database_id<'a>(id: u64) -> Resolved<'a> {
    match i32::try_from(id) {
        Ok(id) => leaf(i64::from(id)),
        Err(_) => Err(FieldError {
            message: format!("Integer out of bounds: {id}. Consider `fullDatabaseId`, which is a BigInt, instead."),
        }),
    }
}

pub(super) fn object<'w>(cx: &'w Context<'w>, entity: Entity<'w>) -> Resolved<'w> {
    Ok(ResolvedValue::object(Object(cx, entity)))
}

pub(super) fn optional_object<'w>(cx: &'w Context<'w>, entity: Option<Entity<'w>>) -> Resolved<'w> {
    Ok(ResolvedValue::nullable_object(entity.map(|e| Object(cx, e))))
}

/// An account, `null` where it is deleted.
pub(super) fn actor<'w>(cx: &'w Context<'w>, id: Option<AccountId>) -> Resolved<'w> {
    optional_object(cx, id.and_then(|id| cx.state.accounts.get(&id)).map(Entity::Account))
}

/// The same where the schema allows a `User` only.
pub(super) fn user<'w>(cx: &'w Context<'w>, id: Option<AccountId>) -> Resolved<'w> {
    let account = id.and_then(|id| cx.state.accounts.get(&id));
    optional_object(cx, account.filter(|a| a.kind == AccountKind::User).map(Entity::Account))
}

/// The strings of a list argument; `None` where it is not given.
pub(super) fn strings<'a>(info: &'a ResolveInfo<'_>, argument: &str) -> Option<Vec<&'a str>> {
    let list = info.arguments().get(argument)?.as_array()?;
    Some(list.iter().filter_map(JsonValue::as_str).collect())
}

pub(super) fn text<'a>(info: &'a ResolveInfo<'_>, argument: &str) -> Option<&'a str> {
    info.arguments().get(argument)?.as_str()
}
