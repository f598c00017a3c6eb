//! Exports of Pinpoint, converted and filled.

use std::collections::BTreeMap;

use serde_json::json;

use super::{letter, product};
use crate::{
    Template,
    pinpoint::{ConvertError, convert},
};

#[test]
fn an_email_is_converted_and_works() {
    let html = "<html><head><meta http-equiv=\"Content-Type\" content=\"text/html; charset=UTF-8\">\
        <style>@media (max-width: 480px) {#main {width: 100%}}</style></head><body>\n\
        <p>Hello {{User.UserAttributes.FirstName}}, of {{Location.City}}</p>\n\
        {{#if User.UserAttributes.Tier}}<p>{{User.UserAttributes.Tier}}</p>{{else}}<p>Join!</p>{{/if}}\n\
        <img src=\"{{Recommendations.ImageUrl.[0]}}\"><a href='{{Recommendations.Url.[0]}}'>{{Recommendations.Name.[0]}}</a>\n\
        </body></html>";
    let export = json!({ "EmailTemplateResponse": {
        "TemplateName": "welcome",
        "TemplateType": "EMAIL",
        "Subject": "{{User.UserAttributes.FirstName}}, look",
        "HtmlPart": html,
        "TextPart": "Hello {{User.UserAttributes.FirstName}}",
        "DefaultSubstitutions": "{\"User.UserAttributes.FirstName\": \"friend\"}",
    } });
    let converted = convert(&export.to_string(), "en").unwrap();
    assert_eq!(converted.name.as_deref(), Some("welcome"));
    assert_eq!(converted.notes.len(), 4, "{:?}", converted.notes);
    let template = Template::parse(&converted.files).unwrap_or_else(|error| panic!("{error}"));
    let attributes = BTreeMap::from([("City".to_owned(), "<Bath>".to_owned())]);
    let products = [product()];
    let mut letter = letter(&products);
    letter.person.attributes = &attributes;
    let email = template.email(&letter).unwrap();
    assert_eq!(email.subject, "Ada, look");
    for words in [
        "Hello Ada, of &lt;Bath&gt;",
        "<p>Join!</p>",
        "{#main {width",
        "alt=\"\" src=\"https://shop.example/22423.jpg\"",
        "<a href='https://links.shop.example/c/1.abc'>Regency cakestand</a>",
        "Unsubscribe</a></p>\n</body>",
    ] {
        assert!(email.html.contains(words), "{words}: {}", email.html);
    }
    assert!(
        email.text.starts_with("Hello Ada\n\nShop Ltd"),
        "{}",
        email.text
    );
    letter.person.first_name = None;
    assert_eq!(template.email(&letter).unwrap().subject, "friend, look");
}

#[test]
fn texts_and_notifications_are_converted_and_work() {
    let export = json!({ "SMSTemplateResponse": { "Body": "Hi {{Attributes.Name}}!" } });
    let converted = convert(&export.to_string(), "de").unwrap();
    let template = Template::parse(&converted.files).unwrap();
    assert_eq!(
        template.sms(&letter(&[]), 1).unwrap().text,
        "Hi !\nAbmelden mit STOP"
    );
    let export = json!({ "PushNotificationTemplateResponse": {
        "Default": { "Action": "URL", "Title": "Hi", "Body": "{{Recommendations.Name.[0]}} and \"more\"", "Url": "https://shop.example" },
        "GCM": { "Title": "no", "Body": "no", "ImageUrl": "{{Recommendations.ImageUrl.[0]}}" },
    } });
    let converted = convert(&export.to_string(), "en").unwrap();
    let template = Template::parse(&converted.files).unwrap();
    let push = template.push(&letter(&[product()])).unwrap();
    assert_eq!(
        (push.title.as_str(), push.body.as_str()),
        ("Hi", "Regency cakestand and \"more\"")
    );
    assert_eq!(push.url.as_deref(), Some("https://shop.example"));
    assert_eq!(
        push.image.as_deref(),
        Some("https://shop.example/22423.jpg")
    );
}

#[test]
fn what_is_no_template_is_refused() {
    for (export, word) in [
        (json!({}), "EmailTemplateResponse"),
        (
            json!({ "EmailTemplateResponse": { "Subject": "x" } }),
            "HtmlPart",
        ),
        (
            json!({ "SMSTemplateResponse": { "Body": "x", "DefaultSubstitutions": "[" } }),
            "DefaultSubstitutions",
        ),
        (
            json!({ "PushNotificationTemplateResponse": { "GCM": { "RawContent": "{}" } } }),
            "RawContent",
        ),
        (
            json!({ "SMSTemplateResponse": { "Body": "a\n{{> x}}" } }),
            "Body, line 2",
        ),
    ] {
        let error = convert(&export.to_string(), "en").unwrap_err();
        assert!(error.to_string().contains(word), "{error}");
    }
    let voice = json!({ "VoiceTemplateResponse": { "Body": "x" } }).to_string();
    assert_eq!(
        convert(&voice, "en").unwrap_err(),
        ConvertError::Kind("voice")
    );
    assert!(convert("[", "en").is_err() && convert("{}", "../x").is_err());
    let export = json!({ "SMSTemplateResponse": { "Body": "x" } }).to_string();
    assert!(matches!(
        convert(&export, "../x").unwrap_err(),
        ConvertError::File(_)
    ));
}
