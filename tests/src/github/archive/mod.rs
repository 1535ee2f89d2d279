//! Loads a real organisation from GitHub REST v3 objects, one a line.
//!
//! Takes a `.tar.zst` file or a directory; every folder in it that holds a `repo.json` is a repository, with
//! `pulls issues issue_comments reviews review_comments pull_commits commits pull_files timeline labels users`
//! (`.ndjson`), each optional. Gives the state of a world and a report of what could not be used. It never changes
//! the files.
//!
//! What REST leaves out is derived, always the same way:
//! - **Closers.** An issue's `closed` event has no closer in an export. It is a pull request of the same repository
//!   that was merged from 60 seconds before to 10 seconds after it (GitHub notes the closing first at times) and whose
//!   body, commits or merge commit name the issue after a closing keyword: the latest merge, then the highest number.
//!   Else, if somebody connected the issue to a pull request by hand (an export does not say to which), the only
//!   pull request merged in that time; else the one that holds the event's commit; else that commit; else none.
//! - **Edits.** A comment changed after it was made was edited then; the earlier text is not known.
//! - **State reasons.** The issue's reason belongs to its last closing; `duplicate`, which the published schema does
//!   not have, is `NOT_PLANNED`.
//! - **Commit authors.** An account is known by the e-mail of commits that name it.
//! - **Merge commits** of which no message is known get `Merge OWNER/NAME#NUMBER: TITLE`.
//! - **Missing events.** A final state that the events do not lead to gets a closing or reopening event of nobody's.
//! - **Deleted accounts** (`null`, and GitHub's `ghost`) are nobody.

mod assemble;
mod closers;
mod events;
mod raw;
pub mod window;

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use super::state::State;

/// Why an archive cannot be loaded.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    #[error("cannot read {path}; give an existing .tar.zst file or a directory")]
    Read {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("{file} line {line} is not the JSON object expected there: {source}")]
    Line { file: PathBuf, line: usize, source: serde_json::Error },
    #[error("{path} holds no folder with a repo.json; each repository needs one")]
    Empty { path: PathBuf },
    #[error("{file} belongs to no repository: the folder has no repo.json")]
    Stray { file: PathBuf },
    #[error("{file}: `{text}` is not an ISO 8601 time")]
    Time { file: PathBuf, text: String },
    #[error("{file} line {line} is of the repository {name}, which no pull request in the file describes")]
    Homeless { file: PathBuf, line: usize, name: String },
}

/// What was loaded, and what could not be used, by count.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LoadReport {
    pub accounts: usize,
    pub repositories: Vec<RepositoryReport>,
    /// Files in the archive that are of no known kind.
    pub unknown_files: Vec<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RepositoryReport {
    pub name: String,
    pub pulls: usize,
    pub merged: usize,
    pub issues: usize,
    pub comments: usize,
    pub reviews: usize,
    pub review_comments: usize,
    pub commits: usize,
    pub events: usize,
    pub pulls_without_files: usize,
    pub merge_messages_derived: usize,
    pub closers_derived: usize,
    /// Events added because the final state was not reached without them.
    pub events_added: usize,
    /// Timeline entries without use here (no id or time, or not in GitHub's schema), by their name.
    pub events_skipped: BTreeMap<String, usize>,
    /// Comments, reviews, commits, files and events whose pull request or issue is not in the archive.
    pub orphans: BTreeMap<&'static str, usize>,
}

/// Loads the archive at `path`.
pub fn load(path: &Path) -> Result<(State, LoadReport), ArchiveError> {
    let mut sources = raw::Sources::default();
    let read_error = |source| ArchiveError::Read { path: path.to_owned(), source };
    if path.is_dir() {
        walk(path, Path::new(""), &mut sources)?;
    } else {
        let file = File::open(path).map_err(read_error)?;
        let mut decoder = zstd::stream::read::Decoder::new(file).map_err(read_error)?;
        decoder.window_log_max(31).map_err(read_error)?;
        let mut tar = tar::Archive::new(decoder);
        for entry in tar.entries().map_err(read_error)? {
            let entry = entry.map_err(read_error)?;
            let name = entry.path().map_err(read_error)?.into_owned();
            if entry.header().entry_type().is_file() {
                take(&name, entry, &mut sources)?;
            }
        }
    }
    if !sources.folders.values().any(|f| f.repository.is_some()) {
        return Err(ArchiveError::Empty { path: path.to_owned() });
    }
    assemble::state(sources)
}

fn walk(root: &Path, below: &Path, sources: &mut raw::Sources) -> Result<(), ArchiveError> {
    let folder = root.join(below);
    let read_error = |source| ArchiveError::Read { path: folder.clone(), source };
    let mut names = Vec::new();
    for entry in std::fs::read_dir(&folder).map_err(read_error)? {
        let entry = entry.map_err(read_error)?;
        names.push((entry.file_name(), entry.file_type().map_err(read_error)?));
    }
    names.sort_by(|a, b| a.0.cmp(&b.0));
    for (name, kind) in names {
        let name = below.join(name);
        if kind.is_dir() {
            walk(root, &name, sources)?;
        } else {
            let path = root.join(&name);
            let file = File::open(&path).map_err(|source| ArchiveError::Read { path, source })?;
            take(&name, file, sources)?;
        }
    }
    Ok(())
}

/// Reads one file into the sources of its folder.
fn take(name: &Path, content: impl Read, sources: &mut raw::Sources) -> Result<(), ArchiveError> {
    let folder = name.parent().unwrap_or(Path::new("")).to_owned();
    let kind = name.file_name().and_then(OsStr::to_str).unwrap_or("");
    if kind.starts_with('.') {
        return Ok(());
    }
    if kind == "repo.json" {
        let parsed = serde_json::from_reader(BufReader::new(content));
        let repository = parsed.map_err(|source| ArchiveError::Line { file: name.to_owned(), line: 1, source })?;
        sources.folders.entry(folder).or_default().repository = Some(repository);
        return Ok(());
    }
    let into = sources.folders.entry(folder).or_default();
    match kind {
        "pulls.ndjson" => lines(name, content, &mut into.pulls),
        "issues.ndjson" => lines(name, content, &mut into.issues),
        "issue_comments.ndjson" => lines(name, content, &mut into.comments),
        "reviews.ndjson" => lines(name, content, &mut into.reviews),
        "review_comments.ndjson" => lines(name, content, &mut into.review_comments),
        "pull_commits.ndjson" => lines(name, content, &mut into.pull_commits),
        "commits.ndjson" => lines(name, content, &mut into.commits),
        "pull_files.ndjson" => lines(name, content, &mut into.files),
        "timeline.ndjson" => lines(name, content, &mut into.events),
        "labels.ndjson" => lines(name, content, &mut into.labels),
        "users.ndjson" => lines(name, content, &mut into.users),
        // Tags say nothing about contributions.
        "tags.ndjson" => Ok(()),
        _ => {
            sources.unknown_files.push(name.display().to_string());
            Ok(())
        }
    }
}

fn lines<T: serde::de::DeserializeOwned>(
    name: &Path,
    content: impl Read,
    into: &mut Vec<T>,
) -> Result<(), ArchiveError> {
    let mut reader = BufReader::with_capacity(1 << 20, content);
    let mut line = Vec::new();
    for number in 1.. {
        line.clear();
        let read = reader.read_until(b'\n', &mut line);
        let read = read.map_err(|source| ArchiveError::Read { path: name.to_owned(), source })?;
        if read == 0 {
            break;
        }
        if line.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        let parsed = serde_json::from_slice(&line);
        into.push(parsed.map_err(|source| ArchiveError::Line { file: name.to_owned(), line: number, source })?);
    }
    Ok(())
}
