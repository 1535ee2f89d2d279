//! Contracts to `bindings/abi/<Name>.json`: compiles with the settings of foundry.toml and the
//! repository's own compiler, and tells whether the committed files are those of the sources.
//!
//! Takes: the repository's root. Gives: files, or the name of the first stale one. Never: the
//! network; the compiler is the one that npm installed.

use foundry_compilers::artifacts::{BytecodeHash, output_selection::OutputSelection};
use foundry_compilers::artifacts::{EvmVersion, Optimizer, Settings, SettingsMetadata, remappings::Remapping};
use foundry_compilers::solc::{Solc, SolcCompiler, SolcSettings};
use foundry_compilers::{ProjectBuilder, ProjectPathsConfig};
use serde::Deserialize;
use std::path::{Path, PathBuf};

/// The contracts that Rust talks to.
pub const CONTRACTS: [&str; 5] =
    ["GuerdonToken", "Treasury", "RewardDistributor", "GuerdonGovernor", "TimelockController"];

#[derive(Debug, thiserror::Error)]
pub enum AbiError {
    #[error("cannot read {0}")]
    Read(PathBuf, #[source] std::io::Error),
    #[error("cannot write {0}")]
    Write(PathBuf, #[source] std::io::Error),
    #[error("foundry.toml is not what the ABI build understands")]
    Foundry(#[source] Box<toml::de::Error>),
    #[error("foundry.toml: {key} = {value:?} is not a known value")]
    Setting { key: &'static str, value: String },
    #[error("the compiler {0} does not run: install Node and run `npm ci`")]
    Compiler(PathBuf, #[source] Box<foundry_compilers::error::SolcError>),
    #[error("the contracts could not be compiled")]
    Compile(#[source] Box<foundry_compilers::error::SolcError>),
    #[error("the contracts do not compile:\n{0}")]
    Diagnostics(String),
    #[error("the sources hold no contract {0}")]
    Missing(&'static str),
    #[error("{0} is not that of the contracts' sources: run `make abi` and commit it")]
    Stale(PathBuf),
}

/// The keys of foundry.toml's default profile that decide about the bytecode.
#[derive(Deserialize)]
struct Profile {
    src: PathBuf,
    solc: PathBuf,
    remappings: Vec<String>,
    libs: Vec<PathBuf>,
    evm_version: String,
    optimizer: bool,
    optimizer_runs: usize,
    via_ir: bool,
    bytecode_hash: String,
    cbor_metadata: bool,
}

#[derive(Deserialize)]
struct Foundry {
    profile: Profiles,
}

#[derive(Deserialize)]
struct Profiles {
    default: Profile,
}

/// Compiles the contracts: (name, text of its file) in the order of [`CONTRACTS`].
pub fn compile(root: &Path) -> Result<Vec<(&'static str, String)>, AbiError> {
    let profile = profile(root)?;
    let compiler = root.join(&profile.solc);
    let solc = Solc::new(&compiler).map_err(|error| AbiError::Compiler(compiler, Box::new(error)))?;
    let paths = ProjectPathsConfig::builder()
        .sources(root.join(&profile.src))
        .libs(profile.libs.iter().map(|lib| root.join(lib)))
        .remappings(remappings(&profile)?)
        .build_with_root(root);
    let project = ProjectBuilder::<SolcCompiler>::default()
        .paths(paths)
        .settings(SolcSettings { settings: settings(&profile)?, ..Default::default() })
        .ephemeral()
        .no_artifacts()
        .set_offline(true)
        .build(SolcCompiler::Specific(solc))
        .map_err(|error| AbiError::Compile(Box::new(error)))?;
    let output = project.compile().map_err(|error| AbiError::Compile(Box::new(error)))?;
    if output.has_compiler_errors() {
        return Err(AbiError::Diagnostics(output.to_string()));
    }
    CONTRACTS
        .into_iter()
        .map(|name| {
            let found = output.find_first(name).ok_or(AbiError::Missing(name))?;
            let code = |object: Option<&foundry_compilers::artifacts::BytecodeObject>| {
                object.and_then(|object| object.as_bytes()).map(ToString::to_string).ok_or(AbiError::Missing(name))
            };
            let abi = serde_json::to_value(&found.abi).map_err(|_| AbiError::Missing(name))?;
            let bytecode = code(found.bytecode.as_ref().map(|code| &code.object))?;
            let deployed = found.deployed_bytecode.as_ref().and_then(|code| code.bytecode.as_ref());
            let text = artifact(&abi, &bytecode, &code(deployed.map(|code| &code.object))?);
            Ok((name, text))
        })
        .collect()
}

/// The text of one file: a line for each part of the interface, so that a change reads as one.
fn artifact(abi: &serde_json::Value, bytecode: &str, deployed: &str) -> String {
    let items: Vec<_> = abi.as_array().into_iter().flatten().map(ToString::to_string).collect();
    format!(
        "{{\n\"abi\": [\n{}\n],\n\"bytecode\": \"{bytecode}\",\n\"deployedBytecode\": \"{deployed}\"\n}}\n",
        items.join(",\n")
    )
}

/// Compiles and writes the files that changed; gives their names.
pub fn write(root: &Path) -> Result<Vec<&'static str>, AbiError> {
    let mut changed = Vec::new();
    for (name, text) in compile(root)? {
        let path = file(root, name);
        if std::fs::read_to_string(&path).is_ok_and(|committed| committed == text) {
            continue;
        }
        std::fs::write(&path, text).map_err(|error| AbiError::Write(path, error))?;
        changed.push(name);
    }
    Ok(changed)
}

/// Compiles and compares with the committed files.
pub fn check(root: &Path) -> Result<(), AbiError> {
    for (name, text) in compile(root)? {
        let path = file(root, name);
        let committed = std::fs::read_to_string(&path).map_err(|_| AbiError::Stale(relative(name)))?;
        if committed != text {
            return Err(AbiError::Stale(relative(name)));
        }
    }
    Ok(())
}

fn relative(name: &str) -> PathBuf {
    Path::new("bindings/abi").join(format!("{name}.json"))
}

fn file(root: &Path, name: &str) -> PathBuf {
    root.join(relative(name))
}

fn profile(root: &Path) -> Result<Profile, AbiError> {
    let path = root.join("foundry.toml");
    let text = std::fs::read_to_string(&path).map_err(|error| AbiError::Read(path, error))?;
    let foundry: Foundry = toml::from_str(&text).map_err(|error| AbiError::Foundry(Box::new(error)))?;
    Ok(foundry.profile.default)
}

fn remappings(profile: &Profile) -> Result<Vec<Remapping>, AbiError> {
    let parse = |text: &String| {
        text.parse::<Remapping>().map_err(|_| AbiError::Setting { key: "remappings", value: text.clone() })
    };
    profile.remappings.iter().map(parse).collect()
}

fn settings(profile: &Profile) -> Result<Settings, AbiError> {
    let evm_version: EvmVersion = profile
        .evm_version
        .parse()
        .map_err(|_| AbiError::Setting { key: "evm_version", value: profile.evm_version.clone() })?;
    let bytecode_hash: BytecodeHash = profile
        .bytecode_hash
        .parse()
        .map_err(|_| AbiError::Setting { key: "bytecode_hash", value: profile.bytecode_hash.clone() })?;
    Ok(Settings {
        optimizer: Optimizer {
            enabled: Some(profile.optimizer),
            runs: Some(profile.optimizer_runs),
            ..Default::default()
        },
        evm_version: Some(evm_version),
        via_ir: profile.via_ir.then_some(true),
        metadata: Some(SettingsMetadata::new(bytecode_hash, profile.cbor_metadata)),
        output_selection: OutputSelection::default_output_selection(),
        ..Default::default()
    })
}
