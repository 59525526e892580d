//! The register of places from lists.

use super::*;
use domain::places::Match;
use registry::{Place, PlaceFilter};

const HEAD: &str = "企业名称,统一社会信用代码/注册号,经营场所,县区,街道,类别,法定代表人";

async fn stored(desk: &Desk, gone: bool) -> Vec<Place> {
    let filter = PlaceFilter {
        sort: domain::sorting::Sort::Usual,
        state: None,
        gone,
        county: None,
        township: None,
        category: None,
        hinted: None,
        likely: false,
        listed_until: None,
        text: String::new(),
        after: 0,
        limit: 2_000,
        offset: 0,
    };
    desk.house.registry.places(&filter).await.unwrap()
}

fn put(desk: &Desk, rows: &[&str]) -> ImportArgs {
    let text = std::iter::once(&HEAD).chain(rows).copied().collect::<Vec<_>>().join("\n");
    desk.put("places.csv", text.as_bytes())
}

#[tokio::test]
async fn a_business_register_is_taken_as_it_is() {
    let desk = Desk::new().await;
    let args = put(
        &desk,
        &[
            "百姓缘大药房有限公司,91350100M000100Y43,三清路 501 号,颍州区,鼓楼街道,医院,=A1",
            // An old registration number, a kind of place of its own, and no township.
            "王记面馆,341202600012345,颍州中路 1 号,颍州,,餐饮服务,",
            "鼓楼公厕,,鼓楼巷 3 号,341202,,,",
        ],
    );
    let (outcome, out) = desk.run_as(Places::new(false), &args).await;
    assert_eq!(outcome, ImportOutcome::Done, "{out}");
    for line in ["rows: 3", "bad: 0", "imported: 3", "changed: 0", "already there: 0"] {
        assert!(out.contains(line), "{line} {out}");
    }
    let places = stored(&desk, false).await;
    assert_eq!(places[0].name, "百姓缘大药房有限公司");
    assert_eq!(places[0].credit_code.as_deref(), Some("91350100M000100Y43"));
    assert_eq!(places[0].township.as_deref(), Some("341202001"));
    assert!(places[0].category.is_some() && places[1].category.is_none());
    assert_eq!((places[1].credit_code.as_deref(), places[1].state), (None, Match::Open));
    assert_eq!((places[2].county.as_str(), places[2].township.as_deref()), ("341202", None));
    let notes = desk.errors(&args);
    assert_eq!(notes.len(), 2, "{notes:?}");
    assert!(notes.iter().any(|n| n.contains("341202600012345,提示：不是 18 位")), "{notes:?}");
    assert!(notes[0].starts_with("3,F,类别,餐饮服务,提示：没有这个场所类别"), "{notes:?}");
}

#[tokio::test]
async fn what_cannot_be_a_place_is_named_at_its_cell_and_nothing_is_saved() {
    let desk = Desk::new().await;
    let rows = [
        ",,三清路 501 号,颍州区,,,",
        "面馆,,,颍州区,,,",
        "茶馆,,三清路 1 号,合肥,,,",
        "酒馆,,三清路 2 号,颍东区,鼓楼街道,,",
        "旅馆,,三清路 3 号,颍州区,,,",
        "旅馆,,三清路３号,颍州区,,,",
    ];
    let args = put(&desk, &rows);
    let (outcome, out) = desk.run_as(Places::new(true), &args).await;
    assert_eq!(outcome, ImportOutcome::Refused, "{out}");
    assert!(stored(&desk, false).await.is_empty());
    let said = desk.errors(&args);
    for (at, says) in [
        (0, "2,A,企业名称,,请填写场所名称"),
        (1, "3,C,经营场所,,请填写详细地址"),
        (2, "4,D,县区,合肥,没有这个县区，请填写名称或六位代码"),
        (3, "5,E,街道,鼓楼街道,鼓楼街道在颍州区，不在所填的县区"),
        (4, "7,A,企业名称,旅馆,与第 6 行重复：名称、地址和县区都相同，请只留一行"),
    ] {
        assert_eq!(said[at], says);
    }
    assert_eq!(said.len(), 5, "{said:?}");
}

#[tokio::test]
async fn a_list_again_changes_and_a_whole_one_takes_out() {
    let desk = Desk::new().await;
    let first = [
        "面馆,,三清路 1 号,颍州区,,,",
        "旅馆,,三清路 3 号,颍州区,,,",
        "诊所,,河东路 1 号,颍东区,,,",
    ];
    desk.run_as(Places::new(true), &put(&desk, &first)).await;
    desk.house.clock.advance_ms(1_000);
    let second = ["面馆,,三清路 1 号,颍州区,鼓楼街道,,"];
    let mut args = put(&desk, &second);
    args.dry_run = true;
    let (_, out) = desk.run_as(Places::new(true), &args).await;
    assert!(out.contains("dry run") && stored(&desk, true).await.is_empty(), "{out}");
    let (outcome, out) = desk.run_as(Places::new(true), &put(&desk, &second)).await;
    assert_eq!(outcome, ImportOutcome::Done);
    assert!(out.contains("changed: 1") && out.contains("gone: 1"), "{out}");
    let gone: Vec<_> = stored(&desk, true).await.into_iter().map(|place| place.name).collect();
    assert_eq!(gone, ["旅馆"], "颍东区 is not in the list");
    desk.house.clock.advance_ms(1_000);
    let (_, out) = desk.run_as(Places::new(false), &put(&desk, &second)).await;
    assert!(out.contains("already there: 1") && out.contains("nothing new"), "{out}");
}

#[tokio::test]
async fn with_bad_rows_nothing_is_taken_out() {
    let desk = Desk::new().await;
    desk.run_as(Places::new(false), &put(&desk, &["面馆,,三清路 1 号,颍州区,,,"])).await;
    desk.house.clock.advance_ms(1_000);
    let mut args = put(&desk, &["旅馆,,三清路 3 号,颍州区,,,", "面馆,,,颍州区,,,"]);
    args.accept_partial = true;
    let (_, out) = desk.run_as(Places::new(true), &args).await;
    assert!(out.contains("没有把清单外的场所移出名录"), "{out}");
    assert_eq!((stored(&desk, false).await.len(), stored(&desk, true).await.len()), (2, 0));
}

#[tokio::test]
async fn a_list_without_names_is_told_which_columns_are_needed() {
    let desk = Desk::new().await;
    let args = desk.put("places.csv", "编号,地址,县区\n1,三清路 1 号,颍州区".as_bytes());
    let (outcome, out) = desk.run_as(Places::new(false), &args).await;
    assert_eq!(outcome, ImportOutcome::Refused);
    assert!(out.contains("缺少：场所名称") && out.contains("找到的列：地址、县区、编号"), "{out}");
    // The place is what is meant where a unit is named, too.
    let both = "单位名称,场所名称,地址,县区\n总公司,面馆,三清路 1 号,颍州区";
    let args = desk.put("both.csv", both.as_bytes());
    desk.run_as(Places::new(false), &args).await;
    assert_eq!(stored(&desk, false).await[0].name, "面馆");
}
