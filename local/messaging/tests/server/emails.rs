//! SES.

use aws_sdk_sesv2::{
    Error,
    types::{
        Body, BulkEmailStatus, Content, Destination, EmailContent, Message, SuppressionListReason,
    },
};
use messaging_local::{Config, Limits};
use serde_json::json;

use crate::support::{Result, entry, start, start_with, tag};

#[tokio::test]
async fn a_bulk_is_kept_with_all_that_it_had() -> Result<()> {
    let setup = start().await?;
    let sent = setup
        .bulk(
            "<p>{{name}} at {{shop}}, {{{name}}}</p>",
            vec![
                entry("ada", r#"{"name": "Ada & \"Co\""}"#),
                entry("bob", "{\n\"name\": \"Bob\"\n}"),
            ],
        )
        .await?;
    let results = sent.bulk_email_entry_results();
    assert!(
        results
            .iter()
            .all(|one| one.status() == Some(&BulkEmailStatus::Success))
    );
    let messages = setup.messages().await?;
    assert_eq!(messages.len(), 2);
    let ada = &messages[0];
    assert_eq!(ada["id"], json!(results[0].message_id()));
    assert_eq!(ada["channel"], "email");
    assert_eq!(ada["to"], json!(["ada@shop.example"]));
    assert_eq!(ada["from"], "The Shop <news@shop.example>");
    assert_eq!(ada["subject"], r#"Hi Ada & "Co""#);
    assert_eq!(ada["configurationSet"], "messages");
    let tags = json!({"run": "r1", "campaign": "weekly", "person": "ada"});
    assert_eq!(ada["tags"], tags);
    assert_eq!(ada["headers"][0]["name"], "List-Unsubscribe");
    let id = ada["id"].as_str().unwrap_or_default();
    let html = setup.html(&format!("/messages/{id}/html")).await?;
    assert!(
        html.ends_with(r#"<p>Ada & "Co" at The <Shop>, Ada & "Co"</p>"#),
        "{html}"
    );
    let bob = messages[1]["id"].as_str().unwrap_or_default();
    assert!(
        setup
            .html(&format!("/messages/{bob}/html"))
            .await?
            .contains("Bob at")
    );
    let counts = setup.json("/_messaging/counts").await?;
    let expected = json!({
        "channels": {"email": 2, "sms": 0, "push": 0},
        "people": 2,
        "runs": [{"run": "r1", "campaign": "weekly", "messages": 2, "people": 2}],
    });
    assert_eq!(counts, expected);
    Ok(())
}

#[tokio::test]
async fn each_email_of_a_bulk_fails_for_itself() -> Result<()> {
    let setup = start().await?;
    let mut tagged = entry("eve", r#"{"name": "Eve"}"#);
    tagged.replacement_tags = Some(vec![tag("person", "a b")]);
    let entries = vec![
        entry("ada", r#"{"name": "Ada"}"#),
        entry("bob", r#"{"other": 1}"#),
        entry("no address", r#"{"name": "x"}"#),
        tagged,
        entry("dan", "[]"),
    ];
    let sent = setup.bulk("{{name}}", entries).await?;
    let results = sent.bulk_email_entry_results();
    let statuses: Vec<_> = results
        .iter()
        .filter_map(|one| one.status().cloned())
        .collect();
    assert_eq!(
        statuses,
        [
            BulkEmailStatus::Success,
            BulkEmailStatus::Failed,
            BulkEmailStatus::InvalidParameter,
            BulkEmailStatus::InvalidParameter,
            BulkEmailStatus::Failed,
        ]
    );
    assert!(
        results[1]
            .error()
            .is_some_and(|error| error.contains("'name' is not present"))
    );
    assert!(results[1].message_id().is_none());
    assert_eq!(setup.messages().await?.len(), 1);
    Ok(())
}

#[tokio::test]
async fn a_bulk_that_is_wrong_as_a_whole_is_refused() -> Result<()> {
    let setup = start().await?;
    let entries = |count: usize| vec![entry("ada", r#"{"name": "Ada"}"#); count];
    assert!(setup.bulk("{{name}}", entries(50)).await.is_ok());
    let error = setup.bulk("{{name}}", entries(51)).await.err();
    assert!(
        matches!(error, Some(Error::BadRequestException(_))),
        "{error:?}"
    );
    let error = setup.bulk("{{#if name}}x{{/if}}", entries(1)).await.err();
    assert!(
        matches!(error, Some(Error::BadRequestException(_))),
        "{error:?}"
    );
    assert_eq!(setup.messages().await?.len(), 50);
    Ok(())
}

#[tokio::test]
async fn quotas_hold_and_are_told() -> Result<()> {
    let limits = Limits {
        emails_per_second: 10.0,
        emails_per_day: 15,
        ..Limits::default()
    };
    let setup = start_with(Config {
        limits,
        ..Config::default()
    })
    .await?;
    let entries = vec![entry("ada", r#"{"name": "Ada"}"#); 12];
    let sent = setup.bulk("{{name}}", entries).await?;
    let status = |at: usize| sent.bulk_email_entry_results()[at].status().cloned();
    assert_eq!(status(0), Some(BulkEmailStatus::Success));
    assert_eq!(status(11), Some(BulkEmailStatus::AccountThrottled));
    let taken = setup.messages().await?.len();
    assert!((10..=11).contains(&taken), "{taken}");
    let error = simple(&setup, "a@shop.example").await.err();
    assert!(
        matches!(error, Some(Error::TooManyRequestsException(_))),
        "{error:?}"
    );
    let account = setup.ses.get_account().send().await?;
    assert!(account.sending_enabled() && account.production_access_enabled());
    let quota = account.send_quota().ok_or("no quota")?;
    assert_eq!(
        (quota.max_send_rate(), quota.max24_hour_send()),
        (10.0, 15.0)
    );
    assert_eq!(quota.sent_last24_hours(), taken as f64);
    let faster = json!({"emailsPerSecond": 1000, "emailsPerDay": 15});
    assert_eq!(setup.control("PUT", "limits", faster).await?.0, 200);
    let sent = setup
        .bulk("{{name}}", vec![entry("ada", r#"{"name": "Ada"}"#); 12])
        .await?;
    let last = sent
        .bulk_email_entry_results()
        .last()
        .and_then(|one| one.status().cloned());
    assert_eq!(last, Some(BulkEmailStatus::AccountDailyQuotaExceeded));
    assert_eq!(setup.messages().await?.len(), 15);
    Ok(())
}

async fn simple(setup: &crate::support::Setup, to: &str) -> std::result::Result<String, Error> {
    let words = |text: &str| Content::builder().data(text).build();
    let body = Body::builder()
        .html(words("<b>{{kept}}</b>")?)
        .text(words("kept")?)
        .build();
    let message = Message::builder()
        .subject(words("A subject")?)
        .body(body)
        .build();
    let sent = setup
        .ses
        .send_email()
        .from_email_address("news@shop.example")
        .destination(Destination::builder().to_addresses(to).build())
        .content(EmailContent::builder().simple(message).build())
        .email_tags(tag("run", "r9"))
        .send()
        .await?;
    Ok(sent.message_id.unwrap_or_default())
}

#[tokio::test]
async fn a_single_email_has_no_variables() -> Result<()> {
    let setup = start().await?;
    let id = simple(&setup, "Ada <ada@shop.example>").await?;
    let html = setup.html(&format!("/messages/{id}/html")).await?;
    assert!(html.contains("<b>{{kept}}</b>"), "{html}");
    let found = setup
        .json("/_messaging/messages?to=ADA@shop.example&run=r9")
        .await?;
    assert_eq!(found["messages"][0]["id"], json!(id));
    let error = simple(&setup, "nobody").await.err();
    assert!(
        matches!(error, Some(Error::BadRequestException(_))),
        "{error:?}"
    );
    Ok(())
}

#[tokio::test]
async fn suppressed_addresses_are_kept_and_get_nothing() -> Result<()> {
    let setup = start().await?;
    let address = "Ada+1@shop.example";
    let get = || {
        setup
            .ses
            .get_suppressed_destination()
            .email_address(address)
            .send()
    };
    assert!(matches!(
        get().await.map_err(Error::from),
        Err(Error::NotFoundException(_))
    ));
    setup
        .ses
        .put_suppressed_destination()
        .email_address(address)
        .reason(SuppressionListReason::Complaint)
        .send()
        .await?;
    let found = get().await?;
    let found = found.suppressed_destination().ok_or("none")?;
    assert_eq!(found.reason(), &SuppressionListReason::Complaint);
    simple(&setup, "ada+1@shop.example").await?;
    assert_eq!(setup.messages().await?[0]["status"], "suppressed");
    setup
        .ses
        .delete_suppressed_destination()
        .email_address(address)
        .send()
        .await?;
    simple(&setup, address).await?;
    assert_eq!(setup.messages().await?[1]["status"], "sent");
    Ok(())
}

#[tokio::test]
async fn the_outbox_is_read_in_pages_and_emptied() -> Result<()> {
    let setup = start().await?;
    let entries = (0..25)
        .map(|n| entry(&format!("p{n}"), r#"{"name": "x"}"#))
        .collect();
    setup.bulk("{{name}}", entries).await?;
    let mut seen = Vec::new();
    let mut after = 0;
    loop {
        let page = setup
            .json(&format!(
                "/_messaging/messages?channel=email&limit=10&after={after}"
            ))
            .await?;
        let messages = page["messages"].as_array().ok_or("no messages")?;
        seen.extend(messages.iter().map(|one| one["tags"]["person"].to_string()));
        let Some(next) = page["next"].as_u64() else {
            break;
        };
        after = next;
    }
    let all: Vec<_> = (0..25).map(|n| format!("\"p{n}\"")).collect();
    assert_eq!(seen, all);
    let one = setup
        .json("/_messaging/messages?person=p7&campaign=weekly")
        .await?;
    assert_eq!(one["messages"].as_array().map(Vec::len), Some(1));
    for bad in ["limit=0", "limit=10001", "channel=fax", "colour=red"] {
        let status = setup
            .get(&format!("/_messaging/messages?{bad}"))
            .await?
            .status();
        assert_eq!(status, 400, "{bad}");
    }
    assert_eq!(
        setup.control("DELETE", "messages", json!(null)).await?.0,
        204
    );
    assert!(setup.messages().await?.is_empty());
    Ok(())
}
