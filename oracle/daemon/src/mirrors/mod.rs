//! Evidence that stays available: takes a hash and the places where the file may lie, gives its bytes;
//! and puts what an oracle cut where others find it.
//!
//! The hash is what the oracles signed, so any mirror is as good as any other: what has another hash is
//! not taken from anybody. It never says that a file is right, only that it is the one that is named.

mod fetch;
mod ipfs;
mod place;
mod s3;
mod settings;
mod upload;

pub use fetch::{MirrorError, Miss, Tried, download, fetch};
pub use place::Place;
pub use settings::{EvidenceConfig, IpfsConfig, S3Config};
pub use upload::{UploadError, Uploads, keep};

/// The largest evidence file that is taken, in bytes, where nobody says otherwise.
pub const LARGEST: u64 = 512 << 20;
