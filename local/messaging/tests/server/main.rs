//! The server as the AWS SDKs, a browser and a campaign see it.

mod console;
mod emails;
mod events;
mod faults;
mod pushes;
mod restart;
mod speed;
mod support;
mod texts;
