//! Whether GitHub signed a webhook's body.

use secrecy::{ExposeSecret, SecretString};

/// `header` is `X-Hub-Signature-256`: `sha256=` and the HMAC-SHA-256 of the raw body in hexadecimal. The
/// comparison takes the same time wherever they differ.
pub fn is_signed(header: &str, secret: &SecretString, body: &[u8]) -> bool {
    octocrab::models::webhook_events::verify_signature(header, secret.expose_secret(), body).is_ok()
}

#[cfg(test)]
mod tests {
    use super::is_signed;

    #[test]
    fn only_the_right_signature_is_one() {
        // The example of GitHub's documentation.
        let secret = "It's a Secret to Everybody".to_owned().into();
        let other = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e18";
        let known = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
        assert!(is_signed(known, &secret, b"Hello, World!"));
        for wrong in [other, "", "sha256=", "sha1=757107ea0eb2509fc211221cce984b8a37570b6d", &known[7..], &known[..70]]
        {
            assert!(!is_signed(wrong, &secret, b"Hello, World!"), "{wrong}");
        }
        assert!(!is_signed(known, &secret, b"Hello, World?"));
        assert!(!is_signed(known, &"another".to_owned().into(), b"Hello, World!"));
    }
}
