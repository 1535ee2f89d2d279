//! What the doctor finds at GitHub: who asks, with which permissions, how much is left this hour, and
//! whether each repository can be read.

use crate::config::Config;
use crate::fetch::{Budget, FetchError, GitHub, Identity, Limit, Reading};
use crate::oracle::github;
use crate::run::chain_of;

/// So many repositories of an organization are tried one by one; its list shows the others.
const TRIED: usize = 10;

type Found = (&'static str, Result<String, String>);

/// A credential that GitHub refuses is told once, and nothing else is asked then.
pub(super) async fn look(config: &Config, ahead: &mut Option<i64>) -> Vec<Found> {
    let text = |error: &dyn std::error::Error| chain_of(error);
    let github = match github(config) {
        Ok(github) => github,
        Err(error) => return vec![("GitHub", Err(text(&error)))],
    };
    let identity = github.identity().await;
    *ahead = github.ahead();
    let identity = match identity {
        Ok(identity) => identity,
        Err(error) => return vec![("GitHub", Err(text(&error)))],
    };
    let mut found = vec![("GitHub", who(&identity, &config.github.api_url))];
    found.push(("GitHub budget", budget(&github, config.github.reserve).await));
    let names = match names(&github, config).await {
        Ok(names) => names,
        Err(error) => {
            found.push(("GitHub repositories", Err(text(&error))));
            return found;
        }
    };
    let mut readable = names.len();
    for (owner, name) in names.iter().take(tried(config)) {
        let result = match github.reading(owner, name).await {
            Ok(reading) => read(&reading, &identity),
            Err(error) => Err(text(&error)),
        };
        readable -= usize::from(result.is_err());
        found.push(("GitHub repository", result));
    }
    let all = names.len();
    let summary = format!("{readable} repositories of {all} can be read");
    found.push((
        "GitHub repositories",
        if readable == all && all > 0 { Ok(format!("{all} repositories")) } else { Err(summary) },
    ));
    found
}

fn tried(config: &Config) -> usize {
    if config.github.repositories.is_empty() { TRIED } else { usize::MAX }
}

async fn names(github: &GitHub, config: &Config) -> Result<Vec<(String, String)>, FetchError> {
    match &config.github.organization {
        Some(login) if config.github.repositories.is_empty() => {
            let listed = github.repositories(login).await?;
            Ok(listed.into_iter().map(|repository| (repository.owner, repository.name)).collect())
        }
        _ => Ok(config.repositories()),
    }
}

fn who(identity: &Identity, api_url: &str) -> Result<String, String> {
    match identity {
        Identity::Token { login, scopes, expires } => {
            let scopes = match scopes {
                None => "fine-grained, or of a kind without scopes".to_owned(),
                Some(scopes) if scopes.is_empty() => "no scopes, which is enough for public repositories".to_owned(),
                Some(scopes) => format!("scopes {}", scopes.join(", ")),
            };
            let expires = expires.as_ref().map(|until| format!(", until {until}")).unwrap_or_default();
            Ok(format!("{api_url} knows us by a personal token of {login} ({scopes}{expires})"))
        }
        Identity::App { id, installation, account, permissions } => {
            let lacking = identity.lacking();
            if !lacking.is_empty() {
                return Err(format!(
                    "the App {id} lacks permission to read {} on {account}: grant it in the App's settings and accept \
                     it in the installation",
                    lacking.join(", ")
                ));
            }
            let granted: Vec<String> = permissions.iter().map(|(name, level)| format!("{name} {level}")).collect();
            Ok(format!(
                "{api_url} knows us by the App {id}, installation {installation} on {account} ({})",
                granted.join(", ")
            ))
        }
    }
}

async fn budget(github: &GitHub, reserve: u8) -> Result<String, String> {
    let limits = github.limits().await.map_err(|error| chain_of(&error))?;
    let Some(Budget { graphql, core }) = limits else { return Ok("this server sets no limits".to_owned()) };
    let mut said = Vec::new();
    let mut used_up = false;
    for (name, limit) in [("GraphQL points", graphql), ("REST requests", core)] {
        let Some(Limit { limit, remaining, .. }) = limit else { continue };
        used_up |= remaining <= limit * u64::from(reserve) / 100;
        said.push(format!("{remaining} of {limit} {name}"));
    }
    let said = format!("{} left this hour, {reserve}% of them for others", said.join(" and "));
    if used_up { Err(format!("{said}: a fetch would wait for the next hour")) } else { Ok(said) }
}

fn read(reading: &Reading, identity: &Identity) -> Result<String, String> {
    let Reading { name, private, forbidden } = reading;
    if forbidden.is_empty() {
        return Ok(format!("{name} can be read{}", if *private { " (private)" } else { "" }));
    }
    let grant = match identity {
        Identity::App { .. } => "grant it in the App's settings and accept it in the installation",
        Identity::Token { .. } => "give the token read access to it",
    };
    Err(format!("{name}: no permission to read {}: {grant}", forbidden.join(", ")))
}
