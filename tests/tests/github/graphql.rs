//! GraphQL: validation, limits, paging, cost, errors, the clock.

use guerdon_tests::github::{Fault, World, sample};
use serde_json::{Value, json};

use super::client::{TOKEN, ask, data, sample as served, send};

const REPOSITORY: &str = r#"repository(owner: "meadowlark-sample", name: "prairie")"#;

#[tokio::test]
async fn a_query_the_schema_does_not_allow_is_refused() {
    let server = served().await;
    for query in [
        "{ repository(owner: \"meadowlark-sample\", name: \"prairie\") { starCount } }",
        "{ repository(owner: \"meadowlark-sample\") { id } }",
        "query($n: Int!) { repository(owner: \"x\", name: \"y\") { pullRequests(first: $n, states: [DONE]) { totalCount } } }",
        "{ viewer }",
        "{ viewer { login }",
    ] {
        let reply = ask(&server, query, json!({ "n": 1 })).await;
        assert_eq!(reply.status, 200);
        assert!(reply.body.get("data").is_none(), "{query}: {}", reply.body);
        assert!(!reply.body["errors"][0]["message"].as_str().unwrap().is_empty());
    }
    let reply = ask(&server, "{ viewer { loginn } }", json!({})).await;
    assert_eq!(reply.body["errors"][0]["extensions"]["code"], "undefinedField");
    assert_eq!(reply.body["errors"][0]["locations"][0], json!({ "line": 1, "column": 12 }));
}

#[tokio::test]
async fn a_field_that_is_not_modelled_is_an_error_and_never_a_silent_null() {
    let server = served().await;
    let reply = ask(&server, &format!("{{ {REPOSITORY} {{ name description }} }}"), json!({})).await;
    assert_eq!(reply.error_type(), "NOT_MODELLED");
    assert_eq!(reply.body["errors"][0]["path"], json!(["repository", "description"]));
    let query = format!(
        "{{ {REPOSITORY} {{ pullRequests(first: 1) {{ nodes {{ timelineItems(first: 1, itemTypes: [CROSS_REFERENCED_EVENT]) {{ totalCount }} }} }} }} }}"
    );
    assert_eq!(ask(&server, &query, json!({})).await.error_type(), "NOT_MODELLED");
}

#[tokio::test]
async fn paging_walks_everything_once_in_every_order() {
    let server = served().await;
    let query = format!(
        "query($after: String, $by: IssueOrderField!, $to: OrderDirection!) {{ {REPOSITORY} {{
            pullRequests(first: 7, after: $after, orderBy: {{ field: $by, direction: $to }}) {{
                totalCount pageInfo {{ hasNextPage endCursor }} nodes {{ number updatedAt createdAt }} }} }} }}"
    );
    for by in ["UPDATED_AT", "CREATED_AT"] {
        for to in ["ASC", "DESC"] {
            let (mut after, mut seen, mut total) = (Value::Null, Vec::new(), 0);
            loop {
                let page = data(&server, &query, json!({ "after": after, "by": by, "to": to })).await;
                let page = &page["repository"]["pullRequests"];
                total = page["totalCount"].as_u64().unwrap().max(total);
                seen.extend(page["nodes"].as_array().unwrap().iter().cloned());
                if page["pageInfo"]["hasNextPage"] == false {
                    break;
                }
                after = page["pageInfo"]["endCursor"].clone();
            }
            let mut numbers: Vec<u64> = seen.iter().map(|n| n["number"].as_u64().unwrap()).collect();
            let key = if by == "UPDATED_AT" { "updatedAt" } else { "createdAt" };
            let times: Vec<&str> = seen.iter().map(|n| n[key].as_str().unwrap()).collect();
            assert!(times.is_sorted_by(|a, b| if to == "ASC" { a <= b } else { a >= b }));
            numbers.sort_unstable();
            numbers.dedup();
            assert_eq!((numbers.len() as u64, seen.len() as u64), (total, total));
        }
    }
}

#[tokio::test]
async fn a_cursor_by_update_finds_what_moved_behind_it() {
    let server = served().await;
    let query = format!(
        "query($after: String) {{ {REPOSITORY} {{ pullRequests(first: 3, after: $after, orderBy: {{ field: UPDATED_AT, direction: ASC }}) {{
            pageInfo {{ endCursor hasPreviousPage }} nodes {{ number }} }} }} }}"
    );
    let first = data(&server, &query, json!({})).await["repository"]["pullRequests"].clone();
    let moved = first["nodes"][0]["number"].as_u64().unwrap();
    let world = server.world();
    world
        .change(|state| {
            let repository = state.repository_named(sample::ORG, "prairie").unwrap().id;
            let who = state.account_id("wren-okafor")?;
            let on = guerdon_tests::github::model::ThreadRef { repository, number: u32::try_from(moved).unwrap() };
            state.comment(on, sample::epoch_start(9), who, "late")
        })
        .unwrap();
    let (mut after, mut seen) = (first["pageInfo"]["endCursor"].clone(), Vec::new());
    loop {
        let page = data(&server, &query, json!({ "after": after })).await["repository"]["pullRequests"].clone();
        let numbers: Vec<u64> =
            page["nodes"].as_array().unwrap().iter().map(|n| n["number"].as_u64().unwrap()).collect();
        if numbers.is_empty() {
            break;
        }
        seen.extend(numbers);
        after = page["pageInfo"]["endCursor"].clone();
    }
    assert_eq!(seen.last(), Some(&moved));
    assert!(!seen.contains(&first["nodes"][1]["number"].as_u64().unwrap()));
}

#[tokio::test]
async fn a_cursor_of_another_list_or_order_is_refused() {
    let server = served().await;
    let query = format!("{{ {REPOSITORY} {{ issues(first: 1) {{ pageInfo {{ endCursor }} }} }} }}");
    let cursor = data(&server, &query, json!({})).await["repository"]["issues"]["pageInfo"]["endCursor"].clone();
    let query = format!(
        "query($after: String) {{ {REPOSITORY} {{ pullRequests(first: 1, after: $after) {{ totalCount }} }} }}"
    );
    for after in [cursor, json!("nonsense")] {
        assert_eq!(ask(&server, &query, json!({ "after": after })).await.error_type(), "INVALID_CURSOR_ARGUMENTS");
    }
}

#[tokio::test]
async fn page_bounds_are_required_and_at_most_a_hundred() {
    let server = served().await;
    let cases = [
        ("", "MISSING_PAGINATION_BOUNDARIES"),
        ("(first: 101)", "EXCESSIVE_PAGINATION"),
        ("(last: 0)", "INVALID_PAGINATION_BOUNDARIES"),
    ];
    for (arguments, kind) in cases {
        let reply =
            ask(&server, &format!("{{ {REPOSITORY} {{ pullRequests{arguments} {{ totalCount }} }} }}"), json!({}))
                .await;
        assert_eq!(reply.error_type(), kind);
        assert_eq!(reply.body["errors"][0]["path"], json!(["repository", "pullRequests"]));
    }
    let query = format!("query($n: Int!) {{ {REPOSITORY} {{ issues(first: $n) {{ totalCount }} }} }}");
    assert_eq!(ask(&server, &query, json!({ "n": 500 })).await.error_type(), "EXCESSIVE_PAGINATION");
}

#[tokio::test]
async fn more_than_half_a_million_nodes_are_refused() {
    let server = served().await;
    let query = format!(
        "{{ {REPOSITORY} {{ pullRequests(first: 100) {{ nodes {{ reviews(first: 100) {{ nodes {{ comments(first: 100) {{ totalCount }} }} }} }} }} }} }}"
    );
    let reply = ask(&server, &query, json!({})).await;
    assert_eq!(reply.error_type(), "MAX_NODE_LIMIT_EXCEEDED");
    let message = reply.body["errors"][0]["message"].as_str().unwrap();
    assert!(message.contains("1,010,100") && message.contains("500,000"), "{message}");
}

/// The example of GitHub's own documentation: 100 repositories, 50 issues each, 60 labels each cost 51 points.
#[tokio::test]
async fn points_are_counted_by_the_published_formula() {
    let server = served().await;
    let query = r#"{ rateLimit { cost nodeCount used remaining limit resetAt }
        organization(login: "meadowlark-sample") { repositories(first: 100) { nodes { issues(first: 50) { nodes { labels(first: 60) { totalCount } } } } } } }"#;
    let limit = data(&server, query, json!({})).await["rateLimit"].clone();
    assert_eq!((limit["cost"].as_u64(), limit["nodeCount"].as_u64()), (Some(51), Some(100 + 5_000 + 300_000)));
    assert_eq!((limit["used"].as_u64(), limit["remaining"].as_u64()), (Some(51), Some(4_949)));
    data(&server, "{ viewer { login databaseId } rateLimit { cost } }", json!({})).await;
    assert_eq!(server.world().points(), 52);
    let costs: Vec<u64> = server.requests().iter().map(|r| r.cost).collect();
    assert_eq!(costs, [51, 1]);
}

#[tokio::test]
async fn a_spent_hour_gives_rate_limited_with_http_200() {
    let server = served().await;
    server.world().set_rate_limit(1, 5_000);
    data(&server, "{ viewer { login } }", json!({})).await;
    let reply = ask(&server, "{ viewer { login } }", json!({})).await;
    assert_eq!((reply.status, reply.error_type()), (200, "RATE_LIMITED"));
    assert_eq!(reply.header("x-ratelimit-remaining"), Some("0"));
}

#[tokio::test]
async fn a_wrong_or_missing_token_is_401() {
    let server = served().await;
    let body = json!({ "query": "{ viewer { login } }" }).to_string();
    for token in [None, Some("Bearer wrong"), Some(TOKEN)] {
        let reply = send(&server, "POST", "/graphql", token, &body).await;
        assert_eq!((reply.status, &reply.body["message"]), (401, &json!("Bad credentials")));
    }
    for token in [format!("Bearer {TOKEN}"), format!("token {TOKEN}")] {
        assert_eq!(send(&server, "POST", "/api/graphql", Some(&token), &body).await.status, 200);
    }
}

#[tokio::test]
async fn what_does_not_exist_is_null_with_not_found() {
    let server = served().await;
    for (query, path) in [
        ("{ repository(owner: \"meadowlark-sample\", name: \"tundra\") { id } }", "repository"),
        ("{ user(login: \"nobody\") { id } }", "user"),
        ("{ organization(login: \"wren-okafor\") { id } }", "organization"),
        ("{ node(id: \"PR_none\") { id } }", "node"),
    ] {
        let reply = ask(&server, query, json!({})).await;
        assert_eq!((reply.status, reply.error_type()), (200, "NOT_FOUND"));
        assert_eq!((&reply.body["data"][path], &reply.body["errors"][0]["path"]), (&Value::Null, &json!([path])));
    }
    let reply = ask(&server, "{ repository(owner: \"meadowlark-sample\", name: \"tundra\") { id } }", json!({})).await;
    assert_eq!(
        reply.body["errors"][0]["message"],
        "Could not resolve to a Repository with the name 'meadowlark-sample/tundra'."
    );
}

#[tokio::test]
async fn nodes_are_found_again_by_their_ids() {
    let server = served().await;
    let query = format!(
        "{{ {REPOSITORY} {{ id owner {{ id }} pullRequests(last: 1) {{ nodes {{ id }} }} issues(first: 1) {{ nodes {{ id }} }} }} }}"
    );
    let found = data(&server, &query, json!({})).await["repository"].clone();
    let ids = json!([
        found["pullRequests"]["nodes"][0]["id"],
        "unknown",
        found["issues"]["nodes"][0]["id"],
        found["id"],
        found["owner"]["id"]
    ]);
    let query = "query($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }";
    let reply = ask(&server, query, json!({ "ids": ids })).await;
    let types: Vec<&Value> = reply.body["data"]["nodes"].as_array().unwrap().iter().map(|n| &n["__typename"]).collect();
    assert_eq!(
        types,
        [&json!("PullRequest"), &Value::Null, &json!("Issue"), &json!("Repository"), &json!("Organization")]
    );
    assert_eq!(reply.body["errors"][0]["path"], json!(["nodes", 1]));
}

#[tokio::test]
async fn an_id_beyond_32_bits_needs_the_full_database_id() {
    let server = served().await;
    let query = format!("{{ {REPOSITORY} {{ pullRequests(first: 1) {{ nodes {{ fullDatabaseId }} }} }} }}");
    let full =
        data(&server, &query, json!({})).await["repository"]["pullRequests"]["nodes"][0]["fullDatabaseId"].clone();
    assert!(full.as_str().unwrap().parse::<u64>().unwrap() > i32::MAX as u64);
    let reply = ask(&server, &query.replace("fullDatabaseId", "databaseId"), json!({})).await;
    assert!(reply.body["errors"][0]["message"].as_str().unwrap().contains("out of bounds"));
}

const STATE: &str = r#"query { repository(owner: "meadowlark-sample", name: "fieldnotes") {
    pullRequests(first: 100) { totalCount nodes { number title state isDraft merged mergedAt updatedAt
        labels(first: 10) { nodes { name } } reviews(first: 10) { nodes { state } }
        timelineItems(first: 100) { totalCount nodes { __typename } } } }
    issues(first: 100) { nodes { number state stateReason } } } }"#;

#[tokio::test]
async fn the_world_is_seen_as_it_was_at_the_clock() {
    let server = served().await;
    let world = server.world();
    let mut counts = Vec::new();
    let find = |data: &Value, title: &str| -> Value {
        let all = data["repository"]["pullRequests"]["nodes"].as_array().unwrap().clone();
        all.into_iter().find(|p| p["title"] == title).unwrap_or(Value::Null)
    };
    for epoch in [1, 2, 3, 4] {
        world.set_clock(sample::epoch_start(epoch));
        let seen = data(&server, STATE, json!({})).await;
        counts.push(seen["repository"]["pullRequests"]["totalCount"].as_u64().unwrap());
        let offline = (find(&seen, "WIP offline"), find(&seen, "Take notes without a network"));
        match epoch {
            1 => assert_eq!(offline, (Value::Null, Value::Null)),
            2 => {
                // A draft under its first title; the merge is still to come.
                assert_eq!((&offline.0["state"], &offline.0["isDraft"]), (&json!("OPEN"), &json!(true)));
                assert_eq!(offline.0["timelineItems"]["nodes"].as_array().unwrap().len(), 2);
            }
            _ => assert_eq!((&offline.1["state"], &offline.1["isDraft"]), (&json!("MERGED"), &json!(false))),
        }
        let update = find(&seen, "Tidy the importer");
        if epoch >= 2 {
            assert!(update["updatedAt"].as_str().unwrap() < "2025-01-13");
        }
        let issue = &seen["repository"]["issues"]["nodes"][0];
        let reason = if epoch <= 2 { (json!("OPEN"), Value::Null) } else { (json!("CLOSED"), json!("COMPLETED")) };
        assert_eq!((issue["state"].clone(), issue["stateReason"].clone()), reason);
    }
    assert!(counts.is_sorted_by(|a, b| a < b), "{counts:?}");
}

#[tokio::test]
async fn a_dismissed_review_and_a_hidden_comment_change_at_their_moment() {
    let server = served().await;
    let query = r#"{ repository(owner: "meadowlark-sample", name: "fieldnotes") { pullRequests(last: 100, states: [MERGED]) { nodes { title
        reviews(first: 5) { nodes { state } }
        timelineItems(first: 9, itemTypes: [REVIEW_DISMISSED_EVENT]) { nodes { ... on ReviewDismissedEvent { previousReviewState actor { login } review { state } } } } } } } }"#;
    let seen = data(&server, query, json!({})).await;
    let all = seen["repository"]["pullRequests"]["nodes"].as_array().unwrap();
    let pull = all.iter().find(|p| p["title"] == "Rename a variable").unwrap();
    assert_eq!(pull["reviews"]["nodes"][0]["state"], "DISMISSED");
    assert_eq!(pull["timelineItems"]["nodes"][0]["previousReviewState"], "APPROVED");
    let query = r#"{ repository(owner: "meadowlark-sample", name: "almanac") { issues(first: 1) { nodes { state stateReason
        comments(first: 5) { nodes { isMinimized minimizedReason } } } } } }"#;
    let issue = data(&server, query, json!({})).await["repository"]["issues"]["nodes"][0].clone();
    assert_eq!((&issue["state"], &issue["stateReason"]), (&json!("CLOSED"), &json!("NOT_PLANNED")));
    assert_eq!(issue["comments"]["nodes"][0], json!({ "isMinimized": true, "minimizedReason": "spam" }));
}

#[tokio::test]
async fn a_timeline_tells_who_closed_an_issue_and_with_what() {
    let server = served().await;
    let query = r#"{ repository(owner: "meadowlark-sample", name: "prairie") { databaseId issues(first: 10, states: [CLOSED]) { nodes { title author { login }
        timelineItems(first: 50, itemTypes: [CLOSED_EVENT, LABELED_EVENT]) { totalCount filteredCount nodes { __typename
            ... on LabeledEvent { label { name } actor { login ... on User { databaseId } } createdAt }
            ... on ClosedEvent { stateReason closer { __typename ... on PullRequest { number merged repository { databaseId }
                author { login } mergedBy { login } mergeCommit { oid message } closingIssuesReferences(first: 5) { nodes { title } } } } } } } } } } }"#;
    let seen = data(&server, query, json!({})).await;
    let issues = seen["repository"]["issues"]["nodes"].as_array().unwrap();
    let issue = issues.iter().find(|i| i["title"].as_str().unwrap().starts_with("Route lookup")).unwrap();
    let items = issue["timelineItems"]["nodes"].as_array().unwrap();
    let types: Vec<&str> = items.iter().map(|i| i["__typename"].as_str().unwrap()).collect();
    assert_eq!(types, ["LabeledEvent", "ClosedEvent"]);
    let closer = &items[1]["closer"];
    assert_eq!(
        (&closer["author"]["login"], &closer["mergedBy"]["login"]),
        (&json!("priya-ramanan"), &json!("tobias-lindqvist"))
    );
    assert_eq!(closer["closingIssuesReferences"]["nodes"][0]["title"], issue["title"]);
    assert_eq!(closer["repository"]["databaseId"], seen["repository"]["databaseId"]);
}

#[tokio::test]
async fn ordered_faults_meet_the_next_requests_and_then_pass() {
    let server = served().await;
    let world = server.world();
    world.fail_next(1, &Fault::BadGateway);
    world.fail_next(1, &Fault::SecondaryRateLimit { retry_after: 7 });
    world.fail_next_at(1, "/graphql", &Fault::RateLimited);
    let mut seen = Vec::new();
    for _ in 0..4 {
        let reply = ask(&server, "{ viewer { login } }", json!({})).await;
        seen.push((reply.status, reply.header("retry-after").map(str::to_owned), reply.error_type().to_owned()));
    }
    let plain = |status| (status, None, String::new());
    assert_eq!(
        seen,
        [plain(502), (403, Some("7".into()), String::new()), (200, None, "RATE_LIMITED".into()), plain(200)]
    );
    let log: Vec<u16> = server.requests().iter().map(|r| r.status).collect();
    assert_eq!(log, [502, 403, 200, 200]);
}

#[tokio::test]
async fn gists_are_seen_by_graphql_at_the_clock() {
    let server = served().await;
    let world: &World = server.world();
    world.set_clock(sample::epoch_start(1));
    let gist = world.add_gist("jun-parkway", "guerdon.txt", "first").unwrap();
    world.add_secret_gist("jun-parkway", "other.txt", "hidden").unwrap();
    world.set_clock(sample::epoch_start(2));
    world.edit_gist(&gist.id, "guerdon.txt", "second").unwrap();
    let query = r#"query($name: String!) { user(login: "jun-parkway") { databaseId
        gists(first: 10, privacy: PUBLIC, orderBy: { field: CREATED_AT, direction: DESC }) { totalCount nodes { name isPublic owner { login } files { name text size isTruncated } } }
        gist(name: $name) { updatedAt files { text } } } }"#;
    let text = async || {
        let user = data(&server, query, json!({ "name": gist.id })).await["user"].clone();
        assert_eq!(user["gists"]["totalCount"], 1);
        user["gist"]["files"][0]["text"].clone()
    };
    assert_eq!(text().await, "second");
    world.set_clock(sample::epoch_start(1));
    assert_eq!(text().await, "first");
    world.set_clock(sample::epoch_start(0));
    let user = data(&server, query, json!({ "name": gist.id })).await["user"].clone();
    assert_eq!((&user["gists"]["totalCount"], &user["gist"]), (&json!(0), &Value::Null));
}
