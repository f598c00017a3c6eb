//! The binary.

use std::{
    io::{BufRead, BufReader},
    net::TcpListener,
    path::Path,
    process::{Child, Command, Output, Stdio},
};

use serde_json::Value;

use crate::shop::folder;

fn command(arguments: &[&str], database: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_backend-local"));
    command.args(arguments).arg("--database").arg(database);
    command
}

fn generate(database: &Path, seed: &str) -> Output {
    let amounts = [
        "generate",
        "--products",
        "5",
        "--customers",
        "3",
        "--events",
        "200",
        "--seed",
        seed,
    ];
    command(&amounts, database).output().unwrap()
}

/// Ends the server with the test.
struct Serving(Child);

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[tokio::test]
async fn a_shop_is_generated_and_served() {
    let folder = folder();
    let database = folder.join("shop.sqlite");
    let made = generate(&database, "1");
    assert!(made.status.success(), "{made:?}");
    let said = String::from_utf8(made.stdout).unwrap();
    assert!(
        said.contains("5 products, 3 customers, 200 events"),
        "{said}"
    );
    let serve = command(&["serve", "--port", "0", "--token", "t"], &database);
    let mut serving = Serving({ serve }.stdout(Stdio::piped()).spawn().unwrap());
    let mut line = String::new();
    BufReader::new(serving.0.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    let url = line
        .trim()
        .strip_prefix("backend-local is ready at ")
        .unwrap();
    let answer = reqwest::Client::new()
        .get(format!("{url}/api/tables/events"))
        .bearer_auth("t");
    let answer = answer.send().await.unwrap().text().await.unwrap();
    let answer: Value = serde_json::from_str(&answer).unwrap();
    assert_eq!(answer["rows"].as_array().unwrap().len(), 200);
    drop(serving);
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn the_same_seed_makes_the_same_shop() {
    let folder = folder();
    let read = |name: &str, seed: &str| {
        let path = folder.join(name);
        assert!(generate(&path, seed).status.success());
        std::fs::read(path).unwrap()
    };
    let first = read("first.sqlite", "1");
    assert!(first == read("second.sqlite", "1"));
    assert!(first != read("third.sqlite", "2"));
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn what_is_wrong_is_said() {
    let folder = folder();
    let database = folder.join("shop.sqlite");
    let failed = |arguments: &[&str], database: &Path| {
        let output = command(arguments, database).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{output:?}");
        String::from_utf8(output.stderr).unwrap()
    };
    let none = failed(&["serve", "--port", "0"], &database);
    assert!(
        none.contains("make one with `backend-local generate"),
        "{none}"
    );
    generate(&database, "1");
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let busy = failed(&["serve", "--port", &port], &database);
    assert!(
        busy.contains(&format!("port {port} is in use on 127.0.0.1")),
        "{busy}"
    );
    let keyless = failed(&["serve", "--webhook", "http://127.0.0.1/"], &database);
    assert!(keyless.contains("--webhook-secret"), "{keyless}");
    std::fs::remove_dir_all(folder).unwrap();
}
