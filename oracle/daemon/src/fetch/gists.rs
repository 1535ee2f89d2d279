//! Accounts and their public gists: where somebody shows that a GitHub account and a wallet are theirs.

use super::answer::{Login, RestAccount};
use super::error::FetchError;
use super::github::{GitHub, Rest};
use super::{queries, time};
use crate::store::Account;
use guerdon_core::model::ContributorId;
use serde::Deserialize;
use serde_json::json;
use std::collections::BTreeMap;

/// How many of an account's newest gists are looked at.
const NEWEST: u64 = 30;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gist {
    pub id: String,
    pub owner_id: ContributorId,
    pub public: bool,
    /// UTC seconds.
    pub created_at: u64,
    pub updated_at: u64,
    pub files: Vec<GistFile>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GistFile {
    pub name: String,
    /// Empty for a binary file.
    pub text: String,
    /// The text is only the beginning.
    pub truncated: bool,
}

#[derive(Deserialize)]
struct UserData {
    user: Option<UserNode>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct UserNode {
    database_id: Option<u64>,
    #[serde(flatten)]
    login: Option<Login>,
    gists: Option<Gists>,
}

#[derive(Deserialize)]
struct Gists {
    nodes: Option<Vec<Option<GistNode>>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct GistNode {
    name: String,
    created_at: String,
    updated_at: String,
    files: Option<Vec<Option<FileNode>>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct FileNode {
    name: Option<String>,
    text: Option<String>,
    is_truncated: bool,
}

#[derive(Deserialize)]
struct RestGist {
    id: String,
    public: bool,
    created_at: String,
    updated_at: String,
    owner: Option<RestAccount>,
    files: BTreeMap<String, RestFile>,
}

#[derive(Deserialize)]
struct RestFile {
    content: Option<String>,
    #[serde(default)]
    truncated: bool,
}

impl GitHub {
    /// The person with that login. A bot's login ends in `[bot]`; such an account has no gists.
    pub async fn account(&self, login: &str) -> Result<Account, FetchError> {
        let what = format!("account {login}");
        let missing = || FetchError::NoAccount { login: login.to_owned() };
        if !is_login(login) {
            return Err(missing());
        }
        let data: UserData = self.query(&what, queries::ACCOUNT, json!({"login": login})).await?;
        let user = data.user.ok_or_else(missing)?;
        let id = user.database_id.filter(|id| *id > 0).ok_or_else(missing)?;
        let login = user.login.map_or_else(|| login.to_owned(), |found| found.login);
        Ok(Account { id, bot: login.ends_with("[bot]"), login })
    }

    /// The newest public gists, newest first.
    pub async fn gists(&self, login: &str) -> Result<Vec<Gist>, FetchError> {
        let what = format!("gists of {login}");
        let missing = || FetchError::NoAccount { login: login.to_owned() };
        if !is_login(login) {
            return Err(missing());
        }
        let data: UserData = self.query(&what, queries::GISTS, json!({"login": login, "first": NEWEST})).await?;
        let user = data.user.ok_or_else(missing)?;
        let owner_id = ContributorId(user.database_id.ok_or_else(missing)?);
        let nodes = user.gists.and_then(|gists| gists.nodes).unwrap_or_default();
        let gist = |node: GistNode| {
            let files = node.files.into_iter().flatten().flatten().map(|file| GistFile {
                name: file.name.unwrap_or_default(),
                text: file.text.unwrap_or_default(),
                truncated: file.is_truncated,
            });
            Ok(Gist {
                created_at: seconds(&what, &node.created_at)?,
                updated_at: seconds(&what, &node.updated_at)?,
                id: node.name,
                owner_id,
                public: true,
                files: files.collect(),
            })
        };
        nodes.into_iter().flatten().map(gist).collect()
    }

    /// One gist, public or not.
    pub async fn gist(&self, id: &str) -> Result<Gist, FetchError> {
        let missing = || FetchError::NoGist { id: id.to_owned() };
        if id.is_empty() || !id.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return Err(missing());
        }
        let what = format!("gist {id}");
        let answer: Option<Rest<RestGist>> = self.get(&what, &format!("/gists/{id}")).await?;
        let gist = answer.ok_or_else(missing)?.value;
        let owner_id = ContributorId(gist.owner.ok_or_else(missing)?.id);
        let files = gist.files.into_iter().map(|(name, file)| GistFile {
            name,
            text: file.content.unwrap_or_default(),
            truncated: file.truncated,
        });
        Ok(Gist {
            created_at: seconds(&what, &gist.created_at)?,
            updated_at: seconds(&what, &gist.updated_at)?,
            id: gist.id,
            owner_id,
            public: gist.public,
            files: files.collect(),
        })
    }
}

fn is_login(login: &str) -> bool {
    !login.is_empty() && login.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

fn seconds(what: &str, text: &str) -> Result<u64, FetchError> {
    time::parse(text).ok_or_else(|| FetchError::Shape { what: what.to_owned(), message: format!("no time: {text:?}") })
}
