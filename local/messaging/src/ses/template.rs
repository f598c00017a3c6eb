//! Templates in a request, and the values that fill them. Of Handlebars, SES lets them have simple variables only,
//! and it escapes nothing.

use std::{borrow::Cow, collections::HashMap};

use serde_json::{Value, value::RawValue};

use crate::outbox::Content;

/// Characters of the values of one email.
pub(crate) const DATA: usize = 262_144;

/// A text with variables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Template<'a>(Vec<Part<'a>>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part<'a> {
    Text(&'a str),
    /// A name, or names joined by dots.
    Variable(&'a str),
}

impl<'a> Template<'a> {
    /// # Errors
    /// A sentence, when it has what is no variable between braces.
    pub(crate) fn parse(text: &'a str) -> Result<Self, String> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some(place) = rest.find("{{") {
            parts.push(Part::Text(&rest[..place]));
            let (open, close) = match rest[place..].starts_with("{{{") {
                true => (3, "}}}"),
                false => (2, "}}"),
            };
            let inside = &rest[place + open..];
            let line = text[..text.len() - inside.len()].matches('\n').count() + 1;
            let end = inside
                .find(close)
                .ok_or_else(|| format!("line {line}: '{{{{' without '}}}}'"))?;
            parts.push(Part::Variable(variable(&inside[..end]).ok_or_else(|| {
                format!("line {line}: only simple variables like '{{{{name}}}}' can be in a template that a request brings")
            })?));
            rest = &inside[end + close.len()..];
        }
        parts.push(Part::Text(rest));
        Ok(Self(parts))
    }

    /// The variables, as often as they occur.
    fn variables(&self) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter_map(|part| match part {
            Part::Variable(name) => Some(*name),
            Part::Text(_) => None,
        })
    }

    /// The text, with nothing for values that are missing.
    pub(crate) fn render(&self, values: &Values<'_>) -> String {
        let mut text = String::new();
        for part in &self.0 {
            match part {
                Part::Text(part) => text.push_str(part),
                Part::Variable(name) => values.push(name, &mut text),
            }
        }
        text
    }
}

fn variable(inside: &str) -> Option<&str> {
    let name = inside.trim();
    let name = name.strip_prefix('&').map_or(name, str::trim_start);
    let good = |sign: char| sign.is_alphanumeric() || matches!(sign, '_' | '-' | '.' | '@');
    (!name.is_empty() && name != "else" && name.chars().all(good)).then_some(name)
}

/// Values by name: of one email, and those for all where it has none.
#[derive(Debug, Default)]
pub(crate) struct Values<'a> {
    own: Object<'a>,
    defaults: Object<'a>,
}

type Object<'a> = HashMap<Cow<'a, str>, &'a RawValue>;

impl<'a> Values<'a> {
    /// # Errors
    /// A sentence, when one of them is not a JSON object.
    pub(crate) fn parse(own: &'a str, defaults: &'a str) -> Result<Self, String> {
        let object = |json: &'a str| {
            serde_json::from_str::<Object<'a>>(json).map_err(|error| {
                format!(
                    "Template data must be a JSON object: {}",
                    crate::wire::place_of(&error)
                )
            })
        };
        Ok(Self {
            own: object(own)?,
            defaults: object(defaults)?,
        })
    }

    /// The first variable that has no value.
    pub(crate) fn missing<'n>(&self, mut names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
        names.find(|name| self.find(name).is_none())
    }

    /// The JSON of a value and what to look for inside it.
    fn find<'n>(&self, name: &'n str) -> Option<(&'a RawValue, Option<&'n str>)> {
        let of = |name: &str| {
            self.own
                .get(name)
                .or_else(|| self.defaults.get(name))
                .copied()
        };
        if let Some(value) = of(name) {
            return Some((value, None));
        }
        let (first, path) = name.split_once('.')?;
        let value = of(first)?;
        inside(value, path)?;
        Some((value, Some(path)))
    }

    fn push(&self, name: &str, text: &mut String) {
        let Some((value, path)) = self.find(name) else {
            return;
        };
        let value = match path {
            Some(path) => inside(value, path),
            None => serde_json::from_str(value.get()).ok(),
        };
        match value {
            None | Some(Value::Null) => {}
            Some(Value::String(value)) => text.push_str(&value),
            Some(value) => text.push_str(&value.to_string()),
        }
    }
}

fn inside(value: &RawValue, path: &str) -> Option<Value> {
    let value: Value = serde_json::from_str(value.get()).ok()?;
    let found = path.split('.').try_fold(&value, |value, name| match value {
        Value::Array(values) => values.get(name.parse::<usize>().ok()?),
        _ => value.get(name),
    });
    found.cloned()
}

/// The variables of a content, each once.
///
/// # Errors
/// A sentence that names the part that is wrong.
pub(crate) fn variables(content: &Content) -> Result<Vec<String>, String> {
    let parts = [
        ("Subject", Some(content.subject.as_str())),
        ("Html", content.html.as_deref()),
        ("Text", content.text.as_deref()),
    ];
    let mut names = Vec::new();
    for (part, text) in parts {
        let template = Template::parse(text.unwrap_or_default());
        let template = template.map_err(|problem| format!("{part} of the template, {problem}"))?;
        names.extend(template.variables().map(str::to_owned));
    }
    names.sort_unstable();
    names.dedup();
    Ok(names)
}

/// An email as it looks: its subject, its HTML and its text.
pub(crate) fn rendered(
    content: &Content,
    data: Option<&str>,
) -> (String, Option<String>, Option<String>) {
    let Some(defaults) = &content.defaults else {
        return (
            content.subject.clone(),
            content.html.clone(),
            content.text.clone(),
        );
    };
    // Both were read when the email was taken.
    let values = Values::parse(data.unwrap_or("{}"), defaults).unwrap_or_default();
    let render = |text: &str| match Template::parse(text) {
        Ok(template) => template.render(&values),
        Err(_) => text.to_owned(),
    };
    (
        render(&content.subject),
        content.html.as_deref().map(render),
        content.text.as_deref().map(render),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn render(template: &str, own: &str, defaults: &str) -> String {
        let values = Values::parse(own, defaults).unwrap();
        Template::parse(template).unwrap().render(&values)
    }

    #[test]
    fn variables_are_replaced_and_nothing_is_escaped() {
        let own = r#"{"name": "A & <b>\"", "n": 3, "who": {"first": "Ada"}, "list": ["x"], "none": null}"#;
        let template = "Hi {{name}} {{ n }} {{{name}}} {{who.first}} {{list.0}}[{{none}}] {{shop}}";
        assert_eq!(
            render(template, own, r#"{"shop": "S", "n": 1}"#),
            "Hi A & <b>\" 3 A & <b>\" Ada x[] S"
        );
        assert_eq!(render("no {braces} }}", "{}", "{}"), "no {braces} }}");
        assert_eq!(
            render("{{a}}", r#"{"a": "{{b}}", "b": "x"}"#, "{}"),
            "{{b}}",
            "once"
        );
    }

    #[test]
    fn what_is_missing_is_named() {
        let values = Values::parse(r#"{"a": {"b": 1}}"#, r#"{"c": 1}"#).unwrap();
        assert_eq!(values.missing(["a", "a.b", "c"].into_iter()), None);
        assert_eq!(values.missing(["a.x", "d"].into_iter()), Some("a.x"));
        assert!(Values::parse("[1]", "{}").is_err());
    }

    #[test]
    fn other_handlebars_are_refused_with_their_line() {
        for bad in [
            "{{#if a}}x{{/if}}",
            "{{> part}}",
            "{{a",
            "{{}}",
            "{{each a}}",
        ] {
            let error = Template::parse(bad).unwrap_err();
            assert!(error.starts_with("line 1: "), "{error}");
        }
        assert!(
            Template::parse("a\n\n{{#each x}}")
                .unwrap_err()
                .starts_with("line 3")
        );
    }
}
