//! Addresses in the form that they are kept and compared in.

use shared::fault::{Fault, FaultKind};

const MAX_EMAIL: usize = 254;
const MAX_LOCAL: usize = 64;
const MAX_LABEL: usize = 63;
/// E.164.
const DIGITS: std::ops::RangeInclusive<usize> = 8..=15;

/// Why something is no address. It does not repeat it: an address belongs to a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// No email address.
    #[error(
        "it is no email address: one has a name, an `@` and a domain, in at most 254 characters without spaces"
    )]
    Email,
    /// An email address that Amazon SES does not take.
    #[error(
        "the email address has characters that Amazon SES does not take; write its domain in Punycode"
    )]
    NotAscii,
    /// No phone number.
    #[error(
        "it is no international phone number: one begins with `+` or `00` and its country's code, and has 8 to 15 digits"
    )]
    Phone,
}

impl Fault for AddressError {
    fn kind(&self) -> FaultKind {
        FaultKind::InvalidInput
    }
}

/// An email address, in lower case and without spaces around it.
///
/// # Errors
/// When it cannot be one.
pub fn email(text: &str) -> Result<String, AddressError> {
    let text = text.trim();
    if !text.is_ascii() {
        return Err(AddressError::NotAscii);
    }
    let (local, domain) = text.rsplit_once('@').ok_or(AddressError::Email)?;
    let whole = text.len() <= MAX_EMAIL && is_local(local) && is_domain(domain);
    whole
        .then(|| text.to_ascii_lowercase())
        .ok_or(AddressError::Email)
}

/// A phone number in the form of E.164, `+4930123456`. Characters that only make it readable are left
/// out; so is the `(0)` that is dialled at home.
///
/// # Errors
/// When it cannot be one.
pub fn phone(text: &str) -> Result<String, AddressError> {
    let text = text.trim().replace("(0)", "");
    let bare = text.chars().filter(|c| !is_formatting(*c));
    let bare: String = bare.collect();
    let digits = bare.strip_prefix('+').or_else(|| bare.strip_prefix("00"));
    let digits = digits.ok_or(AddressError::Phone)?;
    let are_digits = digits.bytes().all(|byte| byte.is_ascii_digit());
    if are_digits && DIGITS.contains(&digits.len()) && !digits.starts_with('0') {
        Ok(format!("+{digits}"))
    } else {
        Err(AddressError::Phone)
    }
}

/// A dot-atom of RFC 5322; names in quotes exist, and nobody has one.
fn is_local(local: &str) -> bool {
    local.len() <= MAX_LOCAL
        && local.split('.').all(|atom| {
            !atom.is_empty()
                && atom
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&b))
        })
}

fn is_domain(domain: &str) -> bool {
    let is_label = |label: &str| {
        (1..=MAX_LABEL).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    domain.contains('.') && domain.split('.').all(is_label)
}

fn is_formatting(c: char) -> bool {
    c.is_whitespace() || matches!(c, '-' | '.' | '/' | '(' | ')' | '\u{2010}'..='\u{2013}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn emails_are_in_lower_case() {
        assert_eq!(
            email(" Ann.Lee+x@Shop.Example "),
            Ok("ann.lee+x@shop.example".to_owned())
        );
        for wrong in [
            "",
            "ann",
            "@shop.example",
            "ann@",
            "ann@localhost",
            "a b@shop.example",
            "a..b@shop.example",
            ".a@shop.example",
            "ann@shop..example",
            "ann@-shop.example",
            "a@b@shop.example",
            "ann@shop.example\nBcc: all@shop.example",
            "\"a\"@shop.example",
        ] {
            assert_eq!(email(wrong), Err(AddressError::Email), "{wrong:?}");
        }
        assert_eq!(email("änn@shop.example"), Err(AddressError::NotAscii));
        let long = format!("{}@shop.example", "a".repeat(65));
        assert_eq!(email(&long), Err(AddressError::Email));
    }

    #[test]
    fn phones_are_e164() {
        for text in [
            "+49 30 123456",
            "0049-30-123456",
            "+49 (0)30/12.34.56",
            "(+49) 30 123456",
        ] {
            assert_eq!(phone(text), Ok("+4930123456".to_owned()), "{text}");
        }
        for wrong in [
            "",
            "+",
            "030 123456",
            "+0301234567",
            "+49 30 12a456",
            "+1234567",
            "+1234567890123456",
        ] {
            assert_eq!(phone(wrong), Err(AddressError::Phone), "{wrong:?}");
        }
    }
}
