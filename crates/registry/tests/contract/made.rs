//! Things the cases are about, made with as few words as possible.

use super::support::BackEnd;
use domain::{
    accounts::Role,
    applications::State,
    audit::{Actor, Deed},
    checkpoints::CheckpointNumber,
    people::{IdKind, PersonNumber},
    time::UnixMs,
};
use registry::{
    AuditLine, CheckpointRecord, Link, LinkUse, NewAccount, NewOrganisation, NewPerson,
};

/// 2026-11-22 12:00 in China.
pub(crate) const NOON: UnixMs = UnixMs(1_795_320_000_000);

/// A text that breaks careless statements and careless columns: quotes, wildcards, a backslash,
/// Chinese, and characters of four bytes.
pub(crate) const AWKWARD: &str = r#"'; drop table "people"; -- 100%_\ 阜阳“万达”𠮷野家🏥"#;

/// A line by account 1.
pub(crate) fn line(deed: Deed, at: UnixMs) -> AuditLine {
    AuditLine {
        at,
        actor: Actor::Account(1),
        deed,
        subject: "subject".to_owned(),
        detail: String::new(),
    }
}

/// An account with this phone.
pub(crate) fn account(role: Role, phone: &str) -> NewAccount {
    NewAccount {
        role,
        county: None,
        name_sealed: b"name".to_vec(),
        masked_sealed: b"masked".to_vec(),
        phone_sealed: b"phone".to_vec(),
        phone_index: phone.as_bytes().to_vec(),
        password_hash: "$argon2id$".to_owned(),
        made: NOON,
    }
}

/// A person with this document.
pub(crate) fn person(document: &str) -> NewPerson {
    NewPerson {
        id_kind: IdKind::ResidentId,
        id_sealed: vec![0, 255, 7],
        id_index: document.as_bytes().to_vec(),
        name_sealed: b"name".to_vec(),
        masked_sealed: b"masked".to_vec(),
        phone_sealed: Some(b"phone".to_vec()),
        phone_index: Some(b"index".to_vec()),
        name_index: None,
        born_sealed: Some(b"born".to_vec()),
        registered: NOON,
        consent_version: 1,
        session_epoch: 0,
    }
}

/// An organisation without a manager in 颍州区.
pub(crate) fn organisation(name: &str) -> NewOrganisation {
    NewOrganisation {
        account: None,
        name: name.to_owned(),
        same_name: name.to_owned(),
        credit_code: None,
        county: "341202".to_owned(),
        township: "341202001".to_owned(),
        made: NOON,
    }
}

/// A door of an organisation in 颍州区.
pub(crate) fn record(organisation: i64, name: &str, door: &str) -> CheckpointRecord {
    CheckpointRecord {
        organisation,
        name: name.to_owned(),
        door: door.to_owned(),
        address: "颍州中路 1 号".to_owned(),
        same_key: format!("{name}|{door}"),
        county: "341202".to_owned(),
        township: "341202001".to_owned(),
        category: "mall".to_owned(),
        responsible_name_sealed: b"name".to_vec(),
        responsible_phone_sealed: b"phone".to_vec(),
        position: None,
    }
}

impl BackEnd {
    /// A stored account.
    pub(crate) async fn an_account(&self, role: Role, phone: &str) -> i64 {
        let line = line(Deed::AccountMade, NOON);
        self.registry.insert_account(&account(role, phone), None, &line).await.unwrap().unwrap()
    }

    /// A stored person.
    pub(crate) async fn a_person(&self, document: &str) -> PersonNumber {
        self.registry.insert_people(&[person(document)]).await.unwrap()[0].unwrap()
    }

    /// A stored organisation.
    pub(crate) async fn an_organisation(&self, name: &str) -> i64 {
        self.registry.insert_organisation(&organisation(name)).await.unwrap().unwrap()
    }

    /// A stored door, its application waiting since `at`.
    pub(crate) async fn applied(&self, record: &CheckpointRecord, at: UnixMs) -> CheckpointNumber {
        let line = line(Deed::ApplicationSubmitted, at);
        self.registry.insert_checkpoint(record, &line).await.unwrap().unwrap()
    }

    /// A stored door of an organisation of its own.
    pub(crate) async fn a_door(&self, name: &str) -> CheckpointNumber {
        let organisation = self.an_organisation(name).await;
        self.applied(&record(organisation, name, "东门"), NOON).await
    }

    /// The number of a door's application.
    pub(crate) async fn application(&self, door: CheckpointNumber) -> i64 {
        self.registry.application_of(door).await.unwrap().unwrap().0
    }

    /// A door with the round of its application, as somebody reads it now.
    pub(crate) async fn as_read(&self, door: CheckpointNumber) -> (CheckpointNumber, i64) {
        (door, self.registry.round_of(door).await.unwrap().unwrap_or_default())
    }

    /// A door that is open, with this code; its short number is `FY-` and the code.
    pub(crate) async fn an_open_door(&self, name: &str, code: &str) -> CheckpointNumber {
        let door = self.a_door(name).await;
        assert!(self.approve(self.application(door).await, code).await);
        door
    }

    /// Approves with this code, an hour after noon.
    pub(crate) async fn approve(&self, application: i64, code: &str) -> bool {
        let line = line(Deed::ApplicationApproved, NOON.plus(3_600_000));
        self.registry
            .approve_application(
                (application, 1),
                State::Submitted,
                code,
                &format!("FY-{code}"),
                &line,
            )
            .await
            .unwrap()
    }

    /// A stored link that works until noon and a minute.
    pub(crate) async fn a_link(&self, mac: &[u8], link_use: LinkUse) {
        let link = Link { link_use, expires: NOON.plus(60_000) };
        self.registry.insert_link(mac, &link, None).await.unwrap();
    }

    /// How many lines the audit list holds of a deed.
    pub(crate) async fn lines_of(&self, deed: Deed) -> usize {
        self.registry.audit_page(Some(deed), 1000, 0).await.unwrap().len()
    }
}
