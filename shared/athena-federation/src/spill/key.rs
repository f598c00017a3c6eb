//! Where keys of spilled blocks come from.

use aws_lc_rs::rand;

use crate::{block::Binary, error::Cause, message::EncryptionKey};

const KEY_BYTES: usize = 32;
pub(super) const NONCE_BYTES: usize = 12;

/// Makes a new key for each split.
pub trait KeySource: Send + Sync {
    /// A key that was never used before.
    ///
    /// # Errors
    /// When none can be had.
    fn key(&self) -> impl Future<Output = Result<EncryptionKey, Cause>> + Send;
}

/// Keys from this machine's random numbers. They travel to the engine within splits and answers, as
/// all keys of the protocol do.
#[derive(Debug, Clone, Copy, Default)]
pub struct LocalKeys;

impl KeySource for LocalKeys {
    async fn key(&self) -> Result<EncryptionKey, Cause> {
        Ok(EncryptionKey {
            key: random(KEY_BYTES)?,
            nonce: nonce()?,
        })
    }
}

/// A new nonce, for sources whose keys come from elsewhere.
///
/// # Errors
/// When the system has no random numbers.
pub(crate) fn nonce() -> Result<Binary, Cause> {
    random(NONCE_BYTES)
}

fn random(length: usize) -> Result<Binary, Cause> {
    let mut bytes = vec![0; length];
    rand::fill(&mut bytes).map_err(|_| "the system has no random numbers")?;
    Ok(Binary(bytes))
}

impl EncryptionKey {
    /// The key `bytes`, 16 or 32 of them, with a new nonce.
    ///
    /// # Errors
    /// When the system has no random numbers.
    pub fn with_new_nonce(bytes: Vec<u8>) -> Result<Self, Cause> {
        Ok(Self {
            key: Binary(bytes),
            nonce: nonce()?,
        })
    }
}
