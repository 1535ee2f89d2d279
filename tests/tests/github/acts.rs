//! What GitHub shows after something happened on it: deletions, second thoughts, renamings, moves.

use guerdon_tests::github::model::{AccountKind, ThreadRef, Verdict};
use guerdon_tests::github::sample::EPOCH_1_START as AT;
use guerdon_tests::github::{Place, StateError};
use serde_json::{Value, json};

use super::client::{ask, data, get};
use super::queries::{bare, merged, query, serve};

const HOUR: i64 = 3_600;

/// The items of one type on a timeline.
fn items(node: &Value, kind: &str) -> Vec<Value> {
    let nodes = node["timelineItems"]["nodes"].as_array().unwrap();
    nodes.iter().filter(|n| n["__typename"] == kind).cloned().collect()
}

async fn object(server: &guerdon_tests::github::Server, id: &str) -> Value {
    data(server, &query("objects.graphql"), json!({ "ids": [id] })).await["nodes"][0].clone()
}

fn node(world: &guerdon_tests::github::World, on: ThreadRef) -> String {
    world.read().thread(on).unwrap().node_id.clone()
}

#[tokio::test]
async fn edited_hidden_and_deleted_texts() {
    let (world, home, people) = bare();
    let on = merged(&world, home, people, AT, "Moss");
    let [ann, bob, cid] = people;
    let place = Place { path: "nest.rs", line: 3, hunk: "@@ -1 +1 @@" };
    let (said, gone, review, note) = world
        .change(|state| {
            let said = state.comment(on, AT + HOUR, cid, "ACK")?;
            let gone = state.comment(on, AT + HOUR + 1, ann, "spam")?;
            let review = state.review(on, AT + 2 * HOUR, cid, Verdict::Approved, "fine")?;
            let note = state.review_comment(on, review, place, "here?")?;
            Ok::<_, StateError>((said, gone, review, note))
        })
        .unwrap();
    let server = serve(&world).await;
    let id = node(&world, on);
    world
        .change(|state| {
            state.edit_comment(on, said, AT + 3 * HOUR, "NACK")?;
            state.edit_review(on, review, AT + 4 * HOUR, "very fine")?;
            state.edit_review_comment(on, note, AT + 5 * HOUR, "there?")?;
            state.minimize_comment(on, said, AT + 5 * HOUR, "outdated")?;
            state.minimize_review(on, review, AT + 5 * HOUR, Some("resolved"))
        })
        .unwrap();
    let seen = object(&server, &id).await;
    assert_eq!(seen["updatedAt"], "2025-01-06T03:00:00Z", "edits of reviews and of the diff's comments do not count");
    let comment = &items(&seen, "IssueComment")[0];
    assert_eq!((&comment["body"], &comment["isMinimized"]), (&json!("NACK"), &json!(true)));
    assert_eq!(comment["lastEditedAt"], "2025-01-06T03:00:00Z");
    let opinion = &items(&seen, "PullRequestReview")[0];
    assert_eq!((&opinion["body"], &opinion["isMinimized"]), (&json!("very fine"), &json!(true)));
    let notes = "/repos/aviary/nest/pulls/comments?sort=updated&direction=asc";
    let since = get(&server, &format!("{notes}&since=2025-01-06T05:00:00Z")).await.body;
    assert_eq!((&since[0]["body"], &since[0]["updated_at"]), (&json!("there?"), &json!("2025-01-06T05:00:00Z")));
    assert_eq!(get(&server, &format!("{notes}&since=2025-01-06T05:00:01Z")).await.body, json!([]));

    world
        .change(|state| {
            state.unminimize_comment(on, said)?;
            state.minimize_review(on, review, AT, None)?;
            state.delete_comment(on, gone, AT + 6 * HOUR, bob)?;
            state.delete_review_comment(on, note)?;
            state.edit_body(on, AT + 7 * HOUR, "Closes nothing")?;
            state.rename(on, AT + 8 * HOUR, ann, "Moss for the nest")
        })
        .unwrap();
    let seen = object(&server, &id).await;
    assert_eq!(items(&seen, "IssueComment").len(), 1);
    assert_eq!(items(&seen, "IssueComment")[0]["isMinimized"], false);
    assert_eq!(items(&seen, "PullRequestReview")[0]["isMinimized"], false, "a submitted review cannot be deleted");
    assert_eq!((&seen["title"], &seen["lastEditedAt"]), (&json!("Moss for the nest"), &json!("2025-01-06T07:00:00Z")));
    assert_eq!(items(&seen, "RenamedTitleEvent")[0]["previousTitle"], "Line the nest");
    assert_eq!(get(&server, &format!("/repos/aviary/nest/pulls/{}/comments", on.number)).await.body, json!([]));
    let comment = ask(&server, "query($id: ID!) { node(id: $id) { id } }", json!({ "id": "IC_kwDO" })).await;
    assert_eq!(comment.error_type(), "NOT_FOUND");
}

#[tokio::test]
async fn dismissals_labels_and_drafts_leave_events() {
    let (world, home, people) = bare();
    let [ann, bob, cid] = people;
    let on = merged(&world, home, people, AT, "Moss");
    world
        .change(|state| {
            let review = state.review(on, AT + 1, cid, Verdict::Approved, "")?;
            state.label(on, AT + HOUR, bob, "big")?;
            state.label(on, AT + HOUR, bob, "odd")?;
            state.dismiss_review(on, review, AT + 2 * HOUR, bob, "stale")?;
            state.set_draft(on, AT + 3 * HOUR, ann, true)?;
            state.set_draft(on, AT + 4 * HOUR, ann, false)?;
            state.force_push(on, AT + 5 * HOUR, ann)
        })
        .unwrap();
    let server = serve(&world).await;
    let id = node(&world, on);
    let seen = object(&server, &id).await;
    assert_eq!(items(&seen, "PullRequestReview")[0]["state"], "DISMISSED");
    assert_eq!(items(&seen, "ReviewDismissedEvent")[0]["previousReviewState"], "APPROVED");
    let labels = |seen: &Value| -> Vec<Value> {
        items(seen, "LabeledEvent").iter().map(|e| e["label"]["name"].clone()).collect()
    };
    assert_eq!(labels(&seen), ["big", "odd"], "a label set after the merge");
    assert_eq!(seen["updatedAt"], "2025-01-06T05:00:00Z", "a force-push is an update");
    world.change(|state| state.delete_label(home, "odd")).unwrap();
    world.change(|state| state.rename_label(home, "big", "size: big")).unwrap();
    assert_eq!(labels(&object(&server, &id).await), [json!("size: big"), Value::Null]);
    assert!(matches!(world.change(|s| s.delete_label(home, "odd")), Err(StateError::UnknownLabel(_))));
}

#[tokio::test]
async fn deleted_suspended_and_renamed_accounts() {
    let (world, home, people) = bare();
    let [ann, bob, cid] = people;
    let on = merged(&world, home, people, AT, "Moss");
    let place = Place { path: "nest.rs", line: 3, hunk: "@@ -1 +1 @@" };
    world
        .change(|state| {
            let review = state.review(on, AT - 1, ann, Verdict::Commented, "")?;
            state.review_comment(on, review, place, "mine")?;
            state.suspend_account(cid, AT)?;
            state.rename_account(bob, "robert")?;
            state.delete_account(ann)
        })
        .unwrap();
    let server = serve(&world).await;
    let seen = object(&server, &node(&world, on)).await;
    assert_eq!((&seen["author"], &items(&seen, "PullRequestReview")[0]["author"]), (&Value::Null, &Value::Null));
    assert_eq!((&seen["mergedBy"]["login"], &seen["mergedBy"]["databaseId"]), (&json!("robert"), &json!(502)));
    let notes = get(&server, "/repos/aviary/nest/pulls/comments").await.body;
    assert_eq!((&notes[0]["user"], &notes[0]["body"]), (&Value::Null, &json!("mine")));
    assert_eq!(get(&server, "/users/bob").await.status, 404);
    assert_eq!(get(&server, "/users/Robert").await.body["id"], 502);
    assert_eq!(get(&server, "/users/ann").await.status, 404);
    let suspended = get(&server, "/users/cid").await.body;
    assert_eq!((&suspended["id"], &suspended["suspended_at"]), (&json!(503), &json!("2025-01-06T00:00:00Z")));
    let reply = ask(&server, &query("account.graphql"), json!({ "login": "ann" })).await;
    assert_eq!((&reply.body["data"]["user"], reply.error_type()), (&Value::Null, "NOT_FOUND"));
}

#[tokio::test]
async fn a_renamed_or_moved_repository_is_found_by_its_old_names() {
    let (world, home, people) = bare();
    merged(&world, home, people, AT, "Moss");
    let server = serve(&world).await;
    world
        .change(|state| {
            state.rename_repository(home, "burrow")?;
            state.transfer_repository(home, people[2])?;
            state.set_archived(home, true)?;
            state.rename_account(people[2], "cyd")
        })
        .unwrap();
    for (owner, name) in [("aviary", "nest"), ("Aviary", "Burrow"), ("cid", "burrow"), ("cyd", "burrow")] {
        let seen = data(&server, &query("repository.graphql"), json!({ "owner": owner, "name": name })).await;
        let seen = &seen["repository"];
        assert_eq!(
            (&seen["databaseId"], &seen["name"], &seen["owner"]["login"]),
            (&json!(600), &json!("burrow"), &json!("cyd"))
        );
    }
    let moved = get(&server, "/repos/aviary/nest/pulls/comments?since=2025-01-06T00:00:00Z").await;
    assert_eq!((moved.status, &moved.body["message"]), (301, &json!("Moved Permanently")));
    let to = moved.header("location").unwrap();
    assert_eq!(to, format!("{}/repositories/600/pulls/comments?since=2025-01-06T00:00:00Z", server.base_url()));
    assert_eq!(moved.body["url"], to);
    assert_eq!(get(&server, to.strip_prefix(&server.base_url()).unwrap()).await.status, 200);
    assert_eq!(get(&server, "/repos/CYD/burrow").await.body["archived"], true);
    // Somebody who takes the old name ends the redirect.
    world.change(|state| state.add_repository(601, "aviary", "nest", AT)).unwrap();
    assert_eq!(get(&server, "/repos/aviary/nest").await.body["id"], 601);
}

#[tokio::test]
async fn a_hidden_or_deleted_repository_is_not_found() {
    let (world, home, people) = bare();
    let on = merged(&world, home, people, AT, "Moss");
    let (id, repository) = (node(&world, on), world.read().repositories[&home].node_id.clone());
    let server = serve(&world).await;
    let hide = |private| world.change(|state| state.set_private(home, private)).unwrap();
    for delete in [false, true] {
        if delete {
            hide(false);
            world.change(|state| state.delete_repository(home)).unwrap();
        } else {
            hide(true);
        }
        let by_name = json!({ "owner": "aviary", "name": "nest" });
        let reply = ask(&server, &query("repository.graphql"), by_name).await;
        assert_eq!((&reply.body["data"]["repository"], reply.error_type()), (&Value::Null, "NOT_FOUND"));
        let reply = ask(&server, &query("heads.graphql"), json!({ "ids": [repository] })).await;
        assert_eq!((&reply.body["data"]["nodes"], reply.error_type()), (&json!([null]), "NOT_FOUND"));
        let reply = ask(&server, &query("objects.graphql"), json!({ "ids": [id] })).await;
        assert_eq!(reply.body["errors"][0]["path"], json!(["nodes", 0]));
        let list = data(&server, &query("repositories.graphql"), json!({ "login": "aviary" })).await;
        assert_eq!(list["organization"]["repositories"]["nodes"], json!([]));
        assert_eq!(get(&server, "/repos/aviary/nest").await.status, 404);
        assert_eq!(get(&server, "/repositories/600").await.status, 404);
        assert_eq!(get(&server, "/repos/aviary/nest/pulls/comments").await.status, 404);
    }
}

#[tokio::test]
async fn deleted_moved_and_converted_issues() {
    let (world, home, people) = bare();
    let [ann, bob, cid] = people;
    let other = world.change(|state| state.add_repository(601, "aviary", "burrow", AT)).unwrap();
    let issue = |title| {
        world
            .change(|state| {
                let on = state.open_issue(home, AT, ann, title, "wet")?;
                state.comment(on, AT + 1, cid, "same here")?;
                state.label(on, AT + 2, bob, "bug").map(|()| on)
            })
            .unwrap()
    };
    let (deleted, moved, talk) = (issue("Leaks"), issue("Creaks"), issue("Why moss?"));
    let ids = [deleted, moved, talk].map(|on| node(&world, on));
    let (there, made) = world
        .change(|state| {
            state.delete_issue(deleted)?;
            let there = state.transfer_issue(moved, other, AT + HOUR, bob)?;
            let made = state.convert_to_discussion(talk, AT + HOUR, bob)?;
            Ok::<_, StateError>((there, made))
        })
        .unwrap();
    let server = serve(&world).await;
    let reply = ask(&server, &query("objects.graphql"), json!({ "ids": ids })).await;
    let nodes = &reply.body["data"]["nodes"];
    assert!(nodes[0].is_null() && nodes[1].is_null());
    assert_eq!(reply.body["errors"].as_array().unwrap().len(), 2);
    assert_eq!((there.number, made.number), (1, 4));
    let seen = object(&server, &node(&world, there)).await;
    assert_eq!((&seen["repository"]["databaseId"], &seen["author"]["login"]), (&json!(601), &json!("ann")));
    assert_eq!(
        (items(&seen, "IssueComment").len(), items(&seen, "LabeledEvent").len()),
        (1, 0),
        "the label is unknown there"
    );
    // The converted issue is closed and locked without a closing event.
    assert_eq!(items(&nodes[2], "ClosedEvent").len(), 0);
    let state = "query($id: ID!) { node(id: $id) { ... on Issue { state stateReason closedAt locked comments(first: 1) { totalCount } } } }";
    let converted = data(&server, state, json!({ "id": ids[2] })).await["node"].clone();
    let closed = json!({ "state": "CLOSED", "stateReason": "COMPLETED", "closedAt": "2025-01-06T01:00:00Z", "locked": true,
        "comments": { "totalCount": 1 } });
    assert_eq!(converted, closed);
    let talk =
        "{ repository(owner: \"aviary\", name: \"nest\") { discussion(number: 4) { title author { login } isAnswered
        comments(first: 9) { nodes { body isAnswer author { login } discussion { number } } } } } }";
    let seen = data(&server, talk, json!({})).await["repository"]["discussion"].clone();
    assert_eq!(
        (&seen["title"], &seen["author"]["login"], &seen["isAnswered"]),
        (&json!("Why moss?"), &json!("ann"), &json!(false))
    );
    let comment =
        json!({ "body": "same here", "isAnswer": false, "author": { "login": "cid" }, "discussion": { "number": 4 } });
    assert_eq!(seen["comments"]["nodes"], json!([comment]));
    // A number that was given away does not come again.
    assert_eq!(issue("New").number, 5);
    let pull = merged(&world, home, people, AT, "Moss");
    assert!(matches!(world.change(|s| s.delete_issue(pull)), Err(StateError::NotAnIssue(_))));
}

#[test]
fn a_bot_keeps_its_kind_through_a_renaming() {
    let (world, ..) = bare();
    let bot = world.change(|state| state.add_account(700, "builder[bot]", AccountKind::Bot));
    world.change(|state| state.rename_account(bot, "maker[bot]")).unwrap();
    let state = world.read();
    assert!(state.account_named("builder").is_none());
    assert_eq!(state.account_named("maker").map(|a| a.kind), Some(AccountKind::Bot));
}
