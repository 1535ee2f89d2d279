//! Path patterns: what may be written, and which one can never decide anything.
//!
//! Takes the lists of `[paths]`, gives an error that names the pattern. Never matches a real path:
//! that is the scorer's. The syntax is the part that glob libraries agree on.

use super::classes::glob;
use super::{PathRule, PolicyError, refused};
use globset::GlobSetBuilder;

/// `*`, `**` as a whole folder, `?`, `[a-z]` and `{a,b}` without nesting; relative to the repository.
pub(super) fn valid(pattern: &str) -> Result<(), String> {
    let wrong = |why: &str| Err(format!("{pattern:?} {why}"));
    if !(1..=256).contains(&pattern.len()) {
        return wrong("is not a pattern of 1 to 256 bytes");
    }
    if pattern.starts_with(['/', '!']) || pattern.contains(['\\', '\0']) || pattern.contains("//") {
        return wrong("is not relative to the repository: write `**/name/**`, with no leading `/` or `!` and no `\\`");
    }
    let (mut braces, mut class, mut last) = (false, false, '/');
    for character in pattern.chars() {
        match character {
            '{' if braces => return wrong("has braces within braces: write the alternatives out"),
            '}' | ',' if class => return wrong("has a brace or comma within brackets"),
            '{' => braces = true,
            ',' if braces && matches!(last, '{' | ',') => return wrong("has an empty alternative"),
            '}' if !braces => return wrong("closes a brace that is not open"),
            '}' if matches!(last, '{' | ',') => return wrong("has an empty alternative"),
            '}' => braces = false,
            '[' if class => return wrong("has brackets within brackets"),
            '[' => class = true,
            ']' if !class || last == '[' => return wrong("has empty brackets, or closes one that is not open"),
            ']' => class = false,
            '!' | '^' if last == '[' => return wrong("excludes characters: list those that are meant"),
            _ => {}
        }
        last = character;
    }
    if braces || class {
        return wrong("has a brace or bracket that is not closed");
    }
    let halves = |step: &str| step.contains("**") && step != "**";
    if expanded(pattern).iter().any(|one| one.split('/').any(halves)) {
        return wrong("has `**` beside other characters: it stands for whole folders");
    }
    Ok(())
}

/// The alternatives of a pattern, written out.
fn expanded(pattern: &str) -> Vec<String> {
    let mut whole = vec![String::new()];
    let mut rest = pattern;
    while let Some((before, after)) = rest.split_once('{') {
        let (inner, tail) = after.split_once('}').unwrap_or((after, ""));
        whole =
            whole.iter().flat_map(|start| inner.split(',').map(move |one| format!("{start}{before}{one}"))).collect();
        rest = tail;
    }
    whole.iter().map(|start| format!("{start}{rest}")).collect()
}

/// Paths that the pattern matches and that a narrower one hardly does: wildcards become characters
/// that no pattern spells out, once none, once one and once several folders and letters.
fn samples(pattern: &str) -> [String; 3] {
    ["", "\u{e000}", "\u{e001}\u{e002}\u{e003}"].map(|letters| {
        let folders = if letters.chars().count() < 2 { letters.to_owned() } else { format!("{letters}/{letters}") };
        let steps: Vec<String> = pattern
            .split('/')
            .enumerate()
            .filter(|(_, step)| *step != "**" || !folders.is_empty())
            .map(|(_, step)| if step == "**" { folders.clone() } else { filled(step, letters) })
            .collect();
        let path = steps.join("/");
        // Nothing below a folder is the folder itself, which is no file.
        if pattern.ends_with("/**") && folders.is_empty() { format!("{path}/\u{e004}") } else { path }
    })
}

fn filled(step: &str, letters: &str) -> String {
    let mut out = String::new();
    let mut characters = step.chars();
    while let Some(character) = characters.next() {
        match character {
            '*' => out.push_str(letters),
            '?' => out.push('\u{e005}'),
            '[' => {
                out.extend(characters.next());
                characters.by_ref().find(|character| *character == ']');
            }
            other => out.push(other),
        }
    }
    out
}

/// Refuses an alternative of a pattern when every path that it matches is decided by an earlier one.
pub(super) fn check(paths: &PathRule) -> Result<(), PolicyError> {
    let lists = [
        ("paths.generated", &paths.generated),
        ("paths.tests", &paths.tests),
        ("paths.config", &paths.config),
        ("paths.docs", &paths.docs),
    ];
    let all: Vec<(&str, &String)> =
        lists.iter().flat_map(|(key, list)| list.iter().map(move |pattern| (*key, pattern))).collect();
    let mut set = GlobSetBuilder::new();
    for (key, pattern) in &all {
        set.add(glob(key, pattern)?);
    }
    let set = set.build().map_err(|error| refused("paths".to_owned(), error.to_string()))?;
    for (at, (key, pattern)) in all.iter().enumerate() {
        for alternative in expanded(pattern) {
            let matching = samples(&alternative).map(|path| set.matches(path));
            let [first, others @ ..] = &matching;
            let covers = |by: &&usize| **by < at && others.iter().all(|other| other.contains(by));
            if let Some((of, by)) = first.iter().find(covers).and_then(|by| all.get(*by)) {
                let part = if alternative == **pattern { String::new() } else { format!(" of {pattern:?}") };
                let message =
                    format!("{alternative:?}{part} never decides anything, because {of} already has {by:?}: delete it");
                return Err(refused((*key).to_owned(), message));
            }
        }
    }
    Ok(())
}
