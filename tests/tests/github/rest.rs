//! REST: review comments with links, gists, accounts, errors in GitHub's form.

use guerdon_tests::github::model::ThreadRef;
use guerdon_tests::github::sample;
use serde_json::json;

use super::client::{get, get_with, sample as served};

#[tokio::test]
async fn review_comments_are_walked_by_link_headers() {
    let server = served().await;
    let mut path = "/repos/meadowlark-sample/prairie/pulls/comments?per_page=4&sort=updated&direction=asc".to_owned();
    let mut seen = Vec::new();
    loop {
        let reply = get(&server, &path).await;
        assert_eq!(reply.status, 200);
        seen.extend(reply.body.as_array().unwrap().clone());
        let links = reply.header("link").unwrap_or("").to_owned();
        let next = links.split(", ").find(|l| l.contains("rel=\"next\""));
        let Some(next) = next else { break };
        let url = next.trim_start_matches('<').split('>').next().unwrap();
        path = url.strip_prefix(&server.base_url()).unwrap().to_owned();
    }
    let mut ids: Vec<u64> = seen.iter().map(|c| c["id"].as_u64().unwrap()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert!(ids.len() > 20 && ids.len() == seen.len());
    assert!(
        seen.iter().all(|c| c["pull_request_review_id"].is_u64() && c["diff_hunk"].as_str().unwrap().starts_with("@@"))
    );
    let since =
        get(&server, "/api/v3/repos/meadowlark-sample/prairie/pulls/comments?per_page=100&since=2025-01-20T00:00:00Z")
            .await;
    let later = since.body.as_array().unwrap();
    assert!(!later.is_empty() && later.len() < seen.len());
    assert!(later.iter().all(|c| c["updated_at"].as_str().unwrap() >= "2025-01-20"));
}

#[tokio::test]
async fn a_pull_requests_files_come_with_their_patches() {
    let server = served().await;
    let (on, file) = {
        let state = server.world().read();
        let prairie = state.repository_named(sample::ORG, "prairie").unwrap();
        let pull = prairie.threads.values().find(|thread| thread.pull.is_some()).unwrap();
        let files = pull.pull.as_ref().unwrap().files.clone().unwrap();
        (ThreadRef { repository: prairie.id, number: pull.number }, files[0].clone())
    };
    let path = format!("/repos/meadowlark-sample/prairie/pulls/{}/files?per_page=100", on.number);
    let first = get(&server, &path).await.body[0].clone();
    assert_eq!((&first["filename"], &first["additions"]), (&file.path.clone().into(), &file.additions.into()));
    let lines = first["patch"].as_str().unwrap().lines().filter(|line| line.starts_with('+')).count();
    assert_eq!(lines, usize::try_from(file.additions).unwrap(), "made up, but as long as it is counted");

    server.world().change(|state| state.set_patch(on, &file.path, "@@ -1 +1 @@\n-a\n+b")).unwrap();
    assert_eq!(get(&server, &path).await.body[0]["patch"], "@@ -1 +1 @@\n-a\n+b");
    assert_eq!(get(&server, "/repos/meadowlark-sample/prairie/pulls/99999/files").await.status, 404);
}

#[tokio::test]
async fn an_answer_that_is_known_already_is_304_and_free() {
    let server = served().await;
    let path = "/repos/meadowlark-sample/prairie/pulls/comments?per_page=3";
    let first = get(&server, path).await;
    let tag = first.header("etag").unwrap().to_owned();
    assert_eq!(first.header("x-ratelimit-used"), Some("1"));
    let again = get_with(&server, path, &format!("if-none-match: {tag}")).await;
    assert_eq!((again.status, &again.body, again.header("x-ratelimit-used")), (304, &json!(null), Some("1")));
    let other = get_with(&server, &path.replace('3', "2"), &format!("if-none-match: {tag}")).await;
    assert_eq!((other.status, other.header("x-ratelimit-used")), (200, Some("2")));
}

#[tokio::test]
async fn a_gist_is_read_edited_and_gone() {
    let server = served().await;
    let world = server.world();
    world.set_clock(sample::epoch_start(1));
    let gist = world.add_gist("nadia-haddadi", "guerdon.txt", "I am nadia").unwrap();
    let reply = get(&server, &format!("/gists/{}", gist.id)).await;
    assert_eq!((&reply.body["owner"]["login"], &reply.body["public"]), (&json!("nadia-haddadi"), &json!(true)));
    assert_eq!(reply.body["created_at"], "2025-01-06T00:00:00Z");
    assert_eq!(reply.body["files"]["guerdon.txt"]["content"], "I am nadia");
    assert_eq!(reply.body["files"]["guerdon.txt"]["truncated"], false);
    world.edit_gist(&gist.id, "guerdon.txt", "I am another").unwrap();
    assert_eq!(get(&server, &format!("/gists/{}", gist.id)).await.body["files"]["guerdon.txt"]["size"], 12);
    assert_eq!(get(&server, "/users/nadia-haddadi/gists").await.body.as_array().unwrap().len(), 1);
    world.delete_gist(&gist.id).unwrap();
    assert_eq!(get(&server, &format!("/gists/{}", gist.id)).await.status, 404);
}

#[tokio::test]
async fn accounts_repositories_and_the_rate_limit_are_told() {
    let server = served().await;
    let person = get(&server, "/users/Wren-Okafor").await.body;
    assert_eq!(person["type"], "User");
    assert_eq!(get(&server, &format!("/user/{}", person["id"])).await.body["login"], "wren-okafor");
    assert_eq!(get(&server, "/users/seedlingbot%5Bbot%5D").await.body["type"], "Bot");
    let repository = get(&server, "/repos/meadowlark-sample/prairie").await;
    assert_eq!(repository.body["id"], sample::REPOSITORIES[0].1);
    let missing = get(&server, "/repos/meadowlark-sample/tundra").await;
    assert_eq!((missing.status, &missing.body["message"]), (404, &json!("Not Found")));
    assert_eq!(missing.header("x-ratelimit-resource"), Some("core"));
    assert_eq!(get(&server, "/rate_limit").await.body["resources"]["core"]["used"], 5);
}

#[tokio::test]
async fn a_dropped_server_stops_listening_and_the_world_lives_on() {
    let server = served().await;
    let (world, address) = (server.world().clone(), server.base_url().replace("http://", ""));
    assert_eq!(get(&server, "/users/jun-parkway").await.status, 200);
    drop(server);
    let mut refused = false;
    for _ in 0..100 {
        refused = refused || std::net::TcpStream::connect(&address).is_err();
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    assert!(refused);
    assert_eq!(world.requests().len(), 1);
}
