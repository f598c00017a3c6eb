//! Texts.

use aws_sdk_pinpointsmsvoicev2::{
    Error,
    types::{ConflictExceptionReason, MessageType, ValidationExceptionReason},
};
use messaging_local::{Config, Limits};
use serde_json::json;

use crate::support::{Result, Setup, start, start_with};

async fn text(setup: &Setup, to: &str, body: &str) -> std::result::Result<String, Error> {
    let sent = setup
        .sms
        .send_text_message()
        .destination_phone_number(to)
        .origination_identity("+12065550199")
        .message_body(body)
        .message_type(MessageType::Promotional)
        .configuration_set_name("texts")
        .context("run", "r1")
        .context("person", "ada")
        .send()
        .await?;
    Ok(sent.message_id.unwrap_or_default())
}

#[tokio::test]
async fn a_text_is_kept_with_its_parts() -> Result<()> {
    let setup = start().await?;
    let body = format!("{}{{[€]}}", "a".repeat(160));
    let id = text(&setup, "+4915123456789", &body).await?;
    let messages = setup.messages().await?;
    let kept = &messages[0];
    assert_eq!(kept["id"], json!(id));
    assert_eq!(kept["to"], json!(["+4915123456789"]));
    assert_eq!(kept["context"], json!({"run": "r1", "person": "ada"}));
    let expected =
        json!({"body": body, "encoding": "GSM", "parts": 2, "messageType": "PROMOTIONAL"});
    assert_eq!(kept["text"], expected);
    let page = setup.html(&format!("/messages/{id}")).await?;
    assert!(page.contains("2 parts, 165 characters, GSM"), "{page}");
    Ok(())
}

#[tokio::test]
async fn who_opted_out_gets_no_text() -> Result<()> {
    let setup = start().await?;
    let number = "+4915123456789";
    let put = setup
        .sms
        .put_opted_out_number()
        .opt_out_list_name("Default");
    put.opted_out_number(number).send().await?;
    let error = text(&setup, number, "hi").await.err();
    let Some(Error::ConflictException(conflict)) = error else {
        return Err(format!("{error:?}").into());
    };
    let reason = ConflictExceptionReason::DestinationPhoneNumberOptedOut;
    assert_eq!(conflict.reason(), Some(&reason));
    let list = setup
        .sms
        .describe_opted_out_numbers()
        .opt_out_list_name("Default");
    let found = list.clone().send().await?;
    assert_eq!(found.opted_out_numbers()[0].opted_out_number(), number);
    let other = list
        .opted_out_numbers("+12065550100")
        .send()
        .await
        .map_err(Error::from);
    assert!(matches!(other, Err(Error::ResourceNotFoundException(_))));
    let delete = setup
        .sms
        .delete_opted_out_number()
        .opt_out_list_name("Default");
    delete.opted_out_number(number).send().await?;
    text(&setup, number, "hi").await?;
    assert_eq!(setup.messages().await?.len(), 1);
    Ok(())
}

#[tokio::test]
async fn pages_of_the_opt_out_list_have_all_numbers() -> Result<()> {
    let setup = start().await?;
    for number in 0..7 {
        let put = setup
            .sms
            .put_opted_out_number()
            .opt_out_list_name("Default");
        put.opted_out_number(format!("+4915100000{number}"))
            .send()
            .await?;
    }
    let mut seen = 0;
    let mut token = None;
    loop {
        let list = setup
            .sms
            .describe_opted_out_numbers()
            .opt_out_list_name("Default");
        let page = list.max_results(3).set_next_token(token).send().await?;
        seen += page.opted_out_numbers().len();
        token = page.next_token;
        if token.is_none() {
            break;
        }
    }
    assert_eq!(seen, 7);
    Ok(())
}

#[tokio::test]
async fn what_is_no_text_is_refused() -> Result<()> {
    let setup = start().await?;
    let long = "a".repeat(1601);
    for (to, body) in [
        ("0151", "hi"),
        ("+4915123456789", ""),
        ("+4915123456789", &long),
    ] {
        let error = text(&setup, to, body).await.err();
        let Some(Error::ValidationException(wrong)) = error else {
            return Err(format!("{error:?}").into());
        };
        let reason = ValidationExceptionReason::FieldValidationFailed;
        assert_eq!(wrong.reason(), Some(&reason));
    }
    let six = (0..6).map(|n| (format!("k{n}"), "v".to_owned())).collect();
    let request = setup
        .sms
        .send_text_message()
        .destination_phone_number("+4915123456789");
    let sent = request
        .message_body("hi")
        .set_context(Some(six))
        .send()
        .await;
    assert!(sent.is_err());
    let request = setup
        .sms
        .send_text_message()
        .destination_phone_number("+4915123456789");
    request.message_body("hi").dry_run(true).send().await?;
    assert!(setup.messages().await?.is_empty());
    Ok(())
}

#[tokio::test]
async fn an_origination_identity_has_a_rate() -> Result<()> {
    let limits = Limits {
        texts_per_second: 2.0,
        ..Limits::default()
    };
    let setup = start_with(Config {
        limits,
        ..Config::default()
    })
    .await?;
    let mut throttled = 0;
    for _ in 0..8 {
        match text(&setup, "+4915123456789", "hi").await {
            Ok(_) => {}
            Err(Error::ThrottlingException(_)) => throttled += 1,
            Err(error) => return Err(error.into()),
        }
    }
    assert!(throttled >= 4, "{throttled}");
    assert_eq!(setup.messages().await?.len(), 8 - throttled);
    let other = setup
        .sms
        .send_text_message()
        .destination_phone_number("+4915123456789");
    other
        .message_body("hi")
        .origination_identity("+12065550198")
        .send()
        .await?;
    Ok(())
}
