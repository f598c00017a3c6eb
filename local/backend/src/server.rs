//! Serves a shop.

use std::{
    fmt,
    future::Future,
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
};

use axum::{
    Router,
    http::StatusCode,
    middleware,
    routing::{get, post, put},
};
use tokio::net::TcpListener;

use crate::{
    answer::Refusal, app::App, backend_api, database::Database, error::Error, layer, products_api,
    shapes, tables, webhook,
};

/// How a shop is served.
#[derive(Clone)]
pub struct Config {
    /// The secret of every backend's shape: access token, client secret, consumer secret.
    pub token: String,
    /// Whom to tell of changed products.
    pub webhook: Option<Webhook>,
}

/// Where changes are told, and what signs them.
#[derive(Clone)]
pub struct Webhook {
    /// An http or https URL.
    pub url: String,
    /// The key of HMAC-SHA256.
    pub secret: String,
}

impl Default for Config {
    /// The token `local`, no webhook.
    fn default() -> Self {
        let token = "local".to_owned();
        Self {
            token,
            webhook: None,
        }
    }
}

impl fmt::Debug for Config {
    /// Without the token.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Config")
            .field("webhook", &self.webhook)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Webhook {
    /// Without the secret.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Webhook")
            .field("url", &self.url)
            .finish_non_exhaustive()
    }
}

/// Listens on this machine only; port 0 takes a free one.
///
/// # Errors
/// [`Error::PortInUse`] and [`Error::Listen`].
pub async fn listen(port: u16) -> Result<TcpListener, Error> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    TcpListener::bind(address)
        .await
        .map_err(|source| match source.kind() {
            io::ErrorKind::AddrInUse => Error::PortInUse(address),
            _ => Error::Listen { address, source },
        })
}

/// Serves until `stop` is done and the requests under way are answered.
///
/// # Errors
/// [`Error::Webhook`] when changes cannot be told as `config` wants it, [`Error::Listen`].
pub async fn serve(
    listener: TcpListener,
    database: Database,
    config: Config,
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<(), Error> {
    let unknown = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let address = listener.local_addr();
    let address = address.map_err(|source| Error::Listen {
        address: unknown,
        source,
    })?;
    let webhook = config
        .webhook
        .as_ref()
        .map(webhook::Sender::start)
        .transpose()?;
    let app = Arc::new(App::new(database, config.token, address, webhook));
    axum::serve(listener, router(app))
        .with_graceful_shutdown(stop)
        .await
        .map_err(|source| Error::Listen { address, source })
}

fn router(app: Arc<App>) -> Router {
    let faults = get(backend_api::faults)
        .post(backend_api::set_faults)
        .delete(backend_api::clear_faults);
    let statistics = get(backend_api::statistics).delete(backend_api::reset_statistics);
    let product = put(backend_api::put).delete(backend_api::withdraw);
    let bulk = "/shopify-bulk/{file}";
    let magento = "/rest/{store}/V1";
    let bigcommerce = "/stores/{store}/v3/catalog";
    let salesforce = "/product/products/v1/organizations/{organization}";
    Router::new()
        .route("/_backend/health", get(backend_api::health))
        .route("/_backend/faults", faults)
        .route("/_backend/statistics", statistics)
        .route("/_backend/products/{id}", product)
        .route("/api/products", get(products_api::page))
        .route("/api/products/{id}", get(products_api::one))
        .route("/api/tables/{table}", get(tables::rows))
        .route(
            "/admin/api/{version}/graphql.json",
            post(shapes::shopify::graphql),
        )
        .route(bulk, get(shapes::shopify::file))
        .route("/oauth/token", post(shapes::commercetools::token))
        .route(
            "/{project}/product-projections",
            get(shapes::commercetools::page),
        )
        .route(
            "/{project}/product-projections/{id}",
            get(shapes::commercetools::one),
        )
        .route(
            &format!("{bigcommerce}/products"),
            get(shapes::bigcommerce::page),
        )
        .route(
            &format!("{bigcommerce}/products/{{id}}"),
            get(shapes::bigcommerce::one),
        )
        .route(
            &format!("{bigcommerce}/brands"),
            get(shapes::bigcommerce::brands),
        )
        .route(
            &format!("{bigcommerce}/trees/categories"),
            get(shapes::bigcommerce::categories),
        )
        .route("/wp-json/wc/v3/products", get(shapes::woocommerce::page))
        .route(
            "/wp-json/wc/v3/products/{id}",
            get(shapes::woocommerce::one),
        )
        .route(
            &format!("{magento}/integration/admin/token"),
            post(shapes::magento::token),
        )
        .route(&format!("{magento}/products"), get(shapes::magento::page))
        .route(
            &format!("{magento}/products/{{sku}}"),
            get(shapes::magento::one),
        )
        .route(
            &format!("{magento}/products/attributes/manufacturer/options"),
            get(shapes::magento::brands),
        )
        .route(
            &format!("{magento}/categories/list"),
            get(shapes::magento::categories),
        )
        .route(
            &format!("{magento}/products-render-info"),
            get(shapes::magento::render_info),
        )
        .route(
            "/dwsso/oauth2/access_token",
            post(shapes::salesforce::token),
        )
        .route(
            &format!("{salesforce}/product-search"),
            post(shapes::salesforce::search),
        )
        .route(
            &format!("{salesforce}/products/{{id}}"),
            get(shapes::salesforce::one),
        )
        .fallback(|| async {
            Refusal::missing("there is nothing at this path; docs/backend-local.md has a list")
        })
        .method_not_allowed_fallback(|| async {
            Refusal::new(
                StatusCode::METHOD_NOT_ALLOWED,
                "this path has other methods; docs/backend-local.md has a list",
            )
        })
        .layer(middleware::from_fn_with_state(
            Arc::clone(&app),
            layer::around,
        ))
        .with_state(app)
}
