//! A campaign as it is declared, with what of the estate fills it.

use std::{collections::HashMap, sync::Arc};

use messages::Rules;
use shared::{
    arn::Kind,
    config::{
        EstateConfig, Messages, Placement, Strategy,
        messages::{Channel, MessageCampaign},
    },
    estate::Estate,
};

use crate::error::SendError;

/// ARNs by declared name.
pub(crate) type Arns = HashMap<String, String>;

/// A campaign.
#[derive(Debug)]
pub(crate) struct Campaign {
    /// The whole configuration.
    pub(crate) config: Arc<EstateConfig>,
    /// What holds for all messages.
    pub(crate) messages: Messages,
    /// What is declared for this one.
    pub(crate) declared: MessageCampaign,
    /// The placement that fills it.
    pub(crate) placement: Placement,
    /// Campaigns of Personalize.
    pub(crate) campaigns: Arns,
    /// Recommenders.
    pub(crate) recommenders: Arns,
    /// Filters.
    pub(crate) filters: Arns,
}

impl Campaign {
    /// The campaign `name` of `estate`.
    pub(crate) async fn open(estate: Estate, name: &str) -> Result<Self, SendError> {
        let Estate { config, operations } = estate;
        let messages = config.messages.clone().ok_or(SendError::NoMessages)?;
        let Some(declared) = messages.campaign(name).cloned() else {
            return Err(undeclared(&messages, name));
        };
        let placement = placement(&config, &declared.placement)?;
        let of = async |kind| {
            let states = operations.resources(kind).await?;
            let arns = states.into_iter().map(|state| (state.name, state.arn));
            Ok::<Arns, SendError>(arns.collect())
        };
        let (campaigns, recommenders, filters) =
            tokio::try_join!(of(Kind::Campaign), of(Kind::Recommender), of(Kind::Filter))?;
        Ok(Self {
            config: Arc::new(config),
            messages,
            declared,
            placement,
            campaigns,
            recommenders,
            filters,
        })
    }

    /// Its name.
    pub(crate) fn name(&self) -> &str {
        &self.declared.name
    }

    /// What people are judged by.
    pub(crate) fn rules(&self) -> Rules<'_> {
        Rules {
            messages: &self.messages,
            campaign: &self.declared,
        }
    }

    /// Its channels that have a sender.
    pub(crate) fn channels(&self) -> impl Iterator<Item = Channel> {
        let channels = self.declared.channels.iter().copied();
        channels.filter(|channel| self.messages.senders.has(*channel))
    }
}

fn undeclared(messages: &Messages, name: &str) -> SendError {
    let names = messages.campaigns.iter().map(|known| known.name.as_str());
    let names = names.collect::<Vec<_>>().join(", ");
    SendError::Undeclared {
        campaign: name.to_owned(),
        declared: match names.is_empty() {
            true => "none".to_owned(),
            false => names,
        },
    }
}

/// The placement, if what it asks can be asked of a person who is not there: nobody sends a list to rank,
/// or arguments for a filter.
fn placement(config: &EstateConfig, name: &str) -> Result<Placement, SendError> {
    let refused = |why: &str| SendError::Placement {
        placement: name.to_owned(),
        why: why.to_owned(),
    };
    let Some(placement) = config.placements.get(name) else {
        return Err(refused("it is not declared"));
    };
    match placement.strategy {
        Strategy::Rank => Err(refused("it ranks items that the shop sends")),
        _ => Ok(placement.clone()),
    }
}
