//! Function packages: each binary as `bootstrap` in a zip named by its content, so that what did
//! not change is neither zipped nor uploaded again.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::build;
use crate::digest;
use crate::error::{Error, Result};

/// A package on disk.
#[derive(Debug, Clone)]
pub struct Package {
    /// The zip.
    pub zip: PathBuf,
    /// SHA-256 of the binary inside, in hexadecimal.
    pub hash: String,
}

/// Packages one binary into `folder`, or finds the package made of it before.
///
/// # Errors
/// [`Error::File`] when a file cannot be read or written.
pub fn package(folder: &Path, name: &str, binary: &Path) -> Result<Package> {
    let stamp = folder.join(format!("{name}.made-from"));
    let fingerprint = build::fingerprint(binary)?;
    let known = std::fs::read_to_string(&stamp).unwrap_or_default();
    if let Some((made_from, hash)) = known.split_once(' ') {
        let zip = zip_path(folder, name, hash);
        if made_from == fingerprint && zip.is_file() {
            return Ok(Package {
                zip,
                hash: hash.to_owned(),
            });
        }
    }
    let stripped = folder.join(format!("{name}.stripped"));
    let content = strip(binary, &stripped).unwrap_or(binary);
    let hash = hash(content)?;
    let zip = zip_path(folder, name, &hash);
    write_zip(content, &zip)?;
    if content == stripped {
        std::fs::remove_file(&stripped).map_err(Error::file("removing", &stripped))?;
    }
    remove_old(folder, name, &zip)?;
    std::fs::write(&stamp, format!("{fingerprint} {hash}"))
        .map_err(Error::file("writing", &stamp))?;
    Ok(Package { zip, hash })
}

fn zip_path(folder: &Path, name: &str, hash: &str) -> PathBuf {
    folder.join(format!("{name}.{hash}.zip"))
}

/// The binary without symbols: a third of the size. Nothing when there is no `strip`.
fn strip<'a>(binary: &Path, stripped: &'a Path) -> Option<&'a Path> {
    let status = Command::new("strip")
        .arg("-o")
        .arg(stripped)
        .arg(binary)
        .status()
        .ok()?;
    status.success().then_some(stripped)
}

fn hash(path: &Path) -> Result<String> {
    let file = File::open(path).map_err(Error::file("reading", path))?;
    digest::of_all(file).map_err(Error::file("reading", path))
}

/// Writes the zip beside its place and moves it there: a half-written one is never found.
fn write_zip(binary: &Path, zip: &Path) -> Result<()> {
    let unfinished = zip.with_extension("unfinished");
    let file = File::create(&unfinished).map_err(Error::file("writing", &unfinished))?;
    let mut writer = ZipWriter::new(file);
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .compression_level(Some(1))
        .unix_permissions(0o755);
    let mut source = File::open(binary).map_err(Error::file("reading", binary))?;
    let written = writer
        .start_file("bootstrap", options)
        .map_err(std::io::Error::from)
        .and_then(|()| std::io::copy(&mut source, &mut writer).map(|_| ()))
        .and_then(|()| writer.finish().map_err(std::io::Error::from)?.flush());
    written.map_err(Error::file("writing", &unfinished))?;
    std::fs::rename(&unfinished, zip).map_err(Error::file("writing", zip))
}

/// Earlier packages of the same function only take up space.
fn remove_old(folder: &Path, name: &str, current: &Path) -> Result<()> {
    let entries = std::fs::read_dir(folder).map_err(Error::file("listing", folder))?;
    for path in entries.flatten().map(|entry| entry.path()) {
        let file = path.file_name().unwrap_or_default().to_string_lossy();
        let ours = file
            .strip_prefix(name)
            .is_some_and(|rest| rest.starts_with('.'));
        if ours && file.ends_with(".zip") && path != current {
            std::fs::remove_file(&path).map_err(Error::file("removing", &path))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_binary_becomes_an_executable_bootstrap_once() {
        let folder = std::env::temp_dir().join(format!("local-package-{}", uuid::Uuid::new_v4()));
        std::fs::create_dir_all(&folder).unwrap();
        let binary = folder.join("recommend");
        std::fs::write(&binary, b"not really a program").unwrap();

        let first = package(&folder, "recommend", &binary).unwrap();
        let mut archive = zip::ZipArchive::new(File::open(&first.zip).unwrap()).unwrap();
        let entry = archive.by_name("bootstrap").unwrap();
        assert_eq!(entry.unix_mode().unwrap() & 0o777, 0o755);
        drop(entry);

        let made = std::fs::metadata(&first.zip).unwrap().modified().unwrap();
        let again = package(&folder, "recommend", &binary).unwrap();
        assert_eq!(again.hash, first.hash);
        assert_eq!(
            std::fs::metadata(&again.zip).unwrap().modified().unwrap(),
            made
        );

        std::fs::write(&binary, b"another program").unwrap();
        let changed = package(&folder, "recommend", &binary).unwrap();
        assert_ne!(changed.hash, first.hash);
        assert!(!first.zip.exists(), "the old package is gone");
        std::fs::remove_dir_all(folder).unwrap();
    }
}
