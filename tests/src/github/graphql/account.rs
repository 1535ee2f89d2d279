//! Accounts and their gists.

use apollo_compiler::resolvers::ResolveInfo;
use apollo_compiler::response::JsonValue;

use super::super::model::{Account, AccountKind, Gist, Repository};
use super::Context;
use super::connection::connect;
use super::entity::{
    Entity, Object, Resolved, database_id, date, fail, leaf, not_modelled, object, optional, optional_date,
    optional_object, refuse_arguments, text,
};
use apollo_compiler::resolvers::ResolvedValue;

pub(super) fn resolve<'w>(cx: &'w Context<'w>, account: &'w Account, info: &'w ResolveInfo<'w>) -> Resolved<'w> {
    // GraphQL writes bots without the suffix that REST gives them.
    let login = account.login.strip_suffix("[bot]").unwrap_or(&account.login);
    let path = if account.kind == AccountKind::Bot { format!("/apps/{login}") } else { format!("/{login}") };
    match info.field_name() {
        "id" => leaf(account.node_id.as_str()),
        "login" => leaf(login),
        "databaseId" => database_id(account.id.0),
        "url" => leaf(format!("https://github.com{path}")),
        "resourcePath" => leaf(path),
        "avatarUrl" => leaf(format!("https://avatars.githubusercontent.com/u/{}?v=4", account.id.0)),
        "gist" => {
            let name = text(info, "name").unwrap_or("");
            let gist = cx.state.gists.get(name).filter(|g| g.owner == account.id && g.at(cx.clock).is_some());
            optional_object(cx, gist.map(Entity::Gist))
        }
        "gists" => gists(cx, account, info),
        "repository" => {
            let name = text(info, "name").unwrap_or("");
            match cx.state.repository_named(&account.login, name) {
                Some(r) if cx.state.shows(r, cx.clock) => object(cx, Entity::Repository(r)),
                _ => Err(fail(
                    "NOT_FOUND",
                    format!("Could not resolve to a Repository with the name '{}/{name}'.", account.login),
                )),
            }
        }
        "repositories" => repositories(cx, account, info),
        _ => Err(not_modelled(account.kind.type_name(), info)),
    }
}

fn repositories<'w>(cx: &'w Context<'w>, account: &'w Account, info: &'w ResolveInfo<'w>) -> Resolved<'w> {
    let unsupported = ["affiliations", "hasIssuesEnabled", "isFork", "isLocked"];
    refuse_arguments(info, &unsupported)?;
    let archived = info.arguments().get("isArchived").and_then(JsonValue::as_bool);
    let private = text(info, "privacy").or_else(|| text(info, "visibility")).map(|v| v != "PUBLIC");
    let mut owned: Vec<&Repository> = cx
        .state
        .repositories
        .values()
        .filter(|r| r.owner == account.id && cx.state.shows(r, cx.clock))
        .filter(|r| archived.is_none_or(|wanted| r.archived == wanted))
        .filter(|r| private.is_none_or(|wanted| r.private == wanted))
        .collect();
    let (field, descending) = order(info);
    if field == Some("NAME") {
        owned.sort_by(|a, b| a.name.cmp(&b.name));
    } else if !matches!(field, None | Some("CREATED_AT")) {
        return Err(not_modelled("Organization", info));
    }
    let items = owned
        .into_iter()
        .zip(0i64..)
        .map(|(r, place)| {
            let value = if field == Some("NAME") { place } else { r.created_at };
            ((value, r.id.0), Entity::Repository(r))
        })
        .collect();
    Ok(ResolvedValue::object(connect(cx, info, descending, items)?))
}

/// The field and direction of `orderBy`.
pub(super) fn order<'a>(info: &'a ResolveInfo<'_>) -> (Option<&'a str>, bool) {
    let by = info.arguments().get("orderBy");
    let part = |name: &str| by.and_then(|o| o.get(name)).and_then(JsonValue::as_str);
    (part("field"), part("direction") == Some("DESC"))
}

fn gists<'w>(cx: &'w Context<'w>, account: &'w Account, info: &'w ResolveInfo<'w>) -> Resolved<'w> {
    // Without `privacy` GitHub lists public gists; secret ones of the viewer only.
    let own = cx.viewer == Some(account.id);
    let wanted = |gist: &Gist| match text(info, "privacy") {
        Some("SECRET") => own && !gist.public,
        Some("ALL") => gist.public || own,
        _ => gist.public,
    };
    let (field, descending) = order(info);
    let items = cx
        .state
        .gists
        .values()
        .filter(|g| g.owner == account.id && wanted(g))
        .filter_map(|g| {
            let (updated, _) = g.at(cx.clock)?;
            let value = if matches!(field, None | Some("CREATED_AT")) { g.created_at } else { *updated };
            Some(((value, tie(&g.id)), Entity::Gist(g)))
        })
        .collect();
    Ok(ResolvedValue::object(connect(cx, info, descending, items)?))
}

/// A number from a gist's id, to break ties.
fn tie(id: &str) -> u64 {
    id.get(16..).and_then(|digits| u64::from_str_radix(digits, 16).ok()).unwrap_or(0)
}

pub(super) fn resolve_gist<'w>(cx: &'w Context<'w>, gist: &'w Gist, info: &'w ResolveInfo<'w>) -> Resolved<'w> {
    let revision = gist.at(cx.clock);
    let owner = cx.state.accounts.get(&gist.owner);
    let path = format!("/{}", gist.id);
    match info.field_name() {
        "id" => leaf(gist.node_id.as_str()),
        "name" => leaf(gist.id.as_str()),
        "isPublic" => leaf(gist.public),
        "isFork" => leaf(false),
        "description" => optional(Some(gist.description.as_str())),
        "createdAt" => date(gist.created_at),
        "updatedAt" => date(revision.map_or(gist.created_at, |(at, _)| *at)),
        "pushedAt" => optional_date(revision.map(|(at, _)| *at)),
        "owner" => optional_object(cx, owner.map(Entity::Account)),
        "url" => leaf(format!("https://gist.github.com{path}")),
        "resourcePath" => leaf(path),
        "files" => {
            refuse_arguments(info, &["oid"])?;
            let limit = info.arguments().get("limit").and_then(JsonValue::as_i64).unwrap_or(10);
            let files = revision.into_iter().flat_map(|(_, files)| files);
            let shown = files.take(usize::try_from(limit).unwrap_or(0));
            Ok(ResolvedValue::list(
                shown.map(|(name, text)| ResolvedValue::object(Object(cx, Entity::GistFile(name, text)))),
            ))
        }
        _ => Err(not_modelled("Gist", info)),
    }
}

pub(super) fn resolve_gist_file<'w>(name: &'w str, content: &'w str, info: &'w ResolveInfo<'w>) -> Resolved<'w> {
    match info.field_name() {
        "name" | "encodedName" => optional(Some(name)),
        "extension" => optional(name.rfind('.').and_then(|at| name.get(at..))),
        "size" => leaf(i64::try_from(content.len()).unwrap_or(i64::MAX)),
        "isTruncated" | "isImage" => leaf(false),
        "encoding" => optional(Some("UTF-8")),
        "text" => {
            let limit = info.arguments().get("truncate").and_then(JsonValue::as_i64);
            match limit.and_then(|n| usize::try_from(n).ok()) {
                Some(n) => optional(Some(content.chars().take(n).collect::<String>())),
                None => optional(Some(content)),
            }
        }
        _ => Err(not_modelled("GistFile", info)),
    }
}
