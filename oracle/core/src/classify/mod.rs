//! Takes a title, labels and changed files, gives the kind of the change and how sure that is.
//! Integers and a table only: the same bits on every machine. It describes; what a change earns
//! is never raised by it (see `docs/classifier.md`).

pub mod features;
pub mod model;
mod paths;

use crate::B256;
use crate::model::{FileChange, Kind};
use crate::policy::Milli;
use features::Features;
use model::{KINDS, Model};
use sha2::{Digest, Sha256};

/// The weights that `tools/train-classifier` wrote.
pub const WEIGHTS: &[u8] = include_bytes!("weights.bin");

#[allow(clippy::panic, reason = "while compiling: weights that cannot be read never become a binary")]
const MODEL: Model<'static> = match Model::parse(WEIGHTS) {
    Ok(model) => model,
    Err(_) => panic!("classify/weights.bin is not for this code: run tools/train-classifier"),
};

/// How much a label says, as a logarithm of odds in 2^-16: 4, that is fifty to one. Set by hand,
/// because the training data has no labels.
const LABEL: i64 = 4 << 16;

/// A kind and the confidence in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Classified {
    /// One of [`KINDS`].
    pub kind: Kind,
    /// Of the likeliest kind, in thousandths. Under the threshold `kind` is `chore` instead. 0 when
    /// there was nothing to go by: no word, no label that says a kind, no file.
    pub confidence: Milli,
}

/// Tells the kind of a change by the weights in the repository. `labels` are those that count:
/// whose labels do is the caller's question.
pub fn classify<'a>(title: &str, labels: impl IntoIterator<Item = &'a str>, files: &[FileChange]) -> Classified {
    classify_by(&MODEL, title, labels, files)
}

/// [`classify`] by other weights: how weights are measured before they are kept.
pub fn classify_by<'a>(
    model: &Model<'_>,
    title: &str,
    labels: impl IntoIterator<Item = &'a str>,
    files: &[FileChange],
) -> Classified {
    let features = Features::of(title, files);
    let mut scores = model.scores(&features);
    let mut labelled = [false; KINDS.len()];
    for kind in labels.into_iter().filter_map(kind_of_label) {
        for (flag, known) in labelled.iter_mut().zip(KINDS) {
            *flag |= known == kind;
        }
    }
    if files.is_empty() && !features.has_words() && !labelled.contains(&true) {
        return Classified { kind: Kind::Chore, confidence: 0 };
    }
    for (score, _) in scores.iter_mut().zip(labelled).filter(|(_, labelled)| *labelled) {
        *score += LABEL;
    }
    let (kind, confidence) = model::best(&scores);
    let kind = if confidence < model.threshold { Kind::Chore } else { kind };
    Classified { kind, confidence: confidence.into() }
}

/// sha-256 of the weights.
pub fn classifier_hash() -> B256 {
    B256::from_slice(&Sha256::digest(WEIGHTS))
}

/// What a label such as `C-bug`, `kind/feature` or `type: docs` says: by its first word that says
/// anything.
fn kind_of_label(label: &str) -> Option<Kind> {
    let words = label.split(|c: char| !c.is_ascii_alphanumeric()).take(8);
    words.into_iter().find_map(|word| match word.to_ascii_lowercase().as_str() {
        "feature" | "feat" | "enhancement" => Some(Kind::Feature),
        "bug" | "bugfix" | "fix" | "regression" => Some(Kind::Fix),
        "docs" | "doc" | "documentation" => Some(Kind::Docs),
        "test" | "tests" | "testing" => Some(Kind::Test),
        "refactor" | "refactoring" | "cleanup" => Some(Kind::Refactor),
        "build" | "ci" | "dependencies" | "deps" => Some(Kind::Build),
        "chore" | "style" | "maintenance" => Some(Kind::Chore),
        _ => None,
    })
}
