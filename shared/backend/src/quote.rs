//! Quotes of CSV that are opened and not closed. A reader takes all that follows such a one as its
//! value, so that a document that was cut off, or lost a quote, would be a shorter good one.

/// Whether `row`, with no end of its own before the document's, ends within a quoted value.
pub(crate) fn is_open(row: &[u8], delimiter: u8) -> bool {
    // A quote is one at the begin of a value, and as the second of two within a quoted one.
    let (mut quoted, mut may_open) = (false, true);
    for &byte in row {
        if quoted {
            quoted = byte != b'"';
            may_open = !quoted;
        } else if byte == b'"' && may_open {
            quoted = true;
        } else {
            may_open = byte == delimiter || byte == b'\n' || byte == b'\r';
        }
    }
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quote_within_a_value_opens_nothing() {
        for whole in [
            "",
            "1,A",
            "1,\"A\"\n",
            "1,5\" pipe",
            "1,\"say \"\"hi\"\"\"\r\n",
            "\"\",\"\"",
        ] {
            assert!(!is_open(whole.as_bytes(), b','), "{whole}");
        }
        for cut in [
            "1,\"A",
            "1,\"A\n2,B\n",
            "\"",
            "1,\"say \"\"hi\"\"",
            "1,\"\"\"",
        ] {
            assert!(is_open(cut.as_bytes(), b','), "{cut}");
        }
    }
}
