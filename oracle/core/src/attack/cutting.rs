//! One piece of work cut into many, and honest work beside it.

use super::town::{ANNE, Part, Town, alone, units, units_of_weeks, weeks, worst};
use super::{Attack, Found, Limit};
use Part::{At, Docs, Source, Tests};

/// Where every change of one feature meets.
const HUB: &str = "src/feature.rs";

pub(super) const ATTACKS: &[Attack] = &[
    super::units(
        "twice the honest work",
        Limit::AtLeast(1800),
        "two changes of 200 lines with tests in different files, beside one of them",
        |policy| {
            alone(policy, one_change, |town| {
                town.pull(ANNE, &[Source(200), Tests(60)]);
                town.pull(ANNE, &[Source(200), Tests(60)]);
            })
        },
    ),
    super::units(
        "twice the honest work, both in the changelog",
        Limit::AtLeast(1800),
        "two changes of 200 lines in different files that both touch the changelog and the build, beside one of them",
        |policy| {
            let entry = |town: &mut Town| {
                town.pull(ANNE, &[Source(200), At("CHANGELOG.md", 2, 0), At("Cargo.toml", 1, 1)]);
            };
            alone(policy, entry, |town| {
                for _ in 0..2 {
                    town.pull(ANNE, &[Source(200), At("CHANGELOG.md", 2, 0), At("Cargo.toml", 1, 1)]);
                }
            })
        },
    ),
    super::units(
        "one change cut into ten that share files",
        Limit::AtMost(1250),
        "300 lines in one file, as ten pull requests of 30 lines each in that file",
        |policy| {
            let whole = |town: &mut Town| {
                town.pull(ANNE, &[At(HUB, 300, 0)]);
            };
            let with_tests = |town: &mut Town| {
                town.pull(ANNE, &[At(HUB, 300, 0), At("tests/feature.rs", 100, 0)]);
            };
            worst([
                alone(policy, whole, |town| {
                    for _ in 0..10 {
                        town.pull(ANNE, &[At(HUB, 30, 0)]);
                    }
                }),
                // Each part shares only its tests with the others, and each has a part of them.
                alone(policy, with_tests, |town| {
                    for _ in 0..10 {
                        town.pull(ANNE, &[Source(30), At("tests/feature.rs", 10, 0)]);
                    }
                }),
            ])
        },
    ),
    super::units(
        "a chain of pull requests",
        Limit::AtMost(1250),
        "300 lines as ten pull requests of which only neighbours share a file",
        |policy| {
            alone(policy, chain_in_one, |town| {
                for pair in CHAIN.windows(2) {
                    if let [a, b] = pair {
                        town.pull(ANNE, &[At(a, 15, 0), At(b, 15, 0)]);
                    }
                }
            })
        },
    ),
    super::units(
        "ten pull requests in files of their own",
        Limit::Printed,
        "300 lines in ten files, as one pull request and as ten: ten pieces that each stand alone look like this too",
        |policy| {
            alone(policy, ten_files, |town| {
                for _ in 0..10 {
                    town.pull(ANNE, &[Source(30)]);
                }
            })
        },
    ),
    super::units(
        "file names that only look the same",
        Limit::Printed,
        "300 lines in one file, as two pull requests of 150 in files whose names differ by a Cyrillic letter",
        |policy| {
            let whole = |town: &mut Town| {
                town.pull(ANNE, &[At("src/main.rs", 300, 0)]);
            };
            alone(policy, whole, |town| {
                town.pull(ANNE, &[At("src/main.rs", 150, 0)]);
                town.pull(ANNE, &[At("src/m\u{430}in.rs", 150, 0)]);
            })
        },
    ),
    super::units(
        "many files instead of one",
        Limit::AtMost(1050),
        "one pull request of 300 lines in one file, and in twenty files",
        |policy| {
            let whole = |town: &mut Town| {
                town.pull(ANNE, &[At(HUB, 300, 0)]);
            };
            alone(policy, whole, |town| {
                let files = (0..20).map(|at| crate::model::FileChange {
                    path: format!("src/many/{at:02}.rs"),
                    additions: 15,
                    deletions: 0,
                    change: crate::model::Change::Added,
                });
                town.pull(ANNE, &[]).files = files.collect();
            })
        },
    ),
    super::units(
        "twenty one-line typo pull requests",
        Limit::AtMost(1500),
        "twenty corrections of one line in twenty files, beside one",
        |policy| {
            let one = |town: &mut Town| {
                town.pull(ANNE, &[At("docs/01.md", 1, 1)]);
            };
            let one_in_source = |town: &mut Town| {
                town.pull(ANNE, &[At("src/01.rs", 1, 1)]);
            };
            worst([
                alone(policy, one, |town| typos(town, "docs", "md")),
                alone(policy, one_in_source, |town| typos(town, "src", "rs")),
            ])
        },
    ),
    super::units(
        "small pull requests just above the trivial bound",
        Limit::Printed,
        "twenty pull requests of three lines in files of their own, beside one of sixty lines",
        |policy| {
            let whole = |town: &mut Town| {
                town.pull(ANNE, &[Source(60)]);
            };
            alone(policy, whole, |town| {
                for _ in 0..20 {
                    town.pull(ANNE, &[Source(3)]);
                }
            })
        },
    ),
    super::units(
        "one change over four epochs",
        Limit::Printed,
        "200 lines in one file merged at once, and 50 of them in each of four epochs: patience is paid",
        |policy| {
            let nothing: fn(&mut Town) = |_| {};
            let part: fn(&mut Town) = |town| {
                town.pull(ANNE, &[At(HUB, 50, 0)]);
            };
            let whole: fn(&mut Town) = |town| {
                town.pull(ANNE, &[At(HUB, 200, 0)]);
            };
            let honest = units_of_weeks(&weeks(policy, &[whole, nothing, nothing, nothing])?, &[ANNE]);
            let attacker = units_of_weeks(&weeks(policy, &[part, part, part, part])?, &[ANNE]);
            Ok(Found { honest, attacker, flagged: false })
        },
    ),
    super::units(
        "deleted and added again",
        Limit::AtMost(1250),
        "300 new lines, beside the same file deleted and added again in three pull requests of one epoch",
        |policy| {
            let whole = |town: &mut Town| {
                town.pull(ANNE, &[At(HUB, 300, 0)]);
            };
            alone(policy, whole, |town| {
                town.pull(ANNE, &[At(HUB, 300, 0)]);
                town.pull(ANNE, &[At(HUB, 0, 300)]);
                town.pull(ANNE, &[At(HUB, 300, 0)]);
            })
        },
    ),
    super::units(
        "an ordinary week beside its parts",
        Limit::AtLeast(950),
        "five different changes of one honest author in one epoch, beside five authors with one each",
        |policy| {
            let mut apart = Town::new(policy);
            let five = [ANNE, ANNE + 1, ANNE + 2, ANNE + 3, ANNE + 4];
            for who in five {
                apart.pull(who, &[Source(12), Tests(4), Docs(1)]);
            }
            let mut alone = Town::new(policy);
            for _ in five {
                alone.pull(ANNE, &[Source(12), Tests(4), Docs(1)]);
            }
            let honest = units(&apart.outcome()?, &five);
            Ok(Found { honest, attacker: units(&alone.outcome()?, &[ANNE]), flagged: false })
        },
    ),
];

const CHAIN: [&str; 11] = [
    "src/a.rs", "src/b.rs", "src/c.rs", "src/d.rs", "src/e.rs", "src/f.rs", "src/g.rs", "src/h.rs", "src/i.rs",
    "src/j.rs", "src/k.rs",
];

fn one_change(town: &mut Town) {
    town.pull(ANNE, &[Source(200), Tests(60)]);
}

fn chain_in_one(town: &mut Town) {
    let parts: Vec<Part> = CHAIN.iter().map(|path| At(path, 30, 0)).take(10).collect();
    town.pull(ANNE, &parts);
}

fn ten_files(town: &mut Town) {
    let parts: Vec<Part> = CHAIN.iter().map(|path| At(path, 30, 0)).take(10).collect();
    town.pull(ANNE, &parts);
}

fn typos(town: &mut Town, folder: &str, ending: &str) {
    for at in 1..=20 {
        town.pull(ANNE, &[]).files = vec![crate::model::FileChange {
            path: format!("{folder}/{at:02}.{ending}"),
            additions: 1,
            deletions: 1,
            change: crate::model::Change::Modified,
        }];
    }
}
