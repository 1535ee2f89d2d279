//! Repositories, their lists of pull requests and issues, and labels.

use apollo_compiler::resolvers::{FieldError, ResolveInfo, ResolvedValue};
use apollo_compiler::response::JsonValue;

use super::super::model::{Commit, Label, Repository, Thread};
use super::super::time;
use super::account::order;
use super::connection::{Key, connect};
use super::entity::{
    Entity, Resolved, actor, database_id, date, fail, leaf, not_modelled, object, optional_object, refuse_arguments,
    strings, text,
};
use super::{Context, discussion, tree};

pub(super) fn name_with_owner(cx: &Context<'_>, repository: &Repository) -> String {
    let owner = cx.state.accounts.get(&repository.owner).map_or("", |a| a.login.as_str());
    format!("{owner}/{}", repository.name)
}

pub(super) fn resolve<'w>(cx: &'w Context<'w>, repository: &'w Repository, info: &'w ResolveInfo<'w>) -> Resolved<'w> {
    let needed = match info.field_name() {
        "pullRequests" | "pullRequest" => Some("pull_requests"),
        "issues" | "issue" | "labels" | "label" => Some("issues"),
        "discussions" | "discussion" => Some("discussions"),
        "object" => Some("contents"),
        _ => None,
    };
    if needed.is_some_and(|permission| cx.withheld.contains(permission)) {
        return Err(fail("FORBIDDEN", cx.caller.refusal()));
    }
    match info.field_name() {
        "id" => leaf(repository.node_id.as_str()),
        "databaseId" => database_id(repository.id.0),
        "name" => leaf(repository.name.as_str()),
        "nameWithOwner" => leaf(name_with_owner(cx, repository)),
        "owner" => actor(cx, Some(repository.owner)),
        "isPrivate" => leaf(repository.private),
        "visibility" => leaf(if repository.private { "PRIVATE" } else { "PUBLIC" }),
        "isArchived" => leaf(repository.archived),
        "isFork" | "isDisabled" | "isLocked" | "isMirror" | "isEmpty" => leaf(false),
        "createdAt" => date(repository.created_at),
        "url" => leaf(format!("https://github.com/{}", name_with_owner(cx, repository))),
        "resourcePath" => leaf(format!("/{}", name_with_owner(cx, repository))),
        "pullRequests" => threads(cx, repository, true, info),
        "issues" => threads(cx, repository, false, info),
        "discussions" => discussion::list(cx, repository, info),
        "discussion" => discussion::one(cx, repository, info),
        "pullRequest" => one(cx, repository, Some(true), "PullRequest", info),
        "issue" => one(cx, repository, Some(false), "Issue", info),
        "issueOrPullRequest" => one(cx, repository, None, "issue or pull request", info),
        "label" => {
            let label = text(info, "name").and_then(|name| repository.labels.get(name));
            optional_object(cx, label.map(|l| Entity::Label(repository, l)))
        }
        "labels" => {
            refuse_arguments(info, &["query"])?;
            labels(cx, repository, repository.labels.values(), info)
        }
        "object" => {
            if let Some(expression) = text(info, "expression") {
                // Of the files only this one is modelled.
                return match expression {
                    "HEAD:.gitattributes" => {
                        let now = repository.attributes.iter().rev().find(|version| cx.clock.sees(version.at));
                        let now = now.filter(|version| version.text.is_some());
                        optional_object(cx, now.map(|version| Entity::Blob(repository, version)))
                    }
                    _ => Err(not_modelled("Repository", info)),
                };
            }
            let oid = text(info, "oid").unwrap_or("");
            let commit = commits(repository).find(|c| c.oid == oid).map(|c| Entity::Commit(repository, c));
            optional_object(cx, commit.or_else(|| tree::blob_of(cx, repository, oid)))
        }
        _ => Err(not_modelled("Repository", info)),
    }
}

/// Every commit that is known of a repository.
pub(super) fn commits(repository: &Repository) -> impl Iterator<Item = &Commit> {
    let pulls = repository.threads.values().filter_map(|t| t.pull.as_ref());
    let proposed = pulls.flat_map(|p| p.commits.iter().chain(p.merge.iter().map(|m| &m.commit)));
    repository.commits.values().chain(proposed)
}

fn one<'w>(
    cx: &'w Context<'w>,
    repository: &'w Repository,
    pull: Option<bool>,
    what: &str,
    info: &'w ResolveInfo<'w>,
) -> Resolved<'w> {
    let number = info.arguments().get("number").and_then(JsonValue::as_i64).unwrap_or(0);
    let thread = u32::try_from(number)
        .ok()
        .and_then(|n| repository.threads.get(&n))
        .filter(|t| cx.clock.sees(t.created_at) && pull.is_none_or(|wanted| t.pull.is_some() == wanted));
    match thread {
        Some(thread) => object(cx, Entity::Thread(repository, thread)),
        None => Err(fail("NOT_FOUND", format!("Could not resolve to a {what} with the number of {number}."))),
    }
}

fn threads<'w>(
    cx: &'w Context<'w>,
    repository: &'w Repository,
    pulls: bool,
    info: &'w ResolveInfo<'w>,
) -> Resolved<'w> {
    let mut wanted = Filter::of(info)?;
    wanted.base = text(info, "baseRefName");
    refuse_arguments(info, &["headRefName"])?;
    let author = wanted.author.map(|login| cx.state.account_named(login).map(|a| a.id));
    let (field, descending) = order(info);
    if field == Some("COMMENTS") {
        return Err(fail("NOT_MODELLED", "the GitHub stand-in does not model `orderBy: {field: COMMENTS}`"));
    }
    let by_update = field == Some("UPDATED_AT");
    let items: Vec<(Key, Entity<'w>)> = repository
        .threads
        .values()
        .filter(|t| t.pull.is_some() == pulls && cx.clock.sees(t.created_at))
        .filter(|t| wanted.admits(cx, t) && author.is_none_or(|a| a.is_some() && a == t.author))
        .map(|t| {
            let value = if by_update { t.updated_at_clock(cx.clock) } else { t.created_at };
            ((value, u64::from(t.number)), Entity::Thread(repository, t))
        })
        .collect();
    Ok(ResolvedValue::object(connect(cx, info, descending, items)?))
}

#[derive(Default)]
struct Filter<'a> {
    states: Option<Vec<&'a str>>,
    labels: Option<Vec<&'a str>>,
    base: Option<&'a str>,
    author: Option<&'a str>,
    since: Option<i64>,
}

impl<'a> Filter<'a> {
    fn of(info: &'a ResolveInfo<'_>) -> Result<Self, FieldError> {
        let mut filter = Self { states: strings(info, "states"), labels: strings(info, "labels"), ..Self::default() };
        let Some(by) = info.arguments().get("filterBy").and_then(JsonValue::as_object) else {
            return Ok(filter);
        };
        for (name, value) in by.iter().filter(|(_, v)| !v.is_null()) {
            let list = || value.as_array().map(|l| l.iter().filter_map(JsonValue::as_str).collect());
            match name.as_str() {
                "states" => filter.states = list(),
                "labels" => filter.labels = list(),
                "createdBy" => filter.author = value.as_str(),
                "since" => filter.since = Some(since(value)?),
                other => {
                    return Err(fail("NOT_MODELLED", format!("the GitHub stand-in does not model `filterBy.{other}`")));
                }
            }
        }
        Ok(filter)
    }

    fn admits(&self, cx: &Context<'_>, thread: &Thread) -> bool {
        let state = super::thread::state(cx, thread);
        let labels = || thread.labels_at(cx.clock);
        self.states.as_ref().is_none_or(|s| s.contains(&state))
            && self.labels.as_ref().is_none_or(|wanted| wanted.iter().any(|l| labels().contains(l)))
            && self.since.is_none_or(|since| thread.updated_at_clock(cx.clock) >= since)
            && self.base.is_none_or(|base| thread.pull.as_ref().is_some_and(|p| p.base_ref == base))
    }
}

/// A `DateTime` argument.
pub(super) fn since(value: &JsonValue) -> Result<i64, FieldError> {
    value
        .as_str()
        .and_then(time::parse)
        .ok_or_else(|| fail("INVALID_ARGUMENT", format!("{value} is not a valid DateTime (ISO 8601)")))
}

pub(super) fn labels<'w>(
    cx: &'w Context<'w>,
    repository: &'w Repository,
    labels: impl Iterator<Item = &'w Label>,
    info: &'w ResolveInfo<'w>,
) -> Resolved<'w> {
    let (_, descending) = order(info);
    let items = labels.zip(0i64..).map(|(l, n)| ((n, l.id), Entity::Label(repository, l))).collect();
    Ok(ResolvedValue::object(connect(cx, info, descending, items)?))
}

pub(super) fn resolve_label<'w>(
    cx: &'w Context<'w>,
    repository: &'w Repository,
    label: &'w Label,
    info: &'w ResolveInfo<'w>,
) -> Resolved<'w> {
    match info.field_name() {
        "id" => leaf(label.node_id.as_str()),
        "name" => leaf(label.name.as_str()),
        "color" => leaf(label.color.as_str()),
        "description" => leaf(label.description.as_str()),
        "isDefault" => leaf(false),
        "repository" => object(cx, Entity::Repository(repository)),
        _ => Err(not_modelled("Label", info)),
    }
}
