//! Recorded answers of the real API beside the stand-in's: headers, error bodies and the names of fields.

use std::collections::BTreeSet;
use std::path::Path;

use guerdon_tests::github::{Fault, Wait};
use serde_json::{Value, json};

use super::client::{Reply, ask, get, sample as served, send};

/// What guards a browser, and what the way there adds.
const NOT_OURS: [&str; 12] = [
    "access-control-allow-origin",
    "access-control-expose-headers",
    "connection",
    "content-length",
    "content-security-policy",
    "referrer-policy",
    "status",
    "strict-transport-security",
    "transfer-encoding",
    "x-frame-options",
    "x-xss-protection",
    "x-served-by",
];

fn recordings() -> Option<Vec<Value>> {
    let folder = std::env::var_os("GUERDON_DATA");
    let file = folder.map(|f| Path::new(&f).join("api-recordings.ndjson.zst")).filter(|f| f.is_file());
    let Some(file) = file else {
        eprintln!("SKIPPED: set GUERDON_DATA to the folder that holds api-recordings.ndjson.zst to compare with it");
        return None;
    };
    let text = zstd::decode_all(std::fs::File::open(file).unwrap()).unwrap();
    Some(text.split(|b| *b == b'\n').filter(|l| !l.is_empty()).map(|l| serde_json::from_slice(l).unwrap()).collect())
}

fn body(recorded: &Value) -> Value {
    serde_json::from_str(recorded["body"].as_str().unwrap_or("")).unwrap_or(Value::Null)
}

fn names(recorded: &Value) -> BTreeSet<String> {
    recorded["response_headers"].as_object().into_iter().flatten().map(|(n, _)| n.to_ascii_lowercase()).collect()
}

fn of<'r>(all: &'r [Value], endpoint: &str, status: u64) -> Vec<&'r Value> {
    all.iter().filter(|r| r["endpoint"] == endpoint && r["status"] == status && r["method"] == "GET").collect()
}

/// The header names that every one of the recordings has.
fn common(recorded: &[&Value]) -> BTreeSet<String> {
    let mut all = recorded.iter().map(|r| names(r)).filter(|n| !n.is_empty());
    let first = all.next().unwrap();
    let common = all.fold(first, |common, names| &common & &names);
    common.into_iter().filter(|name| !NOT_OURS.contains(&name.as_str())).collect()
}

fn headers(reply: &Reply) -> BTreeSet<String> {
    reply.headers.iter().map(|(name, _)| name.clone()).collect()
}

#[tokio::test]
async fn answers_carry_the_headers_of_the_recorded_ones() {
    let Some(all) = recordings() else { return };
    let server = served().await;
    // The recordings of today's API: older ones lack some of its headers.
    let modern: Vec<&Value> = all
        .iter()
        .filter(|r| r["status"] == 200 && r["method"] == "GET" && names(r).contains("x-github-api-version-selected"))
        .filter(|r| names(r).contains("x-oauth-scopes"))
        .collect();
    assert!(modern.len() > 20, "{}", modern.len());
    let wanted = common(&modern);
    assert!(wanted.contains("x-ratelimit-used") && wanted.contains("x-github-request-id"), "{wanted:?}");
    for path in
        ["/repos/meadowlark-sample/prairie", "/repos/meadowlark-sample/prairie/pulls/comments", "/users/jun-parkway"]
    {
        let given = headers(&get(&server, path).await);
        let missing: Vec<&String> = wanted.difference(&given).collect();
        assert!(missing.is_empty(), "{path}: {missing:?}");
    }
    let queries: Vec<&Value> = all.iter().filter(|r| r["url"] == "/graphql" && r["status"] == 200).collect();
    let reply = ask(&server, "{ viewer { login } }", json!({})).await;
    let (wanted, given) = (common(&queries), headers(&reply));
    assert!(wanted.is_subset(&given), "{:?}", wanted.difference(&given));
    assert_eq!(reply.header("x-ratelimit-resource"), Some("graphql"));
}

#[tokio::test]
async fn errors_read_like_the_recorded_ones() {
    let Some(all) = recordings() else { return };
    let server = served().await;
    let world = server.world();
    let moved = {
        world.change(|state| {
            let home = state.repository_named("meadowlark-sample", "almanac").unwrap().id;
            state.rename_repository(home, "yearbook").unwrap();
        });
        get(&server, "/repos/meadowlark-sample/almanac").await
    };
    let mut replies = vec![
        (401, send(&server, "GET", "/user", Some("Bearer wrong"), "").await),
        (404, get(&server, "/repos/meadowlark-sample/tundra").await),
        (301, moved),
    ];
    for status in [403, 429] {
        world.fail_at(0, Fault::Throttled { status, wait: Wait::Unsaid });
        replies.push((u64::from(status), get(&server, "/user").await));
    }
    for (status, reply) in replies {
        assert_eq!(u64::from(reply.status), status);
        let message = reply.body["message"].as_str().unwrap().trim_end_matches('.').to_owned();
        let same = all.iter().filter(|r| r["status"] == status).map(body);
        let like: Vec<Value> =
            same.filter(|b| b["message"].as_str().is_some_and(|m| m.trim_end_matches('.') == message)).collect();
        assert!(!like.is_empty(), "{status}: no recorded answer says {message:?}");
        for recorded in &like {
            let keys = recorded.as_object().unwrap().keys();
            let missing: Vec<&String> = keys.filter(|key| reply.body.get(key.as_str()).is_none()).collect();
            assert!(missing.is_empty(), "{status}: {missing:?}");
        }
        if status == 301 {
            let tail = |url: &str| url.split("/repositories/").nth(1).map(|id| id.parse::<u64>().is_ok());
            let location = all.iter().find(|r| r["status"] == 301).map(|r| r["response_headers"]["Location"].clone());
            assert_eq!(tail(location.unwrap().as_str().unwrap()), Some(true));
            assert_eq!(tail(reply.header("location").unwrap()), Some(true));
        }
    }
}

#[tokio::test]
async fn objects_have_no_fields_that_were_never_recorded() {
    let Some(all) = recordings() else { return };
    let server = served().await;
    let comments = "/repos/meadowlark-sample/prairie/pulls/comments";
    for (endpoints, path) in [
        (["/users/:x", "/user"], "/users/jun-parkway"),
        (["/repositories/:id", "/repos/:o/:r"], "/repos/meadowlark-sample/prairie"),
        (["/repos/:o/:r/pulls/:n/comments", "/repos/:o/:r/pulls/comments"], comments),
        (["/rate_limit", "/rate_limit"], "/rate_limit"),
    ] {
        let recorded = endpoints.iter().flat_map(|e| of(&all, e, 200)).map(body);
        let known: BTreeSet<String> = recorded
            .flat_map(|b| match b {
                Value::Array(items) => items,
                one => vec![one],
            })
            .flat_map(|b| b.as_object().into_iter().flatten().map(|(key, _)| key.clone()).collect::<Vec<_>>())
            .collect();
        assert!(!known.is_empty(), "{path} was never recorded");
        let reply = get(&server, path).await.body;
        let given = if reply.is_array() { reply[0].clone() } else { reply };
        let invented: Vec<&String> = given.as_object().unwrap().keys().filter(|key| !known.contains(*key)).collect();
        assert!(invented.is_empty(), "{path}: {invented:?}");
    }
}
