//! Makes an offline code: signed, and known to the registry.

use super::format::{self, Card};
use crate::{
    Answer, Failure, House,
    accounts::principals::Visitor,
    people::{acting::acting, masked_name, note_active},
};
use domain::{
    audit::Deed,
    offline_codes::{CODES_MAX, expires, number_text},
    outside::roll,
    people::PersonNumber,
    time::UnixMs,
};
use registry::{AuditLine, MadeCode, OfflineCode};
use vault::Field;

/// How often a number that is taken is drawn again.
const DRAWS: usize = 3;

/// Makes a code for somebody this visitor may act for; its number. The audit has it before the
/// document's last characters are looked at.
///
/// # Errors
/// `NotFound` for anybody else; `Conflict` when five of that person's codes work already.
pub async fn make(house: &House, caller: &Visitor, person: PersonNumber) -> Answer<i64> {
    let person = acting(house, caller, person).await?;
    for _ in 0..DRAWS {
        let number = i64::from_be_bytes(roll(&*house.dice)) & i64::MAX;
        let line = AuditLine {
            at: house.now(),
            actor: caller.actor(),
            deed: Deed::OfflineCodeMade,
            subject: format!("人员 {}", person.0),
            detail: format!("离线码 {}", number_text(number)),
        };
        house.registry.audit(&[line]).await?;
        let new = new_code(house, caller, person, number).await?;
        match house.registry.insert_offline_code(&new, CODES_MAX).await? {
            MadeCode::Made => {
                note_active(house, caller.person).await?;
                return Ok(number);
            }
            MadeCode::Full => return Err(Failure::Conflict(FULL)),
            MadeCode::NumberTaken => {}
        }
    }
    Err(Failure::broken("no number for an offline code is free"))
}

const FULL: &str = "这个人已有 5 个有效的离线码，请先作废不用的";

async fn new_code(
    house: &House,
    caller: &Visitor,
    person: PersonNumber,
    number: i64,
) -> Answer<OfflineCode> {
    let stored = house.registry.person(person).await?.ok_or(Failure::NotFound)?.new;
    let document = house.vault.open(Field::IdNumber, &stored.id_sealed)?;
    let now = house.now();
    // The code has whole seconds.
    let issued = UnixMs(now.0 - now.0.rem_euclid(1000));
    let card = Card {
        number,
        masked_name: masked_name(house, person)?,
        id_kind: stored.id_kind,
        last_four: last_four(&document),
        issued,
        expires: expires(now),
    };
    let text = format::write(&house.vault, &card)?;
    Ok(OfflineCode {
        number,
        person,
        made_by: caller.person,
        text_sealed: house.vault.seal(Field::OfflineCode, &text, &*house.dice)?,
        issued: card.issued,
        expires: card.expires,
        revoked: None,
    })
}

/// Four characters, or a third of a number that is short: little would be hidden otherwise.
fn last_four(number: &str) -> String {
    let count = number.chars().count();
    let shown = if count >= 12 { 4 } else { count / 3 };
    number.chars().skip(count - shown).collect()
}

#[cfg(test)]
mod tests {
    use super::last_four;

    #[test]
    fn of_short_numbers_little_is_shown() {
        assert_eq!(last_four("11010519491231002X"), "002X");
        assert_eq!(last_four("E12345678"), "678");
        assert_eq!(last_four("AB123"), "3");
    }
}
