//! What hangs at the door, to download: the posters and the bare code.

use super::checkpoint::{Kept, one};
use crate::{
    answer::Shown,
    page::Page,
    pages::desk::{attachment, failed, number, said, stem},
    seat::As,
};
use actions::{
    Answer, House,
    accounts::principals::Manager,
    posters,
    posters::{Archive, Download, Size},
};
use axum::{
    body::Body,
    extract::{Path, State},
    response::Response,
};
use domain::checkpoints::CheckpointNumber;
use futures_util::stream;
use std::sync::Arc;

/// What a size is called, key into the catalogues.
pub(crate) fn size_text(size: &Size) -> &'static str {
    match size {
        Size::A4 => "A4（210×297 毫米）",
        Size::TwoSheets => "约两开（600×900 毫米）",
        Size::Stand => "展架（800×1800 毫米）",
    }
}

/// `GET /venue/checkpoints/{id}/posters/{size}.pdf`
pub async fn poster(
    State(house): State<Arc<House>>,
    p: Page,
    As(caller): As<Manager>,
    Path((id, size)): Path<(String, String)>,
) -> Shown {
    let id = CheckpointNumber(number(&id).map_err(failed(&p))?);
    let made = match stem(&size, ".pdf") {
        Ok(size) => posters::one(&house, &caller, id, size).await,
        Err(failure) => Err(failure),
    };
    file(&house, p, &caller, id, made, "application/pdf").await
}

/// `GET /venue/posters/{size}.zip`, drawn while it is sent.
pub async fn all_posters(
    State(house): State<Arc<House>>,
    p: Page,
    As(caller): As<Manager>,
    Path(size): Path<String>,
) -> Shown {
    let size = stem(&size, ".zip").map_err(failed(&p))?;
    Ok(sent(posters::all(&house, &caller, size).await.map_err(failed(&p))?))
}

/// An archive, drawn while it is sent.
pub(crate) fn sent(archive: Archive) -> Response {
    let name = archive.name.clone();
    let chunks = stream::unfold(archive, async |mut archive| {
        let chunk = archive.next().await?;
        Some((chunk, archive))
    });
    attachment(&name, "application/zip", Body::from_stream(chunks))
}

/// `GET /venue/guide.pdf`: where the posters hang.
pub async fn guide(p: Page, As(_): As<Manager>) -> Shown {
    let file = posters::guide().await.map_err(failed(&p))?;
    Ok(attachment(&file.name, "application/pdf", file.bytes))
}

/// `GET /venue/empty/{size}.pdf`: the city's layout without any door's data.
pub async fn empty_layout(p: Page, As(_): As<Manager>, Path(size): Path<String>) -> Shown {
    let size = stem(&size, ".pdf").map_err(failed(&p))?;
    let file = posters::empty_layout(size).await.map_err(failed(&p))?;
    Ok(attachment(&file.name, "application/pdf", file.bytes))
}

/// `GET /venue/checkpoints/{id}/code.svg`
pub async fn code(
    State(house): State<Arc<House>>,
    p: Page,
    As(caller): As<Manager>,
    Path(id): Path<String>,
) -> Shown {
    let id = CheckpointNumber(number(&id).map_err(failed(&p))?);
    let made = posters::code_svg(&house, &caller, id).await;
    file(&house, p, &caller, id, made, "image/svg+xml").await
}

/// `GET /venue/checkpoints/{id}/code.png`
pub async fn code_png(
    State(house): State<Arc<House>>,
    p: Page,
    As(caller): As<Manager>,
    Path(id): Path<String>,
) -> Shown {
    let id = CheckpointNumber(number(&id).map_err(failed(&p))?);
    let made = posters::code_png(&house, &caller, id).await;
    file(&house, p, &caller, id, made, "image/png").await
}

async fn file(
    house: &House,
    p: Page,
    caller: &Manager,
    id: CheckpointNumber,
    made: Answer<Download>,
    kind: &'static str,
) -> Shown {
    match made {
        Ok(download) => Ok(attachment(&download.name, kind, download.bytes)),
        Err(failure) => {
            let said = said(&p, failure)?;
            one(house, p, caller, id, Kept::default(), said).await
        }
    }
}
