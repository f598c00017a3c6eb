//! The last look at people: what the table says of them now decides whether their message leaves.

use std::collections::{HashMap, HashSet};

use jiff::{SignedDuration, Timestamp};
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

/// The longest from the last look to the moment a message leaves, in seconds: it is fresh for four, tried for
/// four more if it is throttled, and a call takes 30.
const LEAVES: SignedDuration = SignedDuration::from_secs(40);

fn verdict(job: &Job, person: &Person, suppressed: &HashSet<String>, now: Timestamp) -> Verdict {
    let contact = person.contact.as_ref();
    let is_suppressed = |channel| {
        let address = contact.and_then(|contact| contact.address(channel));
        address.is_some_and(|address| suppressed.contains(&key::address(channel, address)))
    };
    let judged_at = |at| {
        judge(
            &job.campaign.rules(),
            contact,
            &person.sends,
            is_suppressed,
            at,
            job.started(),
            &job.run.run,
        )
    };
    leaving(judged_at, now)
}

/// What is decided of a message that is looked at `now` and leaves up to [`LEAVES`] after: it has to be
/// right all that time, so that none comes in when silence has begun.
fn leaving(judged_at: impl Fn(Timestamp) -> Verdict, now: Timestamp) -> Verdict {
    match judged_at(now) {
        Verdict::Send(channel) => match judged_at(now + LEAVES) {
            Verdict::Send(_) => Verdict::Send(channel),
            other => other,
        },
        other => other,
    }
}

/// The key of the address that a message would go to.
fn used(contact: &Contact, verdict: Verdict) -> Option<String> {
    let Verdict::Send(channel) = verdict else {
        return None;
    };
    let address = contact.address(channel)?;
    Some(key::address(channel, address))
}

#[cfg(test)]
mod tests {
    use shared::config::messages::Channel;

    use super::*;

    #[test]
    fn what_would_leave_after_silence_began_is_put_off() {
        let silence = 1_000;
        let judged_at = |at: Timestamp| match at.as_second() >= silence {
            true => Verdict::Later(9_000),
            false => Verdict::Send(Channel::Email),
        };
        let at = |second| leaving(judged_at, Timestamp::from_second(second).unwrap());
        assert_eq!(at(silence - 41), Verdict::Send(Channel::Email));
        assert_eq!(at(silence - 40), Verdict::Later(9_000));
    }
}
