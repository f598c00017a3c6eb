//! Replaces a schema or a filter behind its name without a moment of absence: the next generation is
//! made, takes over when it is usable, and only then the old one goes.

use serde_json::Value;
use shared::{arn::Kind, operations::ResourceState};

use super::{Run, Step, delete::remove};
use crate::{
    error::EstateError,
    plan::Generations,
    resource::{Declared, Found},
};

impl Run<'_> {
    /// Takes the replacement of `declared` one step further.
    pub(super) async fn next_generation(&self, declared: &Declared) -> Result<Step, EstateError> {
        let context = self.session.context(self.seen);
        let generations = Generations::of(&context, declared);
        let Some(wanted) = generations.wanted else {
            return self.create_generation(declared, &generations.next).await;
        };
        if !wanted.is_ready() {
            return Ok(Step::Later(wanted.status.clone()));
        }
        match declared.kind {
            Kind::Filter => self.replace_filter(declared, wanted, &generations).await,
            _ => self.remove_unused_schemas(&generations).await,
        }
    }

    async fn replace_filter(
        &self,
        declared: &Declared,
        wanted: &Found,
        generations: &Generations<'_>,
    ) -> Result<Step, EstateError> {
        let alias = self.seen.known.alias(&declared.name);
        let alias = alias.filter(|alias| alias.arn == wanted.arn);
        let Some(alias) = alias else {
            let state = ResourceState {
                kind: Kind::Filter,
                name: declared.name.clone(),
                arn: wanted.arn.clone(),
                status: wanted.status.clone(),
                updated_at: self.seen.now,
                tracking_id: None,
            };
            self.session.records.put_state(&state).await?;
            return Ok(Step::Done);
        };
        let left = alias.updated_at + self.session.grace - self.seen.now;
        if left > 0 {
            return Ok(Step::Later(format!(
                "{left} s until nobody asks for the one before any more"
            )));
        }
        for old in &generations.left_over {
            self.remove(old).await?;
        }
        Ok(Step::Done)
    }

    /// A schema takes over when its dataset has it, which is the dataset's own change.
    async fn remove_unused_schemas(
        &self,
        generations: &Generations<'_>,
    ) -> Result<Step, EstateError> {
        for old in &generations.left_over {
            let mut datasets = self.seen.world.of(Kind::Dataset);
            let is_used = datasets.any(|dataset| {
                let schema = dataset.fields.get("schema").and_then(Value::as_str);
                schema == Some(old.name.as_str())
            });
            if is_used {
                return Ok(Step::Later(format!(
                    "for the dataset to leave `{}`",
                    old.name
                )));
            }
            self.remove(old).await?;
        }
        Ok(Step::Done)
    }

    async fn remove(&self, found: &Found) -> Result<(), EstateError> {
        let schedules = self.session.schedules.as_ref();
        remove(&self.session.personalize, schedules, found).await
    }
}
