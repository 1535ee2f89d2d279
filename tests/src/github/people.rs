//! Whom GitHub takes a commit's e-mail for.

use super::model::{AccountId, Time};
use super::model::{FileVersion, RepositoryId};
use super::state::{State, StateError};
use super::text::oid;

/// The account behind a private address of GitHub's: `NUMBER+login@users.noreply.HOST`, or `login@users.noreply.HOST`
/// from before numbers were in it.
fn private_address(email: &str) -> Option<(Option<AccountId>, &str)> {
    let (local, host) = email.split_once('@')?;
    if !host.starts_with("users.noreply.") {
        return None;
    }
    Some(match local.split_once('+') {
        Some((number, login)) => (number.parse().ok().map(AccountId), login),
        None => (None, local),
    })
}

impl State {
    /// Notes that an account has proved an e-mail address to be its own.
    pub fn add_email(&mut self, account: AccountId, email: &str) {
        self.emails.insert(email.to_lowercase(), account);
    }

    /// The account GitHub shows for a commit's e-mail: the name beside it never counts.
    pub fn account_of(&self, email: &str) -> Option<AccountId> {
        let found = match private_address(email) {
            Some((Some(id), _)) => Some(id),
            Some((None, login)) => self.logins.get(&login.to_lowercase()).copied(),
            None => self.emails.get(&email.to_lowercase()).copied(),
        };
        found.filter(|id| self.accounts.contains_key(id))
    }

    /// Writes the root `.gitattributes` of the default branch from a moment on; `None` removes it.
    pub fn set_attributes(&mut self, repository: RepositoryId, at: Time, text: Option<&str>) -> Result<(), StateError> {
        let home = self.repository_mut(repository)?;
        let version = FileVersion { at, oid: oid(&["blob", text.unwrap_or("")]), text: text.map(Into::into) };
        home.attributes.push(version);
        home.attributes.sort_by_key(|v| v.at);
        Ok(())
    }
}
