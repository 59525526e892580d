//! Words that people write into lists about health status, and what they mean.

use super::{Colour, Itinerary};
use crate::{
    people::IdKind,
    text::{narrow, same_form},
};

/// Most doses that are believed.
const DOSES_MAX: u8 = 9;

/// What was typed, unless nothing was.
pub(super) fn given(typed: &str) -> Option<&str> {
    let typed = typed.trim();
    (!typed.is_empty()).then_some(typed)
}

/// The kind of document that a word of a list means; the resident ID when there is none.
pub(super) fn kind_of(typed: &str) -> Option<IdKind> {
    let Some(typed) = given(typed) else { return Some(IdKind::ResidentId) };
    if let Some(kind) = IdKind::from_code(typed) {
        return Some(kind);
    }
    let short: &[(&str, IdKind)] = &[
        ("居民身份证", IdKind::ResidentId),
        ("居民身份证（含港澳台居民居住证）", IdKind::ResidentId),
        ("身份证", IdKind::ResidentId),
        ("港澳台居民居住证", IdKind::ResidentId),
        ("港澳居民居住证", IdKind::ResidentId),
        ("台湾居民居住证", IdKind::ResidentId),
        ("港澳居民来往内地通行证", IdKind::HkMacauPermit),
        ("港澳通行证", IdKind::HkMacauPermit),
        ("回乡证", IdKind::HkMacauPermit),
        ("台湾居民来往大陆通行证", IdKind::TaiwanPermit),
        ("台胞证", IdKind::TaiwanPermit),
        ("外国人永久居留身份证", IdKind::ForeignResident),
        ("外国人永久居留证", IdKind::ForeignResident),
        ("护照", IdKind::Passport),
    ];
    let form = same_form(typed);
    let labels = IdKind::ALL.map(|kind| (kind.label(), kind));
    let mut all = short.iter().chain(&labels);
    all.find(|(word, _)| same_form(word) == form).map(|(_, kind)| *kind)
}

/// The colour that a word of a list means. Not known is none of them: an empty cell says that.
pub(super) fn colour_of(typed: &str) -> Option<Colour> {
    Some(match same_form(typed).as_str() {
        "green" | "绿码" | "绿" | "绿色" | "1" => Colour::Green,
        "yellow" | "黄码" | "黄" | "黄色" | "2" => Colour::Yellow,
        "red" | "红码" | "红" | "红色" | "3" => Colour::Red,
        "gray" | "grey" | "灰码" | "灰" | "灰色" | "4" => Colour::Gray,
        "none" | "未申领" => Colour::None,
        _ => return None,
    })
}

/// Whether a word of a list means that nothing was found.
pub(super) fn result_of(typed: &str) -> Option<bool> {
    match narrow(typed).trim() {
        "(-)" | "-" => return Some(true),
        "(+)" | "+" => return Some(false),
        _ => {}
    }
    match same_form(typed).as_str() {
        "negative" | "阴性" | "阴" | "未检出" => Some(true),
        "positive" | "阳性" | "阳" | "检出" => Some(false),
        _ => None,
    }
}

/// The itinerary that a word of a list means.
pub(super) fn itinerary_of(typed: &str) -> Option<Itinerary> {
    match same_form(typed).as_str() {
        "clear" | "未见风险" | "无风险" | "无" | "正常" | "否" => Some(Itinerary::Clear),
        "risk" | "到过风险地区" | "有风险" | "风险" | "是" => Some(Itinerary::Risk),
        _ => None,
    }
}

/// So many doses.
pub(super) fn doses_of(typed: &str) -> Option<u8> {
    let plain = narrow(typed);
    let plain = plain.trim().trim_end_matches(['剂', '针']).trim();
    plain.parse().ok().filter(|doses| *doses <= DOSES_MAX)
}
