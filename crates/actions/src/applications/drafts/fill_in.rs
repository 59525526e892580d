//! The table that a manager downloads to fill in.

use crate::{Answer, Failure, House, categories, posters::Download, regions, tables::Column};
use lists::{FillIn, FillInColumn};

/// The workbook: titles, choices for county, township and category, and an explanation.
///
/// # Errors
/// `Broken` when the registry cannot be read or the workbook not be written.
pub async fn fill_in(house: &House) -> Answer<Download> {
    let regions = regions::all(house).await?;
    let tree = categories::tree(house).await?;
    let named = |digits: usize| {
        let these = regions.iter().filter(move |r| r.code.as_str().len() == digits);
        these.filter(|r| r.parent.is_some()).map(|r| r.name.clone()).collect::<Vec<_>>()
    };
    let columns = Column::OF_UNIT.iter().map(|&column| FillInColumn {
        title: column.title().to_owned(),
        width: width(column),
        choices: match column {
            Column::County => named(6),
            Column::Township => named(9),
            Column::Category => tree.in_use().map(|category| category.name.clone()).collect(),
            _ => Vec::new(),
        },
    });
    let book = FillIn {
        sheet: "申请".to_owned(),
        columns: columns.collect(),
        notes: ("填写说明".to_owned(), NOTES.map(str::to_owned).to_vec()),
        choices: "选项".to_owned(),
    };
    let bytes = tokio::task::spawn_blocking(move || book.bytes()).await;
    let bytes = bytes.map_err(Failure::broken)?.map_err(Failure::broken)?;
    Ok(Download { name: "检查点申请表.xlsx".to_owned(), bytes })
}

/// In characters.
fn width(column: Column) -> f64 {
    match column {
        Column::Checkpoint | Column::Address => 30.0,
        _ => 16.0,
    }
}

const NOTES: [&str; 8] = [
    "一门一码：一行只填一个门。同一个场所有几个门，就填几行。",
    "场所名称：与门牌一致，会印在海报上。",
    "门：是哪一个门，例如“东门”“门诊部南门”“2 号楼大厅”。",
    "详细地址：写到街道和门牌号。",
    "县区、乡镇街道、场所类别：点单元格右边的箭头选择，也可以直接填写名称。",
    "管理员、联系电话：这个门的负责人和手机号码，只用于联系，加密保存。",
    "请不要合并单元格，也不要填公式。",
    "填好后保存，在“批量申请”里上传：每一行都会先检查，有问题的当场改正，再一起提交。",
];
