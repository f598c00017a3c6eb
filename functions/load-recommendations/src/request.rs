//! What the workflows ask for, and what they get.

use serde::{Deserialize, Serialize};

/// How long a list holds when it is not renewed: an old one is better than none, for a while.
pub(crate) const LIST_SECONDS: i64 = 30 * 24 * 3_600;

/// Which lists are to be filled.
#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(tag = "list", rename_all = "lowercase")]
pub(crate) enum Event {
    /// The one that is the same for everybody.
    Popular,
    /// Those a batch job has made.
    Batch(Batch),
}

/// The results of a batch job.
#[derive(Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct Batch {
    /// The declared job.
    pub(crate) job: String,
    /// The prefix of its results in the data bucket.
    pub(crate) output: String,
    /// Where the call before stopped; the first has none.
    pub(crate) cursor: Option<Cursor>,
}

/// How far a job's results are loaded.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
pub(crate) struct Cursor {
    /// The object that is being loaded; those before it, by the order of their keys, are done.
    pub(crate) key: String,
    /// The byte at which its next line begins.
    pub(crate) offset: u64,
    /// Lists stored so far.
    pub(crate) lists: u64,
    /// Lines rejected so far.
    pub(crate) rejected: u64,
}

/// What a workflow gets.
#[derive(Debug, Serialize)]
#[serde(tag = "list", rename_all = "lowercase")]
pub(crate) enum Answer {
    /// Of the popular list.
    Popular(Popular),
    /// Of a batch job.
    Batch(Loaded),
}

/// What became of the popular list.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Popular {
    /// Items written; 0 when the list stayed as it was.
    pub(crate) items: usize,
    /// Why it stayed as it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<String>,
}

/// How far a batch job's results are loaded.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Loaded {
    /// The declared job.
    pub(crate) job: String,
    /// Whether all is loaded; if not, ask again with `cursor`.
    pub(crate) done: bool,
    /// Where to go on.
    pub(crate) cursor: Option<Cursor>,
    /// Lists stored in all calls so far.
    pub(crate) lists: u64,
    /// Lines rejected in all calls so far.
    pub(crate) rejected: u64,
}

#[cfg(test)]
mod tests {
    use serde_json::{from_value, json, to_value};

    use super::*;

    #[test]
    fn events_and_answers_are_as_the_workflows_write_and_read_them() {
        let popular: Event = from_value(json!({"list": "popular"})).unwrap();
        assert_eq!(popular, Event::Popular);
        let first = json!({"list": "batch", "job": "j", "output": "batch/output/j/r/"});
        assert!(
            matches!(from_value(first).unwrap(), Event::Batch(batch) if batch.cursor.is_none())
        );
        assert!(from_value::<Event>(json!({"list": "season"})).is_err());
        let unchanged = Popular {
            items: 0,
            reason: Some("why".into()),
        };
        let unchanged = to_value(Answer::Popular(unchanged)).unwrap();
        assert_eq!(
            unchanged,
            json!({"list": "popular", "items": 0, "reason": "why"})
        );
    }

    #[test]
    fn the_next_call_takes_the_cursor_of_the_one_before() {
        let cursor = Cursor {
            key: "batch/output/j/r/users.json.out".to_owned(),
            offset: 4_096,
            lists: 12,
            rejected: 1,
        };
        let answer = Answer::Batch(Loaded {
            cursor: Some(cursor.clone()),
            ..Loaded::default()
        });
        let answer = to_value(answer).unwrap();
        let next = json!({
            "list": "batch", "job": "j", "output": "batch/output/j/r/", "cursor": answer["cursor"]
        });
        assert!(
            matches!(from_value(next).unwrap(), Event::Batch(batch) if batch.cursor == Some(cursor))
        );
    }
}
