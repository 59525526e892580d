//! Identities at rest: sealed fields, blind indexes and the key file. The only crate that sees a key.
