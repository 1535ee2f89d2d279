//! What a GitHub App asks for itself: who it is, where it is installed, and tokens for its installations.
//!
//! Takes a request whose bearer is a JSON web token; gives JSON. It checks the token as GitHub does: RS256 by the
//! App's key, `iss` the App, `iat` not to come, `exp` to come and at most ten minutes away.

use std::collections::BTreeMap;

use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use axum::http::Method;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::access::{App, Installation};
use super::rest::{self, Answer};
use super::text::unescape;
use super::time::{self, iso};
use super::world::World;

/// How far ahead a token may end, and how much clocks may differ.
const MAX_LIFE: i64 = 600;
const LEEWAY: i64 = 60;

const UNDECODABLE: &str = "A JSON web token could not be decoded";
const EXPIRED: &str = "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires";
const TOO_FAR: &str = "'Expiration time' claim ('exp') is too far in the future";
const NOT_YET: &str =
    "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued";

/// Whether a path is asked by an App itself, not by one of its installations.
pub fn speaks_as_app(path: &str) -> bool {
    let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
    matches!(parts.as_slice(), ["app", ..] | ["orgs" | "users", _, "installation"] | ["repos", _, _, "installation"])
}

pub fn answer(world: &World, base: &str, method: &Method, path: &str, query: &str, bearer: &str) -> Answer {
    let Some(app) = world.access().app.clone() else { return Answer::message(401, UNDECODABLE) };
    if let Err(message) = check(&app, bearer) {
        let status = if message == UNDECODABLE || message.starts_with('\'') { 401 } else { 404 };
        return Answer::message(status, message);
    }
    let parts: Vec<String> = path.trim_matches('/').split('/').map(unescape).collect();
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    let installations = world.access().installations.clone();
    let by_id = |id: &str| installations.iter().find(|i| id.parse() == Ok(i.id));
    let by_login = |login: &str| installations.iter().find(|i| i.account.eq_ignore_ascii_case(login));
    let told = |found: Option<&Installation>| match found {
        Some(installation) => Answer::ok(installation_json(world, &app, installation)),
        None => Answer::not_found(),
    };
    match (method, parts.as_slice()) {
        (&Method::GET, ["app"]) => Answer::ok(app_json(&app, installations.len())),
        (&Method::GET, ["app", "installations"]) => {
            let all = installations.iter().map(|i| installation_json(world, &app, i)).collect();
            let query: BTreeMap<String, String> = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
            rest::page(base, path, &query, all)
        }
        (&Method::GET, ["app", "installations", id]) => told(by_id(id)),
        (&Method::GET, ["orgs" | "users", login, "installation"]) => told(by_login(login)),
        (&Method::GET, ["repos", owner, name, "installation"]) => {
            let state = world.read();
            let home = state.repository_named(owner, name).and_then(|r| state.accounts.get(&r.owner));
            let owner = home.map(|a| a.login.clone()).unwrap_or_default();
            drop(state);
            told(by_login(&owner))
        }
        (&Method::POST, ["app", "installations", id, "access_tokens"]) => match by_id(id) {
            None => Answer::not_found(),
            Some(found) if found.suspended_at.is_some() => Answer::message(403, "This installation has been suspended"),
            Some(found) => {
                let token = world.access().issue(found.id);
                let body = json!({
                    "token": token.text,
                    "expires_at": iso(token.expires_at),
                    "permissions": app.permissions,
                    "repository_selection": "all",
                });
                Answer { status: 201, ..Answer::ok(body) }
            }
        },
        _ => Answer::not_found(),
    }
}

/// Checks a JSON web token; the error is what GitHub says.
fn check(app: &App, token: &str) -> Result<(), &'static str> {
    let (signed, signature) = token.rsplit_once('.').ok_or(UNDECODABLE)?;
    let (header, claims) = signed.split_once('.').ok_or(UNDECODABLE)?;
    let bytes = |part: &str| URL_SAFE_NO_PAD.decode(part).map_err(|_| UNDECODABLE);
    let read = |part: &str| serde_json::from_slice::<Value>(&bytes(part)?).map_err(|_| UNDECODABLE);
    let (header, claims) = (read(header)?, read(claims)?);
    let key = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, &app.public_der);
    let good = header.get("alg") == Some(&json!("RS256")) && key.verify(signed.as_bytes(), &bytes(signature)?).is_ok();
    if !good {
        return Err(UNDECODABLE);
    }
    let named = match claims.get("iss") {
        Some(Value::String(text)) => *text == app.client_id || text.parse() == Ok(app.id),
        other => other.and_then(Value::as_u64) == Some(app.id),
    };
    if !named {
        return Err("Integration not found");
    }
    let now = time::now();
    let number = |claim: &str| claims.get(claim).and_then(Value::as_i64);
    let expires = number("exp").filter(|exp| *exp > now).ok_or(EXPIRED)?;
    if expires > now + MAX_LIFE + LEEWAY {
        return Err(TOO_FAR);
    }
    number("iat").filter(|iat| *iat <= now + LEEWAY).map(|_| ()).ok_or(NOT_YET)
}

fn app_json(app: &App, installations: usize) -> Value {
    json!({
        "id": app.id,
        "client_id": app.client_id,
        "slug": app.slug,
        "name": app.slug,
        "html_url": format!("https://github.com/apps/{}", app.slug),
        "permissions": app.permissions,
        "events": [],
        "installations_count": installations,
    })
}

pub(super) fn installation_json(world: &World, app: &App, installation: &Installation) -> Value {
    let state = world.read();
    let account = state.account_named(&installation.account);
    json!({
        "id": installation.id,
        "account": account.map(rest::account),
        "target_id": account.map(|a| a.id.0),
        "target_type": account.map(|a| a.kind.type_name()),
        "app_id": app.id,
        "app_slug": app.slug,
        "client_id": app.client_id,
        "repository_selection": "all",
        "access_tokens_url": format!("https://api.github.com/app/installations/{}/access_tokens", installation.id),
        "repositories_url": "https://api.github.com/installation/repositories",
        "html_url": format!("https://github.com/settings/installations/{}", installation.id),
        "permissions": app.permissions,
        "events": [],
        "suspended_at": installation.suspended_at.map(iso),
        "suspended_by": null,
    })
}
