//! Chooses the pace at which the past loses its say, by asking the data.
//!
//! At a thousand events, evenly spread, their users are asked what comes next. The
//! pace that puts the right answers highest (mean reciprocal rank) is taken. A model that has seen the
//! answer cannot be asked for it, so what the asked user contributed is left out of every weight and
//! of the near histories: that is exact, and cheaper than training twice.

use crate::accumulator::Accumulator;
use crate::fading::Fading;
use crate::neighbours::Neighbours;
use crate::sequence::{self, Sequence};
use crate::sessions::Sessions;
use crate::training::Training;
use crate::{Event, blend};
use rayon::prelude::*;

/// How many are asked: enough to tell the paces apart, few enough not to be noticed.
const ASKED: usize = 1_000;
/// A pace other than the usual one has to be better by this part.
const CLEARLY: f64 = 1.005;

/// What is trained so far.
pub(crate) struct Trained<'a> {
    pub(crate) training: &'a Training<'a>,
    pub(crate) sequence: &'a Sequence<'a>,
    pub(crate) neighbours: &'a Neighbours,
    pub(crate) sessions: &'a Sessions,
    /// The user of each history in `sessions`.
    pub(crate) users: &'a [u32],
}

impl Trained<'_> {
    /// The pace that these data ask for.
    pub(crate) fn pace(&self) -> Fading {
        let asked = self.sessions.sample(ASKED);
        // Collected in order first: sums of floats depend on it.
        let ranks: Vec<[f64; Fading::COUNT]> = asked
            .par_iter()
            .map(|&(history, left)| self.reciprocal_ranks(history, left))
            .collect();
        let mut gains = [0.0; Fading::COUNT];
        for ranks in ranks {
            gains
                .iter_mut()
                .zip(ranks)
                .for_each(|(gain, rank)| *gain += rank);
        }
        let mut best = (0.0, Fading::USUAL);
        for (pace, gain) in Fading::ALL.into_iter().zip(gains) {
            let gain = if pace == Fading::USUAL {
                gain * CLEARLY
            } else {
                gain
            };
            if gain > best.0 {
                best = (gain, pace);
            }
        }
        best.1
    }

    /// For each pace 1 / the place at which the item is expected that came next when `left` events of
    /// a history were still to come; 0 where it is not. What came at the same time is not known either.
    fn reciprocal_ranks(&self, history: u32, left: usize) -> [f64; Fading::COUNT] {
        let user = self.users[history as usize];
        let events = self.training.history(user);
        let next = events[events.len() - left];
        let known = events.partition_point(|event| event.timestamp < next.timestamp);
        let known = &events[..known];
        let own = self.own(user, known);
        Fading::ALL.map(|pace| {
            Accumulator::with(self.training.items(), |scores| {
                self.follow(known, &own, pace, scores);
                blend::near_histories(self.sessions, known, pace, Some(history), scores);
                let expected = scores.get(next.item);
                if expected == 0.0 {
                    return 0.0;
                }
                let better = scores.sums().filter(|&(_, score)| score > expected);
                1.0 / (better.count() + 1) as f64
            })
        })
    }

    /// What `user` contributed to the weights of each item asked, in the order of asking.
    fn own(&self, user: u32, history: &[Event]) -> Vec<Vec<(u32, f32)>> {
        let items = self.training.items();
        let mut own = Vec::new();
        sequence::each_asked(history, Fading::USUAL, items, |item, _, _| {
            own.push(Accumulator::with(items, |sums| {
                self.sequence.contribution(user, item, sums);
                let weigh = |(other, sum)| (other, sum * self.sequence.norm(item, other));
                sums.sums().map(weigh).collect()
            }));
        });
        own
    }

    /// What follows a history if its user had not been there.
    fn follow(
        &self,
        history: &[Event],
        own: &[Vec<(u32, f32)>],
        pace: Fading,
        scores: &mut Accumulator,
    ) {
        let items = self.training.items();
        let mut own = own.iter();
        sequence::each_asked(history, pace, items, |item, say, heard| {
            Accumulator::with(items, |parts| {
                for &(other, part) in own.next().into_iter().flatten() {
                    parts.add(other, part);
                }
                for (other, weight) in self.neighbours.of(item).take(heard) {
                    scores.add(other, say * (weight - parts.get(other)).max(0.0));
                }
            });
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Interactions, InteractionsBuilder, Options};

    fn pace(data: &Interactions) -> Fading {
        let (training, options) = (Training::all(data), Options::default());
        let sequence = Sequence::of(&training, &options);
        let (sessions, users) = Sessions::learn(&training);
        Trained {
            training: &training,
            sequence: &sequence,
            neighbours: &sequence.learn(&options),
            sessions: &sessions,
            users: &users,
        }
        .pace()
    }

    /// Histories of ten clicks; `item(user, place)` names them.
    fn shop(item: impl Fn(usize, usize) -> String) -> Interactions {
        let mut builder = InteractionsBuilder::new();
        for user in 0..400 {
            for place in 0..10 {
                let time = (user * 100 + place) as i64;
                builder.push(&user.to_string(), &item(user, place), time, 1.0);
            }
        }
        builder.build()
    }

    #[test]
    fn where_the_last_click_tells_all_the_past_fades_fast() {
        // Each item leads to one other; where a visitor began says nothing.
        let chains = shop(|user, place| format!("{}", (user * user + place * (place + user)) % 97));
        let tastes = shop(|user, place| {
            let shelf = user % 8;
            format!("{shelf} {}", (user * 31 + place * place * 17) % 40)
        });
        let order = |pace: Fading| Fading::ALL.iter().position(|one| *one == pace).unwrap();
        assert!(order(pace(&tastes)) <= order(Fading::USUAL));
        assert!(order(pace(&chains)) >= order(pace(&tastes)));
    }
}
