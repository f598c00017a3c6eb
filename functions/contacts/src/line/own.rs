//! A contact in the form of `messages/import/`.

use std::collections::BTreeMap;

use messages::{Channel, PushAddress};
use serde::Deserialize;
use serde_json::Value;

use super::{File, Reason, Said, consent::Given, email, phone, user};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Line {
    user_id: String,
    email: Option<String>,
    phone: Option<String>,
    push: Option<PushAddress>,
    language: Option<String>,
    time_zone: Option<String>,
    first_name: Option<String>,
    #[serde(default)]
    attributes: BTreeMap<String, String>,
    #[serde(default)]
    consents: BTreeMap<Channel, Given>,
    #[serde(default)]
    suppressed: bool,
}

/// What `value` says.
pub(super) fn said(value: Value, file: &File) -> Result<Said, Reason> {
    let line: Line = serde_path_to_error::deserialize(value)
        .map_err(|error| format!("at `{}`: {}", error.path(), error.inner()))?;
    let mut said = Said {
        user: user(line.user_id)?,
        email: line.email.as_deref().map(email).transpose()?,
        phone: line.phone.as_deref().map(phone).transpose()?,
        push: line.push,
        language: line.language,
        time_zone: line.time_zone,
        first_name: line.first_name,
        attributes: line.attributes,
        suppressed: line.suppressed,
        ..Said::default()
    };
    for (channel, given) in line.consents {
        given.say(channel, file, &mut said)?;
    }
    Ok(said)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::line::tests::{consent, file};

    #[test]
    fn a_line_says_what_it_says() {
        let line = json!({
            "userId": "u", "phone": "0049 30 123456", "push": {"token": "t", "service": "GCM"},
            "timeZone": "Europe/Berlin", "attributes": {"tier": "gold"},
            "consents": {
                "email": true,
                "sms": {"given": false, "source": "checkout", "at": 50},
                "push": {"given": true, "at": "1970-01-01T00:01:00Z"},
            },
        });
        let said = said(line, &file()).unwrap();
        assert_eq!(said.phone.as_deref(), Some("+4930123456"));
        let bare = (Channel::Email, consent(true, "import:test.jsonl", 100));
        assert_eq!(said.assumed, [bare]);
        assert_eq!(
            said.consents,
            [
                (Channel::Sms, consent(false, "checkout", 50)),
                (Channel::Push, consent(true, "import:test.jsonl", 60)),
            ]
        );
        assert!(said.email.is_none() && !said.suppressed);
    }

    #[test]
    fn a_clock_that_is_ahead_does_not_put_a_consent_ahead() {
        let line = json!({"userId": "u", "consents": {"email": {"given": true, "at": 450}}});
        let said = said(line, &file()).unwrap();
        let consent = consent(true, "import:test.jsonl", 100);
        assert_eq!(said.consents, [(Channel::Email, consent)]);
    }

    #[test]
    fn what_is_wrong_is_named() {
        let refused = |line| said(line, &file()).unwrap_err();
        assert!(refused(json!({"email": "a@shop.example"})).contains("userId"));
        assert!(refused(json!({"userId": "", "email": "a@shop.example"})).contains("userId"));
        assert!(refused(json!({"userId": "u", "email": "a"})).starts_with("email: "));
        assert!(refused(json!({"userId": "u", "e-mail": "a@shop.example"})).contains("e-mail"));
        let early = json!({"userId": "u", "consents": {"email": {"given": true, "at": 501}}});
        assert!(refused(early).contains("in the future"));
        let push = json!({"userId": "u", "push": {"token": "t", "service": "FAX"}});
        assert!(refused(push).contains("push.service"));
    }
}
