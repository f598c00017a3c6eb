//! Letters that a template is tried with when it is parsed, so that a campaign does not find out by its people.

use std::collections::BTreeMap;

use crate::{
    Email, Letter, Person, Product, RenderError, Shop, TemplateError,
    context::Context,
    email::EmailTemplate,
    engine::Engine,
    markup::{Piece, pieces},
    template::Language,
};

const UNSUBSCRIBE: &str = "https://shop.example/u/trial?a=b&c=d";
/// Parts that a text may have in a trial: only what it says is looked at.
const ANY_PARTS: u32 = 1_000;

/// Tries all that `language` has.
///
/// # Errors
/// The first letter that cannot be made, or lacks what the law wants in it.
pub(crate) fn run(engine: &Engine, language: &Language) -> Result<(), TemplateError> {
    let full = vec![product(); 4];
    each(engine, language, &letter(&full, true))?;
    each(engine, language, &letter(&full, false))?;
    each(engine, language, &letter(&[], true))?;
    for without in lacking() {
        each(engine, language, &letter(&[without, product()], false))?;
    }
    Ok(())
}

fn each(engine: &Engine, language: &Language, letter: &Letter<'_>) -> Result<(), TemplateError> {
    let context = Context::new(letter, &language.name);
    if let Some(email) = &language.email {
        let made = email
            .render(engine, &context)
            .map_err(failed(&email.html))?;
        check_email(email, &made)?;
    }
    if let Some(sms) = &language.sms {
        let made = sms
            .render(engine, &context, ANY_PARTS)
            .map_err(failed(&sms.file))?;
        if !made.text.contains("STOP") {
            let message =
                "it does not say how to end these texts; add {{ opt_out }}, or words with STOP";
            return Err(TemplateError::whole(&sms.file, message));
        }
    }
    if let Some(push) = &language.push {
        push.render(engine, &context).map_err(failed(&push.file))?;
    }
    Ok(())
}

/// A letter that could not be made says that a template is wrong.
fn failed(file: &str) -> impl Fn(RenderError) -> TemplateError {
    move |error| match error {
        RenderError::Failed { ref file, line, .. } => TemplateError {
            file: file.clone(),
            line,
            message: format!(
                "a letter that lacks something cannot be made: {}",
                error.reason()
            ),
        },
        RenderError::Empty { file } => TemplateError::whole(
            &file,
            "it is empty for a letter that lacks something; give it words that do not depend on the letter",
        ),
        other => TemplateError::whole(file, other.to_string()),
    }
}

fn check_email(template: &EmailTemplate, email: &Email) -> Result<(), TemplateError> {
    let links = pieces(&email.html).any(|piece| match piece {
        Piece::Open(element) if element.name == "a" => {
            let address = element.get("href").unwrap_or_default();
            html_escape::decode_html_entities(address) == UNSUBSCRIBE
        }
        _ => false,
    });
    if !links {
        let message = "a letter has no link to unsubscribe; add <a href=\"{{ unsubscribe_url }}\"> outside of any condition";
        return Err(TemplateError::whole(&template.html, message));
    }
    if !email.text.contains(UNSUBSCRIBE) {
        let message =
            "the text part has no link to unsubscribe; write {{ unsubscribe_url }} into email.txt";
        return Err(TemplateError::whole(&template.text, message));
    }
    Ok(())
}

const NO_ATTRIBUTES: &BTreeMap<String, String> = &BTreeMap::new();

fn letter(products: &[Product], known: bool) -> Letter<'_> {
    let known = |value| Some(value).filter(|_| known);
    Letter {
        person: Person {
            first_name: known("Ada"),
            language: None,
            attributes: NO_ATTRIBUTES,
        },
        products,
        shop: Shop {
            name: known("Shop"),
            url: "https://shop.example/",
            postal_address: known("Shop Ltd, 1 Main Street, London").unwrap_or_default(),
        },
        unsubscribe_url: UNSUBSCRIBE,
        preferences_url: known("https://shop.example/p/trial"),
        campaign: "trial",
    }
}

fn product() -> Product {
    let some = |text: &str| Some(text.to_owned());
    Product {
        id: "1".to_owned(),
        title: "White hanging heart T-light holder".to_owned(),
        price: 2.95,
        currency: some("GBP"),
        category: some("Home"),
        brand: some("Maker"),
        description: some("Of metal"),
        image_url: some("https://shop.example/1.jpg"),
        url: "https://shop.example/c/trial".to_owned(),
        reason: some("Goes with what you bought"),
    }
}

/// A product that lacks everything, and products that lack one thing each.
fn lacking() -> Vec<Product> {
    let changes: [fn(&mut Product); 10] = [
        |product| {
            *product = Product {
                price: f64::NAN,
                ..Product::default()
            }
        },
        |product| product.title.clear(),
        |product| product.price = f64::NAN,
        |product| product.currency = None,
        |product| product.category = None,
        |product| product.brand = None,
        |product| product.description = None,
        |product| product.image_url = None,
        |product| product.url.clear(),
        |product| product.reason = None,
    ];
    let lack = |change: &fn(&mut Product)| {
        let mut product = product();
        change(&mut product);
        product
    };
    changes.iter().map(lack).collect()
}
