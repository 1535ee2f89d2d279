//! `rebuild POLICY EVIDENCE...` prints what follows from each evidence file, a line of JSON each, then what
//! the same policy in its own place comes to, and the first attack on it: the native counterpart of the module.
#![allow(clippy::disallowed_methods, reason = "a tool reads files")]

use guerdon_wasm::Desk;
use std::process::ExitCode;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let Some(policy) = arguments.next() else {
        eprintln!("usage: rebuild POLICY EVIDENCE...");
        return ExitCode::FAILURE;
    };
    match print(&policy, &arguments.collect::<Vec<_>>()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn print(policy: &str, files: &[String]) -> Result<(), String> {
    let read = |path: &str| std::fs::read(path).map_err(|error| format!("{path}: {error}"));
    let mut desk = Desk::default();
    let policy = read(policy)?;
    desk.learn(&policy);
    for file in files {
        println!("{}", desk.rebuild(&read(file)?, &mut |_| {}));
    }
    desk.propose(&policy);
    for file in files {
        desk.replay(&read(file)?, &mut |_| {});
    }
    println!("{}", desk.conclude());
    println!("{}", desk.attack());
    Ok(())
}
