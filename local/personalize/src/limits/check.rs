//! A value of a request against its shape.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::{Shape, path::Path};
use crate::fault::Fault;

/// Shapes by name.
type Shapes = BTreeMap<String, Shape>;

/// The members of an object: those that must be there, and each against its shape.
pub(super) fn structure(
    shapes: &Shapes,
    name: &str,
    path: &Path<'_>,
    members: &Map<String, Value>,
) -> Result<(), Fault> {
    let Some(shape) = shapes.get(name) else {
        return Ok(());
    };
    for member in &shape.required {
        if members.get(member).is_none_or(Value::is_null) {
            let path = Path::Member(path, member);
            return Err(path.wrong("this member is required"));
        }
    }
    for (member, value) in members.iter().filter(|(_, value)| !value.is_null()) {
        if let Some(name) = shape.members.get(member) {
            check(shapes, name, &Path::Member(path, member), value)?;
        }
    }
    Ok(())
}

fn check(shapes: &Shapes, name: &str, path: &Path<'_>, value: &Value) -> Result<(), Fault> {
    let Some(shape) = shapes.get(name) else {
        return Ok(());
    };
    let wrong = |expected: &str| Err(path.wrong(format!("must be {expected}")));
    match (shape.r#type.as_str(), value) {
        ("structure", Value::Object(members)) => structure(shapes, name, path, members),
        ("map", Value::Object(entries)) => map(shapes, shape, path, entries),
        ("structure" | "map", _) => wrong("an object"),
        ("list", Value::Array(elements)) => list(shapes, shape, path, elements),
        ("list", _) => wrong("a list"),
        ("string", Value::String(text)) => string(shape, path, text),
        ("string", _) => wrong("a string"),
        ("boolean", Value::Bool(_)) => Ok(()),
        ("boolean", _) => wrong("true or false"),
        ("integer" | "long", Value::Number(number)) => match number.as_i64() {
            Some(number) => range(shape, path, number, ""),
            None => wrong("a whole number"),
        },
        ("float" | "double" | "timestamp", Value::Number(_)) => Ok(()),
        _ => wrong("a number"),
    }
}

fn map(
    shapes: &Shapes,
    shape: &Shape,
    path: &Path<'_>,
    entries: &Map<String, Value>,
) -> Result<(), Fault> {
    length(shape, path, entries.len(), "members")?;
    for (key, value) in entries {
        let path = Path::Member(path, key);
        if let Some(shape) = shape.key.as_ref().and_then(|name| shapes.get(name)) {
            string(shape, &path, key)?;
        }
        if let Some(name) = &shape.value {
            check(shapes, name, &path, value)?;
        }
    }
    Ok(())
}

fn list(shapes: &Shapes, shape: &Shape, path: &Path<'_>, elements: &[Value]) -> Result<(), Fault> {
    length(shape, path, elements.len(), "elements")?;
    for (index, element) in elements.iter().enumerate() {
        if let Some(name) = &shape.member {
            check(shapes, name, &Path::Element(path, index), element)?;
        }
    }
    Ok(())
}

fn string(shape: &Shape, path: &Path<'_>, text: &str) -> Result<(), Fault> {
    length(shape, path, text.chars().count(), "characters")?;
    if !shape.r#enum.is_empty() && !shape.r#enum.iter().any(|one| one == text) {
        return Err(path.wrong(format!("must be one of {}", shape.r#enum.join(", "))));
    }
    match &shape.pattern {
        Some(pattern) if !pattern.is_match(text) => {
            Err(path.wrong(format!("must match {pattern}")))
        }
        _ => Ok(()),
    }
}

fn length(shape: &Shape, path: &Path<'_>, length: usize, of: &str) -> Result<(), Fault> {
    range(shape, path, i64::try_from(length).unwrap_or(i64::MAX), of)
}

fn range(shape: &Shape, path: &Path<'_>, number: i64, of: &str) -> Result<(), Fault> {
    let (verb, of) = match of {
        "" => ("be", String::new()),
        of => ("have", format!(" {of}")),
    };
    let (word, bound) = match (shape.min, shape.max) {
        (Some(min), _) if number < min => ("least", min),
        (_, Some(max)) if number > max => ("most", max),
        _ => return Ok(()),
    };
    Err(path.wrong(format!("must {verb} at {word} {bound}{of}")))
}
