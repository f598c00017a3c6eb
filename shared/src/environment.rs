//! The environment a function runs in: variables the template sets, read once at start.

use crate::fault::{Fault, FaultKind};

/// The CloudWatch namespace when `METRICS_NAMESPACE` is not set.
pub const DEFAULT_METRICS_NAMESPACE: &str = "RetailPersonalization";

/// A variable that the template should have set.
#[derive(Debug, thiserror::Error)]
#[error(
    "the environment variable {name} is not set: deploy the function with template.yaml, which sets it"
)]
pub struct MissingVariable {
    name: &'static str,
}

impl Fault for MissingVariable {
    fn kind(&self) -> FaultKind {
        FaultKind::Failed
    }
}

/// The value of `name`.
///
/// # Errors
/// [`MissingVariable`] when it is unset or empty.
pub fn required(name: &'static str) -> Result<String, MissingVariable> {
    std::env::var(name)
        .ok()
        .filter(|value| !value.is_empty())
        .ok_or(MissingVariable { name })
}

/// The value of `name`, or `otherwise` when it is unset or empty.
#[must_use]
pub fn or(name: &str, otherwise: &str) -> String {
    let set = std::env::var(name).ok().filter(|value| !value.is_empty());
    set.unwrap_or_else(|| otherwise.to_owned())
}
