//! The connections of a repository, each read on from its cursor to its end.

use super::account::Seen;
use super::answer::{Connection, DiscussionNode, IssueNode, PageData, PageInfo, PullNode, RestComment, UnmergedNode};
use super::error::FetchError;
use super::github::Rest;
use super::heads::Head;
use super::rows::{self, Source};
use super::sync::{Sync, Watch};
use super::{normalise, queries, time};
use crate::store::{Repository, Row, Saved};
use serde::de::DeserializeOwned;
use serde_json::json;

/// With files, timeline and a page of those that are not merged 100 requests by GitHub's formula: one
/// point a page.
const PULLS_A_PAGE: u64 = 49;
/// With a timeline 100 requests: one point a page.
const ISSUES_A_PAGE: u64 = 99;
const SCALARS_A_PAGE: u64 = 100;

type Result<T> = std::result::Result<T, FetchError>;

/// One connection and how it is asked for.
struct Asked {
    name: &'static str,
    query: &'static str,
    first: u64,
}

impl Sync<'_> {
    /// Adds to `rode` what came of others on the way.
    pub(super) async fn pulls(&self, repository: &Repository, head: &Head, rode: &mut Saved) -> Result<Saved> {
        let asked = Asked { name: "pulls", query: queries::PULLS, first: PULLS_A_PAGE };
        self.connection(repository, head, asked, Some(rode), async |nodes: Vec<PullNode>, seen: &mut Seen| {
            self.pull_rows(repository, nodes, seen).await
        })
        .await
    }

    pub(super) async fn unmerged(&self, repository: &Repository, head: &Head) -> Result<Saved> {
        let asked = Asked { name: "unmerged", query: queries::UNMERGED, first: SCALARS_A_PAGE };
        self.connection(repository, head, asked, None, async |nodes: Vec<UnmergedNode>, seen: &mut Seen| {
            nodes.into_iter().map(|node| unmerged_row(repository, node, seen)).collect()
        })
        .await
    }

    pub(super) async fn issues(&self, repository: &Repository, head: &Head) -> Result<Saved> {
        let asked = Asked { name: "issues", query: queries::ISSUES, first: ISSUES_A_PAGE };
        self.connection(repository, head, asked, None, async |nodes: Vec<IssueNode>, seen: &mut Seen| {
            let mut rows = Vec::new();
            for node in nodes {
                rows.push(self.issue_row(repository, node, seen).await?);
            }
            Ok(rows)
        })
        .await
    }

    pub(super) async fn discussions(&self, repository: &Repository, head: &Head) -> Result<Saved> {
        let asked = Asked { name: "discussions", query: queries::DISCUSSIONS, first: SCALARS_A_PAGE };
        self.connection(repository, head, asked, None, async |nodes: Vec<DiscussionNode>, seen: &mut Seen| {
            nodes.into_iter().map(|node| Self::discussion_row(repository, node, seen)).collect()
        })
        .await
    }

    async fn connection<N: DeserializeOwned>(
        &self,
        repository: &Repository,
        head: &Head,
        asked: Asked,
        mut rode: Option<&mut Saved>,
        mut rows_of: impl AsyncFnMut(Vec<N>, &mut Seen) -> Result<Vec<Row>>,
    ) -> Result<Saved> {
        let name = asked.name;
        if !self.has_news(repository, name, head).await? {
            return Ok(Saved::default());
        }
        let mut watch = Watch::new(self.progress, repository, name);
        loop {
            let (page, unmerged) = self.page::<N>(repository, &asked, rode.is_some()).await?;
            if let (Some(rode), Some(unmerged)) = (&mut rode, unmerged) {
                **rode += self.ride(repository, unmerged).await?;
            }
            watch.total(page.total_count);
            let (nodes, info) = page.into_parts();
            let mut seen = Seen::default();
            let rows = rows_of(nodes, &mut seen).await?;
            watch.saved(self.save(repository, name, cursor_of(repository, &info)?, rows, seen).await?);
            if !info.has_next_page {
                self.store.set_head(repository.id, name, head.text()).await?;
                return Ok(watch.end());
            }
        }
    }

    async fn page<N: DeserializeOwned>(
        &self,
        repository: &Repository,
        asked: &Asked,
        rides: bool,
    ) -> Result<(Connection<N>, Option<Connection<UnmergedNode>>)> {
        let Repository { owner, name, .. } = repository;
        let what = format!("{} of {owner}/{name}", asked.name);
        let after = self.store.cursor(repository.id, asked.name).await?;
        let riding = if rides { self.store.cursor(repository.id, "unmerged").await? } else { None };
        let variables = |first| {
            if rides {
                json!({"owner": owner, "name": name, "first": first, "after": after, "unmergedAfter": riding})
            } else {
                json!({"owner": owner, "name": name, "first": first, "after": after})
            }
        };
        let (data, _): (PageData<N>, _) = self.github.query_paged(&what, asked.query, asked.first, variables).await?;
        let node = data.repository;
        let node = node.ok_or_else(|| FetchError::NoRepository { owner: owner.clone(), name: name.clone() })?;
        if node.repository.database_id != Some(repository.id) {
            let message = "another repository took over that name meanwhile; run the same command again".to_owned();
            return Err(FetchError::Shape { what, message });
        }
        Ok((node.page, node.unmerged))
    }

    /// A page of unmerged pull requests that came with merged ones, as it costs no point there. What is
    /// left is read by [`Sync::unmerged`], which alone knows when the end is reached.
    async fn ride(&self, repository: &Repository, page: Connection<UnmergedNode>) -> Result<Saved> {
        let (nodes, info) = page.into_parts();
        let mut seen = Seen::default();
        let rows: Result<Vec<Row>> = nodes.into_iter().map(|node| unmerged_row(repository, node, &mut seen)).collect();
        self.save(repository, "unmerged", cursor_of(repository, &info)?, rows?, seen).await
    }

    /// The cursor is the time of the last change that was read. Each page asks anew from there (a page
    /// number would skip comments when an earlier one is edited meanwhile); only when a whole page
    /// lies within that second are the links to further pages followed.
    pub(super) async fn comments(&self, repository: &Repository, head: &Head) -> Result<Saved> {
        if !self.has_news(repository, "comments", head).await? {
            return Ok(Saved::default());
        }
        let Repository { owner, name, .. } = repository;
        let what = format!("review comments of {owner}/{name}");
        let mut watch = Watch::new(self.progress, repository, "comments");
        let mut since = self.store.cursor(repository.id, "comments").await?;
        let mut linked: Option<String> = None;
        loop {
            let path = linked.take().unwrap_or_else(|| {
                let since = since.as_ref().map(|since| format!("&since={since}")).unwrap_or_default();
                format!(
                    "/repos/{owner}/{name}/pulls/comments?sort=updated&direction=asc&per_page={SCALARS_A_PAGE}{since}"
                )
            });
            let answer: Option<Rest<Vec<RestComment>>> = self.github.get(&what, &path).await?;
            let missing = || FetchError::NoRepository { owner: owner.clone(), name: name.clone() };
            let Rest { value, next } = answer.ok_or_else(missing)?;
            let count = value.len();
            let (mut rows, mut seen, mut latest) = (Vec::new(), Seen::default(), None);
            for comment in value {
                latest = latest.max(time::parse(&comment.updated_at));
                let node = comment.node_id.clone();
                rows.push(rows::comment(&normalise::comment(repository, comment, &mut seen)?, node)?);
            }
            // The second itself again: others of it may be on the next page or still to come.
            let cursor = latest.map(|latest| time::format(latest.saturating_sub(1))).max(since.clone());
            let moved = cursor != since;
            watch.saved(self.save(repository, "comments", cursor.clone(), rows, seen).await?);
            since = cursor;
            match next {
                Some(next) if count > 0 => linked = (!moved).then_some(next),
                _ => {
                    self.store.set_head(repository.id, "comments", head.text()).await?;
                    return Ok(watch.end());
                }
            }
        }
    }
}

fn unmerged_row(repository: &Repository, node: UnmergedNode, seen: &mut Seen) -> Result<Row> {
    let record = normalise::unmerged(repository, &node, seen)?;
    let updated = time::parse(&node.updated_at).unwrap_or_default();
    rows::unmerged(&record, Source { node: node.id, updated })
}

/// A next page without a cursor would be asked for for ever.
fn cursor_of(repository: &Repository, page: &PageInfo) -> Result<Option<String>> {
    match &page.end_cursor {
        None if page.has_next_page => Err(FetchError::Shape {
            what: format!("repository {}", repository.full_name()),
            message: "no cursor for the next page".to_owned(),
        }),
        cursor => Ok(cursor.clone()),
    }
}
