//! What became of a block, written into the ledger.

use jiff::Timestamp;
use messages::{Block, Outcome, Settled};
use shared::config::messages::Channel;

use super::{
    block::{End, Ledger},
    job::{Job, Refusing},
    ready::Ready,
};
use crate::{channels::Answer, error::SendError};

/// Tries of a part after which a refusal is taken for the person's own, even if nobody was taken yet: else
/// an audience of nobody else would never end.
const TRIES: u32 = 2;

/// Writes down what became of the block. One of whose messages some got no answer is left as it is, if the
/// service tells later what it took.
pub(super) async fn settle(
    job: &Job,
    ledger: &Ledger,
    block: Block,
    people: Vec<Ready>,
    answers: Vec<Answer>,
    end: &mut End,
) -> Result<(), SendError> {
    end.silent = answers.contains(&Answer::Unknown);
    end.closed = answers.iter().find_map(|answer| match answer {
        Answer::Refused {
            code,
            permanent: false,
        } => Some(code.clone()),
        _ => None,
    });
    let refusal = answers.iter().find_map(|answer| match answer {
        Answer::Refused {
            code,
            permanent: true,
        } => Some(code),
        _ => None,
    });
    let refusing = refusing(job, block.channel, &answers);
    if refusing == Refusing::All {
        end.refused = refusal.cloned();
    }
    let is_own = refusing == Refusing::Some || ledger.attempt >= TRIES;
    let outcomes: Vec<Outcome> = answers.iter().map(|one| outcome(one, is_own)).collect();
    let before = people.iter().zip(&block.users);
    let before: Vec<_> = before
        .map(|(ready, user)| (user.clone(), ready.sends.clone()))
        .collect();
    if end.silent && job.leaves_evidence(block.channel) {
        end.uncertain = block.users.len() as u64;
        let known = known(&answers, &outcomes);
        if known.iter().any(Option::is_some)
            && let Err(error) = job.services.table.note(&job.run.run, &block, &known).await
        {
            // It is looked up, as that of the others is.
            tracing::warn!(%error, "what is known of a block was not written down");
        }
        return Ok(());
    }
    for (ready, answer) in people.into_iter().zip(&answers) {
        if matches!(answer, Answer::Accepted { .. }) {
            end.sent.push((ready.member.user, ready.shown));
        }
    }
    let (table, run) = (&job.services.table, &job.run.run);
    let now = Timestamp::now().as_second();
    let settled = if outcomes.contains(&Outcome::Released) {
        table
            .release(run, &ledger.lease, &block, &outcomes, &before, now)
            .await?
    } else {
        table
            .settle(run, &ledger.part, block.n, &outcomes, now)
            .await?
    };
    match settled {
        Settled::LostLease => Err(SendError::TakenOver {
            shard: ledger.lease.shard,
        }),
        Settled::Settled | Settled::Already => Ok(()),
    }
}

/// The outcomes of those who got an answer.
fn known(answers: &[Answer], outcomes: &[Outcome]) -> Vec<Option<Outcome>> {
    let both = answers.iter().zip(outcomes);
    both.map(|(answer, outcome)| (*answer != Answer::Unknown).then(|| outcome.clone()))
        .collect()
}

fn refusing(job: &Job, channel: Channel, answers: &[Answer]) -> Refusing {
    let is_refused = |answer: &&Answer| {
        matches!(
            answer,
            Answer::Refused {
                permanent: true,
                ..
            }
        )
    };
    let taken = answers
        .iter()
        .filter(|answer| matches!(answer, Answer::Accepted { .. }));
    let refused = answers.iter().filter(is_refused).count();
    job.refusing(channel, taken.count(), refused)
}

/// What `answer` means for the person. A refusal that may not be their own leaves them to another block.
fn outcome(answer: &Answer, is_own: bool) -> Outcome {
    match answer {
        Answer::Accepted { message_id } => Outcome::Sent(message_id.clone()),
        Answer::Refused {
            code,
            permanent: true,
        } if is_own => Outcome::Failed(code.clone()),
        // Certainly not taken.
        Answer::Refused { .. } | Answer::Throttled => Outcome::Released,
        Answer::Unknown => Outcome::Held("no answer".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_without_an_answer_takes_nothing_from_what_is_known_of_others() {
        let taken = Answer::Accepted {
            message_id: "m".to_owned(),
        };
        let answers = [taken, Answer::Unknown, Answer::Throttled];
        let outcomes: Vec<Outcome> = answers.iter().map(|one| outcome(one, true)).collect();
        assert_eq!(
            known(&answers, &outcomes),
            [
                Some(Outcome::Sent("m".to_owned())),
                None,
                Some(Outcome::Released)
            ]
        );
    }

    #[test]
    fn who_is_refused_while_nobody_is_taken_has_not_failed() {
        let refused = Answer::Refused {
            code: "MESSAGE_REJECTED".to_owned(),
            permanent: true,
        };
        assert_eq!(outcome(&refused, false), Outcome::Released);
        assert_eq!(
            outcome(&refused, true),
            Outcome::Failed("MESSAGE_REJECTED".to_owned())
        );
    }
}
