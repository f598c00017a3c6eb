//! event-filter

fn main() {}
