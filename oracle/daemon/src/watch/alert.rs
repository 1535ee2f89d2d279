//! One alert: what is wrong with which batch, for people and for programs.

use crate::audit::{Entries, Refetched};
use crate::mirrors::Tried;
use alloy::primitives::{Address, B256, U256};
use guerdon_core::model::Epoch;
use serde::Serialize;
use std::fmt;

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Alert {
    pub epoch: Epoch,
    pub round: u32,
    pub evidence: B256,
    /// First second to credit, UTC; absent before everything is published.
    pub window_end: Option<u64>,
    pub chain: u64,
    pub distributor: Address,
    /// One line for people.
    pub summary: String,
    #[serde(flatten)]
    pub kind: Kind,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Kind {
    WrongEntries {
        entries: Entries,
    },
    FalseEvidence {
        reasons: Vec<String>,
    },
    Withheld {
        tried: Vec<Tried>,
    },
    /// What GitHub says is not what the evidence says.
    FactsDiffer {
        github: Box<Refetched>,
        /// Positions of entries that would be smaller by what GitHub says.
        positions: Vec<u32>,
    },
    Challenged {
        /// Absent: the whole batch.
        position: Option<u32>,
        challenge: U256,
        /// Wei, decimal.
        bond: U256,
        tx: B256,
    },
    /// Something wrong was not challenged.
    NotChallenged {
        positions: Vec<u32>,
        reason: String,
    },
    Unchecked {
        reason: String,
    },
}

impl Kind {
    /// As in the figures.
    pub fn name(&self) -> &'static str {
        match self {
            Self::WrongEntries { .. } => "wrong_entries",
            Self::FalseEvidence { .. } => "false_evidence",
            Self::Withheld { .. } => "withheld",
            Self::FactsDiffer { .. } => "facts_differ",
            Self::Challenged { .. } => "challenged",
            Self::NotChallenged { .. } => "not_challenged",
            Self::Unchecked { .. } => "unchecked",
        }
    }

    /// Whether the batch is wrong, not only unchecked.
    pub fn is_wrong(&self) -> bool {
        !matches!(self, Self::Unchecked { .. })
    }
}

impl fmt::Display for Alert {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "epoch {}, round {}: {}: {}", self.epoch, self.round, self.kind.name(), self.summary)
    }
}
