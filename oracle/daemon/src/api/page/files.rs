//! The files of the page: takes the table that was made when the binary was built, gives answers with the headers
//! that browsers and caches need.

use super::super::reply;
use axum::body::Body;
use axum::http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, REFERRER_POLICY,
    VARY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};

/// Scripts, styles and workers from here alone, WebAssembly with them; any API or RPC by TLS, or on this machine.
const POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; \
                      connect-src 'self' https: http://127.0.0.1:* http://localhost:*; worker-src 'self'; base-uri 'none'; \
                      form-action 'none'; frame-ancestors 'none'";

#[derive(Debug)]
pub(super) struct File {
    /// Below `web/dist`.
    pub(super) path: &'static str,
    bytes: &'static [u8],
    /// The same by gzip, where that is shorter.
    packed: Option<&'static [u8]>,
}

pub(super) static FILES: &[File] = include!(concat!(env!("OUT_DIR"), "/page.rs"));

impl File {
    pub(super) fn answer(&self, asked: &HeaderMap) -> Response {
        let packed = self.packed.filter(|_| takes_gzip(asked));
        let bytes = packed.unwrap_or(self.bytes);
        let tag = reply::tag(&Sha256::digest(bytes));
        let headers = [
            (CONTENT_TYPE, self.kind()),
            // The names of assets have their hashes in them.
            (CACHE_CONTROL, if self.path.starts_with("assets/") { reply::IMMUTABLE } else { reply::REVALIDATE }),
            (CONTENT_SECURITY_POLICY, POLICY),
            (X_CONTENT_TYPE_OPTIONS, "nosniff"),
            (REFERRER_POLICY, "no-referrer"),
            (VARY, "accept-encoding"),
            (ETAG, tag.as_str()),
        ];
        let mut response = (headers, Body::from(bytes)).into_response();
        if packed.is_some() {
            response.headers_mut().insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        }
        response
    }

    fn kind(&self) -> &'static str {
        match self.path.rsplit_once('.').map_or("", |(_, extension)| extension) {
            "html" => "text/html; charset=utf-8",
            "js" => "text/javascript; charset=utf-8",
            "css" => "text/css; charset=utf-8",
            "wasm" => "application/wasm",
            "json" => "application/json",
            "svg" => "image/svg+xml",
            "png" => "image/png",
            "txt" => "text/plain; charset=utf-8",
            _ => "application/octet-stream",
        }
    }
}

fn takes_gzip(asked: &HeaderMap) -> bool {
    let codings = asked.get_all(ACCEPT_ENCODING).iter().filter_map(|line| line.to_str().ok());
    let mut codings = codings.flat_map(|line| line.split(','));
    codings.any(|coding| {
        let (name, weight) = coding.split_once(';').unwrap_or((coding, ""));
        name.trim().eq_ignore_ascii_case("gzip") && !matches!(weight.trim(), "q=0" | "q=0.0" | "q=0.00" | "q=0.000")
    })
}

#[cfg(test)]
mod tests {
    use super::{ACCEPT_ENCODING, HeaderMap, HeaderValue, takes_gzip};

    #[test]
    fn gzip_goes_to_whoever_takes_it() {
        for (line, expected) in [
            ("gzip, deflate, br", true),
            ("br;q=1, GZIP;q=0.5", true),
            ("", false),
            ("identity", false),
            ("gzip;q=0, br", false),
            ("xgzip", false),
        ] {
            let asked = HeaderMap::from_iter([(ACCEPT_ENCODING, HeaderValue::from_static(line))]);
            assert_eq!(takes_gzip(&asked), expected, "{line}");
        }
    }
}
