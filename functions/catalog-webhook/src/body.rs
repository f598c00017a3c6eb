//! The body of a call, byte for byte as it was signed.

use aws_lambda_events::lambda_function_urls::LambdaFunctionUrlRequest;
use base64::{Engine, engine::general_purpose::STANDARD};

/// The longest body taken, in bytes: products with all their variants have some hundred kilobytes.
pub(crate) const MAX_BODY: usize = 1024 * 1024;

/// Why there is no body to look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Bodiless {
    /// It has more than [`MAX_BODY`] bytes.
    TooLong,
    /// It is said to be Base64 and is not.
    Broken,
}

/// The body of `request`; empty when it has none.
pub(crate) fn body(request: LambdaFunctionUrlRequest) -> Result<Vec<u8>, Bodiless> {
    let text = request.body.unwrap_or_default();
    let longest = if request.is_base64_encoded {
        MAX_BODY.div_ceil(3) * 4
    } else {
        MAX_BODY
    };
    if text.len() > longest {
        return Err(Bodiless::TooLong);
    }
    if !request.is_base64_encoded {
        return Ok(text.into_bytes());
    }
    let bytes = STANDARD.decode(text).map_err(|_| Bodiless::Broken)?;
    if bytes.len() > MAX_BODY {
        return Err(Bodiless::TooLong);
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str, is_base64: bool) -> Result<Vec<u8>, Bodiless> {
        let mut request = LambdaFunctionUrlRequest::default();
        request.body = Some(text.to_owned());
        request.is_base64_encoded = is_base64;
        body(request)
    }

    #[test]
    fn a_body_is_text_or_base64() {
        assert_eq!(of("{}", false).unwrap(), b"{}");
        assert_eq!(of("e30=", true).unwrap(), b"{}");
        assert_eq!(of("{}", true), Err(Bodiless::Broken));
        assert_eq!(body(LambdaFunctionUrlRequest::default()).unwrap(), b"");
    }

    #[test]
    fn a_body_has_a_megabyte_at_most() {
        let fits = "x".repeat(MAX_BODY);
        assert_eq!(of(&fits, false).unwrap().len(), MAX_BODY);
        assert_eq!(of(&STANDARD.encode(&fits), true).unwrap().len(), MAX_BODY);
        let longer = fits + "x";
        assert_eq!(of(&longer, false), Err(Bodiless::TooLong));
        assert_eq!(of(&STANDARD.encode(&longer), true), Err(Bodiless::TooLong));
    }
}
