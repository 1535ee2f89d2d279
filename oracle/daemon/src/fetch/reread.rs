//! The re-reading: asks again for everything that may still become a fact, so that what webhooks and
//! cursors missed, and what was deleted or moved away, is known before an epoch is cut.

use super::answer::{NodeData, ThreadNode, TouchedItem, TouchedNode};
use super::error::FetchError;
use super::github::GitHub;
use super::load::named_since;
use super::objects::OBJECTS_A_REQUEST;
use super::progress::Quiet;
use super::sync::{FetchPlan, Sync, Watch};
use super::{queries, time};
use crate::store::{RecordKind, Repository, Saved, Store};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

/// Each costs a point.
const MAX_LOGINS: usize = 200;

type Result<T> = std::result::Result<T, FetchError>;

/// How many threads that the store does not know are looked for at once: each costs a request, and whoever names
/// them may have made them up.
const MAX_UNKNOWN: usize = 100;

/// Reads single threads of a repository again with what hangs on them, and whose the logins are that
/// commands name from `since` on. What the store does not know yet is looked for by its number.
pub async fn reread_threads(
    github: &GitHub,
    store: &Store,
    plan: &FetchPlan,
    repository: &Repository,
    numbers: &BTreeSet<u64>,
    since: u64,
) -> Result<Saved> {
    let sync = Sync::new(github, store, plan, &Quiet);
    let (mut ids, mut comments, mut unknown) = (Vec::new(), Vec::new(), Vec::new());
    for number in numbers {
        let before = ids.len();
        for kind in [RecordKind::Pull, RecordKind::Unmerged, RecordKind::Issue, RecordKind::Discussion] {
            ids.extend(store.under(repository.id, kind, *number).await?.into_iter().map(|known| known.node));
        }
        if ids.len() == before {
            unknown.push(*number);
        }
        comments.extend(store.under(repository.id, RecordKind::Comment, *number).await?);
    }
    if unknown.len() > MAX_UNKNOWN {
        let (repository, unknown) = (repository.full_name(), unknown.len());
        tracing::warn!(repository, unknown, asked = MAX_UNKNOWN, "more unknown threads are named than are looked for");
    }
    for number in unknown.into_iter().take(MAX_UNKNOWN) {
        ids.extend(sync.find(repository, number).await?);
    }
    let mut saved = sync.refresh(repository, &ids).await?;
    saved += sync.refresh_comments(repository, &comments).await?;
    sync.resolve(repository, since).await?;
    Ok(saved)
}

impl Sync<'_> {
    /// Everything of one repository to which something happened from `since` on. Objects that were read in
    /// this run already are not asked for again.
    pub(super) async fn reread(&self, repository: &Repository, since: u64, is_new: bool) -> Result<Saved> {
        let mut watch = Watch::new(self.progress, repository, "re-reading");
        let mut ids = BTreeSet::new();
        if !is_new {
            ids = self.missed(repository, since).await?;
            for kind in [RecordKind::Pull, RecordKind::Issue, RecordKind::Discussion] {
                let touched = self.store.touched_since(repository.id, kind, since).await?;
                ids.extend(touched.into_iter().map(|known| known.node));
            }
        }
        watch.total(Some(ids.len() as u64));
        let ids: Vec<String> = ids.into_iter().collect();
        for ids in ids.chunks(OBJECTS_A_REQUEST) {
            watch.saved(self.refresh(repository, ids).await?);
        }
        // REST says neither what was deleted nor what is minimized.
        let mut comments = Vec::new();
        for pull in self.store.touched_since(repository.id, RecordKind::Pull, since).await? {
            comments.extend(self.store.under(repository.id, RecordKind::Comment, pull.number).await?);
        }
        watch.saved(self.refresh_comments(repository, &comments).await?);
        self.resolve(repository, since).await?;
        Ok(watch.end())
    }

    /// What has this number in a repository: an issue, a pull request or a discussion, if anything.
    async fn find(&self, repository: &Repository, number: u64) -> Result<Option<String>> {
        let what = format!("{}#{number}", repository.full_name());
        // A number that GitHub cannot have is nobody's.
        let Ok(number) = i32::try_from(number) else { return Ok(None) };
        for discussion in [false, true] {
            let variables = json!({"id": repository.node, "number": number, "discussion": discussion});
            let data: NodeData<ThreadNode> = self.github.query(&what, queries::THREAD, variables).await?;
            let gone = || FetchError::NoRepository { owner: repository.owner.clone(), name: repository.name.clone() };
            let node = data.node.ok_or_else(gone)?;
            if let Some(id) = node.issue_or_pull_request.or(node.discussion).and_then(|found| found.id) {
                return Ok(Some(id));
            }
        }
        Ok(None)
    }

    /// Whose the logins are that commands name: a login may have gone to somebody else, or to nobody.
    async fn resolve(&self, repository: &Repository, since: u64) -> Result<()> {
        let named = named_since(self.store, repository.id, since).await?;
        if named.len() > MAX_LOGINS {
            let (repository, named) = (repository.full_name(), named.len());
            tracing::warn!(repository, named, asked = MAX_LOGINS, "commands name more people than are looked up");
        }
        for login in named.iter().take(MAX_LOGINS) {
            match self.github.account(login).await {
                Ok(account) => {
                    self.store.forget_login(login).await?;
                    self.put_account(&account).await?;
                }
                Err(FetchError::NoAccount { .. }) => self.store.forget_login(login).await?,
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// What GitHub says changed since, and the store does not know at that state.
    async fn missed(&self, repository: &Repository, since: u64) -> Result<BTreeSet<String>> {
        let what = format!("the latest changes of {}", repository.full_name());
        let mut missed = BTreeSet::new();
        let (mut pulls_after, mut issues_after): (Option<String>, Option<String>) = (None, None);
        let (mut pulls_done, mut issues_done) = (false, false);
        while !(pulls_done && issues_done) {
            let variables = json!({"id": repository.node, "pulls": pulls_after, "issues": issues_after});
            let data: NodeData<TouchedNode> = self.github.query(&what, queries::TOUCHED, variables).await?;
            let gone = || FetchError::NoRepository { owner: repository.owner.clone(), name: repository.name.clone() };
            let node = data.node.ok_or_else(gone)?;
            for (kind, connection, after, done) in [
                (RecordKind::Pull, node.pull_requests, &mut pulls_after, &mut pulls_done),
                (RecordKind::Issue, node.issues, &mut issues_after, &mut issues_done),
            ] {
                let (items, info) = connection.into_parts();
                if *done {
                    continue;
                }
                let mut recent = BTreeMap::new();
                for item in items {
                    let TouchedItem { id, number, updated_at } = item;
                    let message = format!("no time: {updated_at:?}");
                    let updated =
                        time::parse(&updated_at).ok_or_else(|| FetchError::Shape { what: what.clone(), message })?;
                    if updated < since {
                        *done = true;
                    } else {
                        recent.insert(number, (id, updated));
                    }
                }
                let numbers: Vec<u64> = recent.keys().copied().collect();
                let known = self.store.updated(repository.id, kind, &numbers).await?;
                let differs = |(number, (_, updated)): &(u64, (String, u64))| known.get(number) != Some(updated);
                missed.extend(recent.into_iter().filter(differs).map(|(_, (id, _))| id));
                *done |= !info.has_next_page || info.end_cursor.is_none();
                *after = info.end_cursor;
            }
        }
        Ok(missed)
    }
}
