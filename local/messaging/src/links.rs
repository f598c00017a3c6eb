//! `/links/...`: where links in messages lead on a laptop. The function that has a Function URL on AWS is called as
//! one would call it, and answers as it would there.

use std::{collections::BTreeMap, sync::Arc};

use axum::{
    body::{Body, Bytes},
    extract::State,
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{app::App, fault::Fault, lambda::PAYLOAD};

/// What such a function answers.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    status_code: u16,
    #[serde(default)]
    headers: BTreeMap<String, Value>,
    #[serde(default)]
    cookies: Vec<String>,
    body: Option<String>,
    #[serde(default)]
    is_base64_encoded: bool,
}

pub(crate) async fn follow(
    State(app): State<Arc<App>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Fault> {
    let destinations = app.settings.destinations();
    let links = destinations.links.as_ref().ok_or_else(|| {
        Fault::missing(
            "no function answers links; put one to /_messaging/destinations as links.function",
        )
    })?;
    if body.len() > PAYLOAD / 2 {
        return Err(Fault::bad("the body is larger than a function takes"));
    }
    let event = event(&method, &uri, &headers, &body);
    let answer = app
        .lambda
        .invoke(&destinations, &links.function, &event)
        .await?;
    relayed(answer)
}

/// The payload of format 2.0.
fn event(method: &Method, uri: &Uri, headers: &HeaderMap, body: &[u8]) -> Value {
    let path = uri.path().strip_prefix("/links").unwrap_or("/");
    let now = Timestamp::now();
    let domain = of(headers, "host").unwrap_or("localhost");
    let mut event = json!({
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": uri.query().unwrap_or_default(),
        "headers": joined(headers),
        "requestContext": {
            "accountId": "anonymous",
            "apiId": "messaging-local",
            "domainName": domain,
            "domainPrefix": "messaging-local",
            "http": {
                "method": method.as_str(),
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": "127.0.0.1",
                "userAgent": of(headers, "user-agent").unwrap_or_default(),
            },
            "requestId": Uuid::new_v4().to_string(),
            "routeKey": "$default",
            "stage": "$default",
            "time": now.strftime("%d/%b/%Y:%H:%M:%S +0000").to_string(),
            "timeEpoch": now.as_millisecond(),
        },
        "isBase64Encoded": false,
    });
    if !body.is_empty() {
        // As Function URLs do: forms come encoded, although they are text.
        let kind = of(headers, "content-type").unwrap_or_default();
        let text = kind.starts_with("text/") || kind.starts_with("application/json");
        match std::str::from_utf8(body) {
            Ok(body) if text => event["body"] = json!(body),
            _ => {
                event["body"] = json!(BASE64_STANDARD.encode(body));
                event["isBase64Encoded"] = json!(true);
            }
        }
    }
    event
}

fn of<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// Names in lower case, the values of one name joined by commas.
fn joined(headers: &HeaderMap) -> BTreeMap<String, String> {
    let mut joined = BTreeMap::<String, String>::new();
    for (name, value) in headers {
        let Ok(value) = value.to_str() else { continue };
        joined
            .entry(name.as_str().to_owned())
            .and_modify(|all| {
                all.push(',');
                all.push_str(value);
            })
            .or_insert_with(|| value.to_owned());
    }
    joined
}

/// The response that a function means. One without a status code is a body of JSON.
fn relayed(answer: Value) -> Result<Response, Fault> {
    if answer.get("statusCode").is_none() {
        return Ok(axum::Json(answer).into_response());
    }
    let wrong = |_| Fault::upstream("the function's answer is none of a Function URL");
    let answer: Answer = serde_json::from_value(answer).map_err(wrong)?;
    let status = StatusCode::from_u16(answer.status_code);
    let status = status.map_err(|_| Fault::upstream("the function's status code is none"))?;
    let body = answer.body.unwrap_or_default();
    let body = if answer.is_base64_encoded {
        let decoded = BASE64_STANDARD.decode(body);
        decoded.map_err(|_| Fault::upstream("the function's body is not base64"))?
    } else {
        body.into_bytes()
    };
    let mut response = (status, Body::from(body)).into_response();
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/json"),
    );
    for (name, value) in answer.headers {
        let value = value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned);
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value))
            && !belongs_to_the_connection(&name)
        {
            headers.insert(name, value);
        }
    }
    for cookie in answer.cookies {
        if let Ok(cookie) = HeaderValue::try_from(cookie) {
            headers.append(header::SET_COOKIE, cookie);
        }
    }
    Ok(response)
}

/// What this server says itself.
fn belongs_to_the_connection(name: &HeaderName) -> bool {
    [
        header::CONNECTION,
        header::CONTENT_LENGTH,
        header::TRANSFER_ENCODING,
        header::UPGRADE,
    ]
    .contains(name)
}
