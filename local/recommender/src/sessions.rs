//! Who did the same lately: the histories nearest to this one, and what else is in them.
//!
//! A history is near when it shares items with the newest ones of the query, rare and recent items
//! counting most. What stands close to the shared item in a near history is recommended:
//!
//! ```text
//! near(s)  = ( Σ_a  idf(a) · fading(place of a) / len(s)^0.2 )³
//!            over the last items a of the query, place 1 being the newest
//! score b  = Σ_s  near(s) · at_s(b)          over the 40 nearest s
//! at_s(b)  = 4 for the shared item itself, 1/d after it and 0.4/d before it, at most 15 places d away
//! ```
//!
//! Where people hardly ever come back to an item, those of the query count that much less. Baskets
//! have no order and say who somebody is, not what they are about to do: when the newest items of a
//! query were not looked at one by one, near histories are silent.
//!
//! The method is that of session-based nearest neighbours (Jannach and Ludewig 2017; Kersbergen,
//! Sprangers and Schelter 2022 keep only the newest sessions of each item, as here, so that an
//! answer takes as long with a thousand million events as with a million).

use crate::Event;
use crate::accumulator::Accumulator;
use crate::fading::Fading;
use crate::ranking::Ranking;
use crate::training::Training;
use serde::{Deserialize, Serialize};
use std::sync::LazyLock;

/// The newest histories kept for each item.
const NEWEST: usize = 100;
/// The newest events kept of each history; a place in it fits a byte.
const LONGEST: usize = 60;
/// The newest distinct items of a query that look for neighbours.
const ASKED: usize = 10;
/// How many of the nearest histories are heard.
const NEAREST: usize = 40;
/// How far around the shared item a near history is heard, in places.
const AROUND: usize = 15;
/// How much the shared item itself counts, the next one being 1.
const SHARED: f32 = 4.0;
/// How much what stands before the shared item counts, against what stands after it.
const BEFORE: f32 = 0.4;

/// The part of events that come back to an item from which coming back is usual.
const USUAL_RETURNS: f32 = 0.1;

/// How much what a history shares counts, by the history's length.
static BY_LENGTH: LazyLock<[f32; LONGEST + 1]> =
    LazyLock::new(|| std::array::from_fn(|length| (length as f32).powf(-0.2)));

/// How much an item counts by its distance from the shared one, the next one first.
static BY_DISTANCE: LazyLock<[f32; AROUND]> =
    LazyLock::new(|| std::array::from_fn(|places| 1.0 / (places + 1) as f32));

/// Histories by age, and for each item where it occurs.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Sessions {
    /// Where each history begins in `items`, and one more for the end; the oldest first.
    starts: Vec<u32>,
    items: Vec<u32>,
    /// Where each item's occurrences begin in `histories` and `places`, and one more for the end.
    occurrences: Vec<u32>,
    /// The newest histories with the item, the newest first.
    histories: Vec<u32>,
    /// The last place of the item in each.
    places: Vec<u8>,
    /// How much an item tells of who looks at it.
    idf: Vec<f32>,
    /// How usual it is to come back to an item, above 0 and up to 1.
    returns: f32,
}

impl Sessions {
    /// Keeps every history of two events and more; answers the user of each as well.
    pub(crate) fn learn(training: &Training<'_>) -> (Self, Vec<u32>) {
        let mut users: Vec<u32> = (0..training.users())
            .filter(|&user| training.history(user).len() > 1)
            .collect();
        users.sort_by_key(|&user| training.history(user).last().map(|event| event.timestamp));
        let mut starts = vec![0];
        let mut items: Vec<u32> = Vec::new();
        for &user in &users {
            let history = training.history(user);
            let newest = &history[history.len().saturating_sub(LONGEST)..];
            items.extend(newest.iter().map(|event| event.item));
            starts.push(items.len() as u32);
        }
        let mut sessions = Self {
            starts,
            items,
            ..Self::default()
        };
        sessions.index(training.items());
        (sessions, users)
    }

    /// Notes for each item the newest histories it is in.
    fn index(&mut self, items: usize) {
        let mut counts = vec![0_u32; items];
        self.each(|item, _, _| counts[item as usize] += 1);
        self.occurrences = vec![0];
        let mut end = 0;
        self.occurrences.extend(counts.iter().map(|&count| {
            end += count.min(NEWEST as u32);
            end
        }));
        let mut histories = vec![0; end as usize];
        let mut places = vec![0; end as usize];
        let mut next = self.occurrences.clone();
        self.each(|item, history, place| {
            let at = &mut next[item as usize];
            if *at < self.occurrences[item as usize + 1] {
                histories[*at as usize] = history;
                places[*at as usize] = place;
                *at += 1;
            }
        });
        let all = self.starts.len() as f32;
        let idf = |&count: &u32| (all / (count + 1) as f32).ln().max(0.1);
        self.idf = counts.iter().map(idf).collect();
        let first: u32 = counts.iter().sum();
        let returning = 1.0 - first as f32 / self.items.len().max(1) as f32;
        self.returns = (returning / USUAL_RETURNS).clamp(0.001, 1.0);
        (self.histories, self.places) = (histories, places);
    }

    /// Calls with item, history and last place of the item in it, the newest history first.
    fn each(&self, mut work: impl FnMut(u32, u32, u8)) {
        for history in (0..self.starts.len() as u32 - 1).rev() {
            let row = self.row(history);
            for (place, item) in row.iter().enumerate() {
                if !row[place + 1..].contains(item) {
                    work(*item, history, place as u8);
                }
            }
        }
    }

    fn row_length(&self, history: usize) -> usize {
        (self.starts[history + 1] - self.starts[history]) as usize
    }

    fn row(&self, history: u32) -> &[u32] {
        let history = history as usize;
        &self.items[self.starts[history] as usize..self.starts[history + 1] as usize]
    }

    /// Fills `scores`, which is empty, with what is in the histories nearest to `history`, but for
    /// history `not`. The answer is the largest score there would be if coming back were usual, by
    /// which others are measured; 0 when no history is near.
    pub(crate) fn score(
        &self,
        history: &[Event],
        fading: Fading,
        not: Option<u32>,
        scores: &mut Accumulator,
    ) -> f32 {
        let asked = newest_distinct(history, scores.items());
        if asked.is_empty() || self.starts.len() < 2 {
            return 0.0;
        }
        Accumulator::with(self.starts.len() - 1, |near| {
            let places = self.share(&asked, fading, near);
            self.hear(near, &places, not, scores);
        });
        let largest = scores.largest();
        for item in asked {
            scores.damp(item, self.returns);
        }
        largest
    }

    /// Adds up in `near` what each history shares with the items asked, the newest first. The answer
    /// is the place of the newest of them in each history, in the order of `near`.
    fn share(&self, asked: &[u32], fading: Fading, near: &mut Accumulator) -> Vec<u8> {
        let mut newest = Vec::with_capacity(asked.len() * NEWEST);
        for (age, &item) in asked.iter().enumerate() {
            let say = self.idf[item as usize] * fading.by_places(age);
            let row = self.occurrences(item);
            let histories = self.histories[row.clone()].iter();
            for (&history, &place) in histories.zip(&self.places[row]) {
                if near.add(history, say) {
                    newest.push(place);
                }
            }
        }
        newest
    }

    /// Adds the items of the nearest histories around the shared one.
    fn hear(&self, near: &Accumulator, places: &[u8], not: Option<u32>, scores: &mut Accumulator) {
        let indexes = 0..places.len() as u32;
        let close = indexes.zip(near.sums()).map(|(index, (history, shared))| {
            let own = not == Some(history);
            let length = self.row_length(history as usize);
            (index, if own { 0.0 } else { shared * BY_LENGTH[length] })
        });
        for nearest in Ranking::of(close, NEAREST).take(NEAREST) {
            let index = nearest.item as usize;
            let say = nearest.score.powi(3);
            let (before, from) = self.row(near.touched(index)).split_at(places[index].into());
            scores.add(from[0], say * SHARED);
            for (&item, part) in from[1..].iter().zip(&*BY_DISTANCE) {
                scores.add(item, say * part);
            }
            for (&item, part) in before.iter().rev().zip(&*BY_DISTANCE) {
                scores.add(item, say * BEFORE * part);
            }
        }
    }

    /// At most `most` events, evenly spread: the history of each, and how many events of it are left
    /// from there on, the event among them.
    pub(crate) fn sample(&self, most: usize) -> Vec<(u32, usize)> {
        let stride = self.items.len().div_ceil(most).max(1);
        (0..self.items.len() as u32)
            .step_by(stride)
            .map(|event| {
                let end = self.starts.partition_point(|&start| start <= event);
                (end as u32 - 1, (self.starts[end] - event) as usize)
            })
            .collect()
    }

    /// Whether all numbers fit together, for a vocabulary of `items` items.
    pub(crate) fn fits(&self, items: usize) -> bool {
        let rows = |starts: &[u32], end: usize| {
            starts.first() == Some(&0) && starts.is_sorted() && starts.last() == Some(&(end as u32))
        };
        if items == 0 {
            return self.starts.is_empty() && self.occurrences.is_empty();
        }
        rows(&self.starts, self.items.len())
            && self
                .starts
                .windows(2)
                .all(|row| (row[1] - row[0]) as usize <= LONGEST)
            && rows(&self.occurrences, self.histories.len())
            && self.occurrences.len() == items + 1
            && self.idf.len() == items
            && self.places.len() == self.histories.len()
            && self.items.iter().all(|&item| (item as usize) < items)
            && self
                .histories
                .iter()
                .zip(&self.places)
                .all(|(&history, &place)| {
                    let history = history as usize;
                    history + 1 < self.starts.len() && usize::from(place) < self.row_length(history)
                })
    }

    fn occurrences(&self, item: u32) -> std::ops::Range<usize> {
        let item = item as usize;
        self.occurrences[item] as usize..self.occurrences[item + 1] as usize
    }
}

/// The last distinct items of a history, the newest first; none where several were taken at a time.
fn newest_distinct(history: &[Event], items: usize) -> Vec<u32> {
    let newest = &history[history.len().saturating_sub(ASKED)..];
    let steps = newest.chunk_by(|a, b| a.timestamp == b.timestamp).count();
    if 2 * steps < newest.len() {
        return Vec::new();
    }
    let mut asked = Vec::with_capacity(ASKED);
    for event in history.iter().rev().take(LONGEST) {
        if asked.len() < ASKED && (event.item as usize) < items && !asked.contains(&event.item) {
            asked.push(event.item);
        }
    }
    asked
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Interactions, InteractionsBuilder};

    /// One history per entry, one letter an item, one second between two.
    fn shop(histories: &[&str]) -> Interactions {
        let mut builder = InteractionsBuilder::new();
        for (user, items) in histories.iter().enumerate() {
            for (time, item) in items.chars().enumerate() {
                builder.push(
                    &format!("{user}"),
                    &item.to_string(),
                    (10 * user + time) as i64,
                    1.0,
                );
            }
        }
        builder.build()
    }

    fn scores(data: &Interactions, history: &str) -> Vec<(String, f32)> {
        let sessions = Sessions::learn(&Training::all(data)).0;
        assert!(sessions.fits(data.items().len()));
        let events: Vec<Event> = history
            .chars()
            .enumerate()
            .map(|(time, item)| Event {
                item: data.items().get(&item.to_string()).unwrap_or(u32::MAX),
                timestamp: time as i64,
                weight: 1.0,
            })
            .collect();
        Accumulator::with(data.items().len(), |scores| {
            sessions.score(&events, Fading::USUAL, None, scores);
            let mut all: Vec<(String, f32)> = scores
                .sums()
                .map(|(item, score)| (data.items().name(item).to_owned(), score))
                .collect();
            all.sort_by(|a, b| b.1.total_cmp(&a.1));
            all
        })
    }

    #[test]
    fn the_history_that_shares_most_is_heard_loudest() {
        let data = shop(&["abx", "acy", "dez", "qrs"]);
        let found = scores(&data, "ab");
        assert_eq!(found[0].0, "x");
        let y = found.iter().find(|(item, _)| item == "y").unwrap();
        assert!(found[0].1 > 3.0 * y.1);
        assert!(!found.iter().any(|(item, _)| item == "z"));
    }

    #[test]
    fn what_nobody_comes_back_to_is_not_expected_again() {
        let once = shop(&["ab", "ab", "ac", "pq"]);
        assert_ne!(scores(&once, "a")[0].0, "a");
        let again = shop(&["aab", "aab", "aac", "pq"]);
        assert_eq!(scores(&again, "a")[0].0, "a");
    }

    #[test]
    fn strangers_and_single_events_have_no_neighbours() {
        let data = shop(&["ab", "cd", "e"]);
        assert!(scores(&data, "?").is_empty());
        assert!(scores(&data, "e").is_empty());
        assert!(scores(&data, "").is_empty());
    }

    #[test]
    fn numbers_that_point_outside_do_not_fit() {
        let data = shop(&["ab", "bc"]);
        let good = Sessions::learn(&Training::all(&data)).0;
        assert!(good.fits(3) && !good.fits(2) && !good.fits(0));
        assert!(Sessions::default().fits(0));
        let mut bad = good.clone();
        bad.histories[0] = 9;
        assert!(!bad.fits(3));
    }
}
