use std::fs;

use uuid::Uuid;

use super::*;

const KEEP: Keep = Keep {
    messages: 1000,
    bytes: 1 << 40,
};

fn directory() -> PathBuf {
    let directory = std::env::temp_dir().join(Uuid::new_v4().to_string());
    fs::create_dir_all(&directory).unwrap();
    directory
}

fn email(person: &str) -> Record {
    let mut record = Record::new(
        Channel::Email,
        vec![format!("{person} <{person}@shop.example>")],
    );
    record.tags.insert("run".to_owned(), "r1".to_owned());
    record.tags.insert("person".to_owned(), person.to_owned());
    record
}

fn add(outbox: &Outbox, person: &str) -> String {
    let content = r#"{"subject":"Hi {{name}}","text":"t","defaults":"{}"}"#;
    let data = format!(r#"{{"name":"{person}"}}"#);
    let letter = Letter {
        content,
        data: Some(&data),
    };
    let mut messages = [(email(person), Some(letter))];
    outbox.add(&mut messages).unwrap();
    messages[0].0.id.clone()
}

#[test]
fn messages_are_found_counted_and_chosen() {
    let outbox = Outbox::open(None, KEEP, |_| {}).unwrap();
    let ids: Vec<_> = ["ada", "bob", "ada"]
        .map(|person| add(&outbox, person))
        .into();
    let found = outbox.message(&ids[1]).unwrap().unwrap();
    assert_eq!(found.record.id, ids[1]);
    assert_eq!(found.content.unwrap().subject, "Hi {{name}}");
    assert_eq!(found.data.unwrap(), r#"{"name":"bob"}"#);
    for other in [
        "",
        "x",
        "0100000000000002-other-000000",
        &ids[1].replace('-', "_"),
    ] {
        assert!(outbox.message(other).unwrap().is_none(), "{other}");
    }
    let counts = outbox.counts();
    assert_eq!(counts.channels[0], (Channel::Email, 3));
    assert_eq!(
        (
            counts.people,
            counts.runs[0].messages,
            counts.runs[0].people
        ),
        (2, 3, 2)
    );
    let to = Filter {
        to: Some("ADA@shop.example".to_owned()),
        ..Filter::default()
    };
    let seqs = |entries: Vec<Entry>| entries.iter().map(|entry| entry.seq).collect::<Vec<_>>();
    assert_eq!(seqs(outbox.after(0, &to, 10)), [1, 3]);
    assert_eq!(seqs(outbox.before(u64::MAX, &to, 1)), [3]);
    assert_eq!(seqs(outbox.after(1, &Filter::default(), 1)), [2]);
    let unknown = Filter {
        run: Some("r2".to_owned()),
        ..Filter::default()
    };
    assert!(outbox.after(0, &unknown, 10).is_empty());
    outbox.clear().unwrap();
    assert_eq!(outbox.counts().people, 0);
    assert!(outbox.message(&ids[0]).unwrap().is_none());
    add(&outbox, "eve");
    assert_eq!(
        seqs(outbox.after(0, &Filter::default(), 9)),
        [4],
        "numbers are not given again"
    );
}

#[test]
fn a_restart_finds_all_but_an_unfinished_line() {
    let directory = directory();
    let outbox = Outbox::open(Some(&directory), KEEP, |_| {}).unwrap();
    let ids = ["ada", "bob"].map(|person| add(&outbox, person));
    drop(outbox);
    let file = directory.join("outbox-00000001.jsonl");
    let whole = fs::read(&file).unwrap();
    // Killed in the middle of any of the bytes of the last call.
    let first = whole
        .windows(8)
        .rposition(|bytes| bytes == b"{\"data\":")
        .unwrap();
    for length in first + 1..whole.len() {
        fs::write(&file, &whole[..length]).unwrap();
        let outbox = Outbox::open(Some(&directory), KEEP, |_| {}).unwrap();
        assert!(outbox.message(&ids[0]).unwrap().is_some());
        assert!(outbox.message(&ids[1]).unwrap().is_none());
        let next = add(&outbox, "eve");
        drop(outbox);
        let outbox = Outbox::open(Some(&directory), KEEP, |_| {}).unwrap();
        let found = outbox.message(&next).unwrap().unwrap();
        assert_eq!(found.data.unwrap(), r#"{"name":"eve"}"#);
        assert_eq!(outbox.counts().people, 2);
    }
    fs::write(&file, &whole).unwrap();
    let mut loaded = 0;
    let outbox = Outbox::open(Some(&directory), KEEP, |_| loaded += 1).unwrap();
    assert_eq!((loaded, outbox.next()), (2, 3));
    fs::remove_dir_all(directory).unwrap();
}

#[test]
fn the_oldest_messages_leave_by_the_file() {
    let keep = Keep {
        messages: 3,
        bytes: 1 << 40,
    };
    let directory = directory();
    let outbox = Outbox::open(Some(&directory), keep, |_| {}).unwrap();
    let data = format!(r#"{{"name":"{}"}}"#, "x".repeat(30 << 20));
    for _ in 0..10 {
        let letter = Letter {
            content: r#"{"subject":"{{name}}","defaults":"{}"}"#,
            data: Some(&data),
        };
        outbox.add(&mut [(email("ada"), Some(letter))]).unwrap();
    }
    let kept = outbox.after(0, &Filter::default(), 100);
    assert!((2..=5).contains(&kept.len()), "{}", kept.len());
    assert_eq!(kept.last().unwrap().seq, 10);
    // Each file has the content that its messages need.
    let records = outbox.records(&kept).unwrap();
    for record in records {
        let found = outbox.message(&record.id).unwrap().unwrap();
        assert_eq!(found.content.unwrap().subject, "{{name}}");
    }
    assert!(fs::read_dir(&directory).unwrap().count() <= 3);
    fs::remove_dir_all(directory).unwrap();
}
