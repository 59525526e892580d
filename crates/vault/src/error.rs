//! What can go wrong in the vault. No message holds plain text or a key.

use std::{io, path::PathBuf};

/// What can go wrong in the vault. Neither the messages nor `Debug` hold plain text or a key.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// The text or password is longer than the vault takes.
    #[error("{bytes} bytes are too many, at most {bytes_max} are taken")]
    TooLong {
        /// How long it is.
        bytes: usize,
        /// How long it may be.
        bytes_max: usize,
    },
    /// These bytes do not have the shape of a sealed value, or of a later version of it.
    #[error("this is not a sealed value of a known version")]
    NotSealed,
    /// Sealed with a key that this vault does not have.
    #[error("sealed with key {sealed_with}, but the key file holds key {have}")]
    OtherKey {
        /// The id of the key that sealed it.
        sealed_with: u8,
        /// The id of the key in this vault.
        have: u8,
    },
    /// Altered, sealed as another kind of field, or sealed with another key of the same id.
    #[error("the sealed value was altered, or sealed as something else or with another key")]
    Refused,
    /// The operating system refused something with the key file.
    #[error("key file {}: cannot {doing}: {source}", path.display())]
    KeyFile {
        /// Which file.
        path: PathBuf,
        /// What was tried.
        doing: &'static str,
        /// What the operating system said.
        source: io::Error,
    },
    /// Group or others have rights on the key file.
    #[error(
        "key file {}: its mode {mode:04o} lets others in; run: chmod 600 {}",
        path.display(),
        in_shell_quotes(path)
    )]
    KeyFileExposed {
        /// Which file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// The key file is not as it was written.
    #[error("key file {}: line {line}: {says}; restore it from your backup", path.display())]
    KeyFileDamaged {
        /// Which file.
        path: PathBuf,
        /// The first wrong line, counted from 1.
        line: usize,
        /// What is wrong with it.
        says: &'static str,
    },
    /// A password could not be hashed, for lack of memory.
    #[error("the password could not be hashed")]
    Password,
    /// Something could not be signed.
    #[error("there is no key to sign with")]
    NoSignature,
}

/// The path so that a shell takes it as one word.
fn in_shell_quotes(path: &std::path::Path) -> String {
    format!("'{}'", path.display().to_string().replace('\'', r"'\''"))
}
