//! Entries to bytes: packs what each contributor gets, cuts it into chunks and hashes the chain
//! that oracles sign. The distributor contract does the same; shared vectors hold both to it.
//!
//! An entry is 14 bytes, big-endian: contributor id (8) and units (6). `h_i = keccak256(
//! keccak256(chunk_i) ++ h_{i+1})`, and the hash after the last chunk is zero; the batch carries
//! `h_1`. Whoever publishes chunk i shows `h_{i+1}`, so chunks can only go in this order.

use crate::model::{ContributorId, Epoch};
use alloy_primitives::{B256, keccak256};
use serde::{Deserialize, Serialize};

/// Bytes of one packed entry.
pub const ENTRY_BYTES: usize = 14;
/// The most entries in one chunk, as in the contract.
pub const MAX_CHUNK: usize = 500;
/// The most units in one entry: 2^48 - 1.
pub const MAX_ENTRY_UNITS: u64 = (1 << 48) - 1;

/// What one contributor is granted in one epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    pub id: ContributorId,
    pub units: u64,
}

/// The header that oracles sign (EIP-712 `RewardBatch`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BatchHeader {
    pub epoch: Epoch,
    pub round: u32,
    pub oracle_set: u64,
    /// The distributor refuses the batch after this time, UTC seconds.
    pub post_before: u64,
    /// The sum of the entries, in units.
    pub total: u64,
    pub entries_hash: B256,
    pub policy_hash: B256,
    pub evidence_hash: B256,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BatchError {
    #[error("a batch needs at least one entry")]
    Empty,
    #[error("chunks hold 1 to {MAX_CHUNK} entries, not {0}")]
    ChunkSize(usize),
    #[error("entry {position}: id {id} does not ascend")]
    Order { position: usize, id: ContributorId },
    #[error("entry {position}: {units} units are not within 1 and {MAX_ENTRY_UNITS}")]
    Units { position: usize, units: u64 },
    #[error("packed entries must be a multiple of {ENTRY_BYTES} bytes, not {0}")]
    Length(usize),
    #[error("the sum of the entries does not fit 64 bits")]
    Total,
}

/// One transaction's worth of entries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chunk {
    /// The packed entries.
    pub entries: Vec<u8>,
    /// The hash of all that comes after; zero in the last chunk.
    pub rest: B256,
    /// How many entries came before this chunk.
    pub first: usize,
}

/// Checks order and amounts, gives the sum.
pub fn total(entries: &[Entry]) -> Result<u64, BatchError> {
    if entries.is_empty() {
        return Err(BatchError::Empty);
    }
    let mut last = None;
    let mut sum = 0u64;
    for (position, entry) in entries.iter().enumerate() {
        if last >= Some(entry.id) {
            return Err(BatchError::Order { position, id: entry.id });
        }
        if !(1..=MAX_ENTRY_UNITS).contains(&entry.units) {
            return Err(BatchError::Units { position, units: entry.units });
        }
        last = Some(entry.id);
        sum = sum.checked_add(entry.units).ok_or(BatchError::Total)?;
    }
    Ok(sum)
}

/// Packs entries without looking at them.
fn pack(entries: &[Entry]) -> Vec<u8> {
    let mut out = Vec::with_capacity(entries.len() * ENTRY_BYTES);
    for entry in entries {
        out.extend_from_slice(&entry.id.0.to_be_bytes());
        out.extend(entry.units.to_be_bytes().into_iter().skip(2));
    }
    out
}

/// Reads packed entries back, as far as their form goes; [`total`] checks their order.
pub fn unpack(bytes: &[u8]) -> Result<Vec<Entry>, BatchError> {
    let (packed, rest) = bytes.as_chunks::<ENTRY_BYTES>();
    if !rest.is_empty() {
        return Err(BatchError::Length(bytes.len()));
    }
    let big_endian = |bytes: &[u8]| bytes.iter().fold(0u64, |sum, byte| sum << 8 | u64::from(*byte));
    Ok(packed
        .iter()
        .map(|entry| {
            let (id, units) = entry.split_at(8);
            Entry { id: ContributorId(big_endian(id)), units: big_endian(units) }
        })
        .collect())
}

/// Cuts entries into chunks of `size` and links them; the first chunk's hash is `entriesHash`.
pub fn chunks(entries: &[Entry], size: usize) -> Result<Vec<Chunk>, BatchError> {
    total(entries)?;
    if !(1..=MAX_CHUNK).contains(&size) {
        return Err(BatchError::ChunkSize(size));
    }
    let mut chunks: Vec<Chunk> = entries
        .chunks(size)
        .enumerate()
        .map(|(at, part)| Chunk { entries: pack(part), rest: B256::ZERO, first: at * size })
        .collect();
    let mut rest = B256::ZERO;
    for chunk in chunks.iter_mut().rev() {
        chunk.rest = rest;
        rest = chunk.hash();
    }
    Ok(chunks)
}

impl Chunk {
    /// `h_i` of this chunk.
    pub fn hash(&self) -> B256 {
        let mut bytes = [0u8; 64];
        let (left, right) = bytes.split_at_mut(32);
        left.copy_from_slice(keccak256(&self.entries).as_slice());
        right.copy_from_slice(self.rest.as_slice());
        keccak256(bytes)
    }
}

/// `entriesHash` of entries cut into the largest chunks, which is how Guerdon posts them.
pub fn entries_hash(entries: &[Entry]) -> Result<B256, BatchError> {
    chunks(entries, MAX_CHUNK)?.first().map(Chunk::hash).ok_or(BatchError::Empty)
}
