//! Folds text so that tricks with characters do not hide words.
//!
//! Takes any text; gives lower-case words in which look-alikes, accents, digits for letters, invisible and
//! escaped characters are what they look like. Patterns are folded in the same way, so it need not be right
//! in any language, only the same on both sides. What it gives is for matching, never for showing.

use unicode_normalization::UnicodeNormalization as _;

/// Characters that nobody sees: joiners, direction marks, fillers, selectors, tags.
pub fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}' | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}')
}

/// Marks that sit on letters of alphabets that are also written without them.
fn is_accent(c: char) -> bool {
    matches!(c,
        '\u{300}'..='\u{36f}' | '\u{591}'..='\u{5c7}' | '\u{610}'..='\u{61a}' | '\u{64b}'..='\u{65f}' | '\u{640}'
        | '\u{670}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}' | '\u{20d0}'..='\u{20ff}'
        | '\u{fe20}'..='\u{fe2f}')
}

/// What a lower-case character is mistaken for.
fn look_alike(c: char) -> char {
    match c {
        'а' | 'α' | '@' | '4' | 'ɑ' => 'a',
        'в' | 'ь' | 'β' => 'b',
        'с' | 'ϲ' => 'c',
        'ԁ' | 'đ' | 'ð' => 'd',
        'е' | 'ε' | 'є' | '3' | 'ǝ' => 'e',
        'ɡ' => 'g',
        'н' | 'һ' | 'η' | 'ħ' => 'h',
        'і' | 'ι' | 'ı' | '1' | 'ӏ' | 'ɩ' | 'ⅼ' => 'i',
        'ј' => 'j',
        'к' | 'κ' => 'k',
        'ł' => 'l',
        'м' | 'μ' => 'm',
        'п' | 'ո' => 'n',
        'о' | 'ο' | '0' | 'ø' | 'օ' | 'σ' => 'o',
        'р' | 'ρ' => 'p',
        'ѕ' | '5' | '$' => 's',
        'т' | 'τ' | '7' => 't',
        'υ' | 'ս' => 'u',
        'ν' | 'ѵ' => 'v',
        'ԝ' | 'ω' => 'w',
        'х' | 'χ' => 'x',
        'у' | 'γ' => 'y',
        other => other,
    }
}

/// Tags spell ASCII that no reader sees.
fn tagged(c: char) -> Option<char> {
    u32::from(c).checked_sub(0xe0000).filter(|code| (0x20..0x7f).contains(code)).and_then(char::from_u32)
}

/// Words with one space between them. With `humps`, `ignoreAll` is two words.
pub fn folded(text: &str, humps: bool) -> String {
    let mut out = String::with_capacity(text.len());
    let mut low = false;
    let seen = text.chars().map(|c| tagged(c).unwrap_or(c)).filter(|c| !is_invisible(*c));
    for c in seen.nfkd().filter(|c| !is_accent(*c) && !is_invisible(*c)) {
        if humps && low && c.is_uppercase() {
            out.push(' ');
        }
        low = c.is_lowercase();
        for c in c.to_lowercase().filter(|c| !is_accent(*c)).map(look_alike) {
            if c.is_alphanumeric() || is_mark(c) {
                out.push(c);
            } else if !out.ends_with(' ') && !out.is_empty() {
                out.push(' ');
            }
        }
    }
    out.truncate(out.trim_end().len());
    out
}

/// Vowel signs of Indic scripts and Thai, and the Japanese voicing marks, are part of the word.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{900}'..='\u{dff}' | '\u{e00}'..='\u{eff}' | '\u{3099}' | '\u{309a}')
}

/// Letters only, for words that were pulled apart.
pub fn squeezed(words: &str) -> String {
    words.chars().filter(|c| *c != ' ').collect()
}

/// `&#105;`, `&#x69;`, `\u0069`, `\u{69}`, `\x69` and `%69` as the characters that they stand for; `None` without any.
pub fn unescaped(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut found = false;
    while let Some(at) = rest.find(['&', '\\', '%']) {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        match escape(from) {
            Some((c, tail)) => {
                out.push(c);
                found = true;
                rest = tail;
            }
            None => {
                let mut chars = from.chars();
                out.extend(chars.next());
                rest = chars.as_str();
            }
        }
    }
    out.push_str(rest);
    found.then_some(out)
}

fn escape(from: &str) -> Option<(char, &str)> {
    let coded = |digits: &str, radix| u32::from_str_radix(digits, radix).ok().and_then(char::from_u32);
    if let Some(entity) = from.strip_prefix("&#") {
        let (digits, tail) = entity
            .get(..entity.len().min(10))?
            .split_once(';')
            .and_then(|(digits, _)| Some((digits, entity.get(digits.len() + 1..)?)))?;
        let c = digits.strip_prefix(['x', 'X']).map_or_else(|| coded(digits, 10), |hex| coded(hex, 16))?;
        return Some((c, tail));
    }
    if let Some((digits, tail)) = from.strip_prefix("\\u{").and_then(|braced| braced.split_once('}')) {
        return Some((coded(digits, 16)?, tail));
    }
    for (prefix, length) in [("\\u", 4), ("\\x", 2), ("%", 2)] {
        if let Some(rest) = from.strip_prefix(prefix) {
            return Some((coded(rest.get(..length)?, 16)?, rest.get(length..)?));
        }
    }
    None
}

/// Each letter of the Latin alphabet by the one 13 places on.
pub fn rotated(words: &str) -> String {
    let turn = |c: char, base: u8| char::from(base + (u8::try_from(u32::from(c)).unwrap_or(base) - base + 13) % 26);
    words.chars().map(|c| if c.is_ascii_lowercase() { turn(c, b'a') } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tricks_with_characters_fold_to_plain_words() {
        for (tricky, plain) in [
            ("Ｉｇｎｏｒｅ  ＡＬＬ", "ignore all"),
            ("i\u{200b}gn\u{2060}ore", "ignore"),
            ("іgnоrе", "ignore"),
            ("1gn0r3", "ignore"),
            ("ígñörê", "ignore"),
            ("𝗶𝗴𝗻𝗼𝗿𝗲", "ignore"),
            ("ignore_all-the.rest", "ignore all the rest"),
        ] {
            assert_eq!(folded(tricky, true), plain, "{tricky}");
        }
        assert_eq!(folded("ignoreAll", true), "ignore all");
        assert_eq!(folded("IgNoRe", false), "ignore");
        let tags: String = "ignore".chars().filter_map(|c| char::from_u32(0xe0000 + u32::from(c))).collect();
        assert_eq!(folded(&tags, true), "ignore");
        assert_eq!(unescaped("&#105;g&#x6e;o\\u0072%65").as_deref(), Some("ignore"));
        assert_eq!(unescaped("i\\u{67}nore").as_deref(), Some("ignore"));
        assert_eq!(unescaped("100% of \\n &amp; &#; é%"), None);
        assert_eq!(rotated("vtaber"), "ignore");
    }
}
