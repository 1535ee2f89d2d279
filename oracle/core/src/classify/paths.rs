//! Takes the changed files, gives what kind of file each is and hashed features of paths and
//! sizes. The classes here are the classifier's own, finer than the policy's: a policy may change,
//! trained weights may not.

use super::features::{DENSE, Features, Hash, PATHS};
use crate::model::FileChange;

/// Names of more files than this are not looked at; their sizes are.
pub(super) const MAX_FILES: usize = 100;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sort {
    Source,
    Test,
    Docs,
    Ci,
    Lock,
    Manifest,
    Build,
    Config,
    Example,
    Changelog,
}

const SORTS: usize = 10;

const TEST_FOLDERS: [&str; 16] = [
    "test",
    "tests",
    "__tests__",
    "testing",
    "spec",
    "specs",
    "e2e",
    "testdata",
    "fixtures",
    "fixture",
    "__snapshots__",
    "snapshots",
    "__mocks__",
    "mocks",
    "unittests",
    "test-data",
];
const DOCS_FOLDERS: [&str; 6] = ["doc", "docs", "documentation", "website", "wiki", "man"];
const EXAMPLE_FOLDERS: [&str; 9] =
    ["example", "examples", "playground", "playgrounds", "demo", "demos", "sample", "samples", "benches"];
const CI_FOLDERS: [&str; 6] = [".github", ".circleci", ".gitlab", ".buildkite", ".azure-pipelines", ".woodpecker"];
const BUILD_FOLDERS: [&str; 7] = ["scripts", "script", "tools", "build", "cmake", "packaging", "docker"];
const LOCKS: [&str; 14] = [
    "cargo.lock",
    "package-lock.json",
    "pnpm-lock.yaml",
    "yarn.lock",
    "poetry.lock",
    "go.sum",
    "gemfile.lock",
    "composer.lock",
    "uv.lock",
    "pdm.lock",
    "flake.lock",
    "pipfile.lock",
    "bun.lockb",
    "npm-shrinkwrap.json",
];
const MANIFESTS: [&str; 19] = [
    "package.json",
    "cargo.toml",
    "pyproject.toml",
    "setup.py",
    "setup.cfg",
    "go.mod",
    "pom.xml",
    "build.gradle",
    "build.gradle.kts",
    "gemfile",
    "composer.json",
    "requirements.txt",
    "requirements-dev.txt",
    "pipfile",
    "deno.json",
    "lerna.json",
    "pnpm-workspace.yaml",
    "gradle.properties",
    "version",
];
const BUILDS: [&str; 12] = [
    "makefile",
    "dockerfile",
    "cmakelists.txt",
    "build.rs",
    "workspace",
    "build.bazel",
    "justfile",
    "taskfile.yml",
    "meson.build",
    "configure.ac",
    "build.bzl",
    "rakefile",
];
const CI_NAMES: [&str; 6] =
    [".travis.yml", ".gitlab-ci.yml", "appveyor.yml", "azure-pipelines.yml", "jenkinsfile", "codecov.yml"];
const DOCS_NAMES: [&str; 6] = ["readme", "contributing", "license", "authors", "security", "code_of_conduct"];
const DOCS_ENDS: [&str; 7] = ["md", "mdx", "rst", "adoc", "tex", "txt", "markdown"];
const CONFIG_ENDS: [&str; 10] =
    ["json", "yaml", "yml", "toml", "ini", "cfg", "conf", "properties", "xml", "editorconfig"];

fn any(list: &[&str], name: &str) -> bool {
    list.iter().any(|known| known.eq_ignore_ascii_case(name))
}

fn ends(name: &str, end: &str) -> bool {
    let (name, end) = (name.as_bytes(), end.as_bytes());
    name.len().checked_sub(end.len()).and_then(|at| name.get(at..)).is_some_and(|tail| tail.eq_ignore_ascii_case(end))
}

fn extension(name: &str) -> &str {
    name.rsplit_once('.').map_or("", |(_, end)| end)
}

impl Sort {
    pub(super) fn of(path: &str) -> Self {
        let (folders, name) = path.rsplit_once('/').unwrap_or(("", path));
        let within = |list: &[&str]| folders.split('/').any(|folder| any(list, folder));
        let stem = name.split_once('.').map_or(name, |(stem, _)| stem);
        let end = extension(name);
        if any(&LOCKS, name) {
            Self::Lock
        } else if within(&CI_FOLDERS) || any(&CI_NAMES, name) {
            Self::Ci
        } else if any(&["changelog", "changes", "history", "news", "releases"], stem) {
            Self::Changelog
        } else if is_test(stem, name) || within(&TEST_FOLDERS) {
            Self::Test
        } else if any(&MANIFESTS, name) || any(&["csproj", "gemspec", "cabal", "nuspec"], end) {
            Self::Manifest
        } else if any(&BUILDS, name) || any(&["cmake", "bzl", "bazel", "mk", "nix", "gradle"], end) {
            Self::Build
        } else if any(&DOCS_NAMES, stem) || any(&DOCS_ENDS, end) || within(&DOCS_FOLDERS) {
            Self::Docs
        } else if within(&EXAMPLE_FOLDERS) {
            Self::Example
        } else if within(&BUILD_FOLDERS) || any(&["sh", "ps1", "bat"], end) {
            Self::Build
        } else if name.starts_with('.') || any(&CONFIG_ENDS, end) || name.contains(".config.") {
            Self::Config
        } else {
            Self::Source
        }
    }

    fn index(self) -> usize {
        self as usize
    }
}

fn is_test(stem: &str, name: &str) -> bool {
    let start = name.get(..5).is_some_and(|start| start.eq_ignore_ascii_case("test_"));
    start
        || ["_test", "_tests", "_spec"].iter().any(|end| ends(stem, end))
        || ["Test", "Tests", "Spec"].iter().any(|end| stem.ends_with(end))
        || name.contains(".test.")
        || name.contains(".spec.")
        || name.contains(".test-d.")
        || any(&["snap", "golden"], extension(name))
}

/// How many bits a number has: a bucket for sizes.
fn bits(number: u64) -> u32 {
    u64::BITS - number.leading_zeros()
}

/// What part of `whole`, in six steps: none, then quarters, then all.
fn part(of: u64, whole: u64) -> u32 {
    let (of, whole) = (u128::from(of), u128::from(whole));
    match of {
        0 => 0,
        _ if of == whole => 5,
        _ => u32::try_from(of * 4 / whole.max(1)).unwrap_or(3).min(3) + 1,
    }
}

#[derive(Clone, Copy, Default)]
struct Tally {
    files: u64,
    additions: u64,
    deletions: u64,
    /// Files that only grew.
    grown: u64,
}

impl Tally {
    fn add(&mut self, file: &FileChange) {
        self.files += 1;
        self.additions = self.additions.saturating_add(file.additions);
        self.deletions = self.deletions.saturating_add(file.deletions);
        self.grown += u64::from(file.deletions == 0 && file.additions > 0);
    }

    fn lines(&self) -> u64 {
        self.additions.saturating_add(self.deletions)
    }

    /// Additions in all lines, in eighths.
    fn ratio(&self) -> u32 {
        if self.lines() == 0 {
            return 15;
        }
        u32::try_from(u128::from(self.additions) * 8 / u128::from(self.lines())).unwrap_or(8)
    }
}

/// The files of a change, summed up by sort.
pub(super) struct Files<'a> {
    files: &'a [FileChange],
    total: Tally,
    sorts: [Tally; SORTS],
}

impl<'a> Files<'a> {
    pub(super) fn of(files: &'a [FileChange]) -> Self {
        let mut total = Tally::default();
        let mut sorts = [Tally::default(); SORTS];
        for file in files {
            total.add(file);
            if let Some(tally) = sorts.get_mut(Sort::of(&file.path).index()) {
                tally.add(file);
            }
        }
        Self { files, total, sorts }
    }

    fn tally(&self, sort: Sort) -> Tally {
        self.sorts.get(sort.index()).copied().unwrap_or_default()
    }

    /// Which sorts of files were touched, a bit each.
    pub(super) fn mask(&self) -> u32 {
        self.sorts.iter().rev().fold(0, |mask, tally| (mask << 1) | u32::from(tally.files > 0))
    }

    /// The sort with most lines; of those with as many, the first.
    pub(super) fn dominant(&self) -> u32 {
        let most = self.sorts.iter().map(|tally| (tally.lines(), tally.files)).max().unwrap_or_default();
        let at = self.sorts.iter().position(|tally| (tally.lines(), tally.files) == most);
        at.filter(|_| self.total.files > 0).and_then(|at| u32::try_from(at).ok()).unwrap_or(u32::MAX)
    }

    pub(super) fn ratio(&self) -> u32 {
        self.total.ratio()
    }

    pub(super) fn magnitude(&self) -> u32 {
        bits(self.total.lines())
    }

    pub(super) fn emit(&self, features: &mut Features) {
        self.emit_sizes(features);
        self.emit_names(features);
    }

    fn emit_sizes(&self, features: &mut Features) {
        let mut dense = |hash: Hash| features.push(DENSE, hash);
        let total = &self.total;
        let mask = self.mask();
        dense(Hash::new("mask").number(mask));
        dense(Hash::new("dominant").number(self.dominant()));
        dense(Hash::new("files").number(bits(total.files)));
        dense(Hash::new("additions").number(bits(total.additions)));
        dense(Hash::new("deletions").number(bits(total.deletions)));
        dense(Hash::new("lines").number(bits(total.lines())));
        dense(Hash::new("ratio").number(total.ratio()));
        dense(Hash::new("ratio lines").number(total.ratio()).number(bits(total.lines()) / 2));
        dense(Hash::new("dominant ratio").number(self.dominant()).number(total.ratio()));
        dense(Hash::new("dominant lines").number(self.dominant()).number(bits(total.lines()) / 2));
        dense(Hash::new("mask lines").number(mask).number(bits(total.lines()) / 3));
        dense(Hash::new("grown").number(part(total.grown, total.files)));
        for (sort, tally) in (0u32..).zip(&self.sorts) {
            dense(Hash::new("part of files").number(sort).number(part(tally.files, total.files)));
            dense(Hash::new("part of lines").number(sort).number(part(tally.lines(), total.lines())));
            if tally.files > 0 {
                dense(Hash::new("touched").number(sort));
                dense(Hash::new("sort size").number(sort).number(bits(tally.additions)));
                dense(Hash::new("sort ratio").number(sort).number(tally.ratio()));
                dense(Hash::new("sort grown").number(sort).number(part(tally.grown, tally.files)));
            }
        }
        let (source, tests) = (self.tally(Sort::Source), self.tally(Sort::Test));
        dense(Hash::new("source and tests").number(bits(source.additions)).number(bits(tests.additions)));
        dense(Hash::new("source shape").number(bits(source.additions)).number(bits(source.deletions)));
    }

    fn emit_names(&self, features: &mut Features) {
        let mut names = Vec::new();
        for file in self.files.iter().take(MAX_FILES) {
            let (folders, name) = file.path.rsplit_once('/').unwrap_or(("", &file.path));
            let end = extension(name);
            names.push(Hash::new("end").str(end).finish());
            names.push(Hash::new("name").str(name).finish());
            let deep = folders.split('/').rev().take(6);
            names.extend(deep.clone().map(|folder| Hash::new("folder").str(folder).finish()));
            let top = folders.split('/').next().unwrap_or_default();
            names.push(Hash::new("top").str(top).str(end).finish());
        }
        if let [file] = self.files {
            let name = file.path.rsplit_once('/').map_or(file.path.as_str(), |(_, name)| name);
            names.push(Hash::new("only").str(name).finish());
            names.push(Hash::new("only end").str(extension(name)).finish());
        }
        names.sort_unstable();
        names.dedup();
        if let Some(group) = features.groups.get_mut(PATHS) {
            group.extend(names);
        }
    }
}
