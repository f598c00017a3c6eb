//! As much of S3 as queries need: objects and their ranges, lists, uploads in parts.

use std::{
    collections::{BTreeMap, HashMap},
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    body::Bytes,
    extract::{DefaultBodyLimit, Query, State},
    http::{HeaderMap, Method, StatusCode, Uri},
    response::{IntoResponse, Response},
};

use super::Result;

/// Contents by `bucket/key`, and parts of uploads that are under way.
#[derive(Debug, Clone, Default)]
pub(crate) struct Objects(Arc<Mutex<Store>>);

#[derive(Debug, Default)]
struct Store {
    objects: BTreeMap<String, Bytes>,
    uploads: BTreeMap<String, BTreeMap<u32, Bytes>>,
    uploaded: usize,
}

impl Objects {
    pub(crate) fn put(&self, name: &str, content: impl Into<Bytes>) {
        let mut store = self.0.lock().unwrap();
        store.objects.insert(name.to_owned(), content.into());
    }

    pub(crate) fn get(&self, name: &str) -> Option<Bytes> {
        self.0.lock().unwrap().objects.get(name).cloned()
    }

    /// The text of the object whose location is given.
    pub(crate) fn text(&self, location: &str) -> String {
        let name = location.trim_start_matches("s3://");
        let content = self.get(name).unwrap_or_default();
        String::from_utf8_lossy(&content).into_owned()
    }

    pub(crate) fn names(&self) -> Vec<String> {
        self.0.lock().unwrap().objects.keys().cloned().collect()
    }

    /// How many uploads in parts were finished, and how many are under way.
    pub(crate) fn uploads(&self) -> (usize, usize) {
        let store = self.0.lock().unwrap();
        (store.uploaded, store.uploads.len())
    }
}

pub(crate) async fn serve(objects: Objects) -> Result<SocketAddr> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let router = Router::new()
        .fallback(answer)
        .layer(DefaultBodyLimit::disable())
        .with_state(objects);
    tokio::spawn(async { axum::serve(listener, router).await });
    Ok(address)
}

async fn answer(
    State(objects): State<Objects>,
    method: Method,
    uri: Uri,
    Query(query): Query<HashMap<String, String>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let mut store = objects.0.lock().unwrap();
    let name = uri.path()[1..].replace("%3D", "=");
    let upload = query.get("uploadId");
    match (method, upload) {
        (Method::POST, None) => {
            let id = format!("upload-{}", store.uploads.len() + store.uploaded);
            store.uploads.insert(id.clone(), BTreeMap::new());
            format!("<InitiateMultipartUploadResult><UploadId>{id}</UploadId></InitiateMultipartUploadResult>").into_response()
        }
        (Method::POST, Some(id)) => {
            let parts = store.uploads.remove(id).unwrap();
            let whole: Vec<u8> = parts.values().flatten().copied().collect();
            store.uploaded += 1;
            store.objects.insert(name, whole.into());
            "<CompleteMultipartUploadResult><ETag>\"e\"</ETag></CompleteMultipartUploadResult>"
                .into_response()
        }
        (Method::PUT, Some(id)) => {
            let part = query["partNumber"].parse().unwrap();
            store.uploads.get_mut(id).unwrap().insert(part, body);
            [("etag", "\"e\"")].into_response()
        }
        (Method::DELETE, Some(id)) => {
            store.uploads.remove(id);
            StatusCode::NO_CONTENT.into_response()
        }
        (Method::PUT, None) => {
            store.objects.insert(name, body);
            [("etag", "\"e\"")].into_response()
        }
        _ if query.contains_key("list-type") => list(&store, &name, &query).into_response(),
        _ => match store.objects.get(&name) {
            Some(content) => part_of(content, &headers),
            None => StatusCode::NOT_FOUND.into_response(),
        },
    }
}

fn part_of(content: &Bytes, headers: &HeaderMap) -> Response {
    let range = headers.get("range").and_then(|range| range.to_str().ok());
    let Some(range) = range.and_then(|range| range.strip_prefix("bytes=")) else {
        return content.clone().into_response();
    };
    let size = content.len();
    let (from, to) = range.split_once('-').unwrap();
    let (from, to) = match (from.parse::<usize>(), to.parse::<usize>()) {
        (Ok(from), Ok(to)) => (from, (to + 1).min(size)),
        (Ok(from), Err(_)) => (from, size),
        (Err(_), Ok(last)) => (size.saturating_sub(last), size),
        _ => panic!("{range}"),
    };
    if from >= size {
        return (
            StatusCode::RANGE_NOT_SATISFIABLE,
            "<Error><Code>InvalidRange</Code></Error>",
        )
            .into_response();
    }
    let headers = [("content-range", format!("bytes {from}-{}/{size}", to - 1))];
    (
        StatusCode::PARTIAL_CONTENT,
        headers,
        content.slice(from..to),
    )
        .into_response()
}

/// Two keys a page, so that paging is used.
fn list(store: &Store, name: &str, query: &HashMap<String, String>) -> String {
    let of = |name: &str| query.get(name).map_or("", String::as_str);
    let bucket = format!("{}/", name.trim_end_matches('/'));
    let mut keys = store
        .objects
        .iter()
        .filter_map(|(name, content)| Some((name.strip_prefix(&bucket)?, content.len())))
        .filter(|(key, _)| key.starts_with(of("prefix")) && *key > of("continuation-token"));
    let page: Vec<_> = keys.by_ref().take(2).collect();
    let contents: String = page
        .iter()
        .map(|(key, size)| format!("<Contents><Key>{key}</Key><Size>{size}</Size></Contents>"))
        .collect();
    let next = match (keys.next(), page.last()) {
        (Some(_), Some((key, _))) => format!(
            "<IsTruncated>true</IsTruncated><NextContinuationToken>{key}</NextContinuationToken>"
        ),
        _ => "<IsTruncated>false</IsTruncated>".to_owned(),
    };
    format!("<ListBucketResult>{contents}{next}</ListBucketResult>")
}
