//! What `guerdon link` takes.

use crate::cli::args::{ByReference, Wallet};
use alloy::primitives::{Address, Bytes};
use clap::Subcommand;
use guerdon::keys::{KeySource, SecretRef};
use std::path::PathBuf;

#[derive(Debug, Subcommand)]
pub enum Link {
    /// Print the EIP-712 message for the wallet to sign
    Message {
        #[command(flatten)]
        who: Who,
        /// The wallet to be paid
        #[arg(long)]
        address: Address,
        /// Days that the link may be made in
        #[arg(long, default_value_t = 7, value_parser = clap::value_parser!(u64).range(1..=365))]
        days: u64,
    },
    /// Sign, or take the wallet's signature, and print the text for a public gist
    Gist {
        #[command(flatten)]
        who: Who,
        /// Days that the link may be made in
        #[arg(long, default_value_t = 7, value_parser = clap::value_parser!(u64).range(1..=365))]
        days: u64,
        /// What `guerdon link message` printed, when that was signed elsewhere
        #[arg(long, value_name = "FILE", conflicts_with = "days")]
        message: Option<PathBuf>,
        /// The wallet's own signature of it, in hexadecimal
        #[arg(long, value_name = "HEX", requires = "message", conflicts_with_all = ["keystore", "key"])]
        signature: Option<Bytes>,
        #[command(flatten)]
        wallet: Wallet,
        #[command(flatten)]
        old: OldWallet,
    },
    /// Gather what the oracles attest of the gist, and link on chain
    Submit {
        /// GitHub logins
        #[arg(required = true)]
        logins: Vec<String>,
        /// The gist's id or address, for one login; the newest fitting public gist when absent
        #[arg(long)]
        gist: Option<String>,
        #[command(flatten)]
        oracles: OracleUrls,
        /// The wallet that is meant; another one is refused
        #[arg(long)]
        address: Option<Address>,
        /// Who pays for the transaction; `oracle.submitter` when absent
        #[command(flatten)]
        wallet: Wallet,
    },
    /// Show whether an account is linked, what is pending and who attests its gist
    Status {
        #[command(flatten)]
        who: Who,
        /// The gist's id or address; the newest fitting public gist when absent
        #[arg(long)]
        gist: Option<String>,
        #[command(flatten)]
        oracles: OracleUrls,
    },
    /// List the links that wait
    Pending,
    /// Cancel a pending re-link, with the old wallet
    Cancel {
        #[command(flatten)]
        who: Who,
        #[command(flatten)]
        wallet: Wallet,
    },
    /// Challenge a pending link with a bond in the chain's coin; anybody may
    Challenge {
        #[command(flatten)]
        who: Who,
        #[command(flatten)]
        wallet: Wallet,
    },
    /// Make a pending link hold, after its delay; anybody may
    Activate {
        #[command(flatten)]
        who: Who,
        #[command(flatten)]
        wallet: Wallet,
    },
    /// End a pending link that can never be activated; anybody may
    Drop {
        #[command(flatten)]
        who: Who,
        #[command(flatten)]
        wallet: Wallet,
    },
    /// Take a link over from the distributor before this one; anybody may
    Adopt {
        #[command(flatten)]
        who: Who,
        #[command(flatten)]
        wallet: Wallet,
    },
}

/// A GitHub account.
#[derive(Clone, Debug, clap::Args)]
pub struct Who {
    /// GitHub login
    pub login: String,
    /// The account's number, instead of asking GitHub: the `id` at https://api.github.com/users/LOGIN
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u64).range(1..))]
    pub id: Option<u64>,
}

#[derive(Clone, Debug, clap::Args)]
pub struct OracleUrls {
    /// An oracle's API, any number of them; `links.oracles` when absent
    #[arg(long = "oracle", value_name = "URL")]
    pub urls: Vec<String>,
}

/// The wallet that is linked now: when it signs too, a re-link holds at once.
#[derive(Clone, Debug, clap::Args)]
pub struct OldWallet {
    /// The old wallet's keystore: with its signature a re-link holds at once
    #[arg(long, value_name = "FILE", requires = "old_password")]
    old_keystore: Option<PathBuf>,
    /// Its password, as env:NAME or file:PATH
    #[arg(long, value_name = "SECRET", value_parser = ByReference)]
    old_password: Option<SecretRef>,
    /// The old wallet's raw key, as env:NAME or file:PATH; chain 31337 only
    #[arg(long, value_name = "SECRET", value_parser = ByReference, conflicts_with = "old_keystore")]
    old_key: Option<SecretRef>,
    /// The old wallet's own signature of the message, in hexadecimal
    #[arg(long, value_name = "HEX", requires = "message", conflicts_with_all = ["old_keystore", "old_key"])]
    pub old_signature: Option<Bytes>,
}

impl OldWallet {
    pub fn source(&self) -> Option<KeySource> {
        match (&self.old_keystore, &self.old_password, &self.old_key) {
            (Some(path), Some(password), _) => {
                Some(KeySource::Keystore { path: path.clone(), password: password.clone() })
            }
            (_, _, Some(key)) => Some(KeySource::Raw(key.clone())),
            _ => None,
        }
    }
}
