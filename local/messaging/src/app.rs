//! What all operations share.

use std::sync::Arc;

use crate::{
    error::Error,
    events::Courier,
    faults::Injector,
    lambda::Lambda,
    limits::Meter,
    outbox::{Channel, Keep, Outbox},
    server::Config,
    settings::Kept,
    state::StateDir,
};

/// A running server's memory.
#[derive(Debug)]
pub(crate) struct App {
    pub(crate) outbox: Outbox,
    pub(crate) settings: Kept,
    pub(crate) meter: Meter,
    pub(crate) faults: Injector,
    pub(crate) courier: Courier,
    pub(crate) lambda: Lambda,
}

impl App {
    /// An empty one, or the one that the state directory holds.
    ///
    /// # Errors
    /// When the directory cannot be read.
    pub(crate) fn open(config: &Config) -> Result<Self, Error> {
        let state = config.state.as_deref().map(StateDir::open).transpose()?;
        let state = state.map(Arc::new);
        let meter = Meter::new(config.limits);
        let keep = Keep {
            messages: config.keep_messages,
            bytes: config.keep_bytes,
        };
        let directory = state.as_deref().map(StateDir::root);
        let outbox = Outbox::open(directory, keep, |record| {
            if record.channel == Channel::Email {
                meter.recall(record.at.as_second(), record.to.len());
            }
        });
        let place = directory.map_or_else(std::env::temp_dir, Into::into);
        let outbox = outbox.map_err(Error::state("read", place))?;
        Ok(Self {
            courier: Courier::open(state.clone(), outbox.next() - 1)?,
            outbox,
            settings: Kept::open(state)?,
            meter,
            faults: Injector::default(),
            lambda: Lambda::new()?,
        })
    }
}
