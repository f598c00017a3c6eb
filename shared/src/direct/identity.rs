//! Who signs: the process's credentials, kept until shortly before they expire.

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, SystemTime},
};

use aws_credential_types::{
    Credentials,
    provider::{ProvideCredentials, SharedCredentialsProvider},
};

use crate::aws::AwsError;

/// How long before they expire credentials are asked for anew.
const MARGIN: Duration = Duration::from_secs(60);

/// The credentials.
#[derive(Debug)]
pub(super) struct Signer {
    provider: Option<SharedCredentialsProvider>,
    known: Mutex<Option<Credentials>>,
}

impl Signer {
    /// Asks nothing yet.
    pub(super) fn new(provider: Option<SharedCredentialsProvider>) -> Self {
        let known = Mutex::default();
        Self { provider, known }
    }

    /// The credentials to sign `call` with at `now`.
    pub(super) async fn credentials(
        &self,
        call: &'static str,
        now: SystemTime,
    ) -> Result<Credentials, AwsError> {
        if let Some(known) = self.known(now) {
            return Ok(known);
        }
        let provider = self.provider.as_ref();
        let provider = provider.ok_or_else(|| AwsError::no_credentials(call))?;
        let credentials = provider.provide_credentials().await;
        let credentials = credentials.map_err(|_| AwsError::no_credentials(call))?;
        *self.known.lock().unwrap_or_else(PoisonError::into_inner) = Some(credentials.clone());
        Ok(credentials)
    }

    fn known(&self, now: SystemTime) -> Option<Credentials> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let is_good = |credentials: &&Credentials| {
            let expires = credentials.expiry();
            expires.is_none_or(|expires| now + MARGIN < expires)
        };
        known.as_ref().filter(is_good).cloned()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use aws_credential_types::provider::future;

    use super::*;

    /// Gives credentials of ten minutes, and counts.
    #[derive(Debug, Default)]
    struct Provider(AtomicU64);

    impl ProvideCredentials for Provider {
        fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
        where
            Self: 'a,
        {
            let nth = self.0.fetch_add(1, Ordering::SeqCst);
            let expiry = SystemTime::UNIX_EPOCH + Duration::from_secs(600 * (nth + 1));
            let credentials = Credentials::new(nth.to_string(), "s", None, Some(expiry), "test");
            future::ProvideCredentials::ready(Ok(credentials))
        }
    }

    #[tokio::test]
    async fn credentials_are_renewed_before_they_expire() {
        let signer = Signer::new(Some(SharedCredentialsProvider::new(Provider::default())));
        let at = async |seconds| {
            let now = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
            let credentials = signer.credentials("test", now).await.unwrap();
            credentials.access_key_id().to_owned()
        };
        assert_eq!(at(0).await, "0");
        assert_eq!(at(539).await, "0");
        assert_eq!(at(541).await, "1");
        assert_eq!(at(1_000).await, "1");
    }

    #[tokio::test]
    async fn who_has_none_is_told_what_to_do() {
        let error = Signer::new(None)
            .credentials("test", SystemTime::now())
            .await;
        let error = error.unwrap_err();
        assert_eq!(error.code(), "NoCredentials");
        assert!(error.message().contains("AWS_PROFILE"), "{error}");
    }
}
