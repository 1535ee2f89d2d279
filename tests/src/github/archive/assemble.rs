//! Puts the raw objects of an archive together into the state of a world.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use super::super::model::{
    Account, AccountId, AccountKind, ChangeType, Closer, Comment, Commit, CommitAuthor, Event, EventKind, FileChange,
    Label, Merge, Pull, Repository, RepositoryId, Review, ReviewComment, StateReason, Text, Thread, Time, Verdict,
};
use super::super::state::{State, node_id};
use super::super::text::{closing_numbers, co_authors};
use super::super::time;
use super::raw::{self, Folder, Sources};
use super::{ArchiveError, LoadReport, RepositoryReport, closers};

/// The account that stands for every deleted one.
const GHOST: u64 = 10_137;

pub fn state(sources: Sources) -> Result<(State, LoadReport), ArchiveError> {
    let mut state = State::default();
    state.add_reader();
    let mut report = LoadReport { unknown_files: sources.unknown_files, ..LoadReport::default() };
    for (path, mut folder) in sources.folders {
        let Some(repo) = folder.repository.take() else {
            if folder.is_empty() {
                continue;
            }
            return Err(ArchiveError::Stray { file: path });
        };
        let mut assembly = Assembly { state: &mut state, path, report: RepositoryReport::default() };
        let repository = assembly.repository(repo, folder)?;
        report.repositories.push(assembly.report);
        state.put_repository(repository);
    }
    report.accounts = state.accounts.len();
    Ok((state, report))
}

impl Folder {
    fn is_empty(&self) -> bool {
        self.pulls.is_empty()
            && self.issues.is_empty()
            && self.comments.is_empty()
            && self.reviews.is_empty()
            && self.review_comments.is_empty()
            && self.pull_commits.is_empty()
            && self.commits.is_empty()
            && self.files.is_empty()
            && self.events.is_empty()
            && self.labels.is_empty()
            && self.users.is_empty()
    }
}

struct Assembly<'s> {
    state: &'s mut State,
    path: PathBuf,
    report: RepositoryReport,
}

type Threads = BTreeMap<u32, Thread>;

impl Assembly<'_> {
    fn repository(&mut self, repo: raw::Repo, folder: Folder) -> Result<Repository, ArchiveError> {
        let owner = self.person(Some(repo.owner.clone())).unwrap_or(AccountId(repo.owner.id));
        self.report.name = format!("{}/{}", repo.owner.login, repo.name);
        for user in folder.users {
            self.person(Some(user));
        }
        let mut labels: BTreeMap<String, Label> = BTreeMap::new();
        for label in folder.labels {
            self.define(&mut labels, label);
        }
        let mut emails: HashMap<String, AccountId> = HashMap::new();
        for commit in &folder.commits {
            if let Some(id) = self.person(commit.author.clone()) {
                emails.insert(commit.commit.author.email.clone(), id);
            }
        }
        let mut commits = HashMap::new();
        for raw in folder.commits {
            let commit = self.commit(raw, &emails)?;
            commits.insert(commit.oid.clone(), commit);
        }
        let mut threads = Threads::new();
        for pull in folder.pulls {
            let thread = self.pull(pull, &commits, &mut labels)?;
            threads.insert(thread.number, thread);
        }
        for issue in folder.issues {
            if issue.pull_request.is_some() {
                if !threads.contains_key(&issue.number) {
                    self.orphan("pulls");
                }
                continue;
            }
            let thread = self.issue(issue, &mut labels)?;
            threads.insert(thread.number, thread);
        }
        for raw in folder.pull_commits {
            let number = raw.pull_number.unwrap_or(0);
            let commit = self.commit(raw, &emails)?;
            match threads.get_mut(&number).and_then(|t| t.pull.as_mut()) {
                Some(pull) => pull.commits.push(commit),
                None => self.orphan("pull_commits"),
            }
        }
        for list in folder.files {
            match threads.get_mut(&list.pull_number).and_then(|t| t.pull.as_mut()) {
                Some(pull) => pull.files = Some(list.files.into_iter().map(file).collect()),
                None => self.orphan("pull_files"),
            }
        }
        self.said(&mut threads, folder.comments, folder.reviews, folder.review_comments)?;
        self.events(&mut threads, &mut labels, folder.events)?;
        self.finish(&mut threads);
        let created = threads.values().map(|t| t.created_at).min();
        let mut repository = Repository {
            id: RepositoryId(repo.id),
            node_id: or_made(repo.node_id, "R", repo.id),
            owner,
            name: repo.name,
            private: repo.private,
            archived: repo.archived.unwrap_or(false),
            default_branch: repo.default_branch.unwrap_or_else(|| "main".to_owned()),
            created_at: repo.created_at.as_deref().and_then(time::parse).or(created).unwrap_or(0),
            labels,
            threads,
            commits,
        };
        self.report.closers_derived = closers::derive(&mut repository);
        Ok(repository)
    }

    fn orphan(&mut self, kind: &'static str) {
        *self.report.orphans.entry(kind).or_default() += 1;
    }

    fn time(&self, text: &str) -> Result<Time, ArchiveError> {
        time::parse(text).ok_or_else(|| ArchiveError::Time { file: self.path.clone(), text: text.to_owned() })
    }

    fn optional_time(&self, text: Option<&String>) -> Result<Option<Time>, ArchiveError> {
        text.map(|t| self.time(t)).transpose()
    }

    /// Notes the account; a deleted one is nobody.
    fn person(&mut self, user: Option<raw::User>) -> Option<AccountId> {
        let user = user.filter(|u| u.id != GHOST)?;
        let id = AccountId(user.id);
        if !self.state.accounts.contains_key(&id) {
            let kind = match user.kind.as_str() {
                "Bot" => AccountKind::Bot,
                "Organization" => AccountKind::Organization,
                "Mannequin" => AccountKind::Mannequin,
                _ => AccountKind::User,
            };
            let node_id = or_made(user.node_id, "U", user.id);
            self.state.put_account(Account { id, node_id, login: user.login, kind });
        }
        Some(id)
    }

    fn define(&mut self, labels: &mut BTreeMap<String, Label>, raw: raw::Label) {
        if labels.contains_key(&raw.name) {
            return;
        }
        let id = raw.id.unwrap_or_else(|| self.state.fresh_id());
        let label = Label {
            id,
            node_id: or_made(raw.node_id.unwrap_or_default(), "LA", id),
            name: raw.name,
            color: raw.color.unwrap_or_else(|| "ededed".to_owned()),
            description: raw.description.unwrap_or_default(),
        };
        labels.insert(label.name.clone(), label);
    }

    fn commit(&mut self, raw: raw::Commit, emails: &HashMap<String, AccountId>) -> Result<Commit, ArchiveError> {
        let account = self.person(raw.author).or_else(|| emails.get(&raw.commit.author.email).copied());
        let co_authors = co_authors(&raw.commit.message)
            .into_iter()
            .map(|a| CommitAuthor { account: emails.get(&a.email).copied(), ..a })
            .collect();
        Ok(Commit {
            oid: raw.sha,
            co_authors,
            authored_at: self.time(&raw.commit.author.date)?,
            committed_at: self.time(&raw.commit.committer.date)?,
            message: raw.commit.message,
            author: CommitAuthor { name: raw.commit.author.name, email: raw.commit.author.email, account },
            parents: raw.parents.into_iter().map(|p| p.sha).collect(),
        })
    }

    fn pull(
        &mut self,
        raw: raw::Pull,
        commits: &HashMap<String, Commit>,
        labels: &mut BTreeMap<String, Label>,
    ) -> Result<Thread, ArchiveError> {
        let body = raw.body.unwrap_or_default();
        let created = self.time(&raw.created_at)?;
        let node = or_made(raw.node_id, "PR", raw.id);
        let mut thread = Thread::new(raw.id, node, raw.number, created, &raw.title, &body);
        thread.author = self.person(raw.user);
        thread.updated_at = self.time(&raw.updated_at)?;
        thread.closed = raw.state == "closed";
        thread.locked = raw.locked;
        for label in raw.labels {
            thread.labels.insert(label.name.clone());
            self.define(labels, label);
        }
        let by = self.person(raw.merged_by);
        let merge = match self.optional_time(raw.merged_at.as_ref())? {
            None => None,
            Some(at) => {
                let oid = raw.merge_commit_sha.unwrap_or_default();
                let known = commits.get(&oid).cloned();
                self.report.merge_messages_derived += usize::from(known.is_none());
                let message = format!("Merge {}#{}: {}", self.report.name, raw.number, raw.title);
                let derived = || Commit {
                    oid,
                    message,
                    author: CommitAuthor::default(),
                    co_authors: Vec::new(),
                    authored_at: at,
                    committed_at: at,
                    parents: vec![raw.head.sha.clone()],
                };
                Some(Merge { at, by, commit: known.unwrap_or_else(derived) })
            }
        };
        if let (true, None, Some(at)) = (thread.closed, &merge, self.optional_time(raw.closed_at.as_ref())?) {
            thread.events.push(placeholder(at, EventKind::Closed { closer: None, reason: None }));
        }
        self.report.pulls += 1;
        self.report.merged += usize::from(merge.is_some());
        thread.pull = Some(Pull {
            draft: raw.draft.unwrap_or(false),
            merge,
            base_ref: raw.base.name,
            head_oid: raw.head.sha,
            additions: raw.additions,
            deletions: raw.deletions,
            changed_files: raw.changed_files,
            files: None,
            commits: Vec::new(),
            reviews: Vec::new(),
            review_comments: Vec::new(),
            closes: closing_numbers(&body),
        });
        Ok(thread)
    }

    fn issue(&mut self, raw: raw::Issue, labels: &mut BTreeMap<String, Label>) -> Result<Thread, ArchiveError> {
        let created = self.time(&raw.created_at)?;
        let node = or_made(raw.node_id, "I", raw.id);
        let mut thread = Thread::new(raw.id, node, raw.number, created, &raw.title, &raw.body.unwrap_or_default());
        thread.author = self.person(raw.user);
        thread.updated_at = self.time(&raw.updated_at)?;
        thread.closed = raw.state == "closed";
        thread.locked = raw.locked;
        for label in raw.labels {
            thread.labels.insert(label.name.clone());
            self.define(labels, label);
        }
        // The reason of the last closing is set when the events are known.
        if let (true, Some(at)) = (thread.closed, self.optional_time(raw.closed_at.as_ref())?) {
            let reason = match raw.state_reason.as_deref() {
                Some("not_planned" | "duplicate") => StateReason::NotPlanned,
                _ => StateReason::Completed,
            };
            thread.events.push(placeholder(at, EventKind::Closed { closer: None, reason: Some(reason) }));
        }
        self.report.issues += 1;
        Ok(thread)
    }

    fn said(
        &mut self,
        threads: &mut Threads,
        comments: Vec<raw::Comment>,
        reviews: Vec<raw::Review>,
        review_comments: Vec<raw::ReviewComment>,
    ) -> Result<(), ArchiveError> {
        for raw in comments {
            let author = self.person(raw.user);
            let created_at = self.time(&raw.created_at)?;
            let body = edited(&raw.body.unwrap_or_default(), created_at, self.optional_time(raw.updated_at.as_ref())?);
            match threads.get_mut(&last_number(&raw.issue_url)) {
                None => self.orphan("issue_comments"),
                Some(thread) => {
                    let node_id = or_made(raw.node_id, "IC", raw.id);
                    thread.comments.push(Comment { id: raw.id, node_id, author, body, created_at, minimized: None });
                    self.report.comments += 1;
                }
            }
        }
        for raw in reviews {
            let author = self.person(raw.user);
            let submitted_at = self.optional_time(raw.submitted_at.as_ref())?;
            let pull = threads.get_mut(&last_number(&raw.pull_request_url)).and_then(|t| t.pull.as_mut());
            let (Some(pull), Some(submitted_at)) = (pull, submitted_at) else {
                self.orphan("reviews");
                continue;
            };
            pull.reviews.push(Review {
                node_id: or_made(raw.node_id, "PRR", raw.id),
                id: raw.id,
                author,
                verdict: verdict(&raw.state),
                body: Text::new(&raw.body.unwrap_or_default()),
                submitted_at,
                dismissed: None,
                minimized: None,
                commit_oid: raw.commit_id.unwrap_or_default(),
            });
            self.report.reviews += 1;
        }
        for raw in review_comments {
            let author = self.person(raw.user);
            let created_at = self.time(&raw.created_at)?;
            let updated_at = self.optional_time(raw.updated_at.as_ref())?.unwrap_or(created_at);
            let Some(pull) = threads.get_mut(&last_number(&raw.pull_request_url)).and_then(|t| t.pull.as_mut()) else {
                self.orphan("review_comments");
                continue;
            };
            pull.review_comments.push(ReviewComment {
                node_id: or_made(raw.node_id, "PRRC", raw.id),
                id: raw.id,
                review: raw.pull_request_review_id,
                author,
                path: raw.path,
                diff_hunk: raw.diff_hunk,
                line: raw.line,
                original_line: raw.original_line,
                position: raw.position,
                original_position: raw.original_position,
                in_reply_to: raw.in_reply_to_id,
                body: edited(&raw.body.unwrap_or_default(), created_at, Some(updated_at)),
                created_at,
                updated_at,
                commit_oid: raw.commit_id,
                minimized: None,
            });
            self.report.review_comments += 1;
        }
        Ok(())
    }

    fn events(
        &mut self,
        threads: &mut Threads,
        labels: &mut BTreeMap<String, Label>,
        events: Vec<raw::Event>,
    ) -> Result<(), ArchiveError> {
        for mut raw in events {
            let actor = self.person(raw.actor.take());
            let at = self.optional_time(raw.created_at.as_ref())?;
            let label = raw.label.as_ref().map(|l| l.name.clone());
            if let Some(label) = raw.label.take() {
                self.define(labels, label);
            }
            let (Some(id), Some(at), Some(kind)) = (raw.id, at, kind(&mut raw, label)) else {
                *self.report.events_skipped.entry(raw.event).or_default() += 1;
                continue;
            };
            let Some(thread) = threads.get_mut(&raw.number) else {
                self.orphan("timeline");
                continue;
            };
            if let (EventKind::ReviewDismissed { review, previous, .. }, Some(pull)) = (&kind, &mut thread.pull) {
                for given in pull.reviews.iter_mut().filter(|r| r.id == *review) {
                    given.verdict = *previous;
                    given.dismissed = Some(at);
                }
            }
            let node_id = or_made(raw.node_id.unwrap_or_default(), "EV", id);
            thread.events.push(Event { id, node_id, at, actor, kind });
            self.report.events += 1;
        }
        Ok(())
    }

    /// Final states that no event leads to get one, then everything is put in order.
    fn finish(&mut self, threads: &mut Threads) {
        for thread in threads.values_mut() {
            let placeholder_at = thread.events.iter().position(|e| e.id == 0);
            let closing = placeholder_at.map(|at| thread.events.remove(at));
            thread.events.sort_by_key(|e| (e.at, e.id));
            let last = thread
                .events
                .iter()
                .rposition(|e| matches!(e.kind, EventKind::Closed { .. } | EventKind::Merged | EventKind::Reopened));
            let reached =
                last.and_then(|at| thread.events.get(at)).is_some_and(|e| !matches!(e.kind, EventKind::Reopened));
            let merge = thread.pull.as_ref().and_then(|p| p.merge.as_ref()).map(|m| (m.at, m.by));
            let mut missing = Vec::new();
            if let Some((at, by)) = merge
                && !thread.events.iter().any(|e| matches!(e.kind, EventKind::Merged))
            {
                missing.push(Event { actor: by, ..placeholder(at, EventKind::Merged) });
            } else if thread.closed && !reached {
                let fallback = || placeholder(thread.updated_at, EventKind::Closed { closer: None, reason: None });
                missing.push(closing.unwrap_or_else(fallback));
            } else if !thread.closed && reached {
                missing.push(placeholder(thread.updated_at, EventKind::Reopened));
            } else if let (Some(given), Some(closed)) = (closing, last.and_then(|at| thread.events.get_mut(at)))
                && let (EventKind::Closed { reason: from, .. }, EventKind::Closed { reason, .. }) =
                    (given.kind, &mut closed.kind)
            {
                *reason = from;
            }
            for mut event in missing {
                event.id = self.state.fresh_id();
                event.node_id = node_id("EV", event.id);
                thread.events.push(event);
                self.report.events_added += 1;
            }
            if let Some(pull) = &thread.pull {
                self.report.commits += pull.commits.len();
                self.report.pulls_without_files += usize::from(pull.files.is_none());
            }
            thread.settle();
        }
    }
}

/// An event whose id is given when it turns out to be needed.
fn placeholder(at: Time, kind: EventKind) -> Event {
    Event { id: 0, node_id: String::new(), at, actor: None, kind }
}

fn or_made(id: String, prefix: &str, number: u64) -> String {
    if id.is_empty() { node_id(prefix, number) } else { id }
}

fn last_number(url: &str) -> u32 {
    Path::new(url).file_name().and_then(|n| n.to_str()).and_then(|n| n.parse().ok()).unwrap_or(0)
}

fn edited(body: &str, created: Time, updated: Option<Time>) -> Text {
    let mut text = Text::new(body);
    if let Some(at) = updated.filter(|at| *at > created) {
        text.edits.push((at, text.first.clone()));
    }
    text
}

fn verdict(state: &str) -> Verdict {
    match state.to_ascii_uppercase().as_str() {
        "APPROVED" => Verdict::Approved,
        "CHANGES_REQUESTED" => Verdict::ChangesRequested,
        "DISMISSED" => Verdict::Dismissed,
        _ => Verdict::Commented,
    }
}

fn file(raw: raw::FileEntry) -> FileChange {
    let change = match raw.status.as_str() {
        "added" => ChangeType::Added,
        "removed" => ChangeType::Deleted,
        "renamed" => ChangeType::Renamed,
        "copied" => ChangeType::Copied,
        "changed" => ChangeType::Changed,
        _ => ChangeType::Modified,
    };
    FileChange { path: raw.filename, additions: raw.additions, deletions: raw.deletions, change }
}

/// What the event is; `None` where nothing here or in GitHub's schema stands for it.
fn kind(raw: &mut raw::Event, label: Option<String>) -> Option<EventKind> {
    Some(match raw.event.as_str() {
        "labeled" => EventKind::Labeled(label?),
        "unlabeled" => EventKind::Unlabeled(label?),
        "closed" => EventKind::Closed { closer: raw.commit_id.take().map(Closer::Commit), reason: None },
        "reopened" => EventKind::Reopened,
        "merged" => EventKind::Merged,
        "renamed" => {
            let rename = raw.rename.take()?;
            EventKind::Renamed { from: rename.from, to: rename.to }
        }
        "ready_for_review" => EventKind::ReadyForReview,
        "convert_to_draft" => EventKind::ConvertToDraft,
        "review_dismissed" => {
            let dismissed = raw.dismissed_review.take()?;
            EventKind::ReviewDismissed {
                review: dismissed.review_id,
                previous: verdict(&dismissed.state),
                message: dismissed.dismissal_message.unwrap_or_default(),
            }
        }
        "head_ref_force_pushed" => EventKind::HeadRefForcePushed { after: raw.commit_id.take() },
        "referenced" => EventKind::Other("ReferencedEvent"),
        "subscribed" => EventKind::Other("SubscribedEvent"),
        "unsubscribed" => EventKind::Other("UnsubscribedEvent"),
        "mentioned" => EventKind::Other("MentionedEvent"),
        "head_ref_deleted" => EventKind::Other("HeadRefDeletedEvent"),
        "head_ref_restored" => EventKind::Other("HeadRefRestoredEvent"),
        "milestoned" => EventKind::Other("MilestonedEvent"),
        "demilestoned" => EventKind::Other("DemilestonedEvent"),
        "review_requested" => EventKind::Other("ReviewRequestedEvent"),
        "review_request_removed" => EventKind::Other("ReviewRequestRemovedEvent"),
        "comment_deleted" => EventKind::Other("CommentDeletedEvent"),
        "locked" => EventKind::Other("LockedEvent"),
        "unlocked" => EventKind::Other("UnlockedEvent"),
        "assigned" => EventKind::Other("AssignedEvent"),
        "unassigned" => EventKind::Other("UnassignedEvent"),
        "marked_as_duplicate" => EventKind::Other("MarkedAsDuplicateEvent"),
        "converted_to_discussion" => EventKind::Other("ConvertedToDiscussionEvent"),
        "user_blocked" => EventKind::Other("UserBlockedEvent"),
        "transferred" => EventKind::Other("TransferredEvent"),
        "pinned" => EventKind::Other("PinnedEvent"),
        "unpinned" => EventKind::Other("UnpinnedEvent"),
        _ => return None,
    })
}
