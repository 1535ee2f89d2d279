//! The weeks before: who merged whom, so that there are maintainers, and who was never seen, so that there are newcomers.

use super::cast::{BOT, DANA, ELIAS, GRETA, JUN, MARISOL, PRIYA, RICK, SASHA, TOBIAS, WREN};
use super::stage::Deed::{Approve, Label, Merge, Review, Say};
use super::stage::{Act, Scene, issue, pull};

pub const SCENES: &[Scene] = &[
    // Maintainers become so by merging others' work.
    pull(
        "h-routes",
        "prairie",
        JUN,
        (-7, 1, 9),
        ("Store a track as a list of waypoints", ""),
        &[("+src/track.rs", 180, 0), ("+tests/track.rs", 70, 0)],
        &[
            Act(
                TOBIAS,
                8,
                Review(
                    "Two questions.",
                    &[("src/track.rs", 20, "Why not a slice?"), ("src/track.rs", 61, "This allocates.")],
                ),
            ),
            Act(WREN, 30, Merge),
        ],
    ),
    pull(
        "h-store",
        "prairie",
        WREN,
        (-6, 0, 10),
        ("Keep tracks in one file", ""),
        &[("+src/store.rs", 240, 0), ("src/lib.rs", 12, 3)],
        &[Act(TOBIAS, 20, Approve("Read it twice, tried it on last year's counts.", &[])), Act(TOBIAS, 22, Merge)],
    ),
    pull(
        "h-import",
        "fieldnotes",
        PRIYA,
        (-6, 2, 14),
        ("Import sightings from a spreadsheet", ""),
        &[("+src/import.rs", 150, 0), ("+tests/import.rs", 60, 0)],
        &[Act(MARISOL, 26, Merge)],
    ),
    pull(
        "h-app",
        "fieldnotes",
        MARISOL,
        (-5, 0, 8),
        ("A first screen", ""),
        &[("+src/screen.rs", 310, 0)],
        &[Act(WREN, 30, Approve("Nice.", &[])), Act(WREN, 31, Merge)],
    ),
    pull(
        "h-guide",
        "almanac",
        ELIAS,
        (-5, 3, 16),
        ("How to count birds in fog", ""),
        &[("+docs/fog.md", 90, 0)],
        &[Act(MARISOL, 18, Merge)],
    ),
    pull(
        "h-bump",
        "prairie",
        BOT,
        (-4, 0, 6),
        ("Bump tinyvec from 1.6.0 to 1.6.1", "Bumps tinyvec."),
        &[("Cargo.toml", 1, 1), ("Cargo.lock", 4, 4)],
        &[Act(WREN, 5, Merge)],
    ),
    // Was given the merge button for one release, and kept it.
    pull(
        "h-rick",
        "prairie",
        RICK,
        (-3, 1, 11),
        ("Prepare release 0.1", ""),
        &[("Cargo.toml", 1, 1), ("CHANGELOG.md", 20, 0)],
        &[Act(WREN, 3, Approve("ok", &[])), Act(RICK, 4, Merge)],
    ),
    pull(
        "h-sasha",
        "prairie",
        SASHA,
        (-3, 4, 12),
        ("Remove an unused import", ""),
        &[("src/track.rs", 0, 1)],
        &[Act(WREN, 10, Merge)],
    ),
    pull(
        "h-dana",
        "fieldnotes",
        DANA,
        (-2, 2, 13),
        ("Name the window", ""),
        &[("src/screen.rs", 2, 1)],
        &[Act(MARISOL, 20, Merge)],
    ),
    // Reported in the last week of the year, fixed in the story.
    issue(
        "i-bounds",
        "prairie",
        GRETA,
        (0, 1, 9),
        (
            "Route lookup panics past the last waypoint",
            "Asking for the position after the end of a track ends the program. Steps below.",
        ),
        &[Act(TOBIAS, 5, Label("bug")), Act(TOBIAS, 5, Say("Reproduced on main, thank you."))],
    ),
    issue(
        "i-midnight",
        "fieldnotes",
        GRETA,
        (0, 3, 22),
        (
            "Sightings near midnight land on the wrong day",
            "Everything after 23:00 local time is filed under the next day.",
        ),
        &[Act(MARISOL, 12, Label("bug"))],
    ),
];
