//! Templates of Amazon Pinpoint as templates of ours.
//!
//! What `aws pinpoint get-email-template`, `get-sms-template` and `get-push-template` print goes in. Pinpoint's
//! Handlebars become the template language, its variables ours: what is no field of a letter is looked up in the
//! person's attributes by its last name (`User.UserAttributes.Color` and `Location.City` are `Color` and `City`),
//! and has the default that `DefaultSubstitutions` give it. HTML stays as it is, in `email.html`, with what an
//! email must have added: `alt` and a link to unsubscribe.

mod handlebars;
mod html;
mod mustache;
mod variables;

use std::collections::BTreeMap;

use serde_json::Value;

use crate::{Files, TemplateError};

/// Bytes of an export; Pinpoint's own limit for an email is 600 KB.
const MAX_EXPORT: usize = 1024 * 1024;

/// A template of Pinpoint's, converted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Converted {
    /// Its name in Pinpoint, when the export has it.
    pub name: Option<String>,
    /// The files, in the folder of one language. [`Template::parse`](crate::Template::parse) still has to check
    /// them.
    pub files: Files,
    /// What was changed or guessed, to be looked at, a sentence each.
    pub notes: Vec<String>,
}

/// An export that cannot be converted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConvertError {
    /// It is not what Pinpoint exports.
    #[error(
        "not an export of a Pinpoint template: {0}; save what `aws pinpoint get-email-template` prints"
    )]
    Shape(String),
    /// It is a template of a kind that there is none of here.
    #[error("{0} templates have no equal here: there are emails, texts and push notifications")]
    Kind(&'static str),
    /// Something in it has no equal in the template language.
    #[error("{part}, line {line}: {message}")]
    Handlebars {
        /// The member of the export.
        part: &'static str,
        /// The line in it, counted from 1.
        line: usize,
        /// What it is and what to do.
        message: String,
    },
    /// What came out is no file of a template.
    #[error(transparent)]
    File(#[from] TemplateError),
}

/// Converts `json`, an export, to files in the folder of `language`.
///
/// # Errors
/// When it is no export, or has what the template language has not.
pub fn convert(json: &str, language: &str) -> Result<Converted, ConvertError> {
    if json.len() > MAX_EXPORT {
        return Err(ConvertError::Shape(format!("more than {MAX_EXPORT} bytes")));
    }
    let export: Value =
        serde_json::from_str(json).map_err(|error| ConvertError::Shape(error.to_string()))?;
    let kinds = [
        "EmailTemplateResponse",
        "SMSTemplateResponse",
        "PushNotificationTemplateResponse",
    ];
    for (member, kind) in [
        ("VoiceTemplateResponse", "voice"),
        ("InAppTemplateResponse", "in-app"),
    ] {
        if export.get(member).is_some() {
            return Err(ConvertError::Kind(kind));
        }
    }
    let Some((kind, template)) = kinds
        .iter()
        .find_map(|kind| Some((*kind, export.get(kind)?)))
    else {
        return Err(ConvertError::Shape(format!(
            "no member {}",
            kinds.join(", ")
        )));
    };
    let mut conversion = Conversion {
        template,
        defaults: defaults(template)?,
        notes: Vec::new(),
    };
    let texts = match kind {
        "EmailTemplateResponse" => conversion.email()?,
        "SMSTemplateResponse" => conversion.sms()?,
        _ => conversion.push()?,
    };
    let mut files = Files::new(language);
    for (name, text) in texts {
        files.add(&format!("{language}/{name}"), text)?;
    }
    Ok(Converted {
        name: text_of(template, "TemplateName").map(str::to_owned),
        files,
        notes: conversion.notes,
    })
}

struct Conversion<'a> {
    template: &'a Value,
    defaults: BTreeMap<String, String>,
    notes: Vec<String>,
}

impl Conversion<'_> {
    /// The member `part` in the template language.
    fn part(&mut self, of: &Value, part: &'static str) -> Result<Option<String>, ConvertError> {
        let Some(text) = text_of(of, part).filter(|text| !text.trim().is_empty()) else {
            return Ok(None);
        };
        let translated = handlebars::translate(part, text, &self.defaults)?;
        self.notes.extend(translated.notes);
        Ok(Some(translated.text))
    }

    fn email(&mut self) -> Result<Vec<(&'static str, String)>, ConvertError> {
        let mut files = Vec::new();
        if let Some(subject) = self.part(self.template, "Subject")? {
            files.push(("subject.txt", subject));
        }
        let Some(html) = self.part(self.template, "HtmlPart")? else {
            return Err(ConvertError::Shape("the email has no HtmlPart".to_owned()));
        };
        let completed = html::complete(&html);
        self.notes.extend(completed.notes);
        files.push(("email.html", completed.html));
        if let Some(text) = self.part(self.template, "TextPart")? {
            self.notes
                .push("TextPart: a link to unsubscribe was added at the end".to_owned());
            files.push((
                "email.txt",
                format!("{}\n\n{}", text.trim_end(), html::TEXT_FOOTER),
            ));
        }
        Ok(files)
    }

    fn sms(&mut self) -> Result<Vec<(&'static str, String)>, ConvertError> {
        let Some(mut text) = self.part(self.template, "Body")? else {
            return Err(ConvertError::Shape("the text has no Body".to_owned()));
        };
        if !text.contains("STOP") {
            text = format!("{}\n{{{{ opt_out }}}}\n", text.trim_end());
            self.notes
                .push("Body: how to opt out was added at the end".to_owned());
        }
        Ok(vec![("sms.txt", text)])
    }

    fn push(&mut self) -> Result<Vec<(&'static str, String)>, ConvertError> {
        let services = ["Default", "GCM", "APNS", "ADM", "Baidu"];
        let services: Vec<&Value> = services
            .iter()
            .filter_map(|name| self.template.get(name))
            .collect();
        let mut first = |part: &'static str| {
            let mut found = services.iter().map(|service| self.part(service, part));
            found.find_map(Result::transpose).transpose()
        };
        let (title, body, url) = (first("Title")?, first("Body")?, first("Url")?);
        let image =
            first("ImageUrl")?.map_or_else(|| first("MediaUrl"), |image| Ok(Some(image)))?;
        let (Some(title), Some(body)) = (title, body) else {
            return Err(ConvertError::Shape(
                "the notification has no Title and Body; RawContent is not converted".to_owned(),
            ));
        };
        let mut push = serde_json::json!({ "title": title, "body": body });
        for (name, value) in [("url", url), ("image", image)] {
            if let Some(value) = value {
                push[name] = Value::String(value);
            }
        }
        let text = serde_json::to_string_pretty(&push);
        let text = text.map_err(|error| ConvertError::Shape(error.to_string()))?;
        Ok(vec![("push.json", text + "\n")])
    }
}

fn text_of<'a>(of: &'a Value, member: &str) -> Option<&'a str> {
    of.get(member)?.as_str()
}

/// `DefaultSubstitutions`: a JSON object in a string.
fn defaults(template: &Value) -> Result<BTreeMap<String, String>, ConvertError> {
    match text_of(template, "DefaultSubstitutions") {
        None | Some("") => Ok(BTreeMap::new()),
        Some(text) => serde_json::from_str(text)
            .map_err(|error| ConvertError::Shape(format!("DefaultSubstitutions: {error}"))),
    }
}
