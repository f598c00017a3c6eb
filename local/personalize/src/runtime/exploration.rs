//! Exploration: new items, which nobody used when the model was trained, get a few places of an answer,
//! so that somebody sees them and they gather interactions. As much as `itemExplorationConfig` of the campaign says.

use std::sync::{Arc, Mutex, PoisonError};

use super::{chance::Chance, serving::Serving};
use crate::{
    clock::epoch_seconds,
    data::{
        group::Group,
        rows::{Kept, Rows},
    },
    models::Deployed,
};

/// `explorationWeight` when the campaign says none.
const USUAL_WEIGHT: f64 = 0.3;
/// `explorationItemAgeCutOff` in days when the campaign says none.
const USUAL_CUT_OFF: f64 = 30.0;
const DAY: f64 = 86_400.0;
/// How often chance may hit an item that cannot be in the answer before a place is given up.
const ATTEMPTS: usize = 8;

/// New items of a model's group, found out again only when the Items dataset has changed.
#[derive(Debug, Default)]
pub(crate) struct Fresh {
    found: Mutex<Option<(u64, Arc<Vec<NewItem>>)>>,
}

/// An item that the model has learned no interaction of.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NewItem {
    /// Its number in the group.
    item: u32,
    /// When it came to be, in epoch seconds.
    created: f64,
}

impl Fresh {
    /// The youngest first.
    fn of(&self, group: &Group, deployed: &Deployed) -> Arc<Vec<NewItem>> {
        let rows = &group.item_rows;
        let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((revision, items)) = &*found
            && *revision == rows.revision()
        {
            return Arc::clone(items);
        }
        let column = rows.column("CREATION_TIMESTAMP");
        let new = rows.ids().filter(|(item, _)| {
            deployed
                .model_item(*item)
                .is_none_or(|item| deployed.model.is_cold(item))
        });
        let mut items: Vec<_> = new
            .map(|(item, received)| NewItem {
                item,
                created: column.map_or(received, |column| created(rows, item, column, received)),
            })
            .collect();
        items.sort_by(|a, b| b.created.total_cmp(&a.created));
        let items = Arc::new(items);
        *found = Some((rows.revision(), Arc::clone(&items)));
        items
    }
}

fn created(rows: &Rows, item: u32, column: usize, received: f64) -> f64 {
    match rows.cell(item, column) {
        Kept::Number(second) => *second,
        _ => received,
    }
}

/// The new items that one answer may try.
pub(super) struct Exploration {
    items: Arc<Vec<NewItem>>,
    /// How many of them are young enough.
    young: usize,
    /// That a place of the answer goes to one of them.
    probability: f64,
}

impl Exploration {
    /// As the campaign says. The more of the catalogue is new, the more places.
    pub(super) fn of(serving: &Serving, group: &Group) -> Self {
        let config = serving.config("itemExplorationConfig");
        let setting = |name: &str, usual: f64| {
            let text = config.and_then(|config| config[name].as_str());
            text.and_then(|text| text.parse().ok()).unwrap_or(usual)
        };
        let weight = setting("explorationWeight", USUAL_WEIGHT);
        let known = serving.deployed.model.warm_items();
        let oldest = epoch_seconds() - DAY * setting("explorationItemAgeCutOff", USUAL_CUT_OFF);
        let items = serving.deployed.fresh.of(group, &serving.deployed);
        let young = items.partition_point(|one| one.created >= oldest);
        #[expect(clippy::cast_precision_loss, reason = "numbers of items are small")]
        let share = young as f64 / (young + known).max(1) as f64;
        Self {
            items,
            young,
            probability: (weight * share).clamp(0.0, 1.0),
        }
    }

    /// A new item for the next place of the answer, or none.
    pub(super) fn draw(&self, chance: &mut Chance, fits: impl Fn(u32) -> bool) -> Option<u32> {
        if self.young == 0 || !chance.happens(self.probability) {
            return None;
        }
        let mut drawn = (0..ATTEMPTS).map(|_| self.items[chance.below(self.young)].item);
        drawn.find(|item| fits(*item))
    }
}
