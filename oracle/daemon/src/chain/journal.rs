//! Where a sender keeps what it has in flight: the store, or the memory of a command that is run once.

use super::ChainError;
use crate::store::{NewTransaction, Outcome, Store, StoredTransaction, TransactionStatus};
use alloy::primitives::Address;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

#[derive(Clone, Debug)]
pub(super) enum Journal {
    Memory(Arc<Mutex<Vec<StoredTransaction>>>),
    Store(Store),
}

impl Journal {
    pub(super) fn in_memory() -> Self {
        Self::Memory(Arc::default())
    }

    /// Before it is sent.
    pub(super) async fn put(&self, transaction: &NewTransaction) -> Result<(), ChainError> {
        match self {
            Self::Store(store) => store.put_transaction(transaction).await.map(drop).map_err(ChainError::Journal),
            Self::Memory(kept) => {
                let mut kept = lock(kept);
                let id = kept.last().map_or(1, |last| last.id + 1);
                kept.push(StoredTransaction { id, transaction: transaction.clone() });
                Ok(())
            }
        }
    }

    /// What is in flight or in a block that may be taken back, by nonce and then in the order of sending.
    pub(super) async fn open(&self, account: Address) -> Result<Vec<StoredTransaction>, ChainError> {
        match self {
            Self::Store(store) => store.open_transactions(account).await.map_err(ChainError::Journal),
            Self::Memory(kept) => {
                let open = |row: &&StoredTransaction| {
                    matches!(row.transaction.status, TransactionStatus::Sent | TransactionStatus::Mined)
                };
                Ok(lock(kept).iter().filter(open).cloned().collect())
            }
        }
    }

    pub(super) async fn set(&self, outcomes: &[Outcome]) -> Result<(), ChainError> {
        match self {
            Self::Store(store) => store.set_outcomes(outcomes).await.map_err(ChainError::Journal),
            Self::Memory(kept) => {
                let mut kept = lock(kept);
                for outcome in outcomes {
                    if let Some(row) = kept.iter_mut().find(|row| row.id == outcome.id) {
                        row.transaction.status = outcome.status;
                        row.transaction.block = outcome.block;
                    }
                }
                Ok(())
            }
        }
    }
}

fn lock(kept: &Mutex<Vec<StoredTransaction>>) -> MutexGuard<'_, Vec<StoredTransaction>> {
    kept.lock().unwrap_or_else(PoisonError::into_inner)
}
