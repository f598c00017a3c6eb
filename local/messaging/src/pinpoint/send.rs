//! SendMessages: each address has a result of its own.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::{
    app::App,
    fault::Fault,
    outbox::{Channel, Push, Record},
};

/// Addresses of one call.
const ADDRESSES: usize = 100;
/// Bytes of a notification, with Firebase and with Apple.
const NOTIFICATION: usize = 4096;
/// Bytes of a token.
const TOKEN: usize = 4096;
/// Tokens that begin so are of an app that is no longer on its phone.
const GONE: &str = "gone";
/// The channels of push notifications.
const SERVICES: [&str; 7] = [
    "GCM",
    "APNS",
    "APNS_SANDBOX",
    "APNS_VOIP",
    "APNS_VOIP_SANDBOX",
    "ADM",
    "BAIDU",
];

type Substitutions = BTreeMap<String, Vec<String>>;

/// The body of the call.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct MessageRequest {
    #[serde(default)]
    addresses: BTreeMap<String, Address>,
    #[serde(default)]
    endpoints: BTreeMap<String, Value>,
    #[serde(default)]
    context: BTreeMap<String, String>,
    message_configuration: Option<Configuration>,
    template_configuration: Option<Value>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Address {
    channel_type: Option<String>,
    body_override: Option<String>,
    title_override: Option<String>,
    raw_content: Option<String>,
    #[serde(default)]
    context: BTreeMap<String, String>,
    #[serde(default)]
    substitutions: Substitutions,
}

/// One message for each kind of address.
#[derive(Debug, Deserialize)]
struct Configuration {
    #[serde(rename = "GCMMessage")]
    gcm: Option<Message>,
    #[serde(rename = "APNSMessage")]
    apns: Option<Message>,
    #[serde(rename = "ADMMessage")]
    adm: Option<Message>,
    #[serde(rename = "BaiduMessage")]
    baidu: Option<Message>,
    #[serde(rename = "DefaultPushNotificationMessage")]
    push: Option<Message>,
    #[serde(rename = "DefaultMessage")]
    default: Option<Message>,
}

impl Configuration {
    /// The message for a kind of address.
    fn of(&self, service: &str) -> Option<&Message> {
        let own = match service {
            "GCM" => &self.gcm,
            "ADM" => &self.adm,
            "BAIDU" => &self.baidu,
            _ => &self.apns,
        };
        let defaults = || self.push.as_ref().or(self.default.as_ref());
        own.as_ref().or_else(defaults)
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Message {
    title: Option<String>,
    body: Option<String>,
    url: Option<String>,
    image_url: Option<String>,
    media_url: Option<String>,
    raw_content: Option<String>,
    #[serde(default)]
    data: BTreeMap<String, String>,
    #[serde(default)]
    substitutions: Substitutions,
}

/// Takes notifications.
///
/// # Errors
/// When the call as a whole is wrong, it is too fast, or nothing can be kept: none is taken then.
pub(super) fn send(app: &App, application: &str, call: MessageRequest) -> Result<Value, Fault> {
    if !call.endpoints.is_empty() || call.template_configuration.is_some() {
        return Err(Fault::bad(
            "Endpoints and templates of Pinpoint have ended; give Addresses and MessageConfiguration",
        ));
    }
    if !(1..=ADDRESSES).contains(&call.addresses.len()) {
        return Err(Fault::bad(format!("Addresses must be 1 to {ADDRESSES}")));
    }
    let configuration = call.message_configuration;
    let configuration =
        configuration.ok_or_else(|| Fault::bad("MessageConfiguration is required"))?;
    if !app.meter.pushes(call.addresses.len()) {
        return Err(Fault::too_many_requests("Too many requests"));
    }
    let mut results = Map::new();
    let mut messages = Vec::new();
    for (token, address) in call.addresses {
        match notification(application, &token, address, &call.context, &configuration) {
            Ok(record) => messages.push((record, None)),
            Err((status, problem)) => {
                results.insert(token, failure(status, &problem));
            }
        }
    }
    if !messages.is_empty() {
        app.outbox.add(&mut messages).map_err(Fault::internal)?;
    }
    for (record, _) in messages {
        let token = record.to.into_iter().next().unwrap_or_default();
        results.insert(token, success(&record.id));
    }
    // The SDK takes the answer as what the API calls MessageResponse.
    Ok(json!({
        "ApplicationId": application,
        "RequestId": Uuid::new_v4().to_string(),
        "Result": results,
    }))
}

/// A notification, or the status of its failure and why.
fn notification(
    application: &str,
    token: &str,
    address: Address,
    context: &BTreeMap<String, String>,
    configuration: &Configuration,
) -> Result<Record, (u16, String)> {
    let service = address.channel_type.unwrap_or_default();
    if !SERVICES.contains(&service.as_str()) {
        let all = SERVICES.join(", ");
        return Err((
            400,
            format!("ChannelType must be one of {all}: emails go by SES, texts by SMS Voice"),
        ));
    }
    if token.is_empty() || token.len() > TOKEN || token.contains(char::is_whitespace) {
        return Err((400, "The address is not a token".to_owned()));
    }
    if token.starts_with(GONE) {
        return Err((410, "The token is no longer registered".to_owned()));
    }
    let none = Message::default();
    let message = configuration.of(&service).unwrap_or(&none);
    let fill = |text: Option<&String>| {
        text.map(|text| substituted(text, &address.substitutions, &message.substitutions))
    };
    let title = fill(address.title_override.as_ref().or(message.title.as_ref()));
    let push = Push {
        application: application.to_owned(),
        body: fill(address.body_override.as_ref().or(message.body.as_ref())).unwrap_or_default(),
        url: fill(message.url.as_ref()),
        image: message
            .image_url
            .clone()
            .or_else(|| message.media_url.clone()),
        data: message.data.clone(),
        raw: address.raw_content.or_else(|| message.raw_content.clone()),
        service,
    };
    if size(title.as_deref(), &push) > NOTIFICATION {
        return Err((
            400,
            format!("A notification has at most {NOTIFICATION} bytes"),
        ));
    }
    if push.body.is_empty() && push.raw.is_none() && push.data.is_empty() {
        return Err((400, "The notification has no body".to_owned()));
    }
    let mut record = Record::new(Channel::Push, vec![token.to_owned()]);
    record.subject = title;
    record.context.clone_from(context);
    record.context.extend(address.context);
    record.push = Some(push);
    Ok(record)
}

fn size(title: Option<&str>, push: &Push) -> usize {
    let parts = [
        title,
        Some(push.body.as_str()),
        push.url.as_deref(),
        push.image.as_deref(),
        push.raw.as_deref(),
    ];
    let texts: usize = parts.into_iter().flatten().map(str::len).sum();
    let data: usize = push
        .data
        .iter()
        .map(|(key, value)| key.len() + value.len())
        .sum();
    texts + data
}

/// `{{name}}` becomes the first value for `name`: that of the address, else that of the message, else nothing.
fn substituted(text: &str, own: &Substitutions, all: &Substitutions) -> String {
    let mut filled = String::new();
    let mut rest = text;
    while let Some((before, inside)) = rest.split_once("{{") {
        let Some((name, after)) = inside.split_once("}}") else {
            break;
        };
        let values = own.get(name.trim()).or_else(|| all.get(name.trim()));
        filled.push_str(before);
        filled.push_str(
            values
                .and_then(|values| values.first())
                .map_or("", String::as_str),
        );
        rest = after;
    }
    filled.push_str(rest);
    filled
}

fn success(id: &str) -> Value {
    json!({
        "DeliveryStatus": "SUCCESSFUL",
        "StatusCode": 200,
        "StatusMessage": "The notification was accepted",
        "MessageId": id,
    })
}

fn failure(status: u16, problem: &str) -> Value {
    json!({
        "DeliveryStatus": "PERMANENT_FAILURE",
        "StatusCode": status,
        "StatusMessage": problem,
    })
}
