//! Takes down what nobody asks: a recommender is stopped, and a campaign, which Personalize cannot
//! stop, is deleted and forgotten, as if it had never been promoted.

use shared::{
    arn::Kind,
    estate::Estate,
    operations::{CapacityState, OperationsError},
};

use crate::{
    error::CapacityError,
    personalize::{Found, Personalize, Taken},
};

/// Takes the resource down, unless something else has begun to change it.
pub(crate) async fn shut_down(
    personalize: &Personalize,
    estate: &Estate,
    (kind, name): (Kind, &str),
    found: &Found,
) -> Result<Taken, CapacityError> {
    if kind == Kind::Recommender {
        return Ok(personalize.stop_recommender(&found.arn).await?);
    }
    // The intent first: whatever ends this invocation, the next one knows whose deletion it was.
    let intent = CapacityState {
        leaving: true,
        ..CapacityState::default()
    };
    estate.operations.put_capacity(kind, name, &intent).await?;
    let taken = personalize.delete_campaign(&found.arn).await?;
    match taken {
        Taken::Yes => forget(estate, kind, name).await?,
        Taken::Busy => estate.operations.delete_capacity(kind, name).await?,
    }
    Ok(taken)
}

/// Removes what the other steps know of it: `recommend` falls back, `estate` does not call it a
/// deletion by hand, and the next `retrain` makes it again.
pub(crate) async fn forget(estate: &Estate, kind: Kind, name: &str) -> Result<(), OperationsError> {
    estate.operations.delete_resource(kind, name).await?;
    estate.operations.delete_applied(kind, name).await?;
    estate.operations.delete_capacity(kind, name).await
}
