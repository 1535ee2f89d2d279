//! The section `[evidence]` of the configuration: who else has evidence, and where an oracle puts its own.

use super::Place;
use serde::Deserialize;

/// Without the section evidence is looked for at the oracles only.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EvidenceConfig {
    /// Addresses that an evidence hash is put behind, or in the place of `{hash}`.
    #[serde(default)]
    pub mirrors: Vec<String>,
}

impl EvidenceConfig {
    /// The key that is wrong, and what is wrong with it.
    pub fn check(&self) -> Result<(), (&'static str, String)> {
        for mirror in &self.mirrors {
            if Place::of(mirror).url(Default::default()).is_none() {
                return Err(("evidence.mirrors", "has something that is not an http(s) address".to_owned()));
            }
        }
        Ok(())
    }

    /// The configured mirrors.
    pub fn places(&self) -> Vec<Place> {
        self.mirrors.iter().map(|mirror| Place::of(mirror)).collect()
    }

    /// Key and value of each setting, secrets by reference only.
    pub(crate) fn shown(&self) -> Vec<(&'static str, String)> {
        let mirrors: Vec<String> = self.places().iter().map(ToString::to_string).collect();
        vec![("evidence.mirrors", mirrors.join(", "))]
    }
}
