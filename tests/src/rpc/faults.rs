//! What shall go wrong with which calls, and the log of them.

use serde_json::Value;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// How a call fails.
#[derive(Clone, Debug)]
pub enum Fault {
    /// The connection ends before an answer, and the chain never hears of the call.
    Close,
    /// The chain does what was asked, but the answer is lost.
    Lost,
    /// The connection stays open and nothing comes.
    Hang,
    /// The true answer, after a while.
    Slow(Duration),
    /// 429, with the seconds to wait or without.
    TooManyRequests { retry_after: Option<u32> },
    /// That status with a page for people.
    Status(u16),
    /// 200 with a page for people.
    Html,
    /// The connection ends in the middle of the true answer.
    Truncated,
    /// Half of the true answer, as if it were all.
    Malformed,
    /// An error as JSON-RPC has them.
    Error { code: i64, message: String },
    /// A transaction is acknowledged and thrown away.
    Swallow,
    /// Another answer than the true one.
    Lie(Lie),
}

/// Changes a true answer, knowing the request.
#[derive(Clone)]
pub struct Lie(Arc<Telling>);

type Telling = dyn Fn(&Value, &mut Value) + Send + Sync;

impl fmt::Debug for Lie {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Lie")
    }
}

impl Lie {
    pub fn new(lie: impl Fn(&Value, &mut Value) + Send + Sync + 'static) -> Self {
        Self(Arc::new(lie))
    }

    /// This result, whatever the true one is.
    pub fn result(result: Value) -> Self {
        Self::new(move |_, answer| {
            if let Some(answer) = answer.as_object_mut() {
                answer.remove("error");
                answer.insert("result".to_owned(), result.clone());
            }
        })
    }

    pub(super) fn tell(&self, request: &Value, answer: &mut Value) {
        (self.0)(request, answer);
    }
}

/// One call that came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// Of a batch, all of them.
    pub method: String,
    pub spoilt: bool,
}

#[derive(Debug)]
struct Order {
    method: Option<String>,
    left: usize,
    fault: Fault,
}

/// Faults by chance, repeatable by their seed.
#[derive(Debug)]
struct Chance {
    state: u64,
    percent: u64,
    faults: Vec<Fault>,
}

impl Chance {
    /// Xorshift: any stream that looks random will do.
    fn next(&mut self) -> u64 {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        self.state >> 11
    }

    fn strike(&mut self) -> Option<Fault> {
        if self.next() % 100 >= self.percent {
            return None;
        }
        let nth = self.next() % u64::try_from(self.faults.len()).unwrap_or(1).max(1);
        self.faults.get(usize::try_from(nth).unwrap_or(0)).cloned()
    }
}

#[derive(Debug, Default)]
pub(super) struct Traffic {
    orders: Vec<Order>,
    chance: Option<Chance>,
    pub(super) lag: u64,
    pub(super) swallow: bool,
    pub(super) calls: Vec<Call>,
}

impl Traffic {
    pub(super) fn order(&mut self, method: Option<&str>, times: usize, fault: &Fault) {
        self.orders.push(Order { method: method.map(str::to_owned), left: times, fault: fault.clone() });
    }

    pub(super) fn at_random(&mut self, seed: u64, percent: u64, faults: &[Fault]) {
        // Zero is the one state that xorshift never leaves.
        self.chance = Some(Chance { state: seed.max(1), percent, faults: faults.to_vec() });
    }

    pub(super) fn heal(&mut self) {
        self.orders.clear();
        self.chance = None;
        self.lag = 0;
        self.swallow = false;
    }

    /// Notes a call, and says what shall go wrong with it.
    pub(super) fn strike(&mut self, methods: &[String]) -> Option<Fault> {
        let fits =
            |order: &&mut Order| order.left > 0 && order.method.as_ref().is_none_or(|method| methods.contains(method));
        let fault = match self.orders.iter_mut().find(fits) {
            Some(order) => {
                order.left -= 1;
                Some(order.fault.clone())
            }
            None => self.chance.as_mut().and_then(Chance::strike),
        };
        self.calls.push(Call { method: methods.join(","), spoilt: fault.is_some() });
        fault
    }
}
