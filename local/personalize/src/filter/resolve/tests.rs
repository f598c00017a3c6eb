//! Filters of every kind against a small group.

use filter_expression::parse::parse;

use super::*;
use crate::{
    data::{
        batch::Batch,
        record::{EventRecord, Record},
        rows::Cell,
        schema::{DatasetType, tests::schema},
    },
    filter::values,
    resources::ImportMode,
};

/// Mug (5, red), plate (10, red and blue), fork (no price, no category), ghost (not in Items).
fn group() -> Group {
    let mut group = Group::default();
    let fields = [
        ("ITEM_ID", "string"),
        ("PRICE", "float?"),
        ("CATEGORY", "c:string?"),
    ];
    group.set_schema(DatasetType::Items, schema("Items", &fields).unwrap());
    let users = [("USER_ID", "string"), ("AGE", "int?")];
    group.set_schema(DatasetType::Users, schema("Users", &users).unwrap());
    let text = |text: &str| Cell::Text(text.to_owned());
    let items = vec![
        (
            "mug".to_owned(),
            vec![text("mug"), Cell::Number(5.0), text("red")],
        ),
        (
            "plate".to_owned(),
            vec![text("plate"), Cell::Number(10.0), text("red|blue")],
        ),
        (
            "fork".to_owned(),
            vec![text("fork"), Cell::Empty, Cell::Empty],
        ),
    ];
    group.import(
        Batch::Rows(DatasetType::Items, items),
        ImportMode::Full,
        0.0,
    );
    let users = vec![("ann".to_owned(), vec![text("ann"), Cell::Number(20.0)])];
    group.import(
        Batch::Rows(DatasetType::Users, users),
        ImportMode::Full,
        0.0,
    );
    for (item, event_type) in [("mug", "View"), ("ghost", "Purchase")] {
        let event = Record::Event(EventRecord {
            user_id: Some("ann".to_owned()),
            session_id: "s".to_owned(),
            event_type: event_type.to_owned(),
            item_id: item.to_owned(),
            sent_at: 1,
            ..EventRecord::default()
        });
        group.take(event).unwrap();
    }
    group
}

fn kept(text: &str, filter_values: &[(&str, &str)], current: &str) -> Result<String, Fault> {
    let group = group();
    let history = group.history("ann");
    let values: Values = filter_values
        .iter()
        .map(|(name, list)| ((*name).to_owned(), values::parse(list).unwrap()))
        .collect();
    let question = Question {
        group: &group,
        history: &history,
        user: group.users.get("ann"),
        item: group.items.get(current),
        values: &values,
    };
    let predicate = resolve(&parse(text).unwrap(), &question)?;
    let names: Vec<&str> = ["mug", "plate", "fork", "ghost"]
        .into_iter()
        .filter(|name| predicate.keeps(group.items.get(name).unwrap()))
        .collect();
    Ok(names.join(" "))
}

#[test]
fn fixed_filters_keep_what_they_say() {
    for (text, expected) in [
        (
            r#"EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("PURCHASE")"#,
            "mug plate fork",
        ),
        (
            r#"INCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("*")"#,
            "mug ghost",
        ),
        (
            r#"INCLUDE ItemID WHERE Interactions.EVENT_TYPE NOT IN ("*")"#,
            "plate fork",
        ),
        (
            r#"INCLUDE ItemID WHERE Items.CATEGORY IN ("blue","green")"#,
            "plate",
        ),
        (
            r#"EXCLUDE ItemID WHERE Items.CATEGORY NOT IN ("red")"#,
            "mug plate",
        ),
        ("INCLUDE ItemID WHERE Items.PRICE < 10", "mug"),
        (
            "INCLUDE ItemID WHERE Items.PRICE <= 10 AND Items.PRICE > 5",
            "plate",
        ),
        (
            r#"INCLUDE ItemID WHERE Items.PRICE = 5 OR Items.CATEGORY IN ("blue")"#,
            "mug plate",
        ),
        ("INCLUDE ItemID WHERE Items.PRICE != 5", "plate fork ghost"),
        (
            r#"INCLUDE ItemID WHERE Items.ITEM_ID IN ("fork","x")"#,
            "fork",
        ),
        (
            r#"INCLUDE ItemID WHERE Items.CATEGORY IN ("red") | EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("view")"#,
            "plate",
        ),
    ] {
        assert_eq!(kept(text, &[], "").unwrap(), expected, "{text}");
    }
}

#[test]
fn the_if_part_switches_an_expression_on() {
    let filter = |age| format!("INCLUDE ItemID WHERE Items.PRICE = 5 IF CurrentUser.AGE > {age}");
    assert_eq!(kept(&filter(18), &[], "").unwrap(), "mug");
    assert_eq!(kept(&filter(65), &[], "").unwrap(), "mug plate fork ghost");
}

#[test]
fn the_current_item_is_compared_with() {
    let cheaper = "INCLUDE ItemID WHERE Items.PRICE < CurrentItem.PRICE";
    assert_eq!(kept(cheaper, &[], "plate").unwrap(), "mug");
    assert_eq!(kept(cheaper, &[], "fork").unwrap(), "");
    let alike = "INCLUDE ItemID WHERE Items.CATEGORY IN CurrentItem.CATEGORY";
    assert_eq!(kept(alike, &[], "mug").unwrap(), "mug plate");
}

#[test]
fn placeholders_are_required_for_include_and_optional_for_exclude() {
    let include = "INCLUDE ItemID WHERE Items.CATEGORY IN ($C)";
    assert_eq!(kept(include, &[("C", r#""blue""#)], "").unwrap(), "plate");
    assert!(kept(include, &[], "").unwrap_err().message.contains("$C"));
    assert!(
        kept(include, &[("C", "5")], "")
            .unwrap_err()
            .message
            .contains("filterValues.C")
    );
    let exclude = "EXCLUDE ItemID WHERE Items.CATEGORY IN ($C) OR Items.PRICE = $P";
    assert_eq!(
        kept(exclude, &[("P", "5")], "").unwrap(),
        "plate fork ghost"
    );
    assert_eq!(kept(exclude, &[], "").unwrap(), "mug plate fork ghost");
}

#[test]
fn users_of_a_segment_are_kept_by_their_row_and_by_what_they_did() {
    let group = group();
    let values = Values::new();
    let question = Question {
        group: &group,
        history: &[],
        user: None,
        item: None,
        values: &values,
    };
    let keeps = |text: &str| {
        let predicate = resolve(&parse(text).unwrap(), &question).unwrap();
        predicate.keeps(group.users.get("ann").unwrap())
    };
    assert!(keeps("INCLUDE UserID WHERE Users.AGE >= 20"));
    assert!(!keeps("EXCLUDE UserID WHERE Users.AGE >= 20"));
    assert!(keeps(
        r#"INCLUDE UserID WHERE Interactions.EVENT_TYPE IN ("purchase")"#
    ));
    assert!(!keeps(
        r#"INCLUDE UserID WHERE Interactions.EVENT_TYPE IN ("return")"#
    ));
    assert!(!keeps(
        r#"INCLUDE UserID WHERE Interactions.EVENT_TYPE NOT IN ("*")"#
    ));
}

#[test]
fn actions_are_kept_by_their_row_and_by_what_was_done_with_them() {
    let mut group = group();
    let fields = [("ACTION_ID", "string"), ("VALUE", "long?")];
    group.set_schema(DatasetType::Actions, schema("Actions", &fields).unwrap());
    let action = |id: &str, value| {
        let cells = vec![Cell::Text(id.to_owned()), Cell::Number(value)];
        (id.to_owned(), cells)
    };
    let rows = vec![action("join", 5.0), action("rate", 50.0)];
    group.import(
        Batch::Rows(DatasetType::Actions, rows),
        ImportMode::Full,
        0.0,
    );
    let refused = EventRecord {
        user_id: Some("ann".to_owned()),
        event_type: "not_taken".to_owned(),
        item_id: "join".to_owned(),
        ..EventRecord::default()
    };
    group.take(Record::ActionInteraction(refused)).unwrap();
    let history = group.action_history("ann");
    let values = Values::from([("VALUE".to_owned(), vec![values::Value::Number(20.0)])]);
    let question = Question {
        group: &group,
        history: &history,
        user: group.users.get("ann"),
        item: None,
        values: &values,
    };
    let keeps = |text: &str| {
        let predicate = resolve(&parse(text).unwrap(), &question).unwrap();
        let action = |id| predicate.keeps(group.actions.get(id).unwrap());
        (action("join"), action("rate"))
    };
    let valuable = "INCLUDE ActionID WHERE Actions.VALUE > ($VALUE)";
    assert_eq!(keeps(valuable), (false, true));
    let refused = r#"EXCLUDE ActionID WHERE Action_Interactions.EVENT_TYPE IN ("Not Taken")"#;
    assert_eq!(keeps(refused), (false, true));
}
