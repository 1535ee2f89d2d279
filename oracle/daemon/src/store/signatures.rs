//! Signatures: written before they are shown to anybody, so that a key which crashed or was started
//! twice can never sign two headers of one round.

use super::{Result, Store, StoreError, at, big, get, hash, number, round};
use alloy::primitives::{Address, B256};
use guerdon_core::model::Epoch;
use sqlx::any::AnyRow;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredSignature {
    /// A batch of another set is another batch: the distributor takes none of a set that is gone.
    pub oracle_set: u64,
    pub epoch: Epoch,
    pub round: u32,
    pub signer: Address,
    /// The EIP-712 digest that was signed.
    pub digest: B256,
    /// The header as JSON.
    pub header: String,
    /// Digests of the lists that it was made from, comma-separated.
    pub lists: String,
    pub signature: Vec<u8>,
}

/// One key's signatures of two headers of one round.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Equivocation {
    pub oracle_set: u64,
    pub epoch: Epoch,
    pub round: u32,
    pub signer: Address,
    /// Each a header as JSON and its signature.
    pub one: (String, Vec<u8>),
    pub other: (String, Vec<u8>),
    pub reported: bool,
}

macro_rules! select {
    ($rest:literal) => {
        concat!("SELECT oracle_set, epoch, round, signer, digest, header, lists, signature FROM signatures ", $rest)
    };
}

impl Store {
    /// Keeps a signature before it is used and gives back the one to use: for the same digest the
    /// one that was kept first. Another digest by the same signer for that epoch and round is
    /// [`StoreError::AlreadySigned`].
    pub async fn put_signature(&self, signature: &StoredSignature) -> Result<StoredSignature> {
        let signer = address(signature.signer);
        let epoch = big("the epoch", signature.epoch.0)?;
        let mut tx = self.write().await?;
        sqlx::query(
            "INSERT INTO signatures (epoch, round, signer, digest, signature, oracle_set, header, lists)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (epoch, round, oracle_set, signer) DO NOTHING",
        )
        .bind(epoch)
        .bind(i64::from(signature.round))
        .bind(signer.as_str())
        .bind(signature.digest.to_string())
        .bind(signature.signature.as_slice())
        .bind(big("the oracle set", signature.oracle_set)?)
        .bind(signature.header.as_str())
        .bind(signature.lists.as_str())
        .execute(&mut *tx)
        .await
        .map_err(at("writing a signature"))?;
        let row = sqlx::query(select!("WHERE epoch = $1 AND round = $2 AND signer = $3 AND oracle_set = $4"))
            .bind(epoch)
            .bind(i64::from(signature.round))
            .bind(signer.as_str())
            .bind(big("the oracle set", signature.oracle_set)?)
            .fetch_one(&mut *tx)
            .await
            .map_err(at("reading a signature"))?;
        let kept = signature_of(&row)?;
        tx.commit().await.map_err(at("writing a signature"))?;
        if kept.digest != signature.digest {
            return Err(StoreError::AlreadySigned {
                epoch: signature.epoch.0,
                round: signature.round,
                signer,
                existing: kept.digest,
                refused: signature.digest,
            });
        }
        Ok(kept)
    }

    /// What this signer signed in this round for a set, if anything.
    pub async fn signature(
        &self,
        (epoch, round): (Epoch, u32),
        oracle_set: u64,
        signer: Address,
    ) -> Result<Option<StoredSignature>> {
        let signatures = self.signatures(epoch, round).await?;
        Ok(signatures.into_iter().find(|found| found.signer == signer && found.oracle_set == oracle_set))
    }

    /// All that this signer signed for an epoch, ascending by round.
    pub async fn signed_by(&self, epoch: Epoch, signer: Address) -> Result<Vec<StoredSignature>> {
        let rows = sqlx::query(select!("WHERE epoch = $1 AND signer = $2 ORDER BY round, oracle_set"))
            .bind(big("the epoch", epoch.0)?)
            .bind(address(signer))
            .fetch_all(&self.pool)
            .await
            .map_err(at("reading signatures"))?;
        rows.iter().map(signature_of).collect()
    }

    /// The latest round of an epoch that anybody signed.
    pub async fn last_signed(&self, epoch: Epoch) -> Result<Option<u32>> {
        let row = sqlx::query("SELECT COALESCE(MAX(round), 0) AS round FROM signatures WHERE epoch = $1")
            .bind(big("the epoch", epoch.0)?)
            .fetch_one(&self.pool)
            .await
            .map_err(at("reading signatures"))?;
        Ok(Some(round(&row)?).filter(|round| *round > 0))
    }

    /// Keeps the proof that a key signed two headers; the first one stays.
    pub async fn put_equivocation(&self, proof: &Equivocation) -> Result<()> {
        let mut tx = self.write().await?;
        sqlx::query(
            "INSERT INTO equivocations (oracle_set, epoch, round, signer, one_header, one_signature, other_header,
             other_signature, reported) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0)
             ON CONFLICT (oracle_set, epoch, round, signer) DO NOTHING",
        )
        .bind(big("the oracle set", proof.oracle_set)?)
        .bind(big("the epoch", proof.epoch.0)?)
        .bind(i64::from(proof.round))
        .bind(address(proof.signer))
        .bind(proof.one.0.as_str())
        .bind(proof.one.1.as_slice())
        .bind(proof.other.0.as_str())
        .bind(proof.other.1.as_slice())
        .execute(&mut *tx)
        .await
        .map_err(at("writing an equivocation"))?;
        tx.commit().await.map_err(at("writing an equivocation"))
    }

    pub async fn equivocations(&self) -> Result<Vec<Equivocation>> {
        let rows = sqlx::query(
            "SELECT oracle_set, epoch, round, signer, one_header, one_signature, other_header, other_signature, reported
             FROM equivocations ORDER BY oracle_set, epoch, round, signer",
        )
        .fetch_all(&self.pool)
        .await
        .map_err(at("reading equivocations"))?;
        let read = |row: &AnyRow| {
            Ok(Equivocation {
                oracle_set: number(row, "oracle_set")?,
                epoch: Epoch(number(row, "epoch")?),
                round: round(row)?,
                signer: signer_of(row)?,
                one: (get(row, "one_header")?, get(row, "one_signature")?),
                other: (get(row, "other_header")?, get(row, "other_signature")?),
                reported: number(row, "reported")? == 1,
            })
        };
        rows.iter().map(read).collect()
    }

    /// The distributor knows of it.
    pub async fn set_reported(&self, proof: &Equivocation) -> Result<()> {
        sqlx::query(
            "UPDATE equivocations SET reported = 1
             WHERE oracle_set = $1 AND epoch = $2 AND round = $3 AND signer = $4",
        )
        .bind(big("the oracle set", proof.oracle_set)?)
        .bind(big("the epoch", proof.epoch.0)?)
        .bind(i64::from(proof.round))
        .bind(address(proof.signer))
        .execute(&self.pool)
        .await
        .map_err(at("updating an equivocation"))?;
        Ok(())
    }

    /// All signatures of a round, ascending by signer.
    pub async fn signatures(&self, epoch: Epoch, round: u32) -> Result<Vec<StoredSignature>> {
        let rows = sqlx::query(select!("WHERE epoch = $1 AND round = $2 ORDER BY oracle_set, signer"))
            .bind(big("the epoch", epoch.0)?)
            .bind(i64::from(round))
            .fetch_all(&self.pool)
            .await
            .map_err(at("reading signatures"))?;
        rows.iter().map(signature_of).collect()
    }
}

/// Lower case, so that the order of text is the order of addresses.
fn address(signer: Address) -> String {
    format!("{signer:#x}")
}

fn signature_of(row: &AnyRow) -> Result<StoredSignature> {
    Ok(StoredSignature {
        oracle_set: number(row, "oracle_set")?,
        epoch: Epoch(number(row, "epoch")?),
        round: round(row)?,
        signer: signer_of(row)?,
        digest: hash(row, "digest")?,
        header: get(row, "header")?,
        lists: get(row, "lists")?,
        signature: get(row, "signature")?,
    })
}

fn signer_of(row: &AnyRow) -> Result<Address> {
    let signer: String = get(row, "signer")?;
    signer.parse().map_err(|_| StoreError::Corrupt { what: "signer", value: signer })
}
