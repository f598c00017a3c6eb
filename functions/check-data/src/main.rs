//! check-data

fn main() {}
