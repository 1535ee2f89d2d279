//! The queries the oracle asks, each answered with what GitHub would say.

use std::path::{Path, PathBuf};

use guerdon_tests::github::model::{AccountId, AccountKind, RepositoryId, Thread, ThreadRef};
use guerdon_tests::github::sample::{self, EPOCH_1_START, ORG};
use guerdon_tests::github::{PullDraft, Server, State, World, time};
use serde_json::{Value, json};

use super::client::{TOKEN, ask, data, sample as served};

const AT: i64 = EPOCH_1_START;
const HOUR: i64 = 3_600;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../oracle/daemon/queries")
}

/// A query by its file's name, with the fragments it uses.
pub fn query(name: &str) -> String {
    let mut text = std::fs::read_to_string(folder().join(name)).unwrap();
    let mut left: Vec<String> = std::fs::read_dir(folder().join("fragments"))
        .unwrap()
        .map(|entry| std::fs::read_to_string(entry.unwrap().path()).unwrap())
        .collect();
    loop {
        let used = |f: &String| {
            let name = f.split_whitespace().nth(1).unwrap();
            text.split("...").skip(1).any(|rest| rest.split([' ', '\n', '}']).next() == Some(name))
        };
        let (with, without): (Vec<String>, Vec<String>) = left.into_iter().partition(used);
        if with.is_empty() {
            return text;
        }
        text.extend(with);
        left = without;
    }
}

/// A world of one repository with three people, made by hand.
pub fn bare() -> (World, RepositoryId, [AccountId; 3]) {
    let mut state = State::default();
    state.add_reader();
    state.add_account(500, "aviary", AccountKind::Organization);
    let people =
        [("ann", 501), ("bob", 502), ("cid", 503)].map(|(login, id)| state.add_account(id, login, AccountKind::User));
    let home = state.add_repository(600, "aviary", "nest", AT - 1_000 * HOUR).unwrap();
    (World::new(state), home, people)
}

pub async fn serve(world: &World) -> Server {
    Server::start(world.clone(), TOKEN).await.unwrap()
}

pub fn merged(world: &World, home: RepositoryId, [ann, bob, _]: [AccountId; 3], at: i64, message: &str) -> ThreadRef {
    world
        .change(|state| {
            let draft = PullDraft { title: "Line the nest", commits: vec![message], ..PullDraft::default() };
            let on = state.open_pull(home, at - 2 * HOUR, ann, draft)?;
            state.merge(on, at, bob).map(|()| on)
        })
        .unwrap()
}

#[tokio::test]
async fn every_query_of_the_oracle_is_answered_without_an_error() {
    let server = served().await;
    let (prairie, pull, number, issue, oid, in_diff) = {
        let state = server.world().read();
        let prairie = state.repository_named(ORG, "prairie").unwrap();
        let merge = |t: &Thread| t.pull.as_ref().and_then(|p| p.merge.as_ref()).map(|m| m.commit.oid.clone());
        let (pull, oid) = prairie.threads.values().find_map(|t| Some((t, merge(t)?))).unwrap();
        let issue = prairie.threads.values().find(|t| t.pull.is_none()).unwrap();
        let in_diff = prairie.threads.values().filter_map(|t| t.pull.as_ref()).find_map(|p| p.review_comments.first());
        let in_diff = in_diff.unwrap().node_id.clone();
        (prairie.node_id.clone(), pull.node_id.clone(), pull.number, issue.node_id.clone(), oid, in_diff)
    };
    let commit = format!("C_{prairie}_{oid}");
    let by_name = json!({ "owner": ORG, "name": "prairie", "first": 20 });
    let mut names: Vec<String> = std::fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(".graphql"))
        .collect();
    names.sort();
    assert!(names.len() > 10, "{names:?}");
    for name in names {
        let variables = match name.as_str() {
            "account.graphql" => json!({ "login": "wren-okafor" }),
            "gists.graphql" => json!({ "login": "wren-okafor", "first": 3 }),
            "repositories.graphql" => json!({ "login": ORG }),
            "blob.graphql" => json!({ "owner": ORG, "name": "prairie", "oid": oid }),
            "commit_authors.graphql" => json!({ "ids": [commit] }),
            "heads.graphql" => json!({ "ids": [prairie] }),
            "objects.graphql" => json!({ "ids": [pull, issue] }),
            "review_comments.graphql" => json!({ "ids": [in_diff] }),
            "pull_text.graphql" => json!({ "owner": ORG, "name": "prairie", "number": number }),
            "thread.graphql" => json!({ "id": prairie, "number": number, "discussion": false }),
            "touched.graphql" => json!({ "id": prairie }),
            // A page after the last is asked for with the cursor of the whole list's own page.
            "issue_timeline.graphql" | "pull_timeline.graphql" | "pull_files.graphql" => {
                let id = if name.starts_with("issue") { &issue } else { &pull };
                let list = if name == "pull_files.graphql" { "files" } else { "timelineItems" };
                let kind = if name.starts_with("issue") { "Issue" } else { "PullRequest" };
                let first = format!(
                    "query($id: ID!) {{ node(id: $id) {{ ... on {kind} {{ {list}(first: 1) {{ pageInfo {{ endCursor }} }} }} }} }}"
                );
                let page = data(&server, &first, json!({ "id": id })).await;
                json!({ "id": id, "after": page["node"][list]["pageInfo"]["endCursor"] })
            }
            _ => by_name.clone(),
        };
        let seen = data(&server, &query(&name), variables).await;
        assert_eq!(seen["rateLimit"]["cost"], 1, "{name}");
    }
}

#[tokio::test]
async fn a_merge_commit_sees_the_attributes_of_its_time() {
    let (world, home, people) = bare();
    let before = merged(&world, home, people, AT, "Twigs");
    world.change(|s| s.set_attributes(home, AT + HOUR, Some("gen/** linguist-generated\n"))).unwrap();
    let with = merged(&world, home, people, AT + 5 * HOUR, "Moss");
    world.change(|s| s.set_attributes(home, AT + 6 * HOUR, None)).unwrap();
    let after = merged(&world, home, people, AT + 10 * HOUR, "Down");
    let server = serve(&world).await;
    let by_name = json!({ "owner": "aviary", "name": "nest", "first": 49 });
    let page = data(&server, &query("pulls.graphql"), by_name).await;
    let nodes = page["repository"]["pullRequests"]["nodes"].as_array().unwrap().clone();
    let numbers: Vec<u64> = nodes.iter().map(|n| n["number"].as_u64().unwrap()).collect();
    assert_eq!(numbers, [before, with, after].map(|on| u64::from(on.number)));
    let files: Vec<&Value> = nodes.iter().map(|n| &n["mergeCommit"]["file"]).collect();
    assert!(files[0].is_null() && files[2].is_null(), "{files:?}");
    let variables = json!({ "owner": "aviary", "name": "nest", "oid": files[1]["oid"] });
    let blob = data(&server, &query("blob.graphql"), variables).await;
    assert_eq!(blob["repository"]["object"], json!({ "text": "gen/** linguist-generated\n", "isTruncated": false }));
}

#[tokio::test]
async fn a_co_author_is_known_by_address_and_never_by_name() {
    let (world, home, people) = bare();
    world.change(|state| state.add_email(people[2], "cid@nest.example"));
    let message = "Feather\n\nCo-authored-by: who <502+old-name@users.noreply.github.com>\n\
        Co-authored-by: x <Cid@Nest.example>\nCo-authored-by: bob <bob@nowhere.example>";
    merged(&world, home, people, AT, message);
    let server = serve(&world).await;
    let by_name = json!({ "owner": "aviary", "name": "nest", "first": 1 });
    let page = data(&server, &query("pulls.graphql"), by_name).await;
    let items = page["repository"]["pullRequests"]["nodes"][0]["timelineItems"]["nodes"].as_array().unwrap().clone();
    let commit = items.iter().find(|i| i["__typename"] == "PullRequestCommit").unwrap();
    let gone = "C_R_kwDO0000000000_00";
    let reply = ask(&server, &query("commit_authors.graphql"), json!({ "ids": [commit["commit"]["id"], gone] })).await;
    let nodes = &reply.body["data"]["nodes"];
    let authors: Vec<&Value> = nodes[0]["authors"]["nodes"].as_array().unwrap().iter().map(|a| &a["user"]).collect();
    let known = |login: &str, id: u64| json!({ "login": login, "databaseId": id });
    assert_eq!(authors, [&known("ann", 501), &known("bob", 502), &known("cid", 503), &Value::Null]);
    assert!(nodes[1].is_null());
    assert_eq!((reply.error_type(), &reply.body["errors"][0]["path"]), ("NOT_FOUND", &json!(["nodes", 1])));
}

#[tokio::test]
async fn discussions_are_listed_while_they_are_answered() {
    let (world, home, [ann, bob, cid]) = bare();
    let (on, answer) = world
        .change(|state| {
            state.open_issue(home, AT, ann, "Damp", "")?;
            let on = state.open_discussion(home, AT + 1, ann, "How to line a nest?", "With what?")?;
            state.open_discussion(home, AT + 2, bob, "Best tree?", "Which one?")?;
            let answer = state.answer(on, AT + HOUR, bob, "With moss.")?;
            state.accept_answer(on, AT + 2 * HOUR, cid, answer).map(|()| (on, answer))
        })
        .unwrap();
    assert_eq!(on.number, 2, "discussions share the numbers of issues");
    let server = serve(&world).await;
    let by_name = json!({ "owner": "aviary", "name": "nest", "first": 100 });
    let list = async || {
        data(&server, &query("discussions.graphql"), by_name.clone()).await["repository"]["discussions"].clone()
    };
    let seen = list().await;
    assert_eq!(seen["totalCount"], 1);
    let node = &seen["nodes"][0];
    assert_eq!(
        (&node["number"], &node["author"]["login"], &node["answerChosenBy"]["databaseId"]),
        (&json!(2), &json!("ann"), &json!(503))
    );
    assert_eq!(
        (&node["answerChosenAt"], &node["updatedAt"]),
        (&json!("2025-01-06T02:00:00Z"), &json!("2025-01-06T02:00:00Z"))
    );
    assert_eq!((&node["answer"]["author"]["login"], &node["answer"]["isMinimized"]), (&json!("bob"), &json!(false)));
    let told = "query($id: ID!) { node(id: $id) { ... on Discussion { answer { databaseId isAnswer } } } }";
    let told = data(&server, told, json!({ "id": node["id"] })).await["node"]["answer"].clone();
    assert_eq!(told, json!({ "databaseId": answer, "isAnswer": true }));
    let whole = data(&server, &query("objects.graphql"), json!({ "ids": [node["id"]] })).await;
    assert_eq!(
        (&whole["nodes"][0]["__typename"], &whole["nodes"][0]["answer"]),
        (&json!("Discussion"), &node["answer"])
    );

    world.change(|state| state.unaccept_answer(on, AT + 3 * HOUR, ann)).unwrap();
    assert_eq!(list().await["totalCount"], 0);
    let whole = data(&server, &query("objects.graphql"), json!({ "ids": [node["id"]] })).await;
    assert_eq!(
        (&whole["nodes"][0]["answer"], &whole["nodes"][0]["updatedAt"]),
        (&Value::Null, &json!("2025-01-06T03:00:00Z"))
    );
    world.set_clock(AT + 2 * HOUR);
    assert_eq!(list().await["totalCount"], 1, "it was answered then");
    world.clear_clock();
    world.change(|state| state.accept_answer(on, AT + 4 * HOUR, cid, answer)).unwrap();
    world.change(|state| state.delete_answer(on, answer, AT + 5 * HOUR)).unwrap();
    assert_eq!(list().await["totalCount"], 0);
}

#[tokio::test]
async fn heads_tells_the_newest_change_of_every_list_for_one_point() {
    let server = served().await;
    let ids: Vec<String> = {
        let state = server.world().read();
        sample::REPOSITORIES
            .iter()
            .map(|(name, _)| state.repository_named(ORG, name).unwrap().node_id.clone())
            .collect()
    };
    let heads = data(&server, &query("heads.graphql"), json!({ "ids": ids })).await;
    for (head, (name, id)) in heads["nodes"].as_array().unwrap().iter().zip(sample::REPOSITORIES) {
        assert_eq!((&head["name"], &head["databaseId"], &head["isPrivate"]), (&json!(name), &json!(id), &json!(false)));
        let state = server.world().read();
        let threads = &state.repository_named(ORG, name).unwrap().threads;
        let newest = |wanted: &dyn Fn(&Thread) -> bool| {
            let found: Vec<i64> = threads.values().filter(|t| wanted(t)).map(|t| t.updated_at).collect();
            let top = found.iter().max().map(|at| json!([{ "updatedAt": time::iso(*at) }]));
            json!({ "totalCount": found.len(), "nodes": top.unwrap_or(json!([])) })
        };
        let merge = |t: &Thread| t.pull.as_ref().map(|p| p.merge.is_some());
        assert_eq!(head["merged"], newest(&|t| merge(t) == Some(true)), "{name}");
        assert_eq!(head["unmerged"], newest(&|t| merge(t) == Some(false)), "{name}");
        assert_eq!(head["issues"], newest(&|t| t.pull.is_none()), "{name}");
    }
    assert_eq!(heads["rateLimit"]["cost"], 1);
}

#[tokio::test]
async fn objects_that_are_gone_are_null_beside_those_that_are_there() {
    let (world, home, people) = bare();
    let kept = merged(&world, home, people, AT, "Kept");
    let issue = world.change(|state| state.open_issue(home, AT, people[0], "Leaks", "")).unwrap();
    let node = |on| world.read().thread(on).unwrap().node_id.clone();
    let (kept, issue) = (node(kept), node(issue));
    world.set_clock(AT - HOUR);
    let server = serve(&world).await;
    let ids = json!({ "ids": [issue, kept] });
    let reply = ask(&server, &query("objects.graphql"), ids.clone()).await;
    assert!(reply.body["data"]["nodes"][0].is_null());
    assert_eq!(reply.body["data"]["nodes"][1]["__typename"], "PullRequest");
    assert_eq!(reply.body["errors"].as_array().unwrap().len(), 1);
    assert_eq!(reply.body["errors"][0]["path"], json!(["nodes", 0]));
    world.clear_clock();
    world.change(|state| state.repositories.get_mut(&home).unwrap().private = true);
    let reply = ask(&server, &query("objects.graphql"), ids.clone()).await;
    assert_eq!(reply.body["data"]["nodes"], json!([null, null]));
    assert_eq!(reply.body["errors"].as_array().unwrap().len(), 2);
    world.change(|state| state.reads_private = true);
    assert_eq!(data(&server, &query("objects.graphql"), ids).await["nodes"][0]["__typename"], "Issue");
}
