//! Kept answers of Personalize: in the process, and in the `Lists` table for the processes beside it.
//! An answer for one visitor is good until their generation number changes (`shared::visitor`); one
//! that is the same for everybody until it is old.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use aws_sdk_dynamodb::types::AttributeValue;
use serde::{Deserialize, Serialize};
use shared::visitor::Memory;

use crate::{
    cache::Cache,
    question::Question,
    services::{Keep, Prediction},
};

/// Answers in the process that are the same for everybody, and those for one visitor: some 1 MiB of
/// usual lists. The table has the others. Visitors come back to another process more often than not, and
/// shall not push out what all of them are shown.
const FOR_EVERYBODY: usize = 512;
const FOR_ONE: usize = 256;

/// Seconds that Personalize takes to learn from an event (developer guide, "Recording real-time
/// events": "within seconds"). An answer made while it does is asked for again afterwards.
const LEARNING: i64 = 2;

/// An answer, and what it was made for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Kept {
    /// The table's key: [`Question::key`].
    pub(crate) list_key: String,
    /// What Personalize said, as text: a list in DynamoDB's own form is three times as long.
    #[serde(with = "text")]
    pub(crate) prediction: Prediction,
    /// The visitor's generation number; none when the answer is the same for everybody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) generation: Option<u64>,
    /// How many results were asked for.
    pub(crate) results: usize,
    /// Epoch seconds.
    pub(crate) made_at: i64,
    /// Epoch seconds when DynamoDB may remove it.
    pub(crate) expires_at: i64,
}

impl Kept {
    /// The answer to `question`, made at `now` (epoch seconds).
    pub(crate) fn new(question: &Question, prediction: Prediction, keep: Keep, now: i64) -> Self {
        Self {
            list_key: question.key(),
            prediction,
            generation: question.is_personal().then_some(keep.generation),
            results: question.results,
            made_at: now,
            expires_at: now + keep.life,
        }
    }

    /// Whether it answers `question` of a visitor with `memory` at `now` (epoch seconds). Without
    /// the memory nobody knows whether a visitor's own answer still holds.
    pub(crate) fn answers(&self, question: &Question, memory: Option<&Memory>, now: i64) -> bool {
        let (generation, learned_at) = match (question.is_personal(), memory) {
            (false, _) => (None, 0),
            (true, Some(memory)) => (Some(memory.generation), memory.updated_at + LEARNING),
            (true, None) => return false,
        };
        let is_learned = self.made_at >= learned_at || now < learned_at;
        // A short answer to a large question is all there is.
        let enough = self.results >= question.results || self.prediction.items.len() < self.results;
        self.generation == generation && is_learned && enough && now < self.expires_at
    }

    /// The answer in an item of the table.
    pub(crate) fn from_item(item: HashMap<String, AttributeValue>) -> Option<Self> {
        serde_dynamo::from_item(item).ok()
    }
}

/// A prediction as JSON in a string.
mod text {
    use serde::{Deserialize, Deserializer, Serializer, de::Error as _, ser::Error as _};

    use crate::services::Prediction;

    pub(super) fn serialize<S: Serializer>(
        prediction: &Prediction,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let text = serde_json::to_string(prediction).map_err(S::Error::custom)?;
        serializer.serialize_str(&text)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Prediction, D::Error> {
        let text = String::deserialize(deserializer)?;
        serde_json::from_str(&text).map_err(D::Error::custom)
    }
}

/// The answers kept in this process, each as the text it is in the table: a list of short ids takes
/// three times the room.
#[derive(Debug, Clone)]
pub(crate) struct Nearby(Arc<Mutex<Answers>>);

#[derive(Debug)]
struct Answers {
    for_everybody: Cache<Packed>,
    for_one: Cache<Packed>,
}

/// An answer without its key.
#[derive(Debug)]
struct Packed {
    prediction: Box<str>,
    generation: Option<u64>,
    results: usize,
    made_at: i64,
    expires_at: i64,
}

impl Nearby {
    /// None yet.
    pub(crate) fn new(life: Duration) -> Self {
        Self(Arc::new(Mutex::new(Answers {
            for_everybody: Cache::new(FOR_EVERYBODY, life),
            for_one: Cache::new(FOR_ONE, life),
        })))
    }

    /// The answer under `key`.
    pub(crate) fn get(&self, key: &str) -> Option<Kept> {
        let (answers, now) = (self.lock(), Instant::now());
        let packed = answers.for_everybody.get(key, now);
        let packed = packed.or_else(|| answers.for_one.get(key, now))?;
        Some(Kept {
            list_key: key.to_owned(),
            prediction: serde_json::from_str(&packed.prediction).ok()?,
            generation: packed.generation,
            results: packed.results,
            made_at: packed.made_at,
            expires_at: packed.expires_at,
        })
    }

    /// Keeps `answer`.
    pub(crate) fn put(&self, answer: &Kept) {
        // Strings and finite numbers: there is nothing JSON could not hold.
        let Ok(prediction) = serde_json::to_string(&answer.prediction) else {
            return;
        };
        let packed = Packed {
            prediction: prediction.into(),
            generation: answer.generation,
            results: answer.results,
            made_at: answer.made_at,
            expires_at: answer.expires_at,
        };
        let mut answers = self.lock();
        let answers = match answer.generation {
            None => &mut answers.for_everybody,
            Some(_) => &mut answers.for_one,
        };
        answers.put(&answer.list_key, packed, Instant::now());
    }

    fn lock(&self) -> MutexGuard<'_, Answers> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use shared::visitor::Visitor;

    use super::*;
    use crate::{fake::sound, services::PredictedItem};

    fn question(placement: &str, limit: usize) -> Question {
        let arguments = json!({"placement": placement, "limit": limit, "itemId": "a"});
        let (_, asked) = sound(Visitor::User("u".into()), arguments);
        asked.unwrap().swap_remove(0)
    }

    fn kept(question: &Question, items: usize) -> Kept {
        let item = PredictedItem {
            id: "a".into(),
            score: Some(0.5),
            reasons: Vec::new(),
        };
        let prediction = Prediction {
            recommendation_id: Some("rid".into()),
            items: vec![item; items],
        };
        let keep = Keep {
            generation: 7,
            life: 300,
        };
        Kept::new(question, prediction, keep, 1_000)
    }

    fn memory(generation: u64) -> Memory {
        Memory {
            generation,
            ..Memory::default()
        }
    }

    #[test]
    fn a_visitor_s_answer_is_good_until_their_taste_changes() {
        let question = question("home", 10);
        let kept = kept(&question, 15);
        assert!(kept.answers(&question, Some(&memory(7)), 1_299));
        assert!(!kept.answers(&question, Some(&memory(8)), 1_299));
        assert!(!kept.answers(&question, Some(&memory(7)), 1_300));
        assert!(!kept.answers(&question, None, 1_001));
    }

    #[test]
    fn an_answer_made_while_personalize_learned_is_asked_for_again() {
        let question = question("home", 10);
        let kept = kept(&question, 15);
        let after = |updated_at| Memory {
            updated_at,
            ..memory(7)
        };
        assert!(kept.answers(&question, Some(&after(998)), 1_100));
        assert!(!kept.answers(&question, Some(&after(999)), 1_100));
        assert!(
            kept.answers(&question, Some(&after(1_000)), 1_001),
            "meanwhile it holds"
        );
    }

    #[test]
    fn an_answer_for_everybody_needs_no_memory() {
        let question = question("product-detail", 8);
        assert!(kept(&question, 8).answers(&question, None, 1_001));
    }

    #[test]
    fn a_longer_list_is_asked_for_unless_there_is_no_more() {
        let (short, long) = (question("popular", 10), question("popular", 100));
        assert!(!kept(&short, short.results).answers(&long, None, 1_001));
        assert!(kept(&short, 3).answers(&long, None, 1_001));
    }

    #[test]
    fn it_goes_through_the_process_and_the_table_and_back() {
        let kept = kept(&question("home", 10), 2);
        let nearby = Nearby::new(Duration::from_secs(60));
        nearby.put(&kept);
        assert_eq!(nearby.get(&kept.list_key).as_ref(), Some(&kept));
        let item = serde_dynamo::to_item(&kept).unwrap();
        assert_eq!(Kept::from_item(item), Some(kept));
    }
}
