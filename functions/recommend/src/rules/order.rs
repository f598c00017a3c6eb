//! The order rules give a list.

use shared::config::Rule;

use crate::{
    candidate::{Candidate, Why},
    products::Products,
    rules::{Placed, applies, matching::matches},
    situation::Situation,
};

/// Moves what is boosted up by its places and what is buried to the end; all else keeps its order.
pub(crate) fn boost_and_bury(list: &mut [Placed], rules: &[&Rule], products: &Products) {
    let mut moves = Vec::with_capacity(list.len());
    for (place, placed) in list.iter_mut().enumerate() {
        let id = placed.candidate.id.as_str();
        let product = products.get(id);
        let (mut up, mut buried, mut moved_by) = (0, false, Vec::new());
        for rule in rules {
            let boost = rule.boost.as_ref();
            if let Some(boost) = boost.filter(|boost| matches(&boost.which, id, product)) {
                up += i64::from(boost.places);
                moved_by.push(rule.name.clone());
            }
            if rule
                .bury
                .as_ref()
                .is_some_and(|which| matches(which, id, product))
            {
                buried = true;
                moved_by.push(rule.name.clone());
            }
        }
        placed.moved_by = moved_by;
        let place = i64::try_from(place).unwrap_or(i64::MAX);
        // Of two that end in one place the one that was boosted comes first.
        moves.push((buried, place - up, up == 0));
    }
    let mut moved: Vec<_> = moves.into_iter().zip(list.iter().cloned()).collect();
    moved.sort_by_key(|(key, _)| *key);
    for (slot, (_, placed)) in list.iter_mut().zip(moved) {
        *slot = placed;
    }
}

/// The items that rules of `situation` pin, with the rules' names, in order and each once.
pub(crate) fn pinned<'a>(rules: &'a [Rule], situation: &Situation) -> Vec<(&'a str, &'a str)> {
    let mut pins: Vec<(&str, &str)> = Vec::new();
    for rule in rules.iter().filter(|rule| applies(rule, situation)) {
        for id in rule.pin.iter().flatten() {
            if pins.iter().all(|(known, _)| known != id) {
                pins.push((id, &rule.name));
            }
        }
    }
    pins
}

/// Puts `pins` that `may_be_shown` before everything else.
pub(crate) fn pin(
    list: Vec<Placed>,
    pins: Vec<(&str, &str)>,
    may_be_shown: impl Fn(&Candidate) -> bool,
) -> Vec<Placed> {
    if pins.is_empty() {
        return list;
    }
    let mut list: Vec<Option<Placed>> = list.into_iter().map(Some).collect();
    let mut first = Vec::with_capacity(list.len() + pins.len());
    for (id, rule) in pins {
        let brought = brought(id);
        if !may_be_shown(&brought.candidate) {
            continue;
        }
        let known = list.iter_mut().find(|placed| {
            placed
                .as_ref()
                .is_some_and(|placed| placed.candidate.id == id)
        });
        let mut placed = known.and_then(Option::take).unwrap_or(brought);
        placed.moved_by.push(rule.to_owned());
        first.push(placed);
    }
    first.extend(list.into_iter().flatten());
    first
}

/// An item that the model did not propose.
fn brought(id: &str) -> Placed {
    Placed {
        candidate: Candidate {
            id: id.to_owned(),
            score: None,
            why: Why::Promotion,
        },
        model_rank: None,
        moved_by: Vec::new(),
    }
}
