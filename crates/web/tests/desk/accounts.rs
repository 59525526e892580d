//! Signing in and out, registering, links that work once.

use crate::browser::Browser;
use actions::accounts::one_time_links;
use axum::http::StatusCode;
use domain::accounts::Role;
use testkit::{PASSWORD, TestHouse};

#[tokio::test]
async fn a_manager_registers_with_a_code_and_loses_nothing_on_the_way() {
    let t = TestHouse::new().await;
    let mut browser = Browser::new(&t).await;
    let phone = t.fresh_phone();
    browser.get("/register").await;
    let typed = [("name", "韩梅"), ("phone", phone.as_str()), ("sms_code", ""), ("password", "")];
    let asked = browser.post("/register/code", &typed).await;
    asked.says("验证码已发送");
    asked.says("value=\"韩梅\"");
    let wrong =
        [("name", "韩梅"), ("phone", &phone), ("sms_code", "000000x"), ("password", "short")];
    let refused = browser.post("/register", &wrong).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    refused.says("id=\"password-wrong\"");
    refused.says(&format!("value=\"{phone}\""));
    refused.says_not("value=\"short\"");
    let code = t.outbox.code(&phone).unwrap();
    let right = [("name", "韩梅"), ("phone", &phone), ("sms_code", &code), ("password", PASSWORD)];
    assert_eq!(browser.post("/register", &right).await.aim(), "/venue");
    let home = browser.get("/venue").await;
    home.says("三步拿到场所码");
    home.says("韩*");
}

#[tokio::test]
async fn asking_twice_for_a_code_says_when_to_try_again() {
    let t = TestHouse::new().await;
    let mut browser = Browser::new(&t).await;
    let phone = t.fresh_phone();
    browser.get("/register").await;
    browser.post("/register/code", &[("phone", &phone)]).await;
    let again = browser.post("/register/code", &[("phone", &phone), ("name", "韩梅")]).await;
    assert_eq!(again.status, StatusCode::TOO_MANY_REQUESTS);
    again.says("请一分钟后再试");
    again.says("value=\"韩梅\"");
}

#[tokio::test]
async fn a_password_signs_in_goes_on_within_the_house_and_signing_out_ends_it() {
    let t = TestHouse::new().await;
    t.manager().await;
    let phone = testkit::phone_number(1);
    let mut browser = Browser::new(&t).await;
    let form = browser.get("/login?next=/venue/organisation/new").await;
    form.says("name=\"next\" value=\"/venue/organisation/new\"");
    let wrong = browser.post("/login", &[("phone", &phone), ("password", "not-the-one-1")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    wrong.says(&format!("value=\"{phone}\""));
    wrong.says_not("not-the-one-1");
    let foreign =
        [("phone", phone.as_str()), ("password", PASSWORD), ("next", "//elsewhere.example")];
    assert_eq!(browser.post("/login", &foreign).await.aim(), "/venue");
    assert_eq!(browser.get("/login").await.aim(), "/venue");
    browser.get("/venue").await;
    assert_eq!(browser.post("/logout", &[]).await.aim(), "/login");
    assert!(browser.get("/venue").await.aim().starts_with("/login?next="));
}

#[tokio::test]
async fn a_sign_in_link_is_not_used_up_by_a_preview_and_works_once() {
    let t = TestHouse::new().await;
    t.manager().await;
    let url = one_time_links::sign_in_link(&t.house, 1).await.unwrap();
    let path = url.strip_prefix("http://127.0.0.1:8080").unwrap();
    let mut browser = Browser::new(&t).await;
    for _ in 0..3 {
        browser.get(path).await.says("登录</button>");
    }
    assert_eq!(browser.post(path, &[]).await.aim(), "/venue");
    let mut other = Browser::new(&t).await;
    let dead = other.post(path, &[]).await;
    assert_eq!(dead.status, StatusCode::NOT_FOUND);
    dead.says("链接已失效");
}

#[tokio::test]
async fn an_administrator_invites_a_reviewer_who_sets_up_the_account_once() {
    let t = TestHouse::new().await;
    let token = t.staff_token(Role::Administrator, "").await;
    let mut administrator = Browser::of(&t, &token).await;
    administrator.get("/accounts").await.says("新建账号");
    let refused = administrator.post("/accounts", &[("role", "manager"), ("county", "")]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let made = administrator.post("/accounts", &[("role", "reviewer"), ("county", "341202")]).await;
    made.says("只显示这一次");
    let text = made.text();
    let link = text.split("http://127.0.0.1:8080").nth(1).unwrap().split('<').next().unwrap();
    administrator.get("/accounts").await.says_not(link);

    let mut reviewer = Browser::new(&t).await;
    let form = reviewer.get(link).await;
    form.says("审核员");
    form.says("颍州区");
    let phone = t.fresh_phone();
    let weak = [("name", "李雷"), ("phone", phone.as_str()), ("password", "1")];
    let refused = reviewer.post(link, &weak).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    refused.says("value=\"李雷\"");
    let good = [("name", "李雷"), ("phone", phone.as_str()), ("password", PASSWORD)];
    assert_eq!(reviewer.post(link, &good).await.aim(), "/review");
    reviewer.get("/review").await.says("颍州区");
    let again = Browser::new(&t).await.get(link).await;
    assert_eq!(again.status, StatusCode::NOT_FOUND);
    administrator.get("/accounts").await.says("李*");
}

#[tokio::test]
async fn the_desk_speaks_english_when_asked_to() {
    let t = TestHouse::new().await;
    let mut browser = Browser::new(&t).await;
    let page = browser.get("/register").await;
    page.says("href=\"/lang?to=en&#38;next=%2Fregister\"");
    assert_eq!(browser.get("/lang?to=en&next=%2Fregister").await.aim(), "/register");
    let page = browser.get("/register").await;
    page.says("Register as a venue manager");
    page.says("lang=\"zh-CN\">中文</a>");
}

#[tokio::test]
async fn the_code_is_asked_for_after_the_password_and_leads_on_to_where_one_wanted_to_go() {
    let t = TestHouse::with_second_factor().await;
    let phone = t.fresh_phone();
    t.manager_of(&phone).await;
    let mut browser = Browser::new(&t).await;
    assert_eq!(browser.get("/login/code").await.aim(), "/login", "the password comes first");
    assert_eq!(browser.post("/login/code", &[("sms_code", "123456")]).await.aim(), "/login");
    browser.get("/login?next=/venue/drafts").await;
    let typed = [("phone", phone.as_str()), ("password", PASSWORD), ("next", "/venue/drafts")];
    let step = browser.post("/login", &typed).await;
    assert_eq!(step.aim(), "/login/code?next=%2Fvenue%2Fdrafts");
    assert!(browser.get("/venue").await.aim().starts_with("/login?next="), "not signed in yet");
    let form = browser.get("/login/code?next=/venue/drafts").await;
    form.says("name=\"next\" value=\"/venue/drafts\"");
    form.says("验证码已发到");
    let wrong = browser.post("/login/code", &[("sms_code", "12"), ("next", "/venue/drafts")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    wrong.says("id=\"sms_code-wrong\"");
    let again = browser.post("/login/code/again", &[]).await;
    assert_eq!(again.status, StatusCode::TOO_MANY_REQUESTS);
    let code = t.outbox.code(&phone).unwrap();
    let right = [("sms_code", code.as_str()), ("trust", "1"), ("next", "/venue/drafts")];
    assert_eq!(browser.post("/login/code", &right).await.aim(), "/venue/drafts");
    browser.get("/venue").await.says("三步拿到场所码");
    browser.post("/logout", &[]).await;
    browser.get("/login").await;
    let typed = [("phone", phone.as_str()), ("password", PASSWORD)];
    assert_eq!(browser.post("/login", &typed).await.aim(), "/venue", "this browser is trusted");
}

#[tokio::test]
async fn a_forgotten_password_is_set_anew_by_phone() {
    let t = TestHouse::new().await;
    let phone = t.fresh_phone();
    t.manager_of(&phone).await;
    let mut browser = Browser::new(&t).await;
    browser.get("/forgotten").await;
    browser.post("/forgotten/code", &[("phone", &phone)]).await.says("如果这个手机号有");
    // Nobody waits for the provider.
    tokio::task::yield_now().await;
    let code = t.outbox.code(&phone).unwrap();
    let weak = [("phone", phone.as_str()), ("sms_code", &code), ("password", "short")];
    let refused = browser.post("/forgotten", &weak).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    refused.says(&format!("value=\"{phone}\""));
    let good = [("phone", phone.as_str()), ("sms_code", &code), ("password", "another-one-2026")];
    assert_eq!(browser.post("/forgotten", &good).await.aim(), "/venue");
    browser.get("/venue/messages").await.says("账号密码已重新设置");
}

#[tokio::test]
async fn ones_own_password_is_changed_and_a_link_sets_somebody_elses() {
    let t = TestHouse::new().await;
    let token = t.staff_token(Role::Administrator, "").await;
    let mut administrator = Browser::of(&t, &token).await;
    administrator.get("/account").await.says("系统管理员");
    let typed = [("current", "not-the-one-1"), ("password", "another-one-2026")];
    let refused = administrator.post("/account/password", &typed).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    refused.says("id=\"current-wrong\"");
    let typed = [("current", PASSWORD), ("password", "another-one-2026")];
    let done = administrator.post("/account/password", &typed).await;
    assert_eq!(done.aim(), "/account?done=password");
    administrator.get("/account?done=password").await.says("密码已修改");
    let elsewhere = administrator.post("/account/sign-out-elsewhere", &[]).await;
    assert_eq!(elsewhere.aim(), "/account?done=elsewhere");
    let made = administrator.post("/accounts/1/password-link", &[]).await;
    let text = made.text();
    let link = text.split("http://127.0.0.1:8080").nth(1).unwrap().split('<').next().unwrap();
    let mut other = Browser::new(&t).await;
    other.get(link).await.says("设置新密码");
    let weak = other.post(link, &[("password", "short")]).await;
    assert_eq!(weak.status, StatusCode::UNPROCESSABLE_ENTITY);
    let set = other.post(link, &[("password", "a-third-one-2026")]).await;
    assert_eq!(set.aim(), "/login?done=password");
    other.get("/login?done=password").await.says("密码已设置");
    assert_eq!(other.get(link).await.status, StatusCode::NOT_FOUND);
    let unknown = administrator.post("/accounts/999/password-link", &[]).await;
    assert!(unknown.status == StatusCode::NOT_FOUND || unknown.aim().starts_with("/login"));
}

#[tokio::test]
async fn the_tree_of_categories_is_changed_and_offered_at_once() {
    let t = TestHouse::new().await;
    let token = t.staff_token(Role::Administrator, "").await;
    let mut administrator = Browser::of(&t, &token).await;
    administrator.get("/categories").await.says("政府及公益单位");
    administrator.get("/categories/new?group=2").await.says("各类经营场所");
    let none = administrator.get("/categories/new?group=8").await;
    assert_eq!(none.status, StatusCode::NOT_FOUND);
    let wrong = [("group", "2"), ("name", "棋牌室"), ("usual_stay_minutes", "很久")];
    let refused = administrator.post("/categories/new", &wrong).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    refused.says("value=\"棋牌室\"");
    refused.says("id=\"usual_stay_minutes-wrong\"");
    let right = [("group", "2"), ("name", "棋牌室"), ("usual_stay_minutes", "120")];
    let saved = administrator.post("/categories/new", &right).await;
    assert_eq!(saved.aim(), "/categories?done=saved");
    let form = administrator.get("/categories/105").await;
    form.says("name=\"seen\" value=\"0\"");
    let out = [("name", "医院"), ("usual_stay_minutes", "120"), ("seen", "0")];
    assert_eq!(administrator.post("/categories/105", &out).await.aim(), "/categories?done=saved");
    let late = administrator.post("/categories/105", &out).await;
    assert_eq!(late.status, StatusCode::CONFLICT);
    late.says("刚有人改过");
    assert_eq!(administrator.get("/categories/999").await.status, StatusCode::NOT_FOUND);
    administrator.get("/category-groups/new").await.says("新增类别组");
    let added = administrator.post("/category-groups/new", &[("name", "其他场所")]).await;
    assert_eq!(added.aim(), "/categories?done=saved");
    let form = administrator.get("/category-groups/6").await;
    form.says("value=\"其他场所\"");
    let seen = t.registry.categories().await.unwrap().groups[5].changed.0.to_string();
    let named = [("name", "其余场所"), ("seen", seen.as_str())];
    let named = administrator.post("/category-groups/6", &named).await;
    assert_eq!(named.aim(), "/categories?done=saved");
    let mut owner = Browser::of(&t, &t.manager_with_organisation().await).await;
    let form = owner.get("/venue/checkpoints/new").await;
    form.says("<option value=\"208\">棋牌室</option>");
    form.says_not("<option value=\"105\"");
}
