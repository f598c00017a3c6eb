//! Where things of a run are in the data bucket.

use shared::config::messages::Channel;

/// The parts of the audience, a line each.
pub(crate) fn parts(run: &str) -> String {
    format!("messages/runs/{run}/parts.jsonl")
}

/// People of `part` who were put off, as part `later`.
pub(crate) fn later(run: &str, later: &str) -> String {
    format!("messages/runs/{run}/later/{later}.jsonl")
}

/// Preview `number` of a channel and language: a page of an email, else text.
pub(crate) fn preview(
    run: &str,
    number: u32,
    channel: Channel,
    language: &str,
    ending: &str,
) -> String {
    let channel = channel.name();
    format!("{}{number:03}-{channel}-{language}.{ending}", previews(run))
}

/// Where previews are.
pub(crate) fn previews(run: &str) -> String {
    format!("messages/runs/{run}/previews/")
}

/// The report.
pub(crate) fn report(campaign: &str, run: &str) -> String {
    format!("reports/messages/{campaign}/{run}.json")
}

/// The files of a template.
pub(crate) fn templates(template: &str) -> String {
    format!("config/templates/{template}/")
}

/// Evidence that arrived within an hour (UTC) that begins at `hour` (epoch seconds).
pub(crate) fn evidence(hour: i64) -> String {
    let time = jiff::Timestamp::from_second(hour).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    let time = time.to_zoned(jiff::tz::TimeZone::UTC);
    format!("messages/evidence/{}", time.strftime("%Y/%m/%d/%H/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn evidence_is_by_the_hour_it_arrived() {
        assert_eq!(evidence(1_796_040_000), "messages/evidence/2026/11/30/12/");
        assert_eq!(
            preview("r", 7, Channel::Email, "de", "html"),
            "messages/runs/r/previews/007-email-de.html"
        );
    }
}
