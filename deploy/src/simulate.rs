//! What the transactions that are still to be sent would use, before one is sent.
//!
//! Takes: a plan and which steps are open. Gives: gas of each, or the reason why the chain would
//! refuse one; nothing where a node cannot simulate several transactions in a row. Never: sends.

use crate::chain::TransportError;
use crate::plan::Step;
use alloy::primitives::Address;
use alloy::providers::Provider;
use alloy::rpc::types::simulate::{SimBlock, SimCallResult, SimulatePayload};
use guerdon_bindings::Revert;

/// The answer of `eth_simulateV1`.
pub(crate) enum Simulation {
    /// Gas of each step, in their order.
    Gas(Vec<u64>),
    Refused(&'static str, Revert),
    /// The node does not offer it.
    Unknown,
}

pub(crate) async fn simulate(
    provider: &impl Provider,
    deployer: Address,
    open: &[&Step],
) -> Result<Simulation, TransportError> {
    if open.is_empty() {
        return Ok(Simulation::Gas(Vec::new()));
    }
    // A block for each: together they may be more than one block holds.
    let blocks = open.iter().map(|step| SimBlock { calls: vec![step.request(deployer)], ..Default::default() });
    let payload = SimulatePayload { block_state_calls: blocks.collect(), ..Default::default() };
    let blocks = match provider.simulate(&payload).await {
        Ok(blocks) => blocks,
        Err(error) if error.is_error_resp() => return Ok(Simulation::Unknown),
        Err(error) => return Err(error),
    };
    let calls: Vec<SimCallResult> = blocks.into_iter().flat_map(|block| block.calls).collect();
    if calls.len() != open.len() {
        return Ok(Simulation::Unknown);
    }
    for (step, call) in open.iter().zip(&calls) {
        if !call.status {
            let data = call.error.as_ref().and_then(|error| error.data.clone());
            let data = data.unwrap_or_else(|| call.return_data.clone());
            return Ok(Simulation::Refused(step.contract, Revert::decode(&data)));
        }
    }
    // What is refunded at the end must be there at first.
    Ok(Simulation::Gas(calls.iter().map(|call| call.max_used_gas.unwrap_or(call.gas_used)).collect()))
}
