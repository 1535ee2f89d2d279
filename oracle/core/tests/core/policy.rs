//! What a policy file may say, and that each key of it does something.

use crate::world::{POLICY, policy, toml_of};
use guerdon_core::canonical;
use guerdon_core::classify::classifier_hash;
use guerdon_core::policy::{Allowed, Policy, RANGES, SCORING, leaves, range_of};
use proptest::prelude::*;
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
    let code = default()["slices"]["code"]["percent"].as_u64().unwrap();
    for (key, value, says) in [
        ("size.half", json!(0), "`size.half`: 0 is not within 1 and 1000000"),
        ("slices.code.percent", json!(code + 1), "`slices`: the percents add up to 101, not 100: take away 1"),
        ("slices.code.percent", json!(code - 2), "`slices`: the percents add up to 98, not 100: add 2"),
        ("labels.factors.high impact", json!(1251), "`labels.factors.high impact`: 1251 is not within 800 and 1250"),
        ("labels.confirm", json!([" bug"]), "`labels.confirm.0`: \" bug\" is not a label"),
        ("labels.kinds.bug", json!("review"), "`labels.kinds.bug`: \"review\" is not a kind"),
        ("people.opted_out", json!([0]), "`people.opted_out.0`: 0 is not an id"),
    ] {
        let said = Policy::from_toml(&with(&[(key, value)])).unwrap_err().to_string();
        assert!(said.contains(says), "{said}");
    }
    assert!(refused(&[("feature = 1000", "")]).contains("`points.feature`: is missing"));
    assert!(refused(&[("half = 447", "half = -1")]).contains("half = -1"));
    assert!(refused(&[("half = 447", "half = 447.5")]).contains("half = 447.5"));
    assert!(refused(&[("half = 447", "")]).contains("missing field `half`"));
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
            let said = Policy::from_toml(&toml_of(&policy)).unwrap_err().to_string();
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

/// The default policy with other values, whatever its own are: `[("size.half", json!(0))]`.
fn with(changes: &[(&str, Value)]) -> String {
    let mut policy = default();
    for (path, value) in changes {
        let steps: Vec<String> = path.split('.').map(str::to_owned).collect();
        *at(&mut policy, &steps) = value.clone();
    }
    toml_of(&policy)
}

/// Gives one slice nothing, and another what it had.
fn without(slice: &str) -> Vec<(String, Value)> {
    let of = |slice: &str| default()["slices"][slice]["percent"].as_u64().unwrap();
    let heir = if slice == "review" { "code" } else { "review" };
    let key = |slice| format!("slices.{slice}.percent");
    vec![(key(slice), json!(0)), (key(heir), json!(of(heir) + of(slice)))]
}

#[test]
fn a_key_without_an_effect_is_refused_with_the_next_step() {
    let zero = |key: &'static str| vec![(key, json!(0))];
    let one = |key: &'static str| vec![(key, json!(1000))];
    let role = json!([{ "repo": 1, "id": 2 }]);
    let bracket = |percent, rate| json!({ "percent": percent, "rate": rate });
    let brackets = |list: Value| ("limits.brackets", list);
    let two = json!([bracket(10, 1000), bracket(100, 400)]);
    for (changes, key, step) in [
        (zero("factors.newcomer_pulls"), "factors.newcomer", "set it to 1000"),
        (one("factors.newcomer"), "factors.newcomer_pulls", "set it to 0"),
        (one("factors.with_tests"), "factors.tests_percent", "set it to 1"),
        (zero("kudos.credits"), "points.kudos", "set it to 0"),
        (zero("points.kudos"), "kudos.credits", "set it to 0"),
        (one("kudos.ring"), "kudos.ring_length", "set it to 2"),
        (zero("coauthors.weight"), "coauthors.max", "set it to 0"),
        (zero("coauthors.max"), "coauthors.weight", "set it to 0"),
        (zero("debts.window_days"), "debts.max_percent", "set it to 0"),
        (zero("debts.max_percent"), "debts.window_days", "set it to 0"),
        (zero("reviews.hunk"), "reviews.max_hunks", "set it to 0"),
        (zero("reviews.max_hunks"), "reviews.hunk", "set it to 0"),
        (zero("points.review"), "slices.review.percent", "set it to 0"),
        ([zero("points.issue"), zero("points.answer")].concat(), "slices.feedback.percent", "set it to 0"),
        (zero("mentoring.newcomer_pulls"), "slices.mentoring.percent", "set it to 0"),
        (zero("size.tests"), "slices.tests.percent", "set it to 0"),
        (zero("size.docs"), "slices.docs.percent", "set it to 0"),
        (vec![("labels.factors.high impact", json!(1000))], "labels.factors.high impact", "delete it"),
        (vec![("labels.confirm", json!(["bug", "Bug"]))], "labels.confirm", "\"Bug\" stands there twice: delete one"),
        (vec![("labels.confirm", json!(["SPAM"]))], "labels.confirm", "labels.refuse has it too: delete one"),
        (vec![("labels.kinds.Wontfix", json!("fix"))], "labels.kinds", "labels.refuse has it too"),
        (vec![("labels.factors.invalid", json!(1250))], "labels.factors", "labels.refuse has it too"),
        (vec![("labels.kinds", json!({}))], "points.fix", "set it to 0"),
        (
            vec![("factors.min", json!(999)), ("factors.unreviewed", json!(998))],
            "factors.unreviewed",
            "change it or them",
        ),
        (vec![("factors.min", json!(999)), ("factors.unreviewed", json!(999))], "witness.min", "change it or them"),
        (one("factors.max"), "factors.with_tests", "change it or them"),
        (zero("factors.min"), "factors.min", "at least: set it to"),
        (vec![("factors.max", json!(4000))], "factors.max", "at most: set it to"),
        (vec![("people.opted_out", json!([5, 5]))], "people.opted_out", "twice: delete one"),
        (vec![("maintainers.add", role.clone()), ("maintainers.deny", role)], "maintainers.add", "delete one"),
        (vec![brackets(json!([bracket(10, 900), bracket(10, 800)]))], "limits.brackets.1.percent", "does not ascend"),
        (vec![brackets(json!([bracket(10, 900), bracket(100, 900)]))], "limits.brackets.1.rate", "does not descend"),
        (vec![brackets(json!([bracket(10, 900), bracket(90, 800)]))], "limits.brackets", "must end at 100"),
        (vec![brackets(two), ("limits.max_share", json!(10))], "limits.brackets.1.rate", "delete the bracket"),
        (vec![brackets(json!([bracket(10, 900), bracket(100, 0)]))], "limits.max_share", "set it to 100"),
    ] {
        let said = Policy::from_toml(&with(&changes)).unwrap_err().to_string();
        assert!(said.starts_with(&format!("policy key `{key}`: ")), "{changes:?}: {said}");
        assert!(said.contains(step), "{changes:?}: {said}");
    }
    for (slice, key, step) in [
        ("docs", "slices.docs.full_at", "set it to 1"),
        ("recognition", "kudos.credits", "set it to 0"),
        ("feedback", "points.issue", "set it to 0"),
        ("mentoring", "mentoring.newcomer_pulls", "set it to 0"),
    ] {
        let changes = without(slice);
        let changes: Vec<_> = changes.iter().map(|(key, value)| (key.as_str(), value.clone())).collect();
        let said = Policy::from_toml(&with(&changes)).unwrap_err().to_string();
        assert!(said.starts_with(&format!("policy key `{key}`: ")) && said.contains(step), "{slice}: {said}");
    }
}

#[test]
fn a_rule_that_is_switched_off_as_a_whole_is_accepted() {
    let recognition = without("recognition");
    let mut kudos: Vec<_> = recognition.iter().map(|(key, value)| (key.as_str(), value.clone())).collect();
    kudos.extend([
        ("slices.recognition.full_at", json!(1)),
        ("points.kudos", json!(0)),
        ("kudos.credits", json!(0)),
        ("kudos.active_days", json!(1)),
        ("kudos.ring", json!(1000)),
        ("kudos.ring_length", json!(2)),
    ]);
    let off = [
        kudos,
        vec![("factors.newcomer", json!(1000)), ("factors.newcomer_pulls", json!(0))],
        vec![("factors.with_tests", json!(1000)), ("factors.tests_percent", json!(1))],
        vec![("coauthors.weight", json!(0)), ("coauthors.max", json!(0))],
        vec![("debts.window_days", json!(0)), ("debts.max_percent", json!(0)), ("debts.epochs", json!(1))],
        vec![("witness.min", json!(1000)), ("witness.max", json!(1000))],
        vec![("limits.brackets", json!([{ "percent": 100, "rate": 1000 }])), ("limits.max_share", json!(100))],
    ];
    for changes in off {
        Policy::from_toml(&with(&changes)).unwrap_or_else(|error| panic!("{changes:?}: {error}"));
    }
}

#[test]
fn the_hash_follows_the_content_and_not_the_layout() {
    let reordered = changed(&[("accrue_epochs = 26", "# a remark\n\naccrue_epochs   =   26")]);
    assert_eq!(Policy::from_toml(&reordered).unwrap().hash().unwrap(), policy().hash().unwrap());
    // Through JSON and back with the sections in another order.
    let sorted = toml_of(&default());
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

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    /// Whatever stands in the file, reading it gives a policy that can be hashed or says what is wrong.
    #[test]
    fn any_text_is_read_or_refused(cut in 0usize..12_000, length in 0usize..40, put in ".{0,12}", digits in any::<u64>(), number: bool) {
        let put = if number { digits.to_string() } else { put };
        let start = (0..=cut.min(POLICY.len())).rev().find(|at| POLICY.is_char_boundary(*at)).unwrap();
        let end = (start + length..=POLICY.len()).find(|at| POLICY.is_char_boundary(*at)).unwrap_or(POLICY.len());
        let text = format!("{}{put}{}", &POLICY[..start], &POLICY[end.max(start)..]);
        match Policy::from_toml(&text) {
            Ok(policy) => prop_assert!(policy.hash().is_ok()),
            Err(error) => prop_assert!(!error.to_string().is_empty()),
        }
    }

    /// Whatever a key is set to, and whatever a pattern says.
    #[test]
    fn any_value_is_read_or_refused(which in any::<prop::sample::Index>(), number: u64, text in "[a-z*?{}\\[\\],./\u{e9}-]{0,12}") {
        let mut keys = Vec::new();
        leaves::<()>(&default(), &mut |path, _| {
            keys.push(path.to_vec());
            Ok(())
        }).unwrap();
        let mut policy = default();
        let value = at(&mut policy, which.get::<Vec<String>>(&keys));
        *value = if value.is_number() { json!((number >> (number % 64)) >> 1) } else { json!(text) };
        match Policy::from_toml(&toml_of(&policy)) {
            Ok(policy) => prop_assert!(policy.hash().is_ok()),
            Err(error) => prop_assert!(error.to_string().contains("key `") || error.to_string().contains("variant")),
        }
    }
}
