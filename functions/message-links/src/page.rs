//! A page: a heading, a sentence, perhaps a button. It has no script, loads nothing, and holds nothing that
//! came with the request, so there is nothing to escape.

use crate::words::{Language, Subject, Words};

/// What pages are allowed to load: nothing, but their own style.
pub(crate) const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

const STYLE: &str = "\
:root{color-scheme:light dark}\
body{font:1.125rem/1.5 system-ui,sans-serif;margin:0;padding:15vh 1.5rem 2rem}\
main{max-width:32rem;margin:0 auto}\
h1{font-size:1.75rem;line-height:1.2;margin:0 0 1rem}\
button{font:inherit;font-weight:600;min-height:3rem;padding:.5rem 1.5rem;border:2px solid;border-radius:.5rem;\
background:CanvasText;color:Canvas;cursor:pointer}\
button:focus-visible{outline:3px solid Highlight;outline-offset:3px}";

/// The page about `subject` in `language`. The button sends an empty form to the page's own address.
pub(crate) fn page(subject: Subject, language: Language) -> String {
    let Words {
        title,
        text,
        button,
    } = language.words(subject);
    let form = button.map_or(String::new(), |button| {
        format!("<form method=\"post\"><button type=\"submit\">{button}</button></form>")
    });
    format!(
        "<!DOCTYPE html><html lang=\"{}\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\
         <meta name=\"robots\" content=\"noindex\"><title>{title}</title><style>{STYLE}</style></head>\
         <body><main><h1>{title}</h1><p>{text}</p>{form}</main></body></html>",
        language.tag()
    )
}

#[cfg(test)]
mod tests {
    use messages::Channel;

    use super::*;

    #[test]
    fn a_page_says_its_language_and_has_one_button_or_none() {
        for language in [Language::English, Language::German] {
            for channel in Channel::ALL {
                let ask = page(Subject::Ask(channel), language);
                assert!(ask.contains(&format!("<html lang=\"{}\">", language.tag())));
                assert_eq!(ask.matches("<button").count(), 1);
                assert!(ask.contains("method=\"post\"") && !ask.contains("<script"));
                assert!(!page(Subject::Done(channel), language).contains("<form"));
            }
            for subject in [Subject::NotFound, Subject::TryAgain] {
                assert!(!page(subject, language).contains("<form"));
            }
        }
    }
}
