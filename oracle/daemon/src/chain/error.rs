//! What can go wrong between here and the chain, with the next step where there is one.

use alloy::primitives::{Address, B256, U256};
use alloy::transports::{RpcError, TransportErrorKind};
use guerdon_bindings::Revert;
use url::Url;

pub(super) type TransportError = RpcError<TransportErrorKind>;

#[derive(Debug, thiserror::Error)]
pub enum ChainError {
    #[error("chain.rpc_url is not an http or https URL")]
    Url,
    #[error("the HTTP client could not be set up")]
    Client(#[source] Box<reqwest::Error>),
    #[error("no answer from the RPC at {url}: is it running, and is chain.rpc_url right?")]
    Unreachable { url: String, source: super::RpcFault },
    #[error("the RPC at {url} cannot be used: {source}")]
    Fault { url: String, source: super::RpcFault },
    #[error("the RPC at {url} is on chain {found} but the deployment is of chain {expected}")]
    WrongChain { url: String, found: u64, expected: u64 },
    #[error(
        "there is no contract at {address}, where the deployment record has the distributor (RPC at {url}): is the record of another chain or of an earlier run?"
    )]
    NoDistributor { address: Address, url: String },
    #[error("the contract at {address} does not answer as a distributor: is the deployment record right?")]
    NotADistributor { address: Address },
    #[error("the distributor at {address} has another schedule or unit than the deployment record: use its own record")]
    OtherDistributor { address: Address },
    #[error("the RPC at {url} failed while {doing}")]
    Rpc { doing: &'static str, url: String, source: Box<TransportError> },
    #[error("the RPC at {url} failed when it had to {step}: run again, repeating is safe")]
    Send { step: &'static str, url: String, source: Box<TransportError> },
    #[error("the distributor's answer could not be read while {doing}")]
    Call { doing: &'static str, source: Box<alloy::contract::Error> },
    #[error("an event of the distributor could not be read while {doing} (transaction {tx})")]
    Event { doing: &'static str, tx: B256 },
    #[error("the chain refuses to {step}: {revert}{}", hint(revert))]
    Refused { step: &'static str, revert: Revert },
    #[error(
        "the transaction to {step} was mined but reverted ({tx}): something changed since it was simulated; run again"
    )]
    Reverted { step: &'static str, tx: B256 },
    #[error("the transaction to {step} ({tx}) is not mined yet: run again later, repeating is safe")]
    Pending { step: &'static str, tx: B256 },
    #[error(
        "the account {account} has {balance} wei and cannot pay for the transaction to {step}, which may cost up to {cost} \
         wei: send it some of the chain's own coin; nothing is lost"
    )]
    NoFunds { step: &'static str, account: Address, balance: U256, cost: U256 },
    #[error(
        "another transaction of the account {account} (nonce {nonce}) waits to be mined, and it is not known here: wait, \
         or replace it from the program that sent it"
    )]
    Stranger { account: Address, nonce: u64 },
    #[error("the transaction to {step} ({tx}) was not mined, as another one took its place: run again")]
    Displaced { step: &'static str, tx: B256 },
    #[error("the RPC does not take the transaction to {step}: {message}")]
    NotTaken { step: &'static str, message: String },
    #[error("the transaction could not be noted, so it was not sent")]
    Journal(#[source] crate::store::StoreError),
    #[error("the transaction to {step} cannot be signed")]
    Unsigned { step: &'static str, source: Box<alloy::network::TransactionBuilderError<alloy::network::Ethereum>> },
    #[error("the transaction {tx} in the store is damaged: restore the store from a backup")]
    Damaged { tx: B256 },
    #[error("a signature cannot be used")]
    Signature(#[source] crate::sign::SignError),
}

impl ChainError {
    /// The contract's own error, when it was the contract that refused.
    pub fn revert(&self) -> Option<&Revert> {
        match self {
            Self::Refused { revert, .. } => Some(revert),
            _ => None,
        }
    }
}

pub(super) fn parse(rpc_url: &str) -> Result<Url, ChainError> {
    match Url::parse(rpc_url) {
        Ok(url) if matches!(url.scheme(), "http" | "https") => Ok(url),
        // Not shown: what is not a URL may still hold a key.
        _ => Err(ChainError::Url),
    }
}

/// Scheme, host and port: API keys stand in the user, path or query.
pub(super) fn shown(url: &Url) -> String {
    url.origin().ascii_serialization()
}

/// The contract's reason, if the error carries one.
pub(super) fn revert(error: &TransportError) -> Option<Revert> {
    let response = error.as_error_resp()?;
    match response.as_revert_data() {
        Some(data) => Some(Revert::decode(&data)),
        None if response.message.contains("revert") => Some(Revert::Unknown(Vec::new())),
        None => None,
    }
}

/// What to do about a refusal.
fn hint(revert: &Revert) -> String {
    let advice = match revert.name().unwrap_or_default() {
        "OracleSet_WrongQuorum" | "OracleSet_WrongLength" => "let more oracles sign with `guerdon sign`",
        "OracleSet_InvalidSignature" | "OracleSet_NoSuchMember" => "sign again with `guerdon sign`",
        "OracleSet_NotCurrent" => "the oracles changed; batch and sign again",
        "OracleSet_SwitchedOff" => "let oracles sign whose keys are not switched off",
        "Accounts_NotLinked" => "link a wallet first with `guerdon link`",
        "Accounts_NothingToClaim" => "see what is coming with `guerdon status`",
        "Accounts_LinkExists" => "the account is linked already; see `guerdon status`",
        "Accounts_InvalidNonce" | "Accounts_LinkExpired" | "Accounts_InvalidWalletProof" => {
            "make a new text with `guerdon link`"
        }
        "Accounts_LinkPending" => "wait until the pending re-link is settled; see `guerdon link status`",
        "Links_NotOldWallet" => "only the wallet that is linked now can cancel; anybody can `guerdon link challenge`",
        "Links_TooEarly" => "wait until then (seconds outside of pauses); see `guerdon link status`",
        "Links_OverBudget" => {
            "wait until the link budget has refilled, let governance raise it, or let the old wallet sign too"
        }
        "Links_WrongStatus" => "see what is pending with `guerdon link status`",
        "Links_Dead" => "end it with `guerdon link drop`, then begin again with `guerdon link`",
        "Links_Live" => "it can still be activated; see `guerdon link status`",
        "Guardian_Paused" | "Links_Paused" => "wait until the pause is over",
        "Batches_Frozen" => "wait for the answer to the challenge",
        "Batches_Dead" => "void it and post the next round, signed by the current oracles",
        "Freezes_NotChallengeable" => "a batch can be challenged from its posting to the end of its window",
        "Freezes_NotPublished" => "see the published entries in the EntriesPublished events",
        "Freezes_EntryTaken" => "it waits for its answer, or was dropped",
        "Disputes_WrongBond" => "governance changed the bond; run again",
        "Disputes_AlreadyOff" => "there is nothing left to do",
        "Batches_EpochNotOver" => "wait for the end of the epoch",
        "Batches_Expired" => "make and sign a new batch with `guerdon batch` and `guerdon sign`",
        "Batches_Live" | "Batches_WrongRound" => "see where the last batch stands with `guerdon status`",
        "Batches_WrongPolicy" => "score with the policy file that governance set for this epoch",
        "Batches_OverBudget" => "score with the budget of this epoch's terms",
        "Batches_WindowOpen" | "Batches_PublishOpen" => "wait until then",
        "Batches_PublishOver" => "void it and post the next round",
        "Treasury_OverBudget" => "wait until the Treasury's budget has refilled, or let governance raise it",
        "Treasury_Insufficient" => "fund the Treasury",
        _ => return String::new(),
    };
    format!(": {advice}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_shown_without_its_credentials() {
        let url = parse("https://user:secret@rpc.example.org:8443/v2/SECRET?key=SECRET").unwrap();
        assert_eq!(shown(&url), "https://rpc.example.org:8443");
        assert!(matches!(parse("wss://rpc.example.org"), Err(ChainError::Url)));
        assert!(matches!(parse("SECRET"), Err(ChainError::Url)));
    }
}
