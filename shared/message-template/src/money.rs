//! Prices as people of a language write them.

/// Languages with a decimal comma and a point between thousands.
const COMMA_AND_POINT: [&str; 9] = ["de", "es", "it", "nl", "pt", "da", "id", "tr", "el"];
/// Languages with a decimal comma and a space between thousands.
const COMMA_AND_SPACE: [&str; 12] = [
    "fr", "pl", "cs", "sk", "sv", "fi", "nb", "no", "ru", "uk", "hu", "bg",
];

/// `amount` in `currency` (ISO 4217), as it is written in `language`: `€19.99`, `19,99 €`, `19.99 SEK`.
/// None when it is no price.
pub(crate) fn money(amount: f64, currency: Option<&str>, language: &str) -> Option<String> {
    if !(0.0..1e12).contains(&amount) {
        return None;
    }
    let currency = currency.map(str::to_ascii_uppercase).unwrap_or_default();
    let style = Style::of(language);
    let number = style.number(amount, decimals(&currency));
    Some(match symbol(&currency) {
        _ if currency.is_empty() => number,
        Some(symbol) if style.symbol_first => format!("{symbol}{number}"),
        Some(symbol) => format!("{number}\u{a0}{symbol}"),
        None => format!("{number}\u{a0}{currency}"),
    })
}

struct Style {
    point: char,
    between_thousands: char,
    symbol_first: bool,
}

impl Style {
    fn of(language: &str) -> Self {
        let primary = language.split('-').next().unwrap_or_default();
        let (point, between_thousands) = if COMMA_AND_POINT.contains(&primary) {
            (',', '.')
        } else if COMMA_AND_SPACE.contains(&primary) {
            (',', '\u{a0}')
        } else {
            ('.', ',')
        };
        Self {
            point,
            between_thousands,
            symbol_first: point == '.',
        }
    }

    /// Rounded half up in whole numbers: what a float cannot say exactly, such as 1.005, is first taken to the
    /// millionth that was meant.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    fn number(&self, amount: f64, decimals: u32) -> String {
        let millionths = (amount * 1e6).round() as u128;
        let unit = 10_u128.pow(6 - decimals);
        let rounded = (millionths + unit / 2) / unit;
        let (whole, rest) = (
            rounded / 10_u128.pow(decimals),
            rounded % 10_u128.pow(decimals),
        );
        let mut out = self.thousands(&whole.to_string());
        if decimals > 0 {
            let width = decimals as usize;
            out.push(self.point);
            out.push_str(&format!("{rest:0width$}"));
        }
        out
    }

    fn thousands(&self, digits: &str) -> String {
        let mut out = String::with_capacity(digits.len() + 8);
        for (n, digit) in digits.chars().enumerate() {
            if n > 0 && (digits.len() - n).is_multiple_of(3) {
                out.push(self.between_thousands);
            }
            out.push(digit);
        }
        out
    }
}

/// Decimals of a currency's amounts.
fn decimals(currency: &str) -> u32 {
    match currency {
        "JPY" | "KRW" | "VND" | "CLP" | "ISK" | "PYG" | "UGX" | "XAF" | "XOF" | "XPF" => 0,
        "BHD" | "IQD" | "JOD" | "KWD" | "LYD" | "OMR" | "TND" => 3,
        _ => 2,
    }
}

/// The sign that everybody knows a currency by.
fn symbol(currency: &str) -> Option<&'static str> {
    Some(match currency {
        "EUR" => "€",
        "USD" => "$",
        "GBP" => "£",
        "JPY" => "¥",
        "INR" => "₹",
        "KRW" => "₩",
        "CAD" => "CA$",
        "AUD" => "A$",
        "BRL" => "R$",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(amount: f64, currency: &str, language: &str) -> String {
        let currency = Some(currency).filter(|currency| !currency.is_empty());
        let shown = money(amount, currency, language).unwrap_or_default();
        shown.replace('\u{a0}', "_")
    }

    #[test]
    fn prices_are_written_as_the_language_has_them() {
        for (amount, currency, language, expected) in [
            (19.99, "EUR", "de", "19,99_€"),
            (19.99, "eur", "de-at", "19,99_€"),
            (19.99, "EUR", "en", "€19.99"),
            (19.99, "USD", "en-us", "$19.99"),
            (1_234_567.5, "GBP", "en", "£1,234,567.50"),
            (1_234_567.5, "USD", "de", "1.234.567,50_$"),
            (1_234.0, "PLN", "pl", "1_234,00_PLN"),
            (199.0, "SEK", "en", "199.00_SEK"),
            (1_980.0, "JPY", "ja", "¥1,980"),
            (1.5, "KWD", "en", "1.500_KWD"),
            (0.0, "EUR", "en", "€0.00"),
            (2.95, "", "en", "2.95"),
        ] {
            assert_eq!(shown(amount, currency, language), expected);
        }
    }

    #[test]
    fn floats_leave_no_trace() {
        for (amount, expected) in [
            (0.1 + 0.2, "0.30"),
            (1.005, "1.01"),
            (2.675, "2.68"),
            (4.35 * 100.0 / 100.0, "4.35"),
            (999.995, "1,000.00"),
            (0.004_999, "0.00"),
        ] {
            assert_eq!(shown(amount, "", "en"), expected);
        }
        let all: Vec<_> = (0..100_000_u32)
            .map(|cents| shown(f64::from(cents) / 100.0, "", ""))
            .collect();
        let expected = |cents: usize| format!("{}.{:02}", cents / 100, cents % 100);
        for (cents, shown) in all.iter().enumerate() {
            assert_eq!(shown.replace(',', ""), expected(cents));
        }
    }

    #[test]
    fn what_is_no_price_is_not_shown() {
        for amount in [f64::NAN, f64::INFINITY, -0.01, 1e12] {
            assert_eq!(money(amount, Some("EUR"), "en"), None);
        }
    }
}
