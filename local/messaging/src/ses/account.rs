//! The account: its quota, and the addresses to which nothing is delivered.

use serde_json::{Value, json};

use super::{check::mailbox, request::Suppress};
use crate::{app::App, fault::Fault};

/// GetAccount.
pub(super) fn quota(app: &App) -> Value {
    let limits = app.meter.limits();
    json!({
        "DedicatedIpAutoWarmupEnabled": false,
        "EnforcementStatus": "HEALTHY",
        "ProductionAccessEnabled": true,
        "SendQuota": {
            "Max24HourSend": limits.emails_per_day,
            "MaxSendRate": limits.emails_per_second,
            "SentLast24Hours": app.meter.sent_in_24_hours(),
        },
        "SendingEnabled": true,
        "SuppressionAttributes": { "SuppressedReasons": ["BOUNCE", "COMPLAINT"] },
    })
}

/// GetSuppressedDestination.
pub(super) fn suppressed(app: &App, address: &str) -> Result<Value, Fault> {
    let address = address.to_lowercase();
    let found = app
        .settings
        .read(|settings| settings.suppressed.get(&address).cloned());
    let found = found.ok_or_else(not_there)?;
    let mut destination = json!({
        "EmailAddress": address,
        "Reason": found.reason,
        "LastUpdateTime": found.at.as_millisecond() as f64 / 1000.0,
    });
    if let Some(message) = found.message {
        destination["Attributes"] = json!({ "MessageId": message });
    }
    Ok(json!({ "SuppressedDestination": destination }))
}

/// PutSuppressedDestination.
pub(super) fn suppress(app: &App, request: &Suppress) -> Result<Value, Fault> {
    if mailbox(&request.email_address) != Some(request.email_address.as_str()) {
        return Err(Fault::bad("EmailAddress is not an email address"));
    }
    if !["BOUNCE", "COMPLAINT"].contains(&request.reason.as_str()) {
        return Err(Fault::bad("Reason must be BOUNCE or COMPLAINT"));
    }
    app.settings
        .suppress(&request.email_address, &request.reason, None)?;
    Ok(json!({}))
}

/// DeleteSuppressedDestination.
pub(super) fn unsuppress(app: &App, address: &str) -> Result<Value, Fault> {
    let address = address.to_lowercase();
    let gone = app
        .settings
        .change(|settings| settings.suppressed.remove(&address))?;
    gone.map(|_| json!({})).ok_or_else(not_there)
}

fn not_there() -> Fault {
    Fault::not_found("Email address does not exist on your suppression list.")
}
