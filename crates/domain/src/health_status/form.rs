//! One person's status as it is typed, listed or sent: who it is about, and what is said.

use super::{
    Statement,
    words::{colour_of, doses_of, given, itinerary_of, kind_of, result_of},
};
use crate::{
    entry_policy::AHEAD_MS_MAX,
    fields::Complaints,
    people::{IdDocument, check_name},
    text::{line, narrow},
    time::{CIVIL_OFFSET_SECONDS, DAY_MS, UnixMs},
};
use jiff::civil::DateTime;

/// Most characters of the name of an organisation that tests.
const ORGANISATION_CHARS_MAX: usize = 60;
/// How long ago a colour may have been confirmed, or a sample taken.
const AGE_MS_MAX: i64 = 366 * DAY_MS;

/// A status as typed.
#[derive(Clone, Debug, Default)]
pub struct StatusForm {
    /// Code or name of the kind of document; the resident ID when left out.
    pub id_kind: String,
    /// Number of the document.
    pub id_number: String,
    /// Name, to be compared; may be left out.
    pub name: String,
    /// Colour, as code or word; may be left out.
    pub colour: String,
    /// When the colour was confirmed; now when left out.
    pub confirmed: String,
    /// When the sample was taken.
    pub sampled: String,
    /// What the test found.
    pub result: String,
    /// Who tested; may be left out.
    pub organisation: String,
    /// Itinerary, as code or word; may be left out.
    pub itinerary: String,
    /// Doses of vaccine; may be left out.
    pub doses: String,
}

/// A status that may be taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewStatus {
    /// Who.
    pub id: IdDocument,
    /// Name to compare, if it was given.
    pub name: Option<String>,
    /// What is said. The number of the organisation that tested is not known here.
    pub said: Statement,
    /// Who tested, if it was said.
    pub organisation: Option<String>,
}

impl StatusForm {
    /// Checks the form. `now` is the time a colour counts from when none is given.
    ///
    /// # Errors
    /// Every complaint at once, each at its field.
    pub fn check(&self, now: UnixMs) -> Result<NewStatus, Complaints> {
        let mut complaints = Complaints::default();
        let kind = complaints.take("id_kind", kind_of(&self.id_kind).ok_or(NO_KIND));
        let id = kind.and_then(|kind| {
            complaints.take("id_number", IdDocument::parse(kind, &self.id_number, now))
        });
        let name = given(&self.name).and_then(|typed| complaints.take("name", check_name(typed)));
        let said = self.said(now, &mut complaints);
        let organisation = given(&self.organisation).and_then(|typed| {
            let long = "检测机构名称不能超过 60 个字";
            complaints.take("organisation", line(typed, ORGANISATION_CHARS_MAX, long, long))
        });
        if complaints.is_empty() && said.is_silent() {
            complaints.add("colour", "请至少填写健康码、核酸检测、行程、疫苗接种中的一项");
        }
        match id {
            Some(id) if complaints.is_empty() => Ok(NewStatus { id, name, said, organisation }),
            _ => Err(complaints),
        }
    }

    fn said(&self, now: UnixMs, complaints: &mut Complaints) -> Statement {
        let colour = given(&self.colour).and_then(|typed| {
            complaints.take("colour", colour_of(typed).ok_or("健康码应为绿码、黄码、红码或灰码"))
        });
        let confirmed = match given(&self.confirmed) {
            Some(typed) => complaints.take("confirmed", past(typed, now)),
            None => Some(now),
        };
        let result = given(&self.result).and_then(|typed| {
            complaints.take("result", result_of(typed).ok_or("检测结果应为阴性或阳性"))
        });
        let sampled =
            given(&self.sampled).and_then(|typed| complaints.take("sampled", past(typed, now)));
        if result.is_some() && given(&self.sampled).is_none() {
            complaints.add("sampled", "有检测结果时，请填写采样时间");
        }
        if given(&self.sampled).is_some() && given(&self.result).is_none() {
            complaints.add("result", "有采样时间时，请填写检测结果");
        }
        let itinerary = given(&self.itinerary).and_then(|typed| {
            let says = "行程应为“未见风险”或“到过风险地区”";
            complaints.take("itinerary", itinerary_of(typed).ok_or(says))
        });
        let doses = given(&self.doses).and_then(|typed| {
            let says = "接种剂次应为 0 到 9 的数字";
            complaints.take("doses", doses_of(typed).ok_or(says))
        });
        Statement {
            colour: colour.zip(confirmed),
            nucleic_acid: sampled
                .zip(result)
                .map(|(sampled, negative)| super::NucleicAcid::of(sampled, negative)),
            itinerary,
            doses,
        }
    }
}

const NO_KIND: &str =
    "没有这种证件类型。可以写：身份证、港澳通行证、台胞证、外国人永久居留证、护照；不填就是身份证";

/// A time that has been, within the last year.
fn past(typed: &str, now: UnixMs) -> Result<UnixMs, &'static str> {
    let at = time_of(typed).ok_or_else(|| match written(typed) {
        Some(_) => "没有这一天或这个时刻，请核对",
        None => "时间应写成 2026-11-22 08:30",
    })?;
    match now.since(at) {
        ahead if ahead < -AHEAD_MS_MAX => Err("时间在现在之后，请核对"),
        age if age > AGE_MS_MAX => Err("时间在一年以前，请核对"),
        _ => Ok(at),
    }
}

/// The time that is written: `2026-11-22 08:30`, `2026/11/22 8:30:05`, `2026年11月22日`, in China. A
/// day without a time of the day is its first moment: nothing looks newer than it is.
#[must_use]
pub fn time_of(typed: &str) -> Option<UnixMs> {
    let [year @ 1900..=2999, month, day, hour, minute, second] = written(typed)? else {
        return None;
    };
    let part = |number: i16| i8::try_from(number).ok();
    let (month, day, hour) = (part(month)?, part(day)?, part(hour)?);
    let at = DateTime::new(year, month, day, hour, part(minute)?, part(second)?, 0).ok()?;
    let utc = at.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp().as_millisecond();
    Some(UnixMs(utc - i64::from(CIVIL_OFFSET_SECONDS) * 1000))
}

/// The numbers of a time, from the year to the second, whether or not there is such a time.
fn written(typed: &str) -> Option<[i16; 6]> {
    let plain = narrow(typed).replace(['年', '月', '/', '.'], "-").replace('日', " ");
    let plain = plain.replace('T', " ");
    let mut words = plain.split_whitespace();
    let day: Vec<i16> = numbers(words.next()?, '-')?;
    let clock: Vec<i16> = words.next().map_or(Some(Vec::new()), |text| numbers(text, ':'))?;
    if words.next().is_some() {
        return None;
    }
    let [year, month, day] = day[..] else { return None };
    match clock[..] {
        [] => Some([year, month, day, 0, 0, 0]),
        [hour, minute] => Some([year, month, day, hour, minute, 0]),
        [hour, minute, second] => Some([year, month, day, hour, minute, second]),
        _ => None,
    }
}

fn numbers(text: &str, between: char) -> Option<Vec<i16>> {
    let number = |part: &str| {
        let digits = !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        part.parse().ok().filter(|_| digits)
    };
    text.split(between).map(number).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::health_status::{Colour, Itinerary};
    use proptest::prelude::*;

    /// 2026-11-22 14:32:07 in China.
    const NOW: UnixMs = UnixMs(1_795_329_127_000);

    fn form() -> StatusForm {
        StatusForm { id_number: "11010519491231002X".into(), ..StatusForm::default() }
    }

    #[test]
    fn a_whole_row_as_people_write_it() {
        let form = StatusForm {
            id_kind: "身份证".into(),
            id_number: " １１０１０５ 19491231 002x".into(),
            name: "欧阳•明".into(),
            colour: "绿码".into(),
            sampled: "2026/11/22 8:30".into(),
            result: "阴性".into(),
            organisation: "阜阳市人民医院".into(),
            itinerary: "未见风险".into(),
            doses: "3剂".into(),
            ..StatusForm::default()
        };
        let new = form.check(NOW).unwrap();
        assert_eq!(new.id.number(), "11010519491231002X");
        assert_eq!(new.name.as_deref(), Some("欧阳·明"));
        assert_eq!(new.said.colour, Some((Colour::Green, NOW)));
        let test = new.said.nucleic_acid.unwrap();
        assert_eq!(
            (test.sampled.date_time_text().as_str(), test.negative),
            ("2026-11-22 08:30:00", true)
        );
        assert_eq!((new.said.itinerary, new.said.doses), (Some(Itinerary::Clear), Some(3)));
        assert_eq!(new.organisation.as_deref(), Some("阜阳市人民医院"));
    }

    #[test]
    fn a_day_that_there_is_not_is_told_from_a_time_written_another_way() {
        let says = |sampled: &str| past(sampled, NOW).unwrap_err();
        for typed in
            ["2026-02-30 08:00", "2026-13-01", "2026年2月29日", "2026-11-22 24:30", "0026-11-22"]
        {
            assert_eq!(says(typed), "没有这一天或这个时刻，请核对", "{typed}");
        }
        for typed in ["昨天", "11-22 08:30", "2026-11-22 8点", "20261122", "2026-11-22 08"] {
            assert_eq!(says(typed), "时间应写成 2026-11-22 08:30", "{typed}");
        }
    }

    #[test]
    fn what_is_wrong_is_said_at_its_field() {
        let cases: [(&str, StatusForm); 9] = [
            ("colour", form()),
            ("colour", StatusForm { colour: "蓝码".into(), ..form() }),
            ("id_kind", StatusForm { id_kind: "学生证".into(), ..form() }),
            ("id_number", StatusForm { id_number: "110105194902310021".into(), ..form() }),
            ("sampled", StatusForm { result: "阴性".into(), ..form() }),
            ("result", StatusForm { sampled: "2026-11-22".into(), ..form() }),
            ("sampled", StatusForm { sampled: "2026-11-23".into(), result: "阴".into(), ..form() }),
            ("confirmed", StatusForm { colour: "绿".into(), confirmed: "昨天".into(), ..form() }),
            ("doses", StatusForm { doses: "很多".into(), ..form() }),
        ];
        for (field, form) in cases {
            let complaints = form.check(NOW).unwrap_err();
            assert!(complaints.about(field).is_some(), "{field}: {complaints}");
        }
    }

    #[test]
    fn times_are_read_as_they_are_written_in_china() {
        for (typed, read) in [
            ("2026-11-22 14:32:07", "2026-11-22 14:32:07"),
            ("2026/1/2 8:05", "2026-01-02 08:05:00"),
            ("2026年11月22日", "2026-11-22 00:00:00"),
            ("２０２６－11－22", "2026-11-22 00:00:00"),
            ("2026-11-22T08:30", "2026-11-22 08:30:00"),
        ] {
            assert_eq!(time_of(typed).unwrap().date_time_text(), read, "{typed}");
        }
        for typed in ["", "2026-02-30", "2026-13-01", "22-11-2026", "2026-11-22 25:00", "x", "8:30"]
        {
            assert_eq!(time_of(typed), None, "{typed}");
        }
    }

    proptest! {
        #[test]
        fn any_text_gets_an_answer(text in "[0-9年月日 :/.T-]{0,20}") {
            let _ = time_of(&text);
        }

        #[test]
        fn a_time_comes_back_as_it_was_written(seconds in 0i64..4_000_000_000) {
            let at = UnixMs(seconds * 1000);
            prop_assert_eq!(time_of(&at.date_time_text()), Some(at));
        }
    }
}
