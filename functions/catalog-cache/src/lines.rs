//! Lines of a stream, one at a time, none longer than a limit: a page without line breaks must not
//! fill the memory.

use tokio::io::{AsyncBufRead, AsyncBufReadExt};

/// The longest line read, in bytes; a DynamoDB item has 400 KB.
pub(crate) const MAX_LINE: usize = 256 * 1024;

/// A line.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Line<'a> {
    /// Its bytes, without the line break.
    Whole(&'a [u8]),
    /// It is longer than [`MAX_LINE`] and was skipped.
    TooLong,
}

/// The lines of `reader`.
#[derive(Debug)]
pub(crate) struct Lines<R> {
    reader: R,
    line: Vec<u8>,
}

impl<R: AsyncBufRead + Unpin> Lines<R> {
    /// From where `reader` stands.
    pub(crate) fn new(reader: R) -> Self {
        Self {
            reader,
            line: Vec::new(),
        }
    }

    /// The next line; `None` at the end.
    ///
    /// # Errors
    /// When the stream breaks off.
    pub(crate) async fn next(&mut self) -> std::io::Result<Option<Line<'_>>> {
        self.line.clear();
        let mut too_long = false;
        loop {
            let buffer = self.reader.fill_buf().await?;
            if buffer.is_empty() {
                let nothing = self.line.is_empty() && !too_long;
                return Ok((!nothing).then(|| self.finish(too_long)));
            }
            let end = buffer.iter().position(|byte| *byte == b'\n');
            let part = &buffer[..end.unwrap_or(buffer.len())];
            let room = MAX_LINE - self.line.len();
            too_long = too_long || part.len() > room;
            self.line.extend_from_slice(&part[..part.len().min(room)]);
            let used = part.len() + usize::from(end.is_some());
            self.reader.consume(used);
            if end.is_some() {
                return Ok(Some(self.finish(too_long)));
            }
        }
    }

    /// The beginning of the line that was read last, as much as a line may have.
    pub(crate) fn beginning(&self) -> &[u8] {
        &self.line
    }

    fn finish(&self, too_long: bool) -> Line<'_> {
        if too_long {
            Line::TooLong
        } else {
            Line::Whole(self.line.strip_suffix(b"\r").unwrap_or(&self.line))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The lines of `text` as read through a buffer of seven bytes, too long ones as `None`.
    async fn lines(text: &[u8]) -> Vec<Option<Vec<u8>>> {
        let mut lines = Lines::new(tokio::io::BufReader::with_capacity(7, text));
        let mut seen = Vec::new();
        while let Some(line) = lines.next().await.unwrap() {
            seen.push(match line {
                Line::Whole(bytes) => Some(bytes.to_vec()),
                Line::TooLong => None,
            });
        }
        seen
    }

    #[tokio::test]
    async fn a_line_may_end_without_a_break_and_with_either_kind() {
        let expected = ["first line", "", "second", "last"].map(|line| Some(line.into()));
        assert_eq!(lines(b"first line\n\nsecond\r\nlast").await, expected);
        assert!(lines(b"").await.is_empty());
    }

    #[tokio::test]
    async fn a_line_over_the_limit_is_skipped_and_the_next_read() {
        let fits = vec![b'x'; MAX_LINE];
        let text = [b"a\n", &fits[..], b"\n", &fits[..], b"x\nb\n"].concat();
        let expected = [Some(b"a".to_vec()), Some(fits), None, Some(b"b".to_vec())];
        assert_eq!(lines(&text).await, expected);
    }
}
