//! Who may ask: the shop's token, where each backend expects its own.

use axum::http::{HeaderMap, Uri, header::AUTHORIZATION};
use base64::{Engine, prelude::BASE64_STANDARD};

use crate::{app::App, dialect::Dialect, faults::Faults, parameters::API_KEY};

/// Whether the request has the credentials that the backend asks for.
pub(crate) fn allowed(
    app: &App,
    faults: &Faults,
    dialect: Dialect,
    uri: &Uri,
    headers: &HeaderMap,
) -> bool {
    let path = uri.path();
    let is = |given: Option<&str>| given == Some(&app.token);
    let issued = || bearer(headers).is_some_and(|token| app.tokens.take(token, faults));
    match dialect {
        Dialect::Generic => generic(app, faults, uri, headers),
        // The signature in its URL is all that opens the file.
        Dialect::Shopify if path.starts_with("/shopify-bulk/") => true,
        Dialect::Shopify => is(text(headers, "x-shopify-access-token")),
        Dialect::BigCommerce => is(text(headers, "x-auth-token")),
        Dialect::WooCommerce => is(password(headers).as_deref()),
        // Asked for with a name and a password in the body.
        Dialect::Magento if path.ends_with("/integration/admin/token") => true,
        Dialect::Magento => is(bearer(headers)) || issued(),
        Dialect::Commercetools if path == "/oauth/token" => is(password(headers).as_deref()),
        Dialect::Salesforce if path.starts_with("/dwsso/") => is(password(headers).as_deref()),
        Dialect::Commercetools | Dialect::Salesforce => issued(),
    }
}

/// The shop's own endpoints are open, but whoever shows credentials shows the right ones.
fn generic(app: &App, faults: &Faults, uri: &Uri, headers: &HeaderMap) -> bool {
    let right = |given: Option<&str>| given.is_none_or(|given| given == app.token);
    let bearer = bearer(headers);
    let known = headers.get(AUTHORIZATION).is_none()
        || bearer.is_some_and(|token| token == app.token || app.tokens.take(token, faults))
        || password(headers).is_some_and(|password| password == app.token);
    let pairs = axum::extract::Query::<Vec<(String, String)>>::try_from_uri(uri);
    let pairs = pairs.map(|pairs| pairs.0).unwrap_or_default();
    let mut keys = pairs.iter().filter(|(name, _)| name == API_KEY);
    known && right(text(headers, "x-api-key")) && keys.all(|(_, key)| *key == app.token)
}

fn text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name)?.to_str().ok()
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    text(headers, AUTHORIZATION.as_str())?.strip_prefix("Bearer ")
}

/// The password of Basic credentials; the name says only whose they are.
fn password(headers: &HeaderMap) -> Option<String> {
    let encoded = text(headers, AUTHORIZATION.as_str())?.strip_prefix("Basic ")?;
    let decoded = String::from_utf8(BASE64_STANDARD.decode(encoded).ok()?).ok()?;
    decoded
        .split_once(':')
        .map(|(_, password)| password.to_owned())
}
