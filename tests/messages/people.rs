//! People to write to.

use std::time::{Duration, Instant};

use jiff::{Timestamp, tz::TimeZone};
use serde_json::{Value, json};
use tests::Shop;

/// How long a file of contacts may take: the emulator writes some hundred a second.
const IMPORT: Duration = Duration::from_secs(900);

/// A time zone in which it is noon, so that no message is put off.
pub(crate) fn zone_of_noon() -> String {
    let hour = Timestamp::now().to_zoned(TimeZone::UTC).hour();
    // POSIX counts the other way round: Etc/GMT+5 is five hours behind.
    match hour - 12 {
        0 => "Etc/GMT".to_owned(),
        ahead if ahead > 0 => format!("Etc/GMT+{ahead}"),
        behind => format!("Etc/GMT{behind}"),
    }
}

/// A contact who agreed to `channels`, has an address for each, and noon.
pub(crate) fn contact(user: &str, channels: &[&str]) -> Value {
    let mut contact = json!({
        "userId": user,
        "timeZone": zone_of_noon(),
        "firstName": format!("First {user}"),
        "consents": {},
    });
    for channel in channels {
        contact["consents"][channel] = json!({ "given": true, "source": "test" });
        match *channel {
            "email" => contact["email"] = json!(email(user)),
            "sms" => contact["phone"] = json!(phone(user)),
            _ => contact["push"] = json!({ "token": format!("token-{user}"), "service": "GCM" }),
        }
    }
    contact
}

/// The address of `user`.
pub(crate) fn email(user: &str) -> String {
    format!("{user}@example.com")
}

/// The number of `user`: of those that Ofcom keeps free for drama, and their like.
pub(crate) fn phone(user: &str) -> String {
    let digits: String = user.chars().filter(char::is_ascii_digit).collect();
    let sum: u64 = user.bytes().map(u64::from).sum();
    let number = digits.parse::<u64>().unwrap_or(0) % 100_000;
    format!("+447{:03}{:06}", sum % 1_000, number)
}

/// Imports `contacts` by a file in the data bucket, and makes them the audience `name`.
pub(crate) fn import(shop: &Shop, name: &str, contacts: &[Value]) {
    let lines: String = contacts
        .iter()
        .map(|contact| format!("{contact}\n"))
        .collect();
    shop.put(&format!("messages/import/{name}.jsonl"), lines);
    let users = contacts
        .iter()
        .map(|contact| contact["userId"].as_str().expect("an id"));
    audience(shop, name, users.clone());
    let started = Instant::now();
    let users: Vec<&str> = users.collect();
    // The last lines are the last to be written; which of them, is the importer's choice.
    for user in users.iter().rev().take(50) {
        while !is_known(shop, user) {
            let late = started.elapsed() > IMPORT;
            assert!(!late, "{user} of {name} is not imported after {IMPORT:?}");
            std::thread::sleep(Duration::from_millis(200));
        }
    }
}

/// Makes `users` the audience of the campaign `name`.
pub(crate) fn audience<'a>(shop: &Shop, name: &str, users: impl Iterator<Item = &'a str>) {
    let list: String = users.map(|user| format!("{user}\n")).collect();
    shop.put(
        &format!("messages/audience/{name}.csv"),
        format!("user_id\n{list}"),
    );
}

fn is_known(shop: &Shop, user: &str) -> bool {
    let key = format!("person#{user}");
    shop.item("MessagesTableName", &[("pk", &key), ("sk", "contact")])
        .is_some()
}
