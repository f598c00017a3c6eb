//! Arrow IPC messages as the protocol has them: one message each, with no stream or file around it.
//!
//! Format: Arrow columnar format, "Encapsulated message format". The legacy one, of Arrow 0.14 and
//! before, has no continuation mark in front of the length and metadata V4.

mod check;

use std::collections::HashMap;

use arrow_array::RecordBatch;
use arrow_buffer::Buffer;
use arrow_ipc::{
    Message, MessageHeader, MetadataVersion,
    convert::fb_to_schema,
    reader::RecordBatchDecoder,
    root_as_message,
    writer::{DictionaryTracker, EncodedData, IpcDataGenerator, IpcWriteOptions, write_message},
};
use arrow_schema::{Schema, SchemaRef};

use crate::error::ProtocolError;

const CONTINUATION: [u8; 4] = [0xFF; 4];

/// Buffers start at multiples of this many bytes, as the reference implementation's do.
const ALIGNMENT: usize = 8;

/// What is in front of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Framing {
    /// The length alone.
    Legacy,
    /// The continuation mark, then the length.
    Current,
}

impl Framing {
    /// The framing of the message in `bytes`.
    pub(crate) fn of(bytes: &[u8]) -> Self {
        if bytes.starts_with(&CONTINUATION) {
            Self::Current
        } else {
            Self::Legacy
        }
    }

    fn options(self) -> Result<IpcWriteOptions, ProtocolError> {
        let options = match self {
            Self::Legacy => IpcWriteOptions::try_new(ALIGNMENT, true, MetadataVersion::V4),
            Self::Current => IpcWriteOptions::try_new(ALIGNMENT, false, MetadataVersion::V5),
        };
        Ok(options?)
    }
}

/// The message of a schema.
pub(crate) fn encode_schema(schema: &Schema, framing: Framing) -> Result<Vec<u8>, ProtocolError> {
    check::types(schema.fields())?;
    let options = framing.options()?;
    let encoded = IpcDataGenerator::default().schema_to_bytes_with_dictionary_tracker(
        schema,
        &mut DictionaryTracker::new(true),
        &options,
    );
    message(encoded, &options)
}

/// The message of the rows of a batch.
pub(crate) fn encode_batch(
    batch: &RecordBatch,
    framing: Framing,
) -> Result<Vec<u8>, ProtocolError> {
    check::types(batch.schema_ref().fields())?;
    let options = framing.options()?;
    let (_, encoded) = IpcDataGenerator::default().encode(
        batch,
        &mut DictionaryTracker::new(true),
        &options,
        &mut Default::default(),
    )?;
    message(encoded, &options)
}

fn message(encoded: EncodedData, options: &IpcWriteOptions) -> Result<Vec<u8>, ProtocolError> {
    let mut bytes = Vec::with_capacity(encoded.ipc_message.len() + encoded.arrow_data.len() + 16);
    write_message(&mut bytes, encoded, options)?;
    Ok(bytes)
}

/// The schema in a message of either framing.
pub(crate) fn decode_schema(bytes: &[u8]) -> Result<SchemaRef, ProtocolError> {
    let (message, _) = split(bytes)?;
    let schema = message
        .header_as_schema()
        .ok_or_else(|| unexpected("schema", message))?;
    check::declaration(&schema)?;
    let schema = fb_to_schema(schema);
    check::types(schema.fields())?;
    Ok(SchemaRef::new(schema))
}

/// The rows in a message of either framing.
pub(crate) fn decode_batch(
    bytes: Vec<u8>,
    schema: SchemaRef,
) -> Result<RecordBatch, ProtocolError> {
    check::types(schema.fields())?;
    let buffer = Buffer::from_vec(bytes);
    let (message, body) = split(&buffer)?;
    let batch = message
        .header_as_record_batch()
        .ok_or_else(|| unexpected("record batch", message))?;
    let length = usize::try_from(message.bodyLength()).map_err(|_| broken("a negative length"))?;
    if body + length > buffer.len() {
        return Err(broken("its end is missing"));
    }
    let body = buffer.slice_with_length(body, length);
    check::buffers(&batch, schema.fields(), body.len())?;
    let version = message.version();
    let none = HashMap::new();
    let decoder = RecordBatchDecoder::try_new(&body, batch, schema, &none, &version)?;
    Ok(decoder.read_record_batch()?)
}

/// The message's metadata, and where its body begins.
fn split(bytes: &[u8]) -> Result<(Message<'_>, usize), ProtocolError> {
    let start = match Framing::of(bytes) {
        Framing::Current => 8,
        Framing::Legacy => 4,
    };
    let length = bytes
        .get(start - 4..start)
        .and_then(|length| length.try_into().ok())
        .map(u32::from_le_bytes)
        .ok_or_else(|| broken("it has no length"))?;
    let end = start.saturating_add(length as usize);
    let metadata = bytes
        .get(start..end)
        .ok_or_else(|| broken("it is shorter than it says"))?;
    let message = root_as_message(metadata).map_err(|error| broken(&error.to_string()))?;
    Ok((message, end))
}

fn unexpected(expected: &str, message: Message<'_>) -> ProtocolError {
    let found = match message.header_type() {
        MessageHeader::Schema => "a schema",
        MessageHeader::RecordBatch => "rows",
        MessageHeader::DictionaryBatch => "a dictionary",
        _ => "something else",
    };
    broken(&format!("it is {found} and no {expected}"))
}

fn broken(what: &str) -> ProtocolError {
    ProtocolError::Broken(what.to_owned())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::{
        ArrayRef, BooleanArray, Decimal128Array, Int32Array, ListArray, NullArray, StringArray,
        StructArray, UnionArray, types::Int32Type,
    };
    use arrow_schema::{DataType, Field, UnionFields};

    use super::*;

    fn batch() -> RecordBatch {
        let numbers: ArrayRef = Arc::new(Int32Array::from(vec![Some(1), None, Some(3)]));
        let texts: ArrayRef = Arc::new(StringArray::from(vec![None, Some(""), Some("tea")]));
        let lists = [Some(vec![Some(1), None]), None, Some(vec![])];
        let lists = ListArray::from_iter_primitive::<Int32Type, _, _>(lists);
        let field =
            |name, array: &ArrayRef| Arc::new(Field::new(name, array.data_type().clone(), true));
        let both = StructArray::from(vec![
            (field("number", &numbers), numbers.clone()),
            (field("text", &texts), texts.clone()),
        ]);
        let columns: [(&str, ArrayRef); 7] = [
            ("number", numbers),
            ("text", texts),
            ("list", Arc::new(lists)),
            ("both", Arc::new(both)),
            (
                "yes",
                Arc::new(BooleanArray::from(vec![Some(true), Some(false), None])),
            ),
            (
                "sum",
                Arc::new(Decimal128Array::from(vec![Some(5), None, Some(-7)])),
            ),
            ("none", Arc::new(NullArray::new(3))),
        ];
        RecordBatch::try_from_iter(columns).unwrap()
    }

    #[test]
    fn nested_columns_survive_both_framings() {
        let batch = batch();
        for framing in [Framing::Legacy, Framing::Current] {
            let schema = encode_schema(&batch.schema(), framing).unwrap();
            assert_eq!((Framing::of(&schema), schema.len() % 8), (framing, 0));
            let schema = decode_schema(&schema).unwrap();
            let rows = encode_batch(&batch, framing).unwrap();
            assert_eq!(decode_batch(rows, schema).unwrap(), batch);
        }
    }

    #[test]
    fn broken_messages_are_errors_and_nothing_worse() {
        let batch = batch();
        let rows = encode_batch(&batch, Framing::Legacy).unwrap();
        let schema = encode_schema(&batch.schema(), Framing::Current).unwrap();
        for length in 0..rows.len() {
            assert!(decode_batch(rows[..length].to_vec(), batch.schema()).is_err());
        }
        for place in 0..rows.len() {
            for bits in [0x01, 0x80, 0xFF] {
                let mut changed = rows.clone();
                changed[place] ^= bits;
                let _ = decode_batch(changed, batch.schema());
            }
        }
        for place in 0..schema.len() {
            let mut changed = schema.clone();
            changed[place] ^= 0xFF;
            let _ = decode_schema(&changed);
        }
        assert!(decode_schema(&rows).is_err());
        assert!(decode_batch(schema, batch.schema()).is_err());
    }

    #[test]
    fn types_that_no_array_can_have_are_errors() {
        let item = |data_type| Arc::new(Field::new("item", data_type, true));
        let one = Field::new("key", DataType::Int32, false);
        for data_type in [
            DataType::FixedSizeBinary(-1),
            DataType::FixedSizeList(item(DataType::Int32), -1),
            DataType::Map(item(DataType::Int32), false),
            DataType::Map(item(DataType::Struct(vec![one].into())), false),
        ] {
            let field = Field::new("strange", data_type.clone(), true);
            let schema = Schema::new(vec![field]);
            let message = encode_schema(&schema, Framing::Current).unwrap();
            let error = decode_schema(&message).unwrap_err().to_string();
            assert!(error.contains("column `strange`"), "{data_type}: {error}");
        }
    }

    #[test]
    fn types_that_are_not_carried_are_named() {
        let fields = UnionFields::try_new([0], [Field::new("a", DataType::Int32, true)]).unwrap();
        let values: ArrayRef = Arc::new(Int32Array::from(vec![1]));
        let union = UnionArray::try_new(fields, vec![0].into(), None, vec![values]).unwrap();
        let batch = RecordBatch::try_from_iter([("u", Arc::new(union) as ArrayRef)]).unwrap();
        let error = encode_batch(&batch, Framing::Current)
            .unwrap_err()
            .to_string();
        assert!(error.contains("column `u`"), "{error}");
    }
}
