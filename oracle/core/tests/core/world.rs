//! A small made-up epoch to vary: accounts 1 (maintainer) to 9, repository 10.

use guerdon_core::evidence::{Evidence, FETCH, Header, SCHEMA, Terms};
use guerdon_core::model::{
    Change, Close, Closer, ContributorId, Epoch, Fact, FileChange, Issue, Label, Merger, Person, Pull, RepositoryId,
    Review, State, Verdict,
};
use guerdon_core::policy::Policy;
use guerdon_core::score::{self, Outcome};
use guerdon_core::{Address, B256};
use std::sync::LazyLock;

pub const POLICY: &str = include_str!("../../../../policy.toml");
pub const START: u64 = 1_736_121_600;
pub const WEEK: u64 = 604_800;
pub const REPO: RepositoryId = RepositoryId(10);
pub const MAINTAINER: ContributorId = ContributorId(1);

/// A policy's values as the file that says them. Not by `toml`'s own serializer: where another crate of the build
/// switches on `serde_json`'s exact numbers, it takes each number for a table.
pub fn toml_of(policy: &serde_json::Value) -> String {
    use serde_json::Value;
    fn value(json: &Value) -> toml::Value {
        match json {
            Value::Null => panic!("TOML has no null"),
            Value::Bool(flag) => toml::Value::Boolean(*flag),
            Value::Number(number) => toml::Value::Integer(number.as_i64().unwrap()),
            Value::String(text) => toml::Value::String(text.clone()),
            Value::Array(list) => toml::Value::Array(list.iter().map(value).collect()),
            Value::Object(map) => {
                toml::Value::Table(map.iter().map(|(key, item)| (key.clone(), value(item))).collect())
            }
        }
    }
    toml::to_string(&value(policy)).unwrap()
}

/// Read once: tests ask for it thousands of times.
pub fn policy() -> Policy {
    static DEFAULT: LazyLock<Policy> = LazyLock::new(|| Policy::from_toml(POLICY).unwrap());
    DEFAULT.clone()
}

pub fn header() -> Header {
    Header {
        block: 7,
        carried: Vec::new(),
        chain: 31337,
        cutoff: START + WEEK + 259_200,
        distributor: Address::repeat_byte(0xd1),
        ends: START + WEEK,
        epoch: Epoch(3),
        fetch: FETCH,
        previous: B256::ZERO,
        repositories: vec![REPO],
        round: 1,
        schema: SCHEMA,
        starts: START,
        terms: Terms { budget: 1_000_000, cap: 250_000, policy: policy().hash().unwrap() },
        unit: "1000000000000".to_owned(),
    }
}

pub fn linked(id: u64) -> Person {
    Person { accepted: 10, linked: true, ..Person::new(ContributorId(id)) }
}

pub fn opening() -> State {
    State {
        people: (1..=9).map(linked).collect(),

        mergers: vec![Merger { id: MAINTAINER, last: START - 5, repo: REPO }],
        ..State::default()
    }
}

pub fn file(path: &str, additions: u64, deletions: u64) -> FileChange {
    FileChange { path: path.to_owned(), additions, deletions, change: Change::Modified }
}

/// So many added lines of one source file.
pub fn source(lines: u64) -> Vec<FileChange> {
    vec![file("src/lib.rs", lines, 0)]
}

pub fn pull(number: u64, author: u64, files: Vec<FileChange>) -> Pull {
    Pull {
        at: START + number * 60,
        author: ContributorId(author),
        bot: false,
        coauthors: Vec::new(),
        created: START - 100,
        excluded: Vec::new(),
        files,
        generated: Vec::new(),
        labels: Vec::new(),
        merger: Some(MAINTAINER),
        number,
        open: 0,
        repo: REPO,
        reverts: None,
        title: "Teach the parser about tabs".to_owned(),
    }
}

pub fn label(name: &str, actor: u64, at: u64) -> Label {
    Label { name: name.to_owned(), actor: ContributorId(actor), at }
}

pub fn review(number: u64, by: u64, verdict: Verdict, hunks: u64) -> Review {
    Review { at: START + number, bot: false, by: ContributorId(by), hunks, number, repo: REPO, verdict }
}

pub fn issue(number: u64, author: u64) -> Issue {
    Issue {
        author: ContributorId(author),
        bot: false,
        close: None,
        created: START - 50,
        excluded: Vec::new(),
        labels: Vec::new(),
        number,
        repo: REPO,
    }
}

pub fn closed_by(number: u64, author: u64) -> Close {
    let closer =
        Closer { approvers: Vec::new(), author: ContributorId(author), merger: Some(MAINTAINER), number, repo: REPO };
    Close { at: START + number * 60, closer: Some(closer), reason: None }
}

pub fn evidence(facts: Vec<Fact>) -> Evidence {
    Evidence::new(header(), opening(), facts).unwrap()
}

pub fn outcome(facts: Vec<Fact>) -> Outcome {
    score::score(&evidence(facts), &policy()).unwrap()
}

pub fn pulls(pulls: impl IntoIterator<Item = Pull>) -> Vec<Fact> {
    pulls.into_iter().map(Fact::Pull).collect()
}

/// Milli-points of one contributor.
pub fn points(outcome: &Outcome, id: u64) -> u64 {
    outcome.items.iter().filter(|item| item.contributor.0 == id).map(|item| item.points).sum()
}

pub fn refused(outcome: &Outcome, id: u64) -> Vec<&str> {
    outcome.refusals.iter().filter(|refusal| refusal.contributor.0 == id).map(|refusal| refusal.rule.as_ref()).collect()
}

/// A busy epoch: one of everything.
pub fn busy() -> Vec<Fact> {
    let mut facts = pulls([
        pull(1, 2, vec![file("src/a.rs", 120, 30), file("tests/a.rs", 60, 0)]),
        pull(2, 3, vec![file("docs/guide.md", 40, 4)]),
        pull(3, 4, vec![file("src/b.rs", 1, 1)]),
        pull(4, 2, vec![file("src/c.rs", 300, 10), file("Cargo.lock", 900, 900)]),
    ]);
    facts.push(Fact::Review(review(1, 1, Verdict::Approve, 3)));
    facts.push(Fact::Review(review(4, 5, Verdict::Changes, 9)));
    facts.push(Fact::Review(review(2, 5, Verdict::Comment, 0)));
    let mut bug = issue(20, 6);
    bug.labels = vec![label("bug", 1, START + 5)];
    bug.close = Some(closed_by(4, 2));
    facts.push(Fact::Issue(bug));
    facts
}
