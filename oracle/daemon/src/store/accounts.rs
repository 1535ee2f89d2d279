//! Accounts: who has which login now, and who is a bot.

use super::write::Exclusive;
use super::{Result, Store, StoreError, at, big, get, many, number};
use std::collections::BTreeMap;

/// Logins are for display and for asking GitHub; everything else goes by id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    pub id: u64,
    pub login: String,
    /// GitHub says so, or the configured list does.
    pub bot: bool,
}

impl Store {
    /// Marks exactly the accounts of the configured list (logins in lower case) as bots beside those
    /// that GitHub calls so; accounts that are seen later are marked when they are written.
    pub async fn list_bots(&self, logins: &[String]) -> Result<()> {
        let mut tx = self.write().await?;
        sqlx::query("UPDATE accounts SET listed = 0 WHERE listed = 1")
            .execute(&mut *tx)
            .await
            .map_err(at("marking bots"))?;
        for login in logins {
            sqlx::query("UPDATE accounts SET listed = 1 WHERE lower(login) = $1")
                .bind(login.as_str())
                .execute(&mut *tx)
                .await
                .map_err(at("marking bots"))?;
        }
        tx.commit().await.map_err(at("marking bots"))
    }

    pub async fn put_account(&self, account: &Account, listed: bool) -> Result<()> {
        let mut tx = self.write().await?;
        put_account(&mut tx, account, listed).await?;
        tx.commit().await.map_err(at("writing an account"))
    }

    /// Ascending by id.
    pub async fn accounts(&self) -> Result<Vec<Account>> {
        let rows = sqlx::query("SELECT id, login, bot, listed FROM accounts ORDER BY id")
            .fetch_all(&self.pool)
            .await
            .map_err(at("reading accounts"))?;
        rows.iter().map(account_of).collect()
    }

    pub async fn account(&self, id: u64) -> Result<Option<Account>> {
        let row = sqlx::query("SELECT id, login, bot, listed FROM accounts WHERE id = $1")
            .bind(big("the account id", id)?)
            .fetch_optional(&self.pool)
            .await
            .map_err(at("reading an account"))?;
        row.as_ref().map(account_of).transpose()
    }

    /// Those of these ids that are known.
    pub async fn accounts_of(&self, ids: &[u64]) -> Result<Vec<Account>> {
        let mut found = Vec::new();
        for chunk in ids.chunks(many::rows_at_once(1)) {
            let before = "SELECT id, login, bot, listed FROM accounts WHERE id IN (VALUES";
            let mut select = many::statement(self.kind, before, (1, chunk.len()), ") ORDER BY id");
            for id in chunk {
                select = select.bind(big("the account id", *id)?);
            }
            let rows = select.fetch_all(&self.pool).await.map_err(at("reading accounts"))?;
            for row in &rows {
                found.push(account_of(row)?);
            }
        }
        Ok(found)
    }

    /// Case does not matter. A login that changed hands belongs to the account it was seen with last
    /// under its id; of two the newer account.
    pub async fn account_by_login(&self, login: &str) -> Result<Option<Account>> {
        let row =
            sqlx::query("SELECT id, login, bot, listed FROM accounts WHERE lower(login) = $1 ORDER BY id DESC LIMIT 1")
                .bind(login.to_lowercase())
                .fetch_optional(&self.pool)
                .await
                .map_err(at("reading an account"))?;
        row.as_ref().map(account_of).transpose()
    }

    /// Nobody that is known has this login (in lower case) any more.
    pub async fn forget_login(&self, login: &str) -> Result<()> {
        self.run(
            "forgetting a login",
            sqlx::query("UPDATE accounts SET login = '' WHERE lower(login) = $1").bind(login),
        )
        .await?;
        Ok(())
    }

    /// The ids of all bots, ascending.
    pub async fn bots(&self) -> Result<Vec<u64>> {
        let rows = sqlx::query("SELECT id FROM accounts WHERE bot = 1 OR listed = 1 ORDER BY id")
            .fetch_all(&self.pool)
            .await
            .map_err(at("reading bots"))?;
        rows.iter().map(|row| number(row, "id")).collect()
    }

    /// The ids of these logins (in lower case), as far as they are known.
    pub async fn ids_of(&self, logins: &[String]) -> Result<BTreeMap<String, u64>> {
        let mut ids = BTreeMap::new();
        for login in logins {
            if let Some(account) = self.account_by_login(login).await? {
                ids.insert(login.clone(), account.id);
            }
        }
        Ok(ids)
    }
}

async fn put_account(tx: &mut Exclusive, account: &Account, listed: bool) -> Result<()> {
    sqlx::query(
        "INSERT INTO accounts (id, login, bot, listed) VALUES ($1, $2, $3, $4)
         ON CONFLICT (id) DO UPDATE SET login = excluded.login, bot = excluded.bot, listed = excluded.listed",
    )
    .bind(big("the account id", account.id)?)
    .bind(account.login.as_str())
    .bind(i64::from(account.bot))
    .bind(i64::from(listed))
    .execute(&mut **tx)
    .await
    .map_err(at("writing an account"))?;
    Ok(())
}

fn account_of(row: &sqlx::any::AnyRow) -> Result<Account, StoreError> {
    Ok(Account {
        id: number(row, "id")?,
        login: get(row, "login")?,
        bot: get::<i64, _>(row, "bot")? != 0 || get::<i64, _>(row, "listed")? != 0,
    })
}
