//! Audit: what is written down before it is done.

/// A deed that leaves a trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Deed {
    /// Signed in.
    SignIn,
    /// Tried to sign in and was refused.
    SignInRefused,
    /// Registered an account.
    AccountRegistered,
    /// Made an account for somebody else.
    AccountMade,
    /// Made a link with which somebody else sets a new password.
    PasswordLinkMade,
    /// Set a new password.
    PasswordReset,
    /// Offered a door or a unit to somebody, or took the offer back.
    Invited,
    /// Took over, declined or laid down a door or a unit.
    InvitationAnswered,
    /// Took a door back from whoever managed it.
    ManagerWithdrawn,
    /// Submitted or corrected an application.
    ApplicationSubmitted,
    /// Sent an application back.
    ApplicationReturned,
    /// Said the first yes to an application, where reviews take two steps.
    ApplicationEndorsed,
    /// Approved an application.
    ApplicationApproved,
    /// Downloaded a poster.
    PosterDownloaded,
    /// Made a link that enrols a duty device.
    DutyLinkMade,
    /// Enrolled a duty device.
    DutyDeviceEnrolled,
    /// Revoked a duty device.
    DutyDeviceRevoked,
    /// Recorded what was done about an alert.
    AlertDisposed,
    /// Registered an entry at a door by identity document.
    ReverseScanned,
    /// Looked for a person by identity document.
    PersonSought,
    /// Opened a case.
    CaseOpened,
    /// Saw the visits of a case.
    CaseViewed,
    /// Saw a person's identity.
    IdentityOpened,
    /// Downloaded the contacts of a case.
    ContactsExported,
    /// Reported a poster as damaged.
    PosterDamaged,
    /// Replaced a venue code.
    CodeReplaced,
    /// Closed a checkpoint.
    CheckpointClosed,
    /// Opened a closed checkpoint again.
    CheckpointReopened,
    /// Stopped a checkpoint for now.
    CheckpointSuspended,
    /// Let a stopped checkpoint go on.
    CheckpointResumed,
    /// Set a door up: a way out, a position asked for, a sign.
    DoorSetUp,
    /// Printed the words of a door's day.
    ProofWordsPrinted,
    /// Changed the tree of categories.
    CategoryChanged,
    /// Proposed an entry policy.
    PolicyProposed,
    /// Agreed to an entry policy, turned it down, or took a proposal back.
    PolicyDecided,
    /// Took the register of places, or a part of it, over from a list.
    PlacesImported,
    /// Said which unit a place of the register is, that there is none, or took that back.
    PlaceMatched,
    /// Recorded an inspection of a door.
    InspectionRecorded,
    /// Said what was done about what an inspection found.
    InspectionAnswered,
    /// Accepted what was done about it.
    InspectionAccepted,
    /// Sent it back with a new deadline.
    InspectionSentBack,
    /// Said what the health status of people is.
    HealthStatusSet,
    /// Looked at what the register says of a person's health status.
    HealthStatusSought,
    /// Let the program take the month of birth out of documents that were registered before it was kept.
    BirthMonthsDerived,
    /// Let the program open identities for asking an outside source about them.
    HealthStatusAsked,
    /// Asked whether a name and a document belong together.
    IdentityChecked,
    /// Added or removed a member of a family, or answered who wanted to share a child.
    FamilyChanged,
    /// Changed the phone of a person, asked for it, or stopped it.
    PhoneChanged,
    /// Put right a mistake of one's own registration.
    RegistrationCorrected,
    /// Ordered all posters of a unit or region.
    PostersOrdered,
    /// Uploaded a layout of posters.
    LayoutUploaded,
    /// Put a layout in force.
    LayoutBegun,
    /// Took a layout back.
    LayoutEnded,
    /// Made an offline code for oneself or somebody one may act for.
    OfflineCodeMade,
    /// Revoked an offline code.
    OfflineCodeRevoked,
    /// Took the consent to the privacy notice back.
    ConsentWithdrawn,
    /// Downloaded everything that is kept of oneself.
    OwnDataTaken,
    /// Asked for correction or erasure of one's own data.
    RequestFiled,
    /// Saw a person's identity because of their request.
    RequestOpened,
    /// Turned a person's request down.
    RequestRefused,
    /// Corrected a person's name or document at their request.
    PersonCorrected,
    /// Erased a person at their request.
    PersonErased,
    /// Deleted what had been kept long enough, people who were not seen any more among it.
    RetentionRun,
    /// Kept a case secret from those it is about, for now.
    CaseEmbargoed,
    /// Ended that a case is kept secret.
    EmbargoLifted,
    /// Read the audit list.
    AuditRead,
}

impl Deed {
    /// All deeds.
    pub const ALL: [Self; 66] = [
        Self::SignIn,
        Self::SignInRefused,
        Self::AccountRegistered,
        Self::AccountMade,
        Self::PasswordLinkMade,
        Self::PasswordReset,
        Self::Invited,
        Self::InvitationAnswered,
        Self::ManagerWithdrawn,
        Self::ApplicationSubmitted,
        Self::ApplicationReturned,
        Self::ApplicationEndorsed,
        Self::ApplicationApproved,
        Self::PosterDownloaded,
        Self::DutyLinkMade,
        Self::DutyDeviceEnrolled,
        Self::DutyDeviceRevoked,
        Self::AlertDisposed,
        Self::ReverseScanned,
        Self::PersonSought,
        Self::CaseOpened,
        Self::CaseViewed,
        Self::IdentityOpened,
        Self::ContactsExported,
        Self::PosterDamaged,
        Self::CodeReplaced,
        Self::CheckpointClosed,
        Self::CheckpointReopened,
        Self::CheckpointSuspended,
        Self::CheckpointResumed,
        Self::DoorSetUp,
        Self::ProofWordsPrinted,
        Self::CategoryChanged,
        Self::PolicyProposed,
        Self::PolicyDecided,
        Self::PlacesImported,
        Self::PlaceMatched,
        Self::InspectionRecorded,
        Self::InspectionAnswered,
        Self::InspectionAccepted,
        Self::InspectionSentBack,
        Self::HealthStatusSet,
        Self::HealthStatusSought,
        Self::HealthStatusAsked,
        Self::IdentityChecked,
        Self::FamilyChanged,
        Self::PhoneChanged,
        Self::RegistrationCorrected,
        Self::BirthMonthsDerived,
        Self::PostersOrdered,
        Self::LayoutUploaded,
        Self::LayoutBegun,
        Self::LayoutEnded,
        Self::OfflineCodeMade,
        Self::OfflineCodeRevoked,
        Self::ConsentWithdrawn,
        Self::OwnDataTaken,
        Self::RequestFiled,
        Self::RequestOpened,
        Self::RequestRefused,
        Self::PersonCorrected,
        Self::PersonErased,
        Self::RetentionRun,
        Self::CaseEmbargoed,
        Self::EmbargoLifted,
        Self::AuditRead,
    ];

    /// The name in the registry.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::SignIn => "sign_in",
            Self::SignInRefused => "sign_in_refused",
            Self::AccountRegistered => "account_registered",
            Self::AccountMade => "account_made",
            Self::PasswordLinkMade => "password_link_made",
            Self::PasswordReset => "password_reset",
            Self::Invited => "invited",
            Self::InvitationAnswered => "invitation_answered",
            Self::ManagerWithdrawn => "manager_withdrawn",
            Self::ApplicationSubmitted => "application_submitted",
            Self::ApplicationReturned => "application_returned",
            Self::ApplicationEndorsed => "application_endorsed",
            Self::ApplicationApproved => "application_approved",
            Self::PosterDownloaded => "poster_downloaded",
            Self::DutyLinkMade => "duty_link_made",
            Self::DutyDeviceEnrolled => "duty_device_enrolled",
            Self::DutyDeviceRevoked => "duty_device_revoked",
            Self::AlertDisposed => "alert_disposed",
            Self::ReverseScanned => "reverse_scanned",
            Self::PersonSought => "person_sought",
            Self::CaseOpened => "case_opened",
            Self::CaseViewed => "case_viewed",
            Self::IdentityOpened => "identity_opened",
            Self::ContactsExported => "contacts_exported",
            Self::PosterDamaged => "poster_damaged",
            Self::CodeReplaced => "code_replaced",
            Self::CheckpointClosed => "checkpoint_closed",
            Self::CheckpointReopened => "checkpoint_reopened",
            Self::CheckpointSuspended => "checkpoint_suspended",
            Self::CheckpointResumed => "checkpoint_resumed",
            Self::DoorSetUp => "door_set_up",
            Self::ProofWordsPrinted => "proof_words_printed",
            Self::CategoryChanged => "category_changed",
            Self::PolicyProposed => "policy_proposed",
            Self::PolicyDecided => "policy_decided",
            Self::PlacesImported => "places_imported",
            Self::PlaceMatched => "place_matched",
            Self::InspectionRecorded => "inspection_recorded",
            Self::InspectionAnswered => "inspection_answered",
            Self::InspectionAccepted => "inspection_accepted",
            Self::InspectionSentBack => "inspection_sent_back",
            Self::HealthStatusSet => "health_status_set",
            Self::HealthStatusSought => "health_status_sought",
            Self::BirthMonthsDerived => "birth_months_derived",
            Self::HealthStatusAsked => "health_status_asked",
            Self::IdentityChecked => "identity_checked",
            Self::FamilyChanged => "family_changed",
            Self::PhoneChanged => "phone_changed",
            Self::RegistrationCorrected => "registration_corrected",
            Self::PostersOrdered => "posters_ordered",
            Self::LayoutUploaded => "layout_uploaded",
            Self::LayoutBegun => "layout_begun",
            Self::LayoutEnded => "layout_ended",
            Self::OfflineCodeMade => "offline_code_made",
            Self::OfflineCodeRevoked => "offline_code_revoked",
            Self::ConsentWithdrawn => "consent_withdrawn",
            Self::OwnDataTaken => "own_data_taken",
            Self::RequestFiled => "request_filed",
            Self::RequestOpened => "request_opened",
            Self::RequestRefused => "request_refused",
            Self::PersonCorrected => "person_corrected",
            Self::PersonErased => "person_erased",
            Self::RetentionRun => "retention_run",
            Self::CaseEmbargoed => "case_embargoed",
            Self::EmbargoLifted => "embargo_lifted",
            Self::AuditRead => "audit_read",
        }
    }

    /// The deed stored as `code`.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|d| d.code() == code)
    }

    /// The words shown, key into the catalogues.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::SignIn => "登录",
            Self::SignInRefused => "登录被拒绝",
            Self::AccountRegistered => "注册账号",
            Self::AccountMade => "新建账号",
            Self::PasswordLinkMade => "发出重设密码链接",
            Self::PasswordReset => "重设密码",
            Self::Invited => "邀请管理员",
            Self::InvitationAnswered => "答复管理邀请",
            Self::ManagerWithdrawn => "收回检查点管理",
            Self::ApplicationSubmitted => "提交申请",
            Self::ApplicationReturned => "退回申请",
            Self::ApplicationEndorsed => "初审通过",
            Self::ApplicationApproved => "通过申请",
            Self::PosterDownloaded => "下载海报",
            Self::DutyLinkMade => "生成值守绑定码",
            Self::DutyDeviceEnrolled => "绑定值守设备",
            Self::DutyDeviceRevoked => "停用值守设备",
            Self::AlertDisposed => "登记异常处置",
            Self::ReverseScanned => "按证件登记进入",
            Self::PersonSought => "按证件查找人员",
            Self::CaseOpened => "建立病例",
            Self::CaseViewed => "查看病例轨迹",
            Self::IdentityOpened => "查看身份信息",
            Self::ContactsExported => "导出关联人员",
            Self::PosterDamaged => "登记海报破损",
            Self::CodeReplaced => "更换场所码",
            Self::CheckpointClosed => "关闭检查点",
            Self::CheckpointReopened => "重新开放检查点",
            Self::CheckpointSuspended => "暂停检查点",
            Self::CheckpointResumed => "恢复检查点",
            Self::DoorSetUp => "更改扫码设置",
            Self::ProofWordsPrinted => "打印口令",
            Self::CategoryChanged => "更改场所类别",
            Self::PolicyProposed => "提出通行策略",
            Self::PolicyDecided => "复核通行策略",
            Self::PlacesImported => "导入场所名录",
            Self::PlaceMatched => "对应名录场所",
            Self::InspectionRecorded => "登记检查",
            Self::InspectionAnswered => "答复检查",
            Self::InspectionAccepted => "整改复查通过",
            Self::InspectionSentBack => "整改退回",
            Self::HealthStatusSet => "登记健康码状态",
            Self::HealthStatusSought => "查看登记的健康码状态",
            Self::BirthMonthsDerived => "取出生年月",
            Self::HealthStatusAsked => "向外部查询健康码",
            Self::IdentityChecked => "核验身份",
            Self::FamilyChanged => "更改家人",
            Self::PhoneChanged => "更换登记手机号",
            Self::RegistrationCorrected => "更正登记",
            Self::PostersOrdered => "批量生成海报",
            Self::LayoutUploaded => "上传海报版式",
            Self::LayoutBegun => "启用海报版式",
            Self::LayoutEnded => "停用海报版式",
            Self::OfflineCodeMade => "打印离线码",
            Self::OfflineCodeRevoked => "作废离线码",
            Self::ConsentWithdrawn => "撤回同意",
            Self::OwnDataTaken => "下载本人数据",
            Self::RequestFiled => "提出个人信息要求",
            Self::RequestOpened => "查看个人信息要求",
            Self::RequestRefused => "不予办理个人信息要求",
            Self::PersonCorrected => "更正个人信息",
            Self::PersonErased => "删除个人信息",
            Self::RetentionRun => "到期清理",
            Self::CaseEmbargoed => "病例开始保密",
            Self::EmbargoLifted => "病例结束保密",
            Self::AuditRead => "查看审计记录",
        }
    }
}

/// Who did it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Actor {
    /// A staff or manager account.
    Account(i64),
    /// A duty device.
    Device(i64),
    /// A registered visitor.
    Person(u64),
    /// The program itself, at the command line.
    System,
    /// Somebody not signed in.
    Nobody,
}

impl Actor {
    /// The kind and number as stored.
    #[must_use]
    pub fn parts(self) -> (&'static str, i64) {
        match self {
            Self::Account(id) => ("account", id),
            Self::Device(id) => ("device", id),
            // Numbers are given by a bigint counter.
            Self::Person(number) => ("person", i64::try_from(number).unwrap_or(-1)),
            Self::System => ("system", 0),
            Self::Nobody => ("nobody", 0),
        }
    }

    /// The actor stored as `kind` and `id`.
    #[must_use]
    pub fn from_parts(kind: &str, id: i64) -> Self {
        match kind {
            "account" => Self::Account(id),
            "device" => Self::Device(id),
            "person" => Self::Person(u64::try_from(id).unwrap_or(u64::MAX)),
            "system" => Self::System,
            _ => Self::Nobody,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_stored_comes_back() {
        for deed in Deed::ALL {
            assert_eq!(Deed::from_code(deed.code()), Some(deed));
        }
        for actor in
            [Actor::Account(7), Actor::Device(3), Actor::Person(9), Actor::System, Actor::Nobody]
        {
            let (kind, id) = actor.parts();
            assert_eq!(Actor::from_parts(kind, id), actor);
        }
    }
}
