//! How markup is read.

use crate::markup::{Piece, pieces};

fn told(text: &str) -> Vec<String> {
    let tell = |piece| match piece {
        Piece::Open(element) => {
            let attributes = element.attributes.iter();
            let told = attributes.map(|a| format!(" {}={}", a.name, a.value));
            let end = if element.empty { "/" } else { "" };
            format!("<{}{}{end}>", element.name, told.collect::<String>())
        }
        Piece::Close { name, .. } => format!("</{name}>"),
        Piece::Text(text) => text.to_owned(),
        Piece::Tag(tag) => format!("[{}]", tag.inner),
        Piece::OutlookBegins => "(".to_owned(),
        Piece::OutlookEnds => ")".to_owned(),
    };
    pieces(text).map(tell).collect()
}

#[test]
fn markup_is_read_as_mail_programs_do() {
    let text =
        r#"<!doctype html><P Class=a hidden>x < y{{ z }}<br/><img src="{{ a["b"] }}>" alt=''></P>"#;
    let expected = [
        "<p class=a hidden=>",
        "x ",
        "<",
        " y",
        "[z]",
        "<br/>",
        r#"<img src={{ a["b"] }}> alt=>"#,
        "</p>",
    ];
    assert_eq!(told(text), expected);
}

#[test]
fn styles_and_comments_are_no_markup() {
    let text = "<style>a > b { } <i></STYLE><!-- <b> --><i>";
    assert_eq!(told(text), ["<style>", "a > b { } <i>", "</style>", "<i>"]);
    assert_eq!(told("<style></style>"), ["<style>", "</style>"]);
    assert_eq!(told("<a href='x"), ["<a href=x>"]);
}

#[test]
fn what_is_for_outlook_only_is_told_from_what_is_for_all_others() {
    let text = "<!--[if mso]><i><![endif]--><!--[if !mso]><!--><b><!--<![endif]-->";
    assert_eq!(told(text), ["(", "<i>", ")", "<b>"]);
}

#[test]
fn values_outside_of_quotes_are_seen() {
    let loose = |text: &str| match pieces(text).next() {
        Some(Piece::Open(element)) => element.loose_value,
        _ => false,
    };
    for text in ["<a {{ x }}>", "<a href={{ x }}>", "<a href=x{{ x }}>"] {
        assert!(loose(text), "{text}");
    }
    for text in ["<a href='{{ x }}'>", "<a {% if x %}hidden{% endif %}>"] {
        assert!(!loose(text), "{text}");
    }
}
