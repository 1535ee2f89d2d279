//! Takes a title and the changed files, gives hashed features in five groups. Never reads a
//! conventional prefix (only the author controls it), a label or a person.
//!
//! This is the one implementation: training reads what `examples/kinds.rs` prints from here.
//! Only ASCII letters are folded, because Unicode's tables change with the compiler; every other
//! character counts as part of a word.

use super::paths::{Files, MAX_FILES};
use crate::model::{FileChange, MAX_TITLE};

/// Raised whenever a feature changes: weights of another version are refused.
pub const FEATURES_VERSION: u16 = 1;

/// Words, characters, paths, words by what was touched, and what is dense.
pub const GROUPS: usize = 5;
pub const WORDS: usize = 0;
pub const CHARS: usize = 1;
pub const PATHS: usize = 2;
pub const CROSSES: usize = 3;
pub const DENSE: usize = 4;

/// More of one group than this are not looked at. With [`MAX_TITLE`] and [`MAX_FILES`] it bounds
/// the work for a title and keeps every sum far below its overflow.
pub const MAX_FEATURES: usize = 2048;

/// Feature hashes, 32 bits each; the model keeps as many low bits as its tables have.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Features {
    pub groups: [Vec<u32>; GROUPS],
}

/// FNV-1a, with Murmur's finalisation so that the low bits are worth keeping.
#[derive(Clone, Copy)]
pub(super) struct Hash(u32);

impl Hash {
    pub(super) fn new(name: &str) -> Self {
        Self(0x811c_9dc5).str(name)
    }

    pub(super) fn byte(self, byte: u8) -> Self {
        Self((self.0 ^ u32::from(byte)).wrapping_mul(0x0100_0193))
    }

    /// A string and its end, so that two strings in a row are never one.
    pub(super) fn str(self, text: &str) -> Self {
        text.bytes().fold(self, |hash, byte| hash.byte(byte.to_ascii_lowercase())).byte(0xff)
    }

    pub(super) fn number(self, number: u32) -> Self {
        number.to_le_bytes().into_iter().fold(self, Self::byte)
    }

    pub(super) fn finish(self) -> u32 {
        let mut x = self.0;
        x = (x ^ (x >> 16)).wrapping_mul(0x85eb_ca6b);
        x = (x ^ (x >> 13)).wrapping_mul(0xc2b2_ae35);
        x ^ (x >> 16)
    }
}

impl Features {
    pub fn of(title: &str, files: &[FileChange]) -> Self {
        let mut features = Self::default();
        let title = without_prefix(cut(title));
        let files = Files::of(files);
        let words = words(title);
        features.words(title, &words, &files);
        features.chars(&words);
        files.emit(&mut features);
        for group in &mut features.groups {
            group.truncate(MAX_FEATURES);
        }
        features
    }

    pub(super) fn has_words(&self) -> bool {
        self.groups.get(CHARS).is_some_and(|chars| !chars.is_empty())
    }

    pub(super) fn push(&mut self, group: usize, hash: Hash) {
        if let Some(group) = self.groups.get_mut(group) {
            group.push(hash.finish());
        }
    }

    fn words(&mut self, title: &str, words: &[&str], files: &Files<'_>) {
        let first = words.first().copied().unwrap_or_default();
        let mut before = "";
        for word in words {
            self.push(WORDS, Hash::new("w").str(shape(word)));
            self.push(WORDS, Hash::new("ww").str(shape(before)).str(shape(word)));
            self.push(CROSSES, Hash::new("wd").str(shape(word)).number(files.dominant()));
            before = word;
        }
        self.push(WORDS, Hash::new("ww").str(shape(before)).str(""));
        self.push(WORDS, Hash::new("first").str(first));
        self.push(WORDS, Hash::new("stem").str(stem(first)));
        if let [a, b, ..] = words {
            self.push(WORDS, Hash::new("first two").str(a).str(b));
        }
        self.push(CROSSES, Hash::new("fm").str(stem(first)).number(files.mask()));
        self.push(CROSSES, Hash::new("fd").str(stem(first)).number(files.dominant()));
        self.push(CROSSES, Hash::new("fr").str(stem(first)).number(files.ratio()));
        self.push(CROSSES, Hash::new("fs").str(stem(first)).number(files.magnitude() / 2));
        let many = u32::try_from(words.len()).unwrap_or(u32::MAX);
        self.push(DENSE, Hash::new("words").number(many.min(16)));
        for (name, present) in [
            ("code", title.contains('`')),
            ("quote", title.contains(['"', '\''])),
            ("number", title.bytes().any(|byte| byte.is_ascii_digit())),
            ("version", words.iter().any(|word| is_version(word))),
            ("issue", title.contains('#')),
            ("call", title.contains("()")),
            ("upper", title.starts_with(|c: char| c.is_ascii_uppercase())),
            ("scope", title.contains(": ")),
            ("camel", words.iter().any(|word| is_camel(word))),
            ("snake", words.iter().any(|word| word.contains('_'))),
            ("path", title.contains('/')),
            ("option", title.contains("--")),
            ("foreign", !title.is_ascii()),
        ] {
            if present {
                self.push(DENSE, Hash::new("title").str(name));
            }
        }
    }

    /// Three, four and five characters in a row, within a word and its borders.
    fn chars(&mut self, words: &[&str]) {
        for word in words {
            let mut rest = word.chars();
            let mut start = Some(' ');
            while let Some(head) = start {
                let mut hash = Hash::new("c").number(fold(head));
                for (length, c) in rest.clone().chain([' ']).take(4).enumerate() {
                    hash = hash.number(fold(c));
                    if length > 0 {
                        self.push(CHARS, hash);
                    }
                }
                start = rest.next();
            }
        }
    }
}

fn fold(c: char) -> u32 {
    let c = if c.is_ascii_digit() { '0' } else { c.to_ascii_lowercase() };
    u32::from(c)
}

fn cut(title: &str) -> &str {
    title.get(..title.floor_char_boundary(MAX_TITLE)).unwrap_or_default()
}

/// What is put before a colon by convention.
const PREFIXES: [&str; 25] = [
    "feat",
    "feature",
    "fix",
    "bugfix",
    "hotfix",
    "docs",
    "doc",
    "test",
    "tests",
    "refactor",
    "refact",
    "build",
    "ci",
    "chore",
    "style",
    "perf",
    "revert",
    "deps",
    "release",
    "wip",
    "security",
    "enhancement",
    "improvement",
    "bug",
    "misc",
];

/// `fix(css)!: title` without what stands before the title, however often it stands there.
fn without_prefix(title: &str) -> &str {
    let mut title = title.trim();
    while let Some((prefix, rest)) = title.split_once(':') {
        let word = prefix.split(['(', '!']).next().unwrap_or_default().trim();
        if !PREFIXES.iter().any(|known| known.eq_ignore_ascii_case(word)) {
            break;
        }
        title = rest.trim();
    }
    title
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || !c.is_ascii()
}

/// Runs of word characters; a dot stays between digits, so that a version is one word.
fn words(title: &str) -> Vec<&str> {
    let mut words = Vec::new();
    for run in title.split(|c: char| !is_word(c) && c != '.') {
        if is_version(run.trim_matches('.')) {
            words.push(run.trim_matches('.'));
        } else {
            words.extend(run.split('.').filter(|word| !word.is_empty()));
        }
    }
    words
}

fn is_version(word: &str) -> bool {
    let digits = word.trim_start_matches(['v', 'V']);
    digits.contains('.') && digits.starts_with(|c: char| c.is_ascii_digit())
}

fn is_camel(word: &str) -> bool {
    word.as_bytes().windows(2).any(|pair| matches!(pair, [a, b] if a.is_ascii_lowercase() && b.is_ascii_uppercase()))
}

/// Numbers and versions are alike, whichever they are.
fn shape(word: &str) -> &str {
    if is_version(word) {
        "1.0"
    } else if !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit()) {
        "0"
    } else {
        word
    }
}

/// `fixes`, `fixed` and `fixing` are one verb.
fn stem(word: &str) -> &str {
    let cut = |end: &str| word.strip_suffix(end).filter(|stem| stem.len() >= 3);
    cut("ing").or_else(|| cut("ed")).or_else(|| cut("es")).or_else(|| cut("s")).or_else(|| cut("e")).unwrap_or(word)
}

const _: () = assert!(MAX_FILES * 4 < MAX_FEATURES);
