//! The invented people of a demonstration, two thousand or millions: names, valid ID numbers that
//! belong to nobody on purpose, and what colour of code they have.

use actions::{
    House,
    people::{register, session},
};
use anyhow::Context;
use domain::{
    health_status::{Colour, HealthStatus, Itinerary, NucleicAcid, Source},
    people::{IdDocument, IdKind, PersonNumber, resident_id_check},
    phones::Phone,
    time::{HOUR_MS, UnixMs},
};
use jiff::{Span, civil::Date};
use registry::NewPerson;

/// How many people live in the demo city.
pub(crate) const PEOPLE: u64 = 2_000;
/// How many people there are names, phones and ID numbers for.
pub(crate) const PEOPLE_MAX: u64 = 20_000_000;
/// The person whose visits are offered for tracing.
const CASE: u64 = 7;
/// Of every [`PEOPLE`], those with a red code in the register.
const RED: [u64; 3] = [13, 713, 1413];
/// Of every [`PEOPLE`], those with a yellow code in the register.
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
pub(crate) fn name(n: u64) -> String {
    let pick = |of: usize, turn: u64| usize::try_from(turn % of as u64).unwrap_or(0);
    // Both lists are through after 200 people; then the given names move on by one.
    let given = GIVEN[pick(GIVEN.len(), n * 13 + n / 200)];
    format!("{}{given}", SURNAMES[pick(SURNAMES.len(), n * 7)])
}

/// The county that those of the demo city were born in.
const DEMO_COUNTY: u32 = 341_202;
/// Everybody else was born in another one, so that no two numbers meet.
const COUNTIES: [u32; 7] = [341_203, 341_204, 341_221, 341_222, 341_225, 341_226, 341_282];
/// Days of birth from 1940 up to the end of 2019.
const DAYS: u64 = 29_220;
/// From one person's day to the next one's; without a common divisor it reaches every day once.
const DAYS_STEP: u64 = 10_007;

/// County, day of birth and serial number of the n-th person.
fn birth(n: u64) -> anyhow::Result<(u32, Date, u64)> {
    let (county, first_year, day, serial) = if n <= PEOPLE {
        (DEMO_COUNTY, 1950, n * 11, n % 1000)
    } else {
        let others = COUNTIES.len() as u64;
        let (turn, county) = ((n - PEOPLE) / others, (n - PEOPLE) % others);
        let county = COUNTIES[usize::try_from(county).unwrap_or(0)];
        (county, 1940, turn % DAYS * DAYS_STEP % DAYS, turn / DAYS)
    };
    let day = Span::new().try_days(i64::try_from(day)?)?;
    Ok((county, Date::new(first_year, 1, 1)?.checked_add(day)?, serial))
}

/// The ID number of the n-th person: a birthday and a serial number of their own.
pub(crate) fn id_number(n: u64) -> anyhow::Result<String> {
    let (county, born, serial) = birth(n)?;
    let (year, month, day) = (born.year(), born.month(), born.day());
    let body = format!("{county}{year:04}{month:02}{day:02}{serial:03}");
    let check = resident_id_check(body.as_bytes()).context("an ID number of 17 digits")?;
    Ok(format!("{body}{}", char::from(check)))
}

/// The n-th person, ready for the registry.
pub(crate) fn person(house: &House, n: u64) -> anyhow::Result<NewPerson> {
    let id = IdDocument::parse(IdKind::ResidentId, &id_number(n)?, house.now());
    let phone = Phone::parse(&format!("192{n:08}")).map_err(anyhow::Error::msg)?;
    let id = id.map_err(anyhow::Error::msg)?;
    Ok(register::seal(house, &name(n), &id, Some(&phone), register::CONSENT_VERSION)?)
}

/// What the register says of the n-th person, when their code is red or yellow.
pub(crate) fn coloured(n: u64, now: UnixMs) -> Option<HealthStatus> {
    let of_city = n % PEOPLE;
    let colour = if RED.contains(&of_city) {
        Colour::Red
    } else if YELLOW.contains(&of_city) {
        Colour::Yellow
    } else {
        return None;
    };
    Some(HealthStatus {
        colour,
        confirmed: now,
        nucleic_acid: Some(NucleicAcid::of(now.plus(-20 * HOUR_MS), true)),
        itinerary: Itinerary::Risk,
        doses: Some(2),
        source: Source::Register,
    })
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
        waiting.push(person(house, n)?);
        if waiting.len() == AT_ONCE || n == PEOPLE {
            let given = house.registry.insert_people(&waiting).await?;
            anyhow::ensure!(given.iter().all(Option::is_some), "somebody is there already");
            waiting.clear();
        }
    }
    for n in 1..=PEOPLE {
        if let Some(status) = coloured(n, house.now()) {
            house.registry.set_health_status(PersonNumber(n), &status).await?;
        }
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
                person.new.session_epoch,
                house.now(),
            ));
        }
    }
    Ok(tokens)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::HashSet;

    const NOW: UnixMs = UnixMs(1_795_329_127_000);

    #[test]
    fn everybody_has_a_valid_number_of_their_own() {
        // More than once around all counties and birthdays.
        let people = 3 * COUNTIES.len() as u64 * DAYS / 2;
        let numbers: HashSet<String> = (1..=people).map(|n| id_number(n).unwrap()).collect();
        assert_eq!(numbers.len() as u64, people);
        for number in &numbers {
            IdDocument::parse(IdKind::ResidentId, number, NOW).unwrap();
        }
    }

    #[test]
    fn the_demo_citys_numbers_stay_as_they_were_printed() {
        let of = |n| id_number(n).unwrap();
        assert_eq!(
            [of(3), of(7), of(13)],
            ["341202195002030031", "34120219500319007X", "341202195005240130",]
        );
    }

    #[test]
    fn few_are_red_or_yellow_in_a_city_of_any_size() {
        let coloured = (1..=10 * PEOPLE).filter_map(|n| coloured(n, NOW));
        let red = coloured.clone().filter(|status| status.colour == Colour::Red).count();
        assert_eq!((red, coloured.count()), (30, 80));
    }

    /// Who has this county, birthday and serial number.
    fn whose((county, born, serial): (u32, Date, u64)) -> u64 {
        let first = Date::new(1940, 1, 1).unwrap();
        let day = u64::try_from(born.since(first).unwrap().get_days()).unwrap();
        let round = (0..DAYS).find(|turn| turn * DAYS_STEP % DAYS == day).unwrap();
        let county = COUNTIES.iter().position(|c| *c == county).unwrap() as u64;
        (serial * DAYS + round) * COUNTIES.len() as u64 + county + PEOPLE
    }

    proptest! {
        #[test]
        fn a_number_of_a_large_city_is_of_one_person(n in PEOPLE + 1..=PEOPLE_MAX) {
            prop_assert_eq!(whose(birth(n).unwrap()), n);
            let id = IdDocument::parse(IdKind::ResidentId, &id_number(n).unwrap(), NOW);
            prop_assert_eq!(id.map(|id| id.number().len()), Ok(18));
            let born = birth(n).unwrap().1;
            prop_assert!((1940..2020).contains(&born.year()));
        }
    }
}
