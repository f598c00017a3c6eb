//! Single members: from what backends write to what a product has. Each says what is wrong in words
//! that name the member, and never repeats more than a few characters of a value.

#[cfg(test)]
mod tests;

use serde_json::Value;

use super::{MAX_DESCRIPTION, MAX_ID, MAX_LIST, MAX_SHORT, MAX_URL, text};

/// The id as a text.
pub(super) fn id(value: &Value) -> Result<String, String> {
    let id = match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) if number.is_i64() || number.is_u64() => number.to_string(),
        Value::Number(_) => {
            return Err("the id is a number with a fraction, or too long a one".to_owned());
        }
        Value::Null => String::new(),
        _ => return Err("the id is no text".to_owned()),
    };
    match id.chars().count() {
        0 => Err("it has no id".to_owned()),
        1..=MAX_ID if id.chars().any(char::is_control) => {
            Err("the id has a control character".to_owned())
        }
        1..=MAX_ID => Ok(id),
        characters => Err(format!(
            "the id has {characters} characters; at most {MAX_ID} are allowed"
        )),
    }
}

/// The price, and the currency where it is written with it (`12.50 GBP`).
pub(super) fn price(value: &Value) -> Result<(f64, Option<String>), String> {
    let (price, currency) = match value {
        Value::Null => return Err("it has no price".to_owned()),
        Value::Number(number) => (number.as_f64(), None),
        Value::String(text) if text.trim().is_empty() => return Err("it has no price".to_owned()),
        Value::String(text) => written_price(text.trim())?,
        _ => return Err("the price is neither a number nor a text".to_owned()),
    };
    match price {
        Some(price) if price.is_finite() && price >= 0.0 => Ok((price, currency)),
        Some(price) if price < 0.0 => Err("the price is below 0".to_owned()),
        _ => Err("the price is no number".to_owned()),
    }
}

fn written_price(text: &str) -> Result<(Option<f64>, Option<String>), String> {
    let (number, currency) = match text.rsplit_once(' ') {
        Some((number, currency)) if is_currency(currency) => {
            (number.trim_end(), Some(currency.to_owned()))
        }
        _ => (text, None),
    };
    let digits = number.strip_prefix('-').unwrap_or(number);
    let plain = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let is_plain = match digits.split_once('.') {
        Some((whole, fraction)) => plain(whole) && plain(fraction),
        None => plain(digits),
    };
    if is_plain {
        return Ok((number.parse().ok(), currency));
    }
    Err(format!(
        "the price is written `{}`; write digits and one point, like 1234.50",
        text::beginning(text, 20)
    ))
}

/// The currency's code, or `otherwise`.
pub(super) fn currency(value: &Value, otherwise: Option<&str>) -> Result<Option<String>, String> {
    let Some(code) = short("currency", value)? else {
        return Ok(otherwise.map(str::to_owned));
    };
    let code = code.to_ascii_uppercase();
    if is_currency(&code) {
        Ok(Some(code))
    } else {
        Err("the currency is no ISO 4217 code, like GBP".to_owned())
    }
}

fn is_currency(code: &str) -> bool {
    code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_uppercase())
}

/// A text of one line, cut where it is too long; `None` when there is none.
pub(super) fn short(name: &str, value: &Value) -> Result<Option<String>, String> {
    let text = scalar(name, value)?;
    let text = text::beginning(&text::one_line(&text), MAX_SHORT).to_owned();
    Ok(Some(text).filter(|text| !text.is_empty()))
}

/// A text without HTML, cut where it is too long.
pub(super) fn description(value: &Value) -> Result<Option<String>, String> {
    let text = text::plain(&scalar("description", value)?);
    let text = text::beginning(&text, MAX_DESCRIPTION)
        .trim_end()
        .to_owned();
    Ok(Some(text).filter(|text| !text.is_empty()))
}

/// An address that a browser can be sent to.
pub(super) fn address(name: &str, value: &Value) -> Result<Option<String>, String> {
    let address = scalar(name, value)?;
    let address = address.trim();
    if address.is_empty() {
        return Ok(None);
    }
    if address.len() > MAX_URL {
        return Err(format!("{name} is longer than {MAX_URL} bytes"));
    }
    let scheme = address.split(['/', '?', '#']).next().unwrap_or_default();
    let web = ["http:", "https:"]
        .iter()
        .any(|known| scheme.eq_ignore_ascii_case(known));
    if (scheme.contains(':') && !web) || address.chars().any(char::is_control) {
        return Err(format!("{name} is no address of the web"));
    }
    Ok(Some(address.to_owned()))
}

/// A truth; `otherwise` when there is none.
pub(super) fn truth(name: &str, value: &Value, otherwise: bool) -> Result<bool, String> {
    match value {
        Value::Null => Ok(otherwise),
        Value::Bool(truth) => Ok(*truth),
        Value::Number(number) => Ok(number.as_f64().is_some_and(|number| number > 0.0)),
        Value::String(text) => written_truth(text, otherwise).ok_or_else(|| {
            format!(
                "{name} is `{}`, neither yes nor no",
                text::beginning(text, 20)
            )
        }),
        _ => Err(format!("{name} is neither yes nor no")),
    }
}

fn written_truth(text: &str, otherwise: bool) -> Option<bool> {
    let text = text.trim();
    if let Ok(number) = text.parse::<f64>() {
        return Some(number > 0.0);
    }
    let word: String = text
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|letter| letter.to_ascii_lowercase())
        .collect();
    match word.as_str() {
        "" => Some(otherwise),
        "true"
        | "t"
        | "yes"
        | "y"
        | "on"
        | "instock"
        | "available"
        | "limitedavailability"
        | "preorder"
        | "backorder"
        | "onbackorder"
        | "enabled"
        | "active" => Some(true),
        "false" | "f" | "no" | "n" | "off" | "outofstock" | "unavailable" | "soldout"
        | "discontinued" | "disabled" | "inactive" => Some(false),
        _ => None,
    }
}

/// Short texts: a list, or one text with commas or `|` between them.
pub(super) fn list(name: &str, value: &Value) -> Result<Vec<String>, String> {
    let texts = match value {
        Value::Array(values) => values
            .iter()
            .map(|value| scalar(name, value))
            .collect::<Result<Vec<_>, _>>()?,
        other => {
            let text = scalar(name, other)?;
            text.split([',', '|']).map(str::to_owned).collect()
        }
    };
    let mut list: Vec<String> = Vec::new();
    for text in texts {
        let text = text::beginning(&text::one_line(&text), MAX_SHORT).to_owned();
        if !text.is_empty() && !list.contains(&text) {
            list.push(text);
        }
        if list.len() > MAX_LIST {
            return Err(format!("{name} has more than {MAX_LIST} entries"));
        }
    }
    Ok(list)
}

/// Whether a text that was repaired is in `value`.
pub(super) fn has_replacement(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains(char::REPLACEMENT_CHARACTER),
        Value::Array(values) => values.iter().any(has_replacement),
        Value::Object(members) => members.values().any(has_replacement),
        _ => false,
    }
}

fn scalar(name: &str, value: &Value) -> Result<String, String> {
    match value {
        Value::Null => Ok(String::new()),
        Value::String(text) => Ok(text.clone()),
        Value::Number(number) => Ok(number.to_string()),
        Value::Bool(truth) => Ok(truth.to_string()),
        Value::Array(_) | Value::Object(_) => Err(format!("{name} is no text")),
    }
}
