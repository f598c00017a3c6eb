//! The first step: what cannot work is said before the first message, and how fast senders may be.

use std::collections::BTreeSet;

use aws_sdk_sesv2::Client;
use jiff::Timestamp;
use messages::{Run, RunState};
use serde::Serialize;
use shared::{aws::failure, config::messages::Channel};

use crate::{
    campaign::Campaign,
    error::SendError,
    fill,
    pace::Rates,
    part::{self, Part},
    services::Services,
    templates,
};

/// Notifications a second, of all senders: well below the quota of a new account.
const NOTIFICATIONS: f64 = 1_000.0;

/// What is begun, or gone on with.
#[derive(Debug)]
pub(crate) struct Opening {
    /// The campaign.
    pub(crate) campaign: String,
    /// The run.
    pub(crate) run: String,
    /// Whether it makes previews alone.
    pub(crate) dry_run: bool,
    /// Whether the run is there already, and goes on.
    pub(crate) resume: bool,
}

/// A run that senders may work at.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Opened {
    run: String,
    dry_run: bool,
    /// People of the audience.
    people: u64,
    /// Messages a second of each sender.
    pace: Rates,
    /// The languages of the template.
    languages: Vec<String>,
}

/// Checks what the run needs, and begins it.
pub(crate) async fn open(services: &Services, opening: Opening) -> Result<Opened, SendError> {
    // First of all: a run whose beginning fails is one that is known, and what it is to be.
    let run = begin(services, &opening).await?;
    let campaign = services.campaign(&opening.campaign).await?;
    let placement = &campaign.declared.placement;
    fill::fits(&campaign.config, placement, &campaign.placement)?;
    let channels: Vec<Channel> = campaign.channels().collect();
    if channels.is_empty() {
        return Err(SendError::NoSender(opening.campaign));
    }
    let (template, _, audience) = tokio::try_join!(
        templates::load(&services.s3, &services.bucket, &campaign),
        services.signer(),
        part::audience(&services.bucket, &opening.run),
    )?;
    if opening.resume {
        let table = &services.table;
        let run = &run.run;
        table
            .set_state(run, &RunState::ALL, RunState::Running)
            .await?;
    }
    let people = audience.iter().map(|part| part.people as u64).sum();
    let emails = match channels.contains(&Channel::Email) && !run.dry_run {
        true => email_rate(services, &run, people).await?,
        false => 1_000.0,
    };
    Ok(Opened {
        pace: shares(&campaign, emails, senders(services, &audience)),
        languages: template.languages().map(str::to_owned).collect(),
        run: run.run,
        dry_run: run.dry_run,
        people,
    })
}

/// Begins the run, or finds the one that is to go on.
async fn begin(services: &Services, opening: &Opening) -> Result<Run, SendError> {
    let table = &services.table;
    let run = match opening.resume {
        true => table.run(&opening.run).await?,
        false => {
            let run = Run {
                run: opening.run.clone(),
                campaign: opening.campaign.clone(),
                state: RunState::Running,
                started_at: Timestamp::now().as_second(),
                dry_run: opening.dry_run,
            };
            Some(table.open_run(&run).await?)
        }
    };
    known(run, opening)
}

/// The run as it was begun. One that nothing is known of any more does not go on: it may have been a dry
/// run, and who has its messages is not known either.
fn known(run: Option<Run>, opening: &Opening) -> Result<Run, SendError> {
    let run = run.ok_or_else(|| SendError::NoRun {
        run: opening.run.clone(),
    })?;
    if run.campaign != opening.campaign {
        return Err(SendError::OtherCampaign {
            run: run.run,
            of: run.campaign,
        });
    }
    Ok(run)
}

/// Emails a second that SES takes of the account, which sends and has room for all of the audience.
async fn email_rate(services: &Services, run: &Run, people: u64) -> Result<f64, SendError> {
    let account = Client::new(&services.aws).get_account().send().await;
    let account = account.map_err(failure("ses:GetAccount"))?;
    if !account.sending_enabled {
        return Err(SendError::Paused);
    }
    let Some(quota) = account.send_quota else {
        return Ok(1.0);
    };
    let known = services.progress.all(&run.run, "").await?;
    let done: u64 = known.iter().flat_map(|part| part.sent.values()).sum();
    let people = people.saturating_sub(done);
    // Minus one stands for no limit.
    let left = quota.max24_hour_send - quota.sent_last24_hours;
    if quota.max24_hour_send >= 0.0 && (people as f64) > left {
        let left = left.max(0.0) as u64;
        return Err(SendError::Quota { people, left });
    }
    Ok(quota.max_send_rate)
}

/// How many senders there will be.
fn senders(services: &Services, audience: &[Part]) -> usize {
    let shards: BTreeSet<u32> = audience.iter().map(|part| part.shard).collect();
    shards.len().clamp(1, services.max_senders)
}

fn shares(campaign: &Campaign, emails: f64, senders: usize) -> Rates {
    let sms = campaign.messages.senders.sms.as_ref();
    let texts = sms.map_or(0.0, |sender| f64::from(sender.per_second));
    let senders = senders as f64;
    Rates {
        email: emails / senders,
        sms: texts / senders,
        push: NOTIFICATIONS / senders,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nothing_is_known_of_does_not_go_on() {
        let opening = Opening {
            campaign: "weekly".to_owned(),
            run: "r".to_owned(),
            dry_run: false,
            resume: true,
        };
        let error = known(None, &opening).unwrap_err();
        assert!(error.to_string().contains("start the campaign anew"));
        let mut run = Run {
            run: "r".to_owned(),
            campaign: "weekly".to_owned(),
            state: RunState::Stopped,
            started_at: 0,
            dry_run: true,
        };
        // It goes on as what it was.
        assert!(known(Some(run.clone()), &opening).unwrap().dry_run);
        run.campaign = "other".to_owned();
        let error = known(Some(run), &opening);
        assert!(matches!(error, Err(SendError::OtherCampaign { .. })));
    }
}
