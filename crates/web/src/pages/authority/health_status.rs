//! The register of health status, one person at a time: looking at what it says, and saying something
//! else. Looking is a POST, because it leaves a trace and no number belongs into an address.

use crate::{
    answer::Shown,
    forms::Checked,
    page::Page,
    pages::{
        desk::{Asked, Marks, Said, asked, said, show, to},
        visitor,
    },
    seat::As,
};
use actions::{
    House,
    accounts::principals::Investigator,
    health_status::{self, Registered, TakenStatus},
};
use askama::Template;
use axum::extract::State;
use domain::health_status::{Colour, Itinerary, StatusForm};
use serde::Deserialize;
use std::sync::Arc;

#[derive(Template)]
#[template(path = "authority/health_status.html")]
pub(super) struct StatusPage {
    pub(super) p: Page,
    pub(super) form: StatusForm,
    pub(super) reason: String,
    pub(super) replaces: bool,
    pub(super) marks: Marks,
    /// What was looked at.
    pub(super) found: Option<Registered>,
    /// What became of what was said before this.
    pub(super) done: Option<&'static str>,
}

/// Colours that can be said.
pub(crate) const COLOURS: [Colour; 5] =
    [Colour::Green, Colour::Yellow, Colour::Red, Colour::Gray, Colour::None];

/// What is said of an itinerary, key into the catalogues.
pub(crate) fn itinerary_word(itinerary: &Itinerary) -> &'static str {
    visitor::itinerary(*itinerary)
}

/// The form.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Fields {
    id_kind: String,
    id_number: String,
    name: String,
    colour: String,
    confirmed: String,
    sampled: String,
    result: String,
    organisation: String,
    itinerary: String,
    doses: String,
    reason: String,
    replaces: String,
}

impl Fields {
    fn parts(self) -> (StatusForm, String, bool) {
        let form = StatusForm {
            id_kind: self.id_kind,
            id_number: self.id_number,
            name: self.name,
            colour: self.colour,
            confirmed: self.confirmed,
            sampled: self.sampled,
            result: self.result,
            organisation: self.organisation,
            itinerary: self.itinerary,
            doses: self.doses,
        };
        (form, self.reason, !self.replaces.is_empty())
    }
}

/// What was done before.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Done {
    done: String,
}

/// `GET /health-status`
pub async fn page(p: Page, As(_): As<Investigator>, query: Asked<Done>) -> Shown {
    let done = match asked(query).done.as_str() {
        "set" => Some("已生效：这个人下一次扫码就按新的状态核验。"),
        "same" => Some("登记库里本来就是这样，没有变化。"),
        "waits" => Some("这个证件还没有在本系统登记，状态已保存，登记时立即生效。"),
        "other_name" => {
            Some("姓名与登记的不一致：红码、黄码、阳性已生效，绿码和阴性没有采用，请核对。")
        }
        _ => None,
    };
    let empty = (StatusForm::default(), String::new(), false);
    draw(p, empty, Said::default(), None, done)
}

/// `POST /health-status/look`
pub async fn look(
    State(house): State<Arc<House>>,
    p: Page,
    As(caller): As<Investigator>,
    Checked(typed): Checked<Fields>,
) -> Shown {
    let (form, reason, _) = typed.parts();
    let kind = if form.id_kind.is_empty() { "resident_id" } else { form.id_kind.as_str() };
    match health_status::look(&house, &caller, kind, &form.id_number, &reason).await {
        Ok(found) => draw(p, (form, reason, false), Said::default(), Some(found), None),
        Err(failure) => {
            let said = said(&p, failure)?;
            draw(p, (form, reason, false), said, None, None)
        }
    }
}

/// `POST /health-status`
pub async fn set(
    State(house): State<Arc<House>>,
    p: Page,
    As(caller): As<Investigator>,
    Checked(typed): Checked<Fields>,
) -> Shown {
    let (form, reason, replaces) = typed.parts();
    match health_status::set(&house, &caller, &form, &reason, replaces).await {
        Ok((taken, _)) => Ok(to(&format!("/health-status?done={}", word(taken)))),
        Err(failure) => {
            let said = said(&p, failure)?;
            draw(p, (form, reason, replaces), said, None, None)
        }
    }
}

/// What became of a statement, on the wire.
pub(crate) fn word(taken: TakenStatus) -> &'static str {
    match taken {
        TakenStatus::Set => "set",
        TakenStatus::Same => "same",
        TakenStatus::Waits => "waits",
        TakenStatus::OtherName => "other_name",
    }
}

fn draw(
    p: Page,
    (form, reason, replaces): (StatusForm, String, bool),
    said: Said,
    found: Option<Registered>,
    done: Option<&'static str>,
) -> Shown {
    let page = StatusPage { p: p.clone(), form, reason, replaces, marks: said.marks, found, done };
    show(&p, said.status, &page)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::pages::desk::samples::{NOW, drawn, frame};
    use domain::{
        accounts::Role,
        fields::Complaints,
        health_status::{HealthStatus, NucleicAcid, Source},
    };

    fn page(found: Option<Registered>, marks: Marks) -> StatusPage {
        StatusPage {
            p: frame(Some(Role::Investigator), "/health-status"),
            form: StatusForm { name: "<b>".into(), ..StatusForm::default() },
            reason: "疾控中心通知".into(),
            replaces: false,
            marks,
            found,
            done: None,
        }
    }

    #[test]
    fn the_record_shows_each_kind_and_nothing_in_full() {
        let status = HealthStatus {
            colour: Colour::Yellow,
            nucleic_acid: Some(NucleicAcid::of(NOW, false)),
            itinerary: Itinerary::Risk,
            doses: Some(3),
            source: Source::Register,
            ..HealthStatus::unknown(NOW)
        };
        let found = Registered {
            masked_id: "341***********1234".into(),
            masked_name: Some("王*".into()),
            status: Some(status),
            organisation: Some("阜阳市人民医院".into()),
        };
        let html = drawn("health-status", &page(Some(found), Marks::default()));
        for text in ["黄码", "阳性", "阜阳市人民医院", "到过风险地区", "3 剂", "王*"]
        {
            assert!(html.contains(text), "{text}");
        }
        let wrong = Complaints::one("sampled", "时间在现在之后，请核对");
        let html = drawn("health-status-wrong", &page(None, Marks(wrong)));
        assert!(html.contains("id=\"sampled-wrong\"") && !html.contains("value=\"<b>\""));
    }
}
