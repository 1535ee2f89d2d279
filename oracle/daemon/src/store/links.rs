//! Links that contributors asked for, and those that were sent for them. Times are by the chain's clock.

use super::{Result, Store, at, big, get, number};
use crate::fault;
use alloy::primitives::B256;
use guerdon_core::model::ContributorId;
use sqlx::any::AnyRow;

/// A link that was attested here and may be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkAsk {
    pub id: ContributorId,
    pub login: String,
    pub gist: String,
    pub valid_until: u64,
    pub asked: u64,
    pub tried: Option<u64>,
}

impl Store {
    /// Keeps what was asked for; a later ask of the same contributor takes its place. Of more than `most` the
    /// newest are not taken.
    pub async fn put_link_ask(&self, ask: &LinkAsk, most: u64) -> Result<()> {
        sqlx::query(
            "INSERT INTO link_asks (contributor_id, login, gist, valid_until, asked, tried)
             SELECT $1, $2, $3, $4, $5, NULL WHERE (SELECT COUNT(*) FROM link_asks) < $6
             ON CONFLICT (contributor_id) DO UPDATE SET
                 login = excluded.login, gist = excluded.gist, valid_until = excluded.valid_until,
                 tried = CASE WHEN link_asks.gist = excluded.gist THEN link_asks.tried ELSE NULL END",
        )
        .bind(big("the contributor id", ask.id.0)?)
        .bind(ask.login.as_str())
        .bind(ask.gist.as_str())
        .bind(big("the time", ask.valid_until)?)
        .bind(big("the time", ask.asked)?)
        .bind(big("the number", most)?)
        .execute(&self.pool)
        .await
        .map_err(at("keeping a link that was asked for"))?;
        Ok(())
    }

    /// Those that were not tried since, the oldest first.
    pub async fn link_asks(&self, not_tried_since: u64, limit: u32) -> Result<Vec<LinkAsk>> {
        let rows = sqlx::query(
            "SELECT contributor_id, login, gist, valid_until, asked, tried FROM link_asks
             WHERE tried IS NULL OR tried < $1 ORDER BY asked, contributor_id LIMIT $2",
        )
        .bind(big("the time", not_tried_since)?)
        .bind(i64::from(limit))
        .fetch_all(&self.pool)
        .await
        .map_err(at("reading links that were asked for"))?;
        rows.iter().map(ask_of).collect()
    }

    pub async fn link_ask_tried(&self, id: ContributorId, tried: u64) -> Result<()> {
        sqlx::query("UPDATE link_asks SET tried = $1 WHERE contributor_id = $2")
            .bind(big("the time", tried)?)
            .bind(big("the contributor id", id.0)?)
            .execute(&self.pool)
            .await
            .map_err(at("noting a link that was tried"))?;
        Ok(())
    }

    pub async fn forget_link_ask(&self, id: ContributorId) -> Result<()> {
        sqlx::query("DELETE FROM link_asks WHERE contributor_id = $1")
            .bind(big("the contributor id", id.0)?)
            .execute(&self.pool)
            .await
            .map_err(at("forgetting a link that was asked for"))?;
        Ok(())
    }

    /// Says that a link is about to be sent, unless as many as `most` were since that time. One that was begun
    /// before goes on. `false`: not today.
    pub async fn begin_link_relay(
        &self,
        id: ContributorId,
        nonce: u64,
        now: u64,
        (since, most): (u64, u64),
    ) -> Result<bool> {
        let mut tx = self.write().await?;
        let (id, nonce) = (big("the contributor id", id.0)?, big("the nonce", nonce)?);
        let begun = sqlx::query("SELECT nonce FROM link_relays WHERE contributor_id = $1 AND nonce = $2")
            .bind(id)
            .bind(nonce)
            .fetch_optional(&mut *tx)
            .await
            .map_err(at("counting links"))?;
        if begun.is_some() {
            return Ok(true);
        }
        let row = sqlx::query("SELECT COUNT(*) AS sent FROM link_relays WHERE began > $1")
            .bind(big("the time", since)?)
            .fetch_one(&mut *tx)
            .await
            .map_err(at("counting links"))?;
        if number(&row, "sent")? >= most {
            return Ok(false);
        }
        sqlx::query("INSERT INTO link_relays (contributor_id, nonce, began, tx) VALUES ($1, $2, $3, NULL)")
            .bind(id)
            .bind(nonce)
            .bind(big("the time", now)?)
            .execute(&mut *tx)
            .await
            .map_err(at("noting a link"))?;
        fault::point("store: commit a link to be sent");
        tx.commit().await.map_err(at("noting a link"))?;
        fault::point("store: committed a link to be sent");
        Ok(true)
    }

    /// The transaction of a link that was begun.
    pub async fn link_relayed(&self, id: ContributorId, nonce: u64, tx: B256) -> Result<()> {
        sqlx::query("UPDATE link_relays SET tx = $1 WHERE contributor_id = $2 AND nonce = $3")
            .bind(tx.to_string())
            .bind(big("the contributor id", id.0)?)
            .bind(big("the nonce", nonce)?)
            .execute(&self.pool)
            .await
            .map_err(at("noting a link"))?;
        Ok(())
    }
}

fn ask_of(row: &AnyRow) -> Result<LinkAsk> {
    let tried: Option<i64> = get(row, "tried")?;
    Ok(LinkAsk {
        id: ContributorId(number(row, "contributor_id")?),
        login: get(row, "login")?,
        gist: get(row, "gist")?,
        valid_until: number(row, "valid_until")?,
        asked: number(row, "asked")?,
        tried: tried.and_then(|tried| u64::try_from(tried).ok()),
    })
}
