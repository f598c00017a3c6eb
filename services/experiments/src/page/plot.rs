//! The lift of each arm over time, with its interval, as inline SVG.

use std::fmt::Write;

use super::html::{escape, moment, per_cent};
use crate::analysis::{
    points::Point,
    results::{Bounds, Results},
};

const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 240.0;
/// Room for the labels of the axis.
const LEFT: f64 = 64.0;
const BOTTOM: f64 = 24.0;

/// The scale of one plot.
struct Scale {
    first: i64,
    last: i64,
    /// The lift at the top; the bottom is the same below zero.
    most: f64,
}

impl Scale {
    fn of(points: &[Point], arm: usize) -> Option<Self> {
        let lifts = points.iter().filter_map(|point| bounds(point, arm));
        // The first intervals are so wide that they would hide the rest.
        let half = lifts.clone().count() / 2;
        let most = lifts
            .skip(half)
            .flat_map(|one| [one.lower.abs(), one.upper.abs()])
            .fold(0.01, f64::max);
        Some(Self {
            first: points.first()?.at,
            last: points.last()?.at,
            most: 1.1 * most,
        })
    }

    #[allow(clippy::cast_precision_loss, reason = "pixels")]
    fn x(&self, at: i64) -> f64 {
        let span = (self.last - self.first).max(1) as f64;
        LEFT + (WIDTH - LEFT) * (at - self.first) as f64 / span
    }

    fn y(&self, lift: f64) -> f64 {
        let share = (lift / self.most).clamp(-1.0, 1.0);
        (HEIGHT - BOTTOM) * (1.0 - share) / 2.0
    }
}

fn bounds(point: &Point, arm: usize) -> Option<Bounds> {
    point.lifts.get(arm).copied().flatten()
}

/// A plot for each arm other than the control.
pub(super) fn lifts(results: &Results) -> String {
    let arms = results
        .arms
        .iter()
        .enumerate()
        .filter(|(_, arm)| !arm.control);
    arms.map(|(index, arm)| plot(&results.points, index, &arm.name))
        .collect()
}

/// The lifts with this index over time.
pub(super) fn plot(points: &[Point], arm: usize, name: &str) -> String {
    let name = escape(name);
    let known: Vec<(i64, Bounds)> = points
        .iter()
        .filter_map(|point| Some((point.at, bounds(point, arm)?)))
        .collect();
    let scale = Scale::of(points, arm).filter(|_| !known.is_empty());
    let Some(scale) = scale else {
        return format!("<p>{name}: not enough units for an interval yet.</p>");
    };
    let line = |of: fn(&Bounds) -> f64| {
        known.iter().fold(String::new(), |mut path, (at, bounds)| {
            let _ = write!(path, "{:.1},{:.1} ", scale.x(*at), scale.y(of(bounds)));
            path
        })
    };
    let lower: Vec<String> = line(|one| one.lower)
        .split_whitespace()
        .rev()
        .map(str::to_owned)
        .collect();
    let (zero, bottom) = (scale.y(0.0), HEIGHT - 4.0);
    format!(
        "<figure><figcaption>{name}</figcaption><svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" \
         aria-label=\"Lift of {name} over time\">\
         <polygon class=\"band\" points=\"{upper}{lower}\"/>\
         <line class=\"zero\" x1=\"{LEFT}\" x2=\"{WIDTH}\" y1=\"{zero:.1}\" y2=\"{zero:.1}\"/>\
         <polyline class=\"estimate\" points=\"{middle}\"/>\
         {now}<text x=\"0\" y=\"12\">{top}</text><text x=\"0\" y=\"{zero:.1}\">0</text>\
         <text x=\"0\" y=\"{low:.1}\">{least}</text>\
         <text x=\"{LEFT}\" y=\"{bottom}\">{first}</text>\
         <text x=\"{WIDTH}\" y=\"{bottom}\" text-anchor=\"end\">{last}</text></svg></figure>",
        upper = line(|one| one.upper),
        lower = lower.join(" "),
        middle = line(|one| one.estimate),
        now = known
            .last()
            .map_or_else(String::new, |last| mark(&scale, last)),
        top = per_cent(scale.most),
        least = per_cent(-scale.most),
        low = HEIGHT - BOTTOM,
        first = moment(scale.first),
        last = moment(scale.last),
    )
}

/// The last interval as a bar with its estimate: of one point there is no line.
fn mark(scale: &Scale, (at, bounds): &(i64, Bounds)) -> String {
    let (x, y) = (scale.x(*at).min(WIDTH - 4.0), scale.y(bounds.estimate));
    let (top, low) = (scale.y(bounds.upper), scale.y(bounds.lower));
    format!(
        "<line class=\"bar\" x1=\"{x:.1}\" x2=\"{x:.1}\" y1=\"{top:.1}\" y2=\"{low:.1}\"/>\
         <circle class=\"now\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"4\"/>"
    )
}
