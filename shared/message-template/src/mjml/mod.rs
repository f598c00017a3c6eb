//! MJML to HTML, with the tags of the template language left as they are.
//!
//! `mrml` writes attributes as Rust writes strings, with escapes of Rust's, and cuts markup where `<` is. So
//! whatever it could change is replaced by a word that it cannot, and put back afterwards.

mod covered;

use std::collections::HashMap;

use mrml::prelude::{
    parser::{Error as ParseError, WarningKind},
    render::RenderOptions,
};

use self::covered::Covered;
use crate::{
    TemplateError,
    markup::{Piece, pieces, unbalanced},
};

/// Renders `source`, the content of `file`.
///
/// # Errors
/// When it is not MJML, or MJML has no place for one of its tags.
pub(crate) fn to_html(file: &str, source: &str) -> Result<String, TemplateError> {
    if let Some((at, name)) = unbalanced(source) {
        let message = format!("<{name}> is not closed, or not opened, where it should be");
        return Err(TemplateError::at(file, source, at, message));
    }
    let covered = Covered::new(source);
    let wrong = |at: Option<usize>, message: String| match at {
        Some(at) => TemplateError::at(file, source, covered.in_source(at), message),
        None => TemplateError::whole(file, message),
    };
    let parsed = mrml::parse(&covered.text).map_err(|error| {
        let (at, what) = place(&error, &covered.text);
        wrong(at, format!("not MJML: {what}"))
    })?;
    if let Some(warning) = parsed.warnings.first() {
        let what = match warning.kind {
            WarningKind::UnexpectedAttribute => {
                "an attribute that MJML does not know here; remove it"
            }
            WarningKind::InlineStyleUnsupported => "styles are not made inline; remove `inline`",
        };
        return Err(wrong(Some(warning.span.start), what.to_owned()));
    }
    // Fonts that a template wants it names itself: each is a request to somebody else.
    let options = RenderOptions {
        fonts: HashMap::new(),
        ..RenderOptions::default()
    };
    let html = parsed.element.render(&options);
    let html = html.map_err(|error| wrong(None, format!("MJML cannot render it: {error}")))?;
    if let Some(name) = unknown(&html) {
        let message = format!("MJML has no <{name}>");
        let at = source.find(&format!("<{name}")).unwrap_or_default();
        return Err(TemplateError::at(file, source, at, message));
    }
    covered.uncover(&html).map_err(|piece| {
        let tag = &source[piece.source.clone()];
        let message =
            format!("MJML drops `{tag}` here; put it into text, an attribute, or <mj-raw>");
        TemplateError::at(file, source, piece.source.start, message)
    })
}

/// An element that MJML left as it is.
fn unknown(html: &str) -> Option<String> {
    pieces(html).find_map(|piece| match piece {
        Piece::Open(element) if element.name.starts_with("mj-") => Some(element.name),
        _ => None,
    })
}

/// Where in the covered text, and what, `error` is.
fn place(error: &ParseError, covered: &str) -> (Option<usize>, String) {
    match error {
        ParseError::UnexpectedElement { position, .. } => (
            Some(position.start),
            "an element that may not be here".to_owned(),
        ),
        ParseError::UnexpectedToken { position, .. } => (
            Some(position.start),
            "something that may not be here; is an element before it closed?".to_owned(),
        ),
        ParseError::MissingAttribute { name, position, .. } => (
            Some(position.start),
            format!("the element lacks the attribute {name}"),
        ),
        ParseError::InvalidAttribute { position, .. }
        | ParseError::InvalidFormat { position, .. } => (
            Some(position.start),
            "an attribute of another form".to_owned(),
        ),
        ParseError::IncludeLoaderError { position, .. } => (
            Some(position.start),
            "nothing can be included; write it here".to_owned(),
        ),
        ParseError::ParserError { source, .. } => {
            let row = source.pos().row as usize;
            let lines = covered.split_inclusive('\n').take(row.saturating_sub(1));
            (Some(lines.map(str::len).sum()), source.to_string())
        }
        ParseError::EndOfStream { .. } => (None, "it ends within an element; close it".to_owned()),
        ParseError::SizeLimit { .. } => (None, "it is too large".to_owned()),
        ParseError::NoRootNode => (None, "there is no <mjml> element".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(content: &str) -> String {
        format!(
            "<mjml>\n<mj-body>\n<mj-section>\n<mj-column>\n{content}\n</mj-column></mj-section></mj-body></mjml>"
        )
    }

    fn wrong(source: &str) -> String {
        to_html("en/email.mjml", source).unwrap_err().to_string()
    }

    #[test]
    fn tags_come_out_as_they_are() {
        let tags = [
            r#"<mj-text>{{ a["b"] | default("<\"x\">") }}</mj-text>"#,
            r#"<mj-image src="{{ a['b'] | default("x") }}" alt="{{ t }} – Größe a\b \u{200d}" />"#,
            r#"<mj-text>{% if a < b and c > "d" %}&amp; ’{% endif %}</mj-text>"#,
            r#"<mj-raw>{%- for x in y -%}<p>x</p>{% endfor %}</mj-raw>"#,
            r#"<mj-button href="{{ u }}">View {{ t }}</mj-button>"#,
        ];
        for source in tags {
            let html = to_html("en/email.mjml", &body(source)).unwrap();
            for tag in crate::tags::all(source) {
                let tag = &source[tag.range];
                assert!(html.contains(tag), "{tag} of {source}: {html}");
            }
            assert!(!html.contains("hidden"), "{html}");
        }
        let html = to_html(
            "en/email.mjml",
            &body("<mj-image src='{{ u }}' alt='\u{200d}a\\b\n\"ü\"' />"),
        );
        let html = html.unwrap();
        assert!(
            html.contains("alt=\"\u{200d}a\\b &quot;ü&quot;\""),
            "{html}"
        );
    }

    #[test]
    fn comments_are_left_out_and_conditions_of_outlook_are_not() {
        let source = "<mj-raw><!-- {{ x }} <p> -->{# {{ y }} #}<!--[if mso]><i>{{ z }}</i><![endif]--></mj-raw>";
        let html = to_html("en/email.mjml", &body(source)).unwrap();
        assert!(
            html.contains("<!--[if mso]><i>{{ z }}</i><![endif]-->"),
            "{html}"
        );
        assert!(!html.contains("{{ x") && !html.contains("{{ y"), "{html}");
        assert!(!html.contains("fonts.googleapis"), "{html}");
    }

    #[test]
    fn loops_go_around_columns_and_sections() {
        let source = "<mjml><mj-body><mj-raw>{% for row in rows %}</mj-raw><mj-section>\
            <mj-raw>{% for x in row %}</mj-raw><mj-column width='50%'><mj-text>{{ x }}</mj-text></mj-column>\
            <mj-raw>{% endfor %}</mj-raw></mj-section><mj-raw>{% endfor %}</mj-raw></mj-body></mjml>";
        let html = to_html("en/email.mjml", source).unwrap();
        let order = [
            "for row", "<table", "for x", "{{ x }}", "endfor", "</table", "endfor",
        ];
        let mut from = 0;
        for wanted in order {
            let at = html[from..].find(wanted);
            from += at.unwrap_or_else(|| panic!("{wanted}: {html}")) + wanted.len();
        }
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line() {
        let lines = "{{\n\n x }}";
        for (content, line) in [
            ("<mj-text>a</mj-txt>", 5),
            ("<mj-text>\n{{ x }}</mj-text>\n<mj-foo></mj-foo>", 7),
            (&format!("<mj-text>{lines}</mj-text>\n<mj-bar />"), 8),
        ] {
            let message = wrong(&body(content));
            assert!(message.contains(&format!(", line {line}:")), "{message}");
        }
        assert!(wrong("<p>x</p>").contains("mjml"));
        assert!(wrong("<mjml><mj-body>").contains("closed"));
    }
}
