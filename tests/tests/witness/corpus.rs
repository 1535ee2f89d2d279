//! The corpora: texts that try to instruct a model, and honest ones that speak of such things.

use super::bench::Draft;
use guerdon::fetch::{Patch, PullText};
use guerdon_core::model::{Change, ContributorId, FileChange, Pull, RepositoryId};
use guerdon_tests::sandbox::root;
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// Where a text stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Place {
    Title,
    Body,
    /// A comment in code that is added.
    Comment,
    /// The name of a file.
    Path,
}

#[derive(Clone, Debug, Deserialize)]
pub struct Injection {
    pub lang: String,
    pub place: Place,
    pub text: String,
    /// It is among the known ways, so it has to be flagged; the others are held by the bound alone.
    pub known: bool,
}

#[derive(Clone, Debug, Deserialize)]
pub struct Honest {
    pub place: Place,
    pub text: String,
}

fn read<T: DeserializeOwned>(name: &str) -> Vec<T> {
    let text = std::fs::read_to_string(root().join("tests/data").join(name)).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

pub fn injections() -> Vec<Injection> {
    read("witness-injections.jsonl")
}

pub fn honest() -> Vec<Honest> {
    read("witness-honest.jsonl")
}

/// A pull request that says it there, and is ordinary otherwise.
pub fn draft(nth: usize, place: Place, text: &str) -> Draft {
    let mut draft = Draft::titled(&format!("Change {nth}"));
    match place {
        Place::Title => draft.title = text.chars().take(256).collect(),
        Place::Body => draft.body = text.to_owned(),
        Place::Comment => draft.lines = text.lines().map(str::to_owned).collect(),
        Place::Path => draft.path = format!("{nth}/{text}"),
    }
    draft
}

/// The same, as the fact and the texts that are quoted.
pub fn pull(nth: usize, place: Place, text: &str) -> (Pull, PullText) {
    let Draft { title, body, path, lines } = draft(nth, place, text);
    let path = if path.is_empty() { format!("src/change_{nth}.rs") } else { path };
    let added: Vec<String> = lines.iter().map(|line| format!("+{line}")).collect();
    let patch = format!("@@ -1 +1,9 @@\n context\n{}\n+let x = 1;", added.join("\n"));
    let patch = Patch { path: path.clone(), patch: Some(patch), ..Patch::default() };
    let pull = Pull {
        at: 2,
        author: ContributorId(1),
        bot: false,
        coauthors: Vec::new(),
        created: 1,
        excluded: Vec::new(),
        files: vec![FileChange { path, additions: 9, deletions: 0, change: Change::Added }],
        generated: Vec::new(),
        labels: Vec::new(),
        merger: None,
        number: 1,
        open: 0,
        repo: RepositoryId(1),
        reverts: None,
        title,
    };
    (pull, PullText { body, edited: None, patches: vec![patch] })
}
