//! The transcript: all that was asked and answered about one pull request, so that anybody who is shown it can
//! check its hash against the evidence. Never holds a key.

use super::detect::Found;
use super::fault::Fault;
use super::prompt;
use guerdon_core::B256;
use guerdon_core::canonical::{self, CanonicalError};
use guerdon_core::evidence::hash;
use serde::Serialize;
use serde_json::Value;

/// Characters that are kept of one answer.
pub const KEPT: usize = 16_384;

#[derive(Clone, Debug, Serialize)]
pub struct Transcript {
    pub repo: u64,
    pub number: u64,
    /// UTC seconds, by the chain's clock.
    pub asked: u64,
    pub prompt: u64,
    pub prompt_hash: B256,
    /// Known ways to instruct a model that its text tries.
    pub found: Found,
    /// As it was sent, each time; absent when nobody was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request: Option<Value>,
    pub answers: Vec<Answered>,
    /// Why it is neutral, if it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

/// One answer as it came.
#[derive(Clone, Debug, Serialize)]
pub struct Answered {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    pub tries: u32,
    pub text: String,
    /// Why it could not be used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fault: Option<String>,
}

impl Transcript {
    pub fn new(repo: u64, number: u64, asked: u64, found: Found) -> Self {
        let (prompt, prompt_hash) = (prompt::VERSION, prompt::text_hash());
        Self { repo, number, asked, prompt, prompt_hash, found, request: None, answers: Vec::new(), why: None }
    }

    pub fn because(mut self, why: Option<Fault>) -> Self {
        self.why = why.map(|fault| fault.to_string());
        self
    }

    /// Canonical JSON and its SHA-256.
    pub fn sealed(&self) -> Result<(String, B256), CanonicalError> {
        let text = canonical::to_string(self)?;
        let hash = hash(text.as_bytes());
        Ok((text, hash))
    }
}
