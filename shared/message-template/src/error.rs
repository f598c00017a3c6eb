//! What is wrong with a template, or with a message made of it.

use minijinja::ErrorKind;

/// A template that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}{}: {message}", self.line.map(|line| format!(", line {line}")).unwrap_or_default())]
pub struct TemplateError {
    /// The file, as `<language>/<name>`.
    pub file: String,
    /// The line, counted from 1, where it is known.
    pub line: Option<usize>,
    /// What is wrong and what to do.
    pub message: String,
}

impl TemplateError {
    /// Something wrong with `file` as a whole.
    pub(crate) fn whole(file: &str, message: impl Into<String>) -> Self {
        Self {
            file: file.to_owned(),
            line: None,
            message: message.into(),
        }
    }

    /// Something wrong at the byte `at` of `source`.
    pub(crate) fn at(file: &str, source: &str, at: usize, message: impl Into<String>) -> Self {
        let before = source.as_bytes().iter().take(at);
        Self {
            file: file.to_owned(),
            line: Some(1 + before.filter(|byte| **byte == b'\n').count()),
            message: message.into(),
        }
    }

    /// What the template language says of `file`.
    pub(crate) fn language(file: &str, error: &minijinja::Error) -> Self {
        let detail = error
            .detail()
            .map(|detail| format!(": {detail}"))
            .unwrap_or_default();
        Self {
            file: file.to_owned(),
            line: error.line(),
            message: format!("{}{detail}", error.kind()),
        }
    }
}

/// A message that could not be made of a template. Says nothing of the person it was for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RenderError {
    /// The template has no such part, in the person's language or the default one.
    #[error("the template has no {part} part; add {file} in its default language")]
    NoPart {
        /// `email`, `sms` or `push`.
        part: &'static str,
        /// The file it would be in.
        file: &'static str,
    },
    /// The template failed on this letter.
    #[error("{file}{}: {}", self.place(), self.reason())]
    Failed {
        /// The file.
        file: String,
        /// The line, where a person wrote it.
        line: Option<usize>,
        /// What the template language met.
        kind: ErrorKind,
        /// The same in words, none of them of the letter.
        what: String,
    },
    /// What must not be empty is.
    #[error("{file} is empty for this letter; give it words that do not depend on the letter")]
    Empty {
        /// The file.
        file: String,
    },
    /// More bytes than a message may have.
    #[error(
        "{file} is {bytes} bytes for this letter, more than {limit}; show fewer products, or cut what is long"
    )]
    TooLarge {
        /// The file.
        file: String,
        /// Bytes.
        bytes: usize,
        /// The most there may be.
        limit: usize,
    },
    /// A text that no number of products makes short enough.
    #[error(
        "{file} takes {parts} parts for this letter and may take {max_parts}; shorten it or its links, or raise maxParts"
    )]
    TooLong {
        /// The file.
        file: String,
        /// Parts with the fewest products.
        parts: u32,
        /// The most there may be.
        max_parts: u32,
    },
}

impl RenderError {
    /// What the template language says of `file`. Its details are kept only where they are names in the template:
    /// others quote the letter.
    pub(crate) fn failed(file: &str, error: &minijinja::Error) -> Self {
        let kind = error.kind();
        let named = matches!(
            kind,
            ErrorKind::UnknownFilter | ErrorKind::UnknownTest | ErrorKind::UnknownFunction
        );
        let detail = error.detail().filter(|_| named);
        Self::Failed {
            file: file.to_owned(),
            // A line of the HTML that MJML became helps nobody.
            line: error.line().filter(|_| !file.ends_with(".mjml")),
            kind,
            what: detail.map_or_else(|| kind.to_string(), str::to_owned),
        }
    }

    /// What the template language met, and what to do.
    pub(crate) fn reason(&self) -> String {
        match self {
            Self::Failed { what, .. } => format!("{what}{}", self.advice()),
            other => other.to_string(),
        }
    }

    fn place(&self) -> String {
        match self {
            Self::Failed {
                line: Some(line), ..
            } => format!(", line {line}"),
            _ => String::new(),
        }
    }

    fn advice(&self) -> &'static str {
        match self {
            Self::Failed {
                kind: ErrorKind::OutOfFuel,
                ..
            } => ": it takes too many steps or bytes; show fewer products, or shorten a loop",
            _ => {
                "; a value is not what the tag expects: give it a default, or ask with `if` whether it is there"
            }
        }
    }
}
