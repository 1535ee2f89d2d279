//! What the module exports, for any host that can read and write its memory:
//!
//! 1. `reserve(0, length)` and `reserve(1, length)` give the addresses to write an evidence file and a
//!    policy to;
//! 2. `rebuild()` computes and gives the length of a JSON text;
//! 3. `answer()` gives the text's address.
//!
//! An address holds until the next call. Whatever the bytes are, no call traps.
#![allow(unsafe_code, reason = "an exported name is an unsafe attribute; nothing else here is")]

use std::cell::RefCell;

#[derive(Default)]
struct Memory {
    inputs: [Vec<u8>; 2],
    answer: String,
}

thread_local! {
    static MEMORY: RefCell<Memory> = RefCell::default();
}

/// Null when there is no such input.
#[unsafe(no_mangle)]
pub extern "C" fn reserve(input: usize, length: usize) -> *mut u8 {
    MEMORY.with_borrow_mut(|memory| {
        let Some(bytes) = memory.inputs.get_mut(input) else { return std::ptr::null_mut() };
        *bytes = vec![0; length];
        bytes.as_mut_ptr()
    })
}

#[unsafe(no_mangle)]
pub extern "C" fn rebuild() -> usize {
    MEMORY.with_borrow_mut(|memory| {
        let [evidence, policy] = &memory.inputs;
        memory.answer = crate::rebuild_json(evidence, policy);
        memory.answer.len()
    })
}

#[unsafe(no_mangle)]
pub extern "C" fn answer() -> *const u8 {
    MEMORY.with_borrow(|memory| memory.answer.as_ptr())
}
