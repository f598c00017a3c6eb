//! Whom a campaign is for, by a query of the backend.

use serde_json::{Value, json};
use tests::Shop;

pub(crate) const CASES: &[super::Case] = &[(
    "the audience of a campaign may be a query",
    asks_for_an_audience,
)];

const CONFIG: &str = "config/personalization.yaml";
const CAMPAIGN: &str = "  campaigns:
    - name: asked
      audience: { query: { sql: 'SELECT customer_id AS user_id FROM backend.shop.customers' } }
      placement: email
      channels: [email]
";

fn asks_for_an_audience(shop: &Shop) {
    let declared = shop.get(CONFIG);
    let asked = declared.replacen(
        "  campaigns:\n    - name: weekly-picks\n",
        &format!("{CAMPAIGN}    - name: weekly-picks\n"),
        1,
    );
    assert_ne!(asked, declared);
    shop.put(CONFIG, asked);
    let mut answer = json!({ "cursor": null });
    for _ in 0..20 {
        let event = json!({ "campaign": "asked", "run": "asked-1", "dryRun": true, "cursor": answer["cursor"] });
        answer = shop.invoke("build-audience", &event);
        if answer["done"] == true {
            break;
        }
    }
    shop.put(CONFIG, declared);
    assert_eq!(
        (&answer["done"], &answer["people"]),
        (&json!(true), &json!(60)),
        "{answer}"
    );
    let parts = shop.keys("messages/runs/asked-1/audience/");
    let lines: String = parts.iter().map(|key| shop.get(key)).collect();
    let mut users: Vec<String> = lines
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter_map(|line| line["user"].as_str().map(str::to_owned))
        .collect();
    users.sort_unstable();
    let mut expected: Vec<String> = (0..60).map(|n| format!("u{n}")).collect();
    expected.sort_unstable();
    assert_eq!(users, expected);
}
