//! The one binary of the venue-code system.

fn main() {}
