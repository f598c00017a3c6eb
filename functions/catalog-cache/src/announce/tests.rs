//! Whom Personalize is told of, and what is left.

use std::cell::{Cell, RefCell};

use aws_sdk_personalizeevents::{
    error::{ErrorMetadata, SdkError},
    operation::put_items::PutItemsError,
};
use serde_json::json;
use shared::aws::failure;

use super::*;

/// Personalize as it may behave.
#[derive(Default)]
struct Fake {
    /// Why it is not to be told.
    closed: Option<Unannounced>,
    /// What the run has told before.
    told: Cell<u64>,
    /// Codes that the next calls fail with.
    failures: RefCell<Vec<&'static str>>,
    /// Ids it does not take.
    refused: Vec<&'static str>,
    /// When each call came, and its ids.
    calls: RefCell<Vec<(Instant, Vec<String>)>>,
}

impl Service for &Fake {
    async fn target(&self) -> Result<Result<Target, Unannounced>, CacheError> {
        if let Some(why) = self.closed {
            return Ok(Err(why));
        }
        let schema =
            json!({"name": "items", "avro": {"fields": [{"name": "PRICE", "type": "float"}]}});
        Ok(Ok(Target {
            dataset_arn: "arn:items".to_owned(),
            columns: Columns::of(&serde_json::from_value(schema).unwrap(), 0),
        }))
    }

    async fn count(&self, items: u64) -> Result<u64, CacheError> {
        self.told.set(self.told.get() + items);
        Ok(self.told.get())
    }

    async fn put(&self, dataset_arn: &str, rows: &[Row]) -> Result<Vec<RefusedRow>, AwsError> {
        assert_eq!(dataset_arn, "arn:items");
        let ids: Vec<String> = rows.iter().map(|row| row.id.clone()).collect();
        self.calls.borrow_mut().push((Instant::now(), ids));
        if let Some(code) = self.failures.borrow_mut().pop() {
            let error = PutItemsError::generic(ErrorMetadata::builder().code(code).build());
            let error = SdkError::service_error(error, "HTTP/1.1 400");
            return Err(failure("personalize:PutItems")(error));
        }
        let refused = |(place, row): (usize, &Row)| {
            let is_refused = self.refused.contains(&row.id.as_str());
            is_refused.then(|| RefusedRow {
                place,
                why: "PRICE must be a number".to_owned(),
            })
        };
        Ok(rows.iter().enumerate().filter_map(refused).collect())
    }
}

fn products(number: usize) -> Vec<Product> {
    let product = |n| json!({"id": format!("p{n}"), "title": "T", "price": 1.0});
    let products = (0..number).map(product);
    products
        .map(|product| Product::from_value(product).unwrap())
        .collect()
}

/// Tells `service` of `number` products, in chunks of 100.
async fn tell(service: &Fake, number: usize, limit: u64) -> Told {
    let mut announcer = Announcer::new(service, limit);
    let products = products(number);
    let mut all = Told::default();
    for chunk in products.chunks(100) {
        let chunk: Vec<&Product> = chunk.iter().collect();
        let told = announcer.announce(&chunk).await.unwrap();
        all.announced += told.announced;
        for (why, products) in told.left {
            *all.left.entry(why).or_default() += products;
        }
    }
    all
}

#[tokio::test(start_paused = true)]
async fn ten_products_a_call_and_ten_calls_a_second() {
    let service = Fake::default();
    let told = tell(&service, 105, 1_000).await;
    assert_eq!((told.announced, told.left), (105, BTreeMap::new()));
    let calls = service.calls.borrow();
    let sizes: Vec<usize> = calls.iter().map(|(_, ids)| ids.len()).collect();
    assert_eq!(sizes, [[10; 10].as_slice(), &[5]].concat());
    assert_eq!(calls[10].0 - calls[0].0, PAUSE * 10);
}

#[tokio::test(start_paused = true)]
async fn a_first_fill_is_left_to_the_import() {
    let service = Fake::default();
    let told = tell(&service, 1_250, 1_000).await;
    assert_eq!(told.announced, 1_000);
    assert_eq!(told.left, BTreeMap::from([(Unannounced::OverLimit, 250)]));
    // Another page of the same run.
    let told = tell(&service, 10, 1_000).await;
    assert_eq!(told.left, BTreeMap::from([(Unannounced::OverLimit, 10)]));
    assert_eq!(service.calls.borrow().len(), 100);
    // A limit in the middle of a batch.
    let service = Fake::default();
    let told = tell(&service, 100, 15).await;
    assert_eq!(told.announced, 15);
    assert_eq!(told.left, BTreeMap::from([(Unannounced::OverLimit, 85)]));
}

#[tokio::test(start_paused = true)]
async fn who_is_not_there_is_told_nothing() {
    let service = Fake {
        closed: Some(Unannounced::NotImported),
        ..Fake::default()
    };
    let told = tell(&service, 3, 1_000).await;
    assert_eq!(told.left, BTreeMap::from([(Unannounced::NotImported, 3)]));
    let told = tell(&service, 3, 0).await;
    assert_eq!(told.left, BTreeMap::from([(Unannounced::TurnedOff, 3)]));
    assert!(service.calls.borrow().is_empty() && service.told.get() == 0);
}

#[tokio::test(start_paused = true)]
async fn throttling_is_waited_for() {
    let service = Fake {
        failures: vec!["ThrottlingException"; 4].into(),
        ..Fake::default()
    };
    let begun = Instant::now();
    let told = tell(&service, 20, 1_000).await;
    assert_eq!((told.announced, told.left), (20, BTreeMap::new()));
    assert!(begun.elapsed() >= Duration::from_secs(15));
    let calls = service.calls.borrow();
    let first = calls.iter().filter(|(_, ids)| ids[0] == "p0");
    assert_eq!(first.count(), 5, "the same rows again");
}

#[tokio::test(start_paused = true)]
async fn what_personalize_does_not_take_is_left() {
    let service = Fake {
        failures: vec!["ThrottlingException"; 5].into(),
        ..Fake::default()
    };
    let told = tell(&service, 120, 1_000).await;
    assert_eq!(told.left, BTreeMap::from([(Unannounced::Failed, 120)]));
    let service = Fake {
        failures: vec!["AccessDeniedException"].into(),
        ..Fake::default()
    };
    let told = tell(&service, 20, 1_000).await;
    assert_eq!(told.left, BTreeMap::from([(Unannounced::Failed, 20)]));
    assert_eq!(service.calls.borrow().len(), 1, "not tried again");
    let service = Fake {
        refused: vec!["p3", "p14"],
        ..Fake::default()
    };
    let told = tell(&service, 20, 1_000).await;
    assert_eq!(told.announced, 18);
    assert_eq!(told.left, BTreeMap::from([(Unannounced::Refused, 2)]));
}

#[test]
fn the_limit_is_a_number_or_the_usual_one() {
    assert_eq!(limit("").unwrap(), 1_000);
    assert_eq!(limit("0").unwrap(), 0);
    let message = limit("many").unwrap_err().to_string();
    assert!(message.contains("ANNOUNCE_LIMIT"), "{message}");
}
