//! The steps of a long command: a heading for each, its seconds, and the one that failed.

use std::collections::BTreeMap;
use std::time::Instant;

use anstyle::{AnsiColor, Style};

use crate::error::Result;

/// What has been done so far.
#[derive(Debug, Default)]
pub struct Steps {
    seconds: BTreeMap<String, f64>,
    failed: Option<String>,
}

impl Steps {
    /// Does one step.
    ///
    /// # Errors
    /// Those of the step, whose name is remembered.
    pub async fn run<T>(&mut self, name: &str, work: impl Future<Output = Result<T>>) -> Result<T> {
        let bold = Style::new().bold();
        anstream::eprintln!("{bold}{name}{bold:#}");
        let started = Instant::now();
        let result = work.await;
        let seconds = started.elapsed().as_secs_f64();
        self.seconds
            .insert(name.to_owned(), (seconds * 1000.0).round() / 1000.0);
        let (colour, mark) = if result.is_ok() {
            (AnsiColor::Green.on_default(), "done")
        } else {
            self.failed = Some(name.to_owned());
            (AnsiColor::Red.on_default(), "failed")
        };
        anstream::eprintln!("  {colour}{mark}{colour:#} in {seconds:.1} s");
        result
    }

    /// Seconds by step.
    #[must_use]
    pub fn seconds(&self) -> &BTreeMap<String, f64> {
        &self.seconds
    }

    /// The step that failed.
    #[must_use]
    pub fn failed(&self) -> Option<&str> {
        self.failed.as_deref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error;

    #[tokio::test]
    async fn the_failed_step_is_remembered_with_its_seconds() {
        let mut steps = Steps::default();
        steps.run("build", async { Ok(()) }).await.unwrap();
        assert_eq!(steps.failed(), None);
        let failed: Result<()> = steps.run("deploy", async { Err(Error::Interrupted) }).await;
        assert!(failed.is_err());
        assert_eq!(steps.failed(), Some("deploy"));
        assert!(steps.seconds().contains_key("build") && steps.seconds().contains_key("deploy"));
    }
}
