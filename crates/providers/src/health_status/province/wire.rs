//! What the gateway answers, and whether it is about the person that was asked for.

use super::super::sources::Trouble;
use actions::health_status::Identity;
use domain::{
    health_status::Colour,
    text::{number_form, same_form},
};
use hyper::StatusCode;
use serde::Deserialize;
use serde_json::Value;

/// The words of `errMsg` may repeat a person's number: they are not read at all, and neither is the
/// phone.
#[derive(Deserialize)]
struct Answer {
    flag: Value,
    #[serde(default)]
    data: Option<Data>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Data {
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    id_card_no: Option<String>,
    #[serde(default)]
    health_level: Option<Value>,
}

/// The colour that was answered about this person.
pub(super) fn colour(status: StatusCode, bytes: &[u8], who: &Identity) -> Result<Colour, Trouble> {
    let failed = Trouble::Failed;
    if !status.is_success() {
        return Err(failed(format!("status {}", status.as_u16())));
    }
    let answer: Answer = serde_json::from_slice(bytes)
        .map_err(|_| failed("an answer that cannot be read".to_owned()))?;
    if !is_yes(&answer.flag) {
        return Err(Trouble::Refused);
    }
    let data = answer.data.ok_or_else(|| failed("an answer without data".to_owned()))?;
    if !is_about(&data, who) {
        return Err(Trouble::Foreign);
    }
    let level = data.health_level.as_ref().and_then(level);
    level.ok_or_else(|| failed("an answer without a colour that is known".to_owned()))
}

/// In which form the gateway says yes is not written down anywhere: the usual ones count.
fn is_yes(flag: &Value) -> bool {
    match flag {
        Value::Bool(yes) => *yes,
        Value::Number(number) => number.as_i64() == Some(1),
        Value::String(text) => matches!(text.as_str(), "1" | "true" | "TRUE"),
        _ => false,
    }
}

/// 1 green, 2 yellow, 3 red; gate devices add 4 gray.
fn level(value: &Value) -> Option<Colour> {
    let number = match value {
        Value::Number(number) => number.as_i64()?,
        Value::String(text) => text.trim().parse().ok()?,
        _ => return None,
    };
    match number {
        1 => Some(Colour::Green),
        2 => Some(Colour::Yellow),
        3 => Some(Colour::Red),
        4 => Some(Colour::Gray),
        _ => None,
    }
}

/// The number must be there and be the same. A name must be the same, or masked and begin so.
fn is_about(data: &Data, who: &Identity) -> bool {
    let number = data.id_card_no.as_deref().map(number_form);
    if number.as_deref() != Some(number_form(&who.id_number).as_str()) {
        return false;
    }
    let Some(name) = data.name.as_deref().map(str::trim).filter(|name| !name.is_empty()) else {
        return true;
    };
    if name.contains(['*', '＊']) {
        return name.chars().next() == who.name.chars().next() || name.starts_with(['*', '＊']);
    }
    same_form(name) == same_form(&who.name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::people::IdKind;
    use proptest::prelude::*;

    fn who() -> Identity {
        Identity {
            name: "欧阳明".to_owned(),
            id_kind: IdKind::ResidentId,
            id_number: "11010519491231002X".to_owned(),
        }
    }

    fn said(text: &str) -> Result<Colour, Trouble> {
        colour(StatusCode::OK, text.as_bytes(), &who())
    }

    fn about(name: &str, number: &str, level: &str) -> Result<Colour, Trouble> {
        said(&format!(
            r#"{{"flag":"1","errMsg":"","data":{{"name":"{name}","userPhone":"138","idCardNo":"{number}","healthLevel":{level}}}}}"#
        ))
    }

    #[test]
    fn the_four_levels_are_the_four_colours() {
        let mine = "11010519491231002X";
        let colours = [Colour::Green, Colour::Yellow, Colour::Red, Colour::Gray];
        for (level, colour) in (1..).zip(colours) {
            assert_eq!(about("欧阳明", mine, &level.to_string()), Ok(colour));
            assert_eq!(about("欧阳明", mine, &format!("\"{level}\"")), Ok(colour));
        }
        for level in ["0", "5", "-1", "\"\"", "null", "true", "1.5", "[1]"] {
            let said = about("欧阳明", mine, level);
            assert!(matches!(said, Err(Trouble::Failed(_))), "{level}: {said:?}");
        }
    }

    #[test]
    fn an_answer_about_somebody_else_is_refused() {
        assert_eq!(about("欧阳明", "11010519491231002x", "1"), Ok(Colour::Green));
        assert_eq!(about("欧**", "11010519491231002X", "1"), Ok(Colour::Green));
        assert_eq!(about("", "11010519491231002X", "1"), Ok(Colour::Green));
        for (name, number) in [
            ("欧阳明", "440524188001010014"),
            ("欧阳明", ""),
            ("王明", "11010519491231002X"),
            ("王*", "11010519491231002X"),
        ] {
            assert_eq!(about(name, number, "1"), Err(Trouble::Foreign), "{name} {number}");
        }
        let nobody = r#"{"flag":true,"data":{"healthLevel":1}}"#;
        assert_eq!(said(nobody), Err(Trouble::Foreign), "an answer that says of nobody");
    }

    #[test]
    fn a_no_is_an_answer_and_garbage_is_not() {
        for no in [r#"{"flag":"0","errMsg":"未查到"}"#, r#"{"flag":false,"data":null}"#] {
            assert_eq!(said(no), Err(Trouble::Refused), "{no}");
        }
        for garbage in ["", "<html>", "[]", "{}", "{\"data\":{}}", r#"{"flag":"1"}"#] {
            assert!(matches!(said(garbage), Err(Trouble::Failed(_))), "{garbage}");
        }
        let right = r#"{"flag":"1","data":{"idCardNo":"11010519491231002X","healthLevel":1}}"#;
        let broken = colour(StatusCode::BAD_GATEWAY, right.as_bytes(), &who());
        assert_eq!(broken, Err(Trouble::Failed("status 502".to_owned())));
    }

    proptest! {
        #[test]
        fn no_trouble_ever_repeats_the_answer(text in "[0-9a-z\\{\\}\":,\\[\\]欧阳明]{0,80}") {
            if let Err(Trouble::Failed(why)) = said(&text) {
                prop_assert!(!why.contains("欧阳明") && why.len() < 60);
            }
        }

        #[test]
        fn green_is_never_read_out_of_another_number(number in "[0-9]{17}[0-9X]") {
            prop_assume!(number != "11010519491231002X");
            prop_assert_eq!(about("欧阳明", &number, "1"), Err(Trouble::Foreign));
        }
    }
}
