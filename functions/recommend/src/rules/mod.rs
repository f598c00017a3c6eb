//! What happens to a list after the model: what may not be shown goes, and the shop's rules put the
//! rest in order. Nothing here asks anybody; everything that was done is told, for `explain`.
//!
//! Whatever order the rules are declared in: first `exclude` and `only`, then `boost` and `bury`, then
//! pins, then caps.

mod matching;
mod order;

use std::collections::{HashMap, HashSet};

use serde::Serialize;
use shared::config::{CapBy, Rule};

use crate::{
    candidate::{Candidate, Why},
    products::Products,
    request::Request,
    situation::Situation,
};

pub(crate) use order::pinned;

/// What is not to be shown, whatever it is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Hidden<'a> {
    /// What the visitor bought.
    pub(crate) bought: &'a HashSet<&'a str>,
    /// What other placements of the page show.
    pub(crate) elsewhere: &'a HashSet<String>,
}

/// What is known besides the list.
#[derive(Debug)]
pub(crate) struct Shown<'a> {
    /// The catalogue, as far as it could be read.
    pub(crate) products: &'a Products,
    /// What is not to be shown.
    pub(crate) hidden: Hidden<'a>,
}

/// A list that may be shown.
#[derive(Debug, Default)]
pub(crate) struct Arranged {
    /// Best first, as many as wanted.
    pub(crate) items: Vec<Placed>,
    /// What was left out, as far as the list was read.
    pub(crate) dropped: Vec<Dropped>,
}

/// An item in its place.
#[derive(Debug, Clone)]
pub(crate) struct Placed {
    /// The item.
    pub(crate) candidate: Candidate,
    /// Its place in the model's list, from 0; none when a rule brought it.
    pub(crate) model_rank: Option<usize>,
    /// The rules that moved it.
    pub(crate) moved_by: Vec<String>,
}

/// An item that is not shown, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Dropped {
    /// The item.
    pub(crate) id: String,
    /// In words.
    pub(crate) why: String,
}

/// What `request` is shown of `candidates`.
pub(crate) fn arrange(request: &Request, candidates: &[Candidate], shown: &Shown<'_>) -> Arranged {
    let rules = active(request);
    let mut arranged = Arranged::default();
    let mut list = Vec::with_capacity(candidates.len());
    for (rank, candidate) in candidates.iter().enumerate() {
        match refused(request, &rules, candidate, shown) {
            Some(why) => arranged.dropped.push(dropped(&candidate.id, why)),
            None => list.push(Placed {
                candidate: candidate.clone(),
                model_rank: Some(rank),
                moved_by: Vec::new(),
            }),
        }
    }
    order::boost_and_bury(&mut list, &rules, shown.products);
    let pins = pinned(&request.placement.rules, &request.situation);
    let list = order::pin(list, pins, |pin| {
        refused(request, &[], pin, shown).is_none()
    });
    let mut kinds = HashMap::new();
    for placed in list {
        if arranged.items.len() == request.limit {
            break;
        }
        match over_cap(&placed, &rules, shown.products, &mut kinds) {
            Some(why) => arranged.dropped.push(dropped(&placed.candidate.id, why)),
            None => arranged.items.push(placed),
        }
    }
    arranged
}

fn active(request: &Request) -> Vec<&Rule> {
    let is_on = |rule: &&Rule| applies(rule, &request.situation);
    request.placement.rules.iter().filter(is_on).collect()
}

fn applies(rule: &Rule, situation: &Situation) -> bool {
    situation.is(&rule.when)
}

fn dropped(id: &str, why: String) -> Dropped {
    Dropped {
        id: id.to_owned(),
        why,
    }
}

/// Why `id` may not be shown whatever the catalogue says of it, if it may not.
pub(crate) fn refused_by_id(
    request: &Request,
    id: &str,
    hidden: &Hidden<'_>,
) -> Option<&'static str> {
    if request.in_view().iter().any(|known| known == id) {
        return Some("is in view already");
    }
    if hidden.elsewhere.contains(id) {
        return Some("is shown elsewhere on the page");
    }
    let was_bought = hidden.bought.contains(id);
    (was_bought && !request.placement.show_bought).then_some("was bought lately")
}

/// Why `candidate` may not be shown, if it may not.
fn refused(
    request: &Request,
    rules: &[&Rule],
    candidate: &Candidate,
    shown: &Shown<'_>,
) -> Option<String> {
    let id = candidate.id.as_str();
    if let Some(why) = refused_by_id(request, id, &shown.hidden) {
        return Some(why.to_owned());
    }
    if shown.products.lacks(id) {
        return Some("is not in the catalogue".to_owned());
    }
    let product = shown.products.get(id);
    if let Some(product) = product
        && let Some(why) = matching::unsaleable(product, &request.situation)
    {
        return Some(why);
    }
    rules.iter().find_map(|rule| {
        let matches = |which| matching::matches(which, id, product);
        let refused = rule.exclude.as_ref().is_some_and(matches)
            || rule.only.as_ref().is_some_and(|which| !matches(which));
        if refused {
            return Some(format!("rule `{}`", rule.name));
        }
        // What the shop chose by its id it knows; nothing else passes a rule unread.
        let is_unread = product.is_none()
            && candidate.why != Why::Chosen
            && rule.exclude.as_ref().is_some_and(matching::reads_catalogue);
        is_unread.then(|| format!("rule `{}`, and the catalogue could not be read", rule.name))
    })
}

/// Counts `placed` towards the caps, unless one of them is full. What has no brand or category is of
/// no kind.
fn over_cap<'a>(
    placed: &Placed,
    rules: &[&'a Rule],
    products: &'a Products,
    kinds: &mut HashMap<(&'a str, &'a str), u32>,
) -> Option<String> {
    let product = products.get(&placed.candidate.id)?;
    let caps = rules.iter().filter_map(|rule| {
        let cap = rule.cap.as_ref()?;
        let kind = match cap.per {
            CapBy::Brand => product.brand.as_deref()?,
            CapBy::Category => product.category.as_deref()?,
        };
        Some((rule.name.as_str(), kind, cap.most))
    });
    let caps: Vec<_> = caps.collect();
    let full = |(rule, kind, most): &&(&'a str, &'a str, u32)| {
        kinds
            .get(&(*rule, *kind))
            .is_some_and(|count| count >= most)
    };
    if let Some((rule, kind, _)) = caps.iter().find(full) {
        return Some(format!("rule `{rule}`: enough of {kind}"));
    }
    for (rule, kind, _) in caps {
        *kinds.entry((rule, kind)).or_default() += 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use shared::{config::ContextKey, visitor::Visitor};

    use super::*;
    use crate::fake::{candidates, products, request_of};

    /// What a cart with `cart` in it shows of `ids`, and why not the rest.
    fn cart(ids: &[&str], catalogue: Value, rules: Value, limit: usize) -> Arranged {
        let arguments = json!({"placement": "cart", "itemId": "cart", "limit": limit});
        let mut request = request_of(Visitor::Nobody, arguments);
        request.placement.rules = serde_json::from_value(rules).unwrap();
        request.situation =
            Situation::from([(ContextKey::Device, "mobile"), (ContextKey::Market, "de")]);
        let shown = Shown {
            products: &products(catalogue),
            hidden: Hidden {
                bought: &HashSet::from(["bought"]),
                elsewhere: &HashSet::from(["elsewhere".to_owned()]),
            },
        };
        arrange(&request, &candidates(ids), &shown)
    }

    fn ids(arranged: &Arranged) -> Vec<&str> {
        let items = arranged.items.iter();
        items.map(|placed| placed.candidate.id.as_str()).collect()
    }

    #[test]
    fn what_may_not_be_shown_makes_room_and_says_why() {
        let catalogue = json!({
            "sold-out": {"available": false}, "gone": {"withdrawnAt": 1}, "abroad": {"markets": ["fr"]},
            "good": {"markets": ["de", "fr"]}, "store": {"channels": ["store"]},
        });
        let list = [
            "cart",
            "bought",
            "elsewhere",
            "sold-out",
            "gone",
            "abroad",
            "good",
            "unknown",
            "store",
            "more",
        ];
        let arranged = cart(&list, catalogue, json!([]), 3);
        // The channel is not known: what is sold in stores alone may be shown.
        assert_eq!(ids(&arranged), ["good", "unknown", "store"]);
        let why: HashMap<&str, &str> = arranged
            .dropped
            .iter()
            .map(|dropped| (dropped.id.as_str(), dropped.why.as_str()))
            .collect();
        assert_eq!(why["cart"], "is in view already");
        assert_eq!(why["bought"], "was bought lately");
        assert_eq!(why["elsewhere"], "is shown elsewhere on the page");
        assert_eq!(why["sold-out"], "is sold out");
        assert_eq!(why["gone"], "has left the shop");
        assert_eq!(why["abroad"], "is not sold in the market de");
    }

    #[test]
    fn nothing_passes_an_exclude_that_cannot_be_read() {
        let rules = json!([{"name": "no gift cards", "exclude": {"categories": ["Gift cards"]}}]);
        let arranged = cart(&["unread"], json!({}), rules, 9);
        assert!(ids(&arranged).is_empty());
        let rules = json!([{"name": "not this one", "exclude": {"items": ["gone"]}}]);
        assert_eq!(
            ids(&cart(&["unread", "gone"], json!({}), rules, 9)),
            ["unread"]
        );
    }

    #[test]
    fn exclude_and_only_read_the_catalogue() {
        let catalogue = json!({
            "cheap": {"price": 2.0, "category": "mugs"}, "dear": {"price": 20.0, "category": "mugs"},
            "lamp": {"price": 20.0, "category": "lamps"},
        });
        let rules = json!([
            {"name": "no bargains", "exclude": {"priceBelow": 5.0}},
            {"name": "mugs", "only": {"categories": ["mugs"]}},
        ]);
        let arranged = cart(&["cheap", "dear", "lamp", "unknown"], catalogue, rules, 9);
        assert_eq!(ids(&arranged), ["dear"]);
        assert_eq!(arranged.dropped[0].why, "rule `no bargains`");
        assert_eq!(arranged.dropped[1].why, "rule `mugs`");
    }

    #[test]
    fn rules_order_the_list_and_say_so() {
        let catalogue =
            json!({"c": {"brand": "Own"}, "e": {"brand": "Own"}, "a": {"category": "old"}});
        let rules = json!([
            {"name": "own brand", "boost": {"match": {"brands": ["Own"]}, "places": 2}},
            {"name": "old last", "bury": {"categories": ["old"]}},
            {"name": "christmas", "pin": ["tree", "bought", "b"]},
        ]);
        let arranged = cart(&["a", "b", "c", "d", "e"], catalogue, rules, 9);
        assert_eq!(ids(&arranged), ["tree", "b", "c", "e", "d", "a"]);
        assert_eq!(arranged.items[0].moved_by, ["christmas"]);
        assert_eq!(arranged.items[0].model_rank, None);
        assert_eq!(arranged.items[2].moved_by, ["own brand"]);
        assert_eq!(arranged.items[5].moved_by, ["old last"]);
    }

    #[test]
    fn caps_count_each_kind_and_leave_the_kindless_alone() {
        let catalogue = json!({
            "a": {"brand": "X"}, "b": {"brand": "X"}, "c": {"brand": "Y"}, "d": {"brand": "X"},
        });
        let rules = json!([{"name": "two of a brand", "cap": {"per": "brand", "most": 2}}]);
        let arranged = cart(&["a", "b", "d", "c", "u", "v", "w"], catalogue, rules, 9);
        assert_eq!(ids(&arranged), ["a", "b", "c", "u", "v", "w"]);
        assert_eq!(
            arranged.dropped[0].why,
            "rule `two of a brand`: enough of X"
        );
    }

    #[test]
    fn a_rule_is_for_its_situation() {
        let rules = json!([
            {"name": "mobile", "when": {"device": ["mobile"]}, "pin": ["m"]},
            {"name": "desktop", "when": {"device": ["desktop"]}, "pin": ["d"]},
        ]);
        let arranged = cart(&["a"], json!({}), rules, 9);
        assert_eq!(ids(&arranged), ["m", "a"]);
    }
}
