//! The REST endpoints an oracle needs: repositories, review comments, gists, accounts, the rate limit.
//!
//! Takes path and query, gives status, JSON and, for lists, a `link` header. Unknown paths and objects are 404 in
//! GitHub's form.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::access::Caller;
use super::files;
use super::model::{Account, AccountId, Gist, Repository, RepositoryId, ReviewComment, Thread};
use super::state::State;
use super::text::unescape;
use super::time::{self, iso};
use super::view::Clock;
use super::world::World;

/// Content beyond this many bytes is cut in a gist's answer, as at GitHub.
const GIST_FILE_LIMIT: usize = 1_000_000;

pub struct Answer {
    pub status: u16,
    pub body: Value,
    pub headers: Vec<(&'static str, String)>,
}

impl Answer {
    pub fn ok(body: Value) -> Self {
        Self { status: 200, body, headers: Vec::new() }
    }

    pub fn not_found() -> Self {
        Self::message(404, "Not Found")
    }

    pub fn message(status: u16, message: &str) -> Self {
        let body = json!({
            "message": message,
            "documentation_url": "https://docs.github.com/rest",
            "status": status.to_string(),
        });
        Self { status, body, headers: Vec::new() }
    }
}

/// Answers `GET path?query`; `base` is the address the server is reached at, for links.
pub fn answer(world: &World, caller: Caller, base: &str, path: &str, query: &str) -> Answer {
    let clock = world.clock();
    let state = world.read();
    let withheld = world.access().withheld.clone();
    let asked = Asked {
        caller,
        withheld,
        state: &state,
        clock,
        base,
        raw_query: query,
        query: url::form_urlencoded::parse(query.as_bytes()).into_owned().collect(),
    };
    let parts: Vec<String> = path.trim_matches('/').split('/').map(unescape).collect();
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    let repository = |owner: &str, name: &str| state.repository_named(owner, name).filter(|r| state.shows(r, clock));
    match parts.as_slice() {
        ["rate_limit"] => {
            let traffic = world.traffic();
            let (core, graphql) = (traffic.rest.to_json(), traffic.graphql.to_json());
            Answer::ok(json!({ "resources": { "core": core, "graphql": graphql }, "rate": core }))
        }
        ["user"] if matches!(caller, Caller::Installation(_)) => Answer::message(403, caller.refusal()),
        ["user"] => found(state.viewer.and_then(|id| state.accounts.get(&id)).map(account)),
        ["user", id] => found(id.parse().ok().and_then(|id| state.accounts.get(&AccountId(id))).map(account)),
        ["users", login] | ["orgs", login] => found(state.account_named(login).map(account)),
        ["gists", id] => found(state.gists.get(*id).and_then(|g| gist(&state, g, clock))),
        ["users", login, "gists"] => {
            let Some(owner) = state.account_named(login) else { return Answer::not_found() };
            let mut gists: Vec<(i64, &Gist)> = state
                .gists
                .values()
                .filter(|g| g.owner == owner.id && g.public)
                .filter_map(|g| g.at(clock).map(|(at, _)| (*at, g)))
                .collect();
            gists.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| b.1.id.cmp(&a.1.id)));
            let listed = gists.iter().filter_map(|(_, g)| gist(&state, g, clock).map(without_content)).collect();
            page(base, path, &asked.query, listed)
        }
        ["repos", owner, name, rest @ ..] => match repository(owner, name) {
            None => Answer::not_found(),
            Some(r) if full_name(&state, r).eq_ignore_ascii_case(&format!("{owner}/{name}")) => {
                in_repository(&asked, r, rest)
            }
            Some(r) => asked.moved(r, rest),
        },
        ["repositories", id, rest @ ..] => {
            let found = id.parse().ok().and_then(|id| state.repositories.get(&RepositoryId(id)));
            match found.filter(|r| state.shows(r, clock)) {
                Some(r) => in_repository(&asked, r, rest),
                None => Answer::not_found(),
            }
        }
        _ => Answer::not_found(),
    }
}

/// What was asked, and the world it was asked of.
struct Asked<'s> {
    caller: Caller,
    withheld: BTreeSet<String>,
    state: &'s State,
    clock: Clock,
    base: &'s str,
    raw_query: &'s str,
    query: BTreeMap<String, String>,
}

impl Asked<'_> {
    /// The answer for a name that the repository had before.
    fn moved(&self, repository: &Repository, rest: &[&str]) -> Answer {
        let mut url = format!("{}/repositories/{}", self.base, repository.id.0);
        for part in rest {
            url.push('/');
            url.push_str(part);
        }
        if !self.raw_query.is_empty() {
            url.push('?');
            url.push_str(self.raw_query);
        }
        let body = json!({
            "message": "Moved Permanently",
            "url": url,
            "documentation_url": "https://docs.github.com/rest/guides/best-practices-for-using-the-rest-api#follow-redirects",
        });
        Answer { status: 301, body, headers: vec![("location", url)] }
    }
}

fn in_repository(asked: &Asked<'_>, repository: &Repository, rest: &[&str]) -> Answer {
    if matches!(rest, ["pulls", ..]) && asked.withheld.contains("pull_requests") {
        let mut answer = Answer::message(403, asked.caller.refusal());
        answer.headers.push(("x-accepted-github-permissions", "pull_requests=read".to_owned()));
        return answer;
    }
    match rest {
        [] => Answer::ok(repository_json(asked.state, repository)),
        ["pulls", number, "files"] => {
            let thread = number.parse().ok().and_then(|n: u32| repository.threads.get(&n));
            match thread.filter(|t| t.pull.is_some() && asked.clock.sees(t.created_at)) {
                Some(thread) => files::of_pull(asked.state, asked.base, &asked.query, repository, thread),
                None => Answer::not_found(),
            }
        }
        ["pulls", "comments"] => review_comments(asked, repository, None),
        ["pulls", number, "comments"] => {
            let thread = number.parse().ok().and_then(|n: u32| repository.threads.get(&n));
            match thread.filter(|t| t.pull.is_some() && asked.clock.sees(t.created_at)) {
                Some(thread) => review_comments(asked, repository, Some(thread)),
                None => Answer::not_found(),
            }
        }
        _ => Answer::not_found(),
    }
}

fn found(value: Option<Value>) -> Answer {
    value.map_or_else(Answer::not_found, Answer::ok)
}

pub(super) fn account(account: &Account) -> Value {
    let mut value = json!({
        "login": account.login,
        "id": account.id.0,
        "node_id": account.node_id,
        "type": account.kind.type_name(),
        "site_admin": false,
        "url": format!("https://api.github.com/users/{}", account.login),
        "html_url": format!("https://github.com/{}", account.login),
        "avatar_url": format!("https://avatars.githubusercontent.com/u/{}?v=4", account.id.0),
        "gravatar_id": "",
        "followers_url": format!("https://api.github.com/users/{}/followers", account.login),
        "following_url": format!("https://api.github.com/users/{}/following{{/other_user}}", account.login),
        "gists_url": format!("https://api.github.com/users/{}/gists{{/gist_id}}", account.login),
        "starred_url": format!("https://api.github.com/users/{}/starred{{/owner}}{{/repo}}", account.login),
        "subscriptions_url": format!("https://api.github.com/users/{}/subscriptions", account.login),
        "organizations_url": format!("https://api.github.com/users/{}/orgs", account.login),
        "repos_url": format!("https://api.github.com/users/{}/repos", account.login),
        "events_url": format!("https://api.github.com/users/{}/events{{/privacy}}", account.login),
        "received_events_url": format!("https://api.github.com/users/{}/received_events", account.login),
    });
    if let (Some(at), Some(fields)) = (account.suspended_at, value.as_object_mut()) {
        fields.insert("suspended_at".to_owned(), iso(at).into());
    }
    value
}

/// The account, or `null` where it is deleted.
pub(super) fn author(state: &State, id: Option<AccountId>) -> Value {
    id.and_then(|id| state.accounts.get(&id)).map_or(Value::Null, account)
}

fn full_name(state: &State, repository: &Repository) -> String {
    let owner = state.accounts.get(&repository.owner).map_or("", |a| a.login.as_str());
    format!("{owner}/{}", repository.name)
}

pub(super) fn repository_json(state: &State, repository: &Repository) -> Value {
    let full_name = full_name(state, repository);
    json!({
        "id": repository.id.0,
        "node_id": repository.node_id,
        "name": repository.name,
        "full_name": full_name,
        "owner": author(state, Some(repository.owner)),
        "private": repository.private,
        "visibility": if repository.private { "private" } else { "public" },
        "archived": repository.archived,
        "disabled": false,
        "fork": false,
        "default_branch": repository.default_branch,
        "created_at": iso(repository.created_at),
        "url": format!("https://api.github.com/repos/{full_name}"),
        "html_url": format!("https://github.com/{full_name}"),
    })
}

fn review_comments(asked: &Asked<'_>, repository: &Repository, thread: Option<&Thread>) -> Answer {
    let Asked { state, clock, query, .. } = asked;
    let clock = *clock;
    let since = match query.get("since").map(|text| time::parse(text)) {
        None => None,
        Some(Some(since)) => Some(since),
        Some(None) => return Answer::message(422, "since must be an ISO 8601 time"),
    };
    let threads: Vec<&Thread> = match thread {
        Some(thread) => vec![thread],
        None => repository.threads.values().filter(|t| clock.sees(t.created_at)).collect(),
    };
    // An edit that is still to come leaves the comment at its first time.
    let updated = |c: &ReviewComment| if clock.sees(c.updated_at) { c.updated_at } else { c.created_at };
    let mut comments: Vec<(&Thread, &ReviewComment)> = threads
        .into_iter()
        .flat_map(|t| t.pull.iter().flat_map(move |p| p.review_comments_at(clock)).map(move |c| (t, c)))
        .filter(|(_, c)| since.is_none_or(|since| updated(c) >= since))
        .collect();
    match query.get("sort").map(String::as_str) {
        Some("updated") => comments.sort_by_key(|(_, c)| (updated(c), c.id)),
        Some("created") => comments.sort_by_key(|(_, c)| (c.created_at, c.id)),
        // Without `sort` GitHub goes by ascending id and ignores `direction`.
        _ => comments.sort_by_key(|(_, c)| c.id),
    }
    let sorted = query.contains_key("sort");
    // With `sort` the default direction is descending.
    if sorted && query.get("direction").map(String::as_str) != Some("asc") {
        comments.reverse();
    }
    let name = full_name(state, repository);
    let all =
        comments.into_iter().map(|(thread, c)| review_comment(state, &name, thread, c, clock, updated(c))).collect();
    // Links name the repository by its id.
    let path = match thread {
        Some(thread) => format!("/repositories/{}/pulls/{}/comments", repository.id.0, thread.number),
        None => format!("/repositories/{}/pulls/comments", repository.id.0),
    };
    page(asked.base, &path, query, all)
}

fn review_comment(
    state: &State,
    repository: &str,
    thread: &Thread,
    c: &ReviewComment,
    clock: Clock,
    updated: i64,
) -> Value {
    let pull = format!("https://api.github.com/repos/{repository}/pulls/{}", thread.number);
    let html = format!("https://github.com/{repository}/pull/{}#discussion_r{}", thread.number, c.id);
    let url = format!("https://api.github.com/repos/{repository}/pulls/comments/{}", c.id);
    let mut value = json!({
        "url": url,
        "pull_request_review_id": c.review,
        "id": c.id,
        "node_id": c.node_id,
        "diff_hunk": c.diff_hunk,
        "path": c.path,
        "position": c.position,
        "original_position": c.original_position,
        "commit_id": c.commit_oid,
        "original_commit_id": c.commit_oid,
        "user": author(state, c.author),
        "body": &**c.body.at(clock),
        "created_at": iso(c.created_at),
        "updated_at": iso(updated),
        "html_url": html,
        "pull_request_url": pull,
        "line": c.line,
        "original_line": c.original_line,
        "start_line": null,
        "original_start_line": null,
        "start_side": null,
        "side": "RIGHT",
        "_links": { "self": { "href": url }, "html": { "href": html }, "pull_request": { "href": pull } },
    });
    if let (Some(parent), Some(object)) = (c.in_reply_to, value.as_object_mut()) {
        object.insert("in_reply_to_id".to_owned(), parent.into());
    }
    value
}

fn gist(state: &State, gist: &Gist, clock: Clock) -> Option<Value> {
    let (updated, files) = gist.at(clock)?;
    let files: serde_json::Map<String, Value> = files
        .iter()
        .map(|(name, text)| {
            let end = text.floor_char_boundary(GIST_FILE_LIMIT);
            let content = text.get(..end).unwrap_or("");
            let file = json!({
                "filename": name,
                "type": "text/plain",
                "language": null,
                "raw_url": format!("https://gist.githubusercontent.com/raw/{}/{name}", gist.id),
                "size": text.len(),
                "truncated": end < text.len(),
                "content": content,
                "encoding": "utf-8",
            });
            (name.clone(), file)
        })
        .collect();
    Some(json!({
        "id": gist.id,
        "node_id": gist.node_id,
        "url": format!("https://api.github.com/gists/{}", gist.id),
        "html_url": format!("https://gist.github.com/{}", gist.id),
        "public": gist.public,
        "description": gist.description,
        "created_at": iso(gist.created_at),
        "updated_at": iso(*updated),
        "owner": author(state, Some(gist.owner)),
        "files": files,
        "truncated": false,
        "comments": 0,
    }))
}

/// Lists show files without what is in them.
fn without_content(mut gist: Value) -> Value {
    for file in gist.get_mut("files").and_then(Value::as_object_mut).into_iter().flat_map(|f| f.values_mut()) {
        if let Some(file) = file.as_object_mut() {
            for key in ["content", "truncated", "encoding"] {
                file.remove(key);
            }
        }
    }
    gist
}

/// One page of a list with its links; `base` and `path` are where it was asked for.
pub(super) fn page(base: &str, path: &str, query: &BTreeMap<String, String>, all: Vec<Value>) -> Answer {
    let number = |name: &str, default: usize| query.get(name).and_then(|v| v.parse().ok()).unwrap_or(default);
    let size = number("per_page", 30).clamp(1, 100);
    let current = number("page", 1).max(1);
    let last = all.len().div_ceil(size).max(1);
    let link = |page: usize, rel: &str| {
        let mut query = query.clone();
        query.insert("page".to_owned(), page.to_string());
        let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&query).finish();
        format!("<{base}{path}?{query}>; rel=\"{rel}\"")
    };
    let mut links = Vec::new();
    if current > 1 {
        links.push(link((current - 1).min(last), "prev"));
    }
    if current < last {
        links.push(link(current + 1, "next"));
        links.push(link(last, "last"));
    }
    if current > 1 {
        links.push(link(1, "first"));
    }
    let items: Vec<Value> = all.into_iter().skip((current - 1) * size).take(size).collect();
    let headers = if links.is_empty() { Vec::new() } else { vec![("link", links.join(", "))] };
    Answer { status: 200, body: items.into(), headers }
}
