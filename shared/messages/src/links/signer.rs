//! Making and reading tokens.

use aws_lc_rs::{
    aead::{AES_256_GCM_SIV, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    hmac,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::{Click, LinkError, MAX_TOKEN, MIN_SECRET, Unsubscribe};

const VERSION: u8 = 1;
const KEY_ID: usize = 4;
const HEADER: usize = 1 + KEY_ID + NONCE_LEN;

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
