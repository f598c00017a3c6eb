//! The command at work: one reader, and senders side by side, each with the visits that are its own,
//! so that the order within a visit is kept.

use std::{
    cell::{Cell, RefCell},
    time::Duration,
};

use futures::future::join_all;
use indicatif::{ProgressBar, ProgressStyle};
use interactions::{BATCH, Interaction, Line, LogReader, Tracker, Visit};
use serde::Serialize;
use shared::{aws, environment};
use tokio::sync::mpsc::{self, Receiver, Sender};
use xxhash_rust::xxh3::xxh3_64;

use super::{arguments::Cli, range::Range};
use crate::{
    error::ReplayError,
    redeliver::{Outcome, Redelivery},
};

/// Senders. With some 30 ms a call they make 500 PutEvents a second, half of Personalize's quota: the
/// other half is for what happens now.
const SENDERS: usize = 16;
/// Batches that may wait for a sender.
const WAITING: usize = 32;
/// Tries of a batch while Personalize does not answer, over two minutes.
const TRIES: u32 = 7;

/// What was done.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Report {
    objects: u64,
    /// Interactions read.
    read: u64,
    /// Taken by Personalize, or had by it.
    delivered: u64,
    /// Whose visitor refused.
    withheld: u64,
    /// Kept for statistics alone, without an item.
    shown_only: u64,
    /// Lines that are not the log's.
    unreadable: u64,
    /// Never taken by Personalize.
    pub(crate) refused: u64,
    dry_run: bool,
}

/// Interactions of one visit that follow each other.
type Batch = (Visit, Vec<Interaction>);

struct Work<'w> {
    redelivery: &'w Redelivery,
    report: RefCell<Report>,
    bar: ProgressBar,
    /// Why nobody goes on.
    given_up: RefCell<Option<String>>,
    last_shown: Cell<u64>,
}

/// Sends what `cli` says.
pub(crate) async fn run(cli: &Cli) -> Result<Report, ReplayError> {
    let range = Range::new(cli)?;
    // Patient: nobody waits for an answer.
    let config = aws::for_workflows().await;
    let bucket = environment::required("DATA_BUCKET")?;
    let log = LogReader::new(aws_sdk_s3::Client::new(&config), bucket);
    let redelivery = Redelivery::from_environment(&config)?;
    if !cli.dry_run && !matches!(redelivery.settings().await?.tracker, Tracker::Id(_)) {
        return Err(ReplayError::NoTracker);
    }
    let work = Work::new(&redelivery, cli.dry_run);
    let (senders, receivers): (Vec<_>, Vec<_>) =
        (0..SENDERS).map(|_| mpsc::channel(WAITING)).unzip();
    let send = join_all(receivers.into_iter().map(|batches| work.send(batches)));
    let (read, _) = tokio::join!(work.read(&log, &range, senders), send);
    work.bar.finish_and_clear();
    let report = work.report.into_inner();
    if let Some(reason) = work.given_up.into_inner() {
        return Err(ReplayError::GivenUp(reason, report.delivered));
    }
    read.map(|()| report)
}

impl<'w> Work<'w> {
    fn new(redelivery: &'w Redelivery, dry_run: bool) -> Self {
        let bar = ProgressBar::new_spinner();
        if let Ok(style) = ProgressStyle::with_template("{spinner} {msg}") {
            bar.set_style(style);
        }
        Self {
            redelivery,
            report: RefCell::new(Report {
                dry_run,
                ..Report::default()
            }),
            bar,
            given_up: RefCell::default(),
            last_shown: Cell::default(),
        }
    }

    /// Reads the log, and gives each batch to the sender of its visit.
    async fn read(
        &self,
        log: &LogReader,
        range: &Range,
        senders: Vec<Sender<Batch>>,
    ) -> Result<(), ReplayError> {
        for prefix in range.prefixes() {
            let mut next = None;
            loop {
                let (objects, following) = log.page(&prefix, next).await?;
                for object in objects {
                    if object.key < range.from_key {
                        continue;
                    }
                    if !self.object(log, &object.key, &senders).await? {
                        return Ok(());
                    }
                }
                next = following;
                if next.is_none() {
                    break;
                }
            }
        }
        Ok(())
    }

    /// Whether to go on after the object.
    async fn object(
        &self,
        log: &LogReader,
        key: &str,
        senders: &[Sender<Batch>],
    ) -> Result<bool, ReplayError> {
        let mut lines = log.lines(key).await?;
        let mut batch: Option<Batch> = None;
        while let Some(line) = lines.recv().await {
            let Some((visit, interaction)) = self.line(&line?) else {
                continue;
            };
            match &mut batch {
                Some((of, events)) if *of == visit && events.len() < BATCH => {
                    events.push(interaction);
                }
                _ => {
                    let full = batch.replace((visit, vec![interaction]));
                    if !self.hand_over(full, senders).await {
                        return Ok(false);
                    }
                }
            }
        }
        self.report.borrow_mut().objects += 1;
        Ok(self.hand_over(batch, senders).await)
    }

    /// The interaction in a line, if it is one for Personalize.
    fn line(&self, line: &[u8]) -> Option<(Visit, Interaction)> {
        let mut report = self.report.borrow_mut();
        match serde_json::from_slice(line) {
            Ok(Line::Logged(logged)) => {
                report.read += 1;
                if logged.interaction.is_for_personalize() {
                    return Some((logged.visit, logged.interaction));
                }
                report.shown_only += 1;
            }
            Ok(Line::Identified(_)) => {}
            Err(_) => report.unreadable += 1,
        }
        None
    }

    /// Whether to go on.
    async fn hand_over(&self, batch: Option<Batch>, senders: &[Sender<Batch>]) -> bool {
        self.show();
        let Some(batch) = batch else {
            return self.given_up.borrow().is_none();
        };
        if self.report.borrow().dry_run {
            return true;
        }
        let hash = xxh3_64(batch.0.names().first.as_bytes()) % SENDERS as u64;
        match usize::try_from(hash).ok().and_then(|n| senders.get(n)) {
            Some(sender) => sender.send(batch).await.is_ok(),
            None => false,
        }
    }

    async fn send(&self, mut batches: Receiver<Batch>) {
        while let Some((visit, events)) = batches.recv().await {
            if self.given_up.borrow().is_some() || !self.batch(&visit, &events).await {
                // Dropping the receiver ends the reader.
                return;
            }
        }
    }

    /// Whether the batch is done; tried again while Personalize is away.
    async fn batch(&self, visit: &Visit, events: &[Interaction]) -> bool {
        let many = u64::try_from(events.len()).unwrap_or_default();
        let mut why = String::new();
        for attempt in 0..TRIES {
            match self.redelivery.batch(visit, events, false).await {
                Outcome::Done { delivered, refused } => {
                    let mut report = self.report.borrow_mut();
                    report.delivered += u64::try_from(delivered).unwrap_or_default();
                    report.refused += u64::try_from(refused.len()).unwrap_or_default();
                    return true;
                }
                Outcome::Withheld => {
                    self.report.borrow_mut().withheld += many;
                    return true;
                }
                Outcome::Later { reason, .. } => why = reason,
            }
            if attempt + 1 < TRIES {
                self.bar.set_message(format!("{why}: waiting"));
                tokio::time::sleep(Duration::from_secs(2) * 2_u32.pow(attempt)).await;
            }
        }
        *self.given_up.borrow_mut() = Some(why);
        false
    }

    fn show(&self) {
        let report = self.report.borrow();
        if report.read >= self.last_shown.get() + 100 {
            self.last_shown.set(report.read);
            self.bar.set_message(format!(
                "{} interactions read, {} delivered",
                report.read, report.delivered
            ));
        }
    }
}

impl Report {
    /// Shows it, for a person or a program.
    pub(crate) fn show(&self, json: bool) {
        if json {
            let json = serde_json::to_string(self).unwrap_or_default();
            anstream::println!("{json}");
            return;
        }
        let would = if self.dry_run {
            " (nothing was sent)"
        } else {
            ""
        };
        anstream::println!(
            "{} interactions in {} objects{would}",
            self.read,
            self.objects
        );
        for (what, many) in [
            ("delivered, or known already", self.delivered),
            (
                "left out: their visitor refused personalization",
                self.withheld,
            ),
            ("left out: impressions without an item", self.shown_only),
            ("lines that are not the event log's", self.unreadable),
            ("refused by Personalize", self.refused),
        ] {
            if many > 0 {
                anstream::println!("{many:>10}  {what}");
            }
        }
    }
}
