//! The real organisation, where its data is at hand; a made-up one always.

use std::path::{Path, PathBuf};
use std::time::Instant;

use guerdon_tests::github::model::{Closer, EventKind, StateReason};
use guerdon_tests::github::{ArchiveError, Server, World};
use serde_json::{Value, json};

use super::client::{TOKEN, data};

fn archive() -> Option<PathBuf> {
    let folder = std::env::var_os("GUERDON_DATA");
    let file = folder.map(|f| Path::new(&f).join("bitcoin-core-org.tar.zst")).filter(|f| f.is_file());
    if file.is_none() {
        eprintln!(
            "SKIPPED: set GUERDON_DATA to the folder that holds bitcoin-core-org.tar.zst to test the loader on it"
        );
    }
    file
}

#[tokio::test]
async fn the_real_organisation_loads_whole() {
    let Some(path) = archive() else { return };
    let begun = Instant::now();
    let world = World::from_archive(&path).unwrap();
    let report = world.load_report().clone();
    eprintln!("loaded in {:?}: {report:#?}", begun.elapsed());
    assert!(begun.elapsed().as_secs() < 60);
    let [gui, secp] = report.repositories.as_slice() else { panic!("{report:?}") };
    assert_eq!((gui.pulls, gui.merged, gui.issues), (537, 332, 341));
    assert_eq!((secp.pulls, secp.merged, secp.issues), (1_308, 944, 517));
    assert_eq!((gui.comments, gui.reviews, gui.review_comments), (5_197, 1_788, 2_308));
    assert_eq!((secp.comments, secp.reviews, secp.review_comments), (9_372, 2_592, 6_018));
    assert_eq!((gui.commits, secp.commits), (1_303, 3_288));
    assert!(report.unknown_files.is_empty());

    let server = Server::start(world, TOKEN).await.unwrap();
    let query = r#"query($name: String!, $after: String) { repository(owner: "bitcoin-core", name: $name) {
        pullRequests(first: 25, after: $after, states: [MERGED], orderBy: { field: UPDATED_AT, direction: ASC }) {
            totalCount pageInfo { hasNextPage endCursor } nodes { fullDatabaseId number title state isDraft mergedAt updatedAt
                author { login ... on User { databaseId } } mergedBy { login } mergeCommit { oid message }
                labels(first: 20) { nodes { name } } files(first: 100) { totalCount nodes { path additions deletions changeType } }
                commits(first: 100) { nodes { commit { oid message authors(first: 10) { nodes { user { databaseId } } } } } }
                timelineItems(first: 100, itemTypes: [PULL_REQUEST_REVIEW, ISSUE_COMMENT, LABELED_EVENT, UNLABELED_EVENT, CLOSED_EVENT, RENAMED_TITLE_EVENT]) {
                    totalCount nodes { __typename
                        ... on PullRequestReview { fullDatabaseId state submittedAt author { login } }
                        ... on IssueComment { fullDatabaseId body author { login } }
                        ... on LabeledEvent { label { name } actor { login } createdAt }
                        ... on RenamedTitleEvent { previousTitle currentTitle } } } } } } }"#;
    let begun = Instant::now();
    for (name, merged) in [("gui", 332), ("secp256k1", 944)] {
        let (mut after, mut seen) = (Value::Null, 0);
        loop {
            let page =
                data(&server, query, json!({ "name": name, "after": after })).await["repository"]["pullRequests"]
                    .clone();
            seen += page["nodes"].as_array().unwrap().len();
            if page["pageInfo"]["hasNextPage"] == false {
                break;
            }
            after = page["pageInfo"]["endCursor"].clone();
        }
        assert_eq!(seen, merged);
    }
    eprintln!("fetched in {:?}, {} points", begun.elapsed(), server.world().points());
}

fn write(folder: &Path, name: &str, lines: &[Value]) {
    std::fs::create_dir_all(folder).unwrap();
    let text: String = lines.iter().map(|l| format!("{l}\n")).collect();
    std::fs::write(folder.join(name), text).unwrap();
}

fn user(login: &str, id: u64) -> Value {
    json!({ "login": login, "id": id, "node_id": "", "type": "User" })
}

/// One repository with one pull request that closed one issue, in the layout of the archives.
fn small(root: &Path) {
    let at = root.join("aviary/nest");
    let (ann, bob) = (user("ann", 1), user("bob", 2));
    write(
        &at,
        "repo.json",
        &[json!({ "id": 7, "name": "nest", "owner": { "login": "aviary", "id": 5, "type": "Organization" } })],
    );
    let issue = json!({ "id": 11, "number": 1, "title": "Leaks", "body": null, "user": user("ghost", 10_137), "state": "closed",
        "created_at": "2024-01-01T00:00:00Z", "updated_at": "2024-01-03T00:00:09Z", "closed_at": "2024-01-03T00:00:09Z", "state_reason": "duplicate" });
    // Closed a moment before the merge, and tied to it by hand.
    let tied = json!({ "id": 13, "number": 3, "title": "Creaks", "body": null, "user": ann, "state": "closed",
        "created_at": "2024-01-01T00:00:00Z", "updated_at": "2024-01-03T00:00:05Z", "closed_at": "2024-01-03T00:00:05Z", "state_reason": "completed" });
    write(&at, "issues.ndjson", &[issue, tied]);
    let pull = json!({ "id": 12, "number": 2, "title": "Mend", "body": "Fixes #1", "user": ann, "state": "closed", "created_at": "2024-01-02T00:00:00Z",
        "updated_at": "2024-01-03T00:00:09Z", "closed_at": "2024-01-03T00:00:08Z", "merged_at": "2024-01-03T00:00:08Z", "merged_by": bob,
        "merge_commit_sha": "aa", "base": { "ref": "main", "sha": "b" }, "head": { "ref": "x", "sha": "c" }, "additions": 1 });
    write(&at, "pulls.ndjson", &[pull]);
    let closed =
        json!({ "number": 1, "event": "closed", "id": 21, "actor": bob, "created_at": "2024-01-03T00:00:09Z" });
    let odd =
        json!({ "number": 1, "event": "beautified", "id": 22, "actor": bob, "created_at": "2024-01-03T00:00:09Z" });
    let connected =
        json!({ "number": 3, "event": "connected", "id": 23, "actor": bob, "created_at": "2024-01-02T00:00:09Z" });
    let before =
        json!({ "number": 3, "event": "closed", "id": 24, "actor": bob, "created_at": "2024-01-03T00:00:05Z" });
    write(&at, "timeline.ndjson", &[closed, odd, connected, before]);
    write(
        &at,
        "reviews.ndjson",
        &[json!({ "id": 31, "user": bob, "body": "", "state": "APPROVED", "submitted_at": "2024-01-02T10:00:00Z",
        "pull_request_url": "https://api.github.com/repos/aviary/nest/pulls/9" })],
    );
    write(&at, "weather.ndjson", &[]);
}

#[test]
fn any_organisation_in_that_layout_loads_and_what_is_unknown_is_counted() {
    let root = tempfile::tempdir().unwrap();
    small(root.path());
    let world = World::from_archive(root.path()).unwrap();
    let report = &world.load_report();
    assert_eq!(report.unknown_files, ["aviary/nest/weather.ndjson"]);
    let nest = &report.repositories[0];
    assert_eq!((nest.name.as_str(), nest.pulls, nest.merged, nest.issues), ("aviary/nest", 1, 1, 2));
    assert_eq!(nest.events_skipped.get("beautified"), Some(&1));
    assert_eq!(nest.orphans.get("reviews"), Some(&1));
    assert_eq!((nest.closers_derived, nest.events_added, nest.pulls_without_files), (2, 1, 1));
    let state = world.read();
    let threads = &state.repository_named("Aviary", "Nest").unwrap().threads;
    assert_eq!(threads[&1].author, None);
    for number in [1, 3] {
        let closed = threads[&number].events.iter().find_map(|e| match &e.kind {
            EventKind::Closed { closer, reason } => Some((closer, *reason)),
            _ => None,
        });
        let (closer, reason) = closed.unwrap();
        assert!(matches!(closer, Some(Closer::Pull(by)) if by.number == 2), "{closer:?}");
        assert_eq!(reason == Some(StateReason::NotPlanned), number == 1);
    }
    assert_eq!(threads[&2].pull.as_ref().unwrap().closes, [1, 3]);
}

#[test]
fn a_broken_line_an_empty_folder_and_a_missing_file_are_named() {
    let root = tempfile::tempdir().unwrap();
    let missing = World::from_archive(&root.path().join("none.tar.zst")).unwrap_err();
    assert!(missing.to_string().contains("none.tar.zst"), "{missing}");
    assert!(matches!(World::from_archive(root.path()), Err(ArchiveError::Empty { .. })));
    small(root.path());
    let pulls = root.path().join("aviary/nest/pulls.ndjson");
    let mut text = std::fs::read_to_string(&pulls).unwrap();
    text.push_str("{\"number\": \n");
    std::fs::write(&pulls, text).unwrap();
    let broken = World::from_archive(root.path()).unwrap_err().to_string();
    assert!(broken.contains("pulls.ndjson line 2"), "{broken}");
}
