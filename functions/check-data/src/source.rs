//! What a check reads: all objects of the dataset, or those that no INCREMENTAL import brought yet.

use sha2::{Digest, Sha256};
use shared::{
    config::Dataset,
    operations::{GoodImport, ImportMode},
};

use crate::objects::Object;

/// Objects of a folder for INCREMENTAL imports: their marks are kept in one item of the Operations
/// table, which takes 400 KB.
const MAX_MARKED: usize = 10_000;

/// The objects of one check.
#[derive(Debug)]
pub(crate) struct Source {
    /// What is to be read.
    pub(crate) objects: Vec<Object>,
    /// Changes when any object in the folder does.
    pub(crate) fingerprint: String,
    /// What is imported once this is; only of INCREMENTAL imports.
    pub(crate) marks: Vec<String>,
}

impl Source {
    /// Of the `listed` objects, those that `last` did not bring.
    ///
    /// # Errors
    /// In words, when there are too many to keep account of.
    pub(crate) fn of(
        mut listed: Vec<Object>,
        mode: ImportMode,
        last: Option<&GoodImport>,
    ) -> Result<Self, String> {
        let marks: Vec<String> = listed.iter().map(mark).collect();
        let fingerprint = hex(&Sha256::digest(marks.concat()));
        if mode == ImportMode::Full {
            return Ok(Self {
                objects: listed,
                fingerprint,
                marks: Vec::new(),
            });
        }
        if marks.len() > MAX_MARKED {
            return Err(format!(
                "there are {} objects, and account is kept of {MAX_MARKED}: remove those that were imported, or put many small ones into one",
                marks.len()
            ));
        }
        let imported = |mark: &String| last.is_some_and(|last| last.objects.contains(mark));
        let mut new = marks.iter().map(|mark| !imported(mark));
        listed.retain(|_| new.next().unwrap_or(true));
        Ok(Self {
            objects: listed,
            fingerprint,
            marks,
        })
    }
}

/// Where the configuration has the files for imports of `mode`.
pub(crate) fn location(dataset: &Dataset, mode: ImportMode) -> Option<&str> {
    match mode {
        ImportMode::Full => Some(&dataset.location),
        ImportMode::Incremental => dataset.incremental_location.as_deref(),
    }
}

/// Stands for an object as it is: another content is another mark.
fn mark(object: &Object) -> String {
    let etag = object.etag.as_deref().unwrap_or_default();
    let text = format!("{}\n{etag}\n{}", object.key, object.bytes);
    hex(&Sha256::digest(text)[..8])
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(key: &str, etag: &str) -> Object {
        Object {
            key: key.to_owned(),
            bytes: 7,
            etag: Some(etag.to_owned()),
        }
    }

    fn import(objects: Vec<String>) -> GoodImport {
        GoodImport {
            run: "last".to_owned(),
            imported_at: 0,
            rows: 0,
            event_mix: [].into(),
            fingerprint: String::new(),
            objects,
        }
    }

    #[test]
    fn what_was_imported_is_not_read_again_unless_it_changed() {
        let first = vec![object("a", "1"), object("b", "1")];
        let source = Source::of(first, ImportMode::Incremental, None).unwrap();
        assert_eq!(source.objects.len(), 2);
        let last = import(source.marks);
        let now = vec![object("a", "1"), object("b", "2"), object("c", "1")];
        let source = Source::of(now, ImportMode::Incremental, Some(&last)).unwrap();
        let keys: Vec<&str> = source.objects.iter().map(|one| one.key.as_str()).collect();
        assert_eq!(keys, ["b", "c"]);
        assert_eq!(source.marks.len(), 3, "all of the folder is imported then");
    }

    #[test]
    fn a_full_import_reads_everything_and_knows_a_change_by_its_fingerprint() {
        let of = |etag| Source::of(vec![object("a", etag)], ImportMode::Full, None).unwrap();
        assert_eq!(of("1").fingerprint, of("1").fingerprint);
        assert_ne!(of("1").fingerprint, of("2").fingerprint);
        assert!(of("1").marks.is_empty());
    }
}
