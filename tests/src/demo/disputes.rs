//! What is disputed: an entry that is challenged and dropped, a challenge that is wrong, and an
//! oracle that signs two headers of one round. All of it really happens, by the real binaries where
//! there is a command for it.

use super::cast::Member;
use super::{DemoError, Result};
use crate::anvil;
use crate::sandbox::{ARBITER, STRANGER, Sandbox, output, secret, wallet};
use alloy::primitives::{Address, B256, U256};
use guerdon::chain::{Answer, Chain, ChainError, Credits, SkipReason};
use guerdon::oracle::OracleError;
use guerdon::sign::{OracleSignature, header_message, sign};
use guerdon_core::batch::{self, BatchHeader, Entry};
use guerdon_core::model::Epoch;
use serde::Serialize;

/// Merges his own junk; his entry is challenged.
const ACCUSED: &str = "rick-fastbuck";
/// Challenges it.
const CHALLENGER: &str = "tobias-lindqvist";

/// One challenge and its end.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Dispute {
    pub(super) challenge: String,
    pub(super) epoch: u64,
    pub(super) position: u32,
    pub(super) contributor_id: u64,
    pub(super) login: String,
    pub(super) challenger: String,
    /// Base units of the entry, decimal.
    pub(super) amount: String,
    /// Wei, decimal.
    pub(super) bond: String,
    /// `stands` or `dropped`.
    pub(super) answer: &'static str,
    /// The challenger, or the Treasury when the challenge was wrong.
    bond_to: Address,
    challenge_tx: B256,
    answer_tx: B256,
}

/// A key that counts no more.
#[derive(Clone, Debug, Serialize)]
pub(super) struct SwitchedOff {
    pub(super) oracle: Address,
    pub(super) epoch: u64,
    pub(super) tx: B256,
}

/// A challenge that waits for its answer.
pub(super) struct Open {
    number: U256,
    epoch: Epoch,
    position: u32,
    entry: Entry,
    login: String,
    challenger: String,
    challenger_wallet: Address,
    bond: U256,
    tx: B256,
}

fn of_chain(error: ChainError) -> DemoError {
    OracleError::from(error).into()
}

async fn chain(sandbox: &Sandbox) -> Result<Chain> {
    Chain::connect(sandbox.anvil.url(), &sandbox.deployment).await.map_err(of_chain)
}

/// Challenges the accused's entry of an epoch, if there is one; the accused challenges the largest
/// entry of somebody else in return.
pub(super) async fn challenge(sandbox: &Sandbox, epoch: Epoch, members: &[Member]) -> Result<Option<(Open, Open)>> {
    let named = |login: &str| members.iter().find(|member| member.login == login);
    let (Some(accused), Some(challenger)) = (named(ACCUSED), named(CHALLENGER)) else { return Ok(None) };
    let chain = chain(sandbox).await?;
    let round = chain.batch(epoch).await.map_err(of_chain)?.round;
    let mut entries: Vec<Entry> = Vec::new();
    for chunk in chain.published(epoch, round).await.map_err(of_chain)? {
        entries.extend(batch::unpack(&chunk.entries).map_err(OracleError::from)?);
    }
    let with_position = || (0..).zip(entries.iter().copied());
    let Some(theirs) = with_position().find(|(_, entry)| entry.id.0 == accused.id) else { return Ok(None) };
    let others = with_position().filter(|(_, entry)| ![accused.id, challenger.id].contains(&entry.id.0));
    let Some(largest) = others.max_by_key(|(_, entry)| entry.units) else { return Ok(None) };
    let dropped = open(sandbox, epoch, theirs, members, challenger).await?;
    let wrong = open(sandbox, epoch, largest, members, accused).await?;
    Ok(Some((dropped, wrong)))
}

/// By the command, paid from the challenger's wallet.
async fn open(
    sandbox: &Sandbox,
    epoch: Epoch,
    (position, entry): (u32, Entry),
    members: &[Member],
    challenger: &Member,
) -> Result<Open> {
    let arguments = ["challenge", &epoch.to_string(), &position.to_string(), "--key", "env:WALLET_KEY", "--json"];
    let mut command = sandbox.command(&arguments)?;
    command.env("WALLET_KEY", secret(wallet(challenger.nth))?);
    let said = output(command).await?.succeeded("guerdon challenge")?.json("guerdon challenge")?;
    let unexpected = || DemoError::Unexpected { step: "guerdon challenge", answer: said.to_string() };
    let text = |key: &str| said.get(key).and_then(serde_json::Value::as_str).ok_or_else(unexpected);
    let login = members.iter().find(|member| member.id == entry.id.0).map(|member| member.login.clone());
    Ok(Open {
        number: text("challenge")?.parse().map_err(|_| unexpected())?,
        epoch,
        position,
        entry,
        login: login.unwrap_or_default(),
        challenger: challenger.login.clone(),
        challenger_wallet: text("challenger")?.parse().map_err(|_| unexpected())?,
        bond: text("bond")?.parse().map_err(|_| unexpected())?,
        tx: text("tx")?.parse().map_err(|_| unexpected())?,
    })
}

/// The arbiter finds a challenge wrong: its bond goes to the Treasury, and anyone sends it there.
pub(super) async fn reject(sandbox: &Sandbox, open: Open) -> Result<Dispute> {
    let chain = chain(sandbox).await?;
    let treasury = sandbox.deployment.contracts.treasury.address;
    let before = chain.balance(treasury).await.map_err(of_chain)?;
    let dispute = answer(&chain, open, Answer::Stands, treasury).await?;
    let gained = chain.balance(treasury).await.map_err(of_chain)?.saturating_sub(before);
    if gained.to_string() != dispute.bond {
        return Err(DemoError::Books(format!("a bond of {} wei was lost, the Treasury got {gained}", dispute.bond)));
    }
    Ok(dispute)
}

/// Crediting has passed the entry and holds it; the arbiter drops it, so that its money is free again.
pub(super) async fn drop(sandbox: &Sandbox, open: Open) -> Result<Dispute> {
    let chain = chain(sandbox).await?;
    let (epoch, entry) = (open.epoch, open.entry);
    let credits = credits(&chain, epoch).await?;
    if !credits.held.iter().any(|held| held.id == entry.id) {
        return Err(DemoError::Books(format!("the challenged entry of epoch {epoch} is not held: {credits:?}")));
    }
    let wallet = open.challenger_wallet;
    let dispute = answer(&chain, open, Answer::Dropped, wallet).await?;
    let credits = self::credits(&chain, epoch).await?;
    let is_dropped = credits
        .skipped
        .iter()
        .any(|skipped| (skipped.id, skipped.units, skipped.reason) == (entry.id, entry.units, SkipReason::Dropped));
    if !is_dropped || !credits.held.is_empty() {
        return Err(DemoError::Books(format!("the challenged entry of epoch {epoch} is not dropped: {credits:?}")));
    }
    Ok(dispute)
}

async fn credits(chain: &Chain, epoch: Epoch) -> Result<Credits> {
    let round = chain.batch(epoch).await.map_err(of_chain)?.round;
    Ok(chain.credits().await.map_err(of_chain)?.remove(&(epoch, round)).unwrap_or_default())
}

async fn answer(chain: &Chain, open: Open, answer: Answer, bond_to: Address) -> Result<Dispute> {
    let arbiter = chain.sender(&anvil::key(ARBITER)?.into()).map_err(of_chain)?;
    let sent = arbiter.resolve(open.number, answer, Default::default()).await.map_err(of_chain)?;
    let owed = chain.owed(bond_to).await.map_err(of_chain)?;
    if owed != open.bond {
        return Err(DemoError::Books(format!("{bond_to} may withdraw {owed} wei, not the bond of {}", open.bond)));
    }
    let stranger = chain.sender(&anvil::key(STRANGER)?.into()).map_err(of_chain)?;
    stranger.withdraw(bond_to).await.map_err(of_chain)?;
    let unit = chain.deployment().unit;
    Ok(Dispute {
        challenge: open.number.to_string(),
        epoch: open.epoch.0,
        position: open.position,
        contributor_id: open.entry.id.0,
        login: open.login,
        challenger: open.challenger,
        amount: (U256::from(open.entry.units) * unit).to_string(),
        bond: open.bond.to_string(),
        answer: if answer == Answer::Stands { "stands" } else { "dropped" },
        bond_to,
        challenge_tx: open.tx,
        answer_tx: sent.tx,
    })
}

/// Anybody reports the key that signed both the posted header of epoch 1 and another one.
pub(super) async fn equivocation(sandbox: &Sandbox, oracle: u32, other: &BatchHeader) -> Result<SwitchedOff> {
    let chain = chain(sandbox).await?;
    let posted = chain.posted(other.epoch, other.round).await.map_err(of_chain)?;
    let posted = posted.ok_or_else(|| DemoError::Books(format!("epoch {} was not posted", other.epoch)))?.header;
    let key = anvil::key(oracle)?.into();
    let signed = async |header: &BatchHeader| -> Result<OracleSignature> {
        Ok(sign(&header_message(header), &chain.domain(), &key).await.map_err(OracleError::from)?)
    };
    let (one, two) = (signed(&posted).await?, signed(other).await?);
    let set = chain.oracle_set().await.map_err(of_chain)?;
    let stranger = chain.sender(&anvil::key(STRANGER)?.into()).map_err(of_chain)?;
    let sent = stranger.report_equivocation(&set, (&posted, &one), (other, &two)).await.map_err(of_chain)?;
    let set = chain.oracle_set().await.map_err(of_chain)?;
    if set.counts(&one.signer) || set.members.iter().filter(|member| set.counts(member)).count() < set.threshold {
        return Err(DemoError::Books(format!("the wrong oracles count after the report: {set:?}")));
    }
    Ok(SwitchedOff { oracle: one.signer, epoch: other.epoch.0, tx: sent.tx })
}

/// What became of everything that was disputed.
#[derive(Default)]
pub(super) struct Disputes {
    pub(super) challenges: Vec<Dispute>,
    pub(super) switched_off: Vec<SwitchedOff>,
}
