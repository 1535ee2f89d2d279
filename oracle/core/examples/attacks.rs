//! Prints what every known attack earns under a policy, beside honest work.
//!
//! `attacks [POLICY]` prints the table and ends with 1 when a limit is exceeded; `attacks --markdown
//! [POLICY]` prints it for docs/attacks.md.
#![allow(clippy::disallowed_types, clippy::disallowed_methods, reason = "a tool beside the crate reads its policy")]

use guerdon_core::attack::{Row, run};
use guerdon_core::policy::Policy;
use std::error::Error;
use std::process::ExitCode;

const DEFAULT: &str = include_str!("../../../policy.toml");

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    let markdown = arguments.first().is_some_and(|first| first == "--markdown");
    if markdown {
        arguments.remove(0);
    }
    let text = match arguments.as_slice() {
        [] => DEFAULT.to_owned(),
        [path] => std::fs::read_to_string(path).map_err(|error| format!("{path}: {error}"))?,
        _ => return Err("usage: attacks [--markdown] [POLICY]".into()),
    };
    let rows = run(&Policy::from_toml(&text)?)?;
    if markdown {
        print!("{}", guerdon_core::attack::markdown(&rows));
        return Ok(ExitCode::SUCCESS);
    }
    print!("{}", guerdon_core::attack::table(&rows));
    let broken: Vec<&Row> = rows.iter().filter(|row| !row.holds()).collect();
    for row in &broken {
        eprintln!("a limit is exceeded: {}", row.name);
    }
    Ok(if broken.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
