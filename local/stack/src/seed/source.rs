//! What `--data` names: which of the formats a path is, told by its name and its first line.

use std::fmt;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;

use super::personalize_csv::{self, Files};
use super::{demo_store, online_retail};
use crate::error::{Error, Result};

/// Where a shop's data comes from.
#[derive(Debug, Clone)]
pub enum Source {
    /// UCI Online Retail, raw.
    OnlineRetail(PathBuf),
    /// The product list of the Retail Demo Store; its interactions are made up.
    DemoStore(PathBuf),
    /// CSV files in the shape of Personalize's datasets.
    Personalize(Files),
    /// A whole shop made up.
    Synthetic,
}

impl Source {
    /// Looks at what `path` is; without one, the synthetic shop.
    ///
    /// # Errors
    /// [`Error::Data`] when there is nothing, or nothing that can be read.
    pub fn detect(path: Option<&Path>) -> Result<Self> {
        let Some(path) = path else {
            return Ok(Self::Synthetic);
        };
        if path.is_dir() {
            return Files::in_folder(path).map(Self::Personalize);
        }
        if !path.is_file() {
            return Err(unusable(path, "does not exist".into()));
        }
        let name = path.to_string_lossy().to_lowercase();
        if name.ends_with(".yaml") || name.ends_with(".yml") {
            return Ok(Self::DemoStore(path.to_owned()));
        }
        let first = first_line(path).to_lowercase();
        if first.contains("user_id") && first.contains("item_id") {
            return Ok(Self::Personalize(Files::only_interactions(path)));
        }
        if !first.contains(',') {
            return Err(unusable(
                path,
                "is not a CSV file: its first line holds no columns separated by commas".into(),
            ));
        }
        // Whatever column it lacks is said by the reader.
        Ok(Self::OnlineRetail(path.to_owned()))
    }

    /// Opens the files as far as their headers (or the first product), so that a file that cannot be used at all is known
    /// before anything else is done.
    ///
    /// # Errors
    /// [`Error::Data`] with the file and the column it lacks.
    pub fn check(&self) -> Result<()> {
        match self {
            Self::OnlineRetail(file) => online_retail::check(file),
            Self::Personalize(files) => personalize_csv::check(files),
            Self::DemoStore(file) => demo_store::check(file),
            Self::Synthetic => Ok(()),
        }
    }

    /// Bytes to read, for the progress; 0 when there is no file.
    #[must_use]
    pub fn size(&self) -> u64 {
        let size = |path: &PathBuf| std::fs::metadata(path).map_or(0, |metadata| metadata.len());
        match self {
            Self::OnlineRetail(path) | Self::DemoStore(path) => size(path),
            Self::Personalize(files) => files.all().map(size).sum(),
            Self::Synthetic => 0,
        }
    }

    /// Which shop this is: two sources with the same answer are two looks at one shop.
    #[must_use]
    pub fn shop(&self) -> String {
        let place = |path: &Path| {
            let whole = std::fs::canonicalize(path);
            whole
                .unwrap_or_else(|_| path.to_owned())
                .display()
                .to_string()
        };
        match self {
            Self::OnlineRetail(path) | Self::DemoStore(path) => place(path),
            Self::Personalize(files) => place(&files.interactions),
            Self::Synthetic => self.to_string(),
        }
    }

    /// The name of the file of its rejected rows.
    #[must_use]
    pub fn rejected_name(&self) -> String {
        let stem = |path: &Path| {
            let name = path
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned();
            name.split('.').next().unwrap_or("data").to_owned()
        };
        let stem = match self {
            Self::OnlineRetail(path) | Self::DemoStore(path) => stem(path),
            Self::Personalize(files) => stem(&files.interactions),
            Self::Synthetic => "synthetic".to_owned(),
        };
        format!("{stem}.csv")
    }
}

impl fmt::Display for Source {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OnlineRetail(_) => write!(formatter, "Online Retail"),
            Self::DemoStore(_) => write!(formatter, "Retail Demo Store"),
            Self::Personalize(_) => write!(formatter, "Personalize CSVs"),
            Self::Synthetic => write!(formatter, "the synthetic shop"),
        }
    }
}

fn unusable(path: &Path, problem: String) -> Error {
    Error::Data {
        file: path.to_owned(),
        problem,
        remedy: "give Online Retail (.csv, .csv.gz), the Retail Demo Store's products.yaml, or a \
                 folder with interactions.csv, items.csv and users.csv"
            .into(),
    }
}

/// The start of the first line, empty when it is no text.
fn first_line(path: &Path) -> String {
    let read = |source: &mut dyn Read| {
        let mut line = Vec::new();
        let mut reader = BufReader::new(source.take(1 << 16));
        reader.read_until(b'\n', &mut line).ok()?;
        String::from_utf8(line).ok()
    };
    let open = || std::fs::File::open(path).ok();
    let plain = open().and_then(|mut file| read(&mut file));
    let gzipped = || open().and_then(|file| read(&mut MultiGzDecoder::new(file)));
    plain.or_else(gzipped).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn detect(name: &str, content: &str) -> Result<Source> {
        let folder = std::env::temp_dir().join(format!("local-source-{}", uuid::Uuid::new_v4()));
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join(name), content).unwrap();
        let source = Source::detect(Some(&folder.join(name)));
        std::fs::remove_dir_all(folder).unwrap();
        source
    }

    #[test]
    fn a_format_is_told_by_name_and_first_line() {
        assert!(matches!(Source::detect(None), Ok(Source::Synthetic)));
        assert!(matches!(
            detect("p.yaml", "- id: 1\n"),
            Ok(Source::DemoStore(_))
        ));
        assert!(matches!(
            detect("a.csv", "InvoiceNo,StockCode\n"),
            Ok(Source::OnlineRetail(_))
        ));
        let personalize = detect("a.csv", "ITEM_ID,USER_ID,TIMESTAMP\n");
        assert!(matches!(personalize, Ok(Source::Personalize(_))));
    }

    #[test]
    fn what_cannot_be_read_says_what_can() {
        let missing = Source::detect(Some(Path::new("/no/such/file.csv"))).unwrap_err();
        assert!(missing.to_string().contains("does not exist"), "{missing}");
        let words = detect("a.csv", "just words\n").unwrap_err();
        assert!(words.to_string().contains("is not a CSV file"), "{words}");
        assert_eq!(words.exit_code(), 2);
    }
}
