//! The demo city's accounts, organisations and doors. All invented; streets and districts are real.

use actions::{House, applications::submit::record};
use anyhow::Context;
use domain::{
    accounts::Role,
    applications::State,
    audit::{Actor, Deed},
    checkpoints::{CheckpointForm, CheckpointNumber},
    outside::roll,
    people::mask_name,
    phones::Phone,
    text::same_form,
    venue_codes::{VenueCode, fresh_short_number},
};
use registry::{AuditLine, NewAccount, NewOrganisation};
use vault::{Field, Index};

/// How many doors the demo has.
pub(crate) const DOORS: usize = 60;

/// Organisation, category, township, address, doors.
pub(crate) type Place =
    (&'static str, &'static str, &'static str, &'static str, &'static [&'static str]);

/// A dozen organisations of different categories with [`DOORS`] doors. The first belongs to the demo's
/// manager.
pub(crate) const PLACES: [Place; 12] = [
    (
        "青禾医院（演示）",
        "105",
        "341202003",
        "三清路 501 号",
        &[
            "门诊部 东门",
            "门诊部 西门",
            "急诊入口",
            "住院部 1 号楼",
            "住院部 2 号楼",
            "行政楼",
            "会议室",
            "地下车库",
        ],
    ),
    (
        "鼓楼农贸市场（演示）",
        "203",
        "341202001",
        "鼓楼巷 12 号",
        &["南门", "北门", "东门", "水产区", "卸货口"],
    ),
    (
        "颍河超市（演示）",
        "202",
        "341202003",
        "清河东路 128 号",
        &["西门", "东门", "地下一层入口", "员工通道", "收货口", "停车场入口"],
    ),
    (
        "文峰实验学校（演示）",
        "103",
        "341202002",
        "文峰路 66 号",
        &["正门", "后门", "初中部", "宿舍区", "体育馆"],
    ),
    (
        "颍州汽车客运站（演示）",
        "303",
        "341202003",
        "颍河西路 2 号",
        &["进站口 1", "进站口 2", "售票厅", "出站口", "行包房", "员工通道"],
    ),
    ("文峰图书馆（演示）", "106", "341202002", "一道河路 1 号", &["大厅", "少儿馆", "报告厅"]),
    (
        "锦绣花园小区（演示）",
        "504",
        "341202004",
        "颍河西路 99 号",
        &["北出入口", "南出入口", "东门", "地下车库", "物业中心", "快递驿站"],
    ),
    ("老味道牛肉馍（演示）", "201", "341203002", "新华路 6 号", &["正门", "后厨门"]),
    (
        "河东商务大厦（演示）",
        "307",
        "341203001",
        "河东路 18 号",
        &["大堂", "A 座", "B 座", "地下车库", "货梯入口"],
    ),
    (
        "泉河酒店（演示）",
        "502",
        "341204001",
        "中清路 300 号",
        &["大堂", "宴会厅", "会议中心", "员工通道"],
    ),
    ("临泉宾馆（演示）", "501", "341221001", "前进东路 8 号", &["大堂", "餐厅", "停车场"]),
    (
        "界首纺织厂（演示）",
        "306",
        "341282001",
        "工业大道 1 号",
        &["正门", "东门", "食堂", "一车间", "二车间", "仓库", "研发楼"],
    ),
];

/// An account of the demonstration with a word about it.
pub(crate) struct DemoAccount {
    pub(crate) id: i64,
    pub(crate) role: Role,
    pub(crate) remark: String,
}

/// Role, county, name.
const ACCOUNTS: [(Role, Option<&str>, &str); 10] = [
    (Role::Manager, None, "韩秋实"),
    (Role::Reviewer, Some("341202"), "沈知远"),
    (Role::Reviewer, Some("341203"), "陆明川"),
    (Role::Investigator, None, "顾清和"),
    (Role::Auditor, None, "程守正"),
    (Role::Administrator, None, "白景行"),
    (Role::Inspector, Some("341202"), "闻人月"),
    (Role::PolicyOfficer, None, "季云舒"),
    (Role::PolicyOfficer, None, "傅明哲"),
    (Role::PrivacyOfficer, None, "叶知秋"),
];

/// The phone of the n-th demo account; the range is not in use.
fn phone(n: usize) -> anyhow::Result<Phone> {
    Phone::parse(&format!("190{:08}", n + 1)).map_err(anyhow::Error::msg)
}

/// The demo's accounts, in the order of `ACCOUNTS`.
pub(crate) async fn accounts(house: &House) -> anyhow::Result<Vec<DemoAccount>> {
    let regions = house.registry.regions().await?;
    let mut all = Vec::new();
    for (at, (role, county, _)) in ACCOUNTS.iter().enumerate() {
        let index = house.vault.blind(Index::Phone, phone(at)?.as_str());
        let account = house.registry.account_by_phone(&index).await?;
        let name = regions.iter().find(|r| Some(r.code.as_str()) == *county).map(|r| &r.name);
        let remark = name.map(|name| format!("   （{name}）")).unwrap_or_default();
        all.push(DemoAccount {
            id: account.context("a demo account is gone")?.id,
            role: *role,
            remark,
        });
    }
    Ok(all)
}

/// Makes the accounts that an earlier version of the demonstration did not have.
pub(crate) async fn complete(house: &House) -> anyhow::Result<()> {
    for (at, (role, county, name)) in ACCOUNTS.iter().enumerate() {
        let index = house.vault.blind(Index::Phone, phone(at)?.as_str());
        if house.registry.account_by_phone(&index).await?.is_none() {
            make_account(house, at, *role, *county, name).await?;
        }
    }
    Ok(())
}

/// Makes accounts, organisations and doors: all [`DOORS`], or the first few when fewer are wanted.
pub(crate) async fn load(house: &House, doors_max: usize) -> anyhow::Result<()> {
    for (at, (role, county, name)) in ACCOUNTS.iter().enumerate() {
        make_account(house, at, *role, *county, name).await?;
    }
    let manager = accounts(house).await?.first().context("no manager")?.id;
    let mut left = doors_max;
    for (at, place) in PLACES.iter().enumerate() {
        let doors = &place.4[..place.4.len().min(left)];
        left -= doors.len();
        if !doors.is_empty() {
            make_place(house, place, doors, (at == 0).then_some(manager)).await?;
        }
    }
    Ok(())
}

fn line(house: &House, deed: Deed, subject: &str) -> AuditLine {
    AuditLine {
        at: house.now(),
        actor: Actor::System,
        deed,
        subject: subject.to_owned(),
        detail: "演示数据".to_owned(),
    }
}

async fn make_account(
    house: &House,
    at: usize,
    role: Role,
    county: Option<&str>,
    name: &str,
) -> anyhow::Result<()> {
    let phone = phone(at)?;
    // Nobody knows this password: these accounts are entered by one-time links only.
    let password = data_encoding::HEXLOWER.encode(&roll::<32>(&*house.dice));
    let seal = |field, text: &str| house.vault.seal(field, text, &*house.dice);
    let new = NewAccount {
        role,
        county: county.map(str::to_owned),
        name_sealed: seal(Field::PersonName, name)?,
        masked_sealed: seal(Field::MaskedName, &mask_name(name))?,
        phone_sealed: seal(Field::Phone, phone.as_str())?,
        phone_index: house.vault.blind(Index::Phone, phone.as_str()).to_vec(),
        password_hash: house.vault.hash_password(&password, &*house.dice)?,
        made: house.now(),
    };
    let line = line(house, Deed::AccountMade, role.label());
    house
        .registry
        .insert_account(&new, None, &line)
        .await?
        .context("the account is there already")?;
    Ok(())
}

async fn make_place(
    house: &House,
    (name, category, township, address, _): &Place,
    doors: &[&str],
    account: Option<i64>,
) -> anyhow::Result<()> {
    let new = NewOrganisation {
        account,
        name: (*name).to_owned(),
        same_name: same_form(name),
        credit_code: None,
        county: township[..6].to_owned(),
        township: (*township).to_owned(),
        made: house.now(),
    };
    let organisation = house.registry.insert_organisation(&new).await?;
    let organisation = organisation.context("the organisation is there already")?;
    for (at, door) in doors.iter().enumerate() {
        let form = CheckpointForm {
            name: (*name).to_owned(),
            door: (*door).to_owned(),
            address: (*address).to_owned(),
            county: township[..6].to_owned(),
            township: (*township).to_owned(),
            category: (*category).to_owned(),
            responsible_name: "值守演示".to_owned(),
            responsible_phone: format!("191{organisation:04}{at:04}"),
        };
        open_door(house, organisation, &form).await?;
    }
    Ok(())
}

/// Applies for a door and approves it.
async fn open_door(house: &House, organisation: i64, form: &CheckpointForm) -> anyhow::Result<()> {
    let new = form.check()?;
    let record = record(house, organisation, &new, None)?;
    let submitted = line(house, Deed::ApplicationSubmitted, &form.door);
    let number = house.registry.insert_checkpoint(&record, &submitted).await?;
    let number: CheckpointNumber = number.context("the door is there already")?;
    let application = house.registry.application_of(number).await?;
    let (application, _) = application.context("a door without an application")?;
    let approved = line(house, Deed::ApplicationApproved, &form.door);
    let code = VenueCode::fresh(&*house.dice);
    let short = fresh_short_number(&record.county, &*house.dice);
    let done = house
        .registry
        .approve_application((application, 1), State::Submitted, code.as_str(), &short, &approved)
        .await?;
    anyhow::ensure!(done, "the door could not be approved");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{DOORS, PLACES};
    use domain::categories::by_code;
    use std::collections::HashSet;

    #[test]
    fn every_place_lies_in_a_township_that_exists() {
        let townships = include_str!("../../../../registry/data/fuyang_townships.csv");
        for place in PLACES {
            assert!(townships.lines().any(|line| line.starts_with(place.2)), "{}", place.0);
        }
    }

    #[test]
    fn a_dozen_organisations_of_different_categories_have_sixty_doors() {
        assert_eq!(PLACES.iter().map(|place| place.4.len()).sum::<usize>(), DOORS);
        let categories: HashSet<&str> = PLACES.iter().map(|place| place.1).collect();
        assert_eq!(categories.len(), 12);
        assert!(categories.iter().all(|code| by_code(code).is_some()));
    }
}
