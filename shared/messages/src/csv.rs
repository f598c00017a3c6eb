//! Rows of CSV (RFC 4180), out of files that people made.
//!
//! A quote opens at the start of a field only. A row whose quote is closed in the midst of a field, or not at
//! all, is broken: it ends with its line, so that it takes no row behind it along.

/// Where in a row it is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// Before the first byte of a field.
    Start,
    /// In a field without quotes.
    Bare,
    /// In quotes.
    Quoted,
    /// Behind a quote in quotes: the last, or the first of two that stand for one.
    Closed,
    /// In a row that is none.
    Broken,
}

impl State {
    fn after(self, byte: u8) -> Self {
        match (self, byte) {
            (Self::Broken, _) => Self::Broken,
            (Self::Quoted, b'"') => Self::Closed,
            (Self::Quoted, _) | (Self::Start | Self::Closed, b'"') => Self::Quoted,
            (_, b',') => Self::Start,
            // Of a line break of two bytes.
            (Self::Closed, b'\r') => Self::Closed,
            (Self::Closed, _) => Self::Broken,
            (Self::Start | Self::Bare, _) => Self::Bare,
        }
    }
}

/// Where the first row of `bytes` ends: its line break, which is not one in quotes; nothing when it is not
/// among them. `is_all` says that no further bytes can be had.
#[must_use]
pub fn end(bytes: &[u8], is_all: bool) -> Option<usize> {
    let mut state = State::Start;
    for (at, byte) in bytes.iter().enumerate() {
        if *byte == b'\n' && state != State::Quoted {
            return Some(at);
        }
        state = state.after(*byte);
        if state == State::Broken {
            break;
        }
    }
    let is_broken = state == State::Broken || (is_all && state == State::Quoted);
    let line = || bytes.iter().position(|byte| *byte == b'\n');
    is_broken.then(line).flatten()
}

/// The fields of `row`, which is without its line break, without their quotes; nothing when it is broken.
#[must_use]
pub fn fields(row: &[u8]) -> Option<Vec<Vec<u8>>> {
    let (mut fields, mut field) = (Vec::new(), Vec::new());
    let mut state = State::Start;
    for byte in row {
        // It would be another row.
        if state != State::Quoted && matches!(byte, b'\n' | b'\r') {
            return None;
        }
        let next = state.after(*byte);
        match (state, next) {
            (_, State::Broken) => return None,
            (_, State::Start) => fields.push(std::mem::take(&mut field)),
            (State::Start, State::Quoted) | (State::Quoted, State::Closed) => {}
            _ => field.push(*byte),
        }
        state = next;
    }
    fields.push(field);
    (state != State::Quoted).then_some(fields)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(row: &str) -> Vec<String> {
        let fields = fields(row.as_bytes()).unwrap().into_iter();
        fields
            .map(|field| String::from_utf8(field).unwrap())
            .collect()
    }

    #[test]
    fn fields_are_without_their_quotes() {
        assert_eq!(texts("a,b"), ["a", "b"]);
        assert_eq!(texts("\"a,1\",,\"b \"\"x\"\"\""), ["a,1", "", "b \"x\""]);
        assert_eq!(
            texts("5\" pipe,\"a\r\nb\",\"\""),
            ["5\" pipe", "a\r\nb", ""]
        );
        assert_eq!(texts(""), [""]);
        assert_eq!(texts("a,"), ["a", ""]);
    }

    #[test]
    fn a_line_break_in_quotes_ends_no_row() {
        assert_eq!(end(b"\"a\nb\",c\nd", false), Some(7));
        assert_eq!(end(b"\"a\"\"\nb\"\n", false), Some(7));
        assert_eq!(end(b"\"a\nb\"\r\nc", false), Some(6));
        assert_eq!(end(b"a,b", true), None);
        assert_eq!(end(b"\"a\n", false), None, "more may come");
    }

    #[test]
    fn a_stray_quote_takes_no_row_along() {
        assert_eq!(end(b"u1,5\" pipe\nu2,b\nu3,\"c\"\n", false), Some(10));
        let open = b"u1,\"Ann\nu2,\"Bob\"\nu3,c\n";
        assert_eq!(end(open, false), Some(7), "closed in the midst of a field");
        assert_eq!(end(b"u1,\"Ann\nu2,b\n", true), Some(7), "never closed");
        for broken in ["u1,\"Ann", "u1,\"Ann\" Lee,x", "a\nb", "a\rb"] {
            assert_eq!(fields(broken.as_bytes()), None, "{broken}");
        }
    }
}
