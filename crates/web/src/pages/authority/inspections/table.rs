//! The inspector's list as CSV.

use super::narrowing::Narrowing;
use crate::{
    answer::Shown,
    page::Page,
    pages::{
        authority::csv::Csv,
        desk::{Asked, asked, attachment, failed},
    },
    seat::As,
};
use actions::{
    House,
    accounts::principals::Inspector,
    inspections::{self, Row},
};
use axum::extract::State;
use std::sync::Arc;

/// The first line. The file is for offices in Fuyang and Chinese in every language of the pages.
const HEAD: [&str; 14] = [
    "编号",
    "检查时间",
    "地区",
    "单位",
    "场所",
    "门",
    "地址",
    "发现的问题",
    "说明",
    "状态",
    "整改期限",
    "是否逾期",
    "答复或退回原因",
    "最近变动",
];

/// `GET /inspections/table.csv`
pub async fn file(
    State(house): State<Arc<House>>,
    p: Page,
    As(caller): As<Inspector>,
    query: Asked<Narrowing>,
) -> Shown {
    let filter = asked(query).filter();
    let rows = inspections::export(&house, &caller, &filter).await.map_err(failed(&p))?;
    let name = format!("检查-{}.csv", house.now().date_text());
    Ok(attachment(&name, "text/csv; charset=utf-8", table(&rows)))
}

fn table(rows: &[Row]) -> Vec<u8> {
    let mut csv = Csv::new(&HEAD);
    for row in rows {
        let findings: Vec<&str> = row.findings.iter().map(|finding| finding.label()).collect();
        csv.row(&[
            row.id.to_string(),
            row.at.date_time_text(),
            row.region_name.clone(),
            row.organisation_name.clone(),
            row.name.clone(),
            row.door.clone(),
            row.address.clone(),
            findings.join("；"),
            row.note.clone(),
            row.state.label().to_owned(),
            row.state.deadline().map(|until| until.date_text()).unwrap_or_default(),
            if row.overdue { "是" } else { "" }.to_owned(),
            row.state.words().to_owned(),
            row.changed.date_time_text(),
        ]);
    }
    csv.into_bytes()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use domain::{
        checkpoints::CheckpointNumber,
        inspections::{Finding, State},
        time::UnixMs,
    };

    #[test]
    fn an_inspection_is_one_line_and_no_cell_runs_as_a_formula() {
        let at = UnixMs(1_795_329_127_000);
        let row = Row {
            id: 7,
            checkpoint: CheckpointNumber(3),
            name: "=老味道".into(),
            door: "正门".into(),
            address: "三清路 1 号".into(),
            region_name: "颍州区 鼓楼街道".into(),
            organisation_name: "@老味道".into(),
            at,
            findings: vec![Finding::NotPosted, Finding::NoReminder],
            note: "+没贴".into(),
            state: State::SentBack { deadline: at, reason: "-还歪".into() },
            overdue: true,
            round: 2,
            changed: at,
        };
        let text = String::from_utf8(table(&[row])).unwrap();
        assert_eq!(
            text.lines().nth(1).unwrap(),
            "7,2026-11-22 14:32:07,颍州区 鼓楼街道,'@老味道,'=老味道,正门,三清路 1 号,\
             没有张贴场所码；门口没有扫码提醒,'+没贴,退回整改,2026-11-22,是,'-还歪,2026-11-22 14:32:07"
        );
    }
}
