//! The key file: read with suspicion, made once, never replaced.
//!
//! Four lines of text; the checksum is the first 8 bytes of SM3 over the three lines before it.
//! ```text
//! venuecode-key-file 1
//! key-id 1
//! master-key <64 hex digits>
//! checksum <16 hex digits>
//! ```

use std::{
    fs::{self, File, OpenOptions, Permissions},
    io::{self, Read as _, Write as _},
    os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
};

use data_encoding::HEXLOWER;
use domain::outside::{Dice, roll};
use sm3::{Digest as _, Sm3};
use zeroize::Zeroizing;

use crate::error::VaultError;

/// The id of the key in a new file.
pub(crate) const FIRST_KEY_ID: u8 = 1;

const VERSION_LINE: &str = "venuecode-key-file 1";
const KEY_ID: &str = "key-id ";
const MASTER_KEY: &str = "master-key ";
const CHECKSUM: &str = "checksum ";
const CHECKSUM_BYTES: usize = 8;
/// A key file is never longer; ours have about 140 bytes.
const FILE_BYTES_MAX: usize = 1024;
/// The owner alone reads and writes.
const MODE: u32 = 0o600;
/// The rights of group and others.
const MODE_OF_OTHERS: u32 = 0o077;

/// The master key and its id.
pub(crate) struct MasterKey {
    /// Written into every sealed value; 1 to 255.
    pub(crate) id: u8,
    /// The key; wiped when dropped.
    pub(crate) key: Zeroizing<[u8; 32]>,
}

impl MasterKey {
    /// Takes a key.
    pub(crate) fn new(id: u8, key: [u8; 32]) -> Self {
        Self { id, key: Zeroizing::new(key) }
    }
}

/// Opens the file, or makes it when there is none.
pub(crate) fn open_or_create(path: &Path, dice: &dyn Dice) -> Result<MasterKey, VaultError> {
    match File::open(path) {
        Ok(file) => read(path, file),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            create(path, dice)?;
            // Read back what is there now: ours, or that of a process that was faster.
            let file = File::open(path).map_err(failed(path, "open it"))?;
            read(path, file)
        }
        Err(error) => Err(failed(path, "open it")(error)),
    }
}

fn read(path: &Path, file: File) -> Result<MasterKey, VaultError> {
    let about = file.metadata().map_err(failed(path, "look at it"))?;
    let mode = about.permissions().mode() & 0o7777;
    if about.is_file() && mode & MODE_OF_OTHERS != 0 {
        return Err(VaultError::KeyFileExposed { path: path.to_owned(), mode });
    }
    // Room for all of it at once, so that reading never leaves the key behind in another place.
    let mut bytes = Zeroizing::new(Vec::with_capacity(2 * FILE_BYTES_MAX));
    file.take(FILE_BYTES_MAX as u64).read_to_end(&mut bytes).map_err(failed(path, "read it"))?;
    parse(&bytes).map_err(|Damage { line, says }| VaultError::KeyFileDamaged {
        path: path.to_owned(),
        line,
        says,
    })
}

/// The first wrong line and what is wrong with it.
struct Damage {
    line: usize,
    says: &'static str,
}

fn parse(bytes: &[u8]) -> Result<MasterKey, Damage> {
    let text = str::from_utf8(bytes).map_err(|error| Damage {
        line: 1 + bytes[..error.valid_up_to()].iter().filter(|byte| **byte == b'\n').count(),
        says: "not text",
    })?;
    let mut lines = text.split_inclusive('\n').zip(1..);
    let mut next = |missing: usize, begins: &'static str, says: &'static str| {
        let (line, number) = lines.next().unwrap_or(("", missing));
        let value = line.strip_prefix(begins).and_then(|rest| rest.strip_suffix('\n'));
        value.ok_or(Damage { line: number, says })
    };
    let version = next(1, VERSION_LINE, "not a key file of a version this program knows")?;
    if !version.is_empty() {
        return Err(Damage { line: 1, says: "not a key file of a version this program knows" });
    }
    let id = next(2, KEY_ID, "the key id is missing")?;
    let key = next(3, MASTER_KEY, "the master key is missing")?;
    let sum = next(4, CHECKSUM, "the checksum is missing")?;
    if lines.next().is_some() {
        return Err(Damage { line: 5, says: "nothing may follow the checksum" });
    }
    let id = id
        .parse::<u8>()
        .ok()
        .filter(|number| *number > 0 && number.to_string() == id)
        .ok_or(Damage { line: 2, says: "the key id is not a number from 1 to 255" })?;
    let key = unhex(key).ok_or(Damage { line: 3, says: "the master key is not 64 hex digits" })?;
    let master = MasterKey { id, key };
    if sum != checksum(&body(&master)) {
        return Err(Damage { line: 4, says: "the checksum does not fit the lines above" });
    }
    Ok(master)
}

fn unhex(digits: &str) -> Option<Zeroizing<[u8; 32]>> {
    let mut key = Zeroizing::new([0; 32]);
    if digits.len() != 2 * key.len() {
        return None;
    }
    HEXLOWER.decode_mut(digits.as_bytes(), &mut key[..]).ok().map(|_| key)
}

/// The first three lines.
fn body(master: &MasterKey) -> Zeroizing<String> {
    let mut digits = Zeroizing::new([0; 64]);
    HEXLOWER.encode_mut(&master.key[..], &mut digits[..]);
    let digits: Zeroizing<String> =
        Zeroizing::new(digits.iter().map(|digit| char::from(*digit)).collect());
    let id = master.id;
    let mut text = Zeroizing::new(String::with_capacity(FILE_BYTES_MAX));
    for part in [VERSION_LINE, "\n", KEY_ID, &id.to_string(), "\n", MASTER_KEY, &digits, "\n"] {
        text.push_str(part);
    }
    text
}

fn checksum(body: &str) -> String {
    HEXLOWER.encode(&Sm3::digest(body)[..CHECKSUM_BYTES])
}

/// Writes a new key beside `path` and links it there, unless something is there by then.
fn create(path: &Path, dice: &dyn Dice) -> Result<(), VaultError> {
    let master = MasterKey::new(FIRST_KEY_ID, roll(dice));
    let mut text = body(&master);
    let sum = checksum(&text);
    for part in [CHECKSUM, &sum, "\n"] {
        text.push_str(part);
    }
    let beside = name_beside(path, dice);
    let linked = write_whole(&beside, &text)
        .map_err(failed(path, "write it"))
        // A link, unlike a rename, never replaces the key that another process just made.
        .and_then(|()| match fs::hard_link(&beside, path) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                Err(failed(path, "give it its name")(error))
            }
            _ => Ok(()),
        });
    let removed = match fs::remove_file(&beside) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    };
    linked?;
    removed.map_err(failed(path, "remove the file it was written in"))?;
    File::open(folder_of(path))
        .and_then(|folder| folder.sync_all())
        .map_err(failed(path, "sync its folder"))
}

fn write_whole(path: &Path, text: &str) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(MODE).open(path)?;
    // The umask may have taken more than others' rights.
    file.set_permissions(Permissions::from_mode(MODE))?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn name_beside(path: &Path, dice: &dyn Dice) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.new", HEXLOWER.encode(&roll::<8>(dice))));
    folder_of(path).join(name)
}

fn failed(path: &Path, doing: &'static str) -> impl Fn(io::Error) -> VaultError {
    move |source| VaultError::KeyFile { path: path.to_owned(), doing, source }
}
