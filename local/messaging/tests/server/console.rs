//! The console, with messages that attack it.

use aws_sdk_pinpoint::types::{
    AddressConfiguration, ChannelType, DirectMessageConfiguration, MessageRequest,
};
use serde_json::json;

use crate::support::{Result, entry, start};

const EVIL: &str = "\"'><script>alert(1)</script><img src=x onerror=alert(2)>";

/// Whether a page has markup that came from a message.
fn attacked(page: &str) -> bool {
    page.contains("<script") || page.contains("<img src=x")
}

#[tokio::test]
async fn nothing_of_a_message_runs_in_the_console() -> Result<()> {
    let setup = start().await?;
    let data = json!({ "name": EVIL }).to_string();
    let sent = setup
        .bulk(
            "<html><head></head><p>{{name}}</p>",
            vec![entry("ada", &data)],
        )
        .await?;
    let email = sent.bulk_email_entry_results()[0]
        .message_id()
        .unwrap_or_default()
        .to_owned();
    let text = setup
        .sms
        .send_text_message()
        .destination_phone_number("+4915123456789");
    let text = text
        .message_body(EVIL)
        .context("run", EVIL)
        .context("campaign", EVIL)
        .context(EVIL.replace(' ', ""), EVIL);
    let text = text.send().await?.message_id.unwrap_or_default();
    let address = AddressConfiguration::builder().channel_type(ChannelType::Apns);
    let address = address
        .title_override(EVIL)
        .body_override(EVIL)
        .context("run", EVIL)
        .build();
    let request = MessageRequest::builder()
        .addresses("\"><script>alert(1)</script>", address)
        .message_configuration(DirectMessageConfiguration::builder().build());
    let push = setup
        .pinpoint
        .send_messages()
        .application_id("<script>")
        .message_request(request.build());
    push.send().await?;
    let push = setup.messages().await?[2]["id"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    let attack =
        "/?to=%22%3E%3Cscript%3E&campaign=%22%3E%3Cscript%3E&channel=%3Cscript%3E&run=%27%22";
    let pages = [
        "/",
        attack,
        &format!("/messages/{email}"),
        &format!("/messages/{text}"),
        &format!("/messages/{push}"),
        "/messages/<script>",
    ];
    for path in pages {
        let response = setup.get(path).await?;
        let policy = response.headers()["content-security-policy"]
            .to_str()?
            .to_owned();
        assert!(
            policy.starts_with("default-src 'none'") && !policy.contains("script"),
            "{path}"
        );
        assert!(!policy.contains("unsafe-inline"), "{path}");
        assert_eq!(response.headers()["x-content-type-options"], "nosniff");
        let page = response.text().await?;
        assert!(!attacked(&page), "{path}: {page}");
    }
    let page = setup.html(&format!("/messages/{email}")).await?;
    assert!(
        page.contains(
            "<iframe title=\"The email\" sandbox=\"allow-popups allow-popups-to-escape-sandbox\""
        ),
        "{page}"
    );
    assert!(page.contains("600 px") && page.contains("320 px"));
    assert!(
        page.contains("List-Unsubscribe") && page.contains("&lt;https://shop.example/u/1&gt;"),
        "{page}"
    );
    assert!(
        page.contains("Hello \"'&gt;&lt;script&gt;"),
        "the text part: {page}"
    );
    // The email itself is as it is, and its policy lets nothing of it run, in a frame or without.
    let response = setup.get(&format!("/messages/{email}/html")).await?;
    let policy = response.headers()["content-security-policy"]
        .to_str()?
        .to_owned();
    assert!(
        policy.contains("default-src 'none'") && policy.contains("; sandbox allow-popups"),
        "{policy}"
    );
    assert!(
        !policy.contains("script") && !policy.contains("allow-same-origin"),
        "{policy}"
    );
    assert!(
        response
            .text()
            .await?
            .contains("<head><base target=\"_blank\"></head>")
    );
    Ok(())
}

#[tokio::test]
async fn the_list_shows_the_newest_first_in_pages_and_by_filters() -> Result<()> {
    let setup = start().await?;
    for tens in 0..6 {
        let people = (0..10).map(|n| {
            entry(
                &format!("p{tens}{n}"),
                &format!(r#"{{"name": "No {tens}{n}"}}"#),
            )
        });
        setup.bulk("{{name}}", people.collect()).await?;
    }
    let first = setup.html("/").await?;
    let place = |page: &str, name: &str| page.find(name);
    assert!(place(&first, "Hi No 59") < place(&first, "Hi No 10"));
    assert!(place(&first, "Hi No 09").is_none());
    assert!(
        first.contains("<b>60</b> email") && first.contains("<b>60</b> people"),
        "{first}"
    );
    let older = first
        .rsplit_once("rel=\"next\" href=\"")
        .map(|(_, rest)| rest);
    let older = older
        .and_then(|rest| rest.split('"').next())
        .ok_or("no next page")?;
    let second = setup.html(older).await?;
    assert!(place(&second, "Hi No 09").is_some() && place(&second, "Hi No 10").is_none());
    assert!(!second.contains("rel=\"next\""));
    let one = setup
        .html("/?to=p07@shop.example&campaign=weekly&channel=email")
        .await?;
    assert!(one.contains("Hi No 07") && !one.contains("Hi No 08"));
    assert!(setup.html("/?channel=sms").await?.contains("No messages."));
    assert!(
        setup
            .html("/?campaign=other")
            .await?
            .contains("No messages.")
    );
    assert_eq!(setup.get("/messages/none").await?.status(), 404);
    let style = setup.get("/console.css").await?;
    assert!(style.text().await?.contains("light dark"));
    Ok(())
}
