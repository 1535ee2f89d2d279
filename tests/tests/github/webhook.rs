//! Webhook deliveries: signed as GitHub signs them, and telling what the world is.

use guerdon_tests::github::model::{StateReason, Verdict};
use guerdon_tests::github::sample::{EPOCH_1_START as AT, ORG};
use guerdon_tests::github::webhook::{self, delivery, signature};
use guerdon_tests::github::{App, StateError};
use serde_json::{Value, json};

use super::queries::{bare, merged};

const HOUR: i64 = 3_600;

#[test]
fn a_delivery_is_signed_over_its_exact_bytes() {
    // The example in GitHub's documentation of webhook secrets.
    let known = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
    assert_eq!(signature("It's a Secret to Everybody", b"Hello, World!"), known);
    let sent = delivery("secret", "ping", "72d3162e-cc78-11e3-81ab-4c9367dc0958", &json!({ "zen": "é" }));
    assert_eq!(sent.header("x-hub-signature-256"), Some(signature("secret", sent.body.as_bytes()).as_str()));
    assert_eq!(sent.header("x-github-event"), Some("ping"));
    assert_eq!(sent.header("x-github-delivery"), Some("72d3162e-cc78-11e3-81ab-4c9367dc0958"));
    assert_eq!(sent.header("content-type"), Some("application/json"));
    assert!(sent.header("user-agent").unwrap().starts_with("GitHub-Hookshot/"));
    let forged = sent.clone().with("x-hub-signature-256", Some("sha256=00"));
    assert_eq!(forged.header("x-hub-signature-256"), Some("sha256=00"));
    assert_eq!(sent.with("x-hub-signature-256", None).header("x-hub-signature-256"), None);
}

#[test]
fn a_merged_pull_request_and_its_review() {
    let (world, home, people) = bare();
    let [ann, bob, cid] = people;
    let on = merged(&world, home, people, AT, "Moss");
    let review = world.change(|s| s.review(on, AT - HOUR, cid, Verdict::Approved, "")).unwrap();
    world.change(|s| s.label(on, AT + HOUR, bob, "big")).unwrap();
    let told = webhook::pull_request(&world, on, "closed", bob, None).unwrap();
    assert_eq!(
        (&told["action"], &told["number"], &told["sender"]["login"]),
        (&json!("closed"), &json!(on.number), &json!("bob"))
    );
    let pull = &told["pull_request"];
    let thread = world.read().thread(on).unwrap().clone();
    let merge = thread.pull.as_ref().unwrap().merge.as_ref().unwrap();
    assert_eq!(
        (&pull["node_id"], &pull["state"], &pull["merged"]),
        (&json!(thread.node_id), &json!("closed"), &json!(true))
    );
    assert_eq!((&pull["merged_at"], &pull["merged_by"]["id"]), (&json!("2025-01-06T00:00:00Z"), &json!(502)));
    assert_eq!((&pull["merge_commit_sha"], &pull["user"]["id"]), (&json!(merge.commit.oid), &json!(501)));
    assert_eq!((&pull["base"]["ref"], &pull["labels"][0]["name"]), (&json!("main"), &json!("big")));
    assert_eq!((&told["repository"]["full_name"], &told["repository"]["id"]), (&json!("aviary/nest"), &json!(600)));
    assert_eq!(told["organization"]["login"], "aviary");
    let labelled = webhook::pull_request(&world, on, "labeled", bob, Some("big")).unwrap();
    assert_eq!(labelled["label"]["name"], "big");

    let told = webhook::review(&world, on, review, "submitted", cid).unwrap();
    assert_eq!((&told["review"]["state"], &told["review"]["body"]), (&json!("approved"), &Value::Null));
    assert_eq!((&told["review"]["user"]["id"], &told["pull_request"]["number"]), (&json!(503), &json!(on.number)));
    assert!(matches!(webhook::review(&world, on, 1, "submitted", cid), Err(StateError::UnknownPart { .. })));

    world.change(|s| s.delete_account(ann)).unwrap();
    world.change(|s| s.delete_account(cid)).unwrap();
    let told = webhook::review(&world, on, review, "edited", bob).unwrap();
    assert_eq!((&told["pull_request"]["user"]["login"], &told["review"]["user"]), (&json!("ghost"), &Value::Null));
    world.set_clock(AT - HOUR);
    let told = webhook::pull_request(&world, on, "edited", bob, None).unwrap();
    assert_eq!((&told["pull_request"]["merged"], &told["pull_request"]["state"]), (&json!(false), &json!("open")));
}

#[test]
fn issues_discussions_installations_and_the_greeting() {
    let (world, home, [ann, bob, cid]) = bare();
    let (issue, talk, answer) = world
        .change(|state| {
            let issue = state.open_issue(home, AT, ann, "Leaks", "wet")?;
            state.label(issue, AT + 1, bob, "bug")?;
            state.close(issue, AT + 2, bob, Some(StateReason::NotPlanned))?;
            let talk = state.open_discussion(home, AT, ann, "Moss?", "Which?")?;
            let answer = state.answer(talk, AT + 1, bob, "The green one")?;
            state.accept_answer(talk, AT + 2, cid, answer).map(|()| (issue, talk, answer))
        })
        .unwrap();
    let told = webhook::issue(&world, issue, "closed", bob, None).unwrap();
    assert_eq!((&told["issue"]["state"], &told["issue"]["state_reason"]), (&json!("closed"), &json!("not_planned")));
    assert_eq!((&told["issue"]["labels"][0]["name"], told.get("label")), (&json!("bug"), None));
    let told = webhook::issue(&world, issue, "labeled", bob, Some("bug")).unwrap();
    assert_eq!(told["label"]["name"], "bug");

    let told = webhook::discussion(&world, talk, "answered", cid).unwrap();
    let about = &told["discussion"];
    assert_eq!((&about["number"], &about["answer_chosen_by"]["id"]), (&json!(2), &json!(503)));
    assert_eq!(about["answer_chosen_at"], "2025-01-06T00:00:02Z");
    assert_eq!((&told["answer"]["id"], &told["answer"]["user"]["login"]), (&json!(answer), &json!("bob")));
    world.change(|s| s.unaccept_answer(talk, AT + 3, cid)).unwrap();
    let told = webhook::discussion(&world, talk, "unanswered", cid).unwrap();
    assert_eq!((&told["discussion"]["answer_chosen_at"], told.get("answer")), (&Value::Null, None));

    let greeting = webhook::ping(&world, home).unwrap();
    assert_eq!((&greeting["repository"]["id"], &greeting["hook"]["active"]), (&json!(600), &json!(true)));
    assert!(greeting["zen"].is_string());

    assert_eq!(webhook::installation(&world, 1, "created", ann), None);
    world.set_app(App {
        id: 1,
        slug: "guerdon-sample".to_owned(),
        client_id: String::new(),
        public_der: Vec::new(),
        permissions: Default::default(),
    });
    let id = world.install("aviary").unwrap();
    let told = webhook::installation(&world, id, "created", ann).unwrap();
    assert_eq!(
        (&told["installation"]["id"], &told["installation"]["account"]["login"]),
        (&json!(id), &json!("aviary"))
    );
    assert_eq!(told["repositories"][0]["full_name"], "aviary/nest");
    assert!(world.install(ORG).is_err());
}
