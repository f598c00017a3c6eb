//! Chunks of an object in, records out, in bounded memory. It splits and nothing more: what the
//! fields mean is judged in `row`.
//!
//! A record is a line: Personalize asks for "each record in your CSV file" on a single line
//! (developer guide, "Bulk data format guidelines"). So a stray quotation mark breaks its own line
//! and never swallows the rows after it.

use csv_core::{ReadRecordResult, Reader};

use crate::reason::{Detail, Reason, Rejection};

/// The longest line read, in bytes. Personalize's largest row is smaller: 100 item columns of
/// 1,000 characters, of up to four bytes each, and one text of 20,000.
pub(crate) const MAX_LINE: usize = 512 * 1024;
/// More columns than any schema may have.
const MAX_COLUMNS: usize = 256;

/// Splits one object.
pub(crate) struct Records {
    parser: Reader,
    pending: Vec<u8>,
    start: usize,
    line: u64,
    /// Inside a line that is too long, which has been reported already.
    skipping: bool,
    fields: Vec<u8>,
    ends: [usize; MAX_COLUMNS],
}

/// A line that is not empty.
pub(crate) struct Line<'a> {
    /// From 1.
    pub(crate) number: u64,
    /// As it stands, without its end; of a line too long only the beginning.
    pub(crate) raw: &'a [u8],
    /// Its fields, unless it is broken.
    pub(crate) fields: Result<Fields<'a>, Rejection<'a>>,
}

/// The fields of one line, unquoted.
#[derive(Clone, Copy)]
pub(crate) struct Fields<'a> {
    bytes: &'a [u8],
    ends: &'a [usize],
    /// Bytes between two fields: the comma, when `bytes` is the line itself.
    gap: usize,
}

impl<'a> Fields<'a> {
    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    /// The field at `index`, empty when there is none.
    pub(crate) fn get(&self, index: usize) -> &'a [u8] {
        let start = index
            .checked_sub(1)
            .and_then(|before| self.ends.get(before))
            .map_or(0, |before| before + self.gap);
        let end = self.ends.get(index).copied().unwrap_or(start);
        &self.bytes[start..end]
    }

    /// Whether the line had no quotation marks: it says as it stands what its fields are.
    pub(crate) fn are_plain(&self) -> bool {
        self.gap == 1
    }
}

impl Records {
    /// At the start of an object.
    pub(crate) fn new() -> Self {
        Self {
            parser: Reader::new(),
            pending: Vec::new(),
            start: 0,
            line: 0,
            skipping: false,
            fields: vec![0; MAX_LINE],
            ends: [0; MAX_COLUMNS],
        }
    }

    /// Takes the next bytes of the object. Call [`Self::next`] until it returns `None` after each.
    pub(crate) fn push(&mut self, chunk: &[u8]) {
        self.pending.drain(..self.start);
        self.start = 0;
        self.pending.extend_from_slice(chunk);
    }

    /// The next line, or `None` when it needs more bytes. `last`: no more bytes will come.
    pub(crate) fn next(&mut self, last: bool) -> Option<Line<'_>> {
        let (from, to) = self.next_line(last)?;
        let raw = &self.pending[from..to];
        let fields = if raw.len() > MAX_LINE {
            let detail = Detail::Line("the line has more than 512 KiB");
            Err(Rejection::new(Reason::LineTooLong, detail))
        } else if memchr::memchr2(b'"', b'\r', raw).is_none() {
            split_plain(raw, &mut self.ends).map(|columns| Fields {
                bytes: raw,
                ends: &self.ends[..columns],
                gap: 1,
            })
        } else {
            split(&mut self.parser, raw, &mut self.fields, &mut self.ends).map(|columns| Fields {
                bytes: &self.fields,
                ends: &self.ends[..columns],
                gap: 0,
            })
        };
        Some(Line {
            number: self.line,
            raw,
            fields,
        })
    }

    /// Where the next line that is not empty begins and ends in `pending`.
    fn next_line(&mut self, last: bool) -> Option<(usize, usize)> {
        loop {
            let from = self.start;
            let rest = &self.pending[from..];
            let line_end = memchr::memchr(b'\n', rest);
            let to = from + line_end.unwrap_or(rest.len());
            let was_skipping = self.skipping;
            if line_end.is_none() {
                if !last && rest.len() <= MAX_LINE && !was_skipping {
                    return None;
                }
                // The end of the object, or a line too long: its rest is dropped as it comes.
                self.skipping = !last;
            } else {
                self.skipping = false;
            }
            if rest.is_empty() {
                return None;
            }
            self.start = to + usize::from(line_end.is_some());
            if was_skipping {
                continue;
            }
            self.line += 1;
            let to = to - usize::from(self.pending[from..to].ends_with(b"\r"));
            if to > from {
                return Some((from, to));
            }
        }
    }
}

/// Finds the `ends` of the fields of a line without quotation marks; how many there are.
fn split_plain(line: &[u8], ends: &mut [usize]) -> Result<usize, Rejection<'static>> {
    let mut columns = 0;
    let all = memchr::memchr_iter(b',', line).chain(std::iter::once(line.len()));
    for end in all {
        *ends.get_mut(columns).ok_or_else(too_many)? = end;
        columns += 1;
    }
    Ok(columns)
}

fn too_many() -> Rejection<'static> {
    let detail = Detail::Line("the line has more than 256 fields");
    Rejection::new(Reason::ColumnCount, detail)
}

/// Splits one line into `fields` and the `ends` of each; how many there are.
fn split(
    parser: &mut Reader,
    line: &[u8],
    fields: &mut [u8],
    ends: &mut [usize],
) -> Result<usize, Rejection<'static>> {
    parser.reset();
    let (_, _, written, columns) = parser.read_record(line, fields, ends);
    // The line's end decides: outside quotation marks it ends the record, inside it does not.
    let (result, _, _, more) =
        parser.read_record(b"\n", &mut fields[written..], &mut ends[columns..]);
    match result {
        ReadRecordResult::Record => Ok(columns + more),
        ReadRecordResult::OutputEndsFull => Err(too_many()),
        _ => Err(Rejection::new(
            Reason::UnclosedQuote,
            Detail::Line("a quotation mark is not closed on the line; each record is one line"),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// (line, fields joined by `|`, or the reason), fed in chunks of `size` bytes.
    fn read(text: &[u8], size: usize) -> Vec<(u64, String)> {
        let mut records = Records::new();
        let mut found = Vec::new();
        let mut take = |records: &mut Records, last: bool| {
            while let Some(line) = records.next(last) {
                let shown = match &line.fields {
                    Ok(fields) => (0..fields.len())
                        .map(|index| String::from_utf8_lossy(fields.get(index)).into_owned())
                        .collect::<Vec<_>>()
                        .join("|"),
                    Err(rejection) => rejection.reason.name().to_owned(),
                };
                found.push((line.number, shown));
            }
        };
        for chunk in text.chunks(size) {
            records.push(chunk);
            take(&mut records, false);
        }
        take(&mut records, true);
        found
    }

    #[test]
    fn chunks_of_any_size_give_the_same_lines() {
        let text = b"A,B\r\n1,\"x, \"\"y\"\"\"\n\n2,\n3,z";
        let whole = read(text, text.len());
        let expected = [(1, "A|B"), (2, "1|x, \"y\""), (4, "2|"), (5, "3|z")];
        assert_eq!(whole, expected.map(|(line, text)| (line, text.to_owned())));
        for size in 1..text.len() {
            assert_eq!(read(text, size), whole, "chunks of {size}");
        }
    }

    #[test]
    fn an_open_quotation_mark_breaks_only_its_own_line() {
        let lines = read(b"1,\"open\n2,fine\n3,\"also open", 7);
        let shown: Vec<&str> = lines.iter().map(|(_, text)| text.as_str()).collect();
        assert_eq!(shown, ["unclosed-quote", "2|fine", "unclosed-quote"]);
    }

    #[test]
    fn a_line_too_long_is_one_broken_line_and_takes_no_memory() {
        let mut records = Records::new();
        let mut found = Vec::new();
        for _ in 0..100 {
            records.push(&vec![b'x'; 64 * 1024]);
            while let Some(line) = records.next(false) {
                found.push((line.number, line.fields.err().map(|broken| broken.reason)));
            }
            assert!(records.pending.len() <= MAX_LINE + 128 * 1024);
        }
        records.push(b"\na,b\n");
        while let Some(line) = records.next(true) {
            found.push((line.number, line.fields.err().map(|broken| broken.reason)));
        }
        assert_eq!(found, [(1, Some(Reason::LineTooLong)), (2, None)]);
    }
}
