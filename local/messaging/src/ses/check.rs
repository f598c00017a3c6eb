//! What SES takes: addresses, tags, headers, and how much of each.

use std::collections::{BTreeMap, HashSet};

use super::request::Tag;
use crate::outbox::Header;

/// Recipients of one email.
const RECIPIENTS: usize = 50;
const TAGS: usize = 50;
const TAG: usize = 256;
const HEADERS: usize = 15;
const HEADER_NAME: usize = 126;
/// Name and value together.
const HEADER_LINE: usize = 996;
const ADDRESS: usize = 320;

/// Headers that SES writes itself.
const RESERVED: [&str; 13] = [
    "bcc",
    "cc",
    "content-disposition",
    "content-transfer-encoding",
    "content-type",
    "date",
    "from",
    "message-id",
    "mime-version",
    "reply-to",
    "return-path",
    "subject",
    "to",
];

/// Why an email is refused, in words without addresses.
pub(crate) type Refusal = String;

/// The address in `Name <address>` or `address`; nothing when it is none that SES could send to.
pub(crate) fn mailbox(text: &str) -> Option<&str> {
    let text = text.trim();
    let address = match text.strip_suffix('>') {
        Some(rest) => rest.rsplit_once('<')?.1,
        None => text,
    };
    let (local, domain) = address.rsplit_once('@')?;
    let visible = |part: &str| part.bytes().all(|byte| byte.is_ascii_graphic());
    let plain = |sign: char| sign.is_ascii_alphanumeric() || matches!(sign, '.' | '-');
    let good = address.len() <= ADDRESS
        && (1..=64).contains(&local.len())
        && visible(local)
        && !local.contains(['<', '>', ',', ';', '@', '"', '(', ')'])
        && !domain.is_empty()
        && domain.chars().all(plain)
        && !domain.starts_with(['.', '-'])
        && !domain.ends_with(['.', '-'])
        && !domain.contains("..");
    good.then_some(address)
}

/// # Errors
/// When there is none, too many, or one that is no address.
pub(crate) fn recipients(addresses: &[String]) -> Result<(), Refusal> {
    if addresses.is_empty() {
        return Err("The email has no recipients; give ToAddresses".to_owned());
    }
    if addresses.len() > RECIPIENTS {
        return Err(format!("Recipient count exceeds {RECIPIENTS}."));
    }
    for (place, address) in addresses.iter().enumerate() {
        if mailbox(address).is_none() {
            let number = place + 1;
            return Err(format!("Recipient {number} is not an email address"));
        }
    }
    Ok(())
}

/// Tags by name; those of an email win over those of all.
///
/// # Errors
/// When there are too many, or one has characters that tags cannot have.
pub(crate) fn tags(all: &[Tag], own: Vec<Tag>) -> Result<BTreeMap<String, String>, Refusal> {
    let mut tags = BTreeMap::new();
    for tag in all.iter().cloned().chain(own) {
        for part in [&tag.name, &tag.value] {
            let good = |sign: char| sign.is_ascii_alphanumeric() || "_.@-".contains(sign);
            if part.is_empty() || part.len() > TAG || !part.chars().all(good) {
                return Err(format!(
                    "Tag '{}': names and values have 1 to {TAG} of A-Z, a-z, 0-9, '_', '-', '.' and '@'",
                    shown(&tag.name)
                ));
            }
        }
        tags.insert(tag.name, tag.value);
    }
    if tags.len() > TAGS {
        return Err(format!("An email has at most {TAGS} tags"));
    }
    Ok(tags)
}

/// Headers; those of an email win over those of all that have the same name.
///
/// # Errors
/// When there are too many, or one that SES does not take.
pub(crate) fn headers(all: &[Header], own: &[Header]) -> Result<Vec<Header>, Refusal> {
    let same = |one: &Header, other: &Header| one.name.eq_ignore_ascii_case(&other.name);
    let kept = all
        .iter()
        .filter(|header| !own.iter().any(|other| same(header, other)));
    let headers: Vec<Header> = kept.cloned().chain(own.iter().cloned()).collect();
    if headers.len() > HEADERS {
        return Err(format!("An email has at most {HEADERS} headers of its own"));
    }
    let mut names = HashSet::new();
    for header in &headers {
        let Header { name, value } = header;
        let name_good = |byte: u8| byte.is_ascii_graphic() && byte != b':';
        if name.is_empty() || name.len() > HEADER_NAME || !name.bytes().all(name_good) {
            return Err(format!(
                "Header '{}': a name has 1 to {HEADER_NAME} printable ASCII characters, no colon and no space",
                shown(name)
            ));
        }
        let value_good = |byte: u8| byte.is_ascii_graphic() || byte == b' ';
        if value.is_empty()
            || name.len() + value.len() > HEADER_LINE
            || !value.bytes().all(value_good)
        {
            return Err(format!(
                "Header '{name}': the value must be printable ASCII, and {HEADER_LINE} characters at most with the name"
            ));
        }
        let name = name.to_ascii_lowercase();
        if RESERVED.contains(&name.as_str()) {
            return Err(format!("Header '{name}' cannot be set: SES writes it"));
        }
        if !names.insert(name) {
            return Err(format!("Header '{}' is there twice", header.name));
        }
    }
    Ok(headers)
}

/// A name that may be anything, short enough to be in a message.
fn shown(name: &str) -> String {
    name.chars()
        .filter(|sign| !sign.is_control())
        .take(40)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_found_beside_its_name_or_refused() {
        assert_eq!(mailbox("ada@shop.example"), Some("ada@shop.example"));
        assert_eq!(
            mailbox("The Shop <news+a@shop.example>"),
            Some("news+a@shop.example")
        );
        for bad in [
            "",
            "ada",
            "@shop",
            "ada@",
            "a b@shop.example",
            "ada@sh op",
            "ä@shop.example",
            "a@b,c@d",
            "ada@.example",
            "ada@shop..example",
            "<ada@shop.example",
        ] {
            assert_eq!(mailbox(bad), None, "{bad}");
        }
    }

    #[test]
    fn headers_are_those_that_ses_leaves_to_the_sender() {
        let header = |name: &str, value: &str| Header {
            name: name.into(),
            value: value.into(),
        };
        let all = [
            header("List-Unsubscribe", "<https://a>"),
            header("X-A", "1"),
        ];
        let merged = headers(&all, &[header("list-unsubscribe", "<https://b>")]).unwrap();
        assert_eq!(
            merged,
            [
                header("X-A", "1"),
                header("list-unsubscribe", "<https://b>")
            ]
        );
        for bad in [
            header("Subject", "s"),
            header("a:b", "s"),
            header("X", "a\nb"),
            header("X", "ü"),
            header("X", &"v".repeat(996)),
        ] {
            assert!(headers(&[], &[bad]).is_err());
        }
        assert!(headers(&[], &[header("X", "1"), header("x", "2")]).is_err());
        let many: Vec<_> = (0..16).map(|n| header(&format!("X-{n}"), "v")).collect();
        assert!(headers(&[], &many).is_err());
    }

    #[test]
    fn tags_have_few_characters() {
        let tag = |name: &str, value: &str| Tag {
            name: name.into(),
            value: value.into(),
        };
        let all = [tag("run", "r1"), tag("arm", "a")];
        let merged = tags(&all, vec![tag("run", "r2")]).unwrap();
        assert_eq!(merged["run"], "r2");
        assert_eq!(merged["arm"], "a");
        for bad in [
            tag("a b", "c"),
            tag("a", "b:c"),
            tag("a", ""),
            tag("a", &"b".repeat(257)),
        ] {
            assert!(tags(&[], vec![bad]).is_err());
        }
    }
}
