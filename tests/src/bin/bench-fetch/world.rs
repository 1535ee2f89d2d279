//! The sample org, scaled up: a history of merged pull requests and issues, and open ones that the
//! bench merges.

use eyre::{OptionExt as _, Result};
use guerdon_tests::github::model::{
    AccountId, AccountKind, ChangeType, Closer, FileChange, RepositoryId, ThreadRef, Verdict,
};
use guerdon_tests::github::sample::{EPOCH_1_START, FOUNDED, REPOSITORIES};
use guerdon_tests::github::{Place, PullDraft, State, StateError, World};
use guerdon_tests::sandbox::DAY;

pub const START: u64 = EPOCH_1_START.unsigned_abs();
/// The bench stands in the first epoch.
pub const NOW: u64 = START + 3 * DAY;
const PEOPLE: u32 = 200;
/// Merged so many seconds before a delivery tells of it.
const HEADROOM: i64 = 60;

/// The world, and pull requests that wait to be merged.
pub fn scaled(merged: u32, waiting: u32) -> Result<(World, Vec<(ThreadRef, AccountId)>)> {
    let world = World::sample()?;
    let now = NOW.cast_signed();
    world.set_clock(now);
    let threads = world.change(|state| -> Result<_> {
        let people: Vec<AccountId> = (0..PEOPLE)
            .map(|n| state.add_account(95_000_000 + u64::from(n), &format!("person-{n}"), AccountKind::User))
            .collect();
        let mergers = [state.account_id("wren-okafor")?, state.account_id("marisol-vega")?];
        for n in 0..merged {
            // A twentieth lies in the running epoch.
            let (from, to) = if n.is_multiple_of(20) { (EPOCH_1_START, now) } else { (FOUNDED, EPOCH_1_START) };
            let at = from + (to - from - 7_200) * i64::from(n) / i64::from(merged.max(1)) + 3_600;
            let (pull, merger) = open(state, &people, &mergers, n, at)?;
            if n.is_multiple_of(3) {
                state.label(pull, at + 20, merger, "feature")?;
            }
            state.merge(pull, at + 600, merger)?;
            if n.is_multiple_of(2) {
                let author = person(&people, n + 7)?;
                let issue = state.open_issue(repository(n)?, at, author, &format!("It flickers, {n}"), "")?;
                state.label(issue, at + 60, merger, "bug")?;
                state.close_by(issue, at + 601, merger, None, Some(Closer::Pull(pull)))?;
            }
        }
        (0..waiting).map(|n| open(state, &people, &mergers, merged + n, now - 7_200)).collect()
    })?;
    Ok((world, threads))
}

/// Opens a pull request with files, a review with comments, and talk; gives who will merge it.
fn open(
    state: &mut State,
    people: &[AccountId],
    mergers: &[AccountId],
    n: u32,
    at: i64,
) -> Result<(ThreadRef, AccountId)> {
    let (author, reviewer) = (person(people, n)?, person(people, n + 1)?);
    let merger = *mergers.get(n as usize % mergers.len()).ok_or_eyre("nobody merges")?;
    let file = |part: u32| FileChange {
        path: format!("src/part_{}/file_{}.rs", n % 97, n + part),
        additions: 10 + (n * 7 + part) % 200,
        deletions: (n * 3) % 40,
        change: ChangeType::Modified,
    };
    let title = format!("Change number {n}");
    let draft = PullDraft { title: &title, files: (0..1 + n % 6).map(file).collect(), ..PullDraft::default() };
    let pull = state.open_pull(repository(n)?, at, author, draft)?;
    state.comment(pull, at + 100, reviewer, "Let me look at this.")?;
    let review = state.review(pull, at + 200, reviewer, Verdict::Approved, "")?;
    if n.is_multiple_of(2) {
        let path = format!("src/part_{}/file_{n}.rs", n % 97);
        state.review_comment(pull, review, Place { path: &path, line: 3, hunk: "@@ -1 +1 @@\n-a\n+b" }, "Why?")?;
    }
    Ok((pull, merger))
}

fn person(people: &[AccountId], n: u32) -> Result<AccountId> {
    people.get(n as usize % people.len()).copied().ok_or_eyre("there are no people")
}

fn repository(n: u32) -> Result<RepositoryId> {
    let (_, id) = REPOSITORIES.get(n as usize % REPOSITORIES.len()).ok_or_eyre("there are no repositories")?;
    Ok(RepositoryId(*id))
}

/// Merges one that waited.
pub fn merge(world: &World, pull: ThreadRef, merger: AccountId) -> Result<(), StateError> {
    world.change(|state| state.merge(pull, NOW.cast_signed() - HEADROOM, merger))
}
