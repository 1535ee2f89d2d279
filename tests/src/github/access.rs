//! Who may ask: the accepted token with its scopes, a GitHub App with its installations and their short-lived tokens,
//! and permissions that are missing.

use std::collections::{BTreeMap, BTreeSet};

use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::KeyPair as _;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::model::Time;
use super::state::StateError;
use super::text::oid;
use super::time;
use super::world::World;

/// An RSA key of a GitHub App.
#[derive(Debug, Clone)]
pub struct AppKey {
    /// As GitHub hands it out: `-----BEGIN RSA PRIVATE KEY-----`.
    pub private_pem: String,
    /// DER, PKCS#1 or X.509.
    pub public_der: Vec<u8>,
}

/// Bytes before the PKCS#1 key in the PKCS#8 form of an RSA key of 2048 bits.
const PKCS8_HEADER: usize = 26;

impl AppKey {
    /// A new key; `None` where the machine gives no randomness.
    pub fn generate() -> Option<Self> {
        let key = KeyPair::generate(KeySize::Rsa2048).ok()?;
        let whole = key.as_der().ok()?;
        let encoded = STANDARD.encode(whole.as_ref().get(PKCS8_HEADER..)?);
        let lines: Vec<&str> = (0..encoded.len())
            .step_by(64)
            .filter_map(|from| encoded.get(from..(from + 64).min(encoded.len())))
            .collect();
        let private_pem =
            format!("-----BEGIN RSA PRIVATE KEY-----\n{}\n-----END RSA PRIVATE KEY-----\n", lines.join("\n"));
        Some(Self { private_pem, public_der: key.public_key().as_ref().to_vec() })
    }
}

/// A GitHub App as this world knows it.
#[derive(Debug, Clone)]
pub struct App {
    pub id: u64,
    pub slug: String,
    /// Another name for it in `iss`.
    pub client_id: String,
    /// See [`AppKey::public_der`].
    pub public_der: Vec<u8>,
    /// What it asks for when it is installed: `("pull_requests", "read")`.
    pub permissions: BTreeMap<String, String>,
}

#[derive(Debug, Clone)]
pub struct Installation {
    pub id: u64,
    /// The login it was installed by.
    pub account: String,
    pub suspended_at: Option<Time>,
}

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Caller {
    Person,
    /// An App, for the installation of that id.
    Installation(u64),
}

impl Caller {
    /// What GitHub says where a permission is missing.
    pub fn refusal(self) -> &'static str {
        match self {
            Self::Person => "Resource not accessible by personal access token",
            Self::Installation(_) => "Resource not accessible by integration",
        }
    }
}

/// A token that was issued for an installation.
#[derive(Debug, Clone)]
pub struct Token {
    pub text: String,
    pub installation: u64,
    pub expires_at: Time,
}

#[derive(Debug)]
pub struct Access {
    pub app: Option<App>,
    pub installations: Vec<Installation>,
    pub tokens: Vec<Token>,
    /// How long a token lives.
    pub token_seconds: Time,
    /// The scopes of the accepted token, for the header that tells them; fine-grained tokens have none.
    pub scopes: Option<String>,
    pub withheld: BTreeSet<String>,
}

impl Default for Access {
    fn default() -> Self {
        Self {
            app: None,
            installations: Vec::new(),
            tokens: Vec::new(),
            token_seconds: 3_600,
            scopes: Some("public_repo, read:org".to_owned()),
            withheld: BTreeSet::new(),
        }
    }
}

impl Access {
    /// Who holds that token, if it is good.
    pub fn admit(&self, bearer: &str, accepted: &str) -> Option<Caller> {
        if bearer == accepted {
            return Some(Caller::Person);
        }
        let token = self.tokens.iter().find(|t| t.text == bearer && time::now() < t.expires_at)?;
        let installation = self.installations.iter().find(|i| i.id == token.installation)?;
        installation.suspended_at.is_none().then_some(Caller::Installation(token.installation))
    }

    /// A new token for an installation.
    pub fn issue(&mut self, installation: u64) -> Token {
        let number = self.tokens.len();
        let digits = oid(&["token", &installation.to_string(), &number.to_string()]);
        let text = format!("ghs_{}", digits.get(..36).unwrap_or(&digits));
        let token = Token { text, installation, expires_at: time::now() + self.token_seconds };
        self.tokens.push(token.clone());
        token
    }
}

impl World {
    /// The App that may ask for tokens; there is one at most.
    pub fn set_app(&self, app: App) {
        self.access().app = Some(app);
    }

    /// Installs the App for an organisation or a person; returns the installation's id.
    pub fn install(&self, login: &str) -> Result<u64, StateError> {
        let id = self.change(|state| state.account_id(login).map(|account| 40_000_000 + account.0 % 1_000_000))?;
        self.access().installations.push(Installation { id, account: login.to_owned(), suspended_at: None });
        Ok(id)
    }

    pub fn uninstall(&self, installation: u64) {
        self.access().installations.retain(|i| i.id != installation);
    }

    /// Suspends an installation: it gets no tokens, and those it has are refused.
    pub fn suspend_installation(&self, installation: u64) {
        let now = time::now();
        for found in self.access().installations.iter_mut().filter(|i| i.id == installation) {
            found.suspended_at = Some(now);
        }
    }

    /// How long installation tokens live from now on: an hour at GitHub.
    pub fn set_token_life(&self, seconds: Time) {
        self.access().token_seconds = seconds;
    }

    /// Ends every installation token issued so far.
    pub fn expire_tokens(&self) {
        let now = time::now();
        for token in &mut self.access().tokens {
            token.expires_at = token.expires_at.min(now);
        }
    }

    /// How many installation tokens were issued.
    pub fn tokens_issued(&self) -> usize {
        self.access().tokens.len()
    }

    /// The scopes of the accepted token, as answers tell them; `None` for a fine-grained token.
    pub fn set_scopes(&self, scopes: Option<&str>) {
        self.access().scopes = scopes.map(str::to_owned);
    }

    /// Permissions that callers lack from now on, among `pull_requests`, `issues`, `discussions` and `contents`.
    pub fn withhold(&self, permissions: &[&str]) {
        self.access().withheld = permissions.iter().map(|p| (*p).to_owned()).collect();
    }
}
