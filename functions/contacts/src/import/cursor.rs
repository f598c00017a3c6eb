//! How far a file is. It is kept as an object under the prefix whose objects call this function: with it
//! the next call is made.

use messages::object::Head;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::line::Heading;

/// Where files go on.
const CONTINUE: &str = "messages/import/~continue/";
const SOURCE_MAX: usize = 256;

/// How far a file is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Cursor {
    pub(super) file: Named,
    pub(super) etag: String,
    pub(super) bytes: u64,
    pub(super) format: Format,
    /// The first byte that was not taken.
    pub(super) offset: u64,
    /// Calls that ended before.
    pub(super) call: u32,
    pub(super) counts: Counts,
}

/// A file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Named {
    pub(super) key: String,
    /// The key without the folder of imports.
    pub(super) name: String,
    /// Epoch seconds when it was put there.
    pub(super) at: i64,
}

/// How its lines are written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum Format {
    /// As JSON.
    Lines,
    /// As CSV; with its heading, once that was read.
    Csv(Option<Heading>),
}

/// What was counted so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Counts {
    pub(super) lines: u64,
    pub(super) contacts: u64,
    pub(super) rejected: u64,
}

impl Named {
    /// The source of consents that name none.
    pub(super) fn source(&self) -> String {
        format!("import:{}", self.name)
            .chars()
            .take(SOURCE_MAX)
            .collect()
    }
}

impl Cursor {
    /// At the beginning of the file `name`, whose key is `key`.
    pub(super) fn new(key: &str, name: &str, format: Format, object: Head) -> Self {
        Self {
            file: Named {
                key: key.to_owned(),
                name: name.to_owned(),
                at: object.at,
            },
            etag: object.etag,
            bytes: object.bytes,
            format,
            offset: 0,
            call: 0,
            counts: Counts::default(),
        }
    }

    /// Its key: of each call of each version of a file another one.
    pub(super) fn key(&self) -> String {
        let mut hash = Sha256::new();
        hash.update(&self.file.key);
        hash.update([0]);
        hash.update(&self.etag);
        let digest = hash.finalize();
        let name = digest.iter().take(16);
        let name: String = name.map(|byte| format!("{byte:02x}")).collect();
        format!("{CONTINUE}{name}-{:04}.json", self.call)
    }
}

/// Whether `key` is that of a cursor.
pub(super) fn is_one(key: &str) -> bool {
    key.starts_with(CONTINUE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cursor_of_each_call_has_a_key_of_its_own() {
        let object = |etag: &str| Head {
            bytes: 7,
            etag: etag.to_owned(),
            at: 5,
        };
        let key = "messages/import/a/b.csv";
        let mut cursor = Cursor::new(key, "a/b.csv", Format::Csv(None), object("1"));
        let first = cursor.key();
        assert!(is_one(&first) && !is_one(key));
        cursor.call = 1;
        assert_ne!(cursor.key(), first);
        let other = Cursor::new(key, "a/b.csv", Format::Lines, object("2"));
        assert_ne!(other.key(), first);
        assert_eq!(cursor.file.source(), "import:a/b.csv");
        let json = serde_json::to_value(&cursor).unwrap();
        assert_eq!(serde_json::from_value::<Cursor>(json).unwrap(), cursor);
    }
}
