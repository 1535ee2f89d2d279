//! The name of a fact.

use super::{ContributorId, RepositoryId};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Where a fact stands in the evidence, and its name everywhere else: `pull/REPO/NUMBER`,
/// `review/REPO/NUMBER/REVIEWER`, `issue/REPO/NUMBER`, `answer/REPO/NUMBER`,
/// `kudos/REPO/NUMBER/COMMENT/RECEIVER`, `witness/REPO/NUMBER`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FactKey {
    Pull { repo: RepositoryId, number: u64 },
    Review { repo: RepositoryId, number: u64, by: ContributorId },
    Issue { repo: RepositoryId, number: u64 },
    Answer { repo: RepositoryId, number: u64 },
    Kudos { repo: RepositoryId, number: u64, id: u64, to: ContributorId },
    Witness { repo: RepositoryId, number: u64 },
}

impl FactKey {
    pub fn repo(&self) -> RepositoryId {
        match *self {
            Self::Pull { repo, .. }
            | Self::Review { repo, .. }
            | Self::Issue { repo, .. }
            | Self::Answer { repo, .. }
            | Self::Kudos { repo, .. }
            | Self::Witness { repo, .. } => repo,
        }
    }

    pub fn number(&self) -> u64 {
        match *self {
            Self::Pull { number, .. }
            | Self::Review { number, .. }
            | Self::Issue { number, .. }
            | Self::Answer { number, .. }
            | Self::Kudos { number, .. }
            | Self::Witness { number, .. } => number,
        }
    }
}

impl fmt::Display for FactKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pull { repo, number } => write!(f, "pull/{repo}/{number}"),
            Self::Review { repo, number, by } => write!(f, "review/{repo}/{number}/{by}"),
            Self::Issue { repo, number } => write!(f, "issue/{repo}/{number}"),
            Self::Answer { repo, number } => write!(f, "answer/{repo}/{number}"),
            Self::Witness { repo, number } => write!(f, "witness/{repo}/{number}"),
            Self::Kudos { repo, number, id, to } => write!(f, "kudos/{repo}/{number}/{id}/{to}"),
        }
    }
}

impl Serialize for FactKey {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for FactKey {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let mut parts = text.split('/');
        let kind = parts.next();
        let mut number = || parts.next().and_then(|part| part.parse::<u64>().ok());
        let (repo, thread) = (number().map(RepositoryId), number());
        let key = match (kind, repo, thread, number(), number()) {
            (Some("pull"), Some(repo), Some(number), None, _) => Some(Self::Pull { repo, number }),
            (Some("issue"), Some(repo), Some(number), None, _) => Some(Self::Issue { repo, number }),
            (Some("answer"), Some(repo), Some(number), None, _) => Some(Self::Answer { repo, number }),
            (Some("witness"), Some(repo), Some(number), None, _) => Some(Self::Witness { repo, number }),
            (Some("review"), Some(repo), Some(number), Some(by), None) => {
                Some(Self::Review { repo, number, by: ContributorId(by) })
            }
            (Some("kudos"), Some(repo), Some(number), Some(id), Some(to)) => {
                Some(Self::Kudos { repo, number, id, to: ContributorId(to) })
            }
            _ => None,
        };
        key.filter(|key| key.to_string() == text)
            .ok_or_else(|| serde::de::Error::custom(format!("{text:?} is not the key of a fact")))
    }
}

#[cfg(feature = "openapi")]
impl utoipa::PartialSchema for FactKey {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .pattern(Some("^(pull|review|issue|answer|kudos|witness)(/[0-9]+){2,4}$"))
            .description(Some(
                "The name of a fact: `pull/REPOSITORY/NUMBER`, `review/REPOSITORY/NUMBER/REVIEWER`, `issue/REPOSITORY/NUMBER`, \
                 `answer/REPOSITORY/NUMBER`, `kudos/REPOSITORY/NUMBER/COMMENT/RECEIVER`, `witness/REPOSITORY/NUMBER`; \
                 repositories and accounts by GitHub's ids",
            ))
            .examples(["pull/20580498/4711"])
            .into()
    }
}

#[cfg(feature = "openapi")]
impl utoipa::ToSchema for FactKey {}
