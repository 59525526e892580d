//! Who looked: that somebody looked at a person, when, and from which office. What a case keeps secret
//! for now is shown once it does not any more.

use crate::{Answer, House, accounts::principals::Visitor, regions};
use domain::{
    accounts::Role,
    audit::{Actor, Deed},
    people::PersonNumber,
    time::UnixMs,
};
use registry::{AuditLine, CaseOfPerson};
use std::collections::HashMap;

/// Most looks shown.
pub const LOOKS_MAX: usize = 200;

/// A look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Look {
    /// When.
    pub at: UnixMs,
    /// What was done, as the wire has it.
    pub deed: Deed,
    /// The same in plain words, Chinese, a key into the catalogues.
    pub what: &'static str,
    /// The office: what the account is for.
    pub role: Role,
    /// Name of the county or township it is narrowed to; nothing for the city.
    pub region: Option<String>,
}

/// What a deed means for the person it is about; nothing for what is no look.
fn meaning(deed: Deed) -> Option<&'static str> {
    match deed {
        Deed::IdentityOpened => Some("查看了姓名、证件和手机号"),
        Deed::CaseOpened => Some("建立了病例"),
        Deed::CaseViewed => Some("查看了进门记录和同时在场的人"),
        Deed::HealthStatusSought => Some("查看了登记的健康码状态"),
        Deed::HealthStatusSet => Some("登记了健康码状态"),
        Deed::RequestOpened => Some("为办理您的要求查看了资料"),
        Deed::PersonCorrected => Some("更正了资料"),
        _ => None,
    }
}

/// Who looked at this person, the newest first, at most 200.
///
/// # Errors
/// `Broken` when the registry cannot be read.
pub async fn looks(house: &House, caller: &Visitor) -> Answer<Vec<Look>> {
    let cases = house.registry.cases_about(caller.person).await?;
    let secret = house.registry.embargoed_cases().await?;
    let mut lines = about(house, &format!("人员 {}", caller.person.0)).await?;
    for case in &cases {
        lines.extend(about(house, &format!("病例 {}", case.id)).await?);
    }
    lines.retain(|line| !is_secret(line, &cases, &secret));
    lines.sort_by_key(|line| std::cmp::Reverse(line.at));
    let mut offices = Offices::default();
    let mut looks = Vec::new();
    for line in lines {
        let (Some(what), Actor::Account(account)) = (meaning(line.deed), line.actor) else {
            continue;
        };
        let (role, region) = offices.of(house, account).await?;
        looks.push(Look { at: line.at, deed: line.deed, what, role, region });
        if looks.len() == LOOKS_MAX {
            break;
        }
    }
    Ok(looks)
}

async fn about(house: &House, subject: &str) -> Answer<Vec<AuditLine>> {
    // Own deeds are among them, so more are read than shown.
    let most = i64::try_from(3 * LOOKS_MAX).unwrap_or(i64::MAX);
    Ok(house.registry.audit_about(subject, most).await?)
}

/// Whether a case that is kept secret forbids showing this line.
fn is_secret(line: &AuditLine, cases: &[CaseOfPerson], secret: &[i64]) -> bool {
    let number = |text: &str| text.strip_prefix("病例 ").and_then(|id| id.parse().ok());
    match line.deed {
        // Its detail has the authority's number, which several cases of a person may share.
        Deed::CaseOpened => cases
            .iter()
            .filter(|case| line.detail == format!("病例编号 {}", case.case_number))
            .any(|case| secret.contains(&case.id)),
        Deed::CaseViewed => number(&line.subject).is_some_and(|id| secret.contains(&id)),
        Deed::IdentityOpened => number(&line.detail).is_some_and(|id| secret.contains(&id)),
        _ => false,
    }
}

/// What accounts are for, each asked for once.
#[derive(Default)]
struct Offices(HashMap<i64, (Role, Option<String>)>);

impl Offices {
    async fn of(&mut self, house: &House, account: i64) -> Answer<(Role, Option<String>)> {
        if let Some(known) = self.0.get(&account) {
            return Ok(known.clone());
        }
        let found = house.registry.account(account).await?;
        let office = match found {
            None => (Role::Investigator, None),
            Some(found) => {
                let regions = regions::all(house).await?;
                let name = found.new.county.as_deref().map(|code| regions::name_of(&regions, code));
                (found.new.role, name)
            }
        };
        self.0.insert(account, office.clone());
        Ok(office)
    }
}

/// The subject under which the audit has what is done to a person.
pub(crate) fn subject(person: PersonNumber) -> String {
    format!("人员 {}", person.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(deed: Deed, subject: &str, detail: &str) -> AuditLine {
        AuditLine {
            at: UnixMs(0),
            actor: Actor::Account(1),
            deed,
            subject: subject.to_owned(),
            detail: detail.to_owned(),
        }
    }

    #[test]
    fn a_secret_case_hides_its_own_lines_and_no_others() {
        let case = |id, number: &str| CaseOfPerson { id, case_number: number.to_owned() };
        let cases = [case(7, "FY-1"), case(8, "FY-2")];
        let hidden = |line: &AuditLine| is_secret(line, &cases, &[7, 9]);
        assert!(hidden(&line(Deed::CaseOpened, "人员 1", "病例编号 FY-1")));
        assert!(!hidden(&line(Deed::CaseOpened, "人员 1", "病例编号 FY-2")));
        assert!(hidden(&line(Deed::CaseViewed, "病例 7", "")));
        assert!(!hidden(&line(Deed::CaseViewed, "病例 8", "")));
        assert!(hidden(&line(Deed::IdentityOpened, "人员 1", "病例 9")), "as a contact");
        assert!(!hidden(&line(Deed::IdentityOpened, "人员 1", "病例 8")));
        assert!(!hidden(&line(Deed::RequestOpened, "人员 1", "要求 7")));
    }

    #[test]
    fn what_a_person_does_themselves_is_no_look() {
        for deed in [Deed::OfflineCodeMade, Deed::RequestFiled, Deed::ConsentWithdrawn] {
            assert!(meaning(deed).is_none());
        }
    }
}
