//! Rows of CSV as the lines that they stand for.

use messages::csv;
use serde_json::{Map, Value, json};

/// Columns of these have more inside.
const CONSENTS: &str = "consents";
const GIVEN: &str = "given";

/// The columns of a file.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) struct Heading(Vec<String>);

impl Heading {
    /// The columns that the row `bytes` names.
    ///
    /// # Errors
    /// What is wrong with them.
    pub(crate) fn of(bytes: &[u8]) -> Result<Self, String> {
        // Excel begins its files with a mark.
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let names = fields(bytes)?;
        let names: Vec<String> = names.iter().map(|name| name.trim().to_owned()).collect();
        if !names.iter().any(|name| name == "userId") {
            return Err("userId is missing".to_owned());
        }
        let mut seen = std::collections::BTreeSet::new();
        match names.iter().find(|name| !seen.insert(name.as_str())) {
            Some(twice) => Err(format!("`{twice}` is there twice")),
            None => Ok(Self(names)),
        }
    }

    /// The row `bytes` as JSON: an empty field is not there.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(crate) fn line(&self, bytes: &[u8]) -> Result<Value, String> {
        let fields = fields(bytes)?;
        if fields.len() != self.0.len() {
            return Err(format!(
                "it has {} fields, and the heading {}",
                fields.len(),
                self.0.len()
            ));
        }
        let mut line = Map::new();
        for (name, field) in self.0.iter().zip(fields) {
            if field.is_empty() || name.is_empty() {
                continue;
            }
            match name.split_once('.') {
                None => {
                    line.insert(name.clone(), value(name, field));
                }
                Some((outer, inner)) => {
                    let outer_value = line
                        .entry(outer)
                        .or_insert_with(|| Value::Object(Map::new()));
                    let Some(inside) = outer_value.as_object_mut() else {
                        return Err(format!("`{outer}` and `{name}` are both there"));
                    };
                    match outer {
                        CONSENTS => say(inside, inner, field),
                        _ => {
                            inside.insert(inner.to_owned(), value(outer, field));
                        }
                    }
                }
            }
        }
        if let Some(Value::Object(consents)) = line.get_mut(CONSENTS) {
            // When nothing was said does not matter.
            consents.retain(|_, consent| consent.get(GIVEN).is_some());
        }
        Ok(Value::Object(line))
    }
}

/// Adds the field of the column `consents.<name>` to `consents`: `<channel>`, `<channel>.at` or
/// `<channel>.source`.
fn say(consents: &mut Map<String, Value>, name: &str, field: String) {
    let (channel, member) = name.split_once('.').unwrap_or((name, GIVEN));
    let value = match member {
        GIVEN => value(CONSENTS, field),
        "at" => field
            .trim()
            .parse::<i64>()
            .map_or(field.into(), Value::from),
        _ => field.into(),
    };
    let consent = consents.entry(channel).or_insert_with(|| json!({}));
    if let Some(consent) = consent.as_object_mut() {
        consent.insert(member.to_owned(), value);
    }
}

/// A yes or no is one where one is asked for; all else is text.
fn value(name: &str, field: String) -> Value {
    let asks = name == CONSENTS || name == "suppressed";
    match field.trim().to_lowercase().as_str() {
        "true" | "yes" | "1" if asks => Value::Bool(true),
        "false" | "no" | "0" if asks => Value::Bool(false),
        _ => Value::String(field),
    }
}

fn fields(bytes: &[u8]) -> Result<Vec<String>, String> {
    let fields = csv::fields(bytes)
        .ok_or("it is no CSV: a quote is not closed, or in the midst of a field in quotes")?;
    let fields = fields.into_iter().map(String::from_utf8);
    fields
        .collect::<Result<_, _>>()
        .map_err(|_| "it is no UTF-8".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_with_points_are_members_of_members() {
        let heading = b"\xef\xbb\xbfuserId,email,push.token,push.service,consents.email,attributes.tier,suppressed";
        let heading = Heading::of(heading).unwrap();
        let line = heading
            .line(b"\"u,1\",a@shop.example,t,GCM,TRUE,1,no")
            .unwrap();
        assert_eq!(
            line,
            json!({
                "userId": "u,1", "email": "a@shop.example", "push": {"token": "t", "service": "GCM"},
                "consents": {"email": {"given": true}}, "attributes": {"tier": "1"}, "suppressed": false,
            })
        );
        let line = heading.line(b"u,,,,,,").unwrap();
        assert_eq!(line, json!({"userId": "u"}));
        assert!(heading.line(b"u,a").unwrap_err().contains("2 fields"));
        let two = heading.line(b"\"u,,,,,,\nv,,,,,,");
        assert!(two.unwrap_err().contains("quote"));
    }

    #[test]
    fn a_consent_may_say_when_and_where() {
        let heading = b"userId,consents.email,consents.email.at,consents.email.source,consents.sms,consents.sms.at";
        let heading = Heading::of(heading).unwrap();
        let line = heading
            .line(b"u,yes,1764500000,checkout,0,2026-11-30T08:00:00Z")
            .unwrap();
        assert_eq!(
            line["consents"],
            json!({
                "email": {"given": true, "at": 1_764_500_000, "source": "checkout"},
                "sms": {"given": false, "at": "2026-11-30T08:00:00Z"},
            })
        );
        let line = heading.line(b"u,,1764500000,checkout,,").unwrap();
        assert_eq!(line["consents"], json!({}), "when nothing was said");
    }

    #[test]
    fn a_heading_names_its_columns_once() {
        assert!(Heading::of(b"id,email").unwrap_err().contains("userId"));
        assert!(
            Heading::of(b"userId,email,email")
                .unwrap_err()
                .contains("twice")
        );
    }
}
