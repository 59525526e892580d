//! Posters: the manager downloads what hangs at the door.

mod archive;

pub use archive::{Archive, Drawing, all};
pub use posters::Size;

use crate::{
    Answer, Failure, House, accounts::principals::Manager, applications::submit::own_checkpoint,
};
use domain::{
    audit::Deed,
    checkpoints::{CheckpointNumber, Standing},
};
use posters::{PosterError, PosterText};
use registry::{AuditLine, VenueCodeRow};

/// Version of the built-in layout.
const LAYOUT_VERSION: u32 = 1;

/// A file to download.
#[derive(Clone, Debug)]
pub struct Download {
    /// File name, may be Chinese.
    pub name: String,
    /// The bytes.
    pub bytes: Vec<u8>,
}

/// The poster as PDF, in the size with this name.
///
/// # Errors
/// `NotFound` for somebody else's and for a size that there is not; `Conflict` while the door is
/// not open or when a character cannot be drawn.
pub async fn one(
    house: &House,
    caller: &Manager,
    number: CheckpointNumber,
    size: &str,
) -> Answer<Download> {
    let size = Size::from_code(size).ok_or(Failure::NotFound)?;
    let code = code(house, caller, number).await?;
    let name = format!("{}-{}-{}.pdf", code.name, code.door, size.code());
    let line = line(house, caller, format!("检查点 {}", number.0), size.code().to_owned());
    house.registry.audit(&[line]).await?;
    let text = text(house, code);
    let drawn = tokio::task::spawn_blocking(move || posters::poster_pdf(size, &text)).await;
    Ok(Download { name, bytes: drawn.map_err(Failure::broken)?.map_err(refuse)? })
}

fn line(house: &House, caller: &Manager, subject: String, detail: String) -> AuditLine {
    let (at, actor) = (house.now(), caller.actor());
    AuditLine { at, actor, deed: Deed::PosterDownloaded, subject, detail }
}

/// The bare code as SVG.
///
/// # Errors
/// As [`one`].
pub async fn code_svg(
    house: &House,
    caller: &Manager,
    number: CheckpointNumber,
) -> Answer<Download> {
    let code = code(house, caller, number).await?;
    let name = format!("{}-{}.svg", code.name, code.door);
    let svg = posters::code_svg(&house.printed_url(&code.code)).map_err(refuse)?;
    Ok(Download { name, bytes: svg.into_bytes() })
}

async fn code(house: &House, caller: &Manager, number: CheckpointNumber) -> Answer<VenueCodeRow> {
    let checkpoint = own_checkpoint(house, caller, number).await?;
    match checkpoint.standing {
        Standing::Applying => return Err(Failure::Conflict("审核通过后才能下载海报")),
        Standing::Suspended => return Err(Failure::Conflict("检查点已被暂停，恢复后才能下载海报")),
        Standing::Closed => return Err(Failure::Conflict("检查点已关闭，重新开放后才能下载海报")),
        Standing::Open => {}
    }
    house.registry.code_of(number).await?.ok_or(Failure::NotFound)
}

fn text(house: &House, code: VenueCodeRow) -> PosterText {
    PosterText {
        url: house.printed_url(&code.code),
        place: code.name,
        door: code.door,
        county: code.county_name,
        address: code.address,
        number: code.short_number,
        issued_on: code.since.date_text(),
        layout_version: LAYOUT_VERSION,
        retention_days: house.settings.visit_days,
        hotline: None,
        note: house.settings.demo.then(|| "演示用码 · 非真实场所".to_owned()),
    }
}

/// A character that the fonts do not have is the manager's to change; the rest is ours.
fn refuse(error: PosterError) -> Failure {
    match error {
        PosterError::MissingGlyph { character, .. } => {
            tracing::warn!(%character, "a poster needs a character that the fonts lack");
            Failure::Conflict("名称或地址里有字库没有的生僻字，请联系审核员更换写法")
        }
        other => Failure::broken(other),
    }
}
