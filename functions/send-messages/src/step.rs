//! The steps of a campaign, by name.

use std::{sync::Arc, time::SystemTime};

use aws_config::SdkConfig;
use serde::{Deserialize, Serialize};

use crate::{
    by_hand::{self, Decided, Stopping},
    error::SendError,
    next::{self, Next, SenderEnd},
    open::{self, Opened, Opening},
    pace::Rates,
    report::{self, Summary},
    send::{self, Order, Sent, Time},
    services::Services,
    settle::{self, SettledPeople},
};

/// What is to be done.
#[derive(Debug, Deserialize)]
#[serde(
    tag = "step",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
pub(crate) enum Event {
    /// Check what the run needs, and begin it.
    Open {
        campaign: String,
        run: String,
        #[serde(default)]
        dry_run: bool,
        #[serde(default)]
        resume: bool,
    },
    /// Say what it needs next.
    Next {
        run: String,
        #[serde(default)]
        sent: Vec<SenderEnd>,
    },
    /// Send to the people of some shards.
    Send {
        campaign: String,
        run: String,
        #[serde(default)]
        sender: u32,
        shards: Vec<u32>,
        pace: Rates,
    },
    /// Settle what killed senders left.
    Settle { run: String },
    /// Write the report.
    Report { run: String },
    /// Stop; by hand.
    Stop { run: String },
    /// Decide about held messages; by hand.
    Release {
        run: String,
        #[serde(default)]
        sent: bool,
    },
}

/// What was done.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(crate) enum Answer {
    /// To `open`.
    Opened(Opened),
    /// To `next`.
    Next(Next),
    /// To `send`.
    Sent(Sent),
    /// To `settle`.
    Settled(SettledPeople),
    /// To `report`.
    Report(Box<Summary>),
    /// To `stop`.
    Stopping(Stopping),
    /// To `release`.
    Decided(Decided),
}

/// The function.
pub(crate) struct SendMessages(Arc<Services>);

impl SendMessages {
    /// Makes the clients; asks nothing yet.
    pub(crate) fn from_environment(aws: &SdkConfig) -> Result<Self, SendError> {
        Ok(Self(Arc::new(Services::from_environment(aws)?)))
    }

    /// Does one step; Lambda ends the process at `deadline`.
    pub(crate) async fn run(
        &self,
        event: Event,
        deadline: SystemTime,
    ) -> Result<Answer, SendError> {
        let services = &self.0;
        let time = Time::before(deadline);
        Ok(match event {
            Event::Open {
                campaign,
                run,
                dry_run,
                resume,
            } => {
                let opening = Opening {
                    campaign,
                    run,
                    dry_run,
                    resume,
                };
                Answer::Opened(open::open(services, opening).await?)
            }
            Event::Next { run, sent } => Answer::Next(next::next(services, &run, &sent).await?),
            Event::Send {
                campaign,
                run,
                sender,
                shards,
                pace,
            } => {
                let order = Order {
                    campaign,
                    run,
                    sender,
                    shards,
                    pace,
                };
                services.catalogue.forget();
                Answer::Sent(send::send(services, order, time).await?)
            }
            Event::Settle { run } => Answer::Settled(settle::settle(services, &run, time).await?),
            Event::Report { run } => {
                Answer::Report(Box::new(report::report(services, &run).await?))
            }
            Event::Stop { run } => Answer::Stopping(by_hand::stop(services, run).await?),
            Event::Release { run, sent } => {
                Answer::Decided(by_hand::release(services, run, sent).await?)
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sample_is_an_event() {
        for sample in [
            include_str!("../../../events/send-messages.json"),
            include_str!("../../../events/send-messages-open.json"),
            include_str!("../../../events/send-messages-next.json"),
            include_str!("../../../events/send-messages-settle.json"),
            include_str!("../../../events/send-messages-report.json"),
            include_str!("../../../events/send-messages-stop.json"),
            include_str!("../../../events/send-messages-release.json"),
        ] {
            serde_json::from_str::<Event>(sample).unwrap();
        }
    }
}
