//! People all over the earth, with whatever they agreed to, were sent and complained about: who got a
//! message was allowed to get it, and who was allowed to got one.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::{Timestamp, civil::Time, tz::TimeZone};
use messages::{Channel, MessagesTable, Suppressing, SuppressionReason};
use rand::{Rng, SeedableRng, rngs::SmallRng};
use serde_json::{Value, json};
use tests::Shop;

use crate::{
    Case, full,
    outbox::{self, to},
    people::{email, import, phone},
    runs::run,
};

pub(crate) const CASES: &[Case] = &[("rights_hold_for_people_of_all_time_zones", rights)];

/// Hours of the silence of this test. Minutes are chosen so that it ends for nobody while it runs.
const FROM: i8 = 21;
const UNTIL: i8 = 8;

/// A person as the test knows them, in the words of the rules and not of the code.
struct Somebody {
    user: String,
    zone: String,
    email_agreed: Option<bool>,
    phone_agreed: Option<bool>,
    email_suppressed: bool,
    phone_suppressed: bool,
    got_lately: usize,
}

/// `{ from, until }` in the configuration's words: their minute is the one before last.
pub(crate) fn quiet_hours() -> String {
    let minute = minute();
    format!("{{ from: \"{FROM:02}:{minute:02}\", until: \"{UNTIL:02}:{minute:02}\" }}")
}

/// The minute when silence begins and ends, fixed for the process: it has just passed at its start, so that the next
/// boundary of any zone is most of an hour away.
fn minute() -> i8 {
    static MINUTE: std::sync::OnceLock<i8> = std::sync::OnceLock::new();
    *MINUTE.get_or_init(|| {
        let now = Timestamp::now().to_zoned(TimeZone::UTC).minute();
        (now + 59) % 60
    })
}

fn rights(shop: &Shop) {
    let people = crowd(if full() { 10_000 } else { 600 });
    let contacts: Vec<Value> = people.iter().map(as_contact).collect();
    import(shop, "rights", &contacts);
    past(shop, &people);
    let begun = Timestamp::now();
    let sent = run(shop, "rights");
    let ended = Timestamp::now();
    let messages = outbox::messages(shop, &sent.name);
    let mut got: BTreeMap<String, usize> = BTreeMap::new();
    for message in &messages {
        *got.entry(to(message).to_owned()).or_default() += 1;
    }
    assert!(
        got.values().all(|times| *times == 1),
        "somebody got it twice"
    );
    let by_address: BTreeMap<String, (&Somebody, bool)> = people
        .iter()
        .flat_map(|one| {
            [
                (email(&one.user), (one, true)),
                (phone(&one.user), (one, false)),
            ]
        })
        .collect();
    for address in got.keys() {
        let (one, by_email) = by_address[address];
        let (agreed, suppressed) = if by_email {
            (one.email_agreed, one.email_suppressed)
        } else {
            (one.phone_agreed, one.phone_suppressed)
        };
        assert_eq!(agreed, Some(true), "{}: no consent", one.user);
        assert!(!suppressed, "{}: suppressed", one.user);
        assert!(one.got_lately < 3, "{}: over the cap", one.user);
        assert!(
            !is_quiet(&one.zone, begun) || !is_quiet(&one.zone, ended),
            "{}: quiet in {}",
            one.user,
            one.zone
        );
    }
    let reached: BTreeSet<&str> = got
        .keys()
        .map(|address| by_address[address].0.user.as_str())
        .collect();
    assert_eq!(reached.len(), messages.len(), "somebody got it by two ways");
    for one in &people {
        let by_email = one.email_agreed == Some(true) && !one.email_suppressed;
        let by_phone = one.phone_agreed == Some(true) && !one.phone_suppressed;
        let may = (by_email || by_phone) && one.got_lately < 3;
        let loud = !is_quiet(&one.zone, begun) && !is_quiet(&one.zone, ended);
        if may && loud {
            let way = if by_email {
                email(&one.user)
            } else {
                phone(&one.user)
            };
            assert!(
                got.contains_key(&way),
                "{} was allowed to get it, and did not: {}",
                one.user,
                sent.report
            );
        }
    }
    println!(
        "{} of {} people got it: {}",
        messages.len(),
        people.len(),
        sent.report
    );
}

fn is_quiet(zone: &str, at: Timestamp) -> bool {
    let zone = TimeZone::get(zone).expect("a time zone");
    let time = at.to_zoned(zone).time();
    let boundary = |hour| Time::new(hour, minute(), 0, 0).expect("a time");
    time >= boundary(FROM) || time < boundary(UNTIL)
}

/// Whole hours from UTC, without the zones whose silence ends within the hour: they would be waited for.
fn zones() -> Vec<String> {
    let all = (-14..=12).map(|behind| match behind {
        0 => "Etc/GMT".to_owned(),
        behind => format!("Etc/GMT{behind:+}"),
    });
    let soon = Timestamp::now() + jiff::SignedDuration::from_mins(70);
    let zones: Vec<String> = all
        .filter(|zone| !is_quiet(zone, Timestamp::now()) || is_quiet(zone, soon))
        .collect();
    assert!(zones.len() >= 24, "{zones:?}");
    zones
}

fn crowd(people: usize) -> Vec<Somebody> {
    let mut dice = SmallRng::seed_from_u64(7);
    let zones = zones();
    let agreed = |dice: &mut SmallRng| match dice.random_range(0..10) {
        0..=5 => Some(true),
        6..=7 => Some(false),
        _ => None,
    };
    (0..people)
        .map(|n| Somebody {
            user: format!("right{n}"),
            zone: zones[dice.random_range(0..zones.len())].clone(),
            email_agreed: agreed(&mut dice),
            phone_agreed: agreed(&mut dice),
            email_suppressed: dice.random_range(0..10) == 0,
            phone_suppressed: dice.random_range(0..10) == 0,
            got_lately: [0, 0, 0, 1, 2, 3, 4][dice.random_range(0..7)],
        })
        .collect()
}

fn as_contact(one: &Somebody) -> Value {
    let mut consents = json!({});
    let said = [("email", one.email_agreed), ("sms", one.phone_agreed)];
    for (channel, given) in said
        .into_iter()
        .filter_map(|(channel, given)| Some((channel, given?)))
    {
        consents[channel] = json!({ "given": given, "source": "test" });
    }
    json!({
        "userId": one.user, "timeZone": one.zone, "consents": consents,
        "email": email(&one.user), "phone": phone(&one.user),
    })
}

/// What they got of other campaigns, and which of their addresses came back.
fn past(shop: &Shop, people: &[Somebody]) {
    let table = shop.output("MessagesTableName").to_owned();
    let table = MessagesTable::new(shop.dynamodb().clone(), table);
    let now = Timestamp::now().as_second();
    for one in people {
        if one.got_lately > 0 {
            let days = 1..=i64::try_from(one.got_lately).expect("few");
            let lines =
                days.map(|day| format!("{}|email|another|before-{day}", now - day * 86_400));
            let mut lines: Vec<String> = lines.collect();
            lines.reverse();
            let item = [
                ("pk", AttributeValue::S(format!("person#{}", one.user))),
                ("sk", AttributeValue::S("sends".to_owned())),
                ("recent", AttributeValue::S(lines.join("\n"))),
            ];
            let item = item.map(|(name, value)| (name.to_owned(), value));
            shop.put_item("MessagesTableName", item.into());
        }
        let addresses = [
            (one.email_suppressed, Channel::Email, email(&one.user)),
            (one.phone_suppressed, Channel::Sms, phone(&one.user)),
        ];
        for (_, channel, address) in addresses.into_iter().filter(|(suppressed, ..)| *suppressed) {
            let suppressing = Suppressing {
                key: &messages::key::address(channel, &address),
                reason: SuppressionReason::Bounce,
                source: "test",
                at: now,
                person: None,
            };
            let suppressed = shop.runtime().block_on(table.suppress(&suppressing));
            suppressed.expect("the table");
        }
    }
}
