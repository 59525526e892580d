//! The city's own layouts: checked when they come, in force for the city or a county, on posters.

use crate::support::{administrator, complains, conflict, manager, not_found};
use actions::posters::{
    Size, all,
    layouts::{self, Checked, LayoutForm},
    one,
};
use domain::audit::Deed;
use testkit::TestHouse;

fn form(size: Size, county: &str) -> LayoutForm {
    LayoutForm {
        size: size.code().to_owned(),
        county: county.to_owned(),
        note: "2026 年版".to_owned(),
    }
}

/// A good layout, told from others by the colour of its ground.
async fn svg(t: &TestHouse, size: Size, colour: &str) -> Vec<u8> {
    let example = layouts::example(&administrator(t).await, size.code()).await.unwrap().bytes;
    String::from_utf8(example).unwrap().replacen("#0b5cab", colour, 1).into_bytes()
}

async fn kept(t: &TestHouse, size: Size, county: &str) -> i64 {
    let caller = administrator(t).await;
    let svg = svg(t, size, "#0b5cab").await;
    match layouts::upload(t, &caller, &form(size, county), svg).await.unwrap() {
        Checked::Kept(version) => version,
        Checked::Refused(faults) => panic!("{faults:?}"),
    }
}

/// A layout of the whole city, in force.
pub(crate) async fn in_force(t: &TestHouse, size: Size) -> i64 {
    let version = kept(t, size, "").await;
    layouts::begin(t, &administrator(t).await, version).await.unwrap();
    version
}

#[tokio::test]
async fn a_layout_is_kept_looked_at_and_put_in_force() {
    let t = TestHouse::new().await;
    let caller = administrator(&t).await;
    let door = t.door().await;
    let manager = manager(&t, &door.manager).await;
    let before = one(&t, &manager, door.number, "A4").await.unwrap().bytes;
    assert_eq!(kept(&t, Size::A4, "").await, 2);
    assert_eq!(one(&t, &manager, door.number, "A4").await.unwrap().bytes, before, "not yet");
    let preview = layouts::preview(&t, &caller, 2).await.unwrap();
    assert!(preview.bytes.starts_with(b"%PDF"));
    assert!(layouts::file(&t, &caller, 2).await.unwrap().bytes.starts_with(b"<"));

    layouts::begin(&t, &caller, 2).await.unwrap();
    conflict(layouts::begin(&t, &caller, 2).await);
    let after = one(&t, &manager, door.number, "A4").await.unwrap().bytes;
    assert_ne!(after, before);
    let other = one(&t, &manager, door.number, "600x900").await.unwrap().bytes;
    assert!(other.starts_with(b"%PDF"), "another size keeps the built-in one");
    let listed = layouts::list(&t, &caller).await.unwrap();
    assert!(listed[0].in_force && listed[0].region_name == "阜阳市");

    layouts::end(&t, &caller, 2).await.unwrap();
    conflict(layouts::end(&t, &caller, 2).await);
    assert_eq!(one(&t, &manager, door.number, "A4").await.unwrap().bytes, before);
    for deed in [Deed::LayoutUploaded, Deed::LayoutBegun, Deed::LayoutEnded] {
        assert_eq!(t.registry.audit_page(Some(deed), 9, 0).await.unwrap().len(), 1, "{deed:?}");
    }
}

#[tokio::test]
async fn a_countys_layout_comes_before_the_citys_and_archives_follow_it() {
    let t = TestHouse::new().await;
    let caller = administrator(&t).await;
    let door = t.door().await;
    let manager = manager(&t, &door.manager).await;
    let built_in = one(&t, &manager, door.number, "A4").await.unwrap().bytes;
    let (city, own, elsewhere) = (
        kept(&t, Size::A4, "").await,
        kept(&t, Size::A4, "341202").await,
        kept(&t, Size::A4, "341203").await,
    );
    layouts::begin(&t, &caller, elsewhere).await.unwrap();
    assert_eq!(one(&t, &manager, door.number, "A4").await.unwrap().bytes, built_in);
    layouts::begin(&t, &caller, city).await.unwrap();
    let of_city = one(&t, &manager, door.number, "A4").await.unwrap().bytes;
    layouts::begin(&t, &caller, own).await.unwrap();
    let of_county = one(&t, &manager, door.number, "A4").await.unwrap().bytes;
    assert!(of_city != built_in && of_county != of_city, "each says its version");

    let mut archive = all(&t, &manager, "A4").await.unwrap();
    let mut bytes = Vec::new();
    while let Some(chunk) = archive.next().await {
        bytes.extend(chunk.unwrap());
    }
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    let mut pdf = Vec::new();
    std::io::Read::read_to_end(&mut zip.by_index(1).unwrap(), &mut pdf).unwrap();
    assert_eq!(pdf, of_county);
}

#[tokio::test]
async fn what_is_wrong_with_a_layout_is_said_and_nothing_is_kept() {
    let t = TestHouse::new().await;
    let caller = administrator(&t).await;
    let good = svg(&t, Size::A4, "#0b5cab").await;
    let text = String::from_utf8(good.clone()).unwrap();
    let hostile = [
        text.replacen("<svg", "<!DOCTYPE svg [<!ENTITY a \"b\">]><svg", 1),
        text.replacen("</svg>", "<script>alert(1)</script></svg>", 1),
        text.replacen("</svg>", "<image href=\"https://elsewhere.example/x.png\"/></svg>", 1),
        text.replacen("id=\"code\"", "id=\"nothing\"", 1),
        text.replacen("</svg>", &format!("{}</svg>", "<g/>".repeat(30_000)), 1),
        "not a picture".to_owned(),
        String::new(),
    ];
    for svg in hostile {
        let head: String = svg.chars().take(60).collect();
        match layouts::upload(&t, &caller, &form(Size::A4, ""), svg.into_bytes()).await.unwrap() {
            Checked::Refused(faults) => assert!(!faults.is_empty(), "{head}"),
            Checked::Kept(version) => panic!("{version}: {head}"),
        }
    }
    match layouts::upload(&t, &caller, &form(Size::Stand, ""), good.clone()).await.unwrap() {
        Checked::Refused(faults) => assert!(!faults.is_empty(), "another size"),
        Checked::Kept(_) => panic!("an A4 page as a stand"),
    }
    let upload = async |form: LayoutForm| {
        layouts::upload(&t, &caller, &form, good.clone()).await.map(|_| ())
    };
    complains("size", upload(LayoutForm { size: "A5".into(), ..form(Size::A4, "") }).await);
    complains("county", upload(form(Size::A4, "341202001")).await);
    complains("county", upload(form(Size::A4, "999999")).await);
    complains("note", upload(LayoutForm { note: " ".into(), ..form(Size::A4, "") }).await);
    complains("note", upload(LayoutForm { note: "长".repeat(41), ..form(Size::A4, "") }).await);
    assert!(layouts::list(&t, &caller).await.unwrap().is_empty());
    for version in [0, 1, 2, -1, i64::MAX] {
        not_found(layouts::begin(&t, &caller, version).await);
        not_found(layouts::end(&t, &caller, version).await);
        not_found(layouts::preview(&t, &caller, version).await);
        not_found(layouts::file(&t, &caller, version).await);
    }
}
