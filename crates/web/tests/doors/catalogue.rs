//! Every text that a page can show has its English, and the catalogue holds nothing else.

use crate::literals::{Literal, below};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

/// Chinese that is data or file contents, never a text of a page: where (the beginning of a path),
/// which (all when empty), and why it needs no English.
const DATA: [(&str, &[&str], &str); 59] = [
    (
        "actions/src/offline_codes/list.rs",
        &["{} 尾号 {}", "有效至 {}（含当天）"],
        "printed on a card",
    ),
    (
        "actions/src/",
        &[
            "离线码 {}",
            "人员 {}",
            "病例 {}",
            "要求 {}",
            "要求 {id}",
            "病例编号 {}",
            "人员 {number}",
            "病例 ",
        ],
        AUDIT,
    ),
    (
        "actions/src/people/identity_check.rs",
        &[
            "未登记的证件",
            "待补核人员",
            "{}（来源 {}）",
            "为补做身份核验，程序最多打开 {count} 人的姓名和证件号码（来源 {}），不显示、不留存",
        ],
        AUDIT,
    ),
    ("actions/src/people/register.rs", &["核验不一致后重新登记，改正姓名"], AUDIT),
    (
        "actions/src/people/family.rs",
        &[
            "儿童",
            "无手机人员",
            "添加{kind}（{}），同意说明第 {CONSENT_VERSION} 版",
            "移除家人",
            "同意共同登记",
            "不同意共同登记",
            "家人 {id}",
        ],
        AUDIT,
    ),
    (
        "actions/src/people/phones.rs",
        &[
            "本人更换，核对证件号码",
            "本人更换，核对原手机验证码",
            "丢失手机，身份核验一致，等待原手机号 48 小时",
            "原手机号通知不到，申请作废",
            "原手机号阻止了换号",
            "丢失手机，等待期满，换为新手机号",
            "门口核对证件后更换（检查点 {}）",
        ],
        AUDIT,
    ),
    (
        "actions/src/people/correct.rs",
        &["改正姓名", "改正证件号码", "改正姓名和证件号码", "登记后 24 小时内本人{what}"],
        AUDIT,
    ),
    (
        "actions/src/checkpoints/settings.rs",
        &[
            "入口",
            "出口",
            "不核对位置",
            "核对位置，{} 米内",
            "使用电子码",
            "不用电子码",
            "检查点 {}",
        ],
        AUDIT,
    ),
    ("actions/src/people/mod.rs", &["已删除"], "stands in place of the name of an erased person"),
    (
        "web/src/pages/visitor/",
        &["离线码.pdf", "我的数据-{day}.{end}"],
        "names of files of people in Fuyang",
    ),
    ("actions/src/entry_policy/", &["同意", "通行策略 {version}"], AUDIT),
    ("domain/src/health_status/words.rs", &[], "words of lists, which are read and never shown"),
    ("actions/src/health_status/import.rs", &[], ERRORS),
    ("actions/src/health_status/asking.rs", &[], AUDIT),
    ("actions/src/people/births.rs", &[], AUDIT),
    ("actions/src/retention/run.rs", &[], AUDIT),
    ("domain/src/retention.rs", &[], AUDIT),
    (
        "actions/src/health_status/set.rs",
        &["接口", "{} 条，生效 {}，没有变化 {}，等待登记 {}，姓名不符 {}"],
        AUDIT,
    ),
    ("actions/src/checkpoints/import/check.rs", &[], ERRORS),
    ("actions/src/tables/columns.rs", &[], ERRORS),
    ("actions/src/checkpoints/import/judge.rs", &[], ERRORS),
    ("actions/src/tables/names.rs", &[], ERRORS),
    ("actions/src/tables/desk.rs", &[], ERRORS),
    ("actions/src/tables/findings.rs", &[], ERRORS),
    ("actions/src/places/import.rs", &[], ERRORS),
    ("actions/src/places/take.rs", &["接口：新增 {}，更新 {}"], AUDIT),
    ("actions/src/checkpoints/import/save.rs", &[], ERRORS),
    ("actions/src/tables/cells.rs", &["应为十进制度数，例如 115.8142", "东经", "北纬"], ERRORS),
    ("actions/src/posters/", &["演示用码 · 非真实场所"], "printed on a poster"),
    (
        "actions/src/posters/layouts.rs",
        &[
            "版式预览 · 阜阳市政务服务中心颍淮分中心综合服务大厅",
            "东南门（无障碍通道）",
            "颍州区",
            "清河东路 1234 号",
            "预览 · 不可张贴",
        ],
        "printed on a preview",
    ),
    (
        "actions/src/posters/layouts.rs",
        &["版式 {version}", "版式{version}-预览-{}.pdf", "版式{version}-{}.svg", "版式样例-{}.svg"],
        "written into the audit, and names of files for offices in Fuyang",
    ),
    ("actions/src/audit/", &["全部", "第 {} 页", "系统", "未登录", "值守设备 {id}"], AUDIT),
    ("actions/src/accounts/", &["账号 {}", "密码登录", "锁定 15 分钟", "密码不对"], AUDIT),
    ("actions/src/accounts/", &["一次性链接登录", "注册后登录", "重设密码后登录"], AUDIT),
    ("actions/src/accounts/", &["密码和验证码登录", "短信验证码不对", "账号 {account}"], AUDIT),
    ("actions/src/accounts/", &["本人修改", "管理员发出的链接", "命令行"], AUDIT),
    (
        "actions/src/invitations/",
        &["不再管理", "单位 {organisation}", "检查点 {}", "短信没有发出，收回", "邀请 {id}"],
        AUDIT,
    ),
    ("actions/src/inspections/", &["检查 {id}", "检查点 {}", "问题 {} 项"], AUDIT),
    ("domain/src/messages.rs", &["{}（期限{}月{}日）"], "text messages to phones in Fuyang"),
    ("web/src/pages/authority/inspections/table.rs", &[], "a file for offices in Fuyang"),
    ("actions/src/sms.rs", &[], "text messages to phones in Fuyang"),
    (
        "actions/src/categories/edit.rs",
        &[
            "类别组",
            "类别组 {group}",
            "类别组 {code}",
            "类别 {code}",
            "新增 {}",
            "新增 {name}",
            "改名 {name}",
            "停用",
            "{}，{} 分钟，{state}",
        ],
        AUDIT,
    ),
    ("domain/src/categories/tree.rs", &["没有这个场所类别。可填：{}", "缺少场所类别"], ERRORS),
    ("actions/src/alerts/", &["异常 {alert}"], AUDIT),
    (
        "actions/src/applications/",
        &[
            "申请 {id}",
            "账号 {}",
            "新申请",
            "改正后重新提交，检查点 {}",
            "与其他无疑点的申请一并通过",
            "由草稿提交",
            "变更，检查点 {}",
            "撤回变更，检查点 {}",
            "撤回变更，内容不变",
        ],
        AUDIT,
    ),
    ("actions/src/applications/drafts/fill_in.rs", &[], "a workbook for units in Fuyang"),
    (
        "actions/src/applications/drafts/upload.rs",
        &["表头下面没有内容，请每个门填写一行", "合并单元格太多，请全部取消合并"],
        "what is wrong with a table is said as the reader of lists says it",
    ),
    ("domain/src/similar.rs", &[], "the ends of names that are compared"),
    (
        "actions/src/places/decide.rs",
        &[
            "单位 {unit}",
            "没有对应的单位",
            "撤回",
            "单位 {unit}，与其他无疑点的一并",
            "名录场所 {}",
        ],
        AUDIT,
    ),
    ("actions/src/duty/", &["检查点 {}"], AUDIT),
    ("actions/src/posters/", &["检查点 {}", "账号 {}", "{}，{} 张"], AUDIT),
    (
        "actions/src/posters/jobs/",
        &["单位 {id}", "地区 {code}", "{}，{}，{total} 张", "海报任务 {id}", "{} 张"],
        AUDIT,
    ),
    (
        "actions/src/posters/jobs/",
        &["{whose}-场所码海报-{}"],
        "the name of a file for offices and units in Fuyang",
    ),
    (
        "actions/src/posters/",
        &["{}-场所码海报-{}.zip", "场所码海报-空白版式-{}.pdf"],
        "the name of a file for a unit in Fuyang",
    ),
    ("actions/src/venue_codes/", &["检查点 {}"], AUDIT),
    ("actions/src/reverse_scans/", &["检查点 {}"], AUDIT),
    (
        "actions/src/contact_tracing/",
        &["{}-关联人员-{}"],
        "the name of a file for offices in Fuyang",
    ),
    (
        "actions/src/contact_tracing/",
        &[
            "病例编号 {}",
            "人员 {}",
            "病例 {}",
            "病例 {case}",
            "前后 {minutes} 分钟",
            "{of}前后 {minutes} 分钟，{} 人",
            "检查点 {} {}，",
        ],
        AUDIT,
    ),
    ("web/src/pages/authority/export.rs", &[], "the head of a file for offices in Fuyang"),
];

const ERRORS: &str = "the operator's command writes a Chinese error table";
const AUDIT: &str = "written into the audit and read there as it was written";

/// Chinese on pages of either language.
const ON_EVERY_PAGE: [&str; 1] = ["中文"];

fn crates() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn is_chinese(text: &str) -> bool {
    text.chars().any(|c| ('\u{3400}'..='\u{9fff}').contains(&c))
}

fn is_data(literal: &Literal) -> bool {
    DATA.iter().any(|(place, texts, _)| {
        let named = texts.is_empty() || texts.contains(&literal.text.as_str());
        literal.file.starts_with(place) && named
    })
}

/// Lines of the catalogue.
fn lines() -> Vec<(String, String)> {
    let text = fs::read_to_string(crates().join("web/i18n/en.txt")).unwrap();
    let lines = text.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty());
    let pairs = lines.map(|line| line.split_once(" = ").unwrap_or_else(|| panic!("odd: {line}")));
    pairs.map(|(zh, en)| (zh.trim().to_owned(), en.trim().to_owned())).collect()
}

/// Texts of the sources that a page can show, with the places where they stand.
fn texts_of_sources() -> BTreeMap<String, String> {
    let folders = ["domain/src", "actions/src", "web/src"];
    let literals = folders.into_iter().flat_map(|folder| below(&crates(), folder));
    literals
        .filter(|l| is_chinese(&l.text) && !is_data(l) && !shown_as_it_is(&l.text))
        .filter(|l| !l.before.trim_start().starts_with("#["))
        .filter(|l| l.file != "web/src/api/openapi.rs")
        .map(|l| (l.text, format!("{}:{}", l.file, l.line)))
        .collect()
}

fn shown_as_it_is(text: &str) -> bool {
    ON_EVERY_PAGE.contains(&text)
}

/// Files of the templates with what is in them.
fn templates() -> Vec<(String, String)> {
    let (mut found, mut folders) = (Vec::new(), vec![crates().join("web/templates")]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.push((path.display().to_string(), fs::read_to_string(&path).unwrap()));
            }
        }
    }
    assert!(found.len() > 30, "the templates are somewhere else: {}", found.len());
    found
}

/// Texts in the expressions of templates, each with its file; and what is Chinese outside of them.
fn texts_of_templates() -> (BTreeMap<String, String>, Vec<String>) {
    let (mut keys, mut bare) = (BTreeMap::new(), Vec::new());
    for (file, text) in templates() {
        for (at, part) in text.replace("{{", "{%").replace("}}", "%}").split("{%").enumerate() {
            let (expression, outside) =
                if at == 0 { ("", part) } else { part.split_once("%}").unwrap() };
            let quoted = expression.split('"').skip(1).step_by(2);
            keys.extend(
                quoted
                    .filter(|text| is_chinese(text) && !shown_as_it_is(text))
                    .map(|text| (text.to_owned(), file.clone())),
            );
            if is_chinese(outside) {
                bare.push(format!("{file}: {}", outside.trim()));
            }
        }
    }
    (keys, bare)
}

#[test]
fn every_text_has_its_english_and_every_english_its_text() {
    let lines = lines();
    let catalogue: BTreeMap<&str, &str> =
        lines.iter().map(|(zh, en)| (zh.as_str(), en.as_str())).collect();
    let mut used = texts_of_sources();
    used.extend(texts_of_templates().0);
    assert!(used.len() > 400, "the texts are somewhere else: {}", used.len());
    let missing: Vec<String> = used
        .iter()
        .filter(|(zh, _)| !catalogue.contains_key(zh.as_str()))
        .map(|(zh, place)| format!("{zh}   ({place})"))
        .collect();
    assert!(missing.is_empty(), "no English in i18n/en.txt for:\n{}", missing.join("\n"));
    let unused: Vec<&&str> = catalogue.keys().filter(|zh| !used.contains_key(**zh)).collect();
    assert!(unused.is_empty(), "in i18n/en.txt and nowhere else: {unused:#?}");
}

#[test]
fn every_line_of_the_catalogue_is_whole_and_stands_once() {
    let mut seen = BTreeSet::new();
    for (zh, en) in &lines() {
        assert!(seen.insert(zh.clone()), "twice: {zh}");
        assert!(!en.is_empty() && !is_chinese(en), "{zh} = {en}");
        let holes = |text: &str| text.matches("{}").count();
        assert_eq!(holes(zh), holes(en), "{zh} = {en}");
        assert!(holes(zh) <= 1, "one value fills one hole: {zh}");
        let ends = |text: &str, marks: &[char]| text.ends_with(marks);
        assert_eq!(ends(zh, &['。']), ends(en, &['.']), "a sentence is a sentence: {zh} = {en}");
    }
}

#[test]
fn no_chinese_stands_outside_of_the_catalogue() {
    let (_, bare) = texts_of_templates();
    assert!(bare.is_empty(), "write p.t(\"…\") around: {bare:#?}");
    for entry in fs::read_dir(crates().join("web/assets")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|e| e == "js" || e == "css") {
            let text = fs::read_to_string(&path).unwrap();
            // Names of fonts are ASCII; texts for scripts come in data attributes of the page.
            assert!(!is_chinese(&text), "Chinese in {}", path.display());
        }
    }
}

#[test]
fn every_exception_is_still_needed() {
    let literals: Vec<Literal> = ["domain/src", "actions/src", "web/src"]
        .into_iter()
        .flat_map(|folder| below(&crates(), folder))
        .collect();
    for (place, texts, _) in DATA {
        let here = |text: &str| {
            let at = |l: &&Literal| l.file.starts_with(place) && is_chinese(&l.text);
            literals.iter().filter(at).any(|l| text.is_empty() || l.text == text)
        };
        let wanted = if texts.is_empty() { &[""][..] } else { texts };
        for text in wanted {
            assert!(here(text), "no “{text}” in {place} any more");
        }
    }
}
