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

mod signer;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};
use shared::{
    config::messages::Channel,
    fault::{Fault, FaultKind},
};

pub use signer::{BadToken, Signer};

/// The fewest bytes of a secret.
pub const MIN_SECRET: usize = 32;
/// The most characters of a token: browsers and mail programs take links of 2,000.
pub const MAX_TOKEN: usize = 1_900;

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
