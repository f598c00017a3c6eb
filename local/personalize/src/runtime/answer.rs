//! How answers look.

use recommender::Scored;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{attribution::recommendation_id, control::Call, fault::Fault};

/// The answer with its `recommendationId`, at most 40 characters long as PutEvents takes them.
pub(super) fn answer(member: &str, items: Vec<Value>) -> Value {
    let mut answer = json!({ "recommendationId": format!("RID-{}", Uuid::new_v4()) });
    answer[member] = items.into();
    answer
}

/// The same with an id that says whose answer it is, for metric attributions.
pub(super) fn attributed(call: &Call<'_>, member: &str, items: Vec<Value>) -> Result<Value, Fault> {
    let arn = match call.input.optional_arn("recommenderArn")? {
        Some(arn) => arn,
        None => call.input.arn("campaignArn")?,
    };
    let mut answer = answer(member, items);
    answer["recommendationId"] = recommendation_id(arn).into();
    Ok(answer)
}

/// Positive scores that add up to 1, in the same order.
pub(crate) fn shares(scored: &[Scored]) -> impl Iterator<Item = f64> + '_ {
    let sum: f64 = scored.iter().map(|one| f64::from(one.score)).sum();
    let sum = sum.max(f64::MIN_POSITIVE);
    scored.iter().map(move |one| f64::from(one.score) / sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_are_shares() {
        let scored = |score| Scored { item: 0, score };
        let shares = |scored: &[Scored]| super::shares(scored).collect::<Vec<_>>();
        assert_eq!(shares(&[scored(3.0), scored(1.0)]), [0.75, 0.25]);
        assert_eq!(shares(&[scored(0.0)]), [0.0]);
        assert!(shares(&[]).is_empty());
    }
}
