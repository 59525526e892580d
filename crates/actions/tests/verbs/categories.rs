//! The tree of categories: what the administrator changes, and who feels it.

use crate::support::{administrator, as_read, complains, conflict, manager, not_found};
use actions::{
    applications::{
        drafts, mine,
        submit::{change, submit},
    },
    categories::{
        self,
        edit::{self, CategoryChange},
    },
};
use domain::{categories::CategoryForm, checkpoints::CheckpointForm};
use testkit::TestHouse;

fn form(name: &str, minutes: &str) -> CategoryForm {
    CategoryForm { name: name.to_owned(), usual_stay_minutes: minutes.to_owned() }
}

fn changed(name: &str, in_use: bool, seen: i64) -> CategoryChange {
    CategoryChange { form: form(name, "60"), in_use, seen }
}

#[tokio::test]
async fn what_is_added_can_be_chosen_at_once_everywhere() {
    let t = TestHouse::new().await;
    let caller = administrator(&t).await;
    let owner = manager(&t, &t.manager_with_organisation().await).await;
    let wanted = CheckpointForm { category: "208".to_owned(), ..t.checkpoint_form() };
    complains("category", submit(&t, &owner, &wanted).await);
    edit::add(&t, &caller, "2", &form("棋牌室", "120")).await.unwrap();
    let number = submit(&t, &owner, &wanted).await.unwrap();
    assert_eq!(mine::one(&t, &owner, number).await.unwrap().category_name, "棋牌室");
    let table = "场所名称,门,详细地址,县区,乡镇街道,场所类别,管理员,联系电话\n\
         青禾棋牌,东门,清河路 1 号,颍州区,鼓楼街道,棋牌室,赵敏,13800136021";
    drafts::upload(&t, &owner, table.into()).await.unwrap();
    let drafts = drafts::list(&t, &owner, false, 0).await.unwrap();
    assert_eq!((drafts.faulty, drafts.rows[0].form.category.as_str()), (0, "208"));
}

#[tokio::test]
async fn a_category_out_of_use_is_kept_by_who_has_it_and_chosen_by_nobody() {
    let t = TestHouse::new().await;
    let caller = administrator(&t).await;
    let door = t.door().await;
    let owner = manager(&t, &door.manager).await;
    let kept = mine::one(&t, &owner, door.number).await.unwrap().form;
    assert_eq!(kept.category, "105");
    drafts::keep(&t, &owner, &t.checkpoint_form()).await.unwrap();
    edit::change(&t, &caller, "105", &changed("医院", false, 0)).await.unwrap();
    complains("category", submit(&t, &owner, &t.checkpoint_form()).await);
    let drafts = drafts::list(&t, &owner, false, 0).await.unwrap();
    assert!(drafts.rows[0].complaints.about("category").is_some());
    let renamed = CheckpointForm { door: "新的门".to_owned(), ..kept.clone() };
    change(&t, &owner, as_read(&t, door.number).await, &renamed).await.unwrap();
    let seen = mine::one(&t, &owner, door.number).await.unwrap();
    assert_eq!(seen.category_name, "医院");
    let now = categories::tree(&t).await.unwrap().category("105").unwrap().changed.0;
    edit::change(&t, &caller, "105", &changed("各级医院", true, now)).await.unwrap();
    submit(&t, &owner, &t.checkpoint_form()).await.unwrap();
}

#[tokio::test]
async fn two_administrators_do_not_overwrite_each_other() {
    let t = TestHouse::new().await;
    let (one, other) = (administrator(&t).await, administrator(&t).await);
    edit::change(&t, &one, "105", &changed("各级医院", true, 0)).await.unwrap();
    conflict(edit::change(&t, &other, "105", &changed("医院", false, 0)).await);
    edit::rename_group(&t, &one, ("2", 0), "经营场所").await.unwrap();
    conflict(edit::rename_group(&t, &other, ("2", 0), "商业场所").await);
}

#[tokio::test]
async fn what_cannot_be_is_said_at_its_field() {
    let t = TestHouse::new().await;
    let caller = administrator(&t).await;
    complains("name", edit::add(&t, &caller, "2", &form("", "60")).await);
    complains("name", edit::add(&t, &caller, "2", &form("医院", "60")).await);
    complains("usual_stay_minutes", edit::add(&t, &caller, "2", &form("棋牌室", "x")).await);
    not_found(edit::add(&t, &caller, "8", &form("棋牌室", "60")).await);
    complains("name", edit::change(&t, &caller, "104", &changed("医院", true, 0)).await);
    complains("name", edit::add_group(&t, &caller, "各类经营场所").await);
    complains("name", edit::add_group(&t, &caller, "123").await);
    for n in 6..=9 {
        edit::add_group(&t, &caller, &format!("第{n}组")).await.unwrap();
    }
    conflict(edit::add_group(&t, &caller, "再来一组").await);
}
