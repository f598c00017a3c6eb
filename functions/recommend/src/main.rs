//! recommend

fn main() {}
