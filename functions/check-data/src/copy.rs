//! The good rows of all objects as one CSV, under one header in the schema's order whatever the objects'
//! own.

use crate::{columns::Columns, layout::Layout, row::Values, upload::PART};

/// Room for a part of the copy and the chunk that completes it, so that it never moves while it grows.
const ROOM: usize = PART + 1024 * 1024;

/// The copy, as far as it is not taken.
pub(crate) struct Copy(Vec<u8>);

impl Copy {
    /// With a header.
    pub(crate) fn of(columns: &Columns) -> Self {
        let mut copy = Self(Vec::with_capacity(ROOM));
        copy.row(columns.names());
        copy
    }

    /// Adds a good row. A line without quotation marks whose columns are in the schema's order is
    /// the row as it stands.
    pub(crate) fn add(&mut self, values: &Values<'_>, plain: Option<&[u8]>, layout: &Layout) {
        match plain.filter(|_| layout.is_the_schemas()) {
            Some(line) => {
                self.0.extend_from_slice(line);
                self.0.push(b'\n');
            }
            None => self.row(values.iter().copied()),
        }
    }

    /// How many bytes there are.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// What was added since the last call; [`Self::give_back`] is for its memory.
    pub(crate) fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.0)
    }

    /// Goes on in this memory.
    pub(crate) fn give_back(&mut self, empty: Vec<u8>) {
        self.0 = empty;
    }

    fn row<'v>(&mut self, values: impl Iterator<Item = &'v str>) {
        for (index, value) in values.enumerate() {
            if index > 0 {
                self.0.push(b',');
            }
            self.value(value.as_bytes());
        }
        self.0.push(b'\n');
    }

    fn value(&mut self, value: &[u8]) {
        if memchr::memchr3(b'"', b',', b'\r', value).is_none() {
            return self.0.extend_from_slice(value);
        }
        self.0.push(b'"');
        for byte in value {
            if *byte == b'"' {
                self.0.push(b'"');
            }
            self.0.push(*byte);
        }
        self.0.push(b'"');
    }
}
