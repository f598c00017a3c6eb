//! The product list of the *Retail Demo Store*: a YAML sequence, read product by product. It is a
//! catalogue only; the interactions over it are made up like those of the synthetic shop.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use serde::Deserialize;

use super::check;
use super::rejects::{Reason, Rejects};
use super::shop::{Product, Sink};
use super::synthetic;
use crate::error::{Error, Result};
use crate::progress::Progress;

/// A product as the file has it, as far as it is used.
#[derive(Debug, Deserialize)]
struct Listed {
    id: String,
    name: String,
    #[serde(default)]
    category: Option<String>,
    #[serde(default)]
    description: Option<String>,
    price: f64,
    #[serde(default)]
    current_stock: Option<i64>,
}

/// Reads the list and makes up interactions over it; the number of products in it.
///
/// # Errors
/// [`Error::Data`] when it holds not one product.
pub(super) fn read(
    file: &Path,
    sink: &mut impl Sink,
    rejects: &mut Rejects,
    progress: &Progress,
) -> Result<u64> {
    let name = file
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let mut products = Vec::new();
    let mut rows = 0;
    let mut entries = Entries::open(file)?;
    while let Some((line, text)) = entries.next()? {
        rows += 1;
        progress.advance(text.len() as u64);
        match product(text) {
            Ok(product) => {
                sink.product(&product)?;
                products.push((product.id, product.category.unwrap_or_default()));
            }
            Err(reason) => rejects.row(&name, line, reason, text)?,
        }
    }
    if products.is_empty() {
        return Err(no_products(file, rows));
    }
    synthetic::interactions(&products, sink)?;
    Ok(rows)
}

/// Looks whether the file holds a product.
///
/// # Errors
/// [`Error::Data`] when it holds not one.
pub(super) fn check(file: &Path) -> Result<()> {
    let mut entries = Entries::open(file)?;
    let mut rows = 0;
    while let Some((_, text)) = entries.next()? {
        if product(text).is_ok() {
            return Ok(());
        }
        rows += 1;
    }
    Err(no_products(file, rows))
}

fn no_products(file: &Path, entries: u64) -> Error {
    Error::Data {
        file: file.to_owned(),
        problem: format!("{entries} entries, none of them a product with id, name and price"),
        remedy: "give the products.yaml of the Retail Demo Store: a list of products".into(),
    }
}

/// The entries of the outermost sequence, each of which begins with a dash in the first column.
struct Entries<'a> {
    file: &'a Path,
    reader: BufReader<File>,
    /// The line read last, which begins the next entry; empty at the end.
    ahead: Vec<u8>,
    /// Its number, from 1.
    line: u64,
    entry: Vec<u8>,
}

impl<'a> Entries<'a> {
    fn open(file: &'a Path) -> Result<Self> {
        let source = File::open(file).map_err(Error::file("reading", file))?;
        let mut entries = Self {
            file,
            reader: BufReader::new(source),
            ahead: Vec::new(),
            line: 0,
            entry: Vec::new(),
        };
        // Whatever stands before the first entry is none.
        while entries.read_line()? && !entries.ahead.starts_with(b"- ") {}
        Ok(entries)
    }

    /// Reads a line; false at the end.
    fn read_line(&mut self) -> Result<bool> {
        self.ahead.clear();
        self.line += 1;
        let read = self.reader.read_until(b'\n', &mut self.ahead);
        Ok(read.map_err(Error::file("reading", self.file))? > 0)
    }

    /// The line an entry begins in, and its text.
    fn next(&mut self) -> Result<Option<(u64, &[u8])>> {
        if self.ahead.is_empty() {
            return Ok(None);
        }
        let line = self.line;
        self.entry.clear();
        self.entry.append(&mut self.ahead);
        while self.read_line()? && !self.ahead.starts_with(b"- ") {
            self.entry.append(&mut self.ahead);
        }
        Ok(Some((line, &self.entry)))
    }
}

fn product(entry: &[u8]) -> Result<Product, Reason> {
    let text = std::str::from_utf8(entry).map_err(|_| Reason::BrokenLine)?;
    let mut listed: Vec<Listed> = serde_saphyr::from_str(text).map_err(|_| Reason::BrokenLine)?;
    let listed = listed.pop().ok_or(Reason::BrokenLine)?;
    check::id(&listed.id)?;
    if !listed.price.is_finite() || listed.price < 0.0 {
        return Err(Reason::BadPrice);
    }
    Ok(Product {
        id: listed.id,
        title: listed.name,
        description: listed.description,
        price: Some(listed.price),
        currency: Some("USD".into()),
        category: listed.category,
        available: listed.current_stock.is_none_or(|stock| stock > 0),
        created: Some(synthetic::FIRST_DAY),
    })
}

#[cfg(test)]
mod tests {
    use super::super::shop::Kept;
    use super::*;

    fn read_text(text: &str) -> Result<(Kept, std::collections::BTreeMap<String, u64>, u64)> {
        let folder = std::env::temp_dir().join(format!("local-yaml-{}", uuid::Uuid::new_v4()));
        std::fs::create_dir_all(&folder).unwrap();
        let file = folder.join("products.yaml");
        std::fs::write(&file, text).unwrap();
        let mut kept = Kept::default();
        let mut rejects = Rejects::create(&folder.join("rejected.csv"))?;
        let result = read(&file, &mut kept, &mut rejects, &Progress::spinner("test"));
        rejects.finish()?;
        std::fs::remove_dir_all(folder).unwrap();
        result.map(|rows| (kept, rejects.counts(), rows))
    }

    #[test]
    fn products_are_read_one_by_one() {
        let text = "\
- id: 1
  name: Backpack
  category: accessories
  description: Long
    and folded
  price: 129.99
  current_stock: 0
- id: 2
  name: No price
- id: 3
  name: Cheap
  price: -1
";
        let (kept, rejected, rows) = read_text(text).unwrap();
        assert_eq!((kept.products.len(), rows), (1, 3));
        let product = &kept.products[0];
        assert_eq!(
            (&*product.id, product.price, product.available),
            ("1", Some(129.99), false)
        );
        assert_eq!(product.description.as_deref(), Some("Long and folded"));
        assert_eq!((rejected["broken-line"], rejected["bad-price"]), (1, 1));
        assert!(
            kept.interactions
                .iter()
                .all(|interaction| interaction.item == "1")
        );
    }

    #[test]
    fn a_file_without_products_is_an_error() {
        let error = read_text("a: 1\n").unwrap_err();
        assert!(
            error
                .to_string()
                .contains("products.yaml of the Retail Demo Store"),
            "{error}"
        );
    }
}
