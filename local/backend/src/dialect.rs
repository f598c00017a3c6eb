//! Whose words an answer is in: each backend says in its own way that it refuses.

use axum::{
    Json,
    http::{HeaderName, StatusCode, header::RETRY_AFTER},
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

use crate::{faults::Faults, tables};

/// A backend whose shape is served.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// The shop's own.
    Generic,
    Shopify,
    Commercetools,
    BigCommerce,
    WooCommerce,
    Magento,
    Salesforce,
}

impl Dialect {
    /// The backend that a path belongs to; none has the shop's controls.
    pub(crate) fn of(path: &str) -> Option<Self> {
        let begins = |prefixes: &[&str]| prefixes.iter().any(|prefix| path.starts_with(prefix));
        match path {
            _ if begins(&["/_backend/"]) => None,
            _ if begins(&["/api/"]) => Some(Self::Generic),
            _ if begins(&["/admin/api/", "/shopify-bulk/"]) => Some(Self::Shopify),
            _ if begins(&["/stores/"]) => Some(Self::BigCommerce),
            _ if begins(&["/wp-json/"]) => Some(Self::WooCommerce),
            _ if begins(&["/rest/"]) => Some(Self::Magento),
            _ if begins(&["/product/products/", "/dwsso/"]) => Some(Self::Salesforce),
            _ if begins(&["/oauth/"]) => Some(Self::Commercetools),
            _ if path.contains("/product-projections") => Some(Self::Commercetools),
            _ => Some(Self::Generic),
        }
    }

    /// What statistics call a request: few names, whatever the path.
    pub(crate) fn kind(self, path: &str) -> String {
        let token = path.ends_with("/token") || path.ends_with("/access_token");
        let names = ["/brands", "/categories", "/options", "/categories/list"];
        let what = match self {
            Self::Generic => return generic_kind(path),
            _ if token => "token",
            Self::Shopify if path.starts_with("/shopify-bulk/") => "bulk",
            Self::Shopify => "graphql",
            _ if names.iter().any(|name| path.ends_with(name)) => "names",
            _ if path.ends_with("/products-render-info") => "render-info",
            _ => "products",
        };
        format!("{}/{what}", self.name())
    }

    fn name(self) -> &'static str {
        match self {
            Self::Generic => "generic",
            Self::Shopify => "shopify",
            Self::Commercetools => "commercetools",
            Self::BigCommerce => "bigcommerce",
            Self::WooCommerce => "woocommerce",
            Self::Magento => "magento",
            Self::Salesforce => "salesforce",
        }
    }

    /// A refusal in the backend's words.
    pub(crate) fn refused(self, status: StatusCode, message: &str) -> Response {
        (status, Json(self.body(status, message))).into_response()
    }

    /// The answer to wrong credentials or none.
    pub(crate) fn unauthorized(self) -> Response {
        let message = match self {
            Self::Generic => "the token is wrong; it is the one of --token",
            Self::Shopify => {
                "[API] Invalid API key or access token (unrecognized login or wrong password)"
            }
            Self::Commercetools => "invalid_token",
            Self::BigCommerce => "X-Auth-Token header is required",
            Self::WooCommerce => "Sorry, you cannot list resources.",
            Self::Magento => "The consumer isn't authorized to access %resources.",
            Self::Salesforce => "The access token is invalid or expired.",
        };
        self.refused(StatusCode::UNAUTHORIZED, message)
    }

    /// The answer to too many requests.
    pub(crate) fn throttled(self, faults: &Faults) -> Response {
        let answer = self.refused(
            StatusCode::TOO_MANY_REQUESTS,
            "too many requests; slow down",
        );
        let seconds = faults.retry_after;
        if self == Self::BigCommerce {
            let name = HeaderName::from_static("x-rate-limit-time-reset-ms");
            return ([(name, (seconds * 1000).to_string())], answer).into_response();
        }
        ([(RETRY_AFTER, seconds.to_string())], answer).into_response()
    }

    fn body(self, status: StatusCode, message: &str) -> Value {
        let number = status.as_u16();
        match self {
            Self::Generic => json!({ "error": message }),
            Self::Shopify => json!({ "errors": message }),
            Self::Commercetools => {
                let code = match number {
                    401 => "invalid_token",
                    404 => "ResourceNotFound",
                    429 => "TooManyRequests",
                    500 => "General",
                    _ => "InvalidInput",
                };
                let errors = json!([{ "code": code, "message": message }]);
                json!({ "statusCode": number, "message": message, "errors": errors, "error": code })
            }
            Self::BigCommerce => {
                let about = "https://developer.bigcommerce.com/docs/start/about/status-codes";
                json!({ "status": number, "title": message, "type": about, "errors": {} })
            }
            Self::WooCommerce => {
                let code = match number {
                    401 => "woocommerce_rest_cannot_view",
                    404 => "woocommerce_rest_product_invalid_id",
                    429 => "rate_limit_exceeded",
                    500 => "internal_server_error",
                    _ => "rest_invalid_param",
                };
                json!({ "code": code, "message": message, "data": { "status": number } })
            }
            Self::Magento => {
                let resources = json!({ "resources": "Magento_Catalog::products" });
                json!({ "message": message, "parameters": resources })
            }
            Self::Salesforce => {
                let (title, kind) = match number {
                    401 => ("Invalid Access Token", "invalid-access-token"),
                    404 => ("Product Not Found", "product-not-found"),
                    429 => ("Too Many Requests", "too-many-requests"),
                    500 => ("Internal Server Error", "internal-server-error"),
                    _ => ("Bad Request", "bad-request"),
                };
                let errors =
                    "https://api.commercecloud.salesforce.com/documentation/error/v1/errors";
                json!({ "title": title, "type": format!("{errors}/{kind}"), "detail": message })
            }
        }
    }
}

fn generic_kind(path: &str) -> String {
    if let Some(table) = path.strip_prefix("/api/tables/").and_then(tables::known) {
        return format!("tables/{table}");
    }
    match path {
        "/api/products" => "products".to_owned(),
        _ if path.starts_with("/api/products/") => "product".to_owned(),
        _ => "other".to_owned(),
    }
}
