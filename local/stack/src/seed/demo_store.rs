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
    let source = File::open(file).map_err(Error::file("reading", file))?;
    let mut products = Vec::new();
    let mut rows = 0;
    let mut take = |line: u64, text: &[u8]| {
        rows += 1;
        match product(text) {
            Ok(product) => {
                sink.product(&product)?;
                products.push((product.id, product.category.unwrap_or_default()));
                Ok(())
            }
            Err(reason) => rejects.row(&name, line, reason, text),
        }
    };
    // An entry of the outermost sequence begins with a dash in the first column.
    let (mut entry, mut start) = (Vec::new(), 0);
    let mut reader = BufReader::new(source);
    let mut buffer = Vec::new();
    for line in 1.. {
        buffer.clear();
        let read = reader
            .read_until(b'\n', &mut buffer)
            .map_err(Error::file("reading", file))?;
        progress.advance(read as u64);
        if (read == 0 || buffer.starts_with(b"- ")) && start > 0 {
            take(start, &entry)?;
            entry.clear();
        }
        if read == 0 {
            break;
        }
        if buffer.starts_with(b"- ") {
            start = line;
        }
        if start > 0 {
            entry.extend_from_slice(&buffer);
        }
    }
    if products.is_empty() {
        return Err(Error::Data {
            file: file.to_owned(),
            problem: format!("{rows} entries, none of them a product with id, name and price"),
            remedy: "give the products.yaml of the Retail Demo Store: a list of products".into(),
        });
    }
    synthetic::interactions(&products, sink)?;
    Ok(rows)
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
