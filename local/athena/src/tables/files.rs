//! Which objects a table has, and what their keys say of partitions.

use std::collections::BTreeMap;

use athena_federation::predicate::Predicate;
use datafusion::{
    arrow::{
        array::{ArrayRef, StringArray},
        compute::{CastOptions, cast_with_options},
        datatypes::{DataType, SchemaRef},
    },
    object_store::{ObjectStore, path::Path},
};
use futures::TryStreamExt;

use super::predicates;
use crate::{
    object_store::{Bucket, Location},
    query::failure::Failure,
};

/// What Hive writes for a partition of NULL.
const NULL_PARTITION: &str = "__HIVE_DEFAULT_PARTITION__";

/// An object of a table.
#[derive(Debug, Clone)]
pub(crate) struct DataFile {
    /// Its key.
    pub(crate) path: Path,
    /// The values of the partition columns, each a column of one row.
    pub(crate) partition: Vec<ArrayRef>,
}

/// The objects of a location that may have wanted rows. Those whose names begin with `_` or `.` are
/// none of the table's, as in Hive.
///
/// # Errors
/// When they cannot be listed, or a key lacks a partition column.
pub(crate) async fn list(
    location: &Location,
    bucket: &Bucket,
    partition_columns: &SchemaRef,
    wanted: &BTreeMap<String, Predicate>,
) -> Result<Vec<DataFile>, Failure> {
    let problem = |error: datafusion::object_store::Error| Failure::Data {
        code: "HIVE_CANNOT_OPEN_SPLIT",
        message: error.to_string(),
    };
    let prefix = Path::parse(location.key.trim_end_matches('/'));
    let prefix = prefix.map_err(|error| problem(error.into()))?;
    let objects = bucket.list(Some(&prefix));
    let mut objects: Vec<_> = objects.try_collect().await.map_err(problem)?;
    objects.sort_by(|one, two| one.location.cmp(&two.location));
    let mut files = Vec::new();
    for object in objects.into_iter().filter(|object| object.size > 0) {
        let path = object.location;
        let name = path.filename().unwrap_or_default();
        if name.starts_with(['_', '.']) {
            continue;
        }
        let partition = partition(&path, &prefix, partition_columns)?;
        if may_have(partition_columns, &partition, wanted) {
            files.push(DataFile { path, partition });
        }
    }
    Ok(files)
}

/// The values in `name=value` folders of a key.
fn partition(path: &Path, prefix: &Path, columns: &SchemaRef) -> Result<Vec<ArrayRef>, Failure> {
    let folders: BTreeMap<String, String> = path
        .prefix_match(prefix)
        .into_iter()
        .flatten()
        .filter_map(|part| {
            let (name, value) = part.as_ref().split_once('=')?;
            Some((name.to_lowercase(), value.to_owned()))
        })
        .collect();
    let values = columns.fields().iter().map(|field| {
        let value = folders.get(field.name()).ok_or_else(|| Failure::Data {
            code: "HIVE_INVALID_PARTITION_VALUE",
            message: format!("the key {path} has no folder {}=<value>", field.name()),
        })?;
        let text = (value != NULL_PARTITION).then_some(value.as_str());
        typed(&StringArray::from(vec![text]), field.data_type())
    });
    values.collect()
}

/// Texts as values of a type; what is no value of it is NULL, as in Hive.
///
/// # Errors
/// For types that texts cannot become.
pub(crate) fn typed(texts: &StringArray, data_type: &DataType) -> Result<ArrayRef, Failure> {
    let nulls_for_wrong = CastOptions {
        safe: true,
        ..CastOptions::default()
    };
    cast_with_options(texts, data_type, &nulls_for_wrong).map_err(|error| Failure::Data {
        code: "HIVE_UNSUPPORTED_FORMAT",
        message: error.to_string(),
    })
}

fn may_have(
    columns: &SchemaRef,
    partition: &[ArrayRef],
    wanted: &BTreeMap<String, Predicate>,
) -> bool {
    columns
        .fields()
        .iter()
        .zip(partition)
        .all(|(field, value)| {
            let predicate = wanted.get(field.name());
            predicate.is_none_or(|predicate| predicate.may_allow(predicates::at(value, 0).as_ref()))
        })
}
