//! Who scans what in a load run: the secrets that `demo --tokens` and `simulate --tokens` write.

use super::client::person_of;
use anyhow::{Context, bail};
use http::{HeaderValue, Uri};
use hyper::body::Bytes;
use std::{fs, path::Path};

/// A visitor's session.
pub(super) struct Visitor {
    pub(super) person: u64,
    /// For the API.
    pub(super) bearer: HeaderValue,
    /// For pages: the session, and the random cookie of a browser that has been here before.
    pub(super) cookies: HeaderValue,
}

/// What is sent with a venue code: made once and kept to the end, since the sender shares the processors
/// with the server.
pub(super) struct Code {
    /// The body of a check-in.
    pub(super) body: Bytes,
    /// The address of its page.
    pub(super) page: Uri,
}

impl Code {
    fn new(code: &str) -> Option<Self> {
        let body = kept(format!("{{\"code\":\"{code}\"}}"));
        let page = Uri::from_maybe_shared(kept(format!("/c/{code}"))).ok()?;
        Some(Self { body, page })
    }
}

/// What a duty device sends.
pub(super) struct ReverseScan<'a> {
    pub(super) bearer: &'a HeaderValue,
    pub(super) checkpoint: u32,
    pub(super) id_number: &'a str,
    pub(super) person: u64,
}

/// Lines `visitor TOKEN`, `code CODE`, `device TOKEN` and `id NUMBER`. The n-th device is that of
/// door n, and the n-th ID number is that of the n-th visitor.
pub(super) struct Tokens {
    pub(super) visitors: Vec<Visitor>,
    pub(super) codes: Vec<Code>,
    pub(super) devices: Vec<HeaderValue>,
    pub(super) id_numbers: Vec<String>,
    /// Of a hundred scans, so many are at the first door.
    hot: u8,
}

impl Tokens {
    /// Reads the file; what only some runs need may be missing.
    pub(super) fn read(path: &Path, hot: u8) -> anyhow::Result<Self> {
        let text =
            fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
        let mut tokens = Self {
            visitors: Vec::new(),
            codes: Vec::new(),
            devices: Vec::new(),
            id_numbers: Vec::new(),
            hot,
        };
        for (at, line) in text.lines().enumerate() {
            tokens.take(line).with_context(|| {
                format!("{}: line {} is not understood", path.display(), at + 1)
            })?;
        }
        if tokens.id_numbers.len() > tokens.visitors.len() {
            bail!("{} has more `id …` than `visitor …` lines", path.display());
        }
        if tokens.visitors.is_empty() || tokens.codes.is_empty() {
            bail!("{} has no `visitor …` or no `code …` lines", path.display());
        }
        Ok(tokens)
    }

    fn take(&mut self, line: &str) -> Option<()> {
        let mut words = line.split(' ');
        match words.next()? {
            "visitor" => {
                let token = words.next()?;
                let (visitor, browser) = (web::VISITOR_COOKIE, web::SEAT_COOKIE);
                let seat = self.visitors.len();
                self.visitors.push(Visitor {
                    person: person_of(token)?,
                    bearer: header(format!("Bearer {token}"))?,
                    cookies: header(format!("{browser}={seat:032}; {visitor}={token}"))?,
                });
            }
            "code" => self.codes.push(Code::new(words.next()?)?),
            "device" => self.devices.push(header(format!("Bearer {}", words.next()?))?),
            "id" => self.id_numbers.push(words.next()?.to_owned()),
            _ => return None,
        }
        words.next().is_none().then_some(())
    }

    /// The visitor and the code of the n-th scan: every pair once, so that no scan falls into the
    /// same minute as an earlier one of the same pair; `None` when they are used up.
    pub(super) fn scan(&self, at: u64) -> Option<(&Visitor, &Code)> {
        let (visitors, codes) = (self.visitors.len() as u64, self.codes.len() as u64);
        let round = at / visitors;
        if round >= codes {
            return None;
        }
        let visitor = at % visitors;
        let own = |round| (round + visitor) % codes;
        // Who is hot begins at the first door, and is at their own first when it would be its turn.
        let hot = visitor % 100 < u64::from(self.hot);
        let code = match (hot, round) {
            (true, 0) => 0,
            (true, round) if own(round) == 0 => own(0),
            (_, round) => own(round),
        };
        Some((self.visitors.get(place(visitor))?, self.codes.get(place(code))?))
    }

    /// The n-th reverse scan: devices take turns, and every pair of a device and a document comes
    /// once.
    pub(super) fn reverse_scan(&self, at: u64) -> Option<ReverseScan<'_>> {
        let (devices, documents) = (self.devices.len() as u64, self.id_numbers.len() as u64);
        if devices == 0 || at / devices >= documents {
            return None;
        }
        let device = at % devices;
        let document = place((at / devices + device * 7) % documents);
        Some(ReverseScan {
            bearer: self.devices.get(place(device))?,
            checkpoint: u32::try_from(device + 1).ok()?,
            id_number: self.id_numbers.get(document)?,
            person: self.visitors.get(document)?.person,
        })
    }
}

/// Below the length of a list.
fn place(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

/// What is sent again and again: it is there until the program ends, and nobody counts who uses it.
pub(super) fn kept(text: String) -> Bytes {
    Bytes::from_static(text.leak().as_bytes())
}

/// A header that logs do not show.
fn header(text: String) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_maybe_shared(kept(text)).ok()?;
    value.set_sensitive(true);
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    /// The token of a person number; the rest of it does not matter here.
    fn token(person: u64) -> String {
        data_encoding::BASE32_NOPAD.encode(&person.to_be_bytes()).to_lowercase()
    }

    fn tokens(visitors: u64, codes: u64, hot: u8) -> Tokens {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tokens");
        let mut text = String::new();
        for n in 1..=visitors {
            text.push_str(&format!("visitor {}\nid 3412021940010{n:05}\n", token(n)));
        }
        for n in 1..=codes {
            text.push_str(&format!("code door{n}\ndevice secret{n}\n"));
        }
        fs::write(&path, text).unwrap();
        Tokens::read(&path, hot).unwrap()
    }

    #[test]
    fn every_pair_comes_once_and_then_they_are_used_up() {
        for hot in [0, 30] {
            let tokens = tokens(101, 7, hot);
            let pairs: Vec<_> = (0..101 * 7).map(|at| tokens.scan(at).unwrap()).collect();
            let first = &pairs[..101];
            let at_first_door = first.iter().filter(|(_, code)| code.page == "/c/door1").count();
            assert!(at_first_door >= 101 * usize::from(hot) / 100);
            let of: HashSet<_> = pairs.iter().map(|(v, code)| (v.person, &code.page)).collect();
            assert_eq!(of.len(), 101 * 7);
            assert!(tokens.scan(101 * 7).is_none());
        }
    }

    #[test]
    fn a_page_is_asked_for_as_by_a_browser_that_was_here_before() {
        let tokens = tokens(2, 1, 0);
        let cookies = tokens.visitors.iter().map(|one| one.cookies.to_str().unwrap());
        let seats = ["0".repeat(32), format!("{}1", "0".repeat(31))];
        for ((cookies, seat), person) in cookies.zip(seats).zip(1..) {
            assert_eq!(cookies, format!("vc_seat={seat}; vc_visitor={}", token(person)));
        }
    }

    #[test]
    fn devices_take_turns() {
        let tokens = tokens(50, 7, 0);
        let pairs: Vec<_> = (0..350).map(|at| tokens.reverse_scan(at).unwrap()).collect();
        let of: HashSet<_> = pairs.iter().map(|scan| (scan.checkpoint, scan.person)).collect();
        assert_eq!(of.len(), 350);
        for seven in pairs.chunks(7) {
            let doors: HashSet<_> = seven.iter().map(|scan| scan.bearer).collect();
            assert_eq!(doors.len(), 7);
        }
        let first = &pairs[0];
        assert_eq!((first.bearer.to_str().unwrap(), first.checkpoint), ("Bearer secret1", 1));
        assert_eq!((first.id_number, first.person), ("341202194001000001", 1));
        assert!(tokens.reverse_scan(350).is_none());
    }

    #[test]
    fn a_line_that_is_something_else_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tokens");
        for wrong in ["visitor x", "code", "device a b", "id", "venue 3", "code a b"] {
            fs::write(&path, format!("code a\n{wrong}\n")).unwrap();
            let said = format!("{:#}", Tokens::read(&path, 0).err().unwrap());
            assert!(said.contains("line 2"), "{said}");
        }
    }
}
