//! What must hold of an evidence file's lines, one after the other. Gives a message for the first
//! line that breaks a rule; never changes anything.

use super::{FETCH, Header, Line, SCHEMA};
use crate::model::{
    Answer, ContributorId, Exclusion, FactKey, FileChange, Issue, Kudos, Label, MAX_TITLE, Merger, Person, Pull,
    RepositoryId, Review,
};
use std::collections::{BTreeMap, BTreeSet};

/// More lines than this in one file are a lie or a mistake.
const MAX_LINES: u64 = 1_000_000_000;
const MAX_PATH: usize = 4096;
const MAX_LABEL: usize = 256;
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
        self.person = Some(person.id);
        Ok(())
    }

    fn merger(&mut self, header: &Header, merger: &Merger) -> Check {
        ensure(self.stage <= 1, || "merger lines stand before facts".to_owned())?;
        self.stage = 1;
        let key = (merger.repo, merger.id);
        ensure(self.merger < Some(key), || format!("merger {}/{} is out of order or repeated", key.0, key.1))?;
        ensure(merger.last < header.starts, || format!("merger {}/{} is not of the time before", key.0, key.1))?;
        self.merger = Some(key);
        Ok(())
    }

    fn key(&mut self, key: FactKey) -> Check {
        self.stage = 2;
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
