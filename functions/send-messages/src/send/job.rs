//! What a sender works with, and whether it is to go on.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, Ordering::Relaxed},
    },
    time::{Duration, Instant, SystemTime},
};

use experiment::definition::Definitions;
use jiff::Timestamp;
use message_template::Template;
use messages::{Run, RunState};
use shared::config::messages::Channel;
use tokio::task::JoinHandle;

use super::{MARGIN, Order, previews::Previews};
use crate::{
    campaign::Campaign,
    channels::{Channels, Tags},
    error::SendError,
    fill::Shelf,
    pace::{Pace, Rates},
    services::Services,
    templates,
    write::Writer,
};

/// How often it is looked whether the run is told to stop.
const LOOK: Duration = Duration::from_millis(300);

/// When a sender has to end.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Time {
    until: Instant,
}

impl Time {
    /// Before Lambda ends it, by what the last messages may need.
    pub(crate) fn before(deadline: SystemTime) -> Self {
        let left = deadline.duration_since(SystemTime::now());
        let left = left.unwrap_or_default();
        let work = left.saturating_sub(MARGIN).max(left / 3);
        Self {
            until: Instant::now() + work,
        }
    }

    /// From now on, for so long.
    pub(super) fn within(time: Duration) -> Self {
        Self {
            until: Instant::now() + time,
        }
    }

    /// Whether it is over.
    pub(crate) fn is_over(self) -> bool {
        Instant::now() >= self.until
    }
}

/// What a sender works with.
pub(crate) struct Job {
    pub(crate) services: Arc<Services>,
    pub(crate) campaign: Campaign,
    pub(crate) template: Template,
    pub(crate) definitions: Definitions,
    pub(crate) channels: Channels,
    pub(crate) run: Run,
    pub(crate) rates: Rates,
    pub(crate) pace: Pace,
    pub(crate) previews: Previews,
    started: Timestamp,
    time: Time,
    stopped: AtomicBool,
    /// Channels whose service took a message just now, by [`Channel`].
    proven: [AtomicBool; Channel::ALL.len()],
    refusals: [Refusals; Channel::ALL.len()],
}

/// People in a row whom a service refused. One is a matter of the person; when it is all of them, it is
/// likely one of the sender.
#[derive(Debug, Default)]
struct Refusals {
    in_a_row: AtomicU32,
    took_one: AtomicBool,
}

/// What refusals say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusing {
    /// The people's own: others are taken.
    Some,
    /// It may be either.
    Doubtful,
    /// It is the sender: nothing more is to be sent.
    All,
}

/// People in a row who are refused before nothing more is sent: few as long as nobody was taken, then a block.
const MOST_REFUSED: u32 = 5;
const MOST_REFUSED_LATER: u32 = messages::MAX_BLOCK as u32;

impl Refusals {
    fn see(&self, taken: usize, refused: usize) -> Refusing {
        if taken > 0 {
            self.in_a_row.store(0, Relaxed);
            self.took_one.store(true, Relaxed);
            return Refusing::Some;
        }
        let refused = u32::try_from(refused).unwrap_or(u32::MAX);
        let in_a_row = self.in_a_row.fetch_add(refused, Relaxed) + refused;
        match self.took_one.load(Relaxed) {
            true if in_a_row >= MOST_REFUSED_LATER => Refusing::All,
            true if in_a_row < MOST_REFUSED => Refusing::Some,
            false if in_a_row >= MOST_REFUSED => Refusing::All,
            _ => Refusing::Doubtful,
        }
    }
}

impl Job {
    /// Reads what the sender of `order` needs.
    pub(super) async fn open(
        services: &Arc<Services>,
        run: Run,
        order: &Order,
        time: Time,
    ) -> Result<Self, SendError> {
        let campaign = services.campaign(&run.campaign).await?;
        let (template, definitions, _) = tokio::try_join!(
            templates::load(&services.s3, &services.bucket, &campaign),
            async { Ok(services.experiments.read().await?.definitions) },
            services.signer(),
        )?;
        let senders = &campaign.messages.senders;
        Ok(Self {
            channels: Channels::new(&services.aws, senders, &services.configuration_set),
            started: Timestamp::from_second(run.started_at).unwrap_or(Timestamp::UNIX_EPOCH),
            services: Arc::clone(services),
            campaign,
            template,
            definitions,
            previews: Previews::of(order.sender),
            rates: order.pace,
            pace: Pace::new(order.pace),
            run,
            time,
            stopped: AtomicBool::new(false),
            proven: Default::default(),
            refusals: Default::default(),
        })
    }

    /// When the run began.
    pub(super) fn started(&self) -> Timestamp {
        self.started
    }

    /// Whether the run is told to stop.
    pub(super) fn is_stopped(&self) -> bool {
        self.stopped.load(Relaxed)
    }

    /// Whether the service of `channel` took a message of this sender, and answered since. Until then one is
    /// tried alone, so that a service that is down leaves one person uncertain, and not two hundred.
    pub(super) fn is_proven(&self, channel: Channel) -> bool {
        self.proven[channel as usize].load(Relaxed)
    }

    /// Whether it does is known now.
    pub(super) fn prove(&self, channel: Channel, answers: bool) {
        self.proven[channel as usize].store(answers, Relaxed);
    }

    /// What is to be thought of the service of `channel`, which took so many people of a block and refused
    /// so many; blocks of all parts count.
    pub(super) fn refusing(&self, channel: Channel, taken: usize, refused: usize) -> Refusing {
        self.refusals[channel as usize].see(taken, refused)
    }

    /// Whether nothing new is to be begun.
    pub(super) fn is_over(&self) -> bool {
        self.is_stopped() || self.time.is_over()
    }

    /// Waits for `pause`, or until nothing new is to be begun.
    pub(super) async fn rest(&self, pause: Duration) {
        let pause = Time::within(pause);
        while !pause.is_over() && !self.is_over() {
            tokio::time::sleep(LOOK).await;
        }
    }

    /// What services keep beside messages.
    pub(super) fn tags(&self) -> Tags<'_> {
        Tags {
            run: &self.run.run,
            campaign: self.campaign.name(),
        }
    }

    /// What fills messages.
    pub(super) fn shelf(&self) -> Shelf<'_> {
        Shelf {
            services: &self.services,
            campaign: &self.campaign,
            definitions: &self.definitions,
            run: &self.run.run,
        }
    }

    /// What writes them.
    pub(super) async fn writer(&self) -> Result<Writer<'_>, SendError> {
        Ok(Writer {
            campaign: &self.campaign,
            template: &self.template,
            signer: self.services.signer().await?,
            links_url: &self.services.links_url,
            run: &self.run.run,
        })
    }

    /// Whether the service of `channel` tells later what it took.
    pub(super) fn leaves_evidence(&self, channel: Channel) -> bool {
        let service = self.channels.of(channel);
        service.is_some_and(|service| service.leaves_evidence())
    }
}

/// Looks whether the run is told to stop, as long as it lives.
pub(super) struct Watch(JoinHandle<()>);

impl Watch {
    pub(super) fn over(job: &Arc<Job>) -> Self {
        let job = Arc::clone(job);
        Self(tokio::spawn(async move {
            loop {
                tokio::time::sleep(LOOK).await;
                match job.services.table.run(&job.run.run).await {
                    Ok(Some(run)) if run.state == RunState::Running => {}
                    Ok(_) => job.stopped.store(true, Relaxed),
                    Err(error) => tracing::warn!(%error, "whether to stop is not known"),
                }
            }
        }))
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.0.abort();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_that_refuses_everybody_has_something_against_the_sender() {
        let refusals = Refusals::default();
        for _ in 1..MOST_REFUSED {
            assert_eq!(refusals.see(0, 1), Refusing::Doubtful);
        }
        assert_eq!(refusals.see(0, 1), Refusing::All);

        let refusals = Refusals::default();
        assert_eq!(refusals.see(0, 1), Refusing::Doubtful);
        assert_eq!(refusals.see(1, 48), Refusing::Some);
        assert_eq!(refusals.see(0, 4), Refusing::Some);
        assert_eq!(refusals.see(0, 2), Refusing::Doubtful);
        assert_eq!(refusals.see(0, 43), Refusing::All);
    }
}
