//! The questions a shop asks GraphQL, and their answers as a person wants to read them.

use aws_sdk_dynamodb::types::AttributeValue;
use futures::future::try_join_all;
use serde::Deserialize;
use serde_json::{Value, json};

use super::table;
use crate::error::{Error, Result};
use crate::seed::Examples;
use crate::stack::Stack;

const QUERY: &str = "\
query Recommendations($placement: String!, $sessionId: ID, $itemId: ID, $itemIds: [ID!]) {
  recommendations(placement: $placement, sessionId: $sessionId, itemId: $itemId, itemIds: $itemIds) {
    recommendationId
    source
    experiments { experiment arm }
    items { id title price currency reason }
  }
}";

/// One question.
#[derive(Debug, Clone)]
pub(super) struct Question {
    heading: String,
    placement: &'static str,
    user: Option<String>,
    /// The other arguments.
    arguments: Value,
}

/// One answer.
#[derive(Debug, Clone)]
pub(super) struct Answer {
    heading: String,
    /// The placement asked for.
    pub(super) placement: String,
    /// The customer it was asked for.
    pub(super) user: Option<String>,
    /// What ties events to this answer.
    pub(super) recommendation: Option<String>,
    /// The experiments it is part of; events say them again.
    pub(super) experiments: Value,
    /// The answer, best first.
    pub(super) items: Vec<Item>,
}

/// A recommended product.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(super) struct Item {
    /// Its id.
    pub(super) id: String,
    /// Its title, when it is in the cache.
    pub(super) title: Option<String>,
    price: Option<f64>,
    currency: Option<String>,
    reason: String,
}

impl Question {
    /// The home page of a known customer.
    pub(super) fn home_of(user: &str) -> Self {
        Self {
            heading: format!("Home page of customer {user}"),
            placement: "home",
            user: Some(user.to_owned()),
            arguments: json!({ "sessionId": "demo-known" }),
        }
    }

    /// The page of a product.
    pub(super) fn product_page_of(item: &str) -> Self {
        Self {
            heading: format!("Product page of {item}"),
            placement: "product-detail",
            user: None,
            arguments: json!({ "itemId": item }),
        }
    }

    /// The same question, asked once more.
    pub(super) fn again(self) -> Self {
        Self {
            heading: format!("{}, after a view and a purchase", self.heading),
            ..self
        }
    }

    /// Asks it.
    pub(super) async fn ask(&self, stack: &Stack) -> Result<Answer> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Wire {
            recommendation_id: Option<String>,
            experiments: Value,
            items: Vec<Item>,
        }
        let mut variables = self.arguments.clone();
        variables["placement"] = json!(self.placement);
        let api = match &self.user {
            Some(user) => stack.graphql_as(user).await?,
            None => stack.graphql()?,
        };
        let mut data = api.ask("recommendations", QUERY, &variables).await?;
        let wire: Wire =
            serde_json::from_value(data["recommendations"].take()).map_err(|error| {
                Error::Graphql {
                    query: self.heading.clone(),
                    reason: error.to_string(),
                }
            })?;
        Ok(Answer {
            heading: self.heading.clone(),
            placement: self.placement.to_owned(),
            user: self.user.clone(),
            recommendation: wire.recommendation_id,
            experiments: wire.experiments,
            items: wire.items,
        })
    }
}

impl Answer {
    /// An answer to no question in particular.
    #[cfg(test)]
    pub(super) fn of(items: Vec<Item>) -> Self {
        let (heading, placement) = (String::new(), String::new());
        Self {
            heading,
            placement,
            user: None,
            recommendation: None,
            experiments: Value::Null,
            items,
        }
    }

    /// The ids, best first.
    pub(super) fn ids(&self) -> Vec<&str> {
        self.items.iter().map(|item| item.id.as_str()).collect()
    }

    /// Prints it as a table.
    pub(super) fn print(&self) {
        let rows: Vec<Vec<String>> = self.items.iter().map(Item::row).collect();
        table::print(&self.heading, &["title", "price", "why"], &rows);
    }
}

impl Item {
    /// Its title, or its id.
    pub(super) fn name(&self) -> &str {
        self.title.as_deref().unwrap_or(&self.id)
    }

    fn row(&self) -> Vec<String> {
        let price = self
            .price
            .map_or_else(|| "-".to_owned(), |price| format!("{price:.2}"));
        let price = format!("{price} {}", self.currency.as_deref().unwrap_or_default());
        vec![
            self.name().to_owned(),
            price.trim_end().to_owned(),
            self.reason.clone(),
        ]
    }
}

/// Asks for a known customer, a new visitor, a product page and a cart; the known customer first.
pub(super) async fn ask_all(stack: &Stack, examples: &Examples) -> Result<Vec<Answer>> {
    let item = title(stack, &examples.item).await?;
    let cart = try_join_all(examples.cart.iter().map(|id| title(stack, id))).await?;
    let questions = [
        Question::home_of(&examples.user),
        Question {
            heading: "Home page of a new visitor".into(),
            placement: "home",
            user: None,
            arguments: json!({ "sessionId": format!("visit-{}", uuid::Uuid::new_v4()) }),
        },
        Question {
            heading: format!("Product page of {item}"),
            ..Question::product_page_of(&examples.item)
        },
        Question {
            heading: format!("Cart with {}", cart.join(", ")),
            placement: "cart",
            user: None,
            arguments: json!({ "itemIds": examples.cart }),
        },
    ];
    let mut answers = Vec::new();
    for question in &questions {
        let answer = question.ask(stack).await?;
        if answer.items.is_empty() {
            return Err(Error::Unexpected(format!(
                "{}: the answer is empty",
                question.heading
            )));
        }
        answers.push(answer);
    }
    Ok(answers)
}

/// A product's title in the cache, or its id.
async fn title(stack: &Stack, id: &str) -> Result<String> {
    let answer = stack
        .clients()
        .dynamodb
        .get_item()
        .table_name(stack.output("CatalogTableName")?)
        .key("itemId", AttributeValue::S(id.to_owned()))
        .send()
        .await
        .map_err(Error::aws("dynamodb:GetItem of the catalogue"))?;
    let title = answer
        .item()
        .and_then(|item| item.get("title")?.as_s().ok());
    Ok(title.cloned().unwrap_or_else(|| id.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_product_without_metadata_is_shown_by_its_id() {
        let item = json!({"id": "22423", "title": null, "price": null, "currency": null, "reason": "popular"});
        let item: Item = serde_json::from_value(item).unwrap();
        assert_eq!(item.row(), ["22423", "-", "popular"]);
        let item = Item {
            title: Some("Mug".into()),
            price: Some(2.5),
            currency: Some("GBP".into()),
            ..item
        };
        assert_eq!(item.row(), ["Mug", "2.50 GBP", "popular"]);
    }
}
