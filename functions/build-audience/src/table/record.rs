//! One record of CSV (RFC 4180).

/// What the column of ids is called.
const USER_ID: &str = "user_id";

/// Where the first record of `bytes` ends: its line break, which is not one in quotes.
pub(super) fn end(bytes: &[u8]) -> Option<usize> {
    let mut quoted = false;
    // A quote that is doubled opens what it has closed.
    bytes.iter().position(|byte| {
        quoted ^= *byte == b'"';
        *byte == b'\n' && !quoted
    })
}

/// The column of a heading that is called `user_id`, in any case.
pub(super) fn column(heading: &[u8]) -> Option<usize> {
    // Excel begins its files with a mark.
    let heading = heading.strip_prefix(b"\xef\xbb\xbf").unwrap_or(heading);
    let heading = heading.strip_suffix(b"\r").unwrap_or(heading);
    let mut column = 0;
    while let Some(name) = field(heading, column) {
        let name = String::from_utf8_lossy(&name);
        if name.trim().eq_ignore_ascii_case(USER_ID) {
            return Some(column);
        }
        column += 1;
    }
    None
}

/// The field of `record` at `index`, without its quotes.
pub(super) fn field(record: &[u8], index: usize) -> Option<Vec<u8>> {
    let mut field = Vec::new();
    let (mut at, mut quoted, mut was_quote) = (0, false, false);
    for byte in record {
        match *byte {
            b',' if !quoted => {
                if at == index {
                    return Some(field);
                }
                at += 1;
                was_quote = false;
            }
            b'"' => {
                // The second of two quotes inside of quotes is one of the text.
                if !quoted && was_quote && at == index {
                    field.push(b'"');
                }
                was_quote = quoted;
                quoted = !quoted;
            }
            byte => {
                was_quote = false;
                if at == index {
                    field.push(byte);
                }
            }
        }
    }
    (at == index).then_some(field)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(record: &str) -> Vec<String> {
        let fields = (0..).map_while(|index| field(record.as_bytes(), index));
        fields
            .map(|field| String::from_utf8(field).unwrap())
            .collect()
    }

    #[test]
    fn fields_are_without_their_quotes() {
        assert_eq!(fields("a,b"), ["a", "b"]);
        assert_eq!(fields("\"a,1\",,\"b \"\"x\"\"\""), ["a,1", "", "b \"x\""]);
        assert_eq!(fields(""), [""]);
    }

    #[test]
    fn a_line_break_in_quotes_ends_no_record() {
        assert_eq!(end(b"\"a\nb\",c\nd"), Some(7));
        assert_eq!(end(b"\"a\"\"\nb\"\n"), Some(7));
        assert_eq!(end(b"a,b"), None);
    }

    #[test]
    fn the_column_of_ids_is_found_by_its_name() {
        assert_eq!(column(b"name,USER_ID\r"), Some(1));
        assert_eq!(column(b"\xef\xbb\xbf\"user_id\",name"), Some(0));
        assert_eq!(column(b"u1"), None);
    }
}
