//! The column of ids in CSV.

use messages::csv::fields;

/// What it is called.
const USER_ID: &str = "user_id";

/// The column of a heading that is called `user_id`, in any case.
pub(super) fn column(heading: &[u8]) -> Option<usize> {
    // Excel begins its files with a mark.
    let heading = heading.strip_prefix(b"\xef\xbb\xbf").unwrap_or(heading);
    let heading = heading.strip_suffix(b"\r").unwrap_or(heading);
    let mut names = fields(heading)?.into_iter();
    names.position(|name| {
        let name = String::from_utf8_lossy(&name);
        name.trim().eq_ignore_ascii_case(USER_ID)
    })
}

/// The field of `record` at `index`, without its quotes; nothing when there is none, or the record is broken.
pub(super) fn field(record: &[u8], index: usize) -> Option<Vec<u8>> {
    fields(record)?.into_iter().nth(index)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_that_is_broken_has_no_id() {
        assert_eq!(field(b"\"a,1\",b", 0), Some(b"a,1".to_vec()));
        assert_eq!(field(b"a", 1), None);
        assert_eq!(field(b"a,\"b", 0), None);
    }

    #[test]
    fn the_column_of_ids_is_found_by_its_name() {
        assert_eq!(column(b"name,USER_ID\r"), Some(1));
        assert_eq!(column(b"\xef\xbb\xbf\"user_id\",name"), Some(0));
        assert_eq!(column(b"u1"), None);
    }
}
