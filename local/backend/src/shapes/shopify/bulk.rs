//! Bulk operations: a query over all products whose answer is written to a file of JSON lines, children
//! right after their product.

use std::{
    fs::File,
    io::{BufWriter, Write},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use async_graphql_parser::{
    parse_query,
    types::{ExecutableDocument, Field, Selection, SelectionSet},
};
use rusqlite::Connection;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Problem, product, search, select::select};
use crate::{
    answer::Refusal,
    app::App,
    database::{Order, Place, Span},
};

/// Products that are read at once.
const CHUNK: u64 = 500;
/// Operations whose files are kept; the oldest goes.
const KEPT: usize = 4;
/// A poll that finds an operation under way comes at least so often.
const POLLS: u32 = 1;

/// The operations of late.
#[derive(Debug, Default)]
pub(crate) struct Bulk(Mutex<Vec<Operation>>);

#[derive(Debug)]
struct Operation {
    id: String,
    number: u64,
    signature: String,
    state: State,
    polls: u32,
    file: Arc<TemporaryFile>,
}

#[derive(Debug, Clone, Copy)]
enum State {
    Running,
    Completed { objects: u64, bytes: u64 },
    Failed,
}

/// A file that goes with its last user.
#[derive(Debug)]
pub(super) struct TemporaryFile(PathBuf);

impl TemporaryFile {
    pub(super) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for TemporaryFile {
    fn drop(&mut self) {
        // It may never have been made.
        let _ = std::fs::remove_file(&self.0);
    }
}

impl Bulk {
    /// Starts an operation; the inner error is one that the shop's own answer tells of.
    pub(super) fn run(
        &self,
        app: &Arc<App>,
        query: &str,
    ) -> Result<Result<Value, String>, Problem> {
        let document = parse_query(query).map_err(|error| error.to_string())?;
        let plan = Plan::of(&document)?;
        let mut operations = self.operations();
        let running = |operation: &&Operation| matches!(operation.state, State::Running);
        if let Some(other) = operations.iter().find(running) {
            let message = "A bulk query operation for this app and shop is already in progress";
            return Ok(Err(format!("{message}: {}.", other.id)));
        }
        let number = operations.last().map_or(720_918, |last| last.number + 1);
        let id = format!("gid://shopify/BulkOperation/{number}");
        let signature = Uuid::new_v4().simple().to_string();
        let path = std::env::temp_dir().join(format!("backend-local-{signature}.jsonl"));
        let file = Arc::new(TemporaryFile(path));
        let operation = Operation {
            id: id.clone(),
            number,
            signature,
            state: State::Running,
            polls: 0,
            file: Arc::clone(&file),
        };
        if operations.len() >= KEPT {
            operations.remove(0);
        }
        operations.push(operation);
        drop(operations);
        let app = Arc::clone(app);
        tokio::task::spawn_blocking(move || {
            let written = app
                .database
                .read(|connection| plan.write(&app, connection, file.path()));
            app.bulk.ended(number, &written);
        });
        Ok(Ok(
            json!({ "__typename": "BulkOperation", "id": id, "status": "CREATED" }),
        ))
    }

    /// How an operation is doing, if it is known.
    pub(super) fn poll(&self, id: &str, origin: &str) -> Option<Value> {
        let mut operations = self.operations();
        let operation = operations.iter_mut().find(|operation| operation.id == id)?;
        operation.polls += 1;
        let state = if operation.polls > POLLS {
            operation.state
        } else {
            State::Running
        };
        let (status, error) = match state {
            State::Running => ("RUNNING", None),
            State::Completed { .. } => ("COMPLETED", None),
            State::Failed => ("FAILED", Some("INTERNAL_SERVER_ERROR")),
        };
        let (objects, bytes) = match state {
            State::Completed { objects, bytes } => (objects, Some(bytes)),
            State::Running | State::Failed => (0, None),
        };
        let url = bytes.filter(|bytes| *bytes > 0).map(|_| {
            let Operation {
                number, signature, ..
            } = &*operation;
            format!("{origin}/shopify-bulk/{number}.jsonl?signature={signature}")
        });
        Some(json!({
            "__typename": "BulkOperation",
            "id": id,
            "status": status,
            "errorCode": error,
            "objectCount": objects.to_string(),
            "rootObjectCount": objects.to_string(),
            "fileSize": bytes.map(|bytes| bytes.to_string()),
            "url": url,
            "partialDataUrl": null,
        }))
    }

    /// The file of an operation that is done.
    pub(super) fn file(&self, number: u64, signature: &str) -> Option<Arc<TemporaryFile>> {
        let operations = self.operations();
        let operation = operations
            .iter()
            .find(|operation| operation.number == number)?;
        let done = matches!(operation.state, State::Completed { .. });
        (done && operation.signature == signature).then(|| Arc::clone(&operation.file))
    }

    fn ended(&self, number: u64, written: &Result<(u64, u64), Refusal>) {
        let mut operations = self.operations();
        if let Some(operation) = operations
            .iter_mut()
            .find(|operation| operation.number == number)
        {
            operation.state = match written {
                Ok((objects, bytes)) => State::Completed {
                    objects: *objects,
                    bytes: *bytes,
                },
                Err(_) => State::Failed,
            };
        }
    }

    fn operations(&self) -> MutexGuard<'_, Vec<Operation>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Which products, and what of each.
struct Plan {
    span: Span,
    node: SelectionSet,
    document: ExecutableDocument,
}

impl Plan {
    fn of(document: &ExecutableDocument) -> Result<Self, Problem> {
        let shape = || "a bulk query must be { products { edges { node { ... } } } }".to_owned();
        let operation = document.operations.iter().next();
        let root = operation.map(|(_, operation)| &operation.node.selection_set.node);
        let products = root
            .and_then(|root| field(root, "products"))
            .ok_or_else(shape)?;
        let edges = field(&products.selection_set.node, "edges").ok_or_else(shape)?;
        let node = field(&edges.selection_set.node, "node").ok_or_else(shape)?;
        let query = products
            .get_argument("query")
            .map(|query| query.node.clone().into_json());
        let query = query.transpose().map_err(|error| error.to_string())?;
        let mut span = search::search(query.as_ref().and_then(Value::as_str).unwrap_or_default())?;
        span.order = Order::Number;
        let node = node.selection_set.node.clone();
        Ok(Self {
            span,
            node,
            document: document.clone(),
        })
    }

    /// Writes all lines; objects and bytes of the file.
    fn write(
        mut self,
        app: &App,
        connection: &Connection,
        path: &Path,
    ) -> Result<(u64, u64), Refusal> {
        let failed = |error: std::io::Error| Refusal::internal(&error);
        let faults = app.faults.now();
        let mut file = BufWriter::new(File::create(path).map_err(failed)?);
        let (mut objects, mut bytes) = (0, 0);
        loop {
            let products = self.span.products(connection, 0, CHUNK)?;
            let Some(last) = products.last() else { break };
            self.span.after = Some(Place {
                changed: last.updated_at,
                number: last.number,
            });
            app.statistics.served("catalogue", products.len() as u64);
            for item in products {
                let whole = product::product(&faults.shown(item));
                let node =
                    select(&whole, &self.node, &self.document.fragments).map_err(Refusal::bad)?;
                for line in lines(node, &whole["id"]) {
                    let mut json = faults.spoil(line.to_string().into_bytes());
                    json.push(b'\n');
                    file.write_all(&json).map_err(failed)?;
                    objects += 1;
                    bytes += json.len() as u64;
                }
            }
        }
        file.flush().map_err(failed)?;
        Ok((objects, bytes))
    }
}

fn field<'s>(set: &'s SelectionSet, name: &str) -> Option<&'s Field> {
    set.items
        .iter()
        .find_map(|selection| match &selection.node {
            Selection::Field(field) if field.node.name.node.as_str() == name => Some(&field.node),
            _ => None,
        })
}

/// The product without its connections, then what they hold.
fn lines(node: Value, id: &Value) -> Vec<Value> {
    let Value::Object(members) = node else {
        return Vec::new();
    };
    let mut own = serde_json::Map::new();
    let mut children = Vec::new();
    for (name, value) in members {
        let edges = value.get("edges").and_then(Value::as_array);
        let nodes = value.get("nodes").and_then(Value::as_array);
        match (edges, nodes) {
            (Some(edges), _) => {
                let nodes = edges.iter().filter_map(|edge| edge.get("node").cloned());
                children.extend(nodes);
            }
            (None, Some(nodes)) => children.extend_from_slice(nodes),
            (None, None) => {
                own.insert(name, value);
            }
        }
    }
    for child in &mut children {
        child["__parentId"] = id.clone();
    }
    let mut lines = vec![Value::Object(own)];
    lines.append(&mut children);
    lines
}
