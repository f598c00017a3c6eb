//! CloudFormation YAML as JSON, with the short forms of intrinsic functions (`!Ref`, `!Sub`,
//! `!GetAtt`, ...) in their long forms, so that a template can be changed as data and sent on.
//! Reads what CloudFormation reads: YAML 1.1 booleans are not among it, aliases are.

use std::collections::HashMap;

use granit_parser::{Event, Parser, ScalarStyle, Tag};
use serde_json::{Map, Number, Value, json};

/// Reads a template.
///
/// # Errors
/// Line and reason, when it is not YAML.
pub fn parse(text: &str) -> Result<Value, String> {
    let mut builder = Builder::default();
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| error.to_string())?;
        let line = span.start.line();
        builder
            .take(event)
            .map_err(|reason| format!("line {line}: {reason}"))?;
    }
    builder.root.ok_or_else(|| "the file is empty".to_owned())
}

/// A collection whose end was not read yet.
struct Open {
    value: Value,
    key: Option<String>,
    tag: Option<String>,
    anchor: usize,
}

#[derive(Default)]
struct Builder {
    open: Vec<Open>,
    anchors: HashMap<usize, Value>,
    root: Option<Value>,
}

impl Builder {
    fn take(&mut self, event: Event<'_>) -> Result<(), String> {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let tag = short_form(tag.as_deref());
                if self.wants_key() {
                    return self.key(text.into_owned());
                }
                self.value(scalar(&text, style, tag.as_deref()), anchor)
            }
            Event::SequenceStart(_, anchor, tag) => {
                self.start(Value::Array(Vec::new()), anchor, tag.as_deref());
                Ok(())
            }
            Event::MappingStart(_, anchor, tag) => {
                self.start(Value::Object(Map::new()), anchor, tag.as_deref());
                Ok(())
            }
            Event::SequenceEnd | Event::MappingEnd => {
                let open = self
                    .open
                    .pop()
                    .ok_or("a collection ends that never began")?;
                self.value(long_form(open.tag.as_deref(), open.value), open.anchor)
            }
            Event::Alias(anchor) => {
                let value = self
                    .anchors
                    .get(&anchor)
                    .cloned()
                    .ok_or("an alias without anchor")?;
                self.value(value, 0)
            }
            _ => Ok(()),
        }
    }

    fn start(&mut self, value: Value, anchor: usize, tag: Option<&Tag>) {
        self.open.push(Open {
            value,
            key: None,
            tag: short_form(tag),
            anchor,
        });
    }

    fn wants_key(&self) -> bool {
        self.open
            .last()
            .is_some_and(|open| open.value.is_object() && open.key.is_none())
    }

    fn key(&mut self, key: String) -> Result<(), String> {
        let open = self.open.last_mut().ok_or("a key outside a mapping")?;
        if open.value.get(&key).is_some() {
            return Err(format!("the key {key} is there twice"));
        }
        open.key = Some(key);
        Ok(())
    }

    fn value(&mut self, value: Value, anchor: usize) -> Result<(), String> {
        if anchor > 0 {
            self.anchors.insert(anchor, value.clone());
        }
        let Some(open) = self.open.last_mut() else {
            self.root = Some(value);
            return Ok(());
        };
        match &mut open.value {
            Value::Array(items) => items.push(value),
            Value::Object(entries) => {
                let key = open.key.take().ok_or("a collection cannot be a key")?;
                entries.insert(key, value);
            }
            _ => return Err("a value outside a collection".to_owned()),
        }
        Ok(())
    }
}

/// `Sub` of a tag `!Sub`; nothing for YAML's own tags.
fn short_form(tag: Option<&Tag>) -> Option<String> {
    let tag = tag?;
    (tag.handle() == "!").then(|| tag.suffix().to_owned())
}

/// `!Sub x` becomes `{"Fn::Sub": x}`; `Ref` and `Condition` have no `Fn::`, and `!GetAtt a.b`
/// splits at the first dot.
fn long_form(tag: Option<&str>, value: Value) -> Value {
    match (tag, value) {
        (None, value) => value,
        (Some(name @ ("Ref" | "Condition")), value) => json!({ name: value }),
        (Some("GetAtt"), Value::String(path)) => {
            let (resource, attribute) = path.split_once('.').unwrap_or((&path, ""));
            json!({ "Fn::GetAtt": [resource, attribute] })
        }
        (Some(name), value) => json!({ format!("Fn::{name}"): value }),
    }
}

/// Plain scalars are numbers, booleans or null where YAML's core schema says so; quoted ones and
/// the arguments of intrinsic functions are text.
fn scalar(text: &str, style: ScalarStyle, tag: Option<&str>) -> Value {
    if tag.is_some() || style != ScalarStyle::Plain {
        return long_form(tag, Value::String(text.to_owned()));
    }
    match text {
        "" | "~" | "null" => Value::Null,
        "true" | "True" => Value::Bool(true),
        "false" | "False" => Value::Bool(false),
        _ => number(text).map_or_else(|| Value::String(text.to_owned()), Value::Number),
    }
}

/// A number that is written back as it was read: `0644`, `1_000` and `2010-09-09` stay text.
fn number(text: &str) -> Option<Number> {
    let number: Number = text.parse().ok()?;
    (number.to_string() == text).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_forms_become_long_forms_wherever_they_stand() {
        let template = "
Url: !Sub 'https://${Api}'
Arn: !GetAtt Table.Stream.Arn
Pair: !Sub
  - '${A}-b'
  - { A: !Ref Other }
When: !If [IsLocal, !Ref 'AWS::NoValue', !Join [',', [a, b]]]
Only: !Condition IsLocal
";
        let expected = json!({
            "Url": {"Fn::Sub": "https://${Api}"},
            "Arn": {"Fn::GetAtt": ["Table", "Stream.Arn"]},
            "Pair": {"Fn::Sub": ["${A}-b", {"A": {"Ref": "Other"}}]},
            "When": {"Fn::If": ["IsLocal", {"Ref": "AWS::NoValue"}, {"Fn::Join": [",", ["a", "b"]]}]},
            "Only": {"Condition": "IsLocal"},
        });
        assert_eq!(parse(template).unwrap(), expected);
    }

    #[test]
    fn scalars_keep_the_type_they_are_written_with() {
        let template = "{a: 2010-09-09, b: 30, c: '30', d: true, e: 0644, f: 1.5, g: }";
        let expected = json!({"a": "2010-09-09", "b": 30, "c": "30", "d": true, "e": "0644", "f": 1.5, "g": null});
        assert_eq!(parse(template).unwrap(), expected);
    }

    #[test]
    fn anchors_are_resolved() {
        let template = "a: &x { Type: String }\nb: *x\n";
        assert_eq!(parse(template).unwrap()["b"], json!({"Type": "String"}));
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line() {
        let error = parse("a: 1\nb: 2\na: 3\n").unwrap_err();
        assert!(
            error.contains("line 3") && error.contains("a is there twice"),
            "{error}"
        );
        assert!(parse("a: [1").is_err());
    }
}
