//! GraphQL as a shop asks it: over HTTP, with the API key for visitors, with a token for who is
//! signed in.

use std::time::Duration;

use hyper::Method;
use serde_json::{Value, json};

use crate::error::{Error, Result};
use crate::http;

const PATIENCE: Duration = Duration::from_secs(60);

/// The endpoint of the deployed API.
#[derive(Debug, Clone)]
pub struct GraphQl {
    url: String,
    key: String,
    /// Of who is signed in.
    token: Option<String>,
}

impl GraphQl {
    /// The API of the stack's `GraphQLUrl`, reached through the front door at `endpoint`: the
    /// emulator serves `https://<id>.appsync-api.<region>.amazonaws.com/graphql` under
    /// `/v1/apis/<id>/graphql`.
    ///
    /// # Errors
    /// [`Error::Unexpected`] when `url` is none of AppSync.
    pub fn new(endpoint: &str, url: &str, key: &str) -> Result<Self> {
        let host = url.split_once("://").map_or(url, |(_, rest)| rest);
        match host.split_once(".appsync-api.") {
            Some((id, _)) => Ok(Self {
                url: format!("{endpoint}/v1/apis/{id}/graphql"),
                key: key.to_owned(),
                token: None,
            }),
            None => Err(Error::Unexpected(format!(
                "the output GraphQLUrl is no AppSync URL: {url}"
            ))),
        }
    }

    /// The same, for who has `token`.
    #[must_use]
    pub(crate) fn signed_in(self, token: String) -> Self {
        Self {
            token: Some(token),
            ..self
        }
    }

    /// Where it is.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// A line for a shell that asks it for a placement of a visitor.
    #[must_use]
    pub fn curl(&self, placement: &str, session: &str) -> String {
        let query = format!(
            "{{ recommendations(placement: \\\"{placement}\\\", sessionId: \\\"{session}\\\") {{ items {{ title price reason }} }} }}"
        );
        let key = format!("x-api-key: {}", self.key);
        self.line(&format!("'{key}'"), &query)
    }

    /// A line for a shell that asks it for a placement of a customer; `sign_in` is a command that
    /// prints a token.
    #[must_use]
    pub fn curl_signed_in(&self, placement: &str, sign_in: &str) -> String {
        let query = format!(
            "{{ recommendations(placement: \\\"{placement}\\\") {{ items {{ title price reason }} }} }}"
        );
        self.line(&format!("\"authorization: $({sign_in})\""), &query)
    }

    fn line(&self, header: &str, query: &str) -> String {
        format!(
            "curl -s {} -H {header} -H 'content-type: application/json' -d '{{\"query\": \"{query}\"}}'",
            self.url
        )
    }

    /// Sends one operation; its `data`.
    ///
    /// # Errors
    /// [`Error::Graphql`] with the errors GraphQL answered.
    pub async fn ask(&self, name: &str, query: &str, variables: &Value) -> Result<Value> {
        let wrong = |reason: String| Error::Graphql {
            query: name.to_owned(),
            reason,
        };
        let body = json!({ "query": query, "variables": variables }).to_string();
        let caller = match &self.token {
            Some(token) => ("authorization", token.as_str()),
            None => ("x-api-key", self.key.as_str()),
        };
        let headers = [("content-type", "application/json"), caller];
        let answer = http::send(Method::POST, &self.url, &headers, body, PATIENCE).await;
        let (status, body) = answer.map_err(wrong)?;
        let mut answer: Value = serde_json::from_slice(&body)
            .map_err(|_| wrong(format!("HTTP {status}: {}", String::from_utf8_lossy(&body))))?;
        let errors = answer["errors"]
            .as_array()
            .map(Vec::as_slice)
            .unwrap_or_default();
        if !errors.is_empty() || !status.is_success() {
            let said: Vec<&str> = errors
                .iter()
                .filter_map(|error| error["message"].as_str())
                .collect();
            return Err(wrong(if said.is_empty() {
                answer.to_string()
            } else {
                said.join("; ")
            }));
        }
        Ok(answer["data"].take())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_endpoint_is_reached_through_the_front_door() {
        let url = "https://abc.appsync-api.us-east-1.amazonaws.com/graphql";
        let api = GraphQl::new("http://127.0.0.1:4560", url, "k").unwrap();
        assert_eq!(api.url(), "http://127.0.0.1:4560/v1/apis/abc/graphql");
        for curl in [api.curl("home", "1"), api.curl_signed_in("home", "token 1")] {
            let body = curl.split_once("-d '").unwrap().1.trim_end_matches('\'');
            assert!(serde_json::from_str::<Value>(body).is_ok(), "{body}");
        }
        assert!(GraphQl::new("http://x", "https://example.org", "k").is_err());
    }
}
