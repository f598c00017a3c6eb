//! One message, as it would look.

use super::page::Page;
use crate::{
    outbox::{Channel, Message, Push, Record, Status, Text},
    ses::rendered,
};

/// The page of a message.
pub(super) fn page(message: &Message) -> Page {
    let record = &message.record;
    let content = message.content.as_ref();
    let parts = content.map(|content| rendered(content, message.data.as_deref()));
    let subject = parts.as_ref().map(|(subject, ..)| subject.as_str());
    let title = match record.channel {
        Channel::Email => subject.unwrap_or_default(),
        Channel::Sms => "Text",
        Channel::Push => "Push notification",
    };
    let mut page = Page::new(if title.is_empty() {
        "(no subject)"
    } else {
        title
    });
    if record.status == Status::Suppressed {
        page.raw("<p class=\"warning\">Not delivered: the address is on the suppression list.</p>");
    }
    facts(&mut page, record);
    if let Some((_, html, text)) = parts {
        email(&mut page, record, html.is_some(), text.as_deref());
    }
    if let Some(text) = &record.text {
        bubble(&mut page, text);
    }
    if let Some(push) = &record.push {
        card(&mut page, record, push);
    }
    labels(&mut page, record);
    page
}

fn facts(page: &mut Page, record: &Record) {
    page.raw("<dl>");
    page.term("From", record.from.as_deref().unwrap_or_default());
    page.term("To", &record.to.join(", "));
    page.term("Reply to", &record.reply_to.join(", "));
    page.term("Sent", &record.at.to_string());
    page.term("Message id", &record.id);
    page.term(
        "Configuration set",
        record.configuration_set.as_deref().unwrap_or_default(),
    );
    page.raw("</dl>");
}

/// The HTML part at the width of a phone and of a desk, without a script: radio buttons before the frame.
fn email(page: &mut Page, record: &Record, html: bool, text: Option<&str>) {
    if html {
        let source = format!("/messages/{}/html", record.id);
        page.raw("<section class=\"preview\"><h2>HTML</h2>");
        page.raw("<input type=\"radio\" name=\"width\" id=\"w600\" checked><label for=\"w600\">600 px</label>");
        page.raw(
            "<input type=\"radio\" name=\"width\" id=\"w320\"><label for=\"w320\">320 px</label>",
        );
        page.raw("<iframe title=\"The email\" sandbox=\"allow-popups allow-popups-to-escape-sandbox\" src=");
        page.attribute(&source).raw("></iframe></section>");
    }
    page.raw("<section><h2>Text</h2>");
    match text {
        Some(text) => page.raw("<pre>").text(text).raw("</pre>"),
        None => page.raw("<p class=\"warning\">There is no text part.</p>"),
    };
    page.raw("</section>");
    if record.headers.is_empty() {
        return;
    }
    page.raw("<section><h2>Headers</h2><dl>");
    for header in &record.headers {
        page.term(&header.name, &header.value);
    }
    page.raw("</dl></section>");
}

fn bubble(page: &mut Page, text: &Text) {
    page.raw("<section><p class=\"bubble\">").text(&text.body);
    let parts = if text.parts == 1 { "part" } else { "parts" };
    let length = text.body.chars().count();
    let note = format!(
        "{} {parts}, {length} characters, {}",
        text.parts, text.encoding
    );
    page.raw("</p><p class=\"note\">")
        .text(&note)
        .raw("</p></section>");
}

fn card(page: &mut Page, record: &Record, push: &Push) {
    page.raw("<section><div class=\"card\">");
    if let Some(image) = push.image.as_deref().filter(|url| is_web(url)) {
        page.raw("<img alt=\"\" src=").attribute(image).raw(">");
    }
    page.raw("<div><strong>")
        .text(record.subject.as_deref().unwrap_or_default());
    page.raw("</strong><p>").text(&push.body).raw("</p>");
    match push.url.as_deref() {
        Some(url) if is_web(url) => {
            page.raw("<a rel=\"noreferrer\" target=\"_blank\" href=")
                .attribute(url);
            page.raw(">").text(url).raw("</a>");
        }
        Some(url) => {
            page.text(url);
        }
        None => {}
    }
    page.raw("</div></div><dl>");
    page.term("Service", &push.service);
    page.term("Application", &push.application);
    for (name, value) in &push.data {
        page.term(name, value);
    }
    page.raw("</dl>");
    if let Some(raw) = &push.raw {
        page.raw("<pre>").text(raw).raw("</pre>");
    }
    page.raw("</section>");
}

/// Tags and context.
fn labels(page: &mut Page, record: &Record) {
    for (title, labels) in [("Tags", &record.tags), ("Context", &record.context)] {
        if labels.is_empty() {
            continue;
        }
        page.raw("<section><h2>").text(title).raw("</h2><dl>");
        for (name, value) in labels {
            page.term(name, value);
        }
        page.raw("</dl></section>");
    }
}

/// Whether a link may be followed: other schemes can run scripts.
fn is_web(url: &str) -> bool {
    let scheme = |scheme: &str| {
        url.get(..scheme.len())
            .is_some_and(|begin| begin.eq_ignore_ascii_case(scheme))
    };
    scheme("https://") || scheme("http://")
}

/// An email's HTML with links that open beside the console and not inside the frame.
pub(super) fn opening_links_outside(html: &str) -> String {
    const BASE: &str = "<base target=\"_blank\">";
    // At the end of `<head>`, so that the document type stays first.
    let head = html
        .as_bytes()
        .windows(5)
        .position(|bytes| bytes.eq_ignore_ascii_case(b"<head"));
    let end = head.and_then(|head| html[head..].find('>').map(|end| head + end + 1));
    match end {
        Some(end) => format!("{}{BASE}{}", &html[..end], &html[end..]),
        None => format!("{BASE}{html}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outbox::Content;

    #[test]
    fn an_email_keeps_its_document_type_and_opens_links_outside() {
        let html = "<!doctype html><html><HEAD class=a><title>x</title></head>";
        let shown = opening_links_outside(html);
        assert!(shown.starts_with("<!doctype html><html><HEAD class=a><base target=\"_blank\">"));
        assert!(opening_links_outside("<p>").ends_with("<p>"));
        assert!(opening_links_outside("ä<head").ends_with("ä<head"));
    }

    #[test]
    fn nothing_of_a_message_is_markup() {
        let evil = "\"><script>alert(1)</script>";
        let mut record = Record::new(Channel::Push, vec![evil.to_owned()]);
        record.subject = Some(evil.to_owned());
        record.context.insert(evil.to_owned(), evil.to_owned());
        record.push = Some(Push {
            body: evil.to_owned(),
            url: Some("javascript:alert(1)".to_owned()),
            image: Some(format!("https://shop.example/{evil}")),
            ..Push::default()
        });
        let content = Some(Content {
            subject: evil.to_owned(),
            ..Content::default()
        });
        let message = Message {
            record,
            content,
            data: None,
        };
        let html = page(&message).finish();
        assert!(!html.contains("<script"), "{html}");
        assert!(!html.contains("href=\"javascript:"), "{html}");
        assert!(html.contains("src=\"https://shop.example/&quot;"), "{html}");
    }
}
