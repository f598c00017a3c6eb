//! Starts and stops a recommender. Repeating a call is harmless: what is so already stays so.

use serde::Serialize;
use shared::{
    arn::Kind,
    estate::Estate,
    resource::{is_active, is_failed},
};

use crate::{
    error::CapacityError,
    personalize::{Found, Personalize, Taken},
};

/// Which way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    Start,
    Stop,
}

/// The answer of a start or stop.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Turned {
    recommender: String,
    /// Whether Personalize was asked for it.
    changed: bool,
    /// For a person.
    reason: String,
}

/// Starts or stops the declared recommender `name`.
pub(crate) async fn turn(
    personalize: &Personalize,
    estate: &Estate,
    way: Way,
    name: &str,
) -> Result<Turned, CapacityError> {
    let Some(found) = find(personalize, estate, name).await? else {
        return match way {
            Way::Stop => Ok(turned(name, false, "it does not exist".to_owned())),
            Way::Start => Err(CapacityError::NotMade {
                name: name.to_owned(),
            }),
        };
    };
    let status = found.status.clone();
    match step(way, &status, found.is_free()) {
        Step::Nothing => Ok(turned(name, false, format!("it is {status} already"))),
        Step::Wait => Err(busy(name, found.update.unwrap_or(status))),
        Step::Never => Err(CapacityError::Broken {
            name: name.to_owned(),
            status,
        }),
        Step::Go => {
            let taken = match way {
                Way::Start => personalize.start_recommender(&found.arn).await?,
                Way::Stop => personalize.stop_recommender(&found.arn).await?,
            };
            match taken {
                Taken::Yes => Ok(turned(name, true, format!("it was {status}"))),
                Taken::Busy => Err(busy(name, status)),
            }
        }
    }
}

async fn find(
    personalize: &Personalize,
    estate: &Estate,
    name: &str,
) -> Result<Option<Found>, CapacityError> {
    if estate.config.recommender(name).is_none() {
        let declared = estate.config.recommenders.iter();
        let declared: Vec<&str> = declared.map(|one| one.name.as_str()).collect();
        return Err(CapacityError::NoRecommender {
            name: name.to_owned(),
            declared: declared.join(", "),
        });
    }
    let known = estate.operations.resource(Kind::Recommender, name).await?;
    Ok(match known {
        Some(known) => personalize.describe(Kind::Recommender, &known.arn).await?,
        None => None,
    })
}

fn turned(name: &str, changed: bool, reason: String) -> Turned {
    Turned {
        recommender: name.to_owned(),
        changed,
        reason,
    }
}

fn busy(name: &str, status: String) -> CapacityError {
    CapacityError::Busy {
        name: name.to_owned(),
        status,
    }
}

/// What a state allows.
#[derive(Debug, PartialEq, Eq)]
enum Step {
    Go,
    Nothing,
    Wait,
    Never,
}

fn step(way: Way, status: &str, is_free: bool) -> Step {
    match way {
        _ if is_failed(status) => Step::Never,
        Way::Start if is_active(status) || status.starts_with("START") => Step::Nothing,
        Way::Start if status == "INACTIVE" => Step::Go,
        Way::Stop if status == "INACTIVE" || status.starts_with("STOP") => Step::Nothing,
        Way::Stop if is_free => Step::Go,
        _ => Step::Wait,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_so_already_is_left() {
        assert_eq!(step(Way::Start, "INACTIVE", false), Step::Go);
        for status in ["ACTIVE", "START PENDING", "START IN_PROGRESS"] {
            assert_eq!(step(Way::Start, status, false), Step::Nothing, "{status}");
        }
        assert_eq!(step(Way::Stop, "ACTIVE", true), Step::Go);
        for status in ["INACTIVE", "STOP PENDING", "STOP IN_PROGRESS"] {
            assert_eq!(step(Way::Stop, status, false), Step::Nothing, "{status}");
        }
    }

    #[test]
    fn what_is_on_its_way_elsewhere_is_waited_for_and_what_failed_is_not() {
        assert_eq!(step(Way::Stop, "ACTIVE", false), Step::Wait, "an update");
        assert_eq!(step(Way::Start, "STOP IN_PROGRESS", false), Step::Wait);
        assert_eq!(step(Way::Stop, "CREATE IN_PROGRESS", false), Step::Wait);
        assert_eq!(step(Way::Start, "CREATE FAILED", false), Step::Never);
    }
}
