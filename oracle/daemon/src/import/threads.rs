//! The layout of github-metadata-backup: `issues/NUMBER.json` and `pulls/NUMBER.json`, each a whole thread.
//!
//! A file is read when its page is; only the numbers are held in memory.

use super::ImportError;
use super::layout::{Gathered, Home, entries, read};
use super::lines::message_of;
use super::raw::{Commit, Committed, Event, Head, Thread};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::collections::BTreeMap;
use std::ops::Bound;
use std::path::{Path, PathBuf};

type Result<T> = std::result::Result<T, ImportError>;

#[derive(Debug)]
pub(super) struct Threads {
    path: PathBuf,
    /// By number; the first reading takes issues before pull requests.
    issues: BTreeMap<u64, PathBuf>,
    pulls: BTreeMap<u64, PathBuf>,
    passed_over: Vec<String>,
}

/// One file.
#[derive(Deserialize)]
struct Backup {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    issue: Value,
    #[serde(default)]
    pull: Value,
    #[serde(default)]
    events: Vec<Value>,
    #[serde(default)]
    comments: Vec<Value>,
}

/// The note of when the backup was made.
const STATE: &str = "state.json";

impl Threads {
    pub(super) fn open(folder: &Path) -> Result<Self> {
        let mut found =
            Self { path: folder.to_owned(), issues: BTreeMap::new(), pulls: BTreeMap::new(), passed_over: Vec::new() };
        for (path, kind) in entries(folder)? {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            match name.as_str() {
                "issues" if kind.is_dir() => found.issues = numbered(&path, &name, &mut found.passed_over)?,
                "pulls" if kind.is_dir() => found.pulls = numbered(&path, &name, &mut found.passed_over)?,
                STATE => {}
                _ => found.passed_over.push(name),
            }
        }
        Ok(found)
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn passed_over(&self) -> &[String] {
        &self.passed_over
    }

    pub(super) fn count(&self) -> u64 {
        (self.issues.len() + self.pulls.len()) as u64
    }

    /// As the first pull request that says so shows it; else by an issue's address.
    pub(super) fn repository(&self) -> Result<Home> {
        for (number, path) in &self.pulls {
            if let Head::Pull(pull) = thread(path, *number)?.head
                && let Some(home) = pull.base.and_then(|base| base.repo)
            {
                return Ok(Home::Shown(home));
            }
        }
        for (number, path) in &self.issues {
            if let Head::Issue(issue) = thread(path, *number)?.head
                && let Some((rest, name)) = issue.repository_url.as_deref().and_then(|url| url.rsplit_once('/'))
                && let Some((_, owner)) = rest.rsplit_once('/')
            {
                return Ok(Home::Named { owner: owner.to_owned(), name: name.to_owned() });
            }
        }
        Err(ImportError::Nameless { path: self.path.clone() })
    }

    pub(super) fn survey(&self, gathered: &mut Gathered, id: u64) -> Result<()> {
        for (number, path) in self.issues.iter().chain(&self.pulls) {
            let thread = thread(path, *number)?;
            if let Head::Pull(pull) = &thread.head
                && let Some(home) = pull.base.as_ref().and_then(|base| base.repo.as_ref()).filter(|home| home.id != id)
            {
                let name = format!("{}/{}", home.owner.login, home.name);
                return Err(ImportError::Stranger { path: path.clone(), line: 1, name });
            }
            gathered.survey.thread(&thread);
        }
        Ok(())
    }

    pub(super) fn page(&self, after: u64, most: usize) -> Result<Vec<Thread>> {
        let from = (Bound::Excluded(after), Bound::Unbounded);
        let mut next: Vec<_> = self.issues.range(from).take(most).chain(self.pulls.range(from).take(most)).collect();
        next.sort();
        next.into_iter().take(most).map(|(number, path)| thread(path, *number)).collect()
    }
}

/// The files of a folder that are called by a number.
fn numbered(folder: &Path, name: &str, passed_over: &mut Vec<String>) -> Result<BTreeMap<u64, PathBuf>> {
    let mut found = BTreeMap::new();
    for (path, kind) in entries(folder)? {
        let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let number = file.strip_suffix(".json").and_then(|number| number.parse().ok()).filter(|_| kind.is_file());
        match number {
            Some(number) => drop(found.insert(number, path)),
            None => passed_over.push(format!("{name}/{file}")),
        }
    }
    Ok(found)
}

fn thread(path: &Path, number: u64) -> Result<Thread> {
    let text = read(path)?;
    let Backup { kind, issue, pull, events, comments } = serde_json::from_slice(&text).map_err(|error| {
        ImportError::Line { path: path.to_owned(), line: error.line() as u64, message: message_of(&error) }
    })?;
    let part = |place: String| Part { path, place };
    let head = match kind.as_str() {
        "issue" => Head::Issue(part("issue".to_owned()).read(issue)?),
        "pull" => Head::Pull(part("pull".to_owned()).read(pull)?),
        other => {
            let message = format!("a thread is an `issue` or a `pull`, not {other:?}");
            return Err(ImportError::Line { path: path.to_owned(), line: 1, message });
        }
    };
    let mut thread = Thread::new(head);
    if thread.number() != number {
        let message = format!("it is of number {}, which is not what the file is called by", thread.number());
        return Err(ImportError::Line { path: path.to_owned(), line: 1, message });
    }
    for (place, comment) in comments.into_iter().enumerate() {
        thread.line_comments.push(part(format!("comments[{place}]")).read(comment)?);
    }
    for (place, event) in events.into_iter().enumerate() {
        let part = part(format!("events[{place}]"));
        match event.get("event").and_then(Value::as_str) {
            Some("commented") => thread.comments.push(part.read(event)?),
            Some("reviewed") => thread.reviews.push(part.read(event)?),
            Some("committed") => thread.commits.push(Commit::from(part.read::<Committed>(event)?)),
            _ => thread.events.push(part.read::<Event>(event)?),
        }
    }
    Ok(thread)
}

/// A part of a file, for what is told when it is wrong.
struct Part<'a> {
    path: &'a Path,
    place: String,
}

impl Part<'_> {
    fn read<T: DeserializeOwned>(&self, value: Value) -> Result<T> {
        serde_json::from_value(value).map_err(|error| ImportError::Part {
            path: self.path.to_owned(),
            place: self.place.clone(),
            message: error.to_string(),
        })
    }
}
