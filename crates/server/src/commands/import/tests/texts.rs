//! Lists as text in every encoding and spelling, and files that are no lists.

use super::*;
use encoding_rs::GB18030;

#[tokio::test]
async fn every_usual_encoding_is_read() {
    let desk = Desk::new().await;
    let text = |door: &str| csv(&[good(door)]);
    let gb18030 = GB18030.encode(&text("东门")).0.into_owned();
    let utf16 = |text: &str| {
        let units = std::iter::once(0xfeff).chain(text.encode_utf16());
        units.flat_map(u16::to_le_bytes).collect::<Vec<u8>>()
    };
    for (bytes, name) in [
        (gb18030, "GB18030"),
        (format!("\u{feff}{}", text("西门")).into_bytes(), "UTF-8"),
        (utf16(&text("北门").replace(',', "\t")), "UTF-16，制表符"),
    ] {
        let (outcome, out) = desk.run(&desk.put("doors.csv", &bytes)).await;
        assert_eq!(outcome, ImportOutcome::Done, "{out}");
        assert!(out.contains(name), "{out}");
    }
    let number = domain::checkpoints::CheckpointNumber(1);
    let door = desk.house.registry.checkpoint(number).await.unwrap().unwrap();
    assert_eq!(door.record.name, "阜阳市人民医院（南区）");
    assert_eq!(desk.doors().await, 3);
}

#[tokio::test]
async fn every_usual_separator_is_found() {
    let desk = Desk::new().await;
    for (door, separator) in [("东门", "\t"), ("西门", ";"), ("北门", "|"), ("南门", ",")] {
        let text = csv(&[good(door)]).replace(',', separator);
        let (outcome, out) = desk.run(&desk.put("doors.csv", text.as_bytes())).await;
        assert_eq!(outcome, ImportOutcome::Done, "{separator} {out}");
    }
}

#[tokio::test]
async fn rows_keep_the_numbers_that_the_spreadsheet_shows() {
    let desk = Desk::new().await;
    let mut bad = good("西门");
    bad[8] = "1".to_owned();
    let mut broken = good("东门");
    broken[3] = "\"三清路\r\n501 号\"".to_owned();
    let text = csv(&[broken, bad]).replace('\n', "\r\n").replacen("\r\n", "\r\n\r\n,,,\r\n", 1);
    let args = desk.put("doors.csv", format!("阜阳市清单\r\n{text}").as_bytes());
    desk.run(&args).await;
    // Title 1, header 2, two empty rows, the row with a line break in it, the bad row.
    assert!(desk.errors(&args)[0].starts_with("6,I,联系电话,1,"), "{:?}", desk.errors(&args));
}

#[tokio::test]
async fn a_quote_that_never_ends_is_named_by_its_row() {
    let desk = Desk::new().await;
    let mut bad = good("东门");
    bad[1] = "\"阜阳饭店".to_owned();
    let args = desk.put("doors.csv", csv(&[good("西门"), bad, good("北门")]).as_bytes());
    let (outcome, out) = desk.run(&args).await;
    assert_eq!(outcome, ImportOutcome::Refused);
    assert!(out.contains("第 3 行有一个引号没有结束"), "{out}");
}

#[tokio::test]
async fn a_file_that_is_no_list_is_named() {
    let desk = Desk::new().await;
    for (bytes, says) in [
        (&b""[..], "文件是空的"),
        (b"%PDF-1.7", "PDF"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1....", ".xls"),
        (b"\x89PNG\r\n", "图片"),
        (b"<html><table>", "网页"),
        (b"PK\x03\x04 broken", "损坏"),
        (b"a,b\0c", "不是文字"),
        (b"\xff\xff\xff\xff", "编码"),
        (b"a,b,c\n1,2,3", "没有找到表头"),
    ] {
        let (outcome, out) = desk.run(&desk.put("list.xlsx", bytes)).await;
        assert_eq!(outcome, ImportOutcome::Refused);
        assert!(out.contains(says), "{says} {out}");
    }
    let mut args = desk.put("x", b"");
    args.file = desk.folder.path().to_owned();
    args.errors = Some(desk.folder.path().join("errors.csv"));
    assert!(desk.run(&args).await.1.contains("不是文件"));
    args.file = desk.folder.path().join("nowhere.csv");
    assert!(desk.run(&args).await.1.contains("没有这个文件"));
    args.file = desk.folder.path().join("x").join("below-a-file.csv");
    assert!(desk.run(&args).await.1.contains("读不了"));
}

#[tokio::test]
async fn a_missing_column_is_named_beside_those_found_and_needed() {
    let desk = Desk::new().await;
    let text = csv(&[good("东门")]).replace("县区", "所在地");
    let (outcome, out) = desk.run(&desk.put("doors.csv", text.as_bytes())).await;
    assert_eq!(outcome, ImportOutcome::Refused);
    assert!(out.contains("缺少：县区") && out.contains("所在地") && out.contains("需要的列"));
}
