//! One call of the backend's, and the answer to it.

use std::{sync::Arc, time::Duration};

use aws_lambda_events::lambda_function_urls::{
    LambdaFunctionUrlRequest, LambdaFunctionUrlResponse,
};
use http::{HeaderMap, HeaderValue, header::RETRY_AFTER};
use jiff::Timestamp;
use shared::{
    config::backend::{Webhook, WebhookKind},
    fault::Fault,
    metrics::{self, Unit},
    refreshed::{Refreshed, Source},
};

use crate::{
    body::{Bodiless, MAX_BODY, body},
    bus::{Bus, publish},
    changed::{Subject, subject},
    error::WebhookError,
    kept::{Key, Settings},
    signature::Signed,
};

/// How old what is kept may become.
const MAX_AGE: Duration = Duration::from_secs(60);
/// How often the secret is read, at most, for signatures that its key does not fit: anybody can send
/// such.
const READ_AGAIN: Duration = Duration::from_secs(5);
/// How long that may take.
const READ_WITHIN: Duration = Duration::from_secs(2);
/// When a call that could not be taken may come again, in seconds.
const RETRY: HeaderValue = HeaderValue::from_static("30");

/// Takes calls.
pub(crate) struct Receiver<S: Source, K: Source, B> {
    settings: Refreshed<S>,
    key: Refreshed<K>,
    bus: B,
}

/// What became of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    /// So many products are on the bus as changed.
    Published(usize),
    /// It is about something else.
    Ignored,
    /// WooCommerce asked whether somebody is there.
    Pinged,
    /// It is not the backend's.
    NotGenuine,
    /// It has no id.
    Unreadable,
    /// It is too long.
    TooLong,
}

impl<S, K, B> Receiver<S, K, B>
where
    S: Source<Value = Settings, Error = WebhookError>,
    K: Source<Value = Key, Error = WebhookError>,
    B: Bus,
{
    /// Reads nothing yet.
    pub(crate) fn new(settings: S, key: K, bus: B) -> Self {
        Self {
            settings: Refreshed::new(settings, MAX_AGE),
            key: Refreshed::new(key, MAX_AGE),
            bus,
        }
    }

    /// Takes one call. What goes wrong is an answer, too.
    pub(crate) async fn receive(
        &self,
        request: LambdaFunctionUrlRequest,
    ) -> Result<LambdaFunctionUrlResponse, WebhookError> {
        let settings = self.settings.get().await;
        let webhook = settings.as_ref().ok();
        let webhook = webhook.and_then(|settings| settings.webhook.as_ref());
        let kind = webhook.map_or("unknown", |webhook| name(webhook.kind));
        let outcome = match settings {
            Ok(settings) => self.take(request, &settings).await,
            Err(error) => Err(error),
        };
        Ok(match outcome {
            Ok(outcome) => {
                count(kind, outcome.metric());
                outcome.answer()
            }
            Err(error) => {
                tracing::error!(errorType = error.kind().name(), %error, "a webhook was not taken");
                count(kind, ("WebhooksFailed", 1));
                try_again()
            }
        })
    }

    async fn take(
        &self,
        request: LambdaFunctionUrlRequest,
        settings: &Settings,
    ) -> Result<Outcome, WebhookError> {
        let webhook = settings.webhook.as_ref();
        let webhook = webhook.ok_or(WebhookError::NotConfigured)?;
        let headers = request.headers.clone();
        let body = match body(request) {
            Ok(body) => body,
            Err(Bodiless::TooLong) => return Ok(Outcome::TooLong),
            Err(Bodiless::Broken) => return Ok(Outcome::Unreadable),
        };
        if is_ping(webhook, &headers, &body) {
            return Ok(Outcome::Pinged);
        }
        let signed = Signed {
            headers: &headers,
            body: &body,
            now: Timestamp::now().as_second(),
        };
        if !self.is_genuine(signed, webhook).await? {
            return Ok(Outcome::NotGenuine);
        }
        match subject(webhook, &headers, &body)? {
            Subject::Products(changed) => {
                publish(&self.bus, &settings.estate, &changed).await?;
                Ok(Outcome::Published(changed.ids.len()))
            }
            Subject::Other => Ok(Outcome::Ignored),
            Subject::Unknown => Ok(Outcome::Unreadable),
        }
    }

    /// Whether the call is signed with the key, or with the one that has taken its place meanwhile.
    async fn is_genuine(
        &self,
        signed: Signed<'_>,
        webhook: &Webhook,
    ) -> Result<bool, WebhookError> {
        let known = self.key.get().await?;
        if signed.is_genuine(webhook, &known.0)? {
            return Ok(true);
        }
        let renewed = self
            .key
            .renewed(Arc::clone(&known), READ_AGAIN, READ_WITHIN);
        let renewed = renewed.await;
        Ok(renewed != known && signed.is_genuine(webhook, &renewed.0)?)
    }
}

/// Whether it is what WooCommerce sends, unsigned, when a webhook is saved: it keeps those alone that
/// are answered. Nothing follows from it.
fn is_ping(webhook: &Webhook, headers: &HeaderMap, body: &[u8]) -> bool {
    let number = body.strip_prefix(b"webhook_id=");
    webhook.kind == WebhookKind::Woocommerce
        && !headers.contains_key("x-wc-webhook-signature")
        && number.is_some_and(|number| number.iter().all(u8::is_ascii_digit))
}

impl Outcome {
    fn answer(self) -> LambdaFunctionUrlResponse {
        match self {
            Self::Published(_) | Self::Ignored => answer(202, ""),
            Self::Pinged => answer(200, ""),
            Self::NotGenuine => answer(401, ""),
            Self::Unreadable => answer(400, "There is no product id in the body."),
            Self::TooLong => answer(413, &format!("At most {MAX_BODY} bytes are taken.")),
        }
    }

    fn metric(self) -> (&'static str, usize) {
        match self {
            Self::Published(products) => ("ProductsChanged", products),
            Self::Ignored | Self::Pinged => ("WebhooksIgnored", 1),
            Self::NotGenuine => ("BadSignatures", 1),
            Self::Unreadable | Self::TooLong => ("WebhooksUnreadable", 1),
        }
    }
}

fn try_again() -> LambdaFunctionUrlResponse {
    let mut answer = answer(503, "");
    answer.headers.insert(RETRY_AFTER, RETRY);
    answer
}

fn answer(status: i64, text: &str) -> LambdaFunctionUrlResponse {
    let mut answer = LambdaFunctionUrlResponse::default();
    answer.status_code = status;
    answer.body = Some(text.to_owned());
    answer
}

fn name(kind: WebhookKind) -> &'static str {
    match kind {
        WebhookKind::Shopify => "shopify",
        WebhookKind::Woocommerce => "woocommerce",
        WebhookKind::Bigcommerce => "bigcommerce",
        WebhookKind::Hmac => "hmac",
    }
}

/// A hundred at most: exact as f64.
#[allow(clippy::cast_precision_loss)]
fn count(kind: &str, (what, number): (&'static str, usize)) {
    let data = [(what, Unit::Count, number as f64)];
    metrics::emit("catalog-webhook", &[("kind", kind)], &data);
}

#[cfg(test)]
mod tests;
