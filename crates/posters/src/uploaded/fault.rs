//! What is wrong with an uploaded layout, where, and what to do about it.

use std::fmt;

/// How many faults are reported at most: whoever corrects these uploads again anyway.
pub const LAYOUT_FAULTS_MAX: usize = 20;
/// The longest piece of a file that a fault repeats, in characters.
const QUOTED_CHARS_MAX: usize = 40;

/// A place in the file, both counted from 1; the column counts characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// The line.
    pub line: usize,
    /// The character in the line.
    pub column: usize,
}

/// One fault of an uploaded layout; as text it is a Chinese sentence for whoever drew it.
#[derive(Debug, Clone, PartialEq)]
pub struct LayoutFault {
    /// Where the element begins; `None` where the whole file is meant.
    pub at: Option<Position>,
    /// What is wrong.
    pub kind: FaultKind,
}

impl fmt::Display for LayoutFault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(Position { line, column }) = self.at {
            write!(formatter, "第 {line} 行第 {column} 列：")?;
        }
        self.kind.fmt(formatter)
    }
}

impl std::error::Error for LayoutFault {}

/// What is wrong with an uploaded layout. Names and values are those of the file, cut short.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum FaultKind {
    /// The file is longer than [`LAYOUT_BYTES_MAX`](super::LAYOUT_BYTES_MAX).
    #[error("文件有 {bytes} 字节，最多 {bytes_max} 字节。请简化图形后再上传")]
    TooLarge {
        /// Its length.
        bytes: usize,
        /// The limit.
        bytes_max: usize,
    },
    /// The bytes are not UTF-8.
    #[error("文件不是 UTF-8 编码。请另存为 UTF-8 编码的 SVG")]
    NotUtf8,
    /// The file is not well-formed XML.
    #[error("不是完整的 XML 文件（{why}）。请用绘图软件重新导出 SVG")]
    NotXml {
        /// What the reader of XML says.
        why: String,
    },
    /// The first element is not `svg` of the SVG namespace.
    #[error("不是 SVG 文件。最外层要是 <svg xmlns=\"http://www.w3.org/2000/svg\">")]
    NotSvg,
    /// `<!DOCTYPE …>`
    #[error("不能有 DOCTYPE。请删去这一行")]
    Doctype,
    /// `&name;` other than the five of XML itself.
    #[error("不能用实体 &{name};。请直接写出文字")]
    Entity {
        /// Its name.
        name: String,
    },
    /// `<?name …?>`
    #[error("不能有处理指令 <?{name}?>。请删去")]
    Instruction {
        /// Its name.
        name: String,
    },
    /// More elements and texts than [`LAYOUT_NODES_MAX`](super::LAYOUT_NODES_MAX).
    #[error("图形太多，最多 {nodes_max} 个。请合并图形")]
    TooManyNodes {
        /// The limit.
        nodes_max: usize,
    },
    /// Nested deeper than [`LAYOUT_DEPTH_MAX`](super::LAYOUT_DEPTH_MAX).
    #[error("嵌套太深，最多 {depth_max} 层。请取消多余的编组")]
    TooDeep {
        /// The limit.
        depth_max: usize,
    },
    /// More attributes on one element than anybody needs.
    #[error("<{element}> 的属性太多，最多 {attributes_max} 个。请删去不用的属性")]
    TooManyAttributes {
        /// The element.
        element: String,
        /// The limit.
        attributes_max: usize,
    },
    /// All outlines together have too many points.
    #[error("线条太复杂，全部节点最多 {steps_max} 个。请简化路径")]
    TooManySteps {
        /// The limit.
        steps_max: usize,
    },
    /// More fixed words than fit on any poster.
    #[error("固定文字太多，最多 {chars_max} 个字")]
    TooManyWords {
        /// The limit.
        chars_max: usize,
    },
    /// An element that is not drawn here.
    #[error("不能用 <{name}>。{todo}")]
    Element {
        /// Its name.
        name: String,
        /// What to do.
        todo: &'static str,
    },
    /// An attribute that is not drawn here.
    #[error("<{element}> 不能用 {name}。请删去，或改用基本图形")]
    Attribute {
        /// The element.
        element: String,
        /// The attribute or property.
        name: String,
    },
    /// `onclick` and the like.
    #[error("不能有事件属性 {name}。请删去")]
    EventAttribute {
        /// The attribute.
        name: String,
    },
    /// `href`, `src`, `url(…)`
    #[error("不能引用别处的内容（{name}）。请把内容直接画在文件里")]
    Link {
        /// The attribute.
        name: String,
    },
    /// A value that cannot be read.
    #[error("{name}=\"{value}\" 看不懂。{todo}")]
    Value {
        /// The attribute or property.
        name: String,
        /// Its value.
        value: String,
        /// What is allowed.
        todo: &'static str,
    },
    /// A number that is not finite or far outside of any page.
    #[error("{name} 的数值太大或不是数。请检查这个图形")]
    NumberRange {
        /// The attribute.
        name: String,
    },
    /// Another font than the two compiled-in weights.
    #[error("不能用字体“{family}”。请改用 Noto Sans SC，或把文字转成路径")]
    Font {
        /// Its name.
        family: String,
    },
    /// The fonts lack a character.
    #[error("字库里没有“{character}”（U+{:04X}）。请换一个字，或把文字转成路径", u32::from(*character))]
    MissingGlyph {
        /// The character.
        character: char,
    },
    /// Words that are turned, stretched or outlined.
    #[error("文字不能旋转、拉伸或描边。请去掉变换，或把文字转成路径")]
    TurnedWords,
    /// A line whose width differs by direction.
    #[error("描边的图形不能不等比缩放。请把描边转成路径")]
    StretchedPen,
    /// Opacity on a group.
    #[error("不能在编组上设透明度。请设在每个图形上")]
    GroupOpacity,
    /// The page has another size.
    #[error("页面是 {found}，应为宽 {}mm、高 {}mm。请改 width 和 height", wanted.0, wanted.1)]
    PageSize {
        /// What the file says.
        found: String,
        /// Width and height in mm.
        wanted: (f32, f32),
    },
    /// The view box has another shape than the page.
    #[error("viewBox 的长宽比和页面不同。请用 viewBox=\"0 0 {} {}\"", wanted.0, wanted.1)]
    ViewBox {
        /// Width and height in mm.
        wanted: (f32, f32),
    },
    /// A place is missing.
    #[error("缺少 id=\"{id}\" 的矩形（{meaning}）。请画一个 rect，设好 id")]
    PlaceMissing {
        /// Its id.
        id: &'static str,
        /// What belongs there.
        meaning: &'static str,
    },
    /// A place is there more than once.
    #[error("id=\"{id}\" 出现了不止一次。只能留一个")]
    PlaceTwice {
        /// Its id.
        id: &'static str,
    },
    /// The id of a place on another element.
    #[error("id=\"{id}\" 只能用在 rect 上。请改成矩形，或换一个 id")]
    PlaceNotRect {
        /// Its id.
        id: &'static str,
    },
    /// A place is turned, mirrored or has no extent.
    #[error("位置“{id}”不能旋转、倾斜、翻转，宽和高要大于 0")]
    PlaceTurned {
        /// Its id.
        id: &'static str,
    },
    /// A place reaches beyond the page.
    #[error("位置“{id}”超出了页面。请移到页面以内")]
    PlaceOutside {
        /// Its id.
        id: &'static str,
    },
    /// Two places share ground.
    #[error("位置“{id}”和“{other}”重叠。请分开")]
    PlacesOverlap {
        /// One.
        id: &'static str,
        /// The other.
        other: &'static str,
    },
    /// The letters of a place would be too small to read.
    #[error("位置“{id}”太小：最长的文字只有 {size_mm:.1} mm 高，至少要 {wanted_mm} mm。请放大矩形")]
    PlaceSmall {
        /// Its id.
        id: &'static str,
        /// The size of its letters in mm at the longest text.
        size_mm: f32,
        /// The smallest size in mm.
        wanted_mm: f32,
    },
    /// The code is not a square.
    #[error("位置“code”要是正方形，现在是 {width:.1} × {height:.1} mm")]
    CodeNotSquare {
        /// Its width in mm.
        width: f32,
        /// Its height in mm.
        height: f32,
    },
    /// The code is too small to be read from afar.
    #[error("场所码的边长只有 {found:.1} mm，至少要 {wanted} mm。请放大")]
    CodeSmall {
        /// Its width in mm.
        found: f32,
        /// The smallest width in mm.
        wanted: f32,
    },
    /// A shape reaches into the code.
    #[error("这个图形伸进了场所码的位置。请移开，或让它铺满整个位置的下面")]
    CodeCovered,
    /// Fixed words lie in a place.
    #[error("这段文字和位置“{id}”重叠。请移开文字")]
    WordsOnPlace {
        /// The id of the place.
        id: &'static str,
    },
    /// The letters of a place differ too little from what lies under them.
    #[error("位置“{id}”的文字看不清：对比度 {ratio:.1}，至少要 4.5。请改 data-colour 或底色")]
    Contrast {
        /// Its id.
        id: &'static str,
        /// The smallest contrast, a WCAG 2.1 ratio.
        ratio: f32,
    },
    /// There is no room for the note of a demonstration.
    #[error("没有位置写“演示用码”。请画一个 id=\"note\" 的矩形，或空出页面的上边或下边")]
    NoteWithoutRoom,
}

/// The faults found so far.
#[derive(Debug, Default)]
pub(super) struct Faults(Vec<LayoutFault>);

impl Faults {
    /// Notes a fault; those after the twentieth are dropped, and so is a repetition.
    pub(super) fn add(&mut self, at: impl Into<Option<Position>>, kind: FaultKind) {
        let fault = LayoutFault { at: at.into(), kind };
        if self.0.len() < LAYOUT_FAULTS_MAX && !self.0.contains(&fault) {
            self.0.push(fault);
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn is_full(&self) -> bool {
        self.0.len() == LAYOUT_FAULTS_MAX
    }

    pub(super) fn into_list(self) -> Vec<LayoutFault> {
        self.0
    }
}

/// A piece of the file, short enough to be shown.
pub(super) fn quoted(text: &str) -> String {
    let shown = |c: char| if c.is_control() { ' ' } else { c };
    let mut short: String = text.chars().take(QUOTED_CHARS_MAX).map(shown).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}
