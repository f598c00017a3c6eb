//! A connector made with the SDK, deployed as a function of the local stack.

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};

use base64::{Engine, prelude::BASE64_STANDARD};
use hyper::Method;
use local::deploy::package;
use serde_json::{Value, json};
use tests::Shop;

const NAME: &str = "postgres-source";

/// Deploys it before the database at `address`; the function's name.
pub(crate) fn deploy(shop: &Shop, folder: &Path, address: &str) -> &'static str {
    let package = package::package(folder, NAME, &build()).expect("a package");
    let zip = std::fs::read(package.zip).expect("the zip");
    let function = json!({
        "FunctionName": NAME, "Runtime": "provided.al2023", "Handler": "bootstrap", "Timeout": 60,
        "Role": "arn:aws:iam::000000000000:role/postgres-source",
        "Code": { "ZipFile": BASE64_STANDARD.encode(zip) },
        "Environment": { "Variables": { "POSTGRES": address } },
    });
    let url = format!("{}/2015-03-31/functions", shop.endpoint());
    let patience = Duration::from_secs(60);
    let made = local::http::send(Method::POST, &url, &[], function.to_string(), patience);
    let (status, body) = shop.runtime().block_on(made).expect("Lambda answers");
    assert!(status.is_success(), "{}", String::from_utf8_lossy(&body));
    NAME
}

/// With the features of the whole workspace, as the tests are built.
fn build() -> PathBuf {
    let output = Command::new(env!("CARGO"))
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
        .args([
            "build",
            "--workspace",
            "--exclude",
            "recommender",
            "--bin",
            NAME,
            "--message-format",
            "json",
        ])
        .stderr(Stdio::inherit())
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "the connector is not built");
    let messages = String::from_utf8_lossy(&output.stdout);
    let mut messages = messages
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let connector = messages
        .find(|message| message["target"]["name"] == NAME && message["executable"].is_string());
    let connector = connector.expect("cargo names it");
    PathBuf::from(connector["executable"].as_str().expect("a path"))
}
