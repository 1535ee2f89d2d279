//! `link submit`: gathers attestations, from here and from elsewhere, and sends the link.

use super::args::OracleUrls;
use super::setting::Setting;
use crate::cli::args::{Global, Wallet};
use alloy::primitives::Address;
use eyre::{Result, bail};
use guerdon::linking::{
    AttestError, Attestation, Expected, Gathered, LinkingError, Made, Oracles, Refusal, Voice, look_now,
};
use guerdon_core::model::ContributorId;

/// What is to be linked.
pub(super) struct Wanted<'a> {
    pub(super) login: &'a str,
    pub(super) gist: Option<&'a str>,
    pub(super) id: Option<ContributorId>,
    pub(super) address: Option<Address>,
}

pub(super) async fn submit(
    global: &Global,
    logins: &[String],
    gist: Option<&str>,
    oracles: &OracleUrls,
    address: Option<Address>,
    wallet: &Wallet,
) -> Result<()> {
    if logins.len() > 1 && (gist.is_some() || address.is_some()) {
        bail!("--gist and --address are about one login, and {} were given", logins.len());
    }
    let setting = Setting::open(global).await?;
    let (mut linked, mut failed) = (Vec::new(), None);
    for login in logins {
        match one(&setting, &Wanted { login, gist, id: None, address }, oracles, wallet).await {
            Ok(made) => {
                if !global.json {
                    println!("{}", told(&made));
                }
                linked.push(made);
            }
            // What was linked before is told before the error is.
            Err(error) => {
                failed = Some(error);
                break;
            }
        }
    }
    if failed.is_none() || !linked.is_empty() {
        global.print(&linked, String::new)?;
    }
    failed.map_or(Ok(()), Err)
}

fn told(made: &Made) -> String {
    let Made { contributor_id: id, login, wallet, tx, pending_until } = made;
    match pending_until {
        None => format!("{login} (contributor {id}) is linked to {wallet}, tx {tx}"),
        Some(until) => format!(
            "the re-link of {login} (contributor {id}) to {wallet} waits until {until} (UTC seconds), tx {tx}\nuntil \
             then the old wallet can cancel it and anybody can challenge it; then run `guerdon link activate {login}`"
        ),
    }
}

async fn one(setting: &Setting, wanted: &Wanted<'_>, oracles: &OracleUrls, wallet: &Wallet) -> Result<Made> {
    // Whoever cannot pay is told before anybody is asked.
    let sender = setting.sender(wallet)?;
    let gathered = gather(setting, wanted, oracles, true).await?;
    for Voice { oracle, refused, .. } in gathered.voices.iter().filter(|voice| voice.refused.is_some()) {
        eprintln!("{oracle}: {}", refused.as_deref().unwrap_or_default());
    }
    let (proof, attestation) = gathered.into_quorum(wanted.login)?;
    let sent = sender.link(&proof, attestation).await?;
    Ok(Made::read(&setting.chain, wanted.login, &proof.link, sent).await?)
}

/// What the keys here and the oracles elsewhere attest. `must`: there has to be somebody to ask.
pub(super) async fn gather(
    setting: &Setting,
    wanted: &Wanted<'_>,
    oracles: &OracleUrls,
    must: bool,
) -> Result<Gathered> {
    let Wanted { login, gist, id, address } = *wanted;
    let set = setting.chain.oracle_set().await?;
    let mut urls = setting.oracles(&oracles.urls);
    let mut expected = Expected { id, wallet: address };
    let here = match (here(setting, login, gist).await, urls.is_empty()) {
        (Ok(here), _) => here,
        (Err(error), true) if must => return Err(error),
        // The others say what they think of it.
        (Err(_), _) => None,
    };
    if let Some(here) = &here {
        // What was seen here is what is sent.
        expected.id = expected.id.or(Some(ContributorId(here.link.contributor_id)));
        expected.wallet = expected.wallet.or(Some(here.link.wallet));
    } else if expected.id.is_none()
        && let Some(github) = setting.github()?
    {
        expected.id = Some(ContributorId(github.account(login).await?.id));
    }
    let signed = here.as_ref().map_or(0, |here| here.signatures.len());
    if urls.is_empty() && signed < set.threshold {
        urls.extend(Oracles::at_base_url(&set.base_url));
    }
    if must && urls.is_empty() && here.is_none() {
        return Err(LinkingError::NoOracles { base_url: set.base_url }.into());
    }
    Ok(Oracles::new(&urls)?.gather(&setting.chain, (login, gist), expected, Vec::from_iter(here)).await?)
}

/// What the keys here attest, if there are any that count.
async fn here(setting: &Setting, login: &str, gist: Option<&str>) -> Result<Option<Attestation>> {
    let keys = setting.keys()?;
    let Some(github) = setting.github()?.filter(|_| !keys.is_empty()) else { return Ok(None) };
    match look_now(&setting.chain, &github, &keys, login, gist).await {
        Ok(attestation) => Ok(Some(attestation)),
        Err(AttestError::Refused(Refusal::NotAMember { .. } | Refusal::SwitchedOff { .. })) => Ok(None),
        Err(error) => Err(error.into()),
    }
}
