//! As much of S3 as jobs need: ListObjectsV2, one key a page, GetObject and PutObject.

use std::{
    collections::{BTreeMap, HashMap},
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    extract::{Query, State},
    http::{Method, StatusCode, Uri},
    response::{IntoResponse, Response},
};

use super::Result;

/// Keys and contents of the only bucket, whatever its name.
pub(crate) type Objects = Arc<Mutex<BTreeMap<String, String>>>;

pub(crate) async fn serve(objects: Objects) -> Result<SocketAddr> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let router = Router::new().fallback(answer).with_state(objects);
    tokio::spawn(async { axum::serve(listener, router).await });
    Ok(address)
}

async fn answer(
    State(objects): State<Objects>,
    method: Method,
    uri: Uri,
    Query(query): Query<HashMap<String, String>>,
    body: String,
) -> Response {
    let Ok(mut objects) = objects.lock() else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let key = uri.path()[1..].split_once('/').map_or("", |(_, key)| key);
    if key.is_empty() {
        return list(&objects, &query).into_response();
    }
    if method == Method::PUT {
        objects.insert(key.to_owned(), body);
        return StatusCode::OK.into_response();
    }
    match objects.get(key) {
        Some(content) => content.clone().into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

fn list(objects: &BTreeMap<String, String>, query: &HashMap<String, String>) -> String {
    let of = |name: &str| query.get(name).map_or("", String::as_str);
    let (prefix, after) = (of("prefix"), of("continuation-token"));
    let mut keys = objects
        .keys()
        .filter(|key| key.starts_with(prefix) && key.as_str() > after);
    let page = keys.next().map_or_else(String::new, |key| {
        format!("<Contents><Key>{key}</Key></Contents><NextContinuationToken>{key}</NextContinuationToken>")
    });
    let more = keys.next().is_some();
    format!("<ListBucketResult>{page}<IsTruncated>{more}</IsTruncated></ListBucketResult>")
}
