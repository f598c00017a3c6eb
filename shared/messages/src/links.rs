//! The links in messages: who follows one is believed to be the person that it was made for, and may only
//! go where it was made to lead.
//!
//! A link ends in a token: base64url of a version, four bytes that tell which secret it was made with, a
//! nonce, and what it says as JSON, encrypted and authenticated by AES-256-GCM-SIV. So nobody can make one
//! or change one, and forwarded letters, proxies and logs tell nobody's user id. The nonce follows from
//! the content (HMAC-SHA256): the same link is the same token, and two links never share a nonce.
//!
//! The secret is `{"current": "...", "previous": "..."}`: while it is changed, links of the previous one
//! are still good.

use aws_lc_rs::{
    aead::{AES_256_GCM_SIV, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    hmac,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use shared::{
    config::messages::Channel,
    fault::{Fault, FaultKind},
};

/// The fewest bytes of a secret.
pub const MIN_SECRET: usize = 32;
/// The most characters of a token: browsers and mail programs take links of 2,000.
pub const MAX_TOKEN: usize = 1_900;

const VERSION: u8 = 1;
const KEY_ID: usize = 4;
const HEADER: usize = 1 + KEY_ID + NONCE_LEN;

/// What a product's link says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Click {
    /// Where it leads: `http` or `https`.
    #[serde(rename = "l")]
    pub url: String,
    /// For whom it was made.
    #[serde(rename = "u")]
    pub user: String,
    /// The product; none for a link to the shop itself.
    #[serde(rename = "i", default, skip_serializing_if = "Option::is_none")]
    pub item: Option<String>,
    /// The answer that the product was in.
    #[serde(rename = "r", default, skip_serializing_if = "Option::is_none")]
    pub recommendation_id: Option<String>,
    /// The message campaign.
    #[serde(rename = "c")]
    pub campaign: String,
    /// Its run.
    #[serde(rename = "n")]
    pub run: String,
    /// The placement that filled the message.
    #[serde(rename = "p", default, skip_serializing_if = "Option::is_none")]
    pub placement: Option<String>,
    /// The experiments that the answer was part of.
    #[serde(rename = "e", default, skip_serializing_if = "Vec::is_empty")]
    pub experiments: Vec<Arm>,
}

/// An experiment that an answer was part of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Arm {
    /// Its id.
    #[serde(rename = "e")]
    pub experiment: String,
    /// The arm; none when the lists of all arms were blended.
    #[serde(rename = "a", default, skip_serializing_if = "Option::is_none")]
    pub arm: Option<String>,
}

/// What the link to end messages says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unsubscribe {
    /// For whom it was made.
    #[serde(rename = "u")]
    pub user: String,
    /// Messages by which channel it ends.
    #[serde(rename = "h")]
    pub channel: Channel,
    /// The message campaign.
    #[serde(rename = "c")]
    pub campaign: String,
    /// The language of the message.
    #[serde(rename = "g", default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
}

/// Why there is no signer, or no link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LinkError {
    /// The secret is soon guessed.
    #[error("the secret of links has fewer than 32 bytes; let AWS Secrets Manager make one of 64")]
    WeakSecret,
    /// The secret is no JSON, or of another shape.
    #[error("the secret of links is not `{{\"current\": \"...\"}}`, with or without `previous`")]
    Secret,
    /// A link may lead to web pages alone.
    #[error(
        "a link leads to an address that is not `http://` or `https://`, or that has spaces or control characters"
    )]
    Address,
    /// Mail programs would break it.
    #[error("a link has a token of more than 1,900 characters; shorten the product's address")]
    TooLong,
    /// The library that encrypts failed.
    #[error("a link could not be encrypted")]
    Encryption,
}

impl Fault for LinkError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::Encryption => FaultKind::Failed,
            _ => FaultKind::InvalidInput,
        }
    }
}

/// A token that was not made here, or with a secret that is no more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the link is not one of this shop's, or too old")]
pub struct BadToken;

/// Makes and reads tokens.
pub struct Signer {
    /// The current secret's first.
    keys: Vec<Key>,
}

struct Key {
    id: [u8; KEY_ID],
    seal: LessSafeKey,
    nonces: hmac::Key,
}

/// What kind of link a token is for: one of a kind is never taken for another.
#[derive(Debug, Clone, Copy)]
#[repr(u8)]
enum Kind {
    Click = 1,
    Unsubscribe = 2,
}

#[derive(Deserialize)]
struct Secret {
    current: String,
    previous: Option<String>,
}

impl Signer {
    /// With the text of the secret in AWS Secrets Manager.
    ///
    /// # Errors
    /// When it has another shape, or one of its secrets is short.
    pub fn from_secret(text: &str) -> Result<Self, LinkError> {
        let secret: Secret = serde_json::from_str(text).map_err(|_| LinkError::Secret)?;
        let previous = secret.previous.filter(|previous| !previous.is_empty());
        Self::new(
            secret.current.as_bytes(),
            previous.as_deref().map(str::as_bytes),
        )
    }

    /// Makes tokens with `current`, and reads those of `previous`, too.
    ///
    /// # Errors
    /// When one has fewer than [`MIN_SECRET`] bytes.
    pub fn new(current: &[u8], previous: Option<&[u8]>) -> Result<Self, LinkError> {
        let keys: Result<_, _> = [Some(current), previous]
            .into_iter()
            .flatten()
            .map(Key::new)
            .collect();
        Ok(Self { keys: keys? })
    }

    /// The token of a product's link.
    ///
    /// # Errors
    /// When it leads nowhere or is too long.
    pub fn click(&self, click: &Click) -> Result<String, LinkError> {
        if !leads_somewhere(&click.url) {
            return Err(LinkError::Address);
        }
        self.seal(Kind::Click, click)
    }

    /// The token of a link that ends messages.
    ///
    /// # Errors
    /// When it is too long.
    pub fn unsubscribe(&self, unsubscribe: &Unsubscribe) -> Result<String, LinkError> {
        self.seal(Kind::Unsubscribe, unsubscribe)
    }

    /// What the token of a product's link says.
    ///
    /// # Errors
    /// When it is none.
    pub fn read_click(&self, token: &str) -> Result<Click, BadToken> {
        let click: Click = self.open(Kind::Click, token)?;
        Some(click)
            .filter(|click| leads_somewhere(&click.url))
            .ok_or(BadToken)
    }

    /// What the token of a link that ends messages says.
    ///
    /// # Errors
    /// When it is none.
    pub fn read_unsubscribe(&self, token: &str) -> Result<Unsubscribe, BadToken> {
        self.open(Kind::Unsubscribe, token)
    }

    fn seal(&self, kind: Kind, what: &impl Serialize) -> Result<String, LinkError> {
        let key = self.keys.first().ok_or(LinkError::WeakSecret)?;
        let mut body = serde_json::to_vec(what).map_err(|_| LinkError::Encryption)?;
        let nonce = key.nonce(kind, &body);
        let mut token = vec![VERSION];
        token.extend(key.id);
        token.extend(nonce);
        key.seal
            .seal_in_place_append_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(aad(kind)),
                &mut body,
            )
            .map_err(|_| LinkError::Encryption)?;
        token.extend(body);
        let token = URL_SAFE_NO_PAD.encode(token);
        if token.len() > MAX_TOKEN {
            return Err(LinkError::TooLong);
        }
        Ok(token)
    }

    fn open<T: DeserializeOwned>(&self, kind: Kind, token: &str) -> Result<T, BadToken> {
        if token.len() > MAX_TOKEN {
            return Err(BadToken);
        }
        let mut token = URL_SAFE_NO_PAD.decode(token).map_err(|_| BadToken)?;
        let (header, body) = token.split_at_mut_checked(HEADER).ok_or(BadToken)?;
        let (version, rest) = header.split_first().ok_or(BadToken)?;
        let (id, nonce) = rest.split_at_checked(KEY_ID).ok_or(BadToken)?;
        let key = self.keys.iter().find(|key| key.id == id).ok_or(BadToken)?;
        if *version != VERSION {
            return Err(BadToken);
        }
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| BadToken)?;
        let opened = key.seal.open_in_place(nonce, Aad::from(aad(kind)), body);
        serde_json::from_slice(opened.map_err(|_| BadToken)?).map_err(|_| BadToken)
    }
}

impl Key {
    fn new(secret: &[u8]) -> Result<Self, LinkError> {
        if secret.len() < MIN_SECRET {
            return Err(LinkError::WeakSecret);
        }
        let root = hmac::Key::new(hmac::HMAC_SHA256, secret);
        let derived = |what: &[u8]| hmac::sign(&root, what);
        let mut id = [0; KEY_ID];
        id.copy_from_slice(&derived(b"links/id").as_ref()[..KEY_ID]);
        let seal = UnboundKey::new(&AES_256_GCM_SIV, derived(b"links/seal").as_ref());
        Ok(Self {
            id,
            seal: LessSafeKey::new(seal.map_err(|_| LinkError::Encryption)?),
            nonces: hmac::Key::new(hmac::HMAC_SHA256, derived(b"links/nonce").as_ref()),
        })
    }

    fn nonce(&self, kind: Kind, body: &[u8]) -> [u8; NONCE_LEN] {
        let mut context = hmac::Context::with_key(&self.nonces);
        context.update(&aad(kind));
        context.update(body);
        let mut nonce = [0; NONCE_LEN];
        nonce.copy_from_slice(&context.sign().as_ref()[..NONCE_LEN]);
        nonce
    }
}

fn aad(kind: Kind) -> [u8; 2] {
    [VERSION, kind as u8]
}

/// Whether `url` is that of a web page, and can stand in a header.
fn leads_somewhere(url: &str) -> bool {
    let lower = url.get(..8).unwrap_or(url).to_ascii_lowercase();
    let rest = ["https://", "http://"]
        .into_iter()
        .find_map(|scheme| lower.starts_with(scheme).then(|| &url[scheme.len()..]));
    let has_host =
        rest.is_some_and(|rest| !rest.is_empty() && !rest.starts_with(['/', '?', '#', '\\']));
    has_host && url.is_ascii() && url.bytes().all(|byte| byte.is_ascii_graphic())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &[u8] = b"0123456789abcdef0123456789abcdef";
    const OTHER: &[u8] = b"fedcba9876543210fedcba9876543210";

    fn click(url: &str) -> Click {
        Click {
            url: url.to_owned(),
            user: "user-1".to_owned(),
            item: Some("i1".to_owned()),
            recommendation_id: Some("RID-1".to_owned()),
            campaign: "weekly".to_owned(),
            run: "run-1".to_owned(),
            placement: None,
            experiments: vec![Arm {
                experiment: "e".to_owned(),
                arm: Some("b".to_owned()),
            }],
        }
    }

    fn unsubscribe() -> Unsubscribe {
        Unsubscribe {
            user: "user-1".to_owned(),
            channel: Channel::Email,
            campaign: "weekly".to_owned(),
            language: None,
        }
    }

    #[test]
    fn a_token_says_what_it_was_made_of_and_tells_nobody_else() {
        let signer = Signer::new(SECRET, None).unwrap();
        let click = click("https://shop.example/p/1?a=b");
        let token = signer.click(&click).unwrap();
        assert_eq!(signer.read_click(&token), Ok(click.clone()));
        assert_eq!(signer.click(&click).unwrap(), token, "the same is the same");
        let bytes = URL_SAFE_NO_PAD.decode(&token).unwrap();
        assert!(!bytes.windows(6).any(|six| six == b"user-1"));
        assert!(token.len() < 320, "{}", token.len());
    }

    #[test]
    fn whatever_is_changed_of_it_makes_it_none() {
        let signer = Signer::new(SECRET, None).unwrap();
        let token = signer.unsubscribe(&unsubscribe()).unwrap();
        let bytes = URL_SAFE_NO_PAD.decode(&token).unwrap();
        for place in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[place] ^= 1;
            let changed = URL_SAFE_NO_PAD.encode(changed);
            assert_eq!(signer.read_unsubscribe(&changed), Err(BadToken), "{place}");
        }
        for end in 0..token.len() {
            assert_eq!(signer.read_unsubscribe(&token[..end]), Err(BadToken));
        }
        assert_eq!(signer.read_click(&token), Err(BadToken), "of another kind");
        assert_eq!(signer.read_click(&"x".repeat(100_000)), Err(BadToken));
    }

    #[test]
    fn links_outlive_one_change_of_the_secret() {
        let token = Signer::new(SECRET, None)
            .unwrap()
            .unsubscribe(&unsubscribe())
            .unwrap();
        let changed = Signer::new(OTHER, Some(SECRET)).unwrap();
        assert_eq!(changed.read_unsubscribe(&token), Ok(unsubscribe()));
        assert_ne!(changed.unsubscribe(&unsubscribe()).unwrap(), token);
        let twice = Signer::new(OTHER, None).unwrap();
        assert_eq!(twice.read_unsubscribe(&token), Err(BadToken));
    }

    #[test]
    fn links_lead_to_web_pages_alone() {
        let signer = Signer::new(SECRET, None).unwrap();
        for url in ["http://shop.example", "HTTPS://shop.example/a%20b#c"] {
            assert!(signer.click(&click(url)).is_ok(), "{url}");
        }
        for url in [
            "",
            "javascript:alert(1)",
            "//shop.example",
            "https://",
            "https:///x",
            "/p/1",
            "https://shop.example/a b",
            "https://shop.example/\r\nSet-Cookie: a=b",
            "https://shöp.example/",
        ] {
            assert_eq!(
                signer.click(&click(url)),
                Err(LinkError::Address),
                "{url:?}"
            );
        }
        let long = format!("https://shop.example/{}", "x".repeat(1_400));
        assert_eq!(signer.click(&click(&long)), Err(LinkError::TooLong));
    }

    #[test]
    fn a_secret_is_long_and_json() {
        let of = |text: &str| Signer::from_secret(text).err();
        let long = "x".repeat(32);
        assert_eq!(of(&format!(r#"{{"current":"{long}"}}"#)), None);
        assert_eq!(
            of(&format!(r#"{{"current":"{long}","previous":""}}"#)),
            None
        );
        assert_eq!(of(r#"{"current":"x"}"#), Some(LinkError::WeakSecret));
        assert_eq!(of("hush"), Some(LinkError::Secret));
    }
}
