//! What the doctor finds on the chain: whose code stands there, who signs, who pays and for how long, and what
//! governance allowed.

use super::Finding;
use super::clock::Clocks;
use crate::chain::{BatchState, BatchStatus, Chain, ChainError};
use crate::config::Config;
use crate::keys::{KeySource, LOCAL_CHAIN, OracleKey};
use crate::run::chain_of;
use crate::sign::OracleSet;
use alloy::primitives::{Address, U256, utils::format_ether};
use guerdon_core::B256;
use guerdon_core::batch::MAX_CHUNK;
use guerdon_core::model::Epoch;

/// What was found, and the oracle set for what comes after.
pub(super) struct Seen {
    pub(super) findings: Vec<Finding>,
    pub(super) set: Option<OracleSet>,
}

const RPC: &str = "see that the RPC answers, or name another one in `chain.rpc_url`: docs/runbook.md, \"RPC down\"";

pub(super) async fn look(config: &Config, chain: &Chain, policy: Option<B256>, clocks: &mut Clocks) -> Seen {
    let now = chain.now().await;
    clocks.chain = now.as_ref().ok().map(|now| now.timestamp);
    clocks.is_local_chain = chain.chain_id() == LOCAL_CHAIN;
    let mut findings = vec![
        Finding::of("chain", now.as_ref().map(|now| format!("{chain:?}, block {}", now.block)), RPC),
        code(chain).await,
    ];
    let set = chain.oracle_set().await;
    let shown = |set: &OracleSet| format!("set {}: {} of {} must sign", set.id, set.threshold, set.members.len());
    findings.push(match &set {
        Ok(set) if set.members.iter().filter(|member| set.counts(member)).count() < set.threshold => Finding::failed(
            "oracle set",
            format!("{}, and fewer than that are not switched off", shown(set)),
            "no batch can be posted until governance rotates the set: propose `rotate`",
        ),
        Ok(set) => Finding::ok("oracle set", shown(set)),
        Err(error) => Finding::failed("oracle set", chain_of(error), RPC),
    });
    findings.push(pause(chain).await);
    for source in &config.oracle.keys {
        findings.push(key(source, chain, set.as_ref().ok()).await);
    }
    findings.extend(submitter(config, chain).await);
    if let (Some(hash), Ok(now)) = (policy, now) {
        findings.extend(terms(chain, hash, now.timestamp).await);
    }
    Seen { findings, set: set.ok() }
}

async fn code(chain: &Chain) -> Finding {
    const WHAT: &str = "code";
    let codes = match chain.codes().await {
        Ok(codes) => codes,
        Err(error) => return Finding::failed(WHAT, chain_of(&error), RPC),
    };
    let shown: Vec<String> = codes.iter().map(|code| format!("{} {}", code.contract, code.hash)).collect();
    match codes.iter().find(|code| !code.known) {
        None => Finding::ok(WHAT, format!("as this version was built with: {}", shown.join(", "))),
        Some(other) => Finding::failed(
            WHAT,
            format!("what stands at {} is not the {} of this version", other.address, other.contract),
            "use the guerdon that this system was deployed with; `guerdon-deploy check` compares all of it",
        ),
    }
}

async fn pause(chain: &Chain) -> Finding {
    match chain.paused_until().await {
        Ok(None) => Finding::ok("pause", "the distributor is not paused"),
        Ok(Some(until)) => Finding::failed(
            "pause",
            format!("the guardian stopped posting and crediting until {until} (UTC seconds) at most"),
            "ask the guardian why; the daemon goes on by itself when it ends: docs/runbook.md, \"Paused\"",
        ),
        Err(error) => Finding::failed("pause", chain_of(&error), RPC),
    }
}

async fn key(source: &KeySource, chain: &Chain, set: Option<&OracleSet>) -> Finding {
    const WHAT: &str = "key";
    let mend = "mend `oracle.keys`: docs/runbook.md, \"Rotate a key\"";
    let key = match OracleKey::load(source, chain.chain_id()) {
        Ok(key) => key,
        Err(error) => return Finding::failed(WHAT, chain_of(&error), mend),
    };
    if let Err(error) = key.check().await {
        return Finding::failed(WHAT, chain_of(&error), mend);
    }
    let address = key.address();
    match set {
        Some(set) if set.counts(&address) => Finding::ok(WHAT, format!("{address} is in the oracle set")),
        Some(set) if set.switched_off.contains(&address) => Finding::failed(
            WHAT,
            format!("{address} was switched off: its signatures do not count any more"),
            "find out why it signed two headers or a wrong batch; governance must rotate in a new key",
        ),
        Some(_) => Finding::failed(
            WHAT,
            format!("{address} is not in the current oracle set: its signatures will not count"),
            "name the key that governance voted in, or propose `rotate` with this one",
        ),
        None => Finding::warning(WHAT, format!("{address} cannot be compared with the oracle set"), RPC),
    }
}

/// Epochs that the submitter's coin should last for.
const EPOCHS: u64 = 8;
/// Gas of a batch, from contracts/snapshots/gas.json and rounded up: posting with its signatures; a transaction of
/// 500 entries without them; an entry, published and credited.
const POST_GAS: u64 = 160_000;
const CHUNK_GAS: u64 = 150_000;
const ENTRY_GAS: u64 = 700 + 6_000;

fn gas_of_an_epoch(entries: u64) -> u64 {
    let chunks = entries.div_ceil(MAX_CHUNK as u64).max(1);
    POST_GAS + chunks * CHUNK_GAS + entries * ENTRY_GAS
}

async fn submitter(config: &Config, chain: &Chain) -> Option<Finding> {
    const WHAT: &str = "submitter";
    let source = config.oracle.submitter.as_ref().or_else(|| config.oracle.keys.first())?;
    // A signing key that cannot be loaded was told above.
    let address = match OracleKey::load(source, chain.chain_id()) {
        Ok(key) => key.address(),
        Err(_) if config.oracle.submitter.is_none() => return None,
        Err(error) => return Some(Finding::failed(WHAT, chain_of(&error), "mend `oracle.submitter`")),
    };
    let look = async || -> Result<(U256, u128, u64), ChainError> {
        let entries = latest_batch(chain).await?.map_or(MAX_CHUNK as u64, |(_, state)| state.entry_count.into());
        Ok((chain.balance(address).await?, chain.gas_price().await?, entries))
    };
    Some(match look().await {
        Ok((balance, price, entries)) => enough(address, balance, price, entries),
        Err(error) => Finding::failed(WHAT, chain_of(&error), RPC),
    })
}

fn enough(address: Address, balance: U256, price: u128, entries: u64) -> Finding {
    const WHAT: &str = "submitter";
    let epoch = U256::from(gas_of_an_epoch(entries)).saturating_mul(U256::from(price));
    let lasts = balance.checked_div(epoch).unwrap_or(U256::MAX);
    let said = format!(
        "{address} holds {}, enough for {} epochs of {entries} entries at {price} wei a gas",
        format_ether(balance),
        if lasts > U256::from(1_000) { "more than 1000".to_owned() } else { lasts.to_string() },
    );
    let next = || {
        format!("send at least {} of the chain's coin to it", format_ether(epoch.saturating_mul(U256::from(EPOCHS))))
    };
    if lasts.is_zero() {
        Finding::failed(WHAT, said, next())
    } else if lasts < U256::from(EPOCHS) {
        Finding::warning(WHAT, said, next())
    } else {
        Finding::ok(WHAT, said)
    }
}

async fn terms(chain: &Chain, policy: B256, now: u64) -> Option<Finding> {
    const WHAT: &str = "terms";
    let epoch = chain.schedule().await.ok()?.epoch_at(now)?;
    Some(match chain.terms_of(epoch).await {
        Ok(Some(terms)) if terms.policy_hash == policy => {
            Finding::ok(WHAT, format!("epoch {epoch} runs under this policy"))
        }
        Ok(Some(terms)) => Finding::failed(
            WHAT,
            format!("epoch {epoch} runs under policy {}, not this one", terms.policy_hash),
            "put the file with that hash into `policy`, and this one into `past_policies` if earlier epochs need it",
        ),
        Ok(None) => Finding::failed(
            WHAT,
            format!("governance has set no terms for epoch {epoch}"),
            "propose `setTerms`: nobody can be paid for an epoch without terms",
        ),
        Err(error) => Finding::failed(WHAT, chain_of(&error), RPC),
    })
}

/// The latest batch that was posted, as far back as one could still be posted.
pub(super) async fn latest_batch(chain: &Chain) -> Result<Option<(Epoch, BatchState)>, ChainError> {
    let (now, schedule) = (chain.now().await?.timestamp, chain.schedule().await?);
    let Some(running) = schedule.epoch_at(now) else { return Ok(None) };
    let oldest = running.0.saturating_sub(schedule.correction_epochs).max(1);
    for epoch in (oldest..running.0).rev().map(Epoch) {
        let state = chain.batch(epoch).await?;
        if state.status != BatchStatus::None {
            return Ok(Some((epoch, state)));
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::super::State;
    use super::*;

    #[test]
    fn coin_for_less_than_an_epoch_fails_and_for_a_few_warns() {
        let price = 2_000_000_000;
        let epoch = U256::from(gas_of_an_epoch(500)) * U256::from(price);
        let state = |balance| enough(Address::ZERO, balance, price, 500).state;
        assert_eq!(state(epoch - U256::ONE), State::Failed);
        assert_eq!(state(epoch), State::Warning);
        assert_eq!(state(epoch * U256::from(EPOCHS) - U256::ONE), State::Warning);
        assert_eq!(state(epoch * U256::from(EPOCHS)), State::Ok);
        assert!(enough(Address::ZERO, U256::ZERO, price, 500).next.unwrap().contains("send at least 0."));
        assert_eq!(enough(Address::ZERO, U256::ONE, 0, 500).state, State::Ok, "a chain on which gas is free");
        assert!(gas_of_an_epoch(501) - gas_of_an_epoch(500) > CHUNK_GAS);
    }
}
