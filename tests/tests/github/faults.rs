//! Faults: each meets the request it was ordered for, looks as it does at GitHub, and passes.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use guerdon_tests::github::sample::ORG;
use guerdon_tests::github::{Fault, Wait, time};
use serde_json::{Value, json};

use super::client::{TOKEN, ask, data, exchange, get, request, sample as served};
use super::queries::query;

const ASKED: &str = "/repos/meadowlark-sample/prairie";

fn bearer() -> String {
    format!("Bearer {TOKEN}")
}

#[tokio::test]
async fn a_fault_meets_the_request_of_its_number_whatever_it_asks() {
    let server = served().await;
    let world = server.world();
    get(&server, ASKED).await;
    world.fail_at(0, Fault::GatewayTimeout);
    world.fail_at(2, Fault::BadCredentials);
    world.fail_at(3, Fault::NotFound);
    let mut seen = Vec::new();
    for n in 0..5 {
        let reply = match n % 2 {
            0 => get(&server, ASKED).await,
            _ => ask(&server, "{ viewer { login } }", json!({})).await,
        };
        seen.push(reply.status);
    }
    assert_eq!(seen, [504, 200, 401, 404, 200]);
}

#[tokio::test]
async fn the_secondary_limit_says_how_long_or_does_not() {
    let server = served().await;
    let waits = [(403, Wait::Unsaid), (403, Wait::Seconds(8)), (429, Wait::Unsaid), (429, Wait::Date(90))];
    for (status, wait) in waits {
        server.world().fail_at(0, Fault::Throttled { status, wait });
        let reply = get(&server, ASKED).await;
        assert_eq!(reply.status, status);
        assert!(reply.body["message"].as_str().unwrap().starts_with("You have exceeded a secondary rate limit"));
        // The hour's points are still there: only the message tells this limit from missing permissions.
        assert_ne!(reply.header("x-ratelimit-remaining"), Some("0"));
        match wait {
            Wait::Unsaid => assert_eq!(reply.header("retry-after"), None),
            Wait::Seconds(_) => assert_eq!(reply.header("retry-after"), Some("8")),
            Wait::Date(_) => assert!(reply.header("retry-after").unwrap().ends_with(" GMT")),
        }
    }
}

#[tokio::test]
async fn connections_end_before_and_in_the_middle_of_an_answer() {
    let server = served().await;
    let world = server.world();
    let whole = exchange(&server, "GET", ASKED, Some(&bearer()), "").await;
    let (_, body) = whole.split_once("\r\n\r\n").unwrap();
    world.fail_at(0, Fault::Close);
    world.fail_at(1, Fault::Truncated);
    assert_eq!(exchange(&server, "GET", ASKED, Some(&bearer()), "").await, "");
    let cut = exchange(&server, "GET", ASKED, Some(&bearer()), "").await;
    let (head, half) = cut.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 200 OK"), "{head}");
    assert!(head.contains(&format!("content-length: {}", body.len())), "{head}");
    assert!(half.len() < body.len() && body.starts_with(half), "{half}");
    assert_eq!(exchange(&server, "GET", ASKED, Some(&bearer()), "").await.split_once("\r\n\r\n").unwrap().1, body);
    let log: Vec<u16> = server.requests().iter().map(|r| r.status).collect();
    assert_eq!(log, [200, 0, 200, 200]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_never_comes_keeps_the_connection_open() {
    let server = served().await;
    server.world().fail_at(0, Fault::Hang);
    let (host, text) = request(&server, "GET", ASKED, Some(&bearer()), "");
    let mut stream = TcpStream::connect(host).unwrap();
    stream.write_all(text.as_bytes()).unwrap();
    while server.requests().is_empty() {
        tokio::task::yield_now().await;
    }
    stream.set_nonblocking(true).unwrap();
    assert_eq!(stream.read(&mut [0; 1]).unwrap_err().kind(), ErrorKind::WouldBlock);
    assert_eq!(server.requests()[0].status, 0);
    server.world().fail_at(0, Fault::Slow(Duration::from_millis(5)));
    assert_eq!(get(&server, ASKED).await.status, 200);
}

#[tokio::test]
async fn answers_that_are_no_json_or_the_wrong_json() {
    let server = served().await;
    let world = server.world();
    world.fail_at(0, Fault::Html);
    let reply = get(&server, ASKED).await;
    assert_eq!((reply.status, reply.header("content-type")), (200, Some("text/html; charset=utf-8")));
    world.fail_at(0, Fault::WrongTypes);
    let reply = get(&server, ASKED).await;
    assert_eq!((&reply.body["id"], &reply.body["name"]), (&json!("several"), &json!("prairie")));
    world.fail_at(0, Fault::Skewed(-7_200));
    let reply = get(&server, ASKED).await;
    let now = time::now();
    let near: Vec<String> = (now - 7_230..=now - 7_200).map(time::http).collect();
    assert!(near.iter().any(|date| reply.header("date") == Some(date)), "{:?}", reply.header("date"));
}

#[tokio::test]
async fn parts_of_a_querys_data_are_missing_beside_errors() {
    let server = served().await;
    let world = server.world();
    let by_name = json!({ "owner": ORG, "name": "prairie", "first": 8 });
    let whole = data(&server, &query("pulls.graphql"), by_name.clone()).await["repository"].clone();
    let whole = whole["pullRequests"]["nodes"].as_array().unwrap().clone();
    let at = |place: usize| json!(["repository", "pullRequests", "nodes", place]);

    world.fail_at(0, Fault::Partial);
    let reply = ask(&server, &query("pulls.graphql"), by_name.clone()).await;
    let nodes = reply.body["data"]["repository"]["pullRequests"]["nodes"].as_array().unwrap();
    assert!(nodes[0].is_null() && nodes[1]["number"] == whole[1]["number"]);
    assert!(nodes[1]["timelineItems"]["nodes"][0].is_null());
    assert_eq!(reply.body["errors"][0]["path"], at(0));
    assert!(reply.body["errors"][0]["message"].as_str().unwrap().starts_with("Something went wrong"));

    world.fail_at(0, Fault::ResourceLimits);
    let reply = ask(&server, &query("pulls.graphql"), by_name.clone()).await;
    let nodes = reply.body["data"]["repository"]["pullRequests"]["nodes"].as_array().unwrap();
    assert_eq!(nodes[..4], whole[..4]);
    assert!(nodes[4..].iter().all(Value::is_null) && nodes.len() == 8);
    assert_eq!((reply.error_type(), &reply.body["errors"][0]["path"]), ("RESOURCE_LIMITS_EXCEEDED", &at(4)));
    assert_eq!(
        data(&server, &query("pulls.graphql"), by_name).await["repository"]["pullRequests"]["nodes"],
        json!(whole)
    );
}

#[tokio::test]
async fn pages_above_a_size_are_too_much() {
    let server = served().await;
    server.world().limit_first(Some(12));
    let status = async |first: u32| {
        let variables = json!({ "owner": ORG, "name": "prairie", "first": first });
        ask(&server, &query("pulls.graphql"), variables).await.status
    };
    assert_eq!([status(49).await, status(13).await, status(12).await], [502, 502, 200]);
    let fixed = "{ repository(owner: \"meadowlark-sample\", name: \"prairie\") { issues(first: 100) { totalCount } } }";
    assert_eq!(ask(&server, fixed, json!({})).await.status, 200);
    server.world().limit_first(None);
    assert_eq!(status(49).await, 200);
}
