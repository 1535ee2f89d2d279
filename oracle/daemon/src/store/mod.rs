//! The store: takes records, evidence, batches, signatures and transactions, gives them back.
//!
//! The only module that knows SQL. Records from GitHub are append-only: a changed object is a new
//! version. The statements are the part of SQL that SQLite and PostgreSQL share (`$1`, `ON CONFLICT`,
//! BIGINT, TEXT, BYTEA); numbers above 2^63 - 1 are refused or kept as decimal text. What reads before
//! it writes goes through [`Store::write`], one at a time. It never decides what a record means.

mod accounts;
mod batches;
mod copies;
mod deliveries;
mod evidence;
mod explanations;
mod fetched;
mod holdings;
mod items;
mod links;
mod lock;
mod many;
mod open;
mod page;
mod place;
mod records;
mod scores;
mod signatures;
mod transactions;
mod window;
mod witnesses;
mod write;

pub use accounts::Account;
pub use batches::StoredBatch;
pub use copies::StoredCopy;
pub use deliveries::Delivery;
pub use evidence::StoredEvidence;
pub use explanations::Kept;
pub use fetched::Fetched;
pub use holdings::StoredHolding;
pub use items::{Item, ItemTable};
pub use links::LinkAsk;
pub use lock::Turn;
pub use open::About;
pub use place::{DatabaseKind, masked};
pub use records::{Marks, Opened, Page, RecordKind, Repository, Row, Saved};
pub use signatures::{Equivocation, StoredSignature};
pub use transactions::{NewTransaction, Outcome, StoredTransaction, TransactionStatus};
pub use window::{Known, LATEST, OpenedPull};
pub use witnesses::StoredWitness;

use alloy::primitives::B256;
use sqlx::any::AnyRow;
use sqlx::{Any, AnyPool, ColumnIndex, Decode, Row as _, Type};

/// A connection to one database; cheap to clone.
#[derive(Clone, Debug)]
pub struct Store {
    pool: AnyPool,
    kind: DatabaseKind,
}

#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("`database_url` is `{url}`: {problem}; write `sqlite:PATH` or `postgres://USER@HOST/DATABASE`")]
    Url { url: String, problem: &'static str },
    #[error("cannot create the folder {path} for the database: check `database_url` and its permissions")]
    Folder {
        path: String,
        #[source]
        source: std::io::Error,
    },
    #[error("cannot open the database {path}: it is unreadable or no database; check `database_url`")]
    Open {
        path: String,
        #[source]
        source: sqlx::Error,
    },
    #[error("cannot use the database {place}: {advice}")]
    Connect {
        place: String,
        advice: &'static str,
        #[source]
        source: sqlx::Error,
    },
    #[error(
        "the database {place} did not answer within {seconds} s: see that the server runs and that no firewall is \
         between"
    )]
    Silent { place: String, seconds: u64 },
    #[error(
        "the database {place} keeps text as {encoding}: make one that keeps UTF8 (`createdb -E UTF8 -T template0 NAME`)"
    )]
    Encoding { place: String, encoding: String },
    #[error(
        "the database {place} was written by a newer guerdon (schema {version}): use that version or another database"
    )]
    Newer { place: String, version: i64 },
    #[error("cannot bring the database {place} to this version's schema")]
    Migrate {
        place: String,
        #[source]
        source: sqlx::migrate::MigrateError,
    },
    #[error("the database does not answer at {step}: `guerdon doctor` says how it is")]
    Gone {
        step: &'static str,
        #[source]
        source: sqlx::Error,
    },
    #[error("the disk of the database is full at {step}: make room; nothing is lost, and what failed is tried again")]
    Full {
        step: &'static str,
        #[source]
        source: sqlx::Error,
    },
    #[error("the database failed at {step}")]
    Query {
        step: &'static str,
        #[source]
        source: sqlx::Error,
    },
    #[error("{what} {value} does not fit into the database (above 2^63 - 1)")]
    TooLarge { what: &'static str, value: u64 },
    #[error("the database holds an unusable {what}: {value}; restore it from a backup")]
    Corrupt { what: &'static str, value: String },
    #[error(
        "{signer} has already signed another header for epoch {epoch}, round {round} (digest {existing}): a key signs \
         one header a round, so this one ({refused}) stays unsigned; use the next round"
    )]
    AlreadySigned { epoch: u64, round: u32, signer: String, existing: B256, refused: B256 },
    #[error(
        "epoch {epoch}, round {round} already has a batch that was signed (entries {existing}): use the next round"
    )]
    BatchSigned { epoch: u64, round: u32, existing: B256 },
    #[error("cannot compress or decompress evidence {hash}: if the database is damaged, restore it from a backup")]
    Compress {
        hash: B256,
        #[source]
        source: std::io::Error,
    },
    #[error("cannot compress or decompress the transcript of witness {repository}/{number}: restore the database")]
    Transcript {
        repository: u64,
        number: u64,
        #[source]
        source: std::io::Error,
    },
    #[error("cannot lock {path}, which tells whose turn it is: check the folder's permissions and its file system")]
    Lock {
        path: String,
        #[source]
        source: std::io::Error,
    },
    #[error("cannot compress or decompress the items of epoch {epoch}: restore the database")]
    Items {
        epoch: u64,
        #[source]
        source: std::io::Error,
    },
    #[error("there is no transaction {id} in the store")]
    NoTransaction { id: i64 },
    #[error("{account} has a transaction in flight (nonce {nonce}): one at a time; run again when it is mined")]
    InFlight { account: String, nonce: u64 },
}

type Result<T, E = StoreError> = std::result::Result<T, E>;

fn at(step: &'static str) -> impl FnOnce(sqlx::Error) -> StoreError {
    move |source| match source {
        source if is_gone(&source) => StoreError::Gone { step, source },
        source if is_full(&source) => StoreError::Full { step, source },
        source => StoreError::Query { step, source },
    }
}

/// SQLite's SQLITE_FULL and SQLITE_IOERR_SHMSIZE, PostgreSQL's disk_full.
fn is_full(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(|error| error.code());
    code.is_some_and(|code| matches!(&*code, "13" | "4874" | "53100"))
}

/// The connection is lost or cannot be had, which says nothing about the statement.
fn is_gone(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut => true,
        // SQLSTATE class 08: connection exceptions; 57P: the server shuts down or starts.
        sqlx::Error::Database(error) => {
            error.code().is_some_and(|code| code.len() == 5 && (code.starts_with("08") || code.starts_with("57P")))
        }
        _ => false,
    }
}

fn big(what: &'static str, value: u64) -> Result<i64> {
    i64::try_from(value).map_err(|_| StoreError::TooLarge { what, value })
}

fn get<'r, T, I>(row: &'r AnyRow, column: I) -> Result<T>
where
    T: Decode<'r, Any> + Type<Any>,
    I: ColumnIndex<AnyRow>,
{
    row.try_get(column).map_err(at("reading a column"))
}

fn number(row: &AnyRow, column: &'static str) -> Result<u64> {
    let value: i64 = get(row, column)?;
    u64::try_from(value).map_err(|_| StoreError::Corrupt { what: column, value: value.to_string() })
}

fn round(row: &AnyRow) -> Result<u32> {
    let value = number(row, "round")?;
    u32::try_from(value).map_err(|_| StoreError::Corrupt { what: "round", value: value.to_string() })
}

fn hash(row: &AnyRow, column: &'static str) -> Result<B256> {
    let text: String = get(row, column)?;
    text.parse().map_err(|_| StoreError::Corrupt { what: column, value: text })
}
