//! What survives.

use messaging_local::{Config, Error, Server};
use serde_json::json;

use crate::support::{Directory, Result, entry, start_with};

#[tokio::test]
async fn messages_and_lists_survive_a_restart() -> Result<()> {
    let directory = Directory::new();
    let config = || Config {
        state: Some(directory.path().to_owned()),
        ..Config::default()
    };
    let setup = start_with(config()).await?;
    let sent = setup
        .bulk("<p>{{name}}</p>", vec![entry("ada", r#"{"name": "Ada"}"#)])
        .await?;
    let id = sent.bulk_email_entry_results()[0]
        .message_id()
        .unwrap_or_default()
        .to_owned();
    let put = setup
        .sms
        .put_opted_out_number()
        .opt_out_list_name("Default");
    put.opted_out_number("+4915123456789").send().await?;
    let before = setup.messages().await?;
    let second = Server::start(config()).await;
    assert!(matches!(second, Err(Error::StateInUse(_))));
    setup.server.stop().await;
    let setup = start_with(config()).await?;
    assert_eq!(setup.messages().await?, before);
    assert!(
        setup
            .html(&format!("/messages/{id}/html"))
            .await?
            .contains("<p>Ada</p>")
    );
    let list = setup
        .sms
        .describe_opted_out_numbers()
        .opt_out_list_name("Default")
        .send()
        .await?;
    assert_eq!(list.opted_out_numbers().len(), 1);
    let account = setup.ses.get_account().send().await?;
    let quota = account.send_quota().ok_or("no quota")?;
    assert_eq!(quota.sent_last24_hours(), 1.0);
    setup
        .bulk("<p>{{name}}</p>", vec![entry("bob", r#"{"name": "Bob"}"#)])
        .await?;
    assert_eq!(setup.json("/_messaging/counts").await?["people"], json!(2));
    Ok(())
}

#[tokio::test]
async fn a_port_in_use_is_said() -> Result<()> {
    let server = Server::start(Config::default()).await?;
    let config = Config {
        address: server.address(),
        ..Config::default()
    };
    let second = Server::start(config).await;
    assert!(matches!(second, Err(Error::PortInUse(_))));
    Ok(())
}
