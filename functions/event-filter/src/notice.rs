//! The text of a notification: a subject and lines for a person, attributes for machines.

use serde_json::{Value, json};

/// The longest subject SNS takes.
const MAX_SUBJECT: usize = 100;
/// The longest cause told in full; a workflow's may have 32,768 characters.
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
    /// A notification; `facts` are its attributes, each a text.
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
    fn facts_without_a_value_are_left_out() {
        let notice = Notice::new("s", &[], &[("kind", "campaign"), ("error", "")]);
        assert_eq!(notice.facts, json!({"kind": "campaign"}));
    }
}
