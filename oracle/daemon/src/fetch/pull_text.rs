//! What a pull request says: its body and its patches, read when somebody is to judge them.
//!
//! They are given to the caller and kept nowhere here: records hold no texts.

use super::error::FetchError;
use super::github::{GitHub, Rest};
use super::{queries, time};
use crate::store::Repository;
use serde::Deserialize;
use serde_json::json;

/// How many of its files are read: GitHub's largest page.
const FILES: u64 = 100;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PullText {
    pub body: String,
    /// When the body was edited last, UTC seconds.
    pub edited: Option<u64>,
    /// As GitHub orders them, the first hundred.
    pub patches: Vec<Patch>,
}

/// How one file was changed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Patch {
    #[serde(rename = "filename")]
    pub path: String,
    #[serde(default)]
    pub status: String,
    #[serde(default)]
    pub additions: u64,
    #[serde(default)]
    pub deletions: u64,
    /// Hunks in unified form; absent for binary and very large files.
    #[serde(default)]
    pub patch: Option<String>,
}

#[derive(Deserialize)]
struct TextData {
    repository: Option<TextRepository>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct TextRepository {
    pull_request: Option<TextPull>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct TextPull {
    body: Option<String>,
    last_edited_at: Option<String>,
}

impl GitHub {
    /// The texts of one pull request; `None` when GitHub does not know it any more.
    pub async fn pull_text(&self, repository: &Repository, number: u64) -> Result<Option<PullText>, FetchError> {
        let Repository { owner, name, .. } = repository;
        let what = format!("the text of {owner}/{name}#{number}");
        let variables = json!({"owner": owner, "name": name, "number": number});
        let data: TextData = self.query(&what, queries::PULL_TEXT, variables).await?;
        let Some(pull) = data.repository.and_then(|repository| repository.pull_request) else { return Ok(None) };
        let edited = match pull.last_edited_at {
            None => None,
            Some(text) => Some(
                time::parse(&text)
                    .ok_or_else(|| FetchError::Shape { what: what.clone(), message: format!("no time: {text:?}") })?,
            ),
        };
        let path = format!("/repos/{owner}/{name}/pulls/{number}/files?per_page={FILES}");
        let files: Option<Rest<Vec<Patch>>> = self.get(&what, &path).await?;
        let Some(Rest { value: patches, .. }) = files else { return Ok(None) };
        Ok(Some(PullText { body: pull.body.unwrap_or_default(), edited, patches }))
    }
}
