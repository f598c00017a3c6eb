//! Requests, from end to end but for AWS.

use std::{cell::RefCell, collections::BTreeMap};

use http::header::{LOCATION, RETRY_AFTER};
use interactions::Line;
use messages::Channel;
use serde_json::json;

use super::*;

const SECRET: &str = r#"{"current":"0123456789abcdef0123456789abcdef"}"#;
const CHANGED: &str = r#"{"current":"fedcba9876543210fedcba9876543210","previous":"0123456789abcdef0123456789abcdef"}"#;

/// Gives one secret after another, and the last one for ever.
struct Secrets(std::sync::Mutex<Vec<&'static str>>);

impl Source for Secrets {
    type Value = Signer;
    type Error = LinksError;

    async fn read(&self, _: Option<Arc<Signer>>) -> Result<Signer, LinksError> {
        let mut secrets = self.0.lock().unwrap();
        let secret = match secrets.len() {
            1 => secrets[0],
            _ => secrets.remove(0),
        };
        Ok(Signer::from_secret(secret)?)
    }
}

#[derive(Default)]
struct Kept {
    clicks: RefCell<Vec<Line>>,
    unsubscribed: RefCell<Vec<(String, String)>>,
    short: RefCell<BTreeMap<String, String>>,
    is_down: bool,
}

impl Kept {
    fn check(&self) -> Result<(), LinksError> {
        match self.is_down {
            true => Err(messages::MessagesError::Invalid("down").into()),
            false => Ok(()),
        }
    }
}

impl Keeper for Kept {
    async fn clicked(&self, line: Line, _: Timestamp) -> Result<(), LinksError> {
        self.check()?;
        self.clicks.borrow_mut().push(line);
        Ok(())
    }

    async fn lengthen(&self, name: &str) -> Result<Option<String>, LinksError> {
        self.check()?;
        Ok(self.short.borrow().get(name).cloned())
    }

    async fn unsubscribed(
        &self,
        about: &Unsubscribe,
        source: &str,
        _: Timestamp,
    ) -> Result<(), LinksError> {
        self.check()?;
        let kept = (about.user.clone(), source.to_owned());
        self.unsubscribed.borrow_mut().push(kept);
        Ok(())
    }
}

fn links(secrets: &[&'static str]) -> Links<Secrets, Kept> {
    Links::new(
        Secrets(std::sync::Mutex::new(secrets.to_vec())),
        Kept::default(),
    )
}

fn click_path(secret: &str) -> String {
    let click = Click {
        url: "https://shop.example/p/1".to_owned(),
        user: "u1".to_owned(),
        item: Some("i1".to_owned()),
        recommendation_id: None,
        campaign: "weekly".to_owned(),
        run: "r1".to_owned(),
        placement: None,
        experiments: Vec::new(),
    };
    format!(
        "/c/{}",
        Signer::from_secret(secret).unwrap().click(&click).unwrap()
    )
}

fn unsubscribe_path(language: &str) -> String {
    let unsubscribe = Unsubscribe {
        user: "u1".to_owned(),
        channel: Channel::Email,
        campaign: "weekly".to_owned(),
        language: Some(language.to_owned()),
    };
    format!(
        "/u/{}",
        Signer::from_secret(SECRET)
            .unwrap()
            .unsubscribe(&unsubscribe)
            .unwrap()
    )
}

fn request(method: &str, path: &str, body: &str) -> LambdaFunctionUrlRequest {
    let request = json!({
        "rawPath": path, "headers": {"user-agent": "Mozilla/5.0", "accept-language": "de"}, "body": body,
        "isBase64Encoded": false,
        "requestContext": {"timeEpoch": 0, "http": {"method": method}},
    });
    serde_json::from_value(request).unwrap()
}

async fn ask(
    links: &Links<Secrets, Kept>,
    method: &str,
    path: &str,
    body: &str,
) -> LambdaFunctionUrlResponse {
    links.answer(request(method, path, body)).await.unwrap()
}

#[tokio::test]
async fn a_click_is_written_and_leads_to_the_product() {
    let links = links(&[SECRET]);
    let answer = ask(&links, "GET", &click_path(SECRET), "").await;
    assert_eq!(answer.status_code, 302);
    assert_eq!(answer.headers[LOCATION], "https://shop.example/p/1");
    assert_eq!(links.keeper.clicks.borrow().len(), 1);
}

#[tokio::test]
async fn a_short_link_is_the_long_one() {
    let links = links(&[SECRET]);
    let long = click_path(SECRET).replacen("/c/", "", 1);
    let short = links
        .keeper
        .short
        .borrow_mut()
        .insert("abc".to_owned(), long);
    assert!(short.is_none());
    let answer = ask(&links, "GET", "/s/abc", "").await;
    assert_eq!(answer.headers[LOCATION], "https://shop.example/p/1");
    assert_eq!(links.keeper.clicks.borrow().len(), 1);
    assert_eq!(ask(&links, "GET", "/s/abd", "").await.status_code, 404);
    assert_eq!(ask(&links, "POST", "/s/abc", "").await.status_code, 405);
}

#[tokio::test]
async fn who_only_looks_has_not_clicked() {
    let links = links(&[SECRET]);
    let path = click_path(SECRET);
    assert_eq!(ask(&links, "HEAD", &path, "").await.status_code, 302);
    let mut scanner = request("GET", &path, "");
    let agent = http::HeaderValue::from_static("LinkPreviewBot/1.0");
    scanner.headers.insert(USER_AGENT, agent);
    assert_eq!(links.answer(scanner).await.unwrap().status_code, 302);
    assert!(links.keeper.clicks.borrow().is_empty());
    assert_eq!(ask(&links, "POST", &path, "").await.status_code, 405);
}

#[tokio::test]
async fn a_page_is_asked_for_and_changes_nothing() {
    let links = links(&[SECRET]);
    let answer = ask(&links, "GET", &unsubscribe_path("en"), "").await;
    assert_eq!(answer.status_code, 200);
    assert!(answer.body.unwrap().contains("<html lang=\"en\">"));
    let answer = ask(&links, "HEAD", &unsubscribe_path("fr"), "").await;
    assert_eq!(
        (answer.status_code, answer.body.unwrap().as_str()),
        (200, "")
    );
    assert!(links.keeper.unsubscribed.borrow().is_empty());
}

#[tokio::test]
async fn a_mail_program_and_a_button_unsubscribe() {
    let links = links(&[SECRET]);
    let path = unsubscribe_path("de");
    let answer = ask(&links, "POST", &path, ONE_CLICK).await;
    assert_eq!(answer.status_code, 200);
    assert!(answer.body.unwrap().contains("abgemeldet"));
    ask(&links, "POST", &path, "").await;
    let mut encoded = request("POST", &path, "TGlzdC1VbnN1YnNjcmliZT1PbmUtQ2xpY2s=");
    encoded.is_base64_encoded = true;
    links.answer(encoded).await.unwrap();
    let kept = links.keeper.unsubscribed.take();
    let sources: Vec<&str> = kept.iter().map(|(_, source)| source.as_str()).collect();
    assert_eq!(sources, ["one-click", "unsubscribe-page", "one-click"]);
    assert_eq!(kept[0].0, "u1");
}

#[tokio::test]
async fn what_is_no_link_is_repeated_nowhere() {
    let links = links(&[SECRET]);
    for path in [
        "/",
        "/c/",
        "/c/<script>",
        "/u/abc",
        "/x",
        &unsubscribe_path("de").replace("/u/", "/c/"),
    ] {
        let answer = ask(&links, "GET", path, "").await;
        assert_eq!(answer.status_code, 404, "{path}");
        let body = answer.body.unwrap();
        assert!(!body.contains("script") && body.contains("funktioniert nicht"));
    }
    let answer = ask(&links, "POST", "/u/abc", ONE_CLICK).await;
    assert_eq!(answer.status_code, 404);
    assert!(links.keeper.unsubscribed.borrow().is_empty());
}

#[tokio::test]
async fn a_secret_that_was_changed_is_read_again() {
    let links = links(&[SECRET, CHANGED]);
    let path = click_path(CHANGED);
    assert_eq!(
        ask(&links, "GET", &click_path(SECRET), "")
            .await
            .status_code,
        302
    );
    assert_eq!(
        ask(&links, "GET", &path, "").await.status_code,
        404,
        "read a moment ago"
    );
    std::thread::sleep(READ_AGAIN);
    assert_eq!(ask(&links, "GET", &path, "").await.status_code, 302);
    assert_eq!(
        ask(&links, "GET", &click_path(SECRET), "")
            .await
            .status_code,
        302,
        "still good"
    );
}

#[tokio::test]
async fn a_table_that_is_down_is_asked_again_and_a_log_is_not_waited_for() {
    let mut links = links(&[SECRET]);
    links.keeper.is_down = true;
    let answer = ask(&links, "POST", &unsubscribe_path("en"), ONE_CLICK).await;
    assert_eq!(answer.status_code, 503);
    assert!(answer.headers.contains_key(RETRY_AFTER));
    let answer = ask(&links, "GET", &click_path(SECRET), "").await;
    assert_eq!(answer.status_code, 302);
}

#[tokio::test]
async fn the_samples_are_requests() {
    let links = links(&[SECRET]);
    for sample in [
        include_str!("../../../../events/message-links.json"),
        include_str!("../../../../events/message-links-unsubscribe.json"),
    ] {
        let request: LambdaFunctionUrlRequest = serde_json::from_str(sample).unwrap();
        let answer = links.answer(request).await.unwrap();
        assert_eq!(answer.status_code, 404, "their secret is not this one");
    }
}
