//! Rows of an Items or Users dataset, by the number of their id, for filters.
//! Prose is not kept: nothing that answers requests may use it.

use recommender::Ids;

use super::schema::{FieldType, Schema};

/// A value as it comes from a file or a request.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Cell {
    /// Nothing.
    Empty,
    /// A number.
    Number(f64),
    /// Text; for a categorical field several values with `|` between them.
    Text(String),
}

/// A value as it is kept.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Kept {
    /// Nothing.
    Empty,
    /// A number.
    Number(f64),
    /// Text as numbers of [`Rows::symbols`]; more than one for categories.
    Symbols(Box<[u32]>),
}

#[derive(Debug, Clone)]
struct Row {
    cells: Box<[Kept]>,
    /// When it came, in epoch seconds: the newest of several rows of one id counts.
    received: f64,
    /// Imported, so that a FULL import takes it away.
    imported: bool,
}

/// All rows of a dataset. Columns are those of the schema.
#[derive(Debug, Clone, Default)]
pub(crate) struct Rows {
    columns: Vec<(String, FieldType)>,
    rows: Vec<Option<Row>>,
    symbols: Ids,
}

impl Rows {
    /// Takes the columns of a schema. Rows stay when the columns are the same.
    pub(crate) fn set_schema(&mut self, schema: &Schema) {
        let columns: Vec<_> = schema
            .fields
            .iter()
            .map(|field| (field.name.clone(), field.field_type))
            .collect();
        if self.columns != columns {
            self.columns = columns;
            self.rows.clear();
        }
    }

    /// The position of a column, by name in any case.
    #[must_use]
    pub(crate) fn column(&self, name: &str) -> Option<usize> {
        self.columns
            .iter()
            .position(|(column, _)| column.eq_ignore_ascii_case(name))
    }

    /// Whether a column holds numbers.
    #[must_use]
    pub(crate) fn is_number(&self, column: usize) -> bool {
        self.columns
            .get(column)
            .is_some_and(|(_, field_type)| field_type.is_number())
    }

    /// The numbers of texts in cells.
    #[must_use]
    pub(crate) fn symbols(&self) -> &Ids {
        &self.symbols
    }

    /// A value; an id without a row has none.
    #[must_use]
    pub(crate) fn cell(&self, id: u32, column: usize) -> &Kept {
        match self.rows.get(id as usize) {
            Some(Some(row)) => row.cells.get(column).unwrap_or(&Kept::Empty),
            _ => &Kept::Empty,
        }
    }

    /// Takes away what earlier imports brought.
    pub(crate) fn forget_imported(&mut self) {
        for row in &mut self.rows {
            if row.as_ref().is_some_and(|row| row.imported) {
                *row = None;
            }
        }
    }

    /// Puts a row, unless the one that is there is newer. `cells` in the order of the schema.
    pub(crate) fn put(&mut self, id: u32, cells: Vec<Cell>, received: f64, imported: bool) {
        let id = id as usize;
        if self.rows.len() <= id {
            self.rows.resize(id + 1, None);
        }
        if self.rows[id]
            .as_ref()
            .is_some_and(|row| row.received > received)
        {
            return;
        }
        let cells = cells
            .into_iter()
            .zip(&self.columns)
            .map(|(cell, (_, field_type))| keep(&mut self.symbols, cell, *field_type))
            .collect();
        self.rows[id] = Some(Row {
            cells,
            received,
            imported,
        });
    }
}

fn keep(symbols: &mut Ids, cell: Cell, field_type: FieldType) -> Kept {
    match (cell, field_type) {
        (Cell::Number(number), _) => Kept::Number(number),
        (Cell::Text(text), FieldType::Categories) => Kept::Symbols(
            text.split('|')
                .filter(|category| !category.is_empty())
                .map(|category| symbols.intern(category))
                .collect(),
        ),
        (Cell::Text(text), FieldType::Text) => Kept::Symbols([symbols.intern(&text)].into()),
        _ => Kept::Empty,
    }
}

#[cfg(test)]
mod tests {
    use super::super::schema::tests::schema;
    use super::*;

    fn rows() -> Rows {
        let mut rows = Rows::default();
        let fields = [
            ("ITEM_ID", "string"),
            ("PRICE", "float"),
            ("CATEGORY", "c:string?"),
        ];
        rows.set_schema(&schema("Items", &fields).unwrap());
        rows
    }

    fn row(price: f64) -> Vec<Cell> {
        vec![
            Cell::Text("x".to_owned()),
            Cell::Number(price),
            Cell::Text("mugs|red".to_owned()),
        ]
    }

    #[test]
    fn categories_are_split() {
        let mut rows = rows();
        rows.put(3, row(1.0), 0.0, true);
        let Kept::Symbols(categories) = rows.cell(3, 2) else {
            panic!("no categories")
        };
        let names: Vec<_> = categories
            .iter()
            .map(|one| rows.symbols().name(*one))
            .collect();
        assert_eq!(names, ["mugs", "red"]);
        assert_eq!(rows.cell(2, 2), &Kept::Empty);
    }

    #[test]
    fn the_newest_row_counts_and_a_full_import_leaves_single_ones() {
        let mut rows = rows();
        rows.put(0, row(1.0), 10.0, true);
        rows.put(1, row(2.0), 20.0, false);
        rows.put(1, row(3.0), 15.0, true);
        assert_eq!(rows.cell(1, 1), &Kept::Number(2.0));
        rows.forget_imported();
        assert_eq!(rows.cell(1, 1), &Kept::Number(2.0));
        assert_eq!(rows.cell(0, 1), &Kept::Empty);
    }
}
