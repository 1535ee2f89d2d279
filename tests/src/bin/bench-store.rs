//! Fills stores with a made-up history and measures them. The table goes to stdout, all else to stderr.

use clap::Parser;
use eyre::{OptionExt as _, Result, WrapErr};
use guerdon::fetch::{Window, facts, load};
use guerdon::store::{DatabaseKind, LATEST, Store};
use guerdon_core::evidence::{Evidence, FETCH, Header, SCHEMA, Terms};
use guerdon_core::model::{Epoch, RepositoryId, State};
use guerdon_tests::postgres::Postgres;
use guerdon_tests::storeload::{BEGINS, PAGE, PAGES_A_WEEK, RECORDS_A_WEEK, REPOSITORY, WEEK, begin, write};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Fills SQLite and PostgreSQL with synthetic records and prints how fast, how large, and what an epoch costs
#[derive(Debug, Parser)]
struct Options {
    /// How many records
    #[arg(long, default_value_t = 10_000_000)]
    count: u64,
    /// Only one kind of database
    #[arg(long, value_name = "KIND", value_parser = ["sqlite", "postgresql"])]
    only: Option<String>,
    /// Where the SQLite file is made; removed afterwards
    #[arg(long, value_name = "DIR", default_value = "target")]
    folder: PathBuf,
    /// Only fill this store, which may have records already
    #[arg(long, value_name = "URL")]
    database_url: Option<String>,
    /// Print a line when the store is open and for each page that is written
    #[arg(long, requires = "database_url")]
    say: bool,
}

/// PostgreSQL as an operator would run it: its defaults, which are safe, and some memory.
const SETTINGS: [&str; 3] = ["shared_buffers=512MB", "max_wal_size=4GB", "checkpoint_timeout=15min"];

#[tokio::main]
async fn main() -> Result<()> {
    let options = Options::parse();
    if let Some(url) = &options.database_url {
        let store = Store::open(url).await?;
        return fill(&store, options.count, options.say).await;
    }
    let wanted = |kind: &str| options.only.as_deref().is_none_or(|only| only == kind);
    println!("| database | records | records/s | bytes/record | weeks | facts of a week | cut now | cut halfway |");
    println!("|---|---:|---:|---:|---:|---:|---:|---:|");
    if wanted("sqlite") {
        std::fs::create_dir_all(&options.folder).wrap_err("cannot make the folder")?;
        let folder = tempfile::tempdir_in(&options.folder).wrap_err("cannot make a folder")?;
        let path = folder.path().join("store.db");
        let size = || files(folder.path());
        measure(&format!("sqlite:{}", path.display()), DatabaseKind::SQLite, options.count, &size).await?;
    }
    if wanted("postgresql") {
        let server = Postgres::with(&SETTINGS)?;
        let url = server.database()?;
        let size = || Ok(server.size(&url)?);
        measure(&url, DatabaseKind::PostgreSQL, options.count, &size).await?;
    }
    Ok(())
}

async fn fill(store: &Store, count: u64, say: bool) -> Result<()> {
    let first = begin(store).await?;
    for page in first..count.div_ceil(PAGE) {
        if say {
            writeln!(std::io::stdout(), "{page}").wrap_err("cannot print")?;
        }
        write(store, page).await?;
    }
    Ok(())
}

/// Fills one store step by step, and at each step measures it.
async fn measure(url: &str, kind: DatabaseKind, count: u64, size: &dyn Fn() -> Result<u64>) -> Result<()> {
    let store = Store::open(url).await?;
    let about = store.about().await?;
    let mut steps: Vec<u64> = [100_000, 1_000_000, 10_000_000].into_iter().filter(|step| *step < count).collect();
    steps.push(count.max(2 * RECORDS_A_WEEK));
    let mut before = 0;
    for step in steps {
        eprintln!("{kind} {}: {before} to {step} records", about.version);
        let began = Instant::now();
        fill(&store, step, false).await?;
        let rate = rate(step - before, began.elapsed());
        let weeks = step / RECORDS_A_WEEK;
        let (now, facts) = cut(&store, weeks - 1).await?;
        let (halfway, _) = cut(&store, weeks / 2).await?;
        println!(
            "| {kind} {} | {step} | {rate} | {} | {weeks} | {facts} | {} | {} |",
            about.version.split(' ').next().unwrap_or_default(),
            size()? / step,
            shown(now),
            shown(halfway)
        );
        before = step;
    }
    store.close().await;
    Ok(())
}

fn rate(records: u64, time: Duration) -> u128 {
    u128::from(records) * 1_000 / time.as_millis().max(1)
}

fn shown(time: Duration) -> String {
    format!("{} ms", time.as_millis())
}

/// Cuts the evidence of one week and gives the median time of five, and how many facts it has.
async fn cut(store: &Store, week: u64) -> Result<(Duration, usize)> {
    let mut times = Vec::new();
    let mut found = 0;
    for _ in 0..5 {
        let began = Instant::now();
        found = evidence(store, week).await?;
        times.push(began.elapsed());
    }
    times.sort();
    Ok((*times.get(times.len() / 2).ok_or_eyre("nothing was measured")?, found))
}

async fn evidence(store: &Store, week: u64) -> Result<usize> {
    let repositories = vec![RepositoryId(REPOSITORY)];
    let starts = BEGINS + week * WEEK;
    let window = Window { starts, ends: starts + WEEK, cutoff: starts + WEEK + 3 * 86_400 };
    let records = load(store, &repositories, window, LATEST).await?;
    let facts = facts(&records, window);
    let found = facts.len();
    let header = Header {
        block: 1,
        carried: Vec::new(),
        chain: 31_337,
        cutoff: window.cutoff,
        distributor: Default::default(),
        ends: window.ends,
        epoch: Epoch(week + 1),
        fetch: FETCH,
        previous: Default::default(),
        repositories,
        round: 1,
        schema: SCHEMA,
        starts,
        terms: Terms { budget: 1, cap: 1, policy: Default::default() },
        unit: "1".to_owned(),
    };
    let bytes = Evidence::new(header, State::default(), facts)?.to_bytes()?;
    eyre::ensure!(!bytes.is_empty() && found as u64 > PAGES_A_WEEK, "week {week} has {found} facts");
    Ok(found)
}

/// Bytes of all files in a folder.
fn files(folder: &Path) -> Result<u64> {
    let mut bytes = 0;
    for entry in std::fs::read_dir(folder).wrap_err("cannot read the folder")? {
        bytes += entry?.metadata()?.len();
    }
    Ok(bytes)
}
