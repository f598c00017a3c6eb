//! Parts pulled from a backend over HTTP by the feed adapter, into memory.

mod harness;

use std::time::Duration;

use axum::response::IntoResponse;
use serde_json::{Value, json};
use tokio::time::Instant;

use self::harness::{
    Asked, Backend, Memory, catalog, products, pull, pulled, seconds, status, three,
};
use crate::error::PullError;

const ALL: [&str; 6] = ["1", "2", "3", "4", "5", "6"];

#[tokio::test]
async fn throttling_and_failures_in_the_middle_lose_and_double_nothing() {
    let backend = Backend::open(|asked| match asked.nth {
        2 => ([("retry-after", "1")], status(429)).into_response(),
        3 => (
            axum::http::StatusCode::TOO_MANY_REQUESTS,
            [("retry-after", "1")],
        )
            .into_response(),
        4 | 6 => status(500),
        _ => three(asked),
    })
    .await;
    let begun = Instant::now();
    let (store, pulled) = pulled(&backend, &catalog(|_| {})).await;
    let progress = pulled.unwrap().progress;
    assert!(progress.done);
    assert_eq!(
        (progress.pages, progress.products, progress.rejected),
        (3, 6, 0)
    );
    assert_eq!(store.ids(), ALL);
    assert!(begun.elapsed() >= Duration::from_millis(990));
}

#[tokio::test]
async fn a_token_that_expires_in_the_middle_is_renewed() {
    let backend = Backend::open(|asked| {
        let token = if asked.nth < 4 { "first" } else { "second" };
        match asked.path.as_str() {
            "/token" => {
                axum::Json(json!({"access_token": token, "expires_in": 3600})).into_response()
            }
            _ if asked.nth == 3 || asked.authorization.is_empty() => status(401),
            _ if asked.nth > 3 && asked.authorization != "Bearer second" => status(401),
            _ => three(asked),
        }
    })
    .await;
    let catalog = catalog(|feed| {
        feed["auth"] = json!({"kind": "clientCredentials", "tokenUrl": "/token"});
    });
    let (store, pulled) = pulled(&backend, &catalog).await;
    assert!(pulled.unwrap().progress.done);
    assert_eq!(store.ids(), ALL);
}

#[tokio::test]
async fn a_page_that_repeats_once_is_asked_for_again() {
    // The third page is answered with the second first.
    let backend = Backend::open(|asked| match asked.nth {
        3 => products(&["3", "4"], Some("c")),
        _ => three(asked),
    })
    .await;
    let (store, pulled) = pulled(&backend, &catalog(|_| {})).await;
    assert!(pulled.unwrap().progress.done);
    assert_eq!(store.ids(), ALL);
}

#[tokio::test]
async fn a_list_that_never_ends_is_an_error() {
    let loops = |asked: &Asked| match asked.path.as_str() {
        "/products" => products(&["1"], Some("b")),
        "/products?after=b" => products(&["2"], Some("c")),
        _ => products(&["3"], Some("b")),
    };
    let backend = Backend::open(loops).await;
    let (store, result) = pulled(&backend, &catalog(|_| {})).await;
    let error = result.unwrap_err().to_string();
    assert!(
        error.contains("its next page is one that was there before"),
        "{error}"
    );
    assert!(store.ids().len() < 12, "{:?}", store.ids());

    // A backend that does not look at the page's number.
    let backend = Backend::open(|_| products(&["1", "2"], None)).await;
    let pages = catalog(|feed| feed["pagination"] = json!({"kind": "page", "parameter": "page"}));
    let (store, result) = pulled(&backend, &pages).await;
    let error = result.unwrap_err().to_string();
    assert!(
        error.contains("after page 1: check that it takes the page's parameter"),
        "{error}"
    );
    assert_eq!(store.ids(), ["1", "2"]);
}

#[tokio::test]
async fn good_products_go_on_and_bad_ones_are_told() {
    let body = b"{\"next\":null,\"products\":[
        {\"id\":1,\"name\":\"LANTERN\",\"price\":\"12.50\"},
        {\"id\":2,\"name\":\"CAF\xC9 SIGN\",\"price\":1},
        {\"id\":3,\"price\":1},
        {\"id\":4,\"name\":\"RED MUG\",\"price\":\"1.234,50\"},
        {\"id\":5,\"name\":\"BLUE MUG\",\"price\":NaN},
        {\"id\":\"6\",\"name\":\"half \\ud83d\",\"price\":1},
        {\"name\":\"NOBODY\",\"price\":1},
        {\"id\":8,\"name\":\"GREEN MUG\",\"price\":-1},
        {\"id\":9,\"name\":\"LAST\",\"price\":3}]}";
    let backend = Backend::open(|_| body.as_slice().into_response()).await;
    let (store, pulled) = pulled(&backend, &catalog(|_| {})).await;
    let progress = pulled.unwrap().progress;
    assert_eq!((progress.products, progress.rejected), (2, 7));
    let expected = [
        "1",
        "2:invalidText",
        "3:invalidTitle",
        "4:invalidPrice",
        "5:invalidPrice",
        "6:invalidText",
        "8:invalidPrice",
        "9",
    ];
    assert_eq!(store.ids(), expected);
    let rejects = store.rejects();
    assert_eq!(rejects.len(), 7);
    let nobody = rejects
        .iter()
        .find(|reject| reject["reason"] == "invalidId")
        .unwrap();
    assert_eq!((nobody.get("id"), &nobody["index"]), (None, &json!(6)));
}

#[tokio::test]
async fn a_next_link_to_another_host_ends_the_pull() {
    let backend = Backend::open(|_| {
        let body = json!([{"id": 1, "name": "A", "price": 1}]);
        let link = r#"<http://169.254.169.254/latest/meta-data>; rel="next""#;
        ([("link", link)], axum::Json(body)).into_response()
    })
    .await;
    let catalog = catalog(|feed| {
        feed["pagination"] = json!({"kind": "link"});
        feed["items"] = Value::Null;
    });
    let (store, pulled) = pulled(&backend, &catalog).await;
    let error = pulled.unwrap_err().to_string();
    assert!(
        error.contains("leads to http://169.254.169.254, which is not the backend"),
        "{error}"
    );
    assert_eq!(store.ids(), ["1"]);
}

#[tokio::test]
async fn a_pull_that_is_killed_goes_on_where_it_was() {
    let backend = Backend::open(three).await;
    let catalog = catalog(|_| {});
    // The second page is written, and then the step dies.
    let killed = Memory {
        dies_at: Some(2),
        ..Memory::default()
    };
    assert!(
        pull(&backend, &catalog, &killed, seconds(60, 90))
            .await
            .is_err()
    );
    assert_eq!(killed.ids(), ["1", "2", "3", "4"]);
    let resumed = Memory {
        dies_at: None,
        ..killed
    };
    let progress = pull(&backend, &catalog, &resumed, seconds(60, 90))
        .await
        .unwrap()
        .progress;
    assert_eq!((progress.pages, progress.products), (3, 6));
    assert_eq!(resumed.ids(), ALL);
    // What is done is not pulled again.
    let again = pull(&backend, &catalog, &resumed, seconds(60, 90))
        .await
        .unwrap()
        .progress;
    assert_eq!(again, progress);
}

#[tokio::test]
async fn when_the_time_is_nearly_up_a_page_is_pulled_and_the_rest_is_left() {
    let backend = Backend::open(three).await;
    let (store, catalog) = (Memory::default(), catalog(|_| {}));
    for (page, done) in [(1, false), (2, false), (3, true)] {
        let progress = pull(&backend, &catalog, &store, seconds(0, 30))
            .await
            .unwrap()
            .progress;
        assert_eq!((progress.pages, progress.done), (page, done));
    }
    assert_eq!(store.ids(), ALL);
}

#[tokio::test]
async fn a_backend_that_is_too_slow_for_one_page_says_so() {
    let slow = |_: &Asked| {
        std::thread::sleep(Duration::from_millis(300));
        products(&["1"], None)
    };
    let backend = Backend::open(slow).await;
    let error = pull(
        &backend,
        &catalog(|_| {}),
        &Memory::default(),
        seconds(0, 0),
    )
    .await;
    assert!(matches!(error.unwrap_err(), PullError::TooSlow { .. }));
}
