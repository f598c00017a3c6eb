//! The records of an invocation, one after the other.

use jiff::Timestamp;
use messages::{MessagesError, MessagesTable, SuppressionReason};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use shared::{
    fault::Fault,
    metrics::{Unit, emit},
};

use crate::{
    apply::apply,
    error::FeedbackError,
    feedback::{Feedback, Unreadable, feedback},
};

/// SNS's event. Of a record nothing is believed before it is looked at, so that a strange one does not
/// hide the others.
#[derive(Debug, Deserialize)]
pub(crate) struct Event {
    #[serde(rename = "Records")]
    records: Vec<Value>,
}

/// What became of the records.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Answer {
    bounces: usize,
    complaints: usize,
    opt_outs: usize,
    opt_ins: usize,
    ignored: usize,
    unreadable: usize,
    failed: usize,
}

/// Deals with all records of `event`.
///
/// # Errors
/// When a service failed for one of them.
pub(crate) async fn take(table: &MessagesTable, event: &Event) -> Result<Answer, FeedbackError> {
    let mut answer = Answer::default();
    let mut last = None;
    for record in &event.records {
        let feedback = match read(record) {
            Ok(feedback) => feedback,
            Err(Unreadable) => {
                // Its content is about people, and stays out of the log.
                tracing::warn!("a record is of no kind that is known, and is left out");
                answer.unreadable += 1;
                continue;
            }
        };
        match apply(table, &feedback).await {
            Ok(()) => answer.count(&feedback),
            Err(error) => {
                last = Some(failed(error));
                answer.failed += 1;
            }
        }
    }
    answer.report();
    match last {
        None => Ok(answer),
        Some(last) => Err(FeedbackError {
            failed: answer.failed,
            records: event.records.len(),
            last,
        }),
    }
}

fn failed(error: MessagesError) -> MessagesError {
    tracing::warn!(errorType = error.kind().name(), %error, "a record was not dealt with");
    error
}

fn read(record: &Value) -> Result<Feedback, Unreadable> {
    let sns = &record["Sns"];
    let message = sns["Message"].as_str().ok_or(Unreadable)?;
    let sent = sns["Timestamp"].as_str().and_then(|sent| sent.parse().ok());
    feedback(message, sent.unwrap_or_else(Timestamp::now))
}

impl Answer {
    fn count(&mut self, feedback: &Feedback) {
        let counted = match feedback {
            Feedback::Nothing => &mut self.ignored,
            Feedback::OptIn { .. } => &mut self.opt_ins,
            Feedback::Suppress(suppress) => match suppress.reason {
                SuppressionReason::Bounce => &mut self.bounces,
                SuppressionReason::Complaint => &mut self.complaints,
                SuppressionReason::OptOut | SuppressionReason::Manual => &mut self.opt_outs,
            },
        };
        *counted += 1;
    }

    /// SNS brings few records at once: exact as f64.
    #[allow(clippy::cast_precision_loss)]
    fn report(&self) {
        let data = [
            ("Bounces", self.bounces),
            ("Complaints", self.complaints),
            ("OptOuts", self.opt_outs),
            ("OptIns", self.opt_ins),
            ("Ignored", self.ignored),
            ("Unreadable", self.unreadable),
            ("Failed", self.failed),
        ]
        .map(|(name, records)| (name, Unit::Count, records as f64));
        emit("message-feedback", &[], &data);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_samples_are_read() {
        let of = |sample: &str| {
            let event: Event = serde_json::from_str(sample).unwrap();
            read(&event.records[0]).unwrap()
        };
        let bounce = of(include_str!("../../../events/message-feedback.json"));
        assert!(matches!(bounce, Feedback::Suppress(_)));
        let stop = of(include_str!("../../../events/message-feedback-stop.json"));
        let Feedback::Suppress(stop) = stop else {
            panic!("it is an opt-out");
        };
        assert_eq!(stop.at.to_string(), "2026-11-30T12:00:00Z");
    }

    #[test]
    fn a_strange_record_is_unreadable_and_no_more() {
        for record in [
            json!({}),
            json!(7),
            json!({"Sns": {"Message": 7}}),
            json!({"Sns": {"Message": "x"}}),
        ] {
            assert_eq!(read(&record), Err(Unreadable), "{record}");
        }
    }
}
