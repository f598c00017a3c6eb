//! Errors as the services answer them: the type that SDKs match, a status, and a message for the caller.

use std::fmt;

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::{Map, Value, json};

use crate::api::Api;

/// An answer that is an error. Its message never has an address or a phone number in it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{kind}: {message}")]
pub(crate) struct Fault {
    /// Its type, as on the wire.
    pub(crate) kind: &'static str,
    /// The HTTP status.
    status: u16,
    /// What is wrong, where, and what to do.
    pub(crate) message: String,
    /// `Reason` and such, where the type has them.
    details: Vec<(&'static str, String)>,
}

impl Fault {
    fn new(kind: &'static str, status: u16, message: impl Into<String>) -> Self {
        Self {
            kind,
            status,
            message: message.into(),
            details: Vec::new(),
        }
    }

    /// A member of a request to SES or Pinpoint that is wrong.
    pub(crate) fn bad(message: impl Into<String>) -> Self {
        Self::new("BadRequestException", 400, message)
    }

    /// What a request to SES names is not there.
    pub(crate) fn not_found(message: impl Into<String>) -> Self {
        Self::new("NotFoundException", 404, message)
    }

    /// An email that SES does not take.
    pub(crate) fn rejected(message: impl Into<String>) -> Self {
        Self::new("MessageRejected", 400, message)
    }

    /// More than there may be.
    pub(crate) fn limit_exceeded(message: impl Into<String>) -> Self {
        Self::new("LimitExceededException", 400, message)
    }

    /// Too fast, for SES and Pinpoint.
    pub(crate) fn too_many_requests(message: impl Into<String>) -> Self {
        Self::new("TooManyRequestsException", 429, message)
    }

    /// Too fast, for texts.
    pub(crate) fn throttled() -> Self {
        let message = "Rate exceeded for the origination identity";
        Self::new("ThrottlingException", 429, message)
    }

    /// A member of a request of texts that is wrong.
    pub(crate) fn invalid(reason: &'static str, message: impl Into<String>) -> Self {
        let mut fault = Self::new("ValidationException", 400, message);
        fault.details.push(("Reason", reason.to_owned()));
        fault
    }

    /// Something of texts that is not there.
    pub(crate) fn no_resource(kind: &'static str, message: impl Into<String>) -> Self {
        let mut fault = Self::new("ResourceNotFoundException", 404, message);
        fault.details.push(("ResourceType", kind.to_owned()));
        fault
    }

    /// The person does not want texts.
    pub(crate) fn opted_out() -> Self {
        let mut fault = Self::new(
            "ConflictException",
            409,
            "The destination phone number is opted out: it is in the opt-out list Default",
        );
        let reason = "DESTINATION_PHONE_NUMBER_OPTED_OUT".to_owned();
        fault.details.push(("Reason", reason));
        fault
    }

    /// Something the control API needs first.
    pub(crate) fn missing(message: impl Into<String>) -> Self {
        Self::new("ConflictException", 409, message)
    }

    /// A service that this one needs failed.
    pub(crate) fn upstream(message: impl Into<String>) -> Self {
        Self::new("BadGatewayException", 502, message)
    }

    /// Not an operation that is here.
    pub(crate) fn unknown_operation(name: &str) -> Self {
        Self::new(
            "UnknownOperationException",
            400,
            format!(
                "messaging-local has no operation '{name}'; docs/messaging-local.md lists those it has"
            ),
        )
    }

    /// Not an address of this server.
    pub(crate) fn no_such_path() -> Self {
        Self::new(
            "UnknownOperationException",
            404,
            "messaging-local has nothing at this path; docs/messaging-local.md lists what it has",
        )
    }

    /// The server failed.
    pub(crate) fn internal(problem: impl fmt::Display) -> Self {
        Self::new(
            "InternalServerException",
            500,
            format!("messaging-local could not finish: {problem}; its log says more"),
        )
    }

    /// An injected server error, under the name that the API has for it.
    pub(crate) fn injected(api: Api) -> Self {
        let kind = match api {
            Api::Ses => "InternalServiceErrorException",
            Api::Sms => "InternalServerException",
            Api::Pinpoint => "InternalServerErrorException",
        };
        Self::new(kind, 500, "An error on purpose: see /_messaging/faults")
    }

    /// An injected throttling.
    pub(crate) fn injected_throttling(api: Api) -> Self {
        match api {
            Api::Ses => Self::too_many_requests("Maximum sending rate exceeded."),
            Api::Sms => Self::throttled(),
            Api::Pinpoint => Self::too_many_requests("Too many requests"),
        }
    }

    /// As the API answers it; without one, as the control API does.
    pub(crate) fn response(&self, api: Option<Api>) -> Response {
        let mut body = Map::new();
        body.insert("__type".to_owned(), json!(self.kind));
        let member = match api {
            Some(Api::Sms | Api::Pinpoint) => "Message",
            Some(Api::Ses) | None => "message",
        };
        body.insert(member.to_owned(), json!(self.message));
        for (name, value) in &self.details {
            body.insert((*name).to_owned(), json!(value));
        }
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::BAD_REQUEST);
        let mut response = (status, Value::Object(body).to_string()).into_response();
        let headers = response.headers_mut();
        let json = HeaderValue::from_static(Api::content_type(api));
        headers.insert(header::CONTENT_TYPE, json);
        headers.insert("x-amzn-errortype", HeaderValue::from_static(self.kind));
        response
    }
}

impl IntoResponse for Fault {
    /// As the control API answers it.
    fn into_response(self) -> Response {
        self.response(None)
    }
}
