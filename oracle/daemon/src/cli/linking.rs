//! `link` and `claim`.

use super::args::{Global, Link, Wallet};
use super::inspect::find;
use eyre::{Result, bail, eyre};
use guerdon::keys::OracleKey;
use guerdon::link::{gist_text, sign_link, typed_data};
use guerdon_core::model::ContributorId;
use serde_json::json;

pub(super) async fn link(global: &Global, command: Link) -> Result<()> {
    let oracle = global.oracle().await?;
    let github = oracle.github()?;
    let place = oracle.chain.place();
    match command {
        Link::Message { login, address, days } => {
            let link = oracle.next_link(&github, &login, address, days).await?;
            println!("{}", serde_json::to_string_pretty(&typed_data(&link, place))?);
            eprintln!(
                "sign this with eth_signTypedData_v4, or let `guerdon link gist {login} --keystore FILE` sign it"
            );
        }
        Link::Gist { login, days, wallet } => {
            let source = wallet.source().ok_or_else(|| eyre!("which wallet? Give --keystore with --password"))?;
            let key = OracleKey::load(&source, place.chain_id)?;
            let link = oracle.next_link(&github, &login, key.address(), days).await?;
            print!("{}", gist_text(&sign_link(&link, place, &key).await?, place));
            eprintln!("publish this as a public gist of {login}, then run `guerdon link submit {login}`");
        }
        Link::Submit { logins, gist } => {
            if gist.is_some() && logins.len() > 1 {
                bail!("--gist names the gist of one login, and {} were given", logins.len());
            }
            let (mut linked, mut failed) = (Vec::new(), None);
            for login in &logins {
                let proof = oracle.find_proof(&github, login, gist.as_deref()).await;
                let done = match proof {
                    Ok(proof) => oracle.link(&proof).await.map(|sent| (proof, sent.tx)),
                    Err(error) => Err(error),
                };
                let (proof, tx) = match done {
                    Ok(done) => done,
                    // What was linked before is told before the error is.
                    Err(error) => {
                        failed = Some(error);
                        break;
                    }
                };
                let (id, wallet) = (proof.link.id, proof.link.wallet);
                if !global.json {
                    println!("{login} (contributor {id}) is linked to {wallet}, tx {tx}");
                }
                linked.push(json!({ "contributor_id": id, "login": login, "wallet": wallet, "tx": tx }));
            }
            if failed.is_none() || !linked.is_empty() {
                global.print(&linked, String::new)?;
            }
            if let Some(error) = failed {
                return Err(error.into());
            }
        }
    }
    Ok(())
}

pub(super) async fn claim(global: &Global, who: &str, wallet: &Wallet) -> Result<()> {
    let oracle = global.oracle().await?;
    let account = find(&oracle, who).await?;
    let id = ContributorId(account.id);
    let sender = match wallet.source() {
        Some(source) => oracle.chain.sender(&OracleKey::load(&source, oracle.chain.place().chain_id)?)?,
        None => oracle.submitter()?,
    };
    let amount = oracle.chain.claimable(id).await?;
    let sent = sender.claim(id).await?;
    let wallet = oracle.chain.account(id).await?.wallet;
    let money = oracle.money().await?;
    let value = json!({ "contributor_id": id, "login": account.login, "wallet": wallet, "amount": amount.to_string(), "tx": sent.tx });
    global.print(&value, || {
        let to = wallet.map_or("nobody".to_owned(), |wallet| wallet.to_string());
        format!("{} went to {to}\ntx {}\n", money.show_base(amount), sent.tx)
    })
}
