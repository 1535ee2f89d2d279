//! What changed in some repositories, hour by hour: the states of issues and pull requests as a backup saw them.
//!
//! Takes an `.ndjson.zst` file of `{t, repo, path, status, state}`, where `t` is `base` for the states at the start and
//! a time for a later one, and `state` is `{type, issue | pull, events, comments}` in GitHub REST v3 objects. Gives
//! the world at the start and the changes by the hour they were seen in. Node ids and `updatedAt` are the states' own.
//!
//! File lists are not in it (`files` is `null`), nor the accounts behind the e-mails of commits. Some states lack the
//! merger and the sizes; they are taken from the merge's event and from the state before.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::super::model::{RepositoryId, ThreadRef, Time};
use super::super::state::State;
use super::super::time;
use super::super::world::World;
use super::assemble::Assembly;
use super::raw::{self, Folder};
use super::{ArchiveError, RepositoryReport, closers};

/// The states at the start, and what changed after it.
#[derive(Debug, Clone)]
pub struct Window {
    repositories: BTreeMap<String, Value>,
    accounts: BTreeMap<u64, raw::User>,
    base: Vec<Change>,
    hours: Vec<(Time, Vec<Change>)>,
    file: PathBuf,
}

/// An issue or pull request as it was from some hour on.
#[derive(Debug, Clone)]
pub struct Change {
    /// `owner/name`.
    pub repository: String,
    pub number: u32,
    state: Value,
    file: PathBuf,
    line: usize,
}

#[derive(Deserialize)]
struct Line {
    t: String,
    repo: String,
    state: Value,
}

impl Window {
    pub fn load(path: &Path) -> Result<Self, ArchiveError> {
        let read_error = |source| ArchiveError::Read { path: path.to_owned(), source };
        let file = File::open(path).map_err(read_error)?;
        let mut decoder = zstd::stream::read::Decoder::new(file).map_err(read_error)?;
        decoder.window_log_max(31).map_err(read_error)?;
        let mut window = Self {
            repositories: BTreeMap::new(),
            accounts: BTreeMap::new(),
            base: Vec::new(),
            hours: Vec::new(),
            file: path.to_owned(),
        };
        let mut later: BTreeMap<Time, Vec<Change>> = BTreeMap::new();
        for (line, text) in (1..).zip(BufReader::new(decoder).lines()) {
            let text = text.map_err(read_error)?;
            let line_error = |source| ArchiveError::Line { file: path.to_owned(), line, source };
            let Line { t, repo, state } = serde_json::from_str(&text).map_err(line_error)?;
            if let Some(home) = state.pointer("/pull/base/repo").filter(|r| r.is_object()) {
                window.repositories.entry(repo.clone()).or_insert_with(|| home.clone());
            }
            window.people(&state);
            let number = state.pointer("/pull/number").or_else(|| state.pointer("/issue/number"));
            let number = number.and_then(Value::as_u64).and_then(|n| u32::try_from(n).ok()).unwrap_or(0);
            let change = Change { repository: repo, number, state, file: path.to_owned(), line };
            if t == "base" {
                window.base.push(change);
                continue;
            }
            let at = time::parse(&t).ok_or_else(|| ArchiveError::Time { file: path.to_owned(), text: t })?;
            later.entry(at).or_default().push(change);
        }
        window.hours = later.into_iter().collect();
        window.complete();
        Ok(window)
    }

    /// Notes the accounts in a state, each by the login it is seen with first: states carry old logins along.
    fn people(&mut self, value: &Value) {
        match value {
            Value::Array(items) => items.iter().for_each(|item| self.people(item)),
            Value::Object(fields) if fields.contains_key("login") => {
                if let Ok(user) = raw::User::deserialize(value) {
                    self.accounts.entry(user.id).or_insert(user);
                }
            }
            Value::Object(fields) => fields.values().for_each(|field| self.people(field)),
            _ => {}
        }
    }

    /// Fills what a state leaves out.
    fn complete(&mut self) {
        let mut known: BTreeMap<(String, u32), Value> = BTreeMap::new();
        let later = self.hours.iter_mut().flat_map(|(_, changes)| changes);
        for change in self.base.iter_mut().chain(later) {
            let before = known.get(&(change.repository.clone(), change.number));
            let merger = change.events().find(|e| e["event"] == "merged").map(|e| e["actor"].clone());
            let Some(pull) = change.state.get_mut("pull").and_then(Value::as_object_mut) else { continue };
            for key in ["additions", "deletions", "changed_files"] {
                if let (None, Some(value)) = (pull.get(key), before.and_then(|b| b.get(key))) {
                    pull.insert(key.to_owned(), value.clone());
                }
            }
            if let (None | Some(Value::Null), Some(merger)) = (pull.get("merged_by"), merger) {
                pull.insert("merged_by".to_owned(), merger);
            }
            known.insert((change.repository.clone(), change.number), pull.clone().into());
        }
    }

    /// The world of the first states.
    pub fn base_world(&self) -> Result<World, ArchiveError> {
        self.world(self.base.iter())
    }

    /// The world of the last state of everything, put together at once.
    pub fn final_world(&self) -> Result<World, ArchiveError> {
        let mut last: BTreeMap<(&str, u32), &Change> = BTreeMap::new();
        for change in self.base.iter().chain(self.hours.iter().flat_map(|(_, changes)| changes)) {
            last.insert((change.repository.as_str(), change.number), change);
        }
        self.world(last.into_values())
    }

    /// The changes that came after the start, with the hour in which they were seen, in the order of time.
    pub fn hours(&self) -> impl Iterator<Item = (Time, &[Change])> {
        self.hours.iter().map(|(at, changes)| (*at, changes.as_slice()))
    }

    fn world<'c>(&self, changes: impl Iterator<Item = &'c Change>) -> Result<World, ArchiveError> {
        let mut state = State::default();
        state.add_reader();
        for user in self.accounts.values() {
            assembly(&mut state, &self.file).person(Some(user.clone()));
        }
        for home in self.repositories.values() {
            let line_error = |source| ArchiveError::Line { file: self.file.clone(), line: 0, source };
            let home = serde_json::from_value(home.clone()).map_err(line_error)?;
            let repository = assembly(&mut state, &self.file).empty(home);
            state.put_repository(repository);
        }
        let world = World::new(state);
        changes.into_iter().try_for_each(|change| world.apply(change).map(|_| ()))?;
        Ok(world)
    }
}

fn assembly<'s>(state: &'s mut State, file: &Path) -> Assembly<'s> {
    Assembly { state, path: file.to_owned(), report: RepositoryReport::default(), connected: BTreeSet::new() }
}

impl Change {
    fn events(&self) -> impl Iterator<Item = &Value> {
        self.state.get("events").and_then(Value::as_array).into_iter().flatten()
    }

    /// The state as the objects of an archive.
    fn folder(&self) -> Result<Folder, serde_json::Error> {
        let mut folder = Folder::default();
        match (self.state.get("pull"), self.state.get("issue")) {
            (Some(pull), _) => folder.pulls.push(serde_json::from_value(pull.clone())?),
            (None, Some(issue)) => folder.issues.push(serde_json::from_value(issue.clone())?),
            (None, None) => {}
        }
        for comment in self.state.get("comments").and_then(Value::as_array).into_iter().flatten() {
            folder.review_comments.push(self.placed(comment)?);
        }
        for event in self.events() {
            match event["event"].as_str() {
                Some("commented") => folder.comments.push(self.placed(event)?),
                Some("reviewed") => folder.reviews.push(self.placed(event)?),
                Some("committed") => folder.pull_commits.push(self.commit(event)?),
                _ => folder.events.push(self.placed(event)?),
            }
        }
        Ok(folder)
    }

    /// A part of a thread, saying of which; not all of them do by themselves.
    fn placed<T: DeserializeOwned>(&self, part: &Value) -> Result<T, serde_json::Error> {
        let mut part = part.clone();
        if let Some(fields) = part.as_object_mut() {
            let number = self.number;
            fields.insert("number".to_owned(), number.into());
            fields.insert("issue_url".to_owned(), format!("issues/{number}").into());
            fields.insert("pull_request_url".to_owned(), format!("pulls/{number}").into());
        }
        serde_json::from_value(part)
    }

    /// A timeline writes a commit flat, as git has it.
    fn commit(&self, event: &Value) -> Result<raw::Commit, serde_json::Error> {
        serde_json::from_value(json!({
            "pull_number": self.number,
            "sha": event["sha"],
            "commit": { "author": event["author"], "committer": event["committer"], "message": event["message"] },
            "parents": event["parents"],
        }))
    }

    fn put(&self, state: &mut State, home: RepositoryId) -> Result<ThreadRef, ArchiveError> {
        let line_error = |source| ArchiveError::Line { file: self.file.clone(), line: self.line, source };
        let folder = self.folder().map_err(line_error)?;
        let labels = state.repositories.get(&home).map(|r| r.labels.clone()).unwrap_or_default();
        let mut assembly = assembly(state, &self.file);
        assembly.report.name.clone_from(&self.repository);
        let parts = assembly.parts(folder, labels)?;
        let connected = assembly.connected;
        let at = ThreadRef { repository: home, number: self.number };
        state.forget_thread(at);
        if let Some(mut repository) = state.repositories.remove(&home) {
            repository.last_number = repository.last_number.max(self.number);
            repository.labels = parts.labels;
            repository.commits.extend(parts.commits);
            repository.threads.extend(parts.threads);
            closers::derive(&mut repository, &self.repository, &connected);
            state.put_repository(repository);
        }
        Ok(at)
    }
}

impl World {
    /// Puts one issue or pull request, new or known, into the state that the change says.
    pub fn apply(&self, change: &Change) -> Result<ThreadRef, ArchiveError> {
        let (owner, name) = change.repository.split_once('/').unwrap_or((&change.repository, ""));
        self.change(|state| {
            let home = state.repository_named(owner, name).map(|r| r.id);
            let home = home.ok_or_else(|| ArchiveError::Homeless {
                file: change.file.clone(),
                line: change.line,
                name: change.repository.clone(),
            })?;
            change.put(state, home)
        })
    }
}
