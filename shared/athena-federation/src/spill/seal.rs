//! Spilled blocks: AES-GCM over a bare Arrow message, the tag at its end.

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use aws_lc_rs::aead::{AES_128_GCM, AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};

use super::key::NONCE_BYTES;
use crate::{
    error::ProtocolError,
    ipc::{self, Framing},
    message::EncryptionKey,
};

/// The object for `batch`. Its Arrow message has the legacy framing in every version.
///
/// # Errors
/// When the batch has a type that the protocol does not carry, or the key is of a wrong length.
pub fn seal(batch: &RecordBatch, key: Option<&EncryptionKey>) -> Result<Vec<u8>, ProtocolError> {
    let mut body = ipc::encode_batch(batch, Framing::Legacy)?;
    if let Some(key) = key {
        let length = body.len();
        let (cipher, nonce) = cipher(key)?;
        cipher
            .seal_in_place_append_tag(nonce, Aad::empty(), &mut body)
            .map_err(|_| ProtocolError::Sealed(length))?;
    }
    Ok(body)
}

/// The rows in a spilled object.
///
/// # Errors
/// When it does not open with the key, or is no block of rows of the schema.
pub fn open(
    mut body: Vec<u8>,
    key: Option<&EncryptionKey>,
    schema: SchemaRef,
) -> Result<RecordBatch, ProtocolError> {
    if let Some(key) = key {
        let length = body.len();
        let (cipher, nonce) = cipher(key)?;
        let clear = cipher
            .open_in_place(nonce, Aad::empty(), &mut body)
            .map_err(|_| ProtocolError::Sealed(length))?
            .len();
        body.truncate(clear);
    }
    ipc::decode_batch(body, schema)
}

fn cipher(key: &EncryptionKey) -> Result<(LessSafeKey, Nonce), ProtocolError> {
    let (bytes, nonce) = (&key.key.0, &key.nonce.0);
    let wrong = || ProtocolError::Key {
        key: bytes.len(),
        nonce: nonce.len(),
    };
    let algorithm = if bytes.len() == AES_128_GCM.key_len() {
        &AES_128_GCM
    } else {
        &AES_256_GCM
    };
    let unbound = UnboundKey::new(algorithm, bytes).map_err(|_| wrong())?;
    let nonce: [u8; NONCE_BYTES] = nonce.as_slice().try_into().map_err(|_| wrong())?;
    Ok((
        LessSafeKey::new(unbound),
        Nonce::assume_unique_for_key(nonce),
    ))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::{ArrayRef, Int64Array};

    use super::*;
    use crate::spill::{KeySource, LocalKeys};

    fn batch() -> RecordBatch {
        let column: ArrayRef = Arc::new(Int64Array::from(vec![Some(1), None, Some(3)]));
        RecordBatch::try_from_iter([("n", column)]).unwrap()
    }

    #[tokio::test]
    async fn blocks_open_with_their_key_only() {
        let (batch, keys) = (batch(), LocalKeys);
        let (key, other) = (keys.key().await.unwrap(), keys.key().await.unwrap());
        let body = seal(&batch, Some(&key)).unwrap();
        let plain = seal(&batch, None).unwrap();
        assert_eq!(body.len(), plain.len() + 16);
        assert_eq!(
            open(body.clone(), Some(&key), batch.schema()).unwrap(),
            batch
        );
        assert_eq!(open(plain, None, batch.schema()).unwrap(), batch);
        let wrong = open(body.clone(), Some(&other), batch.schema());
        assert!(matches!(wrong, Err(ProtocolError::Sealed(_))));
        let mut changed = body;
        changed[40] ^= 1;
        assert!(open(changed, Some(&key), batch.schema()).is_err());
    }

    #[test]
    fn keys_of_128_bits_are_taken_and_others_refused() {
        let key = |bytes: usize, nonce: usize| EncryptionKey {
            key: crate::Binary(vec![7; bytes]),
            nonce: crate::Binary(vec![9; nonce]),
        };
        assert!(seal(&batch(), Some(&key(16, 12))).is_ok());
        for wrong in [key(15, 12), key(32, 16), key(0, 0)] {
            let error = seal(&batch(), Some(&wrong)).unwrap_err();
            assert!(matches!(error, ProtocolError::Key { .. }));
        }
    }
}
