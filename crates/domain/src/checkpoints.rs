//! Checkpoints (检查点): one door with one current venue code and one manager.

mod life;
mod settings;

pub use life::Happening;
pub use settings::{DoorSettings, SettingsForm};

use crate::{
    fields::Complaints,
    organisations::{NAME_CHARS_MAX, township_in},
    people::check_name,
    phones::Phone,
    regions::RegionCode,
    text::{line, same_form},
};

/// Most characters of a door's name.
pub const DOOR_CHARS_MAX: usize = 30;
/// Most characters of an address.
pub const ADDRESS_CHARS_MAX: usize = 80;

/// A checkpoint's number: dense, given at the first application, never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CheckpointNumber(pub u32);

/// A checkpoint as typed into the form or read from a table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CheckpointForm {
    /// Registered name of the place, exactly as on the wall (R2).
    pub name: String,
    /// Which door of it.
    pub door: String,
    /// Address.
    pub address: String,
    /// County code.
    pub county: String,
    /// Township code.
    pub township: String,
    /// Category code.
    pub category: String,
    /// Name of the person responsible for this door.
    pub responsible_name: String,
    /// That person's mobile number.
    pub responsible_phone: String,
}

/// A checkpoint that may be applied for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewCheckpoint {
    /// Registered name of the place.
    pub name: String,
    /// Which door.
    pub door: String,
    /// Address.
    pub address: String,
    /// Township; the county follows from it.
    pub township: RegionCode,
    /// Category code; whether there is such a one, and for whom, is the tree's to say.
    pub category: String,
    /// Name of the responsible person; goes into the vault at once.
    pub responsible_name: String,
    /// Phone of the responsible person; goes into the vault at once.
    pub responsible_phone: Phone,
}

impl CheckpointForm {
    /// Checks the form. Whether the township exists is for the caller to look up.
    ///
    /// # Errors
    /// Every complaint at once, each at its field.
    pub fn check(&self) -> Result<NewCheckpoint, Complaints> {
        let mut complaints = Complaints::default();
        let name = complaints.take(
            "name",
            line(
                &self.name,
                NAME_CHARS_MAX,
                "请填写场所名称，与门牌一致",
                "场所名称不能超过 60 个字",
            ),
        );
        let door = complaints.take(
            "door",
            line(
                &self.door,
                DOOR_CHARS_MAX,
                "请填写这是哪一个门，例如“东门”",
                "门的名称不能超过 30 个字",
            ),
        );
        let address = complaints.take(
            "address",
            line(&self.address, ADDRESS_CHARS_MAX, "请填写详细地址", "地址不能超过 80 个字"),
        );
        let township = complaints.take("township", township_in(&self.county, &self.township));
        let category = complaints.take("category", category_code(&self.category));
        let responsible_name =
            complaints.take("responsible_name", check_name(&self.responsible_name));
        let responsible_phone =
            complaints.take("responsible_phone", Phone::parse(&self.responsible_phone));
        let checked = (|| {
            Some(NewCheckpoint {
                name: name?,
                door: door?,
                address: address?,
                township: township?,
                category: category?,
                responsible_name: responsible_name?,
                responsible_phone: responsible_phone?,
            })
        })();
        checked.ok_or(complaints)
    }
}

impl NewCheckpoint {
    /// Two checkpoints with equal keys are the same door: same name, door and address after
    /// evening out widths, spaces and signs.
    #[must_use]
    pub fn same_key(&self) -> String {
        same_key(&self.name, &self.door, &self.address)
    }
}

/// See [`NewCheckpoint::same_key`].
#[must_use]
pub fn same_key(name: &str, door: &str, address: &str) -> String {
    format!("{}|{}|{}", same_form(name), same_form(door), same_form(address))
}

/// Where a checkpoint stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Applied for, not yet approved; has no code.
    Applying,
    /// In use.
    Open,
    /// Stopped by the authority for now.
    Suspended,
    /// Closed by its manager.
    Closed,
}

impl Standing {
    /// The name in the registry.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Applying => "applying",
            Self::Open => "open",
            Self::Suspended => "suspended",
            Self::Closed => "closed",
        }
    }

    /// The standing stored as `code`.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Applying, Self::Open, Self::Suspended, Self::Closed]
            .into_iter()
            .find(|s| s.code() == code)
    }
}

/// Something that may be the code of a category: three digits.
fn category_code(typed: &str) -> Result<String, &'static str> {
    let code = typed.trim();
    let is_one = code.len() == 3 && code.bytes().all(|b| b.is_ascii_digit());
    if is_one { Ok(code.to_owned()) } else { Err("请选择场所类别") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form() -> CheckpointForm {
        CheckpointForm {
            name: "阜阳市人民医院（南区）".into(),
            door: "门诊部 东门".into(),
            address: "三清路 501 号".into(),
            county: "341202".into(),
            township: "341202001".into(),
            category: "105".into(),
            responsible_name: "李四".into(),
            responsible_phone: "138 0013 8000".into(),
        }
    }

    #[test]
    fn a_complete_form_is_taken() {
        assert_eq!(form().check().unwrap().category, "105");
    }

    #[test]
    fn every_empty_field_is_named() {
        let complaints = CheckpointForm::default().check().unwrap_err();
        for field in [
            "name",
            "door",
            "address",
            "township",
            "category",
            "responsible_name",
            "responsible_phone",
        ] {
            assert!(complaints.about(field).is_some(), "{field}");
        }
    }

    #[test]
    fn a_township_of_another_county_is_refused() {
        let wrong = CheckpointForm { county: "341203".into(), ..form() };
        assert!(wrong.check().unwrap_err().about("township").is_some());
    }

    #[test]
    fn the_same_door_in_other_spelling_has_the_same_key() {
        let other = CheckpointForm { name: "阜阳市人民医院(南区) ".into(), ..form() };
        assert_eq!(form().check().unwrap().same_key(), other.check().unwrap().same_key());
        let next_door = CheckpointForm { door: "西门".into(), ..form() };
        assert_ne!(form().check().unwrap().same_key(), next_door.check().unwrap().same_key());
    }
}
