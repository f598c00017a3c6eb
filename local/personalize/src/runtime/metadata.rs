//! `metadataColumns`: fields of the Items dataset in the answer.

use serde_json::{Map, Value};

use super::serving::Serving;
use crate::{
    control::Call,
    data::{group::Group, schema::DatasetType},
    fault::Fault,
};

/// Columns that a request may ask for.
const MOST_COLUMNS: usize = 10;
/// The longest answer, and the longest list to rank, with metadata.
pub(super) const LONGEST_WITH_METADATA: usize = 50;

/// The columns that a request asks for; none without `metadataColumns`.
#[derive(Debug, Default)]
pub(super) struct Metadata {
    columns: Vec<String>,
}

impl Metadata {
    /// Reads `metadataColumns`.
    pub(super) fn of(call: &Call<'_>, serving: &Serving) -> Result<Self, Fault> {
        let Some(asked) = call.input.object("metadataColumns")? else {
            return Ok(Self::default());
        };
        let wrong = |problem: &str| Err(call.input.wrong("metadataColumns", problem));
        let mut datasets = asked.keys();
        let (Some(dataset), None) = (datasets.next(), datasets.next()) else {
            return wrong("must have one key, ITEMS");
        };
        if !dataset.eq_ignore_ascii_case(DatasetType::Items.name()) {
            return wrong("only ITEMS has metadata for answers");
        }
        if !serving.flag("enableMetadataWithRecommendations") {
            return wrong(
                "metadata is not enabled; set enableMetadataWithRecommendations in campaignConfig",
            );
        }
        let columns = asked.texts(dataset, 1..=MOST_COLUMNS, 150)?;
        let data = serving.data.read();
        let schema = data.schema(DatasetType::Items);
        for (index, column) in columns.iter().enumerate() {
            if schema.is_none_or(|schema| schema.field(column).is_none()) {
                let member = format!("{dataset}[{index}]");
                return Err(asked.wrong(&member, "is no field of the schema of the ITEMS dataset"));
            }
        }
        Ok(Self { columns })
    }

    /// Whether there is any.
    pub(super) fn is_asked(&self) -> bool {
        !self.columns.is_empty()
    }

    /// Adds it to an item of the answer; `item` is a number of the group, if it has one.
    pub(super) fn add(&self, answer: &mut Value, group: &Group, item: Option<u32>) {
        if !self.is_asked() {
            return;
        }
        let rows = &group.item_rows;
        let text = |column: &String| rows.text(item?, rows.column(column)?);
        let known = self.columns.iter().filter_map(|column| {
            let text = text(column)?;
            Some((column.clone(), Value::String(text)))
        });
        answer["metadata"] = Value::Object(known.collect::<Map<_, _>>());
    }
}
