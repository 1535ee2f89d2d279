//! The sync: takes a plan, reads what changed since the last time, gives a report.
//!
//! One request tells for many repositories which connections have anything new. Those are read on from
//! their cursors, in the order of the last change; every page is written together with the cursor
//! behind it, so that a crash repeats one page at most.

use super::account::{BotList, Seen};
use super::answer::{AccountNode, OrganizationData, RepositoryData};
use super::error::FetchError;
use super::github::{GitHub, Usage};
use super::heads::{Head, Heads, Shown, repository_of};
use super::progress::Progress;
use super::queries;
use crate::logs;
use crate::store::{Account, Page, Repository, Row, Saved, Store};
use serde::Serialize;
use serde_json::json;
use std::collections::BTreeMap;
use tokio::sync::Mutex;
use tracing::Instrument as _;

#[derive(Clone, Debug, Default)]
pub struct FetchPlan {
    /// Owner and name. When there are any, the organization is not asked for its list.
    pub repositories: Vec<(String, String)>,
    /// All of its public repositories.
    pub organization: Option<String>,
    /// Owner and name of those that are left out.
    pub exclude: Vec<(String, String)>,
    /// Logins that are bots although GitHub does not say so; case does not matter.
    pub bots: Vec<String>,
    /// When this is, UTC seconds by the clock that cutoffs are measured with.
    pub now: u64,
    /// No epoch will look at what was merged before, UTC seconds: what only facts need is not asked for.
    pub facts_from: u64,
    /// Asks again for everything to which something happened from then on, UTC seconds.
    pub reread: Option<u64>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct FetchReport {
    /// Ascending by id.
    pub repositories: Vec<RepositoryReport>,
    /// Listed and known, but not shown by GitHub: deleted, private now, or out of the token's sight.
    pub missing: Vec<Repository>,
    /// All of it, with what no repository caused.
    pub usage: Usage,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RepositoryReport {
    pub repository: Repository,
    pub pulls: Saved,
    pub unmerged: Saved,
    pub issues: Saved,
    pub discussions: Saved,
    pub comments: Saved,
    /// What asking again brought.
    pub reread: Saved,
    pub usage: Usage,
}

/// Brings the store up to what GitHub says now.
pub async fn fetch(
    github: &GitHub,
    store: &Store,
    plan: &FetchPlan,
    progress: &dyn Progress,
) -> Result<FetchReport, FetchError> {
    let before = github.usage();
    let sync = Sync::new(github, store, plan, progress);
    store.list_bots(&sync.bots.logins()).await?;
    let listed = sync.listed(plan).await?;
    let ids: Vec<u64> = listed.iter().map(|repository| repository.id).collect();
    store.set_listed(&ids).await?;
    let nodes: Vec<String> = listed.iter().map(|repository| repository.node.clone()).collect();
    let shown = github.heads(&nodes).await?;
    let mut report = FetchReport::default();
    for (repository, shown) in listed.into_iter().zip(shown) {
        match shown.filter(|shown| shown.repository.id == repository.id) {
            Some(shown) => {
                let place = logs::repository("fetch", &repository.full_name());
                let read = sync.repository(shown, &repository, plan.reread).instrument(place).await?;
                report.repositories.push(read);
            }
            None => report.missing.push(repository),
        }
    }
    report.repositories.sort_by_key(|report| report.repository.id);
    report.usage = github.usage() - before;
    Ok(report)
}

/// Reads single objects of a repository again, by GitHub's global ids.
pub async fn refresh(
    github: &GitHub,
    store: &Store,
    plan: &FetchPlan,
    repository: &Repository,
    nodes: &[String],
) -> Result<Saved, FetchError> {
    Sync::new(github, store, plan, &super::progress::Quiet).refresh(repository, nodes).await
}

impl GitHub {
    /// The repository of that name, as far as the token may see it.
    pub async fn repository(&self, owner: &str, name: &str) -> Result<Repository, FetchError> {
        let what = format!("repository {owner}/{name}");
        let data: RepositoryData =
            self.query(&what, queries::REPOSITORY, json!({"owner": owner, "name": name})).await?;
        let found = data.repository.as_ref().and_then(repository_of);
        found.ok_or_else(|| FetchError::NoRepository { owner: owner.to_owned(), name: name.to_owned() })
    }

    /// Every public repository of an organization, as far as the token may see them.
    pub async fn repositories(&self, login: &str) -> Result<Vec<Repository>, FetchError> {
        let what = format!("repositories of {login}");
        let (mut found, mut after) = (Vec::new(), None);
        loop {
            let variables = json!({"login": login, "after": after});
            let data: OrganizationData = self.query(&what, queries::REPOSITORIES, variables).await?;
            let missing = || FetchError::NoOrganization { login: login.to_owned() };
            let (nodes, page) = data.organization.ok_or_else(missing)?.repositories.into_parts();
            found.extend(nodes.iter().filter_map(repository_of));
            if !page.has_next_page {
                return Ok(found);
            }
            after = page.end_cursor;
        }
    }
}

pub(super) struct Sync<'a> {
    pub(super) github: &'a GitHub,
    pub(super) store: &'a Store,
    pub(super) progress: &'a dyn Progress,
    pub(super) facts_from: u64,
    /// Accounts by the addresses of co-authors, for this run.
    pub(super) addresses: Mutex<BTreeMap<String, Option<AccountNode>>>,
    bots: BotList,
    now: u64,
}

impl<'a> Sync<'a> {
    pub(super) fn new(github: &'a GitHub, store: &'a Store, plan: &FetchPlan, progress: &'a dyn Progress) -> Self {
        let bots = BotList::new(&plan.bots);
        let addresses = Mutex::default();
        Self { github, store, progress, facts_from: plan.facts_from, addresses, bots, now: plan.now }
    }

    /// The repositories that count now, each once, with their ids.
    async fn listed(&self, plan: &FetchPlan) -> Result<Vec<Repository>, FetchError> {
        let mut listed: Vec<Repository> = Vec::new();
        if plan.repositories.is_empty() {
            let login = plan.organization.as_ref().ok_or(FetchError::NothingToFetch)?;
            listed = self.github.repositories(login).await?;
        }
        let stored = self.store.repositories().await?;
        for (owner, name) in &plan.repositories {
            let repository = match stored.iter().find(|stored| stored.is_named(owner, name)) {
                Some(known) => known.clone(),
                None => self.github.repository(owner, name).await?,
            };
            if !repository.is_named(owner, name) {
                let now = repository.full_name();
                tracing::warn!(
                    listed = format!("{owner}/{name}"),
                    now,
                    "a listed repository has a new name; list that"
                );
            }
            // Two names of one repository, before and after a renaming.
            if listed.iter().all(|other| other.id != repository.id) {
                listed.push(repository);
            }
        }
        listed.retain(|repository| !plan.exclude.iter().any(|(owner, name)| repository.is_named(owner, name)));
        for repository in listed.iter().filter(|repository| !stored.contains(repository)) {
            self.store.put_repository(repository).await?;
        }
        Ok(listed)
    }

    async fn repository(
        &self,
        shown: Shown,
        known: &Repository,
        reread: Option<u64>,
    ) -> Result<RepositoryReport, FetchError> {
        let usage = self.github.usage();
        let Shown { repository, heads } = shown;
        if repository != *known {
            self.store.put_repository(&repository).await?;
        }
        let Heads { pulls, unmerged, issues, discussions } = heads;
        // What is read from its beginning in this run has just been asked for.
        let is_new = self.store.cursor(repository.id, "pulls").await?.is_none()
            && self.store.cursor(repository.id, "issues").await?.is_none();
        let talk = pulls.and(&unmerged);
        let mut others = Saved::default();
        let merged = self.pulls(&repository, &pulls, &mut others).await?;
        others += self.unmerged(&repository, &unmerged).await?;
        let mut report = RepositoryReport {
            pulls: merged,
            unmerged: others,
            issues: self.issues(&repository, &issues).await?,
            discussions: self.discussions(&repository, &discussions).await?,
            comments: self.comments(&repository, &talk).await?,
            reread: Saved::default(),
            usage: Usage::default(),
            repository: repository.clone(),
        };
        if let Some(since) = reread {
            report.reread = self.reread(&repository, since, is_new).await?;
        }
        report.usage = self.github.usage() - usage;
        Ok(report)
    }

    /// Whether a connection has to be read on: its head is not the one that was seen last.
    pub(super) async fn has_news(
        &self,
        repository: &Repository,
        connection: &str,
        head: &Head,
    ) -> Result<bool, FetchError> {
        let known = self.store.head(repository.id, connection).await?;
        if known.is_none() && head.is_empty() {
            return Ok(false);
        }
        Ok(head.text().is_none() || known.as_deref() != head.text())
    }

    pub(super) async fn put_account(&self, account: &Account) -> Result<(), FetchError> {
        Ok(self.store.put_account(account, self.bots.contains(&account.login)).await?)
    }

    pub(super) async fn save(
        &self,
        repository: &Repository,
        connection: &str,
        cursor: Option<String>,
        rows: Vec<Row>,
        seen: Seen,
    ) -> Result<Saved, FetchError> {
        let accounts = seen.into_accounts();
        let (cursor, rows, accounts) = (cursor.as_deref(), rows.as_slice(), accounts.as_slice());
        let page = Page { repository: repository.id, connection, cursor, rows, accounts, seen: self.now };
        Ok(self.store.save_page(page, |login| self.bots.contains(login)).await?)
    }
}

/// What was saved of one connection, and who is told.
pub(super) struct Watch<'a> {
    progress: &'a dyn Progress,
    repository: String,
    connection: &'static str,
    begun: bool,
    saved: Saved,
}

impl<'a> Watch<'a> {
    pub(super) fn new(progress: &'a dyn Progress, repository: &Repository, connection: &'static str) -> Self {
        Self { progress, repository: repository.full_name(), connection, begun: false, saved: Saved::default() }
    }

    pub(super) fn total(&mut self, total: Option<u64>) {
        if !self.begun {
            self.progress.begin(&self.repository, self.connection, total);
            self.begun = true;
        }
    }

    pub(super) fn saved(&mut self, page: Saved) {
        self.total(None);
        self.progress.page(&self.repository, self.connection, page.new + page.changed + page.same);
        self.saved += page;
    }

    pub(super) fn end(self) -> Saved {
        self.progress.end(&self.repository, self.connection);
        self.saved
    }
}
