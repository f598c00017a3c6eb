//! Brings the objects of a dataset from S3 through a pass: once to judge, once more to copy.
//!
//! Two readings, because most datasets have no broken row and then nothing needs to be copied; and
//! because a copy is worth its upload only once the whole is known to be good.

use shared::config::{DatasetType, EstateConfig};

use crate::{
    catalogue::Catalogue,
    columns::Columns,
    error::CheckError,
    objects::{Bucket, Object},
    pass::{File, Outcome, Pass},
    tally::Tally,
    upload::{PART, Upload},
};

/// A dataset as it was listed, and the rules for it.
pub(crate) struct Reading<'a> {
    /// Where it is.
    pub(crate) bucket: &'a Bucket,
    /// Its objects.
    pub(crate) objects: &'a [Object],
    /// Its type.
    pub(crate) dataset: DatasetType,
    /// Its columns.
    pub(crate) columns: &'a Columns,
    /// What is to be trained on it.
    pub(crate) config: &'a EstateConfig,
    /// Epoch seconds; the same for both readings, so that they judge the same.
    pub(crate) now: i64,
}

impl Reading<'_> {
    /// Reads everything.
    ///
    /// # Errors
    /// When an object cannot be read to its end, or was changed meanwhile.
    pub(crate) async fn judge(&self, catalogue: Catalogue) -> Result<Outcome, CheckError> {
        let tally = Tally::new(self.dataset, self.columns, self.config, catalogue);
        let mut pass = Pass::judging(self.columns, tally, self.now);
        for object in self.objects {
            let mut file = File::new(&object.key);
            let mut body = self.bucket.read(object);
            while let Some(chunk) = body.next().await? {
                pass.feed(&mut file, &chunk, false)?;
            }
            pass.feed(&mut file, &[], true)?;
        }
        Ok(pass.end())
    }

    /// Reads everything again and stores the good rows as the one object `key`.
    ///
    /// # Errors
    /// As [`Self::judge`], or when the copy cannot be stored; then nothing is left of it.
    pub(crate) async fn copy(&self, key: &str) -> Result<(), CheckError> {
        let mut upload = Upload::start(self.bucket, key).await?;
        let copied = self.copy_parts(&mut upload).await;
        if copied.is_err() {
            upload.abort().await;
        }
        copied
    }

    async fn copy_parts(&self, upload: &mut Upload<'_>) -> Result<(), CheckError> {
        let tally = Tally::new(self.dataset, self.columns, self.config, Catalogue::Unknown);
        let mut pass = Pass::copying(self.columns, tally, self.now);
        for object in self.objects {
            let mut file = File::new(&object.key);
            let mut body = self.bucket.read(object);
            while let Some(chunk) = body.next().await? {
                pass.feed(&mut file, &chunk, false)?;
                if pass.copied() >= PART {
                    let empty = upload.part(pass.take_copied()).await?;
                    pass.give_back(empty);
                }
            }
            pass.feed(&mut file, &[], true)?;
        }
        upload.part(pass.take_copied()).await?;
        Ok(upload.finish().await?)
    }
}
