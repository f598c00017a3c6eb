//! Who of a shard is in the audience, and the products they had to do with.

use std::collections::HashMap;

use super::{
    mark::{Mark, What, read},
    window::Window,
};
use crate::{bucket::Bucket, crowd::Crowd, error::AudienceError, spool::Spool};

/// Products that are named for a person: no message has more.
const MAX_ITEMS: usize = 20;

/// What is asked of everybody.
#[derive(Debug, Clone)]
pub(super) struct Rule<'a> {
    /// The event type that begins it.
    pub(super) event: &'a str,
    /// The one that calls it off.
    pub(super) unless: Option<&'a str>,
    pub(super) window: Window,
}

/// What somebody did.
#[derive(Debug, Default)]
struct Deeds {
    /// When they did last what the audience is after.
    last: i64,
    /// When they did last what calls it off.
    called_off: i64,
    /// Products, and when they had to do with each last.
    items: HashMap<String, i64>,
}

/// Judges the users whose marks are in `shard`.
pub(super) async fn shard(
    s3: &Bucket,
    users: &Spool,
    shard: u32,
    rule: &Rule<'_>,
    crowd: &mut Crowd<'_>,
) -> Result<(), AudienceError> {
    let shard = shard as usize;
    let mut all: HashMap<String, Deeds> = HashMap::new();
    for number in 0..users.numbers.of(shard) {
        for mark in read(s3, users, shard, number).await? {
            all.entry(mark.who.clone()).or_default().take(mark);
        }
    }
    let found = all.iter().filter(|(_, deeds)| deeds.fit(rule));
    let mut found: Vec<_> = found.map(|(user, deeds)| (user, deeds.items())).collect();
    // The same again when a call is repeated.
    found.sort_unstable();
    for (user, items) in found {
        crowd.add(user, &items).await?;
    }
    Ok(())
}

impl Deeds {
    fn take(&mut self, mark: Mark) {
        match mark.what {
            What::Event(item) => {
                self.last = self.last.max(mark.at);
                if let Some(item) = item {
                    let at = self.items.entry(item).or_default();
                    *at = mark.at.max(*at);
                }
            }
            What::Unless(()) => self.called_off = self.called_off.max(mark.at),
            What::Is(_) => {}
        }
    }

    /// Of two in the same second what calls off is taken for the later one.
    fn fit(&self, rule: &Rule<'_>) -> bool {
        rule.window.has(self.last) && self.called_off < self.last
    }

    /// The products of after what called off before, the latest first.
    fn items(&self) -> Vec<String> {
        let items = self.items.iter().filter(|(_, at)| **at > self.called_off);
        let mut items: Vec<_> = items.map(|(item, at)| (-at, item)).collect();
        items.sort_unstable();
        let items = items.into_iter().take(MAX_ITEMS);
        items.map(|(_, item)| item.clone()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn deeds(marks: &[(i64, &str)]) -> Deeds {
        let mut deeds = Deeds::default();
        for (at, what) in marks {
            deeds.take(Mark {
                who: "u".to_owned(),
                at: *at,
                what: match *what {
                    "bought" => What::Unless(()),
                    item => What::Event(Some(item.to_owned())),
                },
            });
        }
        deeds
    }

    fn rule() -> Rule<'static> {
        let window = serde_json::json!({
            "run": "r", "from": 10, "until": 20, "lookBack": 0, "started": 100,
        });
        Rule {
            event: "cart",
            unless: Some("purchase"),
            window: serde_json::from_value(window).unwrap(),
        }
    }

    #[test]
    fn the_last_event_counts_and_nothing_after_it() {
        let fits = |marks: &[(i64, &str)]| deeds(marks).fit(&rule());
        assert!(fits(&[(15, "a")]));
        assert!(fits(&[(15, "a"), (14, "bought")]));
        assert!(!fits(&[(15, "a"), (15, "bought")]), "in the same second");
        assert!(!fits(&[(15, "a"), (90, "bought")]));
        assert!(!fits(&[(15, "a"), (21, "a")]), "they are still at it");
        assert!(!fits(&[(10, "a")]) && !fits(&[(15, "bought")]));
    }

    #[test]
    fn products_are_the_latest_and_not_what_was_bought_before() {
        let items = deeds(&[(1, "old"), (2, "bought"), (15, "a"), (16, "b"), (17, "a")]).items();
        assert_eq!(items, ["a", "b"]);
        let many: Vec<(i64, String)> = (0..40).map(|n| (n + 1, format!("{n:02}"))).collect();
        let many: Vec<(i64, &str)> = many.iter().map(|(at, item)| (*at, item.as_str())).collect();
        let items = deeds(&many).items();
        assert_eq!((items.len(), items[0].as_str()), (20, "39"));
    }
}
