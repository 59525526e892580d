//! Counties, townships and categories by name or code, as people write them.

use domain::{
    categories::Tree,
    regions::{Region, RegionCode},
    text::same_form,
};

/// A region with the forms under which it is recognised.
#[derive(Debug)]
struct Known {
    code: RegionCode,
    name: String,
    full: String,
    short: String,
}

/// The names and codes of all counties, townships and categories.
#[derive(Debug)]
pub(crate) struct Names {
    counties: Vec<Known>,
    townships: Vec<Known>,
    tree: Tree,
}

/// Short names that do not follow from the official one.
const OTHER_COUNTY_NAMES: [(&str, &str); 6] = [
    ("阜合现代产业园区", "341271"),
    ("阜合产业园区", "341271"),
    ("阜合园区", "341271"),
    ("阜阳经开区", "341272"),
    ("经开区", "341272"),
    ("阜阳经济开发区", "341272"),
];
const COUNTY_ENDINGS: [&str; 3] = ["区", "县", "市"];
const TOWNSHIP_ENDINGS: [&str; 6] = ["街道办事处", "街道办", "办事处", "街道", "镇", "乡"];

/// How region names are compared. 颖 is the usual slip for 颍, and no region here is written so.
fn even(text: &str) -> String {
    same_form(text).replace('颖', "颍")
}

fn without_ending(form: &str, endings: &[&str]) -> String {
    let stem = endings.iter().find_map(|ending| form.strip_suffix(ending));
    // One character alone is no name.
    stem.filter(|stem| stem.chars().count() > 1).unwrap_or(form).to_owned()
}

/// Digits of a code without the zeros that pad it to twelve.
fn code_digits(form: &str, length: usize) -> Option<&str> {
    let right = form.bytes().all(|b| b.is_ascii_digit());
    let (head, padding) = form.split_at_checked(length)?;
    let padded = padding.is_empty() || (form.len() == 12 && padding.bytes().all(|b| b == b'0'));
    (right && padded).then_some(head)
}

impl Names {
    pub(crate) fn new(regions: &[Region], tree: Tree) -> Self {
        let of = |length: usize, endings: &'static [&'static str]| {
            let these = regions.iter().filter(move |region| {
                region.code.as_str().len() == length && region.parent.is_some()
            });
            let known = these.map(move |region| {
                let full = even(&region.name);
                Known {
                    code: region.code.clone(),
                    name: region.name.clone(),
                    short: without_ending(&full, endings),
                    full,
                }
            });
            known.collect()
        };
        let (counties, townships) = (of(6, &COUNTY_ENDINGS), of(9, &TOWNSHIP_ENDINGS));
        Self { counties, townships, tree }
    }

    /// The county that is meant.
    pub(crate) fn county(&self, typed: &str) -> Result<&RegionCode, String> {
        let form = even(typed);
        if form.is_empty() {
            return Err("请填写县区".to_owned());
        }
        let form = form.strip_prefix("安徽省").unwrap_or(&form);
        let form = form.strip_prefix("阜阳市").unwrap_or(form);
        let other = OTHER_COUNTY_NAMES.iter().find(|(name, _)| *name == form);
        let code = other.map(|(_, code)| *code).or_else(|| code_digits(form, 6));
        let by_code = |known: &&Known| code.is_some_and(|code| known.code.as_str() == code);
        let find = |wanted: &dyn Fn(&&Known) -> bool| self.counties.iter().find(|k| wanted(k));
        let found = find(&by_code)
            .or_else(|| find(&|known| known.full == form))
            .or_else(|| find(&|known| known.short == form));
        found
            .map(|known| &known.code)
            .ok_or_else(|| "没有这个县区，请填写名称或六位代码".to_owned())
    }

    /// The township of this county that is meant.
    pub(crate) fn township(&self, county: &RegionCode, typed: &str) -> Result<&RegionCode, String> {
        let form = even(typed);
        if form.is_empty() {
            return Err("请填写乡镇或街道".to_owned());
        }
        let of_county = self.counties.iter().find(|known| known.code == *county);
        let county_form = of_county.map_or("", |known| known.full.as_str());
        let form = form.strip_prefix(county_form).filter(|rest| !rest.is_empty()).unwrap_or(&form);
        let here = |known: &&Known| known.code.county() == county.as_str();
        let found = self.named(form);
        let inside: Vec<_> = found.iter().copied().filter(here).collect();
        match (&inside[..], &found[..]) {
            ([one], _) => Ok(&one.code),
            ([], []) => Err("没有这个乡镇或街道，请填写名称或九位代码".to_owned()),
            ([], [elsewhere, ..]) => {
                let name = self.county_name(elsewhere.code.county());
                Err(format!("{}在{name}，不在所填的县区", elsewhere.name))
            }
            (several, _) => {
                let names: Vec<_> = several.iter().map(|known| known.name.as_str()).collect();
                Err(format!("不止一个：{}，请填写全称或九位代码", names.join("、")))
            }
        }
    }

    /// Townships anywhere under this code, full name or, when none has it, short name.
    fn named(&self, form: &str) -> Vec<&Known> {
        let all = |wanted: &dyn Fn(&Known) -> bool| -> Vec<&Known> {
            self.townships.iter().filter(|known| wanted(known)).collect()
        };
        if let Some(code) = code_digits(form, 9) {
            return all(&|known| known.code.as_str() == code);
        }
        let full = all(&|known| known.full == form);
        if !full.is_empty() {
            return full;
        }
        let short = without_ending(form, &TOWNSHIP_ENDINGS);
        let other_ending = short != form;
        // 清河街道办 means 清河街道, but 清河镇 does not.
        if other_ending && !form.ends_with("办") && !form.ends_with("办事处") {
            return Vec::new();
        }
        all(&|known| known.short == short && (!other_ending || known.full.ends_with("街道")))
    }

    /// The code of the category that is meant.
    pub(crate) fn category(&self, typed: &str) -> Result<String, String> {
        self.tree.meant(typed).map(|category| category.code.clone())
    }

    fn county_name(&self, code: &str) -> &str {
        let found = self.counties.iter().find(|known| known.code.as_str() == code);
        found.map_or("别的县区", |known| known.name.as_str())
    }
}
