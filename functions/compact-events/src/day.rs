//! Compacting one day, part by part.
//!
//! A part is written under another name, read back and counted, and only then copied to its own name,
//! which says from which small object to which it goes. So a part that is there is complete, and
//! whoever finds small objects within one, after a run that was killed, may delete them.

use std::time::Instant;

use futures::{StreamExt, TryStreamExt, stream};
use interactions::{LogError, Object, PREFIX};
use jiff::civil::Date;
use serde::Serialize;
use uuid::Uuid;

use crate::{
    archive::Archive,
    error::CompactError,
    pack::Pack,
    part::{Name, Part},
    seen::Seen,
};

/// Where parts are before they are verified: under no day.
const COMPACTING: &str = "compacting/";

/// Compressed bytes after which a part ends.
const PART: usize = 128 * 1024 * 1024;

/// Small objects that are read at once: each has at most 100 interactions, 1 MB.
const READS: usize = 64;

/// What was done of a day.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Compacted {
    day: String,
    /// Whether no small object is left.
    pub(crate) done: bool,
    /// Small objects that are in parts now.
    pub(crate) objects: u64,
    /// Lines kept.
    pub(crate) lines: u64,
    /// Lines left out, for they were there.
    pub(crate) duplicates: u64,
    /// Parts made.
    pub(crate) parts: u64,
}

/// A day at work.
pub(crate) struct Day<'a> {
    archive: &'a Archive,
    prefix: String,
    until: Instant,
    seen: Seen,
    compacted: Compacted,
}

impl<'a> Day<'a> {
    /// The finished day `day`; no part is gone on with after `until`.
    pub(crate) fn new(archive: &'a Archive, day: Date, until: Instant) -> Self {
        Self {
            archive,
            prefix: interactions::day_prefix(day),
            until,
            seen: Seen::default(),
            compacted: Compacted {
                day: day.to_string(),
                done: false,
                objects: 0,
                lines: 0,
                duplicates: 0,
                parts: 0,
            },
        }
    }

    /// Compacts what there is time for.
    pub(crate) async fn compact(mut self) -> Result<Compacted, CompactError> {
        if !self.has_small_objects().await? {
            self.compacted.done = true;
            return Ok(self.compacted);
        }
        self.tidy().await?;
        let parts = self.parts().await?;
        for part in &parts {
            self.sweep(part).await?;
            self.remember(part).await?;
        }
        let mut number = parts.last().map_or(0, |part| part.number);
        while Instant::now() < self.until {
            number += 1;
            let Some(part) = self.make(number).await? else {
                self.compacted.done = true;
                break;
            };
            self.sweep(&part).await?;
        }
        tracing::info!(events = self.seen.len(), "a day is known");
        Ok(self.compacted)
    }

    /// Small objects are listed first.
    async fn has_small_objects(&self) -> Result<bool, CompactError> {
        let (page, _) = self.archive.log.page(&self.prefix, None).await?;
        Ok(page.iter().any(|object| self.small(object).is_some()))
    }

    /// What killed runs left behind. Nobody else is at work: there is a lock.
    async fn tidy(&self) -> Result<(), CompactError> {
        let left = format!("{PREFIX}{COMPACTING}");
        loop {
            let (page, _) = self.archive.log.page(&left, None).await?;
            if page.is_empty() {
                return Ok(());
            }
            let keys = page.into_iter().map(|object| object.key).collect();
            self.archive.delete(&left, keys).await?;
        }
    }

    async fn parts(&self) -> Result<Vec<Part>, CompactError> {
        let (mut parts, mut next) = (Vec::new(), None);
        loop {
            let prefix = format!("{}part-", self.prefix);
            let (page, following) = self.archive.log.page(&prefix, next).await?;
            let names = page
                .iter()
                .map(|object| Name::of(&self.prefix, &object.key));
            parts.extend(names.filter_map(|name| match name {
                Name::Part(part) => Some(part),
                Name::Small(_) | Name::Other => None,
            }));
            if following.is_none() {
                parts.sort();
                return Ok(parts);
            }
            next = following;
        }
    }

    /// Deletes the small objects that are in `part`.
    async fn sweep(&self, part: &Part) -> Result<(), CompactError> {
        let mut next = None;
        loop {
            let (page, following) = self.archive.log.page(&self.prefix, next).await?;
            let last = page.last().and_then(|object| self.small(object));
            let is_beyond = last.is_none_or(|id| id > part.last);
            let held = page.into_iter().filter_map(|object| {
                let id = self.small(&object)?;
                part.holds(&id).then_some(object.key)
            });
            let held: Vec<String> = held.collect();
            if !held.is_empty() {
                self.archive.delete(&self.prefix, held).await?;
            }
            if is_beyond || following.is_none() {
                return Ok(());
            }
            next = following;
        }
    }

    /// Learns which events `part` holds.
    async fn remember(&mut self, part: &Part) -> Result<(), CompactError> {
        let key = format!("{}{}", self.prefix, part.name());
        let mut lines = self.archive.log.lines(&key).await?;
        while let Some(line) = lines.recv().await {
            self.seen.is_new(&line?);
        }
        Ok(())
    }

    /// Makes the next part of the small objects there are; none when there are none.
    async fn make(&mut self, number: u32) -> Result<Option<Part>, CompactError> {
        let key = format!("{PREFIX}{COMPACTING}{}.jsonl.gz", Uuid::now_v7());
        let mut pack = Pack::begin(self.archive, key.clone()).await?;
        let filled = self.fill(&mut pack).await;
        let lines = pack.lines;
        let (first, last) = match filled {
            Ok(Some(range)) => range,
            nothing => {
                pack.abort().await;
                return nothing.map(|_| None);
            }
        };
        pack.finish().await?;
        self.verify(&key, lines).await?;
        let part = Part {
            number,
            first,
            last,
        };
        let name = format!("{}{}", self.prefix, part.name());
        self.archive.copy(&key, &name, lines).await?;
        self.archive.delete(&self.prefix, vec![key]).await?;
        self.compacted.lines += lines;
        self.compacted.parts += 1;
        Ok(Some(part))
    }

    /// Puts small objects into `pack` until it is full, there are no more, or no time; the ids of the
    /// first and the last.
    async fn fill(
        &mut self,
        pack: &mut Pack<'_>,
    ) -> Result<Option<(String, String)>, CompactError> {
        let (mut first, mut last, mut next) = (None, None, None);
        loop {
            let (page, following) = self.archive.log.page(&self.prefix, next).await?;
            let small = page
                .iter()
                .filter_map(|object| Some((self.small(object)?, object.key.clone())));
            let small: Vec<(String, String)> = small.collect();
            let is_end = small.is_empty() || following.is_none();
            let log = &self.archive.log;
            // In their order: lines stay in the order of time.
            let mut read = stream::iter(small)
                .map(|(id, key)| async move { Ok::<_, LogError>((id, log.bytes(&key).await?)) })
                .buffered(READS);
            while let Some((id, bytes)) = read.try_next().await? {
                let lines = bytes.split(|byte| *byte == b'\n');
                for line in lines.filter(|line| !line.is_empty()) {
                    if self.seen.is_new(line) {
                        pack.push(line)?;
                    } else {
                        self.compacted.duplicates += 1;
                    }
                }
                pack.flush().await?;
                self.compacted.objects += 1;
                first.get_or_insert_with(|| id.clone());
                last = Some(id);
                if pack.bytes() >= PART || Instant::now() >= self.until {
                    return Ok(first.zip(last));
                }
            }
            if is_end {
                return Ok(first.zip(last));
            }
            next = following;
        }
    }

    /// Reads the object back to its end: it has as many lines as were written, or it is dropped.
    async fn verify(&self, key: &str, written: u64) -> Result<(), CompactError> {
        let mut lines = self.archive.log.lines(key).await?;
        let mut found = 0;
        while let Some(line) = lines.recv().await {
            line?;
            found += 1;
        }
        if found == written {
            return Ok(());
        }
        self.archive
            .delete(&self.prefix, vec![key.to_owned()])
            .await?;
        Err(CompactError::Unverified {
            key: key.to_owned(),
            found,
            written,
        })
    }

    fn small(&self, object: &Object) -> Option<String> {
        match Name::of(&self.prefix, &object.key) {
            Name::Small(id) => Some(id),
            Name::Part(_) | Name::Other => None,
        }
    }
}
