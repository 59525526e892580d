//! Taking over the authority's own list, from the check to what the registry has afterwards.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use actions::{
    applications::mine,
    checkpoints::import::{GoodRow, Saved, check, save},
    tables::{Area, Cell, Checked, Column, Header, Table, TableRow, Weight, find_header},
};
use domain::{
    applications::State,
    audit::{Actor, Deed},
    checkpoints::{CheckpointNumber, Standing},
};
use testkit::TestHouse;

/// A good row's texts in the order of [`Column::ALL`].
fn good(door: &str) -> Vec<String> {
    let texts = [
        "阜阳市人民医院",
        "阜阳市人民医院（南区）",
        door,
        "三清路 501 号",
        "颍州区",
        "鼓楼街道",
        "医院",
        "李四",
        "13800138000",
        "",
        "115.81",
        "32.89",
    ];
    texts.map(str::to_owned).to_vec()
}

/// A good row with one text changed.
fn with(column: Column, text: &str) -> Vec<String> {
    let mut row = good("东门");
    row[column as usize] = text.to_owned();
    row
}

fn cells(texts: &[String]) -> Vec<Cell> {
    texts.iter().map(|text| Cell::Text(text.clone())).collect()
}

/// A table with our own titles in row 1 and these rows beneath.
fn table(rows: &[Vec<String>]) -> Table {
    let titles: Vec<String> = Column::ALL.iter().map(|c| c.title().to_owned()).collect();
    let all = std::iter::once(&titles).chain(rows);
    let rows =
        (1u32..).zip(all).map(|(number, texts)| TableRow { number, cells: cells(texts) }).collect();
    Table { rows, merged: Vec::new() }
}

fn header(table: &Table) -> Header {
    find_header(&table.rows, &Column::OF_AUTHORITY).unwrap()
}

async fn checked(house: &TestHouse, table: &Table) -> Checked<GoodRow> {
    check(house, table, &header(table), &mut |_| true).await.unwrap().unwrap()
}

#[tokio::test]
async fn a_complete_row_is_good_and_nothing_is_said() {
    let house = TestHouse::new().await;
    let checked = checked(&house, &table(&[good("东门"), good("西门")])).await;
    assert_eq!((checked.rows, checked.good.len(), checked.bad), (2, 2, 0));
    assert_eq!(checked.findings, []);
    let row = &checked.good[0];
    assert_eq!(row.checkpoint.township.as_str(), "341202001");
    assert_eq!(row.checkpoint.category, "105");
    assert_eq!(row.position, Some((115.81, 32.89)));
}

#[tokio::test]
async fn a_wrong_check_character_is_a_note_only() {
    let house = TestHouse::new().await;
    let table = table(&[with(Column::CreditCode, "91350100M000100Y44")]);
    let checked = checked(&house, &table).await;
    assert_eq!((checked.good.len(), checked.bad), (1, 0));
    assert_eq!(checked.findings[0].weight, Weight::Note);
    assert!(checked.findings[0].says.contains("校验位不符"));
}

#[tokio::test]
async fn the_same_door_twice_names_the_first_row() {
    let house = TestHouse::new().await;
    let mut other = good("东 门");
    other[Column::Checkpoint as usize] = "阜阳市人民医院(南区)".to_owned();
    let checked = checked(&house, &table(&[good("东门"), good("西门"), other])).await;
    assert_eq!((checked.good.len(), checked.bad), (2, 1));
    assert_eq!(checked.findings[0].row, 4);
    assert!(checked.findings[0].says.starts_with("与第 2 行重复"));
}

#[tokio::test]
async fn rows_with_nothing_that_is_asked_for_are_passed_over() {
    let house = TestHouse::new().await;
    let mut list = table(&[good("东门"), vec![String::new(); 12], vec!["  ".to_owned(); 3]]);
    // A numbered but otherwise empty line of a form.
    let mut numbered = vec![Cell::Empty; 12];
    numbered.push(Cell::Number(3.0));
    list.rows.push(TableRow { number: 9, cells: numbered });
    let checked = checked(&house, &list).await;
    assert_eq!((checked.rows, checked.good.len()), (1, 1));
}

#[tokio::test]
async fn a_merged_area_in_the_data_is_named_and_nothing_else_is_said_of_its_cells() {
    let house = TestHouse::new().await;
    let mut second = good("西门");
    second[Column::Organisation as usize] = String::new();
    let mut list = table(&[good("东门"), second, good("北门")]);
    list.merged = vec![
        Area { rows: (2, 3), columns: (0, 0) },
        // Above the data: a title over the whole sheet.
        Area { rows: (1, 1), columns: (0, 11) },
    ];
    let checked = checked(&house, &list).await;
    assert_eq!((checked.good.len(), checked.bad), (1, 2));
    assert_eq!(checked.findings.len(), 2);
    assert!(checked.findings.iter().all(|f| f.says.contains("合并单元格 A2:A3")));
}

#[tokio::test]
async fn the_check_stops_when_told_to() {
    let house = TestHouse::new().await;
    let list = table(&[good("东门")]);
    assert!(check(&house, &list, &header(&list), &mut |_| false).await.unwrap().is_none());
}

async fn saved(house: &TestHouse, rows: &[Vec<String>]) -> Vec<Saved> {
    let list = checked(house, &table(rows)).await;
    save(house, &list.good).await.unwrap()
}

fn all_doors(n: usize) -> Vec<Vec<String>> {
    (0..n).map(|n| good(&format!("{n} 号门"))).collect()
}

#[tokio::test]
async fn an_imported_door_is_open_approved_and_has_a_code_at_once() {
    let house = TestHouse::new().await;
    assert_eq!(saved(&house, &[good("东门")]).await, [Saved::Imported]);
    let door = CheckpointNumber(1);
    let checkpoint = house.registry.checkpoint(door).await.unwrap().unwrap();
    assert_eq!(checkpoint.standing, Standing::Open);
    assert_eq!(checkpoint.record.position, Some((115.81, 32.89)));
    let phone = &checkpoint.record.responsible_phone_sealed;
    assert_eq!(house.vault.open(vault::Field::Phone, phone).unwrap(), "13800138000");
    let (application, state) = house.registry.application_of(door).await.unwrap().unwrap();
    assert_eq!(state, State::Approved);
    let events = house.registry.application_events(application).await.unwrap();
    let states: Vec<_> = events.iter().map(|event| event.state).collect();
    assert_eq!(states, [State::Submitted, State::Approved]);
    let code = house.registry.code_of(door).await.unwrap().unwrap();
    assert!(code.short_number.starts_with("FY-1202-"));
    let audit = house.registry.audit_page(Some(Deed::ApplicationApproved), 10, 0).await.unwrap();
    assert_eq!((audit.len(), audit[0].line.actor), (1, Actor::System));
    assert_eq!(audit[0].line.subject, "检查点 1");
    assert!(audit[0].line.detail.contains("第 2 行"));
}

#[tokio::test]
async fn doors_of_one_organisation_are_together_and_another_county_has_its_own() {
    let house = TestHouse::new().await;
    let mut elsewhere = good("北门");
    elsewhere[Column::County as usize] = "界首市".to_owned();
    elsewhere[Column::Township as usize] = "341282001".to_owned();
    let rows = [good("东门"), good("西门"), elsewhere];
    assert_eq!(saved(&house, &rows).await, [Saved::Imported; 3]);
    assert_eq!(house.registry.count_checkpoints_of(1).await.unwrap(), 2);
    assert_eq!(house.registry.count_checkpoints_of(2).await.unwrap(), 1);
    // A later list finds the organisation again.
    assert_eq!(saved(&house, &[good("南门")]).await, [Saved::Imported]);
    assert_eq!(house.registry.count_checkpoints_of(1).await.unwrap(), 3);
}

#[tokio::test]
async fn who_registered_under_a_name_does_not_come_into_its_doors() {
    let house = TestHouse::new().await;
    let token = house.manager_with_organisation().await;
    let manager = house.staff(&token).await.as_manager().unwrap();
    assert_eq!(saved(&house, &[good("东门")]).await, [Saved::Imported]);
    let doors = mine::list(&house, &manager, &mine::Filter::default()).await.unwrap();
    assert_eq!((doors.rows.len(), doors.all), (0, 0));
}

#[tokio::test]
async fn the_same_list_again_has_nothing_new() {
    let house = TestHouse::new().await;
    let rows = [good("东门"), good("西门")];
    saved(&house, &rows).await;
    let again = checked(&house, &table(&rows)).await;
    assert_eq!((again.rows, again.there, again.good.len(), again.bad), (2, 2, 0, 0));
    assert!(again.findings.iter().all(|f| f.weight == Weight::There));
    assert!(again.findings[0].says.starts_with("已存在（检查点 1）"));
}

#[tokio::test]
async fn a_door_that_somebody_applied_for_meanwhile_stays_theirs() {
    let house = TestHouse::new().await;
    let list = checked(&house, &table(&[good("东门"), good("西门")])).await;
    saved(&house, &[good("西门")]).await;
    assert_eq!(save(&house, &list.good).await.unwrap(), [Saved::Imported, Saved::AlreadyThere]);
    // Its number was not used up: numbers stay dense.
    assert_eq!(saved(&house, &[good("北门")]).await, [Saved::Imported]);
    assert!(house.registry.checkpoint(CheckpointNumber(3)).await.unwrap().is_some());
}

#[tokio::test]
async fn one_row_that_the_database_refuses_does_not_hold_the_others_and_leaves_no_half() {
    let house = TestHouse::new().await;
    let mut list = checked(&house, &table(&all_doors(5))).await;
    // No such region: refused by the database, after the check has passed.
    let strange = domain::regions::RegionCode::parse("999999999").unwrap();
    let bad: &mut GoodRow = &mut list.good[2];
    bad.organisation.name = "别的单位".to_owned();
    bad.checkpoint.township = strange;
    let outcome = save(&house, &list.good).await.unwrap();
    let mut wanted = [Saved::Imported; 5];
    wanted[2] = Saved::NotSaved;
    assert_eq!(outcome, wanted);
    assert!(house.registry.organisation(2).await.unwrap().is_none(), "half of a row");
    assert_eq!(house.registry.open_checkpoints().await.unwrap().len(), 4);
    let audit = house.registry.audit_page(Some(Deed::ApplicationApproved), 10, 0).await.unwrap();
    assert_eq!(audit.len(), 4);
}

#[tokio::test]
async fn nothing_saved_at_all_is_an_error() {
    let house = TestHouse::new().await;
    let list = checked(&house, &table(&all_doors(3))).await;
    house.registry.close().await;
    assert!(save(&house, &list.good).await.is_err());
}
