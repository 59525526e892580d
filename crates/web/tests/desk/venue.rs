//! A manager's way: organisation, application, files, devices.

use crate::browser::{Browser, Seen};
use axum::http::{StatusCode, header};
use testkit::TestHouse;

/// The fields of a door that nobody has applied for.
pub(crate) fn door_fields(door: &str) -> Vec<(&str, &str)> {
    vec![
        ("name", "阜阳市人民医院（南区）"),
        ("door", door),
        ("address", "三清路 501 号"),
        ("county", "341202"),
        ("township", "341202001"),
        ("category", "105"),
        ("responsible_name", "赵敏"),
        ("responsible_phone", "13800138000"),
    ]
}

/// The same of an application that was read in this round.
pub(crate) fn written<'a>(round: &'a str, door: &'a str) -> Vec<(&'a str, &'a str)> {
    [&[("round", round)], door_fields(door).as_slice()].concat()
}

#[tokio::test]
async fn the_organisation_is_registered_once_and_wrong_input_is_marked() {
    let t = TestHouse::new().await;
    let token = t.manager().await;
    let mut browser = Browser::of(&t, &token).await;
    assert_eq!(browser.get("/venue/checkpoints/new").await.aim(), "/venue/organisation/new");
    browser.get("/venue/organisation/new").await.says("<optgroup label=\"颍州区\"");
    let wrong = [
        ("name", "<script>alert(1)</script>"),
        ("credit_code", "123"),
        ("county", "341203"),
        ("township", "341202001"),
    ];
    let refused = browser.post("/venue/organisation/new", &wrong).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    refused.says("id=\"credit_code-wrong\"");
    refused.says("id=\"township-wrong\"");
    refused.says("value=\"123\"");
    refused.says_not("<script>alert");
    let right = [("name", "阜阳市人民医院"), ("county", "341202"), ("township", "341202001")];
    let created = browser.post("/venue/organisation/new", &right).await;
    assert_eq!(created.aim(), "/venue/checkpoints/new");
    let again = browser.post("/venue/organisation/new", &right).await;
    assert_eq!(again.status, StatusCode::CONFLICT);
    again.says("不用重复登记");
    let form = browser.get("/venue/checkpoints/new").await;
    form.says("value=\"阜阳市人民医院\"");
    form.says("<option value=\"341202001\" selected>");
}

#[tokio::test]
async fn a_door_is_applied_for_once() {
    let t = TestHouse::new().await;
    let token = t.manager_with_organisation().await;
    let mut browser = Browser::of(&t, &token).await;
    browser.get("/venue").await.says("还没有检查点");
    let empty = browser.post("/venue/checkpoints/new", &[]).await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    for field in ["name", "door", "address", "township", "category", "responsible_name"] {
        empty.says(&format!("id=\"{field}-wrong\""));
    }
    let sent = browser.post("/venue/checkpoints/new", &door_fields("东门")).await;
    let page = sent.aim().to_owned();
    browser.get(&page).await.says("申请已提交");
    let twice = browser.post("/venue/checkpoints/new", &door_fields("东门")).await;
    assert_eq!(twice.status, StatusCode::UNPROCESSABLE_ENTITY);
    twice.says("id=\"door-wrong\"");
    let home = browser.get("/venue").await;
    home.says("东门");
    home.says("待审核");
}

fn is_file(seen: &Seen, kind: &str, ending: &str) {
    assert_eq!(seen.status, StatusCode::OK);
    assert_eq!(seen.header(header::CONTENT_TYPE), kind);
    let disposition = seen.header(header::CONTENT_DISPOSITION);
    assert!(disposition.starts_with("attachment; ") && disposition.is_ascii(), "{disposition}");
    assert!(disposition.contains("filename*=UTF-8''%"), "{disposition}");
    assert!(disposition.ends_with(ending), "{disposition}");
}

#[tokio::test]
async fn an_approved_door_has_files_and_devices_and_nobody_elses_manager_sees_it() {
    let t = TestHouse::new().await;
    let door = t.door().await;
    t.duty(&door).await;
    let page = format!("/venue/checkpoints/{}", door.number.0);
    let mut browser = Browser::of(&t, &door.manager).await;
    let seen = browser.get(&page).await;
    seen.says(&format!("http://127.0.0.1:8080/c/{}", door.code));
    seen.says("值守屏");
    let poster = browser.get(&format!("{page}/posters/A4.pdf")).await;
    is_file(&poster, "application/pdf", ".pdf");
    assert!(poster.bytes.starts_with(b"%PDF-"));
    let code = browser.get(&format!("{page}/code.svg")).await;
    is_file(&code, "image/svg+xml", ".svg");
    code.says("<svg");

    let link = browser.post(&format!("{page}/duty-links"), &[]).await;
    link.says("分钟内有效");
    link.says("<svg");
    let revoked = browser.post(&format!("{page}/devices/1/revoke"), &[]).await;
    assert_eq!(revoked.aim(), page);
    browser.get(&page).await.says("已停用");

    let mut other = Browser::of(&t, &t.manager_with_organisation().await).await;
    for path in [&page, &format!("{page}/edit"), &format!("{page}/posters/A4.pdf")] {
        assert_eq!(other.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    for path in [format!("{page}/duty-links"), format!("{page}/devices/1/revoke")] {
        assert_eq!(other.post(&path, &[]).await.status, StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn the_poster_comes_in_every_size_and_all_of_a_unit_in_one_archive() {
    let t = TestHouse::new().await;
    let door = t.door().await;
    let page = format!("/venue/checkpoints/{}", door.number.0);
    let mut browser = Browser::of(&t, &door.manager).await;
    for size in ["A4", "600x900", "800x1800"] {
        browser.get(&page).await.says(&format!("{page}/posters/{size}.pdf"));
        let poster = browser.get(&format!("{page}/posters/{size}.pdf")).await;
        is_file(&poster, "application/pdf", &format!("-{size}.pdf"));
        assert!(poster.bytes.starts_with(b"%PDF-"), "{size}");
        browser.get("/venue").await.says(&format!("/venue/posters/{size}.zip"));
    }
    let archive = browser.get("/venue/posters/A4.zip").await;
    is_file(&archive, "application/zip", "-A4.zip");
    assert!(archive.bytes.starts_with(b"PK") && archive.bytes.len() > 10_000);
    for wrong in ["A3.pdf", "A4", "A4.zip", "%2e%2e"] {
        let seen = browser.get(&format!("{page}/posters/{wrong}")).await;
        assert_eq!(seen.status, StatusCode::NOT_FOUND, "{wrong}");
    }
    assert_eq!(browser.get("/venue/posters/A4.pdf").await.status, StatusCode::NOT_FOUND);
    let mut other = Browser::of(&t, &t.manager_with_organisation().await).await;
    assert_eq!(other.get("/venue/posters/A4.zip").await.status, StatusCode::CONFLICT);
}

/// What stands between the first `before` and the next `after`.
#[track_caller]
fn between(seen: &Seen, before: &str, after: &str) -> String {
    let text = seen.text();
    let rest = text.split_once(before).map(|(_, rest)| rest);
    let found = rest.and_then(|rest| rest.split_once(after)).map(|(found, _)| found.to_owned());
    found.unwrap_or_else(|| panic!("no “{before}” … “{after}” on the page:\n{text}"))
}

#[tokio::test]
async fn a_lost_poster_gets_a_new_code_and_the_old_one_says_so() {
    let t = TestHouse::new().await;
    let door = t.door().await;
    let page = format!("/venue/checkpoints/{}", door.number.0);
    let mut browser = Browser::of(&t, &door.manager).await;
    let seen = browser.get(&page).await;
    let short_number = between(&seen, "name=\"short_number\" value=\"", "\"");
    let report = format!("{page}/poster-reports");
    let nothing = browser.post(&report, &[("short_number", &short_number)]).await;
    assert_eq!(nothing.status, StatusCode::UNPROCESSABLE_ENTITY);
    nothing.says("id=\"fault-wrong\"");
    let lost = [("short_number", short_number.as_str()), ("fault", "lost")];
    let unsure = browser.post(&report, &lost).await;
    assert_eq!(unsure.status, StatusCode::UNPROCESSABLE_ENTITY);
    unsure.says("id=\"sure-wrong\"");
    unsure.says("value=\"lost\" checked");
    let sure = [&lost[..], &[("sure", "1")]].concat();
    let done = browser.post(&report, &sure).await;
    assert_eq!(done.aim(), format!("{page}?done=replaced"));
    let now = browser.get(done.aim()).await;
    now.says("场所码已更换");
    now.says("更换场所码");
    now.says_not(&door.code);
    // A second press of the button is about a code that hangs there no more.
    let twice = browser.post(&report, &sure).await;
    assert_eq!(twice.status, StatusCode::CONFLICT);
    twice.says("状态刚变过");
    let mut visitor = Browser::new(&t).await;
    let old = visitor.get(&format!("/c/{}", door.code)).await;
    assert_eq!(old.status, StatusCode::GONE);
    old.says("已更换");
    let new = between(&now, "/c/", "<");
    assert_eq!(visitor.get(&format!("/c/{new}")).await.status, StatusCode::OK);

    let damaged = [("short_number", short_number.as_str()), ("fault", "damaged")];
    let done = browser.post(&report, &damaged).await;
    assert_eq!(done.aim(), format!("{page}?done=damaged"));
    browser.get(&page).await.says(&format!("/c/{new}"));
}

#[tokio::test]
async fn entries_are_shown_by_day_and_hour_and_only_to_the_doors_own_manager() {
    let t = TestHouse::new().await;
    let door = t.door().await;
    let page = format!("/venue/checkpoints/{}", door.number.0);
    let mut browser = Browser::of(&t, &door.manager).await;
    browser.get(&page).await.says(&format!("{page}/counts"));
    let seen = browser.get(&format!("{page}/counts")).await;
    seen.says("最近 14 天共 0 人次");
    seen.says("这一天没有登记");
    for back in ["13", "14", "-1", "x", "99999999999999999999"] {
        let seen = browser.get(&format!("{page}/counts?back={back}")).await;
        assert_eq!(seen.status, StatusCode::OK, "{back}");
    }
    let mut other = Browser::of(&t, &t.manager_with_organisation().await).await;
    assert_eq!(other.get(&format!("{page}/counts")).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_closed_door_records_nothing_until_it_is_opened_again() {
    let t = TestHouse::new().await;
    let door = t.door().await;
    let page = format!("/venue/checkpoints/{}", door.number.0);
    let mut browser = Browser::of(&t, &door.manager).await;
    browser.get(&page).await;
    let unsure = browser.post(&format!("{page}/close"), &[]).await;
    assert_eq!(unsure.status, StatusCode::UNPROCESSABLE_ENTITY);
    unsure.says("id=\"sure_close-wrong\"");
    let early = browser.post(&format!("{page}/reopen"), &[]).await;
    assert_eq!(early.status, StatusCode::CONFLICT);
    let sure = [("sure_close", "1")];
    let closed = browser.post(&format!("{page}/close"), &sure).await;
    assert_eq!(closed.aim(), format!("{page}?done=closed"));
    let seen = browser.get(&page).await;
    seen.says("这个检查点已关闭");
    seen.says_not("poster-reports");
    let mut visitor = Browser::new(&t).await;
    let code = format!("/c/{}", door.code);
    assert_eq!(visitor.get(&code).await.status, StatusCode::GONE);
    let poster = browser.get(&format!("{page}/posters/A4.pdf")).await;
    assert_eq!(poster.status, StatusCode::CONFLICT);
    poster.says("重新开放后才能下载海报");
    assert_eq!(browser.get("/venue/posters/A4.zip").await.status, StatusCode::CONFLICT);
    let again = browser.post(&format!("{page}/close"), &sure).await;
    assert_eq!(again.status, StatusCode::CONFLICT);
    let opened = browser.post(&format!("{page}/reopen"), &[]).await;
    assert_eq!(opened.aim(), format!("{page}?done=reopened"));
    assert_eq!(visitor.get(&code).await.status, StatusCode::OK);

    let mut other = Browser::of(&t, &t.manager_with_organisation().await).await;
    other.get("/venue").await;
    for (path, fields) in
        [("close", &sure[..]), ("reopen", &[]), ("poster-reports", &[("fault", "damaged")])]
    {
        let seen = other.post(&format!("{page}/{path}"), fields).await;
        assert_eq!(seen.status, StatusCode::NOT_FOUND, "{path}");
    }
    assert_eq!(visitor.get(&code).await.status, StatusCode::OK);
}

#[tokio::test]
async fn before_approval_there_is_nothing_to_download_and_the_page_says_so() {
    let t = TestHouse::new().await;
    let token = t.manager_with_organisation().await;
    let mut browser = Browser::of(&t, &token).await;
    browser.get("/venue").await;
    let sent = browser.post("/venue/checkpoints/new", &door_fields("东门")).await;
    let page = sent.aim().split('?').next().unwrap().to_owned();
    for path in [format!("{page}/posters/A4.pdf"), format!("{page}/code.svg")] {
        let early = browser.get(&path).await;
        assert_eq!(early.status, StatusCode::CONFLICT, "{path}");
        early.says("审核通过后才能下载海报");
    }
    let early = browser.post(&format!("{page}/duty-links"), &[]).await;
    assert_eq!(early.status, StatusCode::CONFLICT);
    early.says("审核通过后才能绑定值守设备");
    assert_eq!(browser.get(&format!("{page}/edit")).await.aim(), page);
    for wrong in ["/venue/checkpoints/999", "/venue/checkpoints/-1", "/venue/checkpoints/x%ff"] {
        let status = browser.get(wrong).await.status;
        assert!(status.is_client_error(), "{wrong}: {status}");
    }
}

/// Uploads a table with the guard of the page before.
async fn upload(manager: &mut Browser, table: &str) -> Seen {
    let part = |head: &str, body: &str| {
        format!("--x\r\nContent-Disposition: form-data; {head}\r\n\r\n{body}\r\n")
    };
    let body = [
        part("name=\"csrf\"", &manager.guard),
        part("name=\"file\"; filename=\"doors.csv\"", table),
        "--x--\r\n".to_owned(),
    ];
    manager.post_file("/venue/drafts/upload", body.concat()).await
}

const TITLES: &str = "场所名称,门,详细地址,县区,乡镇街道,场所类别,管理员,联系电话";

#[tokio::test]
async fn a_table_is_uploaded_corrected_and_submitted() {
    let t = TestHouse::new().await;
    let mut manager = Browser::of(&t, &t.manager_with_organisation().await).await;
    manager.get("/venue").await.says("href=\"/venue/drafts\"");
    manager.get("/venue/drafts").await.says("还没有草稿");
    let file = manager.get("/venue/drafts/table.xlsx").await;
    assert!(
        file.bytes.starts_with(b"PK") && file.header(header::CONTENT_DISPOSITION).contains(".xlsx")
    );
    manager.get("/venue/drafts").await;
    let wrong = upload(&mut manager, "场所名称,门\n清河中学,东门").await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    wrong.says("缺少：详细地址");
    let good = "清河中学,东门,清河路 1 号,颍州区,清河街道,学校,李红,13800136021";
    let bad = "清河中学,<b>西门,清河路 1 号,颖洲,清河街道,学校,李红,1380";
    let done = upload(&mut manager, &format!("{TITLES}\n{good}\n{bad}")).await;
    assert_eq!(done.aim(), "/venue/drafts?done=uploaded&count=2&show=faulty");
    let list = manager.get(done.aim()).await;
    list.says("已读入 2 行");
    list.says("1 条可以提交");
    list.says("没有这个县区");
    list.says_not("<b>西门");
    let draft = manager.get("/venue/drafts/2").await;
    draft.says("来自表格第 3 行");
    draft.says("颖洲");
    draft.says("id=\"responsible_phone-wrong\"");
    let sent = manager.post("/venue/drafts/submit", &[]).await;
    assert_eq!(sent.aim(), "/venue/drafts?done=submitted&count=1");

    let mut fields = door_fields("西门").to_vec();
    fields.push(("round", "1"));
    let half: Vec<_> = fields.iter().filter(|(name, _)| *name != "category").copied().collect();
    let refused = manager.post("/venue/drafts/2/submit", &half).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    refused.says("name=\"round\" value=\"2\"");
    refused.says("value=\"西门\"");
    let late = manager.post("/venue/drafts/2/save", &fields).await;
    assert_eq!(late.status, StatusCode::CONFLICT);
    late.says("这条草稿刚被修改或提交过");
    late.says("value=\"西门\"");
    fields.retain(|(name, _)| *name != "round");
    fields.push(("round", "2"));
    let done = manager.post("/venue/drafts/2/submit", &fields).await;
    assert_eq!(done.aim(), "/venue/drafts?done=submitted&count=1");
    assert_eq!(manager.get("/venue/drafts/2").await.status, StatusCode::NOT_FOUND);
    manager.get("/venue").await.says("西门");
    let gone = manager.post("/venue/drafts/2/save", &fields).await;
    assert_eq!(gone.status, StatusCode::CONFLICT);
    gone.says("这条草稿已经提交或删除了");
    gone.says("value=\"西门\"");
    gone.says("action=\"/venue/checkpoints/new\"");
}

#[tokio::test]
async fn a_form_is_kept_half_way_and_thrown_away() {
    let t = TestHouse::new().await;
    let mut manager = Browser::of(&t, &t.manager_with_organisation().await).await;
    manager.get("/venue/checkpoints/new").await.says("formaction=\"/venue/drafts\"");
    let kept = manager.post("/venue/drafts", &[("name", "清河中学")]).await;
    manager.get(kept.aim()).await.says("已存为草稿");
    let draft = manager.get("/venue/drafts/1").await;
    draft.says("value=\"清河中学\"");
    draft.says_not("id=\"door-wrong\"");
    let kept = manager.post("/venue/drafts/1/save", &[("name", "清河小学"), ("round", "1")]).await;
    manager.get(kept.aim()).await.says("清河小学");
    let mut other = Browser::of(&t, &t.manager_with_organisation().await).await;
    other.get("/venue/drafts").await.says("还没有草稿");
    assert_eq!(other.get("/venue/drafts/1").await.status, StatusCode::NOT_FOUND);
    assert_eq!(
        other.post("/venue/drafts/1/delete", &[]).await.aim(),
        "/venue/drafts?done=deleted&count=0"
    );
    assert_eq!(
        manager.post("/venue/drafts/1/delete", &[]).await.aim(),
        "/venue/drafts?done=deleted&count=1"
    );
    manager.post("/venue/drafts", &[("name", "一")]).await;
    manager.post("/venue/drafts", &[("name", "二")]).await;
    assert_eq!(
        manager.post("/venue/drafts/delete", &[]).await.aim(),
        "/venue/drafts?done=deleted&count=2"
    );
    let mut nobody = Browser::of(&t, &t.manager().await).await;
    assert_eq!(nobody.get("/venue/drafts").await.aim(), "/venue/organisation/new");
}

#[tokio::test]
async fn a_door_in_use_is_changed_after_a_review_and_keeps_its_code() {
    let t = TestHouse::new().await;
    let door = t.door().await;
    let page = format!("/venue/checkpoints/{}", door.number.0);
    let mut manager = Browser::of(&t, &door.manager).await;
    manager.get(&page).await.says(&format!("{page}/change"));
    let form = manager.get(&format!("{page}/change")).await;
    form.says("变更检查点");
    let silent = manager.post(&format!("{page}/change"), &[("name", "新楼")]).await;
    assert_eq!(silent.status, StatusCode::UNPROCESSABLE_ENTITY);
    silent.says("value=\"新楼\"");
    form.says("name=\"round\" value=\"1\"");
    let stale = manager.post(&format!("{page}/change"), &written("0", "旧东门")).await;
    assert_eq!(stale.status, StatusCode::CONFLICT);
    stale.says("value=\"旧东门\"");
    let done = manager.post(&format!("{page}/change"), &written("1", "新东门")).await;
    assert_eq!(done.aim(), format!("{page}?done=changing"));
    let waiting = manager.get(done.aim()).await;
    waiting.says("变更正在审核");
    waiting.says("A4（210×297 毫米）");
    let again = manager.get(&format!("{page}/change")).await;
    assert_eq!(again.aim(), page);

    let token = t.staff_token(domain::accounts::Role::Reviewer, "341202").await;
    let mut reviewer = Browser::of(&t, &token).await;
    let desk = reviewer.get("/review").await;
    desk.says("这个门在用，申请变更");
    desk.says("<b>新东门</b>");
    reviewer.get("/review/many").await.says("没有可以一次通过的申请");
    // A door in use can be stopped at any time, and its manager is told beside the change.
    desk.says("action=\"/review/1/suspend\"");
    assert_eq!(desk.text().matches("id=\"reason\"").count(), 1);
    reviewer.post("/review/1/suspend", &[("reason", "现场核实")]).await.aim();
    let stopped = manager.get(&page).await;
    stopped.says("变更正在审核");
    stopped.says("现场核实");
    reviewer.get("/review?id=1").await.says("action=\"/review/1/resume\"");
    reviewer.post("/review/1/resume", &[]).await.aim();
    let back = reviewer.post("/review/1/return", &[("round", "2"), ("reason", "请核对")]).await;
    back.aim();
    let seen = manager.get(&page).await;
    seen.says("变更被退回，这个门仍按原来的内容使用");
    manager.get(&format!("{page}/edit")).await.says("value=\"新东门\"");
    let gone = manager.post(&format!("{page}/withdraw"), &[]).await;
    assert_eq!(gone.aim(), format!("{page}?done=withdrawn"));
    manager.get(gone.aim()).await.says("变更已撤回");
    let late = manager.post(&format!("{page}/withdraw"), &[]).await;
    assert_eq!(late.status, StatusCode::CONFLICT);

    manager.post(&format!("{page}/change"), &written("3", "新东门")).await.aim();
    reviewer.get("/review").await;
    reviewer.post("/review/1/approve", &[("round", "4")]).await.aim();
    let mut visitor = Browser::new(&t).await;
    visitor.get(&format!("/c/{}", door.code)).await.says("新东门");
}

#[tokio::test]
async fn a_draft_whose_door_is_taken_can_be_corrected_and_sent_again() {
    let t = TestHouse::new().await;
    let mut manager = Browser::of(&t, &t.manager_with_organisation().await).await;
    manager.get("/venue").await;
    manager.post("/venue/checkpoints/new", &door_fields("东门")).await.aim();
    manager.post("/venue/drafts", &door_fields("西门")).await.aim();
    let mut fields = door_fields("东门");
    fields.push(("round", "1"));
    let taken = manager.post("/venue/drafts/1/submit", &fields).await;
    assert_eq!(taken.status, StatusCode::UNPROCESSABLE_ENTITY);
    taken.says("id=\"door-wrong\"");
    taken.says("name=\"round\" value=\"2\"");
    let mut fields = door_fields("南门");
    fields.push(("round", "2"));
    let done = manager.post("/venue/drafts/1/submit", &fields).await;
    assert_eq!(done.aim(), "/venue/drafts?done=submitted&count=1");
}

#[tokio::test]
async fn a_door_is_offered_accepted_and_taken_back() {
    let t = TestHouse::new().await;
    let form = t.checkpoint_form();
    let door = t.door_of(&form).await;
    let mut owner = Browser::of(&t, &door.manager).await;
    let at = format!("/venue/checkpoints/{}", door.number.0);
    owner.get(&at).await.says("邀请负责人来管理");
    let offered = owner.post(&format!("{at}/invite"), &[]).await;
    assert_eq!(offered.aim(), format!("{at}?done=invited"));
    owner.get(&format!("{at}?done=invited")).await.says("邀请短信已发出");
    let token = t.manager_of(&form.responsible_phone).await;
    let mut guest = Browser::of(&t, &token).await;
    assert_eq!(guest.get(&at).await.status, StatusCode::NOT_FOUND);
    guest.get("/venue").await.says("请您管理检查点");
    let accepted = guest.post("/venue/invitations/1/accept", &[]).await;
    assert_eq!(accepted.aim(), "/venue?done=accepted");
    guest.get("/venue").await.says("请您管理的检查点");
    let page = guest.get(&at).await;
    page.says("不再管理这个检查点");
    page.says_not(&format!("{at}/change"));
    assert_eq!(guest.get(&format!("{at}/change")).await.status, StatusCode::NOT_FOUND);
    assert_eq!(guest.post("/venue/invitations/1/decline", &[]).await.status, StatusCode::NOT_FOUND);
    owner.get("/venue").await.says("<span class=\"count num\">2</span>");
    owner.get("/venue/messages").await.says("受邀人已接受");
    owner.get("/venue").await.says_not("class=\"count num\"");
    owner.get(&at).await.says("收回管理");
    let back = owner.post(&format!("{at}/take-back"), &[]).await;
    assert_eq!(back.aim(), format!("{at}?done=taken-back"));
    assert_eq!(owner.post(&format!("{at}/take-back"), &[]).await.status, StatusCode::CONFLICT);
    assert_eq!(guest.get(&at).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_unit_is_handed_over_to_who_accepts() {
    let t = TestHouse::new().await;
    let door = t.door().await;
    let mut owner = Browser::of(&t, &door.manager).await;
    owner.get("/venue/transfer").await.says("由谁接手");
    let wrong = owner.post("/venue/transfer", &[("phone", "1380013")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    wrong.says("value=\"1380013\"");
    let phone = t.fresh_phone();
    let offered = owner.post("/venue/transfer", &[("phone", &phone)]).await;
    assert_eq!(offered.aim(), "/venue/transfer?done=invited");
    owner.get("/venue/transfer").await.says("等待对方答复");
    assert_eq!(
        owner.post("/venue/transfer/take-back", &[]).await.aim(),
        "/venue/transfer?done=taken-back"
    );
    assert_eq!(owner.post("/venue/transfer/take-back", &[]).await.status, StatusCode::CONFLICT);
    owner.post("/venue/transfer", &[("phone", &phone)]).await;
    let mut successor = Browser::of(&t, &t.manager_of(&phone).await).await;
    successor.get("/venue").await.says("请您接手单位");
    assert_eq!(
        successor.post("/venue/invitations/2/accept", &[]).await.aim(),
        "/venue?done=accepted"
    );
    successor.get("/venue").await.says("转交单位");
    assert_eq!(owner.get("/venue/transfer").await.aim(), "/venue", "nothing is left to hand over");
    owner.get("/venue").await.says("三步拿到场所码");
}
