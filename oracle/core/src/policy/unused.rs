//! Keys that would say one thing and do another: what is valid by itself, but has no effect or
//! contradicts another key.
//!
//! Takes a policy whose keys are each within their range, gives an error that names the key and what
//! to set. A rule that is switched off leaves its other keys at their resting value, so that nobody
//! votes for a number that nothing reads.

use super::rules::LabelRule;
use super::{Milli, Policy, PolicyError, refused};
use crate::model::Kind;
use crate::score::Slice;
use std::collections::BTreeSet;

type Check = Result<(), PolicyError>;

pub(super) fn check(policy: &Policy) -> Check {
    slices(policy)?;
    resting(policy)?;
    labels(&policy.labels)?;
    factors(policy)?;
    people(policy)?;
    brackets(policy)
}

fn slices(policy: &Policy) -> Check {
    let percent: u64 = policy.slices.values().map(|rule| rule.percent).sum();
    if percent == 100 {
        return Ok(());
    }
    let wrong = percent.abs_diff(100);
    let way = if percent > 100 { "take away" } else { "add" };
    Err(refused("slices".to_owned(), format!("the percents add up to {percent}, not 100: {way} {wrong}")))
}

/// A rule that is off, and a key that has no effect then.
struct Rest {
    off: bool,
    because: &'static str,
    key: String,
    value: u64,
    rests_at: u64,
}

fn resting(policy: &Policy) -> Check {
    let mut all = Vec::new();
    let mut rest = |off: bool, because: &'static str, keys: &[(&str, u64, u64)]| {
        all.extend(keys.iter().map(|(key, value, rests_at)| Rest {
            off,
            because,
            key: (*key).to_owned(),
            value: *value,
            rests_at: *rests_at,
        }));
    };
    let percent = |slice: Slice| policy.slices.get(&slice).map_or(0, |rule| rule.percent);
    let points = |kind: Kind| policy.points.get(&kind).copied().unwrap_or(0);
    let (factors, kudos, debts) = (&policy.factors, &policy.kudos, &policy.debts);
    let (reviews, coauthors, mentoring, size) = (&policy.reviews, &policy.coauthors, &policy.mentoring, &policy.size);

    let pulls = ("factors.newcomer_pulls", factors.newcomer_pulls, 0);
    rest(factors.newcomer_pulls == 0, "factors.newcomer_pulls = 0", &[("factors.newcomer", factors.newcomer, 1000)]);
    rest(factors.newcomer == 1000, "factors.newcomer = 1000", &[pulls]);

    let recognition = ("slices.recognition.percent", percent(Slice::Recognition), 0);
    let credits = ("kudos.credits", kudos.credits, 0);
    let ring_length = ("kudos.ring_length", kudos.ring_length, 2);
    let thanks = [
        ("points.kudos", points(Kind::Kudos), 0),
        recognition,
        ("kudos.active_days", kudos.active_days, 1),
        ("kudos.ring", kudos.ring, 1000),
        ring_length,
    ];
    rest(kudos.credits == 0, "kudos.credits = 0", &thanks);
    rest(points(Kind::Kudos) == 0, "points.kudos = 0", &[credits]);
    rest(percent(Slice::Recognition) == 0, "slices.recognition.percent = 0", &[credits]);
    rest(kudos.ring == 1000, "kudos.ring = 1000", &[ring_length]);

    rest(coauthors.weight == 0, "coauthors.weight = 0", &[("coauthors.max", coauthors.max, 0)]);
    rest(coauthors.max == 0, "coauthors.max = 0", &[("coauthors.weight", coauthors.weight, 0)]);

    let kept = ("debts.max_percent", debts.max_percent, 0);
    rest(debts.window_days == 0, "debts.window_days = 0", &[kept, ("debts.epochs", debts.epochs, 1)]);
    rest(debts.max_percent == 0, "debts.max_percent = 0", &[("debts.window_days", debts.window_days, 0)]);

    let (hunk, verdict) = (("reviews.hunk", reviews.hunk, 0), ("reviews.verdict", reviews.verdict, 0));
    let review = ("points.review", points(Kind::Review), 0);
    let (reviewed, mentored) = (
        ("slices.review.percent", percent(Slice::Review), 0),
        ("slices.mentoring.percent", percent(Slice::Mentoring), 0),
    );
    rest(reviews.hunk == 0, "reviews.hunk = 0", &[("reviews.max_hunks", reviews.max_hunks, 0)]);
    rest(reviews.max_hunks == 0, "reviews.max_hunks = 0", &[hunk]);
    let stranger = ("reviews.stranger", reviews.stranger, 0);
    rest(points(Kind::Review) == 0, "points.review = 0", &[reviewed, mentored, verdict, hunk, stranger]);
    rest(reviews.hunk == 0 && reviews.verdict == 0, "neither reviews.verdict nor reviews.hunk", &[review]);
    rest(reviewed.1 == 0 && mentored.1 == 0, "neither slices.review nor slices.mentoring", &[review]);

    let newcomers = ("mentoring.newcomer_pulls", mentoring.newcomer_pulls, 0);
    let mentors = ("mentoring.mentor_pulls", mentoring.mentor_pulls, 0);
    rest(mentored.1 == 0, "slices.mentoring.percent = 0", &[newcomers, mentors]);
    rest(mentoring.newcomer_pulls == 0, "mentoring.newcomer_pulls = 0", &[mentored, mentors]);

    let (issue, answer) = (("points.issue", points(Kind::Issue), 0), ("points.answer", points(Kind::Answer), 0));
    let feedback = ("slices.feedback.percent", percent(Slice::Feedback), 0);
    rest(feedback.1 == 0, "slices.feedback.percent = 0", &[issue, answer]);
    rest(issue.1 == 0 && answer.1 == 0, "points.issue = 0 and points.answer = 0", &[feedback]);

    let with_tests = ("factors.with_tests", factors.with_tests, 1000);
    let (code, fixes) =
        (("slices.code.percent", percent(Slice::Code), 0), ("slices.fixes.percent", percent(Slice::Fixes), 0));
    rest(size.docs == 0, "size.docs = 0", &[("slices.docs.percent", percent(Slice::Docs), 0)]);
    rest(size.tests == 0, "size.tests = 0", &[("slices.tests.percent", percent(Slice::Tests), 0), with_tests]);
    rest(size.source == 0, "size.source = 0", &[with_tests]);
    let enough = ("factors.tests_percent", factors.tests_percent, 1);
    rest(factors.with_tests == 1000, "factors.with_tests = 1000", &[enough]);
    rest(size.source == 0 && size.config == 0, "neither size.source nor size.config", &[code, fixes]);

    let own = [Kind::Review, Kind::Issue, Kind::Answer, Kind::Kudos];
    let no_pulls = policy.points.iter().all(|(kind, points)| own.contains(kind) || *points == 0);
    for (slice, key) in [
        (Slice::Code, "slices.code.percent"),
        (Slice::Fixes, "slices.fixes.percent"),
        (Slice::Tests, "slices.tests.percent"),
        (Slice::Docs, "slices.docs.percent"),
    ] {
        rest(no_pulls, "no points for any kind of pull request", &[(key, percent(slice), 0)]);
    }

    let labels = &policy.labels;
    let names = |kind: Kind| labels.kinds.values().any(|one| *one == kind);
    let confirmed = ("factors.confirmed_issue", factors.confirmed_issue, 1000);
    rest(labels.confirm.is_empty(), "an empty labels.confirm", &[confirmed]);
    // A file's class says feature, test, docs or build; the other kinds only a label gives.
    for (kind, key) in [
        (Kind::Fix, "points.fix"),
        (Kind::Refactor, "points.refactor"),
        (Kind::Perf, "points.perf"),
        (Kind::Security, "points.security"),
        (Kind::Chore, "points.chore"),
    ] {
        rest(!names(kind), "no label of that kind in labels.kinds", &[(key, points(kind), 0)]);
    }
    let no_fix = labels.confirm.is_empty() && !names(Kind::Fix);
    rest(no_fix, "an empty labels.confirm and no fix in labels.kinds", &[fixes]);

    for slice in Slice::ALL {
        let full_at = policy.slices.get(&slice).map_or(1, |rule| rule.full_at);
        let key = format!("slices.{}.full_at", slice.name());
        rest(percent(slice) == 0, "the slice's percent = 0", &[(&key, full_at, 1)]);
    }
    let witness = &policy.witness;
    let answers = ("witness.answers", witness.answers, 1);
    rest(witness.min == 1000 && witness.max == 1000, "witness.min and witness.max = 1000", &[answers]);
    match all.iter().find(|rest| rest.off && rest.value != rest.rests_at) {
        Some(Rest { because, key, value, rests_at, .. }) => {
            let message = format!("{value} has no effect with {because}: set it to {rests_at}, or change that");
            Err(refused(key.clone(), message))
        }
        None => Ok(()),
    }
}

/// What differs by capitals only is one label to GitHub.
fn folded(name: &str) -> String {
    name.to_lowercase()
}

fn labels(labels: &LabelRule) -> Check {
    let mut refusing = BTreeSet::new();
    let kinds: Vec<&String> = labels.kinds.keys().collect();
    let factors: Vec<&String> = labels.factors.keys().collect();
    for (key, names) in [
        ("labels.refuse", labels.refuse.iter().collect()),
        ("labels.confirm", labels.confirm.iter().collect()),
        ("labels.kinds", kinds),
        ("labels.factors", factors),
    ] {
        let mut seen = BTreeSet::new();
        for name in names {
            if !seen.insert(folded(name)) {
                return Err(refused(key.to_owned(), format!("{name:?} stands there twice: delete one")));
            }
            if key == "labels.refuse" {
                refusing.insert(folded(name));
            } else if refusing.contains(&folded(name)) {
                let message = format!("{name:?} has no effect, because labels.refuse has it too: delete one");
                return Err(refused(key.to_owned(), message));
            }
        }
    }
    match labels.factors.iter().find(|(_, factor)| **factor == 1000) {
        Some((name, _)) => {
            Err(refused(format!("labels.factors.{name}"), "1000 has no effect: delete it, or set another factor"))
        }
        None => Ok(()),
    }
}

/// All factors that raise, and all that lower, as one product each.
fn reach(policy: &Policy) -> (Milli, Milli) {
    let factors = &policy.factors;
    let mut each = vec![
        factors.unreviewed,
        factors.with_tests,
        factors.confirmed_issue,
        factors.newcomer,
        policy.witness.min,
        policy.witness.max,
    ];
    each.extend(policy.labels.factors.values());
    // At most 10^3 * 4^3 * 1.5, and 1.25 for each label: many labels saturate, which is out of reach anyway.
    let product = |start: Milli, factor: &Milli| start.saturating_mul(*factor) / 1000;
    let low = each.iter().filter(|factor| **factor < 1000).fold(1000, product);
    let high = each.iter().filter(|factor| **factor > 1000).fold(1000, product);
    (low, high)
}

fn factors(policy: &Policy) -> Check {
    let factors = &policy.factors;
    for (key, value) in [
        ("factors.unreviewed", factors.unreviewed),
        ("factors.with_tests", factors.with_tests),
        ("factors.confirmed_issue", factors.confirmed_issue),
        ("factors.newcomer", factors.newcomer),
        ("witness.min", policy.witness.min),
        ("witness.max", policy.witness.max),
    ] {
        bounded(policy, key, value)?;
    }
    for (name, value) in &policy.labels.factors {
        bounded(policy, &format!("labels.factors.{name}"), *value)?;
    }
    let (low, high) = reach(policy);
    if factors.min < low {
        let message =
            format!("{} has no effect, because all factors make {low} at least: set it to {low}", factors.min);
        return Err(refused("factors.min".to_owned(), message));
    }
    if factors.max > high {
        let message =
            format!("{} has no effect, because all factors make {high} at most: set it to {high}", factors.max);
        return Err(refused("factors.max".to_owned(), message));
    }
    Ok(())
}

fn bounded(policy: &Policy, key: &str, value: Milli) -> Check {
    let (min, max) = (policy.factors.min, policy.factors.max);
    if (min..=max).contains(&value) {
        return Ok(());
    }
    let message = format!("{value} is not within factors.min = {min} and factors.max = {max}: change it or them");
    Err(refused(key.to_owned(), message))
}

fn people(policy: &Policy) -> Check {
    let maintainers = &policy.maintainers;
    once("people.opted_out", &policy.people.opted_out)?;
    once("maintainers.trusted_bots", &maintainers.trusted_bots)?;
    once("maintainers.add", &maintainers.add)?;
    once("maintainers.deny", &maintainers.deny)?;
    match maintainers.add.iter().find(|role| maintainers.deny.contains(role)) {
        Some(role) => {
            let message = format!(
                "account {} of repository {} has no effect, because maintainers.deny has it too: delete one",
                role.id, role.repo
            );
            Err(refused("maintainers.add".to_owned(), message))
        }
        None => Ok(()),
    }
}

fn once<T: Ord + std::fmt::Debug>(key: &str, list: &[T]) -> Check {
    let mut seen = BTreeSet::new();
    match list.iter().find(|one| !seen.insert(*one)) {
        Some(one) => Err(refused(key.to_owned(), format!("{one:?} stands there twice: delete one"))),
        None => Ok(()),
    }
}

fn brackets(policy: &Policy) -> Check {
    let limits = &policy.limits;
    let max_share = limits.max_share * 1000;
    let (mut ends, mut rate, mut paid) = (0, u64::MAX, 0);
    for (at, bracket) in limits.brackets.iter().enumerate() {
        let key = |name: &str| format!("limits.brackets.{at}.{name}");
        if bracket.percent <= ends {
            let message = format!("{} does not ascend from {ends}: the bracket is empty", bracket.percent);
            return Err(refused(key("percent"), message));
        }
        if bracket.rate >= rate {
            let message =
                format!("{} does not descend from {rate}: who earns more would not be paid less", bracket.rate);
            return Err(refused(key("rate"), message));
        }
        if bracket.rate == 0 && at == 0 {
            return Err(refused(key("rate"), "0 pays nobody anything: set it above 0"));
        }
        // Thousandths of a percent of the budget that are paid when the bracket begins.
        if paid >= max_share {
            let share = limits.max_share;
            let message = format!("never begins, because max_share = {share} is reached before: delete the bracket");
            return Err(refused(key("rate"), message));
        }
        paid += (bracket.percent - ends) * bracket.rate;
        (ends, rate) = (bracket.percent, bracket.rate);
    }
    if ends != 100 {
        return Err(refused("limits.brackets".to_owned(), "the last bracket must end at 100 percent"));
    }
    if limits.max_share < 100 && paid <= max_share {
        let message = format!("{} is never reached, because the brackets pay less: set it to 100", limits.max_share);
        return Err(refused("limits.max_share".to_owned(), message));
    }
    Ok(())
}
