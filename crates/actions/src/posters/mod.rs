//! Posters: the manager downloads what hangs at the door.

mod archive;
pub mod jobs;
pub mod layouts;

pub use archive::{Archive, Drawing, QUICK_MAX, all};
pub use posters::{LayoutFault, Print, Size, UploadedLayout};

use crate::{
    Answer, Failure, House, accounts::principals::Manager, applications::submit::managed_checkpoint,
};
use domain::{
    audit::Deed,
    checkpoints::{CheckpointNumber, Standing},
};
use layouts::InForce;
use posters::{
    PosterError, PosterText, Way, empty_layout_pdf, missing_characters, posting_guide_pdf,
};
use registry::{AuditLine, CheckpointRecord, VenueCodeRow};
use tokio::sync::OnceCell;

/// A file to download.
#[derive(Clone, Debug)]
pub struct Download {
    /// File name, may be Chinese.
    pub name: String,
    /// The bytes.
    pub bytes: Vec<u8>,
}

/// Which poster is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Order {
    /// The size.
    pub size: Size,
    /// For whom it is printed.
    pub print: Print,
}

/// What the name of a poster for a printing shop ends with.
const WITH_BLEED: &str = "-bleed";

impl Order {
    /// The poster that a name asks for: the name of its size, and `-bleed` for a printing shop.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        let (size, print) = match name.strip_suffix(WITH_BLEED) {
            Some(size) => (size, Print::WithBleed),
            None => (name, Print::Trimmed),
        };
        Size::from_code(size).map(|size| Self { size, print })
    }

    /// The name that asks for it.
    #[must_use]
    pub fn name(self) -> String {
        let end = if self.print == Print::WithBleed { WITH_BLEED } else { "" };
        format!("{}{end}", self.size.code())
    }

    /// Every poster for this kind of printing.
    #[must_use]
    pub fn all(print: Print) -> [Self; 3] {
        Size::ALL.map(|size| Self { size, print })
    }
}

/// The guide that says where and how the posters hang.
///
/// # Errors
/// `Broken` when it cannot be drawn.
pub async fn guide() -> Answer<Download> {
    let bytes = DRAWN_GUIDE.get_or_try_init(|| drawn(|| posting_guide_pdf(None))).await?;
    Ok(Download { name: posters::GUIDE.to_owned(), bytes: bytes.clone() })
}

/// The city's layout in the size with this name, without any door's data.
///
/// # Errors
/// `NotFound` for a size that there is not.
pub async fn empty_layout(size: &str) -> Answer<Download> {
    let size = Size::from_code(size).ok_or(Failure::NotFound)?;
    let at = Size::ALL.iter().position(|known| *known == size).unwrap_or(0);
    let bytes = DRAWN_EMPTY[at].get_or_try_init(|| drawn(move || empty_layout_pdf(size))).await?;
    let name = format!("场所码海报-空白版式-{}.pdf", size.code());
    Ok(Download { name, bytes: bytes.clone() })
}

/// Always the same bytes: drawn once, however many ask.
static DRAWN_GUIDE: OnceCell<Vec<u8>> = OnceCell::const_new();
static DRAWN_EMPTY: [OnceCell<Vec<u8>>; Size::ALL.len()] =
    [const { OnceCell::const_new() }; Size::ALL.len()];

/// Draws where that holds up nobody.
async fn drawn(
    draw: impl FnOnce() -> Result<Vec<u8>, PosterError> + Send + 'static,
) -> Answer<Vec<u8>> {
    let drawn = tokio::task::spawn_blocking(draw).await;
    drawn.map_err(Failure::broken)?.map_err(Failure::broken)
}

/// The poster with this name as PDF.
///
/// # Errors
/// `NotFound` for somebody else's and for a name that there is not; `Conflict` while the door is
/// not open or when a character cannot be drawn.
pub async fn one(
    house: &House,
    caller: &Manager,
    number: CheckpointNumber,
    name: &str,
) -> Answer<Download> {
    let order = Order::from_name(name).ok_or(Failure::NotFound)?;
    let code = code(house, caller, number).await?;
    let name = format!("{}-{}-{}.pdf", code.name, code.door, order.name());
    let line = line(house, caller, format!("检查点 {}", number.0), order.name());
    house.registry.audit(&[line]).await?;
    let layouts = InForce::now(house, order).await?;
    let text = text(house, &layouts, code);
    let drawn = tokio::task::spawn_blocking(move || layouts.draw(&text)).await;
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

/// The bare code as PNG, for programs that take no SVG.
///
/// # Errors
/// As [`one`].
pub async fn code_png(
    house: &House,
    caller: &Manager,
    number: CheckpointNumber,
) -> Answer<Download> {
    let code = code(house, caller, number).await?;
    let name = format!("{}-{}.png", code.name, code.door);
    let url = house.printed_url(&code.code);
    let png = tokio::task::spawn_blocking(move || posters::code_png(&url)).await;
    Ok(Download { name, bytes: png.map_err(Failure::broken)?.map_err(refuse)? })
}

async fn code(house: &House, caller: &Manager, number: CheckpointNumber) -> Answer<VenueCodeRow> {
    let checkpoint = managed_checkpoint(house, caller, number).await?;
    match checkpoint.standing {
        Standing::Applying => return Err(Failure::Conflict("审核通过后才能下载海报")),
        Standing::Suspended => return Err(Failure::Conflict("检查点已被暂停，恢复后才能下载海报")),
        Standing::Closed => return Err(Failure::Conflict("检查点已关闭，重新开放后才能下载海报")),
        Standing::Open => {}
    }
    house.registry.code_of(number).await?.ok_or(Failure::NotFound)
}

fn text(house: &House, layouts: &InForce, code: VenueCodeRow) -> PosterText {
    let way = if code.settings.is_exit { Way::Exit } else { Way::Entry };
    PosterText {
        way,
        url: house.printed_url(&code.code),
        place: code.name,
        door: code.door,
        county: code.county_name,
        address: code.address,
        number: code.short_number,
        issued_on: code.since.date_text(),
        layout_version: layouts.version(&code.county, way),
        retention_days: house.settings.visit_days,
        hotline: house.settings.hotline.clone(),
        note: house.settings.demo.then(|| "演示用码 · 非真实场所".to_owned()),
    }
}

/// The characters of a door's words that no poster can show.
///
/// # Errors
/// `Broken` when the fonts cannot be read.
pub(crate) fn undrawable(record: &CheckpointRecord) -> Answer<Vec<char>> {
    let words = [record.name.as_str(), &record.door, &record.address];
    missing_characters(words).map_err(Failure::broken)
}

/// A character that the fonts do not have is the manager's to change; the rest is ours.
fn refuse(error: PosterError) -> Failure {
    match error {
        PosterError::MissingGlyph { character, .. } => {
            tracing::warn!(%character, "a poster needs a character that the fonts lack");
            Failure::Conflict(
                "名称或地址里有字库没有的生僻字，检查点页面上写明了是哪几个：请更换写法",
            )
        }
        other => Failure::broken(other),
    }
}
