//! The committed bytecode is that of the sources, and what a deployment leaves for verifiers compiles to it.

use crate::{Deployed, root};
use alloy::primitives::{Bytes, hex, keccak256};
use guerdon_deploy::{abi, source};
use std::collections::BTreeSet;
use std::process::Command;

#[test]
fn the_committed_bindings_are_those_of_the_contracts() {
    abi::check(&root()).unwrap();
}

#[tokio::test]
async fn the_standard_input_of_a_deployment_compiles_to_what_was_created() {
    let local = Deployed::start().await;
    let root = root().canonicalize().unwrap();
    let input = source::committed(&root).unwrap();
    assert_eq!(keccak256(&input), local.deployment.compiler.standard_input_hash);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("31337.standard-input.json");
    std::fs::write(&file, input).unwrap();
    // Away from the sources: the input must be complete.
    let mut solc = Command::new(root.join("contracts/tools/solc"));
    solc.arg("--standard-json").arg(&file).current_dir(folder.path());
    let output: serde_json::Value = serde_json::from_slice(&solc.output().unwrap().stdout).unwrap();
    for (contract, deployed) in local.deployment.contracts.each() {
        let (path, name) = deployed.source.rsplit_once(':').unwrap();
        assert_eq!(name, contract);
        let code = output["contracts"][path][name]["evm"]["bytecode"]["object"].as_str().unwrap();
        let init_code: Bytes = [hex::decode(code).unwrap(), deployed.constructor_args.to_vec()].concat().into();
        assert_eq!(keccak256(init_code), deployed.init_code_hash, "{contract}");
    }
    assert!(local.deployment.compiler.version.starts_with("0.8.37+commit."), "{}", local.deployment.compiler.version);
    assert_eq!(local.deployment.compiler.settings["evmVersion"], "osaka");
}

#[cfg(unix)]
#[test]
fn a_stale_binding_is_named_with_the_way_to_mend_it() {
    let folder = tempfile::tempdir().unwrap();
    let root = root().canonicalize().unwrap();
    let copy = folder.path().to_owned();
    std::fs::create_dir_all(copy.join("bindings/abi")).unwrap();
    std::fs::copy(root.join("foundry.toml"), copy.join("foundry.toml")).unwrap();
    std::os::unix::fs::symlink(root.join("node_modules"), copy.join("node_modules")).unwrap();
    let status = Command::new("cp").arg("-rL").arg(root.join("contracts")).arg(copy.join("contracts")).status();
    assert!(status.unwrap().success());
    let written: BTreeSet<_> = abi::write(&copy).unwrap().into_iter().collect();
    let mut expected: BTreeSet<_> = abi::CONTRACTS.iter().map(|(name, _)| *name).collect();
    expected.insert("compiler");
    assert_eq!(written, expected);
    assert!(source::committed(&copy).is_ok());

    let treasury = copy.join("bindings/abi/Treasury.json");
    let stale = std::fs::read_to_string(&treasury).unwrap().replacen("transferETH", "transferEth", 1);
    std::fs::write(&treasury, stale).unwrap();
    let error = abi::check(&copy).unwrap_err().to_string();
    assert!(error.starts_with("bindings/abi/Treasury.json") && error.contains("`make abi`"), "{error}");

    let changed = copy.join("contracts/src/Treasury.sol");
    let text = std::fs::read_to_string(&changed).unwrap();
    std::fs::write(&changed, text + "\n// Later.\n").unwrap();
    let error = source::committed(&copy).unwrap_err().to_string();
    assert!(error.contains("are not those of the bytecode in this program"), "{error}");
}
