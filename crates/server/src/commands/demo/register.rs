//! The demo city's register of places: its organisations as a business register has them, and a few
//! places that nobody has applied for.

use super::city;
use actions::{
    House,
    places::import,
    tables::{Cell, Table, TableRow, find_header_of_places},
};
use anyhow::{Context, ensure};

/// Name, category, township, address.
type Listed = (&'static str, &'static str, &'static str, &'static str);

/// Places without a code: what the register is compared for.
const WITHOUT_CODE: [Listed; 5] = [
    ("颍西便民药店（演示）", "204", "341202004", "颍河西路 70 号"),
    ("三清路理发店（演示）", "201", "341202003", "三清路 88 号"),
    // Another house than the market that has applied.
    ("鼓楼农贸市场（演示）", "203", "341202001", "鼓楼巷 30 号"),
    ("新华路早点铺（演示）", "201", "341203002", "新华路 18 号"),
    ("临泉南路书店（演示）", "201", "341221001", "前进东路 20 号"),
];

/// Takes the register over.
pub(crate) async fn load(house: &House) -> anyhow::Result<()> {
    let row = |number, texts: [&str; 5]| TableRow {
        number,
        cells: texts.iter().map(|text| Cell::Text((*text).to_owned())).collect(),
    };
    let mut rows = vec![row(1, ["场所名称", "类别", "县区", "街道", "地址"])];
    let applied = city::PLACES
        .iter()
        .map(|(name, category, township, address, _)| (*name, *category, *township, *address));
    for (number, listed) in (2..).zip(applied.chain(WITHOUT_CODE)) {
        let (name, category, township, address) = listed;
        rows.push(row(number, [name, category, &township[..6], township, address]));
    }
    let table = Table { rows, merged: Vec::new() };
    let header = find_header_of_places(&table.rows).map_err(anyhow::Error::msg)?;
    let checked = import::check(house, &table, &header, &mut |_| true).await?;
    let checked = checked.context("the check was stopped")?;
    ensure!(checked.bad == 0, "{:?}", checked.findings);
    import::save(house, &checked.good, house.now()).await?;
    Ok(())
}
