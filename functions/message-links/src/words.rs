//! What the pages say, in each language.

use messages::Channel;

/// A language of the pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Language {
    /// English: everybody whose own there is not.
    English,
    /// German.
    German,
}

/// A page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Subject {
    /// Whether messages of a channel are to end.
    Ask(Channel),
    /// They have ended.
    Done(Channel),
    /// There is no such link.
    NotFound,
    /// It is to be asked for again.
    TryAgain,
}

/// The words of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Words {
    /// The heading.
    pub(crate) title: &'static str,
    /// The sentence below it.
    pub(crate) text: &'static str,
    /// What is on the button, if there is one.
    pub(crate) button: Option<&'static str>,
}

impl Language {
    /// That of a message, else the first that a browser asks for (`Accept-Language`) and there is.
    pub(crate) fn of(message: Option<&str>, accepted: Option<&str>) -> Self {
        let tags = message
            .into_iter()
            .chain(accepted.into_iter().flat_map(|tags| tags.split(',')));
        let known = tags.filter_map(|tag| match tag.trim().get(..2) {
            Some(language) if language.eq_ignore_ascii_case("de") => Some(Self::German),
            Some(language) if language.eq_ignore_ascii_case("en") => Some(Self::English),
            _ => None,
        });
        known.into_iter().next().unwrap_or(Self::English)
    }

    /// Its tag.
    pub(crate) fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
        }
    }

    /// What the page about `subject` says in it.
    pub(crate) fn words(self, subject: Subject) -> Words {
        match self {
            Self::English => english(subject),
            Self::German => german(subject),
        }
    }
}

fn english(subject: Subject) -> Words {
    let (title, text) = match subject {
        Subject::Ask(Channel::Email) => (
            "No more emails?",
            "We will send you no more emails with recommendations.",
        ),
        Subject::Ask(Channel::Sms) => (
            "No more texts?",
            "We will send you no more texts with recommendations.",
        ),
        Subject::Ask(Channel::Push) => (
            "No more notifications?",
            "We will send you no more notifications with recommendations.",
        ),
        Subject::Done(Channel::Email) => (
            "You are unsubscribed",
            "You will get no more emails with recommendations from us.",
        ),
        Subject::Done(Channel::Sms) => (
            "You are unsubscribed",
            "You will get no more texts with recommendations from us.",
        ),
        Subject::Done(Channel::Push) => (
            "You are unsubscribed",
            "You will get no more notifications with recommendations from us.",
        ),
        Subject::NotFound => (
            "This link does not work",
            "It is not complete, or too old. Please use the whole link of the message.",
        ),
        Subject::TryAgain => (
            "Something went wrong",
            "Nothing was changed. Please try again in a minute.",
        ),
    };
    let button = matches!(subject, Subject::Ask(_)).then_some("Unsubscribe");
    Words {
        title,
        text,
        button,
    }
}

fn german(subject: Subject) -> Words {
    let (title, text) = match subject {
        Subject::Ask(Channel::Email) => (
            "Keine E-Mails mehr?",
            "Wir senden Ihnen keine E-Mails mit Empfehlungen mehr.",
        ),
        Subject::Ask(Channel::Sms) => (
            "Keine SMS mehr?",
            "Wir senden Ihnen keine SMS mit Empfehlungen mehr.",
        ),
        Subject::Ask(Channel::Push) => (
            "Keine Mitteilungen mehr?",
            "Wir senden Ihnen keine Mitteilungen mit Empfehlungen mehr.",
        ),
        Subject::Done(Channel::Email) => (
            "Sie sind abgemeldet",
            "Sie erhalten von uns keine E-Mails mit Empfehlungen mehr.",
        ),
        Subject::Done(Channel::Sms) => (
            "Sie sind abgemeldet",
            "Sie erhalten von uns keine SMS mit Empfehlungen mehr.",
        ),
        Subject::Done(Channel::Push) => (
            "Sie sind abgemeldet",
            "Sie erhalten von uns keine Mitteilungen mit Empfehlungen mehr.",
        ),
        Subject::NotFound => (
            "Dieser Link funktioniert nicht",
            "Er ist nicht vollständig oder zu alt. Bitte verwenden Sie den ganzen Link aus der Nachricht.",
        ),
        Subject::TryAgain => (
            "Etwas ist schiefgegangen",
            "Es wurde nichts geändert. Bitte versuchen Sie es in einer Minute noch einmal.",
        ),
    };
    let button = matches!(subject, Subject::Ask(_)).then_some("Abmelden");
    Words {
        title,
        text,
        button,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_message_s_language_goes_before_the_browser_s() {
        let of = Language::of;
        assert_eq!(of(Some("de-AT"), Some("en")), Language::German);
        assert_eq!(
            of(Some("fr"), Some("fr-FR, de;q=0.8, en;q=0.5")),
            Language::German
        );
        assert_eq!(of(None, Some("en-US,de")), Language::English);
        assert_eq!(of(None, Some("ü,")), Language::English);
        assert_eq!(of(None, None), Language::English);
    }
}
