//! What a manager does with an approved door: its poster reported, the door closed and opened again.

use super::checkpoint::{Kept, one};
use crate::{
    answer::Shown,
    forms::Checked,
    page::Page,
    pages::desk::{failed, number, said, to},
    seat::As,
};
use actions::{
    Answer, Failure, House,
    accounts::principals::Manager,
    venue_codes::{self, PosterFault},
};
use axum::{
    extract::{Path, State},
    response::Response,
};
use domain::checkpoints::CheckpointNumber;
use serde::Deserialize;
use std::sync::Arc;

/// What is wrong with the poster of which code.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Report {
    fault: String,
    short_number: String,
    sure: String,
}

/// Whether somebody means it.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Sure {
    sure_close: String,
}

/// `POST /venue/checkpoints/{id}/poster-reports`
pub async fn report_poster(
    State(house): State<Arc<House>>,
    p: Page,
    As(caller): As<Manager>,
    Path(id): Path<String>,
    Checked(typed): Checked<Report>,
) -> Shown {
    let id = CheckpointNumber(number(&id).map_err(failed(&p))?);
    let Report { fault, short_number, sure } = typed;
    let unsure = sure.is_empty() && !fault.is_empty() && fault != PosterFault::Damaged.code();
    let reported = if unsure {
        Err(Failure::field("sure", "换码后旧海报立即失效，请勾选确认"))
    } else {
        venue_codes::report_poster(&house, &caller, id, &short_number, &fault).await
    };
    match reported {
        Ok(replaced) => Ok(back(id, if replaced { "replaced" } else { "damaged" })),
        Err(failure) => {
            let said = said(&p, failure)?;
            one(&house, p, &caller, id, Kept { fault, ..Kept::default() }, said).await
        }
    }
}

/// `POST /venue/checkpoints/{id}/close`
pub async fn close(
    State(house): State<Arc<House>>,
    p: Page,
    As(caller): As<Manager>,
    Path(id): Path<String>,
    Checked(typed): Checked<Sure>,
) -> Shown {
    let id = CheckpointNumber(number(&id).map_err(failed(&p))?);
    let closed = if typed.sure_close.is_empty() {
        Err(Failure::field("sure_close", "关闭后扫码不再登记，请勾选确认"))
    } else {
        venue_codes::close(&house, &caller, id).await
    };
    after(&house, p, &caller, id, closed, "closed").await
}

/// `POST /venue/checkpoints/{id}/reopen`
pub async fn reopen(
    State(house): State<Arc<House>>,
    p: Page,
    As(caller): As<Manager>,
    Path(id): Path<String>,
    Checked(()): Checked<()>,
) -> Shown {
    let id = CheckpointNumber(number(&id).map_err(failed(&p))?);
    let reopened = venue_codes::reopen(&house, &caller, id).await;
    after(&house, p, &caller, id, reopened, "reopened").await
}

/// What has just been done, in words.
pub(super) fn done_text(done: &str) -> Option<&'static str> {
    Some(match done {
        "sent" => "申请已提交。审核结果会显示在这里。",
        "changing" => "变更申请已提交，审核结果会显示在这里。",
        "withdrawn" => "变更已撤回。",
        "damaged" => "已登记。请重新下载海报，打印后换上。",
        "replaced" => "场所码已更换，旧码已失效。请下载新海报，尽快换上。",
        "reopened" => "检查点已重新开放，原来的码继续使用。",
        _ => return None,
    })
}

fn back(id: CheckpointNumber, done: &str) -> Response {
    to(&format!("/venue/checkpoints/{}?done={done}", id.0))
}

async fn after(
    house: &House,
    p: Page,
    caller: &Manager,
    id: CheckpointNumber,
    outcome: Answer<()>,
    done: &str,
) -> Shown {
    match outcome {
        Ok(()) => Ok(back(id, done)),
        Err(failure) => {
            let said = said(&p, failure)?;
            one(house, p, caller, id, Kept::default(), said).await
        }
    }
}
