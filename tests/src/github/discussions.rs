//! Discussions: their records, what people do to them, and how they looked at a moment.

use super::model::{AccountId, Minimized, Repository, RepositoryId, Text, ThreadRef, Time};
use super::state::{NodeRef, State, StateError, node_id};
use super::view::Clock;

#[derive(Debug, Clone)]
pub struct Discussion {
    pub id: u64,
    pub node_id: String,
    pub number: u32,
    pub title: String,
    pub body: Text,
    pub author: Option<AccountId>,
    pub created_at: Time,
    pub comments: Vec<DiscussionComment>,
    /// Answers in the order they were chosen and taken back; the last one holds.
    pub choices: Vec<Choice>,
    /// Every other moment at which something happened here.
    pub touched: Vec<Time>,
}

#[derive(Debug, Clone)]
pub struct DiscussionComment {
    pub id: u64,
    pub node_id: String,
    pub author: Option<AccountId>,
    pub body: Text,
    pub created_at: Time,
    pub minimized: Option<Minimized>,
}

/// That somebody chose a comment as the answer, or (`None`) took the choice back.
#[derive(Debug, Clone, Copy)]
pub struct Choice {
    pub at: Time,
    pub by: Option<AccountId>,
    pub comment: Option<u64>,
}

/// `databaseId` is the only number of a discussion and has 32 bits: the counter of everything else is above that.
const SMALL: u64 = 7_000_000;

impl Discussion {
    pub fn comments_at(&self, clock: Clock) -> impl Iterator<Item = &DiscussionComment> {
        self.comments.iter().filter(move |c| clock.sees(c.created_at))
    }

    /// The accepted answer and its choice; a deleted comment is no answer.
    pub fn answer_at(&self, clock: Clock) -> Option<(Choice, &DiscussionComment)> {
        let choice = *self.choices.iter().rev().find(|c| clock.sees(c.at))?;
        let comment = self.comments.iter().find(|c| Some(c.id) == choice.comment)?;
        Some((choice, comment))
    }

    pub fn updated_at(&self, clock: Clock) -> Time {
        let said = self.comments.iter().flat_map(|c| {
            let edits = c.body.edits.iter().map(|(at, _)| *at);
            edits.chain([c.created_at])
        });
        let edits = self.body.edits.iter().map(|(at, _)| *at);
        let chosen = self.choices.iter().map(|c| c.at);
        let all = said.chain(edits).chain(chosen).chain(self.touched.iter().copied());
        all.filter(|at| clock.sees(*at)).max().unwrap_or(self.created_at).max(self.created_at)
    }
}

impl Repository {
    /// The number of the next issue, pull request or discussion.
    pub fn next_number(&mut self) -> u32 {
        self.last_number += 1;
        self.last_number
    }
}

impl State {
    fn small_id(&mut self) -> u64 {
        SMALL + self.fresh_id() % (1 << 30)
    }

    pub fn open_discussion(
        &mut self,
        repository: RepositoryId,
        at: Time,
        author: AccountId,
        title: &str,
        body: &str,
    ) -> Result<ThreadRef, StateError> {
        let id = self.small_id();
        let node = node_id("D", id);
        let home = self.repository_mut(repository)?;
        let number = home.next_number();
        let discussion = Discussion {
            id,
            node_id: node.clone(),
            number,
            title: title.to_owned(),
            body: Text::new(body),
            author: Some(author),
            created_at: at,
            comments: Vec::new(),
            choices: Vec::new(),
            touched: Vec::new(),
        };
        home.discussions.insert(number, discussion);
        let at = ThreadRef { repository, number };
        self.index_node(&node, NodeRef::Discussion(at));
        Ok(at)
    }

    pub fn discussion(&self, at: ThreadRef) -> Option<&Discussion> {
        self.repositories.get(&at.repository)?.discussions.get(&at.number)
    }

    pub(super) fn discussion_mut(&mut self, at: ThreadRef) -> Result<&mut Discussion, StateError> {
        let home = self.repositories.get_mut(&at.repository);
        home.and_then(|r| r.discussions.get_mut(&at.number)).ok_or(StateError::UnknownThread(at))
    }

    /// A comment of a discussion; returns its id.
    pub fn answer(&mut self, on: ThreadRef, at: Time, author: AccountId, body: &str) -> Result<u64, StateError> {
        let id = self.small_id();
        let comment = DiscussionComment {
            id,
            node_id: node_id("DC", id),
            author: Some(author),
            body: Text::new(body),
            created_at: at,
            minimized: None,
        };
        self.discussion_mut(on)?.comments.push(comment);
        Ok(id)
    }

    pub(super) fn answer_mut(&mut self, on: ThreadRef, id: u64) -> Result<&mut DiscussionComment, StateError> {
        let missing = StateError::UnknownPart { thread: on, what: "answer", id };
        self.discussion_mut(on)?.comments.iter_mut().find(|c| c.id == id).ok_or(missing)
    }

    pub fn accept_answer(&mut self, on: ThreadRef, at: Time, by: AccountId, comment: u64) -> Result<(), StateError> {
        self.answer_mut(on, comment)?;
        self.discussion_mut(on)?.choices.push(Choice { at, by: Some(by), comment: Some(comment) });
        Ok(())
    }

    pub fn unaccept_answer(&mut self, on: ThreadRef, at: Time, by: AccountId) -> Result<(), StateError> {
        self.discussion_mut(on)?.choices.push(Choice { at, by: Some(by), comment: None });
        Ok(())
    }

    pub fn edit_answer(&mut self, on: ThreadRef, id: u64, at: Time, body: &str) -> Result<(), StateError> {
        self.answer_mut(on, id)?.body.edits.push((at, body.into()));
        Ok(())
    }

    /// Hides a comment of a discussion, or (`None`) shows it again.
    pub fn minimize_answer(
        &mut self,
        on: ThreadRef,
        id: u64,
        at: Time,
        reason: Option<&str>,
    ) -> Result<(), StateError> {
        self.answer_mut(on, id)?.minimized = reason.map(|r| Minimized { at, reason: r.to_owned() });
        Ok(())
    }

    /// An accepted answer that is deleted leaves its discussion unanswered.
    pub fn delete_answer(&mut self, on: ThreadRef, id: u64, at: Time) -> Result<(), StateError> {
        self.answer_mut(on, id)?;
        let discussion = self.discussion_mut(on)?;
        discussion.comments.retain(|c| c.id != id);
        discussion.touched.push(at);
        Ok(())
    }

    pub fn delete_discussion(&mut self, on: ThreadRef) -> Result<(), StateError> {
        let node = self.discussion_mut(on)?.node_id.clone();
        self.nodes.remove(&node);
        self.repository_mut(on.repository)?.discussions.remove(&on.number);
        Ok(())
    }
}
