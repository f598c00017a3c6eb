//! catalog-cache

fn main() {}
