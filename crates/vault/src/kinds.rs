//! What there is a key for, and the labels that the keys are made with.

/// What a sealed text is. Each kind has its own key and cannot be opened as another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Field {
    /// A person's whole name.
    PersonName,
    /// A name as the duty screen may show it, 张*.
    MaskedName,
    /// The number of an identity document.
    IdNumber,
    /// A telephone number.
    Phone,
    /// Free text about a person, as a disposition or a case.
    Note,
    /// Year and month of a person's birth.
    BirthMonth,
    /// What an entry app said of somebody who has not registered yet; kept by their own browser.
    EntryTicket,
    /// Whose a code on a phone's screen is, and since when.
    PersonalCode,
    /// An offline code as it is printed, kept for printing it again.
    OfflineCode,
}

/// What can be searched without being opened. Each has its own key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Index {
    /// The number of an identity document.
    IdNumber,
    /// A telephone number.
    Phone,
    /// A document's number and a name together: whether a name agrees is seen without opening it, and
    /// two people of one name have nothing in common.
    NameOfId,
    /// An account of an entry app.
    EntryIdentity,
}

/// What a MAC vouches for. Each purpose has its own key, so that a token of one kind never passes as
/// another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// A visitor's session cookie.
    VisitorSession,
    /// The session of an account.
    StaffSession,
    /// A duty device bound to its checkpoint.
    DutyDevice,
    /// A link that works once: sign-in, set-up, enrolment.
    OneTimeLink,
    /// Comparing a secret with what was sent, as the guard of every form.
    Csrf,
    /// The word that visitor and duty screen both show.
    ProofWord,
    /// The code sent by SMS, as it is stored.
    SmsCode,
    /// A browser in which an account has given its second factor.
    TrustedBrowser,
    /// A sign-in by an entry app on its way there and back.
    EntryState,
    /// The code of a door's electronic sign, and that a browser has seen it.
    DoorSign,
    /// A code on a phone's screen that was used at a door.
    CodeUse,
}

impl Field {
    /// In the order of declaration.
    pub(crate) const ALL: [Self; 9] = [
        Self::PersonName,
        Self::MaskedName,
        Self::IdNumber,
        Self::Phone,
        Self::Note,
        Self::BirthMonth,
        Self::EntryTicket,
        Self::PersonalCode,
        Self::OfflineCode,
    ];

    /// Names the key, and is the associated data of what is sealed. Never changes.
    pub(crate) const fn label(self) -> &'static str {
        match self {
            Self::PersonName => "field/person_name",
            Self::MaskedName => "field/masked_name",
            Self::IdNumber => "field/id_number",
            Self::Phone => "field/phone",
            Self::Note => "field/note",
            Self::BirthMonth => "field/birth_month",
            Self::EntryTicket => "field/entry_ticket",
            Self::PersonalCode => "field/personal_code",
            Self::OfflineCode => "field/offline_code",
        }
    }
}

impl Index {
    /// In the order of declaration.
    pub(crate) const ALL: [Self; 4] =
        [Self::IdNumber, Self::Phone, Self::NameOfId, Self::EntryIdentity];

    /// Names the key. Never changes.
    pub(crate) const fn label(self) -> &'static str {
        match self {
            Self::IdNumber => "index/id_number",
            Self::Phone => "index/phone",
            Self::NameOfId => "index/name_of_id",
            Self::EntryIdentity => "index/entry_identity",
        }
    }
}

impl Purpose {
    /// In the order of declaration.
    pub(crate) const ALL: [Self; 11] = [
        Self::VisitorSession,
        Self::StaffSession,
        Self::DutyDevice,
        Self::OneTimeLink,
        Self::Csrf,
        Self::ProofWord,
        Self::SmsCode,
        Self::TrustedBrowser,
        Self::EntryState,
        Self::DoorSign,
        Self::CodeUse,
    ];

    /// Names the key. Never changes.
    pub(crate) const fn label(self) -> &'static str {
        match self {
            Self::VisitorSession => "purpose/visitor_session",
            Self::StaffSession => "purpose/staff_session",
            Self::DutyDevice => "purpose/duty_device",
            Self::OneTimeLink => "purpose/one_time_link",
            Self::Csrf => "purpose/csrf",
            Self::ProofWord => "purpose/proof_word",
            Self::SmsCode => "purpose/sms_code",
            Self::TrustedBrowser => "purpose/trusted_browser",
            Self::EntryState => "purpose/entry_state",
            Self::DoorSign => "purpose/door_sign",
            Self::CodeUse => "purpose/code_use",
        }
    }
}
