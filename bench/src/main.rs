//! Measures the visit engine on a simulated city: `cargo xtask bench visits`.

fn main() {}
