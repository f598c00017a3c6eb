//! Casts that Trino does otherwise.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray, StringBuilder},
        datatypes::{DataType, Float32Type, Float64Type},
    },
    common::Result,
};

use super::Scalar;
use crate::text::TextColumn;

pub(super) const FUNCTIONS: &[Scalar] = &[
    Scalar {
        name: "athena_varchar",
        arguments: (1, 1),
        returns: |_| Ok(DataType::Utf8),
        evaluate: varchar,
    },
    Scalar {
        name: "athena_rounded",
        arguments: (1, 1),
        returns: |types| Ok(types[0].clone()),
        evaluate: rounded,
    },
];

/// Values as text, in the form that results have.
fn varchar(arguments: &[ArrayRef]) -> Result<ArrayRef> {
    let column = TextColumn::new(&arguments[0])?;
    let mut texts = StringBuilder::new();
    let mut text = String::new();
    for row in 0..arguments[0].len() {
        if column.is_null(row) {
            texts.append_null();
            continue;
        }
        text.clear();
        column.write(row, &mut text);
        texts.append_value(&text);
    }
    Ok(Arc::new(texts.finish()))
}

/// Floating-point numbers rounded, half away from zero; anything else as it is.
fn rounded(arguments: &[ArrayRef]) -> Result<ArrayRef> {
    let column = &arguments[0];
    Ok(match column.data_type() {
        DataType::Float64 => Arc::new(
            column
                .as_primitive::<Float64Type>()
                .unary::<_, Float64Type>(f64::round),
        ),
        DataType::Float32 => Arc::new(
            column
                .as_primitive::<Float32Type>()
                .unary::<_, Float32Type>(f32::round),
        ),
        _ => Arc::clone(column),
    })
}
