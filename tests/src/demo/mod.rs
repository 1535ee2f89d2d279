//! The demo: a whole organisation is paid, epoch by epoch, by the real binaries on a real chain.
//!
//! Takes the sample org or a data set. Gives a readable account of it and `summary.json`. It decides
//! nothing by itself: who gets what is the daemon's and the contracts' business.

pub mod cast;
mod disputes;
mod refusals;
mod story;
mod summary;

use crate::github::sample;
use crate::github::{State, World};
use crate::sandbox::{DAY, Options as SandboxOptions, SETTLE_DELAY, Sandbox, SandboxError, WEEK, WINDOW, wallet};
use alloy::primitives::U256;
use cast::Member;
use disputes::Disputes;
use guerdon::status::{EpochStatus, Stage};
use guerdon_core::model::Epoch;
use std::path::PathBuf;
use std::time::{Duration, Instant};
use story::Story;
use summary::Claim;

/// Monday 2023-03-06 00:00 UTC: the first of thirteen weeks of the data set, none of them empty.
const DATA_START: u64 = 1_678_060_800;
const DATA_EPOCHS: u64 = 13;
/// So many claims are left for the page.
const FOR_VISITORS: usize = 2;
/// How long the daemon may take for one step before the demo gives up.
const PATIENCE: Duration = Duration::from_secs(300);

#[derive(Clone, Debug)]
pub struct Options {
    /// Where everything goes: `target/demo`.
    pub folder: PathBuf,
    /// A data set instead of the sample org.
    pub data: Option<PathBuf>,
    /// The first second of epoch 1, for a data set.
    pub from: Option<u64>,
    pub epochs: Option<u64>,
    /// Exit after the summary.
    pub once: bool,
}

#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    #[error(transparent)]
    Sandbox(#[from] SandboxError),
    #[error(transparent)]
    Anvil(#[from] crate::anvil::AnvilError),
    #[error("the sample org cannot be built")]
    Sample(#[from] crate::github::StateError),
    #[error("cannot load the data set {0}")]
    Data(PathBuf, #[source] crate::github::ArchiveError),
    #[error("the data set has no organisation with repositories")]
    NoOrganization,
    #[error("epoch {epoch} is {stage:?} after {} seconds, not where it should be; the daemon's log: {log}", PATIENCE.as_secs())]
    Stuck { epoch: u64, stage: Option<Stage>, log: PathBuf },
    #[error("{step}: unexpected answer: {answer}")]
    Unexpected { step: &'static str, answer: String },
    #[error("the books do not balance: {0}")]
    Books(String),
    #[error(transparent)]
    Oracle(#[from] guerdon::oracle::OracleError),
    #[error(transparent)]
    Link(#[from] guerdon::link::LinkError),
    #[error("cannot write {0}")]
    Write(PathBuf, #[source] std::io::Error),
    #[error("Ctrl-C cannot be listened for")]
    Signal(#[source] std::io::Error),
}

pub type Result<T> = std::result::Result<T, DemoError>;

/// What somebody has not claimed yet.
struct Waiting {
    login: String,
    /// Which wallet of the test mnemonic is theirs.
    nth: usize,
    /// Base units.
    amount: U256,
}

/// The organisation that is paid.
struct Plan {
    world: World,
    organization: String,
    start: u64,
    epochs: u64,
    members: Vec<Member>,
    bots: Vec<String>,
}

pub async fn run(options: Options) -> Result<()> {
    let began = Instant::now();
    let story = Story::new();
    let plan = plan(&options, &story)?;
    let end = plan.start + plan.epochs * WEEK;
    std::fs::remove_dir_all(&options.folder).or_else(ignore_missing).map_err(|source| write_error(&options, source))?;
    plan.world.set_clock(signed(plan.start - DAY / 2));
    let sandbox_options = SandboxOptions {
        folder: options.folder.clone(),
        epoch_start: plan.start,
        organization: plan.organization.clone(),
        bots: plan.bots.clone(),
        reorgs: false,
    };
    story.step("starting a chain and the GitHub stand-in, deploying the contracts");
    let sandbox = Sandbox::start(plan.world.clone(), &sandbox_options).await?;
    story.deployed(&sandbox, &plan.organization, plan.epochs);
    let daemon = sandbox.daemon().await?;

    let early: Vec<_> = plan.members.iter().filter(|member| member.links_in == Some(0)).collect();
    story.step(&format!("linking {} people: each publishes a gist signed by a wallet", early.len()));
    let mut links = cast::link(&sandbox, &early, end).await?;
    let mut refused = Vec::new();
    let mut disputed = Disputes::default();
    let mut stolen = None;
    for epoch in 1..=plan.epochs {
        let epoch_end = plan.start + epoch * WEEK;
        let late: Vec<_> = plan.members.iter().filter(|member| member.links_in == Some(epoch)).collect();
        if !late.is_empty() {
            sandbox.anvil.warp(epoch_end - DAY).await?;
            story.step(&format!("epoch {epoch}: {} link late, so what they had accrued is granted now", names(&late)));
            links.extend(cast::link(&sandbox, &late, end).await?);
        }
        // People go on: GitHub is read at the cutoff, when the epoch has settled.
        plan.world.set_clock(signed(epoch_end + SETTLE_DELAY));
        if epoch == 1 {
            sandbox.anvil.warp(epoch_end + 60).await?;
            let (refusal, header) = refusals::before_the_first_batch(&sandbox).await?;
            refused.push(refusal);
            stolen = Some(header);
        }
        sandbox.anvil.warp(epoch_end + SETTLE_DELAY).await?;
        let posted = wait(&daemon, epoch, &[Stage::Window, Stage::Empty]).await?;
        if let Some(header) = stolen.take_if(|_| posted.status == Stage::Window) {
            story.step("the stolen key signed two headers of one round: anybody reports it, and it counts no more");
            disputed.switched_off.push(disputes::equivocation(&sandbox, refusals::THIEF, &header).await?);
        }
        if posted.status == Stage::Window {
            let mut waiting = None;
            if disputed.challenges.is_empty()
                && let Some((theirs, wrong)) = disputes::challenge(&sandbox, Epoch(epoch), &plan.members).await?
            {
                story
                    .step(&format!("epoch {epoch}: two entries are challenged; the arbiter finds one challenge wrong"));
                disputed.challenges.push(disputes::reject(&sandbox, wrong).await?);
                waiting = Some(theirs);
            }
            sandbox.anvil.warp(posted.window_end.unwrap_or(epoch_end + SETTLE_DELAY + WINDOW)).await?;
            wait(&daemon, epoch, &[Stage::Settled]).await?;
            if let Some(theirs) = waiting {
                story.step(&format!("epoch {epoch}: the others are paid, the challenged entry is held; it is dropped"));
                disputed.challenges.push(disputes::drop(&sandbox, theirs).await?);
            }
        }
        story.epoch(&sandbox, epoch, &posted).await?;
    }

    story.step("claiming from the contributors' wallets");
    let (claims, waiting) = claim(&sandbox, &links, if options.once { 0 } else { FOR_VISITORS }).await?;
    refused.extend(refusals::after_the_last_batch(&sandbox, &plan.members).await?);
    story.step("verifying every epoch from its evidence");
    let epochs = all_answered(&daemon).await?;
    let verified = summary::verify(&sandbox, &daemon, &epochs).await?;
    let summary = summary::write(&sandbox, &epochs, &verified, (&claims, &waiting), &disputed).await?;
    story.people(&sandbox, &plan, &claims).await?;
    story.refused(&sandbox, &epochs, &refused).await?;
    story.disputed(&disputed, epochs.len());
    story.end(&epochs, &verified, (&claims, &waiting), &summary, began.elapsed());
    if options.once {
        daemon.stop().await?;
        return Ok(());
    }
    story.stays(&sandbox, &daemon.api, &waiting)?;
    tokio::signal::ctrl_c().await.map_err(DemoError::Signal)?;
    daemon.stop().await?;
    Ok(())
}

fn plan(options: &Options, story: &Story) -> Result<Plan> {
    let Some(path) = &options.data else {
        return Ok(Plan {
            world: World::sample()?,
            organization: sample::ORG.to_owned(),
            start: sample::EPOCH_1_START.unsigned_abs(),
            epochs: options.epochs.unwrap_or(u64::from(sample::EPOCHS)).min(u64::from(sample::EPOCHS)),
            members: cast::of_the_sample(),
            bots: Vec::new(),
        });
    };
    story.step(&format!("loading {}", path.display()));
    let world = World::from_archive(path).map_err(|source| DemoError::Data(path.clone(), source))?;
    let start = options.from.unwrap_or(DATA_START);
    let epochs = options.epochs.unwrap_or(DATA_EPOCHS);
    let (organization, bots, members) = {
        let state = world.read();
        let organization = organization(&state).ok_or(DemoError::NoOrganization)?;
        let bots = cast::likely_bots(&state);
        let members = cast::active(&state, start, start + epochs * WEEK, &bots);
        (organization, bots, members)
    };
    Ok(Plan { world, organization, start, epochs, members, bots })
}

/// Whose repositories a data set has.
pub fn organization(state: &State) -> Option<String> {
    let owner = state.repositories.values().next()?.owner;
    state.accounts.get(&owner).map(|account| account.login.clone())
}

async fn epochs(daemon: &crate::sandbox::Daemon) -> Result<Vec<EpochStatus>> {
    let (status, text) = daemon.get("/v1/epochs").await?;
    serde_json::from_str(&text)
        .map_err(|error| DemoError::Unexpected { step: "/v1/epochs", answer: format!("{status} {text} ({error})") })
}

/// The same once nothing is held any more: the API's view is some seconds old, and the last answer may be younger.
async fn all_answered(daemon: &crate::sandbox::Daemon) -> Result<Vec<EpochStatus>> {
    let began = Instant::now();
    loop {
        let epochs = epochs(daemon).await?;
        if began.elapsed() > PATIENCE || epochs.iter().all(|epoch| epoch.held == "0") {
            return Ok(epochs);
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Waits until the daemon has taken an epoch to one of these stages.
async fn wait(daemon: &crate::sandbox::Daemon, epoch: u64, stages: &[Stage]) -> Result<EpochStatus> {
    let began = Instant::now();
    loop {
        let found = epochs(daemon).await?.into_iter().find(|status| status.epoch.0 == epoch);
        match found {
            Some(status) if stages.contains(&status.status) => return Ok(status),
            found if began.elapsed() > PATIENCE => {
                let stage = found.map(|status| status.status);
                return Err(DemoError::Stuck { epoch, stage, log: daemon.log.clone() });
            }
            _ => tokio::time::sleep(Duration::from_millis(100)).await,
        }
    }
}

/// Everybody with something to claim claims it from their own wallet, but for the first few, whose claims wait for
/// whoever opens the page.
async fn claim(sandbox: &Sandbox, links: &[cast::Linked], leave: usize) -> Result<(Vec<Claim>, Vec<Waiting>)> {
    let (mut claims, mut waiting) = (Vec::new(), Vec::new());
    for linked in links {
        let who = linked.id.to_string();
        let status = sandbox.json(&["status", &who]).await?;
        let claimable = status.get("claimable").and_then(serde_json::Value::as_str);
        let unexpected = || DemoError::Unexpected { step: "guerdon status", answer: status.to_string() };
        let amount: U256 = claimable.and_then(|amount| amount.parse().ok()).ok_or_else(unexpected)?;
        if amount.is_zero() {
            continue;
        }
        if waiting.len() < leave {
            waiting.push(Waiting { login: linked.login.clone(), nth: linked.nth, amount });
            continue;
        }
        let mut command = sandbox.command(&["claim", &who, "--key", "env:WALLET_KEY", "--json"])?;
        command.env("WALLET_KEY", crate::sandbox::secret(wallet(linked.nth))?);
        let done = crate::sandbox::output(command).await?.succeeded("guerdon claim")?.json("guerdon claim")?;
        claims.push(Claim::read(&done, &linked.login)?);
    }
    Ok((claims, waiting))
}

fn names(members: &[&Member]) -> String {
    members.iter().map(|member| member.login.as_str()).collect::<Vec<_>>().join(", ")
}

fn signed(seconds: u64) -> i64 {
    i64::try_from(seconds).unwrap_or(i64::MAX)
}

fn ignore_missing(error: std::io::Error) -> std::io::Result<()> {
    if error.kind() == std::io::ErrorKind::NotFound { Ok(()) } else { Err(error) }
}

fn write_error(options: &Options, source: std::io::Error) -> DemoError {
    DemoError::Write(options.folder.clone(), source)
}
