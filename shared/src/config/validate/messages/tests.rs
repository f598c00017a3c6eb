//! Campaigns that are sound, and those that are not.

use crate::config::{EstateConfig, parse};

const SHIPPED: &str = include_str!("../../../../../config/examples/everything.yaml");
const MESSAGES: &str = "
messages:
  senders:
    email: { from: 'Shop <news@shop.example>' }
    sms: { originationIdentity: pool-1 }
  shopUrl: https://shop.example
  timeZone: Europe/Vienna
  campaigns:
    - name: weekly
      audience: { contacts: {} }
      schedule: cron(0 9 ? * THU *)
      scheduleTimeZone: Europe/Vienna
      placement: home
      channels: [email, sms]
    - name: cart
      audience: { after: { event: cart, hours: 4, unless: purchase } }
      schedule: rate(1 hour)
      placement: home
      channels: [email]
    - name: buyers
      audience: { segment: { job: buyers, of: '22423' } }
      schedule: at(2026-12-24T09:00:00)
      placement: home
      recommendations: batch
      channels: [sms]
    - name: asked
      audience: { query: { sql: 'SELECT user_id FROM shop.users;' } }
      placement: home
      channels: [sms]
    - name: friends
      audience: { list: messages/audience/friends.csv }
      placement: home
      channels: [sms]
";

fn with(from: &str, to: &str) -> Result<EstateConfig, String> {
    assert!(MESSAGES.contains(from), "{from}");
    // The example may have campaigns of its own; here it has these.
    let estate = SHIPPED.split("\nmessages:").next().unwrap();
    let text = format!("{estate}{}", MESSAGES.replacen(from, to, 1));
    parse("test.yaml", &text).map_err(|error| error.to_string())
}

fn refused(from: &str, to: &str, problem: &str) {
    let message = with(from, to).unwrap_err();
    assert!(message.contains(problem), "{from} -> {to}: {message}");
}

#[test]
fn campaigns_of_every_audience_are_sound() {
    let messages = with("", "").unwrap().messages.unwrap();
    let rate = |name| messages.campaign(name).unwrap().rate();
    assert_eq!(rate("cart").unwrap().as_secs(), 3_600);
    assert!(rate("weekly").is_none() && rate("buyers").is_none());
}

#[test]
fn references_resolve() {
    refused(
        "placement: home",
        "placement: hall",
        "campaigns[0].placement: `hall` is not declared under placements",
    );
    refused("job: buyers", "job: byers", "segment.job: `byers` is not");
    refused("job: buyers", "job: nightly", "of the kind segments");
    refused("[email]", "[push]", "`push` has no sender");
    refused("[email]", "[email, email]", "is there twice");
    refused("[email]", "[]", "campaigns[1].channels: is empty");
    refused(
        "placement: home",
        "placement: product-detail",
        "this audience knows none",
    );
}

#[test]
fn names_are_parts_of_keys() {
    refused("name: weekly", "name: Weekly news", "is no name");
    refused("name: weekly", "name: cart", "is declared twice");
    refused(
        "name: weekly",
        "name: weekly\n      template: ../secrets",
        "campaigns[0].template: `../secrets` is no name",
    );
    refused(
        "messages/audience/friends.csv",
        "events/x",
        "is no list: write a key like messages/audience/friends.csv",
    );
}

#[test]
fn limits_hold() {
    let set = |name: &str, value: &str| format!("name: weekly\n      {name}: {value}");
    for (name, value, problem) in [
        ("items", "21", "items: is 1 to 20"),
        ("minItems", "5", "minItems: is more than items"),
        ("holdOut", "51", "holdOut: is at most 50"),
        ("validHours", "73", "validHours: is 1 to 72"),
        (
            "cap",
            "{ messages: 51, days: 7 }",
            "cap.messages: is 1 to 50",
        ),
        ("cap", "{ messages: 1, days: 31 }", "cap.days: is 1 to 30"),
    ] {
        refused("name: weekly", &set(name, value), problem);
    }
    refused("hours: 4", "hours: 169", "after.hours: is 1 to 168");
    refused("pool-1", "pool-1, maxParts: 11", "maxParts: is 1 to 10");
    refused("pool-1", "pool-1, perSecond: 0", "perSecond: is at least 1");
}

#[test]
fn times_are_times() {
    refused("timeZone: Europe/Vienna", "timeZone: Vienna", "is no IANA");
    refused("at(2026-12-24T09:00:00)", "at(tomorrow)", "is no schedule");
    refused(
        "rate(1 hour)",
        "cron(0 * * * ? *)",
        "needs a schedule by rate",
    );
    refused(
        "schedule: rate(1 hour)",
        "holdOut: 1",
        "needs a schedule by rate",
    );
    refused("unless: purchase", "unless: cart", "is the event itself");
    refused(
        "schedule: cron(0 9 ? * THU *)",
        "holdOut: 1",
        "has no effect without schedule",
    );
}

#[test]
fn addresses_have_their_form() {
    refused(
        "https://shop.example",
        "http://shop.example",
        "is no address of a shop",
    );
    refused(
        "https://shop.example",
        "https://",
        "is no address of a shop",
    );
    with("https://shop.example", "http://127.0.0.1:4600/shop").unwrap();
    refused("news@shop.example", "news", "is no sender; write");
    refused(
        "shopUrl",
        "defaultLanguage: English\n  shopUrl",
        "`English` is no language",
    );
    refused("SELECT user_id", "DELETE", "begins with `DELETE`");
    refused("shop.users;", "shop.users WHERE a = ?", "has a `?`");
}
