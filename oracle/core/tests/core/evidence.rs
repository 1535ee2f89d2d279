use crate::world::{POLICY, busy, evidence, file, header, issue, opening, pull, pulls, review};
use guerdon_core::evidence::{Evidence, EvidenceError, hash};
use guerdon_core::model::{Fact, Label, Verdict};
use guerdon_core::{canonical, policy::Policy};
use proptest::prelude::*;

#[test]
fn what_was_written_is_read_back_and_every_line_is_canonical() {
    let bytes = evidence(busy()).to_bytes().unwrap();
    let read = Evidence::from_bytes(&bytes).unwrap();
    assert_eq!(read, evidence(busy()));
    assert_eq!(read.to_bytes().unwrap(), bytes);
    for line in std::str::from_utf8(&bytes).unwrap().lines() {
        let value: serde_json::Value = serde_json::from_str(line).unwrap();
        assert_eq!(canonical::to_string(&value).unwrap(), line);
    }
}

#[test]
fn the_order_in_which_facts_arrive_does_not_matter() {
    let mut backwards = busy();
    backwards.reverse();
    let mut state = opening();
    state.people.reverse();
    let other = Evidence::new(header(), state, backwards).unwrap();
    assert_eq!(hash(&other.to_bytes().unwrap()), hash(&evidence(busy()).to_bytes().unwrap()));
}

fn refusal(change: impl FnOnce(String) -> String) -> String {
    let text = String::from_utf8(evidence(busy()).to_bytes().unwrap()).unwrap();
    Evidence::from_bytes(change(text).as_bytes()).unwrap_err().to_string()
}

#[test]
fn a_truncated_file_is_refused_wherever_it_ends() {
    let bytes = evidence(busy()).to_bytes().unwrap();
    for end in 0..bytes.len() {
        let cut = Evidence::from_bytes(&bytes[..end]);
        // Cut exactly between two lines it is a shorter file, which its hash gives away.
        assert!(cut.is_err() || bytes[end - 1] == b'\n', "{end}");
    }
    assert!(matches!(Evidence::from_bytes(b""), Err(EvidenceError::Empty)));
}

#[test]
fn a_wrong_line_is_named_by_its_number() {
    assert!(refusal(|text| text.replacen("\"number\":2", "\"number\": 2", 1)).starts_with("line 13: not canonical"));
    assert!(refusal(|text| text.replacen("\"linked\":true", "\"linked\":yes", 1)).starts_with("line 2: not a line"));
    assert!(refusal(|text| text.replacen("\"schema\":1", "\"schema\":9", 1)).contains("schema 9 is not known"));
    assert!(refusal(|text| text.replacen("\"title\"", "\"titel\"", 1)).contains("unknown field `titel`"));
    let unlisted = |text: String| text.replacen("\"repo\":10,\"title\"", "\"repo\":99,\"title\"", 1);
    assert!(refusal(unlisted).contains("not listed"));
    let doubled = refusal(|text| {
        let last = text.lines().last().unwrap().to_owned();
        format!("{text}{last}\n")
    });
    assert!(doubled.ends_with("out of order or repeated"), "{doubled}");
    let headless = refusal(|text| text.lines().skip(1).map(|line| format!("{line}\n")).collect());
    assert_eq!(headless, "line 1: the first line must be the header");
}

#[test]
fn facts_that_contradict_each_other_are_refused() {
    let refused = |facts: Vec<Fact>| Evidence::new(header(), opening(), facts).unwrap_err().to_string();
    let mut early = pull(1, 2, vec![]);
    early.created = early.at + 1;
    assert!(refused(pulls([early])).contains("merged before it was created"));
    let mut other_epoch = pull(1, 2, vec![]);
    other_epoch.at = header().ends;
    assert!(refused(pulls([other_epoch])).contains("not merged in this epoch"));
    assert!(
        refused(vec![Fact::Review(review(1, 1, Verdict::Approve, 0))]).contains("pull/10/1 is not in this evidence")
    );
    let mut own = pulls([pull(1, 2, vec![])]);
    own.push(Fact::Review(review(1, 2, Verdict::Approve, 0)));
    assert!(refused(own).contains("by the author"));
    assert!(refused(pulls([pull(1, 2, vec![file("a", 1, 0), file("a", 1, 0)])])).contains("each listed once"));
    assert!(refused(pulls([pull(1, 2, vec![file("a", 10_u64.pow(12), 0)])])).contains("claims more than"));
    assert!(refused(pulls([pull(1, 0, vec![])])).contains("id 0 is nobody"));
    let mut late = issue(1, 2);
    late.labels =
        vec![Label { name: "bug".into(), actor: guerdon_core::model::ContributorId(1), at: header().cutoff + 1 }];
    assert!(refused(vec![Fact::Issue(late)]).contains("after the cutoff"));
    assert!(refused(pulls([pull(1, 2, vec![]), pull(1, 2, vec![])])).contains("repeated"));
}

proptest! {
    #[test]
    fn no_bytes_make_the_reader_panic(bytes: Vec<u8>) {
        drop(Evidence::from_bytes(&bytes));
    }

    #[test]
    fn one_changed_byte_never_passes_for_the_same_file(at: prop::sample::Index, byte: u8) {
        let good = evidence(busy()).to_bytes().unwrap();
        let mut bad = good.clone();
        let at = at.index(bad.len());
        prop_assume!(bad[at] != byte);
        bad[at] = byte;
        prop_assert_ne!(hash(&good), hash(&bad));
        if let Ok(read) = Evidence::from_bytes(&bad) {
            prop_assert_eq!(read.to_bytes().unwrap(), bad);
        }
    }

    #[test]
    fn no_text_makes_the_policy_reader_panic(at: prop::sample::Index, text: String) {
        let mut policy = POLICY.to_owned();
        let mut at = at.index(policy.len());
        while !policy.is_char_boundary(at) { at -= 1; }
        policy.insert_str(at, &text);
        drop(Policy::from_toml(&policy));
    }
}
