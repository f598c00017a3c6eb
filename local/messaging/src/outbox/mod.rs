//! What was sent: kept in files in the order it came, read when somebody looks.

mod index;
mod line;
mod record;
mod segment;

use std::{
    collections::{HashMap, VecDeque},
    io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use serde_json::value::RawValue;
use xxhash_rust::xxh3::xxh3_128;

use self::{
    index::Index,
    line::{
        ContentLine, DataLine, Line, Read, id_of, line_of, parse, seq_of, size_of_letter, span,
    },
    segment::Segment,
};
pub(crate) use self::{
    index::{Counts, Entry, Filter},
    record::{Channel, Content, Header, Letter, Message, Push, Record, Status, Text, now},
    segment::Span,
};

/// A file has about this many bytes; old messages leave by the file.
const SEGMENT: u64 = 64 << 20;

/// How much is kept.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Keep {
    /// Messages.
    pub(crate) messages: usize,
    /// Bytes on disk.
    pub(crate) bytes: u64,
}

/// All messages.
#[derive(Debug)]
pub(crate) struct Outbox {
    directory: Option<PathBuf>,
    keep: Keep,
    log: Mutex<Log>,
}

#[derive(Debug)]
struct Log {
    index: Index,
    /// The oldest first; the last is written to.
    segments: VecDeque<Arc<Segment>>,
    /// The length of each.
    lengths: VecDeque<u64>,
    /// Where the last segment has a content, by its hash.
    contents: HashMap<u128, Span>,
    next: u64,
}

impl Outbox {
    /// What a directory holds, or an empty one; calls `with` for each message that is there.
    pub(crate) fn open(
        directory: Option<&Path>,
        keep: Keep,
        mut with: impl FnMut(&Record),
    ) -> io::Result<Self> {
        let mut log = Log {
            index: Index::default(),
            segments: VecDeque::new(),
            lengths: VecDeque::new(),
            contents: HashMap::new(),
            next: 1,
        };
        for segment in directory
            .map(Segment::list)
            .transpose()?
            .unwrap_or_default()
        {
            let length = segment.load(|line, place| match parse(line) {
                Ok((record, _)) if record.seq >= log.next => {
                    log.next = record.seq + 1;
                    log.index.add(&record, segment.number, place);
                    with(&record);
                }
                _ => tracing::warn!(segment = segment.number, "a damaged line is left out"),
            })?;
            log.segments.push_back(Arc::new(segment));
            log.lengths.push_back(length);
        }
        Ok(Self {
            directory: directory.map(Path::to_owned),
            keep,
            log: Mutex::new(log),
        })
    }

    /// Keeps messages, all or none: numbers them, names them, and writes them at once. They are in the file when
    /// this returns, and survive a kill; a power cut may take the last seconds.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub(crate) fn add(&self, messages: &mut [(Record, Option<Letter<'_>>)]) -> io::Result<()> {
        let size: usize = messages
            .iter()
            .map(|(_, letter)| size_of_letter(letter))
            .sum();
        let mut log = self.lock();
        let log = &mut *log;
        let (segment, end) = self.room(log, size as u64)?;
        let mut lines = Vec::with_capacity(size);
        let mut places = Vec::with_capacity(messages.len());
        let mut contents = Vec::new();
        for (seq, (record, letter)) in (log.next..).zip(messages.iter_mut()) {
            record.seq = seq;
            record.id = id_of(record.channel, seq);
            let content = letter.map(|letter| {
                let hash = xxh3_128(letter.content.as_bytes());
                *log.contents.entry(hash).or_insert_with(|| {
                    contents.push(hash);
                    line_of(&mut lines, end, "content", letter.content)
                })
            });
            let data = letter.and_then(|letter| letter.data);
            let data = data.map(|data| line_of(&mut lines, end, "data", data));
            let at = lines.len();
            let line = Line {
                message: record,
                content,
                data,
            };
            serde_json::to_writer(&mut lines, &line)?;
            places.push(span(end, at, lines.len()));
            lines.push(b'\n');
        }
        if let Err(error) = segment.write(&lines, end) {
            for hash in contents {
                log.contents.remove(&hash);
            }
            return Err(error);
        }
        for ((record, _), place) in messages.iter().zip(places) {
            log.index.add(record, segment.number, place);
        }
        log.next += messages.len() as u64;
        if let Some(length) = log.lengths.back_mut() {
            *length = end + lines.len() as u64;
        }
        Ok(())
    }

    /// The segment to write to and its length; a new one when the last is full, without the oldest then.
    fn room(&self, log: &mut Log, size: u64) -> io::Result<(Arc<Segment>, u64)> {
        if let (Some(last), Some(&length)) = (log.segments.back(), log.lengths.back())
            && (length == 0 || length + size <= SEGMENT)
        {
            return Ok((Arc::clone(last), length));
        }
        let number = log.segments.back().map_or(1, |last| last.number + 1);
        let segment = Arc::new(Segment::create(self.directory.as_deref(), number)?);
        log.contents.clear();
        log.segments.push_back(Arc::clone(&segment));
        log.lengths.push_back(0);
        while log.segments.len() > 2
            && (log.index.len() > self.keep.messages
                || log.lengths.iter().sum::<u64>() > self.keep.bytes)
        {
            drop_oldest(log)?;
        }
        Ok((segment, 0))
    }

    /// The messages of entries, as they are listed; those that are gone by now are left out.
    pub(crate) fn records(&self, entries: &[Entry]) -> io::Result<Vec<Record>> {
        let found = entries
            .iter()
            .filter_map(|entry| self.line(*entry).transpose());
        found.map(|line| Ok(parse(&line?.0)?.0)).collect()
    }

    /// The same as JSON texts, unread.
    pub(crate) fn json(&self, entries: &[Entry]) -> io::Result<Vec<Box<RawValue>>> {
        let found = entries
            .iter()
            .filter_map(|entry| self.line(*entry).transpose());
        let message = |line: io::Result<(Vec<u8>, _)>| {
            let (line, _) = line?;
            Ok(serde_json::from_slice::<Read<'_>>(&line)?
                .message
                .to_owned())
        };
        found.map(message).collect()
    }

    /// A message by its id, with all that belongs to it.
    pub(crate) fn message(&self, id: &str) -> io::Result<Option<Message>> {
        let entry = seq_of(id).and_then(|seq| self.lock().index.find(seq));
        let Some(entry) = entry else { return Ok(None) };
        let Some((line, segment)) = self.line(entry)? else {
            return Ok(None);
        };
        let (record, read) = parse(&line)?;
        if record.id != id {
            return Ok(None);
        }
        let content = read
            .content
            .map(|content| segment.read(content))
            .transpose()?;
        let content = content.map(|line| serde_json::from_slice::<ContentLine>(&line));
        let data = read.data.map(|data| segment.read(data)).transpose()?;
        let data = data.map(|line| {
            let line: DataLine<'_> = serde_json::from_slice(&line)?;
            Ok::<_, io::Error>(line.data.get().to_owned())
        });
        Ok(Some(Message {
            record,
            content: content.transpose()?.map(|line| line.content),
            data: data.transpose()?,
        }))
    }

    /// The newest message to an address by a channel.
    pub(crate) fn newest_to(&self, channel: Channel, to: &str) -> io::Result<Option<Record>> {
        let filter = Filter {
            channel: Some(channel),
            to: Some(to.to_owned()),
            ..Filter::default()
        };
        let newest = self.before(u64::MAX, &filter, 1);
        Ok(self.records(&newest)?.pop())
    }

    /// See [`Index::after`].
    pub(crate) fn after(&self, after: u64, filter: &Filter, most: usize) -> Vec<Entry> {
        self.lock().index.after(after, filter, most)
    }

    /// See [`Index::before`].
    pub(crate) fn before(&self, before: u64, filter: &Filter, most: usize) -> Vec<Entry> {
        self.lock().index.before(before, filter, most)
    }

    /// See [`Index::counts`].
    pub(crate) fn counts(&self) -> Counts {
        self.lock().index.counts()
    }

    /// The number that the next message gets.
    pub(crate) fn next(&self) -> u64 {
        self.lock().next
    }

    /// Forgets all messages; their numbers are not given again while this server runs.
    pub(crate) fn clear(&self) -> io::Result<()> {
        let mut log = self.lock();
        let log = &mut *log;
        log.index.clear();
        log.contents.clear();
        log.lengths.clear();
        for segment in log.segments.drain(..) {
            segment.remove()?;
        }
        Ok(())
    }

    /// The line of an entry and the file it is in, when it is still there.
    fn line(&self, entry: Entry) -> io::Result<Option<(Vec<u8>, Arc<Segment>)>> {
        let segment = {
            let log = self.lock();
            let mut segments = log.segments.iter();
            segments
                .find(|segment| segment.number == entry.segment)
                .cloned()
        };
        let Some(segment) = segment else {
            return Ok(None);
        };
        Ok(Some((segment.read(entry.line)?, segment)))
    }

    fn lock(&self) -> MutexGuard<'_, Log> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn drop_oldest(log: &mut Log) -> io::Result<()> {
    log.lengths.pop_front();
    if let Some(oldest) = log.segments.pop_front() {
        log.index.forget(oldest.number);
        oldest.remove()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
