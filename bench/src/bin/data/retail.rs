//! Online Retail as Personalize's files: every line of it, also what the shop's own seeding leaves out.

use std::{collections::BTreeSet, fs::File, path::Path};

use flate2::read::GzDecoder;
use jiff::{civil::DateTime, tz::TimeZone};

use crate::Result;

/// The two files.
pub(crate) struct Shop {
    pub(crate) interactions: Vec<u8>,
    pub(crate) items: Vec<u8>,
}

/// Reads `online_retail.csv.gz`. A cancelled invoice is a `cancel`, all others are a `purchase`; the
/// items are all stock codes but every hundredth, so that some are unknown.
pub(crate) fn read(path: &Path) -> Result<Shop> {
    let file = File::open(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let mut lines = csv::Reader::from_reader(GzDecoder::new(file));
    let mut interactions = csv::Writer::from_writer(Vec::new());
    interactions.write_record([
        "USER_ID",
        "ITEM_ID",
        "TIMESTAMP",
        "EVENT_TYPE",
        "EVENT_VALUE",
    ])?;
    let mut codes = BTreeSet::new();
    for line in lines.records() {
        let line = line?;
        let [invoice, code, _, _, date, price, customer, _] = line.iter().collect::<Vec<_>>()[..]
        else {
            return Err("a line has not the eight columns of Online Retail".into());
        };
        let time: DateTime = date.parse()?;
        let time = time
            .to_zoned(TimeZone::UTC)?
            .timestamp()
            .as_second()
            .to_string();
        let event = if invoice.starts_with('C') {
            "cancel"
        } else {
            "purchase"
        };
        interactions.write_record([customer, code, &time, event, price])?;
        codes.insert(code.to_owned());
    }
    let mut items = csv::Writer::from_writer(Vec::new());
    items.write_record([
        "ITEM_ID",
        "PRICE",
        "CATEGORY",
        "CREATION_TIMESTAMP",
        "DESCRIPTION",
    ])?;
    for (_, code) in codes
        .iter()
        .enumerate()
        .filter(|(index, _)| index % 100 != 0)
    {
        items.write_record([code, "", "", "1291161600", ""])?;
    }
    Ok(Shop {
        interactions: interactions
            .into_inner()
            .map_err(|error| error.to_string())?,
        items: items.into_inner().map_err(|error| error.to_string())?,
    })
}
