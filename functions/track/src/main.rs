//! track

fn main() {}
