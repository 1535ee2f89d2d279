//! Text that strangers wrote, made safe to show: titles and label names reach a terminal or a comment on
//! GitHub as the characters that they are, and do nothing there.

use std::fmt::Write as _;

/// For a terminal: one line, without what steers a terminal or turns the writing direction.
pub fn line(text: &str) -> String {
    text.chars().map(|c| if steers(c) { '\u{fffd}' } else { c }).collect()
}

/// For Markdown on GitHub: one line that stays within its table cell, is no markup, names nobody, refers to
/// no issue and links nowhere.
///
/// A character as a numeric reference is never markup (CommonMark 0.31, "Entity and numeric character
/// references"). Mentions and references are found in what was rendered, so that an escape does not help
/// there: an invisible space breaks them.
pub fn markdown(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    // What was seen so far, in lower case, for the words that GitHub links by themselves.
    let mut before = String::new();
    for c in line(text).chars() {
        match c {
            '@' | '#' => _ = write!(out, "&#{};&#8203;", u32::from(c)),
            '-' if before.ends_with("gh") => out.push_str("-&#8203;"),
            '.' if before.ends_with("www") => out.push_str(".&#8203;"),
            '/' if before.ends_with(':') => out.push_str("&#8203;/"),
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '<' | '>' | '|' | '~' | '!' | '$' | '&' | '"' | '\'' => {
                _ = write!(out, "&#{};", u32::from(c));
            }
            c => out.push(c),
        }
        before.extend(c.to_lowercase());
    }
    out
}

/// Control characters, line ends of every kind, and what changes the direction or is not seen at all.
fn steers(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{2028}' | '\u{2029}' | '\u{61c}' | '\u{feff}')
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}')
}

/// At most so many characters; three dots say that there was more.
pub fn short(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars().take(most.saturating_sub(3)).chain("...".chars()).collect()
}

#[cfg(test)]
mod tests {
    use super::{line, markdown, short};
    use proptest::prelude::*;

    #[test]
    fn ordinary_words_stay_as_they_are() {
        for text in ["Fix the parser (again), 20% faster; see docs/a.rs", "ümläut 日本語 ok?", "a - b + c = d"] {
            assert_eq!(markdown(text), text);
            assert_eq!(line(text), text);
        }
    }

    #[test]
    fn nobody_is_mentioned_and_nothing_is_referred_to() {
        assert_eq!(markdown("cc @octo/team"), "cc &#64;&#8203;octo/team");
        assert_eq!(markdown("closes #12, o/r#3"), "closes &#35;&#8203;12, o/r&#35;&#8203;3");
        assert_eq!(markdown("GH-7 and gh-8"), "GH-&#8203;7 and gh-&#8203;8");
        assert_eq!(
            markdown("https://evil.example www.evil.example"),
            "https:&#8203;//evil.example www.&#8203;evil.example"
        );
    }

    #[test]
    fn markup_is_text() {
        assert_eq!(markdown("a | b"), "a &#124; b");
        assert_eq!(markdown("`x` <img src=x>"), "&#96;x&#96; &#60;img src=x&#62;");
        assert_eq!(
            markdown("[x](y) ![z] **b** ~~s~~ $m$ &amp;"),
            "&#91;x&#93;(y) &#33;&#91;z&#93; &#42;&#42;b&#42;&#42; &#126;&#126;s&#126;&#126; &#36;m&#36; &#38;amp;"
        );
        assert_eq!(markdown("a\\|b"), "a&#92;&#124;b");
    }

    #[test]
    fn a_terminal_is_not_steered() {
        assert_eq!(line("a\x1b[2Jb\r\nc\u{202e}d\u{200b}"), "a\u{fffd}[2Jb\u{fffd}\u{fffd}c\u{fffd}d\u{fffd}");
        assert_eq!((short("abcdef", 6), short("abcdefg", 6)), ("abcdef".into(), "abc...".into()));
    }

    proptest! {
        #[test]
        fn whatever_is_written_nothing_of_it_is_active(text in "(?s).{0,80}|[@#|`<>\\[\\]()!*_~GgHh:/w.\\-\\\\\n0-9a]{0,60}") {
            let escaped = markdown(&text);
            prop_assert!(!escaped.contains(['@', '|', '`', '<', '>', '[', ']', '*', '_', '~', '\\', '\n', '\r']));
            let rendered = rendered(&escaped);
            prop_assert_eq!(rendered.replace('\u{200b}', ""), line(&text), "it reads the same");
            let lower = rendered.to_lowercase();
            for (at, _) in lower.match_indices(['@', '#']) {
                prop_assert_eq!(lower[at + 1..].chars().next(), Some('\u{200b}'));
            }
            prop_assert!(!lower.contains("://") && !lower.contains("www.a") && !lower.contains("gh-1"));
        }
    }

    /// As a browser reads numeric references.
    fn rendered(text: &str) -> String {
        let mut parts = text.split("&#");
        let mut out = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let (number, rest) = part.split_once(';').unwrap();
            out.push(char::from_u32(number.parse().unwrap()).unwrap());
            out.push_str(rest);
        }
        out
    }
}
