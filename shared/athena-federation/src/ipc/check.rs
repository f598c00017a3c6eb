//! What Arrow's library takes for granted of messages, and ends the process without: they come from
//! outside.

use arrow_ipc::{DateUnit, Endianness, IntervalUnit, Precision, TimeUnit, Type};
use arrow_schema::{DataType, Field, Fields};

use super::broken;
use crate::error::ProtocolError;

/// A schema whose types are known here.
pub(super) fn declaration(schema: &arrow_ipc::Schema<'_>) -> Result<(), ProtocolError> {
    if schema.endianness() != Endianness::Little {
        return Err(broken("its numbers are big-endian"));
    }
    let fields = schema.fields().ok_or_else(|| broken("it has no columns"))?;
    fields.iter().try_for_each(|field| declared(&field))
}

fn declared(field: &arrow_ipc::Field<'_>) -> Result<(), ProtocolError> {
    if field.dictionary().is_some() || !is_known(field) {
        let name = field.name().unwrap_or_default();
        return Err(broken(&format!(
            "column `{name}` is of a type that is not carried"
        )));
    }
    let children = field.children().unwrap_or_default();
    children.iter().try_for_each(|child| declared(&child))
}

fn is_known(field: &arrow_ipc::Field<'_>) -> bool {
    let one_child = field.children().is_some_and(|children| children.len() == 1);
    match field.type_type() {
        Type::Null | Type::Bool | Type::Utf8 | Type::Binary | Type::Struct_ => true,
        Type::FixedSizeBinary => field
            .type_as_fixed_size_binary()
            .is_some_and(|binary| binary.byteWidth() >= 0),
        Type::Int => field
            .type_as_int()
            .is_some_and(|int| matches!(int.bitWidth(), 8 | 16 | 32 | 64)),
        Type::FloatingPoint => field.type_as_floating_point().is_some_and(|float| {
            let known = [Precision::HALF, Precision::SINGLE, Precision::DOUBLE];
            known.contains(&float.precision())
        }),
        Type::Decimal => field.type_as_decimal().is_some_and(|decimal| {
            matches!(decimal.bitWidth(), 32 | 64 | 128 | 256)
                && u8::try_from(decimal.precision()).is_ok()
                && i8::try_from(decimal.scale()).is_ok()
        }),
        Type::Date => field
            .type_as_date()
            .is_some_and(|date| [DateUnit::DAY, DateUnit::MILLISECOND].contains(&date.unit())),
        Type::Time => field.type_as_time().is_some_and(|time| {
            let known = match time.bitWidth() {
                32 => [TimeUnit::SECOND, TimeUnit::MILLISECOND],
                64 => [TimeUnit::MICROSECOND, TimeUnit::NANOSECOND],
                _ => return false,
            };
            known.contains(&time.unit())
        }),
        Type::Timestamp => field.type_as_timestamp().is_some_and(|timestamp| {
            (TimeUnit::SECOND..=TimeUnit::NANOSECOND).contains(&timestamp.unit())
        }),
        Type::Interval => field.type_as_interval().is_some_and(|interval| {
            (IntervalUnit::YEAR_MONTH..=IntervalUnit::MONTH_DAY_NANO).contains(&interval.unit())
        }),
        Type::List => one_child,
        Type::FixedSizeList => {
            let list = field.type_as_fixed_size_list();
            one_child && list.is_some_and(|list| list.listSize() >= 0)
        }
        Type::Map => field.type_as_map().is_some() && has_entries(field),
        _ => false,
    }
}

/// Whether a map's only child has a key and a value.
fn has_entries(map: &arrow_ipc::Field<'_>) -> bool {
    let children = map.children().unwrap_or_default();
    let mut pairs = children.iter().map(|entries| {
        entries.type_type() == Type::Struct_
            && entries.children().is_some_and(|pair| pair.len() == 2)
    });
    pairs.next() == Some(true) && pairs.next().is_none()
}

/// Arrow's reader trusts places and lengths of buffers; they come from outside.
pub(super) fn buffers(
    batch: &arrow_ipc::RecordBatch<'_>,
    fields: &Fields,
    body: usize,
) -> Result<(), ProtocolError> {
    if batch.compression().is_some() {
        // The protocol has none, and a few bytes could become any number.
        return Err(broken("its buffers are compressed"));
    }
    if batch.length() < 0 {
        return Err(broken("it has a negative number of rows"));
    }
    let buffers = batch.buffers().unwrap_or_default();
    for buffer in buffers {
        let (offset, length) = (buffer.offset(), buffer.length());
        let end = offset
            .checked_add(length)
            .filter(|_| offset >= 0 && length >= 0);
        if end
            .and_then(|end| usize::try_from(end).ok())
            .is_none_or(|end| end > body)
        {
            return Err(broken("a buffer reaches beyond its body"));
        }
    }
    let nodes = batch.nodes().unwrap_or_default();
    let (mut node, mut first) = (0, 0);
    for data_type in flattened(fields) {
        let own = own_buffers(data_type);
        if node >= nodes.len() || first + own > buffers.len() {
            return Err(broken("it has fewer columns than its schema"));
        }
        let (rows, nulls) = (nodes.get(node).length(), nodes.get(node).null_count());
        if nulls < 0 || nulls > rows || rows > i64::from(i32::MAX) {
            return Err(broken("a column has a wrong length"));
        }
        if own > 0 && nulls > 0 && buffers.get(first).length() * 8 < rows {
            return Err(broken("a column's marks of nulls are cut off"));
        }
        if has_offsets(data_type) && buffers.get(first + 1).length() % 4 != 0 {
            return Err(broken("a column's offsets are cut off"));
        }
        node += 1;
        first += own;
    }
    Ok(())
}

/// The types of the columns and of what is in them, in the order of their nodes.
fn flattened(fields: &Fields) -> Vec<&DataType> {
    let mut types = Vec::new();
    let mut left: Vec<&Field> = fields.iter().rev().map(AsRef::as_ref).collect();
    while let Some(field) = left.pop() {
        types.push(field.data_type());
        left.extend(children(field.data_type()).into_iter().rev());
    }
    types
}

fn children(data_type: &DataType) -> Vec<&Field> {
    match data_type {
        DataType::Struct(fields) => fields.iter().map(AsRef::as_ref).collect(),
        DataType::List(field) | DataType::FixedSizeList(field, _) | DataType::Map(field, _) => {
            vec![field.as_ref()]
        }
        _ => Vec::new(),
    }
}

fn own_buffers(data_type: &DataType) -> usize {
    match data_type {
        DataType::Null => 0,
        DataType::Struct(_) | DataType::FixedSizeList(..) => 1,
        DataType::Utf8 | DataType::Binary => 3,
        _ => 2,
    }
}

/// Whether the second buffer has offsets of four bytes.
fn has_offsets(data_type: &DataType) -> bool {
    matches!(
        data_type,
        DataType::Utf8 | DataType::Binary | DataType::List(_) | DataType::Map(..)
    )
}

/// Refuses what the reference implementation has no vector for, and what a single message cannot
/// carry.
pub(super) fn types(fields: &Fields) -> Result<(), ProtocolError> {
    fields.iter().try_for_each(|field| carried_type(field))
}

fn carried_type(field: &Field) -> Result<(), ProtocolError> {
    let data_type = field.data_type();
    let carried = data_type.is_primitive()
        || matches!(
            data_type,
            DataType::Null
                | DataType::Boolean
                | DataType::Utf8
                | DataType::Binary
                | DataType::FixedSizeBinary(_)
                | DataType::List(_)
                | DataType::FixedSizeList(..)
                | DataType::Struct(_)
                | DataType::Map(..)
        );
    if !carried {
        return Err(ProtocolError::Type {
            column: field.name().clone(),
            data_type: data_type.clone(),
        });
    }
    children(data_type).into_iter().try_for_each(carried_type)
}
