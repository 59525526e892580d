//! The register of places: taken from lists again and again, narrowed, compared with units, decided.

use super::{
    made::{AWKWARD, NOON, line, organisation, record},
    support::{BackEnd, on_both},
};
use domain::{audit::Deed, places::Match, sorting::Sort, time::UnixMs};
use registry::{
    CheckpointRecord, ListedPlace, NewOrganisation, PlaceDecision, PlaceFilter, TakenPlaces,
};

on_both!(
    a_place_is_taken_with_everything_the_list_says,
    a_list_that_comes_again_changes_what_differs,
    what_comes_twice_in_a_list_is_one_place,
    what_a_list_has_no_more_is_gone_and_comes_back,
    places_are_narrowed_and_paged,
    places_are_sorted_as_wanted_and_paged_so,
    a_place_is_hinted_by_code_or_name,
    only_what_can_be_told_is_likely,
    units_are_found_by_code_name_and_house,
    of_a_chain_in_a_mall_the_door_that_is_both_is_found,
    places_are_found_for_a_door,
    units_are_looked_for_by_name_within_a_region,
    a_decision_counts_once_and_is_written_down,
    an_unknown_unit_is_refused_whole,
    units_of_an_earlier_version_get_their_form,
);

fn listed(name: &str) -> ListedPlace {
    ListedPlace {
        same_key: format!("{name}|颍州中路1号|341202"),
        name: name.to_owned(),
        credit_code: None,
        address: "颍州中路 1 号".to_owned(),
        county: "341202".to_owned(),
        township: Some("341202001".to_owned()),
        category: Some("101".to_owned()),
    }
}

async fn take_at(at: &BackEnd, rows: &[ListedPlace], began: UnixMs) -> TakenPlaces {
    let line = line(Deed::PlacesImported, began);
    let detail = |taken: TakenPlaces| format!("{}+{}", taken.new, taken.changed);
    at.registry.import_places(rows, began, &line, detail).await.unwrap()
}

async fn take(at: &BackEnd, rows: &[ListedPlace]) -> TakenPlaces {
    take_at(at, rows, NOON).await
}

fn open() -> PlaceFilter {
    PlaceFilter {
        sort: Sort::Usual,
        state: Some(Match::Open),
        gone: false,
        county: None,
        township: None,
        category: None,
        hinted: None,
        likely: false,
        listed_until: None,
        text: String::new(),
        after: 0,
        limit: 100,
        offset: 0,
    }
}

/// The numbers of the places, after holding that their total is right.
async fn ids(at: &BackEnd, filter: PlaceFilter) -> Vec<i64> {
    let rows = at.registry.places(&filter).await.unwrap();
    let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
    if filter.limit == 100 && filter.offset == 0 {
        let total = at.registry.places_total(&filter).await.unwrap();
        assert_eq!(total, i64::try_from(ids.len()).unwrap());
    }
    ids
}

fn decision(id: i64, round: i64, organisation: Option<i64>) -> PlaceDecision {
    let state = if organisation.is_some() { Match::Confirmed } else { Match::NoUnit };
    PlaceDecision { id, round, state, organisation, line: line(Deed::PlaceMatched, NOON) }
}

async fn a_place_is_taken_with_everything_the_list_says(at: &BackEnd) {
    let awkward =
        ListedPlace { credit_code: Some("91350100M000100Y43".to_owned()), ..listed(AWKWARD) };
    let bare = ListedPlace { township: None, category: None, ..listed("公厕") };
    let taken = take(at, &[awkward.clone(), bare]).await;
    assert_eq!(taken, TakenPlaces { new: 2, changed: 0, same: 0 });
    let place = at.registry.place(1).await.unwrap().unwrap();
    assert_eq!((place.name, place.address), (awkward.name, awkward.address));
    assert_eq!(place.credit_code.as_deref(), Some("91350100M000100Y43"));
    assert_eq!((place.near_address.as_str(), place.county.as_str()), ("颍州中路1号", "341202"));
    assert_eq!(place.township.as_deref(), Some("341202001"));
    assert_eq!(place.category.as_deref(), Some("101"));
    assert_eq!((place.state, place.unit, place.round), (Match::Open, None, 0));
    assert_eq!((place.listed, place.seen, place.decided), (NOON, NOON, None));
    assert!(!place.gone && !place.hinted);
    let bare = at.registry.place(2).await.unwrap().unwrap();
    assert_eq!((bare.township, bare.category, bare.credit_code), (None, None, None));
    assert!(at.registry.place(3).await.unwrap().is_none());
    at.assert_dense("places", "id", 2).await;
    // One line for what was taken together.
    at.assert_dense("audit", "seq", 1).await;
}

async fn a_list_that_comes_again_changes_what_differs(at: &BackEnd) {
    take(at, &[listed("学校"), listed("医院")]).await;
    let unit = at.an_organisation("学校").await;
    at.registry.decide_places(&[decision(1, 0, Some(unit))]).await.unwrap();
    let lines = at.number("select count(*) from audit").await;
    let later = NOON.plus(1);
    assert_eq!(
        take_at(at, &[listed("学校"), listed("医院")], later).await,
        TakenPlaces { new: 0, changed: 0, same: 2 }
    );
    assert_eq!(at.number("select count(*) from audit").await, lines, "nothing changed");
    assert_eq!(at.registry.place(2).await.unwrap().unwrap().seen, later);
    let moved = ListedPlace {
        township: None,
        category: Some("202".to_owned()),
        credit_code: Some("x".to_owned()),
        ..listed("学校")
    };
    let taken = take_at(at, &[moved, listed("医院")], NOON.plus(2)).await;
    assert_eq!(taken, TakenPlaces { new: 0, changed: 1, same: 1 });
    let place = at.registry.place(1).await.unwrap().unwrap();
    assert_eq!((place.township, place.category.as_deref()), (None, Some("202")));
    assert_eq!((place.credit_code.as_deref(), place.listed), (Some("x"), NOON));
    // Which unit it is stays decided.
    assert_eq!((place.state, place.unit), (Match::Confirmed, Some((unit, "学校".to_owned()))));
}

async fn what_comes_twice_in_a_list_is_one_place(at: &BackEnd) {
    let later = ListedPlace { category: None, ..listed("学校") };
    let many: Vec<ListedPlace> = (0..200).map(|n| listed(&format!("{n}"))).collect();
    take(at, &many).await;
    let taken = take(at, &[listed("学校"), later]).await;
    assert_eq!(taken, TakenPlaces { new: 1, changed: 0, same: 0 });
    assert_eq!(at.registry.place(201).await.unwrap().unwrap().category, None);
    assert_eq!(take(at, &many).await.same, 200);
}

async fn what_a_list_has_no_more_is_gone_and_comes_back(at: &BackEnd) {
    let there = ListedPlace {
        same_key: "b".to_owned(),
        county: "341203".to_owned(),
        township: None,
        ..listed("乡村医院")
    };
    take(at, &[listed("学校"), listed("医院"), there]).await;
    let later = NOON.plus(5);
    take_at(at, &[listed("学校")], later).await;
    let counties = ["341202".to_owned()];
    let gone = async |counties: &[String]| {
        let line = line(Deed::PlacesImported, later);
        at.registry.mark_places_gone(counties, later, &line, |n| format!("-{n}")).await.unwrap()
    };
    assert_eq!(gone(&counties).await, 1);
    let lines = at.number("select count(*) from audit").await;
    assert_eq!(gone(&counties).await, 0);
    assert_eq!(at.number("select count(*) from audit").await, lines);
    assert_eq!(ids(at, open()).await, [1, 3], "the other county's list was not this one");
    assert_eq!(ids(at, PlaceFilter { gone: true, ..open() }).await, [2]);
    let taken = take_at(at, &[listed("医院")], NOON.plus(9)).await;
    assert_eq!(taken, TakenPlaces { new: 0, changed: 1, same: 0 });
    assert_eq!(ids(at, open()).await, [1, 2, 3]);
}

async fn places_are_narrowed_and_paged(at: &BackEnd) {
    let there = ListedPlace {
        same_key: "b".to_owned(),
        county: "341203".to_owned(),
        township: Some("341203001".to_owned()),
        category: Some("202".to_owned()),
        address: "河东路 100%_ 号".to_owned(),
        ..listed("超市")
    };
    take(at, &[listed("学校"), listed("医院"), there]).await;
    take_at(at, &[listed("影院")], NOON.plus(10)).await;
    let with = |change: &dyn Fn(&mut PlaceFilter)| {
        let mut filter = open();
        change(&mut filter);
        ids(at, filter)
    };
    assert_eq!(with(&|f| f.county = Some("341202".to_owned())).await, [1, 2, 4]);
    assert_eq!(with(&|f| f.township = Some("341203001".to_owned())).await, [3]);
    assert_eq!(with(&|f| f.category = Some("1".to_owned())).await, [1, 2, 4]);
    assert_eq!(with(&|f| f.category = Some("202".to_owned())).await, [3]);
    assert_eq!(with(&|f| f.text = "100%_".to_owned()).await, [3]);
    assert_eq!(with(&|f| f.text = "学".to_owned()).await, [1]);
    assert_eq!(with(&|f| f.listed_until = Some(NOON)).await, [1, 2, 3]);
    assert_eq!(with(&|f| f.after = 2).await, [3, 4]);
    assert_eq!(with(&|f| (f.limit, f.offset) = (2, 1)).await, [2, 3]);
    assert!(with(&|f| f.limit = -1).await.is_empty());
    at.registry.decide_places(&[decision(2, 0, None)]).await.unwrap();
    assert_eq!(with(&|f| f.state = Some(Match::NoUnit)).await, [2]);
    assert_eq!(with(&|f| f.state = None).await, [1, 2, 3, 4]);
    assert_eq!(with(&|_| ()).await, [1, 3, 4]);
    assert!(at.registry.places_known_in("341202").await.unwrap());
    assert!(!at.registry.places_known_in("341204").await.unwrap());
}

async fn places_are_sorted_as_wanted_and_paged_so(at: &BackEnd) {
    let with = |name: &str, address: &str| ListedPlace {
        same_key: name.to_owned(),
        address: address.to_owned(),
        ..listed(name)
    };
    take(at, &[with("B", "1"), with("C", "3"), with("A", "2")]).await;
    let sorted = |sort| PlaceFilter { sort, ..open() };
    assert_eq!(ids(at, sorted(Sort::Usual)).await, [1, 2, 3]);
    assert_eq!(ids(at, sorted(Sort::Name)).await, [3, 1, 2]);
    assert_eq!(ids(at, sorted(Sort::Address)).await, [1, 3, 2]);
    let second = PlaceFilter { limit: 1, offset: 1, ..sorted(Sort::Name) };
    assert_eq!(ids(at, second).await, [1]);
}

async fn a_place_is_hinted_by_code_or_name(at: &BackEnd) {
    let code = Some("91350100M000100Y43".to_owned());
    let unit = NewOrganisation { credit_code: code.clone(), ..organisation("百姓缘连锁") };
    let unit = at.registry.insert_organisation(&unit).await.unwrap().unwrap();
    at.applied(&record(unit, "百姓缘大药房", "东门"), NOON).await;
    take(
        at,
        &[
            ListedPlace { credit_code: code, ..listed("别的名字") },
            listed("阜阳市百姓缘连锁有限公司"),
            listed("百姓缘大药房有限公司"),
            // In the same house only.
            listed("影院"),
        ],
    )
    .await;
    assert_eq!(ids(at, PlaceFilter { hinted: Some(true), ..open() }).await, [1, 2, 3]);
    assert_eq!(ids(at, PlaceFilter { hinted: Some(false), ..open() }).await, [4]);
    assert!(at.registry.place(3).await.unwrap().unwrap().hinted);
}

async fn only_what_can_be_told_is_likely(at: &BackEnd) {
    let code = Some("91350100M000100Y43".to_owned());
    let unit = NewOrganisation { credit_code: code.clone(), ..organisation("百姓缘") };
    let unit = at.registry.insert_organisation(&unit).await.unwrap().unwrap();
    at.applied(&record(unit, "百姓缘大药房", "东门"), NOON).await;
    let elsewhere = ListedPlace {
        same_key: "x".to_owned(),
        address: "河东路 3 号".to_owned(),
        ..listed("百姓缘大药房")
    };
    let by_code = ListedPlace { credit_code: code.clone(), ..listed("百姓缘有限公司") };
    let old_name = ListedPlace { credit_code: code, ..listed("老名字") };
    take(at, &[listed("百姓缘大药房"), elsewhere, by_code, old_name, listed("影院")]).await;
    assert_eq!(ids(at, PlaceFilter { likely: true, ..open() }).await, [1, 3]);
}

async fn units_are_found_by_code_name_and_house(at: &BackEnd) {
    let code = Some("91350100M000100Y43".to_owned());
    let by_code = NewOrganisation { credit_code: code.clone(), ..organisation("总部") };
    let by_code = at.registry.insert_organisation(&by_code).await.unwrap().unwrap();
    let by_name = at.an_organisation("百姓缘大药房有限公司").await;
    let by_door = at.an_organisation("连锁").await;
    let far = CheckpointRecord {
        address: "河东路 3 号".to_owned(),
        ..record(by_door, "百姓缘大药房", "正门")
    };
    at.applied(&far, NOON).await;
    let near = at.an_organisation("邻居").await;
    let door = at.applied(&record(near, "面馆", "正门"), NOON).await;
    at.an_organisation("无关").await;
    take(at, &[ListedPlace { credit_code: code, ..listed("百姓缘大药房") }]).await;
    let place = at.registry.place(1).await.unwrap().unwrap();
    let units = at.registry.units_like(&place, 10).await.unwrap();
    let found: Vec<i64> = units.iter().map(|unit| unit.organisation).collect();
    assert_eq!(found, [by_code, by_name, by_door, near]);
    assert!(units[0].door.is_none() && units[1].door.is_none());
    assert_eq!(units[1].similar_name, "百姓缘大药房");
    let of_door = units[3].door.as_ref().unwrap();
    assert_eq!(
        (of_door.number, of_door.name.as_str(), of_door.door.as_str()),
        (door, "面馆", "正门")
    );
    assert_eq!(of_door.near_address, "颍州中路1号");
    assert_eq!((of_door.county.as_str(), of_door.township.as_str()), ("341202", "341202001"));
    assert_eq!(at.registry.unit_doors(near, 10).await.unwrap().len(), 1);
    assert!(at.registry.unit_doors(near, 0).await.unwrap().is_empty());
    // Without a house nothing is near.
    let nowhere = registry::Place { near_address: String::new(), credit_code: None, ..place };
    assert_eq!(at.registry.units_like(&nowhere, 10).await.unwrap().len(), 2);
}

async fn of_a_chain_in_a_mall_the_door_that_is_both_is_found(at: &BackEnd) {
    let chain = at.an_organisation("连锁总店").await;
    for n in 0..3 {
        let elsewhere = CheckpointRecord {
            address: format!("河东路 {n} 号"),
            ..record(chain, "百姓缘大药房", &format!("{n} 号门"))
        };
        at.applied(&elsewhere, NOON).await;
        let in_the_mall = CheckpointRecord {
            address: "颍州中路 1 号".to_owned(),
            ..record(chain, "万达影城", &format!("{n} 号厅"))
        };
        at.applied(&in_the_mall, NOON).await;
    }
    let shop = at.an_organisation("另一家").await;
    let both = CheckpointRecord {
        address: "颍州中路 1 号".to_owned(),
        ..record(shop, "百姓缘大药房", "正门")
    };
    let door = at.applied(&both, NOON).await;
    take(at, &[listed("百姓缘大药房")]).await;
    let place = at.registry.place(1).await.unwrap().unwrap();
    let units = at.registry.units_like(&place, 2).await.unwrap();
    assert_eq!(units[0].organisation, shop);
    assert_eq!(units[0].door.as_ref().unwrap().number, door);
}

async fn places_are_found_for_a_door(at: &BackEnd) {
    let code = Some("91350100M000100Y43".to_owned());
    let unit = NewOrganisation { credit_code: code.clone(), ..organisation("百姓缘连锁") };
    let unit = at.registry.insert_organisation(&unit).await.unwrap().unwrap();
    let door = at.applied(&record(unit, "百姓缘大药房", "东门"), NOON).await;
    let far = |name: &str, key: &str| ListedPlace {
        same_key: key.to_owned(),
        address: "河东路 3 号".to_owned(),
        ..listed(name)
    };
    let there = ListedPlace {
        same_key: "d".to_owned(),
        county: "341203".to_owned(),
        township: None,
        ..listed("影院")
    };
    take(
        at,
        &[
            ListedPlace { credit_code: code, ..far("总部", "a") },
            far("百姓缘连锁", "b"),
            far("百姓缘大药房", "c"),
            listed("影院"),
            there,
            far("无关", "e"),
        ],
    )
    .await;
    let found = at.registry.places_like(door, 10).await.unwrap();
    let found: Vec<i64> = found.iter().map(|like| like.place.id).collect();
    assert_eq!(found, [1, 2, 3, 4]);
    take_at(at, &[listed("影院")], NOON.plus(1)).await;
    let counties = ["341202".to_owned()];
    let line = line(Deed::PlacesImported, NOON);
    at.registry.mark_places_gone(&counties, NOON.plus(1), &line, |_| String::new()).await.unwrap();
    let left = at.registry.places_like(door, 10).await.unwrap();
    assert_eq!(left.iter().map(|like| like.place.id).collect::<Vec<_>>(), [4]);
    assert_eq!(left[0].unit.organisation, unit);
    let nobody = domain::checkpoints::CheckpointNumber(99);
    assert!(at.registry.places_like(nobody, 10).await.unwrap().is_empty());
}

async fn units_are_looked_for_by_name_within_a_region(at: &BackEnd) {
    let here = at.an_organisation("百姓缘大药房").await;
    let there = NewOrganisation {
        county: "341203".to_owned(),
        township: "341203001".to_owned(),
        ..organisation("百姓缘连锁")
    };
    let there = at.registry.insert_organisation(&there).await.unwrap().unwrap();
    let named = async |text: &str, region: &str| -> Vec<i64> {
        let found = at.registry.units_named(text, region, 10).await.unwrap();
        found.iter().map(|unit| unit.organisation).collect()
    };
    assert_eq!(named("百姓缘", "").await, [here, there]);
    assert_eq!(named("百姓缘", "341203").await, [there]);
    assert_eq!(named("百姓缘", "341202001").await, [here]);
    assert!(named("", "").await.is_empty());
    assert!(named("%", "").await.is_empty());
    // With a door there it is there too.
    at.applied(&record(there, "百姓缘连锁", "东门"), NOON).await;
    assert_eq!(named("百姓缘", "341202").await, [here, there]);
}

async fn a_decision_counts_once_and_is_written_down(at: &BackEnd) {
    take(at, &[listed("学校"), listed("医院")]).await;
    let unit = at.an_organisation("学校").await;
    let lines = at.number("select count(*) from audit").await;
    let both = [decision(1, 0, Some(unit)), decision(2, 7, None)];
    assert_eq!(at.registry.decide_places(&both).await.unwrap(), [true, false]);
    assert_eq!(at.number("select count(*) from audit").await, lines + 1);
    assert_eq!(at.registry.decide_places(&both[..1]).await.unwrap(), [false]);
    let place = at.registry.place(1).await.unwrap().unwrap();
    assert_eq!((place.state, place.round, place.decided), (Match::Confirmed, 1, Some(NOON)));
    let back = PlaceDecision { state: Match::Open, ..decision(1, 1, None) };
    assert_eq!(at.registry.decide_places(&[back]).await.unwrap(), [true]);
    let place = at.registry.place(1).await.unwrap().unwrap();
    assert_eq!((place.state, place.unit, place.round), (Match::Open, None, 2));
}

async fn an_unknown_unit_is_refused_whole(at: &BackEnd) {
    take(at, &[listed("学校"), listed("医院")]).await;
    let both = [decision(1, 0, None), decision(2, 0, Some(99))];
    assert!(at.registry.decide_places(&both).await.is_err());
    assert_eq!(ids(at, open()).await, [1, 2]);
}

async fn units_of_an_earlier_version_get_their_form(at: &BackEnd) {
    at.an_organisation("阜阳市百姓缘有限公司").await;
    at.run("update organisations set similar_name = ''").await.unwrap();
    let again = at.open_again().await.unwrap();
    let found = again.units_named("百姓缘", "", 1).await.unwrap();
    assert_eq!(found[0].similar_name, "百姓缘");
}
