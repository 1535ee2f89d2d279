//! What GitHub reads out of free text: closing keywords and `Co-authored-by` trailers; escaped path segments; and invented
//! commit ids.

use super::model::CommitAuthor;

const CLOSING: [&str; 9] = ["close", "closes", "closed", "fix", "fixes", "fixed", "resolve", "resolves", "resolved"];

/// Numbers that follow a closing keyword (`Fixes #12`, `closes: owner/name#3`, a full address), ascending, each once.
/// References to other repositories than `repository` (`owner/name`) are not followed.
pub fn closing_numbers(text: &str, repository: &str) -> Vec<u32> {
    let mut numbers = Vec::new();
    let mut words = text.split_whitespace().peekable();
    while let Some(word) = words.next() {
        let word = word.trim_start_matches(['(', '*', '_', '[', '-']).trim_end_matches(':').to_ascii_lowercase();
        if CLOSING.contains(&word.as_str()) {
            numbers.extend(words.peek().and_then(|next| reference(next, repository)));
        }
    }
    numbers.sort_unstable();
    numbers.dedup();
    numbers
}

/// `#12`, `owner/name#12` or `https://github.com/owner/name/issues/12`.
fn reference(word: &str, repository: &str) -> Option<u32> {
    let word = word.trim_start_matches(['(', '[', '*', '<']);
    let address = |kind: &str| {
        let rest = word.strip_prefix("https://github.com/")?.strip_prefix(repository)?;
        rest.strip_prefix(kind)
    };
    let rest = word
        .strip_prefix('#')
        .or_else(|| word.strip_prefix(repository)?.strip_prefix('#'))
        .or_else(|| address("/issues/"))
        .or_else(|| address("/pull/"))?;
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

/// The people of `Co-authored-by: Name <email>` lines, without accounts.
pub fn co_authors(message: &str) -> Vec<CommitAuthor> {
    message
        .lines()
        .filter_map(|line| {
            let (key, value) = line.split_once(':')?;
            let (name, rest) = value.split_once('<')?;
            let (email, _) = rest.split_once('>')?;
            key.trim().eq_ignore_ascii_case("co-authored-by").then(|| CommitAuthor {
                name: name.trim().to_owned(),
                email: email.trim().to_owned(),
                account: None,
            })
        })
        .collect()
}

/// A path segment without its percent signs: `seedlingbot%5Bbot%5D` -> `seedlingbot[bot]`. What is no escape stays.
pub fn unescape(segment: &str) -> String {
    let mut bytes = Vec::with_capacity(segment.len());
    let mut rest = segment;
    while let Some((before, after)) = rest.split_once('%') {
        bytes.extend_from_slice(before.as_bytes());
        match after.get(..2).and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = after.get(2..).unwrap_or("");
            }
            None => {
                bytes.push(b'%');
                rest = after;
            }
        }
    }
    bytes.extend_from_slice(rest.as_bytes());
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Forty hexadecimal digits that depend on every part (FNV-1a, three lanes); not a real git id.
pub fn oid(parts: &[&str]) -> String {
    let lane = |seed: u64| {
        parts
            .iter()
            .flat_map(|p| p.bytes().chain([0]))
            .fold(seed, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3))
    };
    let text = format!(
        "{:016x}{:016x}{:016x}",
        lane(0xcbf2_9ce4_8422_2325),
        lane(0x8422_2325_cbf2_9ce4),
        lane(0x1234_5678_9abc_def1)
    );
    text.chars().take(40).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn closing_keywords_are_found() {
        let found = |text| closing_numbers(text, "o/r");
        assert_eq!(
            found(
                "Fixes #12, closes: #3.
Resolves (#4) and fixes other/repo#9"
            ),
            [3, 4, 12]
        );
        assert_eq!(
            found(
                "fixes o/r#5
* Closes https://github.com/o/r/issues/6."
            ),
            [5, 6]
        );
        assert_eq!(found("prefix #1, see #2, fix it #3, fixes https://github.com/o/other/issues/4"), Vec::<u32>::new());
    }

    #[test]
    fn escapes_are_undone() {
        assert_eq!(unescape("seedlingbot%5Bbot%5D"), "seedlingbot[bot]");
        assert_eq!(unescape("100%, %zz, %C3%A9"), "100%, %zz, é");
    }

    #[test]
    fn co_author_trailers_are_found() {
        let people = co_authors("Add x\n\nCo-authored-by: Ann B <1+ann@example>\nSigned-off-by: C <c@example>");
        assert_eq!(people.len(), 1);
        assert_eq!((people[0].name.as_str(), people[0].email.as_str()), ("Ann B", "1+ann@example"));
    }
}
