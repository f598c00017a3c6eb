//! The SDK's operations without its orchestrator, for the calls a shopper waits for.
//!
//! A call through an SDK client merges a dozen layers of configuration, boxes every step, asks some
//! twenty interceptors and resolves endpoint, credentials and retries anew: some 0.2 ms of a processor,
//! which is most of what `recommend` and `track` cost (`bench/README.md`). Here all of that is done
//! once, when the process starts; a call is the SDK's own serializer, a signature, the SDK's
//! connections and TLS (`aws-smithy-http-client`), and its own deserializer with the service's errors.
//! Time-outs and retries are those of the `SdkConfig`. [The decision](../../../docs/decisions/0015-calls-a-shopper-waits-for-are-direct.md).
//!
//! What the orchestrator does beside that is not done here: streamed bodies, presigning, account-id
//! endpoints, correction of a wrong clock. Whoever needs one of these uses the SDK's client, on the
//! same connections ([`Access::config`]).

mod access;
mod dynamodb;
mod identity;
mod operation;
mod retries;
mod s3;
mod service;
mod signature;

pub use access::{Access, Place};
pub use dynamodb::DynamoDb;
pub use operation::{Message, Operation, Refusal, Signing};
pub use s3::{Bucket, Object};
pub use service::Service;
