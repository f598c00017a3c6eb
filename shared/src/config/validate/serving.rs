//! What answers the shop: filters, and how requests are served.

use super::Problems;
use crate::config::{EstateConfig, Filter, Serving};

const EXPRESSION_MAX: usize = 2_500;
/// Personalize takes minutes to make a filter, and keeps thirty.
const MIN_ROTATION: i64 = 3_600;
const SEGMENTS_MAX: usize = 50;

impl Problems {
    pub(super) fn serving(&mut self, config: &EstateConfig) {
        for (index, filter) in config.filters.iter().enumerate() {
            self.filter(&format!("filters[{index}]"), filter);
        }
        self.settings(&config.serving);
        self.segments(config);
        for (name, placement) in &config.placements {
            self.placement(config, name, placement);
        }
    }

    fn settings(&mut self, serving: &Serving) {
        if !(50..=5_000).contains(&serving.answer_within) {
            self.add("serving.answerWithin", "is 50 to 5000 milliseconds");
        }
        if serving.personalize_within >= serving.answer_within {
            self.add(
                "serving.personalizeWithin",
                "leaves no time for a fallback: it has to be less than answerWithin",
            );
        }
        if serving.cache_seconds > 24 * 60 * 60 {
            self.add("serving.cacheSeconds", "is at most a day, 86400");
        }
        self.time_zone("serving.timeZone", &serving.time_zone);
    }

    fn segments(&mut self, config: &EstateConfig) {
        for (key, segments) in &config.serving.segments {
            let path = format!("serving.segments.{}", key.name());
            if !(1..=SEGMENTS_MAX).contains(&segments.values.len()) {
                self.add(
                    &format!("{path}.values"),
                    format!("are 1 to {SEGMENTS_MAX}: each is a list of its own"),
                );
            }
            match config.filter(&segments.filter) {
                None => {
                    let declared = config.filters.iter().map(|filter| filter.name.as_str());
                    self.undeclared(
                        &format!("{path}.filter"),
                        &segments.filter,
                        "filters",
                        declared,
                    );
                }
                Some(filter)
                    if !filter
                        .expression
                        .contains(&format!("${}", segments.placeholder)) =>
                {
                    self.add(
                        &format!("{path}.placeholder"),
                        format!(
                            "the filter `{}` has no placeholder ${}",
                            segments.filter, segments.placeholder
                        ),
                    );
                }
                Some(_) => {}
            }
        }
    }

    fn filter(&mut self, path: &str, filter: &Filter) {
        self.room(&format!("{path}.name"), &filter.name);
        let at = format!("{path}.expression");
        let has_date = filter.expression.contains("{{");
        match filter.rotate {
            None if has_date => {
                return self.add(
                    &at,
                    "has a date, and nothing says how often to renew it: add rotate",
                );
            }
            Some(_) if !has_date => self.add(
                &format!("{path}.rotate"),
                "has nothing to renew: the expression has no {{ now }}",
            ),
            Some(every) if every.seconds() < MIN_ROTATION => {
                self.add(&format!("{path}.rotate"), "is at least 1h");
            }
            _ => {}
        }
        match filter.generation(0) {
            Err(error) => self.add(&at, error),
            Ok(generation) => {
                if let Err(error) = filter_expression::parse::parse(&generation.expression) {
                    self.add(&at, error);
                }
            }
        }
        if filter.expression.len() > EXPRESSION_MAX {
            self.add(
                &at,
                format!("is longer than Personalize's {EXPRESSION_MAX} characters"),
            );
        }
    }
}
