//! Where large results go, and what they are encrypted with.

use athena_federation::{
    Cause,
    message::{EncryptionKey, S3SpillLocation},
    spill::{KeySource, LocalKeys, SpillStore},
};
use aws_sdk_kms::{Client, types::DataKeySpec};
use shared::{aws::failure, direct::Bucket};

/// Objects of a bucket.
#[derive(Debug, Clone)]
pub(crate) struct BucketStore(pub(crate) Bucket);

impl SpillStore for BucketStore {
    async fn put(&self, location: &S3SpillLocation, body: Vec<u8>) -> Result<(), Cause> {
        // The server lets no other bucket through than the one its splits name.
        let put = self.0.put(&location.key, "application/octet-stream", body);
        Ok(put.await?)
    }
}

/// Keys for spilled rows.
#[derive(Debug, Clone)]
pub(crate) enum Keys {
    /// Random numbers.
    Local(LocalKeys),
    /// Data keys of a key in KMS, which logs who had them made.
    Kms {
        /// The service.
        client: Client,
        /// The key's id or ARN.
        id: String,
    },
}

impl KeySource for Keys {
    async fn key(&self) -> Result<EncryptionKey, Cause> {
        match self {
            Self::Local(keys) => keys.key().await,
            Self::Kms { client, id } => {
                let answer = client
                    .generate_data_key()
                    .key_id(id)
                    .key_spec(DataKeySpec::Aes256)
                    .send()
                    .await
                    .map_err(failure("kms:GenerateDataKey"))?;
                let key = answer
                    .plaintext
                    .ok_or("kms:GenerateDataKey answered no key")?;
                EncryptionKey::with_new_nonce(key.into_inner())
            }
        }
    }
}
