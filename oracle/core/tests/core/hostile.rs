//! Whatever bytes come: readers and the scorer never panic, what is read is written back the same, sums
//! are exact, and the order of arrival never matters. Numbers stand at the edges of what is allowed.

use crate::bad_lines::good;
use crate::world::{MAINTAINER, POLICY, REPO, START, busy, header, policy};
use guerdon_core::B256;
use guerdon_core::evidence::{Evidence, Header};
use guerdon_core::model::{
    Answer, Change, Close, Closer, ContributorId, Debt, Epoch, Exclusion, Fact, FileChange, Issue, Kudos, Label,
    Landed, Merger, Person, Pull, Review, Settled, State, Thanks, Verdict, Witness,
};
use guerdon_core::policy::Policy;
use guerdon_core::score::score;
use proptest::prelude::*;
use std::collections::BTreeMap;

const MAX_ID: u64 = u64::MAX >> 1;
const MAX_UNITS: u64 = (1 << 48) - 1;
const MAX_LINES: u64 = 1_000_000_000;

/// One blow to a text: where, what, and how.
type Blow = (prop::sample::Index, u8, prop::sample::Index);

fn battered(text: &[u8], blows: &[Blow]) -> Vec<u8> {
    let mut bytes = text.to_vec();
    for (at, what, other) in blows {
        if bytes.is_empty() {
            break;
        }
        let at = at.index(bytes.len());
        let other = other.index(bytes.len());
        match what % 8 {
            0 => bytes[at] ^= 1 << (what >> 5),
            1 => drop(bytes.remove(at)),
            2 => bytes.insert(at, b"0\"{}[],:-9\n\\e.\x00\xff"[usize::from(*what) % 16]),
            3 => bytes.truncate(at.max(1)),
            4 => bytes.swap(at, other),
            5 => bytes.splice(at..at, *b"18446744073709551615").for_each(drop),
            _ => {
                // A line twice, or in another's place.
                let mut lines: Vec<Vec<u8>> = bytes.split(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
                let (from, to) = (at % lines.len(), other % lines.len());
                if what % 8 == 6 {
                    lines.swap(from, to)
                } else {
                    lines.insert(to, lines[from].clone())
                }
                bytes = lines.join(&b'\n');
            }
        }
    }
    bytes
}

fn blows() -> impl Strategy<Value = Vec<Blow>> {
    prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), any::<prop::sample::Index>()), 1..6)
}

/// A number within, often at the edge.
fn edge(low: u64, high: u64) -> impl Strategy<Value = u64> {
    prop_oneof![Just(low), Just(high), Just((low + 1).min(high)), low..=high]
}

fn person() -> impl Strategy<Value = ContributorId> {
    prop_oneof![1u64..8, Just(MAX_ID), Just(MAX_ID - 1)].prop_map(ContributorId)
}

fn in_epoch() -> impl Strategy<Value = u64> {
    edge(START, header().ends - 1)
}

fn before() -> impl Strategy<Value = u64> {
    edge(1, START - 1)
}

fn labels() -> BoxedStrategy<Vec<Label>> {
    let name = prop::sample::select(vec!["bug", "BUG", "wontfix", "high impact", "low impact", "security", "любой"]);
    prop::collection::vec((name, person(), edge(START, header().cutoff)), 0..3)
        .prop_map(|labels| {
            let all: BTreeMap<_, _> = labels.into_iter().map(|(name, actor, at)| ((name, actor), at)).collect();
            all.into_iter().map(|((name, actor), at)| Label { name: name.to_owned(), actor, at }).collect()
        })
        .boxed()
}

fn files() -> BoxedStrategy<Vec<FileChange>> {
    let path =
        prop::sample::select(vec!["src/a.rs", "src/b.rs", "tests/a.rs", "docs/a.md", "Cargo.lock", "x", "ci/y.yml"]);
    let change =
        prop::sample::select(vec![Change::Added, Change::Copied, Change::Deleted, Change::Modified, Change::Renamed]);
    prop::collection::btree_map(path, (edge(0, MAX_LINES), edge(0, MAX_LINES), change), 0..5)
        .prop_map(|files| {
            let file = |(path, (additions, deletions, change)): (&str, _)| FileChange {
                path: path.to_owned(),
                additions,
                deletions,
                change,
            };
            files.into_iter().map(file).collect()
        })
        .boxed()
}

fn pull_of(number: u64) -> BoxedStrategy<Pull> {
    let people = (person(), prop::collection::btree_set(person(), 0..3), prop::option::of(person()));
    let rest = (any::<bool>(), edge(0, 1_000_000), prop::option::of(1u64..30), prop::option::of(person()));
    (people, files(), labels(), in_epoch(), rest)
        .prop_map(move |((author, others, merger), files, labels, at, rest)| {
            let (bot, open, reverts, whom) = rest;
            let by = merger.unwrap_or(author);
            Pull {
                at,
                author,
                bot: bot && number.is_multiple_of(5),
                coauthors: others.into_iter().filter(|id| *id != author).collect(),
                created: START.min(at),
                excluded: if number.is_multiple_of(4) { vec![Exclusion { at, by, whom }] } else { Vec::new() },
                generated: files.iter().take(1).filter(|_| bot).map(|file| file.path.clone()).collect(),
                files,
                labels,
                merger,
                number,
                open: if number.is_multiple_of(3) { open } else { 0 },
                repo: REPO,
                reverts: reverts.filter(|reverts| *reverts != number),
                title: String::new(),
            }
        })
        .boxed()
}

/// A pull request and, perhaps, all that can be said of it.
fn work(number: u64) -> BoxedStrategy<Vec<Fact>> {
    let review = (person(), edge(0, MAX_LINES), 0u8..3, any::<bool>());
    let witness = prop::option::of((edge(0, 10_000), any::<bool>(), edge(0, 1000)));
    let issue = (person(), labels(), prop::option::of(prop::option::of(person())));
    let thanks = (person(), person(), edge(1, MAX_ID), in_epoch());
    let answer = (person(), prop::option::of(person()), prop::option::of(person()), in_epoch());
    let others = (issue, thanks, answer);
    (pull_of(number), prop::collection::vec(review, 0..3), witness, others)
        .prop_map(move |(pull, reviews, witness, others)| {
            let ((reporter, labels, close), (by, to, id, given), (answerer, asker, accepter, accepted)) = others;
            let mut facts: BTreeMap<_, Fact> = BTreeMap::new();
            let mut add = |fact: Fact| drop(facts.insert(fact.key(), fact));
            for (by, hunks, verdict, bot) in reviews.into_iter().filter(|(by, ..)| *by != pull.author) {
                let verdict = [Verdict::Approve, Verdict::Changes, Verdict::Comment][usize::from(verdict)];
                add(Fact::Review(Review {
                    at: pull.at,
                    bot: bot && hunks == 1,
                    by,
                    hunks,
                    number,
                    repo: REPO,
                    verdict,
                }));
            }
            if let Some((answer, flagged, samples)) = witness {
                let (model, transcript) = ("m".to_owned(), B256::ZERO);
                add(Fact::Witness(Witness {
                    answer,
                    at: START,
                    flagged,
                    model,
                    number,
                    prompt: 1,
                    repo: REPO,
                    samples,
                    transcript,
                }));
            }
            let close = close.map(|merger| Close {
                at: pull.at,
                closer: Some(Closer { approvers: Vec::new(), author: pull.author, merger, number, repo: REPO }),
                reason: None,
            });
            add(Fact::Issue(Issue {
                author: reporter,
                bot: false,
                close,
                created: START,
                excluded: Vec::new(),
                labels,
                number,
                repo: REPO,
            }));
            if by != to {
                add(Fact::Kudos(Kudos { at: given, by, id, number, repo: REPO, to }));
            }
            add(Fact::Answer(Answer { accepter, asker, at: accepted, bot: false, by: answerer, number, repo: REPO }));
            add(Fact::Pull(pull));
            facts.into_values().collect()
        })
        .boxed()
}

fn state() -> BoxedStrategy<State> {
    let debt = (edge(0, MAX_UNITS), 1u64..5, any::<bool>());
    let one = (
        edge(0, MAX_LINES - 10),
        prop::option::of(edge(1, MAX_UNITS)),
        prop::option::of(debt),
        before(),
        any::<bool>(),
    );
    let people = prop::collection::btree_map(person(), one, 0..6);
    let landed = (1u64..6, before(), edge(0, MAX_ID), person(), edge(0, MAX_UNITS), prop::option::of(6u64..30));
    let thanks = prop::collection::btree_map((person(), person()), before(), 0..4);
    (people, prop::option::of(landed), thanks, prop::option::of(1u64..30))
        .prop_map(|(people, landed, thanks, paid)| State {
            landed: landed
                .into_iter()
                .map(|(number, at, lines, id, units, reverted)| Landed {
                    at,
                    lines,
                    number,
                    repo: REPO,
                    reverted,
                    shares: vec![(id, units)],
                })
                .collect(),
            mergers: vec![Merger { id: MAINTAINER, last: START - 5, repo: REPO }],
            people: people
                .into_iter()
                .map(|(id, (accepted, accrual, debt, last, linked))| Person {
                    accepted,
                    accruals: accrual.map(|units| (Epoch(1), units)).into_iter().collect(),
                    debts: debt
                        .map(|(units, number, repaid)| Debt {
                            by: 50,
                            epoch: Epoch(2),
                            number,
                            repaid: if repaid { units } else { 0 },
                            repo: REPO,
                            units,
                        })
                        .into_iter()
                        .collect(),
                    first: last,
                    last,
                    linked,
                    ..Person::new(id)
                })
                .collect(),
            settled: paid
                .map(|number| Settled { answers: vec![number], issues: vec![number], repo: REPO })
                .into_iter()
                .collect(),
            thanks: thanks
                .into_iter()
                .filter(|((by, to), _)| by != to)
                .map(|((by, to), at)| Thanks { at, by, to })
                .collect(),
        })
        .boxed()
}

fn epoch() -> impl Strategy<Value = (Header, State, Vec<Fact>)> {
    let work = (work(6), work(7), work(8), work(12), work(15));
    let budget = edge(0, MAX_UNITS);
    (state(), work, budget, edge(0, MAX_UNITS)).prop_map(|(state, work, budget, cap)| {
        let mut header = header();
        (header.terms.budget, header.terms.cap) = (budget, cap);
        (header, state, [work.0, work.1, work.2, work.3, work.4].concat())
    })
}

proptest! {
    #[test]
    fn battered_evidence_is_refused_or_read_as_it_stands(blows in blows()) {
        let bad = battered(good().as_bytes(), &blows);
        if let Ok(read) = Evidence::from_bytes(&bad) {
            prop_assert_eq!(read.to_bytes().unwrap(), bad);
        }
    }

    #[test]
    fn a_battered_policy_is_refused_or_can_be_scored_by(blows in blows()) {
        let bad = battered(POLICY.as_bytes(), &blows);
        let Some(policy) = std::str::from_utf8(&bad).ok().and_then(|text| Policy::from_toml(text).ok()) else { return Ok(()) };
        let mut header = header();
        header.terms.policy = policy.hash().unwrap();
        let evidence = Evidence::new(header, State::default(), busy()).unwrap();
        let out = score(&evidence, &policy).unwrap();
        prop_assert!(out.total <= evidence.header.terms.budget);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn any_epoch_is_scored_exactly_and_its_close_opens_the_next((header, state, facts) in epoch()) {
        let evidence = Evidence::new(header.clone(), state.clone(), facts.clone()).unwrap();
        let bytes = evidence.to_bytes().unwrap();
        prop_assert_eq!(&Evidence::from_bytes(&bytes).unwrap(), &evidence);
        let out = score(&evidence, &policy()).unwrap();

        let sum = |units: &mut dyn Iterator<Item = u64>| units.map(u128::from).sum::<u128>();
        prop_assert_eq!(sum(&mut out.entries.iter().map(|entry| entry.units)), u128::from(out.total));
        prop_assert!(out.total <= header.terms.budget);
        prop_assert!(out.entries.iter().all(|entry| entry.units <= header.terms.cap));
        for slice in &out.slices {
            let items = out.items.iter().filter(|item| item.slice == slice.slice);
            prop_assert_eq!(sum(&mut items.clone().map(|item| item.points)), u128::from(slice.points));
            let priced = sum(&mut items.map(|item| item.priced));
            prop_assert_eq!(priced, if slice.points > 0 { u128::from(slice.pool) } else { 0 });
        }
        for person in &out.people {
            let items = out.items.iter().filter(|item| item.contributor == person.id);
            prop_assert_eq!(sum(&mut items.map(|item| item.units)), u128::from(person.earned));
        }

        let (mut backwards, mut reversed) = (facts, state);
        backwards.reverse();
        reversed.people.reverse();
        reversed.thanks.reverse();
        let again = Evidence::new(header.clone(), reversed, backwards).unwrap();
        prop_assert_eq!(score(&again, &policy()).unwrap(), out.clone());

        let week = header.ends - header.starts;
        let next = Header {
            epoch: Epoch(header.epoch.0 + 1),
            starts: header.ends,
            ends: header.ends + week,
            cutoff: header.cutoff + week,
            ..header
        };
        let opened = Evidence::new(next, out.closing, Vec::new());
        prop_assert!(opened.is_ok(), "{}", opened.unwrap_err());
    }
}
