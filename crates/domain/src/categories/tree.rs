//! The tree of categories in force: the notice's, as the authority has changed it since.

use super::GROUPS;
use crate::{
    fields::Complaints,
    text::{line, narrow, same_form},
    time::UnixMs,
};

/// Most characters of a category's or a group's name.
const NAME_CHARS_MAX: usize = 20;
/// Longest usual stay, in minutes: a day.
const STAY_MINUTES_MAX: i64 = 1_440;
/// Most groups: a category's code begins with its group's one digit.
pub const GROUPS_MAX: usize = 9;
/// Most categories of a group, those out of use included: two digits follow the group's.
pub const MEMBERS_MAX: usize = 99;

/// One kind of place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TreeCategory {
    /// Stable code: the group's digit and two more. Never given twice.
    pub code: String,
    /// Chinese name; for those of the notice, key into the catalogues.
    pub name: String,
    /// How long a visitor usually stays, in minutes.
    pub usual_stay_minutes: i64,
    /// Whether it can be chosen. Doors that have it keep it either way.
    pub in_use: bool,
    /// Last change.
    pub changed: UnixMs,
}

/// A group of kinds of places.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TreeGroup {
    /// Stable code, one digit.
    pub code: String,
    /// Chinese name; for those of the notice, key into the catalogues.
    pub name: String,
    /// Last change.
    pub changed: UnixMs,
    /// Its members, in the order of their codes.
    pub members: Vec<TreeCategory>,
}

impl TreeGroup {
    /// The members that can be chosen, and the one with this code.
    pub fn choices<'a>(&'a self, kept: &'a str) -> impl Iterator<Item = &'a TreeCategory> {
        self.members.iter().filter(move |member| member.in_use || member.code == kept)
    }
}

/// The tree in force.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tree {
    /// Its groups, in the order of their codes.
    pub groups: Vec<TreeGroup>,
}

impl Tree {
    /// The notice's five groups with the members it names.
    #[must_use]
    pub fn start() -> Self {
        let groups = GROUPS.iter().map(|group| TreeGroup {
            code: group.code.to_owned(),
            name: group.name.to_owned(),
            changed: UnixMs(0),
            members: group
                .members
                .iter()
                .map(|member| TreeCategory {
                    code: member.code.to_owned(),
                    name: member.name.to_owned(),
                    usual_stay_minutes: member.usual_stay_minutes,
                    in_use: true,
                    changed: UnixMs(0),
                })
                .collect(),
        });
        Self { groups: groups.collect() }
    }

    /// All categories, in use or not.
    pub fn categories(&self) -> impl Iterator<Item = &TreeCategory> {
        self.groups.iter().flat_map(|group| &group.members)
    }

    /// The categories that can be chosen.
    pub fn in_use(&self) -> impl Iterator<Item = &TreeCategory> {
        self.categories().filter(|category| category.in_use)
    }

    /// The category with this code.
    #[must_use]
    pub fn category(&self, code: &str) -> Option<&TreeCategory> {
        self.categories().find(|category| category.code == code)
    }

    /// The name of a category, or its code when the tree does not have it.
    #[must_use]
    pub fn name_of(&self, code: &str) -> String {
        self.category(code).map_or_else(|| code.to_owned(), |found| found.name.clone())
    }

    /// Whether a door may have this category: one in use, or the one it has already.
    #[must_use]
    pub fn may_be(&self, code: &str, kept: Option<&str>) -> bool {
        self.category(code).is_some_and(|found| found.in_use || kept == Some(code))
    }

    /// The category that somebody means who writes this: a code in use, a name, or group and name
    /// such as `居住场所/宾馆`.
    ///
    /// # Errors
    /// Says what may be written.
    pub fn meant(&self, typed: &str) -> Result<&TreeCategory, String> {
        let form = same_form(typed);
        if form.is_empty() {
            return Err("缺少场所类别".to_owned());
        }
        let last = typed.rsplit(['/', '／', '-', '—', '>', '＞', '\\']).next().map(same_form);
        let named =
            |form: &str| self.in_use().find(|c| c.code == form || same_form(&c.name) == form);
        let found = named(&form).or_else(|| named(&last.unwrap_or_default()));
        found.ok_or_else(|| {
            let names: Vec<&str> = self.in_use().map(|c| c.name.as_str()).collect();
            format!("没有这个场所类别。可填：{}", names.join("、"))
        })
    }
}

/// A category as the authority types it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CategoryForm {
    /// Name.
    pub name: String,
    /// Usual stay in minutes.
    pub usual_stay_minutes: String,
}

/// A category's checked name and usual stay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CategoryText {
    /// Name.
    pub name: String,
    /// Usual stay in minutes, 1 to 1,440.
    pub usual_stay_minutes: i64,
}

impl CategoryForm {
    /// Checks both.
    ///
    /// # Errors
    /// A complaint at `name` and at `usual_stay_minutes`.
    pub fn check(&self) -> Result<CategoryText, Complaints> {
        let mut complaints = Complaints::default();
        let name = complaints.take("name", check_name(&self.name));
        let typed = narrow(&self.usual_stay_minutes);
        let stay =
            typed.trim().parse().ok().filter(|minutes| (1..=STAY_MINUTES_MAX).contains(minutes));
        let stay = stay.ok_or("请填写分钟数，1 到 1440");
        let stay = complaints.take("usual_stay_minutes", stay);
        match (name, stay) {
            (Some(name), Some(usual_stay_minutes)) => Ok(CategoryText { name, usual_stay_minutes }),
            _ => Err(complaints),
        }
    }
}

/// The name of a category or a group.
///
/// # Errors
/// When it is empty, too long, or could be taken for a code or a path of names.
pub fn check_name(typed: &str) -> Result<String, &'static str> {
    let name = line(typed, NAME_CHARS_MAX, "请填写名称", "名称不能超过 20 个字")?;
    let is_code = name.chars().all(|c| c.is_ascii_digit());
    if is_code || name.contains(['/', '／', '-', '—', '>', '＞', '\\']) {
        return Err("名称不能只有数字，也不能有 / - > 这样的符号");
    }
    Ok(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn categories_are_meant_by_name_code_and_path() {
        let mut tree = Tree::start();
        for typed in ["医院", " 医院 ", "105", "政府及公益单位/医院", "政府及公益单位-医院"]
        {
            assert_eq!(tree.meant(typed).unwrap().code, "105", "{typed}");
        }
        assert_eq!(tree.meant("").unwrap_err(), "缺少场所类别");
        assert!(tree.meant("其他").unwrap_err().contains("可填：党政机关事业单位"));
        tree.groups[0].members[4].in_use = false;
        assert!(!tree.meant("105").unwrap_err().contains("医院"));
    }

    #[test]
    fn a_door_keeps_a_category_that_others_cannot_choose_any_more() {
        let mut tree = Tree::start();
        tree.groups[0].members[4].in_use = false;
        assert!(tree.may_be("105", Some("105")) && !tree.may_be("105", Some("104")));
        assert!(tree.may_be("104", None) && !tree.may_be("999", Some("999")));
        assert_eq!(tree.name_of("105"), "医院");
        assert_eq!(tree.name_of("999"), "999");
        let group = &tree.groups[0];
        assert_eq!((group.choices("").count(), group.choices("105").count()), (8, 9));
    }

    #[test]
    fn names_and_stays_that_cannot_be_are_said() {
        let form = |name: &str, minutes: &str| CategoryForm {
            name: name.to_owned(),
            usual_stay_minutes: minutes.to_owned(),
        };
        let good = form(" 棋牌室 ", "９０").check().unwrap();
        assert_eq!((good.name.as_str(), good.usual_stay_minutes), ("棋牌室", 90));
        for name in ["", "105", "餐饮/饭店", "a-b", &"长".repeat(21)] {
            assert!(form(name, "90").check().unwrap_err().about("name").is_some(), "{name}");
        }
        for minutes in ["", "0", "-5", "1441", "一小时", "1.5"] {
            let complaints = form("棋牌室", minutes).check().unwrap_err();
            assert!(complaints.about("usual_stay_minutes").is_some(), "{minutes}");
        }
    }

    proptest! {
        #[test]
        fn any_text_gets_an_answer_and_every_name_means_itself(typed in "\\PC{0,40}", at in 0_usize..33) {
            let tree = Tree::start();
            let _whatever = tree.meant(&typed);
            let one = tree.categories().nth(at).unwrap();
            prop_assert_eq!(&tree.meant(&one.name).unwrap().code, &one.code);
        }
    }
}
