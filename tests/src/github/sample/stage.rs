//! The words the story is written in, and the player that turns them into acts in the world.
//!
//! A scene is one pull request or issue with what happens on it, at hours after it was opened. In texts, `{key}` is
//! the number of the scene of that key (`#12`), `{oid:key}` its merge commit, `{head}` the head of this pull request.

use std::collections::HashMap;

use super::super::acts::{Place, PullDraft};
use super::super::model::{AccountId, ChangeType, FileChange, StateReason, ThreadRef, Time, Verdict};
use super::super::state::{State, StateError};
use super::{ORG, epoch_start};

/// `("+src/new.rs", 40, 0)`: path, lines added, lines removed. A sign in front of the path says more than modified:
/// `+` added, `-` deleted, `>` renamed.
pub type File = (&'static str, u32, u32);
/// `("src/a.rs", 12, "why?")`: a comment in the diff.
pub type Hunk = (&'static str, u32, &'static str);

pub struct Scene {
    pub key: &'static str,
    pub repository: &'static str,
    pub by: &'static str,
    /// Epoch (0 and below before the story), day (0 is Monday), hour.
    pub when: (i64, i64, i64),
    pub title: &'static str,
    pub body: &'static str,
    /// The files of a pull request; `None` is an issue.
    pub files: Option<&'static [File]>,
    pub acts: &'static [Act],
}

/// Who, how many hours after the opening, and what.
pub struct Act(pub &'static str, pub i64, pub Deed);

pub enum Deed {
    Approve(&'static str, &'static [Hunk]),
    RequestChanges(&'static str, &'static [Hunk]),
    Review(&'static str, &'static [Hunk]),
    /// Dismisses the first review that is not dismissed yet.
    Dismiss(&'static str),
    Say(&'static str),
    /// Says the first, and an hour later edits it to the second.
    SayAndEdit(&'static str, &'static str),
    /// Hides the last comment.
    Minimize(&'static str),
    Label(&'static str),
    Unlabel(&'static str),
    Rename(&'static str),
    Draft(bool),
    ForcePush,
    Merge,
    Close,
    CloseAs(StateReason),
    Reopen,
}

pub struct Stage<'s> {
    state: &'s mut State,
    random: u64,
    threads: HashMap<&'static str, ThreadRef>,
}

impl<'s> Stage<'s> {
    pub fn new(state: &'s mut State, seed: u64) -> Self {
        Self { state, random: seed, threads: HashMap::new() }
    }

    /// SplitMix64, below `bound`.
    fn below(&mut self, bound: u64) -> u64 {
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.random;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % bound
    }

    /// Some moment within that hour.
    fn within_hour(&mut self, at: Time) -> Time {
        let second = self.below(3_300);
        at + Time::try_from(second).unwrap_or(0)
    }

    pub fn play(&mut self, scenes: &'static [Scene]) -> Result<(), StateError> {
        let mut order: Vec<&Scene> = scenes.iter().collect();
        order.sort_by_key(|s| s.when);
        order.into_iter().try_for_each(|scene| self.scene(scene))
    }

    fn scene(&mut self, scene: &'static Scene) -> Result<(), StateError> {
        let (epoch, day, hour) = scene.when;
        let hour = epoch_start(epoch) + day * 86_400 + hour * 3_600;
        let at = self.within_hour(hour);
        let author = self.state.account_id(scene.by)?;
        let repository = self.state.repository_named(ORG, scene.repository).map(|r| r.id);
        let repository = repository.ok_or_else(|| StateError::UnknownRepository(scene.repository.to_owned()))?;
        let body = self.fill(scene.body, None);
        let thread = match scene.files {
            None => self.state.open_issue(repository, at, author, scene.title, &body)?,
            Some(files) => {
                let message = format!("{}\n\n{body}", scene.title);
                let draft = PullDraft {
                    title: scene.title,
                    body: &body,
                    draft: false,
                    files: files.iter().map(|f| self.file(f)).collect(),
                    commits: vec![&message],
                };
                self.state.open_pull(repository, at, author, draft)?
            }
        };
        self.threads.insert(scene.key, thread);
        scene.acts.iter().try_for_each(|act| {
            let at = self.within_hour(hour + act.1 * 3_600).max(at + 60);
            let who = self.state.account_id(act.0)?;
            self.act(thread, at, who, &act.2)
        })
    }

    /// Line counts vary a little around what the scene says.
    fn file(&mut self, &(path, additions, deletions): &File) -> FileChange {
        let (change, path) = match path.split_at_checked(1) {
            Some(("+", path)) => (ChangeType::Added, path),
            Some(("-", path)) => (ChangeType::Deleted, path),
            Some((">", path)) => (ChangeType::Renamed, path),
            _ => (ChangeType::Modified, path),
        };
        let more = self.below(u64::from(additions / 10 + 1));
        FileChange { path: path.to_owned(), additions: additions + u32::try_from(more).unwrap_or(0), deletions, change }
    }

    fn fill(&self, text: &str, on: Option<ThreadRef>) -> String {
        let mut filled = text.to_owned();
        for (key, thread) in &self.threads {
            filled = filled.replace(&format!("{{{key}}}"), &format!("#{}", thread.number));
            if filled.contains("{oid:") {
                let pull = self.state.thread(*thread).and_then(|t| t.pull.as_ref());
                let oid = pull.and_then(|p| p.merge.as_ref()).map_or("", |m| m.commit.oid.as_str());
                filled = filled.replace(&format!("{{oid:{key}}}"), oid);
            }
        }
        let head = on.and_then(|t| self.state.thread(t)).and_then(|t| t.pull.as_ref());
        filled.replace("{head}", head.map_or("", |p| p.head_oid.as_str()))
    }

    fn act(&mut self, on: ThreadRef, at: Time, who: AccountId, deed: &Deed) -> Result<(), StateError> {
        match deed {
            Deed::Approve(body, hunks) => self.review(on, at, who, Verdict::Approved, body, hunks),
            Deed::RequestChanges(body, hunks) => self.review(on, at, who, Verdict::ChangesRequested, body, hunks),
            Deed::Review(body, hunks) => self.review(on, at, who, Verdict::Commented, body, hunks),
            Deed::Dismiss(message) => {
                let pull = self.state.thread(on).and_then(|t| t.pull.as_ref());
                let first = pull.and_then(|p| p.reviews.iter().find(|r| r.dismissed.is_none())).map(|r| r.id);
                self.state.dismiss_review(on, first.unwrap_or(0), at, who, message)
            }
            Deed::Say(text) => {
                let text = self.fill(text, Some(on));
                self.state.comment(on, at, who, &text).map(|_| ())
            }
            Deed::SayAndEdit(text, edited) => {
                let id = self.state.comment(on, at, who, text)?;
                self.state.edit_comment(on, id, at + 3_600, edited)
            }
            Deed::Minimize(reason) => {
                let last = self.state.thread(on).and_then(|t| t.comments.last()).map(|c| c.id);
                self.state.minimize_comment(on, last.unwrap_or(0), at, reason)
            }
            Deed::Label(name) => self.state.label(on, at, who, name),
            Deed::Unlabel(name) => self.state.unlabel(on, at, who, name),
            Deed::Rename(title) => self.state.rename(on, at, who, title),
            Deed::Draft(draft) => self.state.set_draft(on, at, who, *draft),
            Deed::ForcePush => self.state.force_push(on, at, who),
            Deed::Merge => self.state.merge(on, at, who),
            Deed::Close => self.state.close(on, at, who, None),
            Deed::CloseAs(reason) => self.state.close(on, at, who, Some(*reason)),
            Deed::Reopen => self.state.reopen(on, at, who),
        }
    }

    fn review(
        &mut self,
        on: ThreadRef,
        at: Time,
        who: AccountId,
        verdict: Verdict,
        body: &str,
        hunks: &[Hunk],
    ) -> Result<(), StateError> {
        let review = self.state.review(on, at, who, verdict, body)?;
        for (path, line, text) in hunks {
            let hunk = format!("@@ -{line},6 +{line},7 @@\n context of {path}\n+line {line}");
            self.state.review_comment(on, review, Place { path, line: *line, hunk: &hunk }, text)?;
        }
        Ok(())
    }
}

pub const fn pull(
    key: &'static str,
    repository: &'static str,
    by: &'static str,
    when: (i64, i64, i64),
    text: (&'static str, &'static str),
    files: &'static [File],
    acts: &'static [Act],
) -> Scene {
    Scene { key, repository, by, when, title: text.0, body: text.1, files: Some(files), acts }
}

pub const fn issue(
    key: &'static str,
    repository: &'static str,
    by: &'static str,
    when: (i64, i64, i64),
    text: (&'static str, &'static str),
    acts: &'static [Act],
) -> Scene {
    Scene { key, repository, by, when, title: text.0, body: text.1, files: None, acts }
}
