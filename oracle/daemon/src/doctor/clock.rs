//! How far this machine's clock is from GitHub's and from the chain's.

use super::Finding;
use std::time::{SystemTime, UNIX_EPOCH};

/// UTC seconds here, how far GitHub is ahead of that, and at the chain's latest block.
#[derive(Default)]
pub(super) struct Clocks {
    local: u64,
    pub(super) github_ahead: Option<i64>,
    pub(super) chain: Option<u64>,
    pub(super) is_local_chain: bool,
}

/// Tokens of an App, requests between oracles and rate limits bear this; cutoffs are by the chain's clock alone.
const SKEW: u64 = 60;
/// A chain that stands still for longer is told; one ahead of us by more than [`SKEW`] is.
const STALE_BLOCK: u64 = 900;

/// UTC seconds of this machine.
pub(super) fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

impl Clocks {
    pub(super) fn here() -> Self {
        Self { local: now(), ..Self::default() }
    }

    pub(super) fn compare(&self) -> Finding {
        let (mut said, mut wrong) = (Vec::new(), false);
        if let Some(ahead) = self.github_ahead {
            wrong |= ahead.unsigned_abs() > SKEW;
            said.push(format!("GitHub is {}", apart(ahead)));
        }
        if let Some(chain) = self.chain {
            let ahead = i64::try_from(chain).unwrap_or(i64::MAX) - i64::try_from(self.local).unwrap_or(i64::MAX);
            // A local chain's clock is set by whoever tests with it.
            wrong |= !self.is_local_chain && (ahead > SKEW.cast_signed() || ahead < -STALE_BLOCK.cast_signed());
            said.push(format!("the chain's latest block is {}", apart(ahead)));
        }
        match (said.join(", "), wrong) {
            (said, _) if said.is_empty() => Finding::ok("clock", "nobody to compare with"),
            (said, true) => Finding::failed(
                "clock",
                said,
                "set this machine's clock (NTP); if it is right, look why the chain or the RPC stands still",
            ),
            (said, false) => Finding::ok("clock", said),
        }
    }
}

fn apart(ahead: i64) -> String {
    match ahead {
        0 => "at our second".to_owned(),
        1.. => format!("{ahead} s ahead of us"),
        _ => format!("{} s behind us", ahead.unsigned_abs()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::State;
    use super::*;

    fn compare(github: i64, chain: u64, is_local_chain: bool) -> (State, String) {
        let clocks = Clocks { local: 10_000, github_ahead: Some(github), chain: Some(chain), is_local_chain };
        let found = clocks.compare();
        (found.state, found.detail)
    }

    #[test]
    fn clocks_that_differ_are_told() {
        let together = "GitHub is 2 s behind us, the chain's latest block is at our second".to_owned();
        assert_eq!(compare(-2, 10_000, false), (State::Ok, together));
        let (state, said) = compare(61, 10_000, false);
        assert!(state == State::Failed && said.contains("GitHub is 61 s ahead of us"), "{said}");
        assert_eq!(compare(-61, 10_000, false).0, State::Failed);
        assert_eq!(compare(0, 10_061, false).0, State::Failed);
        assert_eq!((compare(0, 9_099, false).0, compare(0, 9_100, false).0), (State::Failed, State::Ok));
        assert_eq!(compare(0, 900_000, true).0, State::Ok, "a local chain has its own time");
        assert_eq!(Clocks::default().compare().state, State::Ok);
    }
}
