//! What the tests need: a server, clients, and a receiver in place of AWS.

#![allow(clippy::unwrap_used, reason = "all of it is for tests")]

pub(crate) mod receiver;

use std::path::{Path, PathBuf};

use aws_sdk_sesv2::{
    config::{BehaviorVersion, Credentials, Region, retry::RetryConfig},
    types::{
        BulkEmailContent, BulkEmailEntry, Destination, EmailTemplateContent, MessageHeader,
        MessageTag, ReplacementEmailContent, ReplacementTemplate, Template,
    },
};
use messaging_local::{Config, Server};
use serde_json::Value;

pub(crate) type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// A server and clients of it that try once.
pub(crate) struct Setup {
    pub(crate) server: Server,
    pub(crate) url: String,
    pub(crate) http: reqwest::Client,
    pub(crate) ses: aws_sdk_sesv2::Client,
    pub(crate) sms: aws_sdk_pinpointsmsvoicev2::Client,
    pub(crate) pinpoint: aws_sdk_pinpoint::Client,
}

macro_rules! client {
    ($sdk:ident, $url:expr) => {
        $sdk::Client::from_conf(
            $sdk::Config::builder()
                .behavior_version(BehaviorVersion::latest())
                .endpoint_url($url)
                .region(Region::from_static("eu-west-1"))
                .credentials_provider(Credentials::new("any", "any", None, None, "test"))
                .retry_config(RetryConfig::disabled())
                .build(),
        )
    };
}

pub(crate) async fn start() -> Result<Setup> {
    start_with(Config::default()).await
}

pub(crate) async fn start_with(config: Config) -> Result<Setup> {
    let server = Server::start(config).await?;
    let url = format!("http://{}", server.address());
    Ok(Setup {
        http: reqwest::Client::new(),
        ses: client!(aws_sdk_sesv2, &url),
        sms: client!(aws_sdk_pinpointsmsvoicev2, &url),
        pinpoint: client!(aws_sdk_pinpoint, &url),
        server,
        url,
    })
}

impl Setup {
    pub(crate) async fn get(&self, path: &str) -> Result<reqwest::Response> {
        Ok(self.http.get(format!("{}{path}", self.url)).send().await?)
    }

    pub(crate) async fn json(&self, path: &str) -> Result<Value> {
        Ok(serde_json::from_slice(
            &self.get(path).await?.bytes().await?,
        )?)
    }

    pub(crate) async fn html(&self, path: &str) -> Result<String> {
        Ok(self.get(path).await?.text().await?)
    }

    /// Sends JSON to the control API and gives back the status and the answer.
    pub(crate) async fn control(
        &self,
        method: &str,
        path: &str,
        body: Value,
    ) -> Result<(u16, Value)> {
        let method = reqwest::Method::from_bytes(method.as_bytes())?;
        let url = format!("{}/_messaging/{path}", self.url);
        let request = self.http.request(method, url).body(body.to_string());
        let response = request.send().await?;
        let status = response.status().as_u16();
        let answer = response.bytes().await?;
        Ok((status, serde_json::from_slice(&answer).unwrap_or_default()))
    }

    /// All messages of the outbox.
    pub(crate) async fn messages(&self) -> Result<Vec<Value>> {
        let page = self.json("/_messaging/messages").await?;
        Ok(page["messages"].as_array().cloned().unwrap_or_default())
    }

    /// Sends emails of one template.
    pub(crate) async fn bulk(
        &self,
        html: &str,
        entries: Vec<BulkEmailEntry>,
    ) -> std::result::Result<
        aws_sdk_sesv2::operation::send_bulk_email::SendBulkEmailOutput,
        aws_sdk_sesv2::Error,
    > {
        let content = EmailTemplateContent::builder()
            .subject("Hi {{name}}")
            .html(html)
            .text("Hello {{name}}")
            .build();
        let template = Template::builder()
            .template_content(content)
            .template_data(r#"{"shop": "The <Shop>"}"#)
            .build();
        let sent = self
            .ses
            .send_bulk_email()
            .from_email_address("The Shop <news@shop.example>")
            .configuration_set_name("messages")
            .default_email_tags(tag("run", "r1"))
            .default_email_tags(tag("campaign", "weekly"))
            .default_content(BulkEmailContent::builder().template(template).build())
            .set_bulk_email_entries(Some(entries))
            .send()
            .await;
        Ok(sent?)
    }
}

pub(crate) fn tag(name: &str, value: &str) -> MessageTag {
    MessageTag::builder()
        .name(name)
        .value(value)
        .build()
        .unwrap()
}

/// An email to a person, with values for the template.
pub(crate) fn entry(person: &str, data: &str) -> BulkEmailEntry {
    let to = format!("{person}@shop.example");
    let template = ReplacementTemplate::builder()
        .replacement_template_data(data)
        .build();
    let unsubscribe = MessageHeader::builder()
        .name("List-Unsubscribe")
        .value("<https://shop.example/u/1>")
        .build()
        .unwrap();
    BulkEmailEntry::builder()
        .destination(Destination::builder().to_addresses(to).build())
        .replacement_tags(tag("person", person))
        .replacement_headers(unsubscribe)
        .replacement_email_content(
            ReplacementEmailContent::builder()
                .replacement_template(template)
                .build(),
        )
        .build()
}

/// A directory of its own that is gone at the end.
pub(crate) struct Directory(PathBuf);

impl Directory {
    pub(crate) fn new() -> Self {
        Self(std::env::temp_dir().join(format!("messaging-{}", uuid::Uuid::new_v4())))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
