//! A sample shop: products, customers, orders and events in SQLite, served over HTTP in the shapes of
//! several e-commerce backends, and slow, throttling or failing when a test asks for it.
//!
//! [`Database::create`] fills a file, [`serve`] serves one; the binary `backend-local` is a command line
//! around both. `docs/backend-local.md` describes the endpoints. Nothing here knows of the rest of the
//! project.

mod answer;
mod app;
mod authorization;
mod backend_api;
mod database;
mod dialect;
mod dice;
mod error;
mod faults;
mod generate;
mod layer;
mod parameters;
mod products_api;
mod server;
mod shapes;
mod statistics;
mod tables;
mod tokens;
mod webhook;

pub use database::{Counts, Customer, Database, Event, Product, Seeding};
pub use error::Error;
pub use generate::{Amounts, generate};
pub use server::{Config, Webhook, listen, serve};
