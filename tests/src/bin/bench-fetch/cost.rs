//! A first fetch and a second one right after it: points, requests, bytes and time.

use super::Row;
use super::meter::Meter;
use eyre::{Result, WrapErr, ensure};
use guerdon_tests::github::Request;
use guerdon_tests::sandbox::{Sandbox, output};
use std::time::Instant;

/// Per 1,000 merged pull requests.
const POINTS: f64 = 45.0;
const REST_REQUESTS: f64 = 80.0;

pub async fn measure(sandbox: &Sandbox, name: &str) -> Result<Vec<Row>> {
    let meter = Meter::before(&sandbox.github.base_url()).await?;
    let config = sandbox.folder.join("guerdon.toml");
    let text = std::fs::read_to_string(&config)?;
    ensure!(text.contains(&sandbox.github.base_url()), "the configuration names another GitHub");
    std::fs::write(sandbox.folder.join("metered.toml"), text.replace(&sandbox.github.base_url(), &meter.url()))?;

    let began = Instant::now();
    let first = fetch(sandbox).await?;
    let (seconds, bytes) = (began.elapsed().as_secs_f64(), meter.received());
    let second = fetch(sandbox).await?;

    let merged = f64::from(first.pulls.max(1));
    let per_thousand = |count: u64| as_float(count) * 1_000.0 / merged;
    Ok(vec![
        Row::new(format!("{name}: merged pull requests"), first.pulls),
        Row::new(format!("{name}: objects"), first.objects),
        Row::within(format!("{name}: points per 1,000"), per_thousand(first.points), POINTS, ""),
        Row::new(format!("{name}: GraphQL requests per 1,000"), format!("{:.1}", per_thousand(first.graphql))),
        Row::within(format!("{name}: REST requests per 1,000"), per_thousand(first.rest), REST_REQUESTS, ""),
        Row::new(format!("{name}: MB per 1,000"), format!("{:.2}", per_thousand(bytes) / 1e6)),
        Row::new(format!("{name}: objects a second"), format!("{:.0}", as_float(first.objects) / seconds)),
        Row::new(format!("{name}: requests of a second fetch"), second.graphql + second.rest),
        Row::new(format!("{name}: repositories"), first.repositories),
    ])
}

fn as_float(count: u64) -> f64 {
    count as f64
}

struct Fetched {
    pulls: u32,
    /// Everything that was new or changed.
    objects: u64,
    repositories: usize,
    points: u64,
    graphql: u64,
    rest: u64,
}

async fn fetch(sandbox: &Sandbox) -> Result<Fetched> {
    let before = sandbox.github.requests().len();
    let mut command = sandbox.command_with("metered.toml", &["fetch", "--json"])?;
    command.env_remove("DATABASE_URL");
    let said = output(command).await?.succeeded("guerdon fetch")?.json("guerdon fetch")?;
    let asked: Vec<Request> = sandbox.github.requests().into_iter().skip(before).collect();
    let graphql = asked.iter().filter(|request| request.path.contains("graphql"));
    let repositories = said.get("repositories").and_then(|list| list.as_array()).cloned().unwrap_or_default();
    let fresh = |kind: &str| {
        let of = |row: &serde_json::Value| {
            let count = |word: &str| row.pointer(&format!("/{kind}/{word}")).and_then(serde_json::Value::as_u64);
            count("new").unwrap_or(0) + count("changed").unwrap_or(0)
        };
        repositories.iter().map(of).sum::<u64>()
    };
    Ok(Fetched {
        pulls: fresh("pulls").try_into().wrap_err("too many pull requests")?,
        objects: ["pulls", "issues", "comments", "discussions", "unmerged"].into_iter().map(fresh).sum(),
        repositories: repositories.len(),
        points: asked.iter().map(|request| request.cost).sum(),
        graphql: graphql.clone().count().try_into()?,
        rest: (asked.len() - graphql.count()).try_into()?,
    })
}
