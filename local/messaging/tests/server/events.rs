//! What the services tell, and where links lead.

use aws_sdk_sesv2::types::SuppressionListReason;
use messaging_local::Config;
use serde_json::{Value, json};

use crate::support::{Directory, Result, Setup, entry, receiver::Receiver, start, start_with};

async fn connect(setup: &Setup, url: &str) -> Result<()> {
    let destinations = json!({
        "endpoint": url,
        "region": "eu-west-1",
        "evidence": {"bucket": "data", "prefix": "messages/evidence/", "seconds": 1},
        "feedback": {"topicArn": "arn:aws:sns:eu-west-1:000000000000:feedback"},
        "links": {"function": "message-links"},
    });
    let (status, answer) = setup.control("PUT", "destinations", destinations).await?;
    assert_eq!(status, 200, "{answer}");
    Ok(())
}

async fn text(setup: &Setup, configuration_set: Option<&str>) -> Result<String> {
    let text = setup
        .sms
        .send_text_message()
        .destination_phone_number("+4915123456789");
    let text = text.message_body("hi").origination_identity("+12065550199");
    let text = text.context("run", "r1").context("person", "bob");
    let sent = text
        .set_configuration_set_name(configuration_set.map(str::to_owned))
        .send()
        .await?;
    Ok(sent.message_id.unwrap_or_default())
}

async fn email(setup: &Setup, person: &str) -> Result<String> {
    let sent = setup
        .bulk("{{name}}", vec![entry(person, r#"{"name": "x"}"#)])
        .await?;
    Ok(sent.bulk_email_entry_results()[0]
        .message_id()
        .unwrap_or_default()
        .to_owned())
}

#[tokio::test]
async fn evidence_of_what_was_sent_comes_to_s3() -> Result<()> {
    let (receiver, url) = Receiver::start().await?;
    let setup = start().await?;
    let id = email(&setup, "ada").await?;
    let text_id = text(&setup, Some("texts")).await?;
    text(&setup, None).await?;
    connect(&setup, &url).await?;
    let (status, flushed) = setup.control("POST", "flush", json!(null)).await?;
    assert_eq!((status, flushed), (200, json!({"messages": 3})));
    let (path, content) = receiver.objects().into_iter().next().ok_or("no object")?;
    let hour = path
        .strip_prefix("/data/messages/evidence/")
        .ok_or("another path")?;
    assert_eq!(
        hour.split('/').map(str::len).take(4).collect::<Vec<_>>(),
        [4, 2, 2, 2],
        "{path}"
    );
    assert!(content.ends_with("}\n"));
    let events = receiver.events();
    assert_eq!(events.len(), 3, "no event without a configuration set");
    let mail = &events[0]["mail"];
    assert_eq!(events[0]["eventType"], "Send");
    assert_eq!(mail["messageId"], json!(id));
    assert_eq!(mail["destination"], json!(["ada@shop.example"]));
    assert_eq!(mail["tags"]["run"], json!(["r1"]));
    assert_eq!(mail["tags"]["person"], json!(["ada"]));
    assert_eq!(mail["tags"]["ses:configuration-set"], json!(["messages"]));
    let kinds: Vec<_> = events[1..]
        .iter()
        .map(|event| event["eventType"].clone())
        .collect();
    assert_eq!(kinds, [json!("TEXT_SENT"), json!("TEXT_SUCCESSFUL")]);
    assert_eq!(events[1]["messageId"], json!(text_id));
    assert_eq!(events[1]["context"], json!({"run": "r1", "person": "bob"}));
    Ok(())
}

#[tokio::test]
async fn no_evidence_is_lost_while_s3_fails_or_the_server_restarts() -> Result<()> {
    let (receiver, url) = Receiver::start().await?;
    let directory = Directory::new();
    let config = || Config {
        state: Some(directory.path().to_owned()),
        ..Config::default()
    };
    let setup = start_with(config()).await?;
    connect(&setup, &url).await?;
    receiver.break_s3(true);
    email(&setup, "ada").await?;
    assert_eq!(setup.control("POST", "flush", json!(null)).await?.0, 502);
    setup.server.stop().await;
    receiver.break_s3(false);
    let setup = start_with(config()).await?;
    email(&setup, "bob").await?;
    // The last events come when it stops.
    setup.server.stop().await;
    let people: Vec<Value> = receiver
        .events()
        .iter()
        .map(|event| event["mail"]["tags"]["person"][0].clone())
        .collect();
    assert_eq!(people, [json!("ada"), json!("bob")]);
    Ok(())
}

#[tokio::test]
async fn bounces_complaints_and_answers_are_published() -> Result<()> {
    let (receiver, url) = Receiver::start().await?;
    let setup = start().await?;
    let id = email(&setup, "ada").await?;
    email(&setup, "bob").await?;
    let text_id = text(&setup, Some("texts")).await?;
    let about = json!({"messageId": id});
    assert_eq!(
        setup.control("POST", "bounce", about.clone()).await?.0,
        409,
        "no topic"
    );
    connect(&setup, &url).await?;
    assert_eq!(setup.control("POST", "bounce", about).await?.0, 200);
    let about = json!({"address": "bob@shop.example"});
    assert_eq!(setup.control("POST", "complaint", about).await?.0, 200);
    let about = json!({"address": "+4915123456789", "body": " stop "});
    assert_eq!(setup.control("POST", "reply", about).await?.0, 200);
    let published = receiver.published();
    assert_eq!(published[0]["eventType"], "Bounce");
    assert_eq!(published[0]["bounce"]["bounceType"], "Permanent");
    assert_eq!(
        published[0]["bounce"]["bouncedRecipients"][0]["emailAddress"],
        "ada@shop.example"
    );
    assert_eq!(published[0]["mail"]["messageId"], json!(id));
    assert_eq!(
        published[1]["complaint"]["complainedRecipients"][0]["emailAddress"],
        "bob@shop.example"
    );
    assert_eq!(published[2]["originationNumber"], "+4915123456789");
    assert_eq!(published[2]["destinationNumber"], "+12065550199");
    assert_eq!(published[2]["messageBody"], " stop ");
    assert_eq!(published[2]["previousPublishedMessageId"], json!(text_id));
    let bounced = setup
        .ses
        .get_suppressed_destination()
        .email_address("ada@shop.example");
    let bounced = bounced.send().await?;
    let reason = bounced
        .suppressed_destination()
        .map(|found| found.reason().clone());
    assert_eq!(reason, Some(SuppressionListReason::Bounce));
    assert!(text(&setup, None).await.is_err(), "STOP opts out");
    for wrong in [
        json!({}),
        json!({"messageId": "x"}),
        json!({"messageId": text_id}),
    ] {
        let status = setup.control("POST", "bounce", wrong).await?.0;
        assert!(status == 400 || status == 404);
    }
    Ok(())
}

#[tokio::test]
async fn ses_answers_suppressed_addresses_and_its_simulator() -> Result<()> {
    let (receiver, url) = Receiver::start().await?;
    let setup = start().await?;
    connect(&setup, &url).await?;
    let put = setup
        .ses
        .put_suppressed_destination()
        .email_address("eve@shop.example");
    put.reason(SuppressionListReason::Bounce).send().await?;
    email(&setup, "eve").await?;
    let mut simulator = entry("x", r#"{"name": "x"}"#);
    let to = aws_sdk_sesv2::types::Destination::builder()
        .to_addresses("complaint+1@simulator.amazonses.com");
    simulator.destination = Some(to.build());
    setup.bulk("{{name}}", vec![simulator]).await?;
    setup.control("POST", "flush", json!(null)).await?;
    let published = receiver.published();
    assert_eq!(
        published[0]["bounce"]["bounceSubType"],
        "OnAccountSuppressionList"
    );
    assert_eq!(published[1]["eventType"], "Complaint");
    Ok(())
}

#[tokio::test]
async fn links_call_the_function_as_its_url_does() -> Result<()> {
    let (receiver, url) = Receiver::start().await?;
    let setup = start().await?;
    assert_eq!(
        setup.get("/links/c/token").await?.status(),
        409,
        "no function"
    );
    connect(&setup, &url).await?;
    receiver.answer(json!({
        "statusCode": 302,
        "headers": {"Location": "https://shop.example/1", "content-length": "999"},
        "cookies": ["a=1", "b=2"],
    }));
    let http = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .build()?;
    let followed = http
        .get(format!("{}/links/c/to%2Fken?a=1&b=%20", setup.url))
        .send()
        .await?;
    assert_eq!(followed.status(), 302);
    assert_eq!(followed.headers()["location"], "https://shop.example/1");
    assert_eq!(followed.headers().get_all("set-cookie").iter().count(), 2);
    receiver.answer(json!({"statusCode": 200, "headers": {"content-type": "text/html"}, "body": "PGI+", "isBase64Encoded": true}));
    let form = http
        .post(format!("{}/links/u/t", setup.url))
        .header("content-type", "application/x-www-form-urlencoded");
    let posted = form.body("List-Unsubscribe=One-Click").send().await?;
    assert_eq!(posted.headers()["content-type"], "text/html");
    assert_eq!(posted.text().await?, "<b>");
    let invoked = receiver.invoked();
    let (function, get) = &invoked[0];
    assert_eq!(function, "message-links");
    assert_eq!(get["rawPath"], "/c/to%2Fken");
    assert_eq!(get["rawQueryString"], "a=1&b=%20");
    assert_eq!(get["requestContext"]["http"]["method"], "GET");
    assert!(get["requestContext"]["http"]["sourceIp"].is_string());
    let (_, post) = &invoked[1];
    assert_eq!(post["isBase64Encoded"], true);
    assert_eq!(post["body"], "TGlzdC1VbnN1YnNjcmliZT1PbmUtQ2xpY2s=");
    Ok(())
}
