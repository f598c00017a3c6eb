//! Renders the shipped templates for a look at them, and says how fast: emails a second on one core.
//!
//! ```sh
//! cargo run --release -p message-template --example preview -- /tmp/previews
//! ```

use std::{collections::BTreeMap, error::Error, fs, path::PathBuf, time::Instant};

use message_template::{Files, Letter, Person, Product, Shop, Template};

/// Emails that are made to measure.
const EMAILS: u32 = 20_000;

fn main() -> Result<(), Box<dyn Error>> {
    let out = PathBuf::from(
        std::env::args()
            .nth(1)
            .unwrap_or_else(|| "previews".to_owned()),
    );
    fs::create_dir_all(&out)?;
    let templates = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../config/templates");
    let attributes = BTreeMap::new();
    let products: Vec<Product> = (0..20).map(product).collect();
    for name in ["weekly-picks", "abandoned-cart"] {
        let began = Instant::now();
        let template = Template::parse(&Files::read(&templates.join(name), "en")?)?;
        println!(
            "{name}: parsed in {:.1} ms",
            began.elapsed().as_secs_f64() * 1e3
        );
        for language in ["en", "de"] {
            for shown in [4, 20] {
                let letter = letter(&attributes, language, &products[..shown]);
                let email = template.email(&letter)?;
                let file = out.join(format!("{name}-{language}-{shown}"));
                fs::write(file.with_extension("html"), &email.html)?;
                fs::write(
                    file.with_extension("txt"),
                    format!("{}\n\n{}", email.subject, email.text),
                )?;
                let bytes = email.html.len();
                let sms = template.sms(&letter, 4)?;
                let push = template.push(&letter)?;
                println!(
                    "  {language}, {shown} products: HTML {bytes} bytes, text {} bytes",
                    email.text.len()
                );
                println!(
                    "    {:?}, {} parts: {:?}",
                    sms.encoding, sms.parts, sms.text
                );
                println!("    {}: {}", push.title, push.body);
            }
        }
        measure(name, &template, &letter(&attributes, "en", &products[..4]))?;
    }
    Ok(())
}

fn measure(name: &str, template: &Template, letter: &Letter<'_>) -> Result<(), Box<dyn Error>> {
    let began = Instant::now();
    let mut bytes = 0;
    for _ in 0..EMAILS {
        let email = template.email(letter)?;
        bytes += email.html.len() + email.text.len();
    }
    let seconds = began.elapsed().as_secs_f64();
    println!(
        "  {name}: {:.0} emails/s, {:.0} MB/s",
        f64::from(EMAILS) / seconds,
        bytes as f64 / seconds / 1e6
    );
    Ok(())
}

fn letter<'a>(
    attributes: &'a BTreeMap<String, String>,
    language: &'a str,
    products: &'a [Product],
) -> Letter<'a> {
    Letter {
        person: Person {
            first_name: Some("Ada"),
            language: Some(language),
            attributes,
        },
        products,
        shop: Shop {
            name: Some("Gifts & Co"),
            url: "https://shop.example/",
            postal_address: "Gifts & Co Ltd\n1 Main Street, London",
        },
        unsubscribe_url: "https://links.shop.example/u/1.abcdefghijklmnopqrstuvwxyz0123456789",
        preferences_url: Some("https://shop.example/preferences"),
        campaign: "weekly-picks",
    }
}

/// A product with a tracked link as long as they are.
fn product(n: usize) -> Product {
    let titles = [
        "WHITE HANGING HEART T-LIGHT HOLDER",
        "Regency cakestand, three tiers",
        "Jumbo bag red retrospot with a very long title that goes on over more than one line of a card",
        "Set of six spice tins",
    ];
    let hue = n * 83 % 360;
    let picture = format!("http://127.0.0.1:8765/{hue}.svg");
    Product {
        id: format!("{n}"),
        title: titles[n % titles.len()].to_owned(),
        price: 2.95 + n as f64 * 10.0,
        currency: Some(["GBP", "EUR", "USD"][n % 3].to_owned()),
        category: Some("Home".to_owned()),
        brand: None,
        description: Some("Of white metal, for a small candle.".to_owned()),
        image_url: Some(picture),
        url: format!("https://links.shop.example/c/1.{}", "x".repeat(440)),
        reason: n
            .is_multiple_of(2)
            .then(|| "Goes with the cakestand you bought".to_owned()),
    }
}
