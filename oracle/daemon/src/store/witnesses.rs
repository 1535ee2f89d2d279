//! What the witness said: its facts, the transcripts behind them, and what it cost.
//!
//! A fact is kept once and for ever, so that a second cut has the same evidence.

use super::{Result, Store, StoreError, at, big, get, number};
use guerdon_core::model::Witness;
use sqlx::any::AnyRow;

const LEVEL: i32 = 9;

/// What is kept of one pull request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredWitness {
    pub fact: Witness,
    /// What made it neutral; empty when nothing did.
    pub why: String,
    /// Canonical JSON, whose SHA-256 the fact carries.
    pub transcript: String,
}

impl Store {
    /// Keeps it unless there is one already: then nothing changes. `false` when there was.
    pub async fn put_witness(&self, witness: &StoredWitness) -> Result<bool> {
        let Witness { repo, number, at: asked, flagged, .. } = witness.fact;
        let failed = |source| StoreError::Transcript { repository: repo.0, number, source };
        let packed = zstd::encode_all(witness.transcript.as_bytes(), LEVEL).map_err(failed)?;
        let corrupt = |error: serde_json::Error| StoreError::Corrupt { what: "witness", value: error.to_string() };
        let done = self
            .run(
                "writing a witness",
                sqlx::query(
                    "INSERT INTO witnesses (repository_id, number, asked, flagged, fact, why, transcript)
             VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (repository_id, number) DO NOTHING",
                )
                .bind(big("the repository id", repo.0)?)
                .bind(big("the number", number)?)
                .bind(big("the time", asked)?)
                .bind(i64::from(flagged))
                .bind(serde_json::to_string(&witness.fact).map_err(corrupt)?)
                .bind(witness.why.as_str())
                .bind(packed),
            )
            .await?;
        Ok(done.rows_affected() > 0)
    }

    pub async fn witness(&self, repository: u64, number: u64) -> Result<Option<StoredWitness>> {
        let row = sqlx::query(
            "SELECT repository_id, number, fact, why, transcript FROM witnesses
             WHERE repository_id = $1 AND number = $2",
        )
        .bind(big("the repository id", repository)?)
        .bind(big("the number", number)?)
        .fetch_optional(&self.pool)
        .await
        .map_err(at("reading a witness"))?;
        row.as_ref().map(witness_of).transpose()
    }

    /// Facts and what made them neutral, without transcripts, in the order of asking.
    pub async fn witnesses(&self, flagged: bool) -> Result<Vec<(Witness, String)>> {
        let rows =
            sqlx::query("SELECT fact, why FROM witnesses WHERE flagged >= $1 ORDER BY asked, repository_id, number")
                .bind(i64::from(flagged))
                .fetch_all(&self.pool)
                .await
                .map_err(at("listing witnesses"))?;
        rows.iter().map(|row| Ok((fact_of(row)?, get(row, "why")?))).collect()
    }

    /// Counts tokens against a month's cap, before they are spent. `false`: they would pass it, and nothing
    /// is counted.
    pub async fn reserve_tokens(&self, month: &str, tokens: u64, cap: u64) -> Result<bool> {
        let tokens = big("the tokens", tokens)?;
        let mut tx = self.write().await?;
        sqlx::query("INSERT INTO witness_tokens (month, tokens) VALUES ($1, 0) ON CONFLICT (month) DO NOTHING")
            .bind(month)
            .execute(&mut *tx)
            .await
            .map_err(at("counting tokens"))?;
        let done = sqlx::query("UPDATE witness_tokens SET tokens = tokens + $1 WHERE month = $2 AND tokens + $1 <= $3")
            .bind(tokens)
            .bind(month)
            .bind(big("the monthly tokens", cap)?)
            .execute(&mut *tx)
            .await
            .map_err(at("counting tokens"))?;
        tx.commit().await.map_err(at("counting tokens"))?;
        Ok(done.rows_affected() > 0)
    }

    /// Gives back what was reserved and not spent.
    pub async fn release_tokens(&self, month: &str, tokens: u64) -> Result<()> {
        self.run(
            "counting tokens",
            sqlx::query(
                "UPDATE witness_tokens SET tokens = CASE WHEN tokens > $1 THEN tokens - $1 ELSE 0 END WHERE month = $2",
            )
            .bind(big("the tokens", tokens)?)
            .bind(month),
        )
        .await?;
        Ok(())
    }

    /// What a month has cost so far.
    pub async fn tokens(&self, month: &str) -> Result<u64> {
        let row = sqlx::query("SELECT tokens FROM witness_tokens WHERE month = $1")
            .bind(month)
            .fetch_optional(&self.pool)
            .await
            .map_err(at("reading tokens"))?;
        row.as_ref().map_or(Ok(0), |row| number(row, "tokens"))
    }
}

fn fact_of(row: &AnyRow) -> Result<Witness> {
    let text: String = get(row, "fact")?;
    serde_json::from_str(&text).map_err(|_| StoreError::Corrupt { what: "witness", value: text })
}

fn witness_of(row: &AnyRow) -> Result<StoredWitness> {
    let (repository, thread) = (number(row, "repository_id")?, number(row, "number")?);
    let failed = |source| StoreError::Transcript { repository, number: thread, source };
    let packed: Vec<u8> = get(row, "transcript")?;
    let text = zstd::decode_all(packed.as_slice()).map_err(failed)?;
    let transcript =
        String::from_utf8(text).map_err(|_| StoreError::Corrupt { what: "transcript", value: thread.to_string() })?;
    Ok(StoredWitness { fact: fact_of(row)?, why: get(row, "why")?, transcript })
}
