//! Epoch 2, from Monday 2025-01-13: a revert of padding, a second newcomer, a flood of typos.

use super::cast::{BOT, DANA, ELIAS, GRETA, JUN, MARISOL, NADIA, PAT, PRIYA, RICK, SAM, SASHA, TOBIAS, WREN};
use super::stage::Deed::{Approve, Close, Dismiss, Label, Merge, RequestChanges, Review, Say, Unlabel};
use super::stage::{Act, Scene, issue, pull};

pub const SCENES: &[Scene] = &[
    pull(
        "stream",
        "prairie",
        JUN,
        (2, 0, 9),
        ("Stream tracks from disk", "Long tracks no longer have to fit in memory."),
        &[("+src/stream.rs", 230, 0), ("src/store.rs", 41, 18), ("+tests/stream.rs", 85, 0)],
        &[
            Act(
                TOBIAS,
                20,
                Approve(
                    "Reads well.",
                    &[("src/stream.rs", 88, "Drops the last block?"), ("src/stream.rs", 140, "Bound this.")],
                ),
            ),
            Act(TOBIAS, 22, Label("impact: high")),
            Act(WREN, 30, Merge),
        ],
    ),
    pull(
        "fix-midnight",
        "fieldnotes",
        PRIYA,
        (2, 0, 10),
        ("File a sighting under the day of its place", "Fixes {i-midnight}"),
        &[("src/day.rs", 40, 22), ("+tests/day.rs", 66, 0)],
        &[
            Act(GRETA, 6, Say("tACK {head}\n\nOwls are back on their evening.")),
            Act(MARISOL, 20, Approve("Thank you both.", &[("src/day.rs", 17, "Iceland has no summer time.")])),
            Act(MARISOL, 22, Merge),
        ],
    ),
    pull(
        "moon-tests",
        "fieldnotes",
        NADIA,
        (2, 1, 16),
        ("Test the moon around the turn of the year", ""),
        &[("tests/moon.rs", 48, 4)],
        &[
            Act(JUN, 10, Approve("Found one more, see line 30.", &[("tests/moon.rs", 30, "Leap years too?")])),
            Act(MARISOL, 20, Merge),
        ],
    ),
    // A newcomer whose first try is sent back with reasons.
    pull(
        "species",
        "prairie",
        SAM,
        (2, 1, 12),
        ("Look species up by their local name", "First time here, happy to learn."),
        &[("+src/species.rs", 95, 0), ("+tests/species.rs", 40, 0), ("docs/names.md", 18, 0)],
        &[
            Act(
                PRIYA,
                6,
                RequestChanges(
                    "Good start.",
                    &[
                        ("src/species.rs", 22, "Sort once, then search."),
                        ("src/species.rs", 60, "Names repeat across countries."),
                        ("tests/species.rs", 9, "One test for that, please."),
                    ],
                ),
            ),
            Act(PRIYA, 40, Approve("Just right.", &[])),
            Act(TOBIAS, 44, Approve("Welcome.", &[])),
            Act(TOBIAS, 45, Merge),
        ],
    ),
    pull(
        "guide-2",
        "almanac",
        ELIAS,
        (2, 2, 10),
        ("A chapter on counting flocks", ""),
        &[("+docs/guide/flocks.md", 160, 0)],
        &[Act(MARISOL, 15, Merge)],
    ),
    pull(
        "bump-3",
        "prairie",
        BOT,
        (2, 2, 6),
        ("Bump crc from 3.2.1 to 3.3.0", "Bumps crc."),
        &[("Cargo.toml", 1, 1), ("Cargo.lock", 3, 3)],
        &[Act(WREN, 4, Merge)],
    ),
    pull(
        "bump-4",
        "fieldnotes",
        BOT,
        (2, 3, 6),
        ("Bump time from 0.3.36 to 0.3.37", "Bumps time."),
        &[("Cargo.lock", 6, 6)],
        &[Act(MARISOL, 4, Merge)],
    ),
    // The padding is taken out again.
    pull(
        "revert-padding",
        "prairie",
        WREN,
        (2, 0, 14),
        ("Revert \"Refresh generated tables\"", "Reverts {padding}.\n\nThis reverts commit {oid:padding}."),
        &[("Cargo.lock", 1_700, 1_900), ("generated/tables.rs", 6_900, 7_400), ("src/lib.rs", 0, 2)],
        &[Act(TOBIAS, 2, Approve("Yes.", &[])), Act(TOBIAS, 3, Merge)],
    ),
    pull(
        "junk-2",
        "prairie",
        RICK,
        (2, 2, 13),
        ("Normalize whitespace", ""),
        &[("src/lib.rs", 6, 6), ("src/route.rs", 8, 8)],
        &[Act(RICK, 1, Merge)],
    ),
    // Gaming: somebody else's code in a vendored folder.
    pull(
        "vendored",
        "prairie",
        RICK,
        (2, 3, 13),
        ("Vendor the tile library", ""),
        &[("+vendor/tiles/lib.c", 18_200, 0), ("+vendor/tiles/lib.min.js", 1, 0)],
        &[Act(RICK, 1, Merge), Act(WREN, 20, Say("/guerdon exclude somebody else's code, merged without a review"))],
    ),
    // Gaming: the flood. Two get through on a tired evening.
    pull("flood-1", "almanac", PAT, (2, 3, 8), ("Typo", ""), &[("docs/index.md", 1, 1)], &[Act(MARISOL, 12, Merge)]),
    pull(
        "flood-2",
        "almanac",
        PAT,
        (2, 3, 8),
        ("Typo", ""),
        &[("docs/guide/first-walk.md", 1, 1)],
        &[Act(MARISOL, 12, Merge)],
    ),
    pull(
        "flood-3",
        "almanac",
        PAT,
        (2, 3, 8),
        ("Typo", ""),
        &[("docs/guide/first-walk.md", 1, 1)],
        &[Act(MARISOL, 13, Close)],
    ),
    pull("flood-4", "prairie", PAT, (2, 3, 9), ("Typo", ""), &[("README.md", 1, 1)], &[Act(WREN, 13, Close)]),
    // Gaming: approvals by turns; one is dismissed.
    pull(
        "echo-2",
        "fieldnotes",
        DANA,
        (2, 4, 9),
        ("Rename a variable", ""),
        &[("src/import.rs", 5, 5)],
        &[
            Act(SASHA, 1, Approve("LGTM", &[])),
            Act(MARISOL, 8, Dismiss("Please say what you looked at.")),
            Act(MARISOL, 20, Merge),
        ],
    ),
    pull(
        "echo-3",
        "prairie",
        SASHA,
        (2, 4, 10),
        ("Shorten a function", ""),
        &[("src/index.rs", 9, 14)],
        &[Act(DANA, 1, Approve("Nice!", &[])), Act(WREN, 22, Merge)],
    ),
    pull(
        "nearest",
        "prairie",
        TOBIAS,
        (2, 1, 9),
        ("Find the nearest waypoint four times faster", "Measurements in the commit."),
        &[("src/nearest.rs", 120, 64), ("+benches/nearest.rs", 45, 0)],
        &[
            Act(PRIYA, 20, Say("ACK {head}\n\nMeasured 4.1 times.")),
            Act(WREN, 26, Approve("Lovely.", &[("src/nearest.rs", 70, "Comment the bound, please.")])),
            Act(WREN, 28, Merge),
        ],
    ),
    pull(
        "hides",
        "fieldnotes",
        GRETA,
        (2, 2, 18),
        (
            "Remember the last hide",
            "A small one I kept missing.\n\nCo-authored-by: priya-ramanan <90100005+priya-ramanan@users.noreply.example>",
        ),
        &[("src/screen.rs", 26, 3), ("tests/screen.rs", 18, 0)],
        &[
            Act(MARISOL, 16, Approve("You code too!", &[("src/screen.rs", 120, "Store it with the rest?")])),
            Act(MARISOL, 18, Merge),
            Act(ELIAS, 22, Say("/kudos @greta-holmgard the hide I always forget")),
        ],
    ),
    pull(
        "checks",
        "prairie",
        WREN,
        (2, 4, 14),
        ("Run the tests on three systems", ""),
        &[(".github/workflows/test.yml", 48, 20)],
        &[Act(TOBIAS, 18, Approve("ok", &[])), Act(TOBIAS, 19, Merge)],
    ),
    // A label somebody without rights would like to have, taken off again.
    issue(
        "i-wind",
        "prairie",
        GRETA,
        (2, 3, 19),
        ("Wind is ignored when a track has gaps", "Interpolated points have no wind at all."),
        &[Act(SASHA, 1, Label("duplicate")), Act(TOBIAS, 10, Unlabel("duplicate")), Act(TOBIAS, 10, Label("bug"))],
    ),
    pull(
        "parser",
        "fieldnotes",
        JUN,
        (2, 4, 16),
        ("Rewrite the parser of notes", ""),
        &[("src/notes.rs", 260, 240)],
        &[
            Act(
                MARISOL,
                20,
                Review("I would rather keep the old one.", &[("src/notes.rs", 100, "This loses comments.")]),
            ),
            Act(JUN, 40, Close),
        ],
    ),
];
