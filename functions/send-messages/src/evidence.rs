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
    /// The latest time of which the run has an event, by channel: the stream is alive up to there.
    pub(crate) alive: HashMap<Channel, i64>,
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
        for object in objects(services, &keys::evidence(hour * HOUR), from).await? {
            found.look_into(services, run, people, object).await?;
        }
    }
    Ok(found)
}

/// The hours in whose folders is what arrived since `from`. Firehose names an object by the arrival of its
/// oldest record, so that what arrives early in an hour may be in an object of the hour before.
fn hours(from: i64, now: i64) -> RangeInclusive<i64> {
    (from / HOUR - 1).max(now / HOUR - MOST_HOURS)..=now / HOUR
}

/// A page of keys.
type Keys = Vec<String>;

/// The objects under `prefix` that were written since `from`, by pages.
async fn objects(services: &Services, prefix: &str, from: i64) -> Result<Vec<Keys>, SendError> {
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
        let objects = page.contents.unwrap_or_default().into_iter();
        let keys = objects.filter_map(|object| {
            let written = object.last_modified.map_or(i64::MAX, |time| time.secs());
            let fits = object.size.unwrap_or(0) <= MAX_BYTES;
            if !fits {
                tracing::warn!("an object of evidence is too large to be read");
            }
            object.key.filter(|_| fits && written >= from)
        });
        all.push(keys.collect());
    }
    Ok(all)
}

impl Found {
    async fn look_into(
        &mut self,
        services: &Services,
        run: &str,
        people: &HashSet<String>,
        keys: Keys,
    ) -> Result<(), SendError> {
        let objects = keys.iter().map(|key| services.bucket.get(key));
        let objects: Vec<_> = objects.collect();
        let mut read = stream::iter(objects).buffer_unordered(AT_ONCE);
        while let Some(object) = read.try_next().await? {
            let read = evidence::read(&object.bytes);
            if read.is_broken {
                tracing::warn!("an object of evidence breaks off");
            }
            for event in read.evidence {
                self.add(run, people, event);
            }
        }
        Ok(())
    }

    fn add(&mut self, run: &str, people: &HashSet<String>, event: Evidence) {
        if event.run != run {
            return;
        }
        let alive = self.alive.entry(event.channel).or_insert(event.at);
        *alive = event.at.max(*alive);
        if people.contains(&event.person) {
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

    #[test]
    fn any_event_of_the_run_shows_that_the_stream_is_alive() {
        let event = |run: &str, person: &str, word: &str, at| Evidence {
            channel: Channel::Email,
            run: run.to_owned(),
            person: person.to_owned(),
            message_id: "m".to_owned(),
            event: word.to_owned(),
            at,
        };
        let people = HashSet::from(["p".to_owned()]);
        let mut found = Found::default();
        for event in [
            event("r", "other", "Send", 50),
            event("else", "p", "Send", 90),
            event("r", "p", "Send", 40),
            event("r", "p", "Reject", 41),
            event("r", "p", "Send", 42),
        ] {
            found.add("r", &people, event);
        }
        assert_eq!(found.alive[&Channel::Email], 50);
        assert!(found.people["p"].is_failure());
    }
}
