//! One file of the outbox: lines of JSON that are only ever appended.
//!
//! ```text
//! {"content":{"subject":"Hi {{name}}","html":"…","defaults":"{}"}}    of any number of messages after it
//! {"data":{"name":"Ada"}}                                             of the message after it
//! {"message":{…},"content":[0,64],"data":[65,24]}                     a message; where its other lines are
//! ```
//!
//! A message is there when its own line is whole, and what belongs to it is before it: a file that ends in the
//! middle of a line lacks nothing but that line.

use std::{
    env,
    fs::{self, File, OpenOptions},
    io::{self, BufRead, BufReader},
    os::unix::fs::FileExt,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Where a line is in its file, and how long it is without its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
pub(crate) struct Span(pub(crate) u64, pub(crate) u32);

/// A file of the outbox.
#[derive(Debug)]
pub(crate) struct Segment {
    /// Files have numbers that grow.
    pub(crate) number: u64,
    file: File,
    /// Without one the file is only ours, and gone with us.
    path: Option<PathBuf>,
}

impl Segment {
    /// A new one in a directory; without a directory, one that nobody else sees.
    pub(crate) fn create(directory: Option<&Path>, number: u64) -> io::Result<Self> {
        let (path, keep) = match directory {
            Some(directory) => (directory.join(name(number)), true),
            None => (
                env::temp_dir().join(format!("outbox-{}", Uuid::new_v4())),
                false,
            ),
        };
        let mut options = OpenOptions::new();
        let file = options
            .read(true)
            .write(true)
            .create_new(true)
            .open(&path)?;
        if !keep {
            fs::remove_file(&path)?;
        }
        Ok(Self {
            number,
            file,
            path: keep.then_some(path),
        })
    }

    /// Those of a directory, the oldest first.
    pub(crate) fn list(directory: &Path) -> io::Result<Vec<Self>> {
        let mut segments = Vec::new();
        for entry in fs::read_dir(directory)? {
            let path = entry?.path();
            let Some(number) = number_of(&path) else {
                continue;
            };
            let file = OpenOptions::new().read(true).write(true).open(&path)?;
            segments.push(Self {
                number,
                file,
                path: Some(path),
            });
        }
        segments.sort_unstable_by_key(|segment| segment.number);
        Ok(segments)
    }

    /// Calls `with` for each message's line and its place, cuts off an unfinished line, and says how long the
    /// file is.
    pub(crate) fn load(&self, mut with: impl FnMut(&[u8], Span)) -> io::Result<u64> {
        let mut reader = BufReader::with_capacity(1 << 20, &self.file);
        let mut line = Vec::new();
        let mut at = 0;
        loop {
            line.clear();
            let length = reader.read_until(b'\n', &mut line)? as u64;
            if length == 0 {
                return Ok(at);
            }
            if line.last() != Some(&b'\n') {
                tracing::warn!(segment = self.number, "an unfinished line is cut off");
                self.file.set_len(at)?;
                return Ok(at);
            }
            line.pop();
            if line.starts_with(br#"{"message":"#) {
                with(
                    &line,
                    Span(at, u32::try_from(line.len()).unwrap_or(u32::MAX)),
                );
            }
            at += length;
        }
    }

    /// Writes lines at the end of the file, which is at `end`: all of them, or none.
    pub(crate) fn write(&self, lines: &[u8], end: u64) -> io::Result<()> {
        let written = self.file.write_all_at(lines, end);
        if written.is_err() {
            // What is left of them would be in the way of the next lines.
            self.file.set_len(end)?;
        }
        written
    }

    /// A line.
    pub(crate) fn read(&self, span: Span) -> io::Result<Vec<u8>> {
        let mut line = vec![0; span.1 as usize];
        self.file.read_exact_at(&mut line, span.0)?;
        Ok(line)
    }

    /// Takes the file away; who still reads it can go on.
    pub(crate) fn remove(&self) -> io::Result<()> {
        self.path.as_deref().map_or(Ok(()), fs::remove_file)
    }
}

fn name(number: u64) -> String {
    format!("outbox-{number:08}.jsonl")
}

fn number_of(path: &Path) -> Option<u64> {
    let name = path.file_name()?.to_str()?;
    let number = name.strip_prefix("outbox-")?.strip_suffix(".jsonl")?;
    number.parse().ok()
}
