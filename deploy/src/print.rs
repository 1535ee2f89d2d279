//! A survey as text: what would be sent, where it leads, what it costs.

use alloy::primitives::U256;
use alloy::primitives::utils::{format_ether, format_units};
use guerdon_deploy::deploy::{StepState, Survey};
use std::fmt::Write;

/// One line for each transaction in its order, then the sum.
pub fn survey(survey: &Survey) -> String {
    let plan = &survey.plan;
    let price = U256::from(survey.gas_price);
    let mut text = format!("chain {}, deployer {}, salt {}\n\n", plan.chain_id, plan.deployer, plan.salt);
    let cost = |gas: Option<u64>| match gas {
        Some(gas) => (gas.to_string(), format_ether(U256::from(gas).saturating_mul(price))),
        None => ("unknown".to_owned(), "unknown".to_owned()),
    };
    // Writing to a String cannot fail.
    let mut line = |parts: [&str; 6]| {
        let [number, contract, address, hash, gas, cost] = parts;
        _ = writeln!(text, "{number:>2} {contract:<20} {address:<42} {hash:<66} {gas:>9}  {cost}");
    };
    line(["", "contract", "address", "init code hash", "gas", "cost"]);
    for (index, (step, state)) in plan.steps.iter().zip(&survey.states).enumerate() {
        let (gas, cost) = match state {
            StepState::Done => ("stands".to_owned(), String::new()),
            StepState::Open { gas } => cost(*gas),
        };
        let (number, address, hash) =
            ((index + 1).to_string(), step.address.to_string(), step.init_code_hash.to_string());
        line([&number, step.contract, &address, &hash, &gas, &cost]);
    }
    let gwei = format_units(price, "gwei").unwrap_or_default();
    let (gas, cost) = cost(survey.gas());
    _ = writeln!(text, "\n{gas} gas at {gwei} gwei: {cost}; the deployer has {}", format_ether(survey.balance));
    text.push_str("nothing was sent\n");
    text
}
