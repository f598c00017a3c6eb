//! The lines of an object while its bytes come in, on a thread of their own: the JSON reader pulls,
//! S3 pushes, and a channel between them holds a few chunks.

use std::io::{self, Read};

use bytes::{Buf, Bytes};
use shared::lists::ReadyMadeList;
use tokio::sync::mpsc::{Receiver, Sender};

use super::{line::read_line, parts::Stamp};

/// How many bytes may come without a quotation mark: no id is as long, and little else is in a line.
const MAX_RUN: usize = 64 * 1024;
/// How much of a rejected line is kept, in bytes.
const SHOWN: usize = 1_000;

/// What is made of an object, in its order.
#[derive(Debug)]
pub(crate) enum Found {
    /// A list, or a part of one.
    List(ReadyMadeList),
    /// A line has ended.
    Line {
        /// The byte of the object at which the next one begins.
        end: u64,
        /// What was wrong with it.
        rejected: Option<Rejected>,
    },
    /// The bytes broke off.
    Broken(String),
}

/// A line that is no answer.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Rejected {
    /// The byte at which it begins.
    pub(crate) offset: u64,
    /// What is wrong with it.
    pub(crate) reason: String,
    /// Its start.
    pub(crate) line: String,
}

/// Reads the lines of an object whose `bytes` begin at `offset`, until they end or nobody takes what
/// is found. Blocks: for a thread of its own.
pub(crate) fn read_lines(
    bytes: Receiver<Result<Bytes, String>>,
    mut offset: u64,
    stamp: &Stamp,
    found: &Sender<Found>,
) {
    let mut bytes = Chunks::new(bytes);
    while !bytes.is_at_end() {
        let mut line = Line::new(&mut bytes);
        let mut taken = true;
        let read = read_line(&mut line, stamp, &mut |list| {
            taken &= found.blocking_send(Found::List(list)).is_ok();
        });
        line.skip();
        let (length, shown) = (line.length, line.shown);
        if let Some(message) = bytes.broken.take() {
            drop(found.blocking_send(Found::Broken(message)));
            return;
        }
        let line = String::from_utf8_lossy(&shown).trim().to_owned();
        let rejected = read.err().filter(|_| !line.is_empty());
        let rejected = rejected.map(|reason| Rejected {
            offset,
            reason,
            line,
        });
        offset += length;
        let end = offset;
        if !taken || found.blocking_send(Found::Line { end, rejected }).is_err() {
            return;
        }
    }
    if let Some(message) = bytes.broken {
        drop(found.blocking_send(Found::Broken(message)));
    }
}

/// The bytes that came in and are not read yet.
struct Chunks {
    receiver: Receiver<Result<Bytes, String>>,
    current: Bytes,
    broken: Option<String>,
}

impl Chunks {
    fn new(receiver: Receiver<Result<Bytes, String>>) -> Self {
        Self {
            receiver,
            current: Bytes::new(),
            broken: None,
        }
    }

    /// The next bytes; none at the end, and where they break off.
    fn fill(&mut self) -> &[u8] {
        while self.current.is_empty() && self.broken.is_none() {
            match self.receiver.blocking_recv() {
                Some(Ok(bytes)) => self.current = bytes,
                Some(Err(message)) => self.broken = Some(message),
                None => break,
            }
        }
        &self.current
    }

    fn is_at_end(&mut self) -> bool {
        self.fill().is_empty()
    }
}

/// The bytes of one line.
struct Line<'c> {
    chunks: &'c mut Chunks,
    /// Bytes read, the line break included.
    length: u64,
    has_ended: bool,
    /// Bytes since the last quotation mark.
    run: usize,
    shown: Vec<u8>,
}

impl<'c> Line<'c> {
    fn new(chunks: &'c mut Chunks) -> Self {
        Self {
            chunks,
            length: 0,
            has_ended: false,
            run: 0,
            shown: Vec::new(),
        }
    }

    /// Leaves out what is not read of it.
    fn skip(&mut self) {
        let mut rest = [0; 4_096];
        while !self.has_ended {
            self.take(&mut rest);
        }
    }

    /// Fills `buffer` from the start; how many bytes it took.
    fn take(&mut self, buffer: &mut [u8]) -> usize {
        if self.has_ended {
            return 0;
        }
        let available = self.chunks.fill();
        let most = available.len().min(buffer.len());
        let available = &available[..most];
        let end = available.iter().position(|byte| *byte == b'\n');
        let taken = end.unwrap_or(most);
        buffer[..taken].copy_from_slice(&available[..taken]);
        let room = SHOWN.saturating_sub(self.shown.len()).min(taken);
        self.shown.extend_from_slice(&available[..room]);
        let used = taken + usize::from(end.is_some());
        self.has_ended = end.is_some() || most == 0;
        self.chunks.current.advance(used);
        self.length += u64::try_from(used).unwrap_or(u64::MAX);
        taken
    }
}

impl Read for Line<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let taken = self.take(buffer);
        match buffer[..taken].iter().rposition(|byte| *byte == b'"') {
            Some(last) => self.run = taken - last,
            None => self.run += taken,
        }
        if self.run > MAX_RUN {
            return Err(io::Error::other("it has a text longer than any id"));
        }
        Ok(taken)
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::mpsc::channel;

    use super::*;

    /// What is found in `chunks`, in short: keys of lists, ends of lines, reasons.
    fn found(chunks: Vec<Result<&str, &str>>) -> Vec<String> {
        let stamp = Stamp {
            source: "nightly".to_owned(),
            updated_at: 1,
            expires_at: 2,
        };
        let (bytes, incoming) = channel(64);
        for chunk in chunks {
            let chunk = chunk.map(|text| Bytes::copy_from_slice(text.as_bytes()));
            bytes.try_send(chunk.map_err(str::to_owned)).unwrap();
        }
        drop(bytes);
        let (sender, mut outgoing) = channel(64);
        read_lines(incoming, 100, &stamp, &sender);
        drop(sender);
        let mut seen = Vec::new();
        while let Ok(one) = outgoing.try_recv() {
            seen.push(match one {
                Found::List(list) => list.list_key,
                Found::Line { end, rejected } => match rejected {
                    None => end.to_string(),
                    Some(rejected) => format!("{end} rejected at {}", rejected.offset),
                },
                Found::Broken(message) => message,
            });
        }
        seen
    }

    const GOOD: &str = "{\"input\":{\"userId\":\"a\"},\"output\":{\"recommendedItems\":[\"x\"]}}\n";

    #[test]
    fn lines_are_read_across_chunks_and_a_bad_one_is_left_out() {
        let (start, rest) = GOOD.split_at(20);
        let length = GOOD.len() as u64;
        let seen = found(vec![
            Ok(start),
            Ok(rest),
            Ok("no json\n"),
            Ok("\n"),
            Ok(GOOD.trim()),
        ]);
        let bad = 100 + length;
        assert_eq!(
            seen,
            [
                "user#a".to_owned(),
                bad.to_string(),
                format!("{} rejected at {bad}", bad + 8),
                (bad + 9).to_string(),
                "user#a".to_owned(),
                (bad + 9 + length - 1).to_string(),
            ]
        );
    }

    #[test]
    fn where_the_bytes_break_off_nothing_is_rejected() {
        let seen = found(vec![Ok(GOOD), Ok(&GOOD[..20]), Err("reset")]);
        assert_eq!(
            seen,
            [
                "user#a".to_owned(),
                (100 + GOOD.len()).to_string(),
                "reset".to_owned()
            ]
        );
        assert_eq!(found(vec![Err("reset")]), ["reset"]);
    }

    #[test]
    fn a_text_longer_than_any_id_does_not_fill_the_memory() {
        let long = format!(
            "{{\"input\":{{\"userId\":\"{}\"}}}}\n",
            "x".repeat(MAX_RUN + 1)
        );
        let seen = found(vec![Ok(&long), Ok(GOOD)]);
        assert!(seen[0].contains("rejected at 100"), "{seen:?}");
        assert_eq!(seen[1], "user#a");
    }
}
