//! The people of an audience, as they are found: into parts by shard, without obvious doubles.

use std::collections::HashSet;

use messages::key;
use serde::Serialize;
use sha2::{Digest, Sha256};
use shared::visitor::Visitor;

use crate::{
    bucket::Bucket,
    cursor::{Counts, Cursor},
    error::AudienceError,
    spool::{Most, Spool, Written, name},
};

/// A part: people that one invocation of a sender is sure to get through.
const PART: Most = Most {
    lines: 1_000,
    bytes: 8 * 1024 * 1024,
};
/// Bytes of a line that a sender reads; ids of products are of any length.
const MAX_LINE: usize = 16 * 1024;
/// People who are known again when they come twice; the sender knows all of them.
const KNOWN: usize = 1_000_000;

/// A line of a part.
#[derive(Serialize)]
struct Person<'a> {
    user: &'a str,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    items: &'a [String],
}

/// A line of the list of parts.
#[derive(Serialize)]
struct Part {
    key: String,
    part: String,
    shard: usize,
    people: u32,
}

/// Takes the people of one call.
#[derive(Debug)]
pub(crate) struct Crowd<'a> {
    s3: &'a Bucket,
    /// `messages/runs/<run>/`
    folder: String,
    spool: Spool,
    /// The parts of this call.
    written: Vec<Written>,
    seen: HashSet<u64>,
    pub(crate) counts: Counts,
}

impl<'a> Crowd<'a> {
    /// Goes on after `cursor` in `folder`, that of the run.
    pub(crate) fn new(s3: &'a Bucket, folder: &str, cursor: &Cursor) -> Self {
        let parts = format!("{folder}audience/");
        Self {
            s3,
            folder: folder.to_owned(),
            spool: Spool::new(parts, PART, cursor.parts.clone()),
            written: Vec::new(),
            seen: HashSet::new(),
            counts: cursor.counts,
        }
    }

    /// Takes `user`, who has to do with `items`. What is no id is counted.
    ///
    /// # Errors
    /// When S3 does not take a part.
    pub(crate) async fn add(&mut self, user: &str, items: &[String]) -> Result<(), AudienceError> {
        if Visitor::user(user.to_owned()).is_err() {
            self.counts.invalid += 1;
            return Ok(());
        }
        if self.seen.len() >= KNOWN {
            self.seen.clear();
        }
        if !self.seen.insert(hash(user)) {
            self.counts.doubles += 1;
            return Ok(());
        }
        let line = line(user, items)?;
        let shard = key::shard(user) as usize;
        self.written
            .extend(self.spool.add(self.s3, shard, &line).await?);
        self.counts.people += 1;
        Ok(())
    }

    /// Counts what cannot be an id.
    pub(crate) fn reject(&mut self) {
        self.counts.invalid += 1;
    }

    /// Writes what is left, and `cursor` with it: the call can be repeated until then, and the next one goes
    /// on from it.
    ///
    /// # Errors
    /// When S3 does not take it.
    pub(crate) async fn end(mut self, cursor: &mut Cursor) -> Result<(), AudienceError> {
        self.written.extend(self.spool.flush(self.s3).await?);
        let mut list = Vec::new();
        for written in &self.written {
            let folder = format!("{}audience/", self.folder);
            serde_json::to_writer(
                &mut list,
                &Part {
                    key: Spool::key(&folder, written.bucket, written.number),
                    part: name(written.bucket, written.number),
                    shard: written.bucket,
                    people: written.lines,
                },
            )?;
            list.push(b'\n');
        }
        self.s3
            .put(&list_key(&self.folder, cursor.call), list)
            .await?;
        cursor.call += 1;
        cursor.parts = self.spool.numbers;
        cursor.counts = self.counts;
        Ok(())
    }
}

/// Puts the lists of `calls` together; the key of the whole.
///
/// # Errors
/// When S3 does not answer.
pub(crate) async fn publish(
    s3: &Bucket,
    folder: &str,
    calls: u32,
) -> Result<String, AudienceError> {
    let mut all = Vec::new();
    for call in 0..calls {
        all.extend(s3.get(&list_key(folder, call)).await?);
    }
    let key = format!("{folder}parts.jsonl");
    s3.put(&key, all).await?;
    Ok(key)
}

fn list_key(folder: &str, call: u32) -> String {
    format!("{folder}work/parts-{call:04}.jsonl")
}

/// The line of `user`, without the last of `items` when it would be too long.
fn line(user: &str, mut items: &[String]) -> Result<Vec<u8>, AudienceError> {
    loop {
        let line = serde_json::to_vec(&Person { user, items })?;
        match items.split_last() {
            Some((_, fewer)) if line.len() > MAX_LINE => items = fewer,
            _ => return Ok(line),
        }
    }
}

/// Of a million people two have the same in one of 40 million audiences.
fn hash(user: &str) -> u64 {
    let [a, b, c, d, e, f, g, h, ..] = <[u8; 32]>::from(Sha256::digest(user));
    u64::from_le_bytes([a, b, c, d, e, f, g, h])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_a_sender_would_not_read_has_fewer_products() {
        let items: Vec<String> = (0..20).map(|n| format!("{n:02}").repeat(1_000)).collect();
        let bytes = line("u", &items).unwrap();
        assert!(bytes.len() <= MAX_LINE && bytes.len() > MAX_LINE - 2_100);
        let read: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
        let kept: Vec<&str> = read["items"]
            .as_array()
            .unwrap()
            .iter()
            .flat_map(|one| one.as_str())
            .collect();
        assert_eq!(kept, items[..kept.len()], "the latest");
        let one = vec!["x".repeat(MAX_LINE)];
        assert_eq!(line("u", &one).unwrap(), br#"{"user":"u"}"#);
    }
}
