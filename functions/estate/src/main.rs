//! estate

fn main() {}
