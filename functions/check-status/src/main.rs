//! check-status

fn main() {}
