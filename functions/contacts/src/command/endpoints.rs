//! Endpoints become contacts: those of one user one contact, the later endpoint of a channel before the
//! earlier. They are divided over files first, so that a part of them is in memory at a time.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::{self, File},
    io::{BufWriter, Write},
    path::{Path, PathBuf},
};

use indicatif::ProgressBar;
use jiff::Timestamp;
use messages::{Channel, Contact};
use serde::Serialize;
use serde_json::{Value, json};

use super::{CommandError, arguments::Import, exported};
use crate::line::{self, Endpoint, Said};

/// Files that endpoints are divided over.
const BUCKETS: u32 = messages::key::SHARDS;
const PARTS: &str = ".endpoints";

/// What was done.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Report {
    pub(super) read: u64,
    pub(super) contacts: u64,
    pub(super) rejected: u64,
    pub(super) agreed: Channels,
    pub(super) refused: Channels,
}

/// Contacts by channel.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct Channels {
    pub(super) email: u64,
    pub(super) sms: u64,
    pub(super) push: u64,
}

impl Channels {
    fn count(&mut self, channel: Channel) {
        match channel {
            Channel::Email => self.email += 1,
            Channel::Sms => self.sms += 1,
            Channel::Push => self.push += 1,
        }
    }
}

/// Converts the endpoints of `import`.
pub(super) fn convert(import: &Import, bar: &ProgressBar) -> Result<Report, CommandError> {
    let folder = import.out.join("messages/import");
    fs::create_dir_all(&folder).map_err(CommandError::of("writing", &folder))?;
    let mut rejected = Output::new(import.out.join("rejected.jsonl"))?;
    let mut report = Report::default();
    let parts = import.out.join(PARTS);
    divide(import, &parts, &mut rejected, &mut report, bar)?;
    let now = Timestamp::now().as_second();
    let file = line::File {
        source: "pinpoint".to_owned(),
        at: now,
        now,
        opted_in_means_consent: import.opted_in_means_consent,
    };
    for bucket in 0..BUCKETS {
        bar.set_message(format!("file {} of {BUCKETS}", bucket + 1));
        let people = merge(&part(&parts, bucket), &file, &mut rejected, &mut report)?;
        if people.is_empty() {
            continue;
        }
        let mut output = Output::new(folder.join(format!("contacts-{bucket:02}.jsonl")))?;
        for contact in people.values() {
            report.count(contact);
            output.line(&written(contact))?;
        }
        output.end()?;
    }
    fs::remove_dir_all(&parts).map_err(CommandError::of("removing", &parts))?;
    rejected.end()?;
    Ok(report)
}

/// Writes each endpoint into the file of its user's bucket.
fn divide(
    import: &Import,
    parts: &Path,
    rejected: &mut Output,
    report: &mut Report,
    bar: &ProgressBar,
) -> Result<(), CommandError> {
    fs::create_dir_all(parts).map_err(CommandError::of("writing", parts))?;
    let outputs = (0..BUCKETS).map(|bucket| Output::new(part(parts, bucket)));
    let mut outputs: Vec<Output> = outputs.collect::<Result<_, _>>()?;
    for path in &import.endpoints {
        exported::lines(path, |text| {
            bar.inc(1);
            report.read += 1;
            match user(text) {
                Ok(user) => {
                    let bucket = messages::key::shard(&user) as usize;
                    match outputs.get_mut(bucket) {
                        Some(output) => output.bytes(text),
                        None => Ok(()),
                    }
                }
                Err(reason) => {
                    report.rejected += 1;
                    rejected.reject(text, &reason)
                }
            }
        })?;
    }
    outputs.into_iter().try_for_each(Output::end)
}

fn user(text: &[u8]) -> Result<String, String> {
    let value: Value =
        serde_json::from_slice(text).map_err(|error| format!("it is no JSON: {error}"))?;
    match Endpoint::is_one(&value) {
        true => Endpoint::of(value)?.user(),
        false => Err("it has no ChannelType: it is no endpoint".to_owned()),
    }
}

/// The contacts of the endpoints in the file `path`.
fn merge(
    path: &Path,
    file: &line::File,
    rejected: &mut Output,
    report: &mut Report,
) -> Result<BTreeMap<String, Contact>, CommandError> {
    let mut endpoints = Vec::new();
    exported::lines(path, |text| {
        // It was read once.
        let Ok(value) = serde_json::from_slice::<Value>(text) else {
            return Ok(());
        };
        let at = Endpoint::of(value.clone()).ok().and_then(|one| one.at());
        match line::of_value(value, file) {
            Ok(said) => {
                endpoints.push((at, said));
                Ok(())
            }
            Err(reason) => {
                report.rejected += 1;
                rejected.reject(text, &reason)
            }
        }
    })?;
    Ok(together(endpoints))
}

/// The contacts of endpoints with their times. A refusal by one of a person's endpoints stands against
/// every consent that is only assumed, however late.
fn together(mut endpoints: Vec<(Option<i64>, Said)>) -> BTreeMap<String, Contact> {
    endpoints.sort_by_key(|(at, _)| *at);
    // Of consents an endpoint says only refusals.
    let refused = endpoints.iter().flat_map(|(_, said)| {
        let channels = said.consents.iter().map(|(channel, _)| *channel);
        channels.map(|channel| (said.user.clone(), channel))
    });
    let refused: BTreeSet<_> = refused.collect();
    let mut people: BTreeMap<String, Contact> = BTreeMap::new();
    for (_, mut said) in endpoints {
        let user = &said.user;
        said.assumed
            .retain(|(channel, _)| !refused.contains(&(user.clone(), *channel)));
        said.tell(people.entry(said.user.clone()).or_default());
    }
    people
}

/// A contact as a line of `messages/import/`. A consent is assumed: it is of no time, so that it never stands
/// against what the shop knows.
fn written(contact: &Contact) -> Value {
    let mut line = json!(contact);
    if let Some(Value::Object(consents)) = line.get_mut("consents") {
        let consents = consents.values_mut().filter_map(Value::as_object_mut);
        consents
            .filter(|consent| consent.get("given") == Some(&Value::Bool(true)))
            .for_each(|consent| drop(consent.remove("at")));
    }
    if let Some(members) = line.as_object_mut() {
        members.remove("updatedAt");
        if let Some(user) = members.remove("user") {
            members.insert("userId".to_owned(), user);
        }
    }
    line
}

impl Report {
    fn count(&mut self, contact: &Contact) {
        self.contacts += 1;
        for (channel, consent) in &contact.consents {
            match consent.given {
                true => self.agreed.count(*channel),
                false => self.refused.count(*channel),
            }
        }
    }
}

fn part(parts: &Path, bucket: u32) -> PathBuf {
    parts.join(format!("{bucket:02}.jsonl"))
}

/// A file of JSON lines.
pub(super) struct Output {
    path: PathBuf,
    writer: BufWriter<File>,
}

impl Output {
    /// An empty one.
    pub(super) fn new(path: PathBuf) -> Result<Self, CommandError> {
        let file = File::create(&path).map_err(CommandError::of("writing", &path))?;
        let writer = BufWriter::new(file);
        Ok(Self { path, writer })
    }

    /// Adds a line.
    pub(super) fn bytes(&mut self, line: &[u8]) -> Result<(), CommandError> {
        let written = self.writer.write_all(line);
        let written = written.and_then(|()| self.writer.write_all(b"\n"));
        written.map_err(CommandError::of("writing", &self.path))
    }

    fn line(&mut self, line: &Value) -> Result<(), CommandError> {
        self.bytes(line.to_string().as_bytes())
    }

    fn reject(&mut self, text: &[u8], reason: &str) -> Result<(), CommandError> {
        let text = String::from_utf8_lossy(text);
        self.line(&json!({ "reason": reason, "text": text }))
    }

    /// Writes what is left.
    pub(super) fn end(mut self) -> Result<(), CommandError> {
        self.writer
            .flush()
            .map_err(CommandError::of("writing", &self.path))
    }
}

#[cfg(test)]
mod tests {
    use messages::Consent;

    use super::*;

    fn said(at: i64, email: &str, given: bool) -> (Option<i64>, Said) {
        let consent = Consent {
            given,
            source: "pinpoint".to_owned(),
            at,
        };
        let mut said = Said {
            user: "u".to_owned(),
            email: Some(email.to_owned()),
            ..Said::default()
        };
        match given {
            true => said.assumed.push((Channel::Email, consent)),
            false => said.consents.push((Channel::Email, consent)),
        }
        (Some(at), said)
    }

    #[test]
    fn the_latest_address_counts_and_every_refusal() {
        let old_refusal = vec![
            said(9, "new@shop.example", true),
            said(5, "old@shop.example", false),
        ];
        let people = together(old_refusal);
        assert_eq!(people["u"].email.as_deref(), Some("new@shop.example"));
        assert!(!people["u"].agreed(Channel::Email));
        let agreed = together(vec![said(9, "new@shop.example", true)]);
        assert!(agreed["u"].agreed(Channel::Email));
    }

    #[test]
    fn an_assumed_consent_is_written_without_a_time_and_a_refusal_with_it() {
        let consent = |given| {
            let people = together(vec![said(9, "a@shop.example", given)]);
            written(&people["u"])["consents"]["email"].clone()
        };
        assert_eq!(consent(true), json!({"given": true, "source": "pinpoint"}));
        let refusal = json!({"given": false, "source": "pinpoint", "at": 9});
        assert_eq!(consent(false), refusal);
    }
}
