//! Bodies of requests: JSON of the type that is asked for, or a problem that names the member.

use axum::{
    body::Bytes,
    extract::{FromRequest, Request},
};
use serde::de::DeserializeOwned;

use crate::error::ServiceError;

/// A body; an empty one counts as `{}`.
pub(super) struct Body<T>(pub(super) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = ServiceError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ServiceError> {
        let bytes = Bytes::from_request(request, state).await;
        let bytes = bytes.map_err(|rejection| ServiceError::Body {
            path: ".".to_owned(),
            message: rejection.body_text(),
        })?;
        read(&bytes).map(Self)
    }
}

fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, ServiceError> {
    let bytes: &[u8] = if bytes.is_empty() { b"{}" } else { bytes };
    let mut json = serde_json::Deserializer::from_slice(bytes);
    serde_path_to_error::deserialize(&mut json).map_err(|error| ServiceError::Body {
        path: error.path().to_string(),
        message: error.into_inner().to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::definition::define::Request;

    #[test]
    fn a_wrong_body_names_the_member() {
        let Err(error) = read::<Request>(br#"{"id": "a", "name": 7}"#) else {
            panic!("is refused")
        };
        assert!(error.to_string().contains("`name`"), "{error}");
    }
}
