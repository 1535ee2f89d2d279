//! A year of epochs in minutes: the chain's clock is moved, daemons are killed and calls fail at random, and
//! every epoch has to be paid once and verify.
//!
//! Takes an organisation and a seed. Gives for each epoch what was done to it and what it cost in memory and in
//! the store.

use super::crew::Crew;
use super::luck::Luck;
use super::town::{Plan, Town};
use super::{ChaosError, Result};
use crate::demo::cast::{self, Member};
use crate::github::{Fault, World};
use crate::rpc::{self, Proxy};
use crate::sandbox::{self, DAY, WEEK, binary, output, root};
use alloy::transports::http::reqwest;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

pub struct Options {
    pub plan: Plan,
    pub epochs: u64,
    pub seed: u64,
    /// How many of a hundred calls to the chain and to GitHub fail.
    pub percent: u64,
}

/// One epoch of it.
#[derive(Clone, Copy, Debug)]
pub struct Season {
    pub epoch: u64,
    /// Units; none when it pays nobody.
    pub paid: u64,
    pub entries: usize,
    pub kills: u64,
    pub calls: usize,
    pub call_faults: usize,
    pub requests: usize,
    pub request_faults: u64,
    /// Of the largest daemon, KiB.
    pub memory: u64,
    /// Of all stores together, bytes.
    pub stored: u64,
    pub took: Duration,
}

#[derive(Debug)]
pub struct Report {
    pub seasons: Vec<Season>,
    pub daemons: usize,
    /// Epochs whose evidence `guerdon verify` accepted.
    pub verified: usize,
}

/// What RPCs do wrong.
pub fn rpc_faults() -> Vec<rpc::Fault> {
    vec![
        rpc::Fault::Close,
        rpc::Fault::Lost,
        rpc::Fault::Slow(Duration::from_millis(50)),
        rpc::Fault::TooManyRequests { retry_after: Some(0) },
        rpc::Fault::Status(502),
        rpc::Fault::Html,
        rpc::Fault::Truncated,
        rpc::Fault::Malformed,
        rpc::Fault::Error { code: -32_000, message: "internal error".to_owned() },
    ]
}

/// What GitHub does wrong and an oracle waits out.
pub fn github_faults() -> Vec<Fault> {
    let status = |status| Fault::Status { status, body: "{\"message\": \"Server Error\"}".to_owned() };
    vec![
        Fault::BadGateway,
        Fault::GatewayTimeout,
        Fault::Close,
        Fault::Truncated,
        Fault::Html,
        Fault::Slow(Duration::from_millis(30)),
        Fault::SecondaryRateLimit { retry_after: 0 },
        status(500),
        status(503),
    ]
}

/// A data set's organisation, from a time on.
pub fn plan_of(data: &Path, start: u64, epochs: u64) -> Result<Plan> {
    let world = World::from_archive(data).map_err(|source| ChaosError::Data(data.to_owned(), source))?;
    let (organization, bots, members) = {
        let state = world.read();
        let organization = crate::demo::organization(&state).unwrap_or_default();
        let bots = cast::likely_bots(&state);
        let members = cast::active(&state, start, start + epochs * WEEK, &bots);
        (organization, bots, members)
    };
    Ok(Plan { world, organization, start, bots, members, reorgs: false })
}

/// Runs it, and tells of every epoch when it is over.
pub async fn run(options: Options, mut tell: impl FnMut(&Season)) -> Result<Report> {
    let Options { plan, epochs, seed, percent } = options;
    let mut luck = Luck::new(seed);
    let town = Town::empty(Plan { reorgs: false, ..plan }).await?;
    let relay = Proxy::start(town.sandbox.anvil.url()).await.map_err(ChaosError::Relay)?;
    let configs = town.three(&relay.url())?;
    let mut crew = Crew::of(&town.sandbox, &configs.iter().map(String::as_str).collect::<Vec<_>>());
    link(&town, 0).await?;
    let mut seasons = Vec::new();
    for epoch in 1..=epochs {
        let began = Instant::now();
        // Links are made by people, who look at what became of them.
        town.plan.world.traffic().forget_faults();
        link(&town, epoch).await?;
        relay.fail_at_random(luck.draw(), percent, &rpc_faults());
        town.plan.world.fail_at_random(luck.draw(), percent, &github_faults());
        let before = (relay.calls().len(), town.plan.world.requests().len(), town.plan.world.traffic().struck());
        // The last quarter is left alone by kills, so that memory is seen to grow if it does.
        let mut left = if epoch * 4 > epochs * 3 || luck.strikes(50) { 0 } else { 1 + luck.below(3) };
        let kills = left;
        crew.start(&town.sandbox)?;
        town.pay_with(&mut crew, epoch, async |crew, _| {
            if left > 0 && luck.strikes(15) {
                left -= 1;
                let hands = crew.hands.len() as u64;
                let unlucky = usize::try_from(luck.below(hands)).unwrap_or_default();
                if let Some(hand) = crew.hands.get_mut(unlucky) {
                    hand.kill().await;
                }
            }
            Ok(())
        })
        .await?;
        let calls = relay.calls();
        let struck = town.plan.world.traffic().struck();
        let season = Season {
            epoch,
            kills: kills - left,
            calls: calls.len() - before.0,
            call_faults: calls.iter().skip(before.0).filter(|call| call.spoilt).count(),
            requests: town.plan.world.requests().len() - before.1,
            request_faults: struck - before.2,
            memory: crew.hands.iter().filter_map(super::crew::Hand::memory).max().unwrap_or_default(),
            stored: town.stored()?,
            took: began.elapsed(),
            ..settled(&town, &mut crew, epoch).await?
        };
        tell(&season);
        seasons.push(season);
    }
    relay.heal();
    town.plan.world.traffic().forget_faults();
    crew.revive(&town.sandbox)?;
    let verified = verify(&town, &mut crew, epochs).await?;
    let daemons = crew.hands.len();
    crew.stop().await?;
    Ok(Report { seasons, daemons, verified })
}

/// All epochs so far were paid once; the last one was, or it pays nobody.
async fn settled(town: &Town, crew: &mut Crew, epoch: u64) -> Result<Season> {
    let nothing = Season {
        epoch,
        paid: 0,
        entries: 0,
        kills: 0,
        calls: 0,
        call_faults: 0,
        requests: 0,
        request_faults: 0,
        memory: 0,
        stored: 0,
        took: Duration::ZERO,
    };
    let books = town.books().await?;
    if let Some(paid) = books.iter().find(|paid| paid.epoch == epoch) {
        return Ok(Season { paid: paid.total, entries: paid.entries.len(), ..nothing });
    }
    let said: Vec<_> = crew.hands.iter_mut().filter_map(|hand| hand.outcome(epoch)).collect();
    if said.iter().all(|outcome| outcome == "Empty") {
        return Ok(nothing);
    }
    Err(ChaosError::Wrong { epoch, problem: format!("it was never posted, and the daemons say {said:?}") })
}

/// Those who link in this epoch do so a day before its end; those of epoch 0 before the first.
async fn link(town: &Town, epoch: u64) -> Result<()> {
    let linking: Vec<&Member> = town.plan.members.iter().filter(|member| member.links_in == Some(epoch)).collect();
    if epoch > 0 && !linking.is_empty() {
        town.plan.world.set_clock((town.plan.start + epoch * WEEK - DAY).cast_signed());
        town.reach(town.plan.start + epoch * WEEK - DAY).await?;
    }
    town.link(&linking).await
}

/// As a stranger does it: with the evidence that the API serves, the policy and the chain.
async fn verify(town: &Town, crew: &mut Crew, epochs: u64) -> Result<usize> {
    let folder = town.sandbox.folder.join("evidence");
    std::fs::create_dir_all(&folder).map_err(|source| ChaosError::File(folder.clone(), source))?;
    let mut api = None;
    for _ in 0..600 {
        api = crew.hands.iter_mut().find_map(super::crew::Hand::api);
        if api.is_some() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let api = api.unwrap_or_default();
    let mut command = tokio::process::Command::new(binary("guerdon")?);
    command.args(["verify", "--json", "--rpc-url", town.sandbox.anvil.url(), "--config", "/nonexistent"]);
    command.arg("--deployment").arg(town.sandbox.folder.join("deployment.json"));
    command.arg("--policy").arg(root().join("policy.toml"));
    for epoch in 1..=epochs {
        let wrong = |error: reqwest::Error| ChaosError::Wrong { epoch, problem: error.to_string() };
        let answer = reqwest::get(format!("{api}/v1/epochs/{epoch}/evidence")).await;
        let answer = answer.and_then(reqwest::Response::error_for_status).map_err(wrong)?;
        let path: PathBuf = folder.join(format!("epoch-{epoch}.jsonl"));
        std::fs::write(&path, answer.bytes().await.map_err(wrong)?)
            .map_err(|source| ChaosError::File(path.clone(), source))?;
        command.arg(path);
    }
    let said: sandbox::Output = output(command).await?.succeeded("guerdon verify")?;
    let verdicts = said.json("guerdon verify")?;
    let verdicts = verdicts.as_array().map(Vec::as_slice).unwrap_or_default();
    Ok(verdicts.iter().filter(|verdict| verdict["passed"] == true).count())
}

impl Report {
    /// Units of a size that an epoch adds, in the first and in the second half: the slope of the line that fits best.
    pub fn growth(&self, size: impl Fn(&Season) -> u64) -> (i128, i128) {
        let sizes: Vec<i128> = self.seasons.iter().map(|season| size(season).into()).collect();
        let slope = |part: &[i128]| {
            let (mut of_x, mut of_y, mut squares, mut products) = (0, 0, 0, 0);
            for (x, y) in (0..).zip(part) {
                of_x += x;
                of_y += y;
                squares += x * x;
                products += x * y;
            }
            let count = part.len() as i128;
            (count * products - of_x * of_y).checked_div(count * squares - of_x * of_x).unwrap_or_default()
        };
        let (first, second) = sizes.split_at(sizes.len() / 2);
        (slope(first), slope(second))
    }

    pub fn sum(&self, figure: impl Fn(&Season) -> u64) -> u64 {
        self.seasons.iter().map(figure).sum()
    }
}
