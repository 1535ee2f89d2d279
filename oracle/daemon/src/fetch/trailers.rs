//! Co-authors in commit messages: takes a message, gives the addresses of its `Co-authored-by` lines.

use guerdon_core::model::ContributorId;

/// Whom a trailer names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum CoAuthor {
    /// By GitHub's own address `ID+login@users.noreply.HOST`.
    Id(ContributorId),
    /// By an address (in lower case) of which only GitHub knows the account.
    Address(String),
}

pub(super) fn co_authors(message: &str) -> impl Iterator<Item = CoAuthor> {
    message.lines().filter_map(|line| {
        let (key, value) = line.trim().split_once(':')?;
        if !key.eq_ignore_ascii_case("co-authored-by") {
            return None;
        }
        let address = value.split_once('<')?.1.split_once('>')?.0.trim();
        let (local, host) = address.split_once('@')?;
        let id = local.split_once('+').map(|(id, _)| id).and_then(|id| id.parse().ok());
        match id.filter(|id| *id > 0 && host.to_ascii_lowercase().starts_with("users.noreply.")) {
            Some(id) => Some(CoAuthor::Id(ContributorId(id))),
            None => Some(CoAuthor::Address(address.to_ascii_lowercase())),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::{CoAuthor, co_authors};
    use guerdon_core::model::ContributorId;

    #[test]
    fn trailers_name_accounts_or_addresses() {
        let message = "Trim the wick\n\nCo-authored-by: Ada <12+ada@users.noreply.github.com>\n\
                       co-authored-by: Bo <bo@example.org>\nCo-authored-by: Old <old@users.noreply.github.com>\n\
                       Co-authored-by: nobody\nReviewed-by: Cy <3+cy@users.noreply.github.com>\n\
                       Co-Authored-By: Eve <13+eve@example.org>\nCo-authored-by: Z <0+z@users.noreply.github.com>";
        let found: Vec<_> = co_authors(message).collect();
        let address = |text: &str| CoAuthor::Address(text.to_owned());
        let others =
            ["bo@example.org", "old@users.noreply.github.com", "13+eve@example.org", "0+z@users.noreply.github.com"];
        assert_eq!(found.first(), Some(&CoAuthor::Id(ContributorId(12))));
        assert_eq!(found.get(1..), Some(others.map(address).as_slice()));
    }
}
