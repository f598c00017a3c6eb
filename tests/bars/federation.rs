//! A large table through Athena and the connector: a filter that keeps 1 % reads at most 2 % of the rows;
//! a large result is spilled and read back; the connector holds little of either.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use backend_local::Amounts;
use hyper::Method;
use serde_json::Value;
use tests::{Shop, kill};

pub(crate) const CASES: &[super::Case] = &[(
    "a filter reads its rows, and a large result is spilled",
    queries,
)];

/// Of resident memory, what the connector may have.
const MOST_MIB: u64 = 256;
const SPILL: &str = "raw/spill/";

fn queries(shop: &Shop) {
    let events: u64 = if super::full() { 4_000_000 } else { 60_000 };
    shop.generate_backend(Amounts {
        products: 1_000,
        customers: 5_000,
        events,
        seed: 1,
    });
    let watch = Watch::over(&shop.endpoint());
    let by_day = "occurred_at >= TIMESTAMP '2026-09-01 00:00:00' AND occurred_at < TIMESTAMP '2026-09-02 00:00:00'";
    for filter in [by_day, "event_type = 'wishlist'"] {
        keeps_one_percent(shop, filter, events);
    }
    reads_all(shop, events);
    let peak = watch.end();
    println!("the connector held at most {peak} MiB");
    assert!(peak > 0, "no process of the connector was seen");
    assert!(peak < MOST_MIB, "{peak} MiB");
}

fn keeps_one_percent(shop: &Shop, filter: &str, events: u64) {
    shop.backend(Method::DELETE, "/_backend/statistics", &Value::Null);
    let started = Instant::now();
    let sql = format!(
        "SELECT count(*), count(DISTINCT event_id) FROM backend.shop.events WHERE {filter}"
    );
    let counted = shop.query(&sql);
    let kept: u64 = counted[0][0].parse().expect("a count");
    let statistics = shop.backend(Method::GET, "/_backend/statistics", &Value::Null);
    let read = statistics["rows"]["events"].as_u64().expect("a number");
    println!(
        "{filter}: {kept} of {events} rows kept, {read} read, in {:.1} s",
        started.elapsed().as_secs_f64()
    );
    assert_eq!(counted[0][0], counted[0][1], "every row once");
    assert_eq!(kept, truth(shop, filter), "the rows the shop has");
    assert!(kept * 200 > events && kept * 50 < events, "about 1 %");
    assert!(read * 50 <= events, "more than 2 % of the rows were read");
}

/// How many rows the shop itself counts.
fn truth(shop: &Shop, filter: &str) -> u64 {
    let database = local::services::backend::database(shop.layout()).expect("the database");
    let shop = rusqlite::Connection::open(database).expect("the shop's database");
    // The same filter in the database's own terms: times are epoch milliseconds there.
    let filter = filter
        .replace("TIMESTAMP '2026-09-01 00:00:00'", "1788220800000")
        .replace("TIMESTAMP '2026-09-02 00:00:00'", "1788307200000");
    let sql = format!("SELECT count(*) FROM events WHERE {filter}");
    let rows: i64 = shop.query_row(&sql, (), |row| row.get(0)).expect("a count");
    u64::try_from(rows).expect("a count")
}

fn reads_all(shop: &Shop, events: u64) {
    let before = shop.bytes_under(SPILL);
    let started = Instant::now();
    let sql = "SELECT count(event_id), count(customer_id), count(product_id), count(DISTINCT event_type), \
               min(occurred_at), sum(\"value\") FROM backend.shop.events";
    let counted = shop.query(sql);
    let spilled = shop.bytes_under(SPILL) - before;
    println!(
        "{events} rows, {} MB spilled and read back in {:.0} s",
        spilled / 1_000_000,
        started.elapsed().as_secs_f64()
    );
    for count in &counted[0][..3] {
        assert_eq!(count, &events.to_string(), "{counted:?}");
    }
    if super::full() {
        assert!(
            spilled >= 200_000_000,
            "{spilled} bytes are less than 200 MB"
        );
    }
}

/// Looks at the memory of the connector's processes.
struct Watch {
    over: Arc<AtomicBool>,
    peak: Arc<AtomicU64>,
    thread: thread::JoinHandle<()>,
}

impl Watch {
    fn over(endpoint: &str) -> Self {
        let (over, peak) = (
            Arc::new(AtomicBool::new(false)),
            Arc::new(AtomicU64::new(0)),
        );
        let (stop, highest, endpoint) = (Arc::clone(&over), Arc::clone(&peak), endpoint.to_owned());
        let thread = thread::spawn(move || {
            while !stop.load(Ordering::Relaxed) {
                for process in kill::all("backend-connector", &endpoint) {
                    highest.fetch_max(peak_mib(&process).unwrap_or(0), Ordering::Relaxed);
                }
                thread::sleep(Duration::from_millis(20));
            }
        });
        Self { over, peak, thread }
    }

    /// The most that one process had resident, in MiB.
    fn end(self) -> u64 {
        self.over.store(true, Ordering::Relaxed);
        let _ = self.thread.join();
        self.peak.load(Ordering::Relaxed)
    }
}

/// `VmHWM` of a process, by its folder in `/proc`.
fn peak_mib(process: &Path) -> Option<u64> {
    let status = std::fs::read_to_string(process.join("status")).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    let kib: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kib.div_ceil(1024))
}
