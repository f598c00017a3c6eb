//! The `Messages` table: blocks are claimed by one sender, once, with all of their people or none; what
//! people said holds; addresses stay suppressed.

use std::collections::{BTreeMap, HashSet};

use futures::{TryStreamExt, future::join_all};
use jiff::Timestamp;
use messages::{
    Block, BlockState, Channel, Claim, Claimed, Consent, ConsentChange, Contact, Lease, MAX_BLOCK,
    MessagesTable, Outcome, Run, RunState, Sends, Settled, Suppressing, SuppressionReason, key,
};
use tests::Shop;

pub(crate) const CASES: &[super::Case] = &[
    ("a shard has one sender", one_sender),
    (
        "a block is claimed with all its people or not at all",
        all_or_nothing,
    ),
    (
        "a block is settled once, and what never left is released",
        settled_once,
    ),
    (
        "of claims at the same time each is one block",
        at_the_same_time,
    ),
    ("a run is opened once and stops when it is told to", runs),
    (
        "the later word about messages holds, and every word is kept",
        consents,
    ),
    ("contacts are kept many at once and counted out", many),
    ("only an opt-out can be taken back", suppressions),
];

const NOW: i64 = 1_796_040_000;
const RUN: &str = "weekly-1";

fn table(shop: &Shop) -> MessagesTable {
    use aws_sdk_dynamodb::config::{BehaviorVersion, Config, Credentials, Region};
    let credentials = Credentials::new("test", "test", None, None, "test");
    let config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .endpoint_url(shop.endpoint())
        .region(Region::new("us-east-1"))
        .credentials_provider(credentials);
    let client = aws_sdk_dynamodb::Client::from_conf(config.build());
    MessagesTable::new(client, shop.output("MessagesTableName").to_owned())
}

/// The first `count` users of `shard` whose names begin with `prefix`.
fn users(prefix: &str, shard: u32, count: usize) -> Vec<String> {
    let all = (0..).map(|n| format!("{prefix}-{n}"));
    all.filter(|user| key::shard(user) == shard)
        .take(count)
        .collect()
}

fn claim<'a>(lease: &'a Lease, n: u32, people: &[String]) -> Claim<'a> {
    Claim {
        run: RUN,
        campaign: "weekly",
        part: "03-0000",
        n,
        channel: Channel::Email,
        lease,
        attempt: 0,
        people: people
            .iter()
            .map(|user| (user.clone(), Sends::default()))
            .collect(),
        now: NOW,
    }
}

async fn sends(table: &MessagesTable, user: &str) -> Sends {
    let mut people = table.people(&[user]).await.expect("people");
    people.remove(user).expect("one for each").sends
}

async fn lease(table: &MessagesTable, shard: u32, part: &str, now: i64) -> Option<Lease> {
    table
        .lease(shard, part, now)
        .await
        .expect("the table is there")
}

fn one_sender(shop: &Shop) {
    let table = table(shop);
    shop.runtime().block_on(async {
        let first = lease(&table, 1, "r/01-0000", NOW)
            .await
            .expect("it is free");
        assert_eq!(
            lease(&table, 1, "r/01-0001", NOW + 900).await,
            None,
            "it is held"
        );
        let renewed = table.renew(&first, NOW + 900).await.expect("renewed");
        assert!(renewed.is_some_and(|lease| lease.until > first.until));
        // A part that is tried again takes it from itself.
        let again = lease(&table, 1, "r/01-0000", NOW + 901)
            .await
            .expect("its own");
        assert_eq!(table.renew(&first, NOW + 902).await.expect("asked"), None);
        table.give_back(&first).await.expect("it is no error");
        assert_eq!(
            lease(&table, 1, "r/01-0001", NOW + 903).await,
            None,
            "still held"
        );
        let people = users("zombie", 1, 1);
        let zombie = table
            .claim(&claim(&first, 0, &people))
            .await
            .expect("asked");
        assert_eq!(zombie, Claimed::LostLease);
        assert_eq!(sends(&table, &people[0]).await, Sends::default());
        // Whoever is dead is followed by anybody.
        let other = lease(&table, 1, "r/01-0001", again.until + 1).await;
        let other = other.expect("it has expired");
        table.give_back(&other).await.expect("given back");
        assert!(lease(&table, 1, "r/01-0002", NOW).await.is_some());
    });
}

fn all_or_nothing(shop: &Shop) {
    let table = table(shop);
    shop.runtime().block_on(async {
        let lease = lease(&table, 3, "weekly-1/03-0000", NOW)
            .await
            .expect("it is free");
        let people = users("all", 3, MAX_BLOCK);
        let first = claim(&lease, 0, &people);
        assert_eq!(
            table.claim(&first).await.expect("claimed"),
            Claimed::Claimed
        );
        let known: Vec<&str> = people.iter().map(String::as_str).collect();
        let known = table.people(&known).await.expect("people");
        assert!(known.values().all(|person| person.sends.has(RUN)));
        // The same number is another's.
        let others = users("others", 3, 2);
        let taken = table
            .claim(&claim(&lease, 0, &others))
            .await
            .expect("asked");
        assert_eq!(taken, Claimed::Exists);
        assert_eq!(sends(&table, &others[0]).await, Sends::default());
        for wrong in [
            claim(&lease, 1, &[]),
            claim(&lease, 1, &users("more", 3, MAX_BLOCK + 1)),
            claim(&lease, 1, &users("elsewhere", 4, 1)),
            claim(&lease, 1, &[others[0].clone(), others[0].clone()]),
        ] {
            assert!(table.claim(&wrong).await.is_err(), "{wrong:?}");
        }
        let blocks = table.blocks(RUN, "03-0000").await.expect("blocks");
        assert_eq!(blocks.len(), 1);
        assert_eq!(
            (blocks[0].state, &blocks[0].users),
            (BlockState::Claimed, &people)
        );
        table.give_back(&lease).await.expect("given back");
    });
}

fn settled_once(shop: &Shop) {
    let table = table(shop);
    shop.runtime().block_on(async {
        let lease = lease(&table, 5, "weekly-1/03-0000", NOW)
            .await
            .expect("it is free");
        let people = users("settled", 5, 3);
        for (run, n, count) in [("weekly-2", 10, 2), ("weekly-3", 11, 3)] {
            let mut block = Claim {
                run,
                ..claim(&lease, n, &people[..count])
            };
            for (user, had) in &mut block.people {
                *had = sends(&table, user).await;
            }
            assert_eq!(
                table.claim(&block).await.expect("claimed"),
                Claimed::Claimed
            );
        }
        let outcomes = [
            Outcome::Sent("m1".to_owned()),
            Outcome::Failed("rejected".to_owned()),
        ];
        let settle = |run, n| table.settle(run, "03-0000", n, &outcomes, NOW + 1);
        assert_eq!(
            settle("weekly-2", 10).await.expect("settled"),
            Settled::Settled
        );
        assert_eq!(
            settle("weekly-2", 10).await.expect("asked"),
            Settled::Already
        );
        assert_eq!(
            settle("weekly-2", 99).await.expect("asked"),
            Settled::Already
        );
        let blocks = table.blocks("weekly-2", "03-0000").await.expect("blocks");
        assert_eq!(blocks[0].outcomes, outcomes);

        let block = table
            .blocks("weekly-3", "03-0000")
            .await
            .expect("blocks")
            .remove(0);
        released(&table, &lease, &block).await;
        let all: Vec<Vec<Block>> = table
            .all_blocks("weekly-3")
            .try_collect()
            .await
            .expect("all");
        assert_eq!(all.concat().len(), 2, "the first, and the one after it");
        table.give_back(&lease).await.expect("given back");
    });
}

/// Of three people one was sent to, one never, and of one nobody knows.
async fn released(table: &MessagesTable, lease: &Lease, block: &Block) {
    let outcomes = [
        Outcome::Sent("m1".to_owned()),
        Outcome::Released,
        Outcome::Held("no evidence".to_owned()),
    ];
    let mut people = Vec::new();
    for user in &block.users {
        people.push((user.clone(), sends(table, user).await));
    }
    let release = |lease: Lease| {
        let (block, outcomes, people) = (block.clone(), outcomes.clone(), people.clone());
        async move {
            let settled = table.release("weekly-3", &lease, &block, &outcomes, &people, NOW + 2);
            settled.await.expect("asked")
        }
    };
    let zombie = Lease {
        owner: "somebody".to_owned(),
        ..lease.clone()
    };
    assert_eq!(release(zombie).await, Settled::LostLease);
    assert_eq!(release(lease.clone()).await, Settled::Settled);
    assert_eq!(release(lease.clone()).await, Settled::Already);
    let has = async |n: usize| sends(table, &block.users[n]).await.has("weekly-3");
    assert!(has(0).await && !has(1).await && has(2).await);
    assert!(
        sends(table, &block.users[1]).await.has("weekly-2"),
        "another run's stays"
    );
    let again = Claim {
        run: "weekly-3",
        people: vec![(block.users[1].clone(), sends(table, &block.users[1]).await)],
        ..claim(lease, 12, &[])
    };
    assert_eq!(
        table.claim(&again).await.expect("claimed"),
        Claimed::Claimed
    );
}

fn at_the_same_time(shop: &Shop) {
    let table = table(shop);
    shop.runtime().block_on(async {
        let lease = lease(&table, 7, "weekly-1/07-0000", NOW)
            .await
            .expect("it is free");
        let people = users("same", 7, 40);
        let claims: Vec<Claim<'_>> = people
            .chunks(4)
            .enumerate()
            .map(|(n, people)| Claim {
                part: "07-0000",
                ..claim(&lease, u32::try_from(n / 2).expect("few"), people)
            })
            .collect();
        // Two at a time want the same number, and all the same lease.
        let outcomes = join_all(claims.iter().map(|claim| table.claim(claim))).await;
        let claimed = outcomes
            .iter()
            .filter(|one| matches!(one, Ok(Claimed::Claimed)));
        assert_eq!(claimed.count(), 5, "{outcomes:?}");
        let counted = table
            .people(&people.iter().map(String::as_str).collect::<Vec<_>>())
            .await;
        let counted = counted.expect("people").into_values();
        assert_eq!(counted.filter(|person| person.sends.has(RUN)).count(), 20);
        table.give_back(&lease).await.expect("given back");
    });
}

fn runs(shop: &Shop) {
    let table = table(shop);
    shop.runtime().block_on(async {
        let run = Run {
            run: "weekly-9".to_owned(),
            campaign: "weekly".to_owned(),
            state: RunState::Running,
            started_at: NOW,
            dry_run: false,
        };
        assert_eq!(table.run("weekly-9").await.expect("asked"), None);
        assert_eq!(table.open_run(&run).await.expect("opened"), run);
        let set = |from: &'static [RunState], to| table.set_state("weekly-9", from, to);
        assert!(
            set(&[RunState::Running], RunState::Stopping)
                .await
                .expect("set")
        );
        assert!(
            !set(&[RunState::Running, RunState::Stopped], RunState::Done)
                .await
                .expect("asked")
        );
        let again = table
            .open_run(&Run {
                started_at: 1,
                ..run.clone()
            })
            .await
            .expect("known");
        assert_eq!((again.state, again.started_at), (RunState::Stopping, NOW));
    });
}

fn change(given: bool, source: &str, micros: i64) -> ConsentChange {
    ConsentChange {
        channel: Channel::Email,
        given,
        source: source.to_owned(),
        at: Timestamp::from_microsecond(NOW * 1_000_000 + micros).expect("a time"),
    }
}

fn consents(shop: &Shop) {
    let table = table(shop);
    shop.runtime().block_on(async {
        let user = "consents-1";
        let set =
            async |change: ConsentChange| table.set_consent(user, &change).await.expect("written");
        assert!(set(change(true, "checkout", 0)).await);
        assert!(set(change(false, "unsubscribe", 60_000_000)).await);
        assert!(
            !set(change(true, "import", 30_000_000)).await,
            "older than what holds"
        );
        assert!(
            !set(change(true, "import", 30_000_000)).await,
            "the same again"
        );
        assert!(
            !set(change(true, "another", 30_000_000)).await,
            "in the same microsecond"
        );
        let contact = table
            .contact(user)
            .await
            .expect("read")
            .expect("there is one");
        assert!(!contact.agreed(Channel::Email));
        let said = table.consents(user).await.expect("read");
        let sources: Vec<&str> = said.iter().map(|one| one.source.as_str()).collect();
        assert_eq!(sources, ["checkout", "import", "another", "unsubscribe"]);
        // An import brings an address, and no older consent back.
        let import = contact_of(user, true, NOW + 30);
        table.save_contact(&import).await.expect("saved");
        let contact = table
            .contact(user)
            .await
            .expect("read")
            .expect("there is one");
        assert!(contact.email.is_some() && !contact.agreed(Channel::Email));
        let both = join_all((0..6).map(|n| {
            let table = &table;
            async move {
                let name = format!("a{n}");
                let add = |contact: &mut Contact| {
                    contact.attributes.insert(name.clone(), String::new());
                };
                table.change_contact(user, add).await.expect("changed");
            }
        }));
        both.await;
        let contact = table
            .contact(user)
            .await
            .expect("read")
            .expect("there is one");
        assert_eq!(contact.attributes.len(), 6, "no change is lost");
        assert_eq!(
            table
                .user(&key::person(user))
                .await
                .expect("read")
                .as_deref(),
            Some(user)
        );
        assert_eq!(table.user("nobody").await.expect("read"), None);
    });
}

fn contact_of(user: &str, given: bool, at: i64) -> Contact {
    let consent = Consent {
        given,
        source: "import".to_owned(),
        at,
    };
    Contact {
        user: user.to_owned(),
        email: Some(format!("{user}@shop.example")),
        consents: BTreeMap::from([(Channel::Email, consent)]),
        updated_at: at,
        ..Contact::default()
    }
}

fn many(shop: &Shop) {
    let table = table(shop);
    shop.runtime().block_on(async {
        let contacts: Vec<Contact> = (0..130)
            .map(|n| contact_of(&format!("many-{n}"), n % 2 == 0, NOW))
            .collect();
        table.save_contacts(&contacts[..70]).await.expect("saved");
        table
            .save_contacts(&contacts)
            .await
            .expect("saved again, and more");
        let left = table.add_contacts(&contacts[..1]).await.expect("asked");
        assert_eq!(left, [&contacts[0]], "who is known is not added");
        let users: Vec<&str> = contacts
            .iter()
            .map(|contact| contact.user.as_str())
            .collect();
        let people = table.people(&users).await.expect("people");
        for contact in &contacts {
            assert_eq!(people[&contact.user].contact.as_ref(), Some(contact));
        }
        assert_eq!(table.consents("many-3").await.expect("read").len(), 1);
        let mut found = Vec::new();
        for segment in 0..3 {
            let mut from = None;
            loop {
                let page = table
                    .contacts(segment, 3, from.as_deref())
                    .await
                    .expect("a page");
                found.extend(page.users);
                from = page.next;
                if from.is_none() {
                    break;
                }
            }
        }
        found.retain(|user| user.starts_with("many-"));
        found.sort();
        found.dedup();
        assert_eq!(found.len(), 130);
    });
}

fn suppressions(shop: &Shop) {
    let table = table(shop);
    shop.runtime().block_on(async {
        let phone = key::address(Channel::Sms, "+4930123456");
        let suppress = async |reason| {
            let address = Suppressing {
                key: &phone,
                reason,
                source: "test",
                at: NOW,
                person: None,
            };
            table.suppress(&address).await.expect("written")
        };
        assert!(suppress(SuppressionReason::OptOut).await);
        let keys = [
            phone.clone(),
            key::address(Channel::Email, "a@shop.example"),
        ];
        let suppressed = table.suppressed(&keys).await.expect("read");
        assert_eq!(suppressed, HashSet::from([phone.clone()]));
        let opted_out = Some(SuppressionReason::OptOut);
        assert!(
            table
                .unsuppress(&phone, opted_out)
                .await
                .expect("taken back")
        );
        assert!(!table.unsuppress(&phone, opted_out).await.expect("asked"));
        assert!(suppress(SuppressionReason::OptOut).await);
        assert!(
            suppress(SuppressionReason::Bounce).await,
            "in place of an opt-out"
        );
        assert!(!suppress(SuppressionReason::OptOut).await);
        assert!(!table.unsuppress(&phone, opted_out).await.expect("asked"));
        let known = table
            .suppression(&phone)
            .await
            .expect("read")
            .expect("there is one");
        assert_eq!(known.reason, SuppressionReason::Bounce);
    });
}
