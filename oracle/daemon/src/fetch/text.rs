//! What is read out of text, fetch version 1: verdicts in comments and what a pull request reverts.
//!
//! Texts pass through and are not kept. Quotes and code blocks say nothing.

use guerdon_core::model::Verdict;

/// The verdict that a comment gives: the last line that gives one counts.
///
/// Approve: a line that begins with `ACK <commit hash>` or with one of its forms (`tACK`, `utACK`,
/// `crACK`, `re-ACK`, `Tested ACK`, `Code review ACK`, ...: only the words of [`FORMS`] before it), the
/// hash at least six hexadecimal digits. Changes: a line that begins with `NACK`. `Concept ACK`,
/// `Approach ACK` and their negations are opinions about an idea, no verdicts on the code.
pub fn verdict_of(text: &str) -> Option<Verdict> {
    spoken_lines(text).filter_map(verdict_of_line).last()
}

/// Words that may stand before `ACK`, glued to it or not.
const FORMS: [&str; 12] =
    ["t", "ut", "cr", "re", "code", "review", "tested", "untested", "light", "lightly", "lgtm", "and"];

fn verdict_of_line(line: &str) -> Option<Verdict> {
    let line = line.trim_start_matches(|c: char| c.is_whitespace() || "*_`~".contains(c));
    let at = line.to_ascii_uppercase().find("ACK")?;
    let (before, rest) = (line.get(..at)?.to_ascii_lowercase(), line.get(at + 3..)?);
    if rest.starts_with(|c: char| c.is_ascii_alphanumeric()) || !line.get(at..at + 3)?.eq("ACK") {
        return None;
    }
    if before == "n" {
        return Some(Verdict::Changes);
    }
    let mut words = before.split(|c: char| c == '-' || c.is_whitespace()).filter(|word| !word.is_empty());
    let known = words.all(|word| FORMS.contains(&word));
    (known && begins_with_hash(rest)).then_some(Verdict::Approve)
}

fn begins_with_hash(text: &str) -> bool {
    let text = text.trim_start_matches(|c: char| c.is_whitespace() || "*_`~:[(@-".contains(c));
    let word: &str = text.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
    (6..=64).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Lines that the writer says himself: neither quoted nor in a fenced code block.
pub(super) fn spoken_lines(text: &str) -> impl Iterator<Item = &str> {
    let mut fenced = false;
    text.lines().filter(move |line| {
        let line = line.trim_start();
        if line.starts_with("```") || line.starts_with("~~~") {
            fenced = !fenced;
            return false;
        }
        !fenced && !line.starts_with('>')
    })
}

/// What a text says it reverts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Reverted {
    Pull(u64),
    Commit(String),
}

/// A title that announces a revert; only then the texts are asked what of.
pub(super) fn announces_revert(title: &str) -> bool {
    let title = title.trim_start().to_ascii_lowercase();
    title.strip_prefix("revert").is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_alphabetic()))
        || title.contains(": revert ")
}

/// `Reverts owner/name#N`, `Reverts #N`, `This reverts pull request #N`, `This reverts commit OID`,
/// at the beginning of a line and in the same repository. A pull request counts before a commit.
pub(super) fn reverted(text: &str, owner: &str, name: &str) -> Option<Reverted> {
    let mut commit = None;
    for line in spoken_lines(text) {
        let line = line.trim().to_ascii_lowercase();
        let Some(rest) = line.strip_prefix("this reverts ").or_else(|| line.strip_prefix("reverts ")) else { continue };
        let rest = ["pull request ", "pr "].iter().find_map(|word| rest.strip_prefix(word)).unwrap_or(rest);
        if let Some(oid) = rest.strip_prefix("commit ") {
            let oid: String = oid.chars().take_while(char::is_ascii_hexdigit).collect();
            if commit.is_none() && (7..=64).contains(&oid.len()) {
                commit = Some(Reverted::Commit(oid));
            }
            continue;
        }
        let own = format!("{owner}/{name}").to_ascii_lowercase();
        let rest = rest.strip_prefix(&own).unwrap_or(rest);
        let digits = rest.strip_prefix('#').map(|rest| rest.split(|c: char| !c.is_ascii_digit()).next());
        if let Some(number) = digits.flatten().and_then(|digits| digits.parse().ok()).filter(|number| *number > 0) {
            return Some(Reverted::Pull(number));
        }
    }
    commit
}

/// Names a hunk by the line that opens it: the same place commented on twice is one hunk.
pub(super) fn hunk_name(diff_hunk: Option<&str>) -> String {
    let opening = diff_hunk.and_then(|hunk| hunk.lines().next()).unwrap_or_default();
    let hash = guerdon_core::evidence::hash(opening.as_bytes()).to_string();
    hash.chars().skip(2).take(16).collect()
}

#[cfg(test)]
mod tests {
    use super::{Reverted, announces_revert, hunk_name, reverted, verdict_of};
    use guerdon_core::model::Verdict::{Approve, Changes};

    #[test]
    fn acknowledgements_with_a_commit_approve() {
        for text in [
            "ACK 1a2b3c4d",
            "tACK 1a2b3c4d5e6f7a8b",
            "utACK `1a2b3c4`, nice",
            "crACK 1a2b3c4",
            "re-ACK 1a2b3c4",
            "reACK 1a2b3c4",
            "Code review ACK 1a2b3c4. Some words.",
            "Tested ACK 1a2b3c4",
            "Code review and lightly tested ACK 1a2b3c4",
            "re-utACK - 1a2b3c4",
            "ACK [1a2b3c4](https://example.org/commit/1a2b3c4)",
            "**ACK** 1a2b3c4",
            "Some words first.\n\nACK 1a2b3c4",
            "NACK\n\nI was wrong\nACK 1a2b3c4",
        ] {
            assert_eq!(verdict_of(text), Some(Approve), "{text}");
        }
    }

    #[test]
    fn a_nack_asks_for_changes() {
        for text in ["NACK", "NACK, this breaks things", "NACK 1a2b3c4", "ACK 1a2b3c4\nNACK after all"] {
            assert_eq!(verdict_of(text), Some(Changes), "{text}");
        }
    }

    #[test]
    fn opinions_quotes_and_code_are_no_verdicts() {
        for text in [
            "Concept ACK",
            "Concept ACK 1a2b3c4",
            "Approach ACK 1a2b3c4",
            "Concept NACK",
            "ACK",
            "ACK soon",
            "ACK 12345",
            "> ACK 1a2b3c4",
            "```\nACK 1a2b3c4\n```",
            "I would say ACK 1a2b3c4",
            "Concept and code review ACK 1a2b3c4",
            "Post-merge ACK 1a2b3c4",
            "Won't ACK 1a2b3c4",
            "acknowledged 1a2b3c4",
            "ACKED 1a2b3c4",
            "",
            "é ACK",
        ] {
            assert_eq!(verdict_of(text), None, "{text}");
        }
    }

    #[test]
    fn reverts_name_what_they_take_back() {
        let of = |text| reverted(text, "Lamp", "wick");
        assert_eq!(of("Reverts lamp/wick#12"), Some(Reverted::Pull(12)));
        assert_eq!(of("Reverts #12."), Some(Reverted::Pull(12)));
        assert_eq!(of("Words\n\nThis reverts pull request #12"), Some(Reverted::Pull(12)));
        assert_eq!(of("This reverts commit 1a2b3c4d5e."), Some(Reverted::Commit("1a2b3c4d5e".into())));
        assert_eq!(of("This reverts commit 1a2b3c4d5e.\nReverts #3"), Some(Reverted::Pull(3)));
        assert_eq!(of("Reverts other/wick#12"), None);
        assert_eq!(of("> Reverts #12"), None);
        assert_eq!(of("Reverts #0"), None);
    }

    #[test]
    fn only_a_title_that_says_so_announces_a_revert() {
        assert!(announces_revert("Revert \"Trim the wick\""));
        assert!(announces_revert("revert: trim the wick"));
        assert!(announces_revert("fix: revert \"Trim\""));
        assert!(!announces_revert("Reverting is hard"));
        assert!(!announces_revert("Trim the wick"));
    }

    #[test]
    fn a_hunk_is_named_by_its_opening_line() {
        assert_eq!(hunk_name(Some("@@ -1 +1 @@\n-a\n+b")), hunk_name(Some("@@ -1 +1 @@\n-a\n+b\n+c")));
        assert_ne!(hunk_name(Some("@@ -1 +1 @@")), hunk_name(Some("@@ -9 +9 @@")));
        assert_eq!(hunk_name(None).len(), 16);
    }
}
