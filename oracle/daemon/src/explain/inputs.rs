//! What a contribution was, as its evidence has it.

use guerdon_core::classify::classify;
use guerdon_core::evidence::Evidence;
use guerdon_core::model::{ContributorId, Fact, FactKey, Kind, Pull, Verdict};
use guerdon_core::policy::Milli;
use serde::Serialize;

/// What the rules saw of a contribution. Titles are written by strangers: show them by [`crate::plain`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(tag = "of", rename_all = "lowercase")]
pub enum Inputs {
    Pull {
        title: String,
        author: ContributorId,
        merger: Option<ContributorId>,
        files: usize,
        additions: u64,
        deletions: u64,
        /// Files that `.gitattributes` calls generated or vendored.
        generated: usize,
        coauthors: Vec<ContributorId>,
        /// Names of labels, set by whomever.
        labels: Vec<String>,
        /// Other pull requests that the author had open.
        open: u64,
    },
    Review {
        /// Of the pull request.
        title: Option<String>,
        author: Option<ContributorId>,
        verdict: Verdict,
        hunks: u64,
    },
    Issue {
        labels: Vec<String>,
        /// The pull request that closed it.
        closer: Option<u64>,
    },
    Answer {
        asker: Option<ContributorId>,
        accepter: Option<ContributorId>,
    },
    Kudos {
        by: ContributorId,
    },
}

/// What the classifier makes of a title and files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Reading {
    pub kind: Kind,
    /// Thousandths; 0 when there was nothing to go by.
    #[schema(value_type = u64)]
    pub confidence: Milli,
}

fn fact<'a>(evidence: &'a Evidence, key: &FactKey) -> Option<&'a Fact> {
    let at = evidence.facts.binary_search_by_key(key, Fact::key).ok()?;
    evidence.facts.get(at)
}

fn names(labels: &[guerdon_core::model::Label]) -> Vec<String> {
    labels.iter().map(|label| label.name.clone()).collect()
}

impl Inputs {
    pub fn of(evidence: &Evidence, key: &FactKey) -> Option<Self> {
        Some(match fact(evidence, key)? {
            Fact::Pull(pull) => Self::of_pull(pull),
            Fact::Review(review) => {
                let reviewed = fact(evidence, &FactKey::Pull { repo: review.repo, number: review.number });
                let reviewed = reviewed.and_then(|fact| if let Fact::Pull(pull) = fact { Some(pull) } else { None });
                Self::Review {
                    title: reviewed.map(|pull| pull.title.clone()),
                    author: reviewed.map(|pull| pull.author),
                    verdict: review.verdict,
                    hunks: review.hunks,
                }
            }
            Fact::Issue(issue) => {
                let closer = issue.close.as_ref().and_then(|close| close.closer.as_ref());
                Self::Issue { labels: names(&issue.labels), closer: closer.map(|closer| closer.number) }
            }
            Fact::Answer(answer) => Self::Answer { asker: answer.asker, accepter: answer.accepter },
            Fact::Kudos(kudos) => Self::Kudos { by: kudos.by },
            Fact::Witness(_) => return None,
        })
    }

    fn of_pull(pull: &Pull) -> Self {
        let lines = |of: fn(&guerdon_core::model::FileChange) -> u64| {
            pull.files.iter().fold(0u64, |sum, file| sum.saturating_add(of(file)))
        };
        Self::Pull {
            title: pull.title.clone(),
            author: pull.author,
            merger: pull.merger,
            files: pull.files.len(),
            additions: lines(|file| file.additions),
            deletions: lines(|file| file.deletions),
            generated: pull.generated.len(),
            coauthors: pull.coauthors.clone(),
            labels: names(&pull.labels),
            open: pull.open,
        }
    }

    pub fn title(&self) -> Option<&str> {
        match self {
            Self::Pull { title, .. } => Some(title),
            Self::Review { title, .. } => title.as_deref(),
            Self::Issue { .. } | Self::Answer { .. } | Self::Kudos { .. } => None,
        }
    }
}

impl Reading {
    /// Of a pull request. The author's own labels are no evidence of anything.
    pub fn of(evidence: &Evidence, key: &FactKey) -> Option<Self> {
        let Fact::Pull(pull) = fact(evidence, key)? else { return None };
        let labels = pull.labels.iter().filter(|label| label.actor != pull.author).map(|label| label.name.as_str());
        let read = classify(&pull.title, labels, &pull.files);
        Some(Self { kind: read.kind, confidence: read.confidence })
    }
}
