//! How many emails a second it takes: a floor that even a busy machine keeps with a dev build, and the figure when
//! it is asked for (`BARS=full`, with `--nocapture`).

use std::time::Instant;

use axum::body::Bytes;
use serde_json::json;

use crate::support::{Result, start};

/// Emails of a call, as the sender makes them.
const ENTRIES: usize = 49;
/// About the size of an email with recommendations.
const SIZE: usize = 20_000;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn emails_are_taken_quickly() -> Result<()> {
    let full = std::env::var("BARS").is_ok_and(|bars| bars == "full");
    let (total, floor) = if full {
        (100_000, 5000.0)
    } else {
        (4900, 300.0)
    };
    let setup = start().await?;
    let row = r#"<td class="product" style="padding:8px"><a href="https://shop.example/c/t">A product</a></td>"#;
    let html = row.repeat(SIZE / row.len());
    let entries: Vec<_> = (0..ENTRIES)
        .map(|n| {
            let data = json!({"subject": "For you", "html": html, "text": "For you"}).to_string();
            json!({
                "Destination": {"ToAddresses": [format!("p{n}@shop.example")]},
                "ReplacementTags": [{"Name": "person", "Value": format!("p{n}")}],
                "ReplacementHeaders": [{"Name": "List-Unsubscribe", "Value": "<https://shop.example/u/t>"}],
                "ReplacementEmailContent": {"ReplacementTemplate": {"ReplacementTemplateData": data}},
            })
        })
        .collect();
    let call = json!({
        "FromEmailAddress": "news@shop.example",
        "DefaultEmailTags": [{"Name": "run", "Value": "r1"}],
        "DefaultContent": {"Template": {"TemplateContent": {
            "Subject": "{{subject}}", "Html": "{{html}}", "Text": "{{text}}",
        }}},
        "BulkEmailEntries": entries,
    });
    let call = Bytes::from(call.to_string());
    let started = Instant::now();
    let senders = (0..4).map(|_| {
        let (http, url, call) = (setup.http.clone(), setup.url.clone(), call.clone());
        tokio::spawn(async move {
            for _ in 0..total / ENTRIES / 4 {
                let url = format!("{url}/v2/email/outbound-bulk-emails");
                let response = http.post(url).body(call.clone()).send().await?;
                let answer = response.bytes().await?;
                assert!(!answer.windows(6).any(|part| part == b"FAILED"));
            }
            Ok::<_, reqwest::Error>(())
        })
    });
    let senders: Vec<_> = senders.collect();
    for sender in senders {
        sender.await??;
    }
    let seconds = started.elapsed().as_secs_f64();
    let counts = setup.json("/_messaging/counts").await?;
    let kept = counts["channels"]["email"].as_f64().unwrap_or_default();
    let rate = kept / seconds;
    println!("{kept} emails of {SIZE} bytes in {seconds:.1} s: {rate:.0} a second");
    assert_eq!(kept as usize, total / ENTRIES / 4 * 4 * ENTRIES);
    assert!(rate > floor, "{rate:.0} a second");
    Ok(())
}
