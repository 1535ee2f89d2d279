//! What can go wrong between us and GitHub. No variant ever holds the token.

use crate::store::StoreError;

#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    #[error("`{field}` is not an http(s) address: {value}")]
    Address { field: &'static str, value: String },
    #[error(
        "`github.app.private_key` is not an RSA private key in PEM form: use the file that GitHub gave for the App"
    )]
    AppKey,
    #[error("GitHub refused the App (401): check `github.app.id`, `github.app.private_key` and this machine's clock")]
    App,
    #[error(
        "GitHub knows no App of that id with an installation {place}: install it there, or check `github.app.id`, \
         `github.app.installation`, `github.organization` and `github.repositories`"
    )]
    NoInstallation { place: String },
    #[error("`github.token` has characters that no GitHub token has: check for line breaks and spaces")]
    TokenText,
    #[error("cannot set up the connection to GitHub: {message}")]
    Client { message: String },
    #[error("GitHub refused the token (401): check `github.token`; it may be mistyped, expired or revoked")]
    Token,
    #[error("GitHub forbids {what}: {message}; check what the token may read")]
    Forbidden { what: String, message: String },
    #[error(
        "GitHub does not know the repository {owner}/{name}, or the token may not see it: check `github.repositories`"
    )]
    NoRepository { owner: String, name: String },
    #[error("GitHub does not know the organization {login}, or the token may not see it: check `github.organization`")]
    NoOrganization { login: String },
    #[error("GitHub does not know the account {login}")]
    NoAccount { login: String },
    #[error("GitHub does not know the gist {id}")]
    NoGist { id: String },
    #[error("there is nothing to fetch: set `github.repositories` or `github.organization`")]
    NothingToFetch,
    #[error("GitHub answered {status} to {what}: {message}")]
    Status { what: String, status: u16, message: String },
    #[error("GitHub refused the query for {what}: {message}")]
    Query { what: String, message: String },
    #[error("{what}: GitHub gave no usable answer in {tries} tries, the last time: {last}; run the same command again")]
    GaveUp { what: String, tries: usize, last: String },
    #[error(
        "{what}: GitHub cannot answer this much at once, and had {tries} tries, the last time: {last}; run the same \
         command again"
    )]
    TooMuch { what: String, tries: usize, last: String },
    #[error(
        "{what}: GitHub's rate limit holds for {seconds} s more, longer than `github.patience` ({reason}): run it again \
         then"
    )]
    RateLimit { what: String, reason: String, seconds: u64 },
    #[error("{what}: GitHub's answer lacks what was asked for: {message}")]
    Shape { what: String, message: String },
    #[error("{what}: cannot be kept: {message}")]
    Record { what: String, message: String },
    #[error("the store failed")]
    Store(#[from] StoreError),
}
