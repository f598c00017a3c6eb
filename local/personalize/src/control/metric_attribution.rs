//! Metric attributions: which events of a group are counted, and how. What is done with them is in
//! `attribution/`.

use serde_json::{Value, json};

use super::{Call, begin_with, end, page};
use crate::{
    app::App,
    attribution::Expression,
    estate::Estate,
    fault::{Fault, FaultKind},
    input::Input,
    lifecycle::Work,
    resources::{AttributedMetric, DatasetGroup, Life, MetricAttribution},
};

impl Work for MetricAttribution {
    fn gone(self, _: &App, estate: &mut Estate) {
        estate
            .attributed_metrics
            .remove(&self.metric_attribution_arn);
    }
}

/// `CreateMetricAttribution`
pub(super) fn create(call: &Call<'_>) -> Result<Value, Fault> {
    let input = &call.input;
    let name = input.name("name")?;
    let group_arn = input.arn("datasetGroupArn")?;
    let metrics = metrics(call, "metrics", Vec::new())?;
    let config = input.value("metricsOutputConfig").cloned();
    let arn = call.scope.arn(&format!("metric-attribution/{name}"));
    call.app
        .read(|estate| estate.active::<DatasetGroup>(group_arn).map(|_| ()))?;
    begin_with(
        call,
        MetricAttribution {
            name,
            metric_attribution_arn: arn.clone(),
            dataset_group_arn: group_arn.to_owned(),
            metrics_output_config: config.unwrap_or_default(),
            life: Life::begin(),
        },
        |estate| {
            estate.attributed_metrics.insert(arn.clone(), metrics);
        },
    )?;
    Ok(json!({ "metricAttributionArn": arn }))
}

/// `UpdateMetricAttribution`, in force at once.
pub(super) fn update(call: &Call<'_>) -> Result<Value, Fault> {
    let input = &call.input;
    let arn = input.arn("metricAttributionArn")?;
    let removed = input.texts("removeMetrics", 0..=10, 256)?;
    call.app.change(|estate| {
        let status = estate.active::<MetricAttribution>(arn)?.life.status;
        let mut kept = estate.attributed_metrics.remove(arn).unwrap_or_default();
        for name in &removed {
            if !kept.iter().any(|one| one.metric_name == *name) {
                let problem = format!("the attribution has no metric {name}");
                return Err(input.wrong("removeMetrics", problem));
            }
        }
        kept.retain(|one| !removed.contains(&one.metric_name));
        let metrics = metrics(call, "addMetrics", kept)?;
        estate.attributed_metrics.insert(arn.to_owned(), metrics);
        let attribution = estate.get_mut::<MetricAttribution>(arn)?;
        if let Some(config) = input.value("metricsOutputConfig") {
            attribution.metrics_output_config = config.clone();
        }
        attribution.life.become_status(status);
        Ok(())
    })?;
    Ok(json!({ "metricAttributionArn": arn }))
}

/// `ListMetricAttributions`
pub(super) fn list(call: &Call<'_>) -> Result<Value, Fault> {
    let group = call.input.optional_arn("datasetGroupArn")?;
    page::list::<MetricAttribution>(call, "metricAttributions", |one| {
        group.is_none_or(|group| one.dataset_group_arn == group)
    })
}

/// `ListMetricAttributionMetrics`; a token is the name of the last metric of the page before.
pub(super) fn list_metrics(call: &Call<'_>) -> Result<Value, Fault> {
    let arn = call.input.arn("metricAttributionArn")?;
    let longest = call.input.integer("maxResults", 1..=100)?.unwrap_or(100);
    let longest = usize::try_from(longest).unwrap_or(usize::MAX);
    call.app.read(|estate| {
        estate.get::<MetricAttribution>(arn)?;
        let metrics = estate.attributed_metrics.get(arn);
        let metrics = metrics.map_or(&[][..], Vec::as_slice);
        let start = match call.input.text("nextToken")? {
            None => 0,
            Some(token) => match metrics.iter().position(|one| one.metric_name == token) {
                Some(last) => last + 1,
                None => {
                    return Err(Fault::new(
                        FaultKind::InvalidNextToken,
                        "nextToken is not one of a list of metrics; begin again without it",
                    ));
                }
            },
        };
        let rest = &metrics[start..];
        let page = &rest[..rest.len().min(longest)];
        let mut answer = json!({ "metrics": page });
        if page.len() < rest.len()
            && let Some(last) = page.last()
        {
            answer["nextToken"] = last.metric_name.as_str().into();
        }
        Ok(answer)
    })
}

/// `DeleteMetricAttribution`
pub(super) fn delete(call: &Call<'_>) -> Result<Value, Fault> {
    end::<MetricAttribution>(call, call.input.arn("metricAttributionArn")?)
}

/// The metrics of a request after those that are there already.
fn metrics(
    call: &Call<'_>,
    member: &str,
    mut metrics: Vec<AttributedMetric>,
) -> Result<Vec<AttributedMetric>, Fault> {
    for given in call.input.objects(member, 0..=10)? {
        let metric = metric(&given)?;
        if metrics
            .iter()
            .any(|one| one.metric_name == metric.metric_name)
        {
            return Err(Fault::new(
                FaultKind::ResourceAlreadyExists,
                format!("There is a metric {} already", metric.metric_name),
            ));
        }
        metrics.push(metric);
    }
    let most = call.app.quotas.counts.metrics_in_attribution;
    if metrics.len() > most {
        let problem = format!("an attribution has at most {most} metrics");
        return Err(call.input.wrong(member, problem));
    }
    Ok(metrics)
}

fn metric(given: &Input) -> Result<AttributedMetric, Fault> {
    let expression = given.required("expression")?;
    if Expression::parse(expression).is_none() {
        return Err(given.wrong(
            "expression",
            "must be SUM(Items.<column>), SUM(Interactions.<column>) or SAMPLECOUNT()",
        ));
    }
    Ok(AttributedMetric {
        event_type: given.required("eventType")?.to_owned(),
        metric_name: given.required("metricName")?.to_owned(),
        expression: expression.to_owned(),
    })
}
