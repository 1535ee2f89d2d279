//! What a policy file may say, and that each key of it does something.

use crate::world::{POLICY, policy};
use guerdon_core::canonical;
use guerdon_core::classify::classifier_hash;
use guerdon_core::policy::{Allowed, Policy, RANGES, SCORING, leaves, range_of};
use serde_json::{Value, json};

fn changed(changes: &[(&str, &str)]) -> String {
    changes.iter().fold(POLICY.to_owned(), |text, (from, to)| {
        let changed = text.replacen(from, to, 1);
        assert!(changed != text, "the default policy has no {from}");
        changed
    })
}

fn refused(changes: &[(&str, &str)]) -> String {
    Policy::from_toml(&changed(changes)).unwrap_err().to_string()
}

fn default() -> Value {
    serde_json::to_value(policy()).unwrap()
}

#[test]
fn an_unknown_key_is_refused_by_name() {
    assert!(refused(&[("half = 447", "half = 447\nhalve = 3")]).contains("unknown field `halve`"));
    assert!(refused(&[("[slices]", "[slices]\nluck = { percent = 0, full_at = 1 }")]).contains("luck"));
    assert!(refused(&[("feature = 1000", "feature = 1000\nblog = 5")]).contains("blog"));
    assert!(refused(&[("[open]", "[shut]\nx = 1\n[open]")]).contains("shut"));
}

#[test]
fn a_value_out_of_range_is_refused_by_key() {
    assert!(refused(&[("half = 447", "half = 0")]).contains("`size.half`: 0 is not within 1 and 1000000"));
    assert!(refused(&[("unreviewed = 250", "unreviewed = 5000")]).contains("`factors.unreviewed`"));
    assert!(refused(&[("percent = 33", "percent = 34")]).contains("`slices`: the percents add up to 101, not 100"));
    assert!(refused(&[("percent = 33", "percent = 31")]).contains("add up to 98, not 100: add 2"));
    assert!(refused(&[("= 1250,", "= 1251,")]).contains("`labels.factors.high impact`"));
    assert!(refused(&[("feature = 1000", "")]).contains("`points.feature`: is missing"));
    assert!(refused(&[("percent = 100, rate = 500", "percent = 90, rate = 500")]).contains("must end at 100"));
    assert!(refused(&[("half = 447", "half = -1")]).contains("half = -1"));
    assert!(refused(&[("half = 447", "half = 447.5")]).contains("half = 447.5"));
    assert!(
        refused(&[("confirm = [", "confirm = [\" bug\", ")]).contains("`labels.confirm.0`: \" bug\" is not a label")
    );
    assert!(refused(&[("bug = \"fix\"", "bug = \"review\"")]).contains("`labels.kinds.bug`: \"review\" is not a kind"));
    assert!(refused(&[("opted_out = []", "opted_out = [0]")]).contains("`people.opted_out.0`: 0 is not an id"));
}

#[test]
fn every_key_has_a_range_and_every_range_a_key() {
    let mut full = default();
    full["people"]["opted_out"] = json!([5]);
    full["maintainers"]["trusted_bots"] = json!([6]);
    full["maintainers"]["add"] = json!([{ "repo": 1, "id": 7 }]);
    full["maintainers"]["deny"] = json!([{ "repo": 1, "id": 8 }]);
    let mut met = vec![false; RANGES.len()];
    let (mut keys, mut without) = (0, Vec::new());
    leaves::<()>(&full, &mut |path, _| {
        keys += 1;
        match range_of(path).and_then(|range| RANGES.iter().position(|one| one == range)) {
            Some(at) => met[at] = true,
            None => without.push(path.join(".")),
        }
        Ok(())
    })
    .unwrap();
    assert!(without.is_empty(), "no range for {without:?}");
    let dead: Vec<_> = RANGES.iter().zip(&met).filter(|(_, met)| !**met).map(|(range, _)| range.key).collect();
    assert!(dead.is_empty(), "no key for {dead:?}");
    assert!(keys > 150, "{keys}");
}

/// Just outside its range, each number is refused by its name.
#[test]
fn every_number_is_refused_outside_its_range() {
    let mut tried = 0;
    leaves::<()>(&default(), &mut |path, _| {
        let Some(Allowed::Number { low, high }) = range_of(path).map(|range| range.allowed) else { return Ok(()) };
        for wrong in [low.checked_sub(1), high.checked_add(1)].into_iter().flatten() {
            let mut policy = default();
            *at(&mut policy, path) = json!(wrong);
            let said = Policy::from_toml(&toml::to_string(&policy).unwrap()).unwrap_err().to_string();
            assert!(said.contains(&format!("`{}`: {wrong} is not within", path.join("."))), "{said}");
            tried += 1;
        }
        Ok(())
    })
    .unwrap();
    assert!(tried > 100, "{tried}");
}

pub fn at<'a>(value: &'a mut Value, path: &[String]) -> &'a mut Value {
    path.iter().fold(value, |value, step| match value {
        Value::Array(list) => &mut list[step.parse::<usize>().unwrap()],
        other => &mut other[step.as_str()],
    })
}

#[test]
fn a_key_without_an_effect_is_refused_with_the_next_step() {
    let slices =
        |from: &'static str, to: &'static str, gains: &'static str, gained: &'static str| [(from, to), (gains, gained)];
    for (changes, key, step) in [
        (&[("newcomer_pulls = 3", "newcomer_pulls = 0")][..], "factors.newcomer", "set it to 1000"),
        (&[("newcomer = 1080", "newcomer = 1000")], "factors.newcomer_pulls", "set it to 0"),
        (&[("credits = 10", "credits = 0")], "points.kudos", "set it to 0"),
        (&[("kudos = 100", "kudos = 0")], "kudos.credits", "set it to 0"),
        (&[("ring = 200", "ring = 1000")], "kudos.ring_length", "set it to 2"),
        (&[("weight = 500", "weight = 0")], "coauthors.max", "set it to 0"),
        (&[("max = 500", "max = 0")], "coauthors.weight", "set it to 0"),
        (&[("window_days = 28", "window_days = 0")], "debts.max_percent", "set it to 0"),
        (&[("max_percent = 50", "max_percent = 0")], "debts.window_days", "set it to 0"),
        (&[("hunk = 150", "hunk = 0")], "reviews.max_hunks", "set it to 0"),
        (&[("max_hunks = 5", "max_hunks = 0")], "reviews.hunk", "set it to 0"),
        (&[("review = 1000", "review = 0")], "slices.review.percent", "set it to 0"),
        (&[("issue = 300", "issue = 0"), ("answer = 200", "answer = 0")], "slices.feedback.percent", "set it to 0"),
        (
            &[("[mentoring]\nnewcomer_pulls = 3", "[mentoring]\nnewcomer_pulls = 0")],
            "slices.mentoring.percent",
            "set it to 0",
        ),
        (
            &slices("docs = { percent = 7,", "docs = { percent = 0,", "percent = 33", "percent = 40"),
            "slices.docs.full_at",
            "set it to 1",
        ),
        (
            &slices("recognition = { percent = 3,", "recognition = { percent = 0,", "percent = 33", "percent = 36"),
            "kudos.credits",
            "set it to 0",
        ),
        (&[("tests = 500\ndocs", "tests = 0\ndocs")], "slices.tests.percent", "set it to 0"),
        (&[("\"high impact\" = 1250", "\"high impact\" = 1000")], "labels.factors.high impact", "delete it"),
        (&[("confirm = [", "confirm = [\"Bug\", ")], "labels.confirm", "\"bug\" stands there twice: delete one"),
        (&[("confirm = [", "confirm = [\"SPAM\", ")], "labels.confirm", "labels.refuse has it too: delete one"),
        (&[("bug = \"fix\"", "bug = \"fix\", Wontfix = \"fix\"")], "labels.kinds", "labels.refuse has it too"),
        (&[("\"high impact\" = 1250", "\"invalid\" = 1250")], "labels.factors", "labels.refuse has it too"),
        (&[("min = 250", "min = 300")], "factors.unreviewed", "change it or them"),
        (&[("min = 250", "min = 900"), ("unreviewed = 250", "unreviewed = 900")], "witness.min", "change it or them"),
        (&[("max = 1600", "max = 1190")], "factors.confirmed_issue", "change it or them"),
        (&[("max = 1600", "max = 1240")], "labels.factors.high impact", "change it or them"),
        (&[("min = 250", "min = 100")], "factors.min", "all factors make 169 at least: set it to 169"),
        (&[("max = 1600", "max = 4000")], "factors.max", "set it to 2047"),
        (&[("bug = \"fix\", ", "")], "points.fix", "set it to 0"),
        (&[("opted_out = []", "opted_out = [5, 5]")], "people.opted_out", "twice: delete one"),
        (
            &[("add = []", "add = [{ repo = 1, id = 2 }]"), ("deny = []", "deny = [{ repo = 1, id = 2 }]")],
            "maintainers.add",
            "delete one",
        ),
        (&[("percent = 20, rate = 700", "percent = 10, rate = 700")], "limits.brackets.1.percent", "does not ascend"),
        (&[("percent = 20, rate = 700", "percent = 20, rate = 1000")], "limits.brackets.1.rate", "does not descend"),
        (&[("max_share = 25", "max_share = 17")], "limits.brackets.2.rate", "delete the bracket"),
        (&[("rate = 500", "rate = 0"), ("max_share = 25", "max_share = 18")], "limits.max_share", "set it to 100"),
    ] {
        let said = refused(changes);
        assert!(said.starts_with(&format!("policy key `{key}`: ")), "{changes:?}: {said}");
        assert!(said.contains(step), "{changes:?}: {said}");
    }
}

#[test]
fn a_rule_that_is_switched_off_as_a_whole_is_accepted() {
    let off = [
        ("recognition = { percent = 3, full_at = 2000 }", "recognition = { percent = 0, full_at = 1 }"),
        ("percent = 33", "percent = 36"),
        ("kudos = 100", "kudos = 0"),
        ("credits = 10", "credits = 0"),
        ("active_days = 90", "active_days = 1"),
        ("ring = 200", "ring = 1000"),
        ("ring_length = 4", "ring_length = 2"),
    ];
    Policy::from_toml(&changed(&off)).unwrap();
    Policy::from_toml(&changed(&[
        ("newcomer = 1080", "newcomer = 1000"),
        ("newcomer_pulls = 3", "newcomer_pulls = 0"),
    ]))
    .unwrap();
    Policy::from_toml(&changed(&[("weight = 500", "weight = 0"), ("max = 500", "max = 0")])).unwrap();
    let debts =
        [("window_days = 28", "window_days = 0"), ("epochs = 26\nmax_percent = 50", "epochs = 1\nmax_percent = 0")];
    Policy::from_toml(&changed(&debts)).unwrap();
    Policy::from_toml(&changed(&[("min = 850", "min = 1000"), ("max = 1150", "max = 1000")])).unwrap();
}

#[test]
fn the_hash_follows_the_content_and_not_the_layout() {
    let reordered = changed(&[("accrue_epochs = 26", "# a remark\n\naccrue_epochs   =   26")]);
    assert_eq!(Policy::from_toml(&reordered).unwrap().hash().unwrap(), policy().hash().unwrap());
    // Through JSON and back with the sections in another order.
    let sorted = toml::to_string(&default()).unwrap();
    assert_eq!(Policy::from_toml(&sorted).unwrap().hash().unwrap(), policy().hash().unwrap());
}

#[test]
fn the_hash_is_that_of_the_classifier_the_policy_and_the_scoring_version() {
    let hash = |classifier: Value, policy: Value, scoring: Value| {
        let text = canonical::to_string(&json!({ "scoring": scoring, "policy": policy, "classifier": classifier }));
        guerdon_core::keccak256(text.unwrap().as_bytes())
    };
    let model = json!(classifier_hash());
    let whole = hash(model.clone(), default(), json!(SCORING));
    assert_eq!(whole, policy().hash().unwrap());
    assert_ne!(whole, hash(json!(guerdon_core::B256::ZERO), default(), json!(SCORING)));
    assert_ne!(whole, hash(model.clone(), default(), json!(SCORING + 1)));
    let other = Policy::from_toml(&changed(&[("half = 447", "half = 448")])).unwrap();
    assert_ne!(whole, other.hash().unwrap());
    assert_eq!(hash(model, serde_json::to_value(&other).unwrap(), json!(SCORING)), other.hash().unwrap());
}

#[test]
fn a_list_that_is_too_long_is_refused() {
    let many: String = (0..33).map(|n| format!(", \"impact {n}\" = 1250")).collect();
    let said = refused(&[("\"low impact\" = 800", &format!("\"low impact\" = 800{many}"))]);
    assert!(said.contains("`labels.factors`: 35 entries are more than 32"), "{said}");
    let ids: Vec<String> = (1..=100_001).map(|id| id.to_string()).collect();
    let said = refused(&[("opted_out = []", &format!("opted_out = [{}]", ids.join(",")))]);
    assert!(said.contains("`people.opted_out`: 100001 entries"), "{said}");
}
