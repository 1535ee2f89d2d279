//! Accounts as GitHub shows them in GraphQL and REST, brought to one form.
//!
//! An account without an id of its own (deleted, a placeholder of an import, an organization) is
//! nobody. GraphQL writes a bot's login without the suffix that REST gives it; it is put back.

use super::answer::{AccountNode, RestAccount};
use crate::store::Account;
use guerdon_core::model::ContributorId;
use std::collections::{BTreeMap, BTreeSet};

/// GitHub shows deleted accounts as this one in places where it must show one.
const GHOST: u64 = 10_137;

/// The accounts that were seen in a page.
#[derive(Debug, Default)]
pub(super) struct Seen(BTreeMap<u64, Account>);

impl Seen {
    pub(super) fn graphql(&mut self, node: Option<AccountNode>) -> Option<ContributorId> {
        let node = node?;
        let bot = node.kind == "Bot";
        if !bot && node.kind != "User" {
            return None;
        }
        let login = if bot && !node.login.ends_with("[bot]") { format!("{}[bot]", node.login) } else { node.login };
        self.note(node.database_id?, login, bot)
    }

    pub(super) fn rest(&mut self, account: Option<RestAccount>) -> Option<ContributorId> {
        let account = account?;
        let bot = account.kind == "Bot";
        if !bot && account.kind != "User" {
            return None;
        }
        self.note(account.id, account.login, bot)
    }

    fn note(&mut self, id: u64, login: String, bot: bool) -> Option<ContributorId> {
        if id == 0 || id == GHOST {
            return None;
        }
        let bot = bot || login.ends_with("[bot]");
        self.0.insert(id, Account { id, login, bot });
        Some(ContributorId(id))
    }

    pub(super) fn into_accounts(self) -> Vec<Account> {
        self.0.into_values().collect()
    }
}

/// The configured list of bots, in lower case.
#[derive(Clone, Debug, Default)]
pub(super) struct BotList(BTreeSet<String>);

impl BotList {
    pub(super) fn new(logins: &[String]) -> Self {
        Self(logins.iter().map(|login| login.trim().to_lowercase()).collect())
    }

    pub(super) fn contains(&self, login: &str) -> bool {
        self.0.contains(&login.to_lowercase())
    }

    pub(super) fn logins(&self) -> Vec<String> {
        self.0.iter().cloned().collect()
    }
}
