//! Opening a case and finding it again.

use crate::{
    Answer, Failure, House,
    accounts::principals::Investigator,
    people::{id_index, masked_name},
};
use domain::{audit::Deed, contact_tracing::CaseForm, time::UnixMs};
use registry::{AuditLine, Case};
use vault::Field;

/// A case in the list.
#[derive(Clone, Debug)]
pub struct CaseRow {
    /// Number.
    pub id: i64,
    /// The authority's number of the case.
    pub case_number: String,
    /// Why it was opened.
    pub reason: String,
    /// Masked name of the person.
    pub masked_name: String,
    /// When it was opened.
    pub opened: UnixMs,
    /// Since when it is kept secret from those it is about, and why.
    pub embargo: Option<(UnixMs, String)>,
}

/// Opens a case. Seeking the person and opening the case are in the audit before anything is
/// answered, also when nobody is found.
///
/// # Errors
/// `Invalid` at each field; at `id_number` when nobody with this document is registered.
pub async fn open(house: &House, caller: &Investigator, form: &CaseForm) -> Answer<i64> {
    let new = form.check(house.now())?;
    let line = |deed, subject: String| AuditLine {
        at: house.now(),
        actor: caller.actor(),
        deed,
        subject,
        detail: format!("病例编号 {}", new.case_number),
    };
    house.registry.audit(&[line(Deed::PersonSought, new.id.masked())]).await?;
    let found = house.registry.person_by_id(&id_index(house, &new.id)).await?;
    let nobody = || Failure::field("id_number", "没有找到用这个证件登记过的人员");
    let person = found.ok_or_else(nobody)?.number;
    let case = Case {
        id: 0,
        case_number: new.case_number.clone(),
        reason_sealed: house.vault.seal(Field::Note, &new.reason, &*house.dice)?,
        person,
        opened_by: caller.account,
        opened: house.now(),
        embargo: None,
    };
    let line = line(Deed::CaseOpened, format!("人员 {}", person.0));
    Ok(house.registry.insert_case(&case, &line).await?)
}

/// Most cases in the list.
const CASES_MAX: i64 = 200;

/// The cases this investigator opened, newest first, at most 200.
///
/// # Errors
/// `Broken` when the registry cannot be read.
pub async fn list(house: &House, caller: &Investigator) -> Answer<Vec<CaseRow>> {
    let mut rows = Vec::new();
    for case in house.registry.cases_of(caller.account, CASES_MAX).await? {
        rows.push(row(house, case).await?);
    }
    Ok(rows)
}

/// A case that this investigator opened.
///
/// # Errors
/// `NotFound` for anybody else's.
pub(crate) async fn own(house: &House, caller: &Investigator, id: i64) -> Answer<Case> {
    house.registry.case(id, caller.account).await?.ok_or(Failure::NotFound)
}

/// A case as it is listed.
pub(crate) async fn row(house: &House, case: Case) -> Answer<CaseRow> {
    Ok(CaseRow {
        id: case.id,
        reason: house.vault.open(Field::Note, &case.reason_sealed)?,
        masked_name: masked_name(house, case.person)?,
        case_number: case.case_number,
        opened: case.opened,
        embargo: match case.embargo {
            Some((since, reason)) => Some((since, house.vault.open(Field::Note, &reason)?)),
            None => None,
        },
    })
}
