//! Runs `conformance/conformance.py` against this build of the server. It needs a Python with boto3:
//! the one that `PYTHON` names, which must have it, or `python3`, without whose boto3 the walk is
//! skipped; `conformance/requirements.txt` says which boto3.

use std::{env, path::Path, process::Command};

#[test]
fn every_operation_is_as_the_service_models_say() {
    let asked = env::var("PYTHON");
    let python = asked.clone().unwrap_or_else(|_| "python3".to_owned());
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conformance");
    let boto3 = Command::new(&python).args(["-c", "import boto3"]).output();
    if !boto3.is_ok_and(|output| output.status.success()) {
        assert!(asked.is_err(), "PYTHON is {python}, which has no boto3");
        println!(
            "skipped: {python} has no boto3; `pip install -r {}` and set PYTHON to run this test",
            directory.join("requirements.txt").display()
        );
        return;
    }
    let walk = Command::new(&python)
        .arg(directory.join("conformance.py"))
        .arg(env!("CARGO_BIN_EXE_personalize-local"))
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .output();
    let walk = walk.unwrap();
    let (table, errors) = (
        String::from_utf8_lossy(&walk.stdout),
        String::from_utf8_lossy(&walk.stderr),
    );
    assert!(walk.status.success(), "{table}\n{errors}");
    println!("{table}");
}
