//! Another policy on the epochs of the sample org: who gains, who loses, and that nothing is touched.

use super::bench::Bench;
use super::explain::offline;
use super::org::EPOCHS;
use guerdon_tests::sandbox::root;
use serde_json::Value;

/// The default policy with one thing changed.
fn policy(bench: &Bench, name: &str, from: &str, to: &str) -> String {
    bench.changed(root().join("policy.toml"), name, from, to);
    bench.path(name).display().to_string()
}

async fn simulated(bench: &Bench, args: &[&str]) -> Value {
    let before = bench.state().await;
    let found = bench.json(&[&["simulate"], args].concat()).await;
    assert_eq!(bench.state().await, before, "a simulation changes nothing");
    found
}

fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value[key].as_array().unwrap()
}

fn number(value: &Value) -> i64 {
    value.as_i64().unwrap_or_else(|| panic!("{value} is no whole number"))
}

fn slice<'a>(simulation: &'a Value, name: &str) -> &'a Value {
    list(simulation, "slices").iter().find(|slice| slice["slice"] == name).unwrap()
}

pub async fn the_policy_in_force_changes_nothing(bench: &Bench) {
    let same = simulated(bench, &["--policy", &root().join("policy.toml").display().to_string()]).await;
    assert_eq!((same["from"].as_u64(), same["to"].as_u64()), (Some(1), Some(EPOCHS)));
    assert_eq!(list(&same, "instead_of"), std::slice::from_ref(&same["policy"]));
    assert!(list(&same, "changes").is_empty());
    assert_eq!((&same["people"]["gain"], &same["people"]["lose"]), (&0.into(), &0.into()));
    let status = bench.json(&["status"]).await;
    for (epoch, status) in list(&same, "epochs").iter().zip(status.as_array().unwrap()) {
        assert_eq!(epoch["entries"]["before"], epoch["entries"]["after"]);
        assert_eq!(epoch["fairness"]["before"], status["fairness"]);
        assert_eq!(epoch["fairness"]["after"], status["fairness"]);
    }
    assert!(list(&same, "attacks").len() >= 30);
    for attack in list(&same, "attacks") {
        assert_eq!(attack["ratio"]["before"], attack["ratio"]["after"], "{attack:#}");
        assert_eq!(attack["holds"]["before"], attack["holds"]["after"], "{attack:#}");
    }
    for slice in list(&same, "slices") {
        for key in ["budget", "earned", "points"] {
            assert_eq!(slice[key]["before"], slice[key]["after"]);
        }
    }
}

pub async fn twice_the_points_for_reviews_moves_money_to_reviewers(bench: &Bench) {
    let file = policy(bench, "reviews.toml", "review = 1000", "review = 2000");
    let found = simulated(bench, &["--policy", &file]).await;
    assert_ne!(list(&found, "instead_of")[0], found["policy"]);
    let review = slice(&found, "review");
    let points = |side: &str| number(&review["points"][side]);
    // Not twice: a repository that has half of the slice already gets no more.
    let raised = points("before") + points("before") / 4..=2 * points("before") + 200;
    assert!(points("before") > 0 && raised.contains(&points("after")), "{review:#}");
    assert!(number(&review["earned"]["after"]) > number(&review["earned"]["before"]), "{review:#}");
    assert_eq!(review["budget"]["before"], review["budget"]["after"]);
    for name in ["code", "docs", "tests", "fixes"] {
        let slice = slice(&found, name);
        assert_eq!(slice["points"]["before"], slice["points"]["after"], "{name} is untouched");
    }

    // What people gain and lose is what the sums say, the largest first.
    let changes = list(&found, "changes");
    let total: i64 = changes.iter().map(|change| number(&change["difference"])).sum();
    assert_eq!(total, number(&found["earned"]["after"]) - number(&found["earned"]["before"]));
    for change in changes {
        let (before, after) = (number(&change["earned"]["before"]), number(&change["earned"]["after"]));
        assert_eq!(number(&change["difference"]), after - before);
        assert_ne!(after, before);
    }
    let sizes: Vec<u64> = changes.iter().map(|change| number(&change["difference"]).unsigned_abs()).collect();
    assert!(sizes.is_sorted_by(|a, b| a >= b), "{sizes:?}");
    let reviewer = changes.iter().find(|change| change["login"] == "tobias-lindqvist");
    let reviewer = reviewer.unwrap_or_else(|| panic!("he reviews most: {changes:#?}"));
    assert!(number(&reviewer["difference"]) > 0 && number(&reviewer["difference_milli"]) > 0, "{reviewer:#}");
    let gain = changes.iter().filter(|change| number(&change["difference"]) > 0).count();
    assert_eq!((&found["people"]["gain"], &found["people"]["lose"]), (&gain.into(), &(changes.len() - gain).into()));
    for epoch in list(&found, "epochs") {
        let share = |side: &str| number(&epoch["fairness"][side]["review_share"]);
        assert!(share("after") >= share("before"), "{epoch:#}");
    }
    let text = bench.ok(&["simulate", "--policy", &file]).await;
    for word in [
        "epochs 1 to 3",
        "instead of 0x",
        "who gains and who loses",
        "tobias-lindqvist",
        "slices",
        "Nakamoto",
        "GDN",
        "%",
    ] {
        assert!(text.contains(word), "no {word:?} in {text}");
    }
}

pub async fn people_appear_and_disappear(bench: &Bench) {
    let no_issues = policy(bench, "no-issues.toml", "issue = 300", "issue = 0");
    let found = simulated(bench, &["--policy", &no_issues, "--epochs", "1..2"]).await;
    assert_eq!((found["to"].as_u64(), list(&found, "epochs").len()), (Some(2), 2));
    let gone: Vec<_> = list(&found, "changes").iter().filter(|change| change["earned"]["after"] == 0).collect();
    assert_eq!(found["people"]["disappear"], gone.len());
    for change in &gone {
        assert_eq!(change["difference_milli"], -1000);
    }
    let one = simulated(bench, &["--policy", &no_issues, "--epochs", "2"]).await;
    assert_eq!((one["from"].as_u64(), one["to"].as_u64()), (Some(2), Some(2)));
    // Reviews that consist of a verdict alone counted before: without verdicts they are nothing.
    let no_verdicts = policy(bench, "no-verdicts.toml", "verdict = 250", "verdict = 0");
    let found = simulated(bench, &["--policy", &no_verdicts]).await;
    assert!(number(&slice(&found, "review")["points"]["after"]) < number(&slice(&found, "review")["points"]["before"]));
}

/// Voters see what a careless policy opens.
pub async fn a_careless_policy_exceeds_limits(bench: &Bench) {
    let file = policy(bench, "careless.toml", "unreviewed = 250", "unreviewed = 300");
    let found = simulated(bench, &["--policy", &file, "--epochs", "3"]).await;
    let fell = |attack: &&Value| attack["holds"]["before"] == true && attack["holds"]["after"] == false;
    let exceeded: Vec<&Value> = list(&found, "attacks").iter().filter(fell).collect();
    assert!(!exceeded.is_empty(), "who merges alone earns more");
    for attack in &exceeded {
        assert_ne!(attack["ratio"]["after"], attack["ratio"]["before"], "{attack:#}");
    }
    let text = bench.ok(&["simulate", "--policy", &file, "--epochs", "3"]).await;
    let name = exceeded[0]["name"].as_str().unwrap();
    assert!(text.contains(name) && text.contains("EXCEEDED") && text.contains(" limits hold"), "{text}");
}

pub async fn the_chain_is_not_needed(bench: &Bench) {
    let file = policy(bench, "reviews.toml", "review = 1000", "review = 2000");
    let online = bench.json(&["simulate", "--policy", &file]).await;
    let config = offline(bench);
    let said = bench.ok_with(&config, &["simulate", "--policy", &file, "--json"]).await;
    assert_eq!(serde_json::from_str::<Value>(&said).unwrap(), online);
    let text = bench.output(bench.command(&config, &["simulate", "--policy", &file])).await;
    assert_eq!(text.code, 0, "{}", text.stderr);
    assert!(text.stdout.contains(" units") && text.stderr.contains("amounts are in units"), "{text:?}");
}

pub async fn wrong_policies_and_epochs_are_refused(bench: &Bench) {
    let steep = policy(bench, "steep.toml", "unreviewed = 250", "unreviewed = 9999");
    bench.refuses(&["simulate", "--policy", &steep], &["steep.toml", "`factors.unreviewed`", "9999"]).await;
    let unknown = policy(bench, "unknown.toml", "accrue_epochs = 26", "accrue_epochs = 26\naccrue_weeks = 1");
    bench.refuses(&["simulate", "--policy", &unknown], &["unknown.toml", "accrue_weeks"]).await;
    bench.refuses(&["simulate", "--policy", "/nonexistent.toml"], &["/nonexistent.toml", "--policy"]).await;
    let fine = root().join("policy.toml").display().to_string();
    bench.refuses(&["simulate", "--policy", &fine, "--epochs", "2..9"], &["2 to 9", "epochs 1 to 3"]).await;
    // Epochs ran under a policy that nobody has at hand.
    let other = policy(bench, "other.toml", "issue = 300", "issue = 301");
    let config = bench.changed(
        "guerdon.toml",
        "other-config.toml",
        &format!("{:?}", root().join("policy.toml")),
        &format!("{other:?}"),
    );
    bench.refuses_with(&config, &["simulate", "--policy", &fine], &["epoch 1", "past_policies"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_scored_epoch_there_is_nothing_to_replay() {
    let bench = Bench::start().await;
    let policy = root().join("policy.toml").display().to_string();
    // Opening a store makes its tables.
    let empty = bench.ok(&["report", "concentration"]).await;
    assert!(empty.contains("no epoch has evidence yet") && empty.contains("guerdon score --epoch 1"), "{empty}");
    bench.refuses(&["simulate", "--policy", &policy], &["nothing to replay", "guerdon score --epoch 1"]).await;
    assert_eq!(bench.json(&["report", "concentration"]).await, Value::Array(Vec::new()));
}
