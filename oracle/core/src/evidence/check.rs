//! What must hold of an evidence file's lines, one after the other. Gives a message for the first
//! line that breaks a rule; never changes anything.

use super::{FETCH, Header, Line, SCHEMA};
use crate::model::{
    Answer, ContributorId, Debt, Exclusion, FactKey, FileChange, Issue, Kudos, Label, Landed, MAX_MODEL, MAX_TITLE,
    Merger, Person, Pull, RepositoryId, Review, Settled, Thanks, Witness,
};
use std::collections::{BTreeMap, BTreeSet};

/// More lines than this in one file are a lie or a mistake.
const MAX_LINES: u64 = 1_000_000_000;
const MAX_PATH: usize = 4096;
const MAX_LABEL: usize = 256;
/// Of a witness: ten times the usual is a lie or a mistake, whatever the policy allows.
const MAX_ANSWER: u64 = 10_000;
/// Units of the whole token supply, by the contract's own limit.
const MAX_UNITS: u64 = (1 << 48) - 1;

type Check = Result<(), String>;

fn ensure(holds: bool, message: impl FnOnce() -> String) -> Check {
    if holds { Ok(()) } else { Err(message()) }
}

#[derive(Default)]
pub(super) struct Checker {
    lines: usize,
    header: Option<Header>,
    stage: u8,
    person: Option<ContributorId>,
    merger: Option<(RepositoryId, ContributorId)>,
    landed: Option<(RepositoryId, u64)>,
    settled: Option<RepositoryId>,
    thanks: Option<(ContributorId, ContributorId)>,
    fact: Option<FactKey>,
    pulls: BTreeMap<FactKey, (ContributorId, u64)>,
    repositories: BTreeSet<RepositoryId>,
}

impl Checker {
    pub(super) fn line(&mut self, line: &Line) -> Check {
        self.lines += 1;
        if let Line::Header(header) = line {
            ensure(self.lines == 1, || "a second header".to_owned())?;
            self.header(header)?;
            self.repositories = header.repositories.iter().copied().collect();
            self.header = Some(header.clone());
            return Ok(());
        }
        let header = self.header.take().ok_or_else(|| "the first line must be the header".to_owned())?;
        let checked = self.after_header(&header, line);
        self.header = Some(header);
        checked
    }

    fn after_header(&mut self, header: &Header, line: &Line) -> Check {
        match line {
            Line::Header(_) => Ok(()),
            Line::Person(person) => self.person(header, person),
            Line::Merger(merger) => self.merger(header, merger),
            Line::Landed(landed) => self.landed(header, landed),
            Line::Settled(settled) => self.settled(settled),
            Line::Thanks(thanks) => self.thanks(header, thanks),
            Line::Pull(pull) => {
                self.key(pull.key())?;
                self.pull(header, pull)
            }
            Line::Review(review) => {
                self.key(FactKey::Review { repo: review.repo, number: review.number, by: review.by })?;
                self.review(review)
            }
            Line::Issue(issue) => {
                self.key(FactKey::Issue { repo: issue.repo, number: issue.number })?;
                issue_holds(header, issue)
            }
            Line::Answer(answer) => {
                self.key(FactKey::Answer { repo: answer.repo, number: answer.number })?;
                answer_holds(header, answer)
            }
            Line::Kudos(kudos) => {
                self.key(kudos.key())?;
                kudos_hold(header, kudos)
            }
            Line::Witness(witness) => {
                self.key(FactKey::Witness { repo: witness.repo, number: witness.number })?;
                self.witness(header, witness)
            }
        }
    }

    pub(super) fn end(self) -> Result<(), (usize, String)> {
        if self.header.is_some() { Ok(()) } else { Err((1, "there is no header".to_owned())) }
    }

    fn header(&self, header: &Header) -> Check {
        ensure(header.schema == SCHEMA, || {
            format!("schema {} is not known here (this is schema {SCHEMA}): use a newer guerdon", header.schema)
        })?;
        ensure(header.fetch == FETCH, || {
            format!("fetch version {} is not known here (this is {FETCH}): use a newer guerdon", header.fetch)
        })?;
        ensure(header.epoch.0 > 0 && header.round > 0, || "epochs and rounds count from 1".to_owned())?;
        ensure(header.starts < header.ends && header.ends <= header.cutoff, || {
            "starts, ends and cutoff must follow one another".to_owned()
        })?;
        ensure(header.terms.budget <= MAX_UNITS && header.terms.cap <= MAX_UNITS, || {
            "the terms exceed 2^48 - 1 units".to_owned()
        })?;
        let unit = header.unit.parse::<u128>().ok().filter(|unit| *unit > 0 && unit.to_string() == header.unit);
        ensure(unit.is_some(), || format!("unit `{}` is not a positive decimal number", header.unit))?;
        ensure(ascending(&header.repositories), || "repositories must ascend without repetition".to_owned())
    }

    fn person(&mut self, header: &Header, person: &Person) -> Check {
        ensure(self.stage == 0, || "person lines stand before mergers and facts".to_owned())?;
        ensure(person.id.0 > 0, || "id 0 is nobody".to_owned())?;
        ensure(self.person < Some(person.id), || format!("person {} is out of order or repeated", person.id))?;
        ensure(!person.is_empty(), || format!("person {} has nothing to remember", person.id))?;
        let epochs: Vec<_> = person.accruals.iter().map(|(epoch, _)| *epoch).collect();
        ensure(ascending(&epochs) && epochs.iter().all(|epoch| epoch.0 > 0 && *epoch < header.epoch), || {
            format!("the accruals of {} must ascend and lie before epoch {}", person.id, header.epoch)
        })?;
        ensure(person.accruals.iter().all(|(_, units)| (1..=MAX_UNITS).contains(units)), || {
            format!("an accrual of {} is zero or above 2^48 - 1 units", person.id)
        })?;
        let debts: Vec<_> = person.debts.iter().map(|debt| (debt.repo, debt.number, debt.by)).collect();
        let sane = |debt: &Debt| debt.epoch < header.epoch && debt.units <= MAX_UNITS && debt.repaid <= debt.units;
        ensure(ascending(&debts) && person.debts.iter().all(sane), || {
            format!("the debts of {} must ascend, lie before epoch {} and not be overpaid", person.id, header.epoch)
        })?;
        ensure(person.first <= person.last && person.last < header.starts, || {
            format!("person {} has contributions that are not of the time before", person.id)
        })?;
        self.person = Some(person.id);
        Ok(())
    }

    /// State lines stand in order of their stage, each ascending by its key.
    fn state<K: PartialOrd>(&mut self, stage: u8, last: Option<K>, key: &K, name: impl FnOnce() -> String) -> Check {
        ensure(self.stage <= stage && last.is_none_or(|last| last < *key), || {
            format!("{} is out of order or repeated", name())
        })?;
        self.stage = stage;
        Ok(())
    }

    fn merger(&mut self, header: &Header, merger: &Merger) -> Check {
        let key = (merger.repo, merger.id);
        self.state(1, self.merger, &key, || format!("merger {}/{}", key.0, key.1))?;
        ensure(merger.last < header.starts, || format!("merger {}/{} is not of the time before", key.0, key.1))?;
        self.merger = Some(key);
        Ok(())
    }

    fn landed(&mut self, header: &Header, landed: &Landed) -> Check {
        let key = (landed.repo, landed.number);
        let name = || format!("landed {}/{}", key.0, key.1);
        self.state(2, self.landed, &key, name)?;
        ensure(landed.at < header.starts, || format!("{} is not of the time before", name()))?;
        ensure(landed.shares.iter().all(|(id, units)| id.0 > 0 && *units <= MAX_UNITS), || {
            format!("{}: a share is of nobody or above 2^48 - 1 units", name())
        })?;
        let ids: BTreeSet<_> = landed.shares.iter().map(|(id, _)| id).collect();
        ensure(!ids.is_empty() && ids.len() == landed.shares.len(), || {
            format!("{} needs shares, each of another person", name())
        })?;
        self.landed = Some(key);
        Ok(())
    }

    fn settled(&mut self, settled: &Settled) -> Check {
        let repo = settled.repo;
        self.state(3, self.settled, &repo, || format!("settled {repo}"))?;
        ensure(ascending(&settled.answers) && ascending(&settled.issues), || {
            format!("settled {repo}: numbers must ascend")
        })?;
        ensure(*settled != Settled::new(repo), || format!("settled {repo} has nothing to remember"))?;
        self.settled = Some(repo);
        Ok(())
    }

    fn thanks(&mut self, header: &Header, thanks: &Thanks) -> Check {
        let key = (thanks.by, thanks.to);
        let name = || format!("thanks {}/{}", key.0, key.1);
        self.state(4, self.thanks, &key, name)?;
        ensure(thanks.by.0 > 0 && thanks.to.0 > 0 && thanks.by != thanks.to, || {
            format!("{} are not between two people", name())
        })?;
        ensure(thanks.at < header.starts, || format!("{} are not of the time before", name()))?;
        self.thanks = Some(key);
        Ok(())
    }

    fn key(&mut self, key: FactKey) -> Check {
        self.stage = 5;
        ensure(self.fact < Some(key), || format!("{key} is out of order or repeated"))?;
        ensure(self.repositories.contains(&key.repo()), || format!("{key} is of a repository that is not listed"))?;
        ensure(key.number() > 0, || format!("{key}: numbers count from 1"))?;
        self.fact = Some(key);
        Ok(())
    }

    fn pull(&mut self, header: &Header, pull: &Pull) -> Check {
        let key = pull.key();
        ensure(pull.author.0 > 0, || format!("{key}: id 0 is nobody"))?;
        ensure(pull.created <= pull.at, || format!("{key} was merged before it was created"))?;
        ensure(header.starts <= pull.at && pull.at < header.ends, || format!("{key} was not merged in this epoch"))?;
        ensure(pull.title.len() <= MAX_TITLE, || format!("{key}: the title is longer than {MAX_TITLE} bytes"))?;
        ensure(pull.reverts != Some(pull.number), || format!("{key} cannot revert itself"))?;
        ensure(ascending(&pull.coauthors) && !pull.coauthors.contains(&pull.author), || {
            format!("{key}: co-authors must ascend and leave out the author")
        })?;
        labels_hold(&key, header, pull.created, &pull.labels)?;
        exclusions_hold(&key, header, pull.created, &pull.excluded)?;
        pull.files.iter().try_for_each(|file| file_holds(&key, file))?;
        let paths: Vec<_> = pull.files.iter().map(|file| &file.path).collect();
        ensure(ascending(&paths), || format!("{key}: files must ascend by path, each listed once"))?;
        ensure(
            ascending(&pull.generated) && pull.generated.iter().all(|path| paths.binary_search(&path).is_ok()),
            || format!("{key}: generated files must ascend and be among its files"),
        )?;
        self.pulls.insert(key, (pull.author, pull.at));
        Ok(())
    }

    fn review(&self, review: &Review) -> Check {
        let key = FactKey::Review { repo: review.repo, number: review.number, by: review.by };
        ensure(review.by.0 > 0, || format!("{key}: id 0 is nobody"))?;
        let pull = FactKey::Pull { repo: review.repo, number: review.number };
        let (author, merged) = self.pulls.get(&pull).ok_or_else(|| format!("{key}: {pull} is not in this evidence"))?;
        ensure(review.at <= *merged, || format!("{key} came after the merge"))?;
        ensure(*author != review.by, || format!("{key} is by the author of the pull request"))
    }

    fn witness(&self, header: &Header, witness: &Witness) -> Check {
        let key = FactKey::Witness { repo: witness.repo, number: witness.number };
        let pull = FactKey::Pull { repo: witness.repo, number: witness.number };
        ensure(self.pulls.contains_key(&pull), || format!("{key}: {pull} is not in this evidence"))?;
        ensure(witness.answer <= MAX_ANSWER, || format!("{key}: the answer is above {MAX_ANSWER} thousandths"))?;
        ensure(!witness.model.is_empty() && witness.model.len() <= MAX_MODEL, || {
            format!("{key}: the model's name has no or more than {MAX_MODEL} bytes")
        })?;
        ensure(header.starts <= witness.at, || format!("{key} was asked before the epoch"))
    }
}

fn issue_holds(header: &Header, issue: &Issue) -> Check {
    let key = FactKey::Issue { repo: issue.repo, number: issue.number };
    ensure(issue.author.0 > 0, || format!("{key}: id 0 is nobody"))?;
    ensure(issue.created <= header.cutoff, || format!("{key} was created after the cutoff"))?;
    labels_hold(&key, header, issue.created, &issue.labels)?;
    exclusions_hold(&key, header, issue.created, &issue.excluded)?;
    if let Some(close) = &issue.close {
        ensure(issue.created <= close.at && close.at <= header.cutoff, || {
            format!("{key} was closed before it was created or after the cutoff")
        })?;
        if let Some(closer) = &close.closer {
            ensure(ascending(&closer.approvers) && !closer.approvers.contains(&closer.author), || {
                format!("{key}: approvers must ascend and leave out the author")
            })?;
        }
    }
    Ok(())
}

fn answer_holds(header: &Header, answer: &Answer) -> Check {
    let key = FactKey::Answer { repo: answer.repo, number: answer.number };
    ensure(answer.by.0 > 0, || format!("{key}: id 0 is nobody"))?;
    ensure(header.starts <= answer.at && answer.at < header.ends, || format!("{key} was not accepted in this epoch"))
}

fn kudos_hold(header: &Header, kudos: &Kudos) -> Check {
    let key = kudos.key();
    ensure(kudos.by.0 > 0 && kudos.to.0 > 0, || format!("{key}: id 0 is nobody"))?;
    ensure(kudos.by != kudos.to, || format!("{key} is for the giver"))?;
    ensure(header.starts <= kudos.at && kudos.at < header.ends, || format!("{key} was not given in this epoch"))
}

fn exclusions_hold(key: &FactKey, header: &Header, created: u64, exclusions: &[Exclusion]) -> Check {
    ensure(ascending(exclusions), || format!("{key}: exclusions must ascend"))?;
    ensure(exclusions.iter().all(|one| created <= one.at && one.at <= header.cutoff), || {
        format!("{key} was excluded before its time or after the cutoff")
    })
}

fn labels_hold(key: &FactKey, header: &Header, created: u64, labels: &[Label]) -> Check {
    let names: Vec<_> = labels.iter().map(|label| (&label.name, label.actor)).collect();
    ensure(ascending(&names), || format!("{key}: labels must ascend by name and actor"))?;
    for label in labels {
        ensure(!label.name.is_empty() && label.name.len() <= MAX_LABEL, || {
            format!("{key}: a label's name has no or more than {MAX_LABEL} bytes")
        })?;
        ensure(created <= label.at && label.at <= header.cutoff, || {
            format!("{key}: the label {:?} was set before its time or after the cutoff", label.name)
        })?;
    }
    Ok(())
}

fn file_holds(key: &FactKey, file: &FileChange) -> Check {
    ensure(!file.path.is_empty() && file.path.len() <= MAX_PATH && !file.path.contains('\0'), || {
        format!("{key}: {:?} is not a path", file.path)
    })?;
    ensure(file.additions <= MAX_LINES && file.deletions <= MAX_LINES, || {
        format!("{key}: {:?} claims more than {MAX_LINES} lines", file.path)
    })
}

fn ascending<T: PartialOrd>(items: &[T]) -> bool {
    items.windows(2).all(|pair| matches!(pair, [a, b] if a < b))
}
