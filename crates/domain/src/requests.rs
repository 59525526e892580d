//! Requests of people about their own data (个人信息保护法, articles 46, 47 and 50): correction and erasure,
//! each answered until a day that the person is told.

use crate::{
    fields::Complaints,
    people::{IdDocument, IdKind, check_name},
    text::line,
    time::{DAY_MS, UnixMs},
};

/// Working days until a request is answered, unless the operator settles fewer or more.
pub const ANSWER_DAYS: u32 = 15;
/// Most characters of what a person writes.
pub const WORDS_CHARS_MAX: usize = 500;
/// Most characters of what is answered.
pub const REASON_CHARS_MAX: usize = 300;

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequestKind {
    /// 更正
    Correction,
    /// 删除
    Erasure,
}

impl RequestKind {
    /// All kinds.
    pub const ALL: [Self; 2] = [Self::Correction, Self::Erasure];

    /// The name in the registry and on the wire.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Correction => "correction",
            Self::Erasure => "erasure",
        }
    }

    /// The kind with this `code`.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }

    /// The words shown, key into the catalogues.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Correction => "更正",
            Self::Erasure => "删除",
        }
    }
}

/// How a request stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequestState {
    /// It waits for an answer.
    Open,
    /// It was carried out.
    Done,
    /// It was turned down, with a reason.
    Refused,
}

impl RequestState {
    /// All states.
    pub const ALL: [Self; 3] = [Self::Open, Self::Done, Self::Refused];

    /// The name in the registry and on the wire.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Done => "done",
            Self::Refused => "refused",
        }
    }

    /// The state with this `code`.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }

    /// The words shown, key into the catalogues.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Open => "办理中",
            Self::Done => "已办结",
            Self::Refused => "未予办理",
        }
    }
}

/// The last moment of the day until which a request is answered: that many working days after the day
/// it was filed. Saturdays and Sundays do not count; public holidays are not known here, so that the
/// day is never later than the law has it.
#[must_use]
pub fn due(filed: UnixMs, working_days: u32) -> UnixMs {
    let mut day = filed.day_start();
    let mut left = working_days;
    while left > 0 {
        day = day.plus(DAY_MS);
        if is_working_day(day) {
            left -= 1;
        }
    }
    day.plus(DAY_MS - 1)
}

fn is_working_day(day: UnixMs) -> bool {
    use jiff::civil::Weekday::{Saturday, Sunday};
    !matches!(day.civil().weekday(), Saturday | Sunday)
}

/// A request as typed.
#[derive(Clone, Debug, Default)]
pub struct RequestForm {
    /// Code of the kind.
    pub kind: String,
    /// The name as it should be; empty when it is right.
    pub name: String,
    /// Code of the kind of document as it should be.
    pub id_kind: String,
    /// Number of the document as it should be; empty when it is right.
    pub id_number: String,
    /// Why, or what is wrong.
    pub words: String,
}

/// What a request asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// Another name, another document, or both.
    Correction {
        /// The name as it should be.
        name: Option<String>,
        /// The document as it should be.
        id: Option<IdDocument>,
    },
    /// Everything gone.
    Erasure,
}

impl Wanted {
    /// Which kind this is.
    #[must_use]
    pub fn kind(&self) -> RequestKind {
        match self {
            Self::Correction { .. } => RequestKind::Correction,
            Self::Erasure => RequestKind::Erasure,
        }
    }
}

impl RequestForm {
    /// Checks a form: what is asked for, and the words that go with it.
    ///
    /// # Errors
    /// Every complaint at once: `kind`, `name`, `id_kind`, `id_number`, `words`.
    pub fn check(&self, today: UnixMs) -> Result<(Wanted, String), Complaints> {
        let mut complaints = Complaints::default();
        let kind = RequestKind::from_code(self.kind.trim()).ok_or("请选择要更正还是删除");
        let kind = complaints.take("kind", kind);
        let wanted = match kind {
            Some(RequestKind::Correction) => self.correction(today, &mut complaints),
            Some(RequestKind::Erasure) => Some(Wanted::Erasure),
            None => None,
        };
        let words = if self.words.trim().is_empty() {
            Some(String::new())
        } else {
            let too_long = "说明不能超过 500 个字";
            complaints.take("words", line(&self.words, WORDS_CHARS_MAX, "", too_long))
        };
        match (wanted, words) {
            (Some(wanted), Some(words)) if complaints.is_empty() => Ok((wanted, words)),
            _ => Err(complaints),
        }
    }

    fn correction(&self, today: UnixMs, complaints: &mut Complaints) -> Option<Wanted> {
        let given = |text: &str| !text.trim().is_empty();
        if !given(&self.name) && !given(&self.id_number) {
            complaints.add("name", "请填写正确的姓名或证件号码，哪项错了填哪项");
            return None;
        }
        let mut name = None;
        if given(&self.name) {
            name = Some(complaints.take("name", check_name(&self.name))?);
        }
        let mut id = None;
        if given(&self.id_number) {
            let kind = IdKind::from_code(self.id_kind.trim()).ok_or("请选择证件类型");
            let kind = complaints.take("id_kind", kind)?;
            let parsed = IdDocument::parse(kind, &self.id_number, today);
            id = Some(complaints.take("id_number", parsed)?);
        }
        Some(Wanted::Correction { name, id })
    }
}

/// Checks what an officer answers; the person reads it.
///
/// # Errors
/// Says what is wrong.
pub fn check_reason(typed: &str) -> Result<String, &'static str> {
    let empty = "请写明办理结果或不予办理的理由，本人会看到";
    line(typed, REASON_CHARS_MAX, empty, "不能超过 300 个字")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A Sunday, 2026-11-22 14:32 in China.
    const SUNDAY: UnixMs = UnixMs(1_795_329_127_000);

    #[test]
    fn fifteen_working_days_are_three_weeks_and_one_more_than_a_friday_leads_to_a_monday() {
        assert_eq!(due(SUNDAY, 15).date_time_text(), "2026-12-11 23:59:59");
        let friday = SUNDAY.plus(5 * DAY_MS);
        assert_eq!(due(friday, 1).date_text(), "2026-11-30");
        assert_eq!(due(friday, 0).date_text(), friday.date_text());
    }

    #[test]
    fn a_correction_says_what_is_to_be_right_and_everything_wrong_is_marked() {
        let form = RequestForm { kind: "correction".to_owned(), ..RequestForm::default() };
        assert!(form.check(SUNDAY).unwrap_err().about("name").is_some());
        let form = RequestForm { name: " 欧阳建国 ".to_owned(), ..form };
        let (wanted, words) = form.check(SUNDAY).unwrap();
        let name = Some("欧阳建国".to_owned());
        assert_eq!((wanted, words.as_str()), (Wanted::Correction { name, id: None }, ""));
        let form = RequestForm { id_number: "123".to_owned(), words: "字".repeat(501), ..form };
        let complaints = form.check(SUNDAY).unwrap_err();
        assert!(complaints.about("id_kind").is_some() && complaints.about("words").is_some());
        let form = RequestForm { kind: "erasure".to_owned(), ..RequestForm::default() };
        assert_eq!(form.check(SUNDAY).unwrap().0, Wanted::Erasure);
        assert!(RequestForm::default().check(SUNDAY).unwrap_err().about("kind").is_some());
    }

    proptest! {
        #[test]
        fn between_filing_and_the_day_lie_exactly_that_many_working_days(
            filed in 0..4_000_000_000_000_i64, days in 1..60_u32,
        ) {
            let filed = UnixMs(filed);
            let until = due(filed, days);
            let count = (1..).map(|n| filed.day_start().plus(n * DAY_MS));
            let between = count.take_while(|day| *day <= until).filter(|day| is_working_day(*day));
            prop_assert_eq!(between.count(), days as usize);
            prop_assert!(is_working_day(until) && until > filed);
        }
    }
}
