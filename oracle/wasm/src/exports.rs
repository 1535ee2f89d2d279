//! What the module exports, for any host that can read and write its memory, and the one thing that it
//! imports: `guerdon.progress(done, of)`, bytes of an evidence file that are read.
//!
//! 1. `reserve(input, length)` gives the address to write an input to, or 0 when there is no room: 0 is an evidence
//!    file, 1 a policy. `extend(input, length)` gives room after what is there, for files that come in pieces.
//! 2. `learn()`, `rebuild()`, `precede()`, `propose()`, `replay()`, `conclude()`, `attack()` and `sha256()` (of input 0)
//!    compute, and give the length of a JSON text; [`Desk`] says what.
//! 3. `answer()` gives the text's address.
//!
//! An address holds until the next call. Whatever the bytes are, no call traps.
#![allow(unsafe_code, reason = "names that a module exports and imports are unsafe; nothing else here is")]

use crate::Desk;
use std::cell::RefCell;

#[derive(Default)]
struct Memory {
    inputs: [Vec<u8>; 2],
    desk: Desk,
    answer: String,
}

thread_local! {
    static MEMORY: RefCell<Memory> = RefCell::default();
}

#[link(wasm_import_module = "guerdon")]
unsafe extern "C" {
    safe fn progress(done: usize, of: usize);
}

/// Null when there is no such input, or no room.
#[unsafe(no_mangle)]
pub extern "C" fn reserve(input: usize, length: usize) -> *mut u8 {
    MEMORY.with_borrow_mut(|memory| {
        let Some(bytes) = memory.inputs.get_mut(input) else { return std::ptr::null_mut() };
        *bytes = Vec::new();
        if bytes.try_reserve_exact(length).is_err() {
            return std::ptr::null_mut();
        }
        bytes.resize(length, 0);
        bytes.as_mut_ptr()
    })
}

/// Null when there is no such input, or no room: then what was there stays.
#[unsafe(no_mangle)]
pub extern "C" fn extend(input: usize, length: usize) -> *mut u8 {
    MEMORY.with_borrow_mut(|memory| {
        let Some(bytes) = memory.inputs.get_mut(input) else { return std::ptr::null_mut() };
        if bytes.try_reserve(length).is_err() {
            return std::ptr::null_mut();
        }
        let before = bytes.len();
        bytes.resize(before.saturating_add(length), 0);
        bytes.get_mut(before..).map_or(std::ptr::null_mut(), <[u8]>::as_mut_ptr)
    })
}

fn answered(make: impl FnOnce(&mut Desk, &[Vec<u8>; 2]) -> String) -> usize {
    MEMORY.with_borrow_mut(|memory| {
        memory.answer = make(&mut memory.desk, &memory.inputs);
        memory.answer.len()
    })
}

#[unsafe(no_mangle)]
pub extern "C" fn sha256() -> usize {
    answered(|_, [bytes, _]| Desk::sha256(bytes))
}

#[unsafe(no_mangle)]
pub extern "C" fn learn() -> usize {
    answered(|desk, [_, policy]| desk.learn(policy))
}

#[unsafe(no_mangle)]
pub extern "C" fn rebuild() -> usize {
    answered(|desk, [evidence, _]| desk.rebuild(evidence, &mut |done| progress(done, evidence.len())))
}

#[unsafe(no_mangle)]
pub extern "C" fn precede() -> usize {
    answered(|desk, [evidence, _]| desk.precede(evidence, &mut |done| progress(done, evidence.len())))
}

#[unsafe(no_mangle)]
pub extern "C" fn propose() -> usize {
    answered(|desk, [_, policy]| desk.propose(policy))
}

#[unsafe(no_mangle)]
pub extern "C" fn replay() -> usize {
    answered(|desk, [evidence, _]| desk.replay(evidence, &mut |done| progress(done, evidence.len())))
}

#[unsafe(no_mangle)]
pub extern "C" fn conclude() -> usize {
    answered(|desk, _| desk.conclude())
}

#[unsafe(no_mangle)]
pub extern "C" fn attack() -> usize {
    answered(|desk, _| desk.attack())
}

#[unsafe(no_mangle)]
pub extern "C" fn answer() -> *const u8 {
    MEMORY.with_borrow(|memory| memory.answer.as_ptr())
}
