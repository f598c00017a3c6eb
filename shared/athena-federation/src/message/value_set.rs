//! Which values of a column a query wants. [`crate::predicate`] says the same in types of Rust.

use serde::{Deserialize, Serialize};

use super::ArrowType;
use crate::{block::Block, error::ProtocolError, version::SerDe};

/// Which values of one column may be in the result. There is a row of other values that is wanted
/// only if the engine did not say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "@type", rename_all_fields = "camelCase")]
pub enum ValueSet {
    /// A list of values, of types without an order.
    EquatableValueSet {
        /// The values, in a single column.
        value_block: Block,
        /// Whether the values listed are the wanted ones, or all others are.
        white_list: bool,
        /// Whether rows without a value are wanted.
        null_allowed: bool,
    },
    /// Ranges that do not touch each other, in order.
    SortedRangeSet {
        /// The column's type.
        r#type: ArrowType,
        /// The ranges.
        ranges: Vec<Range>,
        /// Whether rows without a value are wanted.
        null_allowed: bool,
    },
    /// All values or none.
    AllOrNoneValueSet {
        /// The column's type.
        r#type: ArrowType,
        /// Whether rows with a value are wanted.
        all: bool,
        /// Whether rows without a value are wanted.
        null_allowed: bool,
    },
}

/// All values between two ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Range {
    /// The lower end.
    pub low: Marker,
    /// The upper end.
    pub high: Marker,
}

/// An end of a range.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Marker {
    /// The value, in a single column; no rows when the range has no end.
    pub value_block: Block,
    /// Where the end lies.
    pub bound: Bound,
    /// Whether there is no value: the range has no end on this side.
    pub null_value: bool,
}

/// Where an end lies relative to its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Bound {
    /// Right below it.
    Below,
    /// At it.
    Exactly,
    /// Right above it.
    Above,
}

impl ValueSet {
    /// The same set as `version` has it.
    ///
    /// # Errors
    /// When a block in it cannot be read.
    pub fn in_version(mut self, version: SerDe) -> Result<Self, ProtocolError> {
        match &mut self {
            Self::EquatableValueSet { value_block, .. } => {
                *value_block = value_block.in_version(version)?;
            }
            Self::SortedRangeSet { ranges, .. } => {
                for marker in ranges
                    .iter_mut()
                    .flat_map(|range| [&mut range.low, &mut range.high])
                {
                    marker.value_block = marker.value_block.in_version(version)?;
                }
            }
            Self::AllOrNoneValueSet { .. } => {}
        }
        Ok(self)
    }
}
