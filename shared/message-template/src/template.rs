//! A template: parsed once, filled for many.

use std::borrow::Cow;

use crate::{
    Email, Files, Letter, Push, RenderError, Sms, TemplateError, context::Context,
    email::EmailTemplate, engine::Engine, push::PushTemplate, sms::SmsTemplate, trial,
};

/// What a template may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// `email.mjml` or `email.html`, `subject.txt`, and `email.txt` if wanted.
    Email,
    /// `sms.txt`.
    Sms,
    /// `push.json`.
    Push,
}

/// A template, in all its languages.
#[derive(Debug)]
pub struct Template {
    engine: Engine,
    languages: Vec<Language>,
    default_language: String,
}

/// What a template has in a language.
#[derive(Debug)]
pub(crate) struct Language {
    pub(crate) name: String,
    pub(crate) email: Option<EmailTemplate>,
    pub(crate) sms: Option<SmsTemplate>,
    pub(crate) push: Option<PushTemplate>,
}

impl Language {
    fn has(&self, part: Part) -> bool {
        match part {
            Part::Email => self.email.is_some(),
            Part::Sms => self.sms.is_some(),
            Part::Push => self.push.is_some(),
        }
    }
}

impl Template {
    /// Parses and compiles `files`, and tries them with letters in which each field is missing once.
    ///
    /// # Errors
    /// The first thing that is wrong with a file: what it is, its line where that is known, and what to do.
    pub fn parse(files: &Files) -> Result<Self, TemplateError> {
        let mut template = Self {
            engine: Engine::new(),
            languages: Vec::new(),
            default_language: files.default_language().to_owned(),
        };
        for name in files.languages() {
            let engine = &mut template.engine;
            let language = Language {
                name: name.to_owned(),
                email: EmailTemplate::parse(engine, files, name)?,
                sms: SmsTemplate::parse(engine, files, name)?,
                push: PushTemplate::parse(engine, files, name)?,
            };
            template.languages.push(language);
        }
        template.check_default()?;
        for language in &template.languages {
            trial::run(&template.engine, language)?;
        }
        Ok(template)
    }

    /// What one language has, people of all others get in the default one.
    fn check_default(&self) -> Result<(), TemplateError> {
        for (part, file) in [
            (Part::Email, "email.mjml"),
            (Part::Sms, "sms.txt"),
            (Part::Push, "push.json"),
        ] {
            if !self.has(part) && self.languages.iter().any(|language| language.has(part)) {
                let file = format!("{}/{file}", self.default_language);
                let message = "another language has it, and the default one has not; add it";
                return Err(TemplateError::whole(&file, message));
            }
        }
        if self.languages.is_empty() {
            let file = format!("{}/email.mjml", self.default_language);
            return Err(TemplateError::whole(
                &file,
                "the template has no files; add some",
            ));
        }
        Ok(())
    }

    /// Whether it has that part, for people of any language.
    #[must_use]
    pub fn has(&self, part: Part) -> bool {
        let mut languages = self.languages.iter();
        languages.any(|language| language.name == self.default_language && language.has(part))
    }

    /// The languages it has, in the order of their names.
    pub fn languages(&self) -> impl Iterator<Item = &str> {
        self.languages.iter().map(|language| language.name.as_str())
    }

    /// The language in which a person who wants `wanted` gets `part`: `de-at` as such, else `de`, else the default
    /// one.
    #[must_use]
    pub fn language(&self, wanted: Option<&str>, part: Part) -> Option<&str> {
        Some(self.find(wanted, part)?.name.as_str())
    }

    /// The email.
    ///
    /// # Errors
    /// When there is none, or it cannot be made of this letter.
    pub fn email(&self, letter: &Letter<'_>) -> Result<Email, RenderError> {
        let language = self.find(letter.person.language, Part::Email);
        match language.and_then(|found| Some((found, found.email.as_ref()?))) {
            Some((found, email)) => email.render(&self.engine, &Context::new(letter, &found.name)),
            None => Err(RenderError::NoPart {
                part: "email",
                file: "email.mjml",
            }),
        }
    }

    /// The text, in at most `max_parts`: with fewer products when it has to.
    ///
    /// # Errors
    /// When there is none, it cannot be made of this letter, or is longer even with one product.
    pub fn sms(&self, letter: &Letter<'_>, max_parts: u32) -> Result<Sms, RenderError> {
        let language = self.find(letter.person.language, Part::Sms);
        match language.and_then(|found| Some((found, found.sms.as_ref()?))) {
            Some((found, sms)) => {
                sms.render(&self.engine, &Context::new(letter, &found.name), max_parts)
            }
            None => Err(RenderError::NoPart {
                part: "sms",
                file: "sms.txt",
            }),
        }
    }

    /// The notification.
    ///
    /// # Errors
    /// When there is none, or it cannot be made of this letter.
    pub fn push(&self, letter: &Letter<'_>) -> Result<Push, RenderError> {
        let language = self.find(letter.person.language, Part::Push);
        match language.and_then(|found| Some((found, found.push.as_ref()?))) {
            Some((found, push)) => push.render(&self.engine, &Context::new(letter, &found.name)),
            None => Err(RenderError::NoPart {
                part: "push",
                file: "push.json",
            }),
        }
    }

    fn find(&self, wanted: Option<&str>, part: Part) -> Option<&Language> {
        let wanted = normal(wanted.unwrap_or_default());
        let mut tag: &str = &wanted;
        loop {
            let mut languages = self.languages.iter();
            if let Some(found) = languages.find(|l| l.name == tag && l.has(part)) {
                return Some(found);
            }
            match tag.rsplit_once('-') {
                Some((shorter, _)) => tag = shorter,
                None if tag == self.default_language => return None,
                None => tag = &self.default_language,
            }
        }
    }
}

/// `de_AT` as `de-at`.
fn normal(tag: &str) -> Cow<'_, str> {
    let is_normal = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if tag.bytes().all(is_normal) {
        Cow::Borrowed(tag)
    } else {
        Cow::Owned(tag.to_ascii_lowercase().replace('_', "-"))
    }
}
