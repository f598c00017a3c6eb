//! The server over the wire, with the AWS SDK: a shop from nothing to recommendations, a restart.

mod support;

use std::{path::PathBuf, time::SystemTime};

use aws_sdk_personalize::error::ProvideErrorMetadata;
use aws_sdk_personalizeevents::{primitives::DateTime, types::Event};
use support::{Clients, Result, s3, settled, shop, start};

/// A directory that goes with the test.
struct Directory(PathBuf);

impl Directory {
    fn new() -> Self {
        Self(std::env::temp_dir().join(format!("personalize-local-{}", uuid::Uuid::new_v4())))
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Items that a campaign recommends: to a user, or like an item.
async fn recommend(
    clients: &Clients,
    campaign: &str,
    user: &str,
    item: &str,
    filter: &str,
) -> Result<Vec<String>> {
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let answer = clients
        .runtime
        .get_recommendations()
        .campaign_arn(campaign)
        .set_user_id(some(user))
        .set_item_id(some(item))
        .set_filter_arn(some(filter))
        .num_results(10)
        .send()
        .await?;
    let items = answer.item_list.unwrap_or_default().into_iter();
    Ok(items.filter_map(|one| one.item_id).collect())
}

async fn put_event(
    clients: &Clients,
    tracking_id: &str,
    user: Option<&str>,
    session: &str,
    event_type: &str,
    item: &str,
) -> Result<()> {
    let event = Event::builder()
        .event_type(event_type)
        .item_id(item)
        .sent_at(DateTime::from(SystemTime::now()))
        .build()?;
    clients
        .events
        .put_events()
        .tracking_id(tracking_id)
        .set_user_id(user.map(str::to_owned))
        .session_id(session)
        .event_list(event)
        .send()
        .await?;
    Ok(())
}

fn plates(items: &[String]) -> usize {
    let numbers = items.iter().filter_map(|id| id[1..].parse::<u32>().ok());
    numbers.filter(|number| *number >= 20).count()
}

#[tokio::test]
async fn a_shop_recommends_learns_from_events_and_survives_a_restart() -> Result<()> {
    let directory = Directory::new();
    let s3 = s3::serve(shop::objects()).await?;
    let (server, clients) = start(Some(directory.0.clone()), s3).await?;
    let group = shop::create_datasets(&clients).await?;
    assert_eq!(
        group.interactions,
        "arn:aws:personalize:eu-west-1:123456789012:dataset/shop/INTERACTIONS"
    );
    assert_eq!(
        shop::import(&clients, &group.interactions, "interactions/").await?,
        None
    );
    assert_eq!(
        shop::import(&clients, &group.items, "items/items.csv").await?,
        None
    );

    let mut campaigns = Vec::new();
    for (name, recipe) in [
        ("taste", "aws-user-personalization-v2"),
        ("similar", "aws-similar-items"),
        ("popular", "aws-popularity-count"),
    ] {
        let (version, reason) = shop::train(&clients, &group.arn, name, recipe).await?;
        assert_eq!(reason, None);
        let metrics = clients
            .control
            .get_solution_metrics()
            .solution_version_arn(&version);
        let metrics = metrics.send().await?.metrics.unwrap_or_default();
        assert!(metrics["coverage"] > 0.0, "{metrics:?}");
        campaigns.push(shop::deploy(&clients, name, &version).await?);
    }
    let [taste, similar, popular] = &campaigns[..] else {
        return Err("three campaigns".into());
    };

    // What is known about the shop is in the answers.
    assert_eq!(plates(&recommend(&clients, taste, "u1", "", "").await?), 10);
    assert_eq!(plates(&recommend(&clients, taste, "u2", "", "").await?), 0);
    assert_eq!(
        plates(&recommend(&clients, similar, "", "i25", "").await?),
        10
    );
    let favourites = recommend(&clients, popular, "u1", "", "").await?;
    let stranger = recommend(&clients, taste, "somebody-new", "", "").await?;
    assert_eq!(
        recommend(&clients, taste, "another", "", "").await?,
        stranger
    );
    assert!(stranger.len() == 10 && favourites.len() == 10);
    let unheard_of = recommend(&clients, similar, "", "unheard-of", "").await?;
    assert_eq!(unheard_of.len(), 10);

    // A visitor becomes known by events, at once.
    let tracker = clients
        .control
        .create_event_tracker()
        .name("events")
        .dataset_group_arn(&group.arn);
    let tracker = tracker.send().await?;
    let tracker_arn = tracker.event_tracker_arn.unwrap_or_default();
    let tracking_id = tracker.tracking_id.unwrap_or_default();
    settled(|| async {
        let described = clients
            .control
            .describe_event_tracker()
            .event_tracker_arn(&tracker_arn);
        let described = described.send().await?.event_tracker;
        Ok(described.and_then(|one| one.status).unwrap_or_default())
    })
    .await?;
    put_event(&clients, &tracking_id, None, "visit", "view", "i25").await?;
    let visitor = recommend(&clients, taste, "visit", "", "").await?;
    assert!(
        plates(&visitor) > plates(&stranger),
        "{visitor:?} {stranger:?}"
    );

    // What was bought is hidden by the filter.
    let filter = clients
        .control
        .create_filter()
        .name("not-purchased")
        .dataset_group_arn(&group.arn)
        .filter_expression(r#"EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("purchase")"#)
        .send()
        .await?;
    let filter = filter.filter_arn.unwrap_or_default();
    settled(|| async {
        let described = clients
            .control
            .describe_filter()
            .filter_arn(&filter)
            .send()
            .await?;
        Ok(described
            .filter
            .and_then(|one| one.status)
            .unwrap_or_default())
    })
    .await?;
    let before = recommend(&clients, taste, "u1", "", &filter).await?;
    put_event(
        &clients,
        &tracking_id,
        Some("u1"),
        "s",
        "Purchase",
        &before[0],
    )
    .await?;
    let after = recommend(&clients, taste, "u1", "", &filter).await?;
    assert!(!after.contains(&before[0]), "{after:?}");
    assert_ne!(before, after);

    // The campaign cannot lose its version, and a second server not take the directory.
    let solution = "arn:aws:personalize:eu-west-1:123456789012:solution/taste";
    let fault = clients
        .control
        .delete_solution()
        .solution_arn(solution)
        .send()
        .await;
    assert_eq!(
        fault
            .err()
            .and_then(|one| one.code().map(str::to_owned))
            .as_deref(),
        Some("ResourceInUseException")
    );
    assert!(start(Some(directory.0.clone()), s3).await.is_err());

    server.stop().await?;
    let (server, clients) = start(Some(directory.0.clone()), s3).await?;
    assert_eq!(recommend(&clients, taste, "u1", "", &filter).await?, after);
    assert_eq!(recommend(&clients, taste, "visit", "", "").await?, visitor);
    assert_eq!(
        recommend(&clients, popular, "u1", "", "").await?,
        favourites
    );
    server.stop().await.map_err(Into::into)
}

#[tokio::test]
async fn what_cannot_be_imported_or_trained_says_why() -> Result<()> {
    let s3 = s3::serve(shop::objects()).await?;
    let (server, clients) = start(None, s3).await?;
    let group = shop::create_datasets(&clients).await?;
    for (path, says) in [
        (
            "broken/time.csv",
            "`noon` is not a whole number for column TIMESTAMP (line 3) (s3://data/broken/time.csv)",
        ),
        (
            "broken/column.csv",
            "missing the following columns: [TIMESTAMP]",
        ),
        ("broken/empty.csv", "has no records"),
        ("nowhere/", "Invalid Data location"),
    ] {
        let reason = shop::import(&clients, &group.interactions, path)
            .await?
            .unwrap_or_default();
        assert!(reason.contains(says), "{path}: {reason}");
    }
    assert_eq!(
        shop::import(&clients, &group.interactions, "few/few.csv").await?,
        None
    );
    let (_, reason) = shop::train(&clients, &group.arn, "popular", "aws-popularity-count").await?;
    let reason = reason.unwrap_or_default();
    assert!(
        reason.contains("499 interactions") && reason.contains("1000"),
        "{reason}"
    );

    let fault = clients
        .control
        .create_filter()
        .name("wrong")
        .dataset_group_arn(&group.arn)
        .filter_expression("EXCLUDE ItemID WHERE Items.COLOUR IN (\"red\")")
        .send()
        .await;
    let message = fault
        .err()
        .and_then(|one| one.message().map(str::to_owned))
        .unwrap_or_default();
    assert!(
        message.contains("'filterExpression'") && message.contains("COLOUR"),
        "{message}"
    );
    let fault = clients
        .runtime
        .get_recommendations()
        .campaign_arn("arn:aws:personalize:eu-west-1:1:campaign/x")
        .user_id("u")
        .send()
        .await;
    assert!(fault.is_err_and(|one| one.into_service_error().is_resource_not_found_exception()));
    server.stop().await.map_err(Into::into)
}
