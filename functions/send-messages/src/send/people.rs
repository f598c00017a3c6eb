//! The last look at people: what the table says of them now decides whether their message leaves.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;
use messages::{Contact, Person, Verdict, judge, key};

use super::job::Job;
use crate::error::SendError;

/// A person and what is decided of them.
#[derive(Debug)]
pub(super) struct Judged {
    pub(super) person: Person,
    pub(super) verdict: Verdict,
}

/// Reads and judges `users`, each once. Suppressions are read of the addresses alone that would be used.
pub(super) async fn judged(
    job: &Job,
    users: &[&str],
) -> Result<HashMap<String, Judged>, SendError> {
    let table = &job.services.table;
    let people = table.people(users).await?;
    let (mut looked_at, mut suppressed) = (HashSet::new(), HashSet::new());
    loop {
        let now = Timestamp::now();
        let verdict = |person: &Person| verdict(job, person, &suppressed, now);
        let verdicts: HashMap<&str, Verdict> = people
            .iter()
            .map(|(user, person)| (user.as_str(), verdict(person)))
            .collect();
        let used = people
            .iter()
            .filter_map(|(user, person)| used(person.contact.as_ref()?, verdicts[user.as_str()]));
        let unknown: Vec<String> = used.filter(|key| !looked_at.contains(key)).collect();
        if unknown.is_empty() {
            let mut verdicts: HashMap<String, Verdict> = verdicts
                .into_iter()
                .map(|(user, verdict)| (user.to_owned(), verdict))
                .collect();
            let judged = people.into_iter().filter_map(|(user, person)| {
                let verdict = verdicts.remove(&user)?;
                Some((user, Judged { person, verdict }))
            });
            return Ok(judged.collect());
        }
        let unknown: HashSet<String> = unknown.into_iter().collect();
        let keys: Vec<String> = unknown.into_iter().collect();
        suppressed.extend(table.suppressed(&keys).await?);
        looked_at.extend(keys);
    }
}

fn verdict(job: &Job, person: &Person, suppressed: &HashSet<String>, now: Timestamp) -> Verdict {
    let contact = person.contact.as_ref();
    let is_suppressed = |channel| {
        let address = contact.and_then(|contact| contact.address(channel));
        address.is_some_and(|address| suppressed.contains(&key::address(channel, address)))
    };
    judge(
        &job.campaign.rules(),
        contact,
        &person.sends,
        is_suppressed,
        now,
        job.started(),
        &job.run.run,
    )
}

/// The key of the address that a message would go to.
fn used(contact: &Contact, verdict: Verdict) -> Option<String> {
    let Verdict::Send(channel) = verdict else {
        return None;
    };
    let address = contact.address(channel)?;
    Some(key::address(channel, address))
}
