//! Tells others that a product changed, signed as Shopify signs.

use std::time::Duration;

use base64::{Engine, prelude::BASE64_STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use reqwest::{Client, Url, header::CONTENT_TYPE};
use serde_json::json;
use sha2::Sha256;
use tokio::sync::mpsc;
use uuid::Uuid;

use crate::{database::Listed, error::Error, server::Webhook};

/// Changes that wait to be told; more at once are not told.
const WAITING: usize = 1000;
/// How often a change is tried to be told.
const ATTEMPTS: u32 = 5;
/// Wait before the second attempt; each further one waits twice as long.
const FIRST_WAIT: Duration = Duration::from_millis(250);
/// A receiver that is slower than this is taken for absent.
const PATIENCE: Duration = Duration::from_secs(10);

/// What happened to a product.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Topic {
    Updated,
    Deleted,
}

/// Takes changes that are to be told.
#[derive(Debug)]
pub(crate) struct Sender(mpsc::Sender<Notice>);

#[derive(Debug)]
struct Notice {
    topic: &'static str,
    /// The same at every attempt, so that a receiver knows what it has.
    id: String,
    body: String,
}

impl Sender {
    /// Starts telling in the background; it ends when this value and its clones are gone.
    pub(crate) fn start(webhook: &Webhook) -> Result<Self, Error> {
        let failed = |problem: String| Error::Webhook {
            url: webhook.url.clone(),
            problem,
        };
        let url: Url = webhook
            .url
            .parse()
            .map_err(|error| failed(format!("{error}")))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(failed(format!("{} is no scheme for it", url.scheme())));
        }
        // HMAC takes keys of every length, but an empty one signs nothing.
        let key = Hmac::<Sha256>::new_from_slice(webhook.secret.as_bytes());
        let key = key.ok().filter(|_| !webhook.secret.is_empty());
        let key = key.ok_or_else(|| failed("the secret is empty".to_owned()))?;
        let client = Client::builder().timeout(PATIENCE).build();
        let client = client.map_err(|error| failed(error.to_string()))?;
        let (sender, mut notices) = mpsc::channel::<Notice>(WAITING);
        tokio::spawn(async move {
            while let Some(notice) = notices.recv().await {
                tell(&client, &url, &key, &notice).await;
            }
        });
        Ok(Self(sender))
    }

    /// Tells of a change, some time soon.
    pub(crate) fn send(&self, topic: Topic, product: &Listed) {
        let topic = match topic {
            Topic::Updated => "products/update",
            Topic::Deleted => "products/delete",
        };
        let body = json!({
            "id": product.id,
            "admin_graphql_api_id": format!("gid://shopify/Product/{}", product.number),
            "title": product.title,
        });
        let id = Uuid::new_v4().to_string();
        let body = body.to_string();
        if let Err(error) = self.0.try_send(Notice { topic, id, body }) {
            tracing::warn!(%error, topic, "a webhook is not sent: too many wait");
        }
    }
}

async fn tell(client: &Client, url: &Url, key: &Hmac<Sha256>, notice: &Notice) {
    let mut mac = key.clone();
    mac.update(notice.body.as_bytes());
    let signature = BASE64_STANDARD.encode(mac.finalize().into_bytes());
    let mut wait = FIRST_WAIT;
    for attempt in 1..=ATTEMPTS {
        let request = client
            .post(url.clone())
            .header(CONTENT_TYPE, "application/json")
            .header("X-Shopify-Topic", notice.topic)
            .header("X-Shopify-Hmac-Sha256", &signature)
            .header("X-Shopify-Webhook-Id", &notice.id)
            .body(notice.body.clone());
        match request
            .send()
            .await
            .and_then(reqwest::Response::error_for_status)
        {
            Ok(_) => return,
            Err(error) if attempt == ATTEMPTS => {
                let error = error.without_url();
                tracing::warn!(%error, topic = notice.topic, "a webhook did not arrive");
            }
            Err(_) => {
                tokio::time::sleep(wait).await;
                wait *= 2;
            }
        }
    }
}
