//! What is asked of both, and what an answer worth measuring has.

use std::path::Path;

use bench::{
    error::BenchError,
    events::{self, ITEMS, is_described},
    process::Function,
};
use bytes::Bytes;
use serde_json::{Value, json};

/// One thing that both do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Task {
    /// Items for a user, described.
    Recommend,
    /// One event, told to Personalize.
    Track,
}

impl Task {
    /// Both.
    pub(crate) const ALL: [Self; 2] = [Self::Recommend, Self::Track];

    /// The name, which is that of our function.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Recommend => "recommend",
            Self::Track => "track",
        }
    }

    /// Our function for it.
    pub(crate) fn ours(self, binaries: Option<&Path>) -> Result<Contender, BenchError> {
        let function = Function::of_project(self.name(), binaries)?;
        Ok(match self {
            Self::Recommend => Contender {
                function,
                event: our_question,
                is_right: |answer| is_described(answer, "PERSONALIZE"),
            },
            Self::Track => Contender {
                function,
                event: our_event,
                is_right: |answer| answer["accepted"] == 1,
            },
        })
    }

    /// The function of personalization-apis in `folder`, which does both.
    pub(crate) fn peer(self, folder: &Path, python: &Path, is_bare: bool, work: Work) -> Contender {
        let function = peer(folder, python, is_bare, work);
        match self {
            Self::Recommend => Contender {
                function,
                event: their_question,
                is_right: they_recommended,
            },
            Self::Track => Contender {
                function,
                event: their_event,
                is_right: |answer| answer["statusCode"] == 200,
            },
        }
    }
}

/// What the peer does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Work {
    /// What it does by itself.
    ItsOwn,
    /// What ours does.
    Same,
}

/// One of the two, and how it is asked.
#[derive(Debug)]
pub(crate) struct Contender {
    /// What is started.
    pub(crate) function: Function,
    /// The `n`th event.
    pub(crate) event: fn(u32) -> Bytes,
    /// Whether an answer is one to what was asked.
    pub(crate) is_right: fn(&Value) -> bool,
}

/// With the variables its template sets, or, when it is `bare`, without X-Ray and without logging each
/// event.
fn peer(folder: &Path, python: &Path, is_bare: bool, work: Work) -> Function {
    let absolute = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let folder = absolute(folder).join("src");
    let layer = folder.join("layer").display().to_string();
    let around = Path::new(env!("CARGO_MANIFEST_DIR")).join("peer-serving");
    let (name, handler, path) = match work {
        Work::ItsOwn => ("personalization-apis", "main.lambda_handler", layer),
        Work::Same => (
            "the same work",
            "same_work.lambda_handler",
            format!("{}:{layer}", around.display()),
        ),
    };
    let variables = [
        ("PYTHONPATH", path.as_str()),
        ("PYTHONDONTWRITEBYTECODE", "1"),
        ("LOG_LEVEL", "INFO"),
        ("POWERTOOLS_SERVICE_NAME", "personalization_apis"),
        ("POWERTOOLS_METRICS_NAMESPACE", "bench"),
        (
            "POWERTOOLS_LOGGER_LOG_EVENT",
            if is_bare { "false" } else { "true" },
        ),
        (
            "POWERTOOLS_TRACE_DISABLED",
            if is_bare { "true" } else { "false" },
        ),
        ("POWERTOOLS_LOGGER_SAMPLE_RATE", "0"),
        // By it Powertools and the X-Ray SDK know that they are in Lambda.
        ("LAMBDA_TASK_ROOT", "/var/task"),
        ("TZ", "UTC"),
        ("ApiType", "HTTP"),
        ("StagingBucket", "bench"),
        (
            "AWS_APPCONFIG_EXTENSION_PREFETCH_LIST",
            "/applications/bench/environments/bench/configurations/Personalization-API-Config",
        ),
    ];
    Function {
        name: name.to_owned(),
        // Not resolved further: a virtual environment is known by where its link is.
        program: absolute(python),
        arguments: ["-m", "awslambdaric", handler].map(Into::into).into(),
        folder: Some(folder.join("personalization_api_function")),
        variables: variables
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into(),
    }
}

fn our_question(n: u32) -> Bytes {
    events::recommendations("home", json!({"userId": format!("n{n}")}))
}

fn our_event(n: u32) -> Bytes {
    let view = json!([{"eventType": "view", "itemId": "i1", "recommendationId": "RID-bench"}]);
    events::track(&format!("n{n}"), &view)
}

fn their_question(n: u32) -> Bytes {
    let query = json!({"numResults": ITEMS.to_string()});
    let path = format!("/recommend-items/bench/home/n{n}");
    request("GET", &path, &query, &Value::Null)
}

fn their_event(n: u32) -> Bytes {
    let event = json!({"eventType": "view", "itemId": "i1", "recommendationId": "RID-bench"});
    let body = json!({"userId": format!("n{n}"), "sessionId": "s", "eventList": [event]});
    let body = body.to_string().into();
    request("POST", "/events/bench", &Value::Null, &body)
}

/// An event of API Gateway's HTTP APIs (developer guide, payload format version 2.0).
fn request(method: &str, path: &str, query: &Value, body: &Value) -> Bytes {
    let event = json!({
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": if query.is_null() { String::new() } else { format!("numResults={ITEMS}") },
        "headers": {
            "content-type": "application/json",
            "user-agent": "shop-backend/1.0",
            "cloudfront-viewer-country": "DE",
            "cloudfront-is-mobile-viewer": "true",
        },
        "queryStringParameters": query,
        "requestContext": {
            "accountId": "000000000000", "apiId": "bench", "stage": "$default", "requestId": "bench",
            "http": {"method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1"},
        },
        "body": body,
        "isBase64Encoded": false,
    });
    Bytes::from(event.to_string())
}

fn they_recommended(answer: &Value) -> bool {
    let body = answer["body"].as_str().unwrap_or_default();
    let body: Value = serde_json::from_str(body).unwrap_or_default();
    let items = body["itemList"].as_array();
    let items = items.map(Vec::as_slice).unwrap_or_default();
    answer["statusCode"] == 200
        && items.len() == ITEMS
        && items
            .iter()
            .all(|item| item["metadata"]["title"].is_string())
}
