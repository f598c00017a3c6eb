//! Emails: a subject, HTML and text.

use minijinja::Value;

use crate::{
    Files, RenderError, TemplateError, check,
    context::Context,
    derive,
    engine::{Engine, Lines, MAX_BYTES},
    filters::cut,
    guard, mjml,
};

/// Characters of a subject.
const MAX_SUBJECT: usize = 150;

/// An email to one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Email {
    /// One line.
    pub subject: String,
    /// The HTML part, at most 100 KB.
    pub html: String,
    /// The text part, at most 100 KB.
    pub text: String,
}

/// The names of an email's compiled parts: those of their files.
#[derive(Debug)]
pub(crate) struct EmailTemplate {
    subject: String,
    pub(crate) html: String,
    pub(crate) text: String,
}

impl EmailTemplate {
    /// Compiles the email of `language`, when there is one.
    pub(crate) fn parse(
        engine: &mut Engine,
        files: &Files,
        language: &str,
    ) -> Result<Option<Self>, TemplateError> {
        let path = |name: &str| format!("{language}/{name}");
        let get = |name: &str| files.get(language, name);
        let (file, source) = match (get("email.mjml"), get("email.html")) {
            (Some(_), Some(_)) => {
                let message = "there is email.mjml, too; remove one of them";
                return Err(TemplateError::whole(&path("email.html"), message));
            }
            (Some(source), None) => (path("email.mjml"), source),
            (None, Some(source)) => (path("email.html"), source),
            (None, None) => return no_email(language, get("subject.txt"), get("email.txt")),
        };
        let subject = get("subject.txt").ok_or_else(|| {
            TemplateError::whole(
                &path("subject.txt"),
                "there is an email, and no subject; add it",
            )
        })?;
        engine.check(&file, source)?;
        check::email(&file, source)?;
        let html = match get("email.mjml") {
            Some(_) => mjml::to_html(&file, source)?,
            None => source.to_owned(),
        };
        let html = guard::addresses(&html);
        let names = Self {
            subject: path("subject.txt"),
            html: file,
            text: path("email.txt"),
        };
        match get("email.txt") {
            Some(text) => add_written(engine, &names.text, text)?,
            None => engine.add(&names.text, derive::text(&html), Lines::Kept)?,
        }
        engine.add(&names.html, html, Lines::Kept)?;
        add_written(engine, &names.subject, subject)?;
        Ok(Some(names))
    }

    /// Fills it, with as many products as fit.
    pub(crate) fn render(&self, engine: &Engine, letter: &Context) -> Result<Email, RenderError> {
        let mut shown = letter.products();
        loop {
            match self.with_products(engine, &letter.value(shown)) {
                Err(RenderError::TooLarge { .. }) if shown > 1 => shown -= 1,
                done => return done,
            }
        }
    }

    fn with_products(&self, engine: &Engine, letter: &Value) -> Result<Email, RenderError> {
        let subject = engine.render(&self.subject, letter, MAX_BYTES)?;
        let email = Email {
            subject: cut(&one_line(&subject), MAX_SUBJECT),
            html: engine.render(&self.html, letter, MAX_BYTES)?,
            text: tidy(&engine.render(&self.text, letter, MAX_BYTES)?),
        };
        for (text, file) in [(&email.subject, &self.subject), (&email.text, &self.text)] {
            if text.is_empty() {
                return Err(RenderError::Empty { file: file.clone() });
            }
        }
        Ok(email)
    }
}

fn add_written(engine: &mut Engine, name: &str, text: &str) -> Result<(), TemplateError> {
    check::language(name, text)?;
    engine.add(name, text.to_owned(), Lines::Trimmed)
}

fn no_email(
    language: &str,
    subject: Option<&str>,
    text: Option<&str>,
) -> Result<Option<EmailTemplate>, TemplateError> {
    if subject.is_none() && text.is_none() {
        return Ok(None);
    }
    let message = "there is a subject or a text part, and no email.mjml; add it";
    Err(TemplateError::whole(
        &format!("{language}/email.mjml"),
        message,
    ))
}

/// `text` as one line: a header has no more.
pub(crate) fn one_line(text: &str) -> String {
    let words: Vec<&str> = text
        .split(|c: char| c.is_whitespace() || c.is_control())
        .collect();
    let mut line = String::with_capacity(text.len());
    for word in words.into_iter().filter(|word| !word.is_empty()) {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    line
}

/// `text` without spaces at the ends of lines, and with no more than one empty line in a row.
pub(crate) fn tidy(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut empty = 0;
    for line in text.lines().map(str::trim_end) {
        if line.is_empty() {
            empty += 1;
            continue;
        }
        if !out.is_empty() {
            out.push_str(if empty > 0 { "\n\n" } else { "\n" });
        }
        out.push_str(line);
        empty = 0;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_made_tidy() {
        assert_eq!(one_line(" a\r\nBcc: b\u{a0} c "), "a Bcc: b c");
        assert_eq!(tidy("\n a \n\n\n \nb\nc\n\n"), " a\n\nb\nc");
        assert_eq!(tidy("\n"), "");
    }
}
