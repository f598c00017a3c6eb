//! The last look before a message leaves: may this person have it, now, and by which channel?

use experiment::hash;
use jiff::{Timestamp, tz::TimeZone};
use shared::config::messages::{Channel, MessageCampaign, MessageCap, Messages};

use crate::{
    contact::Contact,
    sends::{DAY, KEPT_DAYS, MAX_SENDS, Sends},
    silence::end_of_silence,
    verdict::{Reason, Verdict},
};

const HOUR: i64 = 3_600;

/// What the configuration says.
#[derive(Debug, Clone, Copy)]
pub struct Rules<'a> {
    /// Of all messages.
    pub messages: &'a Messages,
    /// Of this one.
    pub campaign: &'a MessageCampaign,
}

/// Whether a person gets the message of `run`, which began at `started`, at `now`.
///
/// `contact` and `sends` are what the table has of them, `suppressed` whether their address of a channel
/// is. In this order: people who are held out, who have it already, and whom no channel may reach never
/// get it; whom a cap or their quiet hours keep from it get it later, if it is not stale by then. Who is
/// held out depends on the campaign and the user alone, so it is the same people in every run.
#[must_use]
pub fn judge(
    rules: &Rules<'_>,
    contact: Option<&Contact>,
    sends: &Sends,
    suppressed: impl Fn(Channel) -> bool,
    now: Timestamp,
    started: Timestamp,
    run: &str,
) -> Verdict {
    let Some(contact) = contact else {
        return Verdict::Never(Reason::NoContact);
    };
    if is_held_out(rules.campaign, &contact.user) {
        return Verdict::Never(Reason::HeldOut);
    }
    if sends.has(run) {
        return Verdict::Never(Reason::AlreadySent);
    }
    let channel = match channel(rules, contact, suppressed) {
        Ok(channel) => channel,
        Err(reason) => return Verdict::Never(reason),
    };
    let stale = started.as_second() + i64::from(rules.campaign.valid_hours) * HOUR;
    if now.as_second() >= stale {
        return Verdict::Never(Reason::Expired);
    }
    let free = free_at(rules, sends, now);
    if free.as_second() >= stale {
        return Verdict::Never(Reason::Capped);
    }
    let quiet = rules.messages.quiet_hours_of(rules.campaign);
    let awake = end_of_silence(quiet, &zone(rules.messages, contact), free);
    if awake == now {
        Verdict::Send(channel)
    } else if awake.as_second() >= stale {
        Verdict::Never(Reason::Expired)
    } else {
        Verdict::Later(awake.as_second())
    }
}

fn is_held_out(campaign: &MessageCampaign, user: &str) -> bool {
    let salt = format!("hold-out:{}", campaign.name);
    hash::bucket(&salt, user) < campaign.hold_out * (hash::BUCKETS / 100)
}

/// The first channel that may reach them, or why the one that came nearest may not.
fn channel(
    rules: &Rules<'_>,
    contact: &Contact,
    suppressed: impl Fn(Channel) -> bool,
) -> Result<Channel, Reason> {
    let mut nearest = Reason::NoSender;
    for &channel in &rules.campaign.channels {
        let reason = if !rules.messages.senders.has(channel) {
            Reason::NoSender
        } else if contact.address(channel).is_none() {
            Reason::NoAddress
        } else if !contact.agreed(channel) {
            Reason::NoConsent
        } else if suppressed(channel) {
            Reason::Suppressed
        } else {
            return Ok(channel);
        };
        nearest = nearest.max(reason);
    }
    Err(nearest)
}

/// The first moment from `now` on at which no cap is reached.
fn free_at(rules: &Rules<'_>, sends: &Sends, now: Timestamp) -> Timestamp {
    let most = MessageCap {
        messages: MAX_SENDS as u32,
        days: KEPT_DAYS,
    };
    let name = rules.campaign.name.as_str();
    let own = rules.campaign.cap.map(|cap| (cap, Some(name)));
    let caps = [(rules.messages.cap, None), (most, None)];
    let free = caps.into_iter().chain(own).filter_map(|(cap, campaign)| {
        if cap.messages == 0 {
            return Some(Timestamp::MAX);
        }
        let times = sends.times(cap.days, now, campaign);
        // With `spare` fewer there is room for one.
        let spare = (times.len() + 1).checked_sub(cap.messages as usize)?;
        let last = times.get(spare.checked_sub(1)?)?;
        Timestamp::from_second(last + i64::from(cap.days) * DAY).ok()
    });
    free.fold(now, Timestamp::max)
}

/// The person's own; else the one that the configuration gives to everybody.
fn zone(messages: &Messages, contact: &Contact) -> TimeZone {
    let own = contact.time_zone.as_deref();
    let names = own.into_iter().chain([messages.time_zone.as_str()]);
    let mut zones = names.filter_map(|name| TimeZone::get(name).ok());
    zones.next().unwrap_or(TimeZone::UTC)
}
