//! Whether the evidence of the latest batch is where the oracle set says that evidence is. Whoever cannot get
//! it may challenge the whole batch.

use super::Finding;
use super::chain::latest_batch;
use crate::chain::Chain;
use crate::config::masked_url;
use crate::keys::LOCAL_CHAIN;
use crate::run::chain_of;
use crate::sign::OracleSet;
use guerdon_core::B256;
use reqwest::Client;
use std::time::Duration;

const WHAT: &str = "evidence";
const TIMEOUT: Duration = Duration::from_secs(60);
/// More is not read to see that it is there.
const MOST: usize = 512 << 20;

pub(super) async fn look(chain: &Chain, set: &OracleSet) -> Finding {
    let place = masked_url(&set.base_url);
    let posted = match latest_batch(chain).await {
        Ok(Some((epoch, state))) => chain.posted(epoch, state.round).await,
        Ok(None) => Ok(None),
        Err(error) => Err(error),
    };
    let posted = match posted {
        Ok(Some(posted)) => posted,
        Ok(None) => return Finding::ok(WHAT, format!("will be looked for at {place}; no batch needs it yet")),
        Err(error) => return Finding::failed(WHAT, chain_of(&error), "ask again, or name another RPC"),
    };
    let (epoch, hash) = (posted.header.epoch, posted.header.evidence_hash);
    match fetch(&set.base_url, hash).await {
        Ok(bytes) => Finding::ok(WHAT, format!("epoch {epoch}: {bytes} bytes at {place} have their hash")),
        Err(why) => {
            let said = format!("epoch {epoch}: {hash} is not at {place}: {why}");
            let next = "put the file there (`/v1/evidence/HASH` of any oracle has it): while it is missing anybody may \
                        challenge the whole batch";
            // Nobody else reads what is paid on a local chain.
            if chain.chain_id() == LOCAL_CHAIN {
                Finding::warning(WHAT, said, next)
            } else {
                Finding::failed(WHAT, said, next)
            }
        }
    }
}

/// How many bytes have that hash there.
async fn fetch(base_url: &str, hash: B256) -> Result<usize, String> {
    let without_url = |error: reqwest::Error| chain_of(&error.without_url());
    let client = Client::builder().timeout(TIMEOUT).build().map_err(without_url)?;
    let mut answer = client.get(format!("{base_url}{hash}")).send().await.map_err(without_url)?;
    if !answer.status().is_success() {
        return Err(format!("HTTP {}", answer.status().as_u16()));
    }
    let mut bytes = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(without_url)? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > MOST {
            return Err(format!("it is larger than {MOST} bytes"));
        }
    }
    let found = guerdon_core::evidence::hash(&bytes);
    if found == hash { Ok(bytes.len()) } else { Err(format!("what is there has the hash {found}")) }
}
