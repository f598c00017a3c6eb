//! Parts of a template and their languages.

use super::{html, in_language, letter, parse, product};
use crate::{Encoding, Part, Product, RenderError, Template};

const LINK: &str = "<a href='{{ unsubscribe_url }}'>end</a>";

fn sms(text: &str) -> Template {
    parse(&[("en/sms.txt", text)]).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn a_person_gets_their_language_or_the_default_one() {
    let of = |words: &str| format!("{words} STOP");
    let template = parse(&[
        ("en/sms.txt", &of("en")),
        ("de/sms.txt", &of("de")),
        ("de-at/sms.txt", &of("de-at")),
        ("fr/push.json", r#"{"title": "fr", "body": "fr"}"#),
        ("en/push.json", r#"{"title": "en", "body": "en"}"#),
    ])
    .unwrap();
    for (wanted, expected) in [
        ("de-AT", "de-at"),
        ("de_CH", "de"),
        ("de-Latn-CH", "de"),
        ("en-GB", "en"),
        // It has French notifications, and no French texts.
        ("fr", "en"),
        ("", "en"),
        ("-", "en"),
        ("\u{202e}", "en"),
    ] {
        let letter = in_language(letter(&[]), wanted);
        assert_eq!(
            template.sms(&letter, 1).unwrap().text,
            of(expected),
            "{wanted}"
        );
        assert_eq!(template.language(Some(wanted), Part::Sms), Some(expected));
    }
    let pushed = template.push(&in_language(letter(&[]), "fr-CA")).unwrap();
    assert_eq!(pushed.title, "fr");
    assert!(template.has(Part::Sms) && template.has(Part::Push) && !template.has(Part::Email));
    assert_eq!(
        template.languages().collect::<Vec<_>>(),
        ["de", "de-at", "en", "fr"]
    );
    let error = template.email(&letter(&[])).unwrap_err();
    assert!(matches!(error, RenderError::NoPart { part: "email", .. }));
}

#[test]
fn a_template_without_what_it_must_have_is_refused() {
    for (files, word) in [
        (&[][..], "no files"),
        (&[("de/sms.txt", "STOP")][..], "default"),
        (&[("en/email.html", LINK)][..], "subject"),
        (&[("en/subject.txt", "x")][..], "email.mjml"),
        (
            &[
                ("en/email.html", LINK),
                ("en/email.mjml", ""),
                ("en/subject.txt", "x"),
            ][..],
            "remove one",
        ),
        (
            &[("en/email.html", "<p>x</p>"), ("en/subject.txt", "x")][..],
            "unsubscribe",
        ),
        (
            &[
                ("en/email.html", LINK),
                ("en/subject.txt", "x"),
                ("en/email.txt", "x"),
            ][..],
            "unsubscribe",
        ),
        (
            &[("en/email.html", LINK), ("en/subject.txt", "{{ x }}")][..],
            "empty",
        ),
        (&[("en/sms.txt", "Sale!")][..], "opt_out"),
        (&[("en/push.json", r#"{"title": "x"}"#)][..], "body"),
        (
            &[(
                "en/push.json",
                r#"{"title": "x", "body": "y", "sound": "z"}"#,
            )][..],
            "sound",
        ),
    ] {
        let error = parse(files).unwrap_err();
        assert!(error.to_string().contains(word), "{error}");
    }
    let conditional =
        "x{% if person.first_name %}<a href='{{ unsubscribe_url }}'>end</a>{% endif %}";
    let error = parse(&[("en/email.html", conditional), ("en/subject.txt", "x")]).unwrap_err();
    assert!(
        error.message.contains("outside of any condition"),
        "{error}"
    );
}

#[test]
fn a_text_part_is_made_or_taken() {
    let made = html("<h1>Hello</h1><p>{{ person.first_name }}</p>").unwrap();
    let made = made.email(&letter(&[])).unwrap();
    assert_eq!(
        made.text,
        format!("Hello\n\nAda\n\nend: {}", super::UNSUBSCRIBE)
    );
    let text = "{% for product in products %}\n- {{ product.title }}\n{% endfor %}\n\n\n{{ unsubscribe_url }}\n";
    let taken = parse(&[
        ("en/email.html", LINK),
        ("en/subject.txt", "x\ny"),
        ("en/email.txt", text),
    ]);
    let products = [product(), product()];
    let taken = taken.unwrap().email(&letter(&products)).unwrap();
    let title = "- Regency cakestand";
    assert_eq!(
        taken.text,
        format!("{title}\n{title}\n\n{}", super::UNSUBSCRIBE)
    );
    assert_eq!(taken.subject, "x y");
}

#[test]
fn a_text_has_as_many_products_as_fit() {
    let template = sms("{% for p in products %}{{ p.title }}\n{% endfor %}{{ opt_out }}");
    let products: Vec<Product> = (0..20)
        .map(|n| Product {
            title: format!("{n:02} {}", "x".repeat(26)),
            ..product()
        })
        .collect();
    for (parts, shown) in [(1, 4), (2, 9), (3, 14), (4, 19), (5, 20)] {
        let made = template.sms(&letter(&products), parts).unwrap();
        assert_eq!(made.text.matches('x').count() / 26, shown, "{}", made.text);
        assert!(made.parts <= parts && made.text.ends_with("Reply STOP to opt out"));
    }
    let long = [Product {
        title: "x".repeat(190),
        ..product()
    }];
    let error = template.sms(&letter(&long), 1).unwrap_err();
    assert!(
        matches!(
            error,
            RenderError::TooLong {
                parts: 2,
                max_parts: 1,
                ..
            }
        ),
        "{error:?}"
    );
}

#[test]
fn a_text_is_spelled_in_gsm_where_it_can_be() {
    let template =
        sms("{{ products[0].title }} – {{ products[0].price | money('EUR') }}… {{ opt_out }}");
    let titled = |title: &str| {
        [Product {
            title: title.to_owned(),
            ..product()
        }]
    };
    let made = template.sms(&letter(&titled("Mother’s day")), 1).unwrap();
    assert_eq!(made.text, "Mother's day - €12.75... Reply STOP to opt out");
    assert_eq!((made.encoding, made.parts), (Encoding::Gsm7, 1));
    let made = template.sms(&letter(&titled("Łódź 😀")), 1).unwrap();
    assert_eq!(made.encoding, Encoding::Ucs2);
    assert!(made.text.contains('–'));
}

#[test]
fn a_notification_opens_pages_of_the_web_only_and_is_small() {
    let push = r#"{"title": "{{ campaign }}\n", "body": "x{{ products[0].title * 10 }}", "url": "{{ products[0].url }}", "image": "{{ shop.name }}"}"#;
    let template = parse(&[("en/push.json", push)]).unwrap_err();
    assert!(
        template.to_string().contains("en/push.json/body"),
        "{template}"
    );
    let push = push.replace(" * 10", "");
    let template = parse(&[("en/push.json", &push)]).unwrap();
    let made = template.push(&letter(&[product()])).unwrap();
    assert_eq!(
        (made.title.as_str(), made.body.as_str()),
        ("picks", "xRegency cakestand")
    );
    assert_eq!(
        (made.url.as_deref(), made.image),
        (Some("https://links.shop.example/c/1.abc"), None)
    );
    let long = [Product {
        url: format!("https://x/{}", "y".repeat(2_000)),
        ..product()
    }];
    let push = push.replace("{{ shop.name }}", "{{ products[0].url }}");
    let error = parse(&[("en/push.json", &push)])
        .unwrap()
        .push(&letter(&long))
        .unwrap_err();
    assert!(
        matches!(error, RenderError::TooLarge { limit: 3_584, .. }),
        "{error:?}"
    );
}
