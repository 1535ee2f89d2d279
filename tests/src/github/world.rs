//! The handle to a world: shared, cheap to clone, changed while servers answer from it.

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard};

use super::access::Access;
use super::archive::{self, ArchiveError, LoadReport};
use super::faults::{Budget, Fault, Request, Traffic};
use super::model::Time;
use super::sample;
use super::state::{State, StateError};
use super::time;
use super::view::Clock;

/// A GitHub world in memory. Clones share it.
#[derive(Debug, Clone)]
pub struct World(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    state: RwLock<State>,
    clock: Mutex<Clock>,
    traffic: Mutex<Traffic>,
    access: Mutex<Access>,
    report: LoadReport,
}

/// A gist that was added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GistRef {
    pub id: String,
    pub url: String,
}

impl World {
    /// A world of that state, seen from its end.
    pub fn new(state: State) -> Self {
        Self::with_report(state, LoadReport::default())
    }

    fn with_report(state: State, report: LoadReport) -> Self {
        Self(Arc::new(Shared {
            state: RwLock::new(state),
            clock: Mutex::new(Clock::END),
            traffic: Mutex::new(Traffic::default()),
            access: Mutex::new(Access::default()),
            report,
        }))
    }

    /// The built-in organisation `meadowlark-sample`; the same world each time.
    pub fn sample() -> Result<Self, StateError> {
        Ok(Self::new(sample::build()?))
    }

    /// A real organisation from a `.tar.zst` file or an unpacked directory; see [`archive`].
    pub fn from_archive(path: &Path) -> Result<Self, ArchiveError> {
        let (state, report) = archive::load(path)?;
        Ok(Self::with_report(state, report))
    }

    /// What the archive held, and what of it could not be used; all zero for other worlds.
    pub fn load_report(&self) -> &LoadReport {
        &self.0.report
    }

    pub fn read(&self) -> RwLockReadGuard<'_, State> {
        self.0.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the world in place: `world.change(|state| state.label(...))`.
    pub fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        change(&mut self.0.state.write().unwrap_or_else(PoisonError::into_inner))
    }

    pub fn clock(&self) -> Clock {
        *self.0.clock.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// From now on the world is seen as it was at that moment.
    pub fn set_clock(&self, at: Time) {
        *self.0.clock.lock().unwrap_or_else(PoisonError::into_inner) = Clock(at);
    }

    /// Everything is visible again.
    pub fn clear_clock(&self) {
        self.set_clock(Clock::END.0);
    }

    /// The moment at which something added now happens: the clock, or the machine's time while everything is visible.
    pub fn now(&self) -> Time {
        match self.clock() {
            Clock::END => time::now(),
            Clock(at) => at,
        }
    }

    /// A public gist of that account with one file.
    pub fn add_gist(&self, login: &str, filename: &str, text: &str) -> Result<GistRef, StateError> {
        self.put_gist(login, true, filename, text)
    }

    /// The same, but not listed for others.
    pub fn add_secret_gist(&self, login: &str, filename: &str, text: &str) -> Result<GistRef, StateError> {
        self.put_gist(login, false, filename, text)
    }

    fn put_gist(&self, login: &str, public: bool, filename: &str, text: &str) -> Result<GistRef, StateError> {
        let at = self.now();
        let id = self.change(|state| state.add_gist(login, at, public, filename, text))?;
        Ok(GistRef { url: format!("https://gist.github.com/{login}/{id}"), id })
    }

    /// Writes that file of a gist anew.
    pub fn edit_gist(&self, id: &str, filename: &str, text: &str) -> Result<(), StateError> {
        let at = self.now();
        self.change(|state| state.edit_gist(id, at, filename, Some(text)))
    }

    pub fn delete_gist(&self, id: &str) -> Result<(), StateError> {
        self.change(|state| state.delete_gist(id))
    }

    pub(super) fn access(&self) -> MutexGuard<'_, Access> {
        self.0.access.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn traffic(&self) -> MutexGuard<'_, Traffic> {
        self.0.traffic.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes the next `n` requests fail.
    pub fn fail_next(&self, n: usize, fault: &Fault) {
        self.fail_next_at(n, "/", fault);
    }

    /// Makes the next `n` requests whose path begins with `prefix` fail.
    pub fn fail_next_at(&self, n: usize, prefix: &str, fault: &Fault) {
        self.traffic().fail_next(n, prefix, fault);
    }

    /// Makes one request fail, counted from the next, which is 0, whatever it asks.
    pub fn fail_at(&self, index: u64, fault: Fault) {
        self.traffic().fail_at(index, fault);
    }

    /// From now on so many of a hundred requests fail, each with one of the faults; chance comes from the seed.
    pub fn fail_at_random(&self, seed: u64, percent: u64, faults: &[Fault]) {
        self.traffic().fail_at_random(seed, percent, faults);
    }

    /// From now on a query that asks for more than `n` elements of a list by a variable (`first: $first`) is answered
    /// 502, as one that takes GitHub too long; a size fixed in the query's text is not held against it.
    pub fn limit_first(&self, n: Option<u64>) {
        self.traffic().limit_first = n;
    }

    /// Every request that came so far.
    pub fn requests(&self) -> Vec<Request> {
        self.traffic().log.clone()
    }

    /// The GraphQL points spent so far, by GitHub's formula.
    pub fn points(&self) -> u64 {
        self.traffic().log.iter().map(|r| r.cost).sum()
    }

    /// Sets the hourly limits (5,000 each by default) and starts the hour anew.
    pub fn set_rate_limit(&self, graphql: u64, rest: u64) {
        let mut traffic = self.traffic();
        traffic.graphql = Budget { limit: graphql, ..Budget::default() };
        traffic.rest = Budget { limit: rest, ..Budget::default() };
    }
}
