//! What an inspector types, and what of it may be recorded.

use super::{Finding, State, WORDS_CHARS_MAX, check_days, deadline_after};
use crate::{fields::Complaints, text::tidy, time::UnixMs};

/// What an inspector types.
#[derive(Clone, Debug, Default)]
pub struct InspectionForm {
    /// `in_order` or `findings`.
    pub outcome: String,
    /// Codes of what was found.
    pub findings: Vec<String>,
    /// More about it; needed with [`Finding::Other`].
    pub note: String,
    /// Days to put it right.
    pub days: String,
}

/// An inspection as it may be recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewInspection {
    findings: Vec<Finding>,
    note: String,
    state: State,
}

impl NewInspection {
    /// What was found, in the order of the form; empty when all is in order.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// More about it.
    #[must_use]
    pub fn note(&self) -> &str {
        &self.note
    }

    /// In order, or open until a deadline.
    #[must_use]
    pub fn state(&self) -> &State {
        &self.state
    }
}

impl InspectionForm {
    /// Checks everything at once.
    ///
    /// # Errors
    /// Complaints at `outcome`, `findings`, `note`, `days`.
    pub fn check(&self, now: UnixMs) -> Result<NewInspection, Complaints> {
        let mut complaints = Complaints::default();
        let known = self.findings.iter().map(|code| Finding::from_code(code)).collect();
        let known: Option<Vec<Finding>> = known;
        let known = complaints.take("findings", known.ok_or("没有这样的问题，请重新选择"));
        let known = known.unwrap_or_default();
        let findings: Vec<Finding> =
            Finding::ALL.into_iter().filter(|finding| known.contains(finding)).collect();
        let note = tidy(&self.note);
        if note.chars().count() > WORDS_CHARS_MAX {
            complaints.add("note", "说明不能超过 200 个字");
        }
        if findings.contains(&Finding::Other) && note.is_empty() {
            complaints.add("note", "选了“其他问题”，请写明是什么问题");
        }
        let state = match self.outcome.as_str() {
            "in_order" if !self.findings.is_empty() => {
                complaints.add("outcome", "勾选了问题，就不是“未发现问题”");
                None
            }
            "in_order" => Some(State::InOrder),
            "findings" => {
                if self.findings.is_empty() {
                    complaints.add("findings", "请勾选发现的问题");
                }
                let days = complaints.take("days", check_days(&self.days));
                days.map(|days| State::Open { deadline: deadline_after(now, days) })
            }
            _ => {
                complaints.add("outcome", "请选择检查结果");
                None
            }
        };
        match state {
            Some(state) if complaints.is_empty() => Ok(NewInspection { findings, note, state }),
            _ => Err(complaints),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-11-22 14:32:07 in Fuyang.
    const NOW: UnixMs = UnixMs(1_795_329_127_000);

    fn form(outcome: &str, findings: &[&str], note: &str, days: &str) -> InspectionForm {
        InspectionForm {
            outcome: outcome.into(),
            findings: findings.iter().map(|code| (*code).into()).collect(),
            note: note.into(),
            days: days.into(),
        }
    }

    #[test]
    fn nothing_found_is_in_order_at_once_and_findings_have_a_deadline() {
        let in_order = form("in_order", &[], "", "").check(NOW).unwrap();
        assert_eq!((in_order.state(), in_order.findings()), (&State::InOrder, &[][..]));
        let twice = ["no_reminder", "not_posted", "no_reminder"];
        let found = form("findings", &twice, " 东门\n没贴 ", "3").check(NOW).unwrap();
        assert_eq!(found.findings(), [Finding::NotPosted, Finding::NoReminder]);
        assert_eq!(found.note(), "东门 没贴");
        let until = found.state().deadline().unwrap();
        assert_eq!(until.date_time_text(), "2026-11-25 23:59:59");
    }

    #[test]
    fn every_complaint_comes_at_once() {
        for (form, fields) in [
            (form("", &[], "", ""), &["outcome"][..]),
            (form("in_order", &["not_posted"], "", "3"), &["outcome"]),
            (form("findings", &[], &"长".repeat(201), "31"), &["findings", "note", "days"]),
            (form("findings", &["other"], " ", "0"), &["note", "days"]),
            (form("findings", &["unheard_of"], "", "3"), &["findings"]),
        ] {
            let complaints = form.check(NOW).unwrap_err();
            for field in fields {
                assert!(complaints.about(field).is_some(), "{form:?} at {field}");
            }
            assert_eq!(complaints.0.len(), fields.len(), "{complaints}");
        }
    }
}
