//! What is believed of an arm's mean: a density on a grid, with its distribution function.

/// How many points the grid has, and how many standard deviations it reaches each way. Both tails outside
/// together have a chance below 1e-5, whatever the Beta distribution.
const POINTS: usize = 4_001;
const REACH: f64 = 12.0;

/// A distribution on a grid around its mean.
pub(super) struct Posterior {
    start: f64,
    step: f64,
    density: Vec<f64>,
    /// The chance up to each point, by the trapezoid rule.
    cumulative: Vec<f64>,
}

impl Posterior {
    /// Of a rate after `successes` of `trials`, with a uniform prior: Beta(s + 1, n - s + 1).
    pub(super) fn beta(successes: f64, trials: f64) -> Self {
        let (a, b) = (successes, trials - successes);
        let all = trials + 2.0;
        let mean = (a + 1.0) / all;
        let deviation = (mean * (1.0 - mean) / (all + 1.0)).sqrt();
        let power = |x: f64, n: f64| if n > 0.0 { n * x.ln() } else { 0.0 };
        let log_density = |x: f64| power(x, a) + power(1.0 - x, b);
        let start = (mean - REACH * deviation).max(0.0);
        let end = (mean + REACH * deviation).min(1.0);
        // The density is largest at the share itself; relative to it nothing overflows.
        let largest = log_density(a / trials);
        Self::on_grid(start, end, |x| (log_density(x) - largest).exp())
    }

    /// Of a mean with a squared error above zero; without one it is known.
    pub(super) fn normal(mean: f64, squared_error: f64) -> Self {
        let deviation = squared_error.sqrt().max(f64::EPSILON * mean.abs().max(1.0));
        let density = |x: f64| (-0.5 * ((x - mean) / deviation).powi(2)).exp();
        Self::on_grid(mean - REACH * deviation, mean + REACH * deviation, density)
    }

    fn on_grid(start: f64, end: f64, density: impl Fn(f64) -> f64) -> Self {
        let step = (end - start) / (POINTS - 1) as f64;
        let mut density: Vec<f64> = (0..POINTS)
            .map(|i| density(start + step * i as f64))
            .collect();
        let mut cumulative = Vec::with_capacity(POINTS);
        let mut sum = 0.0;
        cumulative.push(sum);
        for pair in density.windows(2) {
            sum += f64::midpoint(pair[0], pair[1]) * step;
            cumulative.push(sum);
        }
        density.iter_mut().for_each(|value| *value /= sum);
        cumulative.iter_mut().for_each(|value| *value /= sum);
        Self {
            start,
            step,
            density,
            cumulative,
        }
    }

    /// The chance to be below a value.
    pub(super) fn below(&self, x: f64) -> f64 {
        let place = (x - self.start) / self.step;
        if place <= 0.0 {
            return 0.0;
        }
        let index = place as usize;
        match self.cumulative.get(index..=index + 1) {
            Some(&[low, high]) => low + (high - low) * place.fract(),
            _ => 1.0,
        }
    }

    /// The expected value of a function, by the trapezoid rule.
    pub(super) fn expect(&self, function: impl Fn(f64) -> f64) -> f64 {
        let points = self.density.iter().enumerate();
        let sum: f64 = points
            .map(|(index, density)| {
                let end = index == 0 || index == POINTS - 1;
                let weight = if end { 0.5 } else { 1.0 };
                weight * density * function(self.start + self.step * index as f64)
            })
            .sum();
        sum * self.step
    }
}
