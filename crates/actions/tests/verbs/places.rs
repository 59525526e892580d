//! The register of places: what a list becomes, which units places are like, and who says so.

use crate::support::lines;
use actions::{
    Failure,
    accounts::principals::Reviewer,
    applications::review,
    places::{Decision, Filter, Show, confirm_sure, decide, import, list, one, sure_ones},
    tables::{Cell, Table, TableRow, find_header_of_places},
};
use domain::{accounts::Role, audit::Deed, places::Match, time::UnixMs};
use testkit::TestHouse;

async fn reviewer(t: &TestHouse, region: &str) -> Reviewer {
    t.staff(&t.staff_token(Role::Reviewer, region).await).await.as_reviewer().unwrap()
}

/// Takes places over: name, credit code, address, county.
async fn take(t: &TestHouse, rows: &[[&str; 4]]) {
    let titles = ["场所名称", "信用代码", "地址", "县区"];
    let all = std::iter::once(&titles).chain(rows);
    let cells = |texts: &[&str; 4]| texts.iter().map(|text| Cell::Text((*text).into())).collect();
    let rows = (1u32..).zip(all).map(|(number, texts)| TableRow { number, cells: cells(texts) });
    let table = Table { rows: rows.collect(), merged: Vec::new() };
    let header = find_header_of_places(&table.rows).unwrap();
    let checked = import::check(t, &table, &header, &mut |_| true).await.unwrap().unwrap();
    assert_eq!(checked.bad, 0, "{:?}", checked.findings);
    import::save(t, &checked.good, t.now()).await.unwrap();
}

/// A place is taken over and settled.
pub(crate) async fn one_settled(t: &TestHouse) {
    take(t, &[["鼓楼公厕", "", "鼓楼巷 3 号", "颍州区"]]).await;
    let caller = reviewer(t, "341202").await;
    assert_eq!(decide(t, &caller, (1, 0), Decision::NoUnit).await.unwrap(), Match::NoUnit);
}

/// The number of the unit that applied with the test's form, and of its application.
async fn applied(t: &TestHouse) -> (i64, i64) {
    let door = t.door().await;
    let unit = t.registry.checkpoint(door.number).await.unwrap().unwrap().record.organisation;
    (unit, t.registry.application_of(door.number).await.unwrap().unwrap().0)
}

#[tokio::test]
async fn the_review_shows_what_the_register_says_and_the_unit_is_confirmed() {
    let t = TestHouse::new().await;
    let (unit, application) = applied(&t).await;
    let caller = reviewer(&t, "341202").await;
    let listed = review::one(&t, &caller, application).await.unwrap().listed;
    assert!(!listed.known && listed.places.is_empty(), "nothing is said without a register");
    take(&t, &[["鼓楼公厕", "", "鼓楼巷 3 号", "颍州区"]]).await;
    let listed = review::one(&t, &caller, application).await.unwrap().listed;
    assert!(listed.known && listed.places.is_empty());
    let form = t.checkpoint_form();
    take(&t, &[[&form.name, "", &form.address, "颍州区"]]).await;
    let listed = review::one(&t, &caller, application).await.unwrap().listed;
    assert_eq!((listed.places[0].row.id, listed.places[0].is_ours), (2, false));
    assert_eq!(listed.places[0].score.points, 100);
    let before = one(&t, &caller, 2, "").await.unwrap();
    assert_eq!(before.candidates[0].organisation, unit);
    assert!(before.candidates[0].door.as_ref().unwrap().0.starts_with(&form.name));
    assert_eq!(decide(&t, &caller, (2, 0), Decision::Is(unit)).await.unwrap(), Match::Confirmed);
    let listed = review::one(&t, &caller, application).await.unwrap().listed;
    assert!(listed.places[0].is_ours);
    let written = lines(&t, Deed::PlaceMatched).await;
    assert_eq!(written, [("名录场所 2".to_owned(), format!("单位 {unit}"))]);
    // Who looked before that is told so.
    let late = decide(&t, &caller, (2, 0), Decision::Open).await;
    assert!(matches!(late, Err(Failure::Conflict(_))), "{late:?}");
    assert_eq!(decide(&t, &caller, (2, 1), Decision::Open).await.unwrap(), Match::Open);
}

#[tokio::test]
async fn another_county_has_no_such_place_and_no_unit_is_made_up() {
    let t = TestHouse::new().await;
    take(&t, &[["鼓楼公厕", "", "鼓楼巷 3 号", "颍州区"]]).await;
    for (region, there) in [("341202", true), ("341203", false), ("341202001", false)] {
        let caller = reviewer(&t, region).await;
        let found = one(&t, &caller, 1, "").await;
        assert_eq!(found.is_ok(), there, "{region}");
        let all = list(&t, &caller, &Filter::all(Show::State(Match::Open))).await.unwrap();
        assert_eq!(all.total, i64::from(there), "{region}");
        let said = decide(&t, &caller, (1, 0), Decision::Is(99)).await;
        assert!(
            matches!(
                (&said, there),
                (Err(Failure::Invalid(_)), true) | (Err(Failure::NotFound), false)
            ),
            "{region} {said:?}"
        );
    }
}

#[tokio::test]
async fn a_unit_elsewhere_that_nothing_speaks_for_is_none_of_the_reviewers() {
    let t = TestHouse::new().await;
    let (unit, _) = applied(&t).await;
    let form = t.checkpoint_form();
    take(&t, &[["鼓楼公厕", "", "鼓楼巷 3 号", "颍东区"]]).await;
    let caller = reviewer(&t, "341203").await;
    let said = decide(&t, &caller, (1, 0), Decision::Is(unit)).await;
    assert!(matches!(said, Err(Failure::Invalid(_))), "{said:?}");
    // Its name speaks for it: a reviewer may say so of a branch.
    take(&t, &[[&form.name, "", "鼓楼巷 5 号", "颍东区"]]).await;
    assert_eq!(decide(&t, &caller, (2, 0), Decision::Is(unit)).await.unwrap(), Match::Confirmed);
    let city = reviewer(&t, "").await;
    assert_eq!(decide(&t, &city, (1, 0), Decision::Is(unit)).await.unwrap(), Match::Confirmed);
}

#[tokio::test]
async fn what_one_unit_alone_is_sure_for_is_confirmed_together() {
    let t = TestHouse::new().await;
    let (unit, _) = applied(&t).await;
    let form = t.checkpoint_form();
    let caller = reviewer(&t, "341202").await;
    take(
        &t,
        &[
            [&form.name, "", &form.address, "颍州区"],
            // Another house: not sure.
            [&form.name, "", "河东路 99 号", "颍州区"],
            ["鼓楼公厕", "", "鼓楼巷 3 号", "颍州区"],
        ],
    )
    .await;
    let open = Filter::all(Show::State(Match::Open));
    assert_eq!(list(&t, &caller, &open).await.unwrap().likely, 1);
    let ones = sure_ones(&t, &caller, &open).await.unwrap();
    assert_eq!((ones.rows.len(), ones.looked_at, ones.likely), (1, 1, 1));
    assert_eq!((ones.rows[0].0.id, ones.rows[0].0.name.as_str()), (1, form.name.as_str()));
    let early = confirm_sure(&t, &caller, &open, UnixMs(0)).await.unwrap();
    assert_eq!((early.confirmed, early.left), (0, 3), "nobody had seen them");
    let came = confirm_sure(&t, &caller, &open, t.now()).await.unwrap();
    assert_eq!((came.confirmed, came.doubted, came.left), (1, 0, 2));
    let confirmed = Filter::all(Show::State(Match::Confirmed));
    let confirmed = list(&t, &caller, &confirmed).await.unwrap();
    assert_eq!(confirmed.rows[0].unit.as_ref().unwrap().0, unit);
    let hinted = Filter { hinted: Some(true), ..open };
    let hinted = list(&t, &caller, &hinted).await.unwrap();
    assert_eq!((hinted.total, hinted.rows[0].id), (1, 2));
}

#[tokio::test]
async fn a_unit_of_the_same_name_is_compared_by_where_its_doors_are() {
    let t = TestHouse::new().await;
    let (unit, _) = applied(&t).await;
    let name = t.registry.organisation(unit).await.unwrap().unwrap().new.name;
    take(&t, &[[&name, "", "河东路 99 号", "颍州区"]]).await;
    let caller = reviewer(&t, "341202").await;
    let candidates = one(&t, &caller, 1, "").await.unwrap().candidates;
    let [candidate] = &candidates[..] else { panic!("{candidates:?}") };
    assert_eq!((candidate.score.points, candidate.score.address), (71, Some(false)));
    assert!(candidate.door.is_some());
}

/// A second unit with the same place: its door has another name for the door.
async fn applied_as_well(t: &TestHouse) -> (i64, i64) {
    let form = domain::checkpoints::CheckpointForm { door: "后门".into(), ..t.checkpoint_form() };
    let door = t.door_of(&form).await;
    let unit = t.registry.checkpoint(door.number).await.unwrap().unwrap().record.organisation;
    (unit, t.registry.application_of(door.number).await.unwrap().unwrap().0)
}

#[tokio::test]
async fn two_units_of_one_name_in_one_house_are_left_to_a_person() {
    let t = TestHouse::new().await;
    applied(&t).await;
    applied_as_well(&t).await;
    let form = t.checkpoint_form();
    take(&t, &[[&form.name, "", &form.address, "颍州区"]]).await;
    let caller = reviewer(&t, "341202").await;
    let open = Filter::all(Show::State(Match::Open));
    let ones = sure_ones(&t, &caller, &open).await.unwrap();
    assert_eq!((ones.rows.len(), ones.looked_at, ones.likely), (0, 1, 1));
    let came = confirm_sure(&t, &caller, &open, t.now()).await.unwrap();
    assert_eq!((came.confirmed, came.doubted, came.left), (0, 1, 1));
    let found = one(&t, &caller, 1, &form.name[..6]).await.unwrap();
    assert_eq!(found.candidates.iter().filter(|c| c.score.points == 100).count(), 2);
}
