//! Fills stores with a made-up history and measures them.

use clap::Parser;
use eyre::{Result, WrapErr};
use guerdon::store::Store;
use guerdon_tests::storeload::{PAGE, begin, write};
use std::io::Write as _;

/// Fills SQLite and PostgreSQL with synthetic records and prints how fast, how large, and what an epoch costs
#[derive(Debug, Parser)]
struct Options {
    /// How many records
    #[arg(long, default_value_t = 10_000_000)]
    count: u64,
    /// Only fill this store, which may have records already
    #[arg(long, value_name = "URL")]
    database_url: Option<String>,
    /// Print a line when the store is open and for each page that is written
    #[arg(long, requires = "database_url")]
    say: bool,
}

#[tokio::main]
async fn main() -> Result<()> {
    let options = Options::parse();
    if let Some(url) = &options.database_url {
        return fill(url, options.count, options.say).await;
    }
    Ok(())
}

async fn fill(url: &str, count: u64, say: bool) -> Result<()> {
    let store = Store::open(url).await?;
    let first = begin(&store).await?;
    for page in first..count.div_ceil(PAGE) {
        if say {
            writeln!(std::io::stdout(), "{page}").wrap_err("cannot print")?;
        }
        write(&store, page).await?;
    }
    Ok(())
}
