//! The readers of filters, filter values, Avro schemas and CSV files.

use filter_expression::parse::parse;

use super::run;
use crate::{
    data::{
        batch::Batch,
        group::Group,
        properties,
        schema::{DatasetType, Schema},
    },
    filter::{
        check::{Schemas, check},
        resolve::{Question, resolve},
        values,
    },
    import::csv,
    resources::ImportMode,
};

const FILTERS: [&str; 8] = [
    r#"EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("click", "stream")"#,
    r#"INCLUDE ItemID WHERE Interactions.EVENT_TYPE NOT IN ("*")"#,
    "INCLUDE ItemID WHERE Items.PRICE < CurrentItem.PRICE AND Items.CATEGORY IN CurrentItem.CATEGORY",
    r#"INCLUDE ItemID WHERE Items.CATEGORY IN ("a") IF CurrentUser.AGE > 18 AND CurrentUser.AGE != 30"#,
    "INCLUDE ItemID WHERE Items.CATEGORY IN ($C) | EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ($E)",
    "INCLUDE ActionID WHERE Actions.VALUE > ($VALUE) OR Actions.VALUE = -1.5",
    r#"EXCLUDE UserID WHERE Users.AGE <= $AGE | INCLUDE UserID WHERE Interactions.EVENT_TYPE IN ("*")"#,
    r#"EXCLUDE ItemID WHERE Items.ITEM_ID IN ("x\"y") OR Items.PRICE >= 1604960000"#,
];
const FILTER_WORDS: [&str; 20] = [
    "INCLUDE",
    "EXCLUDE",
    "ItemID",
    "WHERE",
    "IF",
    "AND",
    "OR",
    "NOT IN",
    "IN",
    "(",
    ")",
    "\"",
    "|",
    "$X",
    "Items.PRICE",
    "CurrentUser.AGE",
    "<=",
    "!=",
    "é",
    "1e309",
];
const SCHEMAS: [&str; 3] = [
    r#"{"type":"record","name":"Interactions","fields":[{"name":"USER_ID","type":"string"},{"name":"ITEM_ID","type":"string"},{"name":"TIMESTAMP","type":"long"},{"name":"EVENT_TYPE","type":"string"},{"name":"EVENT_VALUE","type":["null","float"]},{"name":"DEVICE","type":["null","string"],"categorical":true}],"version":"1.0"}"#,
    r#"{"type":"record","name":"Items","fields":[{"name":"ITEM_ID","type":"string"},{"name":"PRICE","type":"double"},{"name":"CATEGORY","type":["null","string"],"categorical":true},{"name":"TEXT","type":"string","textual":true},{"name":"NEW","type":"boolean"}]}"#,
    r#"{"type":"record","name":"Action_Interactions","fields":[{"name":"USER_ID","type":"string"},{"name":"ACTION_ID","type":"string"},{"name":"EVENT_TYPE","type":"string"},{"name":"TIMESTAMP","type":"long"}]}"#,
];
const SCHEMA_WORDS: [&str; 12] = [
    "[",
    "]",
    "{",
    "}",
    "null",
    "\"",
    ",",
    "\"type\"",
    "\"fields\"",
    "\"ITEM_ID\"",
    "true",
    "\\u0000",
];
const FILES: [&str; 3] = [
    "USER_ID,ITEM_ID,TIMESTAMP,EVENT_TYPE,EVENT_VALUE,DEVICE\nu,a,5,view,,phone\nu,\"a,b\",6,buy,2.5,\n",
    "ITEM_ID,PRICE,CATEGORY,TEXT,NEW\na,2.5,red|blue,\"long\ntext\",true\nb,1,,x,false\n",
    "USER_ID,ACTION_ID,EVENT_TYPE,TIMESTAMP\nu,a,Not Taken,5\nv,b,VIEWED,6\n",
];
const FILE_WORDS: [&str; 12] = [
    ",",
    "\n",
    "\r\n",
    "\"",
    "\"\"",
    "\u{feff}",
    "NaN",
    "inf",
    "-1",
    "1e400",
    "99999999999999999999",
    "|",
];

/// A small group with a row, an action and a user.
fn group() -> (Group, Schemas) {
    let read = |text: &str| Schema::parse(text).unwrap();
    let users = read(
        r#"{"type":"record","name":"Users","fields":[{"name":"USER_ID","type":"string"},{"name":"AGE","type":"int"}]}"#,
    );
    let actions = read(
        r#"{"type":"record","name":"Actions","fields":[{"name":"ACTION_ID","type":"string"},{"name":"VALUE","type":"long"}]}"#,
    );
    let schemas = Schemas::from([
        (DatasetType::Interactions, read(SCHEMAS[0])),
        (DatasetType::Items, read(SCHEMAS[1])),
        (DatasetType::ActionInteractions, read(SCHEMAS[2])),
        (DatasetType::Users, users),
        (DatasetType::Actions, actions),
    ]);
    let mut group = Group::default();
    for (dataset_type, schema) in &schemas {
        group.set_schema(*dataset_type, schema.clone());
    }
    let files = [
        (DatasetType::Interactions, FILES[0]),
        (DatasetType::Items, FILES[1]),
        (DatasetType::ActionInteractions, FILES[2]),
    ];
    for (dataset_type, file) in files {
        let mut batch = Batch::new(dataset_type);
        csv::read(file.as_bytes(), &schemas[&dataset_type], &mut batch, None).unwrap();
        group.import(batch, ImportMode::Full, 0.0);
    }
    (group, schemas)
}

#[test]
fn filters() {
    let (group, schemas) = group();
    let history = group.history("u");
    run("filters", |chance| {
        let text = chance.text(&FILTERS, &FILTER_WORDS);
        let list = chance.text(&["\"a\",\"b\"", "5, 7.5", "-1"], &FILTER_WORDS);
        let list = values::parse(&list);
        let Ok(filter) = parse(&text) else { return };
        if check(&filter, &schemas).is_err() {
            return;
        }
        let names = filter.placeholders().map(str::to_owned);
        let values = names.zip(list.into_iter().cycle()).collect();
        let question = Question {
            group: &group,
            history: &history,
            user: group.users.get("u"),
            item: group.items.get("a"),
            values: &values,
        };
        if let Ok(predicate) = resolve(&filter, &question) {
            let kept = (0..4)
                .chain([u32::MAX])
                .filter(|id| predicate.keeps(*id))
                .count();
            assert!(kept <= 5);
        }
    });
}

#[test]
fn schemas() {
    run("schemas", |chance| {
        let text = match chance.below(3) {
            0 => chance.text(&SCHEMAS, &SCHEMA_WORDS),
            _ => chance.json_text(&SCHEMAS),
        };
        if let Ok(schema) = Schema::parse(&text) {
            for dataset_type in DatasetType::ALL {
                let fits = schema.check(dataset_type).is_ok();
                assert!(
                    !fits || schema.field(dataset_type.id_field()).is_some(),
                    "{text}"
                );
            }
        }
    });
}

#[test]
fn files_and_properties() {
    let (_, schemas) = group();
    run("files", |chance| {
        let (dataset_type, schema) = schemas.iter().nth(chance.below(schemas.len())).unwrap();
        let text = chance.text(&FILES, &FILE_WORDS);
        let mut batch = Batch::new(*dataset_type);
        if csv::read(text.as_bytes(), schema, &mut batch, None).is_ok() {
            let mut group = Group::default();
            group.set_schema(*dataset_type, schema.clone());
            group.import(batch, ImportMode::Incremental, 0.0);
        }
        let seeds = [
            r#"{"price": 2.5, "category": "a|b", "text": "x", "new": true}"#,
            r#"{"age":"5"}"#,
        ];
        let text = chance.json_text(&seeds);
        let cells = properties::cells(schema, *dataset_type, "a", Some(&text));
        assert!(cells.is_err() || cells.is_ok_and(|cells| cells.len() == schema.fields.len()));
    });
}
