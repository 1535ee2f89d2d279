//! Sources to the compiler's standard JSON input: what compiles to the committed bytecode, here
//! and at whoever verifies a deployment.
//!
//! Takes: the repository's root with what npm installed. Gives: one input with the deployed
//! contracts and all that they import, the same text on every machine. Never: runs the compiler.

use crate::abi::CONTRACTS;
use crate::artifact::{ArtifactError, Build};
use alloy::primitives::keccak256;
use foundry_compilers::ProjectPathsConfig;
use foundry_compilers::artifacts::remappings::Remapping;
use foundry_compilers::resolver::{Graph, parse::SolParser};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    #[error("cannot read {0}: name the repository's root with --root")]
    Read(PathBuf, #[source] std::io::Error),
    #[error("foundry.toml is not what the build understands")]
    Foundry(#[source] Box<toml::de::Error>),
    #[error("foundry.toml: remappings: {0:?} is not one")]
    Remapping(String),
    #[error("the contracts' sources cannot be read: run `npm ci` if imports are missing")]
    Graph(#[source] Box<foundry_compilers::error::SolcError>),
    #[error("{0} is missing among the sources")]
    Missing(&'static str),
    #[error(transparent)]
    Artifact(#[from] ArtifactError),
    #[error("the sources in {0} are not those of the bytecode in this program: run `make abi` and build again")]
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

/// The whole input.
#[derive(Clone, Debug, Serialize)]
pub struct Input {
    language: &'static str,
    pub settings: Settings,
    sources: BTreeMap<String, Source>,
}

#[derive(Clone, Debug, Serialize)]
struct Source {
    content: String,
}

/// What the compiler is told beside the sources.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Settings {
    remappings: Vec<String>,
    optimizer: Optimizer,
    evm_version: String,
    #[serde(rename = "viaIR")]
    via_ir: bool,
    metadata: Metadata,
    output_selection: BTreeMap<&'static str, BTreeMap<&'static str, [&'static str; 4]>>,
}

#[derive(Clone, Debug, Serialize)]
struct Optimizer {
    enabled: bool,
    runs: usize,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Metadata {
    bytecode_hash: String,
    #[serde(rename = "appendCBOR")]
    append_cbor: bool,
}

impl Input {
    pub fn to_json(&self) -> String {
        // Plain fields with string keys: there is nothing in it that JSON cannot say.
        let mut text = serde_json::to_string_pretty(self).unwrap_or_default();
        text.push('\n');
        text
    }
}

/// The folder with foundry.toml: this one, or the nearest above it.
pub fn root(start: &Path) -> PathBuf {
    let start = start.canonicalize().unwrap_or_else(|_| start.to_owned());
    start.ancestors().find(|folder| folder.join("foundry.toml").is_file()).unwrap_or(&start).to_owned()
}

/// The input of the bytecode that this program deploys.
pub fn committed(root: &Path) -> Result<String, SourceError> {
    let text = read(root)?.0.to_json();
    if keccak256(&text) != Build::committed()?.standard_input {
        return Err(SourceError::Stale(root.to_owned()));
    }
    Ok(text)
}

/// Gathers the sources; gives the path of the compiler too.
pub fn read(root: &Path) -> Result<(Input, PathBuf), SourceError> {
    // The graph of imports knows files by their full paths.
    let root = &root.canonicalize().map_err(|error| SourceError::Read(root.to_owned(), error))?;
    let profile = profile(root)?;
    let remappings = profile.remappings.iter().map(|text| {
        text.parse::<Remapping>().map_err(|_| SourceError::Remapping(text.clone())).map(|mut remapping| {
            remapping.path = root.join(&remapping.path).display().to_string();
            remapping
        })
    });
    let paths = ProjectPathsConfig::builder()
        .sources(root.join(&profile.src))
        .libs(profile.libs.iter().map(|lib| root.join(lib)))
        .remappings(remappings.collect::<Result<Vec<_>, _>>()?)
        .build_with_root(root);
    let graph = Graph::<SolParser>::resolve(&paths).map_err(|error| SourceError::Graph(Box::new(error)))?;
    let mut sources = BTreeMap::new();
    for (name, path) in CONTRACTS {
        let start = graph.files().get(&root.join(path)).copied().ok_or(SourceError::Missing(name))?;
        for index in std::iter::once(start).chain(graph.all_imported_nodes(start)) {
            let (path, source) = graph.node(index).unpack();
            let path = path.strip_prefix(root).unwrap_or(path);
            // Forward slashes on every system.
            let parts: Vec<_> = path.components().map(|part| part.as_os_str().to_string_lossy()).collect();
            sources.insert(parts.join("/"), Source { content: source.content.to_string() });
        }
    }
    let outputs =
        ["abi", "evm.bytecode.object", "evm.deployedBytecode.object", "evm.deployedBytecode.immutableReferences"];
    let settings = Settings {
        remappings: profile.remappings,
        optimizer: Optimizer { enabled: profile.optimizer, runs: profile.optimizer_runs },
        evm_version: profile.evm_version,
        via_ir: profile.via_ir,
        metadata: Metadata { bytecode_hash: profile.bytecode_hash, append_cbor: profile.cbor_metadata },
        output_selection: BTreeMap::from([("*", BTreeMap::from([("*", outputs)]))]),
    };
    Ok((Input { language: "Solidity", settings, sources }, root.join(profile.solc)))
}

fn profile(root: &Path) -> Result<Profile, SourceError> {
    let path = root.join("foundry.toml");
    let text = std::fs::read_to_string(&path).map_err(|error| SourceError::Read(path, error))?;
    let foundry: Foundry = toml::from_str(&text).map_err(|error| SourceError::Foundry(Box::new(error)))?;
    Ok(foundry.profile.default)
}
