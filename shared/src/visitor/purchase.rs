//! A purchase as it is remembered: all that is needed to send it to Personalize again.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

/// Distinct items of which the last purchase is remembered.
const MOST_ITEMS: usize = 2_000;

/// Purchases, and bytes of them, before they are cut to [`MOST_ITEMS`] and [`BYTES`]. DynamoDB takes
/// 400 KB an item; a call of `track` adds 130 KB at most.
const PURCHASES_BEFORE_CUT: usize = 2_500;
const BYTES_BEFORE_CUT: usize = 250_000;
const BYTES: usize = 150_000;

/// One purchase. Its text is the element of a DynamoDB string set, so that what comes twice is
/// remembered once: `[1790000000,"purchase",12.75,"22423"]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct Purchase {
    /// Epoch seconds.
    pub sent_at: i64,
    /// As the shop calls it.
    pub event_type: String,
    /// What was paid, if it was said.
    pub event_value: Option<f32>,
    /// The item.
    pub item_id: String,
}

impl From<&Purchase> for String {
    fn from(purchase: &Purchase) -> Self {
        let Purchase {
            sent_at,
            event_type,
            event_value,
            item_id,
        } = purchase;
        // Strings and finite numbers: there is nothing JSON could not hold.
        serde_json::to_string(&(sent_at, event_type, event_value, item_id)).unwrap_or_default()
    }
}

impl From<Purchase> for String {
    fn from(purchase: Purchase) -> Self {
        Self::from(&purchase)
    }
}

impl From<String> for Purchase {
    /// Of a text of another form it is known that something was bought, and what: the text.
    fn from(text: String) -> Self {
        match serde_json::from_str(&text) {
            Ok((sent_at, event_type, event_value, item_id)) => Self {
                sent_at,
                event_type,
                event_value,
                item_id,
            },
            Err(_) => Self {
                sent_at: 0,
                event_type: String::new(),
                event_value: None,
                item_id: text,
            },
        }
    }
}

/// What is to be forgotten of `purchases`, if they have become too many: all but the last of each
/// item, and then the oldest.
pub(super) fn superfluous(purchases: &[Purchase]) -> Vec<String> {
    let mut latest_first: Vec<(&Purchase, String)> = purchases
        .iter()
        .map(|one| (one, String::from(one)))
        .collect();
    let bytes: usize = latest_first.iter().map(|(_, text)| text.len()).sum();
    if purchases.len() <= PURCHASES_BEFORE_CUT && bytes <= BYTES_BEFORE_CUT {
        return Vec::new();
    }
    latest_first.sort_by_key(|(one, _)| std::cmp::Reverse(one.sent_at));
    let (mut items, mut bytes) = (HashSet::new(), 0);
    let mut superfluous = Vec::new();
    for (purchase, text) in latest_first {
        let fits = items.len() < MOST_ITEMS && bytes + text.len() <= BYTES;
        if fits && items.insert(purchase.item_id.as_str()) {
            bytes += text.len();
        } else {
            superfluous.push(text);
        }
    }
    superfluous
}

#[cfg(test)]
mod tests {
    use super::*;

    fn purchase(sent_at: i64, item: &str) -> Purchase {
        Purchase {
            sent_at,
            event_type: "purchase".to_owned(),
            event_value: Some(12.75),
            item_id: item.to_owned(),
        }
    }

    #[test]
    fn a_purchase_is_a_text_and_back() {
        let bought = purchase(1_790_000_000, "22\"423");
        let text = String::from(&bought);
        assert_eq!(text, r#"[1790000000,"purchase",12.75,"22\"423"]"#);
        assert_eq!(Purchase::from(text), bought);
        assert_eq!(Purchase::from("22423".to_owned()).item_id, "22423");
    }

    #[test]
    fn a_large_order_is_remembered_whole() {
        let order: Vec<Purchase> = (0..2_000).map(|n| purchase(1, &n.to_string())).collect();
        assert!(superfluous(&order).is_empty());
    }

    #[test]
    fn the_last_purchases_of_the_latest_items_stay() {
        let all: Vec<Purchase> = (0..3_000)
            .map(|n| purchase(n, &(n % 2_500).to_string()))
            .collect();
        let cut = superfluous(&all);
        assert_eq!(cut.len(), 1_000);
        let kept = |sent_at: i64| {
            let one = &all[usize::try_from(sent_at).unwrap()];
            !cut.contains(&String::from(one))
        };
        // 0 to 499 were bought again at 2,500 to 2,999.
        assert!(!kept(0) && !kept(499) && !kept(999) && kept(1_000) && kept(2_999));
    }

    #[test]
    fn long_ids_are_cut_before_the_table_refuses_them() {
        let long = "x".repeat(1_000);
        let all: Vec<Purchase> = (0..300)
            .map(|n| purchase(n, &format!("{long}{n}")))
            .collect();
        let bytes = |texts: &[String]| texts.iter().map(String::len).sum::<usize>();
        let whole: Vec<String> = all.iter().map(String::from).collect();
        let left = bytes(&whole) - bytes(&superfluous(&all));
        assert!((100_000..=BYTES).contains(&left), "{left}");
    }
}
