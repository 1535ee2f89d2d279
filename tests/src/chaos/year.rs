//! The sample organisation's story, gone on with for as many weeks as wanted: the same people do the same kinds
//! of work, each week other pieces of it.

use super::Result;
use super::luck::Luck;
use super::town::Plan;
use crate::github::model::{ChangeType, FileChange, RepositoryId, Time, Verdict};
use crate::github::sample::{CAST, EPOCHS, ORG, REPOSITORIES, Role, epoch_start};
use crate::github::{Place, PullDraft, State, StateError};

const HOUR: Time = 3_600;
const PULLS_A_WEEK: u64 = 6;
const TITLES: [&str; 6] = [
    "Read the settings once and keep them",
    "Fix the order of equal entries",
    "Add tests for empty input",
    "Explain the options in the guide",
    "Make the index smaller",
    "Take the timeout from the configuration",
];
const PATHS: [&str; 5] = ["src/lib.rs", "src/index.rs", "src/settings.rs", "tests/input.rs", "docs/guide.md"];

/// The sample with so many epochs in all.
pub fn stretched(epochs: u64, seed: u64) -> Result<Plan> {
    let plan = Plan::sample()?;
    let mut luck = Luck::new(seed);
    plan.world.change(|state| {
        for epoch in u64::from(EPOCHS) + 1..=epochs {
            week(state, epoch_start(epoch.cast_signed()), &mut luck)?;
        }
        Ok::<_, StateError>(())
    })?;
    Ok(plan)
}

fn week(state: &mut State, start: Time, luck: &mut Luck) -> Result<(), StateError> {
    let of = |role: Role| CAST.iter().filter(move |person| person.role == role).map(|person| person.login);
    let maintainers: Vec<&str> = of(Role::Maintainer).collect();
    let authors: Vec<&str> =
        of(Role::Contributor).chain(of(Role::Newcomer)).chain(maintainers.iter().copied()).collect();
    let reporters: Vec<&str> = of(Role::Reporter).chain(of(Role::Contributor)).collect();
    for nth in 0..PULLS_A_WEEK {
        let at = start + (nth * 24 + luck.below(20)).cast_signed() * HOUR;
        let repository = repository(state, luck)?;
        let author = luck.one_of(&authors).copied().unwrap_or_default();
        let judge = maintainers.iter().copied().find(|login| *login != author).unwrap_or_default();
        let (author, judge) = (state.account_id(author)?, state.account_id(judge)?);
        let files = (0..1 + luck.below(3)).map(|_| file(luck)).collect();
        let title = luck.one_of(&TITLES).copied().unwrap_or_default();
        let pull = state.open_pull(repository, at, author, PullDraft { title, files, ..PullDraft::default() })?;
        let review = state.review(pull, at + HOUR, judge, Verdict::Approved, "Read every line, works here")?;
        let place = Place { path: "src/lib.rs", line: 7, hunk: "@@ -1,6 +1,7 @@\n context\n+line" };
        state.review_comment(pull, review, place, "What happens when this is empty?")?;
        state.merge(pull, at + 2 * HOUR, judge)?;
    }
    let reporter = state.account_id(luck.one_of(&reporters).copied().unwrap_or_default())?;
    let judge = state.account_id(maintainers.first().copied().unwrap_or_default())?;
    let repository = repository(state, luck)?;
    let issue = state.open_issue(repository, start + 30 * HOUR, reporter, "It stops on an empty line", "Every time")?;
    state.label(issue, start + 40 * HOUR, judge, "bug")
}

fn repository(state: &State, luck: &mut Luck) -> Result<RepositoryId, StateError> {
    let (name, _) = luck.one_of(&REPOSITORIES).copied().unwrap_or_default();
    let found = state.repository_named(ORG, name).map(|repository| repository.id);
    found.ok_or_else(|| StateError::UnknownRepository(name.to_owned()))
}

/// Mostly small, sometimes large.
fn file(luck: &mut Luck) -> FileChange {
    let large = luck.below(10) == 0;
    let lines = if large { 300 + luck.below(400) } else { 4 + luck.below(80) };
    FileChange {
        path: luck.one_of(&PATHS).copied().unwrap_or_default().to_owned(),
        additions: u32::try_from(lines).unwrap_or_default(),
        deletions: u32::try_from(lines / 4).unwrap_or_default(),
        change: ChangeType::Modified,
    }
}
