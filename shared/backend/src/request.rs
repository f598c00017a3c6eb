//! A request, before it is sent: no address of the backend and no secret is in it.

use bytes::Bytes;
use serde_json::Value;

/// What is asked of the backend.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    pub(crate) target: Target,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) headers: Vec<(String, String)>,
    /// A JSON body makes it a POST.
    pub(crate) body: Option<Bytes>,
}

/// Where a request goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Target {
    /// A path under the backend's URL.
    Path(String),
    /// A URL from an answer: absolute, or relative to the backend's. It has to be of its origin.
    Next(String),
    /// A URL from an answer that may be of one of these hosts, too; asked without credentials then.
    Outside {
        url: String,
        hosts: &'static [&'static str],
    },
}

impl Request {
    /// Reads `path`, which begins with `/`; text from outside in it goes through [`segment`].
    #[must_use]
    pub fn get(path: impl Into<String>) -> Self {
        Self::to(Target::Path(path.into()))
    }

    /// Sends `body` as JSON to `path`.
    #[must_use]
    pub fn post(path: impl Into<String>, body: &Value) -> Self {
        Self {
            body: Some(Bytes::from(body.to_string())),
            ..Self::get(path)
        }
    }

    /// Reads the URL that an answer gave for what comes next. Sending it fails when it is of another
    /// origin than the backend.
    #[must_use]
    pub fn next(url: impl Into<String>) -> Self {
        Self::to(Target::Next(url.into()))
    }

    /// Reads a URL that an answer gave, of the backend's origin or by HTTPS of one of `hosts`: a file
    /// the backend keeps elsewhere. No credentials are sent.
    #[must_use]
    pub fn outside(url: impl Into<String>, hosts: &'static [&'static str]) -> Self {
        let url = url.into();
        Self::to(Target::Outside { url, hosts })
    }

    fn to(target: Target) -> Self {
        Self {
            target,
            query: Vec::new(),
            headers: Vec::new(),
            body: None,
        }
    }

    /// With another query parameter; it is encoded when it is sent.
    #[must_use]
    #[allow(clippy::needless_pass_by_value)] // Numbers and moments are given as they are.
    pub fn query(mut self, name: impl Into<String>, value: impl ToString) -> Self {
        self.query.push((name.into(), value.to_string()));
        self
    }

    /// With another header.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// The path or URL it goes to, without query parameters that were added.
    #[must_use]
    pub fn path(&self) -> &str {
        match &self.target {
            Target::Path(path) => path,
            Target::Next(url) | Target::Outside { url, .. } => url,
        }
    }

    /// The query parameter of that name.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<&str> {
        let found = self.query.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    /// The JSON body.
    #[must_use]
    pub fn body(&self) -> Option<&[u8]> {
        self.body.as_deref()
    }

    /// What an error calls it: the path without any query.
    pub(crate) fn name(&self) -> String {
        let path = self.path();
        let end = path.find(['?', '#']).unwrap_or(path.len());
        path[..end].to_owned()
    }
}

/// `text` as one segment of a path: everything but letters, digits, `-`, `_`, `~` and dots is encoded,
/// so that an id like `../admin` stays an id. A segment of dots alone cannot be encoded (a URL reads
/// `%2E%2E` as `..`): it becomes empty.
#[must_use]
pub fn segment(text: &str) -> String {
    if text.bytes().all(|byte| byte == b'.') {
        return String::new();
    }
    let mut segment = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_~.".contains(&byte) {
            segment.push(char::from(byte));
        } else {
            segment.push_str(&format!("%{byte:02X}"));
        }
    }
    segment
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_never_leaves_its_segment() {
        assert_eq!(segment("85123A"), "85123A");
        assert_eq!(segment("../a?b=ü"), "..%2Fa%3Fb%3D%C3%BC");
        assert_eq!(segment(".."), "");
    }

    #[test]
    fn a_name_has_no_query() {
        let request = Request::next("https://shop.example/p?token=secret#x").query("page", 2);
        assert_eq!(request.name(), "https://shop.example/p");
        assert_eq!(request.parameter("page"), Some("2"));
    }
}
