//! Who is in the story.

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    Maintainer,
    Contributor,
    Newcomer,
    Reporter,
    Gamer,
    Bot,
}

/// When somebody links a wallet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Links {
    BeforeStart,
    /// In the course of that epoch.
    InEpoch(u32),
    Never,
}

#[derive(Debug, Clone, Copy)]
pub struct Person {
    pub login: &'static str,
    /// The numeric account id.
    pub id: u64,
    pub role: Role,
    pub links: Links,
    pub story: &'static str,
}

pub(super) const WREN: &str = "wren-okafor";
pub(super) const TOBIAS: &str = "tobias-lindqvist";
pub(super) const MARISOL: &str = "marisol-vega";
pub(super) const JUN: &str = "jun-parkway";
pub(super) const PRIYA: &str = "priya-ramanan";
pub(super) const ELIAS: &str = "elias-brandtner";
pub(super) const GRETA: &str = "greta-holmgard";
pub(super) const NADIA: &str = "nadia-haddadi";
pub(super) const SAM: &str = "sam-oseibonsu";
pub(super) const RICK: &str = "rick-fastbuck";
pub(super) const SASHA: &str = "sasha-splits";
pub(super) const DANA: &str = "dana-echo";
pub(super) const PAT: &str = "pat-typofix";
pub(super) const BOT: &str = "seedlingbot[bot]";

/// Everybody, maintainers first.
pub const CAST: &[Person] = &[
    person(
        WREN,
        90_100_001,
        Role::Maintainer,
        Links::BeforeStart,
        "keeps the library prairie, merges most of it, works on its safety",
    ),
    person(TOBIAS, 90_100_002, Role::Maintainer, Links::BeforeStart, "the careful reviewer of prairie, makes it fast"),
    person(MARISOL, 90_100_003, Role::Maintainer, Links::BeforeStart, "keeps fieldnotes and almanac"),
    person(JUN, 90_100_004, Role::Contributor, Links::BeforeStart, "builds features; one is reverted and landed again"),
    person(PRIYA, 90_100_005, Role::Contributor, Links::BeforeStart, "fixes what others report, and tests it"),
    person(ELIAS, 90_100_006, Role::Contributor, Links::BeforeStart, "writes the documentation"),
    person(
        GRETA,
        90_100_007,
        Role::Reporter,
        Links::BeforeStart,
        "uses the software daily: reports what breaks and acknowledges what works",
    ),
    person(
        NADIA,
        90_100_008,
        Role::Newcomer,
        Links::InEpoch(3),
        "first contribution in epoch 1, links a wallet in epoch 3",
    ),
    person(
        SAM,
        90_100_009,
        Role::Newcomer,
        Links::InEpoch(2),
        "first contribution in epoch 2, guided by others' reviews",
    ),
    person(
        RICK,
        90_100_010,
        Role::Gamer,
        Links::BeforeStart,
        "merges his own junk, pads it with lockfiles and generated code",
    ),
    person(
        SASHA,
        90_100_011,
        Role::Gamer,
        Links::BeforeStart,
        "splits one change into many, trades one-word approvals with dana-echo",
    ),
    person(
        DANA,
        90_100_012,
        Role::Gamer,
        Links::BeforeStart,
        "reports an issue, confirms it herself, labels her own work",
    ),
    person(PAT, 90_100_013, Role::Gamer, Links::Never, "floods the repositories with single letters; never links"),
    person(BOT, 90_100_014, Role::Bot, Links::Never, "bumps dependencies"),
];

const fn person(login: &'static str, id: u64, role: Role, links: Links, story: &'static str) -> Person {
    Person { login, id, role, links, story }
}
