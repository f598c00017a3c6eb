//! The templates in `config/templates`, with every product that could come.

use std::path::Path;

use super::{UNSUBSCRIBE, in_language, letter, product};
use crate::{
    Email, Files, Letter, Product, Template,
    markup::{Piece, pieces, unbalanced},
};

const LANGUAGES: [&str; 4] = ["en", "de", "de-AT", "fr"];

fn shipped() -> Vec<(String, Template)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../config/templates");
    let names = std::fs::read_dir(&folder).unwrap();
    let names = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let parse = |name: String| {
        let files = Files::read(&folder.join(&name), "en").unwrap();
        let template = Template::parse(&files).unwrap_or_else(|error| panic!("{name}: {error}"));
        (name, template)
    };
    names.map(parse).collect()
}

/// Products without one field each, with values from where nobody is careful, and from far too long texts.
fn odd_products() -> Vec<Product> {
    let mut odd = vec![Product::default()];
    let clear: [fn(&mut Product); 9] = [
        |p| p.title.clear(),
        |p| p.price = f64::NAN,
        |p| p.currency = None,
        |p| p.category = None,
        |p| p.brand = None,
        |p| p.description = None,
        |p| p.image_url = None,
        |p| p.url.clear(),
        |p| p.reason = None,
    ];
    for clear in clear {
        let mut product = product();
        clear(&mut product);
        odd.push(product);
    }
    let long = "A very long word ".repeat(1_200);
    for text in [
        "<b>bold</b><script>alert(1)</script>",
        "\"quoted\" 'quoted' \\\" onclick=\"x()\"",
        "{{ person }} {% for x in y %} {#",
        "😀👩‍👩‍👧 🎁",
        "مصباح \u{202e}abc שלום",
        "line\r\nBcc: a@b.example\u{0}\u{7}",
        "javascript:alert(1)",
        "--> ]]> <![endif]-->",
        long.as_str(),
    ] {
        let some = Some(text.to_owned());
        odd.push(Product {
            id: text.to_owned(),
            title: text.to_owned(),
            price: -1.0,
            currency: some.clone(),
            category: some.clone(),
            brand: some.clone(),
            description: some.clone(),
            image_url: some.clone(),
            url: text.to_owned(),
            reason: some,
        });
    }
    odd
}

#[test]
fn every_product_makes_a_message_in_every_template_and_language() {
    for (name, template) in shipped() {
        for language in LANGUAGES {
            for odd in odd_products() {
                let products = [odd.clone(), product(), odd];
                for some in [&products[..], &products[..1]] {
                    let letter = in_language(letter(some), language);
                    check_email(&name, &template.email(&letter).unwrap());
                    let sms = template.sms(&letter, 10).unwrap();
                    assert!(
                        sms.text.contains("STOP") && sms.parts <= 10,
                        "{name}: {}",
                        sms.text
                    );
                    let push = template.push(&letter).unwrap();
                    assert!(!push.title.contains('\n'));
                    check_addresses(
                        &name,
                        push.url.iter().chain(&push.image).map(String::as_str),
                    );
                }
            }
        }
    }
}

#[test]
fn what_is_not_known_of_person_and_shop_is_left_out() {
    for (name, template) in shipped() {
        let products = [product()];
        let mut unknown: Letter<'_> = letter(&products);
        unknown.person.first_name = None;
        unknown.shop.name = None;
        unknown.shop.postal_address = "";
        let email = template.email(&unknown).unwrap();
        check_email(&name, &email);
        for text in [&email.subject, &email.text] {
            assert!(!text.contains("none") && !text.contains("  "), "{text}");
            assert!(!text.contains(" ,") && !text.starts_with(','), "{text}");
        }
    }
}

#[test]
fn an_email_of_twenty_products_is_not_cut_off_by_gmail() {
    let tracked = Product {
        url: format!("https://links.shop.example/c/1.{}", "x".repeat(440)),
        ..product()
    };
    let products = vec![tracked; 20];
    for (name, template) in shipped() {
        let email = template.email(&letter(&products)).unwrap();
        check_email(&name, &email);
        assert_eq!(
            email.text.matches("Regency cakestand").count(),
            20,
            "{name}"
        );
        // Of titles that take far more bytes when they are escaped, as many as fit.
        let quotes = "\"".repeat(300);
        let longer = products.iter().cloned().map(|p| Product {
            title: quotes.clone(),
            ..p
        });
        let longer: Vec<Product> = longer.collect();
        check_email(&name, &template.email(&letter(&longer)).unwrap());
    }
}

#[test]
fn prices_and_words_are_of_the_language() {
    let products = [product()];
    for (name, template) in shipped() {
        let shown = |language| {
            template
                .email(&in_language(letter(&products), language))
                .unwrap()
        };
        for (language, price, link) in [
            ("en-GB", "€12.75", "Unsubscribe"),
            ("de_CH", "12,75\u{a0}€", "Abmelden"),
            ("fr", "€12.75", "Unsubscribe"),
        ] {
            let email = shown(language);
            assert!(
                email.html.contains(price) && email.text.contains(price),
                "{name} {language}"
            );
            assert!(
                email.html.contains(link) && email.text.contains(link),
                "{name} {language}"
            );
        }
    }
}

fn check_email(name: &str, email: &Email) {
    // What people write with braces is no tag any more.
    let html = &email.html.replace('{', "(");
    assert!(html.len() <= 100 * 1024, "{name}: {}", html.len());
    assert_eq!(unbalanced(html), None, "{name}: {html}");
    assert!(
        !email.subject.is_empty() && !email.subject.contains(['\r', '\n']),
        "{name}"
    );
    assert!(email.text.contains(UNSUBSCRIBE), "{name}: {}", email.text);
    assert!(
        !email.text.contains('\u{202e}') && !html.contains('\u{202e}'),
        "{name}"
    );
    assert!(!html.contains("fonts.googleapis"), "{name}");
    let mut links = Vec::new();
    for piece in pieces(html) {
        let Piece::Open(element) = piece else {
            continue;
        };
        assert!(
            !matches!(element.name.as_str(), "script" | "b"),
            "{name}: {html}"
        );
        assert!(element.get("onclick").is_none(), "{name}: {html}");
        assert!(
            element.name != "img" || element.get("alt").is_some(),
            "{name}: {html}"
        );
        for attribute in ["href", "src"] {
            let address = element
                .get(attribute)
                .map(html_escape::decode_html_entities);
            links.extend(
                address
                    .filter(|address| !address.is_empty())
                    .map(String::from),
            );
        }
    }
    assert!(links.iter().any(|link| link == UNSUBSCRIBE), "{name}");
    check_addresses(name, links.iter().map(String::as_str));
}

fn check_addresses<'a>(name: &str, addresses: impl Iterator<Item = &'a str>) {
    for address in addresses {
        assert!(address.starts_with("https://"), "{name}: {address}");
    }
}
