//! Where a file has the columns of its dataset: the judgement of its first line.

use crate::{
    columns::Columns,
    records::{Fields, Line},
};

/// Where a file has the columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Layout {
    /// By index of [`Columns::list`], the index in the file.
    pub(crate) positions: Vec<usize>,
    /// How many columns the file has.
    pub(crate) width: usize,
    /// Columns that the schema does not know.
    pub(crate) extra: Vec<String>,
}

impl Layout {
    /// Whether the file has the schema's columns in their order, and no others.
    pub(crate) fn is_the_schemas(&self) -> bool {
        let mut positions = self.positions.iter().enumerate();
        self.width == self.positions.len() && positions.all(|(index, at)| index == *at)
    }
}

impl Columns {
    /// Finds the columns in the first line of a file.
    ///
    /// # Errors
    /// What is wrong with the line, as the end of a sentence that begins with the object's key.
    pub(crate) fn layout(&self, first: &Line<'_>) -> Result<Layout, String> {
        if first.raw.starts_with(&[0x1f, 0x8b]) {
            return Err("is compressed (gzip); Personalize reads plain CSV: unpack it".to_owned());
        }
        if first.raw.starts_with(b"\xef\xbb\xbf") {
            return Err("begins with a byte order mark, which becomes part of the first column's name: save it as UTF-8 without one".to_owned());
        }
        let names = match &first.fields {
            Ok(fields) => self.header_names(*fields)?,
            Err(broken) => {
                return Err(format!(
                    "is not a CSV file with a header: {}",
                    broken.detail
                ));
            }
        };
        if first.raw.contains(&b'"') {
            return Err("has quotation marks in its first line; Personalize takes column names only without".to_owned());
        }
        let mut positions = Vec::with_capacity(self.list.len());
        let mut missing = Vec::new();
        for wanted in self.names() {
            let mut found = names
                .iter()
                .enumerate()
                .filter(|(_, name)| **name == wanted);
            match (found.next(), found.next()) {
                (Some((position, _)), None) => positions.push(position),
                (Some(_), Some(_)) => return Err(format!("has the column {wanted} twice")),
                (None, _) => missing.push(wanted),
            }
        }
        if !missing.is_empty() {
            return Err(format!(
                "lacks the column {}; its first line has {}, and the schema `{}` wants all of {}",
                missing.join(", "),
                shown(&names),
                self.schema,
                self.names().collect::<Vec<_>>().join(", ")
            ));
        }
        let known: Vec<&str> = self.names().collect();
        Ok(Layout {
            positions,
            width: names.len(),
            extra: names
                .iter()
                .filter(|name| !known.contains(name))
                .map(|name| (*name).to_owned())
                .collect(),
        })
    }

    /// The header's names, when it is one: data is never repeated in a message.
    fn header_names<'a>(&self, header: Fields<'a>) -> Result<Vec<&'a str>, String> {
        let names: Vec<&str> = (0..header.len())
            .map(|index| std::str::from_utf8(header.get(index)).unwrap_or("?"))
            .collect();
        let is_header = names.iter().any(|name| {
            self.names()
                .any(|known| known.eq_ignore_ascii_case(name.trim()))
        });
        if is_header {
            return Ok(names);
        }
        Err(format!(
            "is not a CSV file with a header: its first line has {} field(s), none of them named {}",
            names.len(),
            self.names().collect::<Vec<_>>().join(", ")
        ))
    }
}

/// Up to ten names, each cut at 40 characters, with nothing that disturbs a terminal.
fn shown(names: &[&str]) -> String {
    let mut list: Vec<String> = names
        .iter()
        .take(10)
        .map(|name| {
            name.chars()
                .take(40)
                .collect::<String>()
                .escape_debug()
                .to_string()
        })
        .collect();
    if names.len() > 10 {
        list.push(format!("and {} more", names.len() - 10));
    }
    list.join(", ")
}

#[cfg(test)]
mod tests {
    use shared::config::DatasetType;

    use super::*;
    use crate::{columns::tests::shipped, records::Records};

    fn layout(header: &str) -> Result<Layout, String> {
        let mut records = Records::new();
        records.push(header.as_bytes());
        let line = records.next(true).unwrap();
        shipped(DatasetType::Interactions).layout(&line)
    }

    #[test]
    fn columns_are_found_in_any_order_and_extra_ones_are_named() {
        let layout = layout("ITEM_ID,NOTE,USER_ID,EVENT_VALUE,EVENT_TYPE,TIMESTAMP").unwrap();
        assert_eq!(layout.positions, [2, 0, 5, 4, 3]);
        assert_eq!((layout.width, layout.extra), (6, vec!["NOTE".to_owned()]));
    }

    #[test]
    fn a_missing_column_is_named_with_what_was_found() {
        let problem = layout("user_id,ITEM_ID,TIMESTAMP,EVENT_TYPE,EVENT_VALUE").unwrap_err();
        assert!(
            problem.starts_with("lacks the column USER_ID; its first line has user_id, ITEM_ID")
        );
    }

    #[test]
    fn a_first_line_of_data_is_not_repeated() {
        let problem = layout("jane@example.com,4711,1700000000,view,").unwrap_err();
        assert!(
            problem.starts_with("is not a CSV file with a header: its first line has 5 field(s)")
        );
        assert!(!problem.contains("jane"), "{problem}");
    }

    #[test]
    fn what_personalize_would_stumble_over_is_named() {
        let good = "USER_ID,ITEM_ID,TIMESTAMP,EVENT_TYPE,EVENT_VALUE";
        assert!(
            layout(&format!("\u{feff}{good}"))
                .unwrap_err()
                .contains("byte order mark")
        );
        assert!(
            layout(&good.replace("USER_ID", "\"USER_ID\""))
                .unwrap_err()
                .contains("quotation")
        );
        assert!(
            layout(&format!("{good},ITEM_ID"))
                .unwrap_err()
                .contains("ITEM_ID twice")
        );
    }

    #[test]
    fn bytes_of_another_format_are_named() {
        let mut records = Records::new();
        records.push(b"\x1f\x8b\x08\x00,\"\n");
        let line = records.next(true).unwrap();
        let problem = shipped(DatasetType::Users).layout(&line).unwrap_err();
        assert!(problem.starts_with("is compressed (gzip)"), "{problem}");
    }
}
