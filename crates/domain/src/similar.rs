//! Forms under which names and addresses are compared: what looks alike to a person is equal here.

use crate::text::{narrow, same_form};

/// What says how a place is run, not which one it is; the longest first.
const ENDINGS: [&str; 7] =
    ["有限责任公司", "股份有限公司", "集团公司", "个体工商户", "有限公司", "公司", "集团"];

/// A name keeps at least so many characters.
const KEPT_CHARS_MIN: usize = 2;

/// The name without widths, spaces and signs, without the places that all names here may begin with
/// (`outer`, for example 安徽省 and 阜阳市, with or without their last character) and without 有限公司
/// and the like at its end. Never empty when the name is not.
#[must_use]
pub fn similar_name(name: &str, outer: &[&str]) -> String {
    let mut form = same_form(name);
    if form.is_empty() {
        return name.trim().to_owned();
    }
    while let Some(rest) = without_outer(&form, outer).filter(|rest| long_enough(rest)) {
        form = rest.to_owned();
    }
    let without_ending = |form: &str| {
        let rest = ENDINGS.iter().find_map(|ending| form.strip_suffix(ending));
        rest.filter(|rest| long_enough(rest)).map(str::to_owned)
    };
    while let Some(rest) = without_ending(&form) {
        form = rest;
    }
    form
}

/// The street and the number of the house: the address without spaces and signs, without the places
/// it may begin with, up to the first 号 after a digit. Numbers apart stay apart: 10-12 号 is not
/// 1012 号. Empty only when nothing of it is left.
#[must_use]
pub fn near_address(address: &str, outer: &[&str]) -> String {
    let mut form = same_form(&numbers_apart(address));
    // Only whole names: 颍州中路 begins like 颍州区 and is a street.
    while let Some(rest) = outer.iter().find_map(|name| form.strip_prefix(name)) {
        form = rest.to_owned();
    }
    let mut digit_before = false;
    for (at, c) in form.char_indices() {
        if c == '号' && digit_before {
            return form[..at + c.len_utf8()].to_owned();
        }
        digit_before = c.is_ascii_digit();
    }
    form
}

/// What stands between two numbers, whatever the sign, as a word.
fn numbers_apart(address: &str) -> String {
    let mut apart = String::with_capacity(address.len());
    let (mut after_digit, mut sign_since) = (false, false);
    for c in narrow(address).chars() {
        if !c.is_alphanumeric() {
            sign_since = true;
            continue;
        }
        if sign_since && after_digit && c.is_ascii_digit() {
            apart.push('至');
        }
        (after_digit, sign_since) = (c.is_ascii_digit(), false);
        apart.push(c);
    }
    apart
}

fn long_enough(rest: &str) -> bool {
    rest.chars().count() >= KEPT_CHARS_MIN
}

fn without_outer<'a>(form: &'a str, outer: &[&str]) -> Option<&'a str> {
    outer.iter().find_map(|name| {
        let short = name.char_indices().next_back().map(|(at, _)| &name[..at]);
        let short = short.filter(|short| long_enough(short));
        form.strip_prefix(name).or_else(|| form.strip_prefix(short?))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const OUTER: [&str; 2] = ["安徽省", "阜阳市"];

    #[test]
    fn what_looks_alike_is_equal() {
        for (one, other) in [
            ("阜阳市百姓缘大药房有限公司", "百姓缘大药房"),
            ("安徽省阜阳市百姓缘 大药房（有限公司）", "阜阳百姓缘大药房有限责任公司"),
            ("ＡＢＣ超市", "abc 超市"),
            ("万达商业管理集团有限公司", "阜阳万达商业管理"),
            ("颍州区王记面馆（个体工商户）", "颍州区王记面馆"),
            ("İZMİR 餐厅", "izmir餐厅"),
        ] {
            assert_eq!(similar_name(one, &OUTER), similar_name(other, &OUTER), "{one} {other}");
        }
    }

    #[test]
    fn other_places_stay_apart() {
        for (one, other) in [
            ("太和县人民医院", "临泉县人民医院"),
            ("阜阳市人民医院（南区）", "阜阳市人民医院（北区）"),
            ("百姓缘大药房清河店", "百姓缘大药房颍河店"),
            ("阜阳市", "安徽省"),
            ("公司", "集团"),
        ] {
            assert_ne!(similar_name(one, &OUTER), similar_name(other, &OUTER), "{one} {other}");
        }
        assert_eq!(similar_name("——", &OUTER), "——");
    }

    #[test]
    fn an_address_is_near_by_its_street_and_house() {
        let outer = ["安徽省", "阜阳市", "颍州区"];
        let form = |address| near_address(address, &outer);
        assert_eq!(form("安徽省阜阳市颍州区三清路 501 号门诊楼"), "三清路501号");
        assert_eq!(form("三清路５０１号"), "三清路501号");
        assert_eq!(form("颍州中路 1 号 2 号楼"), "颍州中路1号");
        assert_eq!(form("一号井村口"), "一号井村口");
        assert_eq!(form("阜阳市"), "");
    }

    #[test]
    fn numbers_apart_are_another_house_than_the_numbers_in_one() {
        let near = |address: &str| near_address(address, &OUTER);
        assert_eq!(near("三清路 10-12 号"), "三清路10至12号");
        for same in ["三清路10－12号", "三清路 10 – 12号 2 楼", "三清路10、12号"] {
            assert_eq!(near(same), near("三清路 10-12 号"), "{same}");
        }
        assert_eq!(near("三清路 1012 号"), "三清路1012号");
        assert_eq!(near("三清路（北）5 号"), "三清路北5号");
    }

    proptest! {
        #[test]
        fn a_name_keeps_something_and_its_form_is_stable(name in "\\PC{1,60}") {
            prop_assume!(!name.trim().is_empty());
            let form = similar_name(&name, &OUTER);
            prop_assert!(!form.is_empty());
            prop_assert_eq!(similar_name(&form, &OUTER), form);
        }

        #[test]
        fn any_address_gets_an_answer(address in "\\PC{0,80}") {
            let form = near_address(&address, &OUTER);
            prop_assert_eq!(near_address(&form, &OUTER), form);
        }
    }
}
