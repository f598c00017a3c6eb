//! What a function answers when it fails.

use serde::{Deserialize, Serialize};

/// An error as Lambda reports it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "camelCase")]
#[error("{}", self.error_message.as_deref().unwrap_or("the function failed and does not say why"))]
pub struct FunctionException {
    /// What went wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_message: Option<String>,
    /// The kind of error. Athena knows some by name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_type: Option<String>,
    /// Where it went wrong.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stack_trace: Vec<StackFrame>,
    /// What led to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<Box<FunctionException>>,
}

/// A line of a stack trace; some runtimes write a list for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
#[allow(missing_docs)]
pub enum StackFrame {
    Line(String),
    Parts(Vec<String>),
}
