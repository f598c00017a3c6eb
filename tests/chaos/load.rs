//! Shoppers who ask, on execution environments of their own.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use tests::{Environment, Shop};

/// Environments of `recommend`, as many as Lambda would start for this load.
const ENVIRONMENTS: usize = 4;

/// How often each is asked.
const EVERY: Duration = Duration::from_millis(100);

/// One answer.
#[derive(Debug)]
pub(crate) struct Answer {
    /// Where it came from.
    pub(crate) source: String,
    /// How many items it has.
    pub(crate) items: usize,
    /// How long it took.
    pub(crate) took: Duration,
}

/// The load.
pub(crate) struct Load {
    binary: PathBuf,
    variables: HashMap<String, String>,
    environments: Vec<Environment>,
    asked: usize,
}

impl Load {
    /// Starts the environments of `shop`, whose functions are in `binaries`.
    pub(crate) fn start(shop: &Shop, binaries: &Path) -> Self {
        let mut load = Self {
            binary: binaries.join("recommend"),
            variables: shop.variables("recommend"),
            environments: Vec::new(),
            asked: 0,
        };
        let start = async {
            for _ in 0..ENVIRONMENTS {
                load.environments.push(load.environment().await);
            }
        };
        shop.runtime().block_on(start);
        load
    }

    async fn environment(&self) -> Environment {
        Environment::start(&self.binary, &self.variables).await
    }

    /// Asks for `lasting`, all environments at once, and one that has just been started.
    pub(crate) async fn ask(&mut self, lasting: Duration) -> Vec<Answer> {
        let first = self.asked;
        self.asked += 1_000_000;
        // Lambda starts more of them exactly when answers take longer.
        let mut cold = self.environment().await;
        let environments = self.environments.iter_mut().chain([&mut cold]).enumerate();
        let asking =
            environments.map(|(index, environment)| ask(environment, first + index, lasting));
        let answers = futures::future::join_all(asking).await;
        answers.into_iter().flatten().collect()
    }
}

async fn ask(environment: &mut Environment, first: usize, lasting: Duration) -> Vec<Answer> {
    let end = Instant::now() + lasting;
    let mut answers = Vec::new();
    let mut ticks = tokio::time::interval(EVERY);
    for n in (first..).step_by(ENVIRONMENTS + 1) {
        ticks.tick().await;
        if Instant::now() >= end {
            break;
        }
        let (answer, took) = environment.invoke(&event(n)).await;
        // Of a page every placement has to have items.
        let placements = answer.as_array().cloned().unwrap_or(vec![answer]);
        for placement in placements {
            let source = placement["source"].as_str();
            answers.push(Answer {
                source: source.map_or_else(|| placement.to_string(), str::to_owned),
                items: placement["items"].as_array().map_or(0, Vec::len),
                took,
            });
        }
    }
    answers
}

/// The `n`th request: known users, new visitors, product pages, carts and whole pages, as AppSync gives
/// them.
fn event(n: usize) -> Value {
    let mut field = "recommendations";
    // Five environments at a time: each has to get every kind.
    let arguments = match (n / 5 + n) % 5 {
        0 => json!({"placement": "home", "userId": format!("u{}", n % 60), "limit": 10}),
        1 => json!({"placement": "home", "sessionId": format!("s{n}"), "limit": 10}),
        2 => json!({"placement": "product-detail", "itemId": format!("i{}", n % 30)}),
        3 => {
            field = "page";
            let placements = ["product-detail", "home", "popular"];
            json!({"placements": placements, "itemId": format!("i{}", n % 30), "sessionId": format!("p{n}"), "limit": 4})
        }
        _ => {
            json!({"placement": "cart", "itemIds": [format!("i{}", n % 30), format!("i{}", n % 7)]})
        }
    };
    json!({
        "arguments": arguments,
        "identity": {"accountId": "000000000000", "userArn": "arn:aws:iam::000000000000:role/shop"},
        "request": {"headers": {}},
        "info": {"fieldName": field, "parentTypeName": "Query"},
    })
}
