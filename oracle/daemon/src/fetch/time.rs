//! GitHub's times: takes `2023-03-06T12:00:00Z`, gives UTC seconds. Never reads a clock but in [`now`].

use std::time::{SystemTime, UNIX_EPOCH};

/// UTC seconds of this machine; only for "seen at" and for waiting, never for facts.
pub(super) fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

/// `None` for anything but a UTC time from 1970 on.
pub(super) fn parse(text: &str) -> Option<u64> {
    let (date, clock) = text.strip_suffix('Z').or_else(|| text.strip_suffix("+00:00"))?.split_once('T')?;
    let [year, month, day] = numbers(date, '-')?;
    let [hour, minute, second] = numbers(clock.split_once('.').map_or(clock, |(whole, _)| whole), ':')?;
    if !(1970..=9999).contains(&year) || !(1..=12).contains(&month) || day < 1 || day > days_in(year, month) {
        return None;
    }
    if hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let leap_days = |year: u64| year / 4 - year / 100 + year / 400;
    let years = (year - 1970) * 365 + leap_days(year - 1) - leap_days(1969);
    let days = years + (1..month).map(|month| days_in(year, month)).sum::<u64>() + day - 1;
    Some(days * 86_400 + hour * 3_600 + minute * 60 + second)
}

/// The calendar month, as `2026-11`.
pub(crate) fn month(seconds: u64) -> String {
    format(seconds).chars().take(7).collect()
}

/// The inverse of [`parse`].
pub(super) fn format(seconds: u64) -> String {
    let (mut days, rest) = (seconds / 86_400, seconds % 86_400);
    let mut year = 1970;
    while days >= year_days(year) {
        days -= year_days(year);
        year += 1;
    }
    let mut month = 1;
    while days >= days_in(year, month) {
        days -= days_in(year, month);
        month += 1;
    }
    format!("{year:04}-{month:02}-{:02}T{:02}:{:02}:{:02}Z", days + 1, rest / 3_600, rest / 60 % 60, rest % 60)
}

/// The day of it: `2023-03-06`.
pub(crate) fn date(seconds: u64) -> String {
    let mut text = format(seconds);
    text.truncate(text.find('T').unwrap_or(text.len()));
    text
}

fn numbers(text: &str, separator: char) -> Option<[u64; 3]> {
    let mut parts = text.split(separator).map(|part| part.parse::<u64>().ok());
    let found = [parts.next()??, parts.next()??, parts.next()??];
    parts.next().is_none().then_some(found)
}

fn is_leap(year: u64) -> bool {
    year.is_multiple_of(4) && !year.is_multiple_of(100) || year.is_multiple_of(400)
}

fn year_days(year: u64) -> u64 {
    365 + u64::from(is_leap(year))
}

fn days_in(year: u64, month: u64) -> u64 {
    match month {
        2 => 28 + u64::from(is_leap(year)),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::{date, format, parse};

    #[test]
    fn times_round_trip() {
        for (text, seconds) in [
            ("1970-01-01T00:00:00Z", 0),
            ("2000-02-29T23:59:59Z", 951_868_799),
            ("2023-03-06T00:00:00Z", 1_678_060_800),
            ("2100-03-01T00:00:00Z", 4_107_542_400),
        ] {
            assert_eq!(parse(text), Some(seconds), "{text}");
            assert_eq!(format(seconds), text);
        }
        assert_eq!(date(951_868_799), "2000-02-29");
        assert_eq!(parse("2023-03-06T00:00:00.123Z"), Some(1_678_060_800));
    }

    #[test]
    fn other_texts_are_no_times() {
        for text in ["", "2023-03-06", "2023-13-01T00:00:00Z", "2023-02-29T00:00:00Z", "2023-03-06T00:00:00+02:00"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
