//! Who takes part in any experiment: the global hold-out and the layers.

use experiment::definition::{Definitions, Experiment, HoldOut, Layer, Status};

use super::Service;
use crate::{clock, error::ServiceError};

impl Service {
    /// Sets who sees no experiment; none is nobody.
    ///
    /// # Errors
    /// When another salt would move everybody while experiments run.
    pub(crate) async fn hold_out(&self, to: Option<HoldOut>) -> Result<(), ServiceError> {
        let change = |definitions: &mut Definitions| {
            let salt = |hold_out: &Option<HoldOut>| hold_out.as_ref().map(|one| one.salt.clone());
            let moves = definitions.hold_out.is_some() && salt(&definitions.hold_out) != salt(&to);
            if moves && definitions.experiments.iter().any(runs) {
                return Err(ServiceError::NotNow(
                    "another salt holds out other units, while experiments run: change the share, or end them first".to_owned(),
                ));
            }
            definitions.hold_out.clone_from(&to);
            Ok(())
        };
        self.definitions.change(clock::now(), change).await?;
        Ok(())
    }

    /// Sets the layers.
    ///
    /// # Errors
    /// When one that experiments use would go, or get another salt.
    pub(crate) async fn layers(&self, to: &[Layer]) -> Result<(), ServiceError> {
        let change = |definitions: &mut Definitions| {
            let moved = definitions.layers.iter().find(|layer| {
                let used = |one: &Experiment| one.layer == layer.name && runs(one);
                definitions.experiments.iter().any(used) && !to.contains(layer)
            });
            if let Some(layer) = moved {
                return Err(ServiceError::NotNow(format!(
                    "layer {:?} has experiments that run: leave it and its salt as they are",
                    layer.name
                )));
            }
            definitions.layers = to.to_vec();
            Ok(())
        };
        self.definitions.change(clock::now(), change).await?;
        Ok(())
    }
}

fn runs(experiment: &Experiment) -> bool {
    matches!(
        experiment.status,
        Status::Creating | Status::Running | Status::Paused
    )
}
