//! Follows the event log: lists what is new, reads it in order, counts it.

use std::{collections::BTreeSet, time::Instant};

use experiment::definition::{Method, Status};
use futures::{StreamExt, stream};
use uuid::Uuid;

use super::{
    cursor::{self, Cursor, Object},
    history::History,
    ledger::Ledger,
    line::{self, Line, Read},
    lines::lines,
};
use crate::{
    error::ServiceError,
    store::{Drafts, EventLog},
};

/// How many objects are read at a time; they are counted in order.
const AT_A_TIME: usize = 32;
/// How an answer is named that `recommend` put together itself.
const OUR_ANSWERS: &str = "LST-";
/// A call's object is named when it is written, a little after its events were received: of a part that
/// was partly counted lines so many seconds before are looked at again, and known by their ids.
const OVERLAP: i64 = 60;
/// How many lines of a part are counted at a time.
const BATCH: usize = 1_000;

/// The log, and what is needed to understand it.
#[derive(Debug)]
pub(crate) struct Follower {
    pub(crate) log: EventLog,
    pub(crate) drafts: Drafts,
}

/// What a look at the log came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Counted {
    /// Objects read.
    pub(crate) objects: u64,
    /// Lines counted.
    pub(crate) events: u64,
    /// Lines that are none of the log.
    pub(crate) unreadable: u64,
    /// Whether everything settled is counted.
    pub(crate) is_caught_up: bool,
}

impl Follower {
    /// Counts what was written before `settled` (epoch seconds), until that is done or it is `until`.
    ///
    /// # Errors
    /// S3's and DynamoDB's; the cursor is where counting ended, with everything before it counted.
    pub(crate) async fn follow(
        &self,
        cursor: &mut Cursor,
        ledger: &mut Ledger,
        history: &History,
        (settled, until): (i64, Instant),
    ) -> Result<Counted, ServiceError> {
        let mut counted = Counted::default();
        while Instant::now() < until {
            let next_day = cursor.next_day(settled);
            // Only finished days are compacted; what is in a part is no object of its own for long.
            if next_day.is_some()
                && let Some((key, last)) = self.part(cursor).await?
            {
                if !self
                    .read_part(&key, cursor, ledger, history, &mut counted)
                    .await?
                {
                    return Ok(counted);
                }
                cursor.read(last);
                continue;
            }
            let prefix = cursor.prefix();
            let page = self.log.list(&prefix, cursor.key().as_deref()).await?;
            let calls: Vec<(String, Uuid)> = page.keys.into_iter().filter_map(call).collect();
            let all = calls.len();
            let is_due = |(_, id): &(String, Uuid)| cursor::second(*id) < settled;
            let due: Vec<_> = calls.into_iter().take_while(is_due).collect();
            let younger_wait = due.len() < all;
            let read = self
                .read_calls(due, cursor, ledger, history, &mut counted)
                .await?;
            match (read, younger_wait, page.more, next_day) {
                // One was compacted since it was listed: its part is listed next time.
                (false, ..) => return Ok(counted),
                (true, false, true, _) => {}
                (true, false, false, Some(next)) => *cursor = next,
                (true, ..) => {
                    counted.is_caught_up = true;
                    return Ok(counted);
                }
            }
        }
        Ok(counted)
    }

    /// The first part of the day that holds calls after the cursor.
    async fn part(&self, cursor: &Cursor) -> Result<Option<(String, Uuid)>, ServiceError> {
        let prefix = format!("{}part-", cursor.prefix());
        let mut after = None;
        loop {
            let page = self.log.list(&prefix, after.as_deref()).await?;
            after = page.keys.last().cloned();
            let mut parts = page
                .keys
                .into_iter()
                .filter_map(|key| match cursor::object(&key) {
                    Object::Part(last) if cursor.is_before(last) => Some((key, last)),
                    _ => None,
                });
            let found = parts.next();
            if found.is_some() || !page.more {
                return Ok(found);
            }
        }
    }

    /// Reads a part, of which the first calls may have been counted already; false when it has gone.
    async fn read_part(
        &self,
        key: &str,
        cursor: &Cursor,
        ledger: &mut Ledger,
        history: &History,
        counted: &mut Counted,
    ) -> Result<bool, ServiceError> {
        let Some(content) = self.log.get(key).await? else {
            return Ok(false);
        };
        let from = match cursor.last {
            Some(_) => cursor.at - OVERLAP,
            None => i64::MIN,
        };
        self.count(&content, from, ledger, history, counted).await?;
        counted.objects += 1;
        Ok(true)
    }

    /// Reads calls in order; false when one has gone since it was listed.
    async fn read_calls(
        &self,
        calls: Vec<(String, Uuid)>,
        cursor: &mut Cursor,
        ledger: &mut Ledger,
        history: &History,
        counted: &mut Counted,
    ) -> Result<bool, ServiceError> {
        let objects = calls.into_iter().map(|(key, id)| async move {
            let content = self.log.get(&key).await;
            content.map(|content| (id, content))
        });
        let mut objects = stream::iter(objects).buffered(AT_A_TIME);
        while let Some(object) = objects.next().await {
            let (id, Some(content)) = object? else {
                return Ok(false);
            };
            self.count(&content, i64::MIN, ledger, history, counted)
                .await?;
            counted.objects += 1;
            cursor.read(id);
        }
        Ok(true)
    }

    /// Counts the lines of an object that were received at `from` or later.
    async fn count(
        &self,
        content: &[u8],
        from: i64,
        ledger: &mut Ledger,
        history: &History,
        counted: &mut Counted,
    ) -> Result<(), ServiceError> {
        let mut batch = Vec::new();
        for line in lines(content) {
            match line::read(&line) {
                Read::Line(line) if line.received_at() >= from => batch.push(line),
                Read::Line(_) | Read::Other => {}
                Read::Unreadable => counted.unreadable += 1,
            }
            if batch.len() >= BATCH {
                self.take(&mut batch, ledger, history, counted).await?;
            }
        }
        self.take(&mut batch, ledger, history, counted).await
    }

    async fn take(
        &self,
        batch: &mut Vec<Line>,
        ledger: &mut Ledger,
        history: &History,
        counted: &mut Counted,
    ) -> Result<(), ServiceError> {
        let answers = blended_answers(batch, history);
        let drafts = self.drafts.get(&answers).await?;
        for line in batch.drain(..) {
            let definitions = history.at(line.received_at());
            match line {
                Line::Event(event) => ledger.take(&event, definitions, &drafts),
                Line::Identified(known) => ledger.identify(&known, definitions),
            }
            counted.events += 1;
        }
        Ok(())
    }
}

/// A call's object and its id.
fn call(key: String) -> Option<(String, Uuid)> {
    match cursor::object(&key) {
        Object::Call(id) => Some((key, id)),
        Object::Part(_) | Object::Other => None,
    }
}

/// Answers that events follow from and that may have been blended for a running experiment.
fn blended_answers(batch: &[Line], history: &History) -> Vec<String> {
    let is_blending = |at: i64| {
        let experiments = history.at(at).map(|known| known.experiments.as_slice());
        experiments
            .unwrap_or_default()
            .iter()
            .any(|one| one.method == Method::Interleaving && one.status == Status::Running)
    };
    let events = batch.iter().filter_map(|line| match line {
        Line::Event(event) => Some(event),
        Line::Identified(_) => None,
    });
    let answers = events
        .filter(|event| is_blending(event.received_at))
        .filter_map(|event| event.recommendation.clone())
        .filter(|answer| answer.starts_with(OUR_ANSWERS));
    answers.collect::<BTreeSet<_>>().into_iter().collect()
}
