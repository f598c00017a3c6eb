//! From people to messages that may leave: judged, filled, written.

use std::{collections::BTreeMap, sync::Arc, time::Instant};

use messages::{Contact, Sends, Verdict, key};
use shared::{catalog::CatalogItem, config::messages::Channel};

use super::{
    job::Job,
    people::{Judged, judged},
};
use crate::{
    channels::Outgoing,
    error::SendError,
    fill::{Asked, Filled, Shown},
    part::Member,
};

/// People who are not sent anything now.
#[derive(Debug, Default)]
pub(super) struct Aside {
    /// Never, by reason.
    pub(super) skipped: BTreeMap<&'static str, u64>,
    /// Not before that moment, in epoch seconds.
    pub(super) later: Vec<(Member, i64)>,
}

impl Aside {
    pub(super) fn skip(&mut self, reason: &'static str) {
        *self.skipped.entry(reason).or_default() += 1;
    }

    pub(super) fn extend(&mut self, other: Self) {
        for (reason, people) in other.skipped {
            *self.skipped.entry(reason).or_default() += people;
        }
        self.later.extend(other.later);
    }
}

/// A message that may leave, if it does so soon.
#[derive(Debug)]
pub(super) struct Ready {
    pub(super) member: Member,
    /// What they got so far.
    pub(super) sends: Sends,
    pub(super) channel: Channel,
    pub(super) outgoing: Outgoing,
    pub(super) shown: Shown,
    /// What it shows.
    pub(super) products: Vec<Arc<CatalogItem>>,
    /// Its language.
    pub(super) language: String,
    /// When what decides about it was read.
    pub(super) read_at: Instant,
}

/// Messages of a wave of people.
#[derive(Debug, Default)]
pub(super) struct Prepared {
    pub(super) ready: Vec<Ready>,
    pub(super) aside: Aside,
}

/// Judges `members`, and fills and writes the messages of those who may have one.
pub(super) async fn prepare(job: Arc<Job>, members: Vec<Member>) -> Result<Prepared, SendError> {
    let mut prepared = Prepared::default();
    let read_at = Instant::now();
    let users: Vec<&str> = members.iter().map(|member| member.user.as_str()).collect();
    let mut known = judged(&job, &users).await?;
    let mut may = Vec::with_capacity(members.len());
    for member in members {
        let Some(Judged { person, verdict }) = known.remove(&member.user) else {
            continue;
        };
        match (verdict, person.contact) {
            (Verdict::Send(channel), Some(contact)) => {
                let key = key::person(&member.user);
                may.push((member, key, contact, person.sends, channel));
            }
            (Verdict::Later(at), _) => prepared.aside.later.push((member, at)),
            (Verdict::Never(reason), _) => prepared.aside.skip(reason.name()),
            (Verdict::Send(_), None) => prepared.aside.skip("no-contact"),
        }
    }
    let asked: Vec<Asked<'_>> = may
        .iter()
        .map(|(member, person, ..)| Asked {
            user: &member.user,
            person,
            items: &member.items,
        })
        .collect();
    let filled = job.shelf().fill(&asked).await?;
    let writer = job.writer().await?;
    for ((member, person, contact, sends, channel), filled) in may.into_iter().zip(filled) {
        let Some(filled) = filled else {
            prepared.aside.skip("nothing-to-show");
            continue;
        };
        let content = match writer.write(&contact, channel, &filled) {
            Ok(content) => content,
            Err(error) => {
                tracing::warn!(%error, channel = channel.name(), "a message was not written");
                prepared.aside.skip("not-written");
                continue;
            }
        };
        let language = language(&writer, &contact, channel);
        let Filled { products, shown } = filled;
        prepared.ready.push(Ready {
            member,
            sends,
            channel,
            outgoing: Outgoing { person, content },
            shown,
            products: products.into_iter().map(|(product, _)| product).collect(),
            language,
            read_at,
        });
    }
    Ok(prepared)
}

fn language(writer: &crate::write::Writer<'_>, contact: &Contact, channel: Channel) -> String {
    writer.language(contact, channel).to_owned()
}
