//! `rebuild POLICY EVIDENCE...` prints what follows from each evidence file, a line of JSON each: the
//! native counterpart of the module.
#![allow(clippy::disallowed_methods, reason = "a tool reads files")]

use std::process::ExitCode;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let Some(policy) = arguments.next() else {
        eprintln!("usage: rebuild POLICY EVIDENCE...");
        return ExitCode::FAILURE;
    };
    for evidence in arguments {
        match (std::fs::read(&evidence), std::fs::read(&policy)) {
            (Ok(evidence), Ok(policy)) => println!("{}", guerdon_wasm::rebuild_json(&evidence, &policy)),
            (Err(error), _) => {
                eprintln!("error: {evidence}: {error}");
                return ExitCode::FAILURE;
            }
            (_, Err(error)) => {
                eprintln!("error: {policy}: {error}");
                return ExitCode::FAILURE;
            }
        }
    }
    ExitCode::SUCCESS
}
