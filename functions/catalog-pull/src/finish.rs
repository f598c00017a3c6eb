//! The step `finish`: closes a pull whose parts are done.

use shared::operations::{LastPull, PullPart, PullPlan, PullProgress};

use crate::{
    error::PullError,
    event::Finished,
    shop::Shop,
    store::{folder, mode},
};

/// Closes a pull: the next one of changes asks from its beginning on.
pub(crate) async fn finish(shop: &Shop, run: String) -> Result<Finished, PullError> {
    let operations = &shop.estate.operations;
    let plan = shop.planned(run).await?;
    let parts = operations.pull_progresses(&plan.run).await?;
    let finished = sum(&plan, &parts)?;
    let last = operations.last_pull().await?;
    let is_later = last.is_none_or(|last| last.started_at < plan.started_at);
    if is_later {
        let last = LastPull {
            pull: plan.pull,
            adapter: plan.adapter,
            started_at: plan.started_at,
        };
        operations.put_last_pull(&last).await?;
    }
    Ok(finished)
}

/// What the parts brought, if all are done.
fn sum(plan: &PullPlan, parts: &[PullProgress]) -> Result<Finished, PullError> {
    let is_done = |part: &&PullPart| {
        let mut kept = parts.iter();
        kept.any(|kept| kept.part == part.part && kept.done)
    };
    if let Some(part) = plan.parts.iter().find(|part| !is_done(part)) {
        return Err(PullError::NotDone {
            part: part.part.clone(),
            pull: plan.pull.clone(),
        });
    }
    let finished = Finished {
        prefix: folder(mode(plan), &plan.pull),
        mode: mode(plan),
        products: parts.iter().map(|part| part.products).sum(),
        rejected: parts.iter().map(|part| part.rejected).sum(),
    };
    if finished.products == 0 && finished.rejected > 0 && plan.full {
        return Err(PullError::AllRejected {
            pull: plan.pull.clone(),
            rejected: finished.rejected,
        });
    }
    Ok(finished)
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn plan(full: bool) -> PullPlan {
        let part = |part: &str| PullPart {
            part: part.to_owned(),
            position: Value::Null,
        };
        PullPlan {
            run: "r".to_owned(),
            pull: "20261129T233000Z".to_owned(),
            full,
            adapter: "feed".to_owned(),
            started_at: 1,
            since: None,
            parts: vec![part("part-000"), part("part-001")],
        }
    }

    fn part(part: &str, done: bool, products: u64) -> PullProgress {
        PullProgress {
            part: part.to_owned(),
            done,
            products,
            rejected: 1,
            ..PullProgress::default()
        }
    }

    #[test]
    fn a_pull_is_the_sum_of_its_parts_once_all_are_done() {
        let first = || part("part-000", true, 2);
        let finished = sum(&plan(true), &[first(), part("part-001", true, 3)]).unwrap();
        assert_eq!((finished.products, finished.rejected), (5, 2));
        assert_eq!(finished.prefix, "raw/products/20261129T233000Z/");
        for unfinished in [vec![first()], vec![first(), part("part-001", false, 3)]] {
            let error = sum(&plan(true), &unfinished).unwrap_err().to_string();
            assert!(error.contains("part-001 of the pull"), "{error}");
        }
    }

    #[test]
    fn a_full_pull_without_a_product_is_none() {
        let parts = [part("part-000", true, 0), part("part-001", true, 0)];
        let error = sum(&plan(true), &parts).unwrap_err().to_string();
        assert!(
            error.contains("every one of 2 products was rejected"),
            "{error}"
        );
        assert!(sum(&plan(false), &parts).is_ok());
    }
}
