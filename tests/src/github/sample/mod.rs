//! The built-in organisation `meadowlark-sample`: invented people and repositories, the same each time.
//!
//! Gives a world of some weeks of history and three epochs of one week each from Monday 2025-01-06 00:00 UTC, with
//! sixty pull requests opened in them: honest work of every kind, newcomers, a bot, reverts, and attempts at gaming.
//! The story is told in `history`, `first`, `second` and `third` as data; `stage` plays it.

mod cast;
mod first;
mod history;
mod second;
mod stage;
mod third;

use super::model::{AccountKind, Time};
use super::state::{State, StateError};

pub use cast::{CAST, Links, Person, Role};

/// The organisation's login.
pub const ORG: &str = "meadowlark-sample";
/// Its repositories: a library, an application, and the documentation.
pub const REPOSITORIES: [(&str, u64); 3] =
    [("prairie", 90_300_011), ("fieldnotes", 90_300_012), ("almanac", 90_300_013)];
/// Monday 2025-01-06 00:00 UTC.
pub const EPOCH_1_START: Time = 1_736_121_600;
pub const EPOCH_SECONDS: Time = 7 * 86_400;
pub const EPOCHS: u32 = 3;
/// When the repositories were made: Monday 2024-09-02 00:00 UTC.
pub const FOUNDED: Time = EPOCH_1_START - 18 * EPOCH_SECONDS;

const ORG_ID: u64 = 90_200_001;
/// Every small accident of the story (minutes, line counts) comes from this.
const SEED: u64 = 0x6d65_6164_6f77;

/// The first second of an epoch, counted from 1; epoch 0 and below are the weeks before.
pub fn epoch_start(epoch: i64) -> Time {
    EPOCH_1_START + (epoch - 1) * EPOCH_SECONDS
}

/// The whole story as a state.
pub fn build() -> Result<State, StateError> {
    let mut state = State::default();
    state.add_reader();
    state.add_account(ORG_ID, ORG, AccountKind::Organization);
    for person in CAST {
        let kind = if person.role == Role::Bot { AccountKind::Bot } else { AccountKind::User };
        state.add_account(person.id, person.login, kind);
    }
    for (name, id) in REPOSITORIES {
        state.add_repository(id, ORG, name, FOUNDED)?;
    }
    let mut stage = stage::Stage::new(&mut state, SEED);
    stage.play(history::SCENES)?;
    stage.play(first::SCENES)?;
    stage.play(second::SCENES)?;
    stage.play(third::SCENES)?;
    Ok(state)
}
