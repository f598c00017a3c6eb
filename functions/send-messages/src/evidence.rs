//! What the events of SES and End User Messaging say of people of whom it is not known whether they were
//! sent anything. Firehose puts them into the data bucket by the hour they arrived.

use std::{
    collections::{HashMap, HashSet},
    ops::RangeInclusive,
};

use futures::{StreamExt, TryStreamExt, stream};
use messages::evidence::{self, Evidence};
use shared::{aws::failure, config::messages::Channel};

use crate::{error::SendError, keys, services::Services};

/// Hours that are looked through, the latest: a run is valid for three days, and waits a little.
const MOST_HOURS: i64 = 100;
const HOUR: i64 = 3_600;
/// Objects that are read at once.
const AT_ONCE: usize = 2;
/// Bytes of an object; Firehose makes them of 128 MiB at most, and ours of 5.
const MAX_BYTES: i64 = 128 * 1024 * 1024;

/// What was found.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// Of those looked for, by their keys.
    pub(crate) people: HashMap<String, Evidence>,
    /// What came by each object, of this run or another one: they have one stream.
    arrivals: Vec<Arrival>,
    /// Whether something could not be read. Who is not found may be in there.
    pub(crate) has_gaps: bool,
}

/// Events of a channel that came in one object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Arrival {
    channel: Channel,
    /// When the last of them happened, in epoch seconds.
    happened_at: i64,
    /// When the object was written.
    written_at: i64,
}

/// Looks for `people` (their keys) of `run` in what arrived since `from` (epoch seconds).
pub(crate) async fn search(
    services: &Services,
    run: &str,
    people: &HashSet<String>,
    from: i64,
    now: i64,
) -> Result<Found, SendError> {
    let mut found = Found::default();
    for hour in hours(from, now) {
        let folder = keys::evidence(hour * HOUR);
        let objects = found.objects(services, &folder, from).await?;
        found.look_into(services, run, people, objects).await?;
    }
    Ok(found)
}

/// The hours in whose folders is what arrived since `from`. Firehose names an object by the arrival of its
/// oldest record, so that what arrives early in an hour may be in an object of the hour before.
fn hours(from: i64, now: i64) -> RangeInclusive<i64> {
    (from / HOUR - 1).max(now / HOUR - MOST_HOURS)..=now / HOUR
}

/// An object to be read.
struct Object {
    key: String,
    written_at: i64,
}

impl Found {
    /// The objects under `prefix` that were written since `from`.
    async fn objects(
        &mut self,
        services: &Services,
        prefix: &str,
        from: i64,
    ) -> Result<Vec<Object>, SendError> {
        let mut pages = services
            .s3
            .list_objects_v2()
            .bucket(services.bucket.name())
            .prefix(prefix)
            .into_paginator()
            .send();
        let mut all = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(failure("s3:ListObjectsV2"))?;
            for object in page.contents.unwrap_or_default() {
                let written_at = object.last_modified.map(|time| time.secs());
                if written_at.is_some_and(|at| at < from) {
                    continue;
                }
                // What says no time proves none.
                let written_at = written_at.unwrap_or(0);
                if object.size.unwrap_or(0) > MAX_BYTES {
                    tracing::warn!("an object of evidence is too large to be read");
                    self.has_gaps = true;
                    continue;
                }
                all.extend(object.key.map(|key| Object { key, written_at }));
            }
        }
        Ok(all)
    }

    /// Whether an event of `channel` happened at `time` or later.
    pub(crate) fn has_later(&self, channel: Channel, time: i64) -> bool {
        let mut arrivals = self.of(channel);
        arrivals.any(|arrival| arrival.happened_at >= time)
    }

    /// Whether an event of `channel` that happened since `since` came at `time` or later.
    pub(crate) fn came_later(&self, channel: Channel, since: i64, time: i64) -> bool {
        let mut arrivals = self.of(channel);
        arrivals.any(|arrival| arrival.happened_at >= since && arrival.written_at >= time)
    }

    fn of(&self, channel: Channel) -> impl Iterator<Item = &Arrival> {
        let arrivals = self.arrivals.iter();
        arrivals.filter(move |arrival| arrival.channel == channel)
    }

    async fn look_into(
        &mut self,
        services: &Services,
        run: &str,
        people: &HashSet<String>,
        objects: Vec<Object>,
    ) -> Result<(), SendError> {
        let gets = objects.iter().map(|object| async {
            let got = services.bucket.get(&object.key).await;
            got.map(|got| (got, object.written_at))
        });
        let gets: Vec<_> = gets.collect();
        let mut read = stream::iter(gets).buffer_unordered(AT_ONCE);
        while let Some((object, written_at)) = read.try_next().await? {
            self.take(run, people, evidence::read(&object.bytes), written_at);
        }
        Ok(())
    }

    /// Takes in what was `read` of an object.
    fn take(
        &mut self,
        run: &str,
        people: &HashSet<String>,
        read: evidence::Found,
        written_at: i64,
    ) {
        if read.is_broken {
            tracing::warn!("an object of evidence breaks off");
            self.has_gaps = true;
        }
        for channel in Channel::ALL {
            let events = read.evidence.iter();
            let times = events.filter(|event| event.channel == channel);
            if let Some(happened_at) = times.map(|event| event.happened_at).max() {
                self.arrivals.push(Arrival {
                    channel,
                    happened_at,
                    written_at,
                });
            }
        }
        for event in read.evidence {
            self.add(run, people, event);
        }
    }

    fn add(&mut self, run: &str, people: &HashSet<String>, event: Evidence) {
        if event.run == run && people.contains(&event.person) {
            let known = self.people.entry(event.person.clone());
            // That it could not be made says more than that it was taken.
            let known = known.or_insert_with(|| event.clone());
            if event.is_failure() {
                *known = event;
            }
        }
    }
}

#[cfg(test)]
impl Found {
    /// What came in one object.
    pub(crate) fn of_one(
        run: &str,
        people: &HashSet<String>,
        evidence: Vec<Evidence>,
        written_at: i64,
    ) -> Self {
        let mut found = Self::default();
        let read = evidence::Found {
            evidence,
            is_broken: false,
        };
        found.take(run, people, read, written_at);
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_of_the_hour_before_holds_what_came_early_in_this_one() {
        // Claimed at 12:00:20; the object's oldest record arrived at 11:59:50.
        let noon = 1_796_040_000;
        let folders = hours(noon + 20, noon + 900).map(|hour| keys::evidence(hour * HOUR));
        let folders: Vec<String> = folders.collect();
        assert_eq!(
            folders,
            [
                "messages/evidence/2026/11/30/11/",
                "messages/evidence/2026/11/30/12/"
            ]
        );
        assert_eq!(hours(0, 500 * HOUR), 400..=500);
    }

    fn event(run: &str, person: &str, word: &str, at: i64) -> Evidence {
        Evidence {
            channel: Channel::Email,
            run: run.to_owned(),
            person: person.to_owned(),
            message_id: "m".to_owned(),
            event: word.to_owned(),
            at,
            happened_at: at,
        }
    }

    fn read(evidence: Vec<Evidence>, is_broken: bool) -> evidence::Found {
        evidence::Found {
            evidence,
            is_broken,
        }
    }

    #[test]
    fn any_event_shows_how_far_the_stream_came_and_those_of_the_run_who_was_sent() {
        let people = HashSet::from(["p".to_owned()]);
        let mut found = Found::default();
        let events = vec![
            event("r", "other", "Send", 50),
            event("else", "p", "Bounce", 90),
            event("r", "p", "Send", 40),
            event("r", "p", "Reject", 41),
            event("r", "p", "Send", 42),
        ];
        found.take("r", &people, read(events, false), 100);
        assert!(found.people["p"].is_failure());
        assert!(!found.has_gaps);
        assert!(found.has_later(Channel::Email, 90) && !found.has_later(Channel::Email, 91));
        assert!(!found.has_later(Channel::Sms, 0));
        assert!(found.came_later(Channel::Email, 80, 100));
        assert!(!found.came_later(Channel::Email, 80, 101));
        assert!(!found.came_later(Channel::Email, 91, 100));
    }

    #[test]
    fn an_object_that_breaks_off_may_have_held_anybody() {
        let mut found = Found::default();
        let events = vec![event("r", "p", "Send", 50)];
        found.take("r", &HashSet::new(), read(events, true), 60);
        assert!(found.has_gaps);
    }
}
