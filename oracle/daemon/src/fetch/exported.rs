//! Objects of an export into the store: takes GitHub's REST objects, gives the same records that the queries
//! would have given, by the same rows and pages. It never asks GitHub and never moves a cursor.
//!
//! An export's objects are brought into the shape of the queries' answers and go the same way from there on, so
//! that there is one place where records are made.

use super::account::{BotList, Seen};
use super::answer::{
    AccountNode, CloserNode, CommentItem, CommitNode, Connection, FileNode, IdNode, IssueNode, Item, LabelItem,
    LabelNode, MessageNode, PullNode, RepositoryId, RestAccount, RestComment, ReviewItem, UnmergedNode,
};
use super::error::FetchError;
use super::normalise::{self, Beside, WholePull};
use super::rows::{self, Source};
use super::time;
use super::trailers::{CoAuthor, co_authors};
use crate::import::closers::{Closer, Survey};
use crate::import::raw::{Comment, Event, FileEntry, Head, Issue, LineComment, Pull, Review, Thread, User};
use crate::store::{LATEST, Page, RecordKind, Repository, Row, Saved, Store};
use std::collections::BTreeMap;

type Result<T> = std::result::Result<T, FetchError>;

/// UTC seconds.
pub(crate) fn seconds(text: &str) -> Option<u64> {
    time::parse(text)
}

pub(crate) fn is_time(text: &str) -> bool {
    seconds(text).is_some()
}

/// What a page of threads came to.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Taken {
    pub(crate) pulls: Saved,
    pub(crate) unmerged: Saved,
    pub(crate) issues: Saved,
    pub(crate) comments: Saved,
    /// Threads that the store knows in the same or a later state.
    pub(crate) kept: u64,
    /// Merged pull requests whose files the export does not name.
    pub(crate) without_files: u64,
}

/// Into which repository an export goes, and what is known beside it.
pub(crate) struct Exported<'a> {
    store: &'a Store,
    repository: &'a Repository,
    survey: &'a Survey,
    /// Accounts by the addresses of their commits, in lower case.
    addresses: &'a BTreeMap<String, User>,
    bots: BotList,
    facts_from: u64,
    now: u64,
    /// Its review comments have been read from GitHub, which knows which of them are gone.
    has_comments: bool,
}

impl<'a> Exported<'a> {
    pub(crate) async fn new(
        store: &'a Store,
        repository: &'a Repository,
        known: (&'a Survey, &'a BTreeMap<String, User>),
        bots: &[String],
        (now, facts_from): (u64, u64),
    ) -> Result<Self> {
        let (bots, (survey, addresses)) = (BotList::new(bots), known);
        store.list_bots(&bots.logins()).await?;
        let has_comments = store.cursor(repository.id, "comments").await?.is_some();
        Ok(Self { store, repository, survey, addresses, bots, facts_from, now, has_comments })
    }

    /// Writes a page of threads, each kind in one transaction.
    pub(crate) async fn page(&self, threads: Vec<Thread>) -> Result<Taken> {
        let mut taken = Taken::default();
        let fresh = self.fresh(threads, &mut taken).await?;
        let (mut pulls, mut unmerged, mut issues) = (Batch::default(), Batch::default(), Batch::default());
        let mut comments = Batch::default();
        for (is_fresh, mut thread) in fresh {
            let number = thread.number();
            let on_lines = std::mem::take(&mut thread.line_comments);
            for comment in on_lines.into_iter().filter(|_| !self.has_comments) {
                comments.rows.push(self.line_comment(number, comment, &mut comments.seen)?);
            }
            match thread.head {
                _ if !is_fresh => {}
                Head::Pull(ref pull) if pull.merged_at.is_some() => {
                    taken.without_files += u64::from(thread.files.is_none());
                    pulls.rows.extend(self.pull(thread, &mut pulls.seen)?);
                }
                Head::Pull(pull) => unmerged.rows.push(self.unmerged(pull, &mut unmerged.seen)?),
                Head::Issue(issue) => {
                    issues.rows.push(self.issue(issue, thread.comments, thread.events, &mut issues.seen)?);
                }
            }
        }
        taken.pulls += self.save("pulls", pulls).await?;
        taken.unmerged += self.save("unmerged", unmerged).await?;
        taken.issues += self.save("issues", issues).await?;
        taken.comments += self.save("comments", comments).await?;
        Ok(taken)
    }

    /// Which of them the store does not know in the same or a later state. An export is older than what was
    /// fetched since.
    async fn fresh(&self, threads: Vec<Thread>, taken: &mut Taken) -> Result<Vec<(bool, Thread)>> {
        let numbers: Vec<u64> = threads.iter().map(Thread::number).collect();
        let mut known: BTreeMap<u64, u64> = BTreeMap::new();
        let repository = self.repository.id;
        for kind in [RecordKind::Pull, RecordKind::Issue, RecordKind::Unmerged] {
            for (number, mut updated) in self.store.updated(repository, kind, &numbers).await? {
                if updated == 0 && self.store.thread(repository, kind, number, LATEST).await?.is_empty() {
                    // A pull request that was merged is gone from the others; else it is gone from GitHub.
                    updated = known.get(&number).copied().unwrap_or(u64::MAX);
                }
                known.entry(number).and_modify(|known| *known = updated.max(*known)).or_insert(updated);
            }
        }
        let mut fresh = Vec::new();
        for thread in threads {
            let is_fresh = known.get(&thread.number()).is_none_or(|known| *known < updated_of(&thread));
            if !is_fresh {
                let kind = match &thread.head {
                    Head::Pull(pull) if pull.merged_at.is_some() => &mut taken.pulls,
                    Head::Pull(_) => &mut taken.unmerged,
                    Head::Issue(_) => &mut taken.issues,
                };
                kind.same += 1;
                taken.kept += 1;
            }
            fresh.push((is_fresh, thread));
        }
        Ok(fresh)
    }

    async fn save(&self, connection: &str, batch: Batch) -> Result<Saved> {
        let (rows, accounts) = (batch.rows, batch.seen.into_accounts());
        let repository = self.repository.id;
        let page = Page { repository, connection, cursor: None, rows: &rows, accounts: &accounts, seen: self.now };
        Ok(self.store.save_page(page, |login| self.bots.contains(login)).await?)
    }

    fn pull(&self, thread: Thread, seen: &mut Seen) -> Result<[Row; 2]> {
        let updated = updated_of(&thread);
        let Thread { head: Head::Pull(pull), comments, reviews, commits, message, files, events, .. } = thread else {
            return Err(FetchError::Shape { what: self.repository.full_name(), message: "no pull request".to_owned() });
        };
        let dismissed: Vec<u64> =
            events.iter().filter_map(|event| Some(event.dismissed_review.as_ref()?.review_id)).collect();
        let number = pull.number;
        let title = pull.title.unwrap_or_default();
        let derived = || format!("Merge {}#{number}: {title}", self.repository.full_name());
        let message = message.unwrap_or_else(derived);
        let merge_commit = pull.merge_commit_sha.map(|oid| CommitNode { id: oid.clone(), oid, message, file: None });
        let mut items: Vec<Item> = commits
            .into_iter()
            .map(|commit| MessageNode { id: commit.sha, message: commit.commit.message, author: None })
            .map(|commit| Item::PullRequestCommit { commit })
            .collect();
        items.extend(reviews.into_iter().map(|review| review_item(review, &dismissed)));
        items.extend(comments.into_iter().map(comment_item));
        items.extend(in_order(events).into_iter().filter_map(event_item));
        let node = PullNode {
            id: pull.node_id.clone(),
            number,
            title,
            body: pull.body.unwrap_or_default(),
            last_edited_at: None,
            created_at: pull.created_at,
            merged_at: pull.merged_at,
            updated_at: pull.updated_at,
            repository: RepositoryId { database_id: Some(self.repository.id) },
            changed_files: 0,
            author: pull.user.map(account),
            merged_by: pull.merged_by.map(account),
            merge_commit,
            files: None,
            timeline_items: Connection::empty(),
        };
        let whole = WholePull { node, files: files.into_iter().flatten().map(file_node).collect(), items };
        let beside = Beside { authors: self.authors(&whole), ..Beside::default() };
        let record = normalise::pull(self.repository, whole, &beside, seen)?;
        let row = rows::pull(&record, Source { node: pull.node_id, updated })?;
        Ok([Row::gone(RecordKind::Unmerged, number, 0), row])
    }

    /// The accounts behind the addresses in its trailers, where an epoch will look.
    fn authors(&self, whole: &WholePull) -> BTreeMap<String, AccountNode> {
        let merged = whole.node.merged_at.as_deref().and_then(time::parse);
        if merged.is_none_or(|merged| merged < self.facts_from) {
            return BTreeMap::new();
        }
        let known = |author| match author {
            CoAuthor::Id(_) => None,
            CoAuthor::Address(address) => self.addresses.get(&address).map(|user| (address, account(user.clone()))),
        };
        whole.messages().flat_map(|(_, message)| co_authors(message)).filter_map(known).collect()
    }

    fn unmerged(&self, pull: Pull, seen: &mut Seen) -> Result<Row> {
        let updated = seconds(&pull.updated_at).unwrap_or_default();
        let node = UnmergedNode {
            id: pull.node_id,
            number: pull.number,
            created_at: pull.created_at,
            closed_at: pull.closed_at,
            updated_at: pull.updated_at,
            author: pull.user.map(account),
        };
        let record = normalise::unmerged(self.repository, &node, seen)?;
        rows::unmerged(&record, Source { node: node.id, updated })
    }

    fn issue(&self, issue: Issue, comments: Vec<Comment>, events: Vec<Event>, seen: &mut Seen) -> Result<Row> {
        let updated = seconds(&issue.updated_at).unwrap_or_default();
        let mut items: Vec<Item> = comments.into_iter().map(comment_item).collect();
        let closings = self.closings(&issue, in_order(events), &mut items);
        items.extend(closings);
        let node = IssueNode {
            id: issue.node_id.clone(),
            number: issue.number,
            created_at: issue.created_at,
            updated_at: issue.updated_at,
            repository: RepositoryId { database_id: Some(self.repository.id) },
            author: issue.user.map(account),
            timeline_items: Connection::empty(),
        };
        let record = normalise::issue(self.repository, node, items, seen)?;
        rows::issue(&record, Source { node: issue.node_id, updated })
    }

    /// Closings and reopenings, with one added where the events do not lead to the state that the issue is in.
    /// What else happened goes to `items`.
    fn closings(&self, issue: &Issue, events: Vec<Event>, items: &mut Vec<Item>) -> Vec<Item> {
        let mut turns: Vec<(String, Option<Option<String>>)> = Vec::new();
        for event in events {
            match (event.event.as_str(), event.created_at.clone(), event.id) {
                ("closed", Some(at), Some(_)) => turns.push((at, Some(event.commit_id))),
                ("reopened", Some(at), Some(_)) => turns.push((at, None)),
                _ => items.extend(event_item(event)),
            }
        }
        let is_closed = issue.state.eq_ignore_ascii_case("closed");
        let ends_closed = turns.last().is_some_and(|(_, closing)| closing.is_some());
        if is_closed && !ends_closed {
            turns.push((issue.closed_at.clone().unwrap_or_else(|| issue.updated_at.clone()), Some(None)));
        } else if !is_closed && ends_closed {
            turns.push((issue.updated_at.clone(), None));
        }
        // The reason is the last closing's; of earlier ones an export keeps none, and most were of what was done.
        let last = turns.iter().rposition(|(_, closing)| closing.is_some()).filter(|_| is_closed);
        let reason = match issue.state_reason.as_deref() {
            // As GitHub says it to whoever does not ask for duplicates by name.
            Some("not_planned" | "duplicate") => "NOT_PLANNED",
            _ => "COMPLETED",
        };
        let item = |(place, (created_at, closing)): (usize, (String, Option<Option<String>>))| match closing {
            None => Item::ReopenedEvent { created_at },
            Some(commit) => {
                let state_reason = Some(if last == Some(place) { reason } else { "COMPLETED" }.to_owned());
                let closer = self.closer(issue.number, &created_at, commit);
                Item::ClosedEvent { created_at, state_reason, closer }
            }
        };
        turns.into_iter().enumerate().map(item).collect()
    }

    fn closer(&self, issue: u64, at: &str, commit: Option<String>) -> Option<CloserNode> {
        let repository = RepositoryId { database_id: Some(self.repository.id) };
        match self.survey.closer(issue, seconds(at)?, commit.as_deref())? {
            Closer::Pull(number, merged) => Some(CloserNode::PullRequest {
                number,
                merged_at: Some(merged.at.clone()),
                repository,
                author: merged.author.clone().map(account),
                merged_by: merged.merger.clone().map(account),
            }),
            Closer::Commit => Some(CloserNode::Commit { oid: commit?, repository }),
        }
    }

    fn line_comment(&self, number: u64, comment: LineComment, seen: &mut Seen) -> Result<Row> {
        let node = comment.node_id.clone();
        let comment = RestComment {
            id: comment.id,
            node_id: comment.node_id,
            pull_request_review_id: comment.pull_request_review_id,
            pull_request_url: format!("pulls/{number}"),
            path: comment.path,
            diff_hunk: comment.diff_hunk,
            updated_at: comment.created_at.clone(),
            created_at: comment.created_at,
            user: comment.user.map(|user| RestAccount { kind: kind_of(&user), id: user.id, login: user.login }),
        };
        rows::comment(&normalise::comment(self.repository, comment, seen)?, node)
    }
}

#[derive(Default)]
struct Batch {
    rows: Vec<Row>,
    seen: Seen,
}

/// A pull request without its files is never up to date: the next fetch asks for it.
fn updated_of(thread: &Thread) -> u64 {
    match &thread.head {
        Head::Pull(pull) if pull.merged_at.is_some() && thread.files.is_none() => 0,
        Head::Pull(pull) => seconds(&pull.updated_at).unwrap_or_default(),
        Head::Issue(issue) => seconds(&issue.updated_at).unwrap_or_default(),
    }
}

/// Older exports do not say of what kind an account is.
fn kind_of(user: &User) -> String {
    if user.kind.is_empty() { "User".to_owned() } else { user.kind.clone() }
}

fn account(user: User) -> AccountNode {
    AccountNode { kind: kind_of(&user), login: user.login, database_id: Some(user.id) }
}

fn in_order(mut events: Vec<Event>) -> Vec<Event> {
    events.sort_by_key(|event| (event.created_at.as_deref().and_then(seconds), event.id));
    events
}

fn file_node(file: FileEntry) -> FileNode {
    let change_type = match file.status.as_str() {
        "added" => "ADDED",
        "removed" => "DELETED",
        "renamed" => "RENAMED",
        "copied" => "COPIED",
        _ => "MODIFIED",
    };
    let FileEntry { filename: path, additions, deletions, .. } = file;
    FileNode { path, additions, deletions, change_type: change_type.to_owned() }
}

/// A text that changed after it was written was edited then.
fn comment_item(comment: Comment) -> Item {
    let written = seconds(&comment.created_at);
    Item::IssueComment(CommentItem {
        full_database_id: Some(comment.id),
        last_edited_at: comment.updated_at.filter(|updated| seconds(updated) > written),
        created_at: comment.created_at,
        is_minimized: false,
        body: comment.body.unwrap_or_default(),
        author: comment.user.map(account),
    })
}

fn review_item(review: Review, dismissed: &[u64]) -> Item {
    let state = if dismissed.contains(&review.id) { "DISMISSED".to_owned() } else { state_of(&review.state) };
    Item::PullRequestReview(ReviewItem {
        full_database_id: Some(review.id),
        state,
        submitted_at: review.submitted_at,
        last_edited_at: None,
        is_minimized: false,
        body: review.body.unwrap_or_default(),
        author: review.user.map(account),
    })
}

/// REST writes a review's state in small letters in timelines.
fn state_of(state: &str) -> String {
    state.to_ascii_uppercase()
}

/// Of what has neither an id nor a time, and of what no record keeps, there is none.
fn event_item(event: Event) -> Option<Item> {
    let (created_at, _) = event.created_at.zip(event.id)?;
    let label = |label: Option<crate::import::raw::Label>, actor: Option<User>, created_at| {
        let name = label?.name;
        Some(LabelItem { created_at, actor: actor.map(account), label: Some(LabelNode { name }) })
    };
    match event.event.as_str() {
        "labeled" => label(event.label, event.actor, created_at).map(Item::LabeledEvent),
        "unlabeled" => label(event.label, event.actor, created_at).map(Item::UnlabeledEvent),
        "renamed" => Some(Item::RenamedTitleEvent { created_at, previous_title: event.rename?.from }),
        "review_dismissed" => {
            let dismissed = event.dismissed_review?;
            Some(Item::ReviewDismissedEvent {
                created_at,
                previous_review_state: state_of(&dismissed.state),
                review: Some(IdNode { full_database_id: Some(dismissed.review_id) }),
            })
        }
        _ => None,
    }
}
