//! The lines of an object in S3, one after another in bounded memory.

use aws_sdk_s3::Client;
use shared::aws::failure;
use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncReadExt};

use crate::error::ImportError;

/// The longest line taken: the longest that `check-data` lets pass.
const MAX_LINE: u64 = 1024 * 1024;

/// An object being read.
pub(super) struct Lines {
    reader: Box<dyn AsyncBufRead + Send + Unpin>,
    location: String,
}

impl Lines {
    /// The object `location`, from its start.
    ///
    /// # Errors
    /// S3's, after its retries.
    pub(super) async fn open(
        s3: &Client,
        bucket: &str,
        location: &str,
    ) -> Result<Self, ImportError> {
        let answer = s3.get_object().bucket(bucket).key(location).send().await;
        let answer = answer.map_err(failure("s3:GetObject"))?;
        Ok(Self {
            reader: Box::new(answer.body.into_async_read()),
            location: location.to_owned(),
        })
    }

    /// The next line without its end, `None` after the last.
    ///
    /// # Errors
    /// When the object breaks off, or holds what is no line of text.
    pub(super) async fn next(&mut self) -> Result<Option<String>, ImportError> {
        let mut line = String::new();
        let mut limited = (&mut self.reader).take(MAX_LINE);
        let read = limited.read_line(&mut line).await;
        let read = read.map_err(|error| self.broken(error.to_string()))?;
        if u64::try_from(read).is_ok_and(|read| read == MAX_LINE) {
            return Err(self.broken(format!("it has a line of more than {MAX_LINE} bytes")));
        }
        line.truncate(line.trim_end_matches(['\r', '\n']).len());
        Ok((read > 0).then_some(line))
    }

    /// Up to `most` further lines.
    ///
    /// # Errors
    /// As [`Self::next`].
    pub(super) async fn batch(&mut self, most: usize) -> Result<Vec<String>, ImportError> {
        let mut lines = Vec::with_capacity(most);
        while lines.len() < most
            && let Some(line) = self.next().await?
        {
            lines.push(line);
        }
        Ok(lines)
    }

    /// Leaves out `lines` lines.
    ///
    /// # Errors
    /// As [`Self::next`].
    pub(super) async fn skip(&mut self, lines: u64) -> Result<(), ImportError> {
        for _ in 0..lines {
            self.next().await?;
        }
        Ok(())
    }

    fn broken(&self, message: String) -> ImportError {
        ImportError::Broken {
            location: self.location.clone(),
            message,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &'static str) -> Lines {
        Lines {
            reader: Box::new(text.as_bytes()),
            location: "new.csv".to_owned(),
        }
    }

    #[tokio::test]
    async fn lines_come_one_after_another_from_where_it_stopped() {
        let mut lines = lines("a\r\nb\nc\nd");
        lines.skip(1).await.unwrap();
        assert_eq!(lines.batch(2).await.unwrap(), ["b", "c"]);
        assert_eq!(lines.batch(2).await.unwrap(), ["d"]);
        assert!(lines.batch(2).await.unwrap().is_empty());
    }
}
