//! A person files a request.

use crate::{Answer, Failure, House, accounts::principals::Visitor, people::note_active};
use domain::{
    audit::Deed,
    requests::{RequestForm, Wanted, due},
};
use registry::{AuditLine, NewRequest};
use vault::Field;

/// Files a request; its number.
///
/// # Errors
/// `Invalid` with every complaint at its field; `Conflict` when one of this kind is open.
pub async fn file(house: &House, caller: &Visitor, form: &RequestForm) -> Answer<i64> {
    let now = house.now();
    let (wanted, words) = form.check(now)?;
    let kind = wanted.kind();
    let seal = |field, text: &str| house.vault.seal(field, text, &*house.dice);
    let (mut name_sealed, mut document) = (None, None);
    if let Wanted::Correction { name, id } = &wanted {
        name_sealed = name.as_ref().map(|name| seal(Field::PersonName, name)).transpose()?;
        let sealed = id.as_ref().map(|id| seal(Field::IdNumber, id.number())).transpose()?;
        document = id.as_ref().map(domain::people::IdDocument::kind).zip(sealed);
    }
    let new = NewRequest {
        person: caller.person,
        kind,
        words_sealed: seal(Field::Note, &words)?,
        name_sealed,
        document,
        filed: now,
        due: due(now, house.settings.answer_days),
    };
    let line = AuditLine {
        at: now,
        actor: caller.actor(),
        deed: Deed::RequestFiled,
        subject: format!("人员 {}", caller.person.0),
        detail: kind.label().to_owned(),
    };
    let filed = house.registry.insert_request(&new, &line).await?;
    note_active(house, caller.person).await?;
    filed.ok_or(Failure::Conflict("您已经提过同样的要求，正在办理"))
}
