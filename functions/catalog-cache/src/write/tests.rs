//! What is written of pages, whatever order they come in and whenever a process is killed.

use std::collections::BTreeSet;

use super::*;
use crate::fake::{Ear, Shelf, page};

const NOW: i64 = 1_800_000_000;
const KEY: &str = "raw/products/20270115T080000Z/part-000/page-00001.jsonl";

/// A shop's table and Personalize.
#[derive(Default)]
struct Shop {
    shelf: Shelf,
    ear: Ear,
}

impl Shop {
    /// Writes a page that S3 has since `written_at`, at [`NOW`].
    async fn page(&self, written_at: i64, lines: &str) -> Result<Written, CacheError> {
        self.write(written_at, lines, terms(None, false)).await
    }

    /// Writes a page of a single product.
    async fn change(&self, lines: &str) -> Written {
        let written = self.write(NOW, lines, terms(None, true)).await;
        written.unwrap()
    }

    async fn write(
        &self,
        written_at: i64,
        lines: &str,
        terms: Terms,
    ) -> Result<Written, CacheError> {
        let mut writer = Writer {
            products: &self.shelf,
            announcer: &self.ear,
            terms,
        };
        writer.write(page(KEY, written_at, lines)).await
    }

    /// The title that is shown of `id`.
    fn title(&self, id: &str) -> Option<String> {
        let items = self.shelf.items.borrow();
        let item = items.get(id).filter(|item| item.withdrawn_at.is_none());
        item.map(|item| item.title.clone())
    }
}

fn terms(expire_after: Option<i64>, confirm: bool) -> Terms {
    Terms {
        now: NOW,
        expire_after,
        confirm,
    }
}

fn line(id: &str, title: &str, as_of: i64) -> String {
    format!("{{\"id\":\"{id}\",\"title\":\"{title}\",\"price\":1,\"asOf\":{as_of}}}\n")
}

fn gone(id: &str, as_of: i64) -> String {
    format!("{{\"id\":\"{id}\",\"withdrawn\":true,\"asOf\":{as_of}}}\n")
}

#[tokio::test]
async fn only_new_changed_and_returned_products_are_written() {
    let shop = Shop::default();
    let first = ["same", "changed", "back"]
        .map(|id| line(id, "T", 1))
        .concat();
    let written = shop.page(1, &first).await.unwrap();
    assert_eq!((written.written, written.new, written.announced), (3, 3, 3));
    let written = shop.page(2, &gone("back", 2)).await.unwrap();
    assert_eq!((written.read, written.withdrawn), (1, 1));
    assert_eq!(shop.title("back"), None);

    let second = [
        line("same", "T", 3),
        line("changed", "Another", 3),
        line("back", "T", 3),
        line("new", "T", 3),
        "{\"id\":\"broken\",\"rejected\":\"noPrice\"}\n".to_owned(),
    ];
    let written = shop.page(3, &second.concat()).await.unwrap();
    let rejected: u64 = written.rejected.values().sum();
    assert_eq!(
        (written.read, written.written, written.unchanged, rejected),
        (5, 3, 1, 1)
    );
    assert_eq!((written.new, written.announced), (2, 2));
    assert_eq!(shop.title("changed").unwrap(), "Another");
    assert_eq!(shop.title("back").unwrap(), "T");
    let told = shop.ear.0.borrow();
    assert_eq!(*told, ["same", "changed", "back", "back", "new"]);
}

#[tokio::test]
async fn who_left_before_or_never_was_there_is_not_written() {
    let shop = Shop::default();
    shop.page(1, &line("a", "T", 1)).await.unwrap();
    for unchanged in [1, 2] {
        let lines = [gone("a", 2), gone("never", 2)].concat();
        let written = shop.page(2, &lines).await.unwrap();
        assert_eq!(written.unchanged, unchanged);
    }
    assert_eq!(shop.shelf.writes.get(), 2);
}

#[tokio::test]
async fn a_deleted_record_never_hides_the_live_one_of_the_page() {
    for orders in [
        [gone("a", 5), line("a", "T", 5)],
        [line("a", "T", 5), gone("a", 5)],
    ] {
        let shop = Shop::default();
        for _ in 0..2 {
            let written = shop.page(5, &orders.concat()).await.unwrap();
            assert_eq!((written.read, written.older, written.withdrawn), (2, 1, 0));
            assert_eq!(shop.title("a").unwrap(), "T");
        }
        assert_eq!(shop.shelf.writes.get(), 1, "and is not written twice");
        // A page that says so of later is right.
        let lines = [gone("a", 7), line("a", "T", 6)].concat();
        assert_eq!(shop.page(7, &lines).await.unwrap().withdrawn, 1);
        assert_eq!(shop.title("a"), None);
    }
}

#[tokio::test]
async fn a_deleted_record_never_hides_a_broken_product_or_one_of_another_chunk() {
    let shop = Shop::default();
    let all: String = (0..250).map(|n| line(&format!("p{n}"), "T", 1)).collect();
    shop.page(1, &all).await.unwrap();
    let dead: String = (0..250).map(|n| gone(&format!("p{n}"), 2)).collect();
    let broken = "{\"id\":\"p7\",\"rejected\":\"noPrice\",\"asOf\":2}\n";
    let lines = [dead.as_str(), broken, &line("p249", "T", 2)].concat();
    let written = shop.page(2, &lines).await.unwrap();
    assert_eq!((written.withdrawn, written.older), (248, 2));
    assert!(shop.title("p7").is_some() && shop.title("p249").is_some());
}

#[tokio::test]
async fn of_two_pages_of_one_moment_the_live_one_counts_in_any_order() {
    let (live, dead) = (line("a", "T", 5), gone("a", 5));
    for pages in [[&live, &dead], [&dead, &live]] {
        let shop = Shop::default();
        shop.page(1, &line("a", "T", 1)).await.unwrap();
        for lines in pages {
            shop.change(lines).await;
        }
        assert_eq!(shop.title("a").unwrap(), "T");
    }
}

#[tokio::test]
async fn what_the_backend_said_before_never_replaces_what_it_said_later() {
    let shop = Shop::default();
    shop.change(&line("a", "Second", 2_000)).await;
    let late = shop.change(&line("a", "First", 1_000)).await;
    assert_eq!((late.older, late.written), (1, 0));
    assert_eq!(shop.title("a").unwrap(), "Second");

    // A pull of all products that asked before, whose lines do not say when.
    let pulled = line("a", "First", 0).replace(",\"asOf\":0", "");
    assert_eq!(shop.page(0, &pulled).await.unwrap().older, 1);
    assert_eq!(shop.page(2, &pulled).await.unwrap().written, 1);

    // Gone and there again, out of order.
    shop.change(&gone("a", 3_500)).await;
    assert_eq!(shop.change(&line("a", "Third", 3_400)).await.older, 1);
    assert_eq!(shop.title("a"), None);
    assert_eq!(shop.change(&line("a", "Fourth", 3_600)).await.written, 1);
    assert_eq!(shop.change(&gone("a", 3_500)).await.older, 1);
    assert_eq!(shop.title("a").unwrap(), "Fourth");
}

#[tokio::test]
async fn a_change_that_was_taken_back_is_not_undone_by_a_late_page() {
    let shop = Shop::default();
    shop.change(&line("a", "Old", 1_000)).await;
    let confirmed = shop.change(&line("a", "Old", 3_000)).await;
    assert_eq!((confirmed.renewed, confirmed.unchanged), (1, 0));
    let late = shop.change(&line("a", "New", 2_000)).await;
    assert_eq!(late.older, 1);
    assert_eq!(shop.title("a").unwrap(), "Old");
    // Delivered twice.
    assert_eq!(shop.change(&line("a", "Old", 3_000)).await.unchanged, 1);
}

#[tokio::test]
async fn a_daily_pull_renews_what_would_expire() {
    const DAY: i64 = 86_400;
    let shop = Shop::default();
    let mut written = Vec::new();
    for day in 0..31 {
        let terms = Terms {
            now: NOW + day * DAY,
            ..terms(Some(30 * DAY), false)
        };
        let as_of = terms.now * 1_000;
        let lines: String = (0..200)
            .map(|n| line(&format!("p{n}"), "T", as_of))
            .collect();
        let page = shop.write(terms.now, &lines, terms).await.unwrap();
        written.push(page.written + page.renewed);
        let items = shop.shelf.items.borrow();
        assert!(items.values().all(|item| item.expires_at > Some(terms.now)));
    }
    let days: Vec<usize> = (0..31).filter(|day| written[*day] > 0).collect();
    assert_eq!(days, [0, 16]);
}

/// The catalogue of `products`, in pages of 250; those that `is_changed` have another title.
fn pages(products: usize, is_changed: impl Fn(usize) -> bool, as_of: i64) -> Vec<String> {
    let line = |n: usize| {
        let title = if is_changed(n) { "Another" } else { "T" };
        line(&format!("p{n}"), title, as_of)
    };
    let numbers: Vec<usize> = (0..products).collect();
    let pages = numbers.chunks(250);
    pages
        .map(|page| page.iter().copied().map(line).collect())
        .collect()
}

#[tokio::test]
async fn a_refresh_writes_what_changed_though_it_is_killed_in_the_middle() {
    const PRODUCTS: usize = 100_000;
    let shop = Shop::default();
    for page in pages(PRODUCTS, |_| false, 1) {
        shop.page(1, &page).await.unwrap();
    }
    assert_eq!(shop.shelf.writes.replace(0), 100_000);
    shop.ear.0.borrow_mut().clear();

    // One in a hundred is another, one in a thousand is new.
    let refreshed = pages(PRODUCTS + 100, |n| n % 100 == 7, 2);
    let mut killed = 0;
    for page in &refreshed {
        // Every tenth page dies after a write, and is repeated from its start.
        if killed * 10 < refreshed.len() {
            shop.shelf.dies_after.set(Some(1));
            killed += usize::from(shop.page(2, page).await.is_err());
            shop.shelf.dies_after.set(None);
        }
        shop.page(2, page).await.unwrap();
    }
    assert!(killed > 20, "{killed}");

    let writes = shop.shelf.writes.get();
    assert!(writes <= 1_100, "{writes} of 100,000 were written");
    assert_eq!(writes, 1_000 + 100, "the changed and the new ones, once");
    let items = shop.shelf.items.borrow();
    assert_eq!(items.len(), PRODUCTS + 100);
    for n in 0..PRODUCTS + 100 {
        let title = if n % 100 == 7 { "Another" } else { "T" };
        assert_eq!(items[&format!("p{n}")].title, title, "p{n}");
    }
    let told: BTreeSet<String> = shop.ear.0.borrow().iter().cloned().collect();
    assert_eq!(told.len(), 100, "each new one was told");
}

#[tokio::test]
async fn new_products_are_told_before_they_are_written() {
    let shop = Shop::default();
    shop.shelf.dies_after.set(Some(0));
    let lines = line("a", "T", 1);
    assert!(shop.page(1, &lines).await.is_err());
    assert_eq!(*shop.ear.0.borrow(), ["a"]);
    shop.shelf.dies_after.set(None);
    let written = shop.page(1, &lines).await.unwrap();
    assert_eq!((written.new, written.announced), (1, 1), "told again");
}
