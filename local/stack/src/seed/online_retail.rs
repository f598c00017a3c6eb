//! UCI *Online Retail* as it comes: the invoice lines of one shop, with everything that is no sale
//! still in them. A line of sale is a purchase of its customer; lines without a customer still
//! tell what a product is called and costs.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::check::Check;
use super::lines::Lines;
use super::rejects::{Reason, Rejects};
use super::shop::{Interaction, Sink, User};
use super::titles::Votes;
use crate::error::Result;
use crate::progress::Progress;

/// The shop is British.
const CURRENCY: &str = "GBP";
const COLUMNS: [&str; 8] = [
    "InvoiceNo",
    "StockCode",
    "Description",
    "Quantity",
    "InvoiceDate",
    "UnitPrice",
    "CustomerID",
    "Country",
];

/// A line that could be a purchase.
struct Sale<'a> {
    code: String,
    customer: &'a str,
    country: &'a str,
    quantity: f64,
    time: i64,
}

/// What is known when the last line was read.
#[derive(Default)]
struct Shop {
    products: BTreeMap<String, Votes>,
    customers: HashMap<String, String>,
}

/// Looks whether the file has the columns.
///
/// # Errors
/// [`Error::Data`](crate::Error::Data) when it has not.
pub(super) fn check(file: &Path) -> Result<()> {
    Lines::open(file, COLUMNS, [], &Progress::none()).map(|_| ())
}

/// Reads the file; the number of its rows.
///
/// # Errors
/// [`Error::Data`](crate::Error::Data) when it is not such a file.
pub(super) fn read(
    file: &Path,
    now: i64,
    sink: &mut impl Sink,
    rejects: &mut Rejects,
    progress: &Progress,
) -> Result<u64> {
    let (mut lines, places, []) = Lines::open(file, COLUMNS, [], progress)?;
    let name = file
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let mut check = Check::new(now);
    let mut clock = Clock::default();
    let mut shop = Shop::default();
    let mut rows = 0;
    while let Some(row) = lines.next()? {
        rows += 1;
        let outcome = row
            .fields
            .as_ref()
            .map_err(|reason| *reason)
            .and_then(|fields| {
                let fields = places.map(|place| fields[place].trim());
                let sale = shop.sale(fields, &mut clock, &check)?;
                let interaction = purchase(&sale);
                check.interaction(&interaction)?;
                shop.customer(&sale);
                Ok(into_owned(interaction))
            });
        match outcome {
            Ok(interaction) => sink.interaction(&interaction)?,
            Err(reason) => rejects.row(&name, row.line, reason, row.raw)?,
        }
    }
    shop.finish(sink)?;
    Ok(rows)
}

impl Shop {
    /// What the line sells, or why it sells nothing. The product learns from the line before its
    /// customer is looked at.
    fn sale<'a>(
        &mut self,
        fields: [&'a str; 8],
        clock: &mut Clock,
        check: &Check,
    ) -> Result<Sale<'a>, Reason> {
        let [
            invoice,
            code,
            description,
            quantity,
            date,
            price,
            customer,
            country,
        ] = fields;
        if invoice.starts_with(['C', 'c']) {
            return Err(Reason::Cancelled);
        }
        if !is_product(code) {
            return Err(Reason::NotAProduct);
        }
        let quantity = positive(quantity).ok_or(Reason::BadQuantity)?;
        let price = positive(price).ok_or(Reason::BadPrice)?;
        let time = clock.seconds(date).ok_or(Reason::BadTime)?;
        check.time(time)?;
        let code = code.to_uppercase();
        super::check::id(&code)?;
        self.vote(&code, description, price, time);
        // Spreadsheets turn the column into 17850.0.
        let customer = customer.strip_suffix(".0").unwrap_or(customer);
        if customer.is_empty() {
            return Err(Reason::NoCustomer);
        }
        Ok(Sale {
            code,
            customer,
            country,
            quantity,
            time,
        })
    }

    fn vote(&mut self, code: &str, description: &str, price: f64, time: i64) {
        match self.products.get_mut(code) {
            Some(votes) => votes.sale(description, price, time),
            None => {
                let mut votes = Votes::new();
                votes.sale(description, price, time);
                self.products.insert(code.to_owned(), votes);
            }
        }
    }

    fn customer(&mut self, sale: &Sale<'_>) {
        if !self.customers.contains_key(sale.customer) {
            self.customers
                .insert(sale.customer.to_owned(), sale.country.to_owned());
        }
    }

    fn finish(self, sink: &mut impl Sink) -> Result<()> {
        for (code, votes) in &self.products {
            if let Some(product) = votes.product(code, CURRENCY) {
                sink.product(&product)?;
            }
        }
        let mut customers: Vec<_> = self.customers.into_iter().collect();
        customers.sort();
        for (id, country) in customers {
            let country = Some(country).filter(|country| !country.is_empty());
            sink.user(&User { id, country })?;
        }
        Ok(())
    }
}

fn purchase<'a>(sale: &'a Sale<'a>) -> Interaction<'a> {
    Interaction {
        user: Cow::Borrowed(sale.customer),
        item: Cow::Borrowed(&sale.code),
        timestamp: sale.time,
        event_type: Cow::Borrowed("purchase"),
        value: Some(sale.quantity),
    }
}

fn into_owned(interaction: Interaction<'_>) -> Interaction<'static> {
    Interaction {
        user: interaction.user.into_owned().into(),
        item: interaction.item.into_owned().into(),
        event_type: interaction.event_type.into_owned().into(),
        timestamp: interaction.timestamp,
        value: interaction.value,
    }
}

/// Five digits and at most three letters (`85123A`), or the `DCGS` range; everything else is
/// postage, fees, vouchers, samples, manual corrections.
fn is_product(code: &str) -> bool {
    let digits = code.bytes().take_while(u8::is_ascii_digit).count();
    let variant = &code.as_bytes()[digits..];
    let numbered = digits == 5 && variant.len() <= 3 && variant.iter().all(u8::is_ascii_alphabetic);
    numbered || code.to_uppercase().starts_with("DCGS")
}

fn positive(number: &str) -> Option<f64> {
    number
        .parse::<f64>()
        .ok()
        .filter(|number| number.is_finite() && *number > 0.0)
}

/// Reads dates, the last one only once: the lines of an invoice share it. The file has no time
/// zone; times are taken as UTC.
#[derive(Default)]
struct Clock {
    text: String,
    seconds: Option<i64>,
}

impl Clock {
    fn seconds(&mut self, date: &str) -> Option<i64> {
        if self.text != date {
            date.clone_into(&mut self.text);
            self.seconds = ["%Y-%m-%d %H:%M:%S", "%m/%d/%Y %H:%M", "%Y-%m-%dT%H:%M:%S"]
                .iter()
                .find_map(|format| DateTime::strptime(format, date).ok())
                .and_then(|time| time.to_zoned(TimeZone::UTC).ok())
                .map(|time| time.timestamp().as_second());
        }
        self.seconds
    }
}

#[cfg(test)]
mod tests {
    use super::super::shop::Kept;
    use super::*;

    const HEADER: &str =
        "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n";
    /// 2020-01-01, after everything in the file.
    const NOW: i64 = 1_577_836_800;

    fn read_text(text: &str) -> (Kept, BTreeMap<String, u64>, String) {
        let folder = std::env::temp_dir().join(format!("local-retail-{}", uuid::Uuid::new_v4()));
        std::fs::create_dir_all(&folder).unwrap();
        let file = folder.join("shop.csv");
        std::fs::write(&file, format!("{HEADER}{text}")).unwrap();
        let mut kept = Kept::default();
        let mut rejects = Rejects::create(&folder.join("rejected.csv")).unwrap();
        read(
            &file,
            NOW,
            &mut kept,
            &mut rejects,
            &Progress::spinner("test"),
        )
        .unwrap();
        let rejected = rejects.finish().unwrap().map(std::fs::read_to_string);
        let rejected = rejected.map(Result::unwrap).unwrap_or_default();
        std::fs::remove_dir_all(folder).unwrap();
        (kept, rejects.counts(), rejected)
    }

    #[test]
    fn a_line_of_sale_is_a_purchase() {
        let line = "536365,85123a,WHITE HEART,6,2010-12-01 08:26:00,2.55,17850,United Kingdom\n";
        let (kept, rejected, _) = read_text(line);
        assert!(rejected.is_empty());
        let purchase = &kept.interactions[0];
        assert_eq!((&*purchase.user, &*purchase.item), ("17850", "85123A"));
        assert_eq!(
            (purchase.timestamp, purchase.value),
            (1_291_191_960, Some(6.0))
        );
        assert_eq!(kept.products[0].title, "WHITE HEART");
        assert_eq!(kept.users[0].country.as_deref(), Some("United Kingdom"));
    }

    #[test]
    fn every_reason_is_told_with_its_line() {
        let lines = "\
C536379,85123A,HEART,-1,2010-12-01 09:41:00,2.55,14527,United Kingdom
536370,POST,POSTAGE,3,2010-12-01 08:45:00,18,12583,France
536371,85123A,HEART,-5,2010-12-01 09:00:00,2.55,13748,United Kingdom
536371,85123A,HEART,5,2010-12-01 09:00:00,0,13748,United Kingdom
536371,85123A,HEART,5,yesterday,2.55,13748,United Kingdom
536371,85123A,HEART,5,2031-12-01 09:00:00,2.55,13748,United Kingdom
536371,85123A,HEART,5,1969-12-01 09:00:00,2.55,13748,United Kingdom
536371,85123A,HEART,5,2010-12-01 09:00:00,2.55,,United Kingdom
536371,85123A,HEART,5
536371,85123A,HEART,5,2010-12-01 09:00:00,2.55,13748,United Kingdom
536371,85123A,HEART,9,2010-12-01 09:00:00,2.55,13748,United Kingdom
";
        let (kept, counts, file) = read_text(lines);
        assert_eq!(kept.interactions.len(), 1);
        let count = |reason: &str| counts.get(reason).copied().unwrap_or_default();
        let once = [
            "cancelled",
            "not-a-product",
            "bad-quantity",
            "bad-price",
            "no-customer",
            "broken-line",
            "duplicate",
        ];
        for reason in once {
            assert_eq!(count(reason), 1, "{reason}");
        }
        assert_eq!(count("bad-time"), 3);
        assert!(file.contains("shop.csv,2,cancelled,"), "{file}");
        assert!(file.contains("shop.csv,10,broken-line,"), "{file}");
    }

    #[test]
    fn an_id_over_256_characters_is_rejected() {
        let id = "9".repeat(257);
        let line = format!("1,85123A,HEART,6,2010-12-01 08:26:00,2.55,{id},France\n");
        assert_eq!(read_text(&line).1["id-too-long"], 1);
    }

    #[test]
    fn stock_codes_that_are_products() {
        for code in ["85123A", "22423", "79323lp", "DCGS0003"] {
            assert!(is_product(code), "{code}");
        }
        for code in [
            "POST",
            "D",
            "M",
            "BANK CHARGES",
            "gift_0001_20",
            "C2",
            "2242",
            "85123ABCD",
            "",
        ] {
            assert!(!is_product(code), "{code}");
        }
    }
}
