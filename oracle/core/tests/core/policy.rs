use crate::world::{POLICY, policy};
use guerdon_core::policy::Policy;

fn refused(from: &str, to: &str) -> String {
    let text = POLICY.replacen(from, to, 1);
    assert_ne!(text, POLICY, "the default policy has no {from}");
    Policy::from_toml(&text).unwrap_err().to_string()
}

#[test]
fn an_unknown_key_is_refused_by_name() {
    assert!(refused("half = 447", "half = 447\nhalve = 3").contains("unknown field `halve`"));
    assert!(refused("[slices]", "[slices]\nluck = { percent = 0, full_at = 1 }").contains("luck"));
}

#[test]
fn a_value_out_of_range_is_refused_by_key() {
    assert!(refused("half = 447", "half = 0").contains("`size.half`: 0 is not within 1 and"));
    assert!(refused("unreviewed = 250", "unreviewed = 5000").contains("`factors.unreviewed`"));
    assert!(refused("percent = 35", "percent = 36").contains("add up to 101, not 100"));
    assert!(refused("\"high impact\" = 1250", "\"high impact\" = 1251").contains("`labels.factors.high impact`"));
    assert!(refused("feature = 1000", "").contains("`points.feature`: is missing"));
    assert!(refused("{ percent = 100, rate = 400 }", "{ percent = 90, rate = 400 }").contains("must end at 100"));
    assert!(refused("half = 447", "half = -1").contains("half = -1"));
    assert!(refused("half = 447", "half = 447.5").contains("half = 447.5"));
}

#[test]
fn the_hash_follows_the_content_and_not_the_layout() {
    let reordered = POLICY.replacen("accrue_epochs = 26", "# a remark\n\naccrue_epochs   =   26", 1);
    assert_eq!(Policy::from_toml(&reordered).unwrap().hash().unwrap(), policy().hash().unwrap());
    let changed = POLICY.replacen("half = 447", "half = 448", 1);
    assert_ne!(Policy::from_toml(&changed).unwrap().hash().unwrap(), policy().hash().unwrap());
}
