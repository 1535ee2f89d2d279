//! Whole objects: finishes what a page holds only the beginning of, asks for what lies beside it, and
//! reads single objects again by GitHub's ids.

use super::account::Seen;
use super::answer::{
    AccountNode, BlobData, CommitAuthorsNode, Connection, DiscussionNode, GitActor, IssueNode, NodesData, ObjectNode,
    PullNode, ReviewCommentNode,
};
use super::attributes::MAX_TEXT;
use super::error::FetchError;
use super::normalise::{Beside, WholePull};
use super::overflow::{Timeline, all_files, all_items};
use super::rows::{self, Source};
use super::sync::Sync;
use super::trailers::{CoAuthor, co_authors};
use super::{normalise, queries, time};
use crate::store::{Known, RecordKind, Repository, Row, Saved};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

/// One point: with files and a timeline each, 99 requests by GitHub's formula.
pub(super) const OBJECTS_A_REQUEST: usize = 49;
/// One point: with ten authors each, 100 requests.
const COMMITS_A_REQUEST: usize = 99;
const COMMENTS_A_REQUEST: usize = 100;

type Result<T> = std::result::Result<T, FetchError>;

fn source(what: impl Fn() -> String, node: String, updated_at: &str) -> Result<Source> {
    let wrong = || FetchError::Shape { what: what(), message: format!("no time: {updated_at:?}") };
    Ok(Source { node, updated: time::parse(updated_at).ok_or_else(wrong)? })
}

impl Sync<'_> {
    pub(super) async fn pull_rows(
        &self,
        repository: &Repository,
        nodes: Vec<PullNode>,
        seen: &mut Seen,
    ) -> Result<Vec<Row>> {
        let mut whole = Vec::new();
        for node in nodes {
            whole.push(self.whole_pull(repository, node).await?);
        }
        let beside = self.beside(repository, &whole).await?;
        let mut found = Vec::new();
        for pull in whole {
            let what = || format!("pull request {}#{}", repository.full_name(), pull.node.number);
            let source = source(what, pull.node.id.clone(), &pull.node.updated_at)?;
            // It was among those that are not merged, perhaps.
            found.push(Row::gone(RecordKind::Unmerged, pull.node.number, 0));
            found.push(rows::pull(&normalise::pull(repository, pull, &beside, seen)?, source)?);
        }
        Ok(found)
    }

    async fn whole_pull(&self, repository: &Repository, mut node: PullNode) -> Result<WholePull> {
        let what = format!("pull request {}#{}", repository.full_name(), node.number);
        let files = all_files(self.github, &what, &node.id, node.files.take()).await?;
        if (files.len() as u64) < node.changed_files {
            let (listed, changed) = (files.len(), node.changed_files);
            tracing::warn!(what, listed, changed, "GitHub lists only some of the files");
        }
        let first = std::mem::replace(&mut node.timeline_items, Connection::empty());
        let items = all_items(self.github, &what, Timeline::Pull, &node.id, first).await?;
        Ok(WholePull { node, files, items })
    }

    pub(super) async fn issue_row(&self, repository: &Repository, mut node: IssueNode, seen: &mut Seen) -> Result<Row> {
        let what = format!("issue {}#{}", repository.full_name(), node.number);
        let first = std::mem::replace(&mut node.timeline_items, Connection::empty());
        let items = all_items(self.github, &what, Timeline::Issue, &node.id, first).await?;
        let source = source(|| what.clone(), node.id.clone(), &node.updated_at)?;
        rows::issue(&normalise::issue(repository, node, items, seen)?, source)
    }

    pub(super) fn discussion_row(repository: &Repository, node: DiscussionNode, seen: &mut Seen) -> Result<Row> {
        let what = || format!("discussion {}#{}", repository.full_name(), node.number);
        let source = source(what, node.id.clone(), &node.updated_at)?;
        rows::discussion(&normalise::discussion(repository, node, seen)?, source)
    }

    /// What only facts need is not asked for where no epoch will look.
    async fn beside(&self, repository: &Repository, pulls: &[WholePull]) -> Result<Beside> {
        let counts = |pull: &&WholePull| {
            let merged = pull.node.merged_at.as_deref().and_then(time::parse);
            merged.is_some_and(|merged| merged >= self.facts_from)
        };
        let authors = self.authors(repository, pulls.iter().filter(counts)).await?;
        let mut beside = Beside { authors, ..Beside::default() };
        let files: BTreeSet<&str> = pulls
            .iter()
            .filter(counts)
            .filter_map(|pull| Some(pull.node.merge_commit.as_ref()?.file.as_ref()?.oid.as_str()))
            .collect();
        for oid in files {
            beside.attributes.insert(oid.to_owned(), self.attributes(repository, oid).await?);
        }
        Ok(beside)
    }

    /// The accounts behind addresses in trailers, as GitHub knows them. An address is asked for once a run.
    async fn authors(
        &self,
        repository: &Repository,
        pulls: impl Iterator<Item = &WholePull>,
    ) -> Result<BTreeMap<String, AccountNode>> {
        let mut addresses: BTreeMap<String, &str> = BTreeMap::new();
        let mut known = self.addresses.lock().await;
        let pulls: Vec<&WholePull> = pulls.collect();
        // Whoever wrote a commit is known by its address already.
        let actors = pulls.iter().flat_map(|pull| pull.actors());
        known.extend(actors.filter(|actor| actor.user.is_some()).cloned().filter_map(GitActor::known));
        for (commit, message) in pulls.iter().copied().flat_map(WholePull::messages) {
            for author in co_authors(message) {
                if let CoAuthor::Address(address) = author {
                    addresses.insert(address, commit);
                }
            }
        }
        let asked = |(address, commit): (&String, &&str)| (!known.contains_key(address)).then(|| (*commit).to_owned());
        let commits: Vec<String> = addresses.iter().filter_map(asked).collect::<BTreeSet<_>>().into_iter().collect();
        for ids in commits.chunks(COMMITS_A_REQUEST) {
            let what = format!("co-authors in {}", repository.full_name());
            let data: NodesData<CommitAuthorsNode> =
                self.github.query(&what, queries::COMMIT_AUTHORS, json!({"ids": ids})).await?;
            for actor in data.nodes.into_iter().flatten().flat_map(|commit| commit.authors.nodes).flatten() {
                known.extend(actor.known());
            }
        }
        for address in addresses.keys() {
            // What GitHub did not answer to is not asked again.
            known.entry(address.clone()).or_insert(None);
        }
        let account = |address: &String| Some((address.clone(), known.get(address).cloned().flatten()?));
        Ok(addresses.keys().filter_map(account).collect())
    }

    /// The text of one version of a `.gitattributes` file; it is asked for once and kept.
    async fn attributes(&self, repository: &Repository, oid: &str) -> Result<String> {
        if let Some(known) = self.store.attributes(oid).await? {
            return Ok(known);
        }
        let Repository { owner, name, .. } = repository;
        let what = format!(".gitattributes of {owner}/{name}");
        let variables = json!({"owner": owner, "name": name, "oid": oid});
        let data: BlobData = self.github.query(&what, queries::BLOB, variables).await?;
        let blob = data.repository.and_then(|repository| repository.object);
        let text = blob.filter(|blob| !blob.is_truncated).and_then(|blob| blob.text);
        let text = text.filter(|text| text.len() <= MAX_TEXT).unwrap_or_default();
        self.store.put_attributes(oid, &text).await?;
        Ok(text)
    }

    /// Reads objects again by GitHub's ids. What is gone, or has gone to another repository, is marked so.
    pub(super) async fn refresh(&self, repository: &Repository, ids: &[String]) -> Result<Saved> {
        let (mut saved, mut rest) = (Saved::default(), ids);
        while !rest.is_empty() {
            let what = format!("objects of {}", repository.full_name());
            let some = |count: u64| rest.iter().take(usize::try_from(count).unwrap_or(usize::MAX));
            let most = rest.len().min(OBJECTS_A_REQUEST) as u64;
            let variables = |count| json!({"ids": some(count).collect::<Vec<_>>()});
            let (data, count): (NodesData<ObjectNode>, _) =
                self.github.query_paged(&what, queries::OBJECTS, most, variables).await?;
            let ids: Vec<String> = some(count).cloned().collect();
            saved += self.refreshed(repository, &ids, data.of(&what, ids.len())?).await?;
            rest = rest.get(ids.len()..).unwrap_or_default();
        }
        Ok(saved)
    }

    async fn refreshed(
        &self,
        repository: &Repository,
        ids: &[String],
        nodes: Vec<Option<ObjectNode>>,
    ) -> Result<Saved> {
        let (mut pulls, mut rows, mut seen) = (Vec::new(), Vec::new(), Seen::default());
        let here = |id: Option<u64>| id == Some(repository.id);
        for (id, node) in ids.iter().zip(nodes) {
            match node {
                Some(ObjectNode::PullRequest(pull)) if here(pull.repository.database_id) => {
                    if pull.merged_at.is_some() {
                        pulls.push(*pull);
                    }
                }
                Some(ObjectNode::Issue(issue)) if here(issue.repository.database_id) => {
                    rows.push(self.issue_row(repository, *issue, &mut seen).await?);
                }
                Some(ObjectNode::Discussion(discussion)) if here(discussion.repository.database_id) => {
                    rows.push(Self::discussion_row(repository, *discussion, &mut seen)?);
                }
                Some(_) | None => {
                    let known = self.store.known(id).await?.into_iter().filter(|one| one.repository == repository.id);
                    rows.extend(known.map(|one| Row::gone(one.kind, one.number, one.sub)));
                }
            }
        }
        rows.extend(self.pull_rows(repository, pulls, &mut seen).await?);
        self.save(repository, "objects", None, rows, seen).await
    }

    /// Reads review comments again. What is deleted or minimized is gone.
    pub(super) async fn refresh_comments(&self, repository: &Repository, known: &[Known]) -> Result<Saved> {
        let mut saved = Saved::default();
        for known in known.chunks(COMMENTS_A_REQUEST) {
            let what = format!("review comments of {}", repository.full_name());
            let ids: Vec<&str> = known.iter().map(|one| one.node.as_str()).collect();
            let data: NodesData<ReviewCommentNode> =
                self.github.query(&what, queries::REVIEW_COMMENTS, json!({"ids": ids})).await?;
            let (mut rows, mut seen) = (Vec::new(), Seen::default());
            for (one, node) in known.iter().zip(data.of(&what, known.len())?) {
                let here = |node: &ReviewCommentNode| {
                    !node.is_minimized
                        && node.pull_request.repository.database_id == Some(repository.id)
                        && node.full_database_id == Some(one.sub)
                };
                rows.push(match node.filter(here) {
                    Some(node) => {
                        let id = node.id.clone();
                        rows::comment(&normalise::review_comment(repository, one.sub, node, &mut seen)?, id)?
                    }
                    None => Row::gone(one.kind, one.number, one.sub),
                });
            }
            saved += self.save(repository, "objects", None, rows, seen).await?;
        }
        Ok(saved)
    }
}
