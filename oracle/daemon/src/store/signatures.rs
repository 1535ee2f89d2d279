//! Signatures: written before they are shown to anybody, so that a key which crashed or was started
//! twice can never sign two headers of one round.

use super::{Result, Store, StoreError, at, big, get, hash, number, round};
use alloy::primitives::{Address, B256};
use guerdon_core::model::Epoch;
use sqlx::any::AnyRow;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredSignature {
    pub epoch: Epoch,
    pub round: u32,
    pub signer: Address,
    /// The EIP-712 digest that was signed.
    pub digest: B256,
    pub signature: Vec<u8>,
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
            "INSERT INTO signatures (epoch, round, signer, digest, signature) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (epoch, round, signer) DO NOTHING",
        )
        .bind(epoch)
        .bind(i64::from(signature.round))
        .bind(signer.as_str())
        .bind(signature.digest.to_string())
        .bind(signature.signature.as_slice())
        .execute(&mut *tx)
        .await
        .map_err(at("writing a signature"))?;
        let row = sqlx::query(
            "SELECT epoch, round, signer, digest, signature FROM signatures
             WHERE epoch = $1 AND round = $2 AND signer = $3",
        )
        .bind(epoch)
        .bind(i64::from(signature.round))
        .bind(signer.as_str())
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

    /// What this signer signed in this round, if anything.
    pub async fn signature(&self, epoch: Epoch, round: u32, signer: Address) -> Result<Option<StoredSignature>> {
        let signatures = self.signatures(epoch, round).await?;
        Ok(signatures.into_iter().find(|found| found.signer == signer))
    }

    /// All signatures of a round, ascending by signer.
    pub async fn signatures(&self, epoch: Epoch, round: u32) -> Result<Vec<StoredSignature>> {
        let rows = sqlx::query(
            "SELECT epoch, round, signer, digest, signature FROM signatures
             WHERE epoch = $1 AND round = $2 ORDER BY signer",
        )
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
    let signer: String = get(row, "signer")?;
    Ok(StoredSignature {
        epoch: Epoch(number(row, "epoch")?),
        round: round(row)?,
        signer: signer.parse().map_err(|_| StoreError::Corrupt { what: "signer", value: signer })?,
        digest: hash(row, "digest")?,
        signature: get(row, "signature")?,
    })
}
