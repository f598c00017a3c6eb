//! import-job

fn main() {}
