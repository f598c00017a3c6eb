//! What goes wrong on request.

use aws_sdk_sesv2::{Error, error::SdkError};
use serde_json::{Value, json};

use crate::support::{Result, Setup, entry, start};

async fn set(setup: &Setup, faults: Value) -> Result<()> {
    assert_eq!(setup.control("PUT", "faults", faults).await?.0, 200);
    Ok(())
}

async fn send(setup: &Setup) -> std::result::Result<(), Error> {
    setup
        .bulk("{{name}}", vec![entry("ada", r#"{"name": "Ada"}"#)])
        .await
        .map(drop)
}

#[tokio::test]
async fn sends_fail_as_asked_and_quotas_never_do() -> Result<()> {
    let setup = start().await?;
    set(&setup, json!({"ses": {"throttle": 100}})).await?;
    let error = send(&setup).await;
    assert!(
        matches!(error, Err(Error::TooManyRequestsException(_))),
        "{error:?}"
    );
    setup.ses.get_account().send().await?;
    set(&setup, json!({"ses": {"error": 100}})).await?;
    assert!(send(&setup).await.is_err());
    assert!(setup.messages().await?.is_empty());
    setup.ses.get_account().send().await?;
    let text = setup
        .sms
        .send_text_message()
        .destination_phone_number("+4915123456789");
    text.message_body("other services are left alone")
        .send()
        .await?;
    assert_eq!(
        setup.json("/_messaging/faults").await?["ses"]["error"],
        100.0
    );
    assert_eq!(setup.control("DELETE", "faults", json!(null)).await?.0, 204);
    send(&setup).await?;
    assert_eq!(setup.messages().await?.len(), 2);
    Ok(())
}

#[tokio::test]
async fn a_cut_send_is_not_sent_and_a_lost_one_is() -> Result<()> {
    let setup = start().await?;
    for (fault, kept) in [("cut", 0), ("lose", 1)] {
        set(&setup, json!({"sms": {fault: 100}, "ses": {fault: 100}})).await?;
        let text = setup
            .sms
            .send_text_message()
            .destination_phone_number("+4915123456789");
        let error = text.message_body("hi").send().await.err();
        assert!(
            matches!(error, Some(SdkError::DispatchFailure(_))),
            "{error:?}"
        );
        assert_eq!(setup.messages().await?.len(), kept, "{fault}");
        assert!(send(&setup).await.is_err());
        assert_eq!(setup.messages().await?.len(), kept * 2, "{fault}");
    }
    setup.ses.get_account().send().await?;
    Ok(())
}

#[tokio::test]
async fn a_delay_is_taken_and_wrong_faults_are_refused() -> Result<()> {
    let setup = start().await?;
    set(&setup, json!({"ses": {"delay": 300}})).await?;
    let started = std::time::Instant::now();
    send(&setup).await?;
    assert!(started.elapsed().as_millis() >= 300);
    for wrong in [
        json!({"ses": {"throttle": 101}}),
        json!({"fax": {}}),
        json!({"ses": {"slow": 1}}),
        json!(7),
    ] {
        assert_eq!(setup.control("PUT", "faults", wrong).await?.0, 400);
    }
    Ok(())
}
