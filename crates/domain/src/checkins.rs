//! Check-ins (扫码登记): how a visit comes about.

use crate::{
    checkpoints::CheckpointNumber, entry_policy::Verdict, people::PersonNumber, time::UnixMs,
};

/// Scanning the same code again within this time shows the same entry, in milliseconds.
pub const SAME_ENTRY_MS: i64 = 60_000;

/// After this long a result is an old record and does not pass for a fresh one, in milliseconds.
pub const RESULT_FRESH_MS: i64 = 10 * 60_000;

/// How an entry was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// The visitor scanned the poster in a browser that no entry app announced.
    Browser,
    /// 微信
    Wechat,
    /// 支付宝
    Alipay,
    /// 云闪付
    UnionPay,
    /// 皖事通
    Wanshitong,
    /// Reverse scan: staff typed an ID number.
    StaffIdNumber,
    /// Somebody checked a member of their family in on their own phone.
    Family,
    /// On the way out, however it was scanned; nothing is judged.
    Exit,
    /// Reverse scan: staff scanned the code on the person's screen.
    StaffPersonalCode,
    /// Reverse scan: staff scanned a printed offline code.
    StaffOfflineCode,
}

impl Method {
    /// All methods; the position is the number in the visit store and never changes.
    pub const ALL: [Self; 10] = [
        Self::Browser,
        Self::Wechat,
        Self::Alipay,
        Self::UnionPay,
        Self::Wanshitong,
        Self::StaffIdNumber,
        Self::Family,
        Self::Exit,
        Self::StaffPersonalCode,
        Self::StaffOfflineCode,
    ];

    /// The number in the visit store.
    #[must_use]
    pub fn number(self) -> u8 {
        Self::ALL.iter().position(|m| *m == self).and_then(|n| u8::try_from(n).ok()).unwrap_or(0)
    }

    /// The method with this number.
    #[must_use]
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.get(usize::from(number)).copied()
    }

    /// The name on the wire.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Browser => "browser",
            Self::Wechat => "wechat",
            Self::Alipay => "alipay",
            Self::UnionPay => "unionpay",
            Self::Wanshitong => "wanshitong",
            Self::StaffIdNumber => "staff_id_number",
            Self::Family => "family",
            Self::Exit => "exit",
            Self::StaffPersonalCode => "staff_personal_code",
            Self::StaffOfflineCode => "staff_offline_code",
        }
    }

    /// The words shown, key into the catalogues.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Browser => "浏览器扫码",
            Self::Wechat => "微信扫码",
            Self::Alipay => "支付宝扫码",
            Self::UnionPay => "云闪付扫码",
            Self::Wanshitong => "皖事通扫码",
            Self::StaffIdNumber => "证件号登记",
            Self::Family => "家人代登记",
            Self::Exit => "离开登记",
            Self::StaffPersonalCode => "我的码登记",
            Self::StaffOfflineCode => "离线码登记",
        }
    }

    /// The app a browser announces itself as (standards: entry apps, recognised by user agent).
    #[must_use]
    pub fn from_user_agent(user_agent: &str) -> Self {
        let has = |mark: &str| user_agent.contains(mark);
        if has("MicroMessenger") && !has("wxwork") {
            Self::Wechat
        } else if has("AlipayClient") {
            Self::Alipay
        } else if ["com.unionpay.chsp", "com.unionpay.mobilepay", "UnionPay/1.0 CloudPay"]
            .into_iter()
            .any(has)
        {
            Self::UnionPay
        } else {
            Self::Browser
        }
    }
}

/// A judged entry, ready to be recorded. Its identity is (person, checkpoint, entry time).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Who.
    pub person: PersonNumber,
    /// Through which door.
    pub checkpoint: CheckpointNumber,
    /// When.
    pub entered: UnixMs,
    /// How.
    pub method: Method,
    /// The duty device that recorded it, when staff did.
    pub operator: Option<u32>,
    /// The judgement; it cannot be left out.
    pub verdict: Verdict,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_app_is_known_by_its_user_agent() {
        let cases = [
            ("Mozilla/5.0 … MicroMessenger/8.0.49 NetType/WIFI", Method::Wechat),
            ("Mozilla/5.0 … wxwork/4.1 MicroMessenger/7.0.1", Method::Browser),
            ("Mozilla/5.0 … AliApp(AP/10.5) AlipayClient/10.5", Method::Alipay),
            ("Mozilla/5.0 … (com.unionpay.chsp) (updebug 0)", Method::UnionPay),
            ("Mozilla/5.0 … (com.unionpay.mobilepay) (cordova 4.5.4)", Method::UnionPay),
            ("Mozilla/5.0 … Mobile/15E148 UnionPay/1.0 CloudPay", Method::UnionPay),
            ("Mozilla/5.0 … UnionPay/1.0", Method::Browser),
            ("Mozilla/5.0 … Chrome/156.0", Method::Browser),
        ];
        for (agent, method) in cases {
            assert_eq!(Method::from_user_agent(agent), method, "{agent}");
        }
        for method in Method::ALL {
            assert_eq!(Method::from_number(method.number()), Some(method));
        }
    }
}
