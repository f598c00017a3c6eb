//! `catalog-webhook`: takes the backend's calls about single products at a Function URL, checks that
//! they are the backend's, and says on the event bus which product changed. `catalog-pull` then asks
//! for it: nothing of a call but the product's id is believed.
//!
//! How calls are signed is `backend.catalog.webhook` in the configuration; the key is the member
//! `webhookSecret` of the backend's secret, read again when a signature does not fit it. It has 12 bytes
//! at least, without the `whsec_` of Standard Webhooks: shorter ones are refused.
//!
//! | kind | signature | product |
//! |---|---|---|
//! | `shopify` | `X-Shopify-Hmac-Sha256`, Base64; the key is the app's client secret | `id`, of topics `products/...` |
//! | `woocommerce` | `X-WC-Webhook-Signature`, Base64 | `id`, or `parent_id` of a variation, of topics `product...` |
//! | `bigcommerce` | Standard Webhooks (`webhook-id`, `webhook-timestamp`, `webhook-signature`), at most five minutes old; the key is the app's client secret | `data.id`, or the product of a SKU, of scopes `store/product/...` and `store/sku/...` |
//! | `hmac` | HMAC-SHA256 of the body in `header`, `hex` or `base64`, with or without `sha256=` before it | `id`, a JMESPath to an id or a list of ids |
//!
//! The event: source `retail.personalization`, detail type `ProductChanged`, detail `{"estate", "id",
//! "deleted"}`. Backends without webhooks of these kinds reach `catalog-pull` like this:
//!
//! - commercetools: a Subscription with the destination EventBridge, and a rule on its partner event bus
//!   that gives `catalog-pull` `{"step": "one", "id": <$.detail.resource.id>}`;
//! - Adobe Commerce: Adobe I/O Events delivers to EventBridge; Magento without it: a module that signs
//!   with `hmac`;
//! - Salesforce B2C Commerce: a job step, or a cartridge's hook, that signs with `hmac`;
//! - Shopify and BigCommerce can deliver to EventBridge instead, too;
//! - any of them: a file `raw/single/<name>.jsonl` in the data bucket, which `catalog-cache` takes.
//!
//! Answers: 202 when the event is on the bus or the call is about something else, 200 to WooCommerce's
//! ping, 400 without an id, 401 when the signature is wrong, 413 over 1 MB, 503 with `Retry-After` when
//! a service does not answer or the webhook is not configured. A call that comes twice is an event twice.
//!
//! - Environment: `DATA_BUCKET`, `CONFIG_KEY`, `OPERATIONS_TABLE`, `BACKEND_SECRET`, `EVENT_BUS`
//!   (`default` without it), `METRICS_NAMESPACE`, `AWS_LAMBDA_LOG_LEVEL`.
//! - Permissions: `s3:GetObject` on the configuration, `secretsmanager:GetSecretValue` on the backend's
//!   secret, `events:PutEvents` on the bus, `kms:Decrypt` on the data key and on the secret's own.
//! - Metrics by `kind`: `ProductsChanged`, `WebhooksIgnored`, `WebhooksUnreadable`, `BadSignatures`,
//!   `WebhooksFailed`.

mod body;
mod bus;
mod changed;
mod error;
mod kept;
mod key;
mod receiver;
mod signature;

use shared::{aws, environment, function, telemetry};

use crate::{
    bus::EventBus,
    kept::{SecretSource, SettingsSource},
    receiver::Receiver,
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    telemetry::init();
    // Backends wait some five seconds for an answer.
    let sdk = aws::for_requests().await;
    let bus = EventBus {
        client: aws_sdk_eventbridge::Client::new(&sdk),
        name: environment::or("EVENT_BUS", "default"),
    };
    let settings = SettingsSource::from_environment(&sdk)?;
    let secret = SecretSource::from_environment(&sdk);
    let receiver = Receiver::new(settings, secret, bus);
    function::run(async |request| receiver.receive(request).await).await
}
