//! Pinpoint: push notifications, and the validation of numbers.

use aws_sdk_pinpoint::types::{
    AddressConfiguration, ChannelType, DeliveryStatus, DirectMessageConfiguration, GcmMessage,
    MessageRequest, NumberValidateRequest,
};
use serde_json::json;

use crate::support::{Result, start};

#[tokio::test]
async fn notifications_are_kept_address_by_address() -> Result<()> {
    let setup = start().await?;
    let address = |body: &str| {
        AddressConfiguration::builder()
            .channel_type(ChannelType::Gcm)
            .title_override("Hi {{name}}")
            .body_override(body)
            .substitutions("name", vec!["Ada".to_owned()])
            .context("person", "ada")
            .build()
    };
    let message = GcmMessage::builder()
        .title("T")
        .body("B")
        .url("https://shop.example/1")
        .build();
    let request = MessageRequest::builder()
        .addresses("token-1", address("For {{name}}, {{nobody}}"))
        .addresses("gone-1", address("x"))
        .addresses(
            "token-2",
            AddressConfiguration::builder()
                .channel_type(ChannelType::Sms)
                .build(),
        )
        .addresses("token-3", address(&"x".repeat(5000)))
        .context("run", "r1")
        .message_configuration(
            DirectMessageConfiguration::builder()
                .gcm_message(message)
                .build(),
        )
        .build();
    let sent = setup
        .pinpoint
        .send_messages()
        .application_id("app-1")
        .message_request(request);
    let sent = sent.send().await?;
    let results = sent
        .message_response()
        .and_then(|answer| answer.result())
        .ok_or("no result")?;
    let status = |token: &str| results[token].delivery_status().cloned();
    assert_eq!(status("token-1"), Some(DeliveryStatus::Successful));
    assert_eq!(status("gone-1"), Some(DeliveryStatus::PermanentFailure));
    assert_eq!(results["gone-1"].status_code(), Some(410));
    assert_eq!(status("token-2"), Some(DeliveryStatus::PermanentFailure));
    assert_eq!(status("token-3"), Some(DeliveryStatus::PermanentFailure));
    let messages = setup.messages().await?;
    assert_eq!(messages.len(), 1);
    assert_eq!(messages[0]["id"], json!(results["token-1"].message_id()));
    assert_eq!(messages[0]["subject"], "Hi Ada");
    assert_eq!(messages[0]["push"]["body"], "For Ada, ");
    assert_eq!(messages[0]["push"]["url"], "https://shop.example/1");
    assert_eq!(
        messages[0]["context"],
        json!({"run": "r1", "person": "ada"})
    );
    Ok(())
}

#[tokio::test]
async fn a_number_is_validated() -> Result<()> {
    let setup = start().await?;
    let request = NumberValidateRequest::builder()
        .phone_number("0151 23456789")
        .iso_country_code("DE");
    let validate = setup
        .pinpoint
        .phone_number_validate()
        .number_validate_request(request.build());
    let answer = validate.send().await?;
    let answer = answer.number_validate_response().ok_or("no answer")?;
    assert_eq!(answer.phone_type(), Some("MOBILE"));
    assert_eq!(answer.cleansed_phone_number_e164(), Some("+4915123456789"));
    assert_eq!(answer.country_code_iso2(), Some("DE"));
    assert_eq!(answer.timezone(), Some("Europe/Berlin"));
    let request = NumberValidateRequest::builder()
        .phone_number("+49 1")
        .build();
    let validate = setup
        .pinpoint
        .phone_number_validate()
        .number_validate_request(request);
    let answer = validate.send().await?;
    let answer = answer.number_validate_response().ok_or("no answer")?;
    assert_eq!(
        (answer.phone_type(), answer.phone_type_code()),
        (Some("INVALID"), Some(3))
    );
    Ok(())
}
