//! The privacy notice (个人信息处理说明): every version ever shown, in plain words. Consent is to one of them.

/// One version.
#[derive(Debug)]
pub struct Notice {
    /// Its number; grows by one.
    pub version: i64,
    /// From when it is shown, as a date.
    pub since: &'static str,
    /// What is new in it against the one before, in one line; nothing of the first.
    pub new: &'static str,
    /// What it says, a line each, in order; `{}` stands for the days that [`days_in`] chooses.
    pub lines: &'static [&'static str],
}

/// What a person's consent is when it is none: registered at a door by staff.
pub const NEVER_ASKED: i64 = 0;
/// What it is after the person has taken it back.
pub const WITHDRAWN: i64 = -1;

const WHY: &str = "为什么：疫情防控需要知道谁在什么时候进过哪个门，出现病例时能尽快找到有关的人。";
const WHAT: &str = "记什么：姓名、证件、手机号加密保存；每次进门记下时间、门和当时的健康码状态。不记行踪以外的事。";
const APPS: &str = "在微信、支付宝等应用里扫码：应用给的账号编号只以不可还原的形式保存，用来认出您，随时可以在“我的记录”里解除。";
const HOW_LONG: &str = "存多久：进门记录 {} 天后自动删除。";
const UNUSED: &str = "登记存多久：连续 {} 天没有进门、没有登录也没有办理，登记的资料自动删除；有正在办理的病例、异常或要求，或健康码不是绿码的，办完以后再删。";
const WHO: &str = "谁能看：场所看不到您是谁，只看到遮住的姓名和颜色。只有流调人员在有病例编号和事由时才能查，每次查看都有记录。";
const YOU_MAY: &str = "您可以：在“我的记录”里查看自己的记录，在所有手机上退出。";
const BIRTH: &str = "另记出生年月（加密），只用来看按年龄可以免查什么。有的门口会问位置：只记在不在附近，不保存位置。";
const CHECK: &str = "核对：登记时可能向公安的核验系统查证姓名与证件是否一致，只记下结果。未满 14 周岁的由监护人登记。";
const CODES: &str = "我的码和离线码：给值守人员扫，里面没有证件号码；离线码打印在纸上，有遮住的姓名和证件尾号，丢了随时作废。";
const WHO_3: &str = "谁能看：场所看不到您是谁，只看到遮住的姓名和颜色。只有流调人员在有病例编号和事由时才能查；您提出更正或删除时，办理的个人信息保护专员会看到您的资料。每次查看都有记录，您能看到是什么时候、哪个部门看的；正在办理的病例需要保密时，保密结束后才显示。";
const YOU_MAY_3: &str = "您可以：在“我的记录”里查看自己的记录，下载全部数据，要求更正或删除（有办理期限），撤回同意，在所有手机上退出。撤回同意不影响撤回以前的处理。";

/// Every version, the oldest first. One that was shown is never changed: people have agreed to it.
pub static NOTICES: [Notice; 4] = [
    Notice {
        version: 1,
        since: "2026-11-20",
        new: "",
        lines: &[WHY, WHAT, HOW_LONG, WHO, YOU_MAY],
    },
    Notice {
        version: 2,
        since: "2026-11-24",
        new: "在微信、支付宝等应用里登录时记什么",
        lines: &[WHY, WHAT, APPS, HOW_LONG, WHO, YOU_MAY],
    },
    Notice {
        version: 3,
        since: "2026-11-29",
        new: "核对身份、家人、出生年月和位置、我的码和离线码、下载数据、更正和删除、谁看过、撤回同意",
        lines: &[WHY, WHAT, BIRTH, APPS, CHECK, CODES, HOW_LONG, WHO_3, YOU_MAY_3],
    },
    Notice {
        version: 4,
        since: "2026-11-30",
        new: "长期不用的登记自动删除",
        lines: &[WHY, WHAT, BIRTH, APPS, CHECK, CODES, HOW_LONG, UNUSED, WHO_3, YOU_MAY_3],
    },
];

/// The version in force.
pub const CURRENT: i64 = 4;

/// The days that a line speaks of: those that an entry is kept, or those after which a registration that
/// is not used goes.
#[must_use]
pub fn days_in(line: &str, visit_days: u32, inactive_days: u32) -> u32 {
    if line == UNUSED { inactive_days } else { visit_days }
}

/// A version that was shown at some time.
#[must_use]
pub fn notice(version: i64) -> Option<&'static Notice> {
    NOTICES.iter().find(|notice| notice.version == version)
}

/// The one in force.
#[must_use]
pub fn current() -> &'static Notice {
    &NOTICES[NOTICES.len() - 1]
}

/// Whether somebody is to be asked: they agreed once, to an earlier version. Whoever was registered at
/// a door is asked when they register themselves.
#[must_use]
pub fn is_to_be_asked(agreed: i64) -> bool {
    agreed > NEVER_ASKED && agreed < CURRENT
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_count_up_to_the_one_in_force_and_each_says_something_new() {
        for (at, notice) in (1..).zip(&NOTICES) {
            assert_eq!(notice.version, at);
            assert_eq!(notice.new.is_empty(), at == 1);
            assert!(notice.lines.len() >= 5 && notice.since.len() == 10);
        }
        assert_eq!(current().version, CURRENT);
        assert_eq!(notice(CURRENT).map(|notice| notice.version), Some(CURRENT));
        assert!(notice(0).is_none() && notice(CURRENT + 1).is_none());
    }

    #[test]
    fn every_line_with_days_speaks_of_the_right_ones() {
        let days = |line: &&str| days_in(line, 28, 180);
        let said: Vec<_> =
            current().lines.iter().filter(|line| line.contains("{}")).map(days).collect();
        assert_eq!(said, [28, 180]);
    }

    #[test]
    fn only_whoever_agreed_to_an_earlier_version_is_asked() {
        for (agreed, asked) in [(WITHDRAWN, false), (NEVER_ASKED, false), (1, true), (2, true)] {
            assert_eq!(is_to_be_asked(agreed), asked, "{agreed}");
        }
        assert!(!is_to_be_asked(CURRENT));
    }
}
