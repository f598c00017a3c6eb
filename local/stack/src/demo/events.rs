//! A customer looks at a recommended product and buys it; the next answer has to differ, and must
//! not offer what was bought.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::json;
use uuid::Uuid;

use super::questions::{Answer, Question};
use crate::error::{Error, Result};
use crate::progress::Progress;
use crate::stack::Stack;

const MUTATION: &str = "\
mutation Track($input: TrackInput!) {
  trackInteractions(input: $input) { accepted rejected { index reason } }
}";
/// Events count within seconds; after this many tries they were lost.
const TRIES: u32 = 20;
const PAUSE: Duration = Duration::from_millis(500);

/// Tracks a view and a purchase of the first product of `before`, asks `question` again and shows
/// what changed. True when the new answer differs and the bought product is not in it.
///
/// # Errors
/// [`Error::Graphql`], [`Error::Unexpected`] when an event was not accepted.
pub(super) async fn show(stack: &Stack, question: &Question, before: &Answer) -> Result<bool> {
    let bought = before
        .items
        .first()
        .ok_or_else(|| Error::Unexpected("nothing to buy".into()))?;
    track(stack, before, &bought.id).await?;
    let progress = Progress::spinner("ask again");
    for attempt in 1..=TRIES {
        let after = question.ask(stack).await?;
        let changed = has_changed(before, &after, &bought.id);
        if changed || attempt == TRIES {
            progress.done(if changed {
                "the answer has changed"
            } else {
                "the answer is the same"
            });
            after.print();
            print_difference(before, &after, bought.name());
            return Ok(changed);
        }
        tokio::time::sleep(PAUSE).await;
    }
    Ok(false)
}

async fn track(stack: &Stack, answer: &Answer, item: &str) -> Result<()> {
    let now = Timestamp::now().as_second();
    let shown: Vec<&str> = answer.ids().into_iter().take(25).collect();
    let interactions = [("view", now - 1), ("purchase", now)].map(|(kind, time)| {
        json!({
            "eventId": Uuid::new_v4().to_string(),
            "eventType": kind,
            "itemId": item,
            "sentAt": time,
            "recommendationId": answer.recommendation,
            "placement": answer.placement,
            "experiments": answer.experiments,
            "impression": shown,
        })
    });
    let input = json!({ "sessionId": "demo-known", "interactions": interactions });
    let api = match &answer.user {
        Some(user) => stack.graphql_as(user).await?,
        None => stack.graphql()?,
    };
    let data = api
        .ask("trackInteractions", MUTATION, &json!({ "input": input }))
        .await?;
    let result = &data["trackInteractions"];
    if result["accepted"] == json!(interactions.len()) {
        return Ok(());
    }
    Err(Error::Unexpected(format!(
        "of a view and a purchase not all were accepted: {result}"
    )))
}

fn has_changed(before: &Answer, after: &Answer, bought: &str) -> bool {
    !after.items.is_empty() && before.ids() != after.ids() && !after.ids().contains(&bought)
}

fn print_difference(before: &Answer, after: &Answer, bought: &str) {
    let names = |of: &Answer, not_in: &Answer| {
        let ids = not_in.ids();
        let new = of
            .items
            .iter()
            .filter(|item| !ids.contains(&item.id.as_str()));
        new.map(|item| item.name().to_owned())
            .collect::<Vec<_>>()
            .join(", ")
    };
    anstream::println!("\nAfter a view and a purchase of {bought}");
    anstream::println!("  gone: {}", names(before, after));
    anstream::println!("  new:  {}", names(after, before));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(ids: &[&str]) -> Answer {
        let item = |id: &&str| json!({"id": id, "title": null, "price": null, "currency": null, "reason": "r"});
        Answer::of(
            ids.iter()
                .map(item)
                .map(|item| serde_json::from_value(item).unwrap())
                .collect(),
        )
    }

    #[test]
    fn changed_means_another_answer_without_what_was_bought() {
        let before = answer(&["a", "b", "c"]);
        assert!(has_changed(&before, &answer(&["b", "c", "d"]), "a"));
        assert!(!has_changed(&before, &before, "a"), "the same answer");
        assert!(
            !has_changed(&before, &answer(&["a", "c", "d"]), "a"),
            "still offers it"
        );
        assert!(
            !has_changed(&before, &answer(&[]), "a"),
            "nothing at all is no answer"
        );
    }
}
