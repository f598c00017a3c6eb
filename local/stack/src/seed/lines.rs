//! CSV by the line, plain or gzipped: one line is one row, so that a broken row costs itself and
//! not the rest of the file. Fields that hold line breaks are therefore broken rows.

use std::borrow::Cow;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;

use super::rejects::Reason;
use crate::error::{Error, Result};
use crate::progress::Progress;

/// A longer line is no row of a shop.
const LONGEST_LINE: u64 = 1 << 20;

/// The rows of one CSV file.
pub(super) struct Lines<'p> {
    path: PathBuf,
    reader: BufReader<Box<dyn Read + 'p>>,
    columns: usize,
    line: u64,
    buffer: Vec<u8>,
}

/// One row.
pub(super) struct Row<'a> {
    /// Its line, from 1.
    pub(super) line: u64,
    /// The line as it was read, without its end.
    pub(super) raw: &'a [u8],
    /// Its fields, as many as the header has, or why there are none.
    pub(super) fields: Result<Vec<Cow<'a, str>>, Reason>,
}

/// Counts the bytes that were read from the file itself.
struct Counted<'p> {
    file: File,
    progress: &'p Progress,
}

impl Read for Counted<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.file.read(buffer)?;
        self.progress.advance(read as u64);
        Ok(read)
    }
}

impl<'p> Lines<'p> {
    /// Opens a file and reads its header; the places of the `wanted` columns come with it, those
    /// of `optional` ones where they are there.
    ///
    /// # Errors
    /// [`Error::Data`] when it is not CSV or lacks a column, [`Error::File`].
    pub(super) fn open<const W: usize, const O: usize>(
        path: &Path,
        wanted: [&str; W],
        optional: [&str; O],
        progress: &'p Progress,
    ) -> Result<(Self, [usize; W], [Option<usize>; O])> {
        let mut lines = Self {
            path: path.to_owned(),
            reader: BufReader::with_capacity(1 << 18, text(path, progress)?),
            columns: 0,
            line: 0,
            buffer: Vec::new(),
        };
        let header = lines.header()?;
        lines.columns = header.len();
        let place = |name: &str| {
            header
                .iter()
                .position(|column| column.eq_ignore_ascii_case(name))
        };
        let missing: Vec<&str> = wanted
            .iter()
            .copied()
            .filter(|name| place(name).is_none())
            .collect();
        if !missing.is_empty() {
            return Err(Error::Data {
                file: path.to_owned(),
                problem: format!(
                    "line 1 lacks the column{} {}; it has {}",
                    if missing.len() == 1 { "" } else { "s" },
                    missing.join(", "),
                    header.join(", ")
                ),
                remedy: "name the columns in the first line, separated by commas".into(),
            });
        }
        let places = wanted.map(|name| place(name).unwrap_or_default());
        Ok((lines, places, optional.map(place)))
    }

    fn header(&mut self) -> Result<Vec<String>> {
        let not_csv = |file: &Path, problem: &str| Error::Data {
            file: file.to_owned(),
            problem: format!("is not a CSV file: {problem}"),
            remedy: "give a CSV file, plain or gzipped, whose first line names the columns".into(),
        };
        let length = self
            .fill()
            .map_err(|error| not_csv(&self.path, &error.to_string()))?;
        if length == 0 {
            return Err(not_csv(&self.path, "it is empty"));
        }
        let line = self
            .buffer
            .strip_prefix(b"\xEF\xBB\xBF")
            .unwrap_or(&self.buffer);
        let header = split(line).map_err(|_| not_csv(&self.path, "its first line is no text"))?;
        let header: Vec<String> = header.iter().map(|name| name.trim().to_owned()).collect();
        if header.len() < 2 || header.iter().any(|name| name.chars().any(char::is_control)) {
            return Err(not_csv(
                &self.path,
                "its first line holds no columns separated by commas",
            ));
        }
        Ok(header)
    }

    /// The next row; nothing after the last. Empty lines are passed over.
    ///
    /// # Errors
    /// [`Error::File`].
    pub(super) fn next(&mut self) -> Result<Option<Row<'_>>> {
        loop {
            let read = self.fill().map_err(Error::file("reading", &self.path))?;
            if read == 0 {
                return Ok(None);
            }
            if !self.buffer.is_empty() {
                break;
            }
        }
        let fields = split(&self.buffer).and_then(|fields| {
            if fields.len() == self.columns {
                Ok(fields)
            } else {
                Err(Reason::BrokenLine)
            }
        });
        Ok(Some(Row {
            line: self.line,
            raw: &self.buffer,
            fields,
        }))
    }

    /// Reads a line into the buffer, without its end; the number of bytes read.
    fn fill(&mut self) -> std::io::Result<usize> {
        self.buffer.clear();
        self.line += 1;
        let mut limited = (&mut self.reader).take(LONGEST_LINE);
        let read = limited.read_until(b'\n', &mut self.buffer)?;
        if read as u64 == LONGEST_LINE && self.buffer.last() != Some(&b'\n') {
            self.reader.skip_until(b'\n')?;
        }
        while self
            .buffer
            .last()
            .is_some_and(|byte| matches!(byte, b'\n' | b'\r'))
        {
            self.buffer.pop();
        }
        Ok(read)
    }
}

/// The decompressed text of a file.
fn text<'p>(path: &Path, progress: &'p Progress) -> Result<Box<dyn Read + 'p>> {
    let mut file = File::open(path).map_err(Error::file("reading", path))?;
    let mut magic = [0; 2];
    let gzipped = file
        .read(&mut magic)
        .map_err(Error::file("reading", path))?
        == 2
        && magic == [0x1F, 0x8B];
    let file = File::open(path).map_err(Error::file("reading", path))?;
    let counted = Counted { file, progress };
    Ok(if gzipped {
        Box::new(MultiGzDecoder::new(counted))
    } else {
        Box::new(counted)
    })
}

/// The fields of a line. Almost no line has quotes; those that have are left to the csv crate.
fn split(line: &[u8]) -> Result<Vec<Cow<'_, str>>, Reason> {
    let text = std::str::from_utf8(line).map_err(|_| Reason::BrokenLine)?;
    let quotes = line.iter().filter(|byte| **byte == b'"').count();
    if quotes == 0 {
        return Ok(text.split(',').map(Cow::Borrowed).collect());
    }
    if quotes % 2 == 1 {
        return Err(Reason::BrokenLine);
    }
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .from_reader(line);
    let mut record = csv::StringRecord::new();
    match reader.read_record(&mut record) {
        Ok(true) => Ok(record
            .iter()
            .map(|field| Cow::Owned(field.to_owned()))
            .collect()),
        _ => Err(Reason::BrokenLine),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn file(content: &[u8]) -> PathBuf {
        let path = std::env::temp_dir().join(format!("local-lines-{}.csv", uuid::Uuid::new_v4()));
        std::fs::write(&path, content).unwrap();
        path
    }

    fn rows(content: &[u8]) -> Vec<Result<Vec<String>, Reason>> {
        let path = file(content);
        let progress = Progress::spinner("test");
        let (mut lines, _, _) = Lines::open(&path, ["A", "B"], [], &progress).unwrap();
        let mut rows = Vec::new();
        while let Some(row) = lines.next().unwrap() {
            rows.push(
                row.fields
                    .map(|fields| fields.into_iter().map(Cow::into_owned).collect()),
            );
        }
        std::fs::remove_file(path).unwrap();
        rows
    }

    fn ok(fields: [&str; 2]) -> Result<Vec<String>, Reason> {
        Ok(fields.map(str::to_owned).to_vec())
    }

    #[test]
    fn a_broken_line_costs_only_itself() {
        let content = b"A,B\n1,\"two, 2\"\nopen,\"quote\n3,4,5\n\xFF,6\r\n\n7,8\r\n";
        let expected = [
            ok(["1", "two, 2"]),
            Err(Reason::BrokenLine),
            Err(Reason::BrokenLine),
            Err(Reason::BrokenLine),
            ok(["7", "8"]),
        ];
        assert_eq!(rows(content), expected);
    }

    #[test]
    fn gzip_is_recognised_by_its_content() {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(b"A,B\n1,2\n").unwrap();
        assert_eq!(rows(&encoder.finish().unwrap()), [ok(["1", "2"])]);
    }

    #[test]
    fn columns_are_found_in_any_order_and_a_missing_one_is_named() {
        let path = file(b"\xEF\xBB\xBFb,c,a\n1,2,3\n");
        let progress = Progress::spinner("test");
        let (_, places, optional) = Lines::open(&path, ["A", "B"], ["C", "D"], &progress).unwrap();
        assert_eq!((places, optional), ([2, 0], [Some(1), None]));
        let error = Lines::open(&path, ["A", "PRICE"], [], &progress)
            .err()
            .unwrap();
        assert_eq!(error.exit_code(), 2);
        let text = error.to_string();
        assert!(
            text.contains("PRICE") && text.contains("it has b, c, a"),
            "{text}"
        );
        std::fs::remove_file(path).unwrap();
    }

    #[test]
    fn what_is_no_csv_is_said_so() {
        let progress = Progress::spinner("test");
        for content in [
            b"".as_slice(),
            b"\x89PNG\r\n\x1a\n\0\0",
            b"just words\n",
            b"\x1F\x8Bbroken",
        ] {
            let path = file(content);
            let error = Lines::open(&path, ["A"], [], &progress).err().unwrap();
            assert!(error.to_string().contains("is not a CSV file"), "{error}");
            std::fs::remove_file(path).unwrap();
        }
    }
}
