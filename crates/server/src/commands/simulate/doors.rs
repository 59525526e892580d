//! Organisations and doors beyond the demo's: as many invented ones as are wanted, in all townships
//! and of all categories.

use super::progress::Progress;
use crate::commands::demo::{self, city};
use actions::{House, applications::submit::record};
use anyhow::{Context, ensure};
use domain::{
    audit::{Actor, Deed},
    categories::{Category, GROUPS},
    checkpoints::CheckpointForm,
    regions::Region,
    text::same_form,
    venue_codes::{VenueCode, fresh_short_number},
};
use registry::{AuditLine, BulkInsert, ListedCheckpoint, NewOrganisation, VenueCodeRow};
use std::collections::HashSet;

/// Doors handed over at once; whole organisations.
const AT_ONCE: usize = 100 * DOORS.len();

/// Doors of an invented organisation.
const DOORS: [&str; 10] =
    ["东门", "西门", "南门", "北门", "大厅", "地下车库", "员工通道", "收货口", "1 号楼", "2 号楼"];
/// What tells organisations of one kind and township apart.
const WORDS: [&str; 40] = [
    "青禾", "云杉", "晨曦", "锦程", "望月", "竹溪", "松涛", "鹿鸣", "春晖", "安和", "明德", "聚贤",
    "秋水", "长庚", "远帆", "新园", "和润", "启明", "知行", "百川", "雅集", "乐居", "同福", "永宁",
    "嘉木", "听雨", "临风", "归真", "万象", "星河", "朝阳", "康宁", "汇丰", "通达", "金穗", "绿野",
    "白鹭", "红枫", "翠微", "紫藤",
];
/// Streets that are found nearly everywhere.
const STREETS: [&str; 8] =
    ["人民路", "建设路", "中心街", "解放路", "育才路", "文化路", "兴业路", "迎宾路"];

/// Makes doors 1 to `doors` beyond those of the demo, which are there: all of them open and with a
/// code.
pub(super) async fn load(
    house: &House,
    doors: u32,
    bulk: &mut BulkInsert,
    progress: &mut Progress<'_>,
) -> anyhow::Result<()> {
    progress.begin("doors");
    let all = usize::try_from(doors)?;
    let townships = townships(house).await?;
    let mut short_numbers = HashSet::new();
    let taken = |row: VenueCodeRow| {
        short_numbers.insert(row.short_number);
    };
    house.registry.venue_codes(taken).await?;
    let mut done = all.min(city::DOORS);
    while done < all {
        let last = all.min(done + AT_ONCE);
        let rows: anyhow::Result<Vec<ListedCheckpoint>> = (done..last)
            .map(|at| {
                let form = form(&townships, at - city::DOORS)?;
                listed(house, &form, &mut short_numbers)
            })
            .collect();
        let given = bulk.doors(&rows?).await?;
        ensure!(given.start == i64::try_from(done)? + 1, "a door is there already");
        done = last;
        progress.step(done as u64, u64::from(doors))?;
    }
    progress.end("open", u64::from(doors))?;
    Ok(())
}

async fn townships(house: &House) -> anyhow::Result<Vec<Region>> {
    let regions = house.registry.regions().await?;
    Ok(regions.into_iter().filter(|region| region.code.as_str().len() == 9).collect())
}

/// A door as a list would bring it in, with a short number that no other has.
fn listed(
    house: &House,
    form: &CheckpointForm,
    short_numbers: &mut HashSet<String>,
) -> anyhow::Result<ListedCheckpoint> {
    let checkpoint = form.check()?;
    let at = house.now();
    let short_number = loop {
        let rolled = fresh_short_number(&form.county, &*house.dice);
        if short_numbers.insert(rolled.clone()) {
            break rolled;
        }
    };
    let code = VenueCode::fresh(&*house.dice).as_str().to_owned();
    Ok(ListedCheckpoint {
        organisation: NewOrganisation {
            account: None,
            name: form.name.clone(),
            same_name: same_form(&form.name),
            credit_code: None,
            county: form.county.clone(),
            township: form.township.clone(),
            made: at,
        },
        // The registry puts its organisation's number in.
        record: record(house, 0, &checkpoint, None)?,
        codes: vec![(code, short_number)],
        line: AuditLine {
            at,
            actor: Actor::System,
            deed: Deed::ApplicationApproved,
            subject: String::new(),
            detail: "模拟数据".to_owned(),
        },
    })
}

/// What the n-th invented organisation is: township, category and word, of which no other
/// organisation has the same three.
fn kind(townships: &[Region], n: usize) -> Option<(&Region, Category, &'static str)> {
    let categories: Vec<Category> =
        GROUPS.iter().flat_map(|group| group.members).copied().collect();
    let at = n % townships.len().max(1);
    let turn = n / townships.len().max(1);
    // Each township begins with another category.
    let category = categories.get((turn + at) % categories.len())?;
    Some((townships.get(at)?, *category, WORDS.get(turn / categories.len())?))
}

/// The n-th invented door.
fn form(townships: &[Region], n: usize) -> anyhow::Result<CheckpointForm> {
    let organisation = n / DOORS.len();
    let found = kind(townships, organisation).context("there are no more names for places")?;
    let (Region { code, name: township, .. }, category, word) = found;
    let street = STREETS[organisation % STREETS.len()];
    Ok(CheckpointForm {
        name: format!("{township}{word}{}（模拟）", category.name),
        door: DOORS[n % DOORS.len()].to_owned(),
        address: format!("{township}{street} {} 号", organisation % 997 + 1),
        county: code.county().to_owned(),
        township: code.as_str().to_owned(),
        category: category.code.to_owned(),
        responsible_name: demo::people::name(n as u64 + 1),
        responsible_phone: format!("191{n:08}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::simulate::CHECKPOINTS_MAX;
    use testkit::TestHouse;

    #[tokio::test]
    async fn there_are_names_for_as_many_doors_as_may_be_wanted_and_no_door_twice() {
        let house = TestHouse::new().await;
        let townships = townships(&house).await.unwrap();
        let organisations = CHECKPOINTS_MAX as usize / DOORS.len();
        let names: HashSet<_> = (0..organisations)
            .map(|n| {
                let (region, category, word) = kind(&townships, n).unwrap();
                (region.code.as_str(), category.code, word)
            })
            .collect();
        assert_eq!(names.len(), organisations);
        let last = form(&townships, CHECKPOINTS_MAX as usize - 1).unwrap();
        last.check().unwrap();
        let forms: Vec<_> = (0..5_000).map(|n| form(&townships, n).unwrap()).collect();
        let keys = forms.iter().map(|form| form.check().unwrap().same_key());
        assert_eq!(keys.collect::<HashSet<_>>().len(), forms.len());
        let count = |part: fn(&CheckpointForm) -> &str| {
            forms.iter().map(part).collect::<HashSet<_>>().len()
        };
        assert_eq!(count(|form| &form.township), townships.len());
        assert_eq!(count(|form| &form.category), 33);
        assert_eq!(count(|form| &form.name), forms.len() / DOORS.len());
    }
}
