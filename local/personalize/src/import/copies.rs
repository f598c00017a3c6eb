//! The rows of imports that the state directory keeps, changed where they lie: without some users, or
//! with the columns of a new schema.

use std::{
    collections::BTreeSet,
    fs::{self, File},
    io,
    path::Path,
};

use csv::{ReaderBuilder, StringRecord, Writer};

use crate::{data::schema::Schema, error::Error};

/// Takes the rows of some users out of a file; answers how many there were.
///
/// # Errors
/// When it cannot be read or written; the old one is still whole then.
pub(crate) fn erase(path: &Path, users: &BTreeSet<String>) -> Result<u64, Error> {
    let mut erased = 0;
    rewrite(path, |header, record| {
        let user = header.iter().position(|name| name == "USER_ID");
        let user = user.and_then(|column| record.get(column));
        if user.is_some_and(|user| users.contains(user)) {
            erased += 1;
            return None;
        }
        Some(record.clone())
    })?;
    Ok(erased)
}

/// Gives a file the columns of a schema; those that it has not are empty.
///
/// # Errors
/// When it cannot be read or written; the old one is still whole then.
pub(crate) fn conform(path: &Path, schema: &Schema) -> Result<(), Error> {
    rewrite(path, |header, record| {
        let cell = |name: &str| {
            let column = header.iter().position(|one| one == name);
            column.and_then(|column| record.get(column)).unwrap_or("")
        };
        // The header is a record like the others, of which every name is its own cell.
        let is_header = record == header;
        let names = schema.fields.iter().map(|field| field.name.as_str());
        Some(
            names
                .map(|name| if is_header { name } else { cell(name) })
                .collect(),
        )
    })
}

/// Writes a file anew, record by record and the header first; there is always a whole one.
fn rewrite(
    path: &Path,
    mut change: impl FnMut(&StringRecord, &StringRecord) -> Option<StringRecord>,
) -> Result<(), Error> {
    let temporary = path.with_extension("new");
    let mut write = || -> io::Result<()> {
        let mut reader = ReaderBuilder::new().has_headers(false).from_path(path)?;
        let mut writer = Writer::from_path(&temporary)?;
        let (mut header, mut record) = (None, StringRecord::new());
        while reader.read_record(&mut record)? {
            let header = header.get_or_insert_with(|| record.clone());
            if let Some(changed) = change(header, &record) {
                writer.write_record(&changed)?;
            }
        }
        writer.flush()?;
        File::open(&temporary)?.sync_all()?;
        fs::rename(&temporary, path)
    };
    write().map_err(Error::state("write", path))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::schema::tests::schema;

    #[test]
    fn rows_leave_and_columns_come() {
        let path = std::env::temp_dir().join(uuid::Uuid::new_v4().to_string());
        fs::write(&path, "USER_ID,AGE\nann,20\nbob,30\nann,40\n").unwrap();
        let users = BTreeSet::from(["ann".to_owned()]);
        assert_eq!(erase(&path, &users).unwrap(), 2);
        assert_eq!(fs::read_to_string(&path).unwrap(), "USER_ID,AGE\nbob,30\n");
        let fields = [("USER_ID", "string"), ("CITY", "string?"), ("AGE", "int")];
        conform(&path, &schema("Users", &fields).unwrap()).unwrap();
        let text = fs::read_to_string(&path).unwrap();
        assert_eq!(text, "USER_ID,CITY,AGE\nbob,,30\n");
        fs::remove_file(path).unwrap();
    }
}
