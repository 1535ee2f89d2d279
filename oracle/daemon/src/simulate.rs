//! A policy on past epochs: takes the store's evidence and a policy that is not in force, gives who would
//! have gained and who lost. Evidence is a complete input, so neither the chain nor GitHub is asked, and
//! nothing is written or signed.

use crate::books::Books;
use crate::oracle::{OracleError, Result};
use crate::store::StoredEvidence;
use guerdon_core::model::{ContributorId, Epoch};
use guerdon_core::policy::{Milli, Policy};
use guerdon_core::simulate::Simulator;
pub use guerdon_core::simulate::{AttackChange, Change, EpochChange, People, PersonChange, Simulation, SliceChange};
use std::collections::BTreeMap;

/// Which epochs, both included; open ends are the first and the last that have evidence.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Span {
    pub from: Option<Epoch>,
    pub to: Option<Epoch>,
}

impl Books {
    /// Replays epochs under another policy.
    pub async fn simulate(&self, policy: &Policy, span: Span) -> Result<Simulation> {
        let chosen = self.chosen(span).await?;
        let mut simulator = Simulator::new(policy)?;
        for cut in &chosen {
            let (rebuilt, in_force) = self.rebuild(cut).await?;
            simulator.next(rebuilt, in_force)?;
        }
        let mut simulation = simulator.finish().ok_or(OracleError::NothingToReplay)?.attacked()?;
        let accounts = self.store.accounts().await?.into_iter().filter(|account| !account.login.is_empty());
        let mut logins: BTreeMap<ContributorId, String> =
            accounts.map(|account| (ContributorId(account.id), account.login)).collect();
        for change in &mut simulation.changes {
            change.login = logins.remove(&change.id);
        }
        Ok(simulation)
    }

    /// The evidence of these epochs, ascending and without a gap.
    async fn chosen(&self, span: Span) -> Result<Vec<StoredEvidence>> {
        let cut = self.epochs().await?;
        let (Some((first, _)), Some((last, _))) = (cut.first_key_value(), cut.last_key_value()) else {
            return Err(OracleError::NothingToReplay);
        };
        let (first, last) = (*first, *last);
        let (from, to) = (span.from.unwrap_or(first), span.to.unwrap_or(last));
        if from < first || to > last || from > to {
            return Err(OracleError::NotReplayable { from, to, first, last });
        }
        Ok(cut.into_iter().filter(|(epoch, _)| (from..=to).contains(epoch)).map(|(_, cut)| cut).collect())
    }
}

/// Thousandths as a percentage with its sign: `+12.5%`.
pub fn percent(milli: i128) -> String {
    let sign = if milli < 0 { "-" } else { "+" };
    let milli = milli.unsigned_abs();
    format!("{sign}{}.{}%", milli / 10, milli % 10)
}

/// A share in thousandths as a percentage: 125 is `12.5%`.
pub fn part(milli: Milli) -> String {
    format!("{}.{}%", milli / 10, milli % 10)
}

/// Epochs by their ends.
pub fn span(text: &str) -> Option<Span> {
    let epoch = |text: &str| match text.trim() {
        "" => Some(None),
        text => text.parse().ok().filter(|number| *number > 0).map(|number| Some(Epoch(number))),
    };
    let (from, to) = match text.split_once("..") {
        Some((from, to)) => (epoch(from)?, epoch(to)?),
        None => (Some(epoch(text)??), Some(epoch(text)??)),
    };
    let ordered = from.zip(to).is_none_or(|(from, to)| from <= to);
    ordered.then_some(Span { from, to })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn epochs_are_named_by_their_ends() {
        let both = |from, to| Some(Span { from: Some(Epoch(from)), to: Some(Epoch(to)) });
        assert_eq!((span("2..5"), span("3"), span("4..4")), (both(2, 5), both(3, 3), both(4, 4)));
        assert_eq!(span("2.."), Some(Span { from: Some(Epoch(2)), to: None }));
        assert_eq!((span("..2"), span("..")), (Some(Span { from: None, to: Some(Epoch(2)) }), Some(Span::default())));
        for wrong in ["", "0", "5..2", "0..3", "a..b", "1..2..3", "-1", "1...3", "1-3"] {
            assert_eq!(span(wrong), None, "{wrong:?}");
        }
    }

    #[test]
    fn differences_read_as_percent() {
        assert_eq!((percent(125), percent(-333), percent(-1000)), ("+12.5%".into(), "-33.3%".into(), "-100.0%".into()));
        assert_eq!((part(125), part(1000), part(7)), ("12.5%".into(), "100.0%".into(), "0.7%".into()));
    }
}
