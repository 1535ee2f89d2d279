//! Texts that contributors chose: which characters a fact keeps as they are, and how it writes others.
//!
//! What turns a line around, hides in it or looks the same in two ways would let a path or a title read
//! as another one. It stands in a fact as `\u{202e}`, where everybody sees it.

use std::borrow::Cow;
use std::fmt::Write as _;
use unicode_normalization::is_nfc;

/// Controls, direction marks, what has no width, tags and fillers. Joiners stay: emoji are made of them.
fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180e}'
            | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}'
            | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

fn is_joiner(character: char) -> bool {
    matches!(character, '\u{200c}' | '\u{200d}')
}

fn escaped(text: &str, hidden: impl Fn(char) -> bool) -> Cow<'_, str> {
    if !text.contains(&hidden) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        if hidden(character) {
            // Writing to a string cannot fail.
            write!(out, "\\u{{{:x}}}", u32::from(character)).unwrap_or_default();
        } else {
            out.push(character);
        }
    }
    Cow::Owned(out)
}

/// A title or a label's name as a fact writes it.
pub fn visible(text: &str) -> Cow<'_, str> {
    escaped(text, is_hidden)
}

/// The longest path a fact keeps, in bytes.
pub const MAX_PATH: usize = 4096;

/// A path as a fact writes it, cut to [`MAX_PATH`]. One that is not in Unicode's normal form C keeps its
/// ASCII alone.
pub fn visible_path(path: &str) -> Cow<'_, str> {
    let written = if path.is_ascii() || is_nfc(path) {
        escaped(path, |character| is_hidden(character) || is_joiner(character))
    } else {
        escaped(path, |character| is_hidden(character) || !character.is_ascii())
    };
    if written.len() <= MAX_PATH {
        return written;
    }
    let cut = written.get(..written.floor_char_boundary(MAX_PATH)).unwrap_or_default();
    Cow::Owned(cut.trim_end_matches('/').to_owned())
}

/// Whether a fact may hold this text.
pub fn is_visible(text: &str) -> bool {
    matches!(visible(text), Cow::Borrowed(_))
}

/// Whether a fact may hold this path: relative, of whole steps, and readable.
pub fn is_visible_path(path: &str) -> bool {
    path.split('/').all(|step| !matches!(step, "" | "." | "..")) && matches!(visible_path(path), Cow::Borrowed(_))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_hides_is_written_out_and_then_stays() {
        for (path, expected) in [
            ("src/ä.rs", "src/ä.rs"),
            ("src/a\u{308}.rs", "src/a\\u{308}.rs"),
            ("a\u{202e}cod.sr", "a\\u{202e}cod.sr"),
            ("a\u{200d}b\u{feff}", "a\\u{200d}b\\u{feff}"),
            ("tab\there\u{7f}", "tab\\u{9}here\\u{7f}"),
            ("\u{212b}ngstrom", "\\u{212b}ngstrom"),
        ] {
            assert_eq!(visible_path(path), expected);
            assert_eq!(visible_path(expected), expected);
            assert!(is_visible_path(expected));
            assert_eq!(is_visible_path(path), path == expected, "{path:?}");
        }
        let long = visible_path(&"\u{feff}".repeat(MAX_PATH)).into_owned();
        assert!(long.len() <= MAX_PATH && is_visible_path(&long));
        assert!(!is_visible_path(&"a".repeat(MAX_PATH + 1)));
        assert_eq!(visible("👩\u{200d}💻 fixes\u{2067} it"), "👩\u{200d}💻 fixes\\u{2067} it");
        for path in ["", "/a", "a/", "a//b", "a/../b", "./a", "."] {
            assert!(!is_visible_path(path), "{path}");
        }
    }
}
