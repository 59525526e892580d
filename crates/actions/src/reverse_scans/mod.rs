//! Reverse scans: staff register a person, by document or by a code that the person holds out.

pub mod by_code;

use crate::{
    Answer, Failure, House,
    accounts::principals::DutyDevice,
    checkins::{
        look::Door,
        record::{Way, enter},
    },
    duty::announce::Shown,
    people::{
        consent, id_index, identity_check,
        register::{self, seal},
    },
};
use domain::{
    audit::{Actor, Deed},
    checkins::Method,
    people::{IdDocument, IdKind, PersonNumber, check_name},
    presence::Presence,
    venue_codes::Standing,
};
use registry::{AuditLine, ConsentHow};
use std::sync::Arc;

/// What staff typed.
#[derive(Clone, Debug, Default)]
pub struct IdForm {
    /// Code of the kind of document.
    pub id_kind: String,
    /// Number of the document.
    pub id_number: String,
    /// Name; needed only when nobody with this document is registered yet.
    pub name: String,
    /// Whether the person agreed aloud; needed only of somebody who took their consent back.
    pub consent: bool,
}

/// Registers an entry by ID number; the same card as for a scan.
///
/// # Errors
/// `Invalid` at `id_kind`, `id_number`, at `name` when the person is new and no name was given, or at
/// `consent` when they took theirs back;
/// `Conflict` when the door has no code in use; `TooMany` beyond 60 within a minute; `Busy`.
pub async fn by_id_number(house: &House, caller: &DutyDevice, form: &IdForm) -> Answer<Arc<Shown>> {
    let id = document(house, form)?;
    house.gate.device_turn(caller.device, house.now())?;
    let door = door(house, caller)?;
    house.registry.audit(&[line(house, caller, String::new())]).await?;
    let person = person(house, caller, &id, form).await?;
    entered(house, caller, &door, person, Method::StaffIdNumber).await
}

/// Enters somebody by a guard's hand.
async fn entered(
    house: &House,
    caller: &DutyDevice,
    door: &Door,
    person: PersonNumber,
    method: Method,
) -> Answer<Arc<Shown>> {
    // Not earlier: a registry that is slow must not keep those who scan from their turns.
    let _turn = house.gate.turn()?;
    let operator = u32::try_from(caller.device).ok();
    let presence = Presence::default();
    let entered = enter(house, door, person, Way { method, operator, presence }).await?;
    entered.shown.ok_or(Failure::NotFound)
}

/// A document or code at a door is a look at somebody's status: it leaves a trace.
fn line(house: &House, caller: &DutyDevice, detail: String) -> AuditLine {
    AuditLine {
        at: house.now(),
        actor: Actor::Device(caller.device),
        deed: Deed::ReverseScanned,
        subject: format!("检查点 {}", caller.checkpoint.0),
        detail,
    }
}

const AGREE_ANEW: &str = "本人已撤回同意。请当面说明，本人同意后再勾选";

fn document(house: &House, form: &IdForm) -> Answer<IdDocument> {
    let kind = IdKind::from_code(form.id_kind.trim());
    let kind = kind.ok_or_else(|| Failure::field("id_kind", "请选择证件类型"))?;
    IdDocument::parse(kind, &form.id_number, house.now())
        .map_err(|says| Failure::field("id_number", says))
}

fn door(house: &House, caller: &DutyDevice) -> Answer<Arc<Door>> {
    let code = house.mirror.code_of(caller.checkpoint);
    let code = code.filter(|code| code.standing == Standing::Current);
    code.map(|code| code.door).ok_or(Failure::Conflict("这个检查点的场所码现在不能使用"))
}

/// The person with this document; a new one is registered under the name given at the door.
async fn person(
    house: &House,
    caller: &DutyDevice,
    id: &IdDocument,
    form: &IdForm,
) -> Answer<PersonNumber> {
    let index = id_index(house, id);
    if let Some(known) = house.registry.person_by_id(&index).await? {
        // Whoever was registered elsewhere a moment ago may not be in memory yet.
        if house.mirror.epoch(known.number).is_none() {
            house.catch_up().await?;
        }
        if consent::is_withdrawn(known.new.consent_version) {
            if !form.consent {
                return Err(Failure::field("consent", AGREE_ANEW));
            }
            consent::note(house, known.number, ConsentHow::Door).await?;
        }
        return Ok(known.number);
    }
    let name = &form.name;
    if name.trim().is_empty() {
        return Err(Failure::field("name", "首次登记，请核对证件并填写姓名"));
    }
    let name = check_name(name).map_err(|says| Failure::field("name", says))?;
    let sealed = seal(house, &name, id, None, 0)?;
    // Nobody at a door waits for another system: name and document are compared later. Somebody may
    // have registered the same document at the same moment.
    let actor = Actor::Device(caller.device);
    register::insert(house, actor, &sealed, identity_check::later(house).as_ref()).await?;
    let known = house.registry.person_by_id(&index).await?;
    Ok(known.ok_or(Failure::NotFound)?.number)
}
