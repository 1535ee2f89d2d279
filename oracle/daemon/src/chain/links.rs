//! Links on the chain: what governs them, what waits, what happened, and the transactions about them.

use super::error::revert;
use super::flight::Step;
use super::{Chain, ChainError, Sender, Sent};
use crate::link::{LinkProof, signed_by_key};
use alloy::network::TransactionBuilder as _;
use alloy::primitives::{Address, B256, Bytes, U256};
use alloy::providers::Provider;
use alloy::rpc::types::{Filter, Log, TransactionRequest};
use alloy::sol_types::{SolCall, SolEvent, SolEventInterface};
use guerdon_bindings::contracts::{Disputes, Links, RewardDistributor as Distributor};
use guerdon_core::model::ContributorId;
use serde::{Deserialize, Serialize};

/// What a wallet's contract may use up when it is asked whether it signed.
const SIGNATURE_GAS: u64 = 3_000_000;

alloy::sol! {
    function isValidSignature(bytes32 hash, bytes signature) external view returns (bytes4);
}

/// What holds for re-links. Amounts are units, times seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct LinkRules {
    /// How long a re-link waits.
    pub delay: u64,
    /// How long the arbiter has for a contested one, once its delay is over.
    pub resolve_deadline: u64,
    /// What all re-links together may expose in a period, and what is left of it now.
    pub budget: u64,
    pub period: u64,
    pub available: u64,
    /// What verifies links now; the contract of links itself while the oracles' quorum does.
    pub verifier: Address,
    pub by_quorum: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum LinkStatus {
    /// Waits for its delay; the old wallet may cancel it, anyone may challenge it.
    Pending,
    /// The old wallet cancelled one before: only the arbiter decides.
    Contested,
    /// Challenged; waits for the answer.
    Frozen,
    /// The arbiter let it through; waits for what is left of its delay.
    Approved,
}

/// A link that waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PendingLink {
    pub wallet: Address,
    /// By the chain's active clock, which stands still in a pause: see [`Chain::active_time`].
    pub ready_at: u64,
    /// It dies with this oracle set.
    pub oracle_set: u64,
    pub status: LinkStatus,
    /// Taken over from the predecessor.
    pub adopted: bool,
}

/// Something that happened to a contributor's link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LinkEvent {
    pub id: ContributorId,
    pub what: LinkMove,
    pub block: u64,
    pub tx: B256,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkMove {
    /// From now on this wallet is paid.
    Linked {
        wallet: Address,
    },
    Proposed {
        wallet: Address,
        old: Option<Address>,
        ready_at: u64,
        oracle_set: u64,
    },
    Contested,
    Frozen,
    Approved,
    /// The wait is over, and the link holds.
    Activated,
    /// By the old wallet.
    Cancelled,
    /// By an answer, or because it could never be activated.
    Dropped,
    /// The old wallet signed another one.
    Superseded,
}

impl Chain {
    pub async fn link_rules(&self) -> Result<LinkRules, ChainError> {
        let failed = self.call("reading the rules for links");
        let links = self.links();
        let budget = links.linkBudget().call().await.map_err(&failed)?;
        let verifier = links.linkVerifier().call().await.map_err(&failed)?;
        Ok(LinkRules {
            delay: links.linkDelay().call().await.map_err(&failed)?.to(),
            resolve_deadline: links.resolveDeadline().call().await.map_err(&failed)?.to(),
            budget: budget.units.saturating_to(),
            period: budget.period.to(),
            available: budget.available.saturating_to(),
            verifier,
            by_quorum: verifier == self.deployment().contracts.links.address,
        })
    }

    /// A contributor's link that waits, if there is one.
    pub async fn pending_link(&self, id: ContributorId) -> Result<Option<PendingLink>, ChainError> {
        let waiting = self.links().pending(id.0).call().await.map_err(self.call("reading a pending link"))?;
        let status = match waiting.status {
            0 => return Ok(None),
            1 => LinkStatus::Pending,
            2 => LinkStatus::Contested,
            3 => LinkStatus::Frozen,
            _ => LinkStatus::Approved,
        };
        Ok(Some(PendingLink {
            wallet: waiting.wallet,
            ready_at: waiting.readyAt.to(),
            oracle_set: waiting.oracleSet.into(),
            status,
            adopted: waiting.adopted,
        }))
    }

    /// Whether the old wallet has cancelled a re-link before, so that only the arbiter decides.
    pub async fn is_contested(&self, id: ContributorId) -> Result<bool, ChainError> {
        self.links().isContested(id.0).call().await.map_err(self.call("reading a pending link"))
    }

    /// Seconds that do not pass in a pause; delays of links are counted in them.
    pub async fn active_time(&self) -> Result<u64, ChainError> {
        let time = self.contract().activeTime().call().await.map_err(self.call("reading the active time"))?;
        Ok(time.saturating_to())
    }

    /// What waits under an oracle set before this one is dead.
    pub async fn oldest_live_set(&self) -> Result<u64, ChainError> {
        self.contract().oldestLiveSet().call().await.map_err(self.call("reading the oracle set"))
    }

    /// A wallet's signature in the form that the contract takes, if it is that wallet's: by its key as long as
    /// the address has no code, else by what its code says (ERC-1271; code that an account delegates to under
    /// EIP-7702 as well).
    pub async fn signed_by(&self, wallet: Address, hash: B256, signature: &Bytes) -> Result<Option<Bytes>, ChainError> {
        const DOING: &str = "asking a wallet for its signature";
        let code = self.provider.get_code_at(wallet).await.map_err(|source| self.rpc(DOING, source))?;
        if code.is_empty() {
            return Ok(signed_by_key(wallet, hash, signature));
        }
        let call = isValidSignatureCall { hash, signature: signature.clone() };
        let request =
            TransactionRequest::default().with_to(wallet).with_input(call.abi_encode()).with_gas_limit(SIGNATURE_GAS);
        match self.provider.call(request).await {
            Ok(said) => {
                // The selector, padded; what follows it is not looked at, as by the contract.
                let mut word = [0; 32];
                word[..4].copy_from_slice(&isValidSignatureCall::SELECTOR);
                Ok((said.get(..32) == Some(word.as_slice())).then(|| signature.clone()))
            }
            Err(source) if revert(&source).is_some() || source.is_error_resp() => Ok(None),
            Err(source) => Err(self.rpc(DOING, source)),
        }
    }

    /// What happened to links in these blocks, both included, in the order of the chain.
    pub async fn link_events(&self, from: u64, until: u64) -> Result<Vec<LinkEvent>, ChainError> {
        const DOING: &str = "reading links";
        let addresses = vec![self.deployment().distributor(), self.deployment().contracts.links.address];
        let filter = Filter::new().address(addresses).event_signature(vec![
            Distributor::Linked::SIGNATURE_HASH,
            Links::LinkProposed::SIGNATURE_HASH,
            Links::LinkAdopted::SIGNATURE_HASH,
            Links::LinkContested::SIGNATURE_HASH,
            Links::LinkFrozen::SIGNATURE_HASH,
            Links::LinkApproved::SIGNATURE_HASH,
            Links::LinkActivated::SIGNATURE_HASH,
            Links::LinkCancelled::SIGNATURE_HASH,
            Links::LinkDropped::SIGNATURE_HASH,
            Links::LinkSuperseded::SIGNATURE_HASH,
        ]);
        let logs = self.logs_within(DOING, filter, from..=until).await?;
        let missing = |log: &Log| ChainError::Event { doing: DOING, tx: log.transaction_hash.unwrap_or_default() };
        logs.iter().map(|log| link_event(log).ok_or_else(|| missing(log))).collect()
    }

    /// The number of the challenge that froze a pending link, and the last second for its answer.
    pub async fn link_challenge_opened(&self, sent: Sent) -> Result<super::Opened, ChainError> {
        const DOING: &str = "reading a challenge";
        let filter = Filter::new().address(self.deployment().contracts.disputes.address).select(sent.block);
        let logs = self.provider.get_logs(&filter).await.map_err(|source| self.rpc(DOING, source))?;
        let ours = logs.iter().filter(|log| log.transaction_hash == Some(sent.tx));
        let mut opened = ours.filter_map(|log| Disputes::LinkChallenged::decode_log(&log.inner).ok());
        let event = opened.next().ok_or(ChainError::Event { doing: DOING, tx: sent.tx })?;
        Ok(super::Opened { number: event.challenge, deadline: event.deadline.to() })
    }
}

fn link_event(log: &Log) -> Option<LinkEvent> {
    use Links::LinksEvents as Event;
    let (block, tx) = (log.block_number.unwrap_or_default(), log.transaction_hash.unwrap_or_default());
    if let Ok(linked) = Distributor::Linked::decode_log(&log.inner) {
        let what = LinkMove::Linked { wallet: linked.wallet };
        return Some(LinkEvent { id: ContributorId(linked.id), what, block, tx });
    }
    let (id, what) = match Event::decode_log(&log.inner).ok()?.data {
        Event::LinkProposed(event) => {
            let (old, ready_at) = (Some(event.oldWallet), event.readyAt.to());
            (event.id, LinkMove::Proposed { wallet: event.wallet, old, ready_at, oracle_set: event.oracleSet })
        }
        Event::LinkAdopted(event) => {
            let ready_at = event.readyAt.to();
            (event.id, LinkMove::Proposed { wallet: event.wallet, old: None, ready_at, oracle_set: event.oracleSet })
        }
        Event::LinkContested(event) => (event.id, LinkMove::Contested),
        Event::LinkFrozen(event) => (event.id, LinkMove::Frozen),
        Event::LinkApproved(event) => (event.id, LinkMove::Approved),
        Event::LinkActivated(event) => (event.id, LinkMove::Activated),
        Event::LinkCancelled(event) => (event.id, LinkMove::Cancelled),
        Event::LinkDropped(event) => (event.id, LinkMove::Dropped),
        Event::LinkSuperseded(event) => (event.id, LinkMove::Superseded),
        _ => return None,
    };
    Some(LinkEvent { id: ContributorId(id), what, block, tx })
}

impl Sender {
    /// Links a contributor to a wallet, with the proofs of the wallets and the oracles' attestation. With the old
    /// wallet's proof a re-link holds at once.
    pub async fn link(&self, proof: &LinkProof, attestation: Bytes) -> Result<Sent, ChainError> {
        let LinkProof { link, wallet_proof, old_wallet_proof } = proof.clone();
        let links = self.links();
        match old_wallet_proof {
            None => {
                let call = links.link(link.id, link.wallet, link.nonce, link.validUntil, wallet_proof, attestation);
                self.send(Step::of_contributor("link the wallet", "link", ContributorId(link.id)), call).await
            }
            Some(old_wallet_proof) => {
                let message =
                    Links::Link { id: link.id, wallet: link.wallet, nonce: link.nonce, validUntil: link.validUntil };
                let call = links.relinkSigned(message, wallet_proof, old_wallet_proof, attestation);
                self.send(Step::of_contributor("link the wallet", "link", ContributorId(link.id)), call).await
            }
        }
    }

    /// Makes a pending link hold, after its delay.
    pub async fn activate_link(&self, id: ContributorId) -> Result<Sent, ChainError> {
        self.send(Step::of_contributor("activate the link", "activate", id), self.links().activate(id.0)).await
    }

    /// Cancels a pending re-link; only the old wallet can.
    pub async fn cancel_link(&self, id: ContributorId) -> Result<Sent, ChainError> {
        self.send(Step::of_contributor("cancel the link", "cancel", id), self.links().cancel(id.0)).await
    }

    /// Ends a pending link that can never be activated.
    pub async fn drop_link(&self, id: ContributorId) -> Result<Sent, ChainError> {
        self.send(Step::of_contributor("drop the link", "drop", id), self.links().drop(id.0)).await
    }

    /// Proposes a link of the predecessor here.
    pub async fn adopt_link(&self, id: ContributorId) -> Result<Sent, ChainError> {
        self.send(Step::of_contributor("adopt the link", "adopt", id), self.links().adopt(id.0)).await
    }

    /// Challenges a pending link with a bond in wei.
    pub async fn challenge_link(&self, id: ContributorId, bond: U256) -> Result<Sent, ChainError> {
        self.send(
            Step::of_contributor("challenge the link", "challenge", id),
            self.disputes().challengeLink(id.0).value(bond),
        )
        .await
    }
}
