//! Shoppers who ask, on execution environments of their own.

use std::{
    path::Path,
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
    environments: Vec<Environment>,
    asked: usize,
}

impl Load {
    /// Starts the environments of `shop`, whose functions are in `binaries`.
    pub(crate) fn start(shop: &Shop, binaries: &Path) -> Self {
        let variables = shop.variables("recommend");
        let binary = binaries.join("recommend");
        let start = async {
            let mut environments = Vec::new();
            for _ in 0..ENVIRONMENTS {
                environments.push(Environment::start(&binary, &variables).await);
            }
            environments
        };
        Self {
            environments: shop.runtime().block_on(start),
            asked: 0,
        }
    }

    /// Asks for `lasting`, all environments at once.
    pub(crate) async fn ask(&mut self, lasting: Duration) -> Vec<Answer> {
        let first = self.asked;
        self.asked += 1_000_000;
        let environments = self.environments.iter_mut().enumerate();
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
    for n in (first..).step_by(ENVIRONMENTS) {
        ticks.tick().await;
        if Instant::now() >= end {
            break;
        }
        let (answer, took) = environment.invoke(&event(n)).await;
        let items = answer["items"].as_array().map_or(0, Vec::len);
        let source = answer["source"].as_str();
        answers.push(Answer {
            source: source.map_or_else(|| answer.to_string(), str::to_owned),
            items,
            took,
        });
    }
    answers
}

/// The `n`th request: known users, new visitors, product pages and carts, as AppSync gives them.
fn event(n: usize) -> Value {
    let arguments = match n % 4 {
        0 => json!({"placement": "home", "userId": format!("u{}", n % 60), "limit": 10}),
        1 => json!({"placement": "home", "sessionId": format!("s{n}"), "limit": 10}),
        2 => json!({"placement": "product-detail", "itemId": format!("i{}", n % 30)}),
        _ => {
            json!({"placement": "cart", "itemIds": [format!("i{}", n % 30), format!("i{}", n % 7)]})
        }
    };
    json!({
        "arguments": arguments,
        "identity": {"accountId": "000000000000", "userArn": "arn:aws:iam::000000000000:role/shop"},
        "request": {"headers": {}},
        "info": {"fieldName": "recommendations", "parentTypeName": "Query"},
    })
}
