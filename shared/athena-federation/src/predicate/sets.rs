//! Predicates from the sets of values in messages, and back.

use std::{ops::Bound, sync::Arc};

use arrow_array::{ArrayRef, RecordBatch, new_empty_array};
use arrow_schema::{DataType, Field, Schema};
use indexmap::IndexMap;

use super::{
    Predicate, ValueRange, Values,
    normal::{distinct, merged},
};
use crate::{
    block::Block,
    error::ProtocolError,
    message::{self, ArrowType, Constraints, Marker, ValueSet},
    value::Value,
    version::SerDe,
};

/// The name of the column in the blocks of value sets.
const VALUE_COLUMN: &str = "col1";

impl Predicate {
    /// What `set` says, each value once and ranges merged that overlap; `None` when its type has no
    /// [`Value`].
    ///
    /// # Errors
    /// When a block in it cannot be read.
    pub fn of(set: &ValueSet) -> Result<Option<Self>, ProtocolError> {
        let (values, null_allowed) = match set {
            ValueSet::AllOrNoneValueSet {
                all, null_allowed, ..
            } => {
                let values = if *all { Values::All } else { Values::None };
                (Some(values), *null_allowed)
            }
            ValueSet::EquatableValueSet {
                value_block,
                white_list,
                null_allowed,
            } => {
                let values = listed(value_block)?.map(distinct);
                let values = if *white_list {
                    values.map(Values::In)
                } else {
                    values.map(Values::NotIn)
                };
                (values, *null_allowed)
            }
            ValueSet::SortedRangeSet {
                ranges,
                null_allowed,
                ..
            } => {
                let ranges: Result<Option<_>, _> = ranges.iter().map(range).collect();
                (ranges?.map(merged).map(Values::Ranges), *null_allowed)
            }
        };
        Ok(values.map(|values| Self {
            values,
            null_allowed,
        }))
    }

    /// The set for a column of `data_type`, as `version` has it; `None` when a value is not exactly
    /// of that type.
    ///
    /// # Errors
    /// When a block cannot be written.
    pub fn to_value_set(
        &self,
        data_type: &DataType,
        version: SerDe,
    ) -> Result<Option<ValueSet>, ProtocolError> {
        let Some(r#type) = ArrowType::of(data_type) else {
            return Ok(None);
        };
        let null_allowed = self.null_allowed;
        let all_or_none = |all| ValueSet::AllOrNoneValueSet {
            r#type: r#type.clone(),
            all,
            null_allowed,
        };
        let equatable = |values: &[Value], white_list| {
            Ok(match Value::column(values, data_type) {
                Some(column) => Some(ValueSet::EquatableValueSet {
                    value_block: block(column, version)?,
                    white_list,
                    null_allowed,
                }),
                None => None,
            })
        };
        match &self.values {
            Values::All => Ok(Some(all_or_none(true))),
            Values::None => Ok(Some(all_or_none(false))),
            Values::In(values) => equatable(values, true),
            Values::NotIn(values) => equatable(values, false),
            Values::Ranges(ranges) => {
                let ranges: Result<Option<Vec<_>>, ProtocolError> = ranges
                    .iter()
                    .map(|range| message_range(range, data_type, version))
                    .collect();
                Ok(ranges?.map(|ranges| ValueSet::SortedRangeSet {
                    r#type: r#type.clone(),
                    ranges,
                    null_allowed,
                }))
            }
        }
    }
}

impl Constraints {
    /// What is wanted of each column. Columns of types without a [`Value`] are left out, which asks
    /// for more rows and never for fewer.
    ///
    /// # Errors
    /// When a block in them cannot be read.
    pub fn predicates(&self) -> Result<IndexMap<String, Predicate>, ProtocolError> {
        let mut predicates = IndexMap::with_capacity(self.summary.len());
        for (column, set) in &self.summary {
            if let Some(predicate) = Predicate::of(set)? {
                predicates.insert(column.clone(), predicate);
            }
        }
        Ok(predicates)
    }
}

fn listed(block: &Block) -> Result<Option<Vec<Value>>, ProtocolError> {
    let batch = block.batch()?;
    let column = batch.columns().first().ok_or_else(no_column)?;
    Ok((0..batch.num_rows())
        .map(|row| Value::at(column, row))
        .collect())
}

fn range(range: &message::Range) -> Result<Option<ValueRange>, ProtocolError> {
    let low = end(&range.low, message::Bound::Above)?;
    let high = end(&range.high, message::Bound::Below)?;
    Ok(low.zip(high).map(|(low, high)| ValueRange { low, high }))
}

/// The end at `marker`, whose value is left out when it lies at `excluded`.
fn end(marker: &Marker, excluded: message::Bound) -> Result<Option<Bound<Value>>, ProtocolError> {
    if marker.null_value {
        return Ok(Some(Bound::Unbounded));
    }
    let Some(value) = listed(&marker.value_block)?.and_then(|values| values.into_iter().next())
    else {
        return Ok(None);
    };
    // A marker below a lower end, or above an upper one, takes its value in.
    Ok(Some(if marker.bound == excluded {
        Bound::Excluded(value)
    } else {
        Bound::Included(value)
    }))
}

fn message_range(
    range: &ValueRange,
    data_type: &DataType,
    version: SerDe,
) -> Result<Option<message::Range>, ProtocolError> {
    let low = marker(&range.low, message::Bound::Above, data_type, version)?;
    let high = marker(&range.high, message::Bound::Below, data_type, version)?;
    Ok(low
        .zip(high)
        .map(|(low, high)| message::Range { low, high }))
}

fn marker(
    end: &Bound<Value>,
    open: message::Bound,
    data_type: &DataType,
    version: SerDe,
) -> Result<Option<Marker>, ProtocolError> {
    let (column, bound) = match end {
        Bound::Unbounded => (Some(new_empty_array(data_type)), open),
        Bound::Excluded(value) => (Value::column(std::slice::from_ref(value), data_type), open),
        Bound::Included(value) => {
            let column = Value::column(std::slice::from_ref(value), data_type);
            (column, message::Bound::Exactly)
        }
    };
    let Some(column) = column else {
        return Ok(None);
    };
    Ok(Some(Marker {
        value_block: block(column, version)?,
        bound,
        null_value: matches!(end, Bound::Unbounded),
    }))
}

fn block(column: ArrayRef, version: SerDe) -> Result<Block, ProtocolError> {
    let field = Field::new(VALUE_COLUMN, column.data_type().clone(), true);
    let schema = Arc::new(Schema::new(vec![field]));
    Block::new(&RecordBatch::try_new(schema, vec![column])?, version)
}

fn no_column() -> ProtocolError {
    ProtocolError::Broken("a set of values has no column".to_owned())
}
