//! Records out of the store: those that one window's facts need, or the whole history.

use super::error::FetchError;
use super::facts::Window;
use super::record::{
    CloseEvent, CommentRecord, DiscussionRecord, Excluding, IssueEvent, IssueRecord, PullRecord, Records, Revert,
    Thanks,
};
use crate::store::{LATEST, RecordKind, Store};
use guerdon_core::model::{ContributorId, RepositoryId};
use serde::de::DeserializeOwned;
use std::collections::{BTreeMap, BTreeSet};

type Result<T> = std::result::Result<T, FetchError>;

/// What the facts of one window need, as it was known at `as_of` ([`crate::store::LATEST`]: now):
/// what was accepted in it, its comments, and the pull requests that these name.
pub async fn load(store: &Store, repositories: &[RepositoryId], window: Window, as_of: u64) -> Result<Records> {
    let mut records = Records::default();
    let span = (window.starts, window.ends);
    for repository in repositories.iter().map(|repository| repository.0) {
        let bodies = |kind| store.window(repository, kind, span, as_of);
        records.pulls.extend(parse::<PullRecord>(repository, bodies(RecordKind::Pull).await?)?);
        records.issues.extend(parse::<IssueRecord>(repository, bodies(RecordKind::Issue).await?)?);
        records.discussions.extend(parse::<DiscussionRecord>(repository, bodies(RecordKind::Discussion).await?)?);
    }
    complete(store, repositories, window, as_of, &mut records).await?;
    Ok(records)
}

/// The same of single threads, for a view that is kept up to date.
pub async fn load_threads(
    store: &Store,
    repositories: &[RepositoryId],
    window: Window,
    threads: &BTreeSet<(RepositoryId, u64)>,
    as_of: u64,
) -> Result<Records> {
    let mut records = Records::default();
    for (RepositoryId(repository), number) in threads {
        let bodies = |kind| store.thread(*repository, kind, *number, as_of);
        records.pulls.extend(parse::<PullRecord>(*repository, bodies(RecordKind::Pull).await?)?);
        records.issues.extend(parse::<IssueRecord>(*repository, bodies(RecordKind::Issue).await?)?);
        records.discussions.extend(parse::<DiscussionRecord>(*repository, bodies(RecordKind::Discussion).await?)?);
    }
    complete(store, repositories, window, as_of, &mut records).await?;
    Ok(records)
}

/// Adds what hangs on these records, and what they name.
async fn complete(
    store: &Store,
    repositories: &[RepositoryId],
    window: Window,
    as_of: u64,
    records: &mut Records,
) -> Result<()> {
    let merged: Vec<_> = records.pulls.iter().filter(|pull| window.holds(pull.merged)).collect();
    for pull in &merged {
        let bodies = store.thread(pull.repo.0, RecordKind::Comment, pull.number, as_of).await?;
        records.comments.extend(parse::<CommentRecord>(pull.repo.0, bodies)?);
        let Some(author) = pull.author else { continue };
        let open = store.open_at(author.0, pull.merged).await?.into_iter();
        let others =
            open.map(|(repository, number)| (RepositoryId(repository), number)).filter(|(repository, number)| {
                repositories.contains(repository) && (*repository, *number) != (pull.repo, pull.number)
            });
        records.open.insert((pull.repo, pull.number), others.count() as u64);
    }
    let named = named(store, records, repositories).await?;
    for (repo, number) in named {
        let bodies = store.thread(repo.0, RecordKind::Pull, number, as_of).await?;
        records.pulls.extend(parse::<PullRecord>(repo.0, bodies)?);
    }
    records.bots = bots(store).await?;
    records.logins = logins(store, records).await?;
    Ok(())
}

/// Every merged pull request, for the state before the first epoch.
pub async fn load_history(store: &Store, repositories: &[RepositoryId]) -> Result<Records> {
    let mut records = Records::default();
    for repository in repositories {
        let bodies = store.latest(repository.0, RecordKind::Pull).await?;
        records.pulls.extend(parse::<PullRecord>(repository.0, bodies)?);
    }
    records.bots = bots(store).await?;
    Ok(records)
}

async fn bots(store: &Store) -> Result<BTreeSet<ContributorId>> {
    Ok(store.bots().await?.into_iter().map(ContributorId).collect())
}

/// Pull requests that others close issues with or revert, and that are not there yet.
async fn named(
    store: &Store,
    records: &Records,
    repositories: &[RepositoryId],
) -> Result<BTreeSet<(RepositoryId, u64)>> {
    let mut named = BTreeSet::new();
    let mut commits = BTreeSet::new();
    for event in records.issues.iter().flat_map(|issue| &issue.events) {
        match event {
            IssueEvent::Closed(CloseEvent { pull: Some(pull), .. }) => drop(named.insert((pull.repo, pull.number))),
            IssueEvent::Closed(CloseEvent { commit: Some(commit), .. }) => {
                commits.insert((commit.repo, commit.oid.as_str()));
            }
            IssueEvent::Closed(_) | IssueEvent::Reopened { .. } => {}
        }
    }
    for pull in &records.pulls {
        if let Some(Revert::Commit { oid, .. }) = &pull.reverts {
            commits.insert((pull.repo, oid.as_str()));
        }
    }
    for (repo, oid) in commits {
        named.extend(store.merged_as(repo.0, oid).await?.map(|number| (repo, number)));
    }
    let there: BTreeSet<_> = records.pulls.iter().map(|pull| (pull.repo, pull.number)).collect();
    named.retain(|(repo, number)| repositories.contains(repo) && !there.contains(&(*repo, *number)));
    Ok(named)
}

async fn logins(store: &Store, records: &Records) -> Result<BTreeMap<String, ContributorId>> {
    let named: Vec<String> = named_by(&records.pulls, &records.issues).into_iter().collect();
    let ids = store.ids_of(&named).await?;
    Ok(ids.into_iter().map(|(login, id)| (login, ContributorId(id))).collect())
}

/// Logins that commands name, in lower case.
fn named_by(pulls: &[PullRecord], issues: &[IssueRecord]) -> BTreeSet<String> {
    let pulls = pulls.iter().map(|pull| (&pull.kudos, &pull.exclusions));
    let issues = issues.iter().map(|issue| (&issue.kudos, &issue.exclusions));
    let named = |(kudos, exclusions): (&Vec<Thanks>, &Vec<Excluding>)| {
        let thanked = kudos.iter().map(|one| one.to.clone());
        thanked.chain(exclusions.iter().filter_map(|one| one.whom.clone())).collect::<Vec<_>>()
    };
    pulls.chain(issues).flat_map(named).collect()
}

/// Logins that commands name on what was touched from a moment on, in lower case.
pub(super) async fn named_since(store: &Store, repository: u64, since: u64) -> Result<BTreeSet<String>> {
    let bodies = |kind| store.window(repository, kind, (since, LATEST), LATEST);
    let pulls = parse::<PullRecord>(repository, bodies(RecordKind::Pull).await?)?;
    let issues = parse::<IssueRecord>(repository, bodies(RecordKind::Issue).await?)?;
    Ok(named_by(&pulls, &issues))
}

fn parse<T: DeserializeOwned>(repository: u64, bodies: Vec<String>) -> Result<Vec<T>> {
    let read = |body: &String| {
        serde_json::from_str(body).map_err(|error| FetchError::Record {
            what: format!("a record of repository {repository}"),
            message: error.to_string(),
        })
    };
    bodies.iter().map(read).collect()
}
