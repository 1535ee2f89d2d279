//! Rebuilds a batch where there is no operating system: takes an evidence file and a policy, gives the
//! hashes and the total as JSON. Never asks a server, and computes as the oracles do, bit for bit.

#[cfg(target_arch = "wasm32")]
mod exports;

use guerdon_core::B256;
use guerdon_core::policy::Policy;
use guerdon_core::verify;
use serde::Serialize;

/// What follows from evidence and policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Rebuilt {
    /// How many people are granted something.
    pub entries: usize,
    /// Zero when nobody is.
    pub entries_hash: B256,
    /// SHA-256 of the file.
    pub evidence_hash: B256,
    pub policy_hash: B256,
    /// In units.
    pub total: u64,
}

/// The policy is the text of its file.
pub fn rebuild(evidence: &[u8], policy: &[u8]) -> Result<Rebuilt, String> {
    let text = std::str::from_utf8(policy).map_err(|_| "the policy is not valid UTF-8".to_owned())?;
    let policy = Policy::from_toml(text).map_err(|error| error.to_string())?;
    let policy_hash = policy.hash().map_err(|error| error.to_string())?;
    let rebuilt = verify::rebuild(evidence, &policy).map_err(|error| error.to_string())?;
    Ok(Rebuilt {
        entries: rebuilt.outcome.entries.len(),
        entries_hash: rebuilt.entries_hash,
        evidence_hash: rebuilt.evidence_hash,
        policy_hash,
        total: rebuilt.outcome.total,
    })
}

/// [`rebuild`] as one JSON object: a [`Rebuilt`], or `{"error": "..."}`.
pub fn rebuild_json(evidence: &[u8], policy: &[u8]) -> String {
    #[derive(Serialize)]
    struct Refused {
        error: String,
    }
    let json = match rebuild(evidence, policy) {
        Ok(rebuilt) => serde_json::to_string(&rebuilt),
        Err(error) => serde_json::to_string(&Refused { error }),
    };
    json.unwrap_or_default()
}
