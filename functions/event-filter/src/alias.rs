//! The alias of a filter: its stable name in the Operations table, which holds the ARN of the
//! generation in service. `recommend` resolves nothing else, so a switch is one write, and there is
//! no moment without a filter.

use aws_sdk_personalize::Client;
use jiff::Timestamp;
use shared::{
    arn::Kind, aws::failure, config, estate::Estate, generation, operations::ResourceState,
    resource::is_active,
};

use crate::error::FilterError;

/// How often a switch is decided anew because somebody else was quicker.
const TRIES: usize = 3;

/// What became of a switch.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Switch {
    /// The alias points to the generation now.
    Done,
    /// It stays as it is.
    Not(&'static str),
}

/// A generation, as Personalize describes it.
#[derive(Debug)]
struct Generation {
    name: String,
    expression: String,
    status: String,
}

/// How good a generation is for a filter now; the best is in service. The one that is due is better
/// than any other, and of two others the later one.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Rank {
    is_due: bool,
    due: Option<String>,
}

impl Generation {
    fn rank(&self, filter: &config::Filter, now: i64) -> Rank {
        Rank {
            is_due: filter.is_served_by(&self.name, &self.expression, now),
            due: generation::due(&self.name, &filter.name).map(str::to_owned),
        }
    }
}

/// Whether `next` is to take over from `current`, the generation in service if it can still serve.
fn takes_over(
    filter: &config::Filter,
    next: &Generation,
    current: Option<&Generation>,
    now: i64,
) -> bool {
    current.is_none_or(|current| next.rank(filter, now) > current.rank(filter, now))
}

/// Points the alias of `filter` to the generation `arn`, unless it is gone, not usable, or no newer
/// than the one in service. A second time it changes nothing.
///
/// # Errors
/// When Personalize or the Operations table does not answer, or the alias keeps changing.
pub(crate) async fn switch(
    personalize: &Client,
    estate: &Estate,
    filter: &str,
    arn: &str,
) -> Result<Switch, FilterError> {
    let Some(declared) = estate.config.filter(filter) else {
        return Ok(Switch::Not("the filter is not declared any more"));
    };
    let next = describe(personalize, arn).await?;
    let Some(next) = next.filter(|next| is_active(&next.status)) else {
        return Ok(Switch::Not("the generation is not there any more"));
    };
    for _ in 0..TRIES {
        let alias = estate.operations.resource(Kind::Filter, filter).await?;
        let current = match &alias {
            Some(alias) if alias.arn == arn => {
                return Ok(Switch::Not("the alias points to it already"));
            }
            Some(alias) => describe(personalize, &alias.arn).await?,
            None => None,
        };
        let now = Timestamp::now().as_second();
        let current = current.filter(|current| is_active(&current.status));
        if !takes_over(declared, &next, current.as_ref(), now) {
            return Ok(Switch::Not("the one in service is not older"));
        }
        let state = ResourceState {
            kind: Kind::Filter,
            name: filter.to_owned(),
            arn: arn.to_owned(),
            status: next.status.clone(),
            updated_at: now,
            tracking_id: None,
        };
        let operations = &estate.operations;
        if operations.replace_resource(alias.as_ref(), &state).await? {
            return Ok(Switch::Done);
        }
    }
    Err(FilterError::AliasContended {
        filter: filter.to_owned(),
    })
}

/// The generation of that ARN; none when Personalize knows none.
async fn describe(personalize: &Client, arn: &str) -> Result<Option<Generation>, FilterError> {
    let answer = personalize.describe_filter().filter_arn(arn).send().await;
    match answer.map_err(failure("personalize:DescribeFilter")) {
        Ok(answer) => Ok(answer.filter.map(|filter| Generation {
            name: filter.name.unwrap_or_default(),
            expression: filter.filter_expression.unwrap_or_default(),
            status: filter.status.unwrap_or_default(),
        })),
        Err(error) if error.is_not_found() => Ok(None),
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-11-23T06:31:26Z
    const NOW: i64 = 1_795_415_486;
    const DAY: i64 = 86_400;

    fn filter(rotate: Option<&str>, expression: &str) -> config::Filter {
        config::Filter {
            name: "new".to_owned(),
            expression: expression.to_owned(),
            rotate: rotate.and_then(config::Age::parse),
        }
    }

    fn at(filter: &config::Filter, time: i64) -> Generation {
        let made = filter.generation(time).unwrap();
        Generation {
            name: made.name,
            expression: made.expression,
            status: "ACTIVE".to_owned(),
        }
    }

    #[test]
    fn an_older_generation_never_replaces_a_newer_one() {
        let filter = filter(Some("1d"), "INCLUDE ItemID WHERE Items.T > {{ now - 30d }}");
        let [older, old, due] = [NOW - 2 * DAY, NOW - DAY, NOW].map(|time| at(&filter, time));
        assert!(takes_over(&filter, &due, Some(&old), NOW));
        assert!(!takes_over(&filter, &old, Some(&due), NOW));
        assert!(!takes_over(&filter, &due, Some(&at(&filter, NOW)), NOW));
        // Late by a day: better than the one before, though another is due by now.
        assert!(takes_over(&filter, &old, Some(&older), NOW));
        assert!(!takes_over(&filter, &older, Some(&old), NOW));
        assert!(
            takes_over(&filter, &older, None, NOW),
            "anything is better than none"
        );
    }

    #[test]
    fn without_a_date_the_declared_expression_is_the_one_that_serves() {
        let was = filter(None, "EXCLUDE ItemID WHERE Items.A IN (1)");
        let is = filter(None, "EXCLUDE ItemID WHERE Items.A IN (2)");
        assert!(takes_over(&is, &at(&is, NOW), Some(&at(&was, NOW)), NOW));
        assert!(!takes_over(&is, &at(&was, NOW), Some(&at(&is, NOW)), NOW));
    }
}
