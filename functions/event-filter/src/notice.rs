//! A notification: a subject and lines for a person, the same as JSON for machines.

use serde_json::{Value, json};

/// The version of the JSON for machines; a member is never given another meaning under the same one.
const VERSION: u32 = 1;
/// The facts that subscriptions may filter by. SQS takes ten attributes at most.
const ATTRIBUTES: [&str; 6] = ["estate", "kind", "name", "event", "status", "error"];
/// The protocols whose subscribers are programs.
const MACHINES: [&str; 5] = ["http", "https", "sqs", "lambda", "firehose"];
/// The longest subject SNS takes.
const MAX_SUBJECT: usize = 100;
/// The longest cause told in full; a workflow's may have 32,768 characters. It is told seven times
/// over, once a protocol, and SNS takes 256 KB.
const MAX_CAUSE: usize = 4_000;

/// A notification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Notice {
    /// What happened, to what.
    pub(crate) subject: String,
    /// What a person has to know and can do.
    pub(crate) message: String,
    /// The same for machines.
    pub(crate) facts: Value,
}

impl Notice {
    /// A notification; facts without a value are left out.
    pub(crate) fn new(subject: &str, lines: &[&str], facts: &[(&str, &str)]) -> Self {
        let facts: serde_json::Map<String, Value> = facts
            .iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| ((*name).to_owned(), json!(value)))
            .collect();
        Self {
            subject: printable(subject),
            message: lines.join("\n"),
            facts: Value::Object(facts),
        }
    }

    /// The message of each protocol, as SNS takes it with the message structure `json`.
    pub(crate) fn by_protocol(&self, event: &str) -> String {
        let mut machine = json!({
            "version": VERSION, "eventId": event, "subject": self.subject, "message": self.message
        });
        if let (Value::Object(all), Value::Object(facts)) = (&mut machine, &self.facts) {
            all.extend(facts.clone());
        }
        let machine = machine.to_string();
        let mut messages = json!({ "default": self.message, "email": self.message });
        for protocol in MACHINES {
            messages[protocol] = json!(machine);
        }
        messages.to_string()
    }

    /// The facts that are message attributes.
    pub(crate) fn attributes(&self) -> impl Iterator<Item = (&'static str, &str)> {
        ATTRIBUTES
            .into_iter()
            .filter_map(|name| Some((name, self.facts.get(name)?.as_str()?)))
    }
}

/// The first characters of a long cause.
pub(crate) fn cut(cause: &str) -> String {
    cause.chars().take(MAX_CAUSE).collect()
}

/// SNS takes subjects of printable ASCII only.
fn printable(subject: &str) -> String {
    let ascii = |c: char| {
        if c.is_ascii_graphic() || c == ' ' {
            c
        } else {
            '?'
        }
    };
    subject.chars().map(ascii).take(MAX_SUBJECT).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_is_what_sns_takes() {
        let notice = Notice::new(&format!("Größe\n{}", "x".repeat(200)), &["a", "b"], &[]);
        assert!(notice.subject.starts_with("Gr??e?x"));
        assert_eq!(
            (notice.subject.len(), notice.message.as_str()),
            (MAX_SUBJECT, "a\nb")
        );
    }

    #[test]
    fn a_person_gets_text_and_a_program_json() {
        let notice = Notice::new("s", &["told"], &[("kind", "campaign"), ("by", "ann")]);
        let all: Value = serde_json::from_str(&notice.by_protocol("e-1")).unwrap();
        assert_eq!(
            (&all["default"], &all["email"]),
            (&json!("told"), &json!("told"))
        );
        let sqs: Value = serde_json::from_str(all["sqs"].as_str().unwrap()).unwrap();
        assert_eq!(
            sqs,
            json!({
                "version": 1, "eventId": "e-1", "subject": "s", "message": "told",
                "kind": "campaign", "by": "ann"
            })
        );
        assert_eq!(
            notice.attributes().collect::<Vec<_>>(),
            [("kind", "campaign")]
        );
    }

    #[test]
    fn facts_without_a_value_are_left_out() {
        let notice = Notice::new("s", &[], &[("kind", "campaign"), ("error", "")]);
        assert_eq!(notice.facts, json!({"kind": "campaign"}));
    }
}
