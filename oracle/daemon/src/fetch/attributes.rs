//! What a repository says of its own files: takes the text of its root `.gitattributes`, gives which
//! paths it calls generated or vendored, as GitHub's language statistics read it.

use gix_attributes::glob::pattern::Case;
use gix_attributes::search::{MetadataCollection, Outcome};
use gix_attributes::{Search, StateRef};

const NAMES: [&str; 2] = ["linguist-generated", "linguist-vendored"];

/// More than this of one file is not read.
pub(super) const MAX_TEXT: usize = 64 * 1024;

/// Those of `paths` (in their order) that are marked. A text that is no attributes file marks nothing.
pub(super) fn marked<'a>(text: &str, paths: impl Iterator<Item = &'a str>) -> Vec<String> {
    let (mut search, mut collection) = (Search::default(), MetadataCollection::default());
    let added = search.add_patterns_buffer(text.as_bytes(), ".gitattributes".into(), None, &mut collection, true);
    if added.is_err() {
        return Vec::new();
    }
    let mut outcome = Outcome::default();
    outcome.initialize_with_selection(&collection, NAMES);
    let mut is_marked = |path: &str| {
        outcome.reset();
        search.pattern_matching_relative_path(path.into(), Case::Sensitive, Some(false), &mut outcome);
        outcome.iter_selected().any(|found| match found.assignment.state {
            StateRef::Set => true,
            StateRef::Value(value) => value.as_bstr() == "true",
            StateRef::Unset | StateRef::Unspecified => false,
        })
    };
    paths.filter(|path| is_marked(path)).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::marked;

    #[test]
    fn the_last_pattern_that_fits_decides() {
        let text = "*.snap linguist-generated\nthird_party/** linguist-vendored=true\n\
                    src/hand.snap -linguist-generated\nold/* linguist-vendored=false\n*.txt text\n";
        let paths = ["a/b.snap", "src/hand.snap", "third_party/x/y.c", "old/z.c", "notes.txt", "src/main.rs"];
        assert_eq!(marked(text, paths.into_iter()), ["a/b.snap", "third_party/x/y.c"]);
    }

    #[test]
    fn what_is_no_attributes_file_marks_nothing() {
        for text in
            ["", "\0\0\0", "\"unclosed linguist-generated", "[attr]x linguist-generated", "!*.c linguist-generated"]
        {
            assert!(marked(text, ["a.c"].into_iter()).is_empty(), "{text:?}");
        }
    }

    #[test]
    fn macros_and_quotes_are_read_as_git_does() {
        let text = "[attr]made linguist-generated\ngen/* made\n\"with space.c\" linguist-vendored\n";
        assert_eq!(marked(text, ["gen/a.c", "with space.c", "b.c"].into_iter()), ["gen/a.c", "with space.c"]);
    }
}
