//! Apps, installations and their tokens, scopes, and permissions that are missing.

use std::collections::BTreeMap;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPair;
use aws_lc_rs::signature::RSA_PKCS1_SHA256;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use guerdon_tests::github::sample::ORG;
use guerdon_tests::github::{App, AppKey, Server, time};
use serde_json::{Value, json};

use super::client::{Reply, ask, data, get, sample as served, send};
use super::queries::query;

/// The bearer an App speaks with.
fn signed(key: &AppKey, claims: &Value) -> String {
    let body: String = key.private_pem.lines().filter(|line| !line.starts_with("-----")).collect();
    let pair = KeyPair::from_der(&STANDARD.decode(body).unwrap()).unwrap();
    let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let text = format!("{}.{}", encode(&json!({ "alg": "RS256", "typ": "JWT" })), encode(claims));
    let mut signature = vec![0; pair.public_modulus_len()];
    pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), text.as_bytes(), &mut signature).unwrap();
    format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature))
}

fn claims(iss: impl Into<Value>, issued: i64, expires: i64) -> Value {
    let now = time::now();
    json!({ "iss": iss.into(), "iat": now + issued, "exp": now + expires })
}

async fn with_app() -> (Server, AppKey, u64) {
    let server = served().await;
    let key = AppKey::generate().unwrap();
    let permissions = BTreeMap::from([("pull_requests".to_owned(), "read".to_owned())]);
    server.world().set_app(App {
        id: 4_711,
        slug: "guerdon-sample".to_owned(),
        client_id: "Iv23liSample".to_owned(),
        public_der: key.public_der.clone(),
        permissions,
    });
    let installation = server.world().install(ORG).unwrap();
    (server, key, installation)
}

async fn speak(server: &Server, method: &str, path: &str, bearer: &str) -> Reply {
    send(server, method, path, Some(&format!("Bearer {bearer}")), "").await
}

#[tokio::test]
async fn an_app_finds_its_installation_and_gets_tokens() {
    let (server, key, installation) = with_app().await;
    for iss in [json!(4_711), json!("4711"), json!("Iv23liSample")] {
        let bearer = signed(&key, &claims(iss, -60, 540));
        let app = speak(&server, "GET", "/app", &bearer).await;
        assert_eq!((app.status, &app.body["id"], &app.body["slug"]), (200, &json!(4_711), &json!("guerdon-sample")));
    }
    let bearer = signed(&key, &claims(4_711, -60, 540));
    let list = speak(&server, "GET", "/app/installations", &bearer).await.body;
    assert_eq!((&list[0]["id"], &list[0]["account"]["login"]), (&json!(installation), &json!(ORG)));
    for path in [
        "/orgs/Meadowlark-Sample/installation",
        "/repos/meadowlark-sample/prairie/installation",
        &format!("/api/v3/app/installations/{installation}"),
    ] {
        let found = speak(&server, "GET", path, &bearer).await.body;
        assert_eq!((&found["id"], &found["permissions"]), (&json!(installation), &json!({ "pull_requests": "read" })));
    }
    assert_eq!(speak(&server, "GET", "/orgs/elsewhere/installation", &bearer).await.status, 404);

    let path = format!("/app/installations/{installation}/access_tokens");
    let issued = speak(&server, "POST", &path, &bearer).await;
    assert_eq!((issued.status, &issued.body["permissions"]["pull_requests"]), (201, &json!("read")));
    let token = issued.body["token"].as_str().unwrap();
    assert!(token.starts_with("ghs_") && token.len() == 40);
    let expires = time::parse(issued.body["expires_at"].as_str().unwrap()).unwrap();
    assert!((time::now() + 3_500..=time::now() + 3_600).contains(&expires));
    let comments = speak(&server, "GET", "/repos/meadowlark-sample/prairie/pulls/comments", token).await;
    assert_eq!((comments.status, comments.header("x-oauth-scopes")), (200, None));
    assert_eq!(speak(&server, "GET", "/user", token).await.status, 403, "an installation is nobody");

    server.world().expire_tokens();
    let refused = speak(&server, "GET", "/repos/meadowlark-sample/prairie", token).await;
    assert_eq!((refused.status, &refused.body["message"]), (401, &json!("Bad credentials")));
    server.world().set_token_life(-1);
    let issued = speak(&server, "POST", &path, &bearer).await;
    let token = issued.body["token"].as_str().unwrap();
    assert_eq!(speak(&server, "GET", "/repos/meadowlark-sample/prairie", token).await.status, 401);
    assert_eq!(server.world().tokens_issued(), 2);
    server.world().suspend_installation(installation);
    let refused = speak(&server, "POST", &path, &bearer).await;
    assert_eq!((refused.status, &refused.body["message"]), (403, &json!("This installation has been suspended")));
    server.world().uninstall(installation);
    assert_eq!(speak(&server, "POST", &path, &bearer).await.status, 404);
}

#[tokio::test]
async fn a_token_of_an_app_that_is_not_right_is_refused() {
    let (server, key, _) = with_app().await;
    let other = AppKey::generate().unwrap();
    let undecodable = "A JSON web token could not be decoded";
    let good = signed(&key, &claims(4_711, 0, 540));
    let (text, _) = good.rsplit_once('.').unwrap();
    for (bearer, status, message) in [
        ("nonsense".to_owned(), 401, undecodable),
        (super::client::TOKEN.to_owned(), 401, undecodable),
        (signed(&other, &claims(4_711, 0, 540)), 401, undecodable),
        (format!("{text}.AAAA"), 401, undecodable),
        (signed(&key, &claims(9, 0, 540)), 404, "Integration not found"),
        (signed(&key, &claims(4_711, -700, -1)), 401, "'Expiration time' claim ('exp') must be a numeric value"),
        (signed(&key, &claims(4_711, 0, 3_600)), 401, "'Expiration time' claim ('exp') is too far in the future"),
        (signed(&key, &claims(4_711, 300, 540)), 401, "'Issued at' claim ('iat') must be an Integer"),
    ] {
        let reply = speak(&server, "GET", "/app", &bearer).await;
        assert_eq!(reply.status, status, "{message}: {}", reply.body);
        assert!(reply.body["message"].as_str().unwrap().starts_with(message), "{}", reply.body);
    }
    assert_eq!(speak(&server, "GET", "/repos/meadowlark-sample/prairie", &good).await.status, 401);
}

#[tokio::test]
async fn scopes_are_told_and_missing_permissions_refuse() {
    let server = served().await;
    let world = server.world();
    let comments = "/repos/meadowlark-sample/prairie/pulls/comments";
    assert_eq!(get(&server, comments).await.header("x-oauth-scopes"), Some("public_repo, read:org"));
    world.set_scopes(None);
    assert_eq!(get(&server, comments).await.header("x-oauth-scopes"), None);

    world.withhold(&["pull_requests", "discussions"]);
    let reply = get(&server, comments).await;
    assert_eq!((reply.status, reply.header("x-accepted-github-permissions")), (403, Some("pull_requests=read")));
    assert_eq!(reply.body["message"], "Resource not accessible by personal access token");
    assert_ne!(reply.header("x-ratelimit-remaining"), Some("0"));
    let by_name = json!({ "owner": ORG, "name": "prairie", "first": 3 });
    for (name, field) in [("pulls.graphql", "pullRequests"), ("discussions.graphql", "discussions")] {
        let reply = ask(&server, &query(name), by_name.clone()).await;
        assert_eq!((reply.status, reply.error_type()), (200, "FORBIDDEN"));
        assert_eq!(reply.body["errors"][0]["path"], json!(["repository", field]));
        assert!(reply.body["data"]["repository"].is_null() && reply.body["data"]["rateLimit"].is_object());
    }
    data(&server, &query("issues.graphql"), by_name.clone()).await;
    world.withhold(&[]);
    data(&server, &query("pulls.graphql"), by_name).await;
}

#[tokio::test]
async fn an_installation_is_told_so_where_it_lacks_a_permission() {
    let (server, key, installation) = with_app().await;
    let bearer = signed(&key, &claims(4_711, -60, 540));
    let path = format!("/app/installations/{installation}/access_tokens");
    let token = speak(&server, "POST", &path, &bearer).await.body["token"].as_str().unwrap().to_owned();
    server.world().withhold(&["issues"]);
    let by_name = json!({ "owner": ORG, "name": "prairie", "first": 3 });
    let body = json!({ "query": query("issues.graphql"), "variables": by_name }).to_string();
    let reply = send(&server, "POST", "/graphql", Some(&format!("Bearer {token}")), &body).await;
    assert_eq!(reply.error_type(), "FORBIDDEN");
    assert_eq!(reply.body["errors"][0]["message"], "Resource not accessible by integration");
}
