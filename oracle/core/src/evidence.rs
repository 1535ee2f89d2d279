//! The evidence file: takes a header, an opening state and facts, gives canonical JSON Lines, and
//! back. One content has one byte string, so its SHA-256 names it.
//!
//! Line order: one `header`, `person` lines by id, `merger` lines by (repository, id), `landed` lines by
//! (repository, number), `settled` lines by repository, `thanks` lines by (giver, receiver), then
//! facts by key. A file with one wrong line is refused whole, with that line's number.

mod check;
pub(crate) mod line;
mod order;
mod read;

use crate::model::{Answer, Epoch, Fact, FactKey, Issue, Kudos, Pull, RepositoryId, Review, State, Witness};
use alloy_primitives::{Address, B256};
use line::Line;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// The version of the file's layout.
pub const SCHEMA: u32 = 1;

/// The version of what turns GitHub's text into facts: verdict words, revert links, titles.
pub const FETCH: u32 = 1;

/// For so many epochs a fact that too few oracles held alike waits, and is dropped then.
pub const CARRY_EPOCHS: u64 = 2;

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
    /// The block as of which `linked` holds: the first one at or after the cutoff.
    pub block: u64,
    /// Facts of the [`CARRY_EPOCHS`] epochs before, ascending: too few oracles held them alike then.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub carried: Vec<FactKey>,
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

/// Whether what a witness said could stand in evidence, when and of which pull request apart.
pub fn is_usable(witness: &Witness) -> bool {
    check::is_usable(witness).is_ok()
}

/// SHA-256 of an evidence file's bytes, uncompressed.
pub fn hash(bytes: &[u8]) -> B256 {
    B256::from_slice(&Sha256::digest(bytes))
}

impl EvidenceError {
    fn json(line: usize, source: &serde_json::Error) -> Self {
        Self::Json { line, message: source.to_string() }
    }

    /// The same, of a line that stands after as many others.
    fn after(self, lines: usize) -> Self {
        match self {
            Self::Empty => Self::Empty,
            Self::CutOff { line } => Self::CutOff { line: lines + line },
            Self::Utf8 { line } => Self::Utf8 { line: lines + line },
            Self::Json { line, message } => Self::Json { line: lines + line, message },
            Self::NotCanonical { line, expected } => Self::NotCanonical { line: lines + line, expected },
            Self::Content { line, message } => Self::Content { line: lines + line, message },
        }
    }
}

impl Header {
    /// From when on something must have been accepted to count here.
    pub fn counts_from(&self, key: &FactKey) -> u64 {
        if self.is_carried(key) { self.carries_from() } else { self.starts }
    }

    pub fn is_carried(&self, key: &FactKey) -> bool {
        !self.carried.is_empty() && self.carried.binary_search(key).is_ok()
    }

    /// The beginning of the first epoch that facts may be carried from.
    pub fn carries_from(&self) -> u64 {
        let length = self.ends.saturating_sub(self.starts);
        self.starts.saturating_sub(length.saturating_mul(CARRY_EPOCHS.min(self.epoch.0.saturating_sub(1))))
    }
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
        evidence.check()?;
        Ok(evidence)
    }

    fn check(&self) -> Result<(), EvidenceError> {
        let mut order = order::Order::default();
        for (line, one) in (1..).zip(self.lines()) {
            let held = match one {
                Line::Header(header) => check::header(header),
                other => check::content(&self.header, other).and_then(|()| order.line(other)),
            };
            held.map_err(|message| EvidenceError::Content { line, message })?;
        }
        self.check_carried()
    }

    /// What is said to be carried is there, and is of the time before.
    fn check_carried(&self) -> Result<(), EvidenceError> {
        let header = &self.header;
        for key in &header.carried {
            let at = self.facts.binary_search_by_key(key, Fact::key).ok().and_then(|at| self.facts.get(at));
            let wrong = match at {
                None => "is carried and not among the facts",
                Some(Fact::Review(_) | Fact::Witness(_)) => "is carried, which only its pull request can be",
                Some(fact) if fact.accepted().is_some_and(|at| at >= header.starts) => "is carried but of this epoch",
                Some(_) => continue,
            };
            return Err(EvidenceError::Content { line: 1, message: format!("{key} {wrong}") });
        }
        Ok(())
    }

    fn lines(&self) -> impl Iterator<Item = Line<'_>> {
        std::iter::once(Line::Header(&self.header))
            .chain(self.opening.people.iter().map(Line::Person))
            .chain(self.opening.mergers.iter().map(Line::Merger))
            .chain(self.opening.landed.iter().map(Line::Landed))
            .chain(self.opening.settled.iter().map(Line::Settled))
            .chain(self.opening.thanks.iter().map(Line::Thanks))
            .chain(self.facts.iter().map(Line::from))
    }

    /// In order of their keys, as all of these.
    pub fn pulls(&self) -> impl Iterator<Item = &Pull> {
        self.of_kind(0).iter().filter_map(|fact| if let Fact::Pull(pull) = fact { Some(pull) } else { None })
    }

    pub fn reviews(&self) -> impl Iterator<Item = &Review> {
        self.of_kind(1).iter().filter_map(|fact| if let Fact::Review(review) = fact { Some(review) } else { None })
    }

    pub fn issues(&self) -> impl Iterator<Item = &Issue> {
        self.of_kind(2).iter().filter_map(|fact| if let Fact::Issue(issue) = fact { Some(issue) } else { None })
    }

    pub fn answers(&self) -> impl Iterator<Item = &Answer> {
        self.of_kind(3).iter().filter_map(|fact| if let Fact::Answer(answer) = fact { Some(answer) } else { None })
    }

    pub fn kudos(&self) -> impl Iterator<Item = &Kudos> {
        self.of_kind(4).iter().filter_map(|fact| if let Fact::Kudos(kudos) = fact { Some(kudos) } else { None })
    }

    pub fn witnesses(&self) -> impl Iterator<Item = &Witness> {
        self.of_kind(5).iter().filter_map(|fact| if let Fact::Witness(witness) = fact { Some(witness) } else { None })
    }

    /// Keys ascend by kind first, so facts of one kind stand together.
    fn of_kind(&self, kind: u8) -> &[Fact] {
        let number = |fact: &Fact| match fact {
            Fact::Pull(_) => 0,
            Fact::Review(_) => 1,
            Fact::Issue(_) => 2,
            Fact::Answer(_) => 3,
            Fact::Kudos(_) => 4,
            Fact::Witness(_) => 5,
        };
        let from = self.facts.partition_point(|fact| number(fact) < kind);
        let to = self.facts.partition_point(|fact| number(fact) <= kind);
        self.facts.get(from..to).unwrap_or_default()
    }

    /// The file.
    pub fn to_bytes(&self) -> Result<Vec<u8>, EvidenceError> {
        let mut out = Vec::new();
        for (at, line) in (1..).zip(self.lines()) {
            line.write(&mut out).map_err(|source| EvidenceError::json(at, &source))?;
            out.push(b'\n');
        }
        Ok(out)
    }

    /// Reads a file, refusing whatever [`Evidence::to_bytes`] could not have written.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, EvidenceError> {
        read::read(bytes, &mut |_| {})
    }

    /// The same; says now and then how many bytes are read.
    pub fn from_bytes_telling(bytes: &[u8], tell: &mut dyn FnMut(usize)) -> Result<Self, EvidenceError> {
        read::read(bytes, tell)
    }
}
