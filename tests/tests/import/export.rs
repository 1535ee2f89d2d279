//! A world of the stand-in written out as exports of it, in both layouts.

use guerdon_tests::github::model::{
    Account, AccountId, Closer, Comment, Commit, CommitAuthor, Event, EventKind, Repository, Review, ReviewComment,
    Text, Thread, Time, Verdict,
};
use guerdon_tests::github::{Clock, State, World, time};
use serde_json::{Value, json};
use std::path::Path;

/// Takes out of a world what no export can say: what is minimized, edits of bodies and reviews, `.gitattributes`.
pub fn sayable(world: &World) {
    world.change(|state| {
        for repository in state.repositories.values_mut() {
            repository.attributes.clear();
            for thread in repository.threads.values_mut() {
                unedited(&mut thread.body);
                thread.comments.iter_mut().for_each(|comment| comment.minimized = None);
                let Some(pull) = &mut thread.pull else { continue };
                for review in &mut pull.reviews {
                    unedited(&mut review.body);
                    review.minimized = None;
                }
                pull.review_comments.iter_mut().for_each(|comment| comment.minimized = None);
            }
        }
    });
}

/// And what a backup does not say: the files of pull requests and the messages of their merge commits.
pub fn backed_up(world: &World) {
    world.change(|state| {
        let names: Vec<_> = state.repositories.keys().map(|id| (*id, state.full_name(*id))).collect();
        for (id, name) in names {
            let repository = state.repositories.get_mut(&id).unwrap();
            for (number, thread) in &mut repository.threads {
                let Some(pull) = &mut thread.pull else { continue };
                pull.files = None;
                if let Some(merge) = &mut pull.merge {
                    merge.commit.message = format!("Merge {name}#{number}: {}", thread.title);
                    merge.commit.co_authors.clear();
                }
            }
        }
    });
}

fn unedited(text: &mut Text) {
    *text = Text::new(text.last());
}

/// The `.ndjson` layout.
pub fn as_lines(world: &World, root: &Path) {
    let state = world.read();
    for repository in state.repositories.values() {
        let writer = Writer { state: &state, repository };
        let folder = root.join(state.full_name(repository.id));
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("repo.json"), writer.home().to_string()).unwrap();
        let mut files: std::collections::BTreeMap<&str, String> = Default::default();
        let mut put = |file, value: Value| *files.entry(file).or_default() += &format!("{value}\n");
        for thread in repository.threads.values() {
            let number = thread.number;
            thread.comments.iter().for_each(|comment| put("issue_comments", writer.comment(number, comment)));
            for event in &thread.events {
                if let Some(mut event) = writer.event(event) {
                    event["number"] = number.into();
                    put("timeline", event);
                }
            }
            let Some(pull) = &thread.pull else {
                put("issues", writer.issue(thread));
                continue;
            };
            put("pulls", writer.pull(thread));
            pull.reviews.iter().for_each(|review| put("reviews", writer.review(number, review)));
            for comment in &pull.review_comments {
                put("review_comments", writer.line_comment(number, comment));
            }
            for commit in &pull.commits {
                let mut commit = writer.commit(commit);
                commit["pull_number"] = number.into();
                put("pull_commits", commit);
            }
            pull.merge.iter().for_each(|merge| put("commits", writer.commit(&merge.commit)));
            if let Some(files) = &pull.files {
                let file = |file: &guerdon_tests::github::model::FileChange| {
                    let status = file.change.patch_status().to_lowercase().replace("deleted", "removed");
                    json!({"filename": file.path, "status": status, "additions": file.additions,
                           "deletions": file.deletions})
                };
                let files: Vec<Value> = files.iter().map(file).collect();
                put("pull_files", json!({"pull_number": number, "files": files}));
            }
        }
        for (name, text) in files {
            std::fs::write(folder.join(format!("{name}.ndjson")), text).unwrap();
        }
    }
}

/// The layout of one file a thread.
pub fn as_threads(world: &World, root: &Path) {
    let state = world.read();
    for repository in state.repositories.values() {
        let writer = Writer { state: &state, repository };
        let folder = root.join(state.full_name(repository.id));
        for name in ["issues", "pulls"] {
            std::fs::create_dir_all(folder.join(name)).unwrap();
        }
        std::fs::write(folder.join("state.json"), json!({"version": 1}).to_string()).unwrap();
        for thread in repository.threads.values() {
            let number = thread.number;
            let mut events: Vec<Value> = thread.events.iter().filter_map(|event| writer.event(event)).collect();
            let named = |mut value: Value, event: &str| {
                value["event"] = event.into();
                value
            };
            events.extend(thread.comments.iter().map(|said| named(writer.comment(number, said), "commented")));
            let (name, backup) = match &thread.pull {
                None => ("issues", json!({"type": "issue", "issue": writer.issue(thread), "events": events})),
                Some(pull) => {
                    events.extend(pull.reviews.iter().map(|given| named(writer.review(number, given), "reviewed")));
                    events.extend(pull.commits.iter().map(|commit| {
                        let author = json!({"email": commit.author.email});
                        json!({"event": "committed", "sha": commit.oid, "message": commit.message, "author": author})
                    }));
                    let on_lines = pull.review_comments.iter().map(|comment| writer.line_comment(number, comment));
                    let comments: Vec<Value> = on_lines.collect();
                    let pull = writer.pull(thread);
                    ("pulls", json!({"type": "pull", "pull": pull, "events": events, "comments": comments}))
                }
            };
            let text = serde_json::to_string_pretty(&backup).unwrap();
            std::fs::write(folder.join(name).join(format!("{number}.json")), text).unwrap();
        }
    }
}

struct Writer<'w> {
    state: &'w State,
    repository: &'w Repository,
}

fn iso(at: Option<Time>) -> Value {
    at.map_or(Value::Null, |at| time::iso(at).into())
}

impl Writer<'_> {
    fn user(&self, id: Option<AccountId>) -> Value {
        let account = |account: &Account| {
            json!({"id": account.id.0, "login": account.login, "type": account.kind.type_name(),
                   "node_id": account.node_id})
        };
        id.and_then(|id| self.state.accounts.get(&id)).map_or(Value::Null, account)
    }

    fn home(&self) -> Value {
        let Repository { id, node_id, owner, name, private, .. } = self.repository;
        json!({"id": id.0, "node_id": node_id, "name": name, "owner": self.user(Some(*owner)), "private": private})
    }

    fn address(&self, kind: &str, number: u32) -> String {
        format!("https://api.github.com/repos/{}/{kind}/{number}", self.state.full_name(self.repository.id))
    }

    fn issue(&self, thread: &Thread) -> Value {
        let reason = thread.state_reason(Clock::END).map(str::to_lowercase);
        json!({
            "node_id": thread.node_id, "number": thread.number, "title": thread.title, "body": thread.body.last(),
            "user": self.user(thread.author), "state": if thread.closed { "closed" } else { "open" },
            "state_reason": reason, "created_at": iso(Some(thread.created_at)),
            "updated_at": iso(Some(thread.updated_at)), "closed_at": iso(thread.closed_time(Clock::END)),
        })
    }

    fn pull(&self, thread: &Thread) -> Value {
        let merge = thread.pull.as_ref().and_then(|pull| pull.merge.as_ref());
        let mut value = self.issue(thread);
        value["merged_at"] = iso(merge.map(|merge| merge.at));
        value["merged_by"] = self.user(merge.and_then(|merge| merge.by));
        value["merge_commit_sha"] = merge.map(|merge| merge.commit.oid.clone()).into();
        value["base"] = json!({"ref": "main", "repo": self.home()});
        value
    }

    fn comment(&self, number: u32, comment: &Comment) -> Value {
        let updated = comment.body.last_edited_at(Clock::END).unwrap_or(comment.created_at);
        json!({
            "id": comment.id, "node_id": comment.node_id, "user": self.user(comment.author),
            "body": comment.body.last(), "created_at": iso(Some(comment.created_at)),
            "updated_at": iso(Some(updated)), "issue_url": self.address("issues", number),
        })
    }

    fn review(&self, number: u32, review: &Review) -> Value {
        let state = if review.dismissed.is_some() { Verdict::Dismissed } else { review.verdict };
        json!({
            "id": review.id, "node_id": review.node_id, "user": self.user(review.author),
            "body": review.body.last(), "state": state.state(), "submitted_at": iso(Some(review.submitted_at)),
            "pull_request_url": self.address("pulls", number),
        })
    }

    fn line_comment(&self, number: u32, comment: &ReviewComment) -> Value {
        json!({
            "id": comment.id, "node_id": comment.node_id, "user": self.user(comment.author), "path": comment.path,
            "pull_request_review_id": comment.review, "diff_hunk": comment.diff_hunk, "body": comment.body.last(),
            "created_at": iso(Some(comment.created_at)), "updated_at": iso(Some(comment.updated_at)),
            "pull_request_url": self.address("pulls", number),
        })
    }

    fn commit(&self, commit: &Commit) -> Value {
        let CommitAuthor { email, account, .. } = &commit.author;
        json!({
            "sha": commit.oid, "author": self.user(*account),
            "commit": {"author": {"email": email}, "message": commit.message},
        })
    }

    /// As a timeline has it; an event that is not told of here is none of a record's.
    fn event(&self, event: &Event) -> Option<Value> {
        let mut value = match &event.kind {
            EventKind::Labeled(name) => json!({"event": "labeled", "label": {"name": name}}),
            EventKind::Unlabeled(name) => json!({"event": "unlabeled", "label": {"name": name}}),
            EventKind::Closed { closer: Some(Closer::Commit(oid)), .. } => {
                json!({"event": "closed", "commit_id": oid})
            }
            EventKind::Closed { .. } => json!({"event": "closed", "commit_id": null}),
            EventKind::Reopened => json!({"event": "reopened"}),
            EventKind::Merged => json!({"event": "merged"}),
            EventKind::Renamed { from, to } => json!({"event": "renamed", "rename": {"from": from, "to": to}}),
            EventKind::ReviewDismissed { review, previous, .. } => {
                let state = previous.state().to_lowercase();
                json!({"event": "review_dismissed", "dismissed_review": {"state": state, "review_id": review}})
            }
            EventKind::Connected { .. } => json!({"event": "connected"}),
            _ => return None,
        };
        value["id"] = event.id.into();
        value["node_id"] = event.node_id.clone().into();
        value["actor"] = self.user(event.actor);
        value["created_at"] = iso(Some(event.at));
        Some(value)
    }
}
