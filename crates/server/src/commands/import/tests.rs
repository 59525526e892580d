//! Whole imports: files as people make them, and what the command says and does.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod places;
mod runs;
mod spreadsheets;
mod statuses;
mod texts;

use super::{Checkpoints, ImportArgs, ImportOutcome, Kind, Places, Statuses, run};
use std::path::PathBuf;
use tempfile::TempDir;
use testkit::TestHouse;

/// Titles of a list, and a good row for each door.
const TITLES: [&str; 10] = [
    "单位名称",
    "检查点名称",
    "出入口",
    "详细地址",
    "县区",
    "乡镇街道",
    "场所类别",
    "负责人",
    "联系电话",
    "统一社会信用代码",
];

fn good(door: &str) -> [String; 10] {
    let texts = [
        "阜阳市人民医院",
        "阜阳市人民医院（南区）",
        door,
        "三清路 501 号",
        "颍州区",
        "鼓楼街道",
        "医院",
        "李四",
        "13800138000",
        "",
    ];
    texts.map(str::to_owned)
}

/// A list as CSV, with our titles and these rows.
fn csv(rows: &[[String; 10]]) -> String {
    let mut text = TITLES.join(",");
    for row in rows {
        text.push('\n');
        text.push_str(&row.join(","));
    }
    text
}

/// A house and a folder with a list in it.
struct Desk {
    house: TestHouse,
    folder: TempDir,
}

impl Desk {
    async fn new() -> Self {
        Self { house: TestHouse::new().await, folder: tempfile::tempdir().unwrap() }
    }

    fn put(&self, name: &str, bytes: &[u8]) -> ImportArgs {
        let file = self.folder.path().join(name);
        std::fs::write(&file, bytes).unwrap();
        ImportArgs { file, dry_run: false, accept_partial: false, errors: None, sheet: None }
    }

    async fn run(&self, args: &ImportArgs) -> (ImportOutcome, String) {
        self.run_as(Checkpoints, args).await
    }

    async fn run_as(&self, kind: impl Kind, args: &ImportArgs) -> (ImportOutcome, String) {
        let mut out = Vec::new();
        let outcome = run(&self.house, kind, args, &mut out).await.unwrap();
        (outcome, String::from_utf8(out).unwrap())
    }

    /// The error table's lines beneath its titles.
    fn errors(&self, args: &ImportArgs) -> Vec<String> {
        let mut path = args.file.clone().into_os_string();
        path.push(".errors.csv");
        let text = std::fs::read_to_string(PathBuf::from(path)).unwrap();
        let text = text.strip_prefix("\u{feff}行,列,列名,值,问题\r\n").unwrap().to_owned();
        text.split_terminator("\r\n").map(str::to_owned).collect()
    }

    async fn doors(&self) -> usize {
        self.house.registry.open_checkpoints().await.unwrap().len()
    }
}
