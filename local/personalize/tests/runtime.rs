//! What answers carry: metadata, promotions, reasons, new items; filters with values; actions in and
//! out. Over the wire, with the AWS SDK.

mod support;

use std::{collections::HashMap, time::SystemTime};

use aws_sdk_personalize::{
    error::{ProvideErrorMetadata, SdkError},
    types::CampaignConfig,
};
use aws_sdk_personalizeevents::{
    primitives::DateTime,
    types::{Action, ActionInteraction, Item},
};
use aws_sdk_personalizeruntime::{
    operation::get_recommendations::builders::GetRecommendationsFluentBuilder,
    types::{PredictedItem, Promotion},
};
use support::{Clients, Result, s3, settled, shop, start};

/// A shop with its items, a model and a campaign that shows metadata and explores.
async fn shop_with_campaign(clients: &Clients, weight: &str) -> Result<(shop::Group, String)> {
    let group = shop::create_datasets(clients).await?;
    shop::import(clients, &group.interactions, "interactions/").await?;
    shop::import(clients, &group.items, "items/items.csv").await?;
    let recipe = "aws-user-personalization-v2";
    let (version, reason) = shop::train(clients, &group.arn, "taste", recipe).await?;
    assert_eq!(reason, None);
    let config = CampaignConfig::builder()
        .enable_metadata_with_recommendations(true)
        .item_exploration_config("explorationWeight", weight)
        .build();
    let campaign = clients
        .control
        .create_campaign()
        .name("taste")
        .solution_version_arn(version)
        .campaign_config(config);
    let campaign = campaign.send().await?.campaign_arn.unwrap_or_default();
    settled(|| async {
        let described = clients.control.describe_campaign().campaign_arn(&campaign);
        let described = described.send().await?.campaign;
        Ok(described.and_then(|one| one.status).unwrap_or_default())
    })
    .await?;
    Ok((group, campaign))
}

async fn filter(clients: &Clients, group: &str, name: &str, expression: &str) -> Result<String> {
    let control = &clients.control;
    let filter = control
        .create_filter()
        .name(name)
        .dataset_group_arn(group)
        .filter_expression(expression);
    let filter = filter.send().await?.filter_arn.unwrap_or_default();
    settled(|| async {
        let described = control.describe_filter().filter_arn(&filter).send().await?;
        Ok(described
            .filter
            .and_then(|one| one.status)
            .unwrap_or_default())
    })
    .await?;
    Ok(filter)
}

async fn items(request: GetRecommendationsFluentBuilder) -> Result<Vec<PredictedItem>> {
    Ok(request.send().await?.item_list.unwrap_or_default())
}

async fn refused(request: GetRecommendationsFluentBuilder) -> Result<String> {
    match request.send().await {
        Err(SdkError::ServiceError(error)) if error.err().is_invalid_input_exception() => {
            Ok(error.err().message().unwrap_or_default().to_owned())
        }
        other => Err(format!("not refused: {other:?}").into()),
    }
}

fn number(item: &PredictedItem) -> u32 {
    let id = item.item_id().unwrap_or_default();
    id[1..].parse().unwrap_or(u32::MAX)
}

#[tokio::test]
async fn answers_carry_metadata_promotions_and_reasons() -> Result<()> {
    let s3 = s3::serve(shop::objects()).await?;
    let (server, clients) = start(None, s3).await?;
    let (group, campaign) = shop_with_campaign(&clients, "0").await?;
    let mugs = r#"INCLUDE ItemID WHERE Items.CATEGORY IN ($CATEGORY)"#;
    let of_category = filter(&clients, &group.arn, "category", mugs).await?;
    let ask = || {
        let request = clients.runtime.get_recommendations();
        request
            .campaign_arn(&campaign)
            .user_id("u1")
            .num_results(10)
    };

    // u1 likes plates, items 20 to 39; three of ten places go to mugs, at the same places each time.
    let promotion = Promotion::builder()
        .name("mugs")
        .percent_promoted_items(30)
        .filter_arn(&of_category)
        .filter_values("CATEGORY", "\"mugs\"")
        .build();
    let promoted = items(ask().promotions(promotion.clone())).await?;
    let marked: Vec<_> = promoted.iter().filter(|one| number(one) < 20).collect();
    assert_eq!((promoted.len(), marked.len()), (10, 3), "{promoted:?}");
    assert!(
        marked
            .iter()
            .all(|one| one.promotion_name() == Some("mugs"))
    );
    assert!(marked.iter().all(|one| one.reason() == ["Promoted item"]));
    assert_eq!(
        promoted
            .iter()
            .filter(|one| one.promotion_name().is_some())
            .count(),
        3
    );
    assert_eq!(items(ask().promotions(promotion)).await?, promoted);

    // A filter and the answer's length leave the scores and the order as they are.
    let score = |one: &PredictedItem| (one.item_id().map(str::to_owned), one.score());
    let all = items(ask().num_results(40)).await?;
    let plates = ask().num_results(5).filter_arn(&of_category);
    let plates = items(plates.filter_values("CATEGORY", "\"plates\"")).await?;
    let expected = all.iter().filter(|one| number(one) >= 20).take(5);
    assert!(expected.map(score).eq(plates.iter().map(score)));
    assert!(plates.iter().all(|one| one.reason().is_empty()));
    let sum: f64 = all.iter().filter_map(PredictedItem::score).sum();
    assert!((sum - 1.0).abs() < 1e-6, "{sum}");

    let columns = |names: &[&str]| {
        let names = names.iter().map(|name| (*name).to_owned()).collect();
        HashMap::from([("ITEMS".to_owned(), names)])
    };
    let shown = items(ask().set_metadata_columns(Some(columns(&["PRICE", "CATEGORY"])))).await?;
    for item in &shown {
        let metadata = item.metadata().ok_or("no metadata")?;
        assert_eq!(metadata["PRICE"], format!("{}.5", number(item)));
        assert_eq!(metadata["CATEGORY"], "plates");
    }
    let unknown = ask().set_metadata_columns(Some(columns(&["COLOUR"])));
    assert!(refused(unknown).await?.contains("metadataColumns.ITEMS[0]"));
    let long = ask()
        .num_results(51)
        .set_metadata_columns(Some(columns(&["PRICE"])));
    assert!(refused(long).await?.contains("numResults"));

    // Values for a filter: needed by INCLUDE, and only those that it has.
    let without = ask().filter_arn(&of_category);
    assert!(refused(without).await?.contains("$CATEGORY"));
    let other = ask()
        .filter_arn(&of_category)
        .filter_values("COLOUR", "\"red\"");
    assert!(refused(other).await?.contains("filterValues.COLOUR"));
    let mugs = ask()
        .filter_arn(&of_category)
        .filter_values("CATEGORY", "\"mugs\"");
    assert!(items(mugs).await?.iter().all(|one| number(one) < 20));
    server.stop().await.map_err(Into::into)
}

#[tokio::test]
async fn new_items_are_explored_and_say_so() -> Result<()> {
    let s3 = s3::serve(shop::objects()).await?;
    let (server, clients) = start(None, s3).await?;
    let (group, campaign) = shop_with_campaign(&clients, "1").await?;
    for page in 0..4 {
        let new = (0..10).map(|item| {
            let item = Item::builder().item_id(format!("n{}", 100 + page * 10 + item));
            item.properties(r#"{"price": 5.0, "category": "bowls"}"#)
                .build()
        });
        let new = new.collect::<std::result::Result<Vec<_>, _>>()?;
        let put = clients.events.put_items().dataset_arn(&group.items);
        put.set_items(Some(new)).send().await?;
    }
    // Half of the catalogue is new now.
    let (mut explored, mut all) = (0, 0);
    for user in 0..10 {
        let request = clients.runtime.get_recommendations();
        let answer = items(request.campaign_arn(&campaign).user_id(format!("u{user}"))).await?;
        assert_eq!(answer.len(), 25);
        for item in &answer {
            let new = number(item) >= 100;
            assert_eq!(item.reason() == ["Exploration"], new, "{item:?}");
            explored += u32::from(new);
            all += 1;
        }
    }
    assert!(
        (all / 4..all * 3 / 4).contains(&explored),
        "{explored} of {all}"
    );
    server.stop().await.map_err(Into::into)
}

#[tokio::test]
async fn actions_are_taken_and_kept_over_a_restart() -> Result<()> {
    let directory = std::env::temp_dir().join(uuid::Uuid::new_v4().to_string());
    let s3 = s3::serve(shop::objects()).await?;
    let (server, clients) = start(Some(directory.clone()), s3).await?;
    let group = shop::create_datasets(&clients).await?;
    let actions = shop::dataset(&clients, &group.arn, "actions", shop::ACTIONS).await?;
    let done = shop::ACTION_INTERACTIONS;
    let done = shop::dataset(&clients, &group.arn, "action_interactions", done).await?;
    let described = clients.control.describe_dataset().dataset_arn(&done);
    let tracking = described
        .send()
        .await?
        .dataset
        .and_then(|one| one.tracking_id);
    let tracking = tracking.ok_or("the dataset has no tracking id")?;

    let put = |clients: &Clients, properties: &str| {
        let action = Action::builder()
            .action_id("join")
            .properties(properties)
            .build();
        action.map(|action| {
            clients
                .events
                .put_actions()
                .dataset_arn(&actions)
                .actions(action)
        })
    };
    put(&clients, r#"{"value": 10, "membership": "gold|silver"}"#)?
        .send()
        .await?;
    let wrong = put(&clients, r#"{"value": "much"}"#)?.send().await.err();
    let wrong = wrong.map(SdkError::into_service_error).ok_or("accepted")?;
    assert!(wrong.is_invalid_input_exception());
    assert!(
        wrong
            .message()
            .unwrap_or_default()
            .contains("actions[0].properties")
    );

    for (event_type, fine) in [("Taken", true), ("Not Taken", true), ("clicked", false)] {
        let interaction = ActionInteraction::builder()
            .action_id("join")
            .user_id("u1")
            .session_id("visit")
            .event_type(event_type)
            .timestamp(DateTime::from(SystemTime::now()))
            .build()?;
        let put = clients
            .events
            .put_action_interactions()
            .tracking_id(&tracking);
        let answer = put.action_interactions(interaction).send().await;
        assert_eq!(answer.is_ok(), fine, "{event_type}");
    }
    let unknown = clients
        .events
        .put_action_interactions()
        .tracking_id("unknown");
    assert!(unknown.send().await.is_err());
    server.stop().await?;

    let (server, clients) = start(Some(directory.clone()), s3).await?;
    put(&clients, r#"{"value": 11}"#)?.send().await?;
    server.stop().await?;
    let journal = directory.join("eu-west-1/123456789012/dataset-group/shop/stream.jsonl");
    assert_eq!(std::fs::read_to_string(journal)?.lines().count(), 4);
    std::fs::remove_dir_all(directory)?;
    Ok(())
}
