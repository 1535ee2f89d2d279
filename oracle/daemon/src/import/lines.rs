//! The `.ndjson` layout: a folder of a repository with `repo.json` and one file for each kind of object, one
//! object a line, in any order.
//!
//! The first reading checks every line and notes where it stands; a thread is then put together from the places
//! of its lines. Only these places are held in memory, never the files.

use super::ImportError;
use super::layout::{Gathered, MAX_OBJECT, entries, read};
use super::raw::{Comment, Commit, Event, Files, Head, Issue, LineComment, Pull, Repo, Review, Thread};
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};
use std::ops::Bound;
use std::path::{Path, PathBuf};

type Result<T> = std::result::Result<T, ImportError>;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Issues,
    Timeline,
    Pulls,
    Commits,
    PullCommits,
    PullFiles,
    IssueComments,
    Reviews,
    ReviewComments,
}

impl Kind {
    /// In the order of the first reading: what tells which of the later lines are needed comes first.
    const ALL: [Self; 9] = [
        Self::Issues,
        Self::Timeline,
        Self::Pulls,
        Self::Commits,
        Self::PullCommits,
        Self::PullFiles,
        Self::IssueComments,
        Self::Reviews,
        Self::ReviewComments,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Issues => "issues",
            Self::Timeline => "timeline",
            Self::Pulls => "pulls",
            Self::Commits => "commits",
            Self::PullCommits => "pull_commits",
            Self::PullFiles => "pull_files",
            Self::IssueComments => "issue_comments",
            Self::Reviews => "reviews",
            Self::ReviewComments => "review_comments",
        }
    }

    fn file(self) -> String {
        format!("{}.ndjson", self.name())
    }
}

/// Files that hold nothing a record needs.
const UNUSED: [&str; 4] = ["repo.json", "labels.ndjson", "tags.ndjson", "users.ndjson"];

/// Where a line stands.
#[derive(Clone, Copy, Debug)]
struct Place {
    kind: Kind,
    line: u32,
    begin: u64,
    length: u32,
}

#[derive(Debug)]
pub(super) struct Lines {
    path: PathBuf,
    repository: Repo,
    files: BTreeMap<Kind, File>,
    passed_over: Vec<String>,
    /// The line of the issue or pull request itself.
    heads: BTreeMap<u64, Place>,
    /// The lines of what hangs on it, in the order of the files.
    parts: BTreeMap<u64, Vec<Place>>,
}

impl Lines {
    pub(super) fn open(folder: &Path) -> Result<Self> {
        let shown = folder.join("repo.json");
        let repository = parse(&shown, 1, &read(&shown)?)?;
        let (mut files, mut passed_over) = (BTreeMap::new(), Vec::new());
        for (path, kind) in entries(folder)? {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            match Kind::ALL.into_iter().find(|known| known.file() == name).filter(|_| kind.is_file()) {
                Some(known) => {
                    let file = File::open(&path).map_err(|source| ImportError::Read { path, source })?;
                    files.insert(known, file);
                }
                None if UNUSED.contains(&name.as_str()) => {}
                None => passed_over.push(name),
            }
        }
        let path = folder.to_owned();
        Ok(Self { path, repository, files, passed_over, heads: BTreeMap::new(), parts: BTreeMap::new() })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn repository(&self) -> &Repo {
        &self.repository
    }

    pub(super) fn passed_over(&self) -> &[String] {
        &self.passed_over
    }

    pub(super) fn count(&self) -> u64 {
        self.heads.len() as u64
    }

    pub(super) fn survey(&mut self, gathered: &mut Gathered) -> Result<()> {
        for kind in Kind::ALL {
            let Some(file) = self.files.get(&kind) else { continue };
            let path = self.path.join(kind.file());
            let failed = |source| ImportError::Read { path: path.clone(), source };
            let mut lines = BufReader::with_capacity(1 << 20, file.try_clone().map_err(failed)?);
            let (mut begin, mut line, mut text) = (0_u64, 0_u32, Vec::new());
            loop {
                text.clear();
                let length = (&mut lines).take(MAX_OBJECT + 1).read_until(b'\n', &mut text).map_err(failed)? as u64;
                if length == 0 {
                    break;
                }
                line = line.saturating_add(1);
                let large = || ImportError::Large { path: path.clone(), line: line.into() };
                let place = Place { kind, line, begin, length: u32::try_from(length).map_err(|_| large())? };
                if length > MAX_OBJECT {
                    return Err(large());
                }
                if !text.trim_ascii().is_empty() {
                    self.line(&path, place, &text, gathered)?;
                }
                begin += length;
            }
        }
        let heads = &self.heads;
        self.parts.retain(|number, places| {
            let is_known = heads.contains_key(number);
            for place in places.iter().filter(|_| !is_known) {
                *gathered.orphans.entry(place.kind.name()).or_default() += 1;
            }
            is_known
        });
        Ok(())
    }

    /// Checks one line and notes where it stands.
    fn line(&mut self, path: &Path, place: Place, text: &[u8], gathered: &mut Gathered) -> Result<()> {
        let line = u64::from(place.line);
        let of = |url: &str| {
            let number = url.rsplit('/').next().and_then(|number| number.parse().ok());
            number.ok_or_else(|| ImportError::Line {
                path: path.to_owned(),
                line,
                message: format!("no number of an issue or pull request in {url:?}"),
            })
        };
        let number = match place.kind {
            Kind::Issues => {
                let issue: Issue = parse(path, line, text)?;
                if issue.pull_request.is_none() {
                    self.heads.entry(issue.number).or_insert(place);
                }
                return Ok(());
            }
            Kind::Pulls => {
                let pull: Pull = parse(path, line, text)?;
                let home = pull.base.as_ref().and_then(|base| base.repo.as_ref());
                if let Some(home) = home.filter(|home| home.id != self.repository.id) {
                    return Err(ImportError::Stranger {
                        path: path.to_owned(),
                        line,
                        name: format!("{}/{}", home.owner.login, home.name),
                    });
                }
                gathered.survey.pull(&pull);
                self.heads.insert(pull.number, place);
                return Ok(());
            }
            Kind::Commits => {
                let commit: Commit = parse(path, line, text)?;
                gathered.address(&commit);
                for number in gathered.survey.merge_commit(&commit) {
                    self.parts.entry(number).or_default().push(place);
                }
                return Ok(());
            }
            Kind::Timeline => {
                let event: Event = parse(path, line, text)?;
                let message = || "it does not say of which issue or pull request".to_owned();
                let missing = || ImportError::Line { path: path.to_owned(), line, message: message() };
                let number = event.number.ok_or_else(missing)?;
                gathered.survey.event(number, &event);
                number
            }
            Kind::PullCommits => {
                let commit: Commit = parse(path, line, text)?;
                let message = || "it does not say of which pull request".to_owned();
                let missing = || ImportError::Line { path: path.to_owned(), line, message: message() };
                let number = commit.pull_number.ok_or_else(missing)?;
                gathered.address(&commit);
                gathered.survey.commit(number, &commit);
                number
            }
            Kind::PullFiles => parse::<Files>(path, line, text)?.pull_number,
            Kind::IssueComments => of(&parse::<Comment>(path, line, text)?.issue_url)?,
            Kind::Reviews => of(&parse::<Review>(path, line, text)?.pull_request_url)?,
            Kind::ReviewComments => of(&parse::<LineComment>(path, line, text)?.pull_request_url)?,
        };
        self.parts.entry(number).or_default().push(place);
        Ok(())
    }

    pub(super) fn page(&mut self, after: u64, most: usize) -> Result<Vec<Thread>> {
        let from = (Bound::Excluded(after), Bound::Unbounded);
        let heads: Vec<(u64, Place)> =
            self.heads.range(from).take(most).map(|(number, place)| (*number, *place)).collect();
        heads.into_iter().map(|(number, head)| self.thread(number, head)).collect()
    }

    fn thread(&mut self, number: u64, head: Place) -> Result<Thread> {
        let head = match head.kind {
            Kind::Pulls => Head::Pull(self.object(head)?),
            _ => Head::Issue(self.object(head)?),
        };
        let mut thread = Thread::new(head);
        for place in self.parts.get(&number).cloned().unwrap_or_default() {
            match place.kind {
                Kind::Issues | Kind::Pulls => {}
                Kind::Timeline => thread.events.push(self.object(place)?),
                Kind::Commits => thread.message = Some(self.object::<Commit>(place)?.commit.message),
                Kind::PullCommits => thread.commits.push(self.object(place)?),
                Kind::PullFiles => thread.files = Some(self.object::<Files>(place)?.files),
                Kind::IssueComments => thread.comments.push(self.object(place)?),
                Kind::Reviews => thread.reviews.push(self.object(place)?),
                Kind::ReviewComments => thread.line_comments.push(self.object(place)?),
            }
        }
        Ok(thread)
    }

    fn object<T: DeserializeOwned>(&mut self, place: Place) -> Result<T> {
        let path = self.path.join(place.kind.file());
        let failed = |source| ImportError::Read { path: path.clone(), source };
        let gone = || ImportError::Changed { path: path.clone() };
        let mut file = self.files.get(&place.kind).ok_or_else(gone)?;
        file.seek(SeekFrom::Start(place.begin)).map_err(failed)?;
        let mut text = vec![0; usize::try_from(place.length).map_err(|_| gone())?];
        file.read_exact(&mut text).map_err(failed)?;
        parse(&path, place.line.into(), &text)
    }
}

fn parse<T: DeserializeOwned>(path: &Path, line: u64, text: &[u8]) -> Result<T> {
    serde_json::from_slice(text).map_err(|error| {
        // A file of one object counts its own lines.
        let line = line + (error.line() as u64).saturating_sub(1);
        ImportError::Line { path: path.to_owned(), line, message: message_of(&error) }
    })
}

/// What is wrong, without the place in the line's own text.
pub(super) fn message_of(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.rsplit_once(" at line ").map_or(text.clone(), |(message, _)| format!("{message}, column {}", error.column()))
}
