//! Every attack on the default policy, one test each.

use crate::world::policy;
use guerdon_core::attack::{Limit, Measure, Row, attacks, run, table};
use std::collections::BTreeSet;

fn holds(name: &str) {
    let attack = attacks().find(|attack| attack.name == name).unwrap_or_else(|| panic!("no attack is named {name:?}"));
    let row = attack.attempt(&policy()).unwrap();
    assert!(row.holds(), "\n{}", table(&[row]));
}

macro_rules! each {
    ($($test:ident: $name:literal,)*) => {
        const TESTED: &[&str] = &[$($name),*];
        $(#[test]
        fn $test() {
            holds($name);
        })*
    };
}

each! {
    twice_the_honest_work: "twice the honest work",
    twice_the_honest_work_both_in_the_changelog: "twice the honest work, both in the changelog",
    one_change_cut_into_ten_that_share_files: "one change cut into ten that share files",
    a_chain_of_pull_requests: "a chain of pull requests",
    ten_pull_requests_in_files_of_their_own: "ten pull requests in files of their own",
    file_names_that_only_look_the_same: "file names that only look the same",
    many_files_instead_of_one: "many files instead of one",
    twenty_one_line_typo_pull_requests: "twenty one-line typo pull requests",
    small_pull_requests_just_above_the_trivial_bound: "small pull requests just above the trivial bound",
    one_change_over_four_epochs: "one change over four epochs",
    deleted_and_added_again: "deleted and added again",
    an_ordinary_week_beside_its_parts: "an ordinary week beside its parts",
    a_change_padded_tenfold: "a change padded tenfold",
    padded_with_generated_vendored_lock_or_renamed_files: "padded with generated, vendored, lock or renamed files",
    renamed_with_one_changed_line: "renamed with one changed line",
    title_label_and_path_stuffing: "title, label and path stuffing",
    tests_that_test_nothing: "tests that test nothing",
    source_in_a_folder_named_docs_or_tests: "source in a folder named docs or tests",
    source_moved_to_a_slice_where_nothing_happens: "source moved to a slice where nothing happens",
    an_injected_witness: "an injected witness",
    an_injection_that_was_seen: "an injection that was seen",
    unmerged_work: "unmerged work",
    edited_after_the_cutoff: "edited after the cutoff",
    merged_by_its_author: "merged by its author",
    merged_by_its_author_approved_by_a_friend: "merged by its author, approved by a friend",
    labels_by_somebody_who_is_no_maintainer: "labels by somebody who is no maintainer",
    a_maintainers_labels_on_his_own_work: "a maintainer's labels on his own work",
    a_rivals_work_labelled_as_spam: "a rival's work labelled as spam",
    a_rivals_work_reverted_in_name_only: "a rival's work reverted in name only",
    a_rival_in_the_same_files: "a rival in the same files",
    five_rivals_in_the_same_files: "five rivals in the same files",
    bots: "bots",
    a_bots_work_laundered_through_a_co_author: "a bot's work laundered through a co-author",
    a_flood_of_open_pull_requests: "a flood of open pull requests",
    a_maintainer_who_merges_a_friends_junk: "a maintainer who merges a friend's junk",
    junk_in_two_repositories_to_dodge_the_share_of_one: "junk in two repositories, to dodge the share of one",
    two_maintainers_who_merge_each_others_work: "two maintainers who merge each other's work",
    three_accounts_that_approve_each_other: "three accounts that approve each other",
    review_swaps_with_comments_on_every_hunk: "review swaps with comments on every hunk",
    comments_sprinkled_over_every_hunk: "comments sprinkled over every hunk",
    comment_padding_and_link_floods: "comment padding and link floods",
    approvals_of_everything: "approvals of everything",
    a_long_review_of_a_typo: "a long review of a typo",
    mentoring_ones_own_second_accounts: "mentoring one's own second accounts",
    reviews_by_twenty_fresh_accounts: "reviews by twenty fresh accounts",
    reviews_by_accounts_with_a_merged_typo_each: "reviews by accounts with a merged typo each",
    unconfirmed_issues: "unconfirmed issues",
    issues_confirmed_by_oneself_or_a_second_account: "issues confirmed by oneself or a second account",
    issues_closed_by_oneself: "issues closed by oneself",
    issues_closed_through_a_second_account: "issues closed through a second account",
    issues_closed_by_trivial_pull_requests: "issues closed by trivial pull requests",
    a_fix_of_ones_own_invention: "a fix of one's own invention",
    an_issue_paid_twice: "an issue paid twice",
    answers_to_ones_own_questions: "answers to one's own questions",
    answers_to_a_second_account_that_a_maintainer_accepts: "answers to a second account that a maintainer accepts",
    a_kudos_pair: "a kudos pair",
    a_kudos_ring_of_three: "a kudos ring of three",
    a_kudos_ring_of_four: "a kudos ring of four",
    a_kudos_ring_of_five: "a kudos ring of five",
    everybody_of_four_thanks_everybody: "everybody of four thanks everybody",
    a_kudos_ring_over_epochs: "a kudos ring over epochs",
    a_hundred_thanks: "a hundred thanks",
    thanks_by_accounts_without_work: "thanks by accounts without work",
    thanks_to_ones_own_second_account: "thanks to one's own second account",
    five_changes_by_five_accounts: "five changes by five accounts",
    one_change_cut_over_five_accounts: "one change cut over five accounts",
    one_change_cut_over_five_accounts_in_files_of_their_own: "one change cut over five accounts, in files of their own",
    newcomers_thrown_away_after_three: "newcomers thrown away after three",
    twenty_typos_by_twenty_accounts: "twenty typos by twenty accounts",
    a_whale_beside_the_most_that_one_may_get: "a whale beside the most that one may get",
    a_whale_over_five_accounts_beside_the_most_that_one_may_get: "a whale over five accounts, beside the most that one may get",
    a_whale_over_five_accounts_beside_the_whale: "a whale over five accounts, beside the whale",
    a_whale_that_names_four_co_authors: "a whale that names four co-authors",
    padding_with_co_authors: "padding with co-authors",
    laundering_the_work_of_one_who_opted_out: "laundering the work of one who opted out",
    linking_late: "linking late",
    reverted_in_the_same_epoch: "reverted in the same epoch",
    reverted_in_a_later_epoch: "reverted in a later epoch",
    reverted_and_gone: "reverted, and gone",
    reverted_and_landed_again_by_the_author_in_one_epoch: "reverted and landed again by the author, in one epoch",
    reverted_and_landed_again_by_the_author_in_three_epochs: "reverted and landed again by the author, in three epochs",
    anothers_work_landed_again_as_ones_own: "another's work landed again as one's own",
    a_re_land_gives_the_first_author_back_what_the_revert_took: "a re-land gives the first author back what the revert took",
    a_part_reverted: "a part reverted",
}

#[test]
fn every_attack_is_tested_and_named_once() {
    let named: BTreeSet<&str> = attacks().map(|attack| attack.name).collect();
    assert_eq!(named.len(), attacks().count());
    assert_eq!(named, TESTED.iter().copied().collect());
}

#[test]
fn honest_work_is_paid_in_every_comparison_and_the_table_repeats_itself() {
    let rows = run(&policy()).unwrap();
    for row in &rows {
        assert!(row.honest > 0, "{}: the honest side earned nothing, so the comparison says nothing", row.name);
    }
    assert_eq!(rows, run(&policy()).unwrap());
}

#[test]
fn the_page_of_attacks_is_the_table_of_the_default_policy() {
    let page = include_str!("../../../../docs/attacks.md");
    let found = guerdon_core::attack::markdown(&run(&policy()).unwrap());
    assert!(page.contains(&found), "docs/attacks.md is stale: run `make docs`");
}

#[test]
fn a_limit_that_is_exceeded_is_seen() {
    let row = |limit, honest, attacker, flagged| Row {
        name: "made up",
        about: "",
        measure: Measure::Units,
        honest,
        attacker,
        limit,
        flagged,
        must_flag: false,
    };
    assert!(row(Limit::AtMost(1_250), 1_000_000, 1_250_000, false).holds());
    assert!(!row(Limit::AtMost(1_250), 1_000_000, 1_251_000, false).holds());
    assert!(!row(Limit::AtMost(0), 1_000_000, 1, false).holds());
    assert!(row(Limit::AtLeast(1_800), 1_000_000, 1_800_000, false).holds());
    assert!(!row(Limit::AtLeast(1_800), 1_000_000, 1_799_000, false).holds());
    assert!(!Row { must_flag: true, ..row(Limit::Printed, 1, 9, false) }.holds());
    assert!(Row { must_flag: true, ..row(Limit::Printed, 1, 9, true) }.holds());
}

/// The rules are what holds the limits, not the scenarios: without a rule its attack pays.
#[test]
fn without_its_rule_an_attack_exceeds_its_limit() {
    let rules: [(&[(&str, &str)], &str); 10] = [
        (&[("unreviewed = 250", "unreviewed = 900"), ("min = 250", "min = 612")], "merged by its author"),
        (&[("trivial_lines = 3", "trivial_lines = 0")], "twenty one-line typo pull requests"),
        (&[("ring = 200", "ring = 1000"), ("ring_length = 4", "ring_length = 2")], "a kudos ring of three"),
        (&[("ring_length = 4", "ring_length = 3")], "a kudos ring of four"),
        (
            &[
                ("window_days = 28", "window_days = 0"),
                ("\nepochs = 26", "\nepochs = 1"),
                ("max_percent = 50", "max_percent = 0"),
            ],
            "reverted in a later epoch",
        ),
        (&[("rate = 500", "rate = 400")], "a whale over five accounts, beside the whale"),
        (&[("aside_percent = 10", "aside_percent = 0")], "twice the honest work, both in the changelog"),
        (&[("stranger = 500", "stranger = 1000")], "reviews by twenty fresh accounts"),
        (&[("free = 10", "free = 1000")], "a flood of open pull requests"),
        (&[("overlap_percent = 50", "overlap_percent = 100")], "one change cut over five accounts"),
    ];
    for (changes, name) in rules {
        let mut text = crate::world::POLICY.to_owned();
        for (from, to) in changes {
            assert!(text.contains(from), "{from}");
            text = text.replacen(from, to, 1);
        }
        let policy = guerdon_core::policy::Policy::from_toml(&text).unwrap();
        let attack = attacks().find(|attack| attack.name == name).unwrap();
        let row = attack.attempt(&policy).unwrap();
        assert!(!row.holds(), "{changes:?} changes nothing\n{}", table(&[row]));
    }
}
