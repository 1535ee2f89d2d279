//! Who asks: a personal token, or an App whose short-lived tokens are made anew before they end.
//!
//! Takes the configured credentials, gives the header for a request. Nothing here writes a credential
//! into an error, a log or a `Debug` text; headers are marked so that HTTP libraries hide them too.

use super::connection::{Ask, Connection};
use super::options::{Access, Installation};
use super::refusals::{self, Refusal};
use crate::fetch::error::FetchError;
use crate::fetch::retry::Trouble;
use crate::fetch::time;
use http::HeaderValue;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::BTreeMap;
use std::fmt;
use tokio::sync::Mutex;

/// GitHub takes no longer-lived JWT than ten minutes.
const JWT_SECONDS: u64 = 540;
/// A JWT is dated back by this, for clocks that differ.
const JWT_SLACK: u64 = 60;
/// An installation's token is made anew this long before it ends.
const MARGIN: u64 = 300;

pub(super) enum Auth {
    Token(HeaderValue),
    App(Box<App>),
}

/// An App and the one token that all requests share.
pub(super) struct App {
    id: u64,
    key: EncodingKey,
    installation: Installation,
    /// Whoever finds it absent or ending makes a new one; the others wait for that.
    held: Mutex<Held>,
}

#[derive(Default)]
struct Held {
    place: Option<Place>,
    token: Option<Token>,
}

/// Where the App is installed.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Place {
    pub(super) id: u64,
    pub(super) account: Owner,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Owner {
    pub(super) login: String,
}

struct Token {
    bearer: HeaderValue,
    /// By GitHub's clock, the margin taken off.
    until: u64,
    permissions: BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct Granted {
    token: String,
    expires_at: String,
    #[serde(default)]
    permissions: BTreeMap<String, String>,
}

#[derive(Serialize)]
struct Claims {
    iat: u64,
    exp: u64,
    /// As text, as GitHub's documentation has it; client ids are texts too.
    iss: String,
}

impl fmt::Debug for Auth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Token(_) => f.write_str("Token(********)"),
            Self::App(app) => write!(f, "App({}, {:?}, ********)", app.id, app.installation),
        }
    }
}

impl Auth {
    pub(super) fn new(access: &Access) -> Result<Self, FetchError> {
        match access {
            Access::Token(token) => bearer(token).map(Self::Token).ok_or(FetchError::TokenText),
            Access::App(app) => {
                // Environments often cannot hold line breaks.
                let pem = SecretString::from(app.private_key.expose_secret().replace("\\n", "\n"));
                let key = EncodingKey::from_rsa_pem(pem.expose_secret().as_bytes()).map_err(|_| FetchError::AppKey)?;
                let (id, installation) = (app.id, app.installation.clone());
                Ok(Self::App(Box::new(App { id, key, installation, held: Mutex::default() })))
            }
        }
    }

    pub(super) fn app(&self) -> Option<&App> {
        if let Self::App(app) = self { Some(app) } else { None }
    }

    /// The header of the next request.
    pub(super) async fn bearer(&self, connection: &Connection) -> Result<HeaderValue, Trouble> {
        match self {
            Self::Token(bearer) => Ok(bearer.clone()),
            Self::App(app) => app.bearer(connection).await,
        }
    }

    /// GitHub refused this header. Whether another one may do: an App's token can be revoked before its end.
    pub(super) async fn forget(&self, refused: &HeaderValue) -> bool {
        let Some(app) = self.app() else { return false };
        let mut held = app.held.lock().await;
        if held.token.as_ref().is_some_and(|token| token.bearer == refused) {
            held.token = None;
        }
        true
    }
}

impl App {
    pub(super) fn id(&self) -> u64 {
        self.id
    }

    async fn bearer(&self, connection: &Connection) -> Result<HeaderValue, Trouble> {
        let mut held = self.held.lock().await;
        self.fresh(&mut held, connection).await.map(|token| token.bearer.clone())
    }

    /// Where it is installed and what it may do there.
    pub(super) async fn grants(&self, connection: &Connection) -> Result<(Place, BTreeMap<String, String>), Trouble> {
        let mut held = self.held.lock().await;
        let permissions = self.fresh(&mut held, connection).await?.permissions.clone();
        Ok((self.place(&mut held, connection).await?, permissions))
    }

    async fn fresh<'a>(&self, held: &'a mut Held, connection: &Connection) -> Result<&'a Token, Trouble> {
        let now = connection.clock.now();
        if held.token.as_ref().is_none_or(|token| token.until <= now) {
            let place = self.place(held, connection).await?;
            held.token = None;
            let token = self.token(place.id, connection).await?;
            return Ok(held.token.insert(token));
        }
        held.token.as_ref().ok_or_else(|| refusals::passing("no token of the App"))
    }

    async fn token(&self, installation: u64, connection: &Connection) -> Result<Token, Trouble> {
        let (what, path) = ("a token of the App", format!("/app/installations/{installation}/access_tokens"));
        let granted: Option<Granted> = self.ask(what, connection, &path, true).await?;
        let missing = || FetchError::NoInstallation { place: format!("number {installation}") };
        let granted = granted.ok_or_else(|| Trouble::Final(missing()))?;
        let wrong = || refusals::passing("a token of the App in an unknown form");
        let ends = time::parse(&granted.expires_at).ok_or_else(wrong)?;
        let bearer = bearer(&granted.token.into()).ok_or_else(wrong)?;
        // A token that lives shorter than our margin would be made anew for every request.
        let margin = MARGIN.min(ends.saturating_sub(connection.clock.now()) / 4);
        Ok(Token { bearer, until: ends.saturating_sub(margin), permissions: granted.permissions })
    }

    /// GitHub is asked once: an installation keeps its number.
    async fn place(&self, held: &mut Held, connection: &Connection) -> Result<Place, Trouble> {
        if let Some(place) = &held.place {
            return Ok(place.clone());
        }
        let what = "the App's installation";
        let paths = match &self.installation {
            Installation::Id(id) => vec![format!("/app/installations/{id}")],
            Installation::Of(login) => {
                vec![format!("/orgs/{login}/installation"), format!("/users/{login}/installation")]
            }
        };
        for path in paths {
            let found: Option<Place> = self.ask(what, connection, &path, false).await?;
            if let Some(place) = found {
                return Ok(held.place.insert(place).clone());
            }
        }
        let place = match &self.installation {
            Installation::Id(id) => format!("number {id}"),
            Installation::Of(login) => format!("of {login}"),
        };
        Err(Trouble::Final(FetchError::NoInstallation { place }))
    }

    /// Asks as the App itself. Answers may hold a token: nothing of them is repeated in an error.
    async fn ask<T>(&self, what: &str, connection: &Connection, path: &str, post: bool) -> Result<Option<T>, Trouble>
    where
        T: for<'de> Deserialize<'de>,
    {
        let (address, body) = (format!("{}{path}", connection.api_url), json!({}));
        let ask = if post { Ask::Post(&address, &body) } else { Ask::Get(&address) };
        let dated = connection.clock.now();
        let mut answer = connection.send(&ask, &self.jwt(dated)?).await?;
        // The first answer tells GitHub's time: with ours, the JWT may have come from the future.
        if answer.status == http::StatusCode::UNAUTHORIZED && connection.clock.now().abs_diff(dated) > JWT_SLACK / 2 {
            answer = connection.send(&ask, &self.jwt(connection.clock.now())?).await?;
        }
        match answer.refusal() {
            None => serde_json::from_str(&answer.text)
                .map(Some)
                .map_err(|_| refusals::passing(format!("{what} in an unknown form"))),
            Some(Refusal::Missing) => Ok(None),
            Some(refusal) => Err(refusals::trouble(what, &answer, refusal, true)),
        }
    }

    fn jwt(&self, now: u64) -> Result<HeaderValue, Trouble> {
        let claims = Claims { iat: now.saturating_sub(JWT_SLACK), exp: now + JWT_SECONDS, iss: self.id.to_string() };
        let signed = jsonwebtoken::encode(&Header::new(Algorithm::RS256), &claims, &self.key);
        let signed = signed.map_err(|_| Trouble::Final(FetchError::AppKey))?;
        bearer(&SecretString::from(signed)).ok_or(Trouble::Final(FetchError::AppKey))
    }
}

/// `None` when it has characters that no credential has.
fn bearer(token: &SecretString) -> Option<HeaderValue> {
    let token = token.expose_secret();
    if token.is_empty() || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
        return None;
    }
    let mut value = HeaderValue::from_str(&format!("Bearer {token}")).ok()?;
    value.set_sensitive(true);
    Some(value)
}
