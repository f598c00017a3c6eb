//! A query's result into the files of its dataset. It knows neither Athena nor S3.

use bytes::Bytes;

use crate::{
    columns::{Columns, Layout},
    error::ExportError,
    output::{Output, Part, Sizes},
    rows::{Record, Rows},
};

/// A result being read.
pub(crate) struct Transform {
    columns: Columns,
    layout: Option<Layout>,
    rows: Rows,
    output: Output,
    counted: Counted,
}

/// What a result had.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Counted {
    /// Rows that are in the files.
    pub(crate) rows: u64,
    /// Rows that no line can hold, or with another number of fields than the header.
    pub(crate) rejected: u64,
}

impl Transform {
    /// At the start of a result for these `columns`.
    pub(crate) fn new(columns: Columns, sizes: Sizes) -> Self {
        let output = Output::new(columns.names(), sizes);
        Self {
            columns,
            layout: None,
            rows: Rows::new(),
            output,
            counted: Counted::default(),
        }
    }

    /// Takes the next bytes, once [`Self::part`] has given all parts of those before.
    pub(crate) fn push(&mut self, chunk: Bytes) {
        self.rows.push(chunk);
    }

    /// The next part; `None` when it needs more bytes.
    ///
    /// # Errors
    /// When the columns are not those of the dataset.
    pub(crate) fn part(&mut self) -> Result<Option<Part>, ExportError> {
        while self.row(false)? {
            if let Some(part) = self.output.part()? {
                return Ok(Some(part));
            }
        }
        Ok(None)
    }

    /// The last part, and what was counted.
    ///
    /// # Errors
    /// As [`Self::part`].
    pub(crate) fn end(mut self) -> Result<(Option<Part>, Counted), ExportError> {
        while self.row(true)? {}
        Ok((self.output.rest()?, self.counted))
    }

    /// Reads one row; false when there is none.
    fn row(&mut self, last: bool) -> Result<bool, ExportError> {
        let Some(record) = self.rows.next(last) else {
            return Ok(false);
        };
        match (record, &self.layout) {
            (Record::Row(header), None) => self.layout = Some(self.columns.layout(header)?),
            (Record::Row(row), Some(layout)) if row.len() == layout.width => {
                let places = layout.places.iter();
                self.output.row(places.map(|(kind, place)| {
                    kind.brought(place.map_or(&[], |place| row.get(place)))
                }))?;
                self.counted.rows += 1;
            }
            (Record::Row(_) | Record::TooLong, _) => self.counted.rejected += 1,
        }
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use shared::config::DatasetType;

    use super::*;
    use crate::{columns::tests::columns, output::SIZES};

    fn transformed(text: &str, dataset: DatasetType) -> Result<(String, Counted), String> {
        let mut transform = Transform::new(columns(dataset), SIZES);
        let mut file = Vec::new();
        for chunk in text.as_bytes().chunks(7) {
            transform.push(Bytes::copy_from_slice(chunk));
            while let Some(part) = transform.part().map_err(|error| error.to_string())? {
                file.extend(part.bytes);
            }
        }
        let (part, counted) = transform.end().map_err(|error| error.to_string())?;
        file.extend(part.map(|part| part.bytes).unwrap_or_default());
        Ok((String::from_utf8(file).unwrap(), counted))
    }

    #[test]
    fn a_result_as_athena_writes_it_becomes_a_file_of_the_dataset() {
        let text = concat!(
            "\"creation_timestamp\",\"item_id\",\"price\",\"stock\",\"description\"\n",
            "\"2025-11-29 23:00:00.000\",\"4711\",\"1.0E-2\",\"3.0\",\"A \"\"lamp\"\",\nbright\"\n",
            "\"1.7644572E9\",\"4712\",,,\n",
            "\"soon\",\"4713\",\"free\",\"3.5\",\"x\"\n",
            "\"too\",\"few\"\n",
        );
        let (file, counted) = transformed(text, DatasetType::Items).unwrap();
        let expected = concat!(
            "ITEM_ID,PRICE,CATEGORY,STOCK,CREATION_TIMESTAMP,DESCRIPTION\n",
            "4711,1.0E-2,,3,1764457200,\"A \"\"lamp\"\", bright\"\n",
            "4712,,,,1764457200,\n",
            "4713,free,,3.5,soon,x\n",
        );
        assert_eq!(file, expected);
        assert_eq!((counted.rows, counted.rejected), (3, 1));
    }

    #[test]
    fn a_result_without_rows_is_no_file() {
        for text in ["", "\"user_id\"\n"] {
            let (file, counted) = transformed(text, DatasetType::Users).unwrap();
            assert_eq!((file.as_str(), counted), ("", Counted::default()));
        }
    }

    #[test]
    fn a_result_of_other_columns_is_refused_with_their_names() {
        let problem = transformed("id\n1\n", DatasetType::Users).unwrap_err();
        assert!(problem.contains("lacks `USER_ID`"), "{problem}");
        assert!(problem.contains("does not know: `id`"), "{problem}");
    }
}
