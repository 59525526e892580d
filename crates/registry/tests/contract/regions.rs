//! Regions: Fuyang as a whole, seeded once.

use super::support::{BackEnd, on_both};

on_both!(
    fuyang_is_there_with_its_counties_and_townships,
    a_county_comes_before_its_townships,
    opening_again_adds_nothing,
);

async fn fuyang_is_there_with_its_counties_and_townships(at: &BackEnd) {
    let regions = at.registry.regions().await.unwrap();
    assert_eq!(regions.len(), 1 + 10 + 170);
    assert_eq!((regions[0].code.as_str(), regions[0].name.as_str()), ("341200", "阜阳市"));
    assert_eq!(regions[0].parent, None);
    let counties =
        regions.iter().filter(|r| r.parent.as_ref().is_some_and(|p| p.as_str() == "341200"));
    assert_eq!(counties.count(), 10);
    let street = regions.iter().find(|r| r.code.as_str() == "341202001").unwrap();
    assert_eq!(
        (street.name.as_str(), street.parent.as_ref().unwrap().as_str()),
        ("鼓楼街道", "341202")
    );
}

async fn a_county_comes_before_its_townships(at: &BackEnd) {
    let regions = at.registry.regions().await.unwrap();
    assert!(regions.is_sorted_by(|a, b| a.code.as_str() < b.code.as_str()));
    for (index, region) in regions.iter().enumerate().skip(1) {
        let parent = region.parent.as_ref().unwrap();
        assert!(regions[..index].iter().any(|r| r.code == *parent), "{region:?}");
        if region.code.as_str().len() == 9 {
            assert_eq!(parent.as_str(), region.code.county());
        }
    }
}

async fn opening_again_adds_nothing(at: &BackEnd) {
    at.run("update regions set name = '新名' where code = '341202001'").await.unwrap();
    let again = at.open_again().await.unwrap();
    let regions = again.regions().await.unwrap();
    assert_eq!(regions.len(), 181);
    assert!(regions.iter().any(|r| r.name == "新名"), "a name set by hand stays");
    again.close().await;
}
