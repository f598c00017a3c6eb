//! What leaves the queue, and what stays.

use std::cell::RefCell;

use serde_json::json;

use super::*;

const BEGAN: i64 = 1_000;

/// A queue that hides what it gave.
#[derive(Default)]
struct FakeQueue {
    visible: RefCell<Vec<Waiting>>,
    hidden: RefCell<Vec<String>>,
}

impl FakeQueue {
    fn of(bodies: &[(&str, i64)]) -> Self {
        let waiting = |(place, (body, sent_at)): (usize, &(&str, i64))| Waiting {
            id: format!("m{place}"),
            receipt: format!("r{place}"),
            body: (*body).to_owned(),
            sent_at: *sent_at,
        };
        Self {
            visible: RefCell::new(bodies.iter().enumerate().map(waiting).collect()),
            ..Self::default()
        }
    }
}

impl Queue for FakeQueue {
    async fn receive(&self) -> Result<Vec<Waiting>, AwsError> {
        let mut visible = self.visible.borrow_mut();
        let most = visible.len().min(10);
        let given: Vec<Waiting> = visible.drain(..most).collect();
        self.hidden
            .borrow_mut()
            .extend(given.iter().map(|one| one.id.clone()));
        Ok(given)
    }

    async fn delete(&self, message: &Waiting) -> Result<(), AwsError> {
        self.hidden.borrow_mut().retain(|id| *id != message.id);
        Ok(())
    }
}

/// A bus that does not take what is said to be busy.
#[derive(Default)]
struct FakeBus(RefCell<Vec<Event>>);

impl Bus for FakeBus {
    async fn put(&self, events: &[Event]) -> Result<Vec<bool>, AwsError> {
        assert!((1..=10).contains(&events.len()));
        let is_taken = |event: &Event| event.detail["id"] != "busy";
        let taken = events.iter().filter(|event| is_taken(event));
        self.0.borrow_mut().extend(taken.cloned());
        Ok(events.iter().map(is_taken).collect())
    }
}

fn shop() -> Shop {
    Shop {
        estate: "shop".to_owned(),
        bucket: "data".to_owned(),
    }
}

#[tokio::test]
async fn product_events_leave_the_queue_once_the_bus_has_them() {
    let one = |id: &str| json!({"step": "one", "id": id}).to_string();
    let products: Vec<String> = (0..12).map(|n| one(&format!("p{n}"))).collect();
    let mut bodies: Vec<(&str, i64)> = products.iter().map(|body| (body.as_str(), 1)).collect();
    let busy = one("busy");
    let schedule = json!({"job": "nightly"}).to_string();
    bodies.extend([(busy.as_str(), 1), (schedule.as_str(), 1)]);
    let (queue, bus) = (FakeQueue::of(&bodies), FakeBus::default());
    let report = redeliver(&queue, &bus, &shop(), BEGAN).await.unwrap();
    let expected = Report {
        redelivered: 12,
        not_taken: 1,
        left: 1,
    };
    assert_eq!(report, expected);
    assert_eq!(bus.0.borrow().len(), 12);
    assert_eq!(*queue.hidden.borrow(), ["m12", "m13"], "they come back");
}

#[tokio::test]
async fn what_fails_again_does_not_go_round() {
    let body = json!({"step": "change", "page": "raw/single/a.jsonl"}).to_string();
    let queue = FakeQueue::of(&[(&body, BEGAN - 1), (&body, BEGAN)]);
    let bus = FakeBus::default();
    let report = redeliver(&queue, &bus, &shop(), BEGAN).await.unwrap();
    assert_eq!((report.redelivered, report.left), (1, 1));
}
