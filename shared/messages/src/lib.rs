//! Messages to people: contacts, consent, caps, suppressions, the ledger, signed links.
