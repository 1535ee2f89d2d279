//! The rules of a policy, section by section. What stands above a key here is what
//! `docs/scoring.md` says about it; `ranges.rs` says what it may be.

use super::Milli;
use crate::model::{ContributorId, Kind, RepositoryId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A named share of an epoch's budget. Slices cannot be farmed with each other's work: a flood of
/// documentation takes nothing from those who fixed bugs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SliceRule {
    /// Percent of the epoch's budget. All slices together are 100, so that a vote for more of one is
    /// seen to be a vote for less of another.
    pub percent: u64,
    /// Points at which the slice is spent in full. With fewer, a point pays slice / full_at and the
    /// rest stays in the Treasury. Without this ceiling price the only typo of a quiet week would
    /// get a whole slice.
    pub full_at: u64,
}

/// How changed lines become a size between 0 and 1: `r / (r + half)` with
/// `r = isqrt(thousandths of weighted lines)`. The root and the saturation make padding a poor
/// trade, and integers make it the same everywhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SizeRule {
    /// The root `r` at which the size is one half: 447 is that of 200 weighted lines. Lower favours
    /// small changes, higher favours large ones.
    pub half: u64,
    /// Thousandths of a line that a changed line of source counts.
    pub source: Milli,
    /// Thousandths of a line that a changed line of a test counts.
    pub tests: Milli,
    /// Thousandths of a line that a changed line of documentation counts.
    pub docs: Milli,
    /// Thousandths of a line that a changed line of configuration counts: few people write it line by
    /// line, and tools write much of it.
    pub config: Milli,
    /// Thousandths that a deleted line counts beside an added one. Removing code is work, but a
    /// folder is removed with one command.
    pub deletion: Milli,
    /// Weighted lines under which a pull request is trivial: an author's n-th trivial one in an epoch
    /// counts 3^-(n-1). 0 switches this off. Saturation is kind to small changes, and this is what keeps
    /// typos one by one from being a living.
    pub trivial_lines: u64,
}

/// File classes by path pattern: `*` within a folder, `**` over folders, `?`, `[a-z]`, `{a,b}`. The
/// lists are tried in the order below, and what none of them matches is source. `.gitattributes` at the
/// merge can only add generated files.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PathRule {
    /// Generated, vendored, locked, minified, recorded, translated by a service, or binary: weight 0,
    /// because nobody wrote these lines here.
    pub generated: Vec<String>,
    /// Tests, with what they read. A test below a folder of documentation is a test.
    pub tests: Vec<String>,
    /// Configuration and build files.
    pub config: Vec<String>,
    /// Documentation. What a programming language's extension marks as source stays source below a
    /// folder of documentation: a folder's name moves no lines into another slice.
    pub docs: Vec<String>,
}

/// What multiplies a pull request's points, in thousandths. The product stays within `min` and `max`,
/// so that no pile of advantages pays more than a vote allowed. No factor reads what the author alone controls.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FactorRule {
    /// The least that all factors together make of a pull request's points.
    pub min: Milli,
    /// The most that all factors together make of a pull request's points.
    pub max: Milli,
    /// Neither merged by another account nor approved by a maintainer other than the author: nobody
    /// but the author says that the work is good.
    pub unreviewed: Milli,
    /// Source and tests in the same pull request: tests that come later mostly do not come. Whole when the
    /// tests weigh `tests_percent` of the source or more; with fewer tests their part of it.
    pub with_tests: Milli,
    /// Percent of the source's weight: one line in a file named as a test gives next to nothing.
    pub tests_percent: u64,
    /// Closes an issue that a maintainer had confirmed before the merge: somebody wanted this.
    pub confirmed_issue: Milli,
    /// The first accepted pull requests of a person cost the most and decide whether there is a
    /// second. A new account gets it too, so it must stay less than what a new account costs.
    pub newcomer: Milli,
    /// How many of a person's first accepted pull requests the factor `newcomer` is for.
    pub newcomer_pulls: u64,
}

/// What labels do. They count only when a maintainer who is not the author set them, or a trusted
/// bot; capitals make no difference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LabelRule {
    /// Labels that confirm an issue.
    pub confirm: Vec<String>,
    /// Labels that take a contribution out, whoever made it and whatever else is on it.
    pub refuse: Vec<String>,
    /// Label to kind of a pull request. Without one the files say what it is; a title never does.
    pub kinds: BTreeMap<String, Kind>,
    /// Label to factor of a pull request, thousandths. The bounds are narrow, because a label is one
    /// maintainer's opinion.
    pub factors: BTreeMap<String, Milli>,
}

/// How a pull request's points are divided between its author and its co-authors. The sum stays what
/// the author alone would have had, so naming somebody costs nobody else anything.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CoauthorRule {
    /// What each co-author counts beside the author's 1000. 0 leaves everything with the author.
    pub weight: Milli,
    /// Thousandths of the points that all co-authors together get at most: a long list of names must
    /// not take the work from who did it.
    pub max: Milli,
}

/// What happens when work that was paid is reverted. Nothing is taken from an account: what is owed
/// is kept back from what is earned later.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DebtRule {
    /// Days after its merge within which a pull request's revert makes a debt. Later it says more
    /// about a change of plans than about the work. 0 makes no debts.
    pub window_days: u64,
    /// Epochs for which a debt is remembered, so that an old mistake ends some day.
    pub epochs: u64,
    /// Percent of what a person earns in an epoch that is kept back for debts at most: who owes still
    /// gains by working.
    pub max_percent: u64,
}

/// Thanks: `/kudos @login reason`. Quadratic, so that the thanks of many count more than many thanks of one: what
/// one giver has for one receiver counts as its square root.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KudosRule {
    /// Thanks of one giver that count in an epoch, the first ones. 0 switches thanks off.
    pub credits: u64,
    /// Days before the thanks in which giver and receiver must have had a contribution accepted: an
    /// account made for thanking is worth nothing. Also how long thanks are remembered to find rings.
    pub active_days: u64,
    /// Thousandths that thanks within a ring count: between people who thanked each other, or in a
    /// circle. Not 0, for colleagues do thank each other; low, for a ring costs nothing.
    pub ring: Milli,
    /// People in the longest circle that is looked for. Each step more finds rarer rings and more
    /// honest chains.
    pub ring_length: u64,
}

/// Mentoring: a review with at least one commented hunk of a newcomer's pull request counts once more, in a slice of its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MentoringRule {
    /// Accepted pull requests below which an author is a newcomer. 0 switches mentoring off.
    pub newcomer_pulls: u64,
    /// Accepted pull requests that a mentor has at least, so that two new accounts cannot mentor each
    /// other; maintainers need none.
    pub mentor_pulls: u64,
}

/// What many open pull requests do to the merged ones of the same author.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpenRule {
    /// Other pull requests that may be open at the merge; with more, one weighs what may be open divided by
    /// what is: a flood costs the one who floods, smoothly, and nobody who works on a few things at once.
    pub free: u64,
    /// Accepted pull requests of the author before, for each so many of which one more may be open: who
    /// finishes things is not flooding.
    pub accepted_each: u64,
}

/// People, whatever they do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PeopleRule {
    /// Account ids that want no part: they are in no line item, no state, no list and no batch.
    pub opted_out: Vec<ContributorId>,
}

/// Bounds of what a language model's recorded answer does to a pull request, in thousandths. 1000 and
/// 1000 switch it off.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WitnessRule {
    /// With fewer answers that can be used, the witness is neutral: samples where one oracle asks a model,
    /// oracles where several do.
    pub answers: u64,
    /// The least that an answer makes of a pull request's points.
    pub min: Milli,
    /// The most that an answer makes of a pull request's points: what a successful deception is worth.
    pub max: Milli,
}

/// When pull requests of several authors are one unit of work, sized together. Of one author, one
/// shared file is enough, unless it counts nothing or is a page or setting beside the change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WorkRule {
    /// Files that both change, in percent of those that either changes: accounts that cut one change
    /// among them touch the same files, people who work beside each other share few.
    pub overlap_percent: u64,
    /// And that many of them at least: two strangers in one file prove nothing.
    pub overlap_files: u64,
    /// A page or setting with less than this percent of a pull request's changed lines ties it to no other:
    /// every change touches the changelog and the build, and two changes that both do are two.
    pub aside_percent: u64,
}

/// What a review counts: its substance times the size of what was reviewed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReviewRule {
    /// Thousandths of a review for an approval or a request for changes. A verdict is one click.
    pub verdict: Milli,
    /// Thousandths of a review for each distinct hunk that was commented on: many comments on one
    /// line are one hunk.
    pub hunk: Milli,
    /// Hunks that count at most, so that no comment is written for the count.
    pub max_hunks: u64,
    /// Thousandths that the first review of a pull request counts by somebody who never had one accepted
    /// and is no maintainer; every further one counts half of the one before. Anybody may review anything, so
    /// accounts without any standing earn together at most twice this, however many they are.
    pub stranger: Milli,
}

/// Who decides what is accepted. GitHub's own word for it depends on who asks, so it is derived from
/// merges.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MaintainerRule {
    /// Days for which having merged another person's pull request makes a maintainer of that
    /// repository.
    pub window_days: u64,
    /// Maintainers besides.
    pub add: Vec<RepositoryRole>,
    /// Never maintainers, whatever they merge.
    pub deny: Vec<RepositoryRole>,
    /// Account ids of bots whose labels count as a maintainer's, in every repository.
    pub trusted_bots: Vec<ContributorId>,
}

/// One account in one repository.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RepositoryRole {
    /// GitHub's numeric repository id.
    pub repo: RepositoryId,
    /// GitHub's numeric account id.
    pub id: ContributorId,
}

/// What keeps an epoch's money from going to one place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LimitRule {
    /// Marginal, like a tax: each part of what a person earns is paid at the rate of its bracket.
    pub brackets: Vec<Bracket>,
    /// Percent of the budget that one person is granted in an epoch at most. The contract's cap per
    /// person must be at least that.
    pub max_share: u64,
    /// Percent of a slice's points that one repository has at most, where several count. 100 switches
    /// this off. It bounds what a captured repository can take.
    pub repository_percent: u64,
}

/// One bracket, up to a percent of the budget.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bracket {
    /// Percent of the budget at which the bracket ends. They ascend, and the last ends at 100.
    pub percent: u64,
    /// Thousandths of what falls into the bracket that are paid. They descend.
    pub rate: Milli,
}
