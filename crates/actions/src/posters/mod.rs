//! Posters: the manager downloads what hangs at the door.

use crate::{
    Answer, Failure, House, accounts::principals::Manager, applications::submit::own_checkpoint,
};
use domain::{audit::Deed, checkpoints::CheckpointNumber};
use posters::{PosterError, PosterText, Size};
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

/// The A4 poster as PDF.
///
/// # Errors
/// `NotFound` for somebody else's; `Conflict` before approval or when a character cannot be drawn.
pub async fn a4(house: &House, caller: &Manager, number: CheckpointNumber) -> Answer<Download> {
    let code = code(house, caller, number).await?;
    let name = format!("{}-{}-A4.pdf", code.name, code.door);
    let line = AuditLine {
        at: house.now(),
        actor: caller.actor(),
        deed: Deed::PosterDownloaded,
        subject: format!("检查点 {}", number.0),
        detail: "A4".to_owned(),
    };
    house.registry.audit(&[line]).await?;
    let text = text(house, code);
    let drawn = tokio::task::spawn_blocking(move || posters::poster_pdf(Size::A4, &text)).await;
    Ok(Download { name, bytes: drawn.map_err(Failure::broken)?.map_err(refuse)? })
}

/// The bare code as SVG.
///
/// # Errors
/// As `a4`.
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
    own_checkpoint(house, caller, number).await?;
    let code = house.registry.code_of(number).await?;
    code.ok_or(Failure::Conflict("审核通过后才能下载海报"))
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
