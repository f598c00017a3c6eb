//! Push notifications.

use serde::Deserialize;

use crate::{
    Files, RenderError, TemplateError, check,
    context::Context,
    email::{one_line, tidy},
    engine::{Engine, Lines, MAX_BYTES},
    filters::cut,
    guard,
};

/// Bytes of a notification's parts together. FCM and APNs take 4 KB, of which the service's own frame has some.
const MAX_PUSH: usize = 3_584;
/// Characters of a title.
const MAX_TITLE: usize = 150;

/// A notification to one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Push {
    /// One line.
    pub title: String,
    /// What it says.
    pub body: String,
    /// What it opens; the app alone without one.
    pub url: Option<String>,
    /// A picture.
    pub image: Option<String>,
}

/// `push.json`: each a template.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PushFile {
    title: String,
    body: String,
    #[serde(default)]
    url: String,
    #[serde(default)]
    image: String,
}

/// The name that a compiled notification's parts begin with.
#[derive(Debug)]
pub(crate) struct PushTemplate {
    pub(crate) file: String,
}

impl PushTemplate {
    /// Compiles the notification of `language`, when there is one.
    pub(crate) fn parse(
        engine: &mut Engine,
        files: &Files,
        language: &str,
    ) -> Result<Option<Self>, TemplateError> {
        let Some(source) = files.get(language, "push.json") else {
            return Ok(None);
        };
        let file = format!("{language}/push.json");
        let parsed: PushFile = serde_json::from_str(source).map_err(|error| TemplateError {
            file: file.clone(),
            line: Some(error.line()),
            message: format!(
                "not an object of title, body and, if wanted, url and image, each a string: {error}"
            ),
        })?;
        let parts = [
            ("title", parsed.title),
            ("body", parsed.body),
            ("url", parsed.url),
            ("image", parsed.image),
        ];
        for (part, source) in parts {
            check::language(&file, &source)?;
            engine.add(&format!("{file}/{part}"), source, Lines::Trimmed)?;
        }
        Ok(Some(Self { file }))
    }

    /// Fills it.
    pub(crate) fn render(&self, engine: &Engine, letter: &Context) -> Result<Push, RenderError> {
        let letter = letter.all();
        let part = |part: &str| engine.render(&format!("{}/{part}", self.file), &letter, MAX_BYTES);
        let address = |text: String| guard::web(&text).map(str::to_owned);
        let push = Push {
            title: cut(&one_line(&part("title")?), MAX_TITLE),
            body: tidy(&part("body")?),
            url: address(part("url")?),
            image: address(part("image")?),
        };
        if push.title.is_empty() || push.body.is_empty() {
            return Err(RenderError::Empty {
                file: self.file.clone(),
            });
        }
        let bytes = push.bytes();
        if bytes > MAX_PUSH {
            return Err(RenderError::TooLarge {
                file: self.file.clone(),
                bytes,
                limit: MAX_PUSH,
            });
        }
        Ok(push)
    }
}

impl Push {
    /// Bytes of its parts, as JSON has them.
    fn bytes(&self) -> usize {
        let addresses = [&self.url, &self.image].into_iter().flatten();
        let texts = [&self.title, &self.body].into_iter().chain(addresses);
        let written =
            texts.map(|text| serde_json::to_string(text).map_or(usize::MAX, |json| json.len()));
        written.fold(0, usize::saturating_add)
    }
}
