//! Who may do what: the only place where a session becomes somebody with rights.

use crate::{Answer, Failure};
use domain::{
    accounts::Role,
    audit::Actor,
    checkpoints::CheckpointNumber,
    people::PersonNumber,
    regions::{RegionCode, Scope},
};

/// Somebody signed in with an account.
#[derive(Clone, Debug)]
pub struct Staff {
    pub(crate) account: i64,
    pub(crate) role: Role,
    pub(crate) scope: Scope,
    pub(crate) masked_name: String,
}

macro_rules! principal {
    ($(#[$doc:meta])* $name:ident, $role:ident, $as:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug)]
        pub struct $name {
            pub(crate) account: i64,
            #[allow(dead_code, reason = "not every role is narrowed to a county")]
            pub(crate) scope: Scope,
        }

        impl $name {
            /// Who this is in the audit.
            #[must_use]
            pub fn actor(&self) -> Actor {
                Actor::Account(self.account)
            }
        }

        impl Staff {
            /// The same person with the rights of this role.
            ///
            /// # Errors
            /// `Forbidden` for any other role.
            pub fn $as(&self) -> Answer<$name> {
                if self.role == Role::$role {
                    Ok($name { account: self.account, scope: self.scope.clone() })
                } else {
                    Err(Failure::Forbidden)
                }
            }
        }
    };
}

principal!(
    /// 场所管理员
    Manager, Manager, as_manager
);
principal!(
    /// 审核员, of one county or of the city
    Reviewer, Reviewer, as_reviewer
);
principal!(
    /// 巡查员, of a township, a county or the city
    Inspector, Inspector, as_inspector
);
principal!(
    /// 流调员
    Investigator, Investigator, as_investigator
);
principal!(
    /// 审计员
    Auditor, Auditor, as_auditor
);
principal!(
    /// 系统管理员
    Administrator, Administrator, as_administrator
);

principal!(
    /// 防控专员, of the city, a county or a township
    PolicyOfficer, PolicyOfficer, as_policy_officer
);

principal!(
    /// 个人信息保护专员
    PrivacyOfficer, PrivacyOfficer, as_privacy_officer
);

impl Staff {
    /// Role.
    #[must_use]
    pub fn role(&self) -> Role {
        self.role
    }

    /// Code of the county or township it is narrowed to; none for the whole city.
    #[must_use]
    pub fn region(&self) -> Option<&str> {
        self.scope.region().map(RegionCode::as_str)
    }

    /// Masked name, for the head of a page.
    #[must_use]
    pub fn masked_name(&self) -> &str {
        &self.masked_name
    }
}

/// An enrolled duty device, bound to one checkpoint.
#[derive(Clone, Copy, Debug)]
pub struct DutyDevice {
    pub(crate) device: i64,
    pub(crate) checkpoint: CheckpointNumber,
}

impl DutyDevice {
    /// The door it stands at.
    #[must_use]
    pub fn checkpoint(&self) -> CheckpointNumber {
        self.checkpoint
    }
}

/// An enrolled electronic sign, bound to one checkpoint. It shows a code and sees nobody.
#[derive(Clone, Copy, Debug)]
pub struct SignScreen {
    pub(crate) checkpoint: CheckpointNumber,
}

/// A registered visitor.
#[derive(Clone, Copy, Debug)]
pub struct Visitor {
    pub(crate) person: PersonNumber,
}

impl Visitor {
    /// Who this is in the audit.
    #[must_use]
    pub fn actor(&self) -> Actor {
        Actor::Person(self.person.0)
    }

    /// Their number.
    #[must_use]
    pub fn person(&self) -> PersonNumber {
        self.person
    }
}
