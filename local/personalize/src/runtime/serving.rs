//! What every runtime request needs: the campaign or recommender, its model and its group.

use std::sync::Arc;

use serde_json::Value;

pub(super) use crate::control::target::ready;
use crate::{
    control::{Call, recipe::Recipe, target::Target},
    data::groups::GroupData,
    fault::Fault,
    import::csv::ID_LENGTH,
    models::Deployed,
};

/// A campaign or a recommender ready to answer.
pub(super) struct Serving {
    pub(super) recipe: &'static Recipe,
    pub(super) deployed: Arc<Deployed>,
    pub(super) data: Arc<GroupData>,
    pub(super) group_arn: String,
    config: Option<Value>,
}

impl Serving {
    /// What a request names.
    pub(super) fn of(call: &Call<'_>) -> Result<Self, Fault> {
        let target = call.app.read(|estate| Target::of(call, estate))?;
        let (deployed, data) = target.model(call.app)?;
        Ok(Self {
            recipe: target.recipe()?,
            deployed,
            data,
            group_arn: target.group_arn,
            config: target.config,
        })
    }

    /// A part of the campaign's or recommender's configuration.
    pub(super) fn config(&self, member: &str) -> Option<&Value> {
        self.config.as_ref().and_then(|config| config.get(member))
    }

    /// Whether the configuration has something switched on.
    pub(super) fn flag(&self, member: &str) -> bool {
        self.config(member)
            .and_then(Value::as_bool)
            .unwrap_or(false)
    }
}

/// An id of the request, if it is there.
pub(super) fn id<'a>(call: &'a Call<'_>, member: &str) -> Result<Option<&'a str>, Fault> {
    call.input.short(member, ID_LENGTH)
}
