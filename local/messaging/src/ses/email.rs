//! What both ways of sending have in common: an email that is checked, counted and kept.

use std::borrow::Cow;

use serde_json::Value;

use super::{
    check::{self, mailbox},
    request::{Tag, TemplateOf},
    template::{self, DATA, Template, Values},
};
use crate::{
    app::App,
    fault::Fault,
    limits::Refused,
    outbox::{Channel, Content, Header, Record, Status},
};

/// Characters of a template.
const TEMPLATE: usize = 1 << 20;
/// Characters of a subject that the outbox lists.
const SUBJECT: usize = 300;

/// What all emails of a call have.
pub(super) struct Common {
    pub(super) from: String,
    pub(super) reply_to: Vec<String>,
    pub(super) configuration_set: Option<String>,
    pub(super) tags: Vec<Tag>,
    pub(super) headers: Vec<Header>,
}

impl Common {
    /// # Errors
    /// When the sender is missing or no address.
    pub(super) fn new(from: Option<String>, reply_to: Vec<String>) -> Result<Self, Fault> {
        let from = from.ok_or_else(|| Fault::bad("FromEmailAddress is required"))?;
        if mailbox(&from).is_none() {
            return Err(Fault::bad("FromEmailAddress is not an email address"));
        }
        if reply_to.iter().any(|address| mailbox(address).is_none()) {
            return Err(Fault::bad(
                "ReplyToAddresses has one that is not an email address",
            ));
        }
        Ok(Self {
            from,
            reply_to,
            configuration_set: None,
            tags: Vec::new(),
            headers: Vec::new(),
        })
    }

    /// An email, checked as far as it is not content.
    ///
    /// # Errors
    /// A sentence.
    pub(super) fn record(
        &self,
        app: &App,
        to: Vec<String>,
        tags: Vec<Tag>,
        headers: &[Header],
    ) -> Result<Record, String> {
        check::recipients(&to)?;
        let mut record = Record::new(Channel::Email, to);
        record.tags = check::tags(&self.tags, tags)?;
        record.headers = check::headers(&self.headers, headers)?;
        record.from = Some(self.from.clone());
        record.reply_to.clone_from(&self.reply_to);
        record.configuration_set.clone_from(&self.configuration_set);
        let mut addresses = record.to.iter().filter_map(|address| mailbox(address));
        if addresses.all(|address| app.settings.suppressed(address)) {
            record.status = Status::Suppressed;
        }
        Ok(record)
    }
}

/// Content with variables, as it is kept, and what they are.
pub(super) struct Filled {
    pub(super) json: String,
    pub(super) headers: Vec<Header>,
    subject: String,
    defaults: String,
    variables: Vec<String>,
}

impl Filled {
    /// # Errors
    /// When there is no template, or one that is not simple.
    pub(super) fn new(template: TemplateOf) -> Result<Self, Fault> {
        if template.template_name.is_some() || template.template_arn.is_some() {
            return Err(Fault::not_found(
                "messaging-local keeps no templates; give TemplateContent",
            ));
        }
        let content = template
            .template_content
            .ok_or_else(|| Fault::bad("Template needs TemplateContent"))?;
        if content.html.is_none() && content.text.is_none() {
            return Err(Fault::bad("TemplateContent needs Html or Text"));
        }
        let parts = [&content.subject, &content.html, &content.text];
        let size: usize = parts.into_iter().flatten().map(String::len).sum();
        if size > TEMPLATE {
            return Err(Fault::bad(format!(
                "A template has at most {TEMPLATE} bytes"
            )));
        }
        let subject = content.subject.unwrap_or_default();
        if subject.is_empty() {
            return Err(Fault::bad("TemplateContent needs a Subject"));
        }
        let defaults = template.template_data.unwrap_or_else(|| "{}".to_owned());
        if defaults.chars().count() > DATA {
            return Err(Fault::bad(format!(
                "TemplateData has at most {DATA} characters"
            )));
        }
        Values::parse("{}", &defaults).map_err(Fault::bad)?;
        let content = Content {
            subject,
            html: content.html,
            text: content.text,
            defaults: Some(defaults),
        };
        let variables = template::variables(&content).map_err(Fault::bad)?;
        Ok(Self {
            json: serde_json::to_string(&content).map_err(Fault::internal)?,
            headers: template.headers,
            subject: content.subject,
            defaults: content.defaults.unwrap_or_default(),
            variables,
        })
    }

    /// The values of an email on one line, and its subject; nothing else is rendered before somebody looks.
    ///
    /// # Errors
    /// A sentence, when the values are no JSON object or one is missing.
    pub(super) fn fill(&self, data: Option<String>) -> Result<(String, String), String> {
        let data = data.unwrap_or_else(|| "{}".to_owned());
        // As many bytes are never more characters: most need no counting.
        if data.len() > DATA && data.chars().count() > DATA {
            return Err(format!(
                "ReplacementTemplateData has at most {DATA} characters"
            ));
        }
        let values = Values::parse(&data, &self.defaults)?;
        if let Some(name) = values.missing(self.variables.iter().map(String::as_str)) {
            return Err(format!(
                "Attribute '{name}' is not present in the rendering data."
            ));
        }
        let subject = Template::parse(&self.subject)?.render(&values);
        let data = one_line(&data).map(Cow::into_owned)?;
        Ok((data, listed(&subject)))
    }
}

/// A subject, as long as the outbox lists it.
pub(super) fn listed(subject: &str) -> String {
    subject.chars().take(SUBJECT).collect()
}

/// JSON without ends of lines, which it can have between its values only.
fn one_line(json: &str) -> Result<Cow<'_, str>, String> {
    if memchr::memchr2(b'\n', b'\r', json.as_bytes()).is_none() {
        return Ok(Cow::Borrowed(json));
    }
    let value: Value = serde_json::from_str(json).map_err(|error| crate::wire::place_of(&error))?;
    Ok(Cow::Owned(value.to_string()))
}

/// Counts an email against the quotas.
///
/// # Errors
/// Which is used up.
pub(super) fn count(app: &App, record: &Record) -> Result<(), Refused> {
    app.meter.email(record.to.len())
}
