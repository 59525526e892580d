//! Cells, titles and names as people write them.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use super::{names::Names, *};
use proptest::prelude::*;
use testkit::TestHouse;

async fn names() -> Names {
    let regions = TestHouse::new().await.registry.regions().await.unwrap();
    Names::new(&regions, domain::categories::Tree::start())
}

fn text(typed: &str, column: Column) -> Result<String, CellTrouble> {
    cells::text(&Cell::Text(typed.to_owned()), column)
}

#[test]
fn columns_have_the_letters_of_a_spreadsheet() {
    for (at, letters) in [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA")] {
        assert_eq!(column_letters(at), letters);
    }
}

#[test]
fn numbers_stored_as_text_and_texts_stored_as_numbers_are_read() {
    for typed in [
        "13800138000.0",
        "1.3800138000E+10",
        "=\"13800138000\"",
        "'13800138000",
        "１３８００１３８０００",
    ] {
        assert_eq!(text(typed, Column::Phone).unwrap(), "13800138000", "{typed}");
    }
    assert_eq!(cells::text(&Cell::Number(13_800_138_000.0), Column::Phone).unwrap(), "13800138000");
    assert_eq!(cells::text(&Cell::Number(3.0), Column::Door).unwrap(), "3");
    assert_eq!(cells::text(&Cell::Number(115.814), Column::Longitude).unwrap(), "115.814");
    assert_eq!(cells::phone("8613800138000"), "13800138000");
}

#[test]
fn digits_that_a_spreadsheet_lost_are_not_made_up() {
    assert!(text("1.38E+10", Column::Phone).unwrap_err().says().contains("丢失"));
    assert!(text("9.13412E+17", Column::CreditCode).unwrap_err().says().contains("丢失"));
    let lost = cells::text(&Cell::Number(912_345_678_901_234_567.0), Column::CreditCode);
    assert_eq!(lost.unwrap_err(), CellTrouble::LostDigits);
    // A credit code may have an E between digits.
    assert_eq!(text("91341200E123456789", Column::CreditCode).unwrap(), "91341200E123456789");
}

#[test]
fn formulas_dates_and_error_values_are_refused_by_name() {
    assert_eq!(cells::text(&Cell::Formula, Column::Phone), Err(CellTrouble::Formula));
    assert_eq!(text("=A1", Column::Door).unwrap_err().says(), "是公式，请粘贴为值");
    for typed in ["1月2日", "2026/1/2", "2026-01-02", "2-Jan", "2026年1月2日"] {
        assert!(text(typed, Column::Door).unwrap_err().says().contains("是日期"), "{typed}");
    }
    assert_eq!(text("#N/A", Column::Checkpoint), Err(CellTrouble::Fault));
    for fine in ["1-2 号门", "3-2", "12月饭店", "五一路 1-2", "2026 年会"] {
        assert!(text(fine, Column::Door).is_ok(), "{fine}");
    }
}

fn row(number: u32, titles: &[&str]) -> TableRow {
    let cells = titles.iter().map(|title| Cell::Text((*title).to_owned())).collect();
    TableRow { number, cells }
}

const NEEDED: [&str; 9] =
    ["单位", "检查点名称", "出入口", "地址", "区县", "街道", "场所类型", "负责人", "手机"];

#[test]
fn the_header_is_found_beneath_a_title() {
    let rows = [row(1, &["阜阳市重点场所清单"]), row(4, &NEEDED), row(5, &["单位"])];
    assert_eq!(find_header(&rows, &Column::OF_AUTHORITY).unwrap().row, 4);
    let late = [row(11, &NEEDED)];
    assert!(find_header(&late, &Column::OF_AUTHORITY).unwrap_err().contains("没有找到表头"));
}

#[test]
fn english_titles_and_titles_with_notes_are_known() {
    let english = [
        "Organisation",
        "Checkpoint",
        "Door",
        "Address",
        "County",
        "Township",
        "Category",
        "Manager",
        "Phone",
        "Credit code",
        "Longitude",
        "Latitude",
    ];
    assert_eq!(known_columns(&[row(1, &english)]), 12);
    for (title, column) in [
        ("联系电话（必填）", Column::Phone),
        (" *乡镇/街道 ", Column::Township),
        ("credit_code", Column::CreditCode),
        ("场所名称[与门牌一致]", Column::Checkpoint),
    ] {
        assert_eq!(Column::from_title(title), Some(column), "{title}");
    }
}

#[test]
fn a_missing_column_is_named_beside_those_found_and_needed() {
    let mut titles = NEEDED.to_vec();
    titles[8] = "传真";
    let says = find_header(&[row(1, &titles)], &Column::OF_AUTHORITY).unwrap_err();
    assert!(says.contains("缺少：联系电话"), "{says}");
    assert!(says.contains("找到的列：单位") && says.contains("传真"), "{says}");
    assert!(says.contains("需要的列：单位名称"), "{says}");
}

#[test]
fn two_columns_with_the_same_meaning_are_refused() {
    let mut titles = NEEDED.to_vec();
    titles.push("联系电话");
    let says = find_header(&[row(1, &titles)], &Column::OF_AUTHORITY).unwrap_err();
    assert!(says.contains("I 列“手机”和 J 列“联系电话”"), "{says}");
}

#[tokio::test]
async fn counties_are_known_by_name_short_name_and_code() {
    let names = names().await;
    for typed in
        ["颍州区", "颍州", "341202", "341202000000", "阜阳市颍州区", "安徽省阜阳市颍州区", "颖州区"]
    {
        assert_eq!(names.county(typed).unwrap().as_str(), "341202", "{typed}");
    }
    assert_eq!(names.county("界首").unwrap().as_str(), "341282");
    assert_eq!(names.county("经开区").unwrap().as_str(), "341272");
    for typed in ["合肥市", "阜阳市", "341299", "州", "3412"] {
        assert!(names.county(typed).is_err(), "{typed}");
    }
}

#[tokio::test]
async fn townships_are_known_within_their_county() {
    let names = names().await;
    let yingzhou = names.county("颍州").unwrap().clone();
    for typed in
        ["鼓楼街道", "鼓楼", "鼓楼街道办事处", "颍州区鼓楼街道", "341202001", "341202001000"]
    {
        let found = names.township(&yingzhou, typed).unwrap();
        assert_eq!(found.as_str(), "341202001", "{typed}");
    }
    assert!(names.township(&yingzhou, "鼓楼镇").is_err());
    let yingdong = names.county("颍东").unwrap().clone();
    let says = names.township(&yingdong, "鼓楼街道").unwrap_err();
    assert!(says.contains("在颍州区"), "{says}");
    assert!(names.township(&yingdong, "没有镇").unwrap_err().contains("没有这个"));
}

proptest! {
    #[test]
    fn any_text_in_any_column_gets_an_answer(typed in "\\PC{0,40}", at in 0usize..12) {
        let column = Column::ALL[at];
        if let Ok(read) = text(&typed, column) {
            prop_assert!(!read.starts_with('='));
        }
        let _ = Column::from_title(&typed);
        let _ = cells::degrees(&typed);
    }

    #[test]
    fn any_number_gets_an_answer_without_an_exponent(number in any::<f64>()) {
        if let Ok(read) = cells::text(&Cell::Number(number), Column::Phone) {
            prop_assert!(!read.contains(['e', 'E']));
        }
    }

    #[test]
    fn a_phone_survives_every_way_of_storing_it(tail in 0u64..1_000_000_000) {
        let phone = 13_000_000_000 + tail;
        let scientific = format!("1.{:010}E+10", phone % 10_000_000_000);
        for typed in [phone.to_string(), format!("{phone}.0"), format!("{phone}.00"), scientific] {
            prop_assert_eq!(text(&typed, Column::Phone).unwrap(), phone.to_string());
        }
        #[expect(clippy::cast_precision_loss, reason = "eleven digits are exact")]
        let number = Cell::Number(phone as f64);
        prop_assert_eq!(cells::text(&number, Column::Phone).unwrap(), phone.to_string());
    }

    #[test]
    fn any_rows_give_a_header_or_a_sentence(titles in prop::collection::vec("\\PC{0,6}", 0..15)) {
        let titles: Vec<&str> = titles.iter().map(String::as_str).collect();
        let _ = find_header(&[row(1, &titles)], &Column::OF_AUTHORITY);
    }
}
