use std::{
    collections::BTreeMap,
    net::Ipv4Addr,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri},
    response::{IntoResponse, Response},
};
use backend::{Client, Patience, Secret, Secrets};
use serde_json::{Value, json};

use super::{catalog, changes, entry, full, members, recorded, told};
use crate::{
    adapter::{Adapter, AdapterError, Entry, Plan, Position, Scope},
    adapters::declared,
};

/// An answer of the backend.
#[derive(Clone)]
struct Served {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
}

/// What came in: the method, the path with its query, the credentials and the body.
#[derive(Clone, Debug)]
struct Came {
    path: String,
    credentials: String,
    body: String,
}

type Answers = Box<dyn FnMut(&Came) -> Served + Send>;

struct Shop {
    address: String,
    came: Arc<Mutex<Vec<Came>>>,
}

struct Open {
    answers: Mutex<Answers>,
    came: Arc<Mutex<Vec<Came>>>,
}

fn ok(body: impl Into<Vec<u8>>) -> Served {
    Served {
        status: 200,
        headers: Vec::new(),
        body: body.into(),
    }
}

fn status(status: u16) -> Served {
    Served { status, ..ok("{}") }
}

fn shape(path: &str) -> Served {
    ok(recorded(path))
}

impl Served {
    fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

impl Shop {
    async fn open(answers: impl FnMut(&Came) -> Served + Send + 'static) -> Self {
        let came = Arc::new(Mutex::new(Vec::new()));
        let state = Arc::new(Open {
            answers: Mutex::new(Box::new(answers)),
            came: Arc::clone(&came),
        });
        let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .await
            .unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new().fallback(answer).with_state(state);
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { address, came }
    }

    /// The paths that were asked for, without their queries.
    fn paths(&self) -> Vec<String> {
        let came = self.came.lock().unwrap();
        came.iter()
            .map(|one| one.path.split('?').next().unwrap().to_owned())
            .collect()
    }

    fn credentials(&self) -> Vec<String> {
        self.came
            .lock()
            .unwrap()
            .iter()
            .map(|one| one.credentials.clone())
            .collect()
    }

    fn client(&self, adapter: &dyn Adapter) -> Client {
        let secrets = Secrets::Known(Secret::new(members()));
        let patience = Patience {
            first_wait: Duration::from_millis(1),
            ..Patience::default()
        };
        Client::new(&self.address, adapter.auth(), secrets, None)
            .unwrap()
            .with_patience(patience)
    }
}

async fn answer(
    State(shop): State<Arc<Open>>,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let known = ["authorization", "x-auth-token", "x-shopify-access-token"];
    let came = Came {
        path: uri.to_string(),
        credentials: known
            .iter()
            .find_map(|name| header(name))
            .unwrap_or_default()
            .to_owned(),
        body: format!(
            "{}{}",
            header("range").unwrap_or_default(),
            String::from_utf8_lossy(&body)
        ),
    };
    let served = (shop.answers.lock().unwrap())(&came);
    shop.came.lock().unwrap().push(came);
    let mut response = served.body.into_response();
    *response.status_mut() = StatusCode::from_u16(served.status).unwrap();
    for (name, value) in served.headers {
        let value = HeaderValue::from_str(&value).unwrap();
        response
            .headers_mut()
            .insert(HeaderName::from_static(name), value);
    }
    response
}

fn adapter(name: &str, settings: &[(&str, &str)]) -> Box<dyn Adapter> {
    let mut catalog = catalog(name, settings);
    catalog.page_size = Some(4);
    declared(&catalog).unwrap()
}

/// Pulls it all, as the pull does it, and tells what was found.
async fn pull(
    adapter: &dyn Adapter,
    shop: &Shop,
    scope: &Scope,
) -> Result<Vec<String>, AdapterError> {
    let client = shop.client(adapter);
    let parts = match adapter.plan(scope)? {
        Plan::Parts(parts) => parts,
        Plan::Ask(request) => adapter.parts(scope, &client.send(&request).await?)?,
    };
    let mut listed = Vec::new();
    for part in parts {
        let mut here: Option<Position> = Some(part);
        while let Some(position) = here {
            let answer = client.send(&adapter.request(scope, &position)?).await?;
            let mut besides = Vec::new();
            for request in adapter.besides(scope, &answer)? {
                besides.push(client.send(&request).await?);
            }
            let page = adapter.page(scope, &position, &answer, &besides)?;
            listed.extend(told(&page));
            assert!(page.wait.is_none_or(|wait| wait <= Duration::from_secs(60)));
            assert!(
                page.next.as_ref() != Some(&position),
                "the same place again: {position:?}"
            );
            here = page.next;
        }
    }
    Ok(listed)
}

/// The first word of each entry.
fn ids(listed: &[String]) -> Vec<&str> {
    listed
        .iter()
        .map(|one| one.split([' ', ':']).next().unwrap())
        .collect()
}

fn small(scope: Scope) -> Scope {
    Scope {
        page_size: Some(4),
        ..scope
    }
}

/// The value of a query parameter.
fn parameter(came: &Came, name: &str) -> Option<String> {
    let query = came.path.split_once('?')?.1;
    query.split('&').find_map(|pair| {
        let (key, value) = pair.split_once('=')?;
        (key.replace("%3A", ":")
            .replace("%5B", "[")
            .replace("%5D", "]")
            == name)
            .then(|| value.to_owned())
    })
}

/// Gives each answer of `before` once, in order, where `at` says so, then lets `shop` answer.
fn first(
    before: Vec<Served>,
    at: impl Fn(&Came) -> bool + Send + 'static,
    mut shop: impl FnMut(&Came) -> Served + Send + 'static,
) -> impl FnMut(&Came) -> Served + Send {
    let mut before = before.into_iter();
    move |came| {
        if at(came)
            && let Some(answer) = before.next()
        {
            return answer;
        }
        shop(came)
    }
}

// The shops, as they are when they work.

fn shopify(came: &Came) -> Served {
    if came.path.starts_with("/bulk.jsonl") {
        assert!(came.credentials.is_empty(), "the file needs no credentials");
        let file = recorded("shopify/bulk.jsonl");
        let range = format!("bytes 0-{}/{}", file.len() - 1, file.len());
        return Served {
            status: 206,
            ..ok(file)
        }
        .header("content-range", range);
    }
    let sent: Value = serde_json::from_str(&came.body).unwrap();
    let query = sent["query"].as_str().unwrap();
    if query.contains("bulkOperationRunQuery") {
        shape("shopify/started.json")
    } else if query.contains("on BulkOperation") {
        let done = json!({"data": {"node": {"id": "gid://shopify/BulkOperation/1", "status": "COMPLETED", "url": "/bulk.jsonl?Signature=x"}}});
        ok(done.to_string())
    } else if sent["variables"]["after"].is_null() {
        shape("shopify/changes.json")
    } else {
        shape("shopify/changes_last.json")
    }
}

fn commercetools(came: &Came) -> Served {
    if came.path == "/oauth/token" {
        assert!(
            came.body.contains("grant_type=client_credentials"),
            "{}",
            came.body
        );
        return shape("commercetools/token.json");
    }
    if parameter(came, "staged").as_deref() == Some("true") {
        return shape("commercetools/unpublished.json");
    }
    match parameter(came, "var.after") {
        None => shape("commercetools/page.json"),
        Some(_) => shape("commercetools/last.json"),
    }
}

fn bigcommerce(came: &Came) -> Served {
    if came.path.contains("/brands") {
        return shape("bigcommerce/brands.json");
    }
    if came.path.contains("/trees/categories") {
        return shape("bigcommerce/categories.json");
    }
    match parameter(came, "id:greater").as_deref() {
        None => ok(r#"{"data":[{"id":1005,"name":"x"}],"meta":{"pagination":{"total":5}}}"#),
        Some("0") => shape("bigcommerce/page.json"),
        Some("1004") => shape("bigcommerce/last.json"),
        Some(other) => panic!("after {other}"),
    }
}

fn woocommerce(came: &Came) -> Served {
    let products = [
        recorded("woocommerce/page.json"),
        recorded("woocommerce/next.json"),
    ];
    let mut all: BTreeMap<u64, Value> = BTreeMap::new();
    for page in products {
        let page: Vec<Value> = serde_json::from_slice(&page).unwrap();
        all.extend(
            page.into_iter()
                .map(|one| (one["id"].as_u64().unwrap(), one)),
        );
    }
    let number = |name: &str| parameter(came, name).unwrap().parse::<usize>().unwrap();
    let total = all.len().to_string();
    let page: Vec<Value> = all
        .into_values()
        .skip(number("offset"))
        .take(number("per_page"))
        .collect();
    ok(json!(page).to_string()).header("x-wp-total", total)
}

fn magento(came: &Came) -> Served {
    if came.path.contains("/categories/list") {
        return shape("magento/categories.json");
    }
    if came.path.contains("/options") {
        return shape("magento/options.json");
    }
    if came.path.contains("DESC") {
        return ok(r#"{"items":[{"id":105}],"total_count":5}"#);
    }
    match parameter(came, "searchCriteria[filterGroups][0][filters][0][value]").as_deref() {
        Some("0") => shape("magento/page.json"),
        Some("104") => shape("magento/last.json"),
        other => panic!("after {other:?}"),
    }
}

fn salesforce(came: &Came) -> Served {
    if came.path == "/dwsso/oauth2/access_token" {
        return shape("salesforce/token.json");
    }
    let sent: Value = serde_json::from_str(&came.body).unwrap();
    match sent["offset"].as_u64() {
        Some(0) => shape("salesforce/page.json"),
        _ => shape("salesforce/last.json"),
    }
}

/// An adapter, how a working shop answers it, what a page of products is asked for by, and what is listed.
struct Case {
    name: &'static str,
    settings: &'static [(&'static str, &'static str)],
    answers: fn(&Came) -> Served,
    /// Whether a request is for a page of products that is not the first.
    is_later_page: fn(&Came) -> bool,
    listed: &'static [&'static str],
    /// A text in a page, and the place of its product.
    text: (&'static str, usize),
}

const CASES: &[Case] = &[
    Case {
        name: "shopify",
        settings: &[],
        answers: shopify,
        is_later_page: |came| came.path.starts_with("/bulk.jsonl"),
        listed: &["1001", "1002", "1003", "1004", "1005"],
        text: ("Cedar lantern", 0),
    },
    Case {
        name: "commercetools",
        settings: &[
            ("projectKey", "lantern-shop"),
            ("tokenUrl", "/oauth/token"),
            ("locale", "en-GB,en"),
        ],
        answers: commercetools,
        is_later_page: |came| came.path.contains("var.after"),
        listed: &[
            "0b1f3c1e-9d4a-4f0e-8a55-2c7c3a1d9f10",
            "1c2a4d2f-0e5b-4a1f-9b66-3d8d4b2e0a21",
            "2d3b5e30-1f6c-4b20-8c77-4e9e5c3f1b32",
            "3e4c6f41-206d-4c31-9d88-5faf6d402c43",
            "4f5d7052-317e-4d42-8e99-60b07e513d54",
        ],
        text: ("Wool rug", 4),
    },
    Case {
        name: "bigcommerce",
        settings: &[("storeHash", "abc123")],
        answers: bigcommerce,
        is_later_page: |came| parameter(came, "id:greater").as_deref() == Some("1004"),
        listed: &["1001", "1002", "1003", "1004", "1005"],
        text: ("Wool rug", 4),
    },
    Case {
        name: "woocommerce",
        settings: &[],
        answers: woocommerce,
        is_later_page: |came| parameter(came, "offset").as_deref() == Some("3"),
        listed: &["11", "12", "13", "14", "15", "16"],
        text: ("Wool rug", 5),
    },
    Case {
        name: "magento",
        settings: &[("brandAttribute", "manufacturer")],
        answers: magento,
        is_later_page: |came| came.path.contains("/products?") && came.path.contains("=104&"),
        listed: &["CL-1", "LT/1", "BT-1", "OS-1", "WR-1"],
        text: ("Wool rug", 4),
    },
    Case {
        name: "salesforce",
        settings: &[
            ("organization", "f_ecom_zzte_053"),
            ("siteId", "RefArch"),
            ("locale", "en-GB"),
            ("tokenUrl", "/dwsso/oauth2/access_token"),
        ],
        answers: salesforce,
        is_later_page: |came| came.body.contains("\"offset\":4"),
        listed: &[
            "cedar-lantern",
            "linen-tablecloth",
            "birch-tray",
            "oak-stool",
            "wool-rug",
        ],
        text: ("Wool rug", 4),
    },
];

impl Case {
    async fn pull(&self, shop: &Shop) -> Result<Vec<String>, AdapterError> {
        pull(
            adapter(self.name, self.settings).as_ref(),
            shop,
            &small(full()),
        )
        .await
    }
}

#[tokio::test]
async fn throttling_and_failures_in_the_middle_lose_nothing() {
    for case in CASES {
        let before = vec![
            status(429).header("retry-after", "0"),
            status(500),
            ok("cut").header("content-encoding", "gzip"),
            status(503).header("retry-after", "0"),
        ];
        let shop = Shop::open(first(before, case.is_later_page, case.answers)).await;
        let listed = case.pull(&shop).await.unwrap();
        assert_eq!(ids(&listed), case.listed, "{}", case.name);
        let calm = Shop::open(case.answers).await;
        assert_eq!(case.pull(&calm).await.unwrap(), listed, "{}", case.name);
        assert_eq!(shop.paths().len(), calm.paths().len() + 4, "{}", case.name);
    }
}

#[tokio::test]
async fn a_page_that_repeats_loses_nothing() {
    for case in CASES.iter().filter(|case| case.name != "shopify") {
        let repeated = match case.name {
            "commercetools" => shape("commercetools/page.json"),
            "bigcommerce" => shape("bigcommerce/page.json"),
            "magento" => shape("magento/page.json"),
            "salesforce" => shape("salesforce/page.json"),
            _ => {
                let page: Vec<Value> =
                    serde_json::from_slice(&recorded("woocommerce/page.json")).unwrap();
                ok(json!(page[..4]).to_string()).header("x-wp-total", "60")
            }
        };
        let shop = Shop::open(first(
            vec![repeated.clone(), repeated],
            case.is_later_page,
            case.answers,
        ))
        .await;
        let listed = case.pull(&shop).await.unwrap();
        assert_eq!(ids(&listed), case.listed, "{}", case.name);
    }
}

#[tokio::test]
async fn a_token_that_expires_is_asked_for_anew() {
    for case in CASES
        .iter()
        .filter(|case| ["commercetools", "salesforce"].contains(&case.name))
    {
        let (answers, is_later_page) = (case.answers, case.is_later_page);
        let mut tokens = 0;
        let shop = Shop::open(move |came: &Came| {
            if came.path.contains("token") {
                tokens += 1;
                let token = json!({"access_token": format!("token-{tokens}"), "token_type": "Bearer", "expires_in": 1_800});
                return ok(token.to_string());
            }
            if is_later_page(came) && came.credentials == "Bearer token-1" {
                return Served { status: 401, ..shape("commercetools/invalid_token.json") };
            }
            answers(came)
        })
        .await;
        let listed = case.pull(&shop).await.unwrap();
        assert_eq!(ids(&listed), case.listed, "{}", case.name);
        let credentials = shop.credentials();
        assert!(credentials[0].starts_with("Basic "), "{credentials:?}");
        let bearers: Vec<&String> = credentials
            .iter()
            .filter(|one| one.starts_with("Bearer "))
            .collect();
        assert_eq!(
            bearers,
            ["Bearer token-1", "Bearer token-1", "Bearer token-2"],
            "{}",
            case.name
        );
    }
}

#[tokio::test]
async fn credentials_that_stay_refused_are_said_without_their_value() {
    for case in CASES
        .iter()
        .filter(|case| !["commercetools", "salesforce"].contains(&case.name))
    {
        let shop = Shop::open(|_: &Came| status(401)).await;
        let error = case.pull(&shop).await.unwrap_err().to_string();
        assert!(
            error.contains("refuses the credentials"),
            "{}: {error}",
            case.name
        );
        assert!(!error.contains("the-"), "{}: {error}", case.name);
    }
}

#[tokio::test]
async fn credentials_are_sent_as_each_backend_wants_them() {
    for case in CASES {
        let shop = Shop::open(case.answers).await;
        case.pull(&shop).await.unwrap();
        let sent = shop.credentials().into_iter().next().unwrap();
        let expected = match case.name {
            "woocommerce" => "Basic dGhlLWNvbnN1bWVyS2V5OnRoZS1jb25zdW1lclNlY3JldA==",
            "commercetools" | "salesforce" => "Basic dGhlLWNsaWVudElkOnRoZS1jbGllbnRTZWNyZXQ=",
            "magento" => "Bearer the-accessToken",
            _ => "the-accessToken",
        };
        assert_eq!(sent, expected, "{}", case.name);
    }
}

#[tokio::test]
async fn text_that_is_none_rejects_its_product_only() {
    for case in CASES {
        let (answers, (text, place)) = (case.answers, case.text);
        let shop = Shop::open(move |came: &Came| {
            let mut served = answers(came);
            let at = served
                .body
                .windows(text.len())
                .position(|window| window == text.as_bytes());
            if let Some(at) = at {
                served
                    .body
                    .splice(at..at + text.len(), *b"caf\xE9 \xF0\x9F");
                for (name, value) in &mut served.headers {
                    if *name == "content-range" {
                        *value = format!("bytes 0-{}/{}", served.body.len() - 1, served.body.len());
                    }
                }
            }
            served
        })
        .await;
        let listed = case.pull(&shop).await.unwrap();
        assert_eq!(ids(&listed), case.listed, "{}", case.name);
        for (index, one) in listed.iter().enumerate() {
            assert_eq!(
                one.contains("InvalidText"),
                index == place,
                "{}: {one}",
                case.name
            );
        }
    }
}

#[tokio::test]
async fn changes_are_pulled_to_the_end() {
    let shop = Shop::open(shopify).await;
    let listed = pull(adapter("shopify", &[]).as_ref(), &shop, &changes())
        .await
        .unwrap();
    assert_eq!(ids(&listed), ["1001", "1002", "1003", "1004", "1005"]);
    assert_eq!(listed[1], "1002 withdrawn");
    let case = &CASES[1];
    let shop = Shop::open(commercetools).await;
    let adapter = adapter(case.name, case.settings);
    let listed = pull(adapter.as_ref(), &shop, &small(changes()))
        .await
        .unwrap();
    assert_eq!(listed.len(), 7);
    assert!(listed[6].ends_with("withdrawn"));
}

#[tokio::test]
async fn a_throttled_query_of_graphql_is_asked_again() {
    let before = vec![
        shape("shopify/throttled.json"),
        shape("shopify/in_progress.json"),
    ];
    let is_start = |came: &Came| came.body.contains("bulkOperationRunQuery");
    let shop = Shop::open(first(before, is_start, shopify)).await;
    let adapter = adapter("shopify", &[]);
    // The throttled reply leads to the same place again, which only this adapter may say.
    let client = shop.client(adapter.as_ref());
    let Plan::Parts(parts) = adapter.plan(&full()).unwrap() else {
        panic!("it asks");
    };
    let request = adapter.request(&full(), &parts[0]).unwrap();
    let page = adapter
        .page(
            &full(),
            &parts[0],
            &client.send(&request).await.unwrap(),
            &[],
        )
        .unwrap();
    assert_eq!(page.next.as_ref(), Some(&parts[0]));
    assert_eq!(page.wait, Some(Duration::from_secs(6)));
    let listed = pull(adapter.as_ref(), &shop, &full()).await.unwrap();
    assert_eq!(listed.len(), 5);
}

#[tokio::test]
async fn one_product_is_asked_for_with_what_is_beside_it() {
    let shop = Shop::open(|came: &Came| match came.path.split('?').next().unwrap() {
        "/rest/default/V1/products/CL-1" => shape("magento/one.json"),
        "/rest/default/V1/categories/list" => shape("magento/categories.json"),
        _ => status(404),
    })
    .await;
    let adapter = adapter("magento", &[]);
    let client = shop.client(adapter.as_ref());
    let answer = client.send(&adapter.one("CL-1").unwrap()).await.unwrap();
    let asked = adapter.besides(&changes(), &answer).unwrap();
    let besides = [client.send(&asked[0]).await.unwrap()];
    let one = adapter
        .product(&changes(), "CL-1", &answer, &besides)
        .unwrap();
    assert!(matches!(&one, Entry::Product(_)), "{}", entry(&one));
    let error = client
        .send(&adapter.one("none").unwrap())
        .await
        .unwrap_err();
    assert!(error.is_not_found());
}
