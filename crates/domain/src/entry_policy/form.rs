//! A policy as somebody proposes it.

use super::{Otherwise, Rules};
use crate::{
    fields::Complaints,
    text::{line, narrow},
    time::{CIVIL_OFFSET_SECONDS, DAY_MS, UnixMs},
};
use jiff::{civil::DateTime, tz::Offset};
use std::ops::RangeInclusive;

/// Most characters of why.
pub const NOTE_CHARS_MAX: usize = 200;
/// A test may be this old at most, in hours: a month.
const HOURS_MAX: i64 = 720;
/// Ages below which children may do without a test.
const UNDER: RangeInclusive<u8> = 1..=18;
/// Ages from which old people may.
const FROM: RangeInclusive<u8> = 50..=120;
/// How far ahead a policy may begin, in days.
const AHEAD_DAYS_MAX: i64 = 90;

/// What was typed. Where it holds is checked against the registry, not here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PolicyForm {
    /// `checkpoint` or anything else for a region and a kind of place.
    pub reach: String,
    /// Code of a county or township; empty for the city.
    pub region: String,
    /// Code of a category or group; empty for all.
    pub category: String,
    /// Short code number of a door.
    pub door: String,
    /// `2026-11-29T08:00`, civil time; empty for as soon as a second person agrees.
    pub begins: String,
    /// Not empty: what was asked there is taken back.
    pub take_back: String,
    /// `recheck` or `stop`.
    pub red: String,
    /// `recheck` or `stop`.
    pub yellow: String,
    /// `recheck` or `stop`.
    pub gray: String,
    /// `recheck` or `stop`.
    pub none: String,
    /// `recheck` or `stop`.
    pub unknown: String,
    /// Hours; empty asks for no test.
    pub nucleic_acid_hours: String,
    /// `recheck` or `stop`.
    pub untested: String,
    /// Years; empty lets no child do without a test.
    pub test_free_under: String,
    /// Years; empty lets no old person do without one.
    pub test_free_from: String,
    /// `recheck`, `stop`, or `pass` for not looking at it.
    pub risk: String,
    /// `recheck`, `stop`, or `pass` for not asking.
    pub no_itinerary: String,
    /// Why.
    pub note: String,
}

/// What a proposal says, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPolicy {
    /// From when; `None` as soon as a second person agrees.
    pub begins: Option<UnixMs>,
    /// What it asks; `None` takes back what was asked there.
    pub rules: Option<Rules>,
    /// Why.
    pub note: String,
}

impl PolicyForm {
    /// Checks all that can be checked without the registry.
    ///
    /// # Errors
    /// Complaints at `begins`, each rule's field, and `note`.
    pub fn check(&self, now: UnixMs) -> Result<NewPolicy, Complaints> {
        let mut complaints = Complaints::default();
        let begins = complaints.take("begins", self.begins(now));
        let rules = if self.take_back.is_empty() {
            self.rules(&mut complaints).map(Some)
        } else {
            Some(None)
        };
        let note =
            line(&self.note, NOTE_CHARS_MAX, "请写明依据，例如文件名称和文号", "不能超过 200 个字");
        let note = complaints.take("note", note);
        match (begins, rules, note) {
            (Some(begins), Some(rules), Some(note)) if complaints.is_empty() => {
                Ok(NewPolicy { begins, rules, note })
            }
            _ => Err(complaints),
        }
    }

    fn begins(&self, now: UnixMs) -> Result<Option<UnixMs>, &'static str> {
        let typed = self.begins.trim();
        if typed.is_empty() {
            return Ok(None);
        }
        let at = moment(typed).ok_or("请写成“2026-11-29T08:00”这样的日期和时间")?;
        if at <= now {
            return Err("不能早于现在；要马上生效请留空");
        }
        if at.since(now) > AHEAD_DAYS_MAX * DAY_MS {
            return Err("最多提前 90 天");
        }
        Ok(Some(at))
    }

    fn rules(&self, complaints: &mut Complaints) -> Option<Rules> {
        let mut chosen = |field, code: &str| complaints.take(field, otherwise(code));
        let red = chosen("red", &self.red);
        let yellow = chosen("yellow", &self.yellow);
        let gray = chosen("gray", &self.gray);
        let none = chosen("none", &self.none);
        let unknown = chosen("unknown", &self.unknown);
        let untested = chosen("untested", &self.untested);
        let hours = complaints.take("nucleic_acid_hours", hours(&self.nucleic_acid_hours));
        let under = complaints.take(
            "test_free_under",
            years(&self.test_free_under, UNDER, "请填 1 到 18 的整数，不免查请留空"),
        );
        let from = complaints.take(
            "test_free_from",
            years(&self.test_free_from, FROM, "请填 50 到 120 的整数，不免查请留空"),
        );
        let risk = complaints.take("risk", or_pass(&self.risk));
        let no_itinerary = complaints.take("no_itinerary", or_pass(&self.no_itinerary));
        Some(Rules {
            red: red?,
            yellow: yellow?,
            gray: gray?,
            none: none?,
            unknown: unknown?,
            nucleic_acid_hours_max: hours?,
            untested: untested?,
            test_free_under_years: under?,
            test_free_from_years: from?,
            risk: risk?,
            no_itinerary: no_itinerary?,
        })
    }

    /// A form that says these rules.
    #[must_use]
    pub fn of_rules(rules: &Rules) -> Self {
        let or_pass = |rule: Option<Otherwise>| rule.map_or("pass", Otherwise::code).to_owned();
        let hours = rules.nucleic_acid_hours_max.map(|hours| hours.to_string());
        let years = |years: Option<u8>| years.map(|years| years.to_string()).unwrap_or_default();
        Self {
            red: rules.red.code().to_owned(),
            yellow: rules.yellow.code().to_owned(),
            gray: rules.gray.code().to_owned(),
            none: rules.none.code().to_owned(),
            unknown: rules.unknown.code().to_owned(),
            nucleic_acid_hours: hours.unwrap_or_default(),
            untested: rules.untested.code().to_owned(),
            test_free_under: years(rules.test_free_under_years),
            test_free_from: years(rules.test_free_from_years),
            risk: or_pass(rules.risk),
            no_itinerary: or_pass(rules.no_itinerary),
            ..Self::default()
        }
    }
}

impl PolicyForm {
    /// A moment as the field `begins` has it; seconds and less are kept.
    #[must_use]
    pub fn begins_text(at_ms: i64) -> String {
        UnixMs(at_ms).civil().to_string()
    }
}

fn otherwise(code: &str) -> Result<Otherwise, &'static str> {
    Otherwise::from_code(code.trim()).ok_or("请选择复核或劝返；只有绿码可以放行")
}

fn or_pass(code: &str) -> Result<Option<Otherwise>, &'static str> {
    match code.trim() {
        "pass" => Ok(None),
        code => Otherwise::from_code(code).map(Some).ok_or("请选择"),
    }
}

fn hours(typed: &str) -> Result<Option<i64>, &'static str> {
    // A sign is not passed over: -3 is not 3.
    let typed = narrow(typed);
    let typed = typed.trim();
    if typed.is_empty() {
        return Ok(None);
    }
    let hours = typed.parse().ok().filter(|hours| (1..=HOURS_MAX).contains(hours));
    hours.map(Some).ok_or("请填 1 到 720 的整数，不要求核酸请留空")
}

fn years(
    typed: &str,
    among: RangeInclusive<u8>,
    says: &'static str,
) -> Result<Option<u8>, &'static str> {
    let typed = narrow(typed);
    let typed = typed.trim();
    if typed.is_empty() {
        return Ok(None);
    }
    let years = typed.parse().ok().filter(|years| among.contains(years));
    years.map(Some).ok_or(says)
}

/// A civil moment in China.
fn moment(typed: &str) -> Option<UnixMs> {
    let civil: DateTime = typed.replace(' ', "T").parse().ok()?;
    let offset = Offset::from_seconds(CIVIL_OFFSET_SECONDS).ok()?;
    Some(UnixMs(offset.to_timestamp(civil).ok()?.as_millisecond()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entry_policy::FIRST_RULES;
    use proptest::prelude::*;

    /// 2026-11-22 14:32:07 in Fuyang.
    const NOW: UnixMs = UnixMs(1_795_329_127_000);

    fn good() -> PolicyForm {
        PolicyForm {
            note: "指挥部第 9 号通告".to_owned(), ..PolicyForm::of_rules(&FIRST_RULES)
        }
    }

    #[test]
    fn a_form_made_of_rules_says_these_rules() {
        let new = good().check(NOW).unwrap();
        assert_eq!((new.begins, new.rules), (None, Some(FIRST_RULES)));
        let free = Rules {
            nucleic_acid_hours_max: None,
            risk: None,
            no_itinerary: Some(Otherwise::Stop),
            yellow: Otherwise::Stop,
            test_free_under_years: Some(3),
            test_free_from_years: Some(80),
            ..FIRST_RULES
        };
        let form = PolicyForm { note: "依据".to_owned(), ..PolicyForm::of_rules(&free) };
        assert_eq!(form.check(NOW).unwrap().rules, Some(free));
    }

    #[test]
    fn ages_are_those_of_children_and_of_old_people() {
        let ages = |under: &str, from: &str| {
            let form = PolicyForm {
                test_free_under: under.to_owned(),
                test_free_from: from.to_owned(),
                ..good()
            };
            let rules = form.check(NOW).map(|new| new.rules.unwrap());
            rules.map(|rules| (rules.test_free_under_years, rules.test_free_from_years))
        };
        assert_eq!(ages("３ ", "80"), Ok((Some(3), Some(80))));
        assert_eq!(ages("", " "), Ok((None, None)));
        for (under, from, field) in [
            ("0", "", "test_free_under"),
            ("19", "", "test_free_under"),
            ("-3", "", "test_free_under"),
            ("", "49", "test_free_from"),
            ("", "121", "test_free_from"),
            ("", "三", "test_free_from"),
        ] {
            assert!(ages(under, from).unwrap_err().about(field).is_some(), "{under} {from}");
        }
    }

    #[test]
    fn a_beginning_is_civil_time_ahead_of_now_and_within_three_months() {
        let begins = |typed: &str| {
            PolicyForm { begins: typed.to_owned(), ..good() }.check(NOW).map(|new| new.begins)
        };
        let at = begins("2026-11-23T08:00").unwrap().unwrap();
        assert_eq!(at.date_time_text(), "2026-11-23 08:00:00");
        assert_eq!(begins("2026-11-23 08:00"), Ok(Some(at)));
        assert_eq!(begins(&PolicyForm::begins_text(NOW.0 + 1)), Ok(Some(NOW.plus(1))));
        assert_eq!(begins(" "), Ok(None));
        for wrong in ["2026-11-22T14:32", "2027-03-01T00:00", "明天", "2026-11-31T08:00", "08:00"]
        {
            assert!(begins(wrong).unwrap_err().about("begins").is_some(), "{wrong}");
        }
    }

    #[test]
    fn nothing_but_green_can_be_let_in() {
        let none_passes = PolicyForm {
            red: "pass".to_owned(),
            yellow: "pass".to_owned(),
            gray: "pass".to_owned(),
            none: "pass".to_owned(),
            unknown: "pass".to_owned(),
            untested: "pass".to_owned(),
            ..good()
        };
        let complaints = none_passes.check(NOW).unwrap_err();
        for field in ["red", "yellow", "gray", "none", "unknown", "untested"] {
            assert!(complaints.about(field).is_some(), "{field}");
        }
    }

    #[test]
    fn what_is_wrong_is_said_at_its_field() {
        for hours in ["0", "721", "-3", "三天", "1.5"] {
            let form = PolicyForm { nucleic_acid_hours: hours.to_owned(), ..good() };
            assert!(form.check(NOW).unwrap_err().about("nucleic_acid_hours").is_some(), "{hours}");
        }
        let wide = PolicyForm { nucleic_acid_hours: "４８".to_owned(), ..good() };
        assert_eq!(wide.check(NOW).unwrap().rules.unwrap().nucleic_acid_hours_max, Some(48));
        let empty = PolicyForm::default().check(NOW).unwrap_err();
        for field in ["red", "risk", "no_itinerary", "note"] {
            assert!(empty.about(field).is_some(), "{field}");
        }
        let back = PolicyForm {
            take_back: "1".to_owned(),
            note: "疫情平稳".to_owned(),
            ..PolicyForm::default()
        };
        assert_eq!(back.check(NOW).unwrap().rules, None, "taking back asks for no rules");
    }

    proptest! {
        #[test]
        fn any_text_gets_an_answer(typed in "\\PC{0,40}", hours in "\\PC{0,8}") {
            let form = PolicyForm {
                begins: typed.clone(), nucleic_acid_hours: hours, red: typed.clone(),
                note: typed, ..good()
            };
            let _whatever = form.check(NOW);
        }
    }
}
