//! Which actions may be recommended at all: those that have not expired, and not again too soon.

use rustc_hash::FxHashMap;

use crate::data::{group::Group, histories::Interaction, rows::Kept};

const DAY: f64 = 86_400.0;

/// The actions that a user may be asked to take now.
pub(super) struct Availability<'a> {
    group: &'a Group,
    expiration: Option<usize>,
    repeat: Option<usize>,
    /// When the user last met each action, in epoch seconds.
    last: FxHashMap<u32, i64>,
    now: f64,
}

impl<'a> Availability<'a> {
    /// For a user with this history, in time order, at this time (epoch seconds).
    pub(super) fn new(group: &'a Group, history: &[Interaction], now: f64) -> Self {
        let rows = &group.action_rows;
        Self {
            group,
            expiration: rows
                .column("ACTION_EXPIRATION_TIMESTAMP")
                .or_else(|| rows.column("EXPIRATION_TIMESTAMP")),
            repeat: rows.column("REPEAT_FREQUENCY"),
            last: history
                .iter()
                .map(|one| (one.item, one.timestamp))
                .collect(),
            now,
        }
    }

    /// Whether an action, by its number in the group, may be recommended.
    pub(super) fn has(&self, action: u32) -> bool {
        let number = |column: Option<usize>| match self.group.action_rows.cell(action, column?) {
            Kept::Number(number) => Some(*number),
            _ => None,
        };
        let expired = number(self.expiration).is_some_and(|second| second <= self.now);
        #[expect(clippy::cast_precision_loss, reason = "seconds are far below 2^52")]
        let too_soon = number(self.repeat)
            .zip(self.last.get(&action))
            .is_some_and(|(days, last)| self.now < *last as f64 + days * DAY);
        !expired && !too_soon
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        data::{
            batch::Batch,
            rows::Cell,
            schema::{DatasetType, tests::schema},
        },
        resources::ImportMode,
    };

    #[test]
    fn expired_actions_and_those_met_lately_are_left_out() {
        let mut group = Group::default();
        let fields = [
            ("ACTION_ID", "string"),
            ("ACTION_EXPIRATION_TIMESTAMP", "long?"),
            ("REPEAT_FREQUENCY", "long?"),
        ];
        group.set_schema(DatasetType::Actions, schema("Actions", &fields).unwrap());
        let row = |id: &str, expiration, repeat| {
            (
                id.to_owned(),
                vec![Cell::Text(id.to_owned()), expiration, repeat],
            )
        };
        let rows = vec![
            row("over", Cell::Number(900.0), Cell::Empty),
            row("weekly", Cell::Empty, Cell::Number(7.0)),
            row("always", Cell::Number(1e9), Cell::Empty),
        ];
        group.import(
            Batch::Rows(DatasetType::Actions, rows),
            ImportMode::Full,
            0.0,
        );
        let numbers = ["over", "weekly", "always"].map(|id| group.actions.get(id).unwrap());
        let history = numbers.map(|action| Interaction::new(action, 1000));
        let at = |now| {
            let availability = Availability::new(&group, &history, now);
            numbers.map(|action| availability.has(action))
        };
        assert_eq!(at(800.0), [true, false, true]);
        assert_eq!(at(1000.0 + 6.0 * DAY), [false, false, true]);
        assert_eq!(at(1000.0 + 7.0 * DAY), [false, true, true]);
    }
}
