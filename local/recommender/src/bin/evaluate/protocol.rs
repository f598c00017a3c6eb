//! From a test file to questions: what is known when each is asked, and what came after.

use recommender::{Event, Interactions, Model};

/// One question and what would have been right.
#[derive(Debug)]
pub(crate) struct Question {
    /// What is known, oldest first, in the model's numbers.
    pub(crate) history: Vec<Event>,
    /// The distinct right answers; an item that the model never saw is `u32::MAX`.
    pub(crate) targets: Vec<u32>,
}

/// Whether items of the history may be answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Seen {
    /// They may: people come back to what they know.
    Keep,
    /// They are left out, as by a filter: the question is for something new.
    Drop,
}

/// What is asked in this test: something new, unless a user comes back to an item they know.
pub(crate) fn seen(questions: &[Question]) -> Seen {
    let comes_back = |question: &Question| {
        question
            .history
            .iter()
            .any(|event| question.targets.contains(&event.item))
    };
    match questions.iter().any(comes_back) {
        true => Seen::Keep,
        false => Seen::Drop,
    }
}

/// Each user of the test file, asked with their history in the training file.
pub(crate) fn users(model: &Model, data: &Interactions, test: &Interactions) -> Vec<Question> {
    all(test)
        .map(|(name, events)| {
            let known = data
                .users()
                .get(name)
                .map_or(&[][..], |user| data.history(user));
            let mut targets: Vec<u32> = events
                .iter()
                .map(|event| number(model, test, event))
                .collect();
            targets.sort_unstable();
            targets.dedup();
            Question {
                history: known.to_vec(),
                targets,
            }
        })
        .collect()
}

/// Each step of each test session, asked with the steps before it.
pub(crate) fn steps(model: &Model, test: &Interactions) -> Vec<Question> {
    let mut questions = Vec::new();
    for (_, events) in all(test) {
        let known: Vec<Event> = events
            .iter()
            .map(|event| Event {
                item: number(model, test, event),
                ..*event
            })
            .collect();
        questions.extend((1..known.len()).map(|next| Question {
            history: known[..next].to_vec(),
            targets: vec![known[next].item],
        }));
    }
    questions
}

fn all(test: &Interactions) -> impl Iterator<Item = (&str, &[Event])> {
    test.users()
        .iter()
        .zip(0..)
        .map(|(name, user)| (name, test.history(user)))
}

fn number(model: &Model, test: &Interactions, event: &Event) -> u32 {
    model
        .items()
        .get(test.items().name(event.item))
        .unwrap_or(u32::MAX)
}
