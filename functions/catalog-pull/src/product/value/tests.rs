//! What is read of single members.

use serde_json::json;

use super::*;

#[test]
fn ids_are_texts_of_at_most_256_characters() {
    assert_eq!(id(&json!(85123)).unwrap(), "85123");
    assert_eq!(id(&json!(" 85123A ")).unwrap(), "85123A");
    assert_eq!(id(&json!(u64::MAX)).unwrap(), u64::MAX.to_string());
    assert_eq!(id(&json!("é".repeat(256))).unwrap().chars().count(), 256);
    for wrong in [
        json!(null),
        json!(" "),
        json!(1.5),
        json!(1e30),
        json!("x".repeat(257)),
        json!([1]),
        json!("a\nb"),
    ] {
        assert!(id(&wrong).is_err(), "{wrong}");
    }
}

#[test]
fn prices_are_numbers_or_plain_texts_and_are_never_guessed() {
    let of = |value: Value| price(&value).map(|(price, currency)| (price.to_string(), currency));
    for (written, expected) in [
        (json!(12.5), "12.5"),
        (json!("12.50"), "12.5"),
        (json!(" 7 "), "7"),
        (json!(0), "0"),
    ] {
        assert_eq!(of(written).unwrap(), (expected.to_owned(), None));
    }
    assert_eq!(
        of(json!("15.00 USD")).unwrap(),
        ("15".to_owned(), Some("USD".to_owned()))
    );
    for wrong in [
        "1.234,50", "1,234.50", "12,50", "£12", "NaN", "inf", "1e3", "12.", ".5", "free", "", "-1",
        "--1", "12 usd",
    ] {
        assert!(of(json!(wrong)).is_err(), "{wrong}");
    }
    for wrong in [json!(-0.01), json!(null), json!(true), json!([1])] {
        assert!(of(wrong.clone()).is_err(), "{wrong}");
    }
    let message = price(&json!("1.234,50")).unwrap_err();
    assert!(
        message.contains("`1.234,50`") && message.contains("1234.50"),
        "{message}"
    );
}

#[test]
fn truths_come_in_many_words() {
    for yes in [
        json!(true),
        json!(1),
        json!("true"),
        json!("in_stock"),
        json!("In Stock"),
        json!("3"),
        json!(null),
        json!(""),
    ] {
        assert!(truth("available", &yes, true).unwrap(), "{yes}");
    }
    for no in [
        json!(false),
        json!(0),
        json!("FALSE"),
        json!("out of stock"),
        json!("0"),
        json!(-2),
    ] {
        assert!(!truth("available", &no, true).unwrap(), "{no}");
    }
    let message = truth("available", &json!("perhaps"), true).unwrap_err();
    assert!(message.contains("available is `perhaps`"), "{message}");
}

#[test]
fn addresses_are_of_the_web() {
    let of = |text: &str| address("url", &json!(text));
    for fine in [
        "https://shop.example/p?a=b:c",
        "/p/1",
        "//cdn.example/a.jpg",
        "p.html?x=javascript:1",
    ] {
        assert_eq!(of(fine).unwrap().unwrap(), fine);
    }
    for wrong in [
        "javascript:alert(1)",
        "data:image/png;base64,AA",
        "JAVASCRIPT:x",
        "https://a\n.example",
    ] {
        assert!(of(wrong).is_err(), "{wrong}");
    }
    assert_eq!(of(" ").unwrap(), None);
}

#[test]
fn currencies_are_codes() {
    assert_eq!(currency(&json!("gbp"), None).unwrap().unwrap(), "GBP");
    assert_eq!(currency(&json!(null), Some("EUR")).unwrap().unwrap(), "EUR");
    assert!(currency(&json!("pounds"), Some("EUR")).is_err());
}

#[test]
fn lists_are_lists_or_written_with_commas() {
    assert_eq!(
        list("markets", &json!(["GB", " DE", "GB", 1])).unwrap(),
        ["GB", "DE", "1"]
    );
    assert_eq!(
        list("markets", &json!("GB, DE|FR")).unwrap(),
        ["GB", "DE", "FR"]
    );
    assert!(list("markets", &json!(null)).unwrap().is_empty());
    assert!(list("markets", &json!([{}])).is_err());
}

#[test]
fn long_texts_are_cut_and_lines_joined() {
    let cut = short("title", &json!("é".repeat(1_200))).unwrap().unwrap();
    assert_eq!(cut.chars().count(), MAX_SHORT);
    assert_eq!(
        short("title", &json!(" A\n  B\u{7} ")).unwrap().unwrap(),
        "A B"
    );
    let cut = description(&json!("<p>".to_owned() + &"é".repeat(30_000)))
        .unwrap()
        .unwrap();
    assert_eq!(cut.chars().count(), MAX_DESCRIPTION);
}
