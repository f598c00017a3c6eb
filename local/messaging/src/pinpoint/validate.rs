//! PhoneNumberValidate, as far as numbering plans tell: no carrier is asked, and nothing is made up.

use serde::Deserialize;
use serde_json::{Value, json};

use super::countries::{self, Country, Kind};
use crate::fault::Fault;

/// Characters that may be between digits.
const BETWEEN: &str = " -./()\u{a0}";
/// Characters of a number, as it is written.
const WRITTEN: usize = 40;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct NumberValidateRequest {
    phone_number: Option<String>,
    iso_country_code: Option<String>,
}

/// Says what kind of number it is.
///
/// # Errors
/// When there is no number, or the country is not two letters.
pub(super) fn validate(call: &NumberValidateRequest) -> Result<Value, Fault> {
    let written = call.phone_number.as_deref().unwrap_or_default().trim();
    if written.is_empty() || written.len() > WRITTEN {
        return Err(Fault::bad("PhoneNumber must have 1 to 40 characters"));
    }
    let iso = call.iso_country_code.as_deref();
    if iso.is_some_and(|iso| iso.len() != 2 || !iso.bytes().all(|byte| byte.is_ascii_alphabetic()))
    {
        return Err(Fault::bad("IsoCountryCode must be two letters"));
    }
    let iso = iso.map(str::to_uppercase);
    let mut answer = match international(written, iso.as_deref()) {
        Some(digits) => described(&digits),
        None => invalid(),
    };
    answer["OriginalPhoneNumber"] = json!(written);
    if let Some(iso) = iso {
        answer["OriginalCountryCodeIso2"] = json!(iso);
    }
    Ok(answer)
}

/// The digits with their country's code, or nothing when it is no number.
fn international(written: &str, iso: Option<&str>) -> Option<String> {
    let plus = written.starts_with('+');
    let rest = written.strip_prefix('+').unwrap_or(written);
    let digits: String = rest
        .chars()
        .filter(|sign| !BETWEEN.contains(*sign))
        .collect();
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    if plus {
        return Some(digits);
    }
    if let Some(digits) = digits.strip_prefix("00") {
        return Some(digits.to_owned());
    }
    let Some(country) = iso.and_then(countries::by_iso) else {
        // As the service: without a country it is international already.
        return Some(digits);
    };
    if let Some(national) = digits.strip_prefix(country.code)
        && country.lengths.contains(&national.len())
        && !country.lengths.contains(&digits.len())
    {
        return Some(digits);
    }
    let national = match country.trunk {
        "" => digits.as_str(),
        trunk => digits.strip_prefix(trunk).unwrap_or(&digits),
    };
    Some(format!("{}{national}", country.code))
}

fn described(digits: &str) -> Value {
    if !(7..=15).contains(&digits.len()) {
        return invalid();
    }
    match countries::of(digits) {
        Some((country, national)) => match country.kind(national) {
            Kind::Invalid => invalid(),
            kind => of_country(digits, country, national, kind),
        },
        // A country whose numbers are not known here, as long as its code is one that is in use.
        None if countries::assigned(digits) => typed(digits, Kind::Other),
        None => invalid(),
    }
}

fn of_country(digits: &str, country: &Country, national: &str, kind: Kind) -> Value {
    let mut answer = typed(digits, kind);
    answer["CountryCodeIso2"] = json!(country.iso);
    answer["CountryCodeNumeric"] = json!(country.code);
    answer["Country"] = json!(country.name);
    answer["CleansedPhoneNumberNational"] = json!(national);
    if let Some(zone) = country.zone {
        answer["Timezone"] = json!(zone);
    }
    answer
}

fn typed(digits: &str, kind: Kind) -> Value {
    let (name, code) = match kind {
        Kind::Mobile => ("MOBILE", 0),
        Kind::Landline => ("LANDLINE", 1),
        Kind::Invalid => ("INVALID", 3),
        Kind::Other => ("OTHER", 4),
    };
    json!({
        "CleansedPhoneNumberE164": format!("+{digits}"),
        "PhoneType": name,
        "PhoneTypeCode": code,
    })
}

fn invalid() -> Value {
    json!({ "PhoneType": "INVALID", "PhoneTypeCode": 3 })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(number: &str, iso: Option<&str>) -> (String, String, String) {
        let call = NumberValidateRequest {
            phone_number: Some(number.to_owned()),
            iso_country_code: iso.map(str::to_owned),
        };
        let answer = validate(&call).unwrap();
        let of = |name: &str| answer[name].as_str().unwrap_or_default().to_owned();
        (
            of("PhoneType"),
            of("CountryCodeIso2"),
            of("CleansedPhoneNumberE164"),
        )
    }

    #[test]
    fn numbers_are_told_apart_by_their_plans() {
        for (number, iso, phone, country, cleansed) in [
            ("+49 151 23456789", None, "MOBILE", "DE", "+4915123456789"),
            (
                "0151 23456789",
                Some("DE"),
                "MOBILE",
                "DE",
                "+4915123456789",
            ),
            ("0049 30 1234567", None, "LANDLINE", "DE", "+49301234567"),
            ("(206) 555-0100", Some("US"), "MOBILE", "US", "+12065550100"),
            ("+1 416 555 0100", None, "MOBILE", "CA", "+14165550100"),
            ("+1 800 555 0100", None, "OTHER", "US", "+18005550100"),
            ("+44 7700 900123", None, "MOBILE", "GB", "+447700900123"),
            ("+44 20 7946 0018", None, "LANDLINE", "GB", "+442079460018"),
            ("+33 6 12 34 56 78", None, "MOBILE", "FR", "+33612345678"),
            ("+39 06 1234 5678", None, "LANDLINE", "IT", "+390612345678"),
            ("+1 106 555 0100", None, "INVALID", "", ""),
            ("+49", None, "INVALID", "", ""),
            ("hello", None, "INVALID", "", ""),
            ("+999 123 4567", None, "INVALID", "", ""),
            ("+996 312 123456", None, "OTHER", "", "+996312123456"),
        ] {
            let expected = (phone.to_owned(), country.to_owned(), cleansed.to_owned());
            assert_eq!(kind(number, iso), expected, "{number}");
        }
    }

    #[test]
    fn a_time_zone_is_said_where_a_country_has_one() {
        let call = |number: &str| NumberValidateRequest {
            phone_number: Some(number.to_owned()),
            iso_country_code: None,
        };
        let answer = validate(&call("+4915123456789")).unwrap();
        assert_eq!(answer["Timezone"], "Europe/Berlin");
        let answer = validate(&call("+12065550100")).unwrap();
        assert!(answer.get("Timezone").is_none());
    }
}
