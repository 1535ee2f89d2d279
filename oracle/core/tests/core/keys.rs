//! Every key of the policy changes what some evidence is worth: the published rule is the executed
//! rule.

use crate::policy::at;
use crate::world::{
    MAINTAINER, REPO, START, closed_by, file, header, issue, label, linked, policy, pull, review, toml_of,
};
use guerdon_core::evidence::Evidence;
use guerdon_core::model::{
    Answer, ContributorId, Debt, Epoch, Fact, Kudos, Landed, Merger, Person, Pull, RepositoryId, State, Thanks,
    Verdict, Witness,
};
use guerdon_core::policy::{Allowed, Policy, leaves, range_of};
use guerdon_core::score::{Outcome, ScoreError, score};
use serde_json::{Value, json};

const DAY: u64 = 86_400;
const OTHER: RepositoryId = RepositoryId(11);
const BOT: u64 = 70;
const PROMOTED: u64 = 71;

/// Hands out numbers and files that nobody else touches.
#[derive(Default)]
struct Scene {
    facts: Vec<Fact>,
    number: u64,
}

impl Scene {
    fn next(&mut self) -> u64 {
        self.number += 1;
        self.number
    }

    fn pull(&mut self, author: u64, change: impl FnOnce(&mut Pull)) -> u64 {
        let number = self.next();
        let mut one = pull(number, author, vec![file(&format!("src/{number}.rs"), 90, 30)]);
        change(&mut one);
        self.facts.push(Fact::Pull(one));
        number
    }

    fn labelled(&mut self, author: u64, names: &[&str]) -> u64 {
        self.pull(author, |one| one.labels = names.iter().map(|name| label(name, 1, START)).collect())
    }

    fn review(&mut self, number: u64, by: u64, verdict: Verdict, hunks: u64) {
        self.facts.push(Fact::Review(review(number, by, verdict, hunks)));
    }

    fn thanks(&mut self, by: u64, to: u64, at: u64) {
        let id = self.next();
        let (by, to) = (ContributorId(by), ContributorId(to));
        self.facts.push(Fact::Kudos(Kudos { at, by, id, number: 1, repo: REPO, to }));
    }

    fn witness(&mut self, number: u64, answer: u64) {
        self.facts.push(Fact::Witness(Witness {
            answer,
            at: START + DAY,
            flagged: false,
            model: "m".to_owned(),
            number,
            prompt: 1,
            repo: REPO,
            samples: 3,
            transcript: guerdon_core::B256::ZERO,
        }));
    }

    fn evidence(self, opening: State) -> Evidence {
        let mut header = header();
        header.epoch = Epoch(30);
        header.repositories = vec![REPO, OTHER];
        Evidence::new(header, opening, self.facts).unwrap()
    }
}

fn only(name: &str, additions: u64) -> impl FnOnce(&mut Pull) + '_ {
    move |one| one.files = vec![file(name, additions, 0)]
}

fn state() -> State {
    State {
        mergers: vec![
            Merger { id: MAINTAINER, last: START - 5, repo: REPO },
            // Was a maintainer until the end of the epoch's first day.
            Merger { id: ContributorId(9), last: START - 364 * DAY, repo: REPO },
        ],
        people: (1..=69).map(linked).collect(),
        ..State::default()
    }
}

fn person(state: &mut State, id: u64) -> &mut Person {
    state.people.iter_mut().find(|person| person.id.0 == id).unwrap()
}

/// An epoch in which everything happens, mostly in one of two repositories.
fn everything() -> Evidence {
    let mut scene = Scene::default();
    let mut state = state();
    pulls(&mut scene, &mut state);
    feedback(&mut scene);
    thanks(&mut scene, &mut state);
    history(&mut scene, &mut state);
    scene.evidence(state)
}

fn pulls(scene: &mut Scene, state: &mut State) {
    // Kinds by files, and by every label of the policy.
    scene.pull(2, |one| one.files = vec![file("src/a.rs", 100, 20), file("tests/a.rs", 60, 3)]);
    scene.pull(3, only("docs/a.md", 40));
    scene.pull(4, only("tests/b.rs", 40));
    scene.pull(5, only("ci/b.yml", 400));
    let rules = policy().labels;
    for name in rules.kinds.keys().chain(rules.factors.keys()).chain(&rules.refuse) {
        scene.labelled(6, &[name]);
    }
    // Factors: below their least product, above their greatest, and each alone.
    scene.pull(7, |one| one.merger = Some(ContributorId(7)));
    scene.pull(7, |one| {
        one.merger = Some(ContributorId(7));
        one.labels = vec![label("low impact", 1, START)];
    });
    let closer = scene.pull(8, |one| {
        one.files = vec![file("src/c.rs", 100, 0), file("tests/c.rs", 60, 0)];
        one.labels = vec![label("high impact", 1, START)];
    });
    let alone = scene.pull(8, |_| {});
    for number in [closer, alone] {
        let mut bug = issue(200 + number, 12);
        bug.labels = vec![label("bug", 1, START + 5)];
        bug.close = Some(closed_by(number, 8));
        scene.facts.push(Fact::Issue(bug));
    }
    // The third and fourth pull request of a newcomer, with a mentor of just enough experience.
    person(state, 13).accepted = 2;
    person(state, 14).accepted = 5;
    for _ in 0..2 {
        let number = scene.pull(13, |_| {});
        scene.review(number, 14, Verdict::Changes, 9);
    }
    let number = scene.pull(13, |_| {});
    scene.review(number, 15, Verdict::Approve, 0);
    // Small ones, one of just three weighted lines before another.
    for _ in 0..2 {
        let name = format!("docs/{}.md", scene.number);
        scene.pull(16, |one| one.files = vec![file(&name, 3, 0)]);
    }
    // One and three co-authors.
    scene.pull(17, |one| one.coauthors = vec![ContributorId(18)]);
    scene.pull(17, |one| one.coauthors = [18, 19, 20].map(ContributorId).to_vec());
    scene.pull(21, |one| one.open = 12);
    // Two of four files in common.
    let files = |names: [&str; 3]| names.map(|name| file(name, 50, 0)).to_vec();
    scene.pull(22, |one| one.files = files(["src/x1.rs", "src/x2.rs", "src/x3.rs"]));
    scene.pull(23, |one| one.files = files(["src/x2.rs", "src/x3.rs", "src/x4.rs"]));
    // Both touch a page beside the change.
    for _ in 0..2 {
        let name = format!("src/beside{}.rs", scene.number);
        scene.pull(27, |one| one.files = vec![file("docs/beside.md", 4, 0), file(&name, 50, 0)]);
    }
    for answer in [500, 2000] {
        let number = scene.pull(24, |_| {});
        scene.witness(number, answer);
    }
    // What people who are named by nobody yet say, and another repository.
    for actor in [BOT, PROMOTED] {
        scene.pull(25, |one| one.labels = vec![label("high impact", actor, START)]);
    }
    scene.pull(26, |one| one.repo = OTHER);
}

fn feedback(scene: &mut Scene) {
    for (number, name) in (300..).zip(policy().labels.confirm) {
        let mut one = issue(number, 30);
        one.labels = vec![label(&name, 1, START + 5)];
        scene.facts.push(Fact::Issue(one));
    }
    // The last second in which account 9 is a maintainer.
    let mut one = issue(399, 31);
    one.labels = vec![label("bug", 9, START + DAY)];
    scene.facts.push(Fact::Issue(one));
    scene.facts.push(Fact::Answer(Answer {
        accepter: Some(MAINTAINER),
        asker: Some(ContributorId(32)),
        at: START + DAY,
        bot: false,
        by: ContributorId(33),
        number: 400,
        repo: REPO,
    }));
}

fn thanks(scene: &mut Scene, state: &mut State) {
    for id in 40..=59 {
        person(state, id).last = START - 1;
    }
    for _ in 0..11 {
        scene.thanks(40, 41, START + 10);
    }
    scene.thanks(42, 43, START + 10);
    scene.thanks(43, 42, START + 10);
    // A circle of five.
    for (by, to) in [(44, 45), (45, 46), (46, 47), (47, 48), (48, 44)] {
        scene.thanks(by, to, START + 10);
    }
    // Active just long enough ago.
    person(state, 49).last = START + 10 - 90 * DAY;
    scene.thanks(49, 50, START + 10);
    state.thanks.push(Thanks { at: START - 90 * DAY, by: ContributorId(52), to: ContributorId(51) });
    scene.thanks(51, 52, START + 10);
}

fn history(scene: &mut Scene, state: &mut State) {
    // A revert on the last day of its window, and debts of the last epochs that are remembered.
    let number = scene.pull(60, |one| {
        one.reverts = Some(5000);
        one.files = vec![file("src/old.rs", 0, 100)];
    });
    let landed = START + number * 60 - 28 * DAY;
    let shares = vec![(ContributorId(61), 700)];
    state.landed.push(Landed { at: landed, lines: 100_000, number: 5000, repo: REPO, reverted: None, shares });
    let debt = |epoch, number, units| Debt { by: 9000, epoch: Epoch(epoch), number, repaid: 0, repo: REPO, units };
    person(state, 62).debts = vec![debt(29, 4000, 1_000_000)];
    person(state, 63).debts = vec![debt(4, 4001, 5)];
    scene.pull(62, |_| {});
    scene.pull(63, |_| {});
    person(state, 64).linked = false;
    person(state, 64).accruals = vec![(Epoch(4), 900)];
}

/// Little happens, so that no slice is spent whole.
fn quiet() -> Evidence {
    let mut scene = Scene::default();
    let mut state = state();
    person(&mut state, 2).accepted = 0;
    let number = scene.pull(2, |one| {
        one.files = vec![file("docs/a.md", 9, 0), file("src/a.rs", 40, 0), file("tests/a.rs", 30, 0)];
    });
    scene.review(number, 5, Verdict::Approve, 1);
    // By somebody of whom nothing was accepted.
    scene.review(number, 80, Verdict::Approve, 1);
    scene.labelled(3, &["bug"]);
    feedback(&mut scene);
    person(&mut state, 40).last = START - 1;
    person(&mut state, 41).last = START - 1;
    scene.thanks(40, 41, START + 10);
    scene.evidence(state)
}

/// One person does nearly everything.
fn concentrated() -> Evidence {
    let mut scene = Scene::default();
    for _ in 0..40 {
        scene.pull(2, |one| one.files[0].additions = 100_000);
        scene.labelled(2, &["bug"]);
        let name = format!("docs/{}.md", scene.number);
        scene.pull(2, |one| one.files = vec![file(&name, 9_000, 0)]);
    }
    alone(scene)
}

/// In the only repository.
fn alone(scene: Scene) -> Evidence {
    let mut evidence = scene.evidence(state());
    evidence.header.repositories = vec![REPO];
    evidence
}

/// One person gets into the last bracket and not to the cap.
fn well_paid() -> Evidence {
    let mut scene = Scene::default();
    for _ in 0..8 {
        scene.pull(2, |one| one.files[0].additions = 1_000);
    }
    alone(scene)
}

fn run(evidence: &Evidence, policy: &Policy) -> Result<Outcome, ScoreError> {
    let mut evidence = evidence.clone();
    evidence.header.terms.policy = policy.hash()?;
    score(&evidence, policy)
}

fn parsed(value: &Value) -> Option<Policy> {
    Policy::from_toml(&toml_of(value)).ok()
}

/// The values that a key is tried with, the nearest first.
fn others(path: &[String], value: &Value) -> Vec<Value> {
    let range = range_of(path).map(|range| range.allowed);
    match (range, value.as_u64()) {
        (Some(Allowed::Number { low, high }), Some(number)) => {
            let near = [number + 1, number.saturating_sub(1), number + number / 2, number / 2, low, high];
            near.into_iter().filter(|other| *other != number && (low..=high).contains(other)).map(Value::from).collect()
        }
        (Some(Allowed::Kind), _) => vec![json!(if *value == "feature" { "docs" } else { "feature" })],
        (Some(Allowed::Label), _) => vec![json!("another label")],
        // `paths.rs` shows the same of every pattern.
        _ => Vec::new(),
    }
}

/// A slice cannot grow unless another shrinks, and a kind that only labels give needs one.
fn balance(policy: &mut Value, path: &[String], was: &Value) {
    if path[0] == "labels" && path[1] == "kinds" {
        policy["labels"]["kinds"]["a label that nobody sets"] = was.clone();
    }
    if path.last().is_none_or(|key| key != "percent") || path[0] != "slices" {
        return;
    }
    let other = if path[1] == "review" { "code" } else { "review" };
    let sum: u64 = policy["slices"].as_object().unwrap().values().map(|rule| rule["percent"].as_u64().unwrap()).sum();
    let percent = &mut policy["slices"][other]["percent"];
    *percent = json!((percent.as_u64().unwrap() + 100).saturating_sub(sum));
}

#[test]
fn every_key_changes_an_outcome() {
    let scenes = [everything(), quiet(), concentrated(), well_paid()];
    let default = serde_json::to_value(policy()).unwrap();
    let before: Vec<_> = scenes.iter().map(|scene| run(scene, &policy()).unwrap()).collect();
    let differs = |policy: &Policy| {
        scenes.iter().zip(&before).any(|(scene, before)| run(scene, policy).is_ok_and(|after| after != *before))
    };
    let (mut idle, mut fixed, mut tried) = (Vec::new(), Vec::new(), 0);
    leaves::<()>(&default, &mut |path, value| {
        let candidates = others(path, value);
        let valid: Vec<Policy> = candidates
            .iter()
            .filter_map(|other| {
                let mut changed = default.clone();
                *at(&mut changed, path) = other.clone();
                balance(&mut changed, path, value);
                parsed(&changed)
            })
            .collect();
        tried += usize::from(!candidates.is_empty());
        if !candidates.is_empty() && valid.is_empty() {
            fixed.push(path.join("."));
        } else if !candidates.is_empty() && !valid.iter().any(differs) {
            idle.push(path.join("."));
        }
        Ok(())
    })
    .unwrap();
    assert!(idle.is_empty(), "these change nothing: {idle:#?}");
    assert_eq!(fixed, ["limits.brackets.2.percent"], "the last bracket ends at 100, and nothing else is fixed");
    assert!(tried > 90, "{tried}");

    // Keys that are empty by default.
    let role = |repo: RepositoryId, id| json!([{ "repo": repo, "id": id }]);
    for (section, key, list) in [
        ("people", "opted_out", json!([2])),
        ("maintainers", "trusted_bots", json!([BOT])),
        ("maintainers", "add", role(REPO, PROMOTED)),
        ("maintainers", "deny", role(REPO, MAINTAINER.0)),
    ] {
        let mut changed = default.clone();
        changed[section][key] = list;
        assert!(differs(&parsed(&changed).unwrap()), "{section}.{key} changes nothing");
    }
}

/// With every key as high as it may be, the largest evidence that can be written is scored without
/// overflow.
#[test]
fn every_key_at_its_highest_does_not_overflow() {
    let mut highest = serde_json::to_value(policy()).unwrap();
    let start = highest.clone();
    leaves::<()>(&start, &mut |path, _| {
        if let Some(Allowed::Number { high, .. }) = range_of(path).map(|range| range.allowed)
            && path[0] != "limits"
            && path.last().is_some_and(|key| key != "percent")
        {
            *at(&mut highest, path) = json!(high);
        }
        Ok(())
    })
    .unwrap();
    highest["limits"] = json!({
        "brackets": [{ "percent": 100, "rate": 1000 }], "max_share": 100, "repository_percent": 100
    });
    let names: Vec<String> = (0..32).map(|n| format!("impact {n:02}")).collect();
    highest["labels"]["factors"] = names.iter().map(|name| (name.clone(), json!(1250))).collect();
    // These are what the highest values of others leave no room for.
    highest["factors"]["unreviewed"] = json!(1000);
    highest["kudos"]["ring"] = json!(999);
    let policy = parsed(&highest).unwrap_or_else(|| {
        panic!("{}", Policy::from_toml(&toml_of(&highest)).unwrap_err());
    });
    let mut scene = Scene::default();
    for _ in 0..200 {
        let number = scene.pull(2, |one| {
            one.files = (0..20).map(|n| file(&format!("src/{n:02}.rs"), 1_000_000_000, 1_000_000_000)).collect();
            one.labels = names.iter().map(|name| label(name, 1, START)).collect();
            one.open = 1_000_000;
        });
        scene.review(number, 3, Verdict::Approve, 1_000_000_000);
        scene.witness(number, 10_000);
    }
    for lines in 0..2000 {
        scene.pull(4, |one| one.files[0].additions = 999_000_000 + lines);
    }
    let mut evidence = scene.evidence(state());
    let all = (1 << 48) - 1;
    (evidence.header.terms.budget, evidence.header.terms.cap) = (all, all);
    evidence.header.ends = START + 10_000_000;
    evidence.header.cutoff = evidence.header.ends;
    let out = run(&evidence, &policy).unwrap();
    let most = out.items.iter().map(|item| item.points).max().unwrap();
    assert!(most > 1_000_000_000, "{most}");
    assert!(out.total <= all && out.total > all / 10, "{}", out.total);
}
