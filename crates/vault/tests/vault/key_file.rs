//! The key file: made once, readable by its owner alone, refused when it is not as written.

use std::{
    fs::{self, Permissions},
    os::unix::fs::{PermissionsExt as _, symlink},
    path::Path,
    sync::Barrier,
};

use tempfile::TempDir;
use vault::{Field, Index, Purpose, Vault, VaultError};

use crate::{SeededDice, vault};

/// The file of the master key 00 01 … 1f; the checksum was calculated with OpenSSL.
const WRITTEN: &str = "venuecode-key-file 1\n\
    key-id 1\n\
    master-key 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\n\
    checksum cd89e897372591b2\n";

fn open(path: &Path) -> Result<Vault, VaultError> {
    Vault::open_or_create(path, &SeededDice::from_seed(1))
}

fn opened_with(text: &str, mode: u32) -> Result<Vault, VaultError> {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("vault.key");
    fs::write(&path, text).unwrap();
    fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
    open(&path)
}

#[test]
fn a_new_key_file_has_mode_0600_and_nothing_else_is_left_in_the_folder() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("vault.key");
    open(&path).unwrap();
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o7777, 0o600);
    let names: Vec<_> =
        fs::read_dir(folder.path()).unwrap().map(|it| it.unwrap().file_name()).collect();
    assert_eq!(names, ["vault.key"]);
}

#[test]
fn reopening_gives_the_same_keys_and_leaves_the_file_alone() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("vault.key");
    let first = open(&path).unwrap();
    let text = fs::read(&path).unwrap();
    let sealed = first.seal(Field::Phone, "13800138000", &SeededDice::from_seed(2)).unwrap();
    let again = Vault::open_or_create(&path, &SeededDice::from_seed(99)).unwrap();
    assert_eq!(again.open(Field::Phone, &sealed).unwrap(), "13800138000");
    assert_eq!(again.blind(Index::Phone, "1"), first.blind(Index::Phone, "1"));
    assert_eq!(again.mac(Purpose::Csrf, b"1"), first.mac(Purpose::Csrf, b"1"));
    assert_eq!(fs::read(&path).unwrap(), text);
}

#[test]
fn two_new_key_files_hold_different_keys() {
    let folder = TempDir::new().unwrap();
    let dice = SeededDice::from_seed(3);
    let one = Vault::open_or_create(&folder.path().join("one"), &dice).unwrap();
    let two = Vault::open_or_create(&folder.path().join("two"), &dice).unwrap();
    assert_ne!(one.blind(Index::Phone, "1"), two.blind(Index::Phone, "1"));
}

#[test]
fn starting_many_at_once_gives_all_of_them_the_one_key_that_is_kept() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("vault.key");
    let (all_ready, path) = (&Barrier::new(8), path.as_path());
    let seen: Vec<_> = std::thread::scope(|scope| {
        let starts: Vec<_> = (0..8)
            .map(|seed| {
                scope.spawn(move || {
                    all_ready.wait();
                    let dice = SeededDice::from_seed(seed);
                    Vault::open_or_create(path, &dice).unwrap().blind(Index::Phone, "1")
                })
            })
            .collect();
        starts.into_iter().map(|start| start.join().unwrap()).collect()
    });
    let kept = open(path).unwrap().blind(Index::Phone, "1");
    assert!(seen.iter().all(|one| *one == kept));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn a_file_as_it_is_documented_is_read() {
    let read = opened_with(WRITTEN, 0o600).unwrap();
    let key = std::array::from_fn(|at| u8::try_from(at).unwrap());
    assert_eq!(read.mac(Purpose::Csrf, b"1"), Vault::from_master_key(key).mac(Purpose::Csrf, b"1"));
    assert_ne!(read.mac(Purpose::Csrf, b"1"), vault().mac(Purpose::Csrf, b"1"));
    assert!(opened_with(WRITTEN, 0o400).is_ok());
}

#[test]
fn a_file_that_others_may_read_is_refused_with_the_command_to_run() {
    for mode in [0o640, 0o604, 0o660, 0o644, 0o620, 0o601] {
        assert!(matches!(
            opened_with(WRITTEN, mode),
            Err(VaultError::KeyFileExposed { mode: seen, .. }) if seen == mode
        ));
    }
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("the city's key");
    fs::write(&path, WRITTEN).unwrap();
    fs::set_permissions(&path, Permissions::from_mode(0o644)).unwrap();
    let said = open(&path).unwrap_err().to_string();
    assert!(said.contains("its mode 0644 lets others in; run: chmod 600 '/"), "{said}");
    assert!(said.ends_with(r"the city'\''s key'"), "{said}");
}

#[test]
fn a_damaged_file_is_refused_naming_the_line() {
    let lines: Vec<&str> = WRITTEN.split_inclusive('\n').collect();
    let without = |cut: usize| -> String {
        lines.iter().enumerate().filter(|(at, _)| *at != cut).map(|(_, line)| *line).collect()
    };
    let cases = [
        (String::new(), 1),
        (WRITTEN.replace("file 1", "file 2"), 1),
        (WRITTEN.replace("file 1", "file 11"), 1),
        (without(0), 1),
        (WRITTEN.replace("key-id 1", "key-id 0"), 2),
        (WRITTEN.replace("key-id 1", "key-id 01"), 2),
        (WRITTEN.replace("key-id 1", "key-id 256"), 2),
        (without(1), 2),
        (WRITTEN.replace("0001020304", "000102030g"), 3),
        (WRITTEN.replace("0001020304", "00010203"), 3),
        (WRITTEN.replace("0001020304", "000102030é"), 3),
        (without(2), 3),
        (WRITTEN.replace("0001020304", "0001020305"), 4),
        (WRITTEN.replace("key-id 1", "key-id 2"), 4),
        (without(3), 4),
        (WRITTEN.trim_end().to_owned(), 4),
        (WRITTEN.to_owned() + "\n", 5),
    ];
    for (text, expected) in cases {
        let refused = opened_with(&text, 0o600);
        let Err(VaultError::KeyFileDamaged { line, .. }) = refused else {
            panic!("{text} gave {refused:?}");
        };
        assert_eq!(line, expected, "{text}");
    }
}

#[test]
fn every_single_changed_character_is_noticed() {
    for at in 0..WRITTEN.len() {
        let mut bytes = WRITTEN.as_bytes().to_vec();
        bytes[at] ^= 1;
        let text = String::from_utf8(bytes).unwrap();
        assert!(opened_with(&text, 0o600).is_err(), "byte {at}");
    }
}

#[test]
fn a_refusal_never_repeats_the_key() {
    let refused = opened_with(&WRITTEN.replace("key-id 1", "key-id 9"), 0o600).unwrap_err();
    assert!(!format!("{refused} {refused:?}").contains("0405060708"));
}

#[test]
fn bytes_that_are_no_text_and_huge_files_are_refused() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("vault.key");
    for content in [vec![0xff; 100], vec![b'a'; 1 << 20]] {
        fs::write(&path, content).unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
        assert!(matches!(open(&path), Err(VaultError::KeyFileDamaged { line: 1, .. })));
    }
}

#[test]
fn a_missing_folder_and_a_folder_in_place_of_the_file_are_said() {
    let folder = TempDir::new().unwrap();
    let said = open(&folder.path().join("no/vault.key")).unwrap_err().to_string();
    assert!(said.contains("no/vault.key: cannot write it: No such file"), "{said}");
    let said = open(folder.path()).unwrap_err().to_string();
    assert!(said.contains("cannot read it"), "{said}");
}

#[test]
fn a_dangling_link_is_refused_and_not_written_through() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("vault.key");
    symlink(folder.path().join("gone"), &path).unwrap();
    assert!(matches!(open(&path), Err(VaultError::KeyFile { .. })));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}
