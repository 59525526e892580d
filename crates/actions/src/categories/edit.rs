//! The administrator changes the tree: adds, renames, puts out of use and back.

use crate::{Answer, Failure, House, accounts::principals::Administrator};
use domain::{
    audit::Deed,
    categories::{CategoryForm, check_name},
    time::UnixMs,
};
use registry::{AuditLine, TreeChange};

/// Adds a category to a group.
///
/// # Errors
/// `Invalid` at `name` (also when another one has it) and `usual_stay_minutes`; `NotFound` for no
/// such group; `Conflict` when the group is full.
pub async fn add(
    house: &House,
    caller: &Administrator,
    group: &str,
    form: &CategoryForm,
) -> Answer<()> {
    let new = form.check()?;
    let line = line(house, caller, format!("类别组 {group}"), format!("新增 {}", new.name));
    match house.registry.add_category(group, &new, &line).await? {
        TreeChange::Elsewhere => Err(Failure::NotFound),
        other => outcome(other),
    }
}

/// What is to become of a category.
#[derive(Clone, Debug, Default)]
pub struct CategoryChange {
    /// Name and usual stay.
    pub form: CategoryForm,
    /// Whether it can be chosen.
    pub in_use: bool,
    /// When it was last changed, as the page showed it.
    pub seen: i64,
}

/// Changes a category. Doors that have it follow, with the code they have.
///
/// # Errors
/// `Invalid` as [`add`]; `Conflict` when somebody changed it meanwhile, or there is none.
pub async fn change(
    house: &House,
    caller: &Administrator,
    code: &str,
    change: &CategoryChange,
) -> Answer<()> {
    let new = change.form.check()?;
    let state = if change.in_use { "在用" } else { "停用" };
    let detail = format!("{}，{} 分钟，{state}", new.name, new.usual_stay_minutes);
    let line = line(house, caller, format!("类别 {code}"), detail);
    let seen = (code, UnixMs(change.seen));
    outcome(house.registry.change_category(seen, &new, change.in_use, &line).await?)
}

/// Adds a group.
///
/// # Errors
/// `Invalid` at `name`; `Conflict` when there are as many as there can be.
pub async fn add_group(house: &House, caller: &Administrator, name: &str) -> Answer<()> {
    let name = check_name(name).map_err(|says| Failure::field("name", says))?;
    let line = line(house, caller, "类别组".to_owned(), format!("新增 {name}"));
    outcome(house.registry.add_category_group(&name, &line).await?)
}

/// Gives a group another name.
///
/// # Errors
/// `Invalid` at `name`; `Conflict` when somebody changed it meanwhile, or there is none.
pub async fn rename_group(
    house: &House,
    caller: &Administrator,
    (code, seen): (&str, i64),
    name: &str,
) -> Answer<()> {
    let name = check_name(name).map_err(|says| Failure::field("name", says))?;
    let line = line(house, caller, format!("类别组 {code}"), format!("改名 {name}"));
    let seen = (code, UnixMs(seen));
    outcome(house.registry.rename_category_group(seen, &name, &line).await?)
}

fn outcome(change: TreeChange) -> Answer<()> {
    match change {
        TreeChange::Done => Ok(()),
        TreeChange::NameTaken => Err(Failure::field("name", "已有同名的，停用的也算")),
        TreeChange::Elsewhere => Err(Failure::Conflict("刚有人改过，请看最新内容再改")),
        TreeChange::Full => Err(Failure::Conflict("已经满了，不能再加：请改用现有的")),
    }
}

fn line(house: &House, caller: &Administrator, subject: String, detail: String) -> AuditLine {
    let (at, actor) = (house.now(), caller.actor());
    AuditLine { at, actor, deed: Deed::CategoryChanged, subject, detail }
}
