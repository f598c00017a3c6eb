//! What training reads of the Items dataset: categorical fields, prose and `CREATION_TIMESTAMP`. As in
//! Personalize, other texts are for filters only.

use recommender::{Catalogue, CatalogueBuilder, Description};

use super::{
    group::Group,
    rows::{Kept, Rows},
    schema::FieldType,
};

/// All items that have a row.
#[must_use]
pub(crate) fn catalogue(group: &Group) -> Catalogue {
    let rows = &group.item_rows;
    let (categories, texts) = (
        rows.of_type(FieldType::Categories),
        rows.of_type(FieldType::Prose),
    );
    let created = rows.column("CREATION_TIMESTAMP");
    let mut builder = CatalogueBuilder::new();
    for (item, _) in rows.ids() {
        let categories: Vec<_> = cells(rows, item, &categories);
        let categories: Vec<_> = categories
            .iter()
            .map(|(name, text)| (*name, text.as_str()))
            .collect();
        let texts: Vec<_> = cells(rows, item, &texts);
        let texts: Vec<_> = texts.iter().map(|(_, text)| text.as_str()).collect();
        let description = Description {
            categories: &categories,
            texts: &texts,
            created: created.and_then(|column| second(rows.cell(item, column))),
        };
        builder.push(group.items.name(item), &description);
    }
    builder.build()
}

fn cells<'a>(rows: &Rows, item: u32, columns: &[(usize, &'a str)]) -> Vec<(&'a str, String)> {
    let cell = |(column, name): &(usize, &'a str)| Some((*name, rows.text(item, *column)?));
    columns.iter().filter_map(cell).collect()
}

fn second(cell: &Kept) -> Option<i64> {
    match cell {
        #[expect(clippy::cast_possible_truncation, reason = "seconds have no fraction")]
        Kept::Number(second) => Some(*second as i64),
        _ => None,
    }
}
