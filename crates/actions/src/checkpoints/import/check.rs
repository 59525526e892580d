//! Checks a whole list against the rules, itself and the registry. Saves nothing.

use super::{GoodRow, judge::Judge};
use crate::{
    Answer, House, categories, regions,
    tables::{Checked, Finding, Header, Table, Weight, check_rows, names::Names},
};
use std::collections::HashMap;

/// Doors read from the registry at a time.
const PAGE_ROWS: i64 = 10_000;

/// Checks every row beneath the header. `go_on` is told how many rows are done and may stop the
/// check by answering `false`; then the answer is `None`.
///
/// # Errors
/// `Broken` when the registry cannot be read; `Conflict` with too many merged cells.
pub async fn check(
    house: &House,
    table: &Table,
    header: &Header,
    go_on: &mut (dyn FnMut(usize) -> bool + '_),
) -> Answer<Option<Checked<GoodRow>>> {
    let regions = regions::all(house).await?;
    let tree = categories::tree(house).await?;
    let mut judge = Judge::new(header, Names::new(&regions, tree));
    let checked = check_rows(table, header, go_on, |row, merged| judge.row(row, merged))?;
    let Some(mut checked) = checked else { return Ok(None) };
    set_aside(house, header, &mut checked).await?;
    Ok(Some(checked))
}

/// Takes out the good rows whose door is in the registry already.
async fn set_aside(house: &House, header: &Header, checked: &mut Checked<GoodRow>) -> Answer<()> {
    let mut wanted: HashMap<&str, Option<i64>> =
        checked.good.iter().map(|row| (row.same_key.as_str(), None)).collect();
    let mut after = String::new();
    loop {
        let page = house.registry.doors_after(&after, PAGE_ROWS).await?;
        let Some((last, _)) = page.last() else { break };
        after.clone_from(last);
        for (key, number) in &page {
            if let Some(found) = wanted.get_mut(key.as_str()) {
                *found = Some(i64::from(number.0));
            }
        }
    }
    let there: Vec<Option<i64>> = checked
        .good
        .iter()
        .map(|row| wanted.get(row.same_key.as_str()).copied().flatten())
        .collect();
    for (row, number) in std::mem::take(&mut checked.good).into_iter().zip(there) {
        match number {
            None => checked.good.push(row),
            Some(number) => {
                checked.there += 1;
                checked.say(Finding::about_row(
                    header,
                    &row,
                    format!("已存在（检查点 {number}），不再导入"),
                    Weight::There,
                ));
            }
        }
    }
    checked.findings.sort_by_key(|finding| (finding.row, finding.column));
    Ok(())
}
