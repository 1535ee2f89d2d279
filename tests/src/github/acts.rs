//! What people do to pull requests and issues: each act changes the final state and leaves the event GitHub would.
//!
//! Acts of one thread should come in the order of time. An act never touches the clock.

use super::model::{
    AccountId, Closer, Comment, Commit, CommitAuthor, Event, EventKind, FileChange, Merge, Pull, RepositoryId, Review,
    ReviewComment, StateReason, Text, Thread, ThreadRef, Time, Verdict,
};
use super::state::{NodeRef, State, StateError, node_id};
use super::text::{closing_numbers, co_authors, oid};

/// What a pull request is opened with.
#[derive(Debug, Clone, Default)]
pub struct PullDraft<'a> {
    pub title: &'a str,
    pub body: &'a str,
    pub draft: bool,
    pub files: Vec<FileChange>,
    /// One commit for each message; none means one with the title.
    pub commits: Vec<&'a str>,
}

/// Where a review comment stands.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    pub path: &'a str,
    pub line: u32,
    pub hunk: &'a str,
}

impl State {
    pub fn open_issue(
        &mut self,
        repository: RepositoryId,
        at: Time,
        author: AccountId,
        title: &str,
        body: &str,
    ) -> Result<ThreadRef, StateError> {
        self.open(repository, "I", at, author, title, body, None)
    }

    pub fn open_pull(
        &mut self,
        repository: RepositoryId,
        at: Time,
        author: AccountId,
        draft: PullDraft<'_>,
    ) -> Result<ThreadRef, StateError> {
        let account = self.accounts.get(&author);
        let name = account.map_or("", |a| a.login.as_str()).to_owned();
        let messages = if draft.commits.is_empty() { vec![draft.title] } else { draft.commits };
        let commits: Vec<Commit> = messages
            .into_iter()
            .zip(0..)
            .map(|(message, n)| Commit {
                oid: oid(&[&name, message, &at.to_string(), &n.to_string()]),
                message: message.to_owned(),
                author: CommitAuthor {
                    name: name.clone(),
                    email: format!("{}+{name}@users.noreply.example", author.0),
                    account: Some(author),
                },
                co_authors: self.resolve(co_authors(message)),
                authored_at: at - 600,
                committed_at: at - 600 + n * 60,
                parents: vec![oid(&["parent", &name, &at.to_string(), &n.to_string()])],
            })
            .collect();
        let pull = Pull {
            draft: draft.draft,
            merge: None,
            base_ref: "main".to_owned(),
            head_oid: commits.last().map(|c| c.oid.clone()).unwrap_or_default(),
            additions: draft.files.iter().map(|f| f.additions).sum(),
            deletions: draft.files.iter().map(|f| f.deletions).sum(),
            changed_files: u32::try_from(draft.files.len()).unwrap_or(u32::MAX),
            files: Some(draft.files),
            closes: closing_numbers(draft.body, &self.full_name(repository)),
            commits,
            reviews: Vec::new(),
            review_comments: Vec::new(),
        };
        self.open(repository, "PR", at, author, draft.title, draft.body, Some(pull))
    }

    #[expect(clippy::too_many_arguments, reason = "the private common half of the two functions above")]
    fn open(
        &mut self,
        repository: RepositoryId,
        prefix: &str,
        at: Time,
        author: AccountId,
        title: &str,
        body: &str,
        pull: Option<Pull>,
    ) -> Result<ThreadRef, StateError> {
        let id = self.fresh_id();
        let node = node_id(prefix, id);
        let home = self.repository_mut(repository)?;
        let number = home.next_number();
        let mut thread = Thread::new(id, node.clone(), number, at, title, body);
        thread.author = Some(author);
        thread.pull = pull;
        home.threads.insert(number, thread);
        let at = ThreadRef { repository, number };
        self.index_node(&node, NodeRef::Thread(at));
        Ok(at)
    }

    /// Gives co-authors their accounts.
    fn resolve(&self, authors: Vec<CommitAuthor>) -> Vec<CommitAuthor> {
        authors.into_iter().map(|author| CommitAuthor { account: self.account_of(&author.email), ..author }).collect()
    }

    pub fn event(
        &mut self,
        on: ThreadRef,
        at: Time,
        actor: Option<AccountId>,
        kind: EventKind,
    ) -> Result<u64, StateError> {
        let id = self.fresh_id();
        let thread = self.thread_mut(on)?;
        thread.events.push(Event { id, node_id: node_id("EV", id), at, actor, kind });
        thread.settle();
        Ok(id)
    }

    pub fn comment(&mut self, on: ThreadRef, at: Time, author: AccountId, body: &str) -> Result<u64, StateError> {
        let id = self.fresh_id();
        let node = node_id("IC", id);
        let thread = self.thread_mut(on)?;
        thread.comments.push(Comment {
            id,
            node_id: node.clone(),
            author: Some(author),
            body: Text::new(body),
            created_at: at,
            minimized: None,
        });
        thread.settle();
        self.index_node(&node, NodeRef::Comment(on, id));
        Ok(id)
    }

    pub(super) fn pull_mut(&mut self, on: ThreadRef) -> Result<&mut Pull, StateError> {
        self.thread_mut(on)?.pull.as_mut().ok_or(StateError::NotAPull(on))
    }

    pub fn review(
        &mut self,
        on: ThreadRef,
        at: Time,
        author: AccountId,
        verdict: Verdict,
        body: &str,
    ) -> Result<u64, StateError> {
        let id = self.fresh_id();
        let node = node_id("PRR", id);
        let pull = self.pull_mut(on)?;
        let review = Review {
            id,
            node_id: node.clone(),
            author: Some(author),
            verdict,
            body: Text::new(body),
            submitted_at: at,
            dismissed: None,
            minimized: None,
            commit_oid: pull.head_oid.clone(),
        };
        pull.reviews.push(review);
        self.thread_mut(on)?.settle();
        self.index_node(&node, NodeRef::Review(on, id));
        Ok(id)
    }

    /// A comment in the diff, part of a review already given: its author and time are the review's.
    pub fn review_comment(
        &mut self,
        on: ThreadRef,
        review: u64,
        place: Place<'_>,
        body: &str,
    ) -> Result<u64, StateError> {
        let id = self.fresh_id();
        let pull = self.pull_mut(on)?;
        let missing = StateError::UnknownPart { thread: on, what: "review", id: review };
        let given = pull.reviews.iter().find(|r| r.id == review).ok_or(missing)?;
        let comment = ReviewComment {
            id,
            node_id: node_id("PRRC", id),
            review: Some(review),
            author: given.author,
            path: place.path.to_owned(),
            diff_hunk: place.hunk.to_owned(),
            line: Some(place.line),
            original_line: Some(place.line),
            position: Some(place.line),
            original_position: Some(place.line),
            in_reply_to: None,
            body: Text::new(body),
            created_at: given.submitted_at,
            updated_at: given.submitted_at,
            commit_oid: given.commit_oid.clone(),
            minimized: None,
        };
        let node = comment.node_id.clone();
        pull.review_comments.push(comment);
        self.thread_mut(on)?.settle();
        self.index_node(&node, NodeRef::ReviewComment(on, id));
        Ok(id)
    }

    pub fn label(&mut self, on: ThreadRef, at: Time, actor: AccountId, name: &str) -> Result<(), StateError> {
        self.define_label(on.repository, name)?;
        self.thread_mut(on)?.labels.insert(name.to_owned());
        self.event(on, at, Some(actor), EventKind::Labeled(name.to_owned())).map(|_| ())
    }

    pub fn unlabel(&mut self, on: ThreadRef, at: Time, actor: AccountId, name: &str) -> Result<(), StateError> {
        self.thread_mut(on)?.labels.remove(name);
        self.event(on, at, Some(actor), EventKind::Unlabeled(name.to_owned())).map(|_| ())
    }

    pub fn close(
        &mut self,
        on: ThreadRef,
        at: Time,
        actor: AccountId,
        reason: Option<StateReason>,
    ) -> Result<(), StateError> {
        self.close_by(on, at, actor, reason, None)
    }

    pub fn close_by(
        &mut self,
        on: ThreadRef,
        at: Time,
        actor: AccountId,
        reason: Option<StateReason>,
        closer: Option<Closer>,
    ) -> Result<(), StateError> {
        self.thread_mut(on)?.closed = true;
        self.event(on, at, Some(actor), EventKind::Closed { closer, reason }).map(|_| ())
    }

    pub fn reopen(&mut self, on: ThreadRef, at: Time, actor: AccountId) -> Result<(), StateError> {
        self.thread_mut(on)?.closed = false;
        self.event(on, at, Some(actor), EventKind::Reopened).map(|_| ())
    }

    pub fn rename(&mut self, on: ThreadRef, at: Time, actor: AccountId, title: &str) -> Result<(), StateError> {
        let from = std::mem::replace(&mut self.thread_mut(on)?.title, title.to_owned());
        let kind = EventKind::Renamed { from, to: title.to_owned() };
        self.event(on, at, Some(actor), kind).map(|_| ())
    }

    pub fn set_draft(&mut self, on: ThreadRef, at: Time, actor: AccountId, draft: bool) -> Result<(), StateError> {
        self.pull_mut(on)?.draft = draft;
        let kind = if draft { EventKind::ConvertToDraft } else { EventKind::ReadyForReview };
        self.event(on, at, Some(actor), kind).map(|_| ())
    }

    pub fn force_push(&mut self, on: ThreadRef, at: Time, actor: AccountId) -> Result<(), StateError> {
        let pull = self.pull_mut(on)?;
        pull.head_oid = oid(&["push", &pull.head_oid, &at.to_string()]);
        let head = pull.head_oid.clone();
        if let Some(last) = pull.commits.last_mut() {
            last.oid.clone_from(&head);
            last.committed_at = at;
        }
        let kind = EventKind::HeadRefForcePushed { after: Some(head) };
        self.event(on, at, Some(actor), kind).map(|_| ())
    }

    /// Merges, closes, and closes the issues that the pull request says it closes.
    pub fn merge(&mut self, on: ThreadRef, at: Time, by: AccountId) -> Result<(), StateError> {
        let thread = self.thread_mut(on)?;
        let title = thread.title.clone();
        thread.closed = true;
        let pull = thread.pull.as_mut().ok_or(StateError::NotAPull(on))?;
        let commit = Commit {
            oid: oid(&["merge", &pull.head_oid, &at.to_string()]),
            message: format!("{title} (#{})", on.number),
            author: pull.commits.first().map(|c| c.author.clone()).unwrap_or_default(),
            co_authors: Vec::new(),
            authored_at: at,
            committed_at: at,
            parents: vec![pull.head_oid.clone()],
        };
        let closes = pull.closes.clone();
        pull.merge = Some(Merge { at, by: Some(by), commit: commit.clone() });
        self.repository_mut(on.repository)?.commits.insert(commit.oid.clone(), commit);
        self.event(on, at, Some(by), EventKind::Merged)?;
        self.event(on, at, Some(by), EventKind::Closed { closer: None, reason: None })?;
        for number in closes {
            let issue = ThreadRef { number, ..on };
            let open = self.thread(issue).is_some_and(|t| t.pull.is_none() && !t.closed);
            if open {
                self.close_by(issue, at + 1, by, Some(StateReason::Completed), Some(Closer::Pull(on)))?;
            }
        }
        Ok(())
    }
}
