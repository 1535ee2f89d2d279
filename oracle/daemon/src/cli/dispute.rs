//! `challenge`: puts up a bond against an entry or a whole batch. Needs no oracle key and no store of its own.

use super::args::{Global, Wallet};
use alloy::primitives::U256;
use eyre::{Result, eyre};
use guerdon::amount::Money;
use guerdon::keys::OracleKey;
use guerdon::oracle::connect;
use guerdon_core::model::Epoch;
use serde_json::json;

pub(super) async fn challenge(
    global: &Global,
    epoch: Epoch,
    position: Option<u32>,
    batch: Option<&str>,
    wallet: &Wallet,
) -> Result<()> {
    let source =
        wallet.source().ok_or_else(|| eyre!("which wallet puts up the bond? Give --keystore with --password"))?;
    let chain = connect(&global.config()?).await?;
    let key = OracleKey::load(&source, chain.chain_id())?;
    let sender = chain.sender(&key)?;
    let (bond, sent) = match (batch, position) {
        (Some(reason), _) => {
            let bond = chain.batch_bond().await?;
            (bond, sender.challenge_batch(epoch, reason, bond).await?)
        }
        (None, position) => {
            let position = position.ok_or_else(|| eyre!("which entry? Give its position, or --batch REASON"))?;
            let bond = chain.entry_bond().await?;
            (bond, sender.challenge(epoch, position, bond).await?)
        }
    };
    let opened = chain.challenge_opened(sent).await?;
    let value = json!({
        "challenge": opened.number.to_string(),
        "epoch": epoch,
        "position": position,
        "challenger": key.address(),
        "bond": bond.to_string(),
        "answer_before": opened.deadline,
        "tx": sent.tx,
    });
    let coin = Money { unit: U256::ONE, decimals: 18, symbol: "ETH".to_owned() };
    global.print(&value, || {
        let what = position.map_or("the whole batch".to_owned(), |position| format!("entry {position}"));
        format!(
            "challenge {}: {what} of epoch {epoch} waits for an answer until {} (UTC seconds)\nbond {}\ntx {}\n",
            opened.number,
            opened.deadline,
            coin.show_base(bond),
            sent.tx
        )
    })
}
