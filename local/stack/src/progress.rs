//! What a person sees while something takes time: a bar or a spinner on a terminal, plain lines
//! everywhere else. All of it goes to stderr; answers go to stdout.

use std::io::IsTerminal;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// How often a plain line reports on something that goes on.
const PLAIN_EVERY: Duration = Duration::from_secs(10);

/// One thing under way. Ends with [`Progress::done`], or in silence when dropped.
pub struct Progress {
    label: String,
    bar: Option<ProgressBar>,
    total: u64,
    started: Instant,
    plain: Mutex<Plain>,
}

struct Plain {
    reported: Instant,
    position: u64,
}

impl Progress {
    /// Something whose size is not known.
    #[must_use]
    pub fn spinner(label: impl Into<String>) -> Self {
        Self::new(label.into(), 0, "  {spinner} {prefix} {wide_msg} {elapsed}")
    }

    /// Something of `total` steps.
    #[must_use]
    pub fn count(label: impl Into<String>, total: u64) -> Self {
        Self::new(
            label.into(),
            total,
            "  {spinner} {prefix} [{bar:30}] {pos}/{len} {wide_msg} {elapsed}",
        )
    }

    /// Something of `total` bytes.
    #[must_use]
    pub fn bytes(label: impl Into<String>, total: u64) -> Self {
        let shape = "  {spinner} {prefix} [{bar:30}] {bytes}/{total_bytes} {wide_msg} {elapsed}";
        Self::new(label.into(), total, shape)
    }

    /// Something too short to be shown.
    #[must_use]
    pub fn none() -> Self {
        let plain = Mutex::new(Plain {
            reported: Instant::now(),
            position: 0,
        });
        Self {
            label: String::new(),
            bar: None,
            total: 0,
            started: Instant::now(),
            plain,
        }
    }

    fn new(label: String, total: u64, shape: &str) -> Self {
        let bar = std::io::stderr().is_terminal().then(|| {
            let target = ProgressDrawTarget::stderr();
            let bar = ProgressBar::with_draw_target((total > 0).then_some(total), target);
            if let Ok(style) = ProgressStyle::with_template(shape) {
                bar.set_style(style.progress_chars("=> "));
            }
            bar.set_prefix(label.clone());
            bar.enable_steady_tick(Duration::from_millis(120));
            bar
        });
        let plain = Mutex::new(Plain {
            reported: Instant::now(),
            position: 0,
        });
        Self {
            label,
            bar,
            total,
            started: Instant::now(),
            plain,
        }
    }

    /// Moves on by `steps`.
    pub fn advance(&self, steps: u64) {
        if let Some(bar) = &self.bar {
            bar.inc(steps);
            return;
        }
        let Ok(mut plain) = self.plain.lock() else {
            return;
        };
        plain.position += steps;
        if self.total > 0 && plain.reported.elapsed() > PLAIN_EVERY {
            plain.reported = Instant::now();
            let percent = plain.position.saturating_mul(100) / self.total;
            anstream::eprintln!("  {}: {percent} %", self.label);
        }
    }

    /// Says what is being done at the moment.
    pub fn say(&self, text: impl Into<String>) {
        let text = text.into();
        if let Some(bar) = &self.bar {
            bar.set_message(text);
            return;
        }
        let Ok(mut plain) = self.plain.lock() else {
            return;
        };
        if plain.reported.elapsed() > PLAIN_EVERY {
            plain.reported = Instant::now();
            anstream::eprintln!("  {}: {text}", self.label);
        }
    }

    /// Ends it with a line that stays: what came out, and the seconds.
    pub fn done(self, result: &str) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
        let seconds = self.started.elapsed().as_secs_f64();
        anstream::eprintln!("  {}: {result} ({seconds:.1} s)", self.label);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
