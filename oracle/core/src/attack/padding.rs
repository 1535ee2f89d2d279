//! A change made larger, or dressed as something better, without doing more.

use super::town::{ANNE, MAINTAINER, Part, Town, alone, worst};
use super::{Attack, AttackError, Found, Limit};
use crate::model::{Change, FileChange, Pull};
use crate::policy::Policy;
use Part::{At, Config, Docs, Source, Tests};

const STUFFED: &str = "perf(security)!: fix critical vulnerability, feature, 10x faster";

pub(super) const ATTACKS: &[Attack] = &[
    super::units(
        "a change padded tenfold",
        Limit::AtMost(2000),
        "30 lines of source, beside 300 of which 270 say nothing, in source, tests, docs or all of them",
        |policy| {
            let honest = |town: &mut Town| {
                town.pull(ANNE, &[Source(30)]);
            };
            let ways: [fn(&mut Town); 4] = [
                |town| {
                    town.pull(ANNE, &[Source(300)]);
                },
                |town| {
                    town.pull(ANNE, &[Source(30), Tests(270)]);
                },
                |town| {
                    town.pull(ANNE, &[Source(30), Docs(270)]);
                },
                |town| {
                    town.pull(ANNE, &[Source(200), Tests(60), Docs(40)]);
                },
            ];
            worst(ways.map(|way| alone(policy, honest, way)))
        },
    ),
    super::units(
        "padded with generated, vendored, lock or renamed files",
        Limit::AtMost(1050),
        "60 lines of source, beside the same with 5,000 lines of each kind of file that counts nothing",
        |policy| {
            let honest = |town: &mut Town| {
                town.pull(ANNE, &[Source(60)]);
            };
            alone(policy, honest, |town| {
                let pull = town.pull(
                    ANNE,
                    &[
                        Source(60),
                        At("Cargo.lock", 5000, 5000),
                        At("vendor/lib/a.c", 5000, 0),
                        At("web/package-lock.json", 5000, 0),
                        At("web/app.min.js", 5000, 0),
                        At("src/schema.generated.rs", 5000, 0),
                        At("model/fact_pb2.py", 5000, 0),
                        At("src/listed_in_gitattributes.rs", 5000, 0),
                        At("locale/de.po", 5000, 0),
                        At("art/logo.svg", 5000, 0),
                    ],
                );
                pull.generated = vec!["src/listed_in_gitattributes.rs".to_owned()];
                for (path, change) in [("src/zz_moved.rs", Change::Renamed), ("src/zz_copied.rs", Change::Copied)] {
                    pull.files.push(FileChange { path: path.to_owned(), additions: 0, deletions: 0, change });
                }
            })
        },
    ),
    super::units(
        "renamed with one changed line",
        Limit::AtMost(1050),
        "one line changed, beside one line changed in a file of 2,000 lines that is renamed too",
        |policy| {
            let honest = |town: &mut Town| {
                town.pull(ANNE, &[At("src/one.rs", 1, 1)]);
            };
            alone(policy, honest, |town| {
                let pull = town.pull(ANNE, &[At("src/two.rs", 1, 1)]);
                pull.files.iter_mut().for_each(|file| file.change = Change::Renamed);
            })
        },
    ),
    super::units(
        "title, label and path stuffing",
        Limit::AtMost(1050),
        "a change of 120 lines, beside the same with a boasting title, labels of the author, and one line in a test, a page and a setting",
        |policy| {
            worst([
                alone(policy, plain, |town| plain_with(town, |pull| pull.title = STUFFED.to_owned())),
                alone(policy, plain, |town| plain_with(town, own_labels)),
                alone(policy, plain, |town| {
                    town.pull(ANNE, &[Source(120), Tests(1)]);
                }),
                alone(policy, plain, |town| {
                    let pull = town.pull(ANNE, &[Source(120), Tests(1), Docs(1), Config(1)]);
                    pull.title = STUFFED.to_owned();
                    own_labels(pull);
                }),
            ])
        },
    ),
    super::units(
        "tests that test nothing",
        Limit::Printed,
        "a change of 120 lines, beside the same with as many lines of empty tests: what a test tests is seen in review",
        |policy| {
            alone(policy, plain, |town| {
                town.pull(ANNE, &[Source(120), Tests(120)]);
            })
        },
    ),
    super::units(
        "source in a folder named docs or tests",
        Limit::AtMost(1050),
        "300 lines of source, beside the same lines under docs/ or tests/, in an ordinary week",
        |policy| moved(policy, Town::new),
    ),
    super::units(
        "source moved to a slice where nothing happens",
        Limit::Printed,
        "the same when the week is full of code by others: the slice with less in it pays better until it is full",
        |policy| {
            moved(policy, |policy| {
                let mut town = Town::new(policy);
                for who in ANNE + 5..ANNE + 12 {
                    town.pull(who, &[Source(600)]);
                    town.pull(who, &[Source(600)]);
                }
                town
            })
        },
    ),
    super::units(
        "an injected witness",
        Limit::AtMost(1150),
        "a change with a neutral answer, beside the same with a text that makes the model say ten times, unmarked",
        |policy| witnessed(policy, 10_000, false),
    ),
    super::units(
        "an injection that was seen",
        Limit::AtMost(1000),
        "the same when the text is marked as an injection",
        |policy| witnessed(policy, 10_000, true),
    ),
];

fn plain(town: &mut Town) {
    plain_with(town, |_| {});
}

fn plain_with(town: &mut Town, change: impl FnOnce(&mut Pull)) {
    change(town.pull(ANNE, &[Source(120)]));
}

fn own_labels(pull: &mut Pull) {
    let at = pull.created + 60;
    pull.labels = ["high impact", "performance", "security"].map(|name| super::town::label(name, ANNE, at)).to_vec();
}

fn moved(policy: &Policy, town: fn(&Policy) -> Town) -> Result<Found, AttackError> {
    let paid = |part: Part| {
        let mut town = town(policy);
        town.pull(ANNE, &[part]);
        Ok::<_, AttackError>(super::town::units(&town.outcome()?, &[ANNE]))
    };
    let honest = paid(Source(300))?;
    let ways = [At("docs/engine.rs", 300, 0), At("tests/engine.rs", 300, 0), At("src/engine_test.rs", 300, 0)];
    worst(ways.map(|way| Ok(Found { honest, attacker: paid(way)?, flagged: false })))
}

fn witnessed(policy: &Policy, answer: u64, seen: bool) -> Result<Found, AttackError> {
    let paid = |answer, seen| {
        let mut town = Town::new(policy);
        let number = town.pull(ANNE, &[Source(120)]).number;
        town.review(number, MAINTAINER, crate::model::Verdict::Approve, 1);
        town.witness(number, answer, seen);
        let outcome = town.outcome()?;
        Ok::<_, AttackError>((super::town::units(&outcome, &[ANNE]), super::town::flagged(&outcome, &[ANNE])))
    };
    let ((honest, _), (attacker, flagged)) = (paid(1000, false)?, paid(answer, seen)?);
    Ok(Found { honest, attacker, flagged })
}
