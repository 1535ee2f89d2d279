//! Discussions and their comments.

use apollo_compiler::resolvers::{ResolveInfo, ResolvedValue};
use apollo_compiler::response::JsonValue;

use super::super::model::{Discussion, DiscussionComment, Repository};
use super::Context;
use super::account::order;
use super::connection::connect;
use super::entity::{
    Entity, Resolved, actor, database_id, date, fail, leaf, not_modelled, object, optional_date, optional_object,
    refuse_arguments,
};
use super::parts::{Said, said};
use super::repository::name_with_owner;

fn path(cx: &Context<'_>, repository: &Repository, discussion: &Discussion) -> String {
    format!("/{}/discussions/{}", name_with_owner(cx, repository), discussion.number)
}

pub(super) fn one<'w>(cx: &'w Context<'w>, repository: &'w Repository, info: &'w ResolveInfo<'w>) -> Resolved<'w> {
    let number = info.arguments().get("number").and_then(JsonValue::as_i64).unwrap_or(0);
    let found = u32::try_from(number).ok().and_then(|n| repository.discussions.get(&n));
    match found.filter(|d| cx.clock.sees(d.created_at)) {
        Some(discussion) => object(cx, Entity::Discussion(repository, discussion)),
        None => Err(fail("NOT_FOUND", format!("Could not resolve to a Discussion with the number of {number}."))),
    }
}

/// The discussions of a repository: by last change, newest first, unless the query says otherwise.
pub(super) fn list<'w>(cx: &'w Context<'w>, repository: &'w Repository, info: &'w ResolveInfo<'w>) -> Resolved<'w> {
    refuse_arguments(info, &["categoryId"])?;
    if info.arguments().get("states").and_then(JsonValue::as_array).is_some_and(|s| !s.is_empty()) {
        return Err(fail("NOT_MODELLED", "the GitHub stand-in does not model `states` of discussions"));
    }
    let answered = info.arguments().get("answered").and_then(JsonValue::as_bool);
    let (field, descending) = order(info);
    let items = repository
        .discussions
        .values()
        .filter(|d| cx.clock.sees(d.created_at))
        .filter(|d| answered.is_none_or(|wanted| d.answer_at(cx.clock).is_some() == wanted))
        .map(|d| {
            let at = if field == Some("CREATED_AT") { d.created_at } else { d.updated_at(cx.clock) };
            ((at, u64::from(d.number)), Entity::Discussion(repository, d))
        })
        .collect();
    Ok(ResolvedValue::object(connect(cx, info, descending, items)?))
}

pub(super) fn resolve<'w>(
    cx: &'w Context<'w>,
    repository: &'w Repository,
    discussion: &'w Discussion,
    info: &'w ResolveInfo<'w>,
) -> Resolved<'w> {
    let clock = cx.clock;
    let edited = discussion.body.last_edited_at(clock);
    let answer = discussion.answer_at(clock);
    match info.field_name() {
        "id" => leaf(discussion.node_id.as_str()),
        "databaseId" => database_id(discussion.id),
        "number" => leaf(i64::from(discussion.number)),
        "title" => leaf(discussion.title.as_str()),
        "body" | "bodyText" => leaf(&**discussion.body.at(clock)),
        "author" => actor(cx, discussion.author),
        "createdAt" => date(discussion.created_at),
        "publishedAt" => optional_date(Some(discussion.created_at)),
        "updatedAt" => date(discussion.updated_at(clock)),
        "lastEditedAt" => optional_date(edited),
        "includesCreatedEdit" => leaf(edited.is_some()),
        "closed" | "locked" => leaf(false),
        "isAnswered" => leaf(answer.is_some()),
        "answer" => optional_object(cx, answer.map(|(_, c)| Entity::Answer(repository, discussion, c))),
        "answerChosenAt" => optional_date(answer.map(|(choice, _)| choice.at)),
        "answerChosenBy" => actor(cx, answer.and_then(|(choice, _)| choice.by)),
        "comments" => {
            let items = discussion
                .comments_at(clock)
                .map(|c| ((c.created_at, c.id), Entity::Answer(repository, discussion, c)))
                .collect();
            Ok(ResolvedValue::object(connect(cx, info, false, items)?))
        }
        "repository" => object(cx, Entity::Repository(repository)),
        "url" => leaf(format!("https://github.com{}", path(cx, repository, discussion))),
        "resourcePath" => leaf(path(cx, repository, discussion)),
        _ => Err(not_modelled("Discussion", info)),
    }
}

pub(super) fn comment<'w>(
    cx: &'w Context<'w>,
    repository: &'w Repository,
    discussion: &'w Discussion,
    comment: &'w DiscussionComment,
    info: &'w ResolveInfo<'w>,
) -> Resolved<'w> {
    match info.field_name() {
        "discussion" => optional_object(cx, Some(Entity::Discussion(repository, discussion))),
        "isAnswer" => leaf(discussion.answer_at(cx.clock).is_some_and(|(_, c)| c.id == comment.id)),
        "deletedAt" => optional_date(None),
        _ => {
            let fields = Said {
                type_name: "DiscussionComment",
                id: comment.id,
                node_id: &comment.node_id,
                author: comment.author,
                body: &comment.body,
                at: comment.created_at,
                minimized: comment.minimized.as_ref(),
                anchor: "discussioncomment-",
            };
            said(cx, repository, || path(cx, repository, discussion), &fields, info)
        }
    }
}
