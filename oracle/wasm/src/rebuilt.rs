//! What follows from evidence and policy, as a page wants it: takes a rebuilt batch, gives what the file says
//! of itself beside what was computed.

use guerdon_core::batch::{self, Chunk, MAX_CHUNK};
use guerdon_core::evidence::{Header, Terms};
use guerdon_core::fairness::Fairness;
use guerdon_core::model::ContributorId;
use guerdon_core::score::{Slice, SliceResult};
use guerdon_core::{Address, B256, verify};
use serde::{Serialize, Serializer};

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Rebuilt {
    /// What the evidence says it is evidence of.
    pub epoch: u64,
    pub round: u32,
    pub chain: u64,
    pub distributor: Address,
    /// Base units in one unit.
    pub unit: String,
    /// Links hold as of it.
    pub block: u64,
    pub starts: u64,
    pub ends: u64,
    pub cutoff: u64,
    /// The evidence hash of the epoch before.
    pub previous: B256,
    pub terms: Terms,
    /// Of the file.
    pub bytes: usize,
    pub facts: usize,
    /// How many people its opening state knows, and who of them has a wallet linked.
    pub people: usize,
    pub linked: Vec<ContributorId>,
    /// SHA-256 of the file.
    pub evidence_hash: B256,
    pub policy_hash: B256,
    /// Zero when nobody is granted anything.
    pub entries_hash: B256,
    /// In units.
    pub total: u64,
    pub chunks: Vec<Packed>,
    pub slices: Vec<Spent>,
    pub fairness: Fairness,
}

/// A chunk of entries, as whoever publishes it sends it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Packed {
    /// How many entries come before.
    pub first: usize,
    /// 14 bytes each.
    #[serde(serialize_with = "hexadecimal")]
    pub entries: Vec<u8>,
    /// The hash of what comes after.
    pub rest: B256,
}

/// What became of a slice, in units.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Spent {
    pub slice: Slice,
    pub budget: u64,
    pub pool: u64,
    /// Milli-points.
    pub points: u64,
    /// The units of its line items.
    pub units: u64,
}

fn hexadecimal<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |four: u8| DIGITS.get(usize::from(four)).copied().map_or('0', char::from);
    let digits = bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]);
    serializer.serialize_str(&['0', 'x'].into_iter().chain(digits).collect::<String>())
}

impl Rebuilt {
    pub fn of(rebuilt: &verify::Rebuilt, fairness: Fairness, bytes: usize) -> Result<Self, batch::BatchError> {
        let verify::Rebuilt { evidence, evidence_hash, outcome, entries_hash } = rebuilt;
        let Header { epoch, round, chain, distributor, block, starts, ends, cutoff, previous, .. } = evidence.header;
        let people = &evidence.opening.people;
        let chunks = if outcome.entries.is_empty() { Vec::new() } else { batch::chunks(&outcome.entries, MAX_CHUNK)? };
        let pack = |Chunk { entries, rest, first }| Packed { first, entries, rest };
        let spent = |slice: &SliceResult| {
            let items = outcome.items.iter().filter(|item| item.slice == slice.slice);
            let units = items.fold(0u64, |sum, item| sum.saturating_add(item.units));
            Spent { slice: slice.slice, budget: slice.budget, pool: slice.pool, points: slice.points, units }
        };
        Ok(Self {
            epoch: epoch.0,
            round,
            chain,
            distributor,
            unit: evidence.header.unit.clone(),
            block,
            starts,
            ends,
            cutoff,
            previous,
            terms: evidence.header.terms.clone(),
            bytes,
            facts: evidence.facts.len(),
            people: people.len(),
            linked: people.iter().filter(|person| person.linked).map(|person| person.id).collect(),
            evidence_hash: *evidence_hash,
            // Scoring refuses any other.
            policy_hash: evidence.header.terms.policy,
            entries_hash: *entries_hash,
            total: outcome.total,
            chunks: chunks.into_iter().map(pack).collect(),
            slices: outcome.slices.iter().map(spent).collect(),
            fairness,
        })
    }
}
