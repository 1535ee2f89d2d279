//! The worked examples of `docs/scoring.md`. Each is computed by the real scorer and asserts what the
//! prose says of it; its figures go into the prose by name, so that they cannot go stale.

mod money;
mod people;
mod work;

use crate::world::{START, WEEK, file, header, opening, policy, pull};
use guerdon_core::evidence::Evidence;
use guerdon_core::model::{ContributorId, Epoch, Fact, Kudos, Pull, State};
use guerdon_core::score::{Outcome, Slice, score};

/// Name and text.
pub type Figures = Vec<(&'static str, String)>;

macro_rules! examples {
    ($($part:ident :: $name:ident),* $(,)?) => {
        /// Every example by the name that the prose calls it.
        pub const EXAMPLES: &[(&str, fn() -> Figures)] = &[$((stringify!($name), $part::$name)),*];

        mod tested {
            $(#[test]
            fn $name() {
                super::$part::$name();
            })*
        }
    };
}

examples!(
    work::size_and_slices,
    work::ten_times_the_lines,
    work::padding,
    work::first_class_wins,
    work::one_change_in_ten_pieces,
    work::pieces_without_a_common_file,
    work::one_change_of_two_accounts,
    work::a_small_change_beside_a_large_one,
    work::typo_after_typo,
    work::a_title_says_nothing,
    work::two_labels_of_kinds,
    work::a_fix_by_its_issue,
    work::a_line_named_a_test,
    work::bounds_of_all_factors,
    work::nobody_else_looked,
    work::first_pull_requests,
    work::label_of_a_new_maintainer,
    work::many_open,
    work::a_witness_that_was_talked_to,
    people::co_authors,
    people::review_after_review,
    people::review_of_the_own_work,
    people::a_mentor,
    people::an_issue_by_label_or_by_change,
    people::an_issue_whose_change_is_elsewhere,
    people::confirmed_twice,
    people::an_accepted_answer,
    people::thanks_of_many,
    people::thanks_in_a_circle,
    people::a_part_taken_out,
    people::no_part_in_anything,
    money::a_quiet_week,
    money::one_repository_of_two,
    money::a_large_share,
    money::waiting_for_a_link,
    money::reverted_at_once,
    money::reverted_later,
    money::put_back,
);

/// Of a file that no other pull request touches.
fn apart(number: u64, author: u64, lines: u64) -> Pull {
    pull(number, author, vec![file(&format!("src/{number}.rs"), lines, 0)])
}

fn revert(number: u64, by: u64, of: u64, deleted: u64) -> Pull {
    Pull { reverts: Some(of), ..pull(number, by, vec![file("src/lib.rs", 0, deleted)]) }
}

/// Milli-points by slice.
fn in_slice(out: &Outcome, id: u64, slice: Slice) -> u64 {
    out.items.iter().filter(|item| item.contributor.0 == id && item.slice == slice).map(|item| item.points).sum()
}

fn from(state: State, facts: Vec<Fact>) -> Outcome {
    score(&Evidence::new(header(), state, facts).unwrap(), &policy()).unwrap()
}

/// A later epoch than 3, with facts that are written as if they were of that one.
fn later(state: &State, epoch: u64, facts: Vec<Fact>) -> Outcome {
    let mut header = header();
    let by = (epoch - header.epoch.0) * WEEK;
    header.epoch = Epoch(epoch);
    for time in [&mut header.starts, &mut header.ends, &mut header.cutoff] {
        *time += by;
    }
    let moved = facts.into_iter().map(|fact| match fact {
        Fact::Pull(pull) => Fact::Pull(Pull { at: pull.at + by, created: pull.created + by, ..pull }),
        other => other,
    });
    score(&Evidence::new(header, state.clone(), moved.collect()).unwrap(), &policy()).unwrap()
}

fn thanks(id: u64, by: u64, to: u64) -> Fact {
    let (by, to) = (ContributorId(by), ContributorId(to));
    Fact::Kudos(Kudos { at: START + id, by, id, number: 7, repo: crate::world::REPO, to })
}

/// Everybody had something accepted lately.
fn active() -> State {
    let mut state = opening();
    for person in &mut state.people {
        (person.first, person.last) = (START - 86_400, START - 86_400);
    }
    state
}

/// Points with as many decimals as they have.
fn points_of(milli: u64) -> String {
    decimal(milli, 3)
}

fn decimal(number: u64, places: u32) -> String {
    let under = 10u64.pow(places);
    let rest = format!("{:0width$}", number % under, width = places as usize);
    let rest = rest.trim_end_matches('0');
    let whole = grouped(number / under);
    if rest.is_empty() { whole } else { format!("{whole}.{rest}") }
}

/// 1234567 as 1,234,567.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// `a / b` to two decimals, rounded down.
fn ratio(a: u64, b: u64) -> String {
    decimal(a * 100 / b, 2)
}
