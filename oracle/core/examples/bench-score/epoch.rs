//! A made-up epoch of any size: of ten facts a contributor, one in four is a pull request with five
//! files, half are reviews, and the rest are issues, answers and kudos. The same size is the same bytes.

use crate::Result;
use guerdon_core::evidence::{Evidence, FETCH, Header, SCHEMA, Terms};
use guerdon_core::model::{
    Answer, Change, Close, Closer, ContributorId, Epoch, Fact, FileChange, Issue, Kudos, Label, Merger, Person, Pull,
    RepositoryId, Review, State, Verdict,
};
use guerdon_core::policy::Policy;
use guerdon_core::{Address, B256};

const POLICY: &str = include_str!("../../../../policy.toml");
const START: u64 = 1_736_121_600;
const WEEK: u64 = 604_800;
/// A repository has as many facts.
const FACTS_A_REPOSITORY: u64 = 5_000;
const FOLDERS: [&str; 10] = [
    "src/net/",
    "src/parser/",
    "src/wallet/rpc/",
    "crates/store/src/",
    "lib/",
    "tests/net/",
    "tests/",
    "docs/guide/",
    "web/src/pages/",
    ".github/workflows/",
];
const NAMES: [&str; 8] = ["session", "retry", "index", "address_book", "mod", "limits", "encode", "peer"];
const ENDINGS: [&str; 8] = ["rs", "rs", "py", "cpp", "h", "md", "toml", "lock"];
const VERBS: [&str; 6] = ["Teach", "Fix", "Move", "Let", "Speed up", "Document"];
const NOUNS: [&str; 6] = ["the session", "retries", "address books", "the index", "peers", "encodings"];

pub fn policy() -> Result<Policy> {
    Ok(Policy::from_toml(POLICY)?)
}

/// SplitMix64.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % end.max(1)
    }

    fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        let at = self.below(u64::try_from(of.len()).unwrap_or(0));
        usize::try_from(at).ok().and_then(|at| of.get(at)).copied().unwrap_or_default()
    }

    fn time(&mut self) -> u64 {
        START + self.below(WEEK)
    }
}

struct Org {
    numbers: Numbers,
    people: u64,
}

impl Org {
    fn person(&mut self) -> ContributorId {
        ContributorId(20_000_000 + self.numbers.below(self.people) * 37)
    }

    fn other_than(&mut self, one: ContributorId) -> ContributorId {
        loop {
            let other = self.person();
            if other != one {
                return other;
            }
        }
    }
}

pub fn evidence(facts: u64) -> Result<Evidence> {
    let mut org = Org { numbers: Numbers(5), people: (facts / 10).max(10) };
    let repositories: Vec<_> =
        (0..facts.div_ceil(FACTS_A_REPOSITORY)).map(|at| RepositoryId(80_000_000 + at * 11)).collect();
    let mut made = Vec::new();
    for (at, repo) in (0..).zip(&repositories) {
        org.repository(*repo, FACTS_A_REPOSITORY.min(facts - at * FACTS_A_REPOSITORY), &mut made);
    }
    let people = (0..org.people).map(|at| Person {
        accepted: at % 9,
        first: if at % 9 == 0 { 0 } else { START - 900 * WEEK / 10 },
        last: if at % 9 == 0 { 0 } else { START - WEEK },
        linked: at % 5 > 0,
        ..Person::new(ContributorId(20_000_000 + at * 37))
    });
    let mergers = repositories.iter().map(|repo| Merger { id: maintainer(*repo), last: START - WEEK, repo: *repo });
    let opening = State { people: people.collect(), mergers: mergers.collect(), ..State::default() };
    Ok(Evidence::new(header(repositories.clone())?, opening, made)?)
}

fn header(repositories: Vec<RepositoryId>) -> Result<Header> {
    Ok(Header {
        block: 7,
        carried: Vec::new(),
        chain: 31_337,
        cutoff: START + WEEK + 259_200,
        distributor: Address::repeat_byte(0xd1),
        ends: START + WEEK,
        epoch: Epoch(3),
        fetch: FETCH,
        previous: B256::ZERO,
        repositories,
        round: 1,
        schema: SCHEMA,
        starts: START,
        terms: Terms { budget: 10_000_000_000, cap: 2_500_000_000, policy: policy()?.hash()? },
        unit: "1000000000000".to_owned(),
    })
}

fn maintainer(repo: RepositoryId) -> ContributorId {
    ContributorId(repo.0 - 70_000_000)
}

impl Org {
    fn repository(&mut self, repo: RepositoryId, facts: u64, made: &mut Vec<Fact>) {
        let pulls = facts / 4;
        let mut merged = Vec::new();
        for number in 1..=pulls {
            let pull = self.pull(repo, number);
            merged.push((pull.author, pull.at));
            made.push(Fact::Pull(pull));
        }
        // Two reviews each, by different accounts.
        for (number, (author, at)) in (1..).zip(merged) {
            let first = self.other_than(author);
            let second = loop {
                let second = self.other_than(author);
                if second != first {
                    break second;
                }
            };
            made.extend([first, second].map(|by| Fact::Review(self.review(repo, number, by, at))));
        }
        let rest = facts - 3 * pulls;
        for number in (pulls + 1..).take(usize::try_from(rest).unwrap_or(0)) {
            let fact = match number % 5 {
                0 => self.answer(repo, number),
                1 => self.kudos(repo, number),
                _ => self.issue(repo, number, pulls),
            };
            made.push(fact);
        }
    }

    fn pull(&mut self, repo: RepositoryId, number: u64) -> Pull {
        let mut files = Vec::new();
        while files.len() < 5 {
            let (folder, name, at) = (self.numbers.one(&FOLDERS), self.numbers.one(&NAMES), self.numbers.below(40));
            let path = format!("{folder}{name}_{at}.{}", self.numbers.one(&ENDINGS));
            if files.iter().any(|file: &FileChange| file.path == path) {
                continue;
            }
            let (additions, deletions) = (self.numbers.below(150), self.numbers.below(60));
            let change = if deletions == 0 { Change::Added } else { Change::Modified };
            files.push(FileChange { path, additions, deletions, change });
        }
        let (author, at) = (self.person(), self.numbers.time());
        let title =
            format!("{} {} about {}", self.numbers.one(&VERBS), self.numbers.one(&NOUNS), self.numbers.one(&NOUNS));
        let labelled = self.numbers.below(8) == 0;
        let label = Label { name: "bug".to_owned(), actor: maintainer(repo), at: at - 60 };
        Pull {
            at,
            author,
            bot: self.numbers.below(50) == 0,
            coauthors: Vec::new(),
            created: at - 3_600 - self.numbers.below(WEEK),
            excluded: Vec::new(),
            files,
            generated: Vec::new(),
            labels: if labelled { vec![label] } else { Vec::new() },
            merger: Some(maintainer(repo)),
            number,
            open: 0,
            repo,
            reverts: (number > 100 && self.numbers.below(200) == 0).then(|| number - 50),
            title,
        }
    }

    fn review(&mut self, repo: RepositoryId, number: u64, by: ContributorId, merged: u64) -> Review {
        let hunks = self.numbers.below(7);
        let verdict = match self.numbers.below(10) {
            0 => Verdict::Comment,
            1 | 2 => Verdict::Changes,
            _ => Verdict::Approve,
        };
        Review { at: merged - self.numbers.below(3_000), bot: false, by, hunks, number, repo, verdict }
    }

    fn issue(&mut self, repo: RepositoryId, number: u64, pulls: u64) -> Fact {
        let (author, at) = (self.person(), self.numbers.time());
        let fixed = self.numbers.below(3) == 0;
        let closer = Closer {
            approvers: Vec::new(),
            author: self.other_than(author),
            merger: Some(maintainer(repo)),
            number: 1 + self.numbers.below(pulls),
            repo,
        };
        Fact::Issue(Issue {
            author,
            bot: false,
            close: fixed.then_some(Close { at, closer: Some(closer), reason: None }),
            created: at - WEEK,
            excluded: Vec::new(),
            labels: vec![Label { name: "bug".to_owned(), actor: maintainer(repo), at }],
            number,
            repo,
        })
    }

    fn answer(&mut self, repo: RepositoryId, number: u64) -> Fact {
        let (by, at) = (self.person(), self.numbers.time());
        let (accepter, asker) = (Some(maintainer(repo)), Some(self.other_than(by)));
        Fact::Answer(Answer { accepter, asker, at, bot: false, by, number, repo })
    }

    fn kudos(&mut self, repo: RepositoryId, number: u64) -> Fact {
        let (by, at) = (self.person(), self.numbers.time());
        let id = 2_600_000_000 + self.numbers.below(1_000_000);
        Fact::Kudos(Kudos { at, by, id, number, repo, to: self.other_than(by) })
    }
}
