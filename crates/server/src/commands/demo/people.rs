//! The demo city's people: invented names, valid ID numbers that belong to nobody on purpose.

use actions::{
    House,
    people::{register::seal, session},
};
use anyhow::Context;
use domain::{
    health_status::{Colour, HealthStatus, Itinerary, NucleicAcid},
    people::{IdDocument, IdKind, PersonNumber, resident_id_check},
    phones::Phone,
    time::HOUR_MS,
};
use jiff::civil::Date;

/// How many people live in the demo city.
pub(crate) const PEOPLE: u64 = 2_000;
/// The person whose visits are offered for tracing.
const CASE: u64 = 7;
/// People with a red code in the register.
const RED: [u64; 3] = [13, 713, 1413];
/// People with a yellow code in the register.
const YELLOW: [u64; 5] = [29, 429, 829, 1229, 1629];
/// Registered in one transaction.
const AT_ONCE: usize = 500;

const SURNAMES: [&str; 40] = [
    "王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴", "徐", "孙", "胡", "朱", "高", "林",
    "何", "郭", "马", "罗", "梁", "宋", "郑", "谢", "韩", "唐", "冯", "于", "董", "萧", "程", "曹",
    "袁", "邓", "许", "傅", "沈", "曾", "彭", "欧阳",
];
const GIVEN: [&str; 50] = [
    "伟", "芳", "娜", "敏", "静", "秀英", "丽", "强", "磊", "军", "洋", "勇", "艳", "杰", "娟",
    "涛", "明", "超", "秀兰", "霞", "平", "刚", "桂英", "建国", "建华", "志强", "海燕", "晓明",
    "雨桐", "子轩", "浩然", "欣怡", "梓涵", "文博", "思远", "佳宁", "宇航", "诗涵", "一诺", "俊杰",
    "若曦", "嘉懿", "煜城", "懿轩", "烨伟", "苑博", "伟泽", "熠彤", "鸿煊", "博涛",
];

/// The invented name of the n-th person.
fn name(n: u64) -> String {
    let pick = |of: usize, step: u64| usize::try_from(n * step % of as u64).unwrap_or(0);
    format!("{}{}", SURNAMES[pick(SURNAMES.len(), 7)], GIVEN[pick(GIVEN.len(), 13)])
}

/// The ID number of the n-th person: a birthday from 1950 on and a serial number of its own.
fn id_number(n: u64) -> anyhow::Result<String> {
    let born =
        Date::new(1950, 1, 1)?.checked_add(jiff::Span::new().days(i64::try_from(n * 11)?))?;
    let body =
        format!("341202{:04}{:02}{:02}{:03}", born.year(), born.month(), born.day(), n % 1000);
    let check = resident_id_check(body.as_bytes()).context("an ID number of 17 digits")?;
    Ok(format!("{body}{}", char::from(check)))
}

/// Numbers to type into the demonstration.
pub(crate) struct Trial {
    pub(crate) green: String,
    pub(crate) red: String,
    pub(crate) case: String,
}

/// ID numbers to try things with.
pub(crate) fn trial(_: &House) -> anyhow::Result<Trial> {
    Ok(Trial { green: id_number(3)?, red: id_number(RED[0])?, case: id_number(CASE)? })
}

/// Registers everybody and puts a few colours into the register.
pub(crate) async fn load(house: &House) -> anyhow::Result<()> {
    let mut waiting = Vec::with_capacity(AT_ONCE);
    for n in 1..=PEOPLE {
        let id = IdDocument::parse(IdKind::ResidentId, &id_number(n)?, house.now());
        let phone = Phone::parse(&format!("192{n:08}")).map_err(anyhow::Error::msg)?;
        waiting.push(seal(house, &name(n), &id.map_err(anyhow::Error::msg)?, Some(&phone), 1)?);
        if waiting.len() == AT_ONCE || n == PEOPLE {
            let given = house.registry.insert_people(&waiting).await?;
            anyhow::ensure!(given.iter().all(Option::is_some), "somebody is there already");
            waiting.clear();
        }
    }
    let coloured =
        RED.map(|n| (n, Colour::Red)).into_iter().chain(YELLOW.map(|n| (n, Colour::Yellow)));
    for (n, colour) in coloured {
        let now = house.now();
        let status = HealthStatus {
            colour,
            confirmed: now,
            nucleic_acid: Some(NucleicAcid { sampled: now.plus(-20 * HOUR_MS), negative: true }),
            itinerary: Itinerary::Risk,
        };
        house.registry.set_health_status(PersonNumber(n), &status).await?;
    }
    Ok(())
}

/// A session token for everybody, for load runs.
pub(crate) async fn tokens(house: &House) -> anyhow::Result<Vec<String>> {
    let mut tokens = Vec::new();
    for n in 1..=PEOPLE {
        if let Some(person) = house.registry.person(PersonNumber(n)).await? {
            tokens.push(session::issue(
                &house.vault,
                &house.mirror.keys(),
                person.number,
                person.session_epoch,
                house.now(),
            ));
        }
    }
    Ok(tokens)
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::time::UnixMs;
    use std::collections::HashSet;

    #[test]
    fn everybody_has_a_valid_number_of_their_own() {
        let now = UnixMs(1_795_329_127_000);
        let numbers: HashSet<String> = (1..=PEOPLE).map(|n| id_number(n).unwrap()).collect();
        assert_eq!(numbers.len() as u64, PEOPLE);
        for number in &numbers {
            IdDocument::parse(IdKind::ResidentId, number, now).unwrap();
        }
    }
}
