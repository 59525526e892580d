//! Who signs in at the stand-in, and how its servers feel.

use domain::{entry_apps::App, people::resident_id_check};

/// An invented person with an account in every app.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// 云小海
    One,
    /// 江小月
    Two,
    /// 林小满
    Three,
}

impl Who {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::One, Self::Two, Self::Three];

    /// The name in addresses.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::One => "one",
            Self::Two => "two",
            Self::Three => "three",
        }
    }

    /// The person with this `code`; the first for any other.
    pub(super) fn from_code(code: &str) -> Self {
        Self::ALL.into_iter().find(|who| who.code() == code).unwrap_or(Self::One)
    }

    /// Name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::One => "云小海",
            Self::Two => "江小月",
            Self::Three => "林小满",
        }
    }

    /// Resident ID number: a right one, of a county that does not exist.
    #[must_use]
    pub fn id_number(self) -> String {
        let body = match self {
            Self::One => "34990119880214771",
            Self::Two => "34990119920705772",
            Self::Three => "34990119961121773",
        };
        let check = resident_id_check(body.as_bytes()).map_or('0', char::from);
        format!("{body}{check}")
    }

    /// Phone.
    #[must_use]
    pub fn phone(self) -> &'static str {
        match self {
            Self::One => "15500007711",
            Self::Two => "15500007722",
            Self::Three => "15500007733",
        }
    }

    /// What an app calls the account.
    pub(super) fn account(self, app: &str) -> String {
        format!("{app}-stand-in-{}", self.code())
    }
}

/// How the server of a platform answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mood {
    /// As it should.
    Well,
    /// The person says no; there is no code.
    Declined,
    /// For a preview of the page (微信), with an invented account.
    Snapshot,
    /// Not at all, for longer than anybody waits.
    Slow,
    /// With something else than its own shape.
    Garbage,
    /// With an error of its own.
    Refused,
    /// About somebody else, or signed by somebody else, where that can be told.
    Another,
    /// As it should, but phones were never approved for this application (云闪付).
    PhoneRefused,
    /// As it should, but the phone cannot be opened (云闪付).
    PhoneBroken,
    /// As it should, but asked for the phone it says something else (云闪付).
    PhoneGarbage,
    /// As it should, but asked for the phone it says nothing (云闪付).
    PhoneSlow,
}

impl Mood {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::Well,
        Self::Declined,
        Self::Snapshot,
        Self::Slow,
        Self::Garbage,
        Self::Refused,
        Self::Another,
        Self::PhoneRefused,
        Self::PhoneBroken,
        Self::PhoneGarbage,
        Self::PhoneSlow,
    ];

    /// The name in addresses.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Well => "well",
            Self::Declined => "declined",
            Self::Snapshot => "snapshot",
            Self::Slow => "slow",
            Self::Garbage => "garbage",
            Self::Refused => "refused",
            Self::Another => "another",
            Self::PhoneRefused => "phone-refused",
            Self::PhoneBroken => "phone-broken",
            Self::PhoneGarbage => "phone-garbage",
            Self::PhoneSlow => "phone-slow",
        }
    }

    pub(super) fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mood| mood.code() == code)
    }

    /// Whether an app can be in this mood, and somebody would notice.
    pub(super) fn is_seen_in(self, app: App) -> bool {
        match self {
            Self::Well => false,
            Self::Snapshot => app == App::Wechat,
            Self::Another => matches!(app, App::Alipay | App::Oidc),
            Self::Declined | Self::Slow | Self::Garbage | Self::Refused => true,
            Self::PhoneRefused | Self::PhoneBroken | Self::PhoneGarbage | Self::PhoneSlow => {
                app == App::UnionPay
            }
        }
    }

    /// What is offered on the page.
    pub(super) fn label(self) -> &'static str {
        match self {
            Self::Well => "同意",
            Self::Declined => "拒绝授权",
            Self::Snapshot => "预览页（快照用户）",
            Self::Slow => "应用服务器没有回应",
            Self::Garbage => "应用服务器答非所问",
            Self::Refused => "应用服务器报错",
            Self::Another => "应用服务器返回别人的身份",
            Self::PhoneRefused => "取手机号没有获批",
            Self::PhoneBroken => "手机号解不开",
            Self::PhoneGarbage => "取手机号时答非所问",
            Self::PhoneSlow => "取手机号时没有回应",
        }
    }
}
