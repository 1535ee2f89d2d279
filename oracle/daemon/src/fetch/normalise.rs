//! From GitHub's nodes to records: ids for accounts, seconds for times, verdicts for texts.

use super::account::Seen;
use super::answer::{
    AccountNode, CloserNode, CommentItem, DiscussionNode, FileNode, GitActor, IssueNode, Item, LabelItem, PullNode,
    RestComment, ReviewCommentNode, ReviewItem, UnmergedNode,
};
use super::error::FetchError;
use super::record::{
    AcceptedAnswer, CloseEvent, CommentRecord, CommitCloser, DiscussionRecord, Excluding, IssueEvent, IssueRecord,
    LabelEvent, PullCloser, PullRecord, Rename, Revert, ReviewEvent, Spoken, Thanks, UnmergedRecord,
};
use super::text::{Reverted, announces_revert, hunk_name, reverted, verdict_of};
use super::time;
use super::trailers::{CoAuthor, co_authors};
use super::{attributes, commands};
use crate::store::Repository;
use guerdon_core::model::{Change, ContributorId, FileChange, Reason, RepositoryId, Verdict};
use std::collections::{BTreeMap, BTreeSet};

type Result<T> = std::result::Result<T, FetchError>;

fn at(what: &str, text: &str) -> Result<u64> {
    time::parse(text).ok_or_else(|| FetchError::Shape { what: what.to_owned(), message: format!("no time: {text:?}") })
}

fn maybe_at(what: &str, text: Option<&String>) -> Result<Option<u64>> {
    text.map(|text| at(what, text)).transpose()
}

/// A pull request with all that further queries gave.
pub(super) struct WholePull {
    pub(super) node: PullNode,
    pub(super) files: Vec<FileNode>,
    pub(super) items: Vec<Item>,
}

impl WholePull {
    /// Its commits' messages, each with the commit's global id.
    pub(super) fn messages(&self) -> impl Iterator<Item = (&str, &str)> {
        let merge = self.node.merge_commit.iter().map(|commit| (commit.id.as_str(), commit.message.as_str()));
        merge.chain(self.items.iter().filter_map(|item| match item {
            Item::PullRequestCommit { commit } => Some((commit.id.as_str(), commit.message.as_str())),
            _ => None,
        }))
    }

    /// Who wrote its commits.
    pub(super) fn actors(&self) -> impl Iterator<Item = &GitActor> {
        self.items.iter().filter_map(|item| match item {
            Item::PullRequestCommit { commit } => commit.author.as_ref(),
            _ => None,
        })
    }
}

/// What was asked for beside a page of pull requests.
#[derive(Default)]
pub(super) struct Beside {
    /// Whose addresses GitHub knows.
    pub(super) authors: BTreeMap<String, AccountNode>,
    /// Texts of `.gitattributes` files by object id.
    pub(super) attributes: BTreeMap<String, String>,
}

/// `files` and the timeline must be whole already.
pub(super) fn pull(repository: &Repository, whole: WholePull, beside: &Beside, seen: &mut Seen) -> Result<PullRecord> {
    let coauthors = coauthors_of(&whole, beside, seen);
    let WholePull { node, files, items } = whole;
    let what = format!("pull request {}/{}#{}", repository.owner, repository.name, node.number);
    let merged = node.merged_at.as_deref().ok_or_else(|| FetchError::Shape {
        what: what.clone(),
        message: "it is merged but has no time of merge".to_owned(),
    })?;
    let reverts = revert_of(repository, &node, maybe_at(&what, node.last_edited_at.as_ref())?);
    let files = files_of(files);
    let file = node.merge_commit.as_ref().and_then(|commit| commit.file.as_ref());
    let text = file.and_then(|file| beside.attributes.get(&file.oid));
    let generated = text.map(|text| attributes::marked(text, files.iter().map(|file| file.path.as_str())));
    let author = seen.graphql(node.author);
    let mut record = PullRecord {
        repo: RepositoryId(repository.id),
        number: node.number,
        author,
        created: at(&what, &node.created_at)?,
        merged: at(&what, merged)?,
        merger: seen.graphql(node.merged_by),
        commit: node.merge_commit.map(|commit| commit.oid),
        title: node.title,
        renames: Vec::new(),
        files,
        labels: Vec::new(),
        reviews: Vec::new(),
        spoken: Vec::new(),
        reverts,
        coauthors: coauthors.into_iter().filter(|id| Some(*id) != author).collect(),
        generated: generated.unwrap_or_default(),
        kudos: Vec::new(),
        exclusions: Vec::new(),
    };
    let mut dismissals = BTreeMap::new();
    for item in items {
        match item {
            Item::PullRequestReview(review) => record.reviews.extend(review_of(&what, review, seen)?),
            Item::IssueComment(comment) => {
                let Some(said) = said_in(&what, comment, seen)? else { continue };
                if let Some(verdict) = verdict_of(&said.text) {
                    let Said { id, at, by, edited, .. } = said;
                    record.spoken.push(Spoken { id, at, by, verdict, edited });
                }
                said.command(&mut record.kudos, &mut record.exclusions);
            }
            Item::LabeledEvent(event) => record.labels.extend(label_of(&what, event, true, seen)?),
            Item::UnlabeledEvent(event) => record.labels.extend(label_of(&what, event, false, seen)?),
            Item::RenamedTitleEvent { created_at, previous_title } => {
                record.renames.push(Rename { at: at(&what, &created_at)?, from: previous_title });
            }
            Item::ReviewDismissedEvent { created_at, previous_review_state, review } => {
                if let Some(id) = review.and_then(|review| review.full_database_id) {
                    dismissals.insert(id, (at(&what, &created_at)?, verdict_in(&previous_review_state)));
                }
            }
            Item::PullRequestCommit { .. } | Item::ReopenedEvent { .. } | Item::ClosedEvent { .. } | Item::Other => {}
        }
    }
    for review in &mut record.reviews {
        if let Some((when, Some(verdict))) = dismissals.get(&review.id) {
            review.dismissed = Some(*when);
            review.verdict = *verdict;
        }
    }
    record.renames.sort_by_key(|rename| rename.at);
    record.labels.sort_by_key(|label| label.at);
    record.reviews.sort_by_key(|review| (review.at, review.id));
    record.spoken.sort_by_key(|spoken| (spoken.at, spoken.id));
    sort_commands(&mut record.kudos, &mut record.exclusions);
    Ok(record)
}

fn coauthors_of(whole: &WholePull, beside: &Beside, seen: &mut Seen) -> BTreeSet<ContributorId> {
    let named = whole.messages().flat_map(|(_, message)| co_authors(message));
    let known = named.filter_map(|author| match author {
        CoAuthor::Id(id) => Some(id),
        CoAuthor::Address(address) => seen.graphql(beside.authors.get(&address).cloned()),
    });
    known.collect()
}

/// A comment that its author may be held to: not minimized, and by an account that is there.
struct Said {
    id: u64,
    at: u64,
    by: ContributorId,
    edited: Option<u64>,
    text: String,
}

impl Said {
    fn command(&self, kudos: &mut Vec<Thanks>, exclusions: &mut Vec<Excluding>) {
        let Self { id, at, by, edited, .. } = *self;
        let thanks = commands::kudos(&self.text).into_iter();
        kudos.extend(thanks.map(|to| Thanks { id, at, by, to, edited }));
        let taken = commands::exclusions(&self.text).into_iter();
        exclusions.extend(taken.map(|whom| Excluding { at, by, whom, edited }));
    }
}

fn said_in(what: &str, comment: CommentItem, seen: &mut Seen) -> Result<Option<Said>> {
    let by = seen.graphql(comment.author);
    let (Some(by), Some(id), false) = (by, comment.full_database_id, comment.is_minimized) else { return Ok(None) };
    let edited = maybe_at(what, comment.last_edited_at.as_ref())?;
    Ok(Some(Said { id, at: at(what, &comment.created_at)?, by, edited, text: comment.body }))
}

fn sort_commands(kudos: &mut [Thanks], exclusions: &mut [Excluding]) {
    kudos.sort_by(|a, b| (a.at, a.id, &a.to).cmp(&(b.at, b.id, &b.to)));
    exclusions.sort_by(|a, b| (a.at, a.by, &a.whom).cmp(&(b.at, b.by, &b.whom)));
}

fn verdict_in(state: &str) -> Option<Verdict> {
    match state {
        "APPROVED" => Some(Verdict::Approve),
        "CHANGES_REQUESTED" => Some(Verdict::Changes),
        // A dismissed review without its dismissal's event says nothing any more.
        "COMMENTED" | "DISMISSED" => Some(Verdict::Comment),
        _ => None,
    }
}

fn review_of(what: &str, review: ReviewItem, seen: &mut Seen) -> Result<Option<ReviewEvent>> {
    let by = seen.graphql(review.author);
    let (Some(by), Some(id), Some(submitted)) = (by, review.full_database_id, &review.submitted_at) else {
        return Ok(None);
    };
    let Some(mut verdict) = verdict_in(&review.state) else { return Ok(None) };
    let mut edited = None;
    // A verdict in words, where the reviewer pressed none of the buttons.
    let in_words = review.state == "COMMENTED" && !review.is_minimized;
    if let Some(said) = verdict_of(&review.body).filter(|_| in_words) {
        verdict = said;
        edited = maybe_at(what, review.last_edited_at.as_ref())?;
    }
    Ok(Some(ReviewEvent { id, at: at(what, submitted)?, by, verdict, edited, dismissed: None }))
}

fn label_of(what: &str, event: LabelItem, set: bool, seen: &mut Seen) -> Result<Option<LabelEvent>> {
    let by = seen.graphql(event.actor);
    let at = at(what, &event.created_at)?;
    // A label that was deleted since has no name any more.
    Ok(event.label.map(|label| LabelEvent { at, by, name: label.name, set }))
}

fn files_of(files: Vec<FileNode>) -> Vec<FileChange> {
    let mut by_path = BTreeMap::new();
    for file in files {
        let change = match file.change_type.as_str() {
            "ADDED" => Change::Added,
            "COPIED" => Change::Copied,
            "DELETED" => Change::Deleted,
            "RENAMED" => Change::Renamed,
            _ => Change::Modified,
        };
        let FileNode { path, additions, deletions, .. } = file;
        by_path.insert(path.clone(), FileChange { path, additions, deletions, change });
    }
    by_path.into_values().collect()
}

/// The merge commit's message first: it cannot be edited.
fn revert_of(repository: &Repository, node: &PullNode, body_edited: Option<u64>) -> Option<Revert> {
    if !announces_revert(&node.title) {
        return None;
    }
    let message = node.merge_commit.as_ref().map(|commit| commit.message.as_str()).unwrap_or_default();
    [(message, None), (node.body.as_str(), body_edited)].into_iter().find_map(|(text, edited)| {
        match reverted(text, &repository.owner, &repository.name)? {
            Reverted::Pull(number) if number == node.number => None,
            Reverted::Pull(number) => Some(Revert::Pull { number, edited }),
            Reverted::Commit(oid) => Some(Revert::Commit { oid, edited }),
        }
    })
}

pub(super) fn issue(
    repository: &Repository,
    node: IssueNode,
    items: Vec<Item>,
    seen: &mut Seen,
) -> Result<IssueRecord> {
    let what = format!("issue {}/{}#{}", repository.owner, repository.name, node.number);
    let mut record = IssueRecord {
        repo: RepositoryId(repository.id),
        number: node.number,
        author: seen.graphql(node.author),
        created: at(&what, &node.created_at)?,
        labels: Vec::new(),
        events: Vec::new(),
        kudos: Vec::new(),
        exclusions: Vec::new(),
    };
    for item in items {
        match item {
            Item::LabeledEvent(event) => record.labels.extend(label_of(&what, event, true, seen)?),
            Item::UnlabeledEvent(event) => record.labels.extend(label_of(&what, event, false, seen)?),
            Item::ReopenedEvent { created_at } => {
                record.events.push(IssueEvent::Reopened { at: at(&what, &created_at)? });
            }
            Item::ClosedEvent { created_at, state_reason, closer } => {
                let mut close = CloseEvent { at: at(&what, &created_at)?, reason: None, pull: None, commit: None };
                close.reason = state_reason.as_deref().and_then(reason_in);
                closer_of(&what, closer, &mut close, seen)?;
                record.events.push(IssueEvent::Closed(close));
            }
            Item::IssueComment(comment) => {
                if let Some(said) = said_in(&what, comment, seen)? {
                    said.command(&mut record.kudos, &mut record.exclusions);
                }
            }
            _ => {}
        }
    }
    sort_commands(&mut record.kudos, &mut record.exclusions);
    record.labels.sort_by_key(|label| label.at);
    record.events.sort_by_key(|event| match event {
        IssueEvent::Closed(close) => close.at,
        IssueEvent::Reopened { at } => *at,
    });
    Ok(record)
}

pub(super) fn unmerged(repository: &Repository, node: &UnmergedNode, seen: &mut Seen) -> Result<UnmergedRecord> {
    let what = format!("pull request {}/{}#{}", repository.owner, repository.name, node.number);
    Ok(UnmergedRecord {
        repo: RepositoryId(repository.id),
        number: node.number,
        author: seen.graphql(node.author.clone()),
        created: at(&what, &node.created_at)?,
        closed: maybe_at(&what, node.closed_at.as_ref())?,
    })
}

/// A minimized answer, and one whose author is gone, is no answer.
pub(super) fn discussion(repository: &Repository, node: DiscussionNode, seen: &mut Seen) -> Result<DiscussionRecord> {
    let what = format!("discussion {}/{}#{}", repository.owner, repository.name, node.number);
    let chosen = maybe_at(&what, node.answer_chosen_at.as_ref())?;
    let by = node.answer.filter(|answer| !answer.is_minimized).and_then(|answer| seen.graphql(answer.author));
    let accepter = seen.graphql(node.answer_chosen_by);
    Ok(DiscussionRecord {
        repo: RepositoryId(repository.id),
        number: node.number,
        asker: seen.graphql(node.author),
        answer: by.zip(chosen).map(|(by, at)| AcceptedAnswer { by, at, accepter }),
    })
}

fn reason_in(state_reason: &str) -> Option<Reason> {
    match state_reason {
        "COMPLETED" => Some(Reason::Completed),
        "NOT_PLANNED" => Some(Reason::Unplanned),
        "DUPLICATE" => Some(Reason::Duplicate),
        _ => None,
    }
}

fn closer_of(what: &str, closer: Option<CloserNode>, close: &mut CloseEvent, seen: &mut Seen) -> Result<()> {
    match closer {
        Some(CloserNode::PullRequest { number, merged_at, repository, author, merged_by }) => {
            let (author, merger) = (seen.graphql(author), seen.graphql(merged_by));
            let merged = maybe_at(what, merged_at.as_ref())?;
            let repo = repository.database_id.map(RepositoryId);
            close.pull = repo.map(|repo| PullCloser { repo, number, author, merger, merged });
        }
        Some(CloserNode::Commit { oid, repository }) => {
            let repo = repository.database_id.map(RepositoryId);
            close.commit = repo.map(|repo| CommitCloser { repo, oid });
        }
        Some(CloserNode::Other) | None => {}
    }
    Ok(())
}

pub(super) fn comment(repository: &Repository, comment: RestComment, seen: &mut Seen) -> Result<CommentRecord> {
    let what = format!("review comment {} in {}/{}", comment.id, repository.owner, repository.name);
    let number = comment.pull_request_url.rsplit('/').next().and_then(|number| number.parse().ok());
    let message = || format!("no pull request in {:?}", comment.pull_request_url);
    Ok(CommentRecord {
        repo: RepositoryId(repository.id),
        number: number.ok_or_else(|| FetchError::Shape { what: what.clone(), message: message() })?,
        id: comment.id,
        at: at(&what, &comment.created_at)?,
        by: seen.rest(comment.user),
        path: comment.path,
        hunk: hunk_name(comment.diff_hunk.as_deref()),
        review: comment.pull_request_review_id,
    })
}

/// The same record as [`comment`] makes, from GraphQL.
pub(super) fn review_comment(
    repository: &Repository,
    id: u64,
    comment: ReviewCommentNode,
    seen: &mut Seen,
) -> Result<CommentRecord> {
    let what = format!("review comment {id} in {}/{}", repository.owner, repository.name);
    Ok(CommentRecord {
        repo: RepositoryId(repository.id),
        number: comment.pull_request.number,
        id,
        at: at(&what, &comment.created_at)?,
        by: seen.graphql(comment.author),
        path: comment.path,
        hunk: hunk_name(Some(&comment.diff_hunk)),
        review: comment.pull_request_review.and_then(|review| review.full_database_id),
    })
}
