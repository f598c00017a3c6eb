//! The same checks in pandas, by `bench/check-data/checks.py`.

use std::{path::Path, process::Command};

use serde_json::Value;

use crate::{Result, Run, retail::Shop};

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/check-data/checks.py");

/// One run; what it measured, and what it found.
pub(crate) fn check(python: &Path, shop: &Shop) -> Result<(Run, Value)> {
    let folder = std::env::temp_dir().join(format!("bench-check-data-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let found = run(python, shop, &folder);
    std::fs::remove_dir_all(&folder)?;
    let found = found?;
    let run = Run {
        rows: found["read"].as_u64().ok_or("pandas told no rows")?,
        seconds: found["seconds"].as_f64().ok_or("pandas told no time")?,
        all_seconds: found["allSeconds"].as_f64().ok_or("pandas told no time")?,
        peak_kib: found["peakKib"].as_u64().ok_or("pandas told no memory")?,
    };
    Ok((run, found))
}

fn run(python: &Path, shop: &Shop, folder: &Path) -> Result<Value> {
    let (interactions, items) = (folder.join("interactions.csv"), folder.join("items.csv"));
    std::fs::write(&interactions, &shop.interactions)?;
    std::fs::write(&items, &shop.items)?;
    let output = Command::new(python)
        .arg(SCRIPT)
        .args([interactions, items])
        .output()
        .map_err(|error| format!("{}: {error}", python.display()))?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned().into());
    }
    Ok(serde_json::from_slice(&output.stdout)?)
}
