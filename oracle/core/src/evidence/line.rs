//! One line of an evidence file: takes a borrowed header, state or fact, writes its canonical JSON, and
//! reads it back. Never allocates to see whether a text is canonical.

use super::Header;
use crate::model::{Answer, Fact, Issue, Kudos, Landed, Merger, Person, Pull, Review, Settled, Thanks, Witness};
use serde::{Deserialize, Serialize};
use std::io;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Line<'a> {
    Header(&'a Header),
    Person(&'a Person),
    Merger(&'a Merger),
    Landed(&'a Landed),
    Settled(&'a Settled),
    Thanks(&'a Thanks),
    Pull(&'a Pull),
    Review(&'a Review),
    Issue(&'a Issue),
    Answer(&'a Answer),
    Kudos(&'a Kudos),
    Witness(&'a Witness),
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Owned {
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

impl Owned {
    /// One line without its newline; any other way to write the same is refused.
    pub(crate) fn read(text: &str) -> Result<Self, String> {
        let line: Self = serde_json::from_str(text).map_err(|error| error.to_string())?;
        if line.line().is_written(text) { Ok(line) } else { Err("not canonical".to_owned()) }
    }

    pub(crate) fn into_fact(self) -> Option<Fact> {
        Some(match self {
            Self::Pull(pull) => Fact::Pull(pull),
            Self::Review(review) => Fact::Review(review),
            Self::Issue(issue) => Fact::Issue(issue),
            Self::Answer(answer) => Fact::Answer(answer),
            Self::Kudos(kudos) => Fact::Kudos(kudos),
            Self::Witness(witness) => Fact::Witness(witness),
            Self::Header(_)
            | Self::Person(_)
            | Self::Merger(_)
            | Self::Landed(_)
            | Self::Settled(_)
            | Self::Thanks(_) => return None,
        })
    }

    pub(super) fn line(&self) -> Line<'_> {
        match self {
            Self::Header(header) => Line::Header(header),
            Self::Person(person) => Line::Person(person),
            Self::Merger(merger) => Line::Merger(merger),
            Self::Landed(landed) => Line::Landed(landed),
            Self::Settled(settled) => Line::Settled(settled),
            Self::Thanks(thanks) => Line::Thanks(thanks),
            Self::Pull(pull) => Line::Pull(pull),
            Self::Review(review) => Line::Review(review),
            Self::Issue(issue) => Line::Issue(issue),
            Self::Answer(answer) => Line::Answer(answer),
            Self::Kudos(kudos) => Line::Kudos(kudos),
            Self::Witness(witness) => Line::Witness(witness),
        }
    }
}

impl<'a> From<&'a Fact> for Line<'a> {
    fn from(fact: &'a Fact) -> Self {
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

impl Line<'_> {
    /// Without the newline; nothing in it is what JSON cannot say.
    pub(crate) fn text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Without the newline.
    pub(super) fn write(&self, out: &mut Vec<u8>) -> serde_json::Result<()> {
        serde_json::to_writer(out, self)
    }

    pub(super) fn is_written(&self, text: &str) -> bool {
        let mut rest = Rest(text.as_bytes());
        serde_json::to_writer(&mut rest, self).is_ok() && rest.0.is_empty()
    }
}

/// What is still to be written of an expected text. Takes no other.
struct Rest<'a>(&'a [u8]);

impl io::Write for Rest<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 = self.0.strip_prefix(bytes).ok_or(io::ErrorKind::InvalidData)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
