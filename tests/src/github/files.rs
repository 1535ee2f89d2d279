//! `GET /repos/{owner}/{repo}/pulls/{number}/files`: what a pull request changed, file by file, with patches.

use super::model::{FileChange, Repository, Thread, ThreadRef};
use super::rest::{Answer, page};
use super::state::{State, StateError};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// GitHub leaves out the patch of a file with more changed lines than this.
const SHOWN_LINES: u32 = 3_000;

impl State {
    /// What a pull request changed in one of its files, in unified form from the first hunk on.
    pub fn set_patch(&mut self, on: ThreadRef, path: &str, patch: &str) -> Result<(), StateError> {
        self.pull_mut(on)?;
        self.patches.insert((on, path.to_owned()), patch.to_owned());
        Ok(())
    }
}

pub(super) fn of_pull(
    state: &State,
    base: &str,
    query: &BTreeMap<String, String>,
    repository: &Repository,
    thread: &Thread,
) -> Answer {
    let on = ThreadRef { repository: repository.id, number: thread.number };
    let files = thread.pull.iter().flat_map(|pull| pull.files.iter().flatten());
    let files = files.map(|file| file_json(state, on, file)).collect();
    page(base, &format!("/repositories/{}/pulls/{}/files", repository.id.0, thread.number), query, files)
}

fn file_json(state: &State, on: ThreadRef, file: &FileChange) -> Value {
    let FileChange { path, additions, deletions, change } = file;
    let mut value = json!({
        "sha": format!("{:040x}", u64::from(*additions) << 20 | u64::from(*deletions)),
        "filename": path,
        "status": change.patch_status().to_lowercase().replace("deleted", "removed"),
        "additions": additions,
        "deletions": deletions,
        "changes": additions + deletions,
        "blob_url": format!("https://github.com/blob/{path}"),
        "raw_url": format!("https://github.com/raw/{path}"),
        "contents_url": format!("https://api.github.com/contents/{path}"),
    });
    let said = state.patches.get(&(on, path.clone())).cloned();
    let patch = said.or_else(|| (1..=SHOWN_LINES).contains(&(additions + deletions)).then(|| made_up(file)));
    if let (Some(patch), Some(object)) = (patch, value.as_object_mut()) {
        object.insert("patch".to_owned(), patch.into());
    }
    value
}

fn made_up(FileChange { path, additions, deletions, .. }: &FileChange) -> String {
    let mut patch = format!("@@ -1,{deletions} +1,{additions} @@");
    for (sign, count) in [('-', deletions), ('+', additions)] {
        for line in 1..=*count {
            // Writing to a String cannot fail.
            _ = write!(patch, "\n{sign}line {line} of {path}");
        }
    }
    patch
}
