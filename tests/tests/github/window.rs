//! The replay of what changed hour by hour: where its data is at hand, and a made-up one always.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use guerdon_tests::github::model::ThreadRef;
use guerdon_tests::github::{ArchiveError, Server, Window};
use serde_json::{Value, json};

use super::client::{ask, data, get};
use super::queries::{query, serve};

/// Every issue and pull request as the oracle reads it, with the comments in its diff.
async fn seen(server: &Server) -> BTreeMap<ThreadRef, (Value, Value)> {
    let world = server.world();
    let (threads, ids): (Vec<ThreadRef>, Vec<String>) = {
        let state = world.read();
        let all = state.repositories.values().flat_map(|r| r.threads.values().map(move |t| (r.id, t)));
        all.map(|(repository, t)| (ThreadRef { repository, number: t.number }, t.node_id.clone())).unzip()
    };
    let objects = data(server, &query("objects.graphql"), json!({ "ids": ids })).await["nodes"].clone();
    let objects = objects.as_array().unwrap().clone();
    let mut all: BTreeMap<ThreadRef, (Value, Value)> =
        threads.into_iter().zip(objects.into_iter().map(|object| (object, json!([])))).collect();
    let homes: Vec<_> = world.read().repositories.keys().copied().collect();
    for repository in homes {
        for page in 1.. {
            let path = format!("/repositories/{}/pulls/comments?per_page=100&page={page}", repository.0);
            let notes = get(server, &path).await.body.as_array().unwrap().clone();
            for note in &notes {
                let (_, number) = note["pull_request_url"].as_str().unwrap().rsplit_once('/').unwrap();
                let on = ThreadRef { repository, number: number.parse().unwrap() };
                all.get_mut(&on).unwrap().1.as_array_mut().unwrap().push(note.clone());
            }
            if notes.len() < 100 {
                break;
            }
        }
    }
    world.set_rate_limit(1_000_000, 1_000_000);
    all
}

/// The places where two values differ, and how.
fn differences(at: &str, a: &Value, b: &Value) -> Box<dyn Iterator<Item = String>> {
    let inside = |parts: Vec<(String, Value, Value)>| {
        let deeper = parts.into_iter().flat_map(|(place, a, b)| differences(&place, &a, &b).collect::<Vec<_>>());
        Box::new(deeper.collect::<Vec<_>>().into_iter())
    };
    match (a, b) {
        (Value::Object(a), Value::Object(b)) if a.keys().eq(b.keys()) => {
            inside(a.iter().map(|(k, v)| (format!("{at}/{k}"), v.clone(), b[k].clone())).collect())
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            inside(a.iter().zip(b).enumerate().map(|(n, (a, b))| (format!("{at}/{n}"), a.clone(), b.clone())).collect())
        }
        (a, b) if a == b => Box::new(std::iter::empty()),
        (a, b) => Box::new(std::iter::once(format!("{at}: {a} != {b}"))),
    }
}

/// Applies hour after hour; now and then, what did not change is as it was, and what did has no earlier `updatedAt`.
async fn replay(window: &Window) -> usize {
    let server = serve(&window.base_world().unwrap()).await;
    let mut before = seen(&server).await;
    let mut applied = 0;
    let hours: Vec<_> = window.hours().collect();
    for hours in hours.chunks(8) {
        let changes: Vec<_> = hours.iter().flat_map(|(_, changes)| *changes).collect();
        let touched: BTreeSet<ThreadRef> = changes.iter().map(|c| server.world().apply(c).unwrap()).collect();
        applied += changes.len();
        let after = seen(&server).await;
        for (on, (object, notes)) in &after {
            let Some((old, old_notes)) = before.get(on) else {
                assert!(touched.contains(on));
                continue;
            };
            assert_eq!(object["id"], old["id"]);
            if touched.contains(on) {
                assert!(object["updatedAt"].as_str() >= old["updatedAt"].as_str(), "{on:?}");
            } else {
                assert!((object, notes) == (old, old_notes), "{on:?} was not touched\n{old}\n{object}");
            }
        }
        before = after;
    }
    let whole = serve(&window.final_world().unwrap()).await;
    let last = seen(&whole).await;
    assert_eq!(last.keys().collect::<Vec<_>>(), before.keys().collect::<Vec<_>>());
    for (on, now) in &last {
        let (object, notes) = &before[on];
        let differing: Vec<String> = differences("", object, &now.0).chain(differences("", notes, &now.1)).collect();
        assert!(differing.is_empty(), "{on:?}: {differing:#?}");
    }
    applied
}

#[tokio::test]
async fn the_real_window_ends_in_its_last_states() {
    let folder = std::env::var_os("GUERDON_DATA");
    let file = folder.map(|f| Path::new(&f).join("sync-window-2025-08.ndjson.zst")).filter(|f| f.is_file());
    let Some(file) = file else {
        eprintln!("SKIPPED: set GUERDON_DATA to the folder that holds sync-window-2025-08.ndjson.zst to replay it");
        return;
    };
    let window = Window::load(&file).unwrap();
    assert!(window.hours().map(|(at, _)| at).is_sorted());
    assert_eq!(replay(&window).await, 152);
    let state = window.final_world().unwrap();
    let threads: usize = state.read().repositories.values().map(|r| r.threads.len()).sum();
    assert_eq!(threads, 40);
}

fn user(login: &str, id: u64) -> Value {
    json!({ "login": login, "id": id, "node_id": format!("U_{id}"), "type": "User" })
}

fn pull(changes: Value, events: Value, comments: Value) -> Value {
    let repository = json!({ "id": 7, "node_id": "R_7", "name": "nest", "created_at": "2024-01-01T00:00:00Z",
        "owner": { "login": "aviary", "id": 5, "node_id": "O_5", "type": "Organization" } });
    let mut pull = json!({ "id": 12, "node_id": "PR_12", "number": 2, "title": "Mend", "body": "Fixes #1", "user": user("ann", 1), "state": "open",
        "created_at": "2024-01-02T00:00:00Z", "updated_at": "2024-01-02T00:00:00Z", "base": { "ref": "main", "sha": "b", "repo": repository },
        "head": { "ref": "x", "sha": "c" } });
    for (key, value) in changes.as_object().unwrap() {
        pull[key] = value.clone();
    }
    json!({ "type": "pull", "pull": pull, "events": events, "comments": comments })
}

fn write(folder: &Path, lines: &[(&str, &str, Value)]) -> PathBuf {
    let text: String = lines
        .iter()
        .map(|(t, repo, state)| {
            json!({ "t": t, "repo": repo, "path": "x", "status": "M", "state": state }).to_string() + "\n"
        })
        .collect();
    let path = folder.join("window.ndjson.zst");
    std::fs::write(&path, zstd::encode_all(text.as_bytes(), 1).unwrap()).unwrap();
    path
}

#[tokio::test]
async fn a_made_up_window_is_replayed() {
    let issue = |state: &str, updated: &str, events: Value| {
        json!({ "type": "issue", "events": events, "issue": { "id": 11, "node_id": "I_11", "number": 1, "title": "Leaks", "body": null,
            "user": user("bob", 2), "state": state, "created_at": "2024-01-01T00:00:00Z", "updated_at": updated } })
    };
    let said = json!({ "event": "commented", "id": 31, "node_id": "IC_31", "user": user("bob", 2), "body": "ACK", "created_at": "2024-01-02T01:00:00Z",
        "updated_at": "2024-01-02T01:00:00Z", "issue_url": "https://api.github.com/repos/aviary/nest/issues/2" });
    let commit = json!({ "event": "committed", "sha": "c", "id": null, "message": "Mend it", "parents": [],
        "author": { "name": "ann", "email": "a@x.invalid", "date": "2024-01-02T00:00:00Z" }, "committer": { "name": "ann", "email": "a@x.invalid", "date": "2024-01-02T00:00:00Z" } });
    let review = json!({ "event": "reviewed", "id": 41, "node_id": "PRR_41", "user": user("bob", 2), "body": null, "state": "approved",
        "submitted_at": "2024-01-02T02:00:00Z", "pull_request_url": "https://api.github.com/repos/aviary/nest/pulls/2" });
    let note = json!({ "id": 51, "node_id": "PRRC_51", "user": user("bob", 2), "body": "why?", "path": "a.rs", "created_at": "2024-01-02T02:00:00Z",
        "pull_request_review_id": 41, "pull_request_url": "https://api.github.com/repos/aviary/nest/pulls/2" });
    let happened = |event: &str, id: u64| json!({ "event": event, "id": id, "actor": user("bob", 2), "created_at": "2024-01-03T00:00:00Z" });
    let merged = json!({ "state": "closed", "merged_at": "2024-01-03T00:00:00Z", "closed_at": "2024-01-03T00:00:00Z", "updated_at": "2024-01-03T00:00:00Z", "merge_commit_sha": "d" });
    let folder = tempfile::tempdir().unwrap();
    let home = "aviary/nest";
    let path = write(
        folder.path(),
        &[
            ("base", home, pull(json!({ "additions": 4, "changed_files": 1 }), json!([commit, said]), json!([]))),
            ("base", home, issue("open", "2024-01-01T00:00:00Z", json!([]))),
            ("2024-01-03T01:00:00Z", home, issue("closed", "2024-01-03T00:00:00Z", json!([happened("closed", 61)]))),
            (
                "2024-01-03T01:00:00Z",
                home,
                pull(merged, json!([commit, review, happened("merged", 62)]), json!([note])),
            ),
        ],
    );
    let window = Window::load(&path).unwrap();
    assert_eq!(replay(&window).await, 2);
    let server = serve(&window.final_world().unwrap()).await;
    let by_name = json!({ "owner": "aviary", "name": "nest", "first": 9 });
    let page = data(&server, &query("pulls.graphql"), by_name.clone()).await;
    let seen = &page["repository"]["pullRequests"]["nodes"][0];
    // The state does not say who merged it, nor its size: the event does, and the state before.
    assert_eq!((&seen["mergedBy"]["login"], &seen["changedFiles"]), (&json!("bob"), &json!(1)));
    let kinds: Vec<&str> =
        seen["timelineItems"]["nodes"].as_array().unwrap().iter().map(|n| n["__typename"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["PullRequestCommit", "PullRequestReview"], "the comment was deleted");
    let page = data(&server, &query("issues.graphql"), by_name).await;
    assert_eq!(page["repository"]["issues"]["nodes"][0]["timelineItems"]["nodes"][0]["closer"]["number"], 2);
    let gone = ask(&server, "{ node(id: \"IC_31\") { id } }", json!({})).await;
    assert_eq!(gone.error_type(), "NOT_FOUND");
}

#[test]
fn a_window_that_cannot_be_used_says_where() {
    let folder = tempfile::tempdir().unwrap();
    let path = write(folder.path(), &[("yesterday", "aviary/nest", json!({}))]);
    assert!(matches!(Window::load(&path), Err(ArchiveError::Time { text, .. }) if text == "yesterday"));
    let issue = json!({ "issue": { "number": 1 }, "events": [] });
    let path = write(folder.path(), &[("base", "aviary/nest", issue)]);
    let error = Window::load(&path).unwrap().base_world().unwrap_err();
    assert!(error.to_string().contains("line 1 is of the repository aviary/nest"), "{error}");
    std::fs::write(&path, zstd::encode_all(&b"{\"t\": 3}\n"[..], 1).unwrap()).unwrap();
    assert!(Window::load(&path).unwrap_err().to_string().contains("line 1"));
    assert!(matches!(Window::load(&folder.path().join("none")), Err(ArchiveError::Read { .. })));
}
