//! Every command, flag and environment name.

use super::linking::Link;
use clap::builder::TypedValueParser;
use clap::error::ErrorKind;
use clap::{Arg, Parser, Subcommand};
use guerdon::keys::{KeySource, SecretRef};
use guerdon::simulate::{Span, span};
use guerdon_core::model::Epoch;
use std::ffi::OsStr;
use std::path::PathBuf;

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
    /// Rebuild batches from their evidence and compare them with the chain
    Verify {
        /// Evidence files, plain or .zst; several in the order of their epochs are checked to follow one another
        #[arg(required = true, value_name = "EVIDENCE")]
        evidence: Vec<PathBuf>,
        /// Further policy files, for epochs under another policy than --policy
        #[arg(long = "also-policy", value_name = "FILE")]
        policies: Vec<PathBuf>,
    },
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

/// A wallet's key.
#[derive(Clone, Debug, clap::Args)]
pub struct Wallet {
    /// An encrypted keystore, as `cast wallet` writes it
    #[arg(long, env = "ETH_KEYSTORE", value_name = "FILE", requires = "password")]
    keystore: Option<PathBuf>,
    /// Its password, as env:NAME or file:PATH
    #[arg(long, value_name = "SECRET", value_parser = ByReference)]
    password: Option<SecretRef>,
    /// A raw key, as env:NAME or file:PATH; chain 31337 only
    #[arg(long, value_name = "SECRET", value_parser = ByReference, conflicts_with = "keystore")]
    key: Option<SecretRef>,
}

impl Wallet {
    pub fn source(&self) -> Option<KeySource> {
        match (&self.keystore, &self.password, &self.key) {
            (Some(path), Some(password), _) => {
                Some(KeySource::Keystore { path: path.clone(), password: password.clone() })
            }
            (_, _, Some(key)) => Some(KeySource::Raw(key.clone())),
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
        matches!(self.command, Command::Run)
    }
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
