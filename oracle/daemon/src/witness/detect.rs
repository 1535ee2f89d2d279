//! Finds text that tries to instruct whoever judges it. Takes a text; gives the names of the known ways that it tries.
//!
//! It cannot know all ways. What it finds is marked for a human and can only lower what a model said; what it
//! misses is held by the policy's bound.

use super::fold::{folded, is_invisible, rotated, squeezed, unescaped};
use super::patterns::{CLOSE, FILLERS, SPACED, TOKENS};
use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use std::collections::{BTreeSet, HashMap};
use std::sync::LazyLock;

/// Words that may stand between two pieces of a pattern.
const GAP: usize = 4;
/// Characters that may, in scripts without spaces.
const CLOSE_GAP: usize = 12;
/// A pattern without spaces has to be this long to be no chance.
const LONG: usize = 18;
/// The shortest run that is taken for Base64.
const RUN: usize = 24;

const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

static KNOWN: LazyLock<Known> = LazyLock::new(Known::new);

/// The names of what was found, each once.
pub type Found = BTreeSet<&'static str>;

/// What this text tries.
pub fn detect(text: &str) -> Found {
    let mut found = Found::new();
    let text = without_flags(text);
    // A fact writes hidden characters out.
    let plain = unescaped(&text);
    let hides = |text: &str| text.chars().any(|c| matches!(c, '\u{202d}' | '\u{202e}' | '\u{e0020}'..='\u{e007e}'));
    if hides(&text) || plain.as_deref().is_some_and(hides) {
        found.insert("hidden");
    }
    look(&text, &mut found);
    if let Some(plain) = plain {
        look(&plain, &mut found);
    }
    for run in text.split(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '+' | '/')) {
        let hidden = (run.len() >= RUN).then(|| BASE64.decode(run).ok()).flatten();
        if let Some(hidden) = hidden.and_then(|bytes| String::from_utf8(bytes).ok()) {
            look(&hidden, &mut found);
        }
    }
    let words = folded(&text, false);
    KNOWN.spaced(&rotated(&words), &mut found);
    KNOWN.spaced(&words.chars().rev().collect::<String>(), &mut found);
    found
}

fn look(text: &str, found: &mut Found) {
    let plain: String = text.chars().filter(|c| !is_invisible(*c)).flat_map(char::to_lowercase).collect();
    if TOKENS.iter().any(|token| plain.contains(token)) {
        found.insert("forged");
    }
    let words = folded(text, false);
    KNOWN.spaced(&words, found);
    let humps = folded(text, true);
    if humps != words {
        KNOWN.spaced(&humps, found);
    }
    let letters = squeezed(&words);
    KNOWN.close(&letters, found);
    KNOWN.unspaced(&letters, found);
}

/// The flags of England and others are spelled with tags, for everybody to see.
fn without_flags(text: &str) -> String {
    let mut parts = text.split('\u{1f3f4}');
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let spelled = part.find(|c| !matches!(c, '\u{e0020}'..='\u{e007e}')).unwrap_or(part.len());
        let (tags, rest) = part.split_at(spelled);
        // A flag is a region of at most six letters.
        out.push_str(if rest.starts_with('\u{e007f}') && tags.chars().count() <= 6 { rest } else { part });
    }
    out
}

/// One way to say a piece: words, of which the last may go on.
struct Way {
    words: Vec<(String, bool)>,
    letters: String,
}

struct Pattern {
    name: &'static str,
    pieces: Vec<Vec<Way>>,
}

struct Known {
    spaced: Vec<Pattern>,
    close: Vec<Pattern>,
    /// Which patterns can begin with a word.
    first: HashMap<String, Vec<usize>>,
}

impl Known {
    fn new() -> Self {
        let spaced: Vec<Pattern> = SPACED.iter().map(|(name, text)| Pattern::new(name, text)).collect();
        let close = CLOSE.iter().map(|(name, text)| Pattern::new(name, text)).collect();
        let mut first: HashMap<String, Vec<usize>> = HashMap::new();
        for (at, pattern) in spaced.iter().enumerate() {
            let ways = pattern.pieces.first().into_iter().flatten();
            let words: BTreeSet<&str> = ways.filter_map(|way| Some(way.words.first()?.0.as_str())).collect();
            for word in words {
                first.entry(word.to_owned()).or_default().push(at);
            }
        }
        Self { spaced, close, first }
    }

    /// Among words.
    fn spaced(&self, words: &str, found: &mut Found) {
        let words: Vec<&str> = words.split(' ').collect();
        for (at, word) in words.iter().enumerate() {
            for pattern in self.first.get(*word).into_iter().flatten().filter_map(|index| self.spaced.get(*index)) {
                if !found.contains(pattern.name) && among_words(words.get(at..).unwrap_or_default(), &pattern.pieces) {
                    found.insert(pattern.name);
                }
            }
        }
    }

    /// Among letters, for scripts without spaces.
    fn close(&self, letters: &str, found: &mut Found) {
        if letters.is_ascii() {
            return;
        }
        for pattern in &self.close {
            if !found.contains(pattern.name) && anywhere(letters, pattern, |rest| Some(near(rest)), 0) {
                found.insert(pattern.name);
            }
        }
    }

    /// Among letters, for words that were pulled apart: only fillers may stand between.
    fn unspaced(&self, letters: &str, found: &mut Found) {
        for pattern in &self.spaced {
            if !found.contains(pattern.name) && anywhere(letters, pattern, |_| None, LONG) {
                found.insert(pattern.name);
            }
        }
    }
}

impl Pattern {
    fn new(name: &'static str, text: &str) -> Self {
        let pieces = text.split('~').map(|piece| piece.split('|').map(Way::new).filter(|way| !way.words.is_empty()));
        let pieces = pieces.map(Iterator::collect).filter(|piece: &Vec<Way>| !piece.is_empty()).collect();
        Self { name, pieces }
    }
}

impl Way {
    fn new(text: &str) -> Self {
        let (text, goes_on) = text.trim().strip_suffix('*').map_or((text.trim(), false), |text| (text, true));
        let plain = folded(text, false);
        let mut words: Vec<(String, bool)> =
            plain.split(' ').filter(|word| !word.is_empty()).map(|word| (word.to_owned(), false)).collect();
        if let Some(last) = words.last_mut() {
            last.1 = goes_on;
        }
        Self { letters: squeezed(&plain), words }
    }

    /// How many words it takes from the beginning of these.
    fn takes(&self, words: &[&str]) -> Option<usize> {
        let fits = |(word, (known, goes_on)): (&&str, &(String, bool))| match goes_on {
            true => word.starts_with(known.as_str()),
            false => word == known,
        };
        (words.len() >= self.words.len() && words.iter().zip(&self.words).all(fits)).then_some(self.words.len())
    }
}

/// Whether the pieces stand from the first of these words on.
fn among_words(words: &[&str], pieces: &[Vec<Way>]) -> bool {
    let Some((piece, others)) = pieces.split_first() else { return true };
    piece.iter().filter_map(|way| way.takes(words)).any(|taken| {
        others.is_empty() || (0..=GAP).any(|gap| words.get(taken + gap..).is_some_and(|rest| among_words(rest, others)))
    })
}

/// What is near enough for a next piece to begin there.
fn near(rest: &str) -> usize {
    rest.char_indices().nth(CLOSE_GAP).map_or(rest.len(), |(at, _)| at)
}

fn anywhere(letters: &str, pattern: &Pattern, gap: impl Fn(&str) -> Option<usize> + Copy, long: usize) -> bool {
    let Some((piece, others)) = pattern.pieces.split_first() else { return false };
    piece.iter().any(|way| {
        letters.match_indices(way.letters.as_str()).any(|(at, word)| {
            let rest = letters.get(at + word.len()..).unwrap_or_default();
            follows(rest, others, gap).is_some_and(|end| word.len() + end >= long)
        })
    })
}

/// How many bytes the pieces take from the beginning, gaps included.
fn follows(letters: &str, pieces: &[Vec<Way>], gap: impl Fn(&str) -> Option<usize> + Copy) -> Option<usize> {
    let Some((piece, others)) = pieces.split_first() else { return Some(0) };
    let starts: Vec<usize> = match gap(letters) {
        Some(reach) => letters.char_indices().map(|(at, _)| at).take_while(|at| *at <= reach).collect(),
        None => behind_fillers(letters),
    };
    starts.into_iter().find_map(|start| {
        let here = letters.get(start..)?;
        piece.iter().find_map(|way| {
            let rest = here.strip_prefix(way.letters.as_str())?;
            Some(start + way.letters.len() + follows(rest, others, gap)?)
        })
    })
}

/// Where a piece may begin when only fillers stand before it.
fn behind_fillers(letters: &str) -> Vec<usize> {
    let mut starts = BTreeSet::from([0]);
    let mut newest = starts.clone();
    for _ in 0..GAP {
        let further = newest.iter().flat_map(|start| {
            let here = letters.get(*start..).unwrap_or_default();
            FILLERS.iter().filter(|filler| here.starts_with(**filler)).map(|filler| *start + filler.len())
        });
        newest = further.collect();
        starts.extend(newest.iter().copied());
    }
    starts.into_iter().collect()
}
