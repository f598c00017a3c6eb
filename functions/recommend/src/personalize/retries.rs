//! The budget of retries: a tenth of the calls may be made a second time. When everything fails,
//! retries do not double the load on what is failing.

/// What each call pays in; a retry takes one.
const SHARE: f64 = 0.1;

/// Retries that can be saved up.
const MOST: f64 = 10.0;

/// The budget of one process.
#[derive(Debug)]
pub(crate) struct Retries(f64);

impl Default for Retries {
    fn default() -> Self {
        Self(MOST / 2.0)
    }
}

impl Retries {
    /// A call is made.
    pub(crate) fn called(&mut self) {
        self.0 = (self.0 + SHARE).min(MOST);
    }

    /// Whether one may be made again; if so it is paid.
    pub(crate) fn may_retry(&mut self) -> bool {
        let may = self.0 >= 1.0;
        if may {
            self.0 -= 1.0;
        }
        may
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tenth_of_many_calls_is_retried() {
        let mut retries = Retries::default();
        let retried = (0..1_000).filter(|_| {
            retries.called();
            retries.may_retry()
        });
        let retried = retried.count();
        assert!((100..=106).contains(&retried), "{retried}");
    }
}
