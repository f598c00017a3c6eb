//! What to do with a campaign so that it serves a version. Pure.
//!
//! A move that is repeated, because its answer got lost, ends the same as the first one.

use shared::{
    arn::PersonalizeArn,
    campaign::Campaign,
    resource::{is_active, is_failed},
};

/// What to do.
#[derive(Debug, PartialEq)]
pub(crate) enum Move<'a> {
    /// There is none yet.
    Create,
    /// It serves `previous`; none when its making failed, which an update repairs.
    Update {
        campaign: &'a Campaign,
        previous: Option<String>,
    },
    /// It serves the version, or is on its way to it from `previous`.
    Nothing {
        status: String,
        previous: Option<String>,
    },
    /// Personalize works at something else.
    Busy { with: String },
    /// Waiting does not help.
    Immovable { because: String },
}

/// UpdateCampaign takes a campaign in this state, as it takes an ACTIVE one.
const CREATE_FAILED: &str = "CREATE FAILED";

/// What to do with `campaign` so that it serves `target`, a version of `solution`.
pub(crate) fn next_move<'a>(
    campaign: Option<&'a Campaign>,
    solution: &str,
    target: &str,
) -> Move<'a> {
    let Some(campaign) = campaign else {
        return Move::Create;
    };
    let served = &campaign.solution_version_arn;
    if let Some(other) = solution_of(served).filter(|other| other != solution) {
        return Move::Immovable {
            because: format!(
                "it serves the solution `{other}`; declare a campaign of a new name for `{solution}`"
            ),
        };
    }
    if let Some(update) = campaign.running_update() {
        return if update.solution_version_arn == target {
            Move::Nothing {
                status: update.status.clone(),
                previous: Some(served.clone()),
            }
        } else {
            Move::Busy {
                with: format!("it moves to {}", update.solution_version_arn),
            }
        };
    }
    match campaign.status.as_str() {
        CREATE_FAILED => Move::Update {
            campaign,
            previous: None,
        },
        status if served == target => Move::Nothing {
            status: status.to_owned(),
            previous: None,
        },
        status if is_active(status) => Move::Update {
            campaign,
            previous: Some(served.clone()),
        },
        status if is_failed(status) => Move::Immovable {
            because: format!("{status}; delete it and start retrain again"),
        },
        status => Move::Busy {
            with: format!("it is {status}"),
        },
    }
}

/// The name of the solution that a version is of.
pub(crate) fn solution_of(version_arn: &str) -> Option<String> {
    let version: PersonalizeArn = version_arn.parse().ok()?;
    version
        .name
        .split_once('/')
        .map(|(solution, _)| solution.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::campaign::Update;

    fn version(id: &str) -> String {
        format!("arn:aws:personalize:us-east-1:1:solution/taste/{id}")
    }

    fn campaign(status: &str, served: &str, update: Option<(&str, &str)>) -> Campaign {
        Campaign {
            arn: "arn".to_owned(),
            status: status.to_owned(),
            solution_version_arn: version(served),
            update: update.map(|(id, status)| Update {
                solution_version_arn: version(id),
                status: status.to_owned(),
            }),
            options: None,
        }
    }

    #[track_caller]
    fn assert_moves(campaign: &Campaign, expected: &Move<'_>) {
        assert_eq!(
            next_move(Some(campaign), "taste", &version("new")),
            *expected
        );
    }

    #[track_caller]
    fn assert_updates(campaign: &Campaign, previous: Option<&str>) {
        let expected = Move::Update {
            campaign,
            previous: previous.map(version),
        };
        assert_moves(campaign, &expected);
    }

    #[test]
    fn a_campaign_is_made_then_moved() {
        assert_eq!(next_move(None, "taste", &version("new")), Move::Create);
        assert_updates(&campaign("ACTIVE", "old", None), Some("old"));
    }

    #[test]
    fn a_repeated_move_calls_nothing_and_still_knows_the_way_back() {
        let status = "CREATE IN_PROGRESS";
        let previous = Some(version("old"));
        let on_its_way = campaign("ACTIVE", "old", Some(("new", status)));
        assert_moves(
            &on_its_way,
            &Move::Nothing {
                status: status.to_owned(),
                previous,
            },
        );
        let there = campaign("ACTIVE", "new", Some(("new", "ACTIVE")));
        assert_moves(
            &there,
            &Move::Nothing {
                status: "ACTIVE".to_owned(),
                previous: None,
            },
        );
        let first = campaign("CREATE PENDING", "new", None);
        assert_moves(
            &first,
            &Move::Nothing {
                status: "CREATE PENDING".to_owned(),
                previous: None,
            },
        );
    }

    #[test]
    fn a_failed_update_is_tried_again() {
        let failed = campaign("ACTIVE", "old", Some(("new", "CREATE FAILED")));
        assert_updates(&failed, Some("old"));
    }

    #[test]
    fn another_change_is_waited_for() {
        let other = campaign("ACTIVE", "old", Some(("third", "CREATE PENDING")));
        assert!(matches!(
            next_move(Some(&other), "taste", &version("new")),
            Move::Busy { .. }
        ));
        let young = campaign("CREATE IN_PROGRESS", "old", None);
        assert!(matches!(
            next_move(Some(&young), "taste", &version("new")),
            Move::Busy { .. }
        ));
    }

    #[test]
    fn a_campaign_whose_making_failed_is_repaired_and_has_no_way_back() {
        for served in ["old", "new"] {
            let failed = campaign("CREATE FAILED", served, None);
            assert_updates(&failed, None);
        }
    }

    #[test]
    fn a_campaign_of_another_solution_stays() {
        let other = campaign("ACTIVE", "old", None);
        let decided = next_move(Some(&other), "similar", &version("new"));
        assert!(matches!(decided, Move::Immovable { .. }), "{decided:?}");
    }
}
