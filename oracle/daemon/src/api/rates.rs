//! How often one address may ask: a bucket each, in memory that does not grow with the number of addresses.
//!
//! Takes an address and a moment; says yes, or how long to wait. It never looks at what is asked.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

const SHARDS: usize = 16;
/// Buckets of one shard. With all of them in use, further addresses share one.
const MOST: usize = 8_192;
/// A full shard is searched for idle buckets as often, at most.
const SWEEP: Duration = Duration::from_secs(1);

/// An IPv4 address, or an IPv6 network of 64 bits: whoever has one address of that has them all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Key {
    Four(u32),
    Six(u64),
    Others,
}

impl Key {
    fn of(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(address) => Self::Four(address.to_bits()),
            IpAddr::V6(address) => Self::Six(u64::try_from(address.to_bits() >> 64).unwrap_or_default()),
        }
    }

    fn shard(self) -> usize {
        let bits = match self {
            Self::Four(bits) => u64::from(bits),
            Self::Six(bits) => bits,
            Self::Others => 0,
        };
        // Fibonacci hashing: neighbouring networks do not share a shard.
        usize::try_from(bits.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 60).unwrap_or_default() % SHARDS
    }
}

#[derive(Debug)]
struct Shard {
    /// When each bucket is full again.
    full_at: HashMap<Key, Instant>,
    swept: Instant,
}

#[derive(Debug)]
pub(super) struct Rates {
    /// Between two requests, for long; none for any number.
    every: Option<Duration>,
    /// How far in the future a bucket may be full.
    burst: Duration,
    shards: Vec<Mutex<Shard>>,
}

impl Rates {
    pub(super) fn new(per_second: u32, burst: u32) -> Self {
        let every = Duration::from_secs(1).checked_div(per_second);
        let shard = || Mutex::new(Shard { full_at: HashMap::new(), swept: Instant::now() });
        Self {
            every,
            burst: every.unwrap_or_default().saturating_mul(burst),
            shards: std::iter::repeat_with(shard).take(SHARDS).collect(),
        }
    }

    /// Takes one request out of an address's bucket, or says when there is one again.
    pub(super) fn take(&self, address: IpAddr, now: Instant) -> Result<(), Duration> {
        let Some(every) = self.every else { return Ok(()) };
        let mut key = Key::of(address);
        let Some(shard) = self.shards.get(key.shard()) else { return Ok(()) };
        let mut shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
        if shard.full_at.len() >= MOST && !shard.full_at.contains_key(&key) {
            if now.saturating_duration_since(shard.swept) >= SWEEP {
                shard.full_at.retain(|_, full_at| *full_at > now);
                shard.swept = now;
            }
            if shard.full_at.len() >= MOST {
                key = Key::Others;
            }
        }
        let full_at = shard.full_at.entry(key).or_insert(now);
        let next = (*full_at).max(now) + every;
        let ahead = next.saturating_duration_since(now);
        if ahead > self.burst {
            return Err(ahead.saturating_sub(self.burst));
        }
        *full_at = next;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{MOST, Rates, SHARDS};
    use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
    use std::time::{Duration, Instant};

    fn four(bits: u32) -> IpAddr {
        Ipv4Addr::from_bits(bits).into()
    }

    /// How many of so many requests at one moment are let through.
    fn through(rates: &Rates, address: IpAddr, now: Instant, requests: usize) -> usize {
        (0..requests).filter(|_| rates.take(address, now).is_ok()).count()
    }

    #[test]
    fn a_burst_goes_through_and_then_the_rate_for_each_address() {
        let (rates, now) = (Rates::new(10, 20), Instant::now());
        assert_eq!(through(&rates, four(1), now, 100), 20);
        assert_eq!(through(&rates, four(2), now, 100), 20, "another address has its own");
        let wait = rates.take(four(1), now).unwrap_err();
        assert_eq!(wait, Duration::from_millis(100));
        assert_eq!(through(&rates, four(1), now + wait, 100), 1);
        assert_eq!(through(&rates, four(1), now + Duration::from_secs(1), 100), 9);
        assert_eq!(through(&rates, four(1), now + Duration::from_secs(60), 100), 20, "never more than a burst");
    }

    #[test]
    fn a_network_of_ipv6_is_one_address_and_a_mapped_ipv4_is_itself() {
        let (rates, now) = (Rates::new(10, 20), Instant::now());
        let of = |host: u128| IpAddr::from(Ipv6Addr::from_bits((0x2001_0db8_u128 << 96) | host));
        assert_eq!((0..100).filter(|host| rates.take(of(*host), now).is_ok()).count(), 20);
        assert_eq!(through(&rates, of(1 << 64), now, 100), 20, "the next network has its own");
        assert_eq!(through(&rates, four(7), now, 12), 12);
        assert_eq!(through(&rates, Ipv4Addr::from_bits(7).to_ipv6_mapped().into(), now, 12), 8);
    }

    #[test]
    fn a_million_addresses_take_no_more_memory_than_the_shards_have() {
        let (rates, now) = (Rates::new(10, 20), Instant::now());
        let through = (0..1_000_000).filter(|bits| rates.take(four(*bits), now).is_ok()).count();
        let kept: usize = rates.shards.iter().map(|shard| shard.lock().unwrap().full_at.len()).sum();
        assert!(kept <= SHARDS * (MOST + 1), "{kept}");
        assert!(through < SHARDS * (MOST + 21), "those without a bucket share one: {through}");
        let later = now + Duration::from_secs(60);
        assert!(rates.take(four(2_000_000), later).is_ok(), "idle buckets make room");
        let kept: usize = rates.shards.iter().map(|shard| shard.lock().unwrap().full_at.len()).sum();
        assert!(kept <= (SHARDS - 1) * (MOST + 1) + 1, "{kept}");
    }

    #[test]
    fn no_rate_is_no_limit() {
        let (rates, now) = (Rates::new(0, 1), Instant::now());
        assert_eq!(through(&rates, four(1), now, 10_000), 10_000);
    }
}
