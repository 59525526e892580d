//! Numbers that are valid and belong to nobody: made from a counter.

use domain::people::resident_id_check;

/// A valid resident ID number, different for each `n`; born in 1950 to 1999 in a county code that
/// GB/T 2260 does not use.
#[must_use]
pub fn id_number(n: u32) -> String {
    let (year, month, day) = (1950 + n % 50, 1 + n / 50 % 12, 1 + n / 600 % 28);
    let body = format!("349999{year:04}{month:02}{day:02}{:03}", n / 16_800 % 1000);
    let check = resident_id_check(body.as_bytes()).unwrap();
    format!("{body}{}", char::from(check))
}

/// A mobile number, different for each `n` below a hundred million.
#[must_use]
pub fn phone_number(n: u32) -> String {
    format!("199{:08}", n % 100_000_000)
}

/// A unified social credit code whose check character agrees, different for each `n`.
#[must_use]
pub fn credit_code(n: u32) -> String {
    let body = format!("91341200MA{n:07}");
    "0123456789ABCDEFGHJKLMNPQRTUWXY"
        .chars()
        .map(|check| format!("{body}{check}"))
        .find(|code| {
            use domain::organisations::{CreditCheck, CreditCode};
            CreditCode::parse(code).unwrap().check() == CreditCheck::Agrees
        })
        .unwrap()
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{
        people::{IdDocument, IdKind},
        phones::Phone,
        time::UnixMs,
    };
    use std::collections::HashSet;

    #[test]
    fn numbers_are_valid_and_all_different() {
        let ids: HashSet<String> = (0..20_000).map(id_number).collect();
        assert_eq!(ids.len(), 20_000);
        let now = UnixMs(1_795_329_127_000);
        for id in &ids {
            IdDocument::parse(IdKind::ResidentId, id, now).unwrap();
        }
        assert!(Phone::parse(&phone_number(7)).is_ok());
        assert_ne!(credit_code(1), credit_code(2));
    }
}
