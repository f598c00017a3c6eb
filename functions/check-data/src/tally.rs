//! What a dataset holds, counted while it streams by: rows, ids, times, event types, samples.
//! Bounded in memory; what the numbers mean for the import is decided in `verdict`.

use std::collections::BTreeMap;

use shared::config::{DatasetType, EstateConfig};

use crate::{
    catalogue::Catalogue, columns::Columns, distinct::Distinct, hash, minimum::Training,
    reason::Reason, row::Values, timeline::Timeline,
};

/// Users and items kept to ask a campaign about after a training.
const SAMPLES: usize = 10;
/// Event types counted by name. Personalize takes fewer; more of them are a wrong column.
const EVENT_TYPES: usize = 50;
/// The name that the event types beyond share.
const OTHER_EVENT_TYPES: &str = "(others)";

/// The counts of one dataset.
#[derive(Debug)]
pub(crate) struct Tally {
    /// Rows that broke no rule.
    pub(crate) good: u64,
    /// Rows that broke one, by the first broken.
    pub(crate) rejected: BTreeMap<Reason, u64>,
    /// Users in good rows.
    pub(crate) users: Ids,
    /// Items in good rows.
    pub(crate) items: Ids,
    /// The items of the catalogue, and the good rows with others.
    pub(crate) catalogue: Catalogue,
    /// The earliest and the latest interaction, in epoch seconds.
    pub(crate) span: Option<(i64, i64)>,
    /// Good rows by day.
    pub(crate) timeline: Timeline,
    /// Good rows by event type.
    pub(crate) events: BTreeMap<String, u64>,
    /// What is to be trained on them.
    pub(crate) trainings: Vec<Training>,
    time: Option<usize>,
    event: Option<usize>,
    value: Option<usize>,
}

/// The ids in one column.
#[derive(Debug)]
pub(crate) struct Ids {
    /// How many.
    pub(crate) distinct: Distinct,
    /// A few; of interactions only ids with at least two.
    pub(crate) samples: Vec<String>,
    column: Option<usize>,
    sampled_at: u32,
}

impl Tally {
    /// Nothing counted yet.
    pub(crate) fn new(
        dataset: DatasetType,
        columns: &Columns,
        config: &EstateConfig,
        catalogue: Catalogue,
    ) -> Self {
        let interactions = dataset == DatasetType::Interactions;
        let ids = |column| Ids {
            distinct: Distinct::default(),
            samples: Vec::new(),
            column: columns.index(column),
            sampled_at: if interactions { 2 } else { 1 },
        };
        Self {
            good: 0,
            rejected: BTreeMap::new(),
            users: ids("USER_ID"),
            items: ids("ITEM_ID"),
            catalogue,
            span: None,
            timeline: Timeline::default(),
            events: BTreeMap::new(),
            trainings: Training::declared(config),
            time: columns.index("TIMESTAMP"),
            event: columns.index("EVENT_TYPE"),
            value: columns.index("EVENT_VALUE"),
        }
    }

    /// Counts a good row.
    pub(crate) fn good(&mut self, values: &Values<'_>) {
        self.good += 1;
        self.users.add(values);
        if let Some(item) = self.items.add(values) {
            self.catalogue.item(item);
        }
        if let Some(time) = self.time.and_then(|column| values[column].parse().ok()) {
            let (first, last) = self.span.unwrap_or((time, time));
            self.span = Some((first.min(time), last.max(time)));
            self.timeline.add(time);
        }
        if let Some(column) = self.event {
            self.event(values[column], values);
        }
    }

    /// Counts a broken row.
    pub(crate) fn rejected(&mut self, reason: Reason) {
        *self.rejected.entry(reason).or_default() += 1;
    }

    /// Rows that broke a rule.
    pub(crate) fn rejections(&self) -> u64 {
        self.rejected.values().sum()
    }

    fn event(&mut self, name: &str, values: &Values<'_>) {
        for training in self.trainings.iter_mut().filter(|one| one.selects()) {
            let value = self.value.and_then(|column| values[column].parse().ok());
            training.count(name, value);
        }
        if let Some(count) = self.events.get_mut(name) {
            *count += 1;
            return;
        }
        let name = if self.events.len() < EVENT_TYPES {
            name
        } else {
            OTHER_EVENT_TYPES
        };
        *self.events.entry(name.to_owned()).or_default() += 1;
    }
}

impl Ids {
    /// Counts the row's id; its hash, when the dataset has this column.
    fn add(&mut self, values: &Values<'_>) -> Option<u64> {
        let id = values[self.column?];
        let hash = hash::of([id]);
        let times = self.distinct.add(hash);
        if times == self.sampled_at && self.samples.len() < SAMPLES {
            self.samples.push(id.to_owned());
        }
        Some(hash)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::{columns::tests::shipped, known::KnownIds, verdict::tests::config_with};

    /// The tally of interactions given as the values of their columns.
    pub(crate) fn tally_for<'a>(
        config: &EstateConfig,
        rows: impl Iterator<Item = [&'a str; 5]>,
    ) -> Tally {
        let dataset = DatasetType::Interactions;
        let mut tally = Tally::new(dataset, &shipped(dataset), config, Catalogue::Unknown);
        rows.for_each(|row| tally.good(&row.to_vec()));
        tally
    }

    /// The tally of interactions given as (user, item, time, event type).
    pub(crate) fn interactions(rows: &[(&str, &str, &str, &str)]) -> Tally {
        let config = config_with(|_| ());
        let rows = rows
            .iter()
            .map(|(user, item, time, event)| [*user, *item, *time, *event, ""]);
        tally_for(&config, rows)
    }

    #[test]
    fn rows_ids_times_and_events_are_counted() {
        let tally = interactions(&[
            ("u1", "i1", "100", "view"),
            ("u2", "i1", "50", "view"),
            ("u1", "i2", "200", "purchase"),
        ]);
        assert_eq!((tally.good, tally.span), (3, Some((50, 200))));
        assert_eq!(tally.timeline.periods(), [("1970-01-01".to_owned(), 3)]);
        assert_eq!(
            (tally.users.distinct.count(), tally.items.distinct.count()),
            (2, 2)
        );
        assert_eq!(
            tally.events,
            [("purchase".to_owned(), 1), ("view".to_owned(), 2)].into()
        );
    }

    #[test]
    fn items_that_the_catalogue_lacks_are_counted_by_row() {
        let dataset = DatasetType::Interactions;
        let mut known = KnownIds::none();
        known.add(hash::of(["i1"]));
        let config = config_with(|_| ());
        let catalogue = Catalogue::compared_with(known);
        let mut tally = Tally::new(dataset, &shipped(dataset), &config, catalogue);
        for item in ["i1", "i2", "i2", "i1"] {
            tally.good(&vec!["u", item, "1", "view", ""]);
        }
        assert_eq!(tally.catalogue.unknown_rows(), Some(2));
    }

    #[test]
    fn samples_of_interactions_are_ids_that_a_model_has_learned_from() {
        let tally = interactions(&[
            ("once", "i1", "1", "view"),
            ("twice", "i1", "2", "view"),
            ("twice", "i2", "3", "view"),
        ]);
        assert_eq!(tally.users.samples, ["twice"]);
        assert_eq!(tally.items.samples, ["i1"]);
    }

    #[test]
    fn event_types_without_end_share_one_name() {
        let names: Vec<String> = (0..80).map(|n| format!("e{n}")).collect();
        let rows: Vec<_> = names
            .iter()
            .map(|name| ("u", "i", "1", name.as_str()))
            .collect();
        let tally = interactions(&rows);
        assert_eq!(tally.events.len(), EVENT_TYPES + 1);
        assert_eq!(tally.events[OTHER_EVENT_TYPES], 30);
    }
}
