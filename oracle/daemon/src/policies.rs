//! The policies at hand: takes the files that the configuration names, gives the one that an epoch ran
//! under, and what evidence comes to by it.

use crate::config::Config;
use crate::oracle::{OracleError, Result, read_policy_file};
use guerdon_core::B256;
use guerdon_core::model::Epoch;
use guerdon_core::policy::Policy;
use guerdon_core::verify::{self, Rebuilt};
use std::collections::BTreeMap;
use std::path::PathBuf;

#[derive(Debug)]
pub struct Policies {
    all: BTreeMap<B256, Read>,
    /// The one that was named first, which is in force as far as this oracle knows.
    first: Option<B256>,
}

#[derive(Debug)]
struct Read {
    policy: Policy,
    /// The file.
    text: String,
}

impl Policies {
    pub fn read(config: &Config) -> Result<Self> {
        Self::of_files(std::iter::once(&config.policy).chain(&config.past_policies))
    }

    pub fn of_files<'a>(files: impl IntoIterator<Item = &'a PathBuf>) -> Result<Self> {
        let (mut all, mut first) = (BTreeMap::new(), None);
        for path in files {
            let (policy, text) = read_policy_file(path)?;
            let hash = policy.hash().map_err(|source| OracleError::Policy { path: path.clone(), source })?;
            all.insert(hash, Read { policy, text });
            first = first.or(Some(hash));
        }
        Ok(Self { all, first })
    }

    /// The policy that governance set for an epoch.
    pub fn of(&self, epoch: Epoch, hash: B256) -> Result<&Policy> {
        self.all.get(&hash).map(|read| &read.policy).ok_or(OracleError::NoSuchPolicy { epoch, hash })
    }

    /// The one that was named first.
    pub fn first(&self) -> Option<&Policy> {
        self.all.get(&self.first?).map(|read| &read.policy)
    }

    /// The hashes of all that are at hand.
    pub fn hashes(&self) -> impl Iterator<Item = &B256> {
        self.all.keys()
    }

    /// What the file of one says.
    pub fn text(&self, hash: B256) -> Option<&str> {
        self.all.get(&hash).map(|read| read.text.as_str())
    }

    /// Scores evidence by the policy of its epoch.
    pub fn rebuild(&self, bytes: &[u8]) -> Result<(Rebuilt, &Policy)> {
        let read = verify::read(bytes)?;
        let header = &read.1.header;
        let policy = self.of(header.epoch, header.terms.policy)?;
        Ok((Rebuilt::new(read, policy)?, policy))
    }
}
