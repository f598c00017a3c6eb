//! The keys that calls are signed with: how they are written, and which are none.

use base64::{Engine, engine::general_purpose::STANDARD};

use crate::error::WebhookError;

/// What stands before a key in Standard Webhooks' own writing.
const PREFIX: &str = "whsec_";
/// The fewest bytes of a key, 96 bits: who has one call can try shorter ones against it at home.
const LEAST: usize = 12;

/// The key of Standard Webhooks that `text` writes: what `whsec_` hides, or the text as it stands,
/// which is how BigCommerce signs with the client secret.
///
/// # Errors
/// When what follows `whsec_` is no Base64.
pub(crate) fn standard(text: &str) -> Result<Vec<u8>, WebhookError> {
    match text.strip_prefix(PREFIX) {
        Some(hidden) => STANDARD.decode(hidden).map_err(|_| WebhookError::BrokenKey),
        None => Ok(text.as_bytes().to_vec()),
    }
}

/// Whether `text` is a key that nobody guesses, whichever kind of webhook it is for: to those that do
/// not know `whsec_`, what follows it is a text.
///
/// # Errors
/// When it is shorter.
pub(crate) fn is_long_enough(text: &str) -> Result<(), WebhookError> {
    let hidden = text.strip_prefix(PREFIX).unwrap_or(text).trim();
    let bytes = standard(text).map_or(hidden.len(), |key| key.len().min(hidden.len()));
    if bytes < LEAST {
        return Err(WebhookError::ShortKey {
            bytes,
            least: LEAST,
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_standard_key_is_what_its_prefix_hides_or_the_text() {
        assert_eq!(standard("whsec_aHVzaA==").unwrap(), b"hush");
        assert_eq!(standard("hush").unwrap(), b"hush");
        let broken = standard("whsec_hush!").unwrap_err().to_string();
        assert!(broken.contains("not Base64"), "{broken}");
    }

    #[test]
    fn a_key_that_is_soon_guessed_is_refused_with_what_to_do() {
        let twelve = STANDARD.encode([7; 12]);
        for long in [
            "0123456789ab",
            "whsec_what a shop calls its key",
            &format!("whsec_{twelve}"),
        ] {
            assert!(is_long_enough(long).is_ok(), "{long}");
        }
        let eleven = STANDARD.encode([7; 11]);
        for short in [
            "hush",
            "0123456789a",
            "hush                ",
            "whsec_",
            "whsec_aHVzaA==",
            &format!("whsec_{eleven}"),
        ] {
            let refused = is_long_enough(short).unwrap_err().to_string();
            assert!(refused.contains("copy the whole secret"), "{refused}");
            assert!(!refused.contains("hush"), "{refused}");
        }
    }
}
