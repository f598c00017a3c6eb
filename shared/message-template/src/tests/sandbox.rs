//! What a template may not do, and what cannot be done to one.

use std::collections::BTreeMap;

use super::{html, letter, parse, product};
use crate::{Letter, Product, RenderError, TemplateError};

fn wrong(body: &str) -> TemplateError {
    html(body).err().unwrap_or_else(|| panic!("{body}"))
}

#[test]
fn a_template_that_never_ends_or_writes_too_much_is_refused() {
    for body in [
        "{% for a in range(9999) %}{% for b in range(9999) %}{% endfor %}{% endfor %}",
        "{% for a in range(9999) %}{{ 'x' * 1000 }}{% endfor %}",
        "{{ 'x' * 100000000 }}",
        "{{ range(99999999) | list | length }}",
    ] {
        let error = wrong(body);
        assert!(error.to_string().starts_with("en/email.html"), "{error}");
    }
    let error = wrong("{{ 'x' * 200000 }}");
    assert!(
        error
            .message
            .contains("bytes for this letter, more than 102400"),
        "{error}"
    );
}

#[test]
fn a_template_reads_nothing_but_its_letter() {
    for body in [
        "{% include 'de/email.html' %}",
        "{% import 'x' as x %}",
        "{% extends 'x' %}",
        "{{ open('/etc/passwd') }}",
        "{{ product | safe }}",
        "{% autoescape false %}{% endautoescape %}",
    ] {
        let error = wrong(body);
        assert_eq!(error.line, Some(1), "{error}");
    }
}

#[test]
fn a_mistake_is_said_with_its_line() {
    for (body, line) in [
        ("a\n{{ product. }}", 2),
        ("a\n{% for x in products %}", 3),
        ("a\n\n{{ x | nothing }}", 3),
        ("a\n<img src='{{ x }}'>", 2),
        ("a\n{{ campaign + 1 }}", 2),
    ] {
        let error = wrong(body);
        assert_eq!(
            (error.file.as_str(), error.line),
            ("en/email.html", Some(line)),
            "{error}"
        );
    }
    let error = parse(&[("en/push.json", "{\n\"title\": 1}")]).unwrap_err();
    assert_eq!(error.line, Some(2), "{error}");
}

#[test]
fn what_fails_for_one_letter_says_nothing_of_the_person() {
    let template = html("{{ (person.attributes.age | default('1')) | int }}").unwrap();
    let attributes = BTreeMap::from([("age".to_owned(), "Ada's secret".to_owned())]);
    let mut letter: Letter<'_> = letter(&[]);
    letter.person.attributes = &attributes;
    let error = template.email(&letter).unwrap_err();
    assert!(
        matches!(error, RenderError::Failed { line: Some(1), .. }),
        "{error:?}"
    );
    assert!(!error.to_string().contains("secret"), "{error}");
}

#[test]
fn values_are_text() {
    let template =
        html("<p title='{{ campaign }}'>{{ campaign }}</p>{{ products[0].title }}").unwrap();
    let products = [Product {
        title: "<b>\"&'".to_owned(),
        ..product()
    }];
    let mut letter = letter(&products);
    letter.campaign = "'/><script>";
    let made = template.email(&letter).unwrap();
    let expected =
        "<p title='&#39;/&gt;&lt;script&gt;'>&#39;/&gt;&lt;script&gt;</p>&lt;b&gt;&quot;&amp;&#39;";
    assert!(made.html.contains(expected), "{}", made.html);
    assert!(
        made.text.contains("'/><script>") && made.text.contains("<b>\"&'"),
        "{}",
        made.text
    );
}

#[test]
fn only_addresses_of_the_web_are_written() {
    let body = "<a href=\"{{ person.attributes.page }}\">a</a><img alt='' src='{{ products[0].image_url }}'>";
    let template = html(body).unwrap();
    for (page, kept) in [
        ("javascript:alert(1)", ""),
        (
            "https://shop.example/?a=1&b=2",
            "https://shop.example/?a=1&amp;b=2",
        ),
    ] {
        let attributes = BTreeMap::from([("page".to_owned(), page.to_owned())]);
        let products = [Product {
            image_url: Some(page.to_owned()),
            ..product()
        }];
        let mut letter = letter(&products);
        letter.person.attributes = &attributes;
        let made = template.email(&letter).unwrap();
        let expected = format!("<a href=\"{kept}\">a</a><img alt='' src='{kept}'>");
        assert!(made.html.contains(&expected), "{}", made.html);
    }
}

#[test]
fn what_is_missing_is_nothing() {
    let body = "[{{ a.b.c }}{{ products[7].title | upper }}{{ products[7].price | money('EUR') }}\
        {{ products[7].title | truncate(3) }}{{ preferences_url }}{% for x in a.b %}x{% endfor %}{% if a.b > 3 %}x{% endif %}]";
    let made = html(body).unwrap().email(&letter(&[])).unwrap();
    assert!(made.html.contains("[]"), "{}", made.html);
}
