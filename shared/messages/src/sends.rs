//! What a person got lately: what caps are counted by, and who has this run's message already.

use jiff::Timestamp;
use shared::config::messages::Channel;

/// How long it is remembered, in days: longer than any cap counts.
pub const KEPT_DAYS: u32 = 31;
/// The most messages in [`KEPT_DAYS`] days that anybody gets, whatever the configuration says: none of
/// them may be forgotten within that time, and a person's item stays small.
pub const MAX_SENDS: usize = 200;

pub(crate) const DAY: i64 = 86_400;

/// What a person got lately, the oldest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sends {
    /// At most [`MAX_SENDS`].
    pub recent: Vec<Sent>,
}

/// One message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// The run that sent it.
    pub run: String,
    /// The run's campaign.
    pub campaign: String,
    /// The way it took.
    pub channel: Channel,
    /// When it was claimed, in epoch seconds.
    pub at: i64,
}

impl Sends {
    /// Messages of the last `days` times 24 hours.
    #[must_use]
    pub fn within(&self, days: u32, now: Timestamp) -> usize {
        self.times(days, now, None).len()
    }

    /// The same, of one campaign.
    #[must_use]
    pub fn within_campaign(&self, campaign: &str, days: u32, now: Timestamp) -> usize {
        self.times(days, now, Some(campaign)).len()
    }

    /// Whether they have the message of `run`.
    #[must_use]
    pub fn has(&self, run: &str) -> bool {
        self.recent.iter().any(|sent| sent.run == run)
    }

    /// These and `sent`, without what is too old at `now`.
    #[must_use]
    pub fn with(&self, sent: Sent, now: Timestamp) -> Self {
        let after = now.as_second() - i64::from(KEPT_DAYS) * DAY;
        let young = self.recent.iter().filter(|known| known.at > after);
        let mut recent: Vec<Sent> = young.cloned().chain([sent]).collect();
        recent.sort_by_key(|sent| sent.at);
        let spare = recent.len().saturating_sub(MAX_SENDS);
        recent.drain(..spare);
        Self { recent }
    }

    /// These without the message of `run`, which never left.
    #[must_use]
    pub fn without(&self, run: &str) -> Self {
        let others = self.recent.iter().filter(|sent| sent.run != run);
        Self {
            recent: others.cloned().collect(),
        }
    }

    /// When nothing of it counts any more, in epoch seconds.
    #[must_use]
    pub fn expires_at(&self) -> i64 {
        let last = self.recent.iter().map(|sent| sent.at).max();
        last.unwrap_or_default() + i64::from(KEPT_DAYS) * DAY
    }

    /// When the messages of the last `days` times 24 hours were sent, the oldest first.
    pub(crate) fn times(&self, days: u32, now: Timestamp, campaign: Option<&str>) -> Vec<i64> {
        let after = now.as_second() - i64::from(days) * DAY;
        let counted = self.recent.iter().filter(|sent| {
            sent.at > after && campaign.is_none_or(|campaign| sent.campaign == campaign)
        });
        let mut times: Vec<i64> = counted.map(|sent| sent.at).collect();
        times.sort_unstable();
        times
    }

    /// In one text: `<at>|<channel>|<campaign>|<run>` a line. Nested maps take DynamoDB three times the
    /// room, and this is written with every message.
    pub(crate) fn to_text(&self) -> String {
        let lines = self.recent.iter().map(|sent| {
            let Sent {
                run,
                campaign,
                channel,
                at,
            } = sent;
            format!("{at}|{}|{campaign}|{run}", channel.name())
        });
        lines.collect::<Vec<_>>().join("\n")
    }

    /// Out of such a text; nothing when it is none.
    pub(crate) fn from_text(text: &str) -> Option<Self> {
        let recent: Option<Vec<Sent>> = text.lines().map(sent).collect();
        recent.map(|recent| Self { recent })
    }
}

fn sent(line: &str) -> Option<Sent> {
    let mut parts = line.splitn(4, '|');
    let at = parts.next()?.parse().ok()?;
    let channel = parts.next()?;
    let channel = Channel::ALL.into_iter().find(|one| one.name() == channel)?;
    let (campaign, run) = (parts.next()?.to_owned(), parts.next()?.to_owned());
    Some(Sent {
        run,
        campaign,
        channel,
        at,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(seconds).unwrap()
    }

    fn sent(run: &str, campaign: &str, at: i64) -> Sent {
        Sent {
            run: run.to_owned(),
            campaign: campaign.to_owned(),
            channel: Channel::Email,
            at,
        }
    }

    #[test]
    fn a_day_has_24_hours_and_its_end_is_open() {
        let sends = Sends::default()
            .with(sent("r2", "b", 20), at(20))
            .with(sent("r1", "a", 10), at(20));
        assert_eq!(sends.recent[0].run, "r1", "the oldest first");
        assert_eq!(sends.within(1, at(DAY + 9)), 2);
        assert_eq!(sends.within(1, at(DAY + 10)), 1);
        assert_eq!(sends.within_campaign("a", 1, at(DAY + 9)), 1);
        assert!(sends.has("r1") && !sends.has("r3"));
        assert!(!sends.without("r1").has("r1"));
        assert_eq!(sends.expires_at(), 20 + 31 * DAY);
    }

    #[test]
    fn what_no_cap_counts_is_forgotten() {
        let mut sends = Sends::default();
        for n in 0..250 {
            sends = sends.with(sent(&n.to_string(), "a", n), at(n));
        }
        assert_eq!(sends.recent.len(), MAX_SENDS);
        assert_eq!(sends.recent[0].at, 50);
        let later = 31 * DAY + 100;
        let sends = sends.with(sent("new", "a", later), at(later));
        assert_eq!(sends.recent.len(), 150);
    }

    #[test]
    fn a_text_holds_all_of_it() {
        let sends = Sends::default()
            .with(sent("run|1", "a", 1), at(1))
            .with(sent("run-2", "b", 2), at(2));
        assert_eq!(sends.to_text(), "1|email|a|run|1\n2|email|b|run-2");
        assert_eq!(Sends::from_text(&sends.to_text()), Some(sends));
        assert_eq!(Sends::from_text(""), Some(Sends::default()));
        assert_eq!(Sends::from_text("1|email|a"), None);
        assert_eq!(Sends::from_text("1|fax|a|r"), None);
    }
}
