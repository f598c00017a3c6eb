//! The template language, with its limits.

use minijinja::syntax::SyntaxConfig;
use minijinja::{AutoEscape, Environment, Error, Output, State, UndefinedBehavior, Value};

use crate::{RenderError, TemplateError, filters};

/// Bytes of a part of a message: Gmail cuts emails off at 102 KB.
pub(crate) const MAX_BYTES: usize = 100 * 1024;
/// Steps of a rendering, or 64 bytes each: an email of 20 products takes some 5,000.
const FUEL: u64 = 50_000;
/// Loops and conditions within each other.
const DEPTH: usize = 50;

/// How blocks that stand alone on a line are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lines {
    /// Their lines are gone: in text that a person wrote.
    Trimmed,
    /// As they are.
    Kept,
}

/// Compiled templates, by `<language>/<name>`; what is HTML by its name escapes what it writes.
#[derive(Debug)]
pub(crate) struct Engine {
    environment: Environment<'static>,
}

impl Engine {
    pub(crate) fn new() -> Self {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Chainable);
        environment.set_auto_escape_callback(|name| {
            if name.ends_with(".html") || name.ends_with(".mjml") {
                AutoEscape::Html
            } else {
                AutoEscape::None
            }
        });
        environment.set_formatter(write);
        environment.set_fuel(Some(FUEL));
        environment.set_recursion_limit(DEPTH);
        environment.remove_filter("safe");
        filters::add(&mut environment);
        Self { environment }
    }

    /// Compiles `source` under `name`.
    pub(crate) fn add(
        &mut self,
        name: &str,
        source: String,
        lines: Lines,
    ) -> Result<(), TemplateError> {
        let trimmed = lines == Lines::Trimmed;
        let syntax = SyntaxConfig::builder()
            .trim_blocks(trimmed)
            .lstrip_blocks(trimmed)
            .build();
        let syntax = syntax.map_err(|error| TemplateError::language(name, &error))?;
        self.environment.set_syntax(syntax);
        self.environment
            .add_template_owned(name.to_owned(), source)
            .map_err(|error| TemplateError::language(name, &error))
    }

    /// Whether `source` is of the template language at all.
    pub(crate) fn check(&self, file: &str, source: &str) -> Result<(), TemplateError> {
        let checked = self.environment.template_from_named_str(file, source);
        checked
            .map(|_| ())
            .map_err(|error| TemplateError::language(file, &error))
    }

    /// Fills the template `name`, to at most `limit` bytes.
    pub(crate) fn render(
        &self,
        name: &str,
        letter: &Value,
        limit: usize,
    ) -> Result<String, RenderError> {
        let template = self.environment.get_template(name);
        let rendered = template.and_then(|template| template.render(letter));
        let rendered = rendered.map_err(|error| RenderError::failed(name, &error))?;
        if rendered.len() > limit {
            return Err(RenderError::TooLarge {
                file: name.to_owned(),
                bytes: rendered.len(),
                limit,
            });
        }
        Ok(rendered)
    }
}

/// Writes a value, escaped where that is due. Slashes are not: programs that look for links in an email would
/// not find them.
fn write(out: &mut Output<'_>, state: &mut State<'_, '_>, value: &Value) -> Result<(), Error> {
    if value.is_none() {
        return Ok(());
    }
    let escaped = matches!(state.auto_escape(), AutoEscape::Html) && !value.is_safe();
    match value.as_str() {
        Some(text) if escaped => escape(out, text)?,
        Some(text) => out.write_str(text)?,
        None if escaped => escape(out, &value.to_string())?,
        None => write!(out, "{value}")?,
    }
    Ok(())
}

fn escape(out: &mut Output<'_>, text: &str) -> std::fmt::Result {
    let mut from = 0;
    for (at, byte) in text.bytes().enumerate() {
        let entity = match byte {
            b'<' => "&lt;",
            b'>' => "&gt;",
            b'&' => "&amp;",
            b'"' => "&quot;",
            b'\'' => "&#39;",
            _ => continue,
        };
        out.write_str(&text[from..at])?;
        out.write_str(entity)?;
        from = at + 1;
    }
    out.write_str(&text[from..])
}
