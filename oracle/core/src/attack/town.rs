//! The organization that every attack happens in: two repositories, three maintainers and twelve
//! contributors with an ordinary week of work in every slice, so that prices are those of a real
//! epoch. Takes what attacker or honest person add to the week, gives the outcome.

use super::{AttackError, Found};
use crate::evidence::{Evidence, FETCH, Header, SCHEMA, Terms};
use crate::model::{
    Answer, Change, Close, Closer, ContributorId, Epoch, Fact, FileChange, Issue, Kudos, Label, Merger, Person, Pull,
    RepositoryId, Review, State, Verdict, Witness,
};
use crate::policy::Policy;
use crate::score::{Outcome, score};
use alloy_primitives::{Address, B256};
use std::collections::BTreeSet;

/// The main repository and a smaller one beside it.
pub(super) const MAIN: RepositoryId = RepositoryId(1);
pub(super) const SIDE: RepositoryId = RepositoryId(2);
/// The town's first; in an organization's first nobody was ever paid before.
const EPOCH: u64 = 2;
/// Maintain both repositories.
pub(super) const MAINTAINER: u64 = 1;
pub(super) const SECOND: u64 = 2;
/// Maintains the side repository only.
pub(super) const THIRD: u64 = 3;
/// Contributors of the town, all of them known and linked.
pub(super) const RESIDENT: u64 = 11;
/// Of them, with one accepted pull request before.
const NEWCOMER: u64 = 22;
/// Known, linked accounts whom no work of the town is by.
pub(super) const ANNE: u64 = 101;
const LAST_KNOWN: u64 = 120;
/// Linked accounts that never did anything.
pub(super) const PUPPET: u64 = 201;
const LAST_PUPPET: u64 = 240;

const WEEK: u64 = 604_800;
const FIRST: u64 = 1_767_571_200;
/// High enough that no ratio hangs on a rounded unit.
pub(super) const BUDGET: u64 = 10_000_000_000;

/// A changed file by what it is; the pull request's number keeps it apart from every other's.
#[derive(Clone, Copy)]
pub(super) enum Part {
    Source(u64),
    Tests(u64),
    Docs(u64),
    Config(u64),
    /// Path, lines added, lines deleted.
    At(&'static str, u64, u64),
}

use Part::{Config, Docs, Source, Tests};

/// (author, repository, what changed, hunks that reviewers commented on).
type Work = (u64, RepositoryId, &'static [Part], &'static [(u64, u64)]);

const ORDINARY: &[Work] = &[
    (11, MAIN, &[Source(60), Tests(50)], &[(1, 1)]),
    (12, MAIN, &[Source(20), Tests(15)], &[(2, 1)]),
    (13, SIDE, &[Source(150), Tests(90), Docs(40)], &[(3, 2)]),
    (14, MAIN, &[Source(30)], &[(1, 0)]),
    (15, SIDE, &[Source(30), Tests(30)], &[(3, 0)]),
    (16, MAIN, &[Docs(40)], &[(2, 0)]),
    (17, SIDE, &[Source(12), Docs(40)], &[(13, 1)]),
    (18, MAIN, &[Source(90), Tests(60)], &[(1, 1)]),
    (19, SIDE, &[Source(150)], &[(3, 1)]),
    (20, SIDE, &[Tests(60)], &[(3, 0)]),
    (21, SIDE, &[Source(200), Tests(80)], &[(1, 1)]),
    (22, SIDE, &[Source(140), Tests(40)], &[(3, 4), (21, 2)]),
    (1, MAIN, &[Source(20)], &[(2, 1)]),
];

/// Who reported what the eighth and the ninth of these fix.
const REPORTS: &[(u64, Option<usize>)] = &[(12, Some(7)), (15, Some(8))];

/// One epoch of the town, open for more work.
pub(super) struct Town {
    policy: Policy,
    epoch: u64,
    opening: State,
    pub(super) pulls: Vec<Pull>,
    pub(super) reviews: Vec<Review>,
    pub(super) issues: Vec<Issue>,
    /// Answers, thanks and witnesses.
    others: Vec<Fact>,
    number: u64,
}

pub(super) fn id(id: u64) -> ContributorId {
    ContributorId(id)
}

pub(super) fn label(name: &str, actor: u64, at: u64) -> Label {
    Label { name: name.to_owned(), actor: id(actor), at }
}

impl Town {
    /// An ordinary week.
    pub(super) fn new(policy: &Policy) -> Self {
        let mut town = Self::empty(policy);
        town.ordinary_week();
        town
    }

    /// Nobody does anything but what the attack adds.
    pub(super) fn empty(policy: &Policy) -> Self {
        let before = FIRST - 30 * 86_400;
        let known = |known: u64| Person {
            accepted: 20,
            first: before,
            last: FIRST - 86_400,
            linked: true,
            paid: true,
            ..Person::new(id(known))
        };
        let newcomer = Person { accepted: 1, ..known(NEWCOMER) };
        let people = [MAINTAINER, SECOND, THIRD].into_iter().chain(RESIDENT..NEWCOMER).chain(ANNE..=LAST_KNOWN);
        let puppets = (PUPPET..=LAST_PUPPET).map(|puppet| Person { linked: true, ..Person::new(id(puppet)) });
        let mergers = [(MAIN, MAINTAINER), (MAIN, SECOND), (SIDE, MAINTAINER), (SIDE, THIRD)];
        let opening = State {
            mergers: mergers.map(|(repo, who)| Merger { id: id(who), last: FIRST - 86_400, repo }).to_vec(),
            people: people.map(known).chain([newcomer]).chain(puppets).collect(),
            ..State::default()
        };
        Self::open(policy.clone(), EPOCH, opening)
    }

    fn open(policy: Policy, epoch: u64, opening: State) -> Self {
        let (pulls, reviews, issues, others) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        Self { policy, epoch, opening, pulls, reviews, issues, others, number: 0 }
    }

    /// The week after, with as much ordinary work.
    pub(super) fn after(self, outcome: &Outcome) -> Self {
        let epoch = self.epoch + 1;
        let mut town = Self::open(self.policy, epoch, outcome.closing.clone());
        town.ordinary_week();
        town
    }

    fn ordinary_week(&mut self) {
        let mut numbers = Vec::new();
        for (author, repo, parts, reviewers) in ORDINARY {
            let pull = self.pull(*author, parts);
            pull.repo = *repo;
            if *repo == SIDE {
                pull.merger = Some(id(THIRD));
            }
            let (number, at) = (pull.number, pull.at);
            numbers.push((*repo, number, *author, at));
            for (by, hunks) in *reviewers {
                self.review(number, *by, Verdict::Approve, *hunks).repo = *repo;
            }
        }
        for (author, fixed_by) in REPORTS {
            let fix = fixed_by.and_then(|at| numbers.get(at)).copied();
            let issue = self.issue(*author);
            issue.labels = vec![label("bug", MAINTAINER, issue.created + 60)];
            if let Some((repo, number, by, at)) = fix {
                issue.repo = repo;
                issue.close = Some(closed_by(repo, number, by, at));
            }
        }
        let at = self.now();
        self.answer(12, 22, Some(MAINTAINER));
        for (by, to) in [(11, 21), (12, 21), (13, 18), (15, 3), (16, 11), (22, 13), (19, 2), (18, 1)] {
            self.thank(by, to, at);
        }
    }

    pub(super) fn starts(&self) -> u64 {
        FIRST + (self.epoch - EPOCH) * WEEK
    }

    pub(super) fn ends(&self) -> u64 {
        self.starts() + WEEK
    }

    pub(super) fn cutoff(&self) -> u64 {
        self.ends() + 3 * 86_400
    }

    /// Later with every fact, always within the epoch.
    fn now(&self) -> u64 {
        self.starts() + 86_400 + self.number * 60
    }

    /// Numbers are never reused, whatever the epoch.
    fn next(&mut self) -> u64 {
        self.number += 1;
        self.epoch * 10_000 + self.number
    }

    /// A pull request in the main repository that a maintainer merged.
    pub(super) fn pull(&mut self, author: u64, parts: &[Part]) -> &mut Pull {
        let number = self.next();
        let at = self.now();
        let merger = if author == MAINTAINER { SECOND } else { MAINTAINER };
        let mut files: Vec<FileChange> = parts.iter().map(|part| file(*part, number)).collect();
        files.sort_by(|a, b| a.path.cmp(&b.path));
        let pull = Pull {
            at,
            author: id(author),
            bot: false,
            coauthors: Vec::new(),
            created: self.starts(),
            excluded: Vec::new(),
            files,
            generated: Vec::new(),
            labels: Vec::new(),
            merger: Some(id(merger)),
            number,
            open: 0,
            repo: MAIN,
            reverts: None,
            title: "Teach the parser about tabs".to_owned(),
        };
        self.pulls.push_mut(pull)
    }

    /// A review in the main repository.
    pub(super) fn review(&mut self, number: u64, by: u64, verdict: Verdict, hunks: u64) -> &mut Review {
        let at = self.starts() + 600;
        let review = Review { at, bot: false, by: id(by), hunks, number, repo: MAIN, verdict };
        self.reviews.push_mut(review)
    }

    /// An open issue in the main repository that nobody confirmed.
    pub(super) fn issue(&mut self, author: u64) -> &mut Issue {
        let number = self.next();
        let issue = Issue {
            author: id(author),
            bot: false,
            close: None,
            created: self.starts() + 3_600,
            excluded: Vec::new(),
            labels: Vec::new(),
            number,
            repo: MAIN,
        };
        self.issues.push_mut(issue)
    }

    pub(super) fn answer(&mut self, by: u64, asker: u64, accepter: Option<u64>) {
        let number = self.next();
        let at = self.now();
        let (accepter, asker) = (accepter.map(id), Some(id(asker)));
        self.others.push(Fact::Answer(Answer { accepter, asker, at, bot: false, by: id(by), number, repo: MAIN }));
    }

    pub(super) fn thank(&mut self, by: u64, to: u64, at: u64) {
        let comment = self.next();
        // In both repositories alike: it is not the share of one that is tried here.
        let repo = if comment.is_multiple_of(2) { MAIN } else { SIDE };
        self.others.push(Fact::Kudos(Kudos { at, by: id(by), id: comment, number: 1, repo, to: id(to) }));
    }

    pub(super) fn witness(&mut self, number: u64, answer: u64, flagged: bool) {
        let at = self.ends();
        let model = "made-up".to_owned();
        let transcript = B256::repeat_byte(1);
        let repo = MAIN;
        self.others.push(Fact::Witness(Witness {
            answer,
            at,
            flagged,
            model,
            number,
            prompt: 1,
            repo,
            samples: 3,
            transcript,
        }));
    }

    pub(super) fn person(&mut self, who: u64) -> Option<&mut Person> {
        self.opening.people.iter_mut().find(|person| person.id == id(who))
    }

    /// A maintainer of a repository from before the epoch on.
    pub(super) fn maintains(&mut self, repo: RepositoryId, who: u64) {
        let last = self.starts() - 3_600;
        self.opening.mergers.push(Merger { id: id(who), last, repo });
    }

    /// The evidence as a reader takes it, or refuses it.
    pub(super) fn evidence(&self) -> Result<Evidence, AttackError> {
        let header = Header {
            block: 1,
            carried: Vec::new(),
            chain: 31337,
            cutoff: self.cutoff(),
            distributor: Address::repeat_byte(1),
            ends: self.ends(),
            epoch: Epoch(self.epoch),
            fetch: FETCH,
            previous: B256::ZERO,
            repositories: vec![MAIN, SIDE],
            round: 1,
            schema: SCHEMA,
            starts: self.starts(),
            terms: Terms { budget: BUDGET, cap: BUDGET, policy: self.policy.hash()? },
            unit: "1".to_owned(),
        };
        let pulls = self.pulls.iter().cloned().map(Fact::Pull);
        let reviews = self.reviews.iter().cloned().map(Fact::Review);
        let issues = self.issues.iter().cloned().map(Fact::Issue);
        let facts = pulls.chain(reviews).chain(issues).chain(self.others.iter().cloned()).collect();
        Ok(Evidence::new(header, self.opening.clone(), facts)?)
    }

    pub(super) fn outcome(&self) -> Result<Outcome, AttackError> {
        Ok(score(&self.evidence()?, &self.policy)?)
    }
}

fn file(part: Part, number: u64) -> FileChange {
    let (path, additions, deletions) = match part {
        Source(lines) => (format!("src/part{number}.rs"), lines, 0),
        Tests(lines) => (format!("tests/part{number}.rs"), lines, 0),
        Docs(lines) => (format!("docs/part{number}.md"), lines, 0),
        Config(lines) => (format!("part{number}.toml"), lines, 0),
        Part::At(path, additions, deletions) => (path.to_owned(), additions, deletions),
    };
    FileChange { path, additions, deletions, change: Change::Modified }
}

pub(super) fn closed_by(repo: RepositoryId, number: u64, author: u64, at: u64) -> Close {
    let merger = Some(id(MAINTAINER));
    let closer = Closer { approvers: Vec::new(), author: id(author), merger, number, repo };
    Close { at, closer: Some(closer), reason: None }
}

/// What these people were granted; what they accrued when they have no wallet.
pub(super) fn units(outcome: &Outcome, who: &[u64]) -> u64 {
    let who: BTreeSet<ContributorId> = who.iter().copied().map(id).collect();
    let people = outcome.people.iter().filter(|person| who.contains(&person.id));
    people.map(|person| if person.linked { person.entry } else { person.earned }).sum()
}

/// Milli-points of these people.
pub(super) fn points(outcome: &Outcome, who: &[u64]) -> u64 {
    let who: BTreeSet<ContributorId> = who.iter().copied().map(id).collect();
    outcome.items.iter().filter(|item| who.contains(&item.contributor)).map(|item| item.points).sum()
}

/// A human is pointed to one of these people.
pub(super) fn flagged(outcome: &Outcome, who: &[u64]) -> bool {
    outcome.flags.iter().any(|flag| flag.people.iter().any(|person| who.contains(&person.0)))
}

/// What Anne gets for honest work, beside what these people get for the attack, in the same week.
pub(super) fn beside(
    policy: &Policy,
    honest: fn(&mut Town),
    who: &[u64],
    attack: fn(&mut Town),
) -> Result<Found, AttackError> {
    let (mut quiet, mut attacked) = (Town::new(policy), Town::new(policy));
    honest(&mut quiet);
    attack(&mut attacked);
    let attacked = attacked.outcome()?;
    let attacker = units(&attacked, who);
    Ok(Found { honest: units(&quiet.outcome()?, &[ANNE]), attacker, flagged: flagged(&attacked, who) })
}

/// The same, when the attacker is Anne too.
pub(super) fn alone(policy: &Policy, honest: fn(&mut Town), attack: fn(&mut Town)) -> Result<Found, AttackError> {
    beside(policy, honest, &[ANNE], attack)
}

/// The worst of several ways to do it.
pub(super) fn worst(ways: impl IntoIterator<Item = Result<Found, AttackError>>) -> Result<Found, AttackError> {
    let mut worst = Found { honest: 1, attacker: 0, flagged: false };
    for way in ways {
        let way = way?;
        let product = |a: Found, b: Found| u128::from(a.attacker) * u128::from(b.honest);
        if product(way, worst) >= product(worst, way) {
            worst = way;
        }
    }
    Ok(worst)
}

/// Weeks that follow one another, each from the state that the one before left.
pub(super) fn weeks(policy: &Policy, acts: &[fn(&mut Town)]) -> Result<Vec<Outcome>, AttackError> {
    let mut town = Town::new(policy);
    let mut outcomes = Vec::new();
    for (at, act) in acts.iter().enumerate() {
        act(&mut town);
        let outcome = town.outcome()?;
        if at + 1 < acts.len() {
            town = town.after(&outcome);
        }
        outcomes.push(outcome);
    }
    Ok(outcomes)
}

/// What these people were granted in all of them.
pub(super) fn units_of_weeks(outcomes: &[Outcome], who: &[u64]) -> u64 {
    outcomes.iter().map(|outcome| units(outcome, who)).sum()
}

#[cfg(test)]
mod tests {
    use super::Town;
    use crate::policy::Policy;

    #[test]
    fn an_ordinary_week_fills_every_slice_to_a_good_part() {
        let policy = Policy::from_toml(include_str!("../../../../policy.toml")).unwrap();
        let outcome = Town::new(&policy).outcome().unwrap();
        for slice in &outcome.slices {
            let filled = slice.pool * 100 / slice.budget;
            let in_main =
                outcome.items.iter().filter(|item| item.slice == slice.slice && item.fact.repo() == super::MAIN);
            let main: u64 = in_main.map(|item| item.points).sum();
            println!("{:?}: {} points, {} in main, {filled}%", slice.slice, slice.points / 1000, main / 1000);
        }
        for slice in &outcome.slices {
            let filled = slice.pool * 100 / slice.budget;
            assert!((40..=90).contains(&filled), "{:?} is filled to {filled}%", slice.slice);
        }
    }
}
