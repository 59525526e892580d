//! The category tree of the notice: five groups with the members it names. What the authority has
//! made of it is [`Tree`].

mod tree;

pub use tree::{
    CategoryForm, CategoryText, GROUPS_MAX, MEMBERS_MAX, Tree, TreeCategory, TreeGroup, check_name,
};

/// A group of the notice's section “场所码应用范围”.
#[derive(Clone, Copy, Debug)]
pub struct Group {
    /// Stable code.
    pub code: &'static str,
    /// Chinese name, key into the catalogues.
    pub name: &'static str,
    /// Its members in the notice's order.
    pub members: &'static [Category],
}

/// One kind of place.
#[derive(Clone, Copy, Debug)]
pub struct Category {
    /// Stable code: group and position.
    pub code: &'static str,
    /// Chinese name, key into the catalogues.
    pub name: &'static str,
    /// How long a visitor usually stays, in minutes; tracing bounds an unknown stay by it. Our own
    /// estimate, to be changed by the authority.
    pub usual_stay_minutes: i64,
}

const fn c(code: &'static str, name: &'static str, usual_stay_minutes: i64) -> Category {
    Category { code, name, usual_stay_minutes }
}

/// The start of the tree; the authority extends it in the registry.
pub const GROUPS: [Group; 5] = [
    Group {
        code: "1",
        name: "政府及公益单位",
        members: &[
            c("101", "党政机关事业单位", 60),
            c("102", "政务服务大厅", 60),
            c("103", "学校", 480),
            c("104", "托幼机构", 480),
            c("105", "医院", 120),
            c("106", "图书馆", 120),
            c("107", "博物馆", 90),
            c("108", "文化馆", 90),
            c("109", "养老服务机构", 120),
        ],
    },
    Group {
        code: "2",
        name: "各类经营场所",
        members: &[
            c("201", "餐饮饭店", 60),
            c("202", "商场超市", 60),
            c("203", "农贸市场", 40),
            c("204", "药店", 15),
            c("205", "文化娱乐场馆", 150),
            c("206", "银行", 40),
            c("207", "沿街店铺", 20),
        ],
    },
    Group {
        code: "3",
        name: "各类人员密集场所",
        members: &[
            c("301", "旅游景区", 180),
            c("302", "运动场馆", 90),
            c("303", "交通场站", 60),
            c("304", "物流园区", 240),
            c("305", "公共交通工具", 30),
            c("306", "厂矿企业", 480),
            c("307", "商务楼宇", 480),
            c("308", "建筑工地", 480),
        ],
    },
    Group {
        code: "4",
        name: "各类会议培训人员密集活动",
        members: &[
            c("401", "会议培训", 180),
            c("402", "文艺演出", 150),
            c("403", "体育赛事", 150),
            c("404", "团队旅游", 240),
        ],
    },
    Group {
        code: "5",
        name: "各类居住场所",
        members: &[
            c("501", "宾馆", 600),
            c("502", "酒店", 600),
            c("503", "民宿", 600),
            c("504", "居民小区", 600),
            c("505", "公寓", 600),
        ],
    },
];

/// The category with this code in the start tree.
#[must_use]
pub fn by_code(code: &str) -> Option<Category> {
    GROUPS.iter().flat_map(|g| g.members).find(|m| m.code == code).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn the_notice_names_thirty_three_kinds_and_each_has_its_own_code() {
        let all: Vec<_> = GROUPS.iter().flat_map(|g| g.members).collect();
        let codes: HashSet<_> = all.iter().map(|m| m.code).collect();
        assert_eq!((all.len(), codes.len()), (33, 33));
        for group in &GROUPS {
            assert!(group.members.iter().all(|m| m.code.starts_with(group.code)), "{}", group.name);
        }
        assert_eq!(by_code("105").unwrap().name, "医院");
        assert!(by_code("999").is_none());
    }
}
