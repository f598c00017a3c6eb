//! promote

fn main() {}
