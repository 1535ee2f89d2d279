//! What must hold of each line of an evidence file by itself. Gives a message for the first rule that is
//! broken; never changes anything.

use super::line::Line;
use super::{FETCH, Header, SCHEMA};
use crate::model::{
    Answer, ContributorId, Debt, Exclusion, FactKey, FileChange, Issue, Kudos, Label, Landed, MAX_MODEL, MAX_TITLE,
    Merger, Person, Pull, Review, Settled, Thanks, Witness, is_visible, is_visible_path,
};
use std::collections::BTreeSet;

/// More lines than this in one file are a lie or a mistake.
const MAX_LINES: u64 = 1_000_000_000;
/// Of one author in one organisation.
const MAX_OPEN: u64 = 1_000_000;
const MAX_LABEL: usize = 256;
/// Of a witness: ten times the usual is a lie or a mistake, whatever the policy allows.
const MAX_ANSWER: u64 = 10_000;
/// Ids, numbers and versions that GitHub gives out fit a signed 64-bit number, as the stores' do.
const MAX_ID: u64 = u64::MAX >> 1;
/// The last second of the year 9999.
const LAST_SECOND: u64 = 253_402_300_799;
const MAX_SAMPLES: u64 = 1000;
/// Units of the whole token supply, by the contract's own limit.
const MAX_UNITS: u64 = (1 << 48) - 1;

pub(super) type Check = Result<(), String>;

pub(super) fn ensure(holds: bool, message: impl FnOnce() -> String) -> Check {
    if holds { Ok(()) } else { Err(message()) }
}

/// Of the first line.
pub(super) fn header(header: &Header) -> Check {
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
    ensure(header.cutoff <= LAST_SECOND, || "the cutoff is after the year 9999".to_owned())?;
    ensure(header.repositories.iter().all(|id| is_id(id.0)), || "a repository's id is 0 or above 2^63 - 1".to_owned())?;
    ensure(ascending(&header.repositories), || "repositories must ascend without repetition".to_owned())?;
    ensure(ascending(&header.carried), || "carried facts must ascend without repetition".to_owned())
}

/// Of any other line.
pub(super) fn content(header: &Header, line: Line<'_>) -> Check {
    if header.epoch.0 == 1 {
        begins(line)?;
    }
    match line {
        Line::Header(_) => Err("a second header".to_owned()),
        Line::Person(person) => person_holds(header, person),
        Line::Merger(merger) => merger_holds(header, merger),
        Line::Landed(landed) => landed_holds(header, landed),
        Line::Settled(settled) => settled_holds(settled),
        Line::Thanks(thanks) => thanks_hold(header, thanks),
        Line::Pull(pull) => key_holds(header, pull.key()).and_then(|key| pull_holds(key, header, pull)),
        Line::Review(review) => key_holds(header, review.key()).and_then(|key| review_holds(key, review)),
        Line::Issue(issue) => key_holds(header, issue.key()).and_then(|key| issue_holds(key, header, issue)),
        Line::Answer(answer) => key_holds(header, answer.key()).and_then(|key| answer_holds(key, header, answer)),
        Line::Kudos(kudos) => key_holds(header, kudos.key()).and_then(|key| kudos_hold(key, header, kudos)),
        Line::Witness(witness) => key_holds(header, witness.key()).and_then(|key| witness_holds(key, header, witness)),
    }
}

/// The first epoch begins with what people did before, and with nothing that was ever paid.
fn begins(line: Line<'_>) -> Check {
    let what = match line {
        Line::Person(person) if !person.accruals.is_empty() || !person.debts.is_empty() || person.paid => "person",
        Line::Landed(_) => "landed",
        Line::Settled(_) => "settled",
        Line::Thanks(_) => "thanks",
        _ => return Ok(()),
    };
    Err(format!("{what}: nothing was paid before the first epoch"))
}

fn is_id(id: u64) -> bool {
    (1..=MAX_ID).contains(&id)
}

/// Whoever is named by a fact is somebody.
fn people_hold(key: &FactKey, ids: impl IntoIterator<Item = ContributorId>) -> Check {
    let nobody = ids.into_iter().find(|id| !is_id(id.0));
    nobody.map_or(Ok(()), |id| Err(format!("{key}: id {id} is nobody")))
}

fn person_holds(header: &Header, person: &Person) -> Check {
    let id = person.id;
    ensure(is_id(id.0), || format!("id {id} is nobody"))?;
    ensure(person.accepted <= MAX_LINES, || format!("person {id} claims more than {MAX_LINES} pull requests"))?;
    ensure(!person.is_empty(), || format!("person {id} has nothing to remember"))?;
    let epochs = person.accruals.is_sorted_by(|(a, _), (b, _)| a < b);
    ensure(epochs && person.accruals.iter().all(|(epoch, _)| epoch.0 > 0 && *epoch < header.epoch), || {
        format!("the accruals of {id} must ascend and lie before epoch {}", header.epoch)
    })?;
    ensure(person.accruals.iter().all(|(_, units)| (1..=MAX_UNITS).contains(units)), || {
        format!("an accrual of {id} is zero or above 2^48 - 1 units")
    })?;
    let debts = person.debts.is_sorted_by(|a, b| (a.repo, a.number, a.by) < (b.repo, b.number, b.by));
    let sane = |debt: &Debt| {
        debt.epoch.0 > 0 && debt.epoch < header.epoch && debt.units <= MAX_UNITS && debt.repaid <= debt.units
    };
    ensure(debts && person.debts.iter().all(sane), || {
        format!("the debts of {id} must ascend, lie before epoch {} and not be overpaid", header.epoch)
    })?;
    ensure(person.first <= person.last && person.last < header.starts, || {
        format!("person {id} has contributions that are not of the time before")
    })
}

fn merger_holds(header: &Header, merger: &Merger) -> Check {
    ensure(is_id(merger.id.0) && is_id(merger.repo.0), || {
        format!("merger {}/{} is nobody or of no repository", merger.repo, merger.id)
    })?;
    ensure(merger.last < header.starts, || format!("merger {}/{} is not of the time before", merger.repo, merger.id))
}

fn landed_holds(header: &Header, landed: &Landed) -> Check {
    let name = || format!("landed {}/{}", landed.repo, landed.number);
    ensure(landed.at < header.starts, || format!("{} is not of the time before", name()))?;
    ensure(landed.shares.iter().all(|(id, units)| is_id(id.0) && *units <= MAX_UNITS), || {
        format!("{}: a share is of nobody or above 2^48 - 1 units", name())
    })?;
    let ids: BTreeSet<_> = landed.shares.iter().map(|(id, _)| id).collect();
    ensure(!ids.is_empty() && ids.len() == landed.shares.len(), || {
        format!("{} needs shares, each of another person", name())
    })
}

fn settled_holds(settled: &Settled) -> Check {
    let repo = settled.repo;
    ensure(ascending(&settled.answers) && ascending(&settled.issues), || {
        format!("settled {repo}: numbers must ascend")
    })?;
    ensure(*settled != Settled::new(repo), || format!("settled {repo} has nothing to remember"))
}

fn thanks_hold(header: &Header, thanks: &Thanks) -> Check {
    let name = || format!("thanks {}/{}", thanks.by, thanks.to);
    ensure(is_id(thanks.by.0) && is_id(thanks.to.0) && thanks.by != thanks.to, || {
        format!("{} are not between two people", name())
    })?;
    ensure(thanks.at < header.starts, || format!("{} are not of the time before", name()))
}

fn key_holds(header: &Header, key: FactKey) -> Result<FactKey, String> {
    let listed = header.repositories.binary_search(&key.repo()).is_ok();
    ensure(listed, || format!("{key} is of a repository that is not listed"))?;
    ensure(is_id(key.number()), || format!("{key}: numbers count from 1 to 2^63 - 1"))?;
    Ok(key)
}

fn pull_holds(key: FactKey, header: &Header, pull: &Pull) -> Check {
    let named = pull.coauthors.iter().copied().chain(pull.merger);
    people_hold(&key, named.chain([pull.author]))?;
    ensure(pull.reverts.is_none_or(is_id), || format!("{key} reverts no pull request"))?;
    ensure(is_visible(&pull.title), || format!("{key}: the title {:?} hides characters", pull.title))?;
    ensure(pull.created <= pull.at, || format!("{key} was merged before it was created"))?;
    ensure(counts(header, &key, pull.at), || format!("{key} was not merged in this epoch"))?;
    ensure(pull.title.len() <= MAX_TITLE, || format!("{key}: the title is longer than {MAX_TITLE} bytes"))?;
    ensure(pull.open <= MAX_OPEN, || format!("{key}: more than {MAX_OPEN} open pull requests"))?;
    ensure(pull.reverts != Some(pull.number), || format!("{key} cannot revert itself"))?;
    ensure(ascending(&pull.coauthors) && !pull.coauthors.contains(&pull.author), || {
        format!("{key}: co-authors must ascend and leave out the author")
    })?;
    labels_hold(&key, header, pull.created, &pull.labels)?;
    exclusions_hold(&key, header, pull.created, &pull.excluded)?;
    pull.files.iter().try_for_each(|file| file_holds(&key, file))?;
    ensure(pull.files.is_sorted_by(|a, b| a.path < b.path), || {
        format!("{key}: files must ascend by path, each listed once")
    })?;
    let among = |path: &String| pull.files.binary_search_by(|file| file.path.cmp(path)).is_ok();
    ensure(ascending(&pull.generated) && pull.generated.iter().all(among), || {
        format!("{key}: generated files must ascend and be among its files")
    })
}

fn review_holds(key: FactKey, review: &Review) -> Check {
    ensure(review.hunks <= MAX_LINES, || format!("{key} claims more than {MAX_LINES} hunks"))?;
    people_hold(&key, [review.by])
}

fn witness_holds(key: FactKey, header: &Header, witness: &Witness) -> Check {
    is_usable(witness).map_err(|wrong| format!("{key}{wrong}"))?;
    ensure(header.starts <= witness.at && witness.at <= LAST_SECOND, || format!("{key} was asked before the epoch"))
}

/// What must hold of an answer wherever it stands.
pub(super) fn is_usable(witness: &Witness) -> Check {
    ensure(witness.answer <= MAX_ANSWER, || format!(": the answer is above {MAX_ANSWER} thousandths"))?;
    ensure(!witness.model.is_empty() && witness.model.len() <= MAX_MODEL, || {
        format!(": the model's name has no or more than {MAX_MODEL} bytes")
    })?;
    ensure(is_visible(&witness.model), || ": the model's name hides characters".to_owned())?;
    ensure(witness.samples <= MAX_SAMPLES && witness.prompt <= MAX_ID, || {
        format!(" claims more than {MAX_SAMPLES} samples, or no version of the prompt")
    })
}

fn issue_holds(key: FactKey, header: &Header, issue: &Issue) -> Check {
    people_hold(&key, [issue.author])?;
    ensure(issue.created <= header.cutoff, || format!("{key} was created after the cutoff"))?;
    labels_hold(&key, header, issue.created, &issue.labels)?;
    exclusions_hold(&key, header, issue.created, &issue.excluded)?;
    if let Some(close) = &issue.close {
        ensure(issue.created <= close.at && close.at <= header.cutoff, || {
            format!("{key} was closed before it was created or after the cutoff")
        })?;
        if let Some(closer) = &close.closer {
            let named = closer.approvers.iter().copied().chain(closer.merger);
            people_hold(&key, named.chain([closer.author]))?;
            ensure(is_id(closer.number) && is_id(closer.repo.0), || format!("{key} was closed by no pull request"))?;
            ensure(ascending(&closer.approvers) && !closer.approvers.contains(&closer.author), || {
                format!("{key}: approvers must ascend and leave out the author")
            })?;
        }
    }
    Ok(())
}

fn answer_holds(key: FactKey, header: &Header, answer: &Answer) -> Check {
    people_hold(&key, [answer.by].into_iter().chain(answer.accepter).chain(answer.asker))?;
    ensure(counts(header, &key, answer.at), || format!("{key} was not accepted in this epoch"))
}

fn kudos_hold(key: FactKey, header: &Header, kudos: &Kudos) -> Check {
    people_hold(&key, [kudos.by, kudos.to])?;
    ensure(is_id(kudos.id), || format!("{key}: comments count from 1 to 2^63 - 1"))?;
    ensure(kudos.by != kudos.to, || format!("{key} is for the giver"))?;
    ensure(counts(header, &key, kudos.at), || format!("{key} was not given in this epoch"))
}

fn counts(header: &Header, key: &FactKey, at: u64) -> bool {
    header.counts_from(key) <= at && at < header.ends
}

fn exclusions_hold(key: &FactKey, header: &Header, created: u64, exclusions: &[Exclusion]) -> Check {
    people_hold(key, exclusions.iter().map(|one| one.by).chain(exclusions.iter().filter_map(|one| one.whom)))?;
    ensure(ascending(exclusions), || format!("{key}: exclusions must ascend"))?;
    ensure(exclusions.iter().all(|one| created <= one.at && one.at <= header.cutoff), || {
        format!("{key} was excluded before its time or after the cutoff")
    })
}

fn labels_hold(key: &FactKey, header: &Header, created: u64, labels: &[Label]) -> Check {
    let ascend = labels.is_sorted_by(|a, b| (&a.name, a.actor) < (&b.name, b.actor));
    ensure(ascend, || format!("{key}: labels must ascend by name and actor"))?;
    people_hold(key, labels.iter().map(|label| label.actor))?;
    for label in labels {
        ensure(is_visible(&label.name), || format!("{key}: the label {:?} hides characters", label.name))?;
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
    ensure(is_visible_path(&file.path), || format!("{key}: {:?} is not a path", file.path))?;
    ensure(file.additions <= MAX_LINES && file.deletions <= MAX_LINES, || {
        format!("{key}: {:?} claims more than {MAX_LINES} lines", file.path)
    })
}

fn ascending<T: PartialOrd>(items: &[T]) -> bool {
    items.is_sorted_by(|a, b| a < b)
}
