//! Contracts to `bindings/abi/<Name>.json` and `compiler.json`: compiles with the repository's own
//! compiler, and tells whether the committed files are those of the sources.
//!
//! Takes: the repository's root. Gives: files, or the name of the first stale one. Never: the
//! network; the compiler is the one that npm installed.

use crate::source::{self, Input, SourceError};
use alloy::json_abi::JsonAbi;
use alloy::primitives::keccak256;
use foundry_compilers::solc::Solc;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The contracts that are deployed or that Rust talks to, and the files that hold them.
pub const CONTRACTS: [(&str, &str); 10] = [
    ("Genesis", "contracts/src/Genesis.sol"),
    ("GuerdonToken", "contracts/src/GuerdonToken.sol"),
    ("Treasury", "contracts/src/Treasury.sol"),
    ("RewardDistributor", "contracts/src/RewardDistributor.sol"),
    ("Links", "contracts/src/Links.sol"),
    ("Disputes", "contracts/src/Disputes.sol"),
    ("GuerdonGovernor", "contracts/src/GuerdonGovernor.sol"),
    ("GuerdonTimelock", "contracts/src/GuerdonTimelock.sol"),
    ("EarnedVotes", "contracts/src/EarnedVotes.sol"),
    ("ContributorVeto", "contracts/src/ContributorVeto.sol"),
];

/// How the committed bytecode was made.
const COMPILER: &str = "compiler";

#[derive(Debug, thiserror::Error)]
pub enum AbiError {
    #[error(transparent)]
    Source(#[from] SourceError),
    #[error("cannot write {0}")]
    Write(PathBuf, #[source] std::io::Error),
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

/// What the compiler answers, as far as it was asked.
#[derive(Deserialize)]
struct Output {
    #[serde(default)]
    errors: Vec<Diagnostic>,
    #[serde(default)]
    contracts: BTreeMap<String, BTreeMap<String, Compiled>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Diagnostic {
    severity: String,
    formatted_message: Option<String>,
    message: String,
}

#[derive(Deserialize)]
struct Compiled {
    abi: JsonAbi,
    evm: Evm,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Evm {
    bytecode: Code,
    deployed_bytecode: Code,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Code {
    object: String,
    #[serde(default)]
    immutable_references: BTreeMap<String, Vec<Range>>,
}

#[derive(Deserialize)]
struct Range {
    start: usize,
    length: usize,
}

/// `compiler.json`: what repeats the compilation.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Build<'a> {
    compiler: String,
    settings: &'a source::Settings,
    sources: BTreeMap<&'static str, &'static str>,
    /// Keccak-256 of the standard JSON input.
    standard_input: String,
}

/// Compiles the contracts: (name, text of its file) in the order of [`CONTRACTS`], then the compiler's own.
pub fn compile(root: &Path) -> Result<Vec<(&'static str, String)>, AbiError> {
    let (input, compiler) = source::read(root)?;
    let solc = Solc::new(&compiler).map_err(|error| AbiError::Compiler(compiler, Box::new(error)))?;
    let output: Output = solc.compile_as(&input).map_err(|error| AbiError::Compile(Box::new(error)))?;
    let errors: Vec<_> = output.errors.iter().filter(|each| each.severity == "error").collect();
    if !errors.is_empty() {
        let text = |each: &&Diagnostic| each.formatted_message.clone().unwrap_or_else(|| each.message.clone());
        return Err(AbiError::Diagnostics(errors.iter().map(text).collect::<Vec<_>>().join("\n")));
    }
    let mut files = Vec::with_capacity(CONTRACTS.len() + 1);
    for (name, path) in CONTRACTS {
        let found = output.contracts.get(path).and_then(|file| file.get(name)).ok_or(AbiError::Missing(name))?;
        files.push((name, artifact(name, found)?));
    }
    files.push((COMPILER, build(&input, &solc)?));
    Ok(files)
}

/// The text of one file: a line for each part of the interface, so that a change reads as one.
fn artifact(name: &'static str, compiled: &Compiled) -> Result<String, AbiError> {
    let abi = serde_json::to_value(&compiled.abi).map_err(|_| AbiError::Missing(name))?;
    let items: Vec<_> = abi.as_array().into_iter().flatten().map(ToString::to_string).collect();
    let ranges = compiled.evm.deployed_bytecode.immutable_references.values().flatten();
    let mut immutables: Vec<_> = ranges.map(|range| (range.start, range.length)).collect();
    immutables.sort_unstable();
    let immutables: Vec<_> = immutables.iter().map(|(start, length)| format!("[{start},{length}]")).collect();
    Ok(format!(
        "{{\n\"abi\": [\n{}\n],\n\"bytecode\": \"0x{}\",\n\"deployedBytecode\": \"0x{}\",\n\"immutables\": [{}]\n}}\n",
        items.join(",\n"),
        compiled.evm.bytecode.object,
        compiled.evm.deployed_bytecode.object,
        immutables.join(","),
    ))
}

/// The platform that a compiler was built for says nothing about what it emits.
fn version(text: &str) -> String {
    let commit = text.split_once("+commit.").and_then(|(_, rest)| rest.split('.').next());
    match (text.split('+').next(), commit) {
        (Some(number), Some(commit)) => format!("{number}+commit.{commit}"),
        _ => text.to_owned(),
    }
}

fn build(input: &Input, solc: &Solc) -> Result<String, AbiError> {
    let build = Build {
        compiler: version(&solc.version.to_string()),
        settings: &input.settings,
        sources: CONTRACTS.into_iter().collect(),
        standard_input: keccak256(input.to_json()).to_string(),
    };
    let mut text = serde_json::to_string_pretty(&build).map_err(|_| AbiError::Missing(COMPILER))?;
    text.push('\n');
    Ok(text)
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
