//! Commands in comments: `/kudos @login reason` and `/guerdon exclude [@login] reason`.
//!
//! Takes a comment's text, gives what it commands. A command stands at the beginning of a line that the
//! writer says himself, and gives a reason; anything else is conversation.

use super::text::spoken_lines;

/// More thanks than this in one comment are none of them counted: such a comment is a list.
const MAX_RECEIVERS: usize = 5;

/// Logins (in lower case) that a comment thanks, ascending.
pub(super) fn kudos(text: &str) -> Vec<String> {
    let mut receivers = Vec::new();
    for line in spoken_lines(text) {
        let Some(mut rest) = argument(line, "/kudos") else { continue };
        let mut named = Vec::new();
        while let Some((login, after)) = login(rest) {
            named.push(login);
            rest = after.trim_start_matches([' ', ',', '\t']);
        }
        if !rest.trim().is_empty() {
            receivers.append(&mut named);
        }
    }
    receivers.sort();
    receivers.dedup();
    if receivers.len() > MAX_RECEIVERS { Vec::new() } else { receivers }
}

/// Whose parts a comment takes out: `None` is the whole contribution.
pub(super) fn exclusions(text: &str) -> Vec<Option<String>> {
    let found = spoken_lines(text).filter_map(|line| {
        let rest = argument(line, "/guerdon")?;
        let rest = argument(rest, "exclude")?;
        match login(rest) {
            Some((login, reason)) => (!reason.trim().is_empty()).then_some(Some(login)),
            None => (!rest.is_empty()).then_some(None),
        }
    });
    found.collect()
}

fn argument<'a>(line: &'a str, command: &str) -> Option<&'a str> {
    let rest = line.trim_start().strip_prefix(command)?;
    rest.starts_with(char::is_whitespace).then(|| rest.trim())
}

fn login(text: &str) -> Option<(String, &str)> {
    let text = text.strip_prefix('@')?;
    let end = text.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))).unwrap_or(text.len());
    let (login, rest) = text.split_at(end);
    (1..=100).contains(&login.len()).then(|| (login.to_ascii_lowercase(), rest))
}

#[cfg(test)]
mod tests {
    use super::{exclusions, kudos};

    #[test]
    fn thanks_name_a_login_and_a_reason() {
        assert_eq!(kudos("/kudos @Ada for the long night"), ["ada"]);
        assert_eq!(kudos("Hello\n\n  /kudos @ada, @bo-b found it together\nbye"), ["ada", "bo-b"]);
        assert_eq!(kudos("/kudos @ada one\n/kudos @ada two"), ["ada"]);
        for none in [
            "/kudos @ada",
            "/kudos ada thanks",
            "kudos @ada thanks",
            "> /kudos @ada thanks",
            "```\n/kudos @ada x\n```",
            "/kudosx @ada thanks",
            "I say /kudos @ada thanks",
            "",
            "/kudos",
            "/kudos @ thanks",
            "/kudos @a @b @c @d @e @f all of you",
        ] {
            assert!(kudos(none).is_empty(), "{none}");
        }
    }

    #[test]
    fn an_exclusion_gives_a_reason() {
        assert_eq!(exclusions("/guerdon exclude copied from elsewhere"), [None]);
        assert_eq!(exclusions("/guerdon exclude @Ada only moved files"), [Some("ada".to_owned())]);
        for none in
            ["/guerdon exclude", "/guerdon exclude @ada", "/guerdon", "guerdon exclude this", "> /guerdon exclude x"]
        {
            assert!(exclusions(none).is_empty(), "{none}");
        }
    }
}
