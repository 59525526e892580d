//! The offline codes that a visitor printed, or that are theirs.

use super::format::{self, Card};
use crate::{
    Answer, Failure, House,
    accounts::principals::Visitor,
    people::{acting::may_act_for, masked_name},
};
use domain::{
    offline_codes::{LISTED_DAYS, Standing, standing},
    people::PersonNumber,
    time::{DAY_MS, UnixMs},
};
use posters::CardText;
use registry::OfflineCode;
use vault::Field;

/// Most codes listed.
const CODES_LISTED_MAX: i64 = 200;

/// A code in the list.
#[derive(Clone, Debug)]
pub struct MyOfflineCode {
    /// Its number.
    pub number: i64,
    /// Masked name of whoever carries it.
    pub masked_name: String,
    /// When it was made.
    pub issued: UnixMs,
    /// When it ends.
    pub expires: UnixMs,
    /// How it stands.
    pub standing: Standing,
}

/// Somebody for whom a code can be made.
#[derive(Clone, Debug)]
pub struct Bearer {
    /// Who.
    pub person: PersonNumber,
    /// Masked name.
    pub masked_name: String,
    /// Whether it is the visitor.
    pub myself: bool,
}

/// The list, newest first, and for whom codes can be made. Codes that ended a month ago are left out.
///
/// # Errors
/// `Broken` when the registry cannot be read.
pub async fn list(house: &House, caller: &Visitor) -> Answer<(Vec<MyOfflineCode>, Vec<Bearer>)> {
    let now = house.now();
    let may = may_act_for(house, caller).await?;
    let mut bearers = Vec::new();
    for person in &may {
        bearers.push(Bearer {
            person: *person,
            masked_name: masked_name(house, *person)?,
            myself: *person == caller.person,
        });
    }
    let all = house.registry.offline_codes_of(caller.person, CODES_LISTED_MAX).await?;
    let mut codes = Vec::new();
    for code in all.iter().filter(|code| may.contains(&code.person)) {
        let ended = code.revoked.unwrap_or(code.expires);
        if now.since(ended) <= LISTED_DAYS * DAY_MS {
            codes.push(row(house, code)?);
        }
    }
    Ok((codes, bearers))
}

fn row(house: &House, code: &OfflineCode) -> Answer<MyOfflineCode> {
    Ok(MyOfflineCode {
        number: code.number,
        masked_name: masked_name(house, code.person)?,
        issued: code.issued,
        expires: code.expires,
        standing: standing(code.expires, code.revoked, house.now()),
    })
}

/// A code to be printed.
#[derive(Clone, Debug)]
pub struct ToPrint {
    /// What a scanner reads.
    pub text: String,
    /// The same as a picture, SVG.
    pub svg: String,
    /// What stands in it.
    pub card: Card,
    /// How it stands.
    pub standing: Standing,
}

/// One code, to be printed (again).
///
/// # Errors
/// `NotFound` for anybody else's; one that has ended is shown without what a scanner could read.
pub async fn one(house: &House, caller: &Visitor, number: i64) -> Answer<ToPrint> {
    let code = own(house, caller, number).await?;
    let text = house.vault.open(Field::OfflineCode, &code.text_sealed)?;
    let card = format::read(&house.vault, &text)
        .map_err(|wrong| Failure::broken(format!("a stored offline code is wrong: {wrong:?}")))?;
    let standing = standing(code.expires, code.revoked, house.now());
    if standing != Standing::InForce {
        return Ok(ToPrint { text: String::new(), svg: String::new(), card, standing });
    }
    let svg = posters::text_svg(&text, "离线码").map_err(Failure::broken)?;
    Ok(ToPrint { text, svg, card, standing })
}

/// A code of somebody whom this visitor may act for.
pub(crate) async fn own(house: &House, caller: &Visitor, number: i64) -> Answer<OfflineCode> {
    let code = house.registry.offline_code(number).await?.ok_or(Failure::NotFound)?;
    crate::people::acting::acting(house, caller, code.person).await?;
    Ok(code)
}

/// The code as a PDF to print.
///
/// # Errors
/// As [`one`]; `Conflict` for one that has ended.
pub async fn pdf(house: &House, caller: &Visitor, number: i64) -> Answer<Vec<u8>> {
    let code = one(house, caller, number).await?;
    if code.standing != Standing::InForce {
        return Err(Failure::Conflict("这个离线码已经不能用了，请重新打印一个"));
    }
    let text = CardText {
        code: code.text,
        masked_name: code.card.masked_name,
        document: format!("{} 尾号 {}", code.card.id_kind.short_label(), code.card.last_four),
        expires: format!("有效至 {}（含当天）", last_day(code.card.expires)),
        number: format!("编号 {}", domain::offline_codes::number_text(code.card.number)),
    };
    let drawn = tokio::task::spawn_blocking(move || posters::card_pdf(&text)).await;
    drawn.map_err(Failure::broken)?.map_err(Failure::broken)
}

/// The last day on which it works.
#[must_use]
pub fn last_day(expires: UnixMs) -> String {
    expires.plus(-1).date_text()
}
