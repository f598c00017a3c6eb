//! The frame around every function: telemetry, the invocation loop, and errors turned into
//! Lambda's `errorType` / `errorMessage`. A function's `main.rs` makes its clients and calls [`run`].

use std::time::{Duration, SystemTime};

use lambda_runtime::{Diagnostic, LambdaEvent, service_fn};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::value::RawValue;

use crate::fault::{Fault, FaultKind, diagnostic};

/// Serves invocations of `handler` until Lambda stops the process.
///
/// An event that is not of the handler's type is an `InvalidInput` naming the member, not a crash.
///
/// # Errors
/// When the Lambda runtime API cannot be reached.
pub async fn run<Event, Answer, Error, Handler>(
    handler: Handler,
) -> Result<(), lambda_runtime::Error>
where
    Event: DeserializeOwned,
    Answer: Serialize,
    Error: Fault,
    Handler: AsyncFn(Event) -> Result<Answer, Error>,
{
    let handler = &handler;
    lambda_runtime::run(service_fn(move |event: LambdaEvent<Box<RawValue>>| {
        invoke(event.payload, handler)
    }))
    .await
}

/// The same for a handler that works until its time is nearly up: it is given when Lambda ends it.
///
/// # Errors
/// When the Lambda runtime API cannot be reached.
pub async fn run_with_deadline<Event, Answer, Error, Handler>(
    handler: Handler,
) -> Result<(), lambda_runtime::Error>
where
    Event: DeserializeOwned,
    Answer: Serialize,
    Error: Fault,
    Handler: AsyncFn(Event, SystemTime) -> Result<Answer, Error>,
{
    let handler = &handler;
    lambda_runtime::run(service_fn(move |event: LambdaEvent<Box<RawValue>>| {
        let deadline = SystemTime::UNIX_EPOCH + Duration::from_millis(event.context.deadline);
        invoke(event.payload, async move |event| {
            handler(event, deadline).await
        })
    }))
    .await
}

/// The same for functions that shoppers wait for, in tokio's `local` flavour: a task of it is woken
/// without the system call that waking `main` itself takes, twice for each call to a service.
///
/// # Errors
/// When the Lambda runtime API cannot be reached.
pub async fn serve<Event, Answer, Error, Handler>(
    handler: Handler,
) -> Result<(), lambda_runtime::Error>
where
    Event: DeserializeOwned + 'static,
    Answer: Serialize + 'static,
    Error: Fault + 'static,
    Handler: AsyncFn(Event) -> Result<Answer, Error> + 'static,
{
    tokio::task::spawn_local(run(handler)).await?
}

async fn invoke<Event, Answer, Error, Handler>(
    payload: Box<RawValue>,
    handler: Handler,
) -> Result<Answer, Diagnostic>
where
    Event: DeserializeOwned,
    Error: Fault,
    Handler: AsyncFnOnce(Event) -> Result<Answer, Error>,
{
    let event = parse(payload.get())?;
    handler(event).await.map_err(|error| {
        tracing::error!(errorType = error.kind().name(), %error, "invocation failed");
        diagnostic(&error)
    })
}

fn parse<Event: DeserializeOwned>(payload: &str) -> Result<Event, Diagnostic> {
    let mut payload = serde_json::Deserializer::from_str(payload);
    serde_path_to_error::deserialize(&mut payload).map_err(|error| {
        let message = format!(
            "the event is not what this function takes: at `{}`: {}; see events/ for a sample",
            error.path(),
            error.inner()
        );
        tracing::error!(%message, "event refused");
        Diagnostic {
            error_type: FaultKind::InvalidInput.name().to_owned(),
            error_message: message,
        }
    })
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Sample {
        #[allow(dead_code)]
        dataset_name: String,
    }

    #[test]
    fn a_wrong_event_names_the_member() {
        let refused = parse::<Sample>(r#"{"datasetName": 7}"#).unwrap_err();
        assert_eq!(refused.error_type, "InvalidInput");
        assert!(
            refused.error_message.contains("`datasetName`"),
            "{}",
            refused.error_message
        );
    }
}
