//! What oracles say to one another, as JSON. All of it is hostile until it is checked: see `judge` and `exchange`.

use super::sealed::Sealed;
use crate::sign::OracleSignature;
use alloy::primitives::B256;
use guerdon_core::agreement::ItemKey;
use guerdon_core::batch::BatchHeader;
use guerdon_core::model::Epoch;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// Bytes of one message: the lists of an epoch of a hundred thousand facts have a third of it.
pub const MAX_MESSAGE: usize = 64 << 20;

/// `POST /v1/peers/holdings`: which lists and signatures do you know?
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HoldingsAsk {
    pub epoch: Epoch,
    pub round: u32,
    /// Digests of those that the asker has.
    pub have: Vec<B256>,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HoldingsAnswer {
    /// By any oracle, each with its own signature.
    pub sealed: Vec<Sealed>,
    pub votes: Vec<Vote>,
}

/// A batch that somebody signed, and the lists that it was made from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vote {
    pub header: BatchHeader,
    /// Digests, ascending.
    pub lists: Vec<B256>,
    pub signature: OracleSignature,
}

/// `POST /v1/peers/items`: what do these items of yours say?
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ItemsAsk {
    pub epoch: Epoch,
    pub keys: Vec<ItemKey>,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ItemsAnswer {
    /// Lines of evidence.
    pub items: BTreeMap<ItemKey, Vec<String>>,
}

/// `POST /v1/peers/decision`: what was decided for an epoch?
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DecisionAsk {
    pub epoch: Epoch,
}

/// The evidence with that hash is at `/v1/evidence/{hash}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decided {
    pub header: BatchHeader,
    /// Of a quorum of the header's oracle set.
    pub signatures: Vec<OracleSignature>,
}

/// `POST /v1/batches/{epoch}/signatures`: will you sign this?
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ask {
    pub header: BatchHeader,
    /// Digests of the lists that it was made from, ascending.
    pub lists: Vec<B256>,
    /// Only say whether you would, when false: what was signed cannot be taken back.
    pub sign: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It would be signed.
    Accepted,
    Signed(OracleSignature),
    Refused(Refusal),
}

/// Why an oracle does not sign.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Refusal {
    pub reason: Reason,
    /// For people.
    pub detail: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub differs: Vec<Differs>,
}

/// One thing that is another here than there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Differs {
    /// A field of the header, or a line of the evidence.
    pub what: String,
    /// Of the oracle that refuses.
    pub here: String,
    /// Of the one that asked.
    pub there: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// This oracle's key is not in the set that is to sign.
    NotMember,
    /// It has not read GitHub to the cutoff yet, or waits for other lists.
    NotReady,
    /// Another round is due, or the epoch is none that is.
    Stale,
    /// The chain has a batch of this epoch already.
    Posted,
    /// The lists are too few, not known, not signed or not final.
    Lists,
    /// What enough oracles hold alike is left out.
    LeftOut,
    /// The policy or the terms are not those of the chain.
    Policy,
    /// The same lists give another batch here.
    Batch,
    /// The key has signed another batch of this round.
    Signed,
}

impl Reason {
    pub const ALL: [Self; 9] = [
        Self::NotMember,
        Self::NotReady,
        Self::Stale,
        Self::Posted,
        Self::Lists,
        Self::LeftOut,
        Self::Policy,
        Self::Batch,
        Self::Signed,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::NotMember => "not_member",
            Self::NotReady => "not_ready",
            Self::Stale => "stale",
            Self::Posted => "posted",
            Self::Lists => "lists",
            Self::LeftOut => "left_out",
            Self::Policy => "policy",
            Self::Batch => "batch",
            Self::Signed => "signed",
        }
    }

    /// Whether it mends itself with time, so that nobody has to look.
    pub fn passes(self) -> bool {
        matches!(self, Self::NotReady | Self::Posted | Self::Lists | Self::Stale)
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.reason.name(), self.detail)?;
        for differs in self.differs.iter().take(5) {
            write!(f, "; {}: {} there, {} here", differs.what, differs.there, differs.here)?;
        }
        if self.differs.len() > 5 {
            write!(f, "; and {} more", self.differs.len() - 5)?;
        }
        Ok(())
    }
}

impl Refusal {
    pub fn new(reason: Reason, detail: impl Into<String>) -> Self {
        Self { reason, detail: detail.into(), differs: Vec::new() }
    }
}

/// Fields of two headers that are not the same; the first is ours.
pub fn header_differs(here: &BatchHeader, there: &BatchHeader) -> Vec<Differs> {
    let pairs = [
        ("epoch", here.epoch.to_string(), there.epoch.to_string()),
        ("round", here.round.to_string(), there.round.to_string()),
        ("oracle_set", here.oracle_set.to_string(), there.oracle_set.to_string()),
        ("post_before", here.post_before.to_string(), there.post_before.to_string()),
        ("total", here.total.to_string(), there.total.to_string()),
        ("entries_hash", here.entries_hash.to_string(), there.entries_hash.to_string()),
        ("policy_hash", here.policy_hash.to_string(), there.policy_hash.to_string()),
        ("evidence_hash", here.evidence_hash.to_string(), there.evidence_hash.to_string()),
    ];
    let differ = pairs.into_iter().filter(|(_, here, there)| here != there);
    differ.map(|(what, here, there)| Differs { what: format!("header.{what}"), here, there }).collect()
}
