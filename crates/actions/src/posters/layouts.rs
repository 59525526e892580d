//! The city's own layouts: checked when they come, looked at, put in force for the city or a county.

use super::{Download, Order, Print, Size};
use crate::{Answer, Failure, House, accounts::principals::Administrator, regions};
use domain::{audit::Deed, fields::Complaints, text::line, time::UnixMs};
use posters::{
    LAYOUT_BYTES_MAX, LayoutFault, PosterError, PosterPage, PosterText, UploadedLayout, Way,
    example_layout_svg, poster_page, poster_page_in, poster_pdf_for, poster_pdf_in,
};
use registry::{AuditLine, LayoutRow, NewLayout};
use std::{collections::HashMap, sync::Arc};

/// Most bytes of a layout.
pub const BYTES_MAX: usize = LAYOUT_BYTES_MAX;
/// Most characters of what a layout is called.
const NOTE_CHARS_MAX: usize = 40;
/// Layouts that are listed.
const LISTED_MAX: i64 = 200;
/// Version of the built-in layout.
pub(super) const BUILT_IN: u32 = 1;

/// What comes with a layout.
#[derive(Clone, Debug, Default)]
pub struct LayoutForm {
    /// Name of the size.
    pub size: String,
    /// County code; empty for the whole city.
    pub county: String,
    /// What it is called.
    pub note: String,
}

/// A layout in the list.
#[derive(Clone, Debug)]
pub struct Listed {
    /// Its number, printed on posters.
    pub version: i64,
    /// The size.
    pub size: Size,
    /// Name of the city or county that it is for.
    pub region_name: String,
    /// What it is called.
    pub note: String,
    /// When it came.
    pub uploaded: UnixMs,
    /// Whether posters follow it now.
    pub in_force: bool,
}

/// What became of a layout.
#[derive(Clone, Debug)]
pub enum Checked {
    /// It is kept under this number and not in force yet.
    Kept(i64),
    /// It is not kept; what is wrong, each with its line and column.
    Refused(Vec<LayoutFault>),
}

/// The layouts, newest first.
///
/// # Errors
/// `Broken` when the registry cannot be read.
pub async fn list(house: &House, _: &Administrator) -> Answer<Vec<Listed>> {
    let regions = regions::all(house).await?;
    let rows = house.registry.layouts(LISTED_MAX).await?;
    let listed = |row: LayoutRow| {
        Some(Listed {
            size: Size::from_code(&row.size)?,
            region_name: regions::name_of(&regions, &row.region),
            in_force: row.in_force(),
            version: row.version,
            note: row.note,
            uploaded: row.uploaded,
        })
    };
    Ok(rows.into_iter().filter_map(listed).collect())
}

/// Checks a layout and keeps it.
///
/// # Errors
/// `Invalid` at `size`, `county` or `note`.
pub async fn upload(
    house: &House,
    caller: &Administrator,
    form: &LayoutForm,
    svg: Vec<u8>,
) -> Answer<Checked> {
    let regions = regions::all(house).await?;
    let mut complaints = Complaints::default();
    let size = complaints.take("size", Size::from_code(&form.size).ok_or("请选择海报尺寸"));
    let note =
        line(&form.note, NOTE_CHARS_MAX, "请写明这是哪一版，例如“2026 年版”", "不能超过 40 个字");
    let note = complaints.take("note", note);
    let wanted = form.county.trim();
    // The city alone lies in no other region.
    let region = regions.iter().find(|region| match wanted {
        "" => region.parent.is_none(),
        code => region.code.as_str() == code && code.len() == 6,
    });
    let region = complaints.take("county", region.ok_or("没有这个县区，请重新选择"));
    let (Some(size), Some(note), Some(region)) = (size, note, region) else {
        return Err(complaints.into());
    };
    let (read, svg) = read(size, svg).await?;
    if let Err(faults) = read {
        return Ok(Checked::Refused(faults));
    }
    let region = region.code.as_str().to_owned();
    let detail = format!("{}，{region}，{note}", size.code());
    let line = AuditLine { detail, ..audit_line(house, caller, Deed::LayoutUploaded, 0) };
    let new = NewLayout { size: size.code().to_owned(), region, svg, note };
    Ok(Checked::Kept(house.registry.insert_layout(&new, &line).await?))
}

type Read = Result<UploadedLayout, Vec<LayoutFault>>;

/// Reads a layout where that holds up nobody; gives the file back.
async fn read(size: Size, svg: Vec<u8>) -> Answer<(Read, Vec<u8>)> {
    let read = tokio::task::spawn_blocking(move || (UploadedLayout::read(size, &svg), svg)).await;
    read.map_err(Failure::broken)
}

/// Puts a layout in force from now on: posters that are downloaded later follow it.
///
/// # Errors
/// `NotFound` for one that there is not; `Conflict` when it is in force already.
pub async fn begin(house: &House, caller: &Administrator, version: i64) -> Answer<()> {
    house.registry.layout(version).await?.ok_or(Failure::NotFound)?;
    let line = audit_line(house, caller, Deed::LayoutBegun, version);
    let done = house.registry.begin_layout(version, &line).await?;
    if done { Ok(()) } else { Err(Failure::Conflict("这个版式已经启用")) }
}

/// Takes a layout back: posters follow the city's or the built-in one again.
///
/// # Errors
/// `NotFound` for one that there is not; `Conflict` when it is not in force.
pub async fn end(house: &House, caller: &Administrator, version: i64) -> Answer<()> {
    house.registry.layout(version).await?.ok_or(Failure::NotFound)?;
    let line = audit_line(house, caller, Deed::LayoutEnded, version);
    let done = house.registry.end_layout(version, &line).await?;
    if done { Ok(()) } else { Err(Failure::Conflict("这个版式没有启用")) }
}

/// A poster of invented words in this layout: names as long as there are.
///
/// # Errors
/// `NotFound` for one that there is not.
pub async fn preview(house: &House, _: &Administrator, version: i64) -> Answer<Download> {
    let (row, svg) = house.registry.layout(version).await?.ok_or(Failure::NotFound)?;
    let size = Size::from_code(&row.size).ok_or(Failure::NotFound)?;
    let text = sample(house, version);
    let drawn = tokio::task::spawn_blocking(move || {
        let layout = UploadedLayout::read(size, &svg).map_err(|faults| faults_text(&faults))?;
        poster_pdf_in(&layout, &text, Print::Trimmed).map_err(|error| error.to_string())
    });
    let bytes = drawn.await.map_err(Failure::broken)?.map_err(Failure::broken)?;
    Ok(Download { name: format!("版式{version}-预览-{}.pdf", size.code()), bytes })
}

fn sample(house: &House, version: i64) -> PosterText {
    PosterText {
        way: Way::Entry,
        url: house.printed_url("abcdefghijklmnop"),
        place: "版式预览 · 阜阳市政务服务中心颍淮分中心综合服务大厅".to_owned(),
        door: "东南门（无障碍通道）".to_owned(),
        county: "颍州区".to_owned(),
        address: "清河东路 1234 号".to_owned(),
        number: "FY-0000-00000".to_owned(),
        issued_on: house.now().date_text(),
        layout_version: u32::try_from(version).unwrap_or(0),
        retention_days: house.settings.visit_days,
        hotline: house.settings.hotline.clone(),
        note: Some("预览 · 不可张贴".to_owned()),
    }
}

/// The file of a layout as it came.
///
/// # Errors
/// `NotFound` for one that there is not.
pub async fn file(house: &House, _: &Administrator, version: i64) -> Answer<Download> {
    let (row, svg) = house.registry.layout(version).await?.ok_or(Failure::NotFound)?;
    Ok(Download { name: format!("版式{version}-{}.svg", row.size), bytes: svg })
}

/// The built-in layout as a file to start from, in the size with this name.
///
/// # Errors
/// `NotFound` for a size that there is not.
pub async fn example(_: &Administrator, size: &str) -> Answer<Download> {
    let size = Size::from_code(size).ok_or(Failure::NotFound)?;
    let svg = tokio::task::spawn_blocking(move || example_layout_svg(size)).await;
    let svg = svg.map_err(Failure::broken)?.map_err(Failure::broken)?;
    Ok(Download { name: format!("版式样例-{}.svg", size.code()), bytes: svg.into_bytes() })
}

fn audit_line(house: &House, caller: &Administrator, deed: Deed, version: i64) -> AuditLine {
    let subject = format!("版式 {version}");
    AuditLine { at: house.now(), actor: caller.actor(), deed, subject, detail: String::new() }
}

fn faults_text(faults: &[LayoutFault]) -> String {
    faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

/// The layouts that are in force for posters of one order.
#[derive(Clone)]
pub(super) struct InForce {
    order: Order,
    /// The version of a region.
    of_region: HashMap<String, u32>,
    layouts: Arc<HashMap<u32, UploadedLayout>>,
}

impl InForce {
    /// What is in force now.
    ///
    /// # Errors
    /// `Broken` when the registry cannot be read.
    pub(super) async fn now(house: &House, order: Order) -> Answer<Self> {
        let rows = house.registry.layouts_in_force(order.size.code()).await?;
        let (mut of_region, mut layouts) = (HashMap::new(), HashMap::new());
        for (row, svg) in rows {
            let version = u32::try_from(row.version).map_err(Failure::broken)?;
            match read(order.size, svg).await?.0 {
                Ok(layout) => {
                    of_region.insert(row.region, version);
                    layouts.insert(version, layout);
                }
                // One that was taken and cannot be read any more holds nobody's poster up.
                Err(faults) => {
                    tracing::error!(
                        version,
                        faults = faults_text(&faults),
                        "a layout is passed over"
                    );
                }
            }
        }
        Ok(Self { order, of_region, layouts: Arc::new(layouts) })
    }

    /// The version for a door in this county: the county's, the city's, the built-in one. The words
    /// of a layout that was uploaded are for ways in, so a way out has the built-in one.
    pub(super) fn version(&self, county: &str, way: Way) -> u32 {
        if way == Way::Exit {
            return BUILT_IN;
        }
        let city = format!("{}00", county.get(..4).unwrap_or_default());
        let found = self.of_region.get(county).or_else(|| self.of_region.get(&city));
        found.copied().unwrap_or(BUILT_IN)
    }

    /// The poster in the layout that its text names.
    pub(super) fn draw(&self, text: &PosterText) -> Result<Vec<u8>, PosterError> {
        let Order { size, print } = self.order;
        match self.layouts.get(&text.layout_version) {
            Some(layout) => poster_pdf_in(layout, text, print),
            None => poster_pdf_for(size, text, print),
        }
    }

    /// The same as a page of a PDF with others.
    pub(super) fn draw_page(&self, text: &PosterText) -> Result<PosterPage, PosterError> {
        let Order { size, print } = self.order;
        match self.layouts.get(&text.layout_version) {
            Some(layout) => poster_page_in(layout, text, print),
            None => poster_page(size, text, print),
        }
    }
}
