//! Reads an evidence file: takes its bytes, gives the evidence or the first wrong line.
//!
//! Blocks of lines are parsed side by side, then put together in their order, so that what comes out,
//! the error too, is the same on any number of threads. Where there are none (wasm32) one does all.

use super::check;
use super::line::Owned;
use super::order::Order;
use super::{Evidence, EvidenceError, Header};
use crate::model::{Fact, State};
use rayon::prelude::*;

/// Bytes of one block, to the end of its last line.
const BLOCK: usize = 128 << 10;
/// So many blocks are parsed while those before are put together.
const WAVE: usize = 16;

/// The lines of one block up to its first wrong one.
struct Block {
    lines: Vec<Owned>,
    wrong: Option<EvidenceError>,
}

pub(super) fn read(bytes: &[u8], tell: &mut dyn FnMut(usize)) -> Result<Evidence, EvidenceError> {
    let (first, mut rest) = split(bytes, 1);
    if first.is_empty() {
        return Err(EvidenceError::Empty);
    }
    let header = header(first)?;
    let mut all = Reader::new();
    let mut parsed = parse(&header, next(&mut rest));
    while !parsed.is_empty() {
        let wave = next(&mut rest);
        let (later, put) = rayon::join(|| parse(&header, wave), || all.put(parsed));
        put?;
        parsed = later;
        tell(bytes.len() - rest.len());
    }
    let Reader { opening, facts, .. } = all;
    let evidence = Evidence { header, opening, facts };
    evidence.check_carried()?;
    Ok(evidence)
}

fn header(text: &[u8]) -> Result<Header, EvidenceError> {
    let at_first = |message| EvidenceError::Content { line: 1, message };
    let Owned::Header(header) = line(text, 1)? else {
        return Err(at_first("the first line must be the header".to_owned()));
    };
    check::header(&header).map_err(at_first)?;
    Ok(header)
}

/// Cuts at the first line's end at or after `least` bytes, or at the end.
fn split(bytes: &[u8], least: usize) -> (&[u8], &[u8]) {
    let from = least.saturating_sub(1);
    let end = memchr::memchr(b'\n', bytes.get(from..).unwrap_or_default()).map_or(bytes.len(), |at| from + at + 1);
    bytes.split_at(end)
}

fn next<'a>(rest: &mut &'a [u8]) -> Vec<&'a [u8]> {
    let mut blocks = Vec::new();
    while blocks.len() < WAVE && !rest.is_empty() {
        let (block, tail) = split(rest, BLOCK);
        blocks.push(block);
        *rest = tail;
    }
    blocks
}

fn parse(header: &Header, blocks: Vec<&[u8]>) -> Vec<Block> {
    blocks.into_par_iter().map(|block| Block::parse(header, block)).collect()
}

impl Block {
    /// Counts lines from 1.
    fn parse(header: &Header, mut rest: &[u8]) -> Self {
        let mut block = Self { lines: Vec::new(), wrong: None };
        while !rest.is_empty() {
            let number = block.lines.len() + 1;
            let (text, tail) = split(rest, 1);
            rest = tail;
            let checked = line(text, number).and_then(|line| {
                let held = check::content(header, line.line());
                held.map(|()| line).map_err(|message| EvidenceError::Content { line: number, message })
            });
            match checked {
                Ok(mut line) => {
                    if let Owned::Pull(pull) = &mut line {
                        pull.files.shrink_to_fit();
                    }
                    block.lines.push(line);
                }
                Err(wrong) => {
                    block.wrong = Some(wrong);
                    break;
                }
            }
        }
        block
    }
}

/// Parses one line with its newline, and refuses any other way to write the same.
fn line(text: &[u8], number: usize) -> Result<Owned, EvidenceError> {
    let text = text.strip_suffix(b"\n").ok_or(EvidenceError::CutOff { line: number })?;
    let text = std::str::from_utf8(text).map_err(|_| EvidenceError::Utf8 { line: number })?;
    let json = |source| EvidenceError::json(number, &source);
    let line: Owned = serde_json::from_str(text).map_err(json)?;
    if line.line().is_written(text) {
        return Ok(line);
    }
    let expected = serde_json::to_string(&line.line()).map_err(json)?;
    Err(EvidenceError::NotCanonical { line: number, expected })
}

struct Reader {
    lines: usize,
    order: Order,
    opening: State,
    facts: Vec<Fact>,
}

impl Reader {
    fn new() -> Self {
        Self { lines: 1, order: Order::default(), opening: State::default(), facts: Vec::new() }
    }

    fn put(&mut self, blocks: Vec<Block>) -> Result<(), EvidenceError> {
        for block in blocks {
            let before = self.lines;
            for line in block.lines {
                self.lines += 1;
                let wrong = |message| EvidenceError::Content { line: self.lines, message };
                self.order.line(line.line()).map_err(wrong)?;
                match line {
                    // Only the first line may be one, which `check::content` sees to.
                    Owned::Header(_) => {}
                    Owned::Person(person) => self.opening.people.push(person),
                    Owned::Merger(merger) => self.opening.mergers.push(merger),
                    Owned::Landed(landed) => self.opening.landed.push(landed),
                    Owned::Settled(settled) => self.opening.settled.push(settled),
                    Owned::Thanks(thanks) => self.opening.thanks.push(thanks),
                    Owned::Pull(pull) => self.facts.push(Fact::Pull(pull)),
                    Owned::Review(review) => self.facts.push(Fact::Review(review)),
                    Owned::Issue(issue) => self.facts.push(Fact::Issue(issue)),
                    Owned::Answer(answer) => self.facts.push(Fact::Answer(answer)),
                    Owned::Kudos(kudos) => self.facts.push(Fact::Kudos(kudos)),
                    Owned::Witness(witness) => self.facts.push(Fact::Witness(witness)),
                }
            }
            if let Some(wrong) = block.wrong {
                return Err(wrong.after(before));
            }
        }
        Ok(())
    }
}
