//! Every command, flag and environment name.

use super::linking::Link;
use alloy::primitives::{Address, U256};
use clap::builder::TypedValueParser;
use clap::error::ErrorKind;
use clap::{Arg, Parser, Subcommand};
use guerdon::keys::{KeySource, SecretRef, derivation};
use guerdon::simulate::{Span, span};
use guerdon_core::model::Epoch;
use std::ffi::OsStr;
use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;

/// Names the policy file, as `--policy` does.
pub const POLICY_ENV: &str = "GUERDON_POLICY";

/// Pays open-source contributors from a DAO's treasury, verifiably.
///
/// Fetches what happened in a GitHub organisation, scores it by the policy that governance voted
/// for, signs one reward batch an epoch and submits it to the chain. `guerdon verify` repeats every
/// payout from its evidence.
#[derive(Debug, Parser)]
#[command(version, propagate_version = true, after_help = "Start with `guerdon init`, then `guerdon doctor`.")]
pub struct Args {
    #[command(subcommand)]
    pub command: Command,
    #[command(flatten)]
    pub global: Global,
}

#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Global options")]
pub struct Global {
    /// The configuration file
    #[arg(long, short, global = true, env = "GUERDON_CONFIG", default_value = "guerdon.toml", value_name = "FILE")]
    pub config: PathBuf,
    /// Instead of `chain.rpc_url`
    #[arg(long, global = true, env = "ETH_RPC_URL", value_name = "URL", hide_env_values = true)]
    pub rpc_url: Option<String>,
    /// Instead of `chain.deployment`: the record that guerdon-deploy wrote
    #[arg(long, global = true, env = "GUERDON_DEPLOYMENT", value_name = "FILE")]
    pub deployment: Option<PathBuf>,
    /// Instead of `policy`
    #[arg(long, global = true, env = POLICY_ENV, value_name = "FILE")]
    pub policy: Option<PathBuf>,
    /// Instead of `database_url`
    #[arg(long, global = true, env = "DATABASE_URL", value_name = "URL", hide_env_values = true)]
    pub database_url: Option<String>,
    /// Print one JSON document
    #[arg(long, global = true)]
    pub json: bool,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Write a configuration and the default policy into a folder
    Init {
        #[arg(default_value = ".")]
        folder: PathBuf,
    },
    /// Bring the store up to what GitHub has
    Fetch {
        /// Ask again for everything that no epoch has been cut from yet, as is done once a day
        #[arg(long)]
        reread: bool,
    },
    /// Read an export of GitHub's objects into the store, instead of asking GitHub for all of it
    ///
    /// Takes what github-metadata-backup writes (`issues/NUMBER.json` and `pulls/NUMBER.json`), and folders with a
    /// `repo.json` beside `.ndjson` files (`pulls`, `issues`, `issue_comments`, `reviews`, `review_comments`,
    /// `pull_commits`, `commits`, `pull_files`, `timeline`); either may lie a few folders deep, as OWNER/REPO.
    ///
    /// All of it is checked before anything is written. What the store knows in a later state stays, and the same
    /// export again changes nothing. No epoch is cut from an import alone: `guerdon fetch` goes on from it, reads
    /// everything once more and writes only what differs.
    Import {
        /// The directory of the unpacked export
        #[arg(long, value_name = "DIR")]
        backup: PathBuf,
    },
    /// Cut an epoch's evidence and score it
    Score {
        /// The epoch, counted from 1; with --provisional the running one when absent
        #[arg(long, value_parser = epoch, required_unless_present = "provisional")]
        epoch: Option<Epoch>,
        /// Score what an epoch has come to so far; nothing is cut, kept or final
        #[arg(long)]
        provisional: bool,
    },
    /// Make an epoch's batch: entries, chunks and header
    Batch {
        #[arg(long, value_parser = epoch)]
        epoch: Epoch,
    },
    /// Sign an epoch's batch with the configured keys
    Sign {
        #[arg(long, value_parser = epoch)]
        epoch: Epoch,
    },
    /// Post, publish and credit an epoch's batch, as far as it can go now
    Submit {
        #[arg(long, value_parser = epoch)]
        epoch: Epoch,
    },
    /// Do all of it, again and again, and serve the API
    Run,
    /// Say why somebody gets what they get
    Explain {
        /// GitHub login or account id
        who: String,
        #[arg(long, value_parser = epoch)]
        epoch: Option<Epoch>,
        /// Print Markdown, fit for a comment on GitHub
        #[arg(long, conflicts_with = "json")]
        markdown: bool,
    },
    /// Show where the epochs stand, or one contributor
    Status {
        /// GitHub login or account id
        who: Option<String>,
    },
    /// Link a GitHub account to a wallet
    ///
    /// `message` or `gist` makes the text, the account publishes it as a public gist, the oracles attest it, and
    /// `submit` sends it. Without a configuration file it takes --rpc-url and --deployment; logins are looked up by
    /// the token in GITHUB_TOKEN, or given with --id.
    #[command(subcommand)]
    Link(Box<Link>),
    /// Send what is credited to the linked wallet; anyone may do it for anyone
    Claim {
        /// GitHub login or account id
        who: String,
        #[command(flatten)]
        wallet: Wallet,
    },
    /// Challenge a published entry, or a whole batch, with a bond in the chain's coin
    Challenge {
        #[arg(value_parser = epoch)]
        epoch: Epoch,
        /// The entry's position in the batch, counted from 0
        #[arg(required_unless_present = "batch", conflicts_with = "batch")]
        position: Option<u32>,
        /// Challenge the whole batch, and say why
        #[arg(long, value_name = "REASON")]
        batch: Option<String>,
        #[command(flatten)]
        wallet: Wallet,
    },
    /// Rebuild batches from their evidence and compare them with the chain, and with GitHub
    ///
    /// Ends with 0 when everything is equal, 1 when something differs, and 2 when it could not be checked.
    Verify {
        /// Evidence: a file, an address, or an epoch's number. Plain or zstd; several in the order of their epochs are
        /// checked to follow one another, and a number also against the epoch before
        #[arg(required = true, value_name = "EVIDENCE")]
        targets: Vec<Target>,
        #[command(flatten)]
        sources: Sources,
        #[command(flatten)]
        refetch: Refetch,
    },
    /// Check every batch on the chain while it can still be challenged
    ///
    /// Needs no key and no store: the chain says what was posted, its evidence is looked for at the oracles and at mirrors,
    /// and the batch is rebuilt. Says nothing while all is right. With --once it ends with 0 when everything is right, 1 when
    /// something is wrong, and 2 when something could not be checked.
    Watch(Watch),
    /// Show what another policy, --policy FILE, would have paid in past epochs
    ///
    /// Replays epochs from their stored evidence: who gains and who loses, what becomes of slices and of
    /// concentration, and how the attack suite fares under both policies. Needs the store only, writes and signs nothing.
    Simulate {
        /// Which epochs, both ends included: 3..7, 3.. or 3; all that have evidence when absent
        #[arg(long, value_parser = epochs, value_name = "A..B", default_value = "..", hide_default_value = true)]
        epochs: Span,
    },
    /// Show what all epochs together look like
    #[command(subcommand)]
    Report(Report),
    /// Show what a language model was asked about merged pull requests, and what it said
    #[command(subcommand)]
    Witness(WitnessCommand),
    /// Show the configuration or the policy's hash
    #[command(subcommand)]
    Config(Show),
    /// Check GitHub, the chain, the keys, the policy and the store
    Doctor,
}

#[derive(Debug, Subcommand)]
pub enum Report {
    /// How evenly each epoch paid: Gini, ten largest, Nakamoto, HHI, newcomers, first payments, slices
    Concentration,
}

#[derive(Debug, Subcommand)]
pub enum WitnessCommand {
    /// All pull requests that it was to judge
    List {
        /// Only those whose text tries to instruct the model
        #[arg(long)]
        flagged: bool,
    },
    /// One of them, with all that was sent and answered
    Show {
        /// As OWNER/NAME#NUMBER
        pull: String,
        /// Print the transcript alone, byte for byte as the evidence has its SHA-256
        #[arg(long, conflicts_with = "json")]
        transcript: bool,
    },
}

#[derive(Debug, Subcommand)]
pub enum Show {
    /// Every setting in force, secrets masked
    Show,
    /// The hash that governance votes for
    PolicyHash,
}

/// What evidence is named by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    Epoch(Epoch),
    Url(String),
    File(PathBuf),
}

impl FromStr for Target {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text.chars().all(|c| c.is_ascii_digit()) && !text.is_empty() {
            return epoch(text).map(Self::Epoch);
        }
        let is_url = text.starts_with("http://") || text.starts_with("https://");
        Ok(if is_url { Self::Url(text.to_owned()) } else { Self::File(text.into()) })
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Epoch(epoch) => write!(f, "epoch {epoch}"),
            // Without what may be secret in it.
            Self::Url(url) => f.write_str(&guerdon::config::masked_url(url)),
            Self::File(file) => write!(f, "{}", file.display()),
        }
    }
}

/// Where evidence and policies may lie.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Sources {
    /// A place that has evidence by its hash, asked before all others: an oracle, or an address that the hash is put
    /// behind, or in the place of `{hash}`; may be given several times
    #[arg(long, value_name = "URL")]
    pub from: Vec<String>,
    /// A further policy file, for epochs under another policy than --policy; may be given several times
    #[arg(long = "also-policy", value_name = "FILE")]
    pub policies: Vec<PathBuf>,
}

/// Whether and how facts are compared with GitHub.
#[derive(Clone, Copy, Debug, Default, clap::Args)]
pub struct Refetch {
    /// Read what the facts are about from GitHub again, by the section [github] of the configuration, and compare
    #[arg(long)]
    pub refetch: bool,
    /// Compare only so many facts, drawn at random
    #[arg(long, value_name = "N", requires = "refetch", value_parser = clap::value_parser!(u32).range(1..))]
    pub sample: Option<u32>,
    /// Draw the same facts as the run that printed this number
    #[arg(long, value_name = "NUMBER", requires = "sample")]
    pub seed: Option<u64>,
}

#[derive(Clone, Debug, clap::Args)]
pub struct Watch {
    #[command(flatten)]
    pub sources: Sources,
    #[command(flatten)]
    pub refetch: Refetch,
    /// Look once and end, as a scheduled job does
    #[arg(long)]
    pub once: bool,
    /// Seconds between two looks at the chain
    #[arg(long, value_name = "SECONDS", default_value_t = 60, conflicts_with = "once", value_parser = clap::value_parser!(u64).range(1..=86_400))]
    pub interval: u64,
    /// Seconds after its posting from which evidence that nobody has counts as withheld
    #[arg(long, value_name = "SECONDS", default_value_t = 21_600)]
    pub patience: u64,
    /// Send every alert there, as JSON
    #[arg(long, env = "GUERDON_WATCH_WEBHOOK", value_name = "URL", hide_env_values = true)]
    pub webhook: Option<String>,
    /// Serve /healthz and /metrics there
    #[arg(long, value_name = "ADDRESS", conflicts_with = "once")]
    pub listen: Option<SocketAddr>,
    /// Put up bonds against what is wrong, from the wallet given with --keystore
    #[arg(long, requires = "max_bonds")]
    pub challenge: bool,
    /// The most of the chain's coin that may be at stake or lost by this wallet in all, as 0.5
    #[arg(long, value_name = "AMOUNT", requires = "challenge", value_parser = coin)]
    pub max_bonds: Option<U256>,
    #[command(flatten)]
    pub wallet: Wallet,
}

/// A wallet's key.
#[derive(Clone, Debug, clap::Args)]
pub struct Wallet {
    /// An encrypted keystore, as `cast wallet` writes it
    #[arg(long, env = "ETH_KEYSTORE", value_name = "FILE", requires = "password")]
    keystore: Option<PathBuf>,
    /// Its password, as env:NAME, file:PATH or credential:NAME
    #[arg(long, value_name = "SECRET", value_parser = ByReference)]
    password: Option<SecretRef>,
    /// A key on a Ledger, by its derivation path, as m/44'/60'/0'/0/0
    #[arg(long, value_name = "PATH", value_parser = derivation, requires = "signer", conflicts_with = "keystore")]
    ledger: Option<String>,
    /// A key in AWS KMS, by its id, ARN or alias
    #[arg(long, value_name = "ID", requires = "signer", conflicts_with_all = ["keystore", "ledger"])]
    kms: Option<String>,
    /// The address that the key on the Ledger or in AWS KMS has
    #[arg(long, env = "ETH_FROM", value_name = "ADDRESS")]
    signer: Option<Address>,
    /// A raw key, as env:NAME or file:PATH; chain 31337 only
    #[arg(long, value_name = "SECRET", value_parser = ByReference, conflicts_with_all = ["keystore", "ledger", "kms"])]
    key: Option<SecretRef>,
}

impl Wallet {
    pub fn source(&self) -> Option<KeySource> {
        match self {
            // A device or KMS that is named goes before a keystore that only stands in the environment.
            Self { ledger: Some(path), signer: Some(address), .. } => {
                Some(KeySource::Ledger { path: path.clone(), address: *address })
            }
            Self { kms: Some(id), signer: Some(address), .. } => {
                Some(KeySource::Kms { id: id.clone(), address: *address })
            }
            Self { key: Some(key), .. } => Some(KeySource::Raw(key.clone())),
            Self { keystore: Some(path), password: Some(password), .. } => {
                Some(KeySource::Keystore { path: path.clone(), password: password.clone() })
            }
            _ => None,
        }
    }
}

/// Reads a reference to a secret. Whoever gives the secret itself must not find it in the error,
/// where clap would repeat it.
#[derive(Clone)]
pub(super) struct ByReference;

impl TypedValueParser for ByReference {
    type Value = SecretRef;

    fn parse_ref(&self, command: &clap::Command, arg: Option<&Arg>, value: &OsStr) -> Result<SecretRef, clap::Error> {
        value.to_str().unwrap_or_default().parse().map_err(|error| {
            let flag = arg.map(ToString::to_string).unwrap_or_default();
            clap::Error::raw(ErrorKind::ValueValidation, format!("'{flag}': {error}\n")).with_cmd(command)
        })
    }
}

impl Args {
    pub fn is_daemon(&self) -> bool {
        matches!(self.command, Command::Run) || matches!(&self.command, Command::Watch(watch) if !watch.once)
    }
}

fn coin(text: &str) -> Result<U256, String> {
    alloy::primitives::utils::parse_ether(text)
        .map_err(|_| "an amount of the chain's coin is written as 0.5".to_owned())
}

fn epochs(text: &str) -> Result<Span, String> {
    span(text).ok_or_else(|| "epochs are written 3..7, 3.. or 3, the smaller first, and count from 1".to_owned())
}

fn epoch(text: &str) -> Result<Epoch, String> {
    match text.parse() {
        Ok(0) => Err("epochs count from 1".to_owned()),
        Ok(number) => Ok(Epoch(number)),
        Err(_) => Err("an epoch is a whole number".to_owned()),
    }
}
