//! How requests say who sends them. Nothing here is a secret: members of it are named.

use serde::Deserialize;

/// A kind of authentication. The names in it are members of the secret's JSON object.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(
    tag = "kind",
    rename_all = "camelCase",
    rename_all_fields = "camelCase",
    deny_unknown_fields
)]
pub enum Auth {
    /// Anybody may read.
    #[default]
    None,
    /// `Authorization: Basic ...`.
    Basic {
        /// The member with the user's name.
        #[serde(default = "username")]
        username: String,
        /// The member with the password.
        #[serde(default = "password")]
        password: String,
    },
    /// `Authorization: Bearer ...` with a token that is always the same.
    Bearer {
        /// The member with the token.
        #[serde(default = "token")]
        token: String,
    },
    /// A header of the backend's own.
    Header {
        /// The header's name.
        name: String,
        /// The member with its value.
        #[serde(default = "token")]
        member: String,
    },
    /// A query parameter.
    Query {
        /// The parameter's name.
        name: String,
        /// The member with its value.
        #[serde(default = "token")]
        member: String,
    },
    /// A token that is asked for with a client's id and secret (RFC 6749, 4.4), kept until it expires.
    ClientCredentials {
        /// Where tokens are: an absolute URL, or a path at the backend.
        token_url: String,
        /// The member with the client's id.
        #[serde(default = "client_id")]
        client_id: String,
        /// The member with the client's secret.
        #[serde(default = "client_secret")]
        client_secret: String,
        /// What the token is for, as the backend calls it.
        scope: Option<String>,
        /// Where the id and the secret are sent.
        #[serde(default)]
        client_auth: ClientAuth,
    },
}

/// Where a client's id and secret are in a request for a token.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ClientAuth {
    /// In `Authorization: Basic ...`, as RFC 6749 prefers it.
    #[default]
    Basic,
    /// In the body.
    Body,
}

impl Auth {
    /// The members of the secret that it needs.
    #[must_use]
    pub fn members(&self) -> Vec<&str> {
        match self {
            Self::None => Vec::new(),
            Self::Basic { username, password } => vec![username, password],
            Self::Bearer { token } => vec![token],
            Self::Header { member, .. } | Self::Query { member, .. } => vec![member],
            Self::ClientCredentials {
                client_id,
                client_secret,
                ..
            } => vec![client_id, client_secret],
        }
    }
}

fn username() -> String {
    "username".to_owned()
}

fn password() -> String {
    "password".to_owned()
}

fn token() -> String {
    "token".to_owned()
}

fn client_id() -> String {
    "clientId".to_owned()
}

fn client_secret() -> String {
    "clientSecret".to_owned()
}
