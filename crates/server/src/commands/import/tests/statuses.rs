//! Health statuses from lists.

use super::*;
use domain::health_status::Colour;
use testkit::id_number;

const HEAD: &str = "姓名,证件类型,身份证号,健康码状态,采样时间,核酸结果,检测机构,接种剂次";

fn put(desk: &Desk, rows: &[String]) -> ImportArgs {
    let text = std::iter::once(HEAD.to_owned()).chain(rows.iter().cloned());
    desk.put("statuses.csv", text.collect::<Vec<_>>().join("\n").as_bytes())
}

async fn waiting(desk: &Desk) -> i64 {
    desk.house.registry.count_waiting_statuses().await.unwrap()
}

#[tokio::test]
async fn good_rows_go_in_and_bad_ones_into_the_table_of_errors() {
    let desk = Desk::new().await;
    let mut rows: Vec<String> = (0..198u32)
        .map(|n| {
            format!(",居民身份证,{},绿码,2026-11-22 08:00,阴性,市医院,3剂", id_number(3_000 + n))
        })
        .collect();
    rows.push(",,110105194902310021,绿码,,,,".to_owned());
    rows.push(format!("王明,,{},红色,,,,", id_number(3_001)));
    rows.push(format!(",,{},蓝码,2026-11-23,阴性,,", id_number(3_400)));
    let args = put(&desk, &rows);
    let (outcome, out) = desk.run_as(Statuses, &args).await;
    assert_eq!(outcome, ImportOutcome::Refused, "{out}");
    assert!(out.contains("nothing imported"), "{out}");
    assert_eq!(waiting(&desk).await, 0);

    let args = ImportArgs { accept_partial: true, ..args };
    let (outcome, out) = desk.run_as(Statuses, &args).await;
    assert_eq!(outcome, ImportOutcome::Done, "{out}");
    for line in ["rows: 201", "bad: 2", "imported: 199", "to look at: 1"] {
        assert!(out.contains(line), "{line} {out}");
    }
    assert_eq!(waiting(&desk).await, 198);
    let errors = desk.errors(&args);
    assert_eq!(errors.len(), 4, "{errors:?}");
    assert!(
        errors[0].starts_with("200,C,身份证号,110105194902310021,身份证号码中的出生日期不存在")
    );
    let twice = "201,D,健康码状态,红码,提示：与第 3 行是同一个证件、同一时间，健康码不同";
    assert!(errors[1].starts_with(twice), "{}", errors[1]);
    assert!(errors[2].starts_with("202,D,健康码状态,蓝码,"), "{}", errors[2]);
    assert!(errors[3].starts_with("202,E,采样时间,2026-11-23,时间在现在之后"), "{}", errors[3]);
    let (_, out) = desk.run_as(Statuses, &args).await;
    assert!(out.contains("waiting: 198"), "again, and nobody is there twice: {out}");
}

#[tokio::test]
async fn a_dry_run_looks_at_everything_and_saves_nothing() {
    let desk = Desk::new().await;
    let rows = [format!(",,{},绿码,,,,", id_number(3_000))];
    let args = ImportArgs { dry_run: true, ..put(&desk, &rows) };
    let (outcome, out) = desk.run_as(Statuses, &args).await;
    assert_eq!(outcome, ImportOutcome::Done, "{out}");
    assert!(out.contains("dry run") && waiting(&desk).await == 0, "{out}");
    assert!(out.contains("去掉 --dry-run 即可导入"), "{out}");
    let rows = [rows[0].clone(), ",,3412,绿码,,,,".to_owned()];
    let args = ImportArgs { dry_run: true, ..put(&desk, &rows) };
    let (outcome, out) = desk.run_as(Statuses, &args).await;
    assert_eq!(outcome, ImportOutcome::Refused, "{out}");
    assert!(out.contains("请按错误表改正") && out.contains("--accept-partial"), "{out}");
}

#[tokio::test]
async fn columns_without_a_use_are_named_and_a_list_that_says_nothing_is_refused_at_once() {
    let desk = Desk::new().await;
    let list = format!("证件号码,颜色,备注,电话\n{},绿码,x,13800138000\n", id_number(3_000));
    let (outcome, out) = desk.run_as(Statuses, &desk.put("odd.csv", list.as_bytes())).await;
    assert_eq!(outcome, ImportOutcome::Done, "{out}");
    assert!(out.contains("没有用到的列 (columns not used)：备注、电话"), "{out}");
    let list = format!("证件号码,级别\n{},绿码\n{},绿码\n", id_number(3_000), id_number(3_001));
    let (outcome, out) = desk.run_as(Statuses, &desk.put("none.csv", list.as_bytes())).await;
    assert_eq!(outcome, ImportOutcome::Refused, "{out}");
    assert!(out.contains("至少要有一列：健康码、检测结果、行程、接种剂次"), "{out}");
    assert!(out.contains("没有用到的列：级别") && !out.contains("rows:"), "{out}");
    let args = ImportArgs { file: "/nowhere/list.csv".into(), ..desk.put("x.csv", b"") };
    let (_, out) = desk.run_as(Statuses, &args).await;
    assert!(out.contains("没有这个文件：/nowhere/list.csv"), "{out}");
}

#[tokio::test]
async fn a_list_without_documents_is_refused_with_what_is_missing() {
    let desk = Desk::new().await;
    let args = desk.put("x.csv", "姓名,健康码\n王明,绿码".as_bytes());
    let (outcome, out) = desk.run_as(Statuses, &args).await;
    assert_eq!(outcome, ImportOutcome::Refused);
    assert!(out.contains("缺少：证件号码"), "{out}");
    for (name, bytes) in
        [("empty.csv", &b""[..]), ("x.pdf", b"%PDF-1.7"), ("x.zip", b"PK\x03\x04x")]
    {
        let args = desk.put(name, bytes);
        let (outcome, out) = desk.run_as(Statuses, &args).await;
        assert_eq!(outcome, ImportOutcome::Refused, "{name} {out}");
    }
}

#[tokio::test]
async fn a_workbook_with_dates_and_numbers_as_spreadsheets_keep_them() {
    let desk = Desk::new().await;
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    for (at, title) in (0..).zip(["证件号码", "健康码", "采样时间", "检测结果"]) {
        sheet.write(0, at, title).unwrap();
    }
    let date = rust_xlsxwriter::ExcelDateTime::parse_from_str("2026-11-22T08:30:00").unwrap();
    let format = rust_xlsxwriter::Format::new().set_num_format("yyyy-mm-dd hh:mm");
    sheet.write(1, 0, id_number(3_000)).unwrap().write(1, 1, "黄码").unwrap();
    sheet.write_datetime_with_format(1, 2, &date, &format).unwrap();
    sheet.write(1, 3, "阴性").unwrap();
    // A number of eighteen digits is not exact any more.
    sheet.write(2, 0, 341_202_199_001_011_234.0).unwrap().write(2, 1, "绿码").unwrap();
    let args = desk.put("statuses.xlsx", &book.save_to_buffer().unwrap());
    let args = ImportArgs { accept_partial: true, ..args };
    let (outcome, out) = desk.run_as(Statuses, &args).await;
    assert_eq!(outcome, ImportOutcome::Done, "{out}");
    let errors = desk.errors(&args);
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert!(errors[0].starts_with("3,A,证件号码,") && errors[0].contains("丢失"), "{}", errors[0]);
    let caller = desk.house.staff_token(domain::accounts::Role::Investigator, "").await;
    let caller = desk.house.staff(&caller).await.as_investigator().unwrap();
    let look = actions::health_status::look;
    let found = look(&desk.house, &caller, "resident_id", &id_number(3_000), "核对").await.unwrap();
    let status = found.status.unwrap();
    assert_eq!(status.colour, Colour::Yellow);
    let sampled = status.nucleic_acid.unwrap().sampled;
    assert_eq!(sampled.date_time_text(), "2026-11-22 08:30:00");
}
