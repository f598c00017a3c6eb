//! The work of a dataset import job: S3 objects, streamed, to rows of a group.

pub(crate) mod copies;
pub(crate) mod csv;
mod job;
mod limited;
mod row;
pub(crate) mod s3;
