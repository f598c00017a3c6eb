//! Ten thousand people of 24 time zones, at moments around every change of a clock: what [`judge`] says is
//! what a model says that was written from the rules alone, and knows no shorter way than to try every
//! minute.

#![allow(clippy::unwrap_used, reason = "in a test a panic is the report")]

use std::collections::{BTreeMap, HashMap};

use jiff::{Timestamp, tz::TimeZone};
use messages::{
    Channel, Consent, Contact, PushAddress, PushService, Reason, Rules, Sends, Sent, Verdict, judge,
};
use rand::{Rng, SeedableRng, rngs::SmallRng, seq::IndexedRandom};
use serde_json::json;
use shared::config::messages::{MessageCampaign, Messages};

const PEOPLE: u32 = 10_000;

/// With half hours and quarters, without summer time, with one of half an hour (Lord Howe), one that is
/// winter time by law (Dublin), and on either side of the date line.
const ZONES: [&str; 24] = [
    "UTC",
    "Europe/London",
    "Europe/Dublin",
    "Europe/Berlin",
    "Europe/Athens",
    "Europe/Istanbul",
    "Africa/Cairo",
    "Africa/Johannesburg",
    "Asia/Tehran",
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "Asia/Shanghai",
    "Asia/Tokyo",
    "Australia/Adelaide",
    "Australia/Lord_Howe",
    "Pacific/Auckland",
    "Pacific/Chatham",
    "Pacific/Kiritimati",
    "Pacific/Pago_Pago",
    "America/New_York",
    "America/Los_Angeles",
    "America/St_Johns",
    "America/Santiago",
    "America/Sao_Paulo",
];

/// Days on which clocks somewhere are changed, and two on which none is.
const DAYS: [&str; 10] = [
    "2026-03-08T00:00:00Z",
    "2026-03-29T00:00:00Z",
    "2026-04-04T12:00:00Z",
    "2026-09-05T12:00:00Z",
    "2026-09-26T12:00:00Z",
    "2026-10-03T12:00:00Z",
    "2026-10-25T00:00:00Z",
    "2026-11-01T00:00:00Z",
    "2026-06-15T00:00:00Z",
    "2026-12-31T12:00:00Z",
];

const QUIET: [(&str, &str); 6] = [
    ("21:00", "08:00"),
    ("22:30", "02:30"),
    ("20:00", "01:30"),
    ("00:15", "06:45"),
    ("12:00", "14:00"),
    ("09:00", "09:00"),
];

struct Case {
    messages: Messages,
    campaign: MessageCampaign,
    contact: Option<Contact>,
    sends: Sends,
    suppressed: Vec<Channel>,
    now: Timestamp,
    started: Timestamp,
}

#[test]
fn what_is_judged_is_what_the_rules_say() {
    let mut random = SmallRng::seed_from_u64(7);
    let mut seen: HashMap<String, u32> = HashMap::new();
    for n in 0..PEOPLE {
        let case = case(&mut random, n);
        let rules = Rules {
            messages: &case.messages,
            campaign: &case.campaign,
        };
        let verdict = judge(
            &rules,
            case.contact.as_ref(),
            &case.sends,
            |channel| case.suppressed.contains(&channel),
            case.now,
            case.started,
            "run-now",
        );
        assert_eq!(
            verdict,
            model(&case),
            "person {n}: {:?} {:?}",
            case.contact,
            case.sends
        );
        assert_lawful(&case, verdict, n);
        *seen.entry(kind(verdict)).or_default() += 1;
    }
    // Nothing is proven of what never happened.
    for kind in [
        "send email",
        "send sms",
        "send push",
        "later",
        "no-contact",
        "held-out",
        "already-sent",
        "no-sender",
        "no-address",
        "no-consent",
        "suppressed",
        "capped",
        "expired",
    ] {
        assert!(
            seen.get(kind).is_some_and(|&times| times > 20),
            "{kind}: {seen:?}"
        );
    }
}

fn kind(verdict: Verdict) -> String {
    match verdict {
        Verdict::Send(channel) => format!("send {}", channel.name()),
        Verdict::Later(_) => "later".to_owned(),
        Verdict::Never(reason) => reason.name().to_owned(),
    }
}

fn case(random: &mut SmallRng, n: u32) -> Case {
    let day: Timestamp = DAYS.choose(random).unwrap().parse().unwrap();
    let now = day.as_second() + random.random_range(-86_400..2 * 86_400);
    let started = now - random.random_range(0..36 * 3_600);
    let at = |seconds| Timestamp::from_second(seconds).unwrap();
    Case {
        messages: messages(random),
        campaign: campaign(random),
        contact: random.random_bool(0.98).then(|| contact(random, n)),
        sends: sends(random, now),
        suppressed: channels(random, 0.15),
        now: at(now),
        started: at(started),
    }
}

fn messages(random: &mut SmallRng) -> Messages {
    let (from, until) = QUIET.choose(random).unwrap();
    let mut senders = json!({});
    let all = [
        ("email", json!({"from": "news@shop.example"})),
        ("sms", json!({"originationIdentity": "pool-1"})),
        ("push", json!({"applicationId": "app"})),
    ];
    for (channel, sender) in all {
        if random.random_bool(0.9) {
            senders[channel] = sender;
        }
    }
    let zone = *ZONES.choose(random).unwrap();
    let declared = json!({
        "senders": senders, "timeZone": zone, "quietHours": {"from": from, "until": until},
        "cap": {"messages": random.random_range(1..5), "days": random.random_range(1..8)},
        "shopUrl": "https://shop.example",
    });
    serde_json::from_value(declared).unwrap()
}

fn campaign(random: &mut SmallRng) -> MessageCampaign {
    let orders = [
        json!(["email", "sms", "push"]),
        json!(["push", "email"]),
        json!(["sms"]),
        json!(["email"]),
    ];
    let hold_out = *[0, 10, 50].choose(random).unwrap();
    let mut declared = json!({
        "name": "weekly", "audience": {"contacts": {}}, "placement": "email",
        "channels": orders.choose(random).unwrap(), "holdOut": hold_out,
        "validHours": random.random_range(1..73),
    });
    if random.random_bool(0.3) {
        declared["cap"] = json!({"messages": 1, "days": random.random_range(1..4)});
    }
    if random.random_bool(0.3) {
        let (from, until) = QUIET.choose(random).unwrap();
        declared["quietHours"] = json!({"from": from, "until": until});
    }
    serde_json::from_value(declared).unwrap()
}

fn contact(random: &mut SmallRng, n: u32) -> Contact {
    let token = || PushAddress {
        token: format!("token-{n}"),
        service: PushService::Gcm,
    };
    let mut consents = BTreeMap::new();
    for channel in channels(random, 0.8) {
        let consent = Consent {
            given: random.random_bool(0.8),
            source: "checkout".to_owned(),
            at: 1,
        };
        consents.insert(channel, consent);
    }
    Contact {
        user: format!("user-{n}"),
        email: random
            .random_bool(0.85)
            .then(|| format!("u{n}@shop.example")),
        phone: random.random_bool(0.7).then(|| format!("+49301234{n:05}")),
        push: random.random_bool(0.5).then(token),
        time_zone: random
            .random_bool(0.9)
            .then(|| ZONES[n as usize % ZONES.len()].to_owned()),
        consents,
        ..Contact::default()
    }
}

fn sends(random: &mut SmallRng, now: i64) -> Sends {
    let mut recent: Vec<Sent> = (0..random.random_range(0..6))
        .map(|_| Sent {
            run: if random.random_bool(0.02) {
                "run-now"
            } else {
                "run-then"
            }
            .to_owned(),
            campaign: if random.random_bool(0.4) {
                "weekly"
            } else {
                "other"
            }
            .to_owned(),
            channel: *Channel::ALL.choose(random).unwrap(),
            at: now - random.random_range(0..9 * 86_400),
        })
        .collect();
    recent.sort_by_key(|sent| sent.at);
    Sends { recent }
}

fn channels(random: &mut SmallRng, probability: f64) -> Vec<Channel> {
    let all = Channel::ALL.into_iter();
    all.filter(|_| random.random_bool(probability)).collect()
}

/// The rules, in the words of the documentation.
fn model(case: &Case) -> Verdict {
    let Some(contact) = &case.contact else {
        return Verdict::Never(Reason::NoContact);
    };
    // Held out are so many per cent of the buckets of `hold-out:<campaign>:<user>`.
    let bucket =
        experiment::hash::bucket(&format!("hold-out:{}", case.campaign.name), &contact.user);
    if f64::from(bucket) / 100.0 < f64::from(case.campaign.hold_out) {
        return Verdict::Never(Reason::HeldOut);
    }
    if case.sends.recent.iter().any(|sent| sent.run == "run-now") {
        return Verdict::Never(Reason::AlreadySent);
    }
    let mut why = Vec::new();
    let mut way = None;
    for &channel in &case.campaign.channels {
        match obstacle(case, contact, channel) {
            None => {
                way = Some(channel);
                break;
            }
            Some(reason) => why.push(reason),
        }
    }
    let Some(channel) = way else {
        let nearest = [
            Reason::Suppressed,
            Reason::NoConsent,
            Reason::NoAddress,
            Reason::NoSender,
        ];
        let nearest = nearest.into_iter().find(|reason| why.contains(reason));
        return Verdict::Never(nearest.unwrap());
    };
    let stale = case.started.as_second() + i64::from(case.campaign.valid_hours) * 3_600;
    let now = case.now.as_second();
    if now >= stale {
        return Verdict::Never(Reason::Expired);
    }
    // Every second at which something may change, and every minute.
    let moments = moments(case, stale);
    let Some(free) = moments.iter().copied().find(|&at| !is_capped(case, at)) else {
        return Verdict::Never(Reason::Capped);
    };
    let awake = moments
        .into_iter()
        .find(|&at| at >= free && !is_quiet(case, contact, at));
    match awake {
        None => Verdict::Never(Reason::Expired),
        Some(at) if at == now => Verdict::Send(channel),
        Some(at) => Verdict::Later(at),
    }
}

fn obstacle(case: &Case, contact: &Contact, channel: Channel) -> Option<Reason> {
    let (sender, address) = match channel {
        Channel::Email => (
            case.messages.senders.email.is_some(),
            contact.email.is_some(),
        ),
        Channel::Sms => (case.messages.senders.sms.is_some(), contact.phone.is_some()),
        Channel::Push => (case.messages.senders.push.is_some(), contact.push.is_some()),
    };
    let agreed = matches!(contact.consents.get(&channel), Some(consent) if consent.given);
    let checks = [
        (sender, Reason::NoSender),
        (address, Reason::NoAddress),
        (agreed, Reason::NoConsent),
        (!case.suppressed.contains(&channel), Reason::Suppressed),
    ];
    checks
        .into_iter()
        .find(|(holds, _)| !holds)
        .map(|(_, reason)| reason)
}

/// Now, each whole minute and each moment at which a message leaves a cap, until the message is stale.
fn moments(case: &Case, stale: i64) -> Vec<i64> {
    let now = case.now.as_second();
    let minutes = (now.div_euclid(60)..=stale.div_euclid(60)).map(|minute| minute * 60);
    let leaving = case
        .sends
        .recent
        .iter()
        .flat_map(|sent| (1..9).map(|days| sent.at + days * 86_400));
    let mut moments: Vec<i64> = minutes.chain(leaving).chain([now]).collect();
    moments.retain(|&at| now <= at && at < stale);
    moments.sort_unstable();
    moments
}

fn is_capped(case: &Case, at: i64) -> bool {
    let count = |days: u32, campaign: Option<&str>| {
        let of = case.sends.recent.iter().filter(|sent| {
            let age = at - sent.at;
            age < i64::from(days) * 86_400 && campaign.is_none_or(|name| sent.campaign == name)
        });
        of.count() as u32
    };
    let all = case.messages.cap;
    let own = case.campaign.cap;
    count(all.days, None) >= all.messages
        || own.is_some_and(|own| count(own.days, Some("weekly")) >= own.messages)
}

fn is_quiet(case: &Case, contact: &Contact, at: i64) -> bool {
    let zone = contact
        .time_zone
        .as_deref()
        .unwrap_or(&case.messages.time_zone);
    let zone = TimeZone::get(zone).unwrap();
    let local = Timestamp::from_second(at).unwrap().to_zoned(zone);
    let minute = |hour: i8, minute: i8| i32::from(hour) * 60 + i32::from(minute);
    let time = minute(local.hour(), local.minute());
    let quiet = case
        .campaign
        .quiet_hours
        .as_ref()
        .unwrap_or(&case.messages.quiet_hours);
    let (from, until) = (
        minute(quiet.from.hour(), quiet.from.minute()),
        minute(quiet.until.hour(), quiet.until.minute()),
    );
    // Minute by minute around the clock, from the first of silence to the last.
    let mut silent = from;
    while silent != until {
        if silent == time {
            return true;
        }
        silent = (silent + 1) % (24 * 60);
    }
    false
}

/// What the law wants, whatever the model says.
fn assert_lawful(case: &Case, verdict: Verdict, n: u32) {
    let Verdict::Send(channel) = verdict else {
        return;
    };
    let contact = case.contact.as_ref().unwrap();
    let now = case.now.as_second();
    assert!(contact.consents[&channel].given, "{n}: without consent");
    assert!(!case.suppressed.contains(&channel), "{n}: suppressed");
    assert!(!is_capped(case, now), "{n}: over a cap");
    assert!(!is_quiet(case, contact, now), "{n}: in quiet hours");
}
