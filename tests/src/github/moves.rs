//! What becomes of accounts and repositories: renamed, moved, hidden, suspended, deleted.
//!
//! Numbers and node ids stay through every renaming and moving. Old names of repositories lead to them until somebody
//! else takes the name; old logins lead nowhere.

use super::model::{AccountId, RepositoryId, Time};
use super::state::{State, StateError};

impl State {
    /// What the account said stays, as nobody's; its gists and repositories go with it.
    pub fn delete_account(&mut self, id: AccountId) -> Result<(), StateError> {
        let account = self.accounts.remove(&id).ok_or_else(|| StateError::UnknownAccount(id.0.to_string()))?;
        self.nodes.remove(&account.node_id);
        self.logins.retain(|_, known| *known != id);
        self.emails.retain(|_, known| *known != id);
        self.gists.retain(|_, gist| gist.owner != id);
        let owned: Vec<RepositoryId> = self.repositories.values().filter(|r| r.owner == id).map(|r| r.id).collect();
        owned.into_iter().try_for_each(|repository| self.delete_repository(repository))
    }

    /// The account cannot sign in any more; what it did is shown as before.
    pub fn suspend_account(&mut self, id: AccountId, at: Time) -> Result<(), StateError> {
        let account = self.accounts.get_mut(&id).ok_or_else(|| StateError::UnknownAccount(id.0.to_string()))?;
        account.suspended_at = Some(at);
        Ok(())
    }

    pub fn rename_account(&mut self, id: AccountId, login: &str) -> Result<(), StateError> {
        let account = self.accounts.get_mut(&id).ok_or_else(|| StateError::UnknownAccount(id.0.to_string()))?;
        let old = std::mem::replace(&mut account.login, login.to_owned());
        self.logins.remove(&old.to_lowercase());
        self.logins.insert(login.to_lowercase(), id);
        let owned: Vec<RepositoryId> = self.repositories.values().filter(|r| r.owner == id).map(|r| r.id).collect();
        owned.into_iter().for_each(|repository| self.name(repository));
        Ok(())
    }

    /// Makes the repository known by its present name.
    fn name(&mut self, id: RepositoryId) {
        let name = self.full_name(id).to_lowercase();
        self.names.insert(name, id);
    }

    pub fn rename_repository(&mut self, id: RepositoryId, name: &str) -> Result<(), StateError> {
        name.clone_into(&mut self.repository_mut(id)?.name);
        self.name(id);
        Ok(())
    }

    pub fn transfer_repository(&mut self, id: RepositoryId, to: AccountId) -> Result<(), StateError> {
        if !self.accounts.contains_key(&to) {
            return Err(StateError::UnknownAccount(to.0.to_string()));
        }
        self.repository_mut(id)?.owner = to;
        self.name(id);
        Ok(())
    }

    /// Hides a repository from those who are not let in (`reads_private`), or shows it to all again.
    pub fn set_private(&mut self, id: RepositoryId, private: bool) -> Result<(), StateError> {
        self.repository_mut(id)?.private = private;
        Ok(())
    }

    pub fn set_archived(&mut self, id: RepositoryId, archived: bool) -> Result<(), StateError> {
        self.repository_mut(id)?.archived = archived;
        Ok(())
    }

    /// Deletes the repository with everything in it; its old names lead nowhere.
    pub fn delete_repository(&mut self, id: RepositoryId) -> Result<(), StateError> {
        self.repositories.remove(&id).ok_or_else(|| StateError::UnknownRepository(id.0.to_string()))?;
        self.names.retain(|_, known| *known != id);
        self.nodes.retain(|_, node| node.repository() != Some(id));
        Ok(())
    }
}
