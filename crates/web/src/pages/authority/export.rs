//! The contacts of a case as CSV. A POST, because it leaves a trace for every identity in it.

use super::{case_desk::Wanted, csv::Csv};
use crate::{
    answer::Shown,
    forms::Checked,
    page::Page,
    pages::desk::{attachment, failed, number},
    seat::As,
};
use actions::{
    House,
    accounts::principals::Investigator,
    contact_tracing::export::{self, ExportRow},
};
use axum::extract::{Path, State};
use std::sync::Arc;

/// The first line. The file is for offices in Fuyang and Chinese in every language of the pages.
const HEAD: [&str; 11] = [
    "序号",
    "姓名",
    "证件类型",
    "证件号码(隐去)",
    "手机号",
    "相遇次数",
    "最近一次地点",
    "最近一次进入时间",
    "最小间隔(分钟)",
    "最小间隔地点",
    "最小间隔进入时间",
];

/// `POST /cases/{id}/contacts.csv`
pub async fn contacts(
    State(house): State<Arc<House>>,
    p: Page,
    As(caller): As<Investigator>,
    Path(id): Path<String>,
    Checked(narrowed): Checked<Wanted>,
) -> Shown {
    let id = number(&id).map_err(failed(&p))?;
    let (window, chosen) = narrowed.read();
    let export = export::contacts(&house, &caller, id, window, chosen).await.map_err(failed(&p))?;
    let bytes = table(&export.rows);
    Ok(attachment(&format!("{}.csv", export.name), "text/csv; charset=utf-8", bytes))
}

fn table(rows: &[ExportRow]) -> Vec<u8> {
    let mut csv = Csv::new(&HEAD);
    for (at, ExportRow { contact, identity }) in rows.iter().enumerate() {
        csv.row(&[
            (at + 1).to_string(),
            identity.name.clone(),
            identity.id_kind.label().to_owned(),
            identity.masked_id.clone(),
            identity.phone.clone().unwrap_or_default(),
            contact.meetings.to_string(),
            contact.last_place.clone(),
            contact.last_entered.date_time_text(),
            contact.nearest_minutes.to_string(),
            contact.nearest_place.clone(),
            contact.nearest_entered.date_time_text(),
        ]);
    }
    csv.into_bytes()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use actions::contact_tracing::{identity::Identity, view::ContactRow};
    use domain::{
        people::{IdKind, PersonNumber},
        time::UnixMs,
    };

    #[test]
    fn a_contact_is_one_line_under_the_agreed_head() {
        let contact = ContactRow {
            person: PersonNumber(9),
            masked_name: "刘*英".into(),
            meetings: 4,
            nearest_minutes: 12,
            nearest_place: "老味道,牛肉馍 正门".into(),
            nearest_entered: UnixMs(1_795_329_127_000),
            last_place: "青禾医院 东门".into(),
            last_entered: UnixMs(1_795_415_527_000),
        };
        let identity = Identity {
            name: "=刘英".into(),
            id_kind: IdKind::Passport,
            masked_id: "E******12".into(),
            phone: None,
        };
        let text = String::from_utf8(table(&[ExportRow { contact, identity }])).unwrap();
        assert_eq!(
            text,
            "\u{feff}序号,姓名,证件类型,证件号码(隐去),手机号,相遇次数,最近一次地点,最近一次进入时间,\
             最小间隔(分钟),最小间隔地点,最小间隔进入时间\r\n\
             1,'=刘英,护照,E******12,,4,青禾医院 东门,2026-11-23 14:32:07,12,\"老味道,牛肉馍 正门\",2026-11-22 14:32:07\r\n"
        );
    }
}
