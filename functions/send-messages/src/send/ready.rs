//! From people to messages that may leave: judged, filled, written.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
    time::Instant,
};

use jiff::Timestamp;
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
    write::Writer,
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
                may.push(May {
                    member,
                    person: key,
                    contact,
                    sends: person.sends,
                    channel,
                });
            }
            (Verdict::Later(at), _) => prepared.aside.later.push((member, at)),
            (Verdict::Never(reason), _) => prepared.aside.skip(reason.name()),
            (Verdict::Send(_), None) => prepared.aside.skip("no-contact"),
        }
    }
    let asked: Vec<Asked<'_>> = may
        .iter()
        .map(|one| Asked {
            user: &one.member.user,
            person: &one.person,
            items: &one.member.items,
        })
        .collect();
    let filled = job.shelf().fill(&asked).await?;
    let writer = job.writer().await?;
    let mut short = short_links(&job, &writer, &may, &filled).await?;
    for (one, filled) in may.into_iter().zip(filled) {
        let Some(filled) = filled else {
            prepared.aside.skip("nothing-to-show");
            continue;
        };
        let short = short.remove(&one.member.user).unwrap_or_default();
        let content = match writer.write(&one.contact, one.channel, &filled, &short) {
            Ok(content) => content,
            Err(error) => {
                let channel = one.channel.name();
                tracing::warn!(%error, channel, "a message was not written");
                prepared.aside.skip("not-written");
                continue;
            }
        };
        let language = writer.language(&one.contact, one.channel).to_owned();
        let Filled { products, shown } = filled;
        prepared.ready.push(Ready {
            member: one.member,
            sends: one.sends,
            channel: one.channel,
            outgoing: Outgoing {
                person: one.person,
                content,
            },
            shown,
            products: products.into_iter().map(|(product, _)| product).collect(),
            language,
            read_at,
        });
    }
    Ok(prepared)
}

/// Somebody who may have a message.
struct May {
    member: Member,
    person: String,
    contact: Contact,
    sends: Sends,
    channel: Channel,
}

/// The names of short links, by users: those of texts alone have any.
async fn short_links(
    job: &Job,
    writer: &Writer<'_>,
    people: &[May],
    filled: &[Option<Filled>],
) -> Result<HashMap<String, Vec<String>>, SendError> {
    let (mut owners, mut tokens) = (Vec::new(), Vec::new());
    for (one, filled) in people.iter().zip(filled) {
        if let (Channel::Sms, Some(filled)) = (one.channel, filled) {
            for token in writer.tokens(&one.contact, filled) {
                owners.push(one.member.user.clone());
                tokens.push(token);
            }
        }
    }
    let mut names: HashMap<String, Vec<String>> = HashMap::new();
    if tokens.is_empty() {
        return Ok(names);
    }
    let now = Timestamp::now().as_second();
    let short = job.services.table.shorten(&tokens, now).await?;
    for (user, name) in owners.into_iter().zip(short) {
        names.entry(user).or_default().push(name);
    }
    Ok(names)
}
