//! How many texts a text is: 3GPP TS 23.038. The service counts so and bills each part.

/// Of the default alphabet, each one septet.
const BASIC: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?\
¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
/// Of its extension, each two.
const EXTENDED: &str = "\u{c}^{}\\[~]|€";

/// The encoding, as events name it, and the number of parts.
pub(super) fn count(text: &str) -> (&'static str, u32) {
    match text.chars().map(septets).collect::<Option<Vec<_>>>() {
        Some(sizes) => ("GSM", parts(&sizes, 160, 153)),
        None => {
            let sizes: Vec<_> = text.chars().map(char::len_utf16).collect();
            ("Unicode", parts(&sizes, 70, 67))
        }
    }
}

fn septets(sign: char) -> Option<usize> {
    match sign {
        _ if BASIC.contains(sign) => Some(1),
        _ if EXTENDED.contains(sign) => Some(2),
        _ => None,
    }
}

/// Characters are never divided between parts; those of several have less room, for their number.
fn parts(sizes: &[usize], alone: usize, together: usize) -> u32 {
    if sizes.iter().sum::<usize>() <= alone {
        return 1;
    }
    let mut parts = 1;
    let mut used = 0;
    for size in sizes {
        if used + size > together {
            parts += 1;
            used = 0;
        }
        used += size;
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::count;

    #[test]
    fn parts_are_counted_as_phones_do() {
        assert_eq!(count(&"a".repeat(160)), ("GSM", 1));
        assert_eq!(count(&"a".repeat(161)), ("GSM", 2));
        assert_eq!(count(&"a".repeat(306)), ("GSM", 2));
        assert_eq!(count(&"a".repeat(307)), ("GSM", 3));
        assert_eq!(count(&"€".repeat(80)), ("GSM", 1));
        assert_eq!(
            count(&format!("{}€", "a".repeat(152) + &"b".repeat(152))),
            ("GSM", 2)
        );
        assert_eq!(
            count(&format!("{}€{}", "a".repeat(152), "b".repeat(152))),
            ("GSM", 3)
        );
        assert_eq!(count(&"ж".repeat(70)), ("Unicode", 1));
        assert_eq!(count(&"ж".repeat(71)), ("Unicode", 2));
        assert_eq!(count(&"😀".repeat(35)), ("Unicode", 1));
        assert_eq!(count(&"😀".repeat(67)), ("Unicode", 3));
    }
}
