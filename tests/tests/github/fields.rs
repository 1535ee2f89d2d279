//! Every field that is modelled is answered for every object of the sample, in a type the schema allows.

use serde_json::{Value, json};

use super::client::{data, sample as served};

const FRAGMENTS: &str = r#"
fragment Who on Actor { __typename login url resourcePath avatarUrl ... on User { id databaseId } ... on Bot { id databaseId } ... on Organization { id databaseId } }
fragment Tag on Label { id name color description isDefault repository { name } }
fragment Change on Commit { oid abbreviatedOid id message messageHeadline messageBody authoredDate committedDate url commitUrl resourcePath commitResourcePath
    repository { name } author { name email date user { login } } authors(first: 5) { totalCount nodes { name email user { ...Who } } }
    parents(first: 3) { totalCount nodes { oid url } } }
fragment Remark on IssueComment { id fullDatabaseId author { ...Who } body bodyText createdAt publishedAt updatedAt lastEditedAt includesCreatedEdit
    isMinimized minimizedReason repository { name } of: pullRequest { number } url resourcePath }
fragment Opinion on PullRequestReview { id fullDatabaseId author { ...Who } body bodyText createdAt updatedAt lastEditedAt includesCreatedEdit isMinimized minimizedReason
    state submittedAt publishedAt pullRequest { number } commit { oid } repository { name } url resourcePath
    comments(first: 20) { totalCount nodes { ...Note } } }
fragment Note on PullRequestReviewComment { id fullDatabaseId author { ...Who } body path diffHunk line originalLine position originalPosition outdated state
    createdAt updatedAt lastEditedAt draftedAt isMinimized url pullRequest { number } pullRequestReview { id } replyTo { id } }
fragment Happened on Node { __typename id
    ... on LabeledEvent { createdAt actor { ...Who } label { ...Tag } labelable { __typename } }
    ... on UnlabeledEvent { createdAt actor { ...Who } label { ...Tag } labelable { __typename } }
    ... on ClosedEvent { createdAt actor { ...Who } url resourcePath closable { __typename closed } stateReason closer { __typename ... on PullRequest { number } ... on Commit { oid } } }
    ... on ReopenedEvent { createdAt actor { ...Who } closable { __typename } stateReason }
    ... on MergedEvent { createdAt actor { ...Who } url merge: commit { ...Change } mergeRefName pullRequest { number } }
    ... on RenamedTitleEvent { createdAt actor { ...Who } previousTitle currentTitle subject { __typename } }
    ... on ReadyForReviewEvent { createdAt actor { ...Who } pullRequest { number } url }
    ... on ConvertToDraftEvent { createdAt actor { ...Who } pullRequest { number } url }
    ... on ReviewDismissedEvent { createdAt actor { ...Who } dismissalMessage previousReviewState review { id } pullRequest { number } url }
    ... on HeadRefForcePushedEvent { createdAt actor { ...Who } afterCommit { oid } pullRequest { number } }
    ... on ConnectedEvent { createdAt actor { ...Who } isCrossRepository source { __typename } subject { __typename } }
    ... on DisconnectedEvent { createdAt actor { ...Who } isCrossRepository source { __typename } subject { __typename } }
    ... on PullRequestCommit { change: commit { ...Change } pullRequest { number } url resourcePath }
    ... on IssueComment { ...Remark } ... on PullRequestReview { ...Opinion } }
"#;

const PULLS: &str = r#"query($name: String!) { repository(owner: "meadowlark-sample", name: $name) {
    id databaseId name nameWithOwner isPrivate isArchived isFork isDisabled isLocked isMirror isEmpty visibility createdAt url resourcePath owner { id login url resourcePath avatarUrl __typename }
    label(name: "bug") { ...Tag } labels(first: 9) { totalCount nodes { ...Tag } edges { cursor node { name } } }
    pullRequests(first: 40) { totalCount edges { cursor node { number } } pageInfo { startCursor hasPreviousPage } nodes {
        id fullDatabaseId number title body bodyText state closed merged isDraft createdAt publishedAt updatedAt closedAt mergedAt lastEditedAt includesCreatedEdit locked
        author { ...Who } mergedBy { ...Who } mergeCommit { ...Change } repository { name } url resourcePath baseRefName headRefOid additions deletions changedFiles reviewDecision
        files(first: 9) { totalCount nodes { path additions deletions changeType } } labels(first: 9) { nodes { ...Tag } }
        comments(first: 9) { totalCount nodes { ...Remark } } commits(first: 9) { totalCount nodes { id commit { ...Change } } }
        closingIssuesReferences(first: 9) { totalCount nodes { number } } latestReviews(first: 9) { nodes { id } }
        timelineItems(first: 40) { totalCount filteredCount pageCount nodes { ...Happened } } } } } }"#;

const ISSUES: &str = r#"query($name: String!) { repository(owner: "meadowlark-sample", name: $name) { issues(first: 40) { totalCount nodes {
    id fullDatabaseId number title body state stateReason closed closedAt createdAt updatedAt author { ...Who } repository { name } url labels(first: 9) { nodes { ...Tag } }
    comments(first: 9) { nodes { ...Remark issue { number } } } timelineItems(first: 40) { totalCount nodes { ...Happened } } } } } }"#;

fn whole(query: &str) -> String {
    // A document must use every fragment it carries.
    let mut text = query.to_owned();
    let fragments: Vec<&str> = FRAGMENTS.split("\nfragment ").skip(1).collect();
    let mut rest = fragments;
    loop {
        let (used, left): (Vec<&str>, Vec<&str>) =
            rest.into_iter().partition(|f| text.contains(&format!("...{}", f.split(' ').next().unwrap())));
        if used.is_empty() {
            return text;
        }
        for fragment in used {
            text.push_str("\nfragment ");
            text.push_str(fragment);
        }
        rest = left;
    }
}

#[tokio::test]
async fn every_modelled_field_is_answered() {
    let server = served().await;
    let world = server.world();
    // Events the story has none of.
    world
        .change(|state| {
            use guerdon_tests::github::model::{EventKind, ThreadRef};
            let repository = state.repository_named("meadowlark-sample", "prairie").unwrap().id;
            let numbers: Vec<u32> = state.repositories[&repository].threads.keys().copied().collect();
            let on = ThreadRef { repository, number: numbers[0] };
            let source = ThreadRef { repository, number: numbers[1] };
            let at = state.repositories[&repository].threads[&numbers[0]].created_at + 1;
            state.event(on, at, None, EventKind::Connected { source })?;
            state.event(on, at + 1, None, EventKind::Disconnected { source })
        })
        .unwrap();
    let mut types: Vec<String> = Vec::new();
    for name in ["prairie", "fieldnotes", "almanac"] {
        for query in [PULLS, ISSUES] {
            let seen = data(&server, &whole(query), json!({ "name": name })).await;
            collect(&seen, &mut types);
        }
    }
    types.sort();
    types.dedup();
    let all = [
        "Bot",
        "ClosedEvent",
        "ConnectedEvent",
        "ConvertToDraftEvent",
        "DisconnectedEvent",
        "HeadRefForcePushedEvent",
        "Issue",
        "IssueComment",
        "LabeledEvent",
        "MergedEvent",
        "Organization",
        "PullRequest",
        "PullRequestCommit",
        "PullRequestReview",
        "ReadyForReviewEvent",
        "RenamedTitleEvent",
        "ReopenedEvent",
        "ReviewDismissedEvent",
        "UnlabeledEvent",
        "User",
    ];
    assert_eq!(types, all);
}

fn collect(value: &Value, types: &mut Vec<String>) {
    match value {
        Value::Array(items) => items.iter().for_each(|v| collect(v, types)),
        Value::Object(fields) => {
            types.extend(fields.get("__typename").and_then(Value::as_str).map(str::to_owned));
            fields.values().for_each(|v| collect(v, types));
        }
        _ => {}
    }
}
