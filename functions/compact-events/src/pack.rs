//! Lines becoming a compressed object while they come, a few megabytes of it in memory.

use std::io::Write;

use flate2::{Compression, write::GzEncoder};
use shared::aws::AwsError;

use crate::{
    archive::{Archive, Upload},
    error::CompactError,
};

/// What is sent at once: more than the 5 MiB that S3 asks for.
const CHUNK: usize = 8 * 1024 * 1024;

/// An object in the making.
pub(crate) struct Pack<'a> {
    archive: &'a Archive,
    upload: Upload,
    gzip: GzEncoder<Vec<u8>>,
    sent: usize,
    /// Lines in it.
    pub(crate) lines: u64,
}

impl<'a> Pack<'a> {
    /// Begins the object `key`.
    pub(crate) async fn begin(archive: &'a Archive, key: String) -> Result<Self, AwsError> {
        Ok(Self {
            archive,
            upload: archive.start(key).await?,
            gzip: GzEncoder::new(Vec::new(), Compression::default()),
            sent: 0,
            lines: 0,
        })
    }

    /// Adds a line, which has no line break.
    pub(crate) fn push(&mut self, line: &[u8]) -> Result<(), CompactError> {
        self.gzip.write_all(line)?;
        self.gzip.write_all(b"\n")?;
        self.lines += 1;
        Ok(())
    }

    /// Sends what has gathered, when it is enough.
    pub(crate) async fn flush(&mut self) -> Result<(), CompactError> {
        if self.gzip.get_ref().len() >= CHUNK {
            let chunk = std::mem::take(self.gzip.get_mut());
            self.sent += chunk.len();
            self.archive.send(&mut self.upload, chunk).await?;
        }
        Ok(())
    }

    /// How many compressed bytes it has by now, but for those the compressor holds back.
    pub(crate) fn bytes(&self) -> usize {
        self.sent + self.gzip.get_ref().len()
    }

    /// Makes the object visible.
    pub(crate) async fn finish(self) -> Result<(), CompactError> {
        let Self {
            archive,
            mut upload,
            gzip,
            ..
        } = self;
        let finished = async {
            let last = gzip.finish()?;
            archive.send(&mut upload, last).await?;
            archive.finish(&mut upload).await?;
            Ok(())
        };
        let finished: Result<(), CompactError> = finished.await;
        if finished.is_err() {
            archive.abort(upload).await;
        }
        finished
    }

    /// Drops it.
    pub(crate) async fn abort(self) {
        self.archive.abort(self.upload).await;
    }
}
