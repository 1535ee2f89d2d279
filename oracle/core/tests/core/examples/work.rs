//! Pull requests: sizes, classes, kinds, factors.

use super::{Figures, apart, decimal, from, in_slice, points_of, ratio};
use crate::world::{
    MAINTAINER, REPO, START, closed_by, file, issue, label, opening, outcome, points, policy, pull, pulls, refused,
    review, source,
};
use guerdon_core::B256;
use guerdon_core::model::{ContributorId, Fact, Kind, Label, Pull, Verdict, Witness};
use guerdon_core::score::{Outcome, Slice};

fn labelled(number: u64, author: u64, labels: Vec<Label>) -> Pull {
    Pull { labels, ..pull(number, author, source(200)) }
}

fn by_maintainer(names: &[&str]) -> Outcome {
    outcome(pulls([labelled(1, 2, names.iter().map(|name| label(name, 1, START)).collect())]))
}

pub fn size_and_slices() -> Figures {
    let files = vec![file("docs/a.md", 40, 0), file("src/a.rs", 100, 0), file("tests/a.rs", 60, 0)];
    let out = outcome(pulls([pull(1, 2, files)]));
    let lines: u64 = out.items.iter().map(|item| item.lines).sum();
    let [code, tests, docs] = [Slice::Code, Slice::Tests, Slice::Docs].map(|slice| in_slice(&out, 2, slice));
    assert_eq!(out.items.len(), 3);
    // By weighted lines: 100, 60 at the tests' weight, 40.
    assert!(code.abs_diff(docs * 100 / 40) <= 3);
    assert!(tests.abs_diff(code * 60 * policy().size.tests / 100_000) <= 3);
    vec![
        ("lines", decimal(lines, 3)),
        ("size", decimal(out.items[0].size, 3)),
        ("all", points_of(code + tests + docs)),
        ("code", points_of(code)),
        ("tests", points_of(tests)),
        ("docs", points_of(docs)),
    ]
}

pub fn ten_times_the_lines() -> Figures {
    let of = |lines| points(&outcome(pulls([pull(1, 2, source(lines))])), 2);
    let (one, ten, twice) = (of(200), of(2_000), of(400));
    assert!(ten < 2 * one);
    vec![("one", points_of(one)), ("twice", points_of(twice)), ("ten", points_of(ten)), ("ratio", ratio(ten, one))]
}

pub fn padding() -> Figures {
    let plain = points(&outcome(pulls([pull(1, 2, source(200))])), 2);
    let files = vec![
        file("Cargo.lock", 5_000, 5_000),
        file("data/prices.csv", 90_000, 0),
        file("src/lib.rs", 200, 0),
        file("vendor/x.c", 9_000, 0),
        file("web/app.min.js", 1_000, 0),
    ];
    let mut marked = pull(1, 2, files);
    marked.files.push(file("src/table.rs", 3_000, 0));
    marked.files.sort_by(|a, b| a.path.cmp(&b.path));
    marked.generated = vec!["src/table.rs".to_owned()];
    let out = outcome(pulls([marked]));
    assert_eq!(points(&out, 2), plain);
    vec![("points", points_of(plain)), ("note", out.items[0].notes[0].clone())]
}

pub fn first_class_wins() -> Figures {
    let slice = |path| {
        let out = outcome(pulls([pull(1, 2, vec![file(path, 100, 0)])]));
        out.items.first().map(|item| item.slice)
    };
    assert_eq!(slice("docs/guide.md"), Some(Slice::Docs));
    assert_eq!(slice("docs/examples/client.rs"), Some(Slice::Code));
    assert_eq!(slice("docs/tests/check.py"), Some(Slice::Tests));
    assert_eq!(slice("tests/vendor/check.py"), None);
    Vec::new()
}

pub fn one_change_in_ten_pieces() -> Figures {
    let whole = points(&outcome(pulls([pull(1, 2, source(200))])), 2);
    let ten = points(&outcome(pulls((1..=10).map(|number| pull(number, 2, source(20))))), 2);
    assert!(ten <= whole && whole - ten < 10, "only what is rounded down");
    vec![("whole", points_of(whole)), ("each", points_of(whole / 10))]
}

pub fn pieces_without_a_common_file() -> Figures {
    let whole = points(&outcome(pulls([pull(1, 2, source(200))])), 2);
    let ten = points(&outcome(pulls((1..=10).map(|number| apart(number, 2, 20)))), 2);
    assert!(ten > whole);
    vec![("whole", points_of(whole)), ("ten", points_of(ten)), ("ratio", ratio(ten, whole))]
}

pub fn one_change_of_two_accounts() -> Figures {
    let cut = |names: [&[&str]; 2]| {
        let files = |names: &[&str]| names.iter().map(|name| file(name, 25, 0)).collect();
        outcome(pulls([pull(1, 2, files(names[0])), pull(2, 3, files(names[1]))]))
    };
    let four = ["src/a.rs", "src/b.rs", "src/c.rs", "src/d.rs"];
    let joined = cut([&four[..], &four[..]]);
    let half = cut([&four[..3], &four[1..]]);
    let third = cut([&four[..2], &four[1..3]]);
    let busy = cut([&four[..1], &four[..1]]);
    let flagged = |out: &Outcome| out.flags.iter().any(|flag| flag.rule == "shared_change");
    assert!(flagged(&joined) && flagged(&half) && !flagged(&third) && !flagged(&busy));
    let whole = points(&outcome(pulls([pull(1, 2, source(200))])), 2);
    assert_eq!(points(&joined, 2) + points(&joined, 3), whole);
    vec![("each", points_of(points(&joined, 2))), ("whole", points_of(whole))]
}

pub fn a_small_change_beside_a_large_one() -> Figures {
    let files = |lines| ["src/a.rs", "src/b.rs"].map(|name| file(name, lines, 0)).to_vec();
    let small = |others| points(&outcome(pulls([pull(1, 2, files(10))].into_iter().chain(others))), 2);
    let (alone, beside) = (small(None), small(Some(pull(2, 3, files(500)))));
    // By lines it would be a fiftieth of the whole.
    let by_lines = points(&outcome(pulls([pull(1, 2, files(510))])), 2) / 51;
    assert!(by_lines * 3 < beside && beside < alone);
    vec![("alone", points_of(alone)), ("beside", points_of(beside)), ("by_lines", points_of(by_lines))]
}

pub fn typo_after_typo() -> Figures {
    let typo = |number| pull(number, 2, vec![file(&format!("docs/{number}.md"), 1, 1)]);
    let of = |count| points(&outcome(pulls((1..=count).map(typo))), 2);
    let (one, two, twenty) = (of(1), of(2), of(20));
    assert!(two <= one * 4 / 3 && twenty * 2 <= one * 3);
    vec![("one", points_of(one)), ("two", points_of(two)), ("twenty", points_of(twenty))]
}

pub fn a_title_says_nothing() -> Figures {
    let titled = |title: &str| {
        let title = title.to_owned();
        points(&outcome(pulls([Pull { title, ..pull(1, 2, source(200)) }])), 2)
    };
    let plain = titled("Teach the parser about tabs");
    for title in ["perf!: everything is faster", "security: fix", "chore: tidy", "docs: typo"] {
        assert_eq!(titled(title), plain);
    }
    let label = by_maintainer(&["refactoring"]);
    assert_eq!(label.items[0].kind, Kind::Refactor);
    vec![("plain", points_of(plain)), ("refactoring", points_of(points(&label, 2)))]
}

pub fn two_labels_of_kinds() -> Figures {
    let out = by_maintainer(&["bug", "security"]);
    assert_eq!((out.items[0].kind, out.items[0].slice), (Kind::Fix, Slice::Fixes));
    Vec::new()
}

pub fn a_fix_by_its_issue() -> Figures {
    let closing = |confirmed_at: u64, actor: u64| {
        let mut bug = issue(20, 6);
        bug.labels = vec![label("bug", actor, confirmed_at)];
        bug.close = Some(closed_by(4, 2));
        outcome([pulls([pull(4, 2, source(200))]), vec![Fact::Issue(bug)]].concat())
    };
    let out = closing(START + 5, 1);
    assert_eq!((out.items[0].kind, out.items[0].slice), (Kind::Feature, Slice::Fixes));
    // Confirmed after the merge, or by somebody who is no maintainer.
    assert_eq!(closing(START + 500, 1).items[0].slice, Slice::Code);
    assert_eq!(closing(START + 5, 5).items[0].slice, Slice::Code);
    vec![("points", points_of(in_slice(&out, 2, Slice::Fixes)))]
}

pub fn a_line_named_a_test() -> Figures {
    let factor = |lines| {
        let files = vec![file("src/lib.rs", 200, 0), file("tests/a.rs", lines, 0)];
        let out = outcome(pulls([pull(1, 2, files)]));
        out.items[0].factors.iter().find(|factor| factor.name == "with_tests").map_or(1000, |factor| factor.milli)
    };
    let whole = policy().factors.with_tests;
    assert_eq!(factor(200), whole);
    assert!(factor(1) < 1000 + (whole - 1000) / 20);
    vec![("factor", decimal(factor(1), 3))]
}

pub fn bounds_of_all_factors() -> Figures {
    let mut bug = issue(20, 6);
    bug.labels = vec![label("bug", 1, START + 5)];
    bug.close = Some(closed_by(4, 2));
    let files = vec![file("src/lib.rs", 200, 0), file("tests/a.rs", 200, 0)];
    let labels = vec![label("high impact", 1, START)];
    let out = outcome([pulls([Pull { labels, ..pull(4, 2, files) }]), vec![Fact::Issue(bug)]].concat());
    let product: u64 = out.items[0].factors.iter().fold(1000, |product, factor| product * factor.milli / 1000);
    let max = policy().factors.max;
    assert!(product > max);
    let high = points(&out, 2);
    assert!(high.abs_diff(1000 * out.items[0].size * max / 1000) <= 2 * max);

    let mut own = labelled(1, 2, vec![label("low impact", 1, START)]);
    own.merger = Some(ContributorId(2));
    let low = points(&outcome(pulls([own])), 2);
    assert_eq!(low, 500 * policy().factors.min);
    vec![("product", decimal(product, 3)), ("low", points_of(low))]
}

pub fn nobody_else_looked() -> Figures {
    let own = Pull { merger: Some(ContributorId(2)), ..pull(1, 2, source(200)) };
    let approved_by = |id: u64| {
        let mut facts = pulls([own.clone()]);
        facts.push(Fact::Review(review(1, id, Verdict::Approve, 0)));
        points(&outcome(facts), 2)
    };
    let alone = points(&outcome(pulls([own.clone()])), 2);
    assert_eq!(approved_by(5), alone);
    vec![("alone", points_of(alone)), ("approved", points_of(approved_by(MAINTAINER.0)))]
}

pub fn first_pull_requests() -> Figures {
    let mut state = opening();
    state.people[1].accepted = 2;
    let out = from(state, pulls((1..=2).map(|number| apart(number, 2, 200))));
    let [third, fourth] = [out.items[0].points, out.items[1].points];
    assert!(third > fourth);
    vec![("third", points_of(third)), ("fourth", points_of(fourth))]
}

pub fn label_of_a_new_maintainer() -> Figures {
    // Account 9 merges somebody's pull request for the first time with number 3.
    let merged = Pull { merger: Some(ContributorId(9)), ..apart(3, 4, 10) };
    let with = |number: u64| {
        let labels = vec![label("high impact", 9, START)];
        points(&outcome(pulls([merged.clone(), Pull { labels, ..apart(number, 2, 200) }])), 2)
    };
    assert!(with(4) > with(2));
    vec![("before", points_of(with(2))), ("after", points_of(with(4)))]
}

pub fn many_open() -> Figures {
    let with = |open, accepted| {
        let mut state = opening();
        state.people[1].accepted = accepted;
        points(&from(state, pulls([Pull { open, ..pull(1, 2, source(200)) }])), 2)
    };
    let (free, each) = (policy().open.free, policy().open.accepted_each);
    assert_eq!(with(free, 5), with(0, 5));
    assert_eq!(with(2 * free, free * each), with(free, 5));
    vec![("open", (4 * free).to_string()), ("weighs", points_of(with(4 * free, 5))), ("alone", points_of(with(0, 5)))]
}

pub fn a_witness_that_was_talked_to() -> Figures {
    let with = |answer, flagged, samples| {
        let witness = Witness {
            answer,
            at: START + 9,
            flagged,
            model: "some-model".to_owned(),
            number: 1,
            prompt: 1,
            repo: REPO,
            samples,
            transcript: B256::ZERO,
        };
        points(&outcome([pulls([pull(1, 2, source(200))]), vec![Fact::Witness(witness)]].concat()), 2)
    };
    let neutral = with(1000, false, 3);
    assert_eq!(with(9_000, true, 3), neutral);
    assert_eq!(with(0, false, 0), neutral, "no answer that can be used");
    assert!(with(900, true, 3) < neutral);
    assert_eq!(refused(&outcome(pulls([pull(1, 2, source(200))])), 2), [""; 0]);
    vec![
        ("neutral", points_of(neutral)),
        ("most", points_of(with(9_000, false, 3))),
        ("least", points_of(with(0, false, 3))),
    ]
}
