//! Sample data for the looks: every page drawn with invented people and places, names that try to
//! be markup among them. With `VENUECODE_LOOKS=DIR` the pages are written there, to be looked at.

#![allow(clippy::unwrap_used)]

use super::{County, counties};
use crate::{
    frame::Letters,
    i18n::Lang,
    page::{Page, Seat},
};
use askama::Template;
use domain::{
    accounts::Role,
    regions::{Region, RegionCode},
    time::{MINUTE_MS, UnixMs},
};

/// What a name tries to be in some samples.
pub(crate) const MARKUP: &str = "<script>alert(1)</script>";

/// 2026-11-22 14:32:07 in Fuyang.
pub(crate) const NOW: UnixMs = UnixMs(1_795_329_127_000);

/// What every form holds.
const GUARD: &str = "guardguardguardguardguardguardgu";

/// So many minutes before `NOW`.
pub(crate) fn ago(minutes: i64) -> UnixMs {
    NOW.plus(-minutes * MINUTE_MS)
}

/// A frame in Chinese, in a demonstration.
pub(crate) fn frame(role: Option<Role>, path: &str) -> Page {
    Page {
        demo: true,
        csrf: Letters::read(GUARD).unwrap(),
        path: path.into(),
        seat: role.map(|role| Seat { role, name: "李*".into(), unseen: 0 }),
        ..Page::default()
    }
}

/// Three counties with townships.
pub(crate) fn some_counties() -> Vec<County> {
    let region = |code: &str, name: &str, parent: Option<&str>| Region {
        code: RegionCode::parse(code).unwrap(),
        name: name.into(),
        parent: parent.map(|p| RegionCode::parse(p).unwrap()),
    };
    counties(&[
        region("341200", "阜阳市", None),
        region("341202", "颍州区", Some("341200")),
        region("341202001", "鼓楼街道", Some("341202")),
        region("341202004", "清河街道", Some("341202")),
        region("341203", "颍东区", Some("341200")),
        region("341203001", "河东街道", Some("341203")),
    ])
}

/// Draws a page, holds it to what is true of every page, and hands it on for its own questions.
pub(crate) fn drawn(name: &str, page: &impl Template) -> String {
    let html = page.render().unwrap();
    if let Some(dir) = std::env::var_os("VENUECODE_LOOKS") {
        let dir = std::path::PathBuf::from(dir);
        let path = |part: &str| dir.join(part);
        std::fs::write(path(&format!("{name}.html")), html.replace("=\"/assets/", "=\"")).unwrap();
        for (file, bytes) in [
            ("desk.css", include_bytes!("../../../assets/desk.css").as_slice()),
            ("desk.js", include_bytes!("../../../assets/desk.js").as_slice()),
        ] {
            std::fs::write(path(file), bytes).unwrap();
        }
    }
    assert!(!html.contains(MARKUP), "{name}: a name became markup");
    assert!(
        !html.contains(" style=") && !html.contains(" onclick="),
        "{name}: inline style or handler"
    );
    for input in html.split("<input").skip(1) {
        let input = input.split('>').next().unwrap();
        let id = input.split(" id=\"").nth(1).and_then(|rest| rest.split('"').next());
        let hidden = input.contains("type=\"hidden\"");
        assert!(
            hidden || id.is_some_and(|id| html.contains(&format!("for=\"{id}\""))),
            "{name}: no label for <input{input}>"
        );
    }
    for form in html.split("method=\"post\"").skip(1) {
        let form = form.split("</form>").next().unwrap();
        let guard = format!("name=\"csrf\" value=\"{GUARD}\"");
        assert!(form.contains(&guard), "{name}: a form without guard");
    }
    html
}

/// The frame in English.
pub(crate) fn english(mut p: Page) -> Page {
    p.lang = Lang::En;
    p
}
