//! The `banister` binary.
fn main() {}
