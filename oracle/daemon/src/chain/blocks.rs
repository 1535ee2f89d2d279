//! Blocks by their time, and what was posted up to one of them.

use super::{Chain, ChainError, Posted};
use guerdon_core::model::Epoch;

impl Chain {
    /// The first block at or after a time, once there is one with so many blocks behind it. Everybody finds the
    /// same, whenever they ask.
    pub async fn first_block_at(&self, timestamp: u64, confirmations: u64) -> Result<Option<u64>, ChainError> {
        let latest = self.now().await?;
        if latest.timestamp < timestamp {
            return Ok(None);
        }
        // Times ascend with blocks: the first that is late enough lies in (before, found].
        let (mut before, mut found) = (self.deployment().block.saturating_sub(1), latest.block);
        while found - before > 1 {
            let middle = before + (found - before) / 2;
            if self.at_block(middle).await?.timestamp >= timestamp {
                found = middle;
            } else {
                before = middle;
            }
        }
        Ok((latest.block - found >= confirmations).then_some(found))
    }

    /// The batch of an epoch that was posted last, up to a block.
    pub async fn posted_until(&self, epoch: Epoch, block: u64) -> Result<Option<Posted>, ChainError> {
        Ok(self.posted_in(epoch, None, block).await?.into_iter().next_back())
    }
}
