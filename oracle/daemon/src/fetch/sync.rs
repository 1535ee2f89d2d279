//! The sync: takes a plan, reads every connection from its cursor on, gives a report.
//!
//! Every page is written together with the cursor behind it, so that a crash repeats one page at
//! most and a second run costs one request a connection. Pull requests and issues come by GraphQL in
//! the order of their last change; review comments by REST, which alone promises to show their edits.

use super::account::{BotList, Seen};
use super::answer::{
    Connection, IssueNode, OrganizationData, PageInfo, PullNode, RepositoryData, RepositoryNode, RestComment,
};
use super::error::FetchError;
use super::github::{GitHub, Rest, Usage};
use super::load::row;
use super::overflow::{Timeline, all_files, all_items};
use super::progress::Progress;
use super::{normalise, queries, time};
use crate::store::{Page, RecordKind, Repository, Row, Saved, Store};
use serde::Serialize;
use serde_json::json;

/// With `files` and `timelineItems` 99 requests by GitHub's formula: one point a page.
const PULLS_A_PAGE: u64 = 49;
/// With `timelineItems` 100 requests: one point a page.
const ISSUES_A_PAGE: u64 = 99;
const COMMENTS_A_PAGE: usize = 100;

#[derive(Clone, Debug, Default)]
pub struct FetchPlan {
    /// Owner and name. When there are any, the organization is not asked for its list.
    pub repositories: Vec<(String, String)>,
    /// All of its public repositories that are not archived.
    pub organization: Option<String>,
    /// Logins that are bots although GitHub does not say so; case does not matter.
    pub bots: Vec<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct FetchReport {
    /// Ascending by id.
    pub repositories: Vec<RepositoryReport>,
    /// All of it, with what no repository caused.
    pub usage: Usage,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RepositoryReport {
    pub repository: Repository,
    pub pulls: Saved,
    pub issues: Saved,
    pub comments: Saved,
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
    let bots = BotList::new(&plan.bots);
    store.list_bots(&bots.logins()).await?;
    let sync = Sync { github, store, bots, progress };
    let mut report = FetchReport::default();
    for repository in sync.repositories(plan).await? {
        let usage = github.usage();
        let repository = sync.confirmed(repository).await?;
        // Two names of one repository, before and after a renaming.
        if report.repositories.iter().any(|report| report.repository.id == repository.id) {
            continue;
        }
        let (repository, pulls) = sync.pulls(repository).await?;
        let (repository, issues) = sync.issues(repository).await?;
        let comments = sync.comments(&repository).await?;
        let usage = github.usage() - usage;
        report.repositories.push(RepositoryReport { repository, pulls, issues, comments, usage });
    }
    report.repositories.sort_by_key(|report| report.repository.id);
    report.usage = github.usage() - before;
    Ok(report)
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

struct Sync<'a> {
    github: &'a GitHub,
    store: &'a Store,
    bots: BotList,
    progress: &'a dyn Progress,
}

/// A repository that is known by name; the id when we met it before.
struct Named {
    owner: String,
    name: String,
    known: Option<Repository>,
}

impl Sync<'_> {
    async fn repositories(&self, plan: &FetchPlan) -> Result<Vec<Named>, FetchError> {
        let stored = self.store.repositories().await?;
        let mut named: Vec<Named> = Vec::new();
        if plan.repositories.is_empty() {
            let login = plan.organization.as_ref().ok_or(FetchError::NothingToFetch)?;
            for repository in self.github.repositories(login).await? {
                self.store.put_repository(&repository).await?;
                let (owner, name) = (repository.owner.clone(), repository.name.clone());
                named.push(Named { owner, name, known: Some(repository) });
            }
            return Ok(named);
        }
        for (owner, name) in &plan.repositories {
            let same = |a: &str, b: &str| a.eq_ignore_ascii_case(b);
            if named.iter().any(|other| same(&other.owner, owner) && same(&other.name, name)) {
                continue;
            }
            let known = stored.iter().find(|stored| same(&stored.owner, owner) && same(&stored.name, name)).cloned();
            named.push(Named { owner: owner.clone(), name: name.clone(), known });
        }
        Ok(named)
    }

    /// Asks for the id of a repository that was never met.
    async fn confirmed(&self, named: Named) -> Result<Repository, FetchError> {
        if let Some(repository) = named.known {
            return Ok(repository);
        }
        let repository = self.github.repository(&named.owner, &named.name).await?;
        self.store.put_repository(&repository).await?;
        Ok(repository)
    }

    /// A name that another repository took over, or a new name of the same one.
    async fn followed(&self, repository: Repository, node: &RepositoryNode) -> Result<Repository, FetchError> {
        let Some(found) = repository_of(node) else { return Ok(repository) };
        if found.id != repository.id {
            let what = format!("repository {}/{}", repository.owner, repository.name);
            let message = format!(
                "that name now belongs to repository {} (before: {}); list the new name of the old one",
                found.id, repository.id
            );
            return Err(FetchError::Shape { what, message });
        }
        if found != repository {
            self.store.put_repository(&found).await?;
        }
        Ok(found)
    }

    async fn page(&self, repository: &Repository, connection: &str, first: u64) -> Result<RepositoryNode, FetchError> {
        let Repository { owner, name, .. } = repository;
        let query = if connection == "pulls" { queries::PULLS } else { queries::ISSUES };
        let after = self.store.cursor(repository.id, connection).await?;
        let variables = json!({"owner": owner, "name": name, "first": first, "after": after});
        let data: RepositoryData =
            self.github.query(&format!("{connection} of {owner}/{name}"), query, variables).await?;
        data.repository.ok_or_else(|| FetchError::NoRepository { owner: owner.clone(), name: name.clone() })
    }

    async fn pulls(&self, mut repository: Repository) -> Result<(Repository, Saved), FetchError> {
        let mut watch = Watch::new(self.progress, &repository, "pulls");
        loop {
            let mut node = self.page(&repository, "pulls", PULLS_A_PAGE).await?;
            repository = self.followed(repository, &node).await?;
            let Some(pulls) = node.pull_requests.take() else { return Err(lacks(&repository, "pull requests")) };
            watch.total(pulls.total_count);
            let (nodes, info) = pulls.into_parts();
            let (mut rows, mut seen) = (Vec::new(), Seen::default());
            for node in nodes {
                rows.push(self.pull(&repository, node, &mut seen).await?);
            }
            watch.saved(self.save(&repository, "pulls", cursor_of(&repository, &info)?, rows, seen).await?);
            if !info.has_next_page {
                return Ok((repository, watch.end()));
            }
        }
    }

    async fn pull(&self, repository: &Repository, mut node: PullNode, seen: &mut Seen) -> Result<Row, FetchError> {
        let what = format!("pull request {}/{}#{}", repository.owner, repository.name, node.number);
        let files = all_files(self.github, &what, &node.id, node.files.take()).await?;
        if (files.len() as u64) < node.changed_files {
            tracing::warn!(
                what,
                listed = files.len(),
                changed = node.changed_files,
                "GitHub lists only some of the files"
            );
        }
        let first = std::mem::replace(&mut node.timeline_items, Connection::empty());
        let items = all_items(self.github, &what, Timeline::Pull, &node.id, first).await?;
        let record = normalise::pull(repository, node, files, items, seen)?;
        row(RecordKind::Pull, record.number, 0, &record)
    }

    async fn issues(&self, mut repository: Repository) -> Result<(Repository, Saved), FetchError> {
        let mut watch = Watch::new(self.progress, &repository, "issues");
        loop {
            let mut node = self.page(&repository, "issues", ISSUES_A_PAGE).await?;
            repository = self.followed(repository, &node).await?;
            let Some(issues) = node.issues.take() else { return Err(lacks(&repository, "issues")) };
            watch.total(issues.total_count);
            let (nodes, info) = issues.into_parts();
            let (mut rows, mut seen) = (Vec::new(), Seen::default());
            for node in nodes {
                rows.push(self.issue(&repository, node, &mut seen).await?);
            }
            watch.saved(self.save(&repository, "issues", cursor_of(&repository, &info)?, rows, seen).await?);
            if !info.has_next_page {
                return Ok((repository, watch.end()));
            }
        }
    }

    async fn issue(&self, repository: &Repository, mut node: IssueNode, seen: &mut Seen) -> Result<Row, FetchError> {
        let what = format!("issue {}/{}#{}", repository.owner, repository.name, node.number);
        let first = std::mem::replace(&mut node.timeline_items, Connection::empty());
        let items = all_items(self.github, &what, Timeline::Issue, &node.id, first).await?;
        let record = normalise::issue(repository, node, items, seen)?;
        row(RecordKind::Issue, record.number, 0, &record)
    }

    /// The cursor is the time of the last change that was read. Each page asks anew from there (a page
    /// number would skip comments when an earlier one is edited meanwhile); only when a whole page
    /// lies within that second are the links to further pages followed.
    async fn comments(&self, repository: &Repository) -> Result<Saved, FetchError> {
        let Repository { owner, name, .. } = repository;
        let what = format!("review comments of {owner}/{name}");
        let mut watch = Watch::new(self.progress, repository, "comments");
        let mut since = self.store.cursor(repository.id, "comments").await?;
        let mut linked: Option<String> = None;
        loop {
            let path = linked.take().unwrap_or_else(|| {
                let since = since.as_ref().map(|since| format!("&since={since}")).unwrap_or_default();
                format!(
                    "/repos/{owner}/{name}/pulls/comments?sort=updated&direction=asc&per_page={COMMENTS_A_PAGE}{since}"
                )
            });
            let answer: Option<Rest<Vec<RestComment>>> = self.github.get(&what, &path).await?;
            let missing = || FetchError::NoRepository { owner: owner.clone(), name: name.clone() };
            let Rest { value, next } = answer.ok_or_else(missing)?;
            let count = value.len();
            let (mut rows, mut seen, mut latest) = (Vec::new(), Seen::default(), None);
            for comment in value {
                latest = latest.max(time::parse(&comment.updated_at));
                let record = normalise::comment(repository, comment, &mut seen)?;
                rows.push(row(RecordKind::Comment, record.number, record.id, &record)?);
            }
            // The second itself again: others of it may be on the next page or still to come.
            let cursor = latest.map(|latest| time::format(latest.saturating_sub(1))).max(since.clone());
            let moved = cursor != since;
            watch.saved(self.save(repository, "comments", cursor.clone(), rows, seen).await?);
            since = cursor;
            match next {
                Some(next) if count > 0 => linked = (!moved).then_some(next),
                _ => return Ok(watch.end()),
            }
        }
    }

    async fn save(
        &self,
        repository: &Repository,
        connection: &str,
        cursor: Option<String>,
        rows: Vec<Row>,
        seen: Seen,
    ) -> Result<Saved, FetchError> {
        let accounts = seen.into_accounts();
        let (cursor, rows, accounts) = (cursor.as_deref(), rows.as_slice(), accounts.as_slice());
        let page = Page { repository: repository.id, connection, cursor, rows, accounts, seen: time::now() };
        Ok(self.store.save_page(page, |login| self.bots.contains(login)).await?)
    }
}

/// What was saved of one connection, and who is told.
struct Watch<'a> {
    progress: &'a dyn Progress,
    repository: String,
    connection: &'static str,
    begun: bool,
    saved: Saved,
}

impl<'a> Watch<'a> {
    fn new(progress: &'a dyn Progress, repository: &Repository, connection: &'static str) -> Self {
        let repository = format!("{}/{}", repository.owner, repository.name);
        Self { progress, repository, connection, begun: false, saved: Saved::default() }
    }

    fn total(&mut self, total: Option<u64>) {
        if !self.begun {
            self.progress.begin(&self.repository, self.connection, total);
            self.begun = true;
        }
    }

    fn saved(&mut self, page: Saved) {
        self.total(None);
        self.progress.page(&self.repository, self.connection, page.new + page.changed + page.same);
        self.saved.new += page.new;
        self.saved.changed += page.changed;
        self.saved.same += page.same;
    }

    fn end(self) -> Saved {
        self.progress.end(&self.repository, self.connection);
        self.saved
    }
}

fn repository_of(node: &RepositoryNode) -> Option<Repository> {
    Some(Repository { id: node.database_id?, owner: node.owner.login.clone(), name: node.name.clone() })
}

fn lacks(repository: &Repository, what: &str) -> FetchError {
    FetchError::Shape {
        what: format!("repository {}/{}", repository.owner, repository.name),
        message: format!("no {what}"),
    }
}

/// A next page without a cursor would be asked for for ever.
fn cursor_of(repository: &Repository, page: &PageInfo) -> Result<Option<String>, FetchError> {
    match &page.end_cursor {
        None if page.has_next_page => Err(lacks(repository, "cursor for the next page")),
        cursor => Ok(cursor.clone()),
    }
}
