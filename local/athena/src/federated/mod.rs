//! Catalogs whose tables connectors have: Lambda functions that speak the protocol of Athena Federated
//! Query.

pub(crate) mod connector;
pub(crate) mod read;
pub(crate) mod table;
