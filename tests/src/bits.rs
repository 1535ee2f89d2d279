//! The same bits everywhere: takes a policy and evidence files, sees that a debug build, a release build
//! and a WebAssembly module make the same of them, in whatever order the facts arrived.
//!
//! Builds what it runs, into `target/bits`. Where the target cannot be had it says so on stderr.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "used by tests, which may fail loudly")]

use crate::sandbox::root;
use guerdon_core::evidence::{Evidence, hash};
use guerdon_wasm::Desk;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const WASM: &str = "wasm32-unknown-unknown";
const ORDERS: u64 = 100;

/// Panics where two builds differ.
#[expect(clippy::explicit_write, reason = "past the capture of a passing test's output")]
pub fn same_bits(policy: &Path, evidence: &[PathBuf]) {
    let read = |path: &Path| std::fs::read(path).unwrap();
    let here = here(&read(policy), &evidence.iter().map(|file| read(file)).collect::<Vec<_>>());
    for file in evidence {
        same_in_any_order(&read(file));
    }
    let files = evidence.iter().map(PathBuf::as_path);

    cargo(&["--release", "--package", "guerdon-wasm", "--example", "rebuild"]);
    let mut release = Command::new(built("release/examples/rebuild"));
    assert_eq!(lines(release.arg(policy).args(files.clone())), here, "debug and release builds differ");

    if !has_wasm() {
        writeln!(std::io::stderr(), "SKIPPED: same bits as WebAssembly: `rustup target add {WASM}` fails").unwrap();
        return;
    }
    let mut build = Command::new(root().join("oracle/wasm/build"));
    done(build.arg(built("module")).env("CARGO_TARGET_DIR", built("")));
    let mut node = Command::new("node");
    node.arg(root().join("oracle/wasm/rebuild.mjs")).arg(built("module/guerdon.wasm"));
    assert_eq!(lines(node.arg(policy).args(files)), here, "native builds and WebAssembly differ");
}

/// What this build makes of them: a line for each file, what trying the same policy comes to, and an attack on it.
fn here(policy: &[u8], files: &[Vec<u8>]) -> Vec<String> {
    let mut desk = Desk::default();
    desk.learn(policy);
    let mut lines: Vec<String> = files.iter().map(|file| desk.rebuild(file, &mut |_| {})).collect();
    assert!(lines.iter().all(|json| json.contains("\"entries_hash\"")), "{lines:?}");
    desk.propose(policy);
    let replayed: Vec<String> = files.iter().map(|file| desk.replay(file, &mut |_| {})).collect();
    assert!(replayed.iter().all(|json| json.contains("\"epoch\"")), "{replayed:?}");
    lines.extend([desk.conclude(), desk.attack()]);
    lines
}

/// The same facts and the same state, a hundred times in another order, are the same file.
fn same_in_any_order(bytes: &[u8]) {
    let evidence = Evidence::from_bytes(bytes).unwrap();
    for seed in 0..ORDERS {
        let Evidence { header, mut opening, mut facts } = evidence.clone();
        shuffle(&mut facts, seed);
        shuffle(&mut opening.people, seed);
        shuffle(&mut opening.mergers, seed);
        shuffle(&mut opening.landed, seed);
        shuffle(&mut opening.settled, seed);
        shuffle(&mut opening.thanks, seed);
        let again = Evidence::new(header, opening, facts).unwrap().to_bytes().unwrap();
        assert_eq!(hash(&again), hash(bytes), "order {seed}");
    }
}

fn shuffle<T>(list: &mut [T], seed: u64) {
    let mut state = seed;
    for at in (1..list.len()).rev() {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        list.swap(at, usize::try_from(state >> 33).unwrap() % (at + 1));
    }
}

fn built(file: &str) -> PathBuf {
    root().join("target/bits").join(file)
}

fn cargo(arguments: &[&str]) {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.current_dir(root()).args(["build", "--quiet", "--locked", "--target-dir"]).arg(built("")).args(arguments);
    done(&mut cargo);
}

fn done(command: &mut Command) -> Output {
    let done = command.output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    done
}

fn lines(command: &mut Command) -> Vec<String> {
    String::from_utf8(done(command).stdout).unwrap().lines().map(str::to_owned).collect()
}

/// The target's library is there, or rustup can install it.
fn has_wasm() -> bool {
    let library =
        Command::new("rustc").current_dir(root()).args(["--print", "target-libdir", "--target", WASM]).output();
    let there = |path: String| Path::new(path.trim()).exists();
    library.is_ok_and(|done| String::from_utf8(done.stdout).is_ok_and(there))
        || Command::new("rustup")
            .current_dir(root())
            .args(["target", "add", WASM])
            .output()
            .is_ok_and(|done| done.status.success())
}
