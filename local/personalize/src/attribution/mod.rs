//! Metric attributions at work: events that were attributed to a campaign, a recommender or somebody
//! else are counted and summed up by the quarter of an hour. What is configured is in
//! `control/metric_attribution.rs`.
//!
//! Sums of PutEvents and of INCREMENTAL imports go to the file of `--metrics` (`emf.rs`), those of an
//! import that asks for it to the S3 folder of the attribution (`report.rs`).

mod emf;
mod expression;
mod report;
mod source;
mod sums;

use std::sync::Arc;

use crate::{
    app::App,
    data::record::{EventRecord, Record},
    estate::Estate,
    resources::{AttributedMetric, MetricAttribution, Status},
};

pub(crate) use emf::MetricsFile;
pub(crate) use expression::Expression;
pub(crate) use report::publish;
use source::Sources;
pub(crate) use source::recommendation_id;
use sums::{Happened, Sums};

/// The attribution of a group with its metrics, if it is ACTIVE.
fn attribution_of(
    estate: &Estate,
    group_arn: &str,
) -> Option<(MetricAttribution, Vec<AttributedMetric>)> {
    let attribution = estate
        .metric_attributions
        .values()
        .find(|one| one.dataset_group_arn == group_arn && one.life.status == Status::Active)?;
    let metrics = estate
        .attributed_metrics
        .get(&attribution.metric_attribution_arn)?;
    Some((attribution.clone(), metrics.clone()))
}

/// Counts events that came one by one, if anybody wants to know.
pub(crate) fn count(app: &Arc<App>, group_arn: &str, records: &[Record]) {
    let Some(file) = &app.metrics else {
        return;
    };
    let found = app.read(|estate| {
        let (_, metrics) = attribution_of(estate, group_arn)?;
        Some((metrics, Sources::of(estate)))
    });
    let (Some((metrics, sources)), Some(data)) = (found, app.groups.get(group_arn)) else {
        return;
    };
    let mut sums = Sums::new(metrics);
    let group = data.read();
    for record in records {
        if let Record::Event(event) = record {
            sums.add(&group, &happened(event, &sources));
        }
    }
    drop(group);
    file.append(group_arn, &sums);
}

fn happened<'a>(event: &'a EventRecord, sources: &'a Sources) -> Happened<'a> {
    let source = event.event_attribution_source.as_deref();
    Happened {
        event_type: &event.event_type,
        item: &event.item_id,
        source: sources.of_event(source, event.recommendation_id.as_deref()),
        second: event.sent_at,
        number: Box::new(|column| event.number(column)),
    }
}
