//! Families: children, and others without a phone, for whom somebody registers and checks in.

use super::{IdDocument, is_guarded, named};
use crate::{fields::Complaints, time::UnixMs};

/// Who somebody is to the person who registers them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Relation {
    /// 子女
    Child,
    /// 孙辈
    Grandchild,
    /// 父母
    Parent,
    /// 祖辈
    Grandparent,
    /// 配偶
    Spouse,
    /// 其他被照护的人
    Ward,
}

impl Relation {
    /// All of them, in the order a form offers them.
    pub const ALL: [Self; 6] =
        [Self::Child, Self::Grandchild, Self::Parent, Self::Grandparent, Self::Spouse, Self::Ward];

    /// The name on the wire and in the registry.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Child => "child",
            Self::Grandchild => "grandchild",
            Self::Parent => "parent",
            Self::Grandparent => "grandparent",
            Self::Spouse => "spouse",
            Self::Ward => "ward",
        }
    }

    /// The relation with this `code`.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|relation| relation.code() == code)
    }

    /// The words shown, key into the catalogues.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Child => "子女",
            Self::Grandchild => "孙子女、外孙子女",
            Self::Parent => "父母",
            Self::Grandparent => "祖父母、外祖父母",
            Self::Spouse => "配偶",
            Self::Ward => "其他由我照护的人",
        }
    }

    /// Whether a child below fourteen can be that.
    #[must_use]
    pub fn may_be_guarded(self) -> bool {
        matches!(self, Self::Child | Self::Grandchild | Self::Ward)
    }
}

/// A member of a family as typed.
#[derive(Clone, Debug, Default)]
pub struct MemberForm {
    /// Code of the relation.
    pub relation: String,
    /// Name.
    pub name: String,
    /// Code of the kind of document.
    pub id_kind: String,
    /// Number of the document.
    pub id_number: String,
    /// Whether they were said to be fourteen or older: counts where the document does not say it.
    pub of_age: bool,
    /// Whether the guardian agreed for a child, or said that the member has.
    pub consent: bool,
}

/// A member who may be added.
#[derive(Clone, Debug)]
pub struct NewMember {
    /// Who they are to the guardian.
    pub relation: Relation,
    /// Full name; goes into the vault at once.
    pub name: String,
    /// The document; goes into the vault at once.
    pub id: IdDocument,
    /// Whether they are below fourteen.
    pub guarded: bool,
}

impl MemberForm {
    /// Checks the form.
    ///
    /// # Errors
    /// Every complaint at once, each at its field.
    pub fn check(&self, today: UnixMs) -> Result<NewMember, Complaints> {
        let mut complaints = Complaints::default();
        let relation = Relation::from_code(self.relation.trim()).ok_or("请选择与您的关系");
        let relation = complaints.take("relation", relation);
        let typed = (self.name.as_str(), self.id_kind.as_str(), self.id_number.as_str());
        let named = named(&mut complaints, typed, today);
        let guarded = named.as_ref().map(|(_, id)| match id.born() {
            Some(born) => is_guarded(born, today),
            None => !self.of_age,
        });
        let says_age = named.as_ref().is_some_and(|(_, id)| id.born().is_some());
        if guarded == Some(true) && relation.is_some_and(|relation| !relation.may_be_guarded()) {
            match says_age {
                true => complaints.add("relation", "未满 14 周岁的孩子不会是这种关系，请核对"),
                false => complaints.add("of_age", "请确认这位家人已满 14 周岁"),
            }
        }
        if !self.consent {
            complaints.add("consent", "请先阅读说明并勾选同意");
        }
        match (relation, named, guarded) {
            (Some(relation), Some((name, id)), Some(guarded)) if complaints.is_empty() => {
                Ok(NewMember { relation, name, id, guarded })
            }
            _ => Err(complaints),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-11-22 14:32:07 in Fuyang.
    const TODAY: UnixMs = UnixMs(1_795_329_127_000);

    fn form(relation: &str, id_kind: &str, id_number: &str) -> MemberForm {
        MemberForm {
            relation: relation.to_owned(),
            name: "李小小".to_owned(),
            id_kind: id_kind.to_owned(),
            id_number: id_number.to_owned(),
            of_age: false,
            consent: true,
        }
    }

    #[test]
    fn a_child_is_one_by_its_number_and_others_by_what_is_said() {
        let old = "11010519491231002X";
        assert!(!form("parent", "resident_id", old).check(TODAY).unwrap().guarded);
        assert!(form("child", "passport", "E12345678").check(TODAY).unwrap().guarded);
        let grown = MemberForm { of_age: true, ..form("child", "passport", "E12345678") };
        assert!(!grown.check(TODAY).unwrap().guarded);
        let parent = form("parent", "passport", "E12345678").check(TODAY).unwrap_err();
        assert!(parent.about("of_age").is_some());
    }

    #[test]
    fn everything_wrong_is_said_at_once() {
        let complaints = MemberForm::default().check(TODAY).unwrap_err();
        for field in ["relation", "name", "id_kind", "consent"] {
            assert!(complaints.about(field).is_some(), "{field}");
        }
        for relation in Relation::ALL {
            assert_eq!(Relation::from_code(relation.code()), Some(relation));
        }
    }

    #[test]
    fn a_small_child_is_nobodys_parent() {
        let number = "34120220200101001";
        let check = crate::people::resident_id_check(number.as_bytes()).unwrap();
        let number = format!("{number}{}", char::from(check));
        for relation in Relation::ALL {
            let checked = form(relation.code(), "resident_id", &number).check(TODAY);
            assert_eq!(checked.is_ok(), relation.may_be_guarded(), "{relation:?}");
        }
    }
}
