//! What belongs to the backend: its origin (scheme, host and port). A list must not lead a function
//! that holds credentials to another machine.

use reqwest::Url;

use crate::{
    error::BackendError,
    request::{Request, Target},
};

/// Reads `BACKEND_URL`.
pub(crate) fn base(url: &str) -> Result<Url, BackendError> {
    let wrong = |message: &str| BackendError::Address {
        url: without_user(url),
        message: message.to_owned(),
    };
    let parsed = Url::parse(url).map_err(|error| wrong(&error.to_string()))?;
    if !matches!(parsed.scheme(), "http" | "https") || parsed.host_str().is_none() {
        return Err(wrong("it is neither https:// nor http:// with a host"));
    }
    if !parsed.username().is_empty() || parsed.password().is_some() {
        return Err(wrong("it has a user; credentials belong into the secret"));
    }
    if parsed.query().is_some() || parsed.fragment().is_some() {
        return Err(wrong("it has a query or a fragment"));
    }
    Ok(parsed)
}

fn without_user(url: &str) -> String {
    match url.rsplit_once('@') {
        Some((_, rest)) => format!("***@{rest}"),
        None => url.to_owned(),
    }
}

/// The URL of a request, and whether credentials go with it.
pub(crate) fn resolve(base: &Url, request: &Request) -> Result<(Url, bool), BackendError> {
    let (url, trusted) = match &request.target {
        Target::Path(path) => (joined(base, path, request)?, true),
        Target::Next(url) => (same_origin(base, parse(base, url)?)?, true),
        Target::Outside { url, hosts } => {
            let url = parse(base, url)?;
            let known = url.scheme() == "https"
                && url.port().is_none()
                && url.host_str().is_some_and(|host| hosts.contains(&host));
            (if known { url } else { same_origin(base, url)? }, false)
        }
    };
    let mut url = url;
    if !request.query.is_empty() {
        url.query_pairs_mut().extend_pairs(&request.query);
    }
    Ok((url, trusted))
}

/// Gives `url` the parameter `name` once: a link to the next page may bring the key of the request
/// before, which may have been replaced since.
pub(crate) fn set_parameter(url: &mut Url, name: &str, value: &str) {
    let pairs = url.query_pairs().into_owned();
    let (same, others): (Vec<_>, Vec<_>) = pairs.partition(|(known, _)| known == name);
    let mut pairs = url.query_pairs_mut();
    if !same.is_empty() {
        pairs.clear().extend_pairs(others);
    }
    pairs.append_pair(name, value);
}

/// `path` under the base's own path; `https://shop.example/eu` and `/products` are
/// `https://shop.example/eu/products`.
fn joined(base: &Url, path: &str, request: &Request) -> Result<Url, BackendError> {
    let unsendable = |message: &str| BackendError::Unsendable {
        path: request.name(),
        message: message.to_owned(),
    };
    if !path.starts_with('/') {
        return Err(unsendable("a path begins with /"));
    }
    let whole = format!("{}{path}", base.as_str().trim_end_matches('/'));
    let url = Url::parse(&whole).map_err(|error| unsendable(&error.to_string()))?;
    same_origin(base, url)
}

fn parse(base: &Url, url: &str) -> Result<Url, BackendError> {
    base.join(url)
        .map_err(|error| BackendError::Unreadable(format!("a URL in it is none: {error}")))
}

fn same_origin(base: &Url, url: Url) -> Result<Url, BackendError> {
    let no_user = url.username().is_empty() && url.password().is_none();
    if url.origin() == base.origin() && no_user {
        return Ok(url);
    }
    Err(BackendError::OtherOrigin {
        origin: url.origin().ascii_serialization(),
        expected: base.origin().ascii_serialization(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url_of(request: &Request) -> Result<(String, bool), String> {
        let base = base("https://shop.example/eu").unwrap();
        let resolved = resolve(&base, request).map_err(|error| error.to_string());
        resolved.map(|(url, trusted)| (url.to_string(), trusted))
    }

    #[test]
    fn a_path_is_under_the_address_and_its_query_is_encoded() {
        let request = Request::get("/p?a=1").query("since", "2026-11-29T23:30:00+01:00");
        let (url, trusted) = url_of(&request).unwrap();
        assert_eq!(
            url,
            "https://shop.example/eu/p?a=1&since=2026-11-29T23%3A30%3A00%2B01%3A00"
        );
        assert!(trusted);
        assert!(url_of(&Request::get("p")).is_err());
        assert!(url_of(&Request::get("@evil.example/")).is_err());
    }

    #[test]
    fn a_key_in_the_query_is_there_once_and_the_one_of_now() {
        let keyed = |url: &str| {
            let mut url = Url::parse(url).unwrap();
            set_parameter(&mut url, "key", "n&w");
            url.to_string()
        };
        assert_eq!(keyed("https://a/p?b=%20"), "https://a/p?b=%20&key=n%26w");
        assert_eq!(keyed("https://a/p"), "https://a/p?key=n%26w");
        assert_eq!(
            keyed("https://a/p?key=old&page=2&key=older"),
            "https://a/p?page=2&key=n%26w"
        );
    }

    #[test]
    fn only_the_backend_s_own_origin_is_next() {
        let next = |url: &str| url_of(&Request::next(url));
        assert!(next("https://shop.example/x?page=2").unwrap().1);
        assert_eq!(next("/x").unwrap().0, "https://shop.example/x");
        for other in [
            "http://shop.example/x",
            "https://shop.example:8443/x",
            "https://evil.example/x",
            "https://shop.example@evil.example/x",
            "https://user:password@shop.example/x",
            "//169.254.169.254/latest/meta-data",
            "file:///etc/passwd",
        ] {
            let refused = next(other).unwrap_err();
            assert!(refused.contains("not the backend"), "{other}: {refused}");
        }
    }

    #[test]
    fn a_file_elsewhere_needs_a_known_host_and_gets_no_credentials() {
        let outside = |url: &str| url_of(&Request::outside(url, &["files.example"]));
        assert!(!outside("https://files.example/a?sig=1").unwrap().1);
        assert!(!outside("https://shop.example/a").unwrap().1);
        for other in [
            "http://files.example/a",
            "https://x.files.example/a",
            "https://files.example:9/a",
        ] {
            assert!(outside(other).is_err(), "{other}");
        }
    }

    #[test]
    fn an_address_holds_no_credentials() {
        for wrong in [
            "shop.example",
            "ftp://a",
            "https://u:geheim@a",
            "https://a?b=c",
        ] {
            let refused = base(wrong).unwrap_err().to_string();
            assert!(refused.contains("BACKEND_URL"), "{refused}");
            assert!(!refused.contains("geheim"), "{refused}");
        }
    }
}
