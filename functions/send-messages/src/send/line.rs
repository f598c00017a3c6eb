//! The line from waves of people to blocks under way: the next wave is made ready while the blocks of the
//! last are claimed, sent and settled.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
};

use futures::{StreamExt, stream::FuturesUnordered};
use shared::config::messages::Channel;
use tokio::task::JoinHandle;

use super::{
    block::{self, End, Ledger},
    exposures::Exposures,
    job::Job,
    ready::{Aside, Prepared, Ready, prepare},
};
use crate::{error::SendError, part::Member};

/// People of a wave: two full blocks.
const WAVE: usize = 2 * messages::MAX_BLOCK;
/// Blocks under way at once.
const UNDER_WAY: usize = 4;
/// Bytes of the messages of a block.
const MAX_BYTES: usize = 4 * 1024 * 1024;
/// Blocks in a row without an answer before nothing more is sent.
const MOST_SILENT: u32 = 3;

/// What came of a part.
#[derive(Debug, Default)]
pub(super) struct Tally {
    /// Messages that left, by channel.
    pub(super) sent: BTreeMap<Channel, u64>,
    /// People without one, by reason.
    pub(super) skipped: BTreeMap<String, u64>,
    /// People who get it later.
    pub(super) later: u64,
    /// People of blocks that are looked up later.
    pub(super) uncertain: u64,
}

/// The line of one part.
pub(super) struct Line {
    job: Arc<Job>,
    ledger: Arc<Ledger>,
    waves: VecDeque<Vec<Member>>,
    waiting: BTreeMap<Channel, VecDeque<Ready>>,
    under_way: FuturesUnordered<JoinHandle<Result<End, SendError>>>,
    silent: u32,
    pub(super) aside: Aside,
    pub(super) tally: Tally,
    pub(super) exposures: Exposures,
}

impl Line {
    pub(super) fn new(job: &Arc<Job>, ledger: Ledger, people: Vec<Member>) -> Self {
        Self {
            job: Arc::clone(job),
            ledger: Arc::new(ledger),
            waves: waves(people),
            waiting: BTreeMap::new(),
            under_way: FuturesUnordered::new(),
            silent: 0,
            aside: Aside::default(),
            tally: Tally::default(),
            exposures: Exposures::default(),
        }
    }

    /// Whether it is to end, with or without people left.
    pub(super) fn is_over(&self) -> bool {
        self.ledger.is_over(&self.job)
    }

    /// Sends to all, or until the job is over. Whatever happens, no block is under way at its end.
    pub(super) async fn run(&mut self) -> Result<(), SendError> {
        let ran = self.all().await;
        let drained = self.drain().await;
        ran.and(drained)
    }

    async fn all(&mut self) -> Result<(), SendError> {
        let mut ahead = self.next_wave();
        while let Some(preparing) = ahead.take() {
            let prepared = preparing.await??;
            ahead = self.next_wave();
            if let Err(error) = self.take(prepared).await {
                abort(ahead);
                return Err(error);
            }
            if self.is_over() {
                abort(ahead);
                return Ok(());
            }
            if ahead.is_none() {
                self.flush().await?;
                ahead = self.next_wave();
            }
        }
        Ok(())
    }

    fn next_wave(&mut self) -> Option<JoinHandle<Result<Prepared, SendError>>> {
        let wave = self.waves.pop_front()?;
        Some(tokio::spawn(prepare(Arc::clone(&self.job), wave)))
    }

    /// Takes in a wave, and sends the blocks that are full.
    async fn take(&mut self, prepared: Prepared) -> Result<(), SendError> {
        self.aside.extend(prepared.aside);
        if self.job.run.dry_run {
            return self.preview(prepared.ready).await;
        }
        for ready in prepared.ready {
            let waiting = self.waiting.entry(ready.channel).or_default();
            waiting.push_back(ready);
        }
        for channel in Channel::ALL {
            while self.waiting(channel) >= self.size(channel) && !self.is_over() {
                self.send(channel).await?;
            }
        }
        Ok(())
    }

    /// In a dry run messages are seen instead of sent.
    async fn preview(&mut self, ready: Vec<Ready>) -> Result<(), SendError> {
        for ready in ready {
            *self.tally.sent.entry(ready.channel).or_default() += 1;
            self.exposures
                .push(ready.member.user.clone(), ready.shown.clone());
            self.job.previews.keep(&self.job, &ready).await?;
        }
        Ok(())
    }

    /// Sends what is left of blocks, and waits for those under way: what comes back is prepared anew.
    async fn flush(&mut self) -> Result<(), SendError> {
        for channel in Channel::ALL {
            while self.waiting(channel) > 0 && !self.is_over() {
                self.send(channel).await?;
            }
        }
        self.drain().await
    }

    async fn send(&mut self, channel: Channel) -> Result<(), SendError> {
        let most = match self.job.is_proven(channel) {
            true => UNDER_WAY,
            false => 1,
        };
        while self.under_way.len() >= most {
            self.end_of_one().await?;
        }
        // What ended just now may have shown that more can be sent at once, or less.
        let block = self.cut(channel);
        if !block.is_empty() {
            let (job, ledger) = (Arc::clone(&self.job), Arc::clone(&self.ledger));
            let sending = block::send(job, ledger, channel, block);
            self.under_way.push(tokio::spawn(sending));
        }
        if !self.job.is_proven(channel) {
            self.drain().await?;
        }
        Ok(())
    }

    /// The next block of `channel`: no more people than it may have, nor bytes.
    fn cut(&mut self, channel: Channel) -> Vec<Ready> {
        let size = self.size(channel);
        let waiting = self.waiting.entry(channel).or_default();
        let (mut block, mut bytes) = (Vec::with_capacity(size), 0);
        while let Some(ready) = waiting.pop_front_if(|ready| {
            bytes += ready.outgoing.content.bytes();
            bytes <= MAX_BYTES || bytes == ready.outgoing.content.bytes()
        }) {
            block.push(ready);
            if block.len() == size {
                break;
            }
        }
        block
    }

    fn waiting(&self, channel: Channel) -> usize {
        self.waiting.get(&channel).map_or(0, VecDeque::len)
    }

    fn size(&self, channel: Channel) -> usize {
        match self.job.is_proven(channel) {
            true => self.job.rates.block(channel),
            false => 1,
        }
    }

    async fn drain(&mut self) -> Result<(), SendError> {
        let mut drained = Ok(());
        while !self.under_way.is_empty() {
            drained = drained.and(self.end_of_one().await);
        }
        drained
    }

    /// Waits for the first block that ends.
    async fn end_of_one(&mut self) -> Result<(), SendError> {
        let Some(ended) = self.under_way.next().await else {
            return Ok(());
        };
        let end = ended??;
        let channel = end.channel;
        self.aside.extend(end.aside);
        self.waves.extend(waves(end.again));
        if !end.sent.is_empty() {
            *self.tally.sent.entry(channel).or_default() += end.sent.len() as u64;
            self.silent = 0;
            self.job.prove(channel, true);
        }
        for (user, shown) in end.sent {
            self.exposures.push(user, shown);
        }
        self.tally.uncertain += end.uncertain;
        if end.silent {
            self.silent += 1;
            self.job.prove(channel, false);
        }
        if let Some(code) = end.closed {
            return Err(SendError::Refuses {
                channel: channel.name(),
                code,
                advice: "see the service's console why, and put it right",
            });
        }
        if let Some(code) = end.refused {
            return Err(SendError::RefusesAll {
                channel: channel.name(),
                code,
            });
        }
        match self.silent >= MOST_SILENT {
            true => Err(SendError::Silent {
                channel: channel.name(),
            }),
            false => Ok(()),
        }
    }
}

fn waves(people: Vec<Member>) -> VecDeque<Vec<Member>> {
    let mut people = people.into_iter();
    let waves = std::iter::from_fn(|| {
        let wave: Vec<Member> = people.by_ref().take(WAVE).collect();
        (!wave.is_empty()).then_some(wave)
    });
    waves.collect()
}

fn abort<T>(handle: Option<JoinHandle<T>>) {
    if let Some(handle) = handle {
        handle.abort();
    }
}
