//! The evidence file: takes a header, an opening state and facts, gives canonical JSON Lines, and
//! back. One content has one byte string, so its SHA-256 names it.
//!
//! Line order: one `header`, `person` lines by id, `merger` lines by (repository, id), `landed` lines by
//! (repository, number), `settled` lines by repository, `thanks` lines by (giver, receiver), then
//! facts by key. A file with one wrong line is refused whole, with that line's number.

mod check;

use crate::model::{
    Answer, Epoch, Fact, Issue, Kudos, Landed, Merger, Person, Pull, RepositoryId, Review, Settled, State, Thanks,
    Witness,
};
use alloy_primitives::{Address, B256};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// The version of the file's layout.
pub const SCHEMA: u32 = 1;

/// The version of what turns GitHub's text into facts: verdict words, revert links, titles.
pub const FETCH: u32 = 1;

/// Governance's terms for the epoch, as the distributor holds them. Amounts in units.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Terms {
    pub budget: u64,
    pub cap: u64,
    pub policy: B256,
}

/// What the evidence is evidence of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Header {
    /// The block as of which `linked` holds.
    pub block: u64,
    pub chain: u64,
    /// UTC seconds: nothing that happened later is in the facts.
    pub cutoff: u64,
    pub distributor: Address,
    /// The first second after the epoch.
    pub ends: u64,
    pub epoch: Epoch,
    pub fetch: u32,
    /// The previous epoch's evidence hash; zero for the first.
    pub previous: B256,
    /// Ascending.
    pub repositories: Vec<RepositoryId>,
    pub round: u32,
    pub schema: u32,
    pub starts: u64,
    pub terms: Terms,
    /// Base units of the payout token in one unit, decimal.
    pub unit: String,
}

/// Everything that a batch is computed from, besides the policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    pub header: Header,
    pub opening: State,
    /// Ascending by key.
    pub facts: Vec<Fact>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Line {
    Header(Header),
    Person(Person),
    Merger(Merger),
    Landed(Landed),
    Settled(Settled),
    Thanks(Thanks),
    Pull(Pull),
    Review(Review),
    Issue(Issue),
    Answer(Answer),
    Kudos(Kudos),
    Witness(Witness),
}

#[derive(Debug, thiserror::Error)]
pub enum EvidenceError {
    #[error("the evidence is empty")]
    Empty,
    #[error("line {line}: the evidence is cut off, its last line does not end")]
    CutOff { line: usize },
    #[error("line {line}: not valid UTF-8")]
    Utf8 { line: usize },
    #[error("line {line}: not a line of evidence: {message}")]
    Json { line: usize, message: String },
    #[error("line {line}: not canonical; the canonical line is {expected}")]
    NotCanonical { line: usize, expected: String },
    #[error("line {line}: {message}")]
    Content { line: usize, message: String },
}

/// SHA-256 of an evidence file's bytes, uncompressed.
pub fn hash(bytes: &[u8]) -> B256 {
    B256::from_slice(&Sha256::digest(bytes))
}

/// A SHA-256 over one fact's canonical line: what oracles compare before they cut evidence.
pub fn fact_hash(fact: &Fact) -> Result<B256, EvidenceError> {
    Ok(hash(line_of(&Line::from(fact.clone()), 0)?.as_bytes()))
}

impl From<Fact> for Line {
    fn from(fact: Fact) -> Self {
        match fact {
            Fact::Pull(pull) => Self::Pull(pull),
            Fact::Review(review) => Self::Review(review),
            Fact::Issue(issue) => Self::Issue(issue),
            Fact::Answer(answer) => Self::Answer(answer),
            Fact::Kudos(kudos) => Self::Kudos(kudos),
            Fact::Witness(witness) => Self::Witness(witness),
        }
    }
}

fn line_of(line: &Line, number: usize) -> Result<String, EvidenceError> {
    serde_json::to_string(line).map_err(|source| EvidenceError::Json { line: number, message: source.to_string() })
}

impl Evidence {
    /// Puts facts and state into file order and checks them as a reader would.
    pub fn new(header: Header, mut opening: State, mut facts: Vec<Fact>) -> Result<Self, EvidenceError> {
        opening.people.retain(|person| !person.is_empty());
        opening.people.sort_by_key(|person| person.id);
        opening.mergers.sort_by_key(|merger| (merger.repo, merger.id));
        opening.landed.sort_by_key(|landed| (landed.repo, landed.number));
        opening.settled.sort_by_key(|settled| settled.repo);
        opening.thanks.sort_by_key(|thanks| (thanks.by, thanks.to));
        facts.sort_by_key(Fact::key);
        for fact in &mut facts {
            if let Fact::Pull(pull) = fact {
                pull.files.sort_by(|a, b| a.path.cmp(&b.path));
            }
        }
        let evidence = Self { header, opening, facts };
        let mut checker = check::Checker::default();
        for (at, line) in evidence.lines().enumerate() {
            checker.line(&line).map_err(|message| EvidenceError::Content { line: at + 1, message })?;
        }
        checker.end().map_err(|(line, message)| EvidenceError::Content { line, message })?;
        Ok(evidence)
    }

    fn lines(&self) -> impl Iterator<Item = Line> + '_ {
        std::iter::once(Line::Header(self.header.clone()))
            .chain(self.opening.people.iter().cloned().map(Line::Person))
            .chain(self.opening.mergers.iter().cloned().map(Line::Merger))
            .chain(self.opening.landed.iter().cloned().map(Line::Landed))
            .chain(self.opening.settled.iter().cloned().map(Line::Settled))
            .chain(self.opening.thanks.iter().copied().map(Line::Thanks))
            .chain(self.facts.iter().cloned().map(Line::from))
    }

    /// The file.
    pub fn to_bytes(&self) -> Result<Vec<u8>, EvidenceError> {
        let mut out = Vec::new();
        for (at, line) in self.lines().enumerate() {
            out.extend_from_slice(line_of(&line, at + 1)?.as_bytes());
            out.push(b'\n');
        }
        Ok(out)
    }

    /// Reads a file, refusing whatever [`Evidence::to_bytes`] could not have written.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, EvidenceError> {
        let mut header = None;
        let mut opening = State::default();
        let mut facts = Vec::new();
        let mut checker = check::Checker::default();
        let mut rest = bytes;
        let mut number = 0;
        while !rest.is_empty() {
            number += 1;
            let Some(end) = rest.iter().position(|byte| *byte == b'\n') else {
                return Err(EvidenceError::CutOff { line: number });
            };
            let (text, tail) = rest.split_at(end);
            rest = tail.get(1..).unwrap_or_default();
            let text = std::str::from_utf8(text).map_err(|_| EvidenceError::Utf8 { line: number })?;
            let line: Line = serde_json::from_str(text)
                .map_err(|source| EvidenceError::Json { line: number, message: source.to_string() })?;
            let expected = line_of(&line, number)?;
            if expected != text {
                return Err(EvidenceError::NotCanonical { line: number, expected });
            }
            checker.line(&line).map_err(|message| EvidenceError::Content { line: number, message })?;
            match line {
                Line::Header(found) => header = Some(found),
                Line::Person(person) => opening.people.push(person),
                Line::Merger(merger) => opening.mergers.push(merger),
                Line::Landed(landed) => opening.landed.push(landed),
                Line::Settled(settled) => opening.settled.push(settled),
                Line::Thanks(thanks) => opening.thanks.push(thanks),
                Line::Pull(pull) => facts.push(Fact::Pull(pull)),
                Line::Review(review) => facts.push(Fact::Review(review)),
                Line::Issue(issue) => facts.push(Fact::Issue(issue)),
                Line::Answer(answer) => facts.push(Fact::Answer(answer)),
                Line::Kudos(kudos) => facts.push(Fact::Kudos(kudos)),
                Line::Witness(witness) => facts.push(Fact::Witness(witness)),
            }
        }
        checker.end().map_err(|(line, message)| EvidenceError::Content { line, message })?;
        let header = header.ok_or(EvidenceError::Empty)?;
        Ok(Self { header, opening, facts })
    }
}
