//! The file of a bulk operation, whole or in ranges.

use std::{io::SeekFrom, sync::Arc};

use axum::{
    body::Body,
    extract::{Path, State},
    http::{
        HeaderMap, StatusCode,
        header::{ACCEPT_RANGES, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, RANGE},
    },
    response::{IntoResponse, Response},
};
use tokio::{
    fs::File,
    io::{AsyncReadExt, AsyncSeekExt},
};
use tokio_util::io::ReaderStream;

use crate::{answer::Refusal, app::App, parameters::Parameters};

/// `GET /shopify-bulk/{number}.jsonl?signature=`.
pub(crate) async fn file(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
    mut parameters: Parameters,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let signature = parameters.take("signature")?.unwrap_or_default();
    let number = name
        .strip_suffix(".jsonl")
        .and_then(|number| number.parse().ok());
    let kept = number.and_then(|number| app.bulk.file(number, &signature));
    let kept = kept
        .ok_or_else(|| Refusal::new(StatusCode::FORBIDDEN, "the signature is not of this file"))?;
    let failed = |error: std::io::Error| Refusal::internal(&error);
    let mut file = File::open(kept.path()).await.map_err(failed)?;
    let total = file.metadata().await.map_err(failed)?.len();
    let range = headers
        .get(RANGE)
        .map(|range| range.to_str().unwrap_or_default());
    let (status, first, last) = match range.map(|range| bounds(range, total)) {
        None => (StatusCode::OK, 0, total.saturating_sub(1)),
        Some(Some((first, last))) => (StatusCode::PARTIAL_CONTENT, first, last),
        Some(None) => {
            let whole = [(CONTENT_RANGE, format!("bytes */{total}"))];
            return Ok((StatusCode::RANGE_NOT_SATISFIABLE, whole).into_response());
        }
    };
    file.seek(SeekFrom::Start(first)).await.map_err(failed)?;
    let length = if total == 0 { 0 } else { last - first + 1 };
    let body = Body::from_stream(ReaderStream::new(file.take(length)));
    let headers = [
        (CONTENT_TYPE, "application/jsonl".to_owned()),
        (ACCEPT_RANGES, "bytes".to_owned()),
        (CONTENT_LENGTH, length.to_string()),
    ];
    let partial = (status == StatusCode::PARTIAL_CONTENT)
        .then(|| [(CONTENT_RANGE, format!("bytes {first}-{last}/{total}"))]);
    let mut response = (status, headers, body).into_response();
    if let Some([(name, value)]) = partial
        && let Ok(value) = value.parse()
    {
        response.headers_mut().insert(name, value);
    }
    Ok(response)
}

/// The first and last byte of one range, as in `bytes=0-99`, `bytes=100-` or `bytes=-100`.
fn bounds(range: &str, total: u64) -> Option<(u64, u64)> {
    let (first, last) = range.strip_prefix("bytes=")?.split_once('-')?;
    let end = total.checked_sub(1)?;
    let (first, last) = match (first, last) {
        ("", last) => (total.saturating_sub(last.parse().ok()?), end),
        (first, "") => (first.parse().ok()?, end),
        (first, last) => (first.parse().ok()?, last.parse::<u64>().ok()?.min(end)),
    };
    (first <= last).then_some((first, last))
}

#[cfg(test)]
mod tests {
    use super::bounds;

    #[test]
    fn ranges_are_cut_at_the_end() {
        assert_eq!(bounds("bytes=0-9", 5), Some((0, 4)));
        assert_eq!(bounds("bytes=2-3", 5), Some((2, 3)));
        assert_eq!(bounds("bytes=2-", 5), Some((2, 4)));
        assert_eq!(bounds("bytes=-2", 5), Some((3, 4)));
        for wrong in [
            "bytes=5-9",
            "bytes=3-2",
            "lines=0-1",
            "bytes=a-b",
            "bytes=0-1,3-4",
        ] {
            assert_eq!(bounds(wrong, 5), None, "{wrong}");
        }
        assert_eq!(bounds("bytes=0-0", 0), None);
    }
}
