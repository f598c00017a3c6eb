//! Messages as they would look, for a dry run.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use shared::config::messages::Channel;

use super::{job::Job, ready::Ready};
use crate::{channels::Content, error::SendError, keys};

/// How many previews a sender keeps of a channel and language.
const MOST_PREVIEWS: u32 = 3;

/// The previews of one sender.
#[derive(Debug)]
pub(crate) struct Previews {
    sender: u32,
    kept: Mutex<HashMap<(Channel, String), u32>>,
    keys: Mutex<Vec<String>>,
}

impl Previews {
    /// Of sender `sender`, from 0: each numbers its own.
    pub(super) fn of(sender: u32) -> Self {
        Self {
            sender,
            kept: Mutex::default(),
            keys: Mutex::default(),
        }
    }

    /// Keeps a message, if it is one of the first of its channel and language.
    pub(super) async fn keep(&self, job: &Job, ready: &Ready) -> Result<(), SendError> {
        let Some(number) = self.number(ready) else {
            return Ok(());
        };
        for (ending, content_type, text) in files(&ready.outgoing.content) {
            let run = &job.run.run;
            let key = keys::preview(run, number, ready.channel, &ready.language, ending);
            let bytes = text.into_bytes();
            job.services.bucket.put(&key, content_type, bytes).await?;
            let mut keys = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
            keys.push(key);
        }
        Ok(())
    }

    fn number(&self, ready: &Ready) -> Option<u32> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let of = kept
            .entry((ready.channel, ready.language.clone()))
            .or_default();
        if *of == MOST_PREVIEWS {
            return None;
        }
        *of += 1;
        Some(self.sender * MOST_PREVIEWS + *of)
    }

    /// The keys that were kept since this was asked last.
    pub(super) fn taken(&self) -> Vec<String> {
        let mut keys = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut keys)
    }
}

/// A message as files: ending, content type, text.
fn files(content: &Content) -> Vec<(&'static str, &'static str, String)> {
    const TEXT: &str = "text/plain; charset=utf-8";
    match content {
        Content::Email {
            subject,
            html,
            text,
            ..
        } => vec![
            ("html", "text/html; charset=utf-8", html.clone()),
            ("txt", TEXT, format!("{subject}\n\n{text}\n")),
        ],
        Content::Sms { text, .. } => vec![("txt", TEXT, format!("{text}\n"))],
        Content::Push { push, .. } => {
            let url = push.url.as_deref().unwrap_or_default();
            let text = format!("{}\n\n{}\n\n{url}\n", push.title, push.body);
            vec![("txt", TEXT, text)]
        }
    }
}
