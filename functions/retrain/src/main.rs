//! retrain

fn main() {}
