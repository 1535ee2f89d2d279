//! Puts the raw objects of an archive together into the state of a world.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use super::super::model::{
    Account, AccountId, AccountKind, ChangeType, Comment, Commit, CommitAuthor, EventKind, FileChange, Label, Merge,
    Pull, Repository, RepositoryId, Review, ReviewComment, StateReason, Text, Thread, Time, Verdict,
};
use super::super::state::{State, node_id};
use super::super::text::{closing_numbers, co_authors};
use super::super::time;
use super::events::placeholder;
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
        let mut assembly =
            Assembly { state: &mut state, path, report: RepositoryReport::default(), connected: BTreeSet::new() };
        let repository = assembly.repository(repo, folder)?;
        report.repositories.push(assembly.report);
        state.put_repository(repository);
    }
    report.accounts = state.accounts.len();
    Ok((state, report))
}

pub(super) struct Assembly<'s> {
    pub state: &'s mut State,
    pub path: PathBuf,
    pub report: RepositoryReport,
    /// Issues that somebody tied to a pull request by hand; the export does not say to which.
    pub connected: BTreeSet<u32>,
}

pub(super) type Threads = BTreeMap<u32, Thread>;

/// What a repository's folder holds.
pub(super) struct Parts {
    pub threads: Threads,
    pub labels: BTreeMap<String, Label>,
    pub commits: HashMap<String, Commit>,
}

impl Assembly<'_> {
    fn repository(&mut self, repo: raw::Repo, folder: Folder) -> Result<Repository, ArchiveError> {
        let mut repository = self.empty(repo);
        let Parts { threads, labels, commits } = self.parts(folder, BTreeMap::new())?;
        let created = threads.values().map(|t| t.created_at).min();
        if repository.created_at == 0 {
            repository.created_at = created.unwrap_or(0);
        }
        repository.last_number = threads.last_key_value().map_or(0, |(number, _)| *number);
        (repository.threads, repository.labels, repository.commits) = (threads, labels, commits);
        self.report.closers_derived = closers::derive(&mut repository, &self.report.name, &self.connected);
        Ok(repository)
    }

    /// The repository without anything in it; its owner is noted.
    pub fn empty(&mut self, repo: raw::Repo) -> Repository {
        let owner = self.person(Some(repo.owner.clone())).unwrap_or(AccountId(repo.owner.id));
        self.report.name = format!("{}/{}", repo.owner.login, repo.name);
        Repository {
            id: RepositoryId(repo.id),
            node_id: or_made(repo.node_id, "R", repo.id),
            owner,
            name: repo.name,
            private: repo.private,
            archived: repo.archived.unwrap_or(false),
            default_branch: repo.default_branch.unwrap_or_else(|| "main".to_owned()),
            created_at: repo.created_at.as_deref().and_then(time::parse).unwrap_or(0),
            labels: BTreeMap::new(),
            threads: BTreeMap::new(),
            discussions: BTreeMap::new(),
            last_number: 0,
            commits: HashMap::new(),
            attributes: Vec::new(),
        }
    }

    /// Puts together what is in a folder, beside labels that are known already.
    pub fn parts(&mut self, folder: Folder, mut labels: BTreeMap<String, Label>) -> Result<Parts, ArchiveError> {
        for user in folder.users {
            self.person(Some(user));
        }
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
        Ok(Parts { threads, labels, commits })
    }

    pub fn orphan(&mut self, kind: &'static str) {
        *self.report.orphans.entry(kind).or_default() += 1;
    }

    fn time(&self, text: &str) -> Result<Time, ArchiveError> {
        time::parse(text).ok_or_else(|| ArchiveError::Time { file: self.path.clone(), text: text.to_owned() })
    }

    pub fn optional_time(&self, text: Option<&String>) -> Result<Option<Time>, ArchiveError> {
        text.map(|t| self.time(t)).transpose()
    }

    /// Notes the account; a deleted one is nobody.
    pub fn person(&mut self, user: Option<raw::User>) -> Option<AccountId> {
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
            self.state.put_account(Account { id, node_id, login: user.login, kind, suspended_at: None });
        }
        Some(id)
    }

    pub fn define(&mut self, labels: &mut BTreeMap<String, Label>, raw: raw::Label) {
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
            closes: closing_numbers(&body, &self.report.name),
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
}

pub(super) fn or_made(id: String, prefix: &str, number: u64) -> String {
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

pub(super) fn verdict(state: &str) -> Verdict {
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
