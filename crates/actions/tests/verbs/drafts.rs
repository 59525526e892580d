//! A table of doors becomes drafts, drafts become applications; nothing typed is lost on the way.

use crate::support::{conflict, manager, not_found, reviewer};
use actions::{
    Failure,
    accounts::principals::Manager,
    applications::{
        drafts::{self, Judged, Submitted, Uploaded},
        mine,
        review::{self, Filter},
        submit::submit,
    },
};
use domain::{applications::State, audit::Deed, checkpoints::CheckpointForm, time::DAY_MS};
use encoding_rs::GB18030;
use rust_xlsxwriter::{Formula, Workbook, Worksheet};
use std::io::Write;
use testkit::TestHouse;
use zip::{ZipWriter, write::SimpleFileOptions};

const HEADER: &str = "场所名称,门,详细地址,县区,乡镇街道,场所类别,管理员,联系电话";

fn row(door: &str) -> String {
    format!("清河中学,{door},清河路 1 号,颍州区,清河街道,学校,李红,13800136021")
}

fn csv(rows: &[String]) -> Vec<u8> {
    format!("{HEADER}\n{}", rows.join("\n")).into_bytes()
}

async fn house() -> (TestHouse, Manager) {
    let t = TestHouse::new().await;
    let caller = manager(&t, &t.manager_with_organisation().await).await;
    (t, caller)
}

/// The drafts after this table was uploaded.
async fn uploaded(t: &TestHouse, caller: &Manager, bytes: Vec<u8>) -> Vec<Judged> {
    let before = all(t, caller).await.len();
    let Uploaded::Taken(rows) = drafts::upload(t, caller, bytes).await.unwrap() else {
        panic!("a table that can be read");
    };
    let after = all(t, caller).await;
    assert_eq!(after.len(), before + rows);
    after
}

async fn all(t: &TestHouse, caller: &Manager) -> Vec<Judged> {
    drafts::list(t, caller, false, 0).await.unwrap().rows
}

/// What is wrong with a draft: fields in order.
fn wrong(draft: &Judged) -> Vec<&'static str> {
    draft.complaints.0.iter().map(|complaint| complaint.field).collect()
}

async fn unreadable(t: &TestHouse, caller: &Manager, bytes: &[u8]) -> String {
    match drafts::upload(t, caller, bytes.to_vec()).await.unwrap() {
        Uploaded::Unreadable(why) => why,
        Uploaded::Taken(rows) => panic!("{rows} rows of {bytes:?}"),
    }
}

#[tokio::test]
async fn a_table_is_checked_row_by_row_and_the_good_rows_are_submitted() {
    let (t, caller) = house().await;
    let bad = "清河中学,北门,清河路 1 号,颖洲区,清河街道,学堂,李红,1380013".to_owned();
    let rows = uploaded(&t, &caller, csv(&[row("东门"), bad, row("西门")])).await;
    assert_eq!(rows.iter().map(|row| row.line).collect::<Vec<_>>(), [2, 3, 4]);
    assert!(rows[0].complaints.is_empty() && rows[2].complaints.is_empty());
    assert_eq!(wrong(&rows[1]), ["county", "category", "responsible_phone"]);
    let form = &rows[1].form;
    assert_eq!((form.county.as_str(), form.category.as_str()), ("颖洲区", "学堂"), "as typed");
    assert_eq!(rows[0].form.township, "341202003");

    let faulty = drafts::list(&t, &caller, true, 0).await.unwrap();
    assert_eq!((faulty.rows.len(), faulty.total, faulty.faulty), (1, 3, 1));
    let done = drafts::submit_all(&t, &caller).await.unwrap();
    assert_eq!(done, Submitted { submitted: 2, left: 1 });
    let doors = mine::list(&t, &caller, &mine::Filter::default()).await.unwrap();
    assert_eq!(doors.all, 2);
    let lines = t.registry.audit_page(Some(Deed::ApplicationSubmitted), 9, 0).await.unwrap();
    assert_eq!(lines.len(), 2);

    // Corrected in place.
    let seen = (rows[1].id, rows[1].round);
    let right = CheckpointForm { door: "北门".into(), ..rows[0].form.clone() };
    drafts::submit_one(&t, &caller, seen, &right).await.unwrap();
    assert!(all(&t, &caller).await.is_empty());
    let city = reviewer(&t, "").await;
    let queue = review::queue(&t, &city, &Filter::all(State::Submitted)).await.unwrap();
    assert_eq!(queue.total, 3);
}

#[tokio::test]
async fn every_spelling_of_a_table_is_read() {
    let (t, caller) = house().await;
    let gb18030 = GB18030.encode(std::str::from_utf8(&csv(&[row("甲")])).unwrap()).0.into_owned();
    let tabs = String::from_utf8(csv(&[row("乙")])).unwrap().replace(',', "\t").into_bytes();
    let english = "county,township,category,name,door,address,manager,phone\n\
         341202,341202003,103,清河中学,丙,清河路 1 号,李红,8613800136021";
    for (bytes, doors) in [(gb18030, 1), (tabs, 2), (english.as_bytes().to_vec(), 3)] {
        let rows = uploaded(&t, &caller, bytes).await;
        assert_eq!(rows.len(), doors);
        assert!(rows.iter().all(|row| row.complaints.is_empty()), "{rows:?}");
    }
}

fn book(fill: impl FnOnce(&mut Worksheet)) -> Vec<u8> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (at, title) in (0u16..).zip(HEADER.split(',')) {
        sheet.write(0, at, title).unwrap();
    }
    for (line, door) in [(1, "东门"), (2, "西门"), (3, "北门")] {
        for (at, text) in (0u16..).zip(row(door).split(',')) {
            sheet.write(line, at, text).unwrap();
        }
    }
    fill(sheet);
    book.save_to_buffer().unwrap()
}

#[tokio::test]
async fn what_a_spreadsheet_did_to_a_cell_is_said_at_its_field_and_ends_when_it_is_typed_anew() {
    let (t, caller) = house().await;
    let bytes = book(|sheet| {
        let formula = Formula::new("=\"138\"").set_result("13800136021");
        sheet.write_formula(1, 7, formula).unwrap();
        sheet.write(2, 7, 13_800_136_021.0).unwrap();
        sheet.write(2, 6, true).unwrap();
        sheet.write(3, 1, "3月2日").unwrap();
    });
    let rows = uploaded(&t, &caller, bytes).await;
    assert_eq!(wrong(&rows[0]), ["responsible_phone"]);
    assert_eq!(rows[0].complaints.0[0].says, "是公式，请粘贴为值");
    assert_eq!(rows[0].form.responsible_phone, "", "what a formula last came to is not trusted");
    assert_eq!(wrong(&rows[1]), ["responsible_name"]);
    assert_eq!(rows[1].form.responsible_phone, "13800136021");
    assert_eq!(wrong(&rows[2]), ["door"]);
    let typed = CheckpointForm { responsible_phone: "13800136021".into(), ..rows[0].form.clone() };
    drafts::change(&t, &caller, (rows[0].id, 1), &typed).await.unwrap();
    assert!(all(&t, &caller).await[0].complaints.is_empty());

    let merged = book(|sheet| {
        sheet.merge_range(1, 0, 2, 0, "清河小学", &rust_xlsxwriter::Format::new()).unwrap();
    });
    let rows = uploaded(&t, &caller, merged).await;
    assert_eq!((wrong(&rows[3])[0], wrong(&rows[4])[0]), ("name", "name"));
    assert_eq!(rows[3].complaints.0[0].says, "在合并单元格内，请取消合并，每行都填写");
}

#[tokio::test]
async fn what_is_no_table_is_said_and_nothing_is_kept() {
    let (t, caller) = house().await;
    let mut bomb = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    bomb.start_file("xl/workbook.xml", SimpleFileOptions::default()).unwrap();
    bomb.write_all(&vec![b' '; 40 * 1024 * 1024]).unwrap();
    let bomb = bomb.finish().unwrap().into_inner();
    let long = csv(&vec![row("东门"); 10_020]);
    let missing = "场所名称,门\n清河中学,东门";
    for (bytes, says) in [
        (&b""[..], "文件是空的"),
        (b"%PDF-1.7", "PDF"),
        (b"\x89PNG\r\n", "图片"),
        (b"PK\x03\x04 broken", "损坏"),
        (&bomb, "解压后超过 32 MiB"),
        (&long, "超过 10000 行"),
        (missing.as_bytes(), "缺少：详细地址"),
        (HEADER.as_bytes(), "没有内容"),
        (b"a,b\0c", "不是文字"),
    ] {
        let why = unreadable(&t, &caller, bytes).await;
        assert!(why.contains(says), "{says}: {why}");
    }
    assert!(all(&t, &caller).await.is_empty());
}

#[tokio::test]
async fn the_same_door_twice_or_applied_for_is_said_until_it_is_not() {
    let (t, caller) = house().await;
    let rows = uploaded(&t, &caller, csv(&[row("东门"), row("东门 "), row("西门")])).await;
    assert_eq!((wrong(&rows[0]), wrong(&rows[1])), (vec!["door"], vec!["door"]));
    drafts::delete(&t, &caller, Some(rows[1].id)).await.unwrap();
    assert!(all(&t, &caller).await.iter().all(|row| row.complaints.is_empty()));
    submit(&t, &caller, &rows[2].form).await.unwrap();
    let rows = all(&t, &caller).await;
    assert_eq!(wrong(&rows[1]), ["door"]);
    let done = drafts::submit_all(&t, &caller).await.unwrap();
    assert_eq!(done, Submitted { submitted: 1, left: 1 });
}

#[tokio::test]
async fn a_form_half_filled_in_is_kept_and_goes_on() {
    let (t, caller) = house().await;
    let half = CheckpointForm { name: "清河中学".into(), ..CheckpointForm::default() };
    let id = drafts::keep(&t, &caller, &half).await.unwrap();
    let draft = drafts::one(&t, &caller, id).await.unwrap();
    assert_eq!((draft.line, &draft.form), (0, &half));
    match drafts::submit_one(&t, &caller, (id, 1), &half).await {
        Err(Failure::Invalid(complaints)) => assert!(complaints.about("door").is_some()),
        other => panic!("{other:?}"),
    }
    // Kept all the same: whoever saw the first version has to look again.
    conflict(drafts::change(&t, &caller, (id, 1), &half).await);
    conflict(drafts::submit_one(&t, &caller, (id, 1), &t.checkpoint_form()).await);
    drafts::submit_one(&t, &caller, (id, 2), &t.checkpoint_form()).await.unwrap();
    not_found(drafts::submit_one(&t, &caller, (id, 3), &t.checkpoint_form()).await);
    let long =
        CheckpointForm {
            name: "长".repeat(9_000), responsible_name: "\0长".repeat(9_000), ..half
        };
    let id = drafts::keep(&t, &caller, &long).await.unwrap();
    let kept = drafts::one(&t, &caller, id).await.unwrap();
    assert_eq!(kept.form.name.chars().count(), 200);
    assert_eq!(wrong(&kept)[0], "name");
}

#[tokio::test]
async fn a_unit_sees_and_changes_its_own_drafts_alone() {
    let (t, caller) = house().await;
    let other = manager(&t, &t.manager_with_organisation().await).await;
    let rows = uploaded(&t, &caller, csv(&[row("东门")])).await;
    let (id, form) = (rows[0].id, &rows[0].form);
    assert!(all(&t, &other).await.is_empty());
    not_found(drafts::one(&t, &other, id).await);
    not_found(drafts::change(&t, &other, (id, 1), form).await);
    not_found(drafts::submit_one(&t, &other, (id, 1), form).await);
    assert_eq!(drafts::delete(&t, &other, Some(id)).await.unwrap(), 0);
    assert_eq!(drafts::delete(&t, &other, None).await.unwrap(), 0);
    assert_eq!(drafts::submit_all(&t, &other).await.unwrap(), Submitted { submitted: 0, left: 0 });
    assert_eq!(all(&t, &caller).await.len(), 1);
    let nobody = manager(&t, &t.manager().await).await;
    conflict(drafts::upload(&t, &nobody, csv(&[row("东门")])).await);
    conflict(drafts::keep(&t, &nobody, form).await);
}

#[tokio::test]
async fn many_drafts_are_paged_and_more_than_a_batch_is_submitted() {
    let (t, caller) = house().await;
    let rows: Vec<String> = (0..230).map(|n| row(&format!("{n} 号门"))).collect();
    uploaded_count(&t, &caller, csv(&rows), 230).await;
    let page = drafts::list(&t, &caller, false, 4).await.unwrap();
    assert_eq!((page.rows.len(), page.page, page.pages, page.total), (30, 4, 5, 230));
    let beyond = drafts::list(&t, &caller, false, 99).await.unwrap();
    assert_eq!((beyond.page, beyond.rows[0].line), (4, 202));
    let done = drafts::submit_all(&t, &caller).await.unwrap();
    assert_eq!(done, Submitted { submitted: 230, left: 0 });
}

async fn uploaded_count(t: &TestHouse, caller: &Manager, bytes: Vec<u8>, rows: usize) {
    assert_eq!(drafts::upload(t, caller, bytes).await.unwrap(), Uploaded::Taken(rows));
}

#[tokio::test]
async fn no_unit_has_more_drafts_than_allowed() {
    let (t, caller) = house().await;
    let rows: Vec<String> = (0..6_000).map(|n| row(&format!("{n} 号门"))).collect();
    uploaded_count(&t, &caller, csv(&rows), 6_000).await;
    let others: Vec<String> = (0..6_000).map(|n| row(&format!("{n} 号窗"))).collect();
    conflict(drafts::upload(&t, &caller, csv(&others)).await);
    uploaded_count(&t, &caller, csv(&rows), 6_000).await;
    let list = drafts::list(&t, &caller, false, 0).await.unwrap();
    assert_eq!((list.total, list.faulty), (6_000, 0), "the same table again replaces its rows");
}

#[tokio::test]
async fn the_table_that_is_handed_out_is_the_one_that_is_read() {
    let (t, caller) = house().await;
    let file = drafts::fill_in(&t).await.unwrap();
    assert!(file.name.ends_with(".xlsx"));
    let why = unreadable(&t, &caller, &file.bytes).await;
    assert!(why.contains("表头下面没有内容"), "its header is right: {why}");
}

#[tokio::test]
async fn drafts_that_nobody_touches_end() {
    let (t, caller) = house().await;
    uploaded(&t, &caller, csv(&[row("东门")])).await;
    let before = t.now();
    t.clock.advance_ms(drafts::DRAFT_DAYS * DAY_MS + 1);
    assert_eq!(t.registry.sweep_drafts(before).await.unwrap(), 0);
    let end = t.now().plus(-drafts::DRAFT_DAYS * DAY_MS);
    assert_eq!(t.registry.sweep_drafts(end).await.unwrap(), 1);
    assert!(all(&t, &caller).await.is_empty());
}

#[tokio::test]
async fn merged_areas_beside_the_table_do_no_harm() {
    let (t, caller) = house().await;
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (at, title) in (0u16..).zip(HEADER.split(',')) {
        sheet.write(0, at, title).unwrap();
    }
    let plain = rust_xlsxwriter::Format::new();
    for line in 1..2_000u32 {
        for (at, text) in (0u16..).zip(row(&format!("{line} 号门")).split(',')) {
            sheet.write(line, at, text).unwrap();
        }
        sheet.merge_range(line, 20, line, 21, "", &plain).unwrap();
    }
    let bytes = book.save_to_buffer().unwrap();
    uploaded_count(&t, &caller, bytes, 1_999).await;
    let list = drafts::list(&t, &caller, false, 0).await.unwrap();
    assert_eq!(list.faulty, 0);
}
