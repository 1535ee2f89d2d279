//! Epoch 1, from Monday 2025-01-06: honest work beside the first attempts at gaming.

use super::super::model::StateReason::NotPlanned;
use super::cast::{BOT, DANA, ELIAS, GRETA, JUN, MARISOL, NADIA, PAT, PRIYA, RICK, SASHA, TOBIAS, WREN};
use super::stage::Deed::{
    Approve, Close, CloseAs, Draft, ForcePush, Label, Merge, Minimize, Rename, RequestChanges, Review, Say, SayAndEdit,
};
use super::stage::{Act, Scene, issue, pull};

pub const SCENES: &[Scene] = &[
    // A feature as it should be: tests, a demanding review, another account's merge.
    pull(
        "distance",
        "prairie",
        JUN,
        (1, 0, 9),
        ("Add great-circle distance to routes", "Distances were those of a flat earth."),
        &[("+src/distance.rs", 160, 0), ("src/route.rs", 34, 12), ("+tests/distance.rs", 90, 0)],
        &[
            Act(
                TOBIAS,
                6,
                RequestChanges(
                    "The poles are wrong.",
                    &[
                        ("src/distance.rs", 31, "Divides by zero at the pole."),
                        ("src/distance.rs", 77, "This constant is for miles."),
                        ("tests/distance.rs", 12, "Please add a route across the date line."),
                    ],
                ),
            ),
            Act(JUN, 24, ForcePush),
            Act(TOBIAS, 30, Approve("All three are answered, tested on the tern data.", &[])),
            Act(TOBIAS, 30, Label("impact: high")),
            Act(WREN, 34, Merge),
            Act(GRETA, 40, Say("/kudos @jun-parkway my terns fly the right way round now")),
        ],
    ),
    // A confirmed issue, fixed by another person and merged by a third.
    pull(
        "fix-bounds",
        "prairie",
        PRIYA,
        (1, 0, 13),
        ("Answer nothing past the last waypoint", "Fixes {i-bounds}"),
        &[("src/route.rs", 14, 6), ("tests/route.rs", 38, 0)],
        &[
            Act(GRETA, 5, Say("ACK {head}\n\nTried it on the track that broke.")),
            Act(TOBIAS, 9, Approve("Small and right.", &[("src/route.rs", 44, "Good place for it.")])),
            Act(TOBIAS, 10, Merge),
        ],
    ),
    pull(
        "guide-1",
        "almanac",
        ELIAS,
        (1, 1, 10),
        ("The first chapter of the field guide", ""),
        &[("+docs/guide/first-walk.md", 210, 0), ("docs/index.md", 6, 1)],
        &[
            Act(
                MARISOL,
                20,
                Approve(
                    "A pleasure to read.",
                    &[
                        ("docs/guide/first-walk.md", 40, "Say which map?"),
                        ("docs/guide/first-walk.md", 121, "Link the glossary."),
                    ],
                ),
            ),
            Act(MARISOL, 26, Merge),
        ],
    ),
    // A newcomer, helped along.
    pull(
        "moon",
        "fieldnotes",
        NADIA,
        (1, 1, 15),
        ("Show the phase of the moon beside a sighting", "My first pull request here."),
        &[("+src/moon.rs", 74, 0), ("src/screen.rs", 9, 2), ("+tests/moon.rs", 30, 0)],
        &[
            Act(
                JUN,
                4,
                Review(
                    "Welcome! Two small things.",
                    &[
                        ("src/moon.rs", 18, "There is a function for this."),
                        ("src/moon.rs", 52, "Rounds the wrong way before noon."),
                    ],
                ),
            ),
            Act(NADIA, 20, ForcePush),
            Act(JUN, 28, Approve("Thank you.", &[])),
            Act(MARISOL, 32, Merge),
        ],
    ),
    pull(
        "bump-1",
        "prairie",
        BOT,
        (1, 2, 6),
        ("Bump memmap from 0.9.4 to 0.9.5", "Bumps memmap."),
        &[("Cargo.toml", 1, 1), ("Cargo.lock", 5, 5)],
        &[Act(WREN, 4, Merge)],
    ),
    pull(
        "bump-2",
        "fieldnotes",
        BOT,
        (1, 2, 6),
        ("Bump png from 0.17.13 to 0.17.16", "Bumps png."),
        &[("Cargo.lock", 8, 8)],
        &[Act(MARISOL, 5, Merge)],
    ),
    // Gaming: merges his own, nobody looked.
    pull(
        "junk-1",
        "prairie",
        RICK,
        (1, 2, 11),
        ("Misc improvements", ""),
        &[("src/lib.rs", 3, 3)],
        &[Act(RICK, 1, Merge)],
    ),
    // Gaming: nine thousand lines, none of them written by anybody.
    pull(
        "padding",
        "prairie",
        RICK,
        (1, 2, 12),
        ("Refresh generated tables", "Huge refactoring of the tables."),
        &[("Cargo.lock", 1_900, 1_700), ("generated/tables.rs", 7_400, 6_900), ("src/lib.rs", 2, 0)],
        &[Act(RICK, 1, Merge)],
    ),
    // Gaming: one change cut in three, each touching the same file, each waved through by a friend.
    pull(
        "split-1",
        "prairie",
        SASHA,
        (1, 3, 9),
        ("Index tracks by year (1/3)", ""),
        &[("src/index.rs", 24, 2)],
        &[Act(DANA, 1, Approve("LGTM", &[])), Act(WREN, 6, Merge)],
    ),
    pull(
        "split-2",
        "prairie",
        SASHA,
        (1, 3, 10),
        ("Index tracks by year (2/3)", ""),
        &[("src/index.rs", 21, 5)],
        &[Act(DANA, 1, Approve("LGTM", &[])), Act(WREN, 6, Merge)],
    ),
    pull(
        "split-3",
        "prairie",
        SASHA,
        (1, 3, 11),
        ("Index tracks by year (3/3)", ""),
        &[("src/index.rs", 26, 3), ("src/lib.rs", 2, 0)],
        &[Act(DANA, 1, Approve("LGTM", &[])), Act(WREN, 6, Merge)],
    ),
    // Gaming: the favour is returned.
    pull(
        "echo-1",
        "fieldnotes",
        DANA,
        (1, 3, 13),
        ("Tidy the importer", ""),
        &[("src/import.rs", 12, 11)],
        &[Act(DANA, 1, Label("impact: high")), Act(SASHA, 2, Approve("LGTM", &[])), Act(MARISOL, 22, Merge)],
    ),
    // Gaming: an issue of her own, confirmed by herself, closed by herself.
    issue(
        "i-self",
        "prairie",
        DANA,
        (1, 0, 8),
        ("The word route is confusing", "Please clarify."),
        &[Act(DANA, 1, Label("bug"))],
    ),
    pull(
        "self-fix",
        "prairie",
        DANA,
        (1, 3, 15),
        ("Clarify what a route is", "Fixes {i-self}"),
        &[("README.md", 4, 1)],
        &[Act(SASHA, 1, Approve("LGTM", &[])), Act(WREN, 20, Merge)],
    ),
    // Gaming: single letters.
    pull("typo-1", "almanac", PAT, (1, 4, 8), ("Fix typo", ""), &[("docs/fog.md", 1, 1)], &[Act(MARISOL, 10, Merge)]),
    pull(
        "typo-2",
        "almanac",
        PAT,
        (1, 4, 8),
        ("Fix another typo", ""),
        &[("docs/fog.md", 1, 1)],
        &[Act(MARISOL, 10, Merge)],
    ),
    pull(
        "typo-3",
        "almanac",
        PAT,
        (1, 4, 9),
        ("Fix typo in the licence", ""),
        &[("LICENSE", 1, 1)],
        &[Act(MARISOL, 10, Say("That is how it is spelled.")), Act(MARISOL, 10, Close)],
    ),
    issue(
        "i-wontfix",
        "almanac",
        PAT,
        (1, 4, 12),
        ("Use my name for the website", ""),
        &[
            Act(MARISOL, 3, Label("wontfix")),
            Act(MARISOL, 3, CloseAs(NotPlanned)),
            Act(PAT, 4, Say("visit my shop")),
            Act(MARISOL, 6, Minimize("spam")),
        ],
    ),
    pull(
        "store",
        "prairie",
        TOBIAS,
        (1, 1, 11),
        ("Split reading from writing in the store", "No change in behaviour."),
        &[("src/store.rs", 130, 170), ("+src/store/read.rs", 140, 0)],
        &[
            Act(
                WREN,
                24,
                Approve(
                    "Much clearer.",
                    &[
                        ("src/store.rs", 90, "Keep the lock here?"),
                        ("src/store/read.rs", 12, "Name it after what it gives."),
                    ],
                ),
            ),
            Act(PRIYA, 26, Say("ACK {head}")),
            Act(WREN, 30, Merge),
        ],
    ),
    pull(
        "tiles",
        "fieldnotes",
        MARISOL,
        (1, 2, 9),
        ("Build: keep the map tiles between runs", ""),
        &[(".github/workflows/build.yml", 22, 6)],
        &[Act(WREN, 20, Approve("ok", &[])), Act(WREN, 21, Merge)],
    ),
    pull(
        "length",
        "prairie",
        WREN,
        (1, 4, 9),
        ("Check the length of packed records", "A crafted file could make the reader go past its end."),
        &[("src/store/read.rs", 46, 8), ("+tests/crafted.rs", 64, 0)],
        &[
            Act(
                TOBIAS,
                20,
                Approve(
                    "Fuzzed for an hour.",
                    &[("src/store/read.rs", 33, "Same for the footer."), ("src/store/read.rs", 58, "checked_add?")],
                ),
            ),
            Act(TOBIAS, 24, Label("security")),
            Act(TOBIAS, 25, Merge),
            Act(PRIYA, 28, SayAndEdit("/kudos @wren-okafor", "/kudos @wren-okafor for the crafted files in the tests")),
        ],
    ),
    // Opened now, finished in the next epoch.
    pull(
        "offline",
        "fieldnotes",
        MARISOL,
        (1, 5, 14),
        ("WIP offline", ""),
        &[("+src/offline.rs", 190, 0), ("src/screen.rs", 20, 7), ("+tests/offline.rs", 55, 0)],
        &[
            Act(MARISOL, 1, Draft(true)),
            Act(MARISOL, 60, Draft(false)),
            Act(MARISOL, 61, Rename("Take notes without a network")),
            Act(WREN, 70, Approve("Worked in the marsh.", &[("src/offline.rs", 71, "What if the clock is wrong?")])),
            Act(WREN, 72, Merge),
        ],
    ),
];
