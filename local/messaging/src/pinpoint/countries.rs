//! Numbering plans, after ITU-T E.164 and E.129: what a number's digits alone tell.

use std::{ops::RangeInclusive, sync::LazyLock};

/// A kind of number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Mobile,
    Landline,
    /// Neither, or the plan does not tell.
    Other,
    Invalid,
}

/// One country's plan.
#[derive(Debug)]
pub(super) struct Country {
    pub(super) code: &'static str,
    pub(super) iso: &'static str,
    pub(super) name: &'static str,
    /// Digits without the country's code.
    pub(super) lengths: RangeInclusive<usize>,
    /// What is dialled before national numbers, and left out of international ones.
    pub(super) trunk: &'static str,
    /// What mobile numbers begin with.
    mobile: Vec<&'static str>,
    /// Of a country that has one.
    pub(super) zone: Option<&'static str>,
}

/// Those whose plans are known here, a line each; `-` is nothing. Those of code 1 are told apart by their area
/// codes.
static COUNTRIES: LazyLock<Vec<Country>> = LazyLock::new(|| {
    let lines = include_str!("countries.tsv").lines();
    lines.filter_map(country).collect()
});

fn country(line: &'static str) -> Option<Country> {
    let mut cells = line
        .split('\t')
        .map(|cell| if cell == "-" { "" } else { cell });
    let (code, iso, name) = (cells.next()?, cells.next()?, cells.next()?);
    let (least, most) = cells.next()?.split_once('-')?;
    Some(Country {
        code,
        iso,
        name,
        lengths: least.parse().ok()?..=most.parse().ok()?,
        trunk: cells.next()?,
        mobile: cells
            .next()?
            .split(',')
            .filter(|begin| !begin.is_empty())
            .collect(),
        zone: cells.next().filter(|zone| !zone.is_empty()),
    })
}

/// Area codes of Canada.
const CANADA: &[&str] = &[
    "204", "226", "236", "249", "250", "257", "263", "289", "306", "343", "354", "365", "367",
    "368", "382", "403", "416", "418", "428", "431", "437", "438", "450", "468", "474", "506",
    "514", "519", "548", "579", "581", "584", "587", "604", "613", "639", "647", "672", "683",
    "705", "709", "742", "753", "778", "780", "807", "819", "825", "867", "873", "902", "905",
];
/// Area codes of code 1 that are of other countries: their plans are not known here.
const CARIBBEAN: &[&str] = &[
    "242", "246", "264", "268", "284", "340", "345", "441", "473", "649", "658", "664", "670",
    "671", "684", "721", "758", "767", "784", "787", "809", "829", "849", "868", "869", "876",
    "939",
];
/// Area codes of code 1 that nobody in particular has: free calls, paid calls, machines.
const SERVICES: &[&str] = &[
    "500", "521", "522", "533", "544", "566", "800", "833", "844", "855", "866", "877", "888",
    "900",
];

/// Codes in use whose countries' plans are not known here: those of two digits, and what those of three begin
/// with.
const IN_USE: &[&str] = &[
    "53", "58", "92", "93", "94", "95", "98", "21", "22", "23", "24", "25", "26", "29", "35", "37",
    "38", "42", "50", "59", "67", "68", "69", "85", "88", "96", "97", "99",
];
/// Of these, those that nobody has.
const FREE: &[&str] = &[
    "210", "214", "215", "217", "219", "259", "292", "293", "294", "295", "296", "384", "422",
    "424", "425", "426", "854", "969", "990", "991", "997", "999",
];

/// A country by its two letters.
pub(super) fn by_iso(iso: &str) -> Option<&'static Country> {
    COUNTRIES.iter().find(|country| country.iso == iso)
}

/// The country of an international number and its national part.
pub(super) fn of(digits: &str) -> Option<(&'static Country, &str)> {
    if let Some(national) = digits.strip_prefix('1') {
        let area = national.get(..3)?;
        if CARIBBEAN.contains(&area) {
            return None;
        }
        let canada = CANADA.contains(&area);
        let iso = if canada { "CA" } else { "US" };
        return by_iso(iso).map(|country| (country, national));
    }
    let found = COUNTRIES.iter().filter(|country| country.code != "1");
    let mut found = found.filter_map(|country| Some((country, digits.strip_prefix(country.code)?)));
    found.next()
}

/// Whether the code of a number is one that is in use.
pub(super) fn assigned(digits: &str) -> bool {
    let begins = |codes: &[&str]| codes.iter().any(|code| digits.starts_with(code));
    digits.starts_with('1') || begins(IN_USE) && !begins(FREE)
}

impl Country {
    /// What kind of number it is.
    pub(super) fn kind(&self, national: &str) -> Kind {
        if !self.lengths.contains(&national.len()) {
            return Kind::Invalid;
        }
        match self.iso {
            "US" | "CA" => north_american(national),
            // The ninth digit of Brazil's mobile numbers, after the area's two.
            "BR" if national.len() == 11 && national[2..].starts_with('9') => Kind::Mobile,
            "BR" if national.len() == 10 => Kind::Landline,
            "BR" => Kind::Invalid,
            // Whether a Mexican number is mobile cannot be seen.
            "MX" => Kind::Mobile,
            _ if self.mobile.iter().any(|begin| national.starts_with(begin)) => Kind::Mobile,
            // Numbers begin with a zero in Italy only.
            _ if national.starts_with('0') && self.iso != "IT" => Kind::Invalid,
            _ => Kind::Landline,
        }
    }
}

/// Mobile numbers look like any others there, and most take texts: they count as mobile.
fn north_american(national: &str) -> Kind {
    let area = &national[..3];
    let begins_well = |part: &str| part.starts_with(|sign: char| ('2'..='9').contains(&sign));
    if !begins_well(area) || !begins_well(&national[3..]) || area.ends_with("11") {
        return Kind::Invalid;
    }
    if SERVICES.contains(&area) {
        return Kind::Other;
    }
    Kind::Mobile
}
