//! Conditions that are more than a set of values per column (`V4` and later).

use serde::{Deserialize, Serialize};

use super::ArrowType;
use crate::{block::Block, error::ProtocolError, version::SerDe};

/// An expression over columns and constants.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "@type", rename_all_fields = "camelCase")]
pub enum Expression {
    /// A function or operator, such as `$add`, `$greater_than`, `$or`, `$like_pattern`.
    #[serde(rename = "FunctionCallExpression")]
    FunctionCall {
        /// The type of its result.
        r#type: ArrowType,
        /// Which function.
        function_name: FunctionName,
        /// What it is called with.
        arguments: Vec<Expression>,
    },
    /// A value, or several for `$in`.
    #[serde(rename = "ConstantExpression")]
    Constant {
        /// The values, in a single column.
        value_block: Block,
        /// Their type.
        r#type: ArrowType,
    },
    /// A column.
    #[serde(rename = "VariableExpression")]
    Variable {
        /// Its name.
        column_name: String,
        /// Its type.
        r#type: ArrowType,
    },
}

/// The name of a function.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FunctionName {
    /// Beginning with `$`.
    pub function_name: String,
}

impl Expression {
    /// The same expression as `version` has it.
    ///
    /// # Errors
    /// When a block in it cannot be read.
    pub fn in_version(mut self, version: SerDe) -> Result<Self, ProtocolError> {
        match &mut self {
            Self::FunctionCall { arguments, .. } => {
                *arguments = std::mem::take(arguments)
                    .into_iter()
                    .map(|argument| argument.in_version(version))
                    .collect::<Result<_, _>>()?;
            }
            Self::Constant { value_block, .. } => *value_block = value_block.in_version(version)?,
            Self::Variable { .. } => {}
        }
        Ok(self)
    }
}
