//! 我的数据 and 谁看过: everything that is kept as a file, after a fresh code; and who looked.

use super::show;
use crate::{
    address::Client,
    answer::{PageFailure, Shown},
    api::v1::me::data::MyData,
    forms::Checked,
    page::Page,
    pages::{authority::csv::Csv, desk::attachment},
    seat::As,
};
use actions::{
    Failure, House,
    accounts::principals::Visitor,
    people::{
        looks::{Look, looks},
        my_data::{self, collect, phone_masked, send_code},
    },
};
use askama::Template;
use axum::{
    extract::State,
    http::{HeaderValue, StatusCode, header},
};
use domain::fields::Complaints;
use serde::Deserialize;
use std::sync::Arc;

#[derive(Template)]
#[template(path = "visitor/looks.html")]
struct LooksPage<'a> {
    p: &'a Page,
    looks: Vec<Look>,
}

#[derive(Template)]
#[template(path = "visitor/own_data.html")]
struct DataPage<'a> {
    p: &'a Page,
    phone: String,
    sent: bool,
    complaints: &'a Complaints,
    notice: Option<&'static str>,
}

/// `GET /me/looks`
pub(super) async fn looks_page(
    State(house): State<Arc<House>>,
    p: Page,
    As(visitor): As<Visitor>,
) -> Shown {
    let looks = looks(&house, &visitor).await;
    let looks = looks.map_err(|failure| PageFailure(p.clone(), failure))?;
    show(&p, StatusCode::OK, &LooksPage { p: &p, looks })
}

/// What the page says besides the form.
#[derive(Default)]
struct Said {
    status: StatusCode,
    sent: bool,
    complaints: Complaints,
    notice: Option<&'static str>,
    retry_after_s: Option<u32>,
}

async fn draw(house: &House, p: &Page, visitor: &Visitor, said: Said) -> Shown {
    let phone = phone_masked(house, visitor).await;
    let phone = phone.map_err(|failure| PageFailure(p.clone(), failure))?;
    let Said { status, sent, complaints, notice, retry_after_s } = said;
    let page = DataPage { p, phone, sent, complaints: &complaints, notice };
    let mut response = show(p, status, &page)?;
    if let Some(seconds) = retry_after_s {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    Ok(response)
}

fn said(p: &Page, failure: Failure) -> Result<Said, PageFailure> {
    match failure {
        Failure::Invalid(complaints) => {
            Ok(Said { status: StatusCode::UNPROCESSABLE_ENTITY, complaints, ..Said::default() })
        }
        Failure::TooMany { says, retry_after_s } => Ok(Said {
            status: StatusCode::TOO_MANY_REQUESTS,
            notice: Some(says),
            retry_after_s: Some(retry_after_s),
            ..Said::default()
        }),
        Failure::Busy => Ok(Said {
            status: StatusCode::SERVICE_UNAVAILABLE,
            notice: Some("现在人多，请稍等几秒再提交，不用重新填写。"),
            retry_after_s: Some(3),
            ..Said::default()
        }),
        other => Err(PageFailure(p.clone(), other)),
    }
}

/// `GET /me/data`
pub(super) async fn page(
    State(house): State<Arc<House>>,
    p: Page,
    As(visitor): As<Visitor>,
) -> Shown {
    draw(&house, &p, &visitor, Said::default()).await
}

/// `POST /me/data/code`
pub(super) async fn code(
    State(house): State<Arc<House>>,
    Client(from): Client,
    p: Page,
    As(visitor): As<Visitor>,
    Checked(()): Checked<()>,
) -> Shown {
    let said = match send_code(&house, &visitor, from).await {
        Ok(()) => Said { sent: true, ..Said::default() },
        Err(failure) => said(&p, failure)?,
    };
    draw(&house, &p, &visitor, said).await
}

/// The code, and which file.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Fields {
    sms_code: String,
    form: String,
}

/// `POST /me/data`
pub(super) async fn file(
    State(house): State<Arc<House>>,
    p: Page,
    As(visitor): As<Visitor>,
    Checked(fields): Checked<Fields>,
) -> Shown {
    let data = match collect(&house, &visitor, &fields.sms_code).await {
        Ok(data) => data,
        Err(failure) => {
            let said = said(&p, failure)?;
            return draw(&house, &p, &visitor, said).await;
        }
    };
    let broken = |e: String| PageFailure(p.clone(), Failure::broken(e));
    let day = data.made.date_text();
    let table = fields.form == "csv";
    let words = p.clone();
    let made = tokio::task::spawn_blocking(move || {
        if table { Ok(as_table(&words, &data)) } else { as_json(data) }
    });
    let bytes = made.await.map_err(|e| broken(e.to_string()))?.map_err(broken)?;
    let (end, kind) =
        if table { ("csv", "text/csv; charset=utf-8") } else { ("json", "application/json") };
    Ok(attachment(&format!("我的数据-{day}.{end}"), kind, bytes))
}

fn as_json(data: my_data::MyData) -> Result<Vec<u8>, String> {
    serde_json::to_vec_pretty(&MyData::from(data)).map_err(|e| e.to_string())
}

/// For reading with a spreadsheet program: what, when, and the rest, a line each.
fn as_table(p: &Page, data: &my_data::MyData) -> Vec<u8> {
    let mut csv = Csv::new(&[p.t("项目"), p.t("时间"), p.t("内容")]);
    let mut row = |what: &str, at: &str, rest: String| csv.row(&[what, at, rest.as_str()]);
    row(p.t("姓名"), "", data.name.clone());
    row(p.t("证件类型"), "", p.t(data.id_kind.label()).to_owned());
    row(p.t("证件号码"), "", data.id_number.clone());
    if let Some(born) = data.born {
        row(p.t("出生年月"), "", born.text());
    }
    row(p.t("手机号码"), "", data.phone.clone());
    row(p.t("首次登记"), &data.registered.date_time_text(), String::new());
    let unused = p.t("一直不用时删除登记").to_owned();
    row(&unused, &data.erased_on.date_time_text(), String::new());
    if let Some((outcome, at, _)) = &data.checked {
        row(p.t("核验身份"), &at.date_time_text(), p.t(outcome.label()).to_owned());
    }
    if let Some((due, phone)) = &data.phone_waiting {
        row(p.t("更换登记手机号"), &due.date_time_text(), phone.clone());
    }
    for (member, erased) in &data.family {
        let mut says = format!("{} · {}", member.masked_name, p.t(member.relation.label()));
        if let Some(month) = erased {
            says = format!("{says} · {}", p.f("一直不进门，登记在 {} 自动删除", month));
        }
        row(p.t("家人"), &member.since.date_time_text(), says);
    }
    let said = format!("{} · {}", p.t(data.status.colour.label()), p.t(data.status.source.label()));
    row(p.t("健康码"), &data.status.confirmed.date_time_text(), said);
    if let Some(test) = data.status.nucleic_acid {
        let found = if test.negative { p.t("阴性") } else { p.t("阳性") };
        let by = data.tested_by.as_deref().unwrap_or_default();
        row(p.t("核酸检测"), &test.sampled.date_time_text(), format!("{found} {by}"));
    }
    row(p.t("行程"), "", p.t(super::itinerary(data.status.itinerary)).to_owned());
    if let Some(doses) = data.status.doses {
        row(p.t("疫苗接种"), "", p.f("{} 剂", doses));
    }
    for visit in &data.visits {
        let how = format!(
            "{} · {} · {} · {} · {}",
            visit.name,
            visit.door,
            p.t(visit.method.label()),
            p.t(visit.colour.label()),
            p.f("{} 删除", visit.deleted_on.date_text())
        );
        row(p.t("进过的门"), &visit.entered.date_time_text(), how);
    }
    for step in &data.consents {
        let version =
            if step.version > 0 { p.f("第 {} 版", step.version) } else { String::new() };
        row(p.t("同意的记录"), &step.at.date_time_text(), format!("{} {version}", p.t(step.says)));
    }
    for (app, since) in &data.apps {
        row(p.t("扫码免填"), &since.date_time_text(), p.t(app.label()).to_owned());
    }
    for code in &data.offline_codes {
        let number = domain::offline_codes::number_text(code.number);
        let word = p.t(super::offline_codes::standing_word(&code.standing));
        row(p.t("离线码"), &code.issued.date_time_text(), format!("{number} · {word}"));
    }
    for request in &data.requests {
        let kind = p.t(request.kind.label());
        let rest = request.reason.as_deref().unwrap_or_default();
        let says = format!("{kind} · {} {rest}", p.t(request.state.label()));
        row(p.t("我提过的要求"), &request.filed.date_time_text(), says);
    }
    for look in &data.looks {
        let says = format!("{} · {}", office(p, look), p.t(look.what));
        row(p.t("谁看过我的信息"), &look.at.date_time_text(), says);
    }
    csv.into_bytes()
}

/// The office a look came from.
pub(super) fn office(p: &Page, look: &Look) -> String {
    let region = look.region.as_deref().unwrap_or(p.t("全市"));
    format!("{} · {region}", p.t(look.role.label()))
}
