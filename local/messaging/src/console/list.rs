//! The list: the newest first, in pages, filtered.

use std::io;

use serde::Deserialize;

use super::page::{Page, query};
use crate::{
    app::App,
    outbox::{Channel, Counts, Filter, Record, Status},
};

/// Messages of a page.
const PAGE: usize = 50;
/// Runs that are shown.
const RUNS: usize = 20;
/// Characters of a text in the list.
const TEASER: usize = 90;

/// What is to be shown.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    channel: String,
    to: String,
    campaign: String,
    run: String,
    before: Option<u64>,
}

impl Asked {
    fn filter(&self) -> Filter {
        let given = |text: &str| (!text.trim().is_empty()).then(|| text.trim().to_owned());
        Filter {
            channel: Channel::named(&self.channel),
            to: given(&self.to),
            campaign: given(&self.campaign),
            run: given(&self.run),
            person: None,
        }
    }

    /// The same with another beginning.
    fn link(&self, before: &str) -> String {
        query(&[
            ("channel", &self.channel),
            ("to", &self.to),
            ("campaign", &self.campaign),
            ("run", &self.run),
            ("before", before),
        ])
    }
}

/// The page.
///
/// # Errors
/// When the outbox cannot be read.
pub(super) fn page(app: &App, asked: &Asked) -> io::Result<Page> {
    let before = asked.before.unwrap_or(u64::MAX);
    let mut entries = app.outbox.before(before, &asked.filter(), PAGE + 1);
    let more = entries.len() > PAGE;
    entries.truncate(PAGE);
    let records = app.outbox.records(&entries)?;
    let mut page = Page::new("Messages");
    summary(&mut page, &app.outbox.counts());
    form(&mut page, asked);
    if records.is_empty() {
        page.raw("<p class=\"none\">No messages.</p>");
        return Ok(page);
    }
    page.raw("<table><thead><tr><th>Sent (UTC)</th><th>Channel</th><th>To</th><th>Message</th><th>Campaign</th></tr></thead><tbody>");
    for record in &records {
        row(&mut page, record);
    }
    page.raw("</tbody></table><nav>");
    if asked.before.is_some() {
        page.raw("<a href=")
            .attribute(&format!("/{}", asked.link("")));
        page.raw(">Newest</a> ");
    }
    if let Some(last) = entries.last().filter(|_| more) {
        let link = asked.link(&last.seq.to_string());
        page.raw("<a rel=\"next\" href=")
            .attribute(&format!("/{link}"));
        page.raw(">Older</a>");
    }
    page.raw("</nav>");
    Ok(page)
}

fn summary(page: &mut Page, counts: &Counts) {
    page.raw("<ul class=\"counts\">");
    for (channel, count) in counts.channels {
        let link = query(&[("channel", channel.name())]);
        page.raw("<li><a href=")
            .attribute(&format!("/{link}"))
            .raw("><b>");
        page.text(&count.to_string())
            .raw("</b> ")
            .text(channel.name())
            .raw("</a></li>");
    }
    page.raw("<li><b>")
        .text(&counts.people.to_string())
        .raw("</b> people</li></ul>");
    if counts.runs.is_empty() {
        return;
    }
    page.raw("<details><summary>Runs</summary><table><thead><tr><th>Run</th><th>Campaign</th><th>Messages</th><th>People</th></tr></thead><tbody>");
    for run in counts.runs.iter().rev().take(RUNS) {
        let link = query(&[("run", &run.run)]);
        page.raw("<tr><td><a href=")
            .attribute(&format!("/{link}"))
            .raw(">")
            .text(&run.run);
        page.raw("</a></td><td>").text(&run.campaign);
        page.raw("</td><td>").text(&run.messages.to_string());
        page.raw("</td><td>")
            .text(&run.people.to_string())
            .raw("</td></tr>");
    }
    page.raw("</tbody></table></details>");
}

fn form(page: &mut Page, asked: &Asked) {
    page.raw("<form action=\"/\" method=\"get\"><label>Channel <select name=\"channel\"><option value=\"\">all</option>");
    for channel in Channel::ALL {
        page.raw("<option");
        if channel.name() == asked.channel {
            page.raw(" selected");
        }
        page.raw(">").text(channel.name()).raw("</option>");
    }
    page.raw("</select></label>");
    for (label, name, value) in [
        ("To", "to", &asked.to),
        ("Campaign", "campaign", &asked.campaign),
        ("Run", "run", &asked.run),
    ] {
        page.raw("<label>")
            .text(label)
            .raw(" <input name=")
            .attribute(name);
        page.raw(" value=").attribute(value).raw("></label>");
    }
    page.raw("<button>Show</button></form>");
}

fn row(page: &mut Page, record: &Record) {
    let at = record.at.strftime("%Y-%m-%d %H:%M:%S").to_string();
    let link = format!("/messages/{}", record.id);
    page.raw("<tr><td><time>")
        .text(&at)
        .raw("</time></td><td><span class=");
    page.attribute(&format!("channel {}", record.channel.name()));
    page.raw(">")
        .text(record.channel.name())
        .raw("</span></td><td class=\"to\">");
    page.text(&shortened(&record.to.join(", ")))
        .raw("</td><td><a href=");
    page.attribute(&link)
        .raw(">")
        .text(&teaser(record))
        .raw("</a>");
    if record.status == Status::Suppressed {
        page.raw(" <em>suppressed</em>");
    }
    page.raw("</td><td>")
        .text(record.label("campaign").unwrap_or_default());
    page.raw("</td></tr>");
}

/// What one sees of a message before it is opened.
fn teaser(record: &Record) -> String {
    let text = record.text.as_ref().map(|text| text.body.as_str());
    let push = record.push.as_ref().map(|push| push.body.as_str());
    let said = record
        .subject
        .as_deref()
        .or(text)
        .or(push)
        .unwrap_or_default();
    match said.trim() {
        "" => "(empty)".to_owned(),
        said => shortened(said),
    }
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(TEASER) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
