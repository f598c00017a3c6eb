//! The server by its API, with an S3 and a connector of the tests' own. One program, because linking the
//! engine takes longer than all tests.

mod federated;
mod queries;
mod resources;
mod support;
mod tables;
