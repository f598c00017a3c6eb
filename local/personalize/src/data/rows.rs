//! Rows of an Items, Users or Actions dataset, for filters and for metadata in answers. By column,
//! and in a column by the number of the row's id: a filter that reads one field of all items reads
//! one stretch of memory.

use recommender::Ids;

use super::schema::{Field, FieldType, Schema};

/// A value as it comes from a file or a request.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Cell {
    /// Nothing.
    Empty,
    /// A number.
    Number(f64),
    /// True or false.
    Flag(bool),
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
    /// True or false; filters do not read it.
    Flag(bool),
    /// A text as a number of [`Rows::symbols`].
    Symbol(u32),
    /// Several categories, as numbers of [`Rows::symbols`].
    Symbols(Box<[u32]>),
    /// Prose; filters do not read it.
    Prose(Box<str>),
}

#[derive(Debug, Clone)]
struct Column {
    name: String,
    field_type: FieldType,
    cells: Vec<Kept>,
}

/// Where a row came from.
#[derive(Debug, Clone, Copy)]
struct Origin {
    /// When it came, in epoch seconds: the newest of several rows of one id counts.
    received: f64,
    /// Imported, so that a FULL import takes it away.
    imported: bool,
}

/// All rows of a dataset. Columns are those of the schema.
#[derive(Debug, Clone, Default)]
pub(crate) struct Rows {
    columns: Vec<Column>,
    origins: Vec<Option<Origin>>,
    symbols: Ids,
    revision: u64,
}

impl Rows {
    /// Takes the columns of a schema. What is known of fields that stay is kept.
    pub(crate) fn set_schema(&mut self, schema: &Schema) {
        let column = |field: &Field| {
            let mut old = self.columns.iter_mut();
            let same = old.find(|one| one.name == field.name && one.field_type == field.field_type);
            Column {
                name: field.name.clone(),
                field_type: field.field_type,
                cells: same.map_or_else(
                    || vec![Kept::Empty; self.origins.len()],
                    |old| std::mem::take(&mut old.cells),
                ),
            }
        };
        self.columns = schema.fields.iter().map(column).collect();
        self.revision += 1;
    }

    /// The position of a column, by name in any case.
    #[must_use]
    pub(crate) fn column(&self, name: &str) -> Option<usize> {
        let mut columns = self.columns.iter();
        columns.position(|column| column.name.eq_ignore_ascii_case(name))
    }

    /// Positions and names of the columns of a type.
    #[must_use]
    pub(crate) fn of_type(&self, field_type: FieldType) -> Vec<(usize, &str)> {
        let columns = self.columns.iter().enumerate();
        let of_type = columns.filter(|(_, column)| column.field_type == field_type);
        of_type
            .map(|(at, column)| (at, column.name.as_str()))
            .collect()
    }

    /// Whether a column holds numbers.
    #[must_use]
    pub(crate) fn is_number(&self, column: usize) -> bool {
        let column = self.columns.get(column);
        column.is_some_and(|column| column.field_type.is_number())
    }

    /// The numbers of texts in cells.
    #[must_use]
    pub(crate) fn symbols(&self) -> &Ids {
        &self.symbols
    }

    /// A number that is another after every change.
    #[must_use]
    pub(crate) fn revision(&self) -> u64 {
        self.revision
    }

    /// A value; an id without a row has none.
    #[must_use]
    pub(crate) fn cell(&self, id: u32, column: usize) -> &Kept {
        let column = self.columns.get(column);
        let cell = column.and_then(|column| column.cells.get(id as usize));
        cell.unwrap_or(&Kept::Empty)
    }

    /// A value as an answer shows it.
    #[must_use]
    pub(crate) fn text(&self, id: u32, column: usize) -> Option<String> {
        let decimal = self.columns.get(column)?.field_type == FieldType::Decimal;
        let name = |symbol: &u32| self.symbols.name(*symbol);
        match self.cell(id, column) {
            Kept::Empty => None,
            Kept::Number(number) if decimal => Some(format!("{number:?}")),
            Kept::Number(number) => Some(number.to_string()),
            Kept::Flag(flag) => Some(flag.to_string()),
            Kept::Symbol(symbol) => Some(name(symbol).to_owned()),
            Kept::Symbols(symbols) => Some(symbols.iter().map(name).collect::<Vec<_>>().join("|")),
            Kept::Prose(text) => Some(text.to_string()),
        }
    }

    /// Ids that have a row, with the time at which it came.
    pub(crate) fn ids(&self) -> impl Iterator<Item = (u32, f64)> + '_ {
        let origins = (0..).zip(&self.origins);
        origins.filter_map(|(id, origin)| origin.map(|origin| (id, origin.received)))
    }

    /// Ids that have a row, with whether it was imported.
    pub(crate) fn origins(&self) -> impl Iterator<Item = (u32, bool)> + '_ {
        let origins = (0..).zip(&self.origins);
        origins.filter_map(|(id, origin)| origin.map(|origin| (id, origin.imported)))
    }

    /// Takes a row away; answers whether there was one.
    pub(crate) fn erase(&mut self, id: u32) -> bool {
        let Some(origin) = self.origins.get_mut(id as usize) else {
            return false;
        };
        let erased = origin.take().is_some();
        for column in &mut self.columns {
            column.cells[id as usize] = Kept::Empty;
        }
        self.revision += 1;
        erased
    }

    /// Takes away what earlier imports brought, but for the ids to keep.
    pub(crate) fn forget_imported_but(&mut self, keeps: impl Fn(u32) -> bool) {
        for (id, origin) in (0..).zip(&mut self.origins) {
            if origin.is_some_and(|origin| origin.imported) && !keeps(id) {
                *origin = None;
                for column in &mut self.columns {
                    column.cells[id as usize] = Kept::Empty;
                }
            }
        }
        self.revision += 1;
    }

    /// Puts an imported row, unless the one that is there is newer; one of an earlier import goes in
    /// any case when the import is FULL. `cells` in the order of the schema.
    pub(crate) fn import(&mut self, id: u32, cells: Vec<Cell>, received: f64, full: bool) {
        let origin = self.origins.get(id as usize).copied().flatten();
        if full && origin.is_some_and(|origin| origin.imported) {
            self.origins[id as usize] = None;
        }
        self.put(id, cells, received, true);
    }

    /// Puts a row, unless the one that is there is newer. `cells` in the order of the schema.
    pub(crate) fn put(&mut self, id: u32, cells: Vec<Cell>, received: f64, imported: bool) {
        let row = id as usize;
        if self.origins.len() <= row {
            self.origins.resize(row + 1, None);
            for column in &mut self.columns {
                column.cells.resize(row + 1, Kept::Empty);
            }
        }
        if self.origins[row].is_some_and(|origin| origin.received > received) {
            return;
        }
        self.origins[row] = Some(Origin { received, imported });
        for (cell, column) in cells.into_iter().zip(&mut self.columns) {
            column.cells[row] = keep(&mut self.symbols, cell, column.field_type);
        }
        self.revision += 1;
    }
}

fn keep(symbols: &mut Ids, cell: Cell, field_type: FieldType) -> Kept {
    match (cell, field_type) {
        (Cell::Number(number), _) => Kept::Number(number),
        (Cell::Flag(flag), _) => Kept::Flag(flag),
        (Cell::Text(text), FieldType::Categories) => categories(symbols, &text),
        (Cell::Text(text), FieldType::Text) => Kept::Symbol(symbols.intern(&text)),
        (Cell::Text(text), FieldType::Prose) => Kept::Prose(text.into()),
        _ => Kept::Empty,
    }
}

fn categories(symbols: &mut Ids, text: &str) -> Kept {
    let all = text.split('|').filter(|category| !category.is_empty());
    let all: Box<[u32]> = all.map(|category| symbols.intern(category)).collect();
    match *all {
        [] => Kept::Empty,
        [one] => Kept::Symbol(one),
        _ => Kept::Symbols(all),
    }
}

#[cfg(test)]
mod tests {
    use super::super::schema::tests::schema;
    use super::*;

    const FIELDS: [(&str, &str); 3] = [
        ("ITEM_ID", "string"),
        ("PRICE", "float"),
        ("CATEGORY", "c:string?"),
    ];

    fn rows() -> Rows {
        let mut rows = Rows::default();
        rows.set_schema(&schema("Items", &FIELDS).unwrap());
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
        assert_eq!(rows.text(3, 2).as_deref(), Some("mugs|red"));
        assert_eq!(rows.text(3, 1).as_deref(), Some("1.0"));
        assert_eq!(rows.text(2, 1), None);
    }

    #[test]
    fn the_newest_row_counts_and_a_full_import_leaves_single_ones() {
        let mut rows = rows();
        rows.put(0, row(1.0), 10.0, true);
        rows.put(1, row(2.0), 20.0, false);
        rows.put(1, row(3.0), 15.0, true);
        assert_eq!(rows.cell(1, 1), &Kept::Number(2.0));
        rows.forget_imported_but(|_| false);
        assert_eq!(rows.cell(1, 1), &Kept::Number(2.0));
        assert_eq!(rows.cell(0, 1), &Kept::Empty);
        assert_eq!(rows.ids().collect::<Vec<_>>(), [(1, 20.0)]);
    }

    #[test]
    fn another_schema_keeps_what_both_have() {
        let mut rows = rows();
        rows.put(0, row(1.0), 10.0, true);
        let fields = [FIELDS[0], ("COLOUR", "string?"), FIELDS[1]];
        rows.set_schema(&schema("Items", &fields).unwrap());
        assert_eq!(rows.cell(0, 2), &Kept::Number(1.0));
        assert_eq!(rows.cell(0, 1), &Kept::Empty);
    }
}
