//! What an attacker or a mistake would try, and how it is refused. Each is really tried.

use super::cast::Member;
use super::{DemoError, Result};
use crate::anvil;
use crate::sandbox::{BUDGET, ORACLES, Sandbox};
use guerdon::chain::Chain;
use guerdon::sign::{OracleSet, header_message, quorum};
use guerdon_core::batch::{self, BatchHeader, Entry};
use guerdon_core::model::{ContributorId, Epoch};
use guerdon_core::{B256, evidence};

/// The oracle whose key is stolen.
pub(super) const THIEF: u32 = ORACLES[2];

/// Something that was tried, and the answer.
pub(super) struct Refused {
    pub(super) what: String,
    pub(super) answer: String,
}

/// One stolen oracle key grants itself as much as one person can get of an epoch that has just ended. Gives
/// also the header that it signed.
pub(super) async fn before_the_first_batch(sandbox: &Sandbox) -> Result<(Refused, BatchHeader)> {
    let oracle = guerdon::oracle::OracleError::from;
    let chain = Chain::connect(sandbox.anvil.url(), &sandbox.deployment).await.map_err(oracle)?;
    let epoch = Epoch(1);
    let terms = chain.terms_of(epoch).await.map_err(oracle)?;
    let policy_hash = terms.map_or(B256::ZERO, |terms| terms.policy_hash);
    let entries = [Entry { id: ContributorId(666), units: BUDGET / 4 * 1_000_000 }];
    let header = BatchHeader {
        epoch,
        round: 1,
        oracle_set: 1,
        post_before: u64::from(u32::MAX),
        total: batch::total(&entries).map_err(oracle_batch)?,
        entries_hash: batch::entries_hash(&entries).map_err(oracle_batch)?,
        policy_hash,
        evidence_hash: evidence::hash(b"nothing"),
    };
    let key = anvil::key(THIEF)?.into();
    let set = chain.oracle_set().await.map_err(oracle)?;
    // The thief packs what there is and hopes that one is enough.
    let alone = OracleSet { threshold: 1, ..set };
    let packed = quorum(&header_message(&header), &chain.domain(), &alone, std::slice::from_ref(&key)).await;
    let packed = packed.map_err(guerdon::oracle::OracleError::from)?;
    let sender = chain.sender(&key).map_err(oracle)?;
    let what = "a batch signed by one stolen oracle key is posted";
    let done = sender.post_batch(&header, packed).await;
    let refused = refused(what, done.map(|sent| sent.tx.to_string()).map_err(|error| error.to_string()))?;
    Ok((refused, header))
}

fn oracle_batch(error: batch::BatchError) -> DemoError {
    guerdon::oracle::OracleError::from(error).into()
}

/// Somebody without a link claims; evidence is changed by one digit.
pub(super) async fn after_the_last_batch(sandbox: &Sandbox, members: &[Member]) -> Result<Vec<Refused>> {
    let mut tried = Vec::new();
    if let Some(member) = members.iter().find(|member| member.links_in.is_none()) {
        let done = sandbox.guerdon(&["claim", &member.id.to_string()]).await?;
        let answer = if done.code == 0 { Ok(done.stdout) } else { Err(done.stderr) };
        tried.push(refused(&format!("{} claims without a linked wallet", member.login), answer)?);
    }
    Ok(tried)
}

/// It must have failed.
pub(super) fn refused(what: &str, result: std::result::Result<String, String>) -> Result<Refused> {
    match result {
        Ok(done) => Err(DemoError::Books(format!("{what}, and nothing stopped it: {done}"))),
        Err(answer) => {
            let answer = answer.trim().trim_start_matches("error: ").to_owned();
            Ok(Refused { what: what.to_owned(), answer })
        }
    }
}
