//! Errors as problem documents (RFC 9457).

use axum::{
    Json,
    http::{HeaderName, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};
use shared::fault::Fault;

use crate::error::ServiceError;

const TYPE: [(HeaderName, &str); 1] = [(header::CONTENT_TYPE, "application/problem+json")];

impl IntoResponse for ServiceError {
    fn into_response(self) -> Response {
        let status = self.status();
        if status.is_server_error() {
            tracing::error!(errorType = self.kind().name(), error = %self, "a request failed");
        }
        let problems = match &self {
            Self::Unsound(problems) => problems.as_slice(),
            _ => &[],
        };
        problem(status, &self.to_string(), problems)
    }
}

/// For what cannot be taken now.
pub(super) fn busy(detail: &str) -> Response {
    problem(StatusCode::SERVICE_UNAVAILABLE, detail, &[])
}

/// For a path that is none.
pub(super) async fn not_found() -> Response {
    let detail = "there is nothing under this path; docs/experiments.md lists what there is";
    problem(StatusCode::NOT_FOUND, detail, &[])
}

fn problem(status: StatusCode, detail: &str, problems: &[String]) -> Response {
    let mut document = json!({
        "type": "about:blank",
        "title": status.canonical_reason().unwrap_or("Error"),
        "status": status.as_u16(),
        "detail": detail,
    });
    if !problems.is_empty() {
        document["problems"] = problems
            .iter()
            .map(|one| Value::from(one.as_str()))
            .collect();
    }
    (status, TYPE, Json(document)).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_a_problem_document() {
        let error = ServiceError::Unsound(vec!["range overlaps".to_owned()]);
        let response = error.into_response();
        assert_eq!(response.status(), StatusCode::UNPROCESSABLE_ENTITY);
        let of = &response.headers()[header::CONTENT_TYPE];
        assert_eq!(of, "application/problem+json");
    }
}
