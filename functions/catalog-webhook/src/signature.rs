//! Whether a call is the backend's: it has signed the bytes of the body with a key that only the two
//! of us know. Signatures are compared in constant time.

use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use http::HeaderMap;
use sha2::Sha256;
use shared::config::backend::{Encoding, Webhook, WebhookKind};

use crate::{error::WebhookError, key::standard};

/// How far, in seconds, the clock of who signs may be from ours; what is older may be a replay.
const TOLERANCE: i64 = 300;

/// A call as far as it is signed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Signed<'a> {
    /// The request's headers.
    pub(crate) headers: &'a HeaderMap,
    /// Its body, byte for byte.
    pub(crate) body: &'a [u8],
    /// Epoch seconds of now.
    pub(crate) now: i64,
}

impl Signed<'_> {
    /// Whether it has the signature that `webhook` asks for, by `key`.
    ///
    /// # Errors
    /// When the configuration does not say where the signature is, or the key is none.
    pub(crate) fn is_genuine(&self, webhook: &Webhook, key: &str) -> Result<bool, WebhookError> {
        let (header, encoding) = match webhook.kind {
            WebhookKind::Bigcommerce => return self.is_standard(key),
            WebhookKind::Shopify => (Some("x-shopify-hmac-sha256"), Encoding::Base64),
            WebhookKind::Woocommerce => (Some("x-wc-webhook-signature"), Encoding::Base64),
            WebhookKind::Hmac => (None, Encoding::Hex),
        };
        let header = webhook.header.as_deref().or(header);
        let header = header.ok_or(WebhookError::Lacks("header"))?;
        let encoding = webhook.encoding.unwrap_or(encoding);
        let signature = self.header(header).and_then(|text| decode(text, encoding));
        Ok(signature.is_some_and(|signature| is_of(key.as_bytes(), &[self.body], &signature)))
    }

    /// Whether it is signed as Standard Webhooks are (https://www.standardwebhooks.com, "Verifying
    /// webhook authenticity"): `<id>.<timestamp>.<body>`, and one good signature among several.
    fn is_standard(&self, key: &str) -> Result<bool, WebhookError> {
        let key = standard(key)?;
        let (Some(id), Some(timestamp), Some(signatures)) = (
            self.header("webhook-id"),
            self.header("webhook-timestamp"),
            self.header("webhook-signature"),
        ) else {
            return Ok(false);
        };
        let signed_at = timestamp.parse::<i64>().ok();
        if signed_at.is_none_or(|at| at.abs_diff(self.now) > TOLERANCE.unsigned_abs()) {
            return Ok(false);
        }
        let parts = [id.as_bytes(), b".", timestamp.as_bytes(), b".", self.body];
        Ok(signatures.split_ascii_whitespace().any(|signature| {
            let signature = signature.strip_prefix("v1,");
            let signature = signature.and_then(|text| decode(text, Encoding::Base64));
            signature.is_some_and(|signature| is_of(&key, &parts, &signature))
        }))
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// The bytes of a signature, with or without `sha256=` before them.
fn decode(text: &str, encoding: Encoding) -> Option<Vec<u8>> {
    let text = text.trim();
    let text = text.strip_prefix("sha256=").unwrap_or(text);
    match encoding {
        Encoding::Hex => hex::decode(text).ok(),
        Encoding::Base64 => STANDARD.decode(text).ok(),
    }
}

/// Whether `signature` is the HMAC-SHA256 of `parts` by `key`. By an empty key nothing is signed:
/// everybody has it.
fn is_of(key: &[u8], parts: &[&[u8]], signature: &[u8]) -> bool {
    let (false, Ok(mut mac)) = (key.is_empty(), Hmac::<Sha256>::new_from_slice(key)) else {
        return false;
    };
    for part in parts {
        mac.update(part);
    }
    mac.verify_slice(signature).is_ok()
}

#[cfg(test)]
mod tests {
    use http::{HeaderName, HeaderValue};
    use serde_json::json;

    use super::*;

    const BODY: &[u8] = br#"{"id":788032119674292922}"#;
    const NOW: i64 = 1_614_265_330;

    fn webhook(declared: serde_json::Value) -> Webhook {
        serde_json::from_value(declared).unwrap()
    }

    fn is_genuine(webhook: &Webhook, key: &str, headers: &[(&str, &str)], body: &[u8]) -> bool {
        let header = |(name, value): &(&str, &str)| {
            let name: HeaderName = name.parse().unwrap();
            (name, HeaderValue::from_str(value).unwrap())
        };
        let signed = Signed {
            headers: &headers.iter().map(header).collect(),
            body,
            now: NOW,
        };
        signed.is_genuine(webhook, key).unwrap()
    }

    // Signatures below are those of Python's hmac module.
    const SHOPIFY: &str = "fhhqwxYconmiOqTJ0cD1XzOlT7ONdp6Ryc18pkvlq5Q=";

    #[test]
    fn shops_sign_the_body_with_their_secret() {
        for (kind, header) in [
            ("shopify", "x-shopify-hmac-sha256"),
            ("woocommerce", "x-wc-webhook-signature"),
        ] {
            let webhook = webhook(json!({ "kind": kind }));
            let signed = [(header, SHOPIFY)];
            assert!(is_genuine(&webhook, "hush", &signed, BODY), "{kind}");
            assert!(!is_genuine(&webhook, "hush", &signed, b"{\"id\":1}"));
            assert!(!is_genuine(&webhook, "hash", &signed, BODY));
            assert!(!is_genuine(&webhook, "hush", &[], BODY));
            for broken in ["", "no base64", &SHOPIFY[..40], &SHOPIFY.replace('=', "")] {
                assert!(!is_genuine(&webhook, "hush", &[(header, broken)], BODY));
            }
        }
    }

    #[test]
    fn other_backends_say_where_and_how_they_sign() {
        let hex = "7e186ac3161ca279a23aa4c9d1c0f55f33a54fb38d769e91c9cd7ca64be5ab94";
        let declared = webhook(json!({"kind": "hmac", "header": "X-Signature"}));
        let prefixed = format!("sha256={hex}");
        for signature in [hex, &prefixed, &hex.to_uppercase()] {
            let signed = [("x-signature", signature)];
            assert!(is_genuine(&declared, "hush", &signed, BODY), "{signature}");
        }
        assert!(!is_genuine(
            &declared,
            "hush",
            &[("x-signature", SHOPIFY)],
            BODY
        ));
        let base64 = webhook(json!({"kind": "hmac", "header": "x-mac", "encoding": "base64"}));
        assert!(is_genuine(&base64, "hush", &[("x-mac", SHOPIFY)], BODY));

        let nowhere = webhook(json!({"kind": "hmac"}));
        let signed = Signed {
            headers: &HeaderMap::new(),
            body: BODY,
            now: NOW,
        };
        let message = signed.is_genuine(&nowhere, "hush").unwrap_err().to_string();
        assert!(message.contains("`header`"), "{message}");
    }

    #[test]
    fn standard_webhooks_are_of_now_and_one_signature_is_enough() {
        let declared = webhook(json!({"kind": "bigcommerce"}));
        let signature = "v1,AIwVRdPG/6Xl/lWE4COJkmGrNNNAvwI7QMvWtF9QjPU=";
        let headers = |timestamp, signature| {
            [
                ("webhook-id", "msg_1"),
                ("webhook-timestamp", timestamp),
                ("webhook-signature", signature),
            ]
        };
        let good = headers("1614265330", signature);
        assert!(is_genuine(&declared, "hush", &good, BODY));
        assert!(
            is_genuine(&declared, "whsec_aHVzaA==", &good, BODY),
            "the same key"
        );
        let several = format!("v1,aaaa v1a,{SHOPIFY} {signature}");
        assert!(is_genuine(
            &declared,
            "hush",
            &headers("1614265330", &several),
            BODY
        ));

        assert!(!is_genuine(
            &declared,
            "hush",
            &headers("1614265331", signature),
            BODY
        ));
        assert!(!is_genuine(&declared, "hush", &good, b"{}"));
        assert!(!is_genuine(&declared, "hush", &good[..2], BODY));
        assert!(!is_genuine(
            &declared,
            "hush",
            &headers("soon", signature),
            BODY
        ));
        let other = [("webhook-id", "msg_2"), good[1], good[2]];
        assert!(!is_genuine(&declared, "hush", &other, BODY));
    }

    #[test]
    fn nobody_signs_with_an_empty_key() {
        let mut mac = Hmac::<Sha256>::new_from_slice(b"").unwrap();
        mac.update(BODY);
        let signature = STANDARD.encode(mac.finalize().into_bytes());
        for (kind, header) in [
            ("shopify", "x-shopify-hmac-sha256"),
            ("woocommerce", "x-wc-webhook-signature"),
        ] {
            let signed = [(header, signature.as_str())];
            assert!(!is_genuine(
                &webhook(json!({ "kind": kind })),
                "",
                &signed,
                BODY
            ));
        }
        let declared = json!({"kind": "hmac", "header": "x-mac", "encoding": "base64"});
        let signed = [("x-mac", signature.as_str())];
        assert!(!is_genuine(&webhook(declared), "", &signed, BODY));

        let mut mac = Hmac::<Sha256>::new_from_slice(b"").unwrap();
        mac.update(b"msg_1.1614265330.");
        mac.update(BODY);
        let signature = format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()));
        let headers = [
            ("webhook-id", "msg_1"),
            ("webhook-timestamp", "1614265330"),
            ("webhook-signature", signature.as_str()),
        ];
        for key in ["", "whsec_"] {
            let declared = webhook(json!({"kind": "bigcommerce"}));
            assert!(!is_genuine(&declared, key, &headers, BODY), "{key}");
        }
    }

    #[test]
    fn a_standard_webhook_from_too_long_ago_is_a_replay() {
        let declared = webhook(json!({"kind": "bigcommerce"}));
        for (timestamp, signature, is_taken) in [
            (
                "1614265030",
                "v1,x3Ii2lKBFTqtQi4UPQPWCgzeNR42mQBLUo38ThZrSaA=",
                true,
            ),
            (
                "1614265029",
                "v1,W9lH27OTfZLpmY1ok1rxzzaSZrHDKMRK1LR77eV1MU4=",
                false,
            ),
            (
                "1614265631",
                "v1,LiEoQX6H6nO9E++gAi+BsDlWra+HB+uSxoNeRQZmaF4=",
                false,
            ),
        ] {
            let headers = [
                ("webhook-id", "msg_1"),
                ("webhook-timestamp", timestamp),
                ("webhook-signature", signature),
            ];
            let taken = is_genuine(&declared, "hush", &headers, BODY);
            assert_eq!(taken, is_taken, "{timestamp}");
        }
    }
}
