//! Points at which a test may kill the process: before and after everything that leaves a trace outside of
//! it. Without the feature `fault-points`, which only the tests switch on, they are nothing.

/// Says that the process is about to do what is named, or has just done it.
///
/// `GUERDON_FAULT_LOG` names a file that gets a line for each point that is passed. `GUERDON_FAULT_AT`, a
/// number counted from 1, says at which of them the process dies as `kill -9` would have it.
#[cfg(feature = "fault-points")]
pub fn point(name: &'static str) {
    armed::pass(name, "");
}

#[cfg(not(feature = "fault-points"))]
#[inline]
pub fn point(_name: &'static str) {}

/// The same for one place in the code that many go through: what it is about stands behind its name.
#[cfg(feature = "fault-points")]
pub fn point_of(name: &'static str, what: &str) {
    armed::pass(name, what);
}

#[cfg(not(feature = "fault-points"))]
#[inline]
pub fn point_of(_name: &'static str, _what: &str) {}

#[cfg(feature = "fault-points")]
mod armed {
    use std::fs::{File, OpenOptions};
    use std::io::Write as _;
    use std::process::Command;
    use std::sync::{Mutex, OnceLock, PoisonError};

    struct Faults {
        log: Option<File>,
        at: Option<u64>,
        passed: u64,
    }

    fn faults() -> Option<&'static Mutex<Faults>> {
        static FAULTS: OnceLock<Option<Mutex<Faults>>> = OnceLock::new();
        let read = || {
            let log = std::env::var_os("GUERDON_FAULT_LOG");
            let at = std::env::var("GUERDON_FAULT_AT").ok().and_then(|at| at.parse().ok());
            let open = |path| OpenOptions::new().create(true).append(true).open(path).ok();
            (log.is_some() || at.is_some()).then(|| Mutex::new(Faults { log: log.and_then(open), at, passed: 0 }))
        };
        FAULTS.get_or_init(read).as_ref()
    }

    pub(super) fn pass(name: &'static str, what: &str) {
        let Some(faults) = faults() else { return };
        let mut faults = faults.lock().unwrap_or_else(PoisonError::into_inner);
        faults.passed += 1;
        let Faults { log, at, passed } = &mut *faults;
        if let Some(log) = log {
            // A test that counts too few lines fails by itself.
            let line = format!("{passed} {name} {what}");
            drop(writeln!(log, "{}", line.trim_end()));
        }
        if *at == Some(*passed) {
            drop(Command::new("kill").args(["-9", &std::process::id().to_string()]).status());
            // Nobody goes on while the signal is on its way: the lock is held.
            std::process::abort();
        }
    }
}
