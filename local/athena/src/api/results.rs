//! GetQueryResults: pages of rows, read from the object of the result as far as needed.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use datafusion::object_store::{Error, GetOptions, GetRange, ObjectStore};
use futures::TryStreamExt;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    app::App,
    executions::{Execution, State},
    fault::Fault,
    object_store::Location,
};

/// Rows in a page.
const ROWS: usize = 1_000;
/// Bytes that are asked for at once.
const CHUNK: u64 = 1 << 20;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Get {
    query_execution_id: String,
    #[serde(default)]
    next_token: Option<String>,
    #[serde(default)]
    max_results: Option<usize>,
}

pub(super) async fn get(app: &App, request: &Get) -> Result<Value, Fault> {
    let execution = app.executions.get(&request.query_execution_id)?;
    if execution.state != State::Succeeded {
        let state = json!(execution.state);
        let state = state.as_str().unwrap_or_default();
        return Err(Fault::invalid(format!(
            "Query has not yet finished or did not succeed. Current state: {state}"
        )));
    }
    let wanted = request.max_results.unwrap_or(ROWS);
    if wanted == 0 || wanted > ROWS {
        return Err(Fault::invalid(format!(
            "MaxResults must be between 1 and {ROWS}, and is {wanted}"
        )));
    }
    let start = match &request.next_token {
        Some(token) => offset(token, &execution)?,
        None => 0,
    };
    let (rows, next) = read(app, &execution, start, wanted).await?;
    let columns: Vec<Value> = execution
        .columns
        .iter()
        .map(super::super::query::outcome::ResultColumn::answer)
        .collect();
    let mut answer = json!({
        "ResultSet": { "Rows": rows, "ResultSetMetadata": { "ColumnInfo": columns } },
        "UpdateCount": 0,
    });
    if let Some(next) = next {
        let token = format!("{}:{next}", execution.id);
        answer["NextToken"] = json!(BASE64_URL_SAFE_NO_PAD.encode(token));
    }
    Ok(answer)
}

/// The byte that a token points to.
fn offset(token: &str, execution: &Execution) -> Result<u64, Fault> {
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(token).ok();
    let text = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
    let offset = text.as_deref().and_then(|text| {
        let (id, offset) = text.split_once(':')?;
        (id == execution.id).then(|| offset.parse().ok()).flatten()
    });
    offset.ok_or_else(|| Fault::invalid("NextToken is not one that this query's results gave"))
}

/// Rows from a byte on, and the byte after them when there are more.
async fn read(
    app: &App,
    execution: &Execution,
    start: u64,
    wanted: usize,
) -> Result<(Vec<Value>, Option<u64>), Fault> {
    let location = Location::parse(&execution.output_location);
    let location = location.ok_or_else(|| Fault::internal("the result has no location"))?;
    let path = location.path().map_err(Fault::internal)?;
    let bucket = app.s3.bucket(&location.bucket, None);
    let separated = execution.output_location.ends_with(".csv");
    let (mut bytes, mut rows, mut at, mut asked) = (Vec::new(), Vec::new(), 0, start);
    loop {
        while let Some((row, length)) = row(&bytes[at..], separated) {
            if rows.len() == wanted {
                return Ok((rows, Some(start + at as u64)));
            }
            rows.push(row);
            at += length;
        }
        let options = GetOptions {
            range: Some(GetRange::Bounded(asked..asked + CHUNK)),
            ..GetOptions::default()
        };
        let object = match bucket.get_opts(&path, options).await {
            Ok(object) => object,
            Err(error) if is_behind_end(&error) => return Ok((rows, None)),
            Err(error) => {
                return Err(Fault::invalid(format!("Could not find results: {error}")));
            }
        };
        let size = object.meta.size;
        let chunks = object.into_stream();
        let chunk: Vec<_> = chunks.try_collect().await.map_err(Fault::internal)?;
        let chunk = chunk.concat();
        asked += chunk.len() as u64;
        bytes.extend_from_slice(&chunk);
        if chunk.is_empty() || (asked >= size && row(&bytes[at..], separated).is_none()) {
            return Ok((rows, None));
        }
    }
}

/// S3 answers so when a range begins at the end; DDL leaves empty objects.
fn is_behind_end(error: &Error) -> bool {
    let text = error.to_string();
    text.contains("InvalidRange") || text.contains("416")
}

/// The first row, and how many bytes it has; nothing when there is no whole one.
fn row(bytes: &[u8], separated: bool) -> Option<(Value, usize)> {
    if separated {
        return record(bytes);
    }
    let end = bytes.iter().position(|&byte| byte == b'\n')?;
    let text = String::from_utf8_lossy(&bytes[..end]);
    Some((json!({ "Data": [{ "VarCharValue": text }] }), end + 1))
}

/// The same where every value is in quotes, and none where there is NULL.
fn record(bytes: &[u8]) -> Option<(Value, usize)> {
    let mut data = Vec::new();
    let mut at = 0;
    loop {
        let value = match bytes.get(at)? {
            b'"' => {
                let (value, length) = quoted(&bytes[at..])?;
                at += length;
                json!({ "VarCharValue": value })
            }
            _ => json!({}),
        };
        data.push(value);
        match bytes.get(at)? {
            b',' => at += 1,
            _ => return Some((json!({ "Data": data }), at + 1)),
        }
    }
}

/// A value in quotes, and how many bytes it has with them.
fn quoted(bytes: &[u8]) -> Option<(String, usize)> {
    let mut value = Vec::new();
    let mut at = 1;
    loop {
        let length = bytes.get(at..)?.iter().position(|&byte| byte == b'"')?;
        value.extend_from_slice(&bytes[at..at + length]);
        at += length + 1;
        // What follows tells whether the quote was the last one, so it has to be here.
        if *bytes.get(at)? != b'"' {
            return Some((String::from_utf8_lossy(&value).into_owned(), at));
        }
        value.push(b'"');
        at += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_read_when_they_are_whole() {
        let text = b"\"a \"\"b\"\"\",,\"\",\"x\ny\"\n,\n\"rest";
        let (first, length) = record(text).unwrap();
        assert_eq!(
            first,
            json!({ "Data": [
                { "VarCharValue": "a \"b\"" }, {}, { "VarCharValue": "" }, { "VarCharValue": "x\ny" }
            ] })
        );
        let (second, more) = record(&text[length..]).unwrap();
        assert_eq!(second, json!({ "Data": [{}, {}] }));
        assert_eq!(record(&text[length + more..]), None);
        for cut in 0..length {
            assert_eq!(record(&text[..cut]), None, "{cut}");
        }
    }
}
