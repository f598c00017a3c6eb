//! load-recommendations

fn main() {}
