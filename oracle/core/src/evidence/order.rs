//! What must hold of an evidence file's lines among each other: their order, and that what a line is
//! about stands before it. Takes line after line; never looks at what [`super::check`] can see alone.

use super::check::{Check, ensure};
use super::line::Line;
use crate::model::{ContributorId, FactKey, RepositoryId, Review, Witness};

/// The lines after the header.
#[derive(Default)]
pub(super) struct Order {
    stage: u8,
    person: Option<ContributorId>,
    merger: Option<(RepositoryId, ContributorId)>,
    landed: Option<(RepositoryId, u64)>,
    settled: Option<RepositoryId>,
    thanks: Option<(ContributorId, ContributorId)>,
    fact: Option<FactKey>,
    pulls: Vec<Merged>,
    /// Where in `pulls` the last one that was asked for stands: facts about them come in their order.
    at: usize,
}

/// What other facts need to know of a pull request.
#[derive(Clone, Copy)]
struct Merged {
    key: (RepositoryId, u64),
    author: ContributorId,
    at: u64,
}

impl Order {
    pub(super) fn line(&mut self, line: Line<'_>) -> Check {
        match line {
            Line::Header(_) => Err("a second header".to_owned()),
            Line::Person(person) => {
                let key = person.id;
                ensure(self.stage == 0 && self.person < Some(key), || unordered(format!("person {key}")))?;
                self.person = Some(key);
                Ok(())
            }
            Line::Merger(merger) => {
                let key = (merger.repo, merger.id);
                self.state(1, self.merger < Some(key), || format!("merger {}/{}", key.0, key.1))?;
                self.merger = Some(key);
                Ok(())
            }
            Line::Landed(landed) => {
                let key = (landed.repo, landed.number);
                self.state(2, self.landed < Some(key), || format!("landed {}/{}", key.0, key.1))?;
                self.landed = Some(key);
                Ok(())
            }
            Line::Settled(settled) => {
                let key = settled.repo;
                self.state(3, self.settled < Some(key), || format!("settled {key}"))?;
                self.settled = Some(key);
                Ok(())
            }
            Line::Thanks(thanks) => {
                let key = (thanks.by, thanks.to);
                self.state(4, self.thanks < Some(key), || format!("thanks {}/{}", key.0, key.1))?;
                self.thanks = Some(key);
                Ok(())
            }
            Line::Pull(pull) => {
                self.fact(pull.key())?;
                self.pulls.push(Merged { key: (pull.repo, pull.number), author: pull.author, at: pull.at });
                Ok(())
            }
            Line::Review(review) => self.fact(review.key()).and_then(|()| self.review(review)),
            Line::Issue(issue) => self.fact(issue.key()),
            Line::Answer(answer) => self.fact(answer.key()),
            Line::Kudos(kudos) => self.fact(kudos.key()),
            Line::Witness(witness) => self.fact(witness.key()).and_then(|()| self.witness(witness)),
        }
    }

    /// State lines stand in order of their stage, each ascending by its key.
    fn state(&mut self, stage: u8, ascends: bool, name: impl FnOnce() -> String) -> Check {
        ensure(self.stage <= stage && ascends, || unordered(name()))?;
        self.stage = stage;
        Ok(())
    }

    fn fact(&mut self, key: FactKey) -> Check {
        ensure(self.fact < Some(key), || unordered(key.to_string()))?;
        self.stage = 5;
        self.fact = Some(key);
        Ok(())
    }

    fn review(&mut self, review: &Review) -> Check {
        let pull = self.pull(review.key(), review.repo, review.number)?;
        ensure(review.at <= pull.at, || format!("{} came after the merge", review.key()))?;
        ensure(pull.author != review.by, || format!("{} is by the author of the pull request", review.key()))
    }

    fn witness(&mut self, witness: &Witness) -> Check {
        self.pull(witness.key(), witness.repo, witness.number).map(|_| ())
    }

    fn pull(&mut self, of: FactKey, repo: RepositoryId, number: u64) -> Result<Merged, String> {
        let key = (repo, number);
        if self.pulls.get(self.at).is_none_or(|pull| pull.key > key) {
            self.at = 0;
        }
        while self.pulls.get(self.at).is_some_and(|pull| pull.key < key) {
            self.at += 1;
        }
        let found = self.pulls.get(self.at).filter(|pull| pull.key == key);
        found.copied().ok_or_else(|| format!("{of}: {} is not in this evidence", FactKey::Pull { repo, number }))
    }
}

fn unordered(name: String) -> String {
    format!("{name} is out of order or repeated")
}
