//! What an email's source may not have, whoever wrote it.

use crate::{
    TemplateError,
    guard::{self, Address},
    markup::{Element, Piece, pieces},
    tags,
};

/// Elements that mail programs remove, or that could act on their own.
const REFUSED: [&str; 9] = [
    "script",
    "form",
    "input",
    "iframe",
    "object",
    "embed",
    "applet",
    "base",
    "mj-include",
];

/// Checks `source`, MJML or HTML, the content of `file`.
///
/// # Errors
/// The first thing that may not be there, or is missing.
pub(crate) fn email(file: &str, source: &str) -> Result<(), TemplateError> {
    language(file, source)?;
    for piece in pieces(source) {
        if let Piece::Open(element) = piece
            && let Some(message) = wrong(&element)
        {
            return Err(TemplateError::at(file, source, element.at, message));
        }
    }
    Ok(())
}

/// Checks the tags of the template language in any file.
///
/// # Errors
/// When one turns off what makes values safe.
pub(crate) fn language(file: &str, source: &str) -> Result<(), TemplateError> {
    match tags::all(source).find(|tag| tag.word() == "autoescape") {
        Some(tag) => {
            let message = "values are always escaped; remove `autoescape`";
            Err(TemplateError::at(file, source, tag.range.start, message))
        }
        None => Ok(()),
    }
}

/// What is wrong with an element.
fn wrong(element: &Element<'_>) -> Option<String> {
    let name = element.name.as_str();
    if REFUSED.contains(&name) {
        return Some(format!("<{name}> has no place in an email; remove it"));
    }
    if element.loose_value {
        return Some(format!(
            "a value of <{name}> is outside of quotes; write attribute=\"{{{{ value }}}}\""
        ));
    }
    if matches!(name, "img" | "mj-image" | "mj-carousel-image") && element.get("alt").is_none() {
        return Some(format!(
            "<{name}> has no alt; say what it shows, such as alt=\"{{{{ product.title }}}}\", or alt=\"\" when it only decorates"
        ));
    }
    let harmless = ["content-type", "x-ua-compatible"];
    let equivalent = element.get("http-equiv").map(str::to_ascii_lowercase);
    if equivalent.is_some_and(|header| !harmless.contains(&header.as_str())) {
        return Some("<meta http-equiv> does nothing good in an email; remove it".to_owned());
    }
    element.attributes.iter().find_map(|attribute| {
        if attribute.name.starts_with("on") {
            return Some(format!("{} runs a script; remove it", attribute.name));
        }
        let refused = guard::holds_address(&attribute.name)
            && guard::address(attribute.value) == Address::Refused;
        refused.then(|| {
            format!(
                "{}=\"{}\" is not an address for an email; those begin with https://",
                attribute.name, attribute.value
            )
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_not_be_there_is_said_with_its_line() {
        for (source, word) in [
            ("<script>x</script>", "<script>"),
            ("<form action='https://shop.example'>", "<form>"),
            ("<meta http-equiv='refresh' content='0'>", "http-equiv"),
            ("<img src='{{ x }}'>", "alt"),
            ("<mj-image src='{{ x }}' />", "alt"),
            ("<p ONCLICK='x()'>", "onclick"),
            ("<a href='javascript:x()'>", "https://"),
            ("<a href='/sale'>", "https://"),
            ("<img alt='' src='data:image/png;base64,x'>", "https://"),
            ("<a href={{ x }}>", "quotes"),
            ("{% autoescape false %}{% endautoescape %}", "autoescape"),
            ("<mj-include path='x' />", "mj-include"),
        ] {
            let error = email("en/email.html", &format!("<p>a</p>\n{source}")).unwrap_err();
            assert_eq!(error.line, Some(2), "{source}");
            assert!(error.message.contains(word), "{error}");
        }
    }

    #[test]
    fn what_is_usual_may_be_there() {
        for source in [
            "<meta http-equiv='Content-Type' content='text/html; charset=utf-8'>",
            "<img src='{{ x }}' alt=''><img src='https://shop.example/x.png' alt='{{ y }}'>",
            "<a href='mailto:shop@shop.example'>a</a><a href='#top'>b</a><a href='tel:+49'>c</a>",
            "<a href='{% if x %}{{ x }}{% endif %}'>a</a><a href='HTTPS://shop.example/{{ x }}'>b</a>",
        ] {
            email("en/email.html", source).unwrap();
        }
    }
}
