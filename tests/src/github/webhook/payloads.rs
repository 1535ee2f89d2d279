//! Payloads by event. Each tells the world's state at its clock; `action` is what happened.

use serde_json::{Map, Value, json};

use super::super::access::App;
use super::super::app::installation_json;
use super::super::discussions::DiscussionComment;
use super::super::model::{AccountId, Commit, Pull, Repository, RepositoryId, Review, Thread, ThreadRef, Verdict};
use super::super::rest::{account, author, repository_json};
use super::super::state::{State, StateError};
use super::super::time::iso;
use super::super::view::Clock;
use super::super::world::World;

const API: &str = "https://api.github.com/repos";
const WEB: &str = "https://github.com";

/// A place in a world at a moment.
struct Scene<'s> {
    state: &'s State,
    clock: Clock,
    home: &'s Repository,
    name: String,
}

impl<'s> Scene<'s> {
    fn new(state: &'s State, clock: Clock, on: ThreadRef) -> Result<Self, StateError> {
        let home = state.repositories.get(&on.repository).ok_or(StateError::UnknownThread(on))?;
        Ok(Self { state, clock, home, name: state.full_name(on.repository) })
    }

    fn thread(&self, on: ThreadRef) -> Result<&'s Thread, StateError> {
        let thread = self.home.threads.get(&on.number);
        thread.filter(|t| self.clock.sees(t.created_at)).ok_or(StateError::UnknownThread(on))
    }

    /// The account, or the one that stands for deleted ones.
    fn person(&self, id: Option<AccountId>) -> Value {
        let known = id.and_then(|id| self.state.accounts.get(&id));
        known.map_or_else(
            || {
                json!({ "login": "ghost", "id": 10_137, "node_id": "MDQ6VXNlcjEwMTM3", "type": "User", "site_admin": false,
                    "url": "https://api.github.com/users/ghost", "html_url": "https://github.com/ghost" })
            },
            account,
        )
    }

    /// What every payload has: what happened, where, and who did it.
    fn payload(&self, action: &str, sender: AccountId, parts: Value) -> Value {
        let mut payload = Map::new();
        payload.insert("action".to_owned(), action.into());
        payload.extend(parts.as_object().cloned().unwrap_or_default());
        payload.insert("repository".to_owned(), repository_json(self.state, self.home));
        let owner = self.state.accounts.get(&self.home.owner);
        if let Some(owner) = owner.filter(|o| o.kind.type_name() == "Organization") {
            let organization = json!({ "login": owner.login, "id": owner.id.0, "node_id": owner.node_id });
            payload.insert("organization".to_owned(), organization);
        }
        payload.insert("sender".to_owned(), self.person(Some(sender)));
        payload.into()
    }

    fn label(&self, name: &str) -> Value {
        self.home.labels.get(name).map_or(Value::Null, |label| {
            json!({
                "id": label.id,
                "node_id": label.node_id,
                "url": format!("{API}/{}/labels/{name}", self.name),
                "name": name,
                "color": label.color,
                "default": false,
                "description": label.description,
            })
        })
    }

    /// What issues and pull requests have in common.
    fn common(&self, thread: &Thread) -> Value {
        let closed = thread.closed_at_clock(self.clock);
        json!({
            "id": thread.id,
            "node_id": thread.node_id,
            "number": thread.number,
            "title": thread.title_at(self.clock),
            "user": self.person(thread.author),
            "body": &**thread.body.at(self.clock),
            "state": if closed { "closed" } else { "open" },
            "locked": thread.locked,
            "labels": thread.labels_at(self.clock).into_iter().map(|name| self.label(name)).collect::<Vec<_>>(),
            "assignee": null,
            "assignees": [],
            "milestone": null,
            "comments": thread.comments_at(self.clock).count(),
            "created_at": iso(thread.created_at),
            "updated_at": iso(thread.updated_at_clock(self.clock)),
            "closed_at": thread.closed_time(self.clock).map(iso),
            "author_association": "CONTRIBUTOR",
            "active_lock_reason": null,
        })
    }

    fn issue(&self, thread: &Thread) -> Value {
        let reason = thread.state_reason(self.clock).map(str::to_ascii_lowercase);
        let own = json!({
            "url": format!("{API}/{}/issues/{}", self.name, thread.number),
            "html_url": format!("{WEB}/{}/issues/{}", self.name, thread.number),
            "state_reason": reason,
        });
        merged(self.common(thread), own)
    }

    fn pull(&self, thread: &Thread, pull: &Pull) -> Value {
        let merge = pull.merge_at(self.clock);
        let commits = pull.commits.iter().filter(|c: &&Commit| self.clock.sees(c.committed_at)).count();
        let side = |name: &str, sha: &str| {
            let owner = self.name.split('/').next().unwrap_or("");
            json!({ "label": format!("{owner}:{name}"), "ref": name, "sha": sha, "repo": repository_json(self.state, self.home) })
        };
        let base = pull.commits.first().and_then(|c| c.parents.first()).map_or("", String::as_str);
        let own = json!({
            "url": format!("{API}/{}/pulls/{}", self.name, thread.number),
            "html_url": format!("{WEB}/{}/pull/{}", self.name, thread.number),
            "draft": thread.draft_at(pull, self.clock),
            "merged": merge.is_some(),
            "merged_at": merge.map(|m| iso(m.at)),
            "merged_by": merge.map(|m| self.person(m.by)),
            "merge_commit_sha": merge.map(|m| m.commit.oid.as_str()),
            "mergeable": null,
            "head": side("work", &pull.head_oid),
            "base": side(&pull.base_ref, base),
            "review_comments": pull.review_comments_at(self.clock).count(),
            "commits": commits,
            "additions": pull.additions,
            "deletions": pull.deletions,
            "changed_files": pull.changed_files,
        });
        merged(self.common(thread), own)
    }

    fn review(&self, thread: &Thread, review: &Review) -> Value {
        let state = match review.verdict_at(self.clock) {
            Verdict::Approved => "approved",
            Verdict::ChangesRequested => "changes_requested",
            Verdict::Commented => "commented",
            Verdict::Dismissed => "dismissed",
        };
        let body = &**review.body.at(self.clock);
        let pull = format!("{}/pull/{}", self.name, thread.number);
        json!({
            "id": review.id,
            "node_id": review.node_id,
            "user": author(self.state, review.author),
            // Deliveries write an empty text as none.
            "body": (!body.is_empty()).then_some(body),
            "commit_id": review.commit_oid,
            "submitted_at": iso(review.submitted_at),
            "updated_at": iso(review.body.last_edited_at(self.clock).unwrap_or(review.submitted_at)),
            "state": state,
            "html_url": format!("{WEB}/{pull}#pullrequestreview-{}", review.id),
            "pull_request_url": format!("{API}/{}/pulls/{}", self.name, thread.number),
            "author_association": "CONTRIBUTOR",
        })
    }
}

fn merged(mut into: Value, more: Value) -> Value {
    if let (Some(fields), Value::Object(more)) = (into.as_object_mut(), more) {
        fields.extend(more);
    }
    into
}

/// `pull_request`: `closed` (merged or not), `opened`, `edited`, or `labeled` with the label it was.
pub fn pull_request(
    world: &World,
    on: ThreadRef,
    action: &str,
    sender: AccountId,
    label: Option<&str>,
) -> Result<Value, StateError> {
    let state = world.read();
    let scene = Scene::new(&state, world.clock(), on)?;
    let thread = scene.thread(on)?;
    let pull = thread.pull.as_ref().ok_or(StateError::NotAPull(on))?;
    let parts = json!({ "number": on.number, "pull_request": scene.pull(thread, pull) });
    Ok(scene.payload(action, sender, labelled(&scene, parts, label)))
}

fn labelled(scene: &Scene<'_>, mut parts: Value, label: Option<&str>) -> Value {
    if let (Some(name), Some(fields)) = (label, parts.as_object_mut()) {
        fields.insert("label".to_owned(), scene.label(name));
    }
    parts
}

/// `pull_request_review`: `submitted`, `edited` or `dismissed`.
pub fn review(world: &World, on: ThreadRef, review: u64, action: &str, sender: AccountId) -> Result<Value, StateError> {
    let state = world.read();
    let scene = Scene::new(&state, world.clock(), on)?;
    let thread = scene.thread(on)?;
    let pull = thread.pull.as_ref().ok_or(StateError::NotAPull(on))?;
    let given = pull.reviews_at(scene.clock).find(|r| r.id == review);
    let given = given.ok_or(StateError::UnknownPart { thread: on, what: "review", id: review })?;
    let parts = json!({ "review": scene.review(thread, given), "pull_request": scene.pull(thread, pull) });
    Ok(scene.payload(action, sender, parts))
}

/// `issues`: `opened`, `closed`, `reopened`, `deleted`, `transferred`, or `labeled` with the label it was.
pub fn issue(
    world: &World,
    on: ThreadRef,
    action: &str,
    sender: AccountId,
    label: Option<&str>,
) -> Result<Value, StateError> {
    let state = world.read();
    let scene = Scene::new(&state, world.clock(), on)?;
    let thread = scene.thread(on)?;
    if thread.pull.is_some() {
        return Err(StateError::NotAnIssue(on));
    }
    let parts = json!({ "issue": scene.issue(thread) });
    Ok(scene.payload(action, sender, labelled(&scene, parts, label)))
}

/// `discussion`: `answered`, `unanswered`, `created`.
pub fn discussion(world: &World, on: ThreadRef, action: &str, sender: AccountId) -> Result<Value, StateError> {
    let state = world.read();
    let scene = Scene::new(&state, world.clock(), on)?;
    let found = scene.home.discussions.get(&on.number).filter(|d| scene.clock.sees(d.created_at));
    let found = found.ok_or(StateError::UnknownThread(on))?;
    let page = format!("{WEB}/{}/discussions/{}", scene.name, found.number);
    let answer = found.answer_at(scene.clock);
    let comment = |c: &DiscussionComment| {
        json!({
            "id": c.id,
            "node_id": c.node_id,
            "html_url": format!("{page}#discussioncomment-{}", c.id),
            "parent_id": null,
            "child_comment_count": 0,
            "repository_url": format!("{API}/{}", scene.name),
            "discussion_id": found.id,
            "user": scene.person(c.author),
            "body": &**c.body.at(scene.clock),
            "created_at": iso(c.created_at),
            "updated_at": iso(c.body.last_edited_at(scene.clock).unwrap_or(c.created_at)),
            "author_association": "CONTRIBUTOR",
        })
    };
    let mut parts = json!({ "discussion": {
        "id": found.id,
        "node_id": found.node_id,
        "number": found.number,
        "title": found.title,
        "body": &**found.body.at(scene.clock),
        "user": scene.person(found.author),
        "state": "open",
        "locked": false,
        "comments": found.comments_at(scene.clock).count(),
        "html_url": page,
        "repository_url": format!("{API}/{}", scene.name),
        "created_at": iso(found.created_at),
        "updated_at": iso(found.updated_at(scene.clock)),
        "answer_html_url": answer.map(|(_, c)| format!("{page}#discussioncomment-{}", c.id)),
        "answer_chosen_at": answer.map(|(choice, _)| iso(choice.at)),
        "answer_chosen_by": answer.map(|(choice, _)| scene.person(choice.by)),
        "author_association": "CONTRIBUTOR",
    } });
    if let (Some((_, c)), Some(fields)) = (answer, parts.as_object_mut()) {
        fields.insert("answer".to_owned(), comment(c));
    }
    Ok(scene.payload(action, sender, parts))
}

/// `installation`: `created`, `deleted`, `suspend`, `unsuspend`. Installations are those of the world's App; it names
/// the public repositories of the account.
pub fn installation(world: &World, id: u64, action: &str, sender: AccountId) -> Option<Value> {
    let (app, found): (App, _) = {
        let access = world.access();
        (access.app.clone()?, access.installations.iter().find(|i| i.id == id)?.clone())
    };
    let installation = installation_json(world, &app, &found);
    let state = world.read();
    let owner = state.account_named(&found.account)?.id;
    let repositories: Vec<Value> = state
        .repositories
        .values()
        .filter(|r| r.owner == owner && state.shows(r, world.clock()))
        .map(|r| {
            json!({ "id": r.id.0, "node_id": r.node_id, "name": r.name, "full_name": state.full_name(r.id), "private": r.private })
        })
        .collect();
    Some(json!({
        "action": action,
        "installation": installation,
        "repositories": repositories,
        "requester": null,
        "sender": state.accounts.get(&sender).map(account),
    }))
}

/// `ping`: what a new webhook of a repository is greeted with.
pub fn ping(world: &World, repository: RepositoryId) -> Result<Value, StateError> {
    let state = world.read();
    let home = state.repositories.get(&repository);
    let home = home.ok_or_else(|| StateError::UnknownRepository(repository.0.to_string()))?;
    Ok(json!({
        "zen": "Keep it logically awesome.",
        "hook_id": 292_430_182,
        "hook": {
            "type": "Repository",
            "id": 292_430_182,
            "name": "web",
            "active": true,
            "events": ["discussion", "issues", "pull_request", "pull_request_review"],
            "config": { "content_type": "json", "insecure_ssl": "0", "secret": "********", "url": "https://oracle.example/webhooks/github" },
        },
        "repository": repository_json(&state, home),
        "sender": author(&state, Some(home.owner)),
    }))
}
