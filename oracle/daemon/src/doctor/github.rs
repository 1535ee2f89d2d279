//! What the doctor finds at GitHub: who asks, with which permissions, how much is left this hour, and
//! whether each repository can be read.

use super::{Finding, State, clock};
use crate::config::Config;
use crate::fetch::{Budget, FetchError, GitHub, Identity, Limit, Reading};
use crate::oracle::github;
use crate::run::chain_of;

/// So many repositories of an organization are tried one by one; its list shows the others.
const TRIED: usize = 10;

const ACCESS: &str = "mend the token or App that `[github]` names: docs/runbook.md, \"GitHub refuses\"";

/// A credential that GitHub refuses is told once, and nothing else is asked then.
pub(super) async fn look(config: &Config, ahead: &mut Option<i64>) -> Vec<Finding> {
    let refused = |error: &dyn std::error::Error| vec![Finding::failed("GitHub", chain_of(error), ACCESS)];
    let github = match github(config) {
        Ok(github) => github,
        Err(error) => return refused(&error),
    };
    let identity = github.identity().await;
    *ahead = github.ahead();
    let identity = match identity {
        Ok(identity) => identity,
        Err(error) => return refused(&error),
    };
    let mut found =
        vec![who(&identity, &config.github.api_url, clock::now()), budget(&github, config.github.reserve).await];
    let names = match names(&github, config).await {
        Ok(names) => names,
        Err(error) => {
            found.push(Finding::failed("GitHub repositories", chain_of(&error), ACCESS));
            return found;
        }
    };
    let mut readable = names.len();
    for (owner, name) in names.iter().take(tried(config)) {
        let finding = match github.reading(owner, name).await {
            Ok(reading) => read(&reading, &identity),
            Err(error) => Finding::failed("GitHub repository", chain_of(&error), GONE),
        };
        readable -= usize::from(finding.state == State::Failed);
        found.push(finding);
    }
    let all = names.len();
    found.push(if readable == all && all > 0 {
        Finding::ok("GitHub repositories", format!("{all} repositories"))
    } else {
        Finding::failed("GitHub repositories", format!("{readable} repositories of {all} can be read"), GONE)
    });
    found
}

const GONE: &str = "mend its access, or take it out with `github.exclude`: no epoch is cut meanwhile";

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

/// How long before its end a token is spoken of, in seconds.
const SOON: u64 = 14 * 86_400;
const RENEW: &str = "it ends soon: make another one, put it where `github.token` says, and restart";

fn who(identity: &Identity, api_url: &str, now: u64) -> Finding {
    match identity {
        Identity::Token { login, scopes, expires } => {
            let scopes = match scopes {
                None => "fine-grained, or of a kind without scopes".to_owned(),
                Some(scopes) if scopes.is_empty() => "no scopes, which is enough for public repositories".to_owned(),
                Some(scopes) => format!("scopes {}", scopes.join(", ")),
            };
            let expires = expires.as_ref().map(|until| format!(", until {until}")).unwrap_or_default();
            let said = format!("{api_url} knows us by a personal token of {login} ({scopes}{expires})");
            match identity.ends() {
                Some(ends) if ends < now.saturating_add(SOON) => Finding::warning("GitHub", said, RENEW),
                _ => Finding::ok("GitHub", said),
            }
        }
        Identity::App { id, installation, account, permissions } => {
            let lacking = identity.lacking();
            if !lacking.is_empty() {
                return Finding::failed(
                    "GitHub",
                    format!("the App {id} lacks permission to read {} on {account}", lacking.join(", ")),
                    GRANT,
                );
            }
            let granted: Vec<String> = permissions.iter().map(|(name, level)| format!("{name} {level}")).collect();
            let granted = granted.join(", ");
            Finding::ok(
                "GitHub",
                format!("{api_url} knows us by the App {id}, installation {installation} on {account} ({granted})"),
            )
        }
    }
}

const GRANT: &str = "grant it in the App's settings and accept it in the installation";

async fn budget(github: &GitHub, reserve: u8) -> Finding {
    const WHAT: &str = "GitHub budget";
    let limits = match github.limits().await {
        Ok(Some(limits)) => limits,
        Ok(None) => return Finding::ok(WHAT, "this server sets no limits"),
        Err(error) => return Finding::failed(WHAT, chain_of(&error), ACCESS),
    };
    let Budget { graphql, core } = limits;
    let mut said = Vec::new();
    let mut used_up = false;
    for (name, limit) in [("GraphQL points", graphql), ("REST requests", core)] {
        let Some(Limit { limit, remaining, .. }) = limit else { continue };
        used_up |= remaining <= limit * u64::from(reserve) / 100;
        said.push(format!("{remaining} of {limit} {name}"));
    }
    let said = format!("{} left this hour, {reserve}% of them for others", said.join(" and "));
    if used_up {
        let next = "a fetch waits for the next hour: give the daemon a token of its own, or an App";
        return Finding::failed(WHAT, said, next);
    }
    Finding::ok(WHAT, said)
}

fn read(reading: &Reading, identity: &Identity) -> Finding {
    const WHAT: &str = "GitHub repository";
    let Reading { name, private, forbidden } = reading;
    if forbidden.is_empty() {
        return Finding::ok(WHAT, format!("{name} can be read{}", if *private { " (private)" } else { "" }));
    }
    let grant = match identity {
        Identity::App { .. } => GRANT,
        Identity::Token { .. } => "give the token read access to it",
    };
    Finding::failed(WHAT, format!("{name}: no permission to read {}", forbidden.join(", ")), grant)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_that_ends_within_a_fortnight_is_a_warning() {
        let token = |expires: Option<&str>| Identity::Token {
            login: "me".into(),
            scopes: None,
            expires: expires.map(str::to_owned),
        };
        let state = |expires, now| who(&token(expires), "https://api.github.com", now).state;
        let end = Some("1970-02-01 00:00:00 UTC");
        assert_eq!((state(end, 31 * 86_400 - SOON), state(end, 31 * 86_400 - SOON + 1)), (State::Ok, State::Warning));
        assert_eq!(state(None, u64::MAX), State::Ok);
    }
}
