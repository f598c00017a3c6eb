//! What the placements refer to: the declared estate and the ARNs of its campaigns, recommenders and
//! filters, kept in the process and renewed once a minute (ADR 3).

use std::{collections::HashMap, sync::Arc};

use shared::{
    arn::Kind,
    config::{ConfigError, EstateConfig},
    estate::EstateSource,
    operations::Operations,
    refreshed::Source,
    standby::{Standby, StandbyStore},
};

/// The estate as requests see it.
#[derive(Debug)]
pub(crate) struct EstateView {
    /// What is declared.
    pub(crate) config: Arc<EstateConfig>,
    /// ARNs of campaigns by name.
    pub(crate) campaigns: HashMap<String, String>,
    /// ARNs of recommenders by name.
    pub(crate) recommenders: HashMap<String, String>,
    /// ARNs of filters by name.
    pub(crate) filters: HashMap<String, String>,
    /// The version of the configuration.
    etag: Option<String>,
}

impl EstateView {
    /// An estate whose resources are all there; for tests of what is asked of them.
    #[cfg(test)]
    pub(crate) fn complete(config: EstateConfig) -> Self {
        let arns = |names: Vec<&String>| {
            names
                .into_iter()
                .map(|name| (name.clone(), format!("arn:{name}")))
                .collect()
        };
        Self {
            campaigns: arns(config.campaigns.iter().map(|known| &known.name).collect()),
            recommenders: HashMap::new(),
            filters: arns(config.filters.iter().map(|known| &known.name).collect()),
            config: Arc::new(config),
            etag: None,
        }
    }
}

/// Where the view is read from.
#[derive(Debug)]
pub(crate) struct EstateReader {
    /// The declaration and the states.
    pub(crate) source: EstateSource,
    /// The last good copy.
    pub(crate) standby: StandbyStore,
}

impl Source for EstateReader {
    type Value = EstateView;
    type Error = ConfigError;

    async fn read(&self, known: Option<Arc<EstateView>>) -> Result<EstateView, ConfigError> {
        let (config, etag) = self.declaration(known.as_deref()).await?;
        let operations = self.source.operations(&config);
        let known = known.as_deref();
        let of = |kind, known| arns(&operations, &self.standby, kind, known);
        let (campaigns, recommenders, filters) = tokio::join!(
            of(Kind::Campaign, known.map(|view| &view.campaigns)),
            of(Kind::Recommender, known.map(|view| &view.recommenders)),
            of(Kind::Filter, known.map(|view| &view.filters)),
        );
        Ok(EstateView {
            config,
            campaigns,
            recommenders,
            filters,
            etag,
        })
    }
}

impl EstateReader {
    async fn declaration(
        &self,
        known: Option<&EstateView>,
    ) -> Result<(Arc<EstateConfig>, Option<String>), ConfigError> {
        let Some(known) = known else {
            return Ok((Arc::new(self.source.open().await?.config), None));
        };
        let changed = self.source.changed_since(known.etag.as_deref()).await?;
        Ok(changed.map_or_else(
            || (Arc::clone(&known.config), known.etag.clone()),
            |new| (Arc::new(new.config), new.etag),
        ))
    }
}

/// ARNs by name. A table that cannot be read is no reason to answer nobody: the ARNs known before
/// hold, or those of the last good copy.
async fn arns(
    operations: &Operations,
    standby: &StandbyStore,
    kind: Kind,
    known: Option<&HashMap<String, String>>,
) -> HashMap<String, String> {
    match operations.resources(kind).await {
        Ok(states) => states
            .into_iter()
            .map(|state| (state.name, state.arn))
            .collect(),
        Err(error) => {
            tracing::warn!(%kind, %error, "the ARNs are those known before");
            match known {
                Some(known) => known.clone(),
                None => stood_by(standby).await.arns(kind),
            }
        }
    }
}

/// The last good copy; nothing when there is none.
pub(crate) async fn stood_by(standby: &StandbyStore) -> Standby {
    standby.read().await.unwrap_or_else(|error| {
        tracing::warn!(%error, "there is no copy to stand on");
        Standby::default()
    })
}
