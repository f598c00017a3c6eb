//! Feeds as they are described, and their answers.

use serde_json::json;

use super::*;

fn adapter(change: impl FnOnce(&mut Value)) -> Feed {
    let mut catalog = json!({"adapter": "feed", "feed": {
        "path": "/api/products", "items": "products", "totalPages": "pages",
        "pagination": {"kind": "page", "parameter": "page"},
        "pageSize": {"parameter": "limit", "value": 250},
        "updatedSince": {"parameter": "updated_since"},
        "one": {"path": "/api/products/{id}"},
        "fields": {"id": "id", "title": "name", "price": "price", "category": "categories[0]",
            "available": "in_stock", "deleted": "deleted"},
    }});
    change(&mut catalog["feed"]);
    Feed::new(&serde_json::from_value(catalog).unwrap()).unwrap()
}

fn scope(mode: Mode) -> Scope {
    Scope {
        mode,
        since: (mode == Mode::Incremental).then(|| "2026-11-29T23:30:00.5Z".parse().unwrap()),
        until: "2026-11-30T00:00:00Z".parse().unwrap(),
        page_size: None,
        currency: None,
    }
}

fn answer(body: &Value) -> Answer {
    Answer::new(200, &[], body.to_string())
}

#[test]
fn a_full_pull_is_shared_out_by_the_backend_s_number_of_pages() {
    let feed = adapter(|_| {});
    let full = scope(Mode::Full);
    assert!(matches!(feed.plan(&full).unwrap(), Plan::Ask(_)));
    let parts = feed
        .parts(&full, &answer(&json!({"products": [], "pages": 12})))
        .unwrap();
    let parts: Vec<Value> = parts.into_iter().map(|part| part.0).collect();
    let expected = [
        json!({"page": {"number": 1, "end": 6}}),
        json!({"page": {"number": 6, "end": 11}}),
        json!({"page": {"number": 11}}),
    ];
    assert_eq!(parts, expected);
}

#[test]
fn changes_are_one_part_asked_since_a_moment() {
    let feed = adapter(|_| {});
    let changes = scope(Mode::Incremental);
    let Plan::Parts(parts) = feed.plan(&changes).unwrap() else {
        panic!("nothing is asked first")
    };
    let request = feed.request(&changes, &parts[0]).unwrap();
    assert_eq!(
        request.parameter("updated_since"),
        Some("2026-11-29T23:30:00Z")
    );
    let epoch = adapter(|feed| feed["updatedSince"]["format"] = json!("epochSeconds"));
    let request = epoch.request(&changes, &parts[0]).unwrap();
    assert_eq!(request.parameter("updated_since"), Some("1795995000"));
    let never = adapter(|feed| feed["updatedSince"] = Value::Null);
    assert!(!never.lists_changes() && feed.lists_changes());
}

#[test]
fn records_become_entries_each_for_itself() {
    let feed = adapter(|feed| feed["fields"]["category"] = json!("join('/', categories)"));
    let body = json!({"pages": 3, "products": [
        {"id": 1, "name": "A", "price": "2.50", "categories": ["Home", "Lamps"], "in_stock": 0},
        {"id": 2, "price": 1, "categories": []},
        {"id": 3, "deleted": true, "categories": []},
        {"id": 4, "name": "D", "price": 1, "categories": 7},
    ]});
    let position = Position(json!({"page": {"number": 1}}));
    let page = feed
        .page(&scope(Mode::Full), &position, &answer(&body), &[])
        .unwrap();
    assert_eq!(page.next.unwrap().0, json!({"page": {"number": 2}}));
    let Entry::Product(first) = &page.entries[0] else {
        panic!("{:?}", page.entries[0])
    };
    assert_eq!(
        (first.category.as_deref(), first.available),
        (Some("Home/Lamps"), false)
    );
    let reason = |index: usize| match &page.entries[index] {
        Entry::Rejected { id, reason, .. } => (id.clone().unwrap(), *reason),
        other => panic!("{other:?}"),
    };
    assert_eq!(reason(1), ("2".to_owned(), Reason::InvalidTitle));
    assert_eq!(page.entries[2], Entry::Withdrawn { id: "3".to_owned() });
    assert_eq!(reason(3), ("4".to_owned(), Reason::InvalidMember));
}

#[test]
fn one_product_is_asked_for_by_its_id_and_may_be_gone() {
    let feed = adapter(|_| {});
    assert_eq!(feed.one("a/b").unwrap().path(), "/api/products/a%2Fb");
    let changes = scope(Mode::Incremental);
    let product = |body: Value| feed.product(&changes, "1", &answer(&body), &[]).unwrap();
    let lantern = json!({"id": 1, "name": "A", "price": 1});
    assert!(matches!(product(lantern.clone()), Entry::Product(_)));
    assert!(matches!(product(json!([lantern])), Entry::Product(_)));
    let gone = Entry::Withdrawn { id: "1".to_owned() };
    assert_eq!(product(json!([])), gone);
    assert_eq!(product(json!({"id": 1, "deleted": true})), gone);
    let error = adapter(|feed| feed["one"] = Value::Null)
        .one("1")
        .unwrap_err();
    assert!(
        error.to_string().contains("backend.catalog.feed.one"),
        "{error}"
    );
}

#[test]
fn rows_of_csv_and_elements_of_xml_are_products_too() {
    let position = Position(json!("start"));
    let fields =
        json!({"id": "id", "title": "title", "price": "price", "available": "availability"});
    let of = |format: Value, body: &str| {
        let feed = adapter(|feed| {
            *feed = format;
            feed["path"] = json!("/feed");
            feed["fields"] = fields.clone();
        });
        let answer = Answer::new(200, &[], body.to_owned());
        feed.page(&scope(Mode::Full), &position, &answer, &[])
            .unwrap()
            .entries
    };
    let csv = of(
        json!({"format": "csv"}),
        "id,title,price,availability\n7,Lantern,2.50 GBP,in stock\n",
    );
    let xml = "<rss><item><g:id>7</g:id><title>Lantern</title><g:price>2.50 GBP</g:price>\
        <g:availability>in_stock</g:availability></item></rss>";
    let xml = of(json!({"format": "xml", "record": "item"}), xml);
    assert_eq!(csv, xml);
    assert!(
        matches!(&csv[0], Entry::Product(product) if product.currency.as_deref() == Some("GBP"))
    );
}

#[test]
fn a_position_of_another_adapter_is_refused() {
    let position = Position(json!({"after": 7}));
    let error = adapter(|_| {})
        .request(&scope(Mode::Full), &position)
        .unwrap_err();
    assert!(matches!(error, AdapterError::Position(_)), "{error}");
}

#[test]
fn a_position_that_is_refused_is_not_repeated() {
    let url = "https://files.example/products.jsonl?signature=secret";
    let position = Position(json!({"file": {"url": url, "at": 0}}));
    let error = adapter(|_| {})
        .request(&scope(Mode::Full), &position)
        .unwrap_err();
    let message = error.to_string();
    assert!(
        message.contains("file") && !message.contains("secret"),
        "{message}"
    );
}
