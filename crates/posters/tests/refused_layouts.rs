//! Every fault that an uploaded layout can have, with an example of it.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use posters::{
    FaultKind as Kind, LAYOUT_BYTES_MAX, LAYOUT_DEPTH_MAX, LAYOUT_FAULTS_MAX, LAYOUT_NODES_MAX,
    LayoutFault, Position, Size, UploadedLayout, example_layout_svg,
};

fn good() -> String {
    example_layout_svg(Size::A4).unwrap()
}

/// The good layout with more inside, drawn last.
fn with(more: &str) -> String {
    good().replace("</svg>", &format!("{more}</svg>"))
}

/// The good layout with one piece of it replaced, which must be there.
fn instead(of: &str, by: &str) -> String {
    let good = good();
    assert!(good.contains(of), "{of}");
    good.replacen(of, by, 1)
}

fn faults(svg: &str) -> Vec<LayoutFault> {
    match UploadedLayout::read(Size::A4, svg.as_bytes()) {
        Ok(_) => Vec::new(),
        Err(faults) => faults,
    }
}

/// Asserts that the layout has such a fault and that it is said in Chinese.
macro_rules! assert_fault {
    ($svg:expr, $kind:pat) => {{
        let faults = faults(&$svg);
        let found = faults.iter().find(|fault| matches!(fault.kind, $kind));
        let said = found.unwrap_or_else(|| panic!("{faults:?}")).to_string();
        assert!(said.chars().any(|c| ('\u{4e00}'..'\u{9fff}').contains(&c)), "{said}");
    }};
}

#[test]
fn the_good_layout_is_good_in_every_size() {
    for size in Size::ALL {
        let svg = example_layout_svg(size).unwrap();
        let read = UploadedLayout::read(size, svg.as_bytes());
        assert_eq!(read.expect("no fault").size(), size);
    }
}

#[test]
fn what_drawing_programs_write_is_taken() {
    let more = "<defs id='defs1'/><metadata><rdf:RDF xmlns:rdf='r'><cc:Work rdf:about=''/></rdf:RDF>\
        </metadata><sodipodi:namedview id='base' pagecolor='#ffffff' inkscape:zoom='1'/>\
        <g inkscape:label='层' style='display:inline' transform='translate(1,1) scale(0.5)'>\
        <path style='fill:#0b5cab;fill-opacity:0.5;stroke:none;-inkscape-stroke:none;\
        fill-rule:evenodd' d='M4 4a2 2 0 1 0 4 0 2 2 0 10-4 0z'><title>点</title></path>\
        <text xml:space='preserve' x='3' y='50' style='font-size:4px;line-height:1.25;\
        font-family:&apos;Noto Sans SC&apos;;font-style:normal;text-anchor:start;fill:white'>\
        <tspan sodipodi:role='line' x='3' y='50'>甲 &amp; <tspan font-weight='bold'>乙</tspan>\
        </tspan></text></g>";
    assert_eq!(faults(&with(more)), []);
}

#[test]
fn a_fault_says_where_it_is_and_what_to_do() {
    let svg = instead("  <desc>", "  <image width='3'/>\n  <desc>");
    let [fault] = &faults(&svg)[..] else { panic!() };
    assert_eq!(fault.at, Some(Position { line: 4, column: 3 }));
    assert_eq!(fault.to_string(), "第 4 行第 3 列：不能用 <image>。请把图片描成矢量图形");
}

#[test]
fn what_is_no_xml_is_refused() {
    assert_fault!("", Kind::NotSvg);
    assert_fault!("<html xmlns='http://www.w3.org/1999/xhtml'/>", Kind::NotSvg);
    assert_fault!(instead(" xmlns=\"http://www.w3.org/2000/svg\"", ""), Kind::NotSvg);
    assert_fault!(instead("</svg>", ""), Kind::NotXml { .. });
    assert_fault!(instead("</g>", "</p>"), Kind::NotXml { .. });
    assert_fault!(format!("{}<svg/>", good()), Kind::NotXml { .. });
    assert_fault!(format!("{}words", good()), Kind::NotXml { .. });
    assert_fault!(with("<rect x='1' x='2'/>"), Kind::NotXml { .. });
    assert_fault!(with("<rect x=1/>"), Kind::NotXml { .. });
    let mut bytes = good().into_bytes();
    bytes.push(0xff);
    let faults = UploadedLayout::read(Size::A4, &bytes).unwrap_err();
    assert_eq!(faults[0].kind, Kind::NotUtf8);
}

#[test]
fn document_types_entities_and_instructions_are_refused() {
    let bomb = "<!DOCTYPE svg [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;'>]><svg>&b;</svg>";
    assert_fault!(bomb, Kind::Doctype);
    assert_fault!(with("<text x='3' y='3'>&b;</text>"), Kind::Entity { .. });
    assert_fault!(with("<rect width='&b;'/>"), Kind::Entity { .. });
    assert_fault!(with("<?xml-stylesheet href='x'?>"), Kind::Instruction { .. });
}

#[test]
fn what_runs_or_fetches_is_refused_even_where_it_is_not_drawn() {
    for name in [
        "script",
        "foreignObject",
        "image",
        "use",
        "style",
        "filter",
        "mask",
        "clipPath",
        "pattern",
        "linearGradient",
        "animate",
        "a",
        "iframe",
        "symbol",
        "svg",
        "marker",
        "x:rect",
        "switch",
    ] {
        assert_fault!(with(&format!("<{name}/>")), Kind::Element { .. });
        assert_fault!(with(&format!("<defs><{name}/></defs>")), Kind::Element { .. });
        assert_fault!(with(&format!("<rect><{name}/></rect>")), Kind::Element { .. });
    }
    assert_fault!(with("<metadata><x:script>1</x:script></metadata>"), Kind::Element { .. });
    assert_fault!(with("<metadata onload='x()'/>"), Kind::EventAttribute { .. });
    for event in ["onclick", "onload", "ONLOAD", "ev:onclick"] {
        assert_fault!(with(&format!("<g {event}='x()'/>")), Kind::EventAttribute { .. });
    }
    for link in ["href='#a'", "xlink:href='https://a.cn'", "src='a'", "xml:base='https://a.cn'"] {
        assert_fault!(with(&format!("<g {link}/>")), Kind::Link { .. });
    }
    for link in ["fill='url(#a)'", "fill=' URL ( https://a.cn/ )'", "style='fill:url(#a)'"] {
        assert_fault!(with(&format!("<rect {link}/>")), Kind::Link { .. });
    }
    assert_fault!(with("<title xlink:title='javascript:x()'/>"), Kind::Link { .. });
}

#[test]
fn the_limits_are_kept() {
    let long = with(&" ".repeat(LAYOUT_BYTES_MAX));
    assert_fault!(long, Kind::TooLarge { .. });
    assert_fault!(with(&"<g/>".repeat(LAYOUT_NODES_MAX)), Kind::TooManyNodes { .. });
    let deep = LAYOUT_DEPTH_MAX;
    assert_fault!(
        with(&format!("{}{}", "<g>".repeat(deep), "</g>".repeat(deep))),
        Kind::TooDeep { .. }
    );
    let fits = deep - 1;
    assert_eq!(faults(&with(&format!("{}{}", "<g>".repeat(fits), "</g>".repeat(fits)))), []);
    let many: String = (0..65).map(|n| format!(" a{n}=''")).collect();
    assert_fault!(with(&format!("<g{many}/>")), Kind::TooManyAttributes { .. });
    let path = format!("<path d='M1 1{}'/>", "h0".repeat(100_001));
    assert_fault!(with(&path), Kind::TooManySteps { .. });
    let words = format!("<text x='3' y='3' font-size='0'>{}</text>", "字".repeat(5_001));
    assert_fault!(with(&words), Kind::TooManyWords { .. });
    let lines: String = (0..50).map(|_| "<image/>\n").collect();
    assert_eq!(faults(&with(&lines)).len(), LAYOUT_FAULTS_MAX);
}

#[test]
fn attributes_and_values_that_would_be_drawn_otherwise_are_refused() {
    for attribute in [
        "filter='blur(2px)'",
        "clip-path='circle(3)'",
        "mask='x'",
        "display='none'",
        "rotate='3'",
        "style='mix-blend-mode:multiply'",
        "letter-spacing='2'",
        "visibility='hidden'",
        "dx='1'",
    ] {
        assert_fault!(with(&format!("<text {attribute}/>")), Kind::Attribute { .. });
    }
    for attribute in [
        "fill='papayawhip'",
        "fill='#12'",
        "stroke-width='2mm'",
        "stroke-width='-1'",
        "width='5%'",
        "fill-rule='odd'",
        "style='fill'",
        "x='1 2'",
        "transform='skewX(3)'",
        "opacity='half'",
        "transform='translate(1'",
        "stroke-dasharray='-1'",
        "fill='currentColor'",
        "stroke='red' stroke-dasharray='0.001'",
    ] {
        assert_fault!(with(&format!("<rect {attribute}/>")), Kind::Value { .. });
    }
    assert_fault!(with("<g xmlns='http://www.w3.org/1999/xhtml'/>"), Kind::Attribute { .. });
    assert_fault!(with("<path d='M1 1 L2'/>"), Kind::Value { .. });
    assert_fault!(with("<polygon points='1 2 3'/>"), Kind::Value { .. });
    assert_fault!(with("<text><tspan x='3'>字</tspan></text>"), Kind::Value { .. });
    assert_fault!(with("<g opacity='0.5'/>"), Kind::GroupOpacity);
    assert_fault!(instead("<svg ", "<svg opacity='0.5' "), Kind::GroupOpacity);
    let stretched = "<rect width='3' height='3' stroke='red' transform='scale(1 2)'/>";
    assert_fault!(with(stretched), Kind::StretchedPen);
}

#[test]
fn numbers_that_are_none_or_absurd_are_refused() {
    for number in ["NaN", "inf", "1e999", "-1e7", "1000001"] {
        assert_fault!(with(&format!("<rect x='{number}'/>")), Kind::NumberRange { .. });
    }
    assert_fault!(with("<path d='M1 1H9e9'/>"), Kind::NumberRange { .. });
    assert_fault!(with("<rect x='20000' width='3' height='3'/>"), Kind::NumberRange { .. });
    assert_fault!(with("<g transform='scale(1e300)'/>"), Kind::NumberRange { .. });
    let nested = "<g transform='scale(900000)'>".repeat(60);
    let nested = format!("{nested}<rect width='1' height='1'/>{}", "</g>".repeat(60));
    assert_fault!(with(&nested), Kind::NumberRange { .. });
    let words = "<text x='3' y='3' font-size='1e6'>字</text>";
    assert_fault!(with(words), Kind::NumberRange { .. });
}

#[test]
fn words_are_in_our_fonts_and_upright() {
    assert_fault!(with("<text font-family='SimSun'>字</text>"), Kind::Font { .. });
    assert_fault!(with("<text style='font-family:黑体,sans-serif'>字</text>"), Kind::Font { .. });
    assert_fault!(with("<text x='3' y='3'>吉𠮷</text>"), Kind::MissingGlyph { character: '𠮷' });
    for how in ["transform='rotate(5)'", "transform='scale(1 2)'", "stroke='red'"] {
        assert_fault!(with(&format!("<text x='3' y='3' {how}>字</text>")), Kind::TurnedWords);
    }
}

#[test]
fn the_page_is_exactly_the_size() {
    assert_fault!(instead("210mm", "211mm"), Kind::PageSize { .. });
    assert_fault!(instead("210mm", "210"), Kind::PageSize { .. });
    assert_fault!(instead(" height=\"297mm\"", ""), Kind::PageSize { .. });
    assert_fault!(instead("viewBox=\"0 0 210 297\"", ""), Kind::ViewBox { .. });
    assert_fault!(instead("0 0 210 297", "0 0 210 210"), Kind::ViewBox { .. });
    assert_fault!(instead("0 0 210 297", "0 0 0 0"), Kind::ViewBox { .. });
    let other = UploadedLayout::read(Size::Stand, good().as_bytes()).unwrap_err();
    assert!(matches!(other[0].kind, Kind::PageSize { .. }), "{other:?}");
    assert_eq!(other.len(), 1, "the places are not looked at then");
}

#[test]
fn every_place_is_there_once_and_is_an_upright_rectangle_on_the_page() {
    for id in ["code", "name", "door", "address", "number", "date"] {
        let said = format!("id=\"{id}\"");
        assert_fault!(instead(&said, "id=\"x\""), Kind::PlaceMissing { .. });
    }
    for id in ["county", "hotline", "note", "promise"] {
        assert_eq!(
            faults(&good().replace(
                &format!("id=\"{id}\""),
                "data-x=\"\" display=\"inline\" fill-opacity=\"0\" stroke-opacity=\"0\""
            )),
            [],
            "{id} need not be there"
        );
    }
    assert_fault!(
        with("<rect id='name' x='1' y='1' width='9' height='9'/>"),
        Kind::PlaceTwice { .. }
    );
    assert_fault!(with("<g id='door'/>"), Kind::PlaceNotRect { id: "door" });
    assert_fault!(with("<text><tspan id='date'>字</tspan></text>"), Kind::PlaceNotRect { .. });
    for how in ["rotate(3)", "scale(-1 1)", "matrix(1 0.1 0 1 0 0)"] {
        let by = format!("id=\"name\" transform=\"{how}\"");
        assert_fault!(instead("id=\"name\"", &by), Kind::PlaceTurned { id: "name" });
    }
    assert_fault!(instead("height=\"21.5\"", "height=\"0\""), Kind::PlaceTurned { id: "name" });
    assert_fault!(instead("x=\"18\" y=\"70.5\"", "x=\"40\" y=\"70.5\""), Kind::PlaceOutside { .. });
    assert_fault!(
        instead("y=\"242\"", "y=\"230\""),
        Kind::PlacesOverlap { id: "door", other: "address" }
    );
    assert_fault!(instead("height=\"11\"", "height=\"4\""), Kind::PlaceSmall { id: "address", .. });
    assert_fault!(instead("data-align=\"left\"", "data-align=\"up\""), Kind::Value { .. });
    assert_fault!(instead("data-size=\"4.6\"", "data-size=\"0\""), Kind::Value { .. });
    assert_fault!(instead("data-colour=\"#4a5763\"", "data-colour=\"none\""), Kind::Value { .. });
    assert_fault!(instead("data-weight=\"bold\"", "data-weight=\"black\""), Kind::Value { .. });
    let high =
        good().replace("id=\"note\"", "display=\"inline\"").replace("y=\"281.5\"", "y=\"289\"");
    let high = high.replace("y=\"70.5\"", "y=\"1\"");
    assert_fault!(high, Kind::NoteWithoutRoom);
}

#[test]
fn the_code_is_a_square_of_its_size_on_free_ground() {
    let code = "x=\"40\" y=\"92\" width=\"130\" height=\"130\"";
    assert_fault!(
        instead(code, "x=\"40\" y=\"92\" width=\"120\" height=\"120\""),
        Kind::CodeSmall { .. }
    );
    assert_fault!(
        instead(code, "x=\"40\" y=\"92\" width=\"134\" height=\"130\""),
        Kind::CodeNotSquare { .. }
    );
    for shape in [
        "<circle cx='100' cy='150' r='5'/>",
        "<circle cx='40' cy='92' r='5'/>",
        "<line x1='0' y1='150' x2='210' y2='150' stroke='black'/>",
        "<line x1='38' y1='92' x2='38' y2='200' stroke='black' stroke-width='5'/>",
        "<path d='M0 92C60 92 60 222 0 222'/>",
        "<rect x='60' y='60' width='200' height='200' fill='white'/>",
    ] {
        assert_fault!(with(shape), Kind::CodeCovered);
    }
    assert_fault!(
        with("<text x='100' y='150' font-size='5'>字</text>"),
        Kind::WordsOnPlace { id: "code" }
    );
    let beside = "<rect x='36' y='95' width='3.9' height='100'/>";
    assert_eq!(faults(&with(beside)), []);
}

#[test]
fn letters_stand_out_from_all_that_lies_under_them() {
    assert_fault!(
        with("<text x='100' y='85' font-size='5'>字</text>"),
        Kind::WordsOnPlace { id: "name" }
    );
    for shape in [
        "<rect x='18' y='70' width='174' height='22' fill='#14202b'/>",
        "<rect x='30' y='75' width='3' height='3' fill='black'/>",
        "<rect x='10' y='64' width='190' height='203' fill='black' fill-opacity='0.9'/>",
        "<line x1='18' y1='80' x2='60' y2='80' stroke='#333'/>",
    ] {
        assert_fault!(with(shape), Kind::Contrast { id: "name", .. });
    }
    let pale = "<rect x='30' y='75' width='9' height='9' fill='black' fill-opacity='0.05'/>";
    assert_eq!(faults(&with(pale)), []);
    assert_fault!(
        instead("data-colour=\"#ffffff\"", "data-colour=\"#7fa8d6\""),
        Kind::Contrast { id: "promise", .. }
    );
    assert_fault!(
        instead(" data-colour=\"#0b5cab\"", " fill=\"#eeeeee\""),
        Kind::Contrast { id: "door", .. }
    );
}
