//! Tokens that are good, and those that are not.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use super::*;

const SECRET: &[u8] = b"0123456789abcdef0123456789abcdef";
const OTHER: &[u8] = b"fedcba9876543210fedcba9876543210";

fn click(url: &str) -> Click {
    Click {
        url: url.to_owned(),
        user: "user-1".to_owned(),
        item: Some("i1".to_owned()),
        recommendation_id: Some("RID-1".to_owned()),
        campaign: "weekly".to_owned(),
        run: "run-1".to_owned(),
        placement: None,
        experiments: vec![Arm {
            experiment: "e".to_owned(),
            arm: Some("b".to_owned()),
        }],
    }
}

fn unsubscribe() -> Unsubscribe {
    Unsubscribe {
        user: "user-1".to_owned(),
        channel: Channel::Email,
        campaign: "weekly".to_owned(),
        language: None,
    }
}

#[test]
fn a_token_says_what_it_was_made_of_and_tells_nobody_else() {
    let signer = Signer::new(SECRET, None).unwrap();
    let click = click("https://shop.example/p/1?a=b");
    let token = signer.click(&click).unwrap();
    assert_eq!(signer.read_click(&token), Ok(click.clone()));
    assert_eq!(signer.click(&click).unwrap(), token, "the same is the same");
    let bytes = URL_SAFE_NO_PAD.decode(&token).unwrap();
    assert!(!bytes.windows(6).any(|six| six == b"user-1"));
    assert!(token.len() < 320, "{}", token.len());
}

#[test]
fn whatever_is_changed_of_it_makes_it_none() {
    let signer = Signer::new(SECRET, None).unwrap();
    let token = signer.unsubscribe(&unsubscribe()).unwrap();
    let bytes = URL_SAFE_NO_PAD.decode(&token).unwrap();
    for place in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[place] ^= 1;
        let changed = URL_SAFE_NO_PAD.encode(changed);
        assert_eq!(signer.read_unsubscribe(&changed), Err(BadToken), "{place}");
    }
    for end in 0..token.len() {
        assert_eq!(signer.read_unsubscribe(&token[..end]), Err(BadToken));
    }
    assert_eq!(signer.read_click(&token), Err(BadToken), "of another kind");
    assert_eq!(signer.read_click(&"x".repeat(100_000)), Err(BadToken));
}

#[test]
fn links_outlive_one_change_of_the_secret() {
    let token = Signer::new(SECRET, None)
        .unwrap()
        .unsubscribe(&unsubscribe())
        .unwrap();
    let changed = Signer::new(OTHER, Some(SECRET)).unwrap();
    assert_eq!(changed.read_unsubscribe(&token), Ok(unsubscribe()));
    assert_ne!(changed.unsubscribe(&unsubscribe()).unwrap(), token);
    let twice = Signer::new(OTHER, None).unwrap();
    assert_eq!(twice.read_unsubscribe(&token), Err(BadToken));
}

#[test]
fn links_lead_to_web_pages_alone() {
    let signer = Signer::new(SECRET, None).unwrap();
    for url in ["http://shop.example", "HTTPS://shop.example/a%20b#c"] {
        assert!(signer.click(&click(url)).is_ok(), "{url}");
    }
    for url in [
        "",
        "javascript:alert(1)",
        "//shop.example",
        "https://",
        "https:///x",
        "/p/1",
        "https://shop.example/a b",
        "https://shop.example/\r\nSet-Cookie: a=b",
        "https://shöp.example/",
    ] {
        assert_eq!(
            signer.click(&click(url)),
            Err(LinkError::Address),
            "{url:?}"
        );
    }
    let long = format!("https://shop.example/{}", "x".repeat(1_400));
    assert_eq!(signer.click(&click(&long)), Err(LinkError::TooLong));
}

#[test]
fn a_secret_is_long_and_json() {
    let of = |text: &str| Signer::from_secret(text).err();
    let long = "x".repeat(32);
    assert_eq!(of(&format!(r#"{{"current":"{long}"}}"#)), None);
    assert_eq!(
        of(&format!(r#"{{"current":"{long}","previous":""}}"#)),
        None
    );
    assert_eq!(of(r#"{"current":"x"}"#), Some(LinkError::WeakSecret));
    assert_eq!(of("hush"), Some(LinkError::Secret));
}
