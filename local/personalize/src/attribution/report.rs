//! The report of an import: `AggregatedAttributionMetrics - <import mode> - <epoch seconds>.csv` in
//! the S3 folder of the attribution, a row for every metric, source and quarter of an hour.

use std::{io::Read, sync::Arc};

use csv::{Reader, StringRecord, Writer};

use super::{
    Sources, attribution_of,
    sums::{Happened, Sums},
};
use crate::{
    app::App,
    clock::epoch_seconds,
    data::groups::GroupData,
    import::s3::{Location, Reach},
    resources::{DatasetImportJob, ImportMode, MetricAttribution},
};

const HEADER: [&str; 6] = [
    "METRIC_NAME",
    "EVENT_TYPE",
    "VALUE",
    "MATH_FUNCTION",
    "EVENT_ATTRIBUTION_SOURCE",
    "TIMESTAMP",
];

/// Counts the interactions of an import that was done, if the group has an attribution and somebody
/// wants to know: S3 when the job says so, the file of `--metrics` after an INCREMENTAL import.
///
/// # Errors
/// In words, what kept the report from being written.
pub(crate) async fn publish(
    app: &Arc<App>,
    job: &DatasetImportJob,
    group_arn: &str,
    from: &Location,
) -> Result<(), String> {
    let to_s3 = job.publish_attribution_metrics_to_s3 == Some(true);
    let to_file = app.metrics.is_some() && job.import_mode == ImportMode::Incremental;
    if !to_s3 && !to_file {
        return Ok(());
    }
    let found = app.read(|estate| {
        let found = attribution_of(estate, group_arn)?;
        Some((found, Sources::of(estate)))
    });
    let (Some(((attribution, metrics), sources)), Some(data)) = (found, app.groups.get(group_arn))
    else {
        return Ok(());
    };
    let (mut sums, sources) = (Sums::new(metrics), Arc::new(sources));
    for key in app.bucket.keys(from, Reach::Folder).await? {
        let content = app.bucket.open(&from.bucket, &key).await?;
        let (data, sources) = (Arc::clone(&data), Arc::clone(&sources));
        let counted = tokio::task::spawn_blocking(move || {
            add(&mut sums, &data, &sources, content).map(|()| sums)
        });
        let counted = counted.await.map_err(|error| error.to_string())?;
        sums = counted.map_err(|error| format!("{error} (s3://{}/{key})", from.bucket))?;
    }
    if let Some(file) = app.metrics.as_ref().filter(|_| to_file) {
        file.append(group_arn, &sums);
    }
    match to_s3 {
        true => put(app, job, &attribution, &sums).await,
        false => Ok(()),
    }
}

/// Writes the report.
async fn put(
    app: &App,
    job: &DatasetImportJob,
    attribution: &MetricAttribution,
    sums: &Sums,
) -> Result<(), String> {
    let path = &attribution.metrics_output_config["s3DataDestination"]["path"];
    let folder = path.as_str().and_then(Location::parse);
    let folder = folder.ok_or("the metric attribution has no s3DataDestination")?;
    let mode = match job.import_mode {
        ImportMode::Full => "FULL",
        ImportMode::Incremental => "INCREMENTAL",
    };
    let name = format!(
        "AggregatedAttributionMetrics - {mode} - {:.0}.csv",
        epoch_seconds()
    );
    let rows = rows(sums).map_err(|error| error.to_string())?;
    app.bucket.put(&folder, &name, rows).await
}

fn rows(sums: &Sums) -> csv::Result<Vec<u8>> {
    let mut writer = Writer::from_writer(Vec::new());
    writer.write_record(HEADER)?;
    for sum in sums.iter() {
        writer.write_record([
            sum.metric.metric_name.as_str(),
            &sum.metric.event_type,
            &format!("{:?}", sum.value),
            sum.expression.function(),
            sum.source,
            &sum.second.to_string(),
        ])?;
    }
    writer
        .into_inner()
        .map_err(|error| error.into_error().into())
}

/// Adds the rows of one file, which an import has read before.
fn add(
    sums: &mut Sums,
    data: &GroupData,
    sources: &Sources,
    content: impl Read,
) -> csv::Result<()> {
    let mut reader = Reader::from_reader(content);
    let header = reader.headers()?.clone();
    let column = |name: &str| {
        let plain = |cell: &str| cell.trim_start_matches('\u{feff}').trim().to_owned();
        header
            .iter()
            .position(|cell| plain(cell).eq_ignore_ascii_case(name))
    };
    let [event_type, item, second, source, answer] = [
        "EVENT_TYPE",
        "ITEM_ID",
        "TIMESTAMP",
        "EVENT_ATTRIBUTION_SOURCE",
        "RECOMMENDATION_ID",
    ]
    .map(column);
    let mut record = StringRecord::new();
    while reader.read_record(&mut record)? {
        let cell = |column: Option<usize>| record.get(column?).filter(|cell| !cell.is_empty());
        let (Some(event_type), Some(item), Some(second)) =
            (cell(event_type), cell(item), cell(second))
        else {
            continue; // an event without a type is none that a metric counts
        };
        let event = Happened {
            event_type,
            item,
            source: sources.of_event(cell(source), cell(answer)),
            second: second.parse().unwrap_or_default(),
            number: Box::new(|name| cell(column(name))?.parse().ok()),
        };
        sums.add(&data.read(), &event);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{super::sums::tests::sums, *};
    use crate::resources::AttributedMetric;

    #[test]
    fn a_report_has_a_row_for_every_sum() {
        let text = String::from_utf8(rows(&sums()).unwrap()).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], HEADER.join(","));
        assert_eq!(lines[1], "sales,Purchase,5.0,sum,mail,900");
        assert_eq!(lines.len(), 6);
    }

    #[test]
    fn rows_of_a_file_are_counted_by_their_columns() {
        let metric = AttributedMetric {
            metric_name: "value".to_owned(),
            event_type: "purchase".to_owned(),
            expression: "SUM(Interactions.AMOUNT)".to_owned(),
        };
        let mut sums = Sums::new(vec![metric]);
        let file = "\u{feff}ITEM_ID,EVENT_TYPE,TIMESTAMP,AMOUNT,EVENT_ATTRIBUTION_SOURCE\n\
            mug,Purchase,1000,2.5,mail\nmug,purchase,1001,2,\nmug,view,1000,9,mail\nmug,,1,1,\n";
        add(
            &mut sums,
            &GroupData::default(),
            &Sources::default(),
            file.as_bytes(),
        )
        .unwrap();
        let found: Vec<_> = sums.iter().map(|sum| (sum.source, sum.value)).collect();
        assert_eq!(found, [("SOURCE_NAME_UNDEFINED", 2.0), ("mail", 2.5)]);
    }
}
