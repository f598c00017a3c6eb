//! What a check has to do with the ids of the catalogue: the one of items collects them, the one of
//! interactions compares with them.

use shared::{aws::AwsError, config::DatasetType, estate::Estate, operations::ImportMode};

use crate::{error::CheckError, known::KnownIds, objects::Bucket};

/// Where the ids of the last good check of the items are kept.
const KEY: &str = "reports/check-data/items/known.ids";

/// The role of the items' ids in one check.
#[derive(Debug)]
pub(crate) enum Catalogue {
    /// There is nothing to compare with, and nothing to collect.
    Unknown,
    /// The ids of good rows are collected.
    Collected(KnownIds),
    /// The ids of good rows are compared.
    Compared {
        /// The catalogue.
        known: KnownIds,
        /// Rows with an item that it lacks.
        unknown_rows: u64,
    },
}

impl Catalogue {
    /// Interactions are compared with `known`.
    pub(crate) fn compared_with(known: KnownIds) -> Self {
        Self::Compared {
            known,
            unknown_rows: 0,
        }
    }

    /// Takes the item of a good row.
    pub(crate) fn item(&mut self, hash: u64) {
        match self {
            Self::Unknown => {}
            Self::Collected(known) => known.add(hash),
            Self::Compared {
                known,
                unknown_rows,
            } => *unknown_rows += u64::from(!known.has(hash)),
        }
    }

    /// Rows with an item that the catalogue lacks, when they were compared.
    pub(crate) fn unknown_rows(&self) -> Option<u64> {
        match self {
            Self::Compared { unknown_rows, .. } => Some(*unknown_rows),
            Self::Unknown | Self::Collected(_) => None,
        }
    }
}

impl Bucket {
    /// What a check of `dataset` has to do with the items' ids.
    ///
    /// # Errors
    /// When S3 or the Operations table does not answer.
    pub(crate) async fn catalogue(
        &self,
        dataset: DatasetType,
        mode: ImportMode,
        estate: &Estate,
    ) -> Result<Catalogue, CheckError> {
        let compares = estate.config.datasets.items.is_some();
        Ok(match (dataset, mode) {
            (DatasetType::Items, ImportMode::Full) => Catalogue::Collected(KnownIds::none()),
            (DatasetType::Items, ImportMode::Incremental) => {
                let known = self.known_ids(estate).await?;
                let known = known.map_or_else(KnownIds::none, KnownIds::with_room);
                Catalogue::Collected(known)
            }
            (DatasetType::Interactions, _) if compares => {
                let known = self.known_ids(estate).await?;
                known.map_or(Catalogue::Unknown, Catalogue::compared_with)
            }
            (DatasetType::Interactions | DatasetType::Users, _) => Catalogue::Unknown,
        })
    }

    /// Keeps `ids` for the checks of interactions; the key to keep with the check.
    ///
    /// # Errors
    /// S3's, after its retries.
    pub(crate) async fn keep_known_ids(&self, ids: Vec<u8>) -> Result<String, AwsError> {
        self.put(KEY, "application/octet-stream", ids).await?;
        Ok(KEY.to_owned())
    }

    /// The ids kept, once the items were checked: S3 answers that a key is not there only to those
    /// who may list.
    async fn known_ids(&self, estate: &Estate) -> Result<Option<KnownIds>, CheckError> {
        let check = estate.operations.good_check(DatasetType::Items).await?;
        let Some(key) = check.and_then(|check| check.known_ids) else {
            return Ok(None);
        };
        let bytes = self.get_small(&key).await?;
        Ok(KnownIds::from_stored(bytes))
    }
}
