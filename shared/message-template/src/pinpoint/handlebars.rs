//! Pinpoint's Handlebars as the template language.

use std::collections::BTreeMap;

use super::{
    ConvertError,
    mustache::{Mustache, split, unknown},
    variables::{quoted, variable},
};

/// A text that was translated.
#[derive(Debug, Default)]
pub(super) struct Translated {
    pub(super) text: String,
    /// What was guessed.
    pub(super) notes: Vec<String>,
}

/// Translates `source`, the member `part` of an export; values that are shown have their `defaults`.
pub(super) fn translate(
    part: &'static str,
    source: &str,
    defaults: &BTreeMap<String, String>,
) -> Result<Translated, ConvertError> {
    let mut translator = Translator {
        defaults,
        done: Translated::default(),
        open: Vec::new(),
    };
    let wrong = |at: usize, message: String| ConvertError::Handlebars {
        part,
        line: 1 + source[..at].matches('\n').count(),
        message,
    };
    let mut at = 0;
    while let Some(brace) = source[at..].find('{') {
        translator.done.text.push_str(&source[at..at + brace]);
        at += brace;
        let rest = &source[at..];
        let taken = if let Some(tag) = Mustache::at(rest) {
            translator.tag(&tag).map_err(|message| wrong(at, message))?;
            tag.length
        } else if rest.starts_with("{%") || rest.starts_with("{#") {
            // Not a tag there, and one here.
            translator
                .done
                .text
                .push_str(&format!("{{{{ '{}' }}}}", &rest[..2]));
            2
        } else {
            translator.done.text.push('{');
            1
        };
        at += taken;
    }
    translator.done.text.push_str(&source[at..]);
    match translator.open.pop() {
        Some(block) => Err(wrong(
            source.len(),
            format!("{{{{#{}}}}} is not closed", block.helper),
        )),
        None => Ok(translator.done),
    }
}

/// A block that is open.
struct Block {
    helper: String,
    /// The variable of a loop.
    item: Option<String>,
}

struct Translator<'a> {
    defaults: &'a BTreeMap<String, String>,
    done: Translated,
    open: Vec<Block>,
}

impl Translator<'_> {
    fn tag(&mut self, tag: &Mustache<'_>) -> Result<(), String> {
        let inner = tag.inner.trim_start_matches('&').trim();
        let written = if inner.starts_with('!') {
            String::new()
        } else if let Some(block) = inner.strip_prefix('#') {
            self.open_block(block.trim())?
        } else if let Some(helper) = inner.strip_prefix('/') {
            self.close_block(helper.trim())?
        } else if inner == "else" || inner == "^" {
            "{% else %}".to_owned()
        } else if inner.starts_with(['>', '^', '*']) || inner.starts_with("else ") {
            return Err(format!("{{{{{inner}}}}} has no equal here; write it out"));
        } else {
            format!("{{{{ {} }}}}", self.shown(inner)?)
        };
        self.done.text.push_str(&written);
        Ok(())
    }

    fn open_block(&mut self, block: &str) -> Result<String, String> {
        let (helper, rest) = block.split_once(char::is_whitespace).unwrap_or((block, ""));
        let arguments = split(rest)?;
        let mut item = None;
        let written = match (helper, arguments.as_slice()) {
            ("if", [condition]) => format!("{{% if {} %}}", self.value(condition)?),
            ("unless", [condition]) => format!("{{% if not {} %}}", self.value(condition)?),
            ("each", [list]) => {
                let name = format!("item{}", self.open.len() + 1);
                let mut values = self.value(list)?;
                if values.starts_with("person.attributes") {
                    let note = format!("`{list}` is taken for a list with commas");
                    self.done.notes.push(note);
                    values = format!("({values} | default('') | split(','))");
                }
                let written = format!("{{% for {name} in {values} %}}");
                item = Some(name);
                written
            }
            ("eq" | "neq" | "and" | "or" | "not", arguments) => {
                format!("{{% if {} %}}", self.condition(helper, arguments)?)
            }
            _ => return Err(unknown(helper)),
        };
        self.open.push(Block {
            helper: helper.to_owned(),
            item,
        });
        Ok(written)
    }

    fn close_block(&mut self, helper: &str) -> Result<String, String> {
        match self.open.pop() {
            Some(block) if block.helper == helper => Ok(match block.item {
                Some(_) => "{% endfor %}".to_owned(),
                None => "{% endif %}".to_owned(),
            }),
            _ => Err(format!("{{{{/{helper}}}}} closes what is not open")),
        }
    }

    /// What `{{inner}}` shows.
    fn shown(&mut self, inner: &str) -> Result<String, String> {
        let words = split(inner)?;
        match words.as_slice() {
            [path] => {
                let value = self.value(path)?;
                let default = self.defaults.get(path.as_str());
                Ok(match default.filter(|text| !text.is_empty()) {
                    Some(text) => format!("{value} | default({}, true)", quoted(text)),
                    None => value,
                })
            }
            [helper, value] if helper == "lower" || helper == "upper" => {
                Ok(format!("{} | {helper}", self.value(value)?))
            }
            [helper, value] if helper == "capitalize" || helper == "capitalizeFirst" => {
                Ok(format!("{} | capitalize", self.value(value)?))
            }
            [helper, value, default] if helper == "defaultIfEmpty" => {
                let (value, default) = (self.value(value)?, self.value(default)?);
                Ok(format!("{value} | default({default}, true)"))
            }
            [helper, ..] => Err(unknown(helper)),
            [] => Err("{{}} shows nothing; remove it".to_owned()),
        }
    }

    /// A string, a number, a condition in parentheses, or a variable.
    fn value(&mut self, word: &str) -> Result<String, String> {
        if let Some(inner) = word
            .strip_prefix('(')
            .and_then(|word| word.strip_suffix(')'))
        {
            let words = split(inner)?;
            let (helper, arguments) = words.split_first().ok_or_else(|| unknown("()"))?;
            return Ok(format!("({})", self.condition(helper, arguments)?));
        }
        for quote in ['"', '\''] {
            if let Some(text) = word
                .strip_prefix(quote)
                .and_then(|word| word.strip_suffix(quote))
            {
                return Ok(quoted(text));
            }
        }
        if word.parse::<f64>().is_ok() || matches!(word, "true" | "false") {
            return Ok(word.to_owned());
        }
        let item = self.open.iter().rev().find_map(|block| block.item.clone());
        match (word, item) {
            ("this" | ".", Some(item)) => Ok(item),
            ("@index", Some(_)) => Ok("loop.index0".to_owned()),
            ("@first" | "@last", Some(_)) => Ok(format!("loop.{}", &word[1..])),
            _ if word == "this"
                || word.starts_with(['@', '.'])
                || word.contains(['{', '}', '=', '/']) =>
            {
                Err(format!("`{word}` has no equal here; write it out"))
            }
            _ => {
                let variable = variable(word);
                self.done.notes.extend(variable.note);
                Ok(variable.expression)
            }
        }
    }

    fn condition(&mut self, helper: &str, arguments: &[String]) -> Result<String, String> {
        let values: Result<Vec<_>, _> = arguments.iter().map(|word| self.value(word)).collect();
        let values = values?;
        match (helper, values.as_slice()) {
            ("eq", [left, right]) => Ok(format!("{left} == {right}")),
            ("neq", [left, right]) => Ok(format!("{left} != {right}")),
            ("not", [value]) => Ok(format!("not {value}")),
            ("and" | "or", [_, ..]) => Ok(values.join(&format!(" {helper} "))),
            _ => Err(unknown(helper)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn translated(source: &str) -> String {
        let defaults = BTreeMap::from([(
            "User.UserAttributes.FirstName".to_owned(),
            "it's you".to_owned(),
        )]);
        match translate("HtmlPart", source, &defaults) {
            Ok(done) => done.text,
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn tags_are_translated() {
        for (source, expected) in [
            (
                "Hi {{User.UserAttributes.FirstName}}!",
                "Hi {{ person.first_name | default('it\\'s you', true) }}!",
            ),
            (
                "{{{Attributes.Color}}}{{! no }}{{!-- {{x}} --}}",
                "{{ person.attributes['Color'] }}",
            ),
            (
                "{{#if Attributes.A}}a{{else}}b{{/if}}",
                "{% if person.attributes['A'] %}a{% else %}b{% endif %}",
            ),
            (
                "{{#unless Attributes.A}}a{{/unless}}",
                "{% if not person.attributes['A'] %}a{% endif %}",
            ),
            (
                "{{#eq Attributes.A \"x y\"}}a{{/eq}}",
                "{% if person.attributes['A'] == 'x y' %}a{% endif %}",
            ),
            (
                "{{#if (and Attributes.A (neq Attributes.B 1))}}a{{/if}}",
                "{% if (person.attributes['A'] and (person.attributes['B'] != 1)) %}a{% endif %}",
            ),
            (
                "{{#each Recommendations.Name}}{{@index}} {{this}}{{/each}}",
                "{% for item1 in (products | map(attribute='title')) %}{{ loop.index0 }} {{ item1 }}{% endfor %}",
            ),
            (
                "{{#each Attributes.L}}{{this}}{{/each}}",
                "{% for item1 in (person.attributes['L'] | default('') | split(',')) %}{{ item1 }}{% endfor %}",
            ),
            (
                "{{upper Attributes.A}}",
                "{{ person.attributes['A'] | upper }}",
            ),
            ("{a}{#b}{%c%}", "{a}{{ '{#' }}b}{{ '{%' }}c%}"),
        ] {
            assert_eq!(translated(source), expected);
        }
    }

    #[test]
    fn what_has_no_equal_is_said_with_its_line() {
        for (source, word) in [
            ("{{> footer}}", "footer"),
            ("{{numberFormat Attributes.A}}", "numberFormat"),
            ("{{#gt Attributes.A 1}}{{/gt}}", "gt"),
            ("{{#if Attributes.A}}", "not closed"),
            ("{{/if}}", "not open"),
            ("{{../x}}", "../x"),
            ("{{this}}", "`this`"),
        ] {
            let message = translated(&format!("a\n{source}"));
            assert!(message.starts_with("HtmlPart, line 2"), "{message}");
            assert!(message.contains(word), "{message}");
        }
    }
}
