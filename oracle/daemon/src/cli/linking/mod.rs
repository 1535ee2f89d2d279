//! `link` and `claim`.

mod args;
mod setting;
mod show;
mod submit;

pub use args::Link;
pub(super) use show::table;

use super::args::{Global, Wallet};
use super::inspect::find;
use alloy::primitives::{Bytes, U256};
use args::{OldWallet, Who};
use eyre::{Result, WrapErr, bail};
use guerdon::amount::Money;
use guerdon::chain::Sent;
use guerdon::keys::OracleKey;
use guerdon::link::{LinkProof, gist_text, read_typed_data, sign_as, sign_link, typed_data};
use guerdon::linking::{Before, LinkingError, next_link, signed};
use guerdon_bindings::message::Link as LinkMessage;
use guerdon_core::model::ContributorId;
use serde_json::json;
use setting::Setting;
use std::path::Path;

pub(super) async fn link(global: &Global, command: Link) -> Result<()> {
    match command {
        Link::Message { who, address, days } => {
            let setting = Setting::open(global).await?;
            let id = setting.identify(&who).await?;
            let (link, before) = next_link(&setting.chain, (id, &who.login), address, days).await?;
            println!("{}", serde_json::to_string_pretty(&typed_data(&link, setting.chain.place()))?);
            let login = &who.login;
            eprintln!(
                "sign this with eth_signTypedData_v4 and run `guerdon link gist {login} --message FILE --signature HEX`, \
                 or let `guerdon link gist {login} --keystore FILE` sign it"
            );
            warn_of_relink(&setting, &who, &before).await
        }
        Link::Gist { who, days, message, signature, wallet, old } => {
            gist(global, &who, days, (message.as_deref(), signature), &wallet, &old).await
        }
        Link::Submit { logins, gist, oracles, address, wallet } => {
            submit::submit(global, &logins, gist.as_deref(), &oracles, address, &wallet).await
        }
        Link::Status { who, gist, oracles } => show::status(global, &who, gist.as_deref(), &oracles).await,
        Link::Pending => show::pending(global).await,
        Link::Cancel { who, wallet } => cancel(global, &who, &wallet).await,
        Link::Challenge { who, wallet } => challenge(global, &who, &wallet).await,
        Link::Activate { who, wallet } => {
            let (setting, id) = subject(global, &who).await?;
            let waits = setting.chain.pending_link(id).await?;
            waits.ok_or_else(|| LinkingError::NothingPending { login: who.login.clone() })?;
            let sent = setting.sender(&wallet)?.activate_link(id).await?;
            done(global, &setting, &who, id, sent, "is linked to").await
        }
        Link::Drop { who, wallet } => {
            let (setting, id) = subject(global, &who).await?;
            let sent = setting.sender(&wallet)?.drop_link(id).await?;
            done(global, &setting, &who, id, sent, "has lost the pending link and stays with").await
        }
        Link::Adopt { who, wallet } => {
            let (setting, id) = subject(global, &who).await?;
            let sent = setting.sender(&wallet)?.adopt_link(id).await?;
            done(global, &setting, &who, id, sent, "has the link of before pending and is linked to").await
        }
    }
}

async fn subject(global: &Global, who: &Who) -> Result<(Setting, ContributorId)> {
    let setting = Setting::open(global).await?;
    let id = setting.identify(who).await?;
    Ok((setting, id))
}

async fn done(global: &Global, setting: &Setting, who: &Who, id: ContributorId, sent: Sent, what: &str) -> Result<()> {
    let wallet = setting.chain.account(id).await?.wallet;
    let value = json!({ "contributor_id": id, "login": who.login, "wallet": wallet, "tx": sent.tx });
    global.print(&value, || {
        let wallet = wallet.map_or("no wallet".to_owned(), |wallet| wallet.to_string());
        format!("{} (contributor {id}) {what} {wallet}, tx {}\n", who.login, sent.tx)
    })
}

/// Says what a re-link means, before anybody signs one.
async fn warn_of_relink(setting: &Setting, who: &Who, before: &Before) -> Result<()> {
    let Some(old) = before.old else { return Ok(()) };
    let (rules, money) = (setting.chain.link_rules().await?, setting.money().await?);
    eprintln!(
        "{login} is linked to {old}, so this is a re-link: it waits {delay} s after it is sent, {old} can cancel it \
         meanwhile and anybody can challenge it; it exposes {unclaimed}, and the link budget has {left} left; with the \
         old wallet's signature too (--old-keystore or --old-signature) it holds at once",
        login = who.login,
        delay = rules.delay,
        unclaimed = money.show(before.unclaimed),
        left = money.show(rules.available),
    );
    if let Some(pending) = before.pending {
        eprintln!("a re-link to {pending} is pending: another one begins only with the old wallet's signature");
    }
    Ok(())
}

async fn gist(
    global: &Global,
    who: &Who,
    days: u64,
    (message, signature): (Option<&Path>, Option<Bytes>),
    wallet: &Wallet,
    old: &OldWallet,
) -> Result<()> {
    let setting = Setting::open(global).await?;
    let (place, login) = (setting.chain.place(), &who.login);
    let key = match (&signature, wallet.source()) {
        (Some(_), _) => None,
        (None, _) => Some(setting.key(wallet, "is to be paid")?),
    };
    let given = match message {
        None => None,
        Some(path) => {
            let text = std::fs::read_to_string(path).wrap_err_with(|| format!("cannot read {}", path.display()))?;
            Some(read_typed_data(&text, place)?)
        }
    };
    let id = match (&given, who.id) {
        // The message says it, and nobody else's is taken.
        (Some(link), None) => ContributorId(link.id),
        _ => setting.identify(who).await?,
    };
    let (link, before) = match given {
        Some(link) if link.id != id.0 => bail!("the message links the account {}, not {id}", link.id),
        Some(link) => {
            let before = next_link(&setting.chain, (id, login), link.wallet, 0).await?.1;
            guerdon::link::check_link(&link, before.nonce, setting.chain.now().await?.timestamp)?;
            (link, before)
        }
        None => {
            let wallet = key.as_ref().map(OracleKey::address).unwrap_or_default();
            next_link(&setting.chain, (id, login), wallet, days).await?
        }
    };
    let mut proof = match (key, signature) {
        (Some(key), _) => sign_link(&link, place, &key).await?,
        (None, signature) => {
            LinkProof { link: link.clone(), wallet_proof: signature.unwrap_or_default(), old_wallet_proof: None }
        }
    };
    proof.old_wallet_proof = old_proof(&setting, &link, &before, old).await?;
    if let (Some(wallet), None) = (before.pending, &proof.old_wallet_proof) {
        return Err(LinkingError::Pending { login: login.clone(), wallet }.into());
    }
    let proof = signed(&setting.chain, &proof, before.old).await?;
    print!("{}", gist_text(&proof, place));
    eprintln!("publish this as a public gist of {login}, then run `guerdon link submit {login}`");
    if proof.old_wallet_proof.is_none() { warn_of_relink(&setting, who, &before).await } else { Ok(()) }
}

/// The old wallet's signature, where one is given.
async fn old_proof(setting: &Setting, link: &LinkMessage, before: &Before, old: &OldWallet) -> Result<Option<Bytes>> {
    let given = match (old.source(), &old.old_signature) {
        (Some(source), _) => {
            let key = OracleKey::load(&source, setting.chain.chain_id())?;
            sign_as(link, setting.chain.place(), &key).await?
        }
        (None, Some(signature)) => signature.clone(),
        (None, None) => return Ok(None),
    };
    if before.old.is_none() {
        bail!("there is no old wallet: the account is not linked yet, so its first link holds at once anyway");
    }
    Ok(Some(given))
}

async fn cancel(global: &Global, who: &Who, wallet: &Wallet) -> Result<()> {
    let (setting, id) = subject(global, who).await?;
    let key = setting.key(wallet, "is the old one")?;
    if setting.chain.pending_link(id).await?.is_none() {
        return Err(LinkingError::NothingPending { login: who.login.clone() }.into());
    }
    let sent = setting.chain.sender(&key)?.cancel_link(id).await?;
    done(global, &setting, who, id, sent, "keeps its link to").await?;
    eprintln!("about the next re-link of this account only the arbiter decides, unless this wallet signs it");
    Ok(())
}

async fn challenge(global: &Global, who: &Who, wallet: &Wallet) -> Result<()> {
    let (setting, id) = subject(global, who).await?;
    let key = setting.key(wallet, "puts up the bond")?;
    let chain = &setting.chain;
    if chain.pending_link(id).await?.is_none() {
        return Err(LinkingError::NothingPending { login: who.login.clone() }.into());
    }
    let bond = chain.entry_bond().await?;
    let sent = chain.sender(&key)?.challenge_link(id, bond).await?;
    let opened = chain.link_challenge_opened(sent).await?;
    let value = json!({
        "challenge": opened.number.to_string(),
        "contributor_id": id,
        "login": who.login,
        "challenger": key.address(),
        "bond": bond.to_string(),
        "answer_before": opened.deadline,
        "tx": sent.tx,
    });
    let coin = Money { unit: U256::ONE, decimals: 18, symbol: "ETH".to_owned() };
    global.print(&value, || {
        format!(
            "challenge {}: the pending link of {} (contributor {id}) waits for an answer until {} (UTC seconds)\nbond \
             {}\ntx {}\n",
            opened.number,
            who.login,
            opened.deadline,
            coin.show_base(bond),
            sent.tx
        )
    })
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
