//! Texts: counted as carriers bill them, and made to fit.

mod gsm;

use crate::{
    Files, RenderError, TemplateError, check,
    context::Context,
    email::tidy,
    engine::{Engine, Lines, MAX_BYTES},
};

/// A text to one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sms {
    /// What it says.
    pub text: String,
    /// How it is sent.
    pub encoding: Encoding,
    /// Parts that it is sent and billed in.
    pub parts: u32,
}

/// An alphabet of texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// GSM 03.38: 160 characters, or 153 a part; some count twice.
    Gsm7,
    /// UCS-2: 70 UTF-16 units, or 67 a part.
    Ucs2,
}

impl Sms {
    /// `text` as it is sent: in GSM 03.38 when that takes no more than other dashes and quotes.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let spelled = gsm::spell(text);
        let counted = spelled.and_then(|text| {
            let parts = gsm::parts(&text, gsm::septets, 160, 153)?;
            Some(Self {
                text,
                encoding: Encoding::Gsm7,
                parts,
            })
        });
        counted.unwrap_or_else(|| Self {
            text: text.to_owned(),
            encoding: Encoding::Ucs2,
            parts: gsm::parts(text, gsm::units, 70, 67).unwrap_or(u32::MAX),
        })
    }
}

/// The name of a compiled text.
#[derive(Debug)]
pub(crate) struct SmsTemplate {
    pub(crate) file: String,
}

impl SmsTemplate {
    /// Compiles the text of `language`, when there is one.
    pub(crate) fn parse(
        engine: &mut Engine,
        files: &Files,
        language: &str,
    ) -> Result<Option<Self>, TemplateError> {
        let Some(source) = files.get(language, "sms.txt") else {
            return Ok(None);
        };
        let file = format!("{language}/sms.txt");
        check::language(&file, source)?;
        engine.add(&file, source.to_owned(), Lines::Trimmed)?;
        Ok(Some(Self { file }))
    }

    /// Fills it, with as many products as fit into `max_parts`.
    pub(crate) fn render(
        &self,
        engine: &Engine,
        letter: &Context,
        max_parts: u32,
    ) -> Result<Sms, RenderError> {
        let mut fewest = 0;
        let some = letter.products().min(1);
        for products in (some..=letter.products()).rev() {
            let text = engine.render(&self.file, &letter.value(products), MAX_BYTES)?;
            let text = tidy(&text);
            if text.is_empty() {
                return Err(RenderError::Empty {
                    file: self.file.clone(),
                });
            }
            let sms = Sms::new(&text);
            if sms.parts <= max_parts {
                return Ok(sms);
            }
            fewest = sms.parts;
        }
        Err(RenderError::TooLong {
            file: self.file.clone(),
            parts: fewest,
            max_parts,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(text: &str) -> (Encoding, u32) {
        let sms = Sms::new(text);
        (sms.encoding, sms.parts)
    }

    #[test]
    fn gsm_texts_have_160_septets_or_153_a_part() {
        use Encoding::Gsm7;
        for (text, parts) in [
            ("a".repeat(160), 1),
            ("a".repeat(161), 2),
            ("a".repeat(306), 2),
            ("a".repeat(307), 3),
            ("€".repeat(80), 1),
            ("€".repeat(81), 2),
            // An escape and what it escapes are on one part: 76 to a part, and one place is left over.
            ("€".repeat(152), 2),
            ("€".repeat(153), 3),
            (String::new(), 1),
        ] {
            assert_eq!(counted(&text), (Gsm7, parts), "{}", text.len());
        }
    }

    #[test]
    fn other_texts_have_70_units_or_67_a_part() {
        use Encoding::Ucs2;
        for (text, parts) in [
            ("ż".repeat(70), 1),
            ("ż".repeat(71), 2),
            ("ż".repeat(134), 2),
            ("ż".repeat(135), 3),
            ("😀".repeat(35), 1),
            // A pair is on one part: 33 to a part.
            ("😀".repeat(66), 2),
            ("😀".repeat(67), 3),
        ] {
            assert_eq!(counted(&text), (Ucs2, parts), "{}", text.len());
        }
    }

    #[test]
    fn marks_do_not_make_a_text_ucs_2_and_are_kept_in_one() {
        assert_eq!(Sms::new("“Tea” – it’s…").text, "\"Tea\" - it's...");
        let emoji = "“Tea” – it’s… 😀";
        assert_eq!(Sms::new(emoji).text, emoji);
    }
}
