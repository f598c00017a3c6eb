//! The main job as a newcomer runs it: `local demo`, from a command line to an exit code, and what
//! it says when something is wrong.

#![allow(clippy::expect_used, reason = "in a test a panic is the report")]

use std::{
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use serde_json::Value;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// The `local` command, with free ports and a state directory of its own.
fn local(name: &str, arguments: &[&str]) -> (Command, PathBuf) {
    let state = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let mut command = Command::new(env!("CARGO"));
    command
        .current_dir(ROOT)
        .args(["run", "--quiet", "--bin", "local", "--"])
        .args(arguments)
        .arg("--state")
        .arg(&state);
    (command, state)
}

fn run(name: &str, arguments: &[&str]) -> Output {
    local(name, arguments).0.output().expect("cargo runs")
}

const FREE_PORTS: [&str; 14] = [
    "--port",
    "0",
    "--ministack-port",
    "0",
    "--personalize-port",
    "0",
    "--experiments-port",
    "0",
    "--athena-port",
    "0",
    "--backend-port",
    "0",
    "--messaging-port",
    "0",
];

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

/// A refused run: the exit code for a wrong use or environment, and one message without a trace.
fn refused(name: &str, output: &Output, words: &[&str]) {
    let said = said(output);
    assert_eq!(output.status.code(), Some(2), "{name}: {said}");
    for word in words {
        assert!(
            said.contains(word),
            "{name} should mention `{word}`: {said}"
        );
    }
    assert!(
        !said.contains("panicked") && !said.contains("Error {"),
        "{name}: {said}"
    );
}

#[test]
fn the_demo_ends_with_a_shop_whose_answers_change() {
    let report = Path::new(env!("CARGO_TARGET_TMPDIR")).join("demo.json");
    let path = report.display().to_string();
    tests::forget(&Path::new(env!("CARGO_TARGET_TMPDIR")).join("demo"));
    let mut arguments = vec!["demo", "--once", "--json", &path];
    arguments.extend(FREE_PORTS);
    let output = run("demo", &arguments);
    assert!(output.status.success(), "{}", said(&output));

    let report: Value =
        serde_json::from_slice(&std::fs::read(report).expect("the report")).expect("JSON");
    assert_eq!(report["changed_after_event"], true);
    for change in ["added", "changed", "withdrawn"] {
        assert!(report["backend_changes"][change].is_number(), "{report}");
    }
    assert_eq!(report["messages"]["email"], 200, "{report}");
    assert_eq!(report["messages"]["sms"], 50, "{report}");
    assert_eq!(report["items_cached"], 2_000);
    assert_eq!(report["interactions_imported"], 100_000);
    let solutions = report["solutions"].as_array().expect("solutions");
    assert_eq!(solutions.len(), 3);
    for solution in solutions {
        assert!(
            solution["solutionVersionArn"]
                .as_str()
                .is_some_and(|arn| arn.contains(":solution/"))
        );
        assert!(solution["metrics"]["coverage"].is_number(), "{solution}");
    }
    let queries = report["queries"].as_array().expect("queries");
    let placements: Vec<&str> = queries
        .iter()
        .filter_map(|query| query["placement"].as_str())
        .collect();
    assert_eq!(placements, ["home", "home", "product-detail", "cart"]);
    for query in queries {
        let items = query["items"].as_array().expect("items");
        assert!(items.len() >= 5, "{query}");
        assert!(
            items.iter().all(|item| item["title"].is_string()),
            "{query}"
        );
    }
    assert!(
        report["seconds"]["retrain"]
            .as_f64()
            .is_some_and(|seconds| seconds > 0.0)
    );
}

#[test]
fn a_busy_port_is_named_and_nothing_is_started() {
    let busy = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = busy.local_addr().expect("an address").port().to_string();
    let arguments = [
        "up",
        "--port",
        &port,
        "--ministack-port",
        "0",
        "--personalize-port",
        "0",
        "--messaging-port",
        "0",
    ];
    refused("busy port", &run("busy", &arguments), &[&port, "--port"]);
}

#[test]
fn a_missing_python_is_named_with_the_remedy() {
    let (mut command, _) = local("no-python", &["doctor"]);
    let output = command
        .env("PYTHON", "/nonexistent/python3")
        .output()
        .expect("cargo runs");
    let said = said(&output);
    assert!(!output.status.success(), "{said}");
    assert!(
        said.contains("/nonexistent/python3") && said.contains("3.10"),
        "{said}"
    );
}

#[test]
fn data_that_cannot_be_read_is_refused_before_anything_starts() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("bad-data");
    std::fs::create_dir_all(&folder).expect("a folder");
    let file = |name: &str, content: &[u8]| {
        let path = folder.join(name);
        std::fs::write(&path, content).expect("a file");
        path.display().to_string()
    };
    let picture = file(
        "picture.csv",
        &[0x89, b'P', b'N', b'G', 0, 0, 0xff, b'\n', 0],
    );
    let lacking = file("lacking.csv", b"InvoiceNo,StockCode,Quantity\n1,2,3\n");
    for (name, path, word) in [
        ("not CSV", picture.as_str(), "picture.csv"),
        ("lacks a column", lacking.as_str(), "Description"),
        (
            "not there",
            "/nonexistent/shop.csv",
            "/nonexistent/shop.csv",
        ),
    ] {
        let mut arguments = vec!["demo", "--once", "--data", path];
        arguments.extend(FREE_PORTS);
        refused(name, &run("bad-data-state", &arguments), &[word]);
    }
}

#[test]
fn a_configuration_is_checked_with_the_path_of_every_problem() {
    let sound = std::fs::read_to_string(Path::new(ROOT).join("config/personalization.yaml"))
        .expect("the shipped configuration");
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("configurations");
    std::fs::create_dir_all(&folder).expect("a folder");
    for (name, from, to, words) in [
        (
            "unknown-key",
            "limit: 10",
            "limt: 10",
            ["placements.home.limt", "unknown field"],
        ),
        (
            "filter",
            "WHERE Interactions",
            "WERE Interactions",
            ["filters[0].expression", "WHERE"],
        ),
        (
            "campaign",
            "campaign: popularity",
            "campaign: hits",
            ["placements.popular.campaign", "`hits`"],
        ),
    ] {
        assert!(sound.contains(from));
        let path = folder.join(format!("{name}.yaml"));
        std::fs::write(&path, sound.replacen(from, to, 1)).expect("a file");
        let path = path.display().to_string();
        refused(name, &run("config", &["config", "check", &path]), &words);
    }
}
