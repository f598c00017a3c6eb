//! Items that nobody used are answered for their metadata once a model is trained. Over the wire, with
//! the AWS SDK.

mod support;

use aws_sdk_personalizeevents::types::Item;
use aws_sdk_personalizeruntime::types::PredictedItem;
use support::{Clients, Result, s3, shop, start};

/// A shop with a new mug and a new plate that nobody has seen.
async fn shop_with_news(clients: &Clients) -> Result<shop::Group> {
    let group = shop::create_datasets(clients).await?;
    shop::import(clients, &group.interactions, "interactions/").await?;
    shop::import(clients, &group.items, "items/items.csv").await?;
    let news = [("new-mug", "mugs"), ("new-plate", "plates")].map(|(id, category)| {
        let properties = format!(r#"{{"price": 5.0, "category": "{category}"}}"#);
        Item::builder().item_id(id).properties(properties).build()
    });
    let news = news
        .into_iter()
        .collect::<std::result::Result<Vec<_>, _>>()?;
    let put = clients.events.put_items().dataset_arn(&group.items);
    put.set_items(Some(news)).send().await?;
    Ok(group)
}

/// A campaign of a recipe.
async fn campaign(clients: &Clients, group: &shop::Group, recipe: &str) -> Result<String> {
    let (version, reason) = shop::train(clients, &group.arn, recipe, recipe).await?;
    assert_eq!(reason, None);
    shop::deploy(clients, recipe, &version).await
}

async fn related(clients: &Clients, campaign: &str, item: &str) -> Result<Vec<String>> {
    let request = clients.runtime.get_recommendations().campaign_arn(campaign);
    let answer = request.item_id(item).num_results(20).send().await?;
    Ok(ids(answer.item_list.unwrap_or_default()))
}

fn ids(items: Vec<PredictedItem>) -> Vec<String> {
    items.into_iter().filter_map(|one| one.item_id).collect()
}

#[tokio::test]
async fn new_items_are_related_to_their_like() -> Result<()> {
    let s3 = s3::serve(shop::objects()).await?;
    let (server, clients) = start(None, s3).await?;
    let group = shop_with_news(&clients).await?;
    for recipe in ["aws-similar-items", "aws-semantic-similarity"] {
        let campaign = campaign(&clients, &group, recipe).await?;
        let plates: Vec<String> = (20..40).map(|item| format!("i{item}")).collect();
        let found = related(&clients, &campaign, "new-plate").await?;
        assert!(
            found.iter().all(|item| plates.contains(item)),
            "{recipe}: {found:?}"
        );
        let found = related(&clients, &campaign, "i0").await?;
        assert!(found.contains(&"new-mug".to_owned()), "{recipe}: {found:?}");
        assert!(
            !found.contains(&"new-plate".to_owned()),
            "{recipe}: {found:?}"
        );
    }
    server.stop().await.map_err(Into::into)
}

#[tokio::test]
async fn new_items_are_ranked_by_taste() -> Result<()> {
    let s3 = s3::serve(shop::objects()).await?;
    let (server, clients) = start(None, s3).await?;
    let group = shop_with_news(&clients).await?;
    let campaign = campaign(&clients, &group, "aws-personalized-ranking-v2").await?;
    for (user, first) in [("u0", "new-mug"), ("u1", "new-plate")] {
        let request = clients.runtime.get_personalized_ranking();
        let request = request.campaign_arn(&campaign).user_id(user);
        let news = vec!["new-mug".to_owned(), "new-plate".to_owned()];
        let answer = request.set_input_list(Some(news)).send().await?;
        let ranked = ids(answer.personalized_ranking.unwrap_or_default());
        assert_eq!(ranked[0], first, "{user}");
    }
    server.stop().await.map_err(Into::into)
}
