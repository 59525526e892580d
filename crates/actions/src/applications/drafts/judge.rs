//! What is wrong with a draft, and what it stands for.

use crate::{Answer, House, categories::GONE, tables::CellTrouble};
use domain::{
    categories::Tree,
    checkpoints::{CheckpointForm, same_key},
    fields::Complaints,
    regions::Region,
};
use registry::{Draft, NewDraft};
use std::collections::{HashMap, HashSet};
use vault::Field;

/// What a field of a draft keeps at most, in characters; what is longer was never meant to be kept.
const KEPT_CHARS_MAX: usize = 200;

/// A draft with what is wrong with it.
#[derive(Clone, Debug)]
pub struct Judged {
    /// Its number.
    pub id: i64,
    /// Row of the table it came from; 0 when it was typed.
    pub line: i64,
    /// How many times it was written.
    pub round: i64,
    /// What it says; a county, township or category that was not recognised stands as it was typed.
    pub form: CheckpointForm,
    /// What is wrong; empty when it may be submitted.
    pub complaints: Complaints,
}

/// What drafts are judged by.
pub(super) struct Judge {
    codes: HashSet<String>,
    tree: Tree,
    /// Drafts whose door somebody has applied for.
    taken: HashSet<i64>,
    /// How many drafts are about a door.
    same: HashMap<String, usize>,
}

impl Judge {
    pub(super) fn new(
        (regions, tree): (&[Region], Tree),
        taken: Vec<i64>,
        drafts: &[Draft],
    ) -> Self {
        let mut same: HashMap<String, usize> = HashMap::new();
        for draft in drafts.iter().filter(|draft| names_a_door(&draft.new)) {
            *same.entry(draft.new.same_key.clone()).or_default() += 1;
        }
        Self {
            codes: regions.iter().map(|region| region.code.as_str().to_owned()).collect(),
            tree,
            taken: taken.into_iter().collect(),
            same,
        }
    }

    pub(super) fn judge(&self, house: &House, draft: Draft) -> Answer<Judged> {
        let Draft { id, new, round, .. } = draft;
        let mut complaints = Complaints::default();
        for (field, trouble) in troubles(&new.troubles) {
            complaints.add(field, trouble.says());
        }
        if self.taken.contains(&id) {
            complaints.add("door", "这个门已经申请过了：名称、门和地址都相同");
        } else if self.same.get(&new.same_key).is_some_and(|drafts| *drafts > 1) {
            complaints.add("door", "另有一条草稿是同一个门：名称、门和地址都相同");
        }
        let line = new.line;
        let form = form(house, new)?;
        self.places(&form, &mut complaints);
        for complaint in form.check().err().map(|more| more.0).unwrap_or_default() {
            let said = complaints.about(complaint.field).is_some();
            // Which township is meant cannot be said without its county.
            let open = complaint.field == "township" && complaints.about("county").is_some();
            if !said && !open {
                complaints.add(complaint.field, complaint.says);
            }
        }
        Ok(Judged { id, line, round, form, complaints })
    }

    /// What was typed for a county, a township or a category and is none.
    fn places(&self, form: &CheckpointForm, complaints: &mut Complaints) {
        let unknown = |code: &str| !code.is_empty() && !self.codes.contains(code);
        let mut say = |field, says| {
            if complaints.about(field).is_none() {
                complaints.add(field, says);
            }
        };
        if unknown(&form.county) {
            say("county", "没有这个县区，请重新选择");
        } else if unknown(&form.township) {
            say("township", "没有这个乡镇或街道，请重新选择");
        }
        if !form.category.is_empty() && !self.tree.may_be(&form.category, None) {
            say("category", GONE);
        }
    }
}

/// Whether a draft is far enough for being about the same door as another.
fn names_a_door(new: &NewDraft) -> bool {
    !new.name.is_empty() && !new.door.is_empty() && !new.address.is_empty()
}

/// What a draft says; the sealed parts are opened for the manager whose they are.
fn form(house: &House, new: NewDraft) -> Answer<CheckpointForm> {
    Ok(CheckpointForm {
        responsible_name: house.vault.open(Field::PersonName, &new.responsible_name_sealed)?,
        responsible_phone: house.vault.open(Field::Phone, &new.responsible_phone_sealed)?,
        name: new.name,
        door: new.door,
        address: new.address,
        county: new.county,
        township: new.township,
        category: new.category,
    })
}

/// A form as a draft: whatever it says, within what a field keeps.
pub(super) fn draft(
    house: &House,
    line: i64,
    form: &CheckpointForm,
    troubles: &[(&'static str, CellTrouble)],
) -> Answer<NewDraft> {
    let kept = |text: &str| -> String {
        // PostgreSQL takes no NUL in a text.
        text.chars().filter(|c| *c != '\0').take(KEPT_CHARS_MAX).collect()
    };
    let seal = |field, text: &str| house.vault.seal(field, &kept(text), &*house.dice);
    let (name, door, address) = (kept(&form.name), kept(&form.door), kept(&form.address));
    let troubles: Vec<String> =
        troubles.iter().map(|(field, trouble)| format!("{field}={}", trouble.code())).collect();
    Ok(NewDraft {
        line,
        same_key: same_key(&name, &door, &address),
        name,
        door,
        address,
        county: kept(&form.county),
        township: kept(&form.township),
        category: kept(&form.category),
        responsible_name_sealed: seal(Field::PersonName, &form.responsible_name)?,
        responsible_phone_sealed: seal(Field::Phone, &form.responsible_phone)?,
        troubles: troubles.join(";"),
    })
}

/// The fields that a table fills in.
const FIELDS: [&str; 8] = [
    "name",
    "door",
    "address",
    "county",
    "township",
    "category",
    "responsible_name",
    "responsible_phone",
];

fn troubles(text: &str) -> Vec<(&'static str, CellTrouble)> {
    let one = |part: &str| {
        let (field, code) = part.split_once('=')?;
        let field = FIELDS.into_iter().find(|known| *known == field)?;
        Some((field, CellTrouble::from_code(code)?))
    };
    text.split(';').filter_map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn troubles_are_read_as_they_were_written() {
        let all: Vec<_> = FIELDS.into_iter().zip(CellTrouble::ALL.into_iter().cycle()).collect();
        let text: Vec<String> = all.iter().map(|(f, t)| format!("{f}={}", t.code())).collect();
        assert_eq!(troubles(&text.join(";")), all);
        assert!(troubles("").is_empty() && troubles("x=formula;name=y;name").is_empty());
    }
}
