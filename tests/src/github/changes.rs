//! Second thoughts: texts edited, hidden, shown again and deleted, labels renamed and deleted, reviews taken back.
//!
//! What is deleted is gone at every moment the world is seen at, as it is gone from GitHub. `updatedAt` moves where
//! GitHub moves it: for edited bodies, titles and comments and for deleted comments, but not for edited reviews and
//! comments in the diff, nor for what is hidden.

use super::model::{AccountId, Comment, EventKind, Minimized, RepositoryId, Review, ReviewComment, ThreadRef, Time};
use super::state::{NodeRef, State, StateError, node_id};

fn hidden(at: Time, reason: Option<&str>) -> Option<Minimized> {
    reason.map(|reason| Minimized { at, reason: reason.to_owned() })
}

impl State {
    pub(super) fn comment_mut(&mut self, on: ThreadRef, id: u64) -> Result<&mut Comment, StateError> {
        let missing = StateError::UnknownPart { thread: on, what: "comment", id };
        self.thread_mut(on)?.comments.iter_mut().find(|c| c.id == id).ok_or(missing)
    }

    pub(super) fn review_mut(&mut self, on: ThreadRef, id: u64) -> Result<&mut Review, StateError> {
        let missing = StateError::UnknownPart { thread: on, what: "review", id };
        self.pull_mut(on)?.reviews.iter_mut().find(|r| r.id == id).ok_or(missing)
    }

    fn review_comment_mut(&mut self, on: ThreadRef, id: u64) -> Result<&mut ReviewComment, StateError> {
        let missing = StateError::UnknownPart { thread: on, what: "review comment", id };
        self.pull_mut(on)?.review_comments.iter_mut().find(|c| c.id == id).ok_or(missing)
    }

    /// Edits the text a pull request or issue was opened with; its title is changed by `rename`.
    pub fn edit_body(&mut self, on: ThreadRef, at: Time, body: &str) -> Result<(), StateError> {
        let thread = self.thread_mut(on)?;
        thread.body.edits.push((at, body.into()));
        thread.settle();
        Ok(())
    }

    pub fn edit_comment(&mut self, on: ThreadRef, id: u64, at: Time, body: &str) -> Result<(), StateError> {
        self.comment_mut(on, id)?.body.edits.push((at, body.into()));
        self.thread_mut(on)?.settle();
        Ok(())
    }

    pub fn edit_review(&mut self, on: ThreadRef, id: u64, at: Time, body: &str) -> Result<(), StateError> {
        self.review_mut(on, id)?.body.edits.push((at, body.into()));
        Ok(())
    }

    pub fn edit_review_comment(&mut self, on: ThreadRef, id: u64, at: Time, body: &str) -> Result<(), StateError> {
        let comment = self.review_comment_mut(on, id)?;
        comment.body.edits.push((at, body.into()));
        comment.updated_at = comment.updated_at.max(at);
        Ok(())
    }

    pub fn minimize_comment(&mut self, on: ThreadRef, id: u64, at: Time, reason: &str) -> Result<(), StateError> {
        self.comment_mut(on, id)?.minimized = hidden(at, Some(reason));
        Ok(())
    }

    pub fn unminimize_comment(&mut self, on: ThreadRef, id: u64) -> Result<(), StateError> {
        self.comment_mut(on, id)?.minimized = None;
        Ok(())
    }

    /// Hides a review, or (`None`) shows it again.
    pub fn minimize_review(
        &mut self,
        on: ThreadRef,
        id: u64,
        at: Time,
        reason: Option<&str>,
    ) -> Result<(), StateError> {
        self.review_mut(on, id)?.minimized = hidden(at, reason);
        Ok(())
    }

    /// Hides a comment in the diff, or (`None`) shows it again.
    pub fn minimize_review_comment(
        &mut self,
        on: ThreadRef,
        id: u64,
        at: Time,
        reason: Option<&str>,
    ) -> Result<(), StateError> {
        self.review_comment_mut(on, id)?.minimized = hidden(at, reason);
        Ok(())
    }

    pub fn delete_comment(&mut self, on: ThreadRef, id: u64, at: Time, actor: AccountId) -> Result<(), StateError> {
        let node = self.comment_mut(on, id)?.node_id.clone();
        self.nodes.remove(&node);
        self.thread_mut(on)?.comments.retain(|c| c.id != id);
        self.event(on, at, Some(actor), EventKind::Other("CommentDeletedEvent")).map(|_| ())
    }

    /// Deletes a comment in the diff; answers to it stay. The review it came with stays too: GitHub deletes no review
    /// that was submitted.
    pub fn delete_review_comment(&mut self, on: ThreadRef, id: u64) -> Result<(), StateError> {
        let node = self.review_comment_mut(on, id)?.node_id.clone();
        self.nodes.remove(&node);
        self.pull_mut(on)?.review_comments.retain(|c| c.id != id);
        Ok(())
    }

    pub fn dismiss_review(
        &mut self,
        on: ThreadRef,
        review: u64,
        at: Time,
        actor: AccountId,
        message: &str,
    ) -> Result<(), StateError> {
        let given = self.review_mut(on, review)?;
        given.dismissed = Some(at);
        let previous = given.verdict;
        let kind = EventKind::ReviewDismissed { review, previous, message: message.to_owned() };
        self.event(on, at, Some(actor), kind).map(|_| ())
    }

    /// Takes the label off everything; events that tell of it keep no name.
    pub fn delete_label(&mut self, repository: RepositoryId, name: &str) -> Result<(), StateError> {
        let home = self.repository_mut(repository)?;
        home.labels.remove(name).ok_or_else(|| StateError::UnknownLabel(name.to_owned()))?;
        for thread in home.threads.values_mut() {
            thread.labels.remove(name);
        }
        Ok(())
    }

    /// Events from before tell the new name.
    pub fn rename_label(&mut self, repository: RepositoryId, from: &str, to: &str) -> Result<(), StateError> {
        let home = self.repository_mut(repository)?;
        let mut label = home.labels.remove(from).ok_or_else(|| StateError::UnknownLabel(from.to_owned()))?;
        to.clone_into(&mut label.name);
        home.labels.insert(to.to_owned(), label);
        for thread in home.threads.values_mut() {
            if thread.labels.remove(from) {
                thread.labels.insert(to.to_owned());
            }
            for event in &mut thread.events {
                if let EventKind::Labeled(name) | EventKind::Unlabeled(name) = &mut event.kind
                    && name == from
                {
                    to.clone_into(name);
                }
            }
        }
        Ok(())
    }

    fn issue(&self, on: ThreadRef) -> Result<(), StateError> {
        match self.thread(on) {
            None => Err(StateError::UnknownThread(on)),
            Some(thread) if thread.pull.is_some() => Err(StateError::NotAnIssue(on)),
            Some(_) => Ok(()),
        }
    }

    /// Pull requests cannot be deleted.
    pub fn delete_issue(&mut self, on: ThreadRef) -> Result<(), StateError> {
        self.issue(on)?;
        self.forget_thread(on);
        Ok(())
    }

    /// Takes a thread out with its node ids, if it is there.
    pub(super) fn forget_thread(&mut self, on: ThreadRef) {
        let home = self.repositories.get_mut(&on.repository);
        let Some(thread) = home.and_then(|r| r.threads.remove(&on.number)) else { return };
        self.nodes.remove(&thread.node_id);
        let comments = thread.comments.iter().map(|c| &c.node_id);
        let reviews = thread.pull.iter().flat_map(|p| &p.reviews).map(|r| &r.node_id);
        let in_diff = thread.pull.iter().flat_map(|p| &p.review_comments).map(|c| &c.node_id);
        for node in comments.chain(reviews).chain(in_diff) {
            self.nodes.remove(node);
        }
    }

    /// Moves an issue with what was said on it: it gets a new number and new ids, the old ones are gone. Labels that
    /// the other repository does not have stay behind.
    pub fn transfer_issue(
        &mut self,
        on: ThreadRef,
        to: RepositoryId,
        at: Time,
        actor: AccountId,
    ) -> Result<ThreadRef, StateError> {
        self.issue(on)?;
        self.repository_mut(to)?;
        let Some(mut issue) = self.thread(on).cloned() else { return Err(StateError::UnknownThread(on)) };
        self.delete_issue(on)?;
        let number = self.repository_mut(to)?.next_number();
        let here = ThreadRef { repository: to, number };
        (issue.id, issue.number) = (self.fresh_id(), number);
        issue.node_id = node_id("I", issue.id);
        self.index_node(&issue.node_id.clone(), NodeRef::Thread(here));
        for comment in &mut issue.comments {
            comment.id = self.fresh_id();
            comment.node_id = node_id("IC", comment.id);
            self.index_node(&comment.node_id.clone(), NodeRef::Comment(here, comment.id));
        }
        for event in &mut issue.events {
            event.id = self.fresh_id();
            event.node_id = node_id("EV", event.id);
        }
        let home = self.repository_mut(to)?;
        let known = |name: &String| home.labels.contains_key(name);
        issue.labels.retain(known);
        issue.events.retain(|e| match &e.kind {
            EventKind::Labeled(name) | EventKind::Unlabeled(name) => known(name),
            _ => true,
        });
        home.threads.insert(number, issue);
        self.event(here, at, Some(actor), EventKind::Other("TransferredEvent")).map(|_| here)
    }

    /// Makes a discussion of an issue and what was said on it. The issue stays, closed as completed and locked, without
    /// an event of its closing.
    pub fn convert_to_discussion(
        &mut self,
        on: ThreadRef,
        at: Time,
        actor: AccountId,
    ) -> Result<ThreadRef, StateError> {
        self.issue(on)?;
        let Some(issue) = self.thread(on).cloned() else { return Err(StateError::UnknownThread(on)) };
        let author = issue.author.unwrap_or(actor);
        let made = self.open_discussion(on.repository, at, author, &issue.title, issue.body.last())?;
        self.discussion_mut(made)?.author = issue.author;
        for comment in &issue.comments {
            let id = self.answer(made, comment.created_at, author, comment.body.last())?;
            self.answer_mut(made, id)?.author = comment.author;
        }
        let thread = self.thread_mut(on)?;
        (thread.closed, thread.locked) = (true, true);
        self.event(on, at, Some(actor), EventKind::Other("LockedEvent"))?;
        self.event(on, at, Some(actor), EventKind::Other("ConvertedToDiscussionEvent")).map(|_| made)
    }
}
