//! `kill -9` at every point: an epoch is paid once with nothing in its way, and its points are counted; then it
//! is paid again from the same beginning for each point, with a daemon that dies there.

use super::books::Paid;
use super::crew::Crew;
use super::town::{Saved, Town};
use super::{ChaosError, Result};
use std::collections::BTreeMap;
use std::path::Path;

const CONFIG: &str = "guerdon.toml";

/// One epoch with nothing in its way.
pub struct Rehearsal {
    pub epoch: u64,
    before: Saved,
    /// The points that were passed, in order.
    pub points: Vec<String>,
    paid: Vec<Paid>,
}

/// What became of the attempts.
#[derive(Debug, Default)]
pub struct Tally {
    /// How many died there, by the point's name.
    pub died: BTreeMap<String, usize>,
    /// The daemon was done before it came to so many points.
    pub missed: usize,
}

impl Tally {
    pub fn deaths(&self) -> usize {
        self.died.values().sum()
    }

    pub fn add(&mut self, other: Self) {
        self.missed += other.missed;
        for (name, deaths) in other.died {
            *self.died.entry(name).or_default() += deaths;
        }
    }

    /// A line for each kind of point.
    pub fn table(&self) -> String {
        self.died.iter().fold(String::new(), |text, (name, deaths)| text + &format!("{deaths:>6}  {name}\n"))
    }
}

/// Pays so many epochs and counts the points of each; the last one comes first.
pub async fn rehearse(town: &Town, epochs: u64) -> Result<Vec<Rehearsal>> {
    let mut rehearsals = Vec::new();
    for epoch in 1..=epochs {
        let before = town.save(&format!("before-{epoch}")).await?;
        let log = town.sandbox.folder.join(format!("points-{epoch}"));
        let mut crew = Crew::of(&town.sandbox, &[CONFIG]);
        for hand in &mut crew.hands {
            hand.start(&town.sandbox, &[("GUERDON_FAULT_LOG", &log.to_string_lossy())])?;
        }
        town.pay(&mut crew, epoch).await?;
        let points = passed(&log)?;
        crew.stop().await?;
        rehearsals.push(Rehearsal { epoch, before, points, paid: town.books().await? });
    }
    // A chain that goes back to a snapshot forgets the later ones.
    rehearsals.reverse();
    Ok(rehearsals)
}

/// `wanted` of `total` points, evenly spread, counted from 1; all of them when there are no more.
pub fn spread(total: usize, wanted: usize) -> Vec<usize> {
    let wanted = wanted.min(total);
    (0..wanted).map(|nth| nth * total / wanted.max(1) + 1).collect()
}

impl Rehearsal {
    /// The same again with a daemon that dies at the n-th point and is started again. Gives the point's name;
    /// nothing when the daemon was done before it came there.
    pub async fn killed_at(&mut self, town: &Town, point: usize) -> Result<Option<String>> {
        town.restore(&mut self.before).await?;
        let log = town.sandbox.folder.join("points");
        match std::fs::remove_file(&log) {
            Err(source) if source.kind() != std::io::ErrorKind::NotFound => return Err(ChaosError::File(log, source)),
            _ => {}
        }
        let mut crew = Crew::of(&town.sandbox, &[CONFIG]);
        for hand in &mut crew.hands {
            let environment =
                [("GUERDON_FAULT_LOG", &*log.to_string_lossy()), ("GUERDON_FAULT_AT", &*point.to_string())];
            hand.start(&town.sandbox, &environment)?;
        }
        town.pay(&mut crew, self.epoch).await?;
        let died = crew.hands.iter().any(|hand| hand.deaths > 0);
        crew.kill().await;
        let name = passed(&log)?.pop().filter(|_| died);
        self.compare(&town.books().await?, point, name.as_deref())?;
        Ok(name)
    }

    /// The evidence may name another block; who gets what may not differ.
    fn compare(&self, paid: &[Paid], point: usize, name: Option<&str>) -> Result<()> {
        let plain = |paid: &[Paid]| -> Vec<_> {
            paid.iter().map(|paid| (paid.epoch, paid.entries_hash, paid.total, paid.entries.clone())).collect()
        };
        if plain(paid) == plain(&self.paid) {
            return Ok(());
        }
        let problem = format!("killed at point {point} ({}): another batch was paid", name.unwrap_or("none"));
        Err(ChaosError::Wrong { epoch: self.epoch, problem })
    }
}

fn passed(log: &Path) -> Result<Vec<String>> {
    let text = std::fs::read_to_string(log).map_err(|source| ChaosError::File(log.to_owned(), source))?;
    Ok(text.lines().filter_map(|line| Some(line.split_once(' ')?.1.to_owned())).collect())
}
