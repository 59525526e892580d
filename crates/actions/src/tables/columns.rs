//! Which column is what: the header is found and its titles, Chinese or English, are recognised.

use super::{HEADER_ROWS_MAX, TableRow, column_letters};
use domain::text::{narrow, same_form, tidy};

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Column {
    /// Registered name of the organisation.
    Organisation,
    /// Registered name of the place.
    Checkpoint,
    /// Which door.
    Door,
    /// Address.
    Address,
    /// County.
    County,
    /// Township or street.
    Township,
    /// Category of the notice.
    Category,
    /// Person responsible for the door.
    Manager,
    /// That person's mobile number.
    Phone,
    /// Unified social credit code; may be left out.
    CreditCode,
    /// Degrees east; may be left out.
    Longitude,
    /// Degrees north; may be left out.
    Latitude,
    /// Kind of a person's document.
    IdKind,
    /// Number of a person's document.
    IdNumber,
    /// A person's name.
    PersonName,
    /// Colour of a health code.
    Colour,
    /// When the colour was confirmed.
    Confirmed,
    /// When a sample was taken.
    Sampled,
    /// What a test found.
    TestResult,
    /// Who tested.
    TestedBy,
    /// Where a person has been.
    Itinerary,
    /// Doses of vaccine.
    Doses,
}

/// How many kinds of column there are.
pub(crate) const COLUMNS: usize = 22;
/// How many of them a list of doors can have.
const OF_DOORS: usize = 12;

impl Column {
    /// All columns of a list of doors or places.
    pub const ALL: [Self; OF_DOORS] = [
        Self::Organisation,
        Self::Checkpoint,
        Self::Door,
        Self::Address,
        Self::County,
        Self::Township,
        Self::Category,
        Self::Manager,
        Self::Phone,
        Self::CreditCode,
        Self::Longitude,
        Self::Latitude,
    ];
    /// All columns of a list of health statuses.
    pub const OF_STATUSES: [Self; COLUMNS - OF_DOORS] = [
        Self::IdKind,
        Self::IdNumber,
        Self::PersonName,
        Self::Colour,
        Self::Confirmed,
        Self::Sampled,
        Self::TestResult,
        Self::TestedBy,
        Self::Itinerary,
        Self::Doses,
    ];
    /// What the authority's list must have.
    pub const OF_AUTHORITY: [Self; 9] = [
        Self::Organisation,
        Self::Checkpoint,
        Self::Door,
        Self::Address,
        Self::County,
        Self::Township,
        Self::Category,
        Self::Manager,
        Self::Phone,
    ];
    /// What the register of places must have.
    pub const OF_PLACES: [Self; 3] = [Self::Checkpoint, Self::Address, Self::County];
    /// What a unit's own table must have: the same without the organisation.
    pub const OF_UNIT: &[Self] = Self::OF_AUTHORITY.split_at(1).1;

    /// The title a list should have.
    #[must_use]
    pub fn title(self) -> &'static str {
        self.titles()[0]
    }

    /// Titles that mean this column, evened out; the first one is shown.
    fn titles(self) -> &'static [&'static str] {
        match self {
            Self::Organisation => &[
                "单位名称",
                "单位",
                "所属单位",
                "单位全称",
                "企业名称",
                "市场主体名称",
                "商户名称",
                "organisation",
                "organization",
                "unit",
            ],
            Self::Checkpoint => &[
                "场所名称",
                "检查点名称",
                "名称",
                "检查点",
                "场所",
                "checkpoint",
                "checkpointname",
                "name",
                "venue",
                "place",
            ],
            Self::Door => &["门", "出入口", "门名称", "出入口名称", "door", "gate", "entrance"],
            Self::Address => {
                &["详细地址", "地址", "场所地址", "经营场所", "经营地址", "住所", "address"]
            }
            Self::County => &["县区", "区县", "所属县区", "县市区", "county", "district"],
            Self::Township => &[
                "乡镇街道",
                "乡镇",
                "街道",
                "镇街",
                "街道乡镇",
                "所属乡镇街道",
                "township",
                "town",
                "street",
            ],
            Self::Category => &["场所类别", "类别", "场所类型", "类型", "category", "type"],
            Self::Manager => &[
                "管理员",
                "管理员姓名",
                "负责人",
                "负责人姓名",
                "责任人",
                "manager",
                "managername",
                "responsible",
                "responsibleperson",
            ],
            Self::Phone => &[
                "联系电话",
                "电话",
                "手机",
                "联系方式",
                "手机号",
                "手机号码",
                "电话号码",
                "phone",
                "mobile",
                "telephone",
                "tel",
                "phonenumber",
            ],
            Self::CreditCode => &[
                "统一社会信用代码",
                "信用代码",
                "社会信用代码",
                "统一社会信用代码注册号",
                "creditcode",
                "uscc",
            ],
            Self::Longitude => &["经度", "longitude", "lng", "lon"],
            Self::Latitude => &["纬度", "latitude", "lat"],
            Self::IdKind => &["证件类型", "证件种类", "idkind", "idtype"],
            Self::IdNumber => &[
                "证件号码",
                "证件号",
                "身份证号",
                "身份证号码",
                "身份证",
                "公民身份号码",
                "idnumber",
                "idcardno",
            ],
            Self::PersonName => &["姓名", "人员姓名", "被检人姓名", "name", "username"],
            Self::Colour => &[
                "健康码",
                "健康码状态",
                "健康码颜色",
                "码色",
                "颜色",
                "赋码状态",
                "colour",
                "color",
                "healthlevel",
            ],
            Self::Confirmed => &["状态时间", "健康码时间", "赋码时间", "更新时间", "confirmed"],
            Self::Sampled => &["采样时间", "核酸采样时间", "采样日期", "sampled", "samplingtime"],
            Self::TestResult => &["检测结果", "核酸结果", "核酸检测结果", "核酸", "结果", "result"],
            Self::TestedBy => &["检测机构", "检测单位", "核酸检测机构", "testedby", "laboratory"],
            Self::Itinerary => &["行程", "行程码", "行程状态", "itinerary"],
            Self::Doses => &["接种剂次", "疫苗剂次", "疫苗接种", "疫苗", "doses", "vaccination"],
        }
    }

    /// The column of a list of doors that a title means. What stands in brackets is a note:
    /// `电话（必填）`.
    #[must_use]
    pub fn from_title(title: &str) -> Option<Self> {
        Self::among(title, &Self::ALL)
    }

    fn among(title: &str, columns: &[Self]) -> Option<Self> {
        let mut depth = 0usize;
        let mut bare = String::new();
        for c in narrow(title).chars() {
            match c {
                '(' | '[' | '【' | '〔' => depth += 1,
                ')' | ']' | '】' | '〕' => depth = depth.saturating_sub(1),
                other if depth == 0 => bare.push(other),
                _ => {}
            }
        }
        let bare = same_form(&bare);
        columns.iter().copied().find(|column| column.titles().contains(&bare.as_str()))
    }
}

/// Where the header stands and which column is what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// Row number in the spreadsheet.
    pub row: u32,
    /// Titles of columns that nobody asked for.
    pub unused: Vec<String>,
    pub(crate) places: [Option<u32>; COLUMNS],
    pub(crate) titles: [String; COLUMNS],
}

impl Header {
    /// Where a column stands (from 0), if it does.
    #[must_use]
    pub fn place(&self, column: Column) -> Option<u32> {
        self.places[column as usize]
    }

    /// Titles that nobody asked for, in one line; none when every column has its use.
    #[must_use]
    pub fn unused_in_words(&self) -> Option<String> {
        let shown: Vec<_> =
            self.unused.iter().take(UNUSED_MAX).map(|title| clipped(title)).collect();
        let more = if self.unused.len() > UNUSED_MAX { " 等" } else { "" };
        (!shown.is_empty()).then(|| format!("{}{more}", shown.join("、")))
    }

    /// The title of the column at this place, as the list has it.
    #[must_use]
    pub fn title_at(&self, place: u32) -> String {
        let at = self.places.iter().position(|known| *known == Some(place));
        at.map_or_else(String::new, |at| self.titles[at].clone())
    }

    fn missing(&self, needed: &[Column]) -> Vec<&'static str> {
        needed.iter().filter(|c| self.place(**c).is_none()).map(|c| c.title()).collect()
    }
}

/// Reads a row as a header; says which two columns mean the same, when two do.
fn read(row: &TableRow, among: &[Column]) -> (Header, Option<String>) {
    let mut header = Header {
        row: row.number,
        unused: Vec::new(),
        places: [None; COLUMNS],
        titles: std::array::from_fn(|_| String::new()),
    };
    let mut twice = None;
    for (at, cell) in (0u32..).zip(&row.cells) {
        let title = tidy(&cell.shown());
        match Column::among(&title, among) {
            None if title.is_empty() => {}
            None => header.unused.push(title),
            Some(column) => match header.places[column as usize] {
                None => {
                    header.places[column as usize] = Some(at);
                    header.titles[column as usize] = title;
                }
                Some(first) => {
                    twice.get_or_insert_with(|| {
                        let titles = (&header.titles[column as usize], &title);
                        let letters = (column_letters(first), column_letters(at));
                        format!(
                            "{} 列“{}”和 {} 列“{}”都表示“{}”，请只留一列",
                            letters.0,
                            titles.0,
                            letters.1,
                            titles.1,
                            column.title()
                        )
                    });
                }
            },
        }
    }
    (header, twice)
}

fn candidates(rows: &[TableRow]) -> impl Iterator<Item = &TableRow> {
    rows.iter().take_while(|row| row.number <= HEADER_ROWS_MAX)
}

/// How many columns the best header among the first rows has: how well a separator fits.
#[must_use]
pub fn known_columns(rows: &[TableRow]) -> usize {
    let best = |among: &[Column]| candidates(rows).map(|row| count(&read(row, among).0)).max();
    best(&Column::ALL).max(best(&Column::OF_STATUSES)).unwrap_or(0)
}

fn count(header: &Header) -> usize {
    header.places.iter().flatten().count()
}

/// As [`find_header`], for the register of places: a list that names only units means them.
///
/// # Errors
/// As [`find_header`].
pub fn find_header_of_places(rows: &[TableRow]) -> Result<Header, String> {
    find(rows, &Column::ALL, &Column::OF_PLACES, |header| {
        let (name, unit) = (Column::Checkpoint as usize, Column::Organisation as usize);
        if header.places[name].is_none() {
            header.places.swap(name, unit);
            header.titles.swap(name, unit);
        }
    })
}

/// Finds the header, which must have the columns `needed`, among the first ten rows.
///
/// # Errors
/// A Chinese sentence that lists the titles found and those needed.
pub fn find_header(rows: &[TableRow], needed: &[Column]) -> Result<Header, String> {
    find(rows, &Column::ALL, needed, |_| {})
}

/// As [`find_header`], for a list of health statuses, which must have a column of documents.
///
/// # Errors
/// As [`find_header`].
pub fn find_header_of_statuses(rows: &[TableRow]) -> Result<Header, String> {
    let header = find(rows, &Column::OF_STATUSES, &[Column::IdNumber], |_| {})?;
    // Otherwise every single row would be said to be empty.
    if STATEMENTS.iter().all(|column| header.place(*column).is_none()) {
        let titles: Vec<_> = STATEMENTS.iter().map(|column| column.title()).collect();
        let unused: Vec<_> = header.unused.iter().map(|title| clipped(title)).collect();
        return Err(format!(
            "表头（第 {} 行）里没有要登记的内容，至少要有一列：{}。没有用到的列：{}",
            header.row,
            titles.join("、"),
            unused.join("、"),
        ));
    }
    Ok(header)
}

/// What a list of health statuses can say of somebody; one of these it must have.
const STATEMENTS: [Column; 4] =
    [Column::Colour, Column::TestResult, Column::Itinerary, Column::Doses];

fn find(
    rows: &[TableRow],
    among: &[Column],
    needed: &[Column],
    understood: impl Fn(&mut Header),
) -> Result<Header, String> {
    let mut read: Vec<_> = candidates(rows).map(|row| read(row, among)).collect();
    read.iter_mut().for_each(|(header, _)| understood(header));
    // The first of the best: a later row that merely looks alike is data.
    let best = read.into_iter().rev().max_by_key(|(header, _)| count(header));
    let titles = needed.iter().map(|c| c.title()).collect::<Vec<_>>().join("、");
    let Some((header, twice)) = best.filter(|(header, _)| count(header) > 0) else {
        return Err(format!("前 {HEADER_ROWS_MAX} 行里没有找到表头。需要的列：{titles}"));
    };
    let missing = header.missing(needed);
    if !missing.is_empty() {
        let known = header.titles.iter().filter(|title| !title.is_empty());
        let found: Vec<_> = known.chain(&header.unused).map(|title| clipped(title)).collect();
        return Err(format!(
            "表头（第 {} 行）缺少：{}。找到的列：{}。需要的列：{titles}",
            header.row,
            missing.join("、"),
            found.join("、"),
        ));
    }
    twice.map_or(Ok(header), Err)
}

/// Most titles without a use that are named.
const UNUSED_MAX: usize = 10;
/// Most characters of a title that are repeated in a message.
const TITLE_CHARS_MAX: usize = 20;

fn clipped(title: &str) -> String {
    title.chars().take(TITLE_CHARS_MAX).collect()
}
