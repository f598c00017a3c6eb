//! The lines of exported files, packed or not.

use std::{
    fs::{self, File},
    io::{BufRead, BufReader, Read},
    path::{Path, PathBuf},
};

use flate2::read::MultiGzDecoder;

use super::CommandError;

/// The longest line, in bytes: an endpoint has 15 KB.
const MAX_LINE: u64 = 1024 * 1024;

/// Calls `take` with each line of `path`.
pub(super) fn lines(
    path: &Path,
    mut take: impl FnMut(&[u8]) -> Result<(), CommandError>,
) -> Result<(), CommandError> {
    let file = File::open(path).map_err(CommandError::of("reading", path))?;
    let packed = path.extension().is_some_and(|ending| ending == "gz");
    let bytes: Box<dyn Read> = match packed {
        true => Box::new(MultiGzDecoder::new(file)),
        false => Box::new(file),
    };
    let mut bytes = BufReader::new(bytes);
    let mut line = Vec::new();
    loop {
        line.clear();
        let read = bytes
            .by_ref()
            .take(MAX_LINE)
            .read_until(b'\n', &mut line)
            .map_err(CommandError::of("reading", path))?;
        if read == 0 {
            return Ok(());
        }
        let text = line.trim_ascii();
        if !text.is_empty() {
            take(text)?;
        }
    }
}

/// What is in the directory `path`, by name; hidden files are none.
pub(super) fn entries(path: &Path) -> Result<Vec<PathBuf>, CommandError> {
    let reading = || CommandError::of("reading", path);
    let mut entries = Vec::new();
    for entry in fs::read_dir(path).map_err(reading())? {
        let entry = entry.map_err(reading())?;
        if !entry.file_name().to_string_lossy().starts_with('.') {
            entries.push(entry.path());
        }
    }
    entries.sort();
    Ok(entries)
}

/// `path`'s name without its endings, of what names may have here.
pub(super) fn name(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let name = name.split('.').next().unwrap_or_default().to_lowercase();
    let ok = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
    let name: String = name.chars().map(ok).take(40).collect();
    name.trim_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_parts_of_keys() {
        assert_eq!(
            name(Path::new("segments/Big Spenders 2026.jsonl.gz")),
            "big-spenders-2026"
        );
        assert_eq!(name(Path::new("../x")), "x");
    }
}
