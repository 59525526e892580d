//! Entry apps (入口应用): which app a code is scanned in, what it proves of whoever holds the phone,
//! and why it may prove nothing.

use crate::{
    checkins::Method,
    people::{IdDocument, IdKind, NAME_CHARS_MAX},
    phones::Phone,
    text::{number_form, tidy},
    time::UnixMs,
};

/// Most bytes of what an app calls an account by.
pub const EXTERNAL_BYTES_MAX: usize = 512;

/// An app, or a sign-on of the government, that can say whose account a browser is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum App {
    /// 微信
    Wechat,
    /// 支付宝
    Alipay,
    /// 云闪付
    UnionPay,
    /// 皖事通
    Wanshitong,
    /// A sign-on that speaks OpenID Connect.
    Oidc,
}

impl App {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Wechat, Self::Alipay, Self::UnionPay, Self::Wanshitong, Self::Oidc];

    /// The name in addresses, in the registry and in settings.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Wechat => "wechat",
            Self::Alipay => "alipay",
            Self::UnionPay => "unionpay",
            Self::Wanshitong => "wanshitong",
            Self::Oidc => "oidc",
        }
    }

    /// The app with this `code`.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|app| app.code() == code)
    }

    /// The words shown, key into the catalogues.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Wechat => "微信",
            Self::Alipay => "支付宝",
            Self::UnionPay => "云闪付",
            Self::Wanshitong => "皖事通",
            Self::Oidc => "统一身份认证",
        }
    }

    /// How an entry is made that was scanned in this app.
    #[must_use]
    pub fn method(self) -> Method {
        match self {
            Self::Wechat => Method::Wechat,
            Self::Alipay => Method::Alipay,
            Self::UnionPay => Method::UnionPay,
            Self::Wanshitong => Method::Wanshitong,
            // A sign-on is no place in which one scans.
            Self::Oidc => Method::Browser,
        }
    }

    /// The app in which entries of this method are made.
    #[must_use]
    pub fn of_method(method: Method) -> Option<Self> {
        Self::ALL.into_iter().find(|app| app.method() == method && *app != Self::Oidc)
    }

    /// Whether the app knows its user without asking: a browser inside of it is sent there at once,
    /// where others are offered a button.
    #[must_use]
    pub fn is_silent(self) -> bool {
        matches!(self, Self::Wechat | Self::Alipay | Self::UnionPay)
    }
}

/// What an app says of the account that a browser is in. What cannot be used is left out; somebody
/// types it then.
#[derive(Clone, PartialEq, Eq)]
pub struct Identity {
    external: String,
    /// Whole name.
    pub name: Option<String>,
    /// Resident ID number that the app has checked.
    pub id: Option<IdDocument>,
    /// Phone that the app knows; it is shown, and a code by text message proves it.
    pub phone: Option<Phone>,
}

/// Says nothing of whom it names.
impl std::fmt::Debug for Identity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Identity")
    }
}

impl Identity {
    /// An account by what the app calls it; `None` when that cannot be a name of anything.
    #[must_use]
    pub fn of(external: &str) -> Option<Self> {
        let fits = !external.trim().is_empty()
            && external.len() <= EXTERNAL_BYTES_MAX
            && !external.chars().any(char::is_control);
        fits.then(|| Self { external: external.to_owned(), name: None, id: None, phone: None })
    }

    /// The same with what else the app says.
    #[must_use]
    pub fn with(
        mut self,
        name: Option<&str>,
        id_number: Option<&str>,
        phone: Option<&str>,
        today: UnixMs,
    ) -> Self {
        let fits = |name: &String| {
            !name.is_empty()
                && name.chars().count() <= NAME_CHARS_MAX
                && !name.contains(['*', '＊'])
                && !name.chars().any(char::is_control)
        };
        self.name = name.map(tidy).filter(fits);
        self.id = id_number.and_then(|n| IdDocument::parse(IdKind::ResidentId, n, today).ok());
        self.phone = phone.and_then(|phone| Phone::parse(&number_form(phone)).ok());
        self
    }

    /// Whether the app says anything besides whose account it is.
    #[must_use]
    pub fn says_more(&self) -> bool {
        self.name.is_some() || self.id.is_some() || self.phone.is_some()
    }

    /// What the app calls the account.
    #[must_use]
    pub fn external(&self) -> &str {
        &self.external
    }
}

/// Why an app did not say who somebody is. None of these keeps anybody out: phone and code by text
/// message are the way in that is always there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Trouble {
    /// Whoever was asked said no.
    Declined,
    /// A preview of the page, in which the app names an invented account.
    Snapshot,
    /// The app's server was not reached, or was too slow.
    Silent,
    /// The app's server said no.
    Refused,
    /// An answer that cannot be read.
    Unreadable,
    /// An answer about somebody else than was asked for.
    Mismatch,
    /// It took too long, or was used before.
    Stale,
    /// Too many sign in at this moment.
    Busy,
}

impl Trouble {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Declined,
        Self::Snapshot,
        Self::Silent,
        Self::Refused,
        Self::Unreadable,
        Self::Mismatch,
        Self::Stale,
        Self::Busy,
    ];

    /// The name in logs and cookies.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Declined => "declined",
            Self::Snapshot => "snapshot",
            Self::Silent => "silent",
            Self::Refused => "refused",
            Self::Unreadable => "unreadable",
            Self::Mismatch => "mismatch",
            Self::Stale => "stale",
            Self::Busy => "busy",
        }
    }

    /// The trouble with this `code`.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|trouble| trouble.code() == code)
    }

    /// What to tell the person, key into the catalogues; `{}` is the app.
    #[must_use]
    pub fn says(self) -> &'static str {
        match self {
            Self::Declined => "没有得到{}的授权。",
            Self::Snapshot => {
                "这是{}的预览页，不能识别本人。请点右下角“使用完整服务”，或在下面登记。"
            }
            Self::Silent => "{}暂时没有回应。",
            Self::Refused => "{}没有通过这次登录。",
            Self::Unreadable => "{}的回答有误。",
            Self::Mismatch => "{}返回的身份与登记的不一致，没有使用。",
            Self::Stale => "{}登录已用过或已超过 10 分钟。",
            Self::Busy => "现在用{}登录的人多。",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NOW: UnixMs = UnixMs(1_795_329_127_000);

    #[test]
    fn names_come_back_from_their_codes() {
        for app in App::ALL {
            assert_eq!(App::from_code(app.code()), Some(app));
            let back = App::of_method(app.method());
            assert_eq!(back, (app != App::Oidc).then_some(app));
        }
        for trouble in Trouble::ALL {
            assert_eq!(Trouble::from_code(trouble.code()), Some(trouble));
            assert!(trouble.says().contains("{}"));
        }
        assert_eq!(App::of_method(Method::Browser), None);
        assert_eq!((App::from_code("1"), Trouble::from_code("")), (None, None));
    }

    #[test]
    fn what_an_app_says_is_checked_as_if_it_were_typed() {
        let whole = Identity::of("o6_bmjrPTlm6_2sgVt7hMZOPfL2M").unwrap().with(
            Some(" 欧阳 建国 "),
            Some("11010519491231002x"),
            Some("+86 13800138000"),
            NOW,
        );
        assert_eq!(whole.id.as_ref().map(IdDocument::number), Some("11010519491231002X"));
        assert_eq!(whole.phone.as_ref().map(Phone::as_str), Some("13800138000"));
        assert!(whole.name.is_some());
        let odd = Identity::of("x").unwrap().with(
            Some("欧阳*"),
            Some("110105194912310021"),
            Some("1380013"),
            NOW,
        );
        assert_eq!((odd.name, odd.id, odd.phone), (None, None, None), "masked or wrong");
    }

    #[test]
    fn an_account_without_a_name_is_none() {
        for odd in ["", "   ", "a\nb", "a\0", &"x".repeat(EXTERNAL_BYTES_MAX + 1)] {
            assert!(Identity::of(odd).is_none());
        }
    }

    proptest! {
        #[test]
        fn no_answer_shows_whom_it_names(external in "[a-zA-Z0-9_-]{1,40}", name in "[一-龥]{2,4}") {
            let identity = Identity::of(&external).unwrap().with(Some(&name), None, None, NOW);
            prop_assert_eq!(format!("{identity:?}"), "Identity");
        }

        #[test]
        fn whatever_an_app_says_nothing_unchecked_is_taken(
            name in ".{0,60}", number in ".{0,30}", phone in ".{0,30}",
        ) {
            let said = Identity::of("x").unwrap().with(Some(&name), Some(&number), Some(&phone), NOW);
            if let Some(name) = said.name {
                prop_assert!(!name.is_empty() && name.chars().count() <= NAME_CHARS_MAX);
                prop_assert!(!name.chars().any(char::is_control));
            }
            if let Some(id) = said.id {
                prop_assert!(IdDocument::parse(IdKind::ResidentId, id.number(), NOW).is_ok());
            }
        }
    }
}
