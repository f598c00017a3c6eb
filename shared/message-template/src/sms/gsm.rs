//! The alphabets of texts: GSM 03.38 with its extension, and UCS-2, and how many parts a text takes in each.

/// The alphabet, but for the escape character at 0x1B.
const BASIC: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?\
    ¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
/// What is written as an escape character and another.
const EXTENSION: &str = "\u{c}^{}\\[~]|€";

/// Septets of `c`: 1, or 2 in the extension; None when the alphabet does not have it.
pub(super) fn septets(c: char) -> Option<u32> {
    if c.is_ascii_alphanumeric() || BASIC.contains(c) {
        Some(1)
    } else if EXTENSION.contains(c) {
        Some(2)
    } else {
        None
    }
}

/// UTF-16 units of `c`.
pub(super) fn units(c: char) -> Option<u32> {
    u32::try_from(c.len_utf16()).ok()
}

/// Parts that `text` takes when a lone part has `lone` places and one of several `several`, and `places` says how
/// many a character takes, which are never on two parts. None when `places` does not know a character.
pub(super) fn parts(
    text: &str,
    places: fn(char) -> Option<u32>,
    lone: u32,
    several: u32,
) -> Option<u32> {
    let (mut all, mut parts, mut used) = (0, 1, 0);
    for c in text.chars() {
        let taken = places(c)?;
        all += taken;
        if used + taken > several {
            parts += 1;
            used = 0;
        }
        used += taken;
    }
    Some(if all <= lone { 1 } else { parts })
}

/// `text` in the alphabet, with marks that typographers use replaced by those that it has. None when it has other
/// letters, too.
pub(super) fn spell(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            _ if septets(c).is_some() => out.push(c),
            '’' | '‘' | '‚' | '‛' | '′' | '´' | '`' | 'ʼ' => out.push('\''),
            '“' | '”' | '„' | '‟' | '″' | '«' | '»' => out.push('"'),
            '‹' => out.push('<'),
            '›' => out.push('>'),
            '‐' | '‑' | '‒' | '–' | '—' | '―' | '−' | '•' | '·' => out.push('-'),
            '…' => out.push_str("..."),
            '×' => out.push('x'),
            '™' => out.push_str("TM"),
            '®' => out.push_str("(R)"),
            '©' => out.push_str("(C)"),
            '\u{ad}' | '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}' => {}
            _ if c.is_whitespace() => out.push(' '),
            _ => return None,
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_alphabet_has_128_places_with_the_escape() {
        assert_eq!(BASIC.chars().count(), 127);
        assert_eq!(EXTENSION.chars().count(), 10);
        let mut characters: Vec<char> = BASIC.chars().chain(EXTENSION.chars()).collect();
        characters.sort_unstable();
        characters.dedup();
        assert_eq!(characters.len(), 137);
    }

    #[test]
    fn marks_are_spelled_and_letters_are_not() {
        assert_eq!(
            spell("It’s “20–30 €” …\u{a0}™\u{200b}").unwrap(),
            "It's \"20-30 €\" ... TM"
        );
        for text in ["Łódź", "ç", "😀", "שלום", "Привет"] {
            assert_eq!(spell(text), None, "{text}");
        }
    }
}
