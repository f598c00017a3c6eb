//! Rows that are not used, each with its line and its reason, in a CSV file beside the state.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

/// Why a row is not used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// Nobody to attribute it to.
    NoCustomer,
    /// A cancelled invoice.
    Cancelled,
    /// Postage, fees, vouchers, adjustments.
    NotAProduct,
    /// No positive price.
    BadPrice,
    /// No positive quantity.
    BadQuantity,
    /// The same interaction (user, item, second and type), product or user again.
    Duplicate,
    /// Not a time, before 1970, or in the future.
    BadTime,
    /// An id of more than 256 characters.
    IdTooLong,
    /// An id that is empty.
    NoId,
    /// A number that is none.
    BadValue,
    /// Not as many columns as the header, quotes that do not close, or not UTF-8.
    BrokenLine,
}

impl Reason {
    /// As it is written in files and reports: `no-customer`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::NoCustomer => "no-customer",
            Self::Cancelled => "cancelled",
            Self::NotAProduct => "not-a-product",
            Self::BadPrice => "bad-price",
            Self::BadQuantity => "bad-quantity",
            Self::Duplicate => "duplicate",
            Self::BadTime => "bad-time",
            Self::IdTooLong => "id-too-long",
            Self::NoId => "no-id",
            Self::BadValue => "bad-value",
            Self::BrokenLine => "broken-line",
        }
    }
}

/// The rejected rows of one source. The file is made with the first of them.
#[derive(Debug)]
pub struct Rejects {
    path: PathBuf,
    writer: Option<csv::Writer<BufWriter<File>>>,
    counts: BTreeMap<Reason, u64>,
}

impl Rejects {
    /// Rejects that go to `path`; what was there from an earlier run is removed.
    ///
    /// # Errors
    /// [`Error::File`].
    pub fn create(path: &Path) -> Result<Self> {
        if path.exists() {
            std::fs::remove_file(path).map_err(Error::file("removing", path))?;
        }
        Ok(Self {
            path: path.to_owned(),
            writer: None,
            counts: BTreeMap::new(),
        })
    }

    /// Takes a rejected row: its file, its line (from 1), why, and what it was.
    ///
    /// # Errors
    /// [`Error::File`].
    pub fn row(&mut self, file: &str, line: u64, reason: Reason, raw: &[u8]) -> Result<()> {
        *self.counts.entry(reason).or_default() += 1;
        let line = line.to_string();
        let record: [&[u8]; 4] = [
            file.as_bytes(),
            line.as_bytes(),
            reason.name().as_bytes(),
            raw,
        ];
        let written = self.writer()?.write_record(record);
        written
            .map_err(std::io::Error::from)
            .map_err(Error::file("writing", &self.path))
    }

    fn writer(&mut self) -> Result<&mut csv::Writer<BufWriter<File>>> {
        if self.writer.is_none() {
            if let Some(folder) = self.path.parent() {
                std::fs::create_dir_all(folder)
                    .map_err(Error::file("making the folder", folder))?;
            }
            let file = File::create(&self.path).map_err(Error::file("writing", &self.path))?;
            let mut writer = csv::Writer::from_writer(BufWriter::new(file));
            let header = writer.write_record(["file", "line", "reason", "row"]);
            header
                .map_err(std::io::Error::from)
                .map_err(Error::file("writing", &self.path))?;
            self.writer = Some(writer);
        }
        self.writer
            .as_mut()
            .ok_or_else(|| Error::Unexpected("no file for rejected rows".into()))
    }

    /// How many rows were rejected for which reason.
    #[must_use]
    pub fn counts(&self) -> BTreeMap<String, u64> {
        self.counts
            .iter()
            .map(|(reason, rows)| (reason.name().to_owned(), *rows))
            .collect()
    }

    /// Writes what is still buffered; the file's path, when there is one.
    ///
    /// # Errors
    /// [`Error::File`].
    pub fn finish(&mut self) -> Result<Option<PathBuf>> {
        let Some(writer) = &mut self.writer else {
            return Ok(None);
        };
        writer.flush().map_err(Error::file("writing", &self.path))?;
        Ok(Some(self.path.clone()))
    }
}
