//! Text messages: what they say, and the port that a provider fills.

use std::{future::Future, pin::Pin};

/// A future behind a pointer, so that providers can be swapped.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A message that was not taken by the provider.
#[derive(Debug, thiserror::Error)]
#[error("the text message was not sent: {0}")]
pub struct SmsError(pub String);

/// Most characters of a value in a text message; providers refuse longer ones.
const VALUE_CHARS_MAX: usize = 30;

/// A text message. Providers take no free text: each kind is a template that was registered with
/// them, and its values fill it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TextMessage {
    /// A one-time code.
    Code {
        /// Six digits.
        code: String,
    },
    /// One thing that happened to one door or unit.
    Notice {
        /// Which.
        about: String,
        /// What.
        what: String,
    },
    /// Several things happened.
    Several {
        /// How many.
        count: usize,
    },
    /// Somebody is asked to manage a door.
    DoorInvitation {
        /// The unit that asks.
        unit: String,
        /// The door.
        door: String,
    },
    /// Somebody is asked to take over a unit.
    UnitInvitation {
        /// The unit.
        unit: String,
    },
    /// Another phone is about to take the place of this one.
    PhoneChange {
        /// The other one, masked.
        phone: String,
        /// Hours in which it can be stopped.
        hours: i64,
    },
    /// Another phone has taken the place of one.
    PhoneChanged {
        /// The new one, masked.
        phone: String,
    },
}

/// The names of all templates.
pub const TEMPLATES: [&str; 7] = [
    "code",
    "notice",
    "several",
    "door_invitation",
    "unit_invitation",
    "phone_change",
    "phone_changed",
];

impl TextMessage {
    /// The template's name in settings.
    #[must_use]
    pub fn template(&self) -> &'static str {
        match self {
            Self::Code { .. } => "code",
            Self::Notice { .. } => "notice",
            Self::Several { .. } => "several",
            Self::DoorInvitation { .. } => "door_invitation",
            Self::UnitInvitation { .. } => "unit_invitation",
            Self::PhoneChange { .. } => "phone_change",
            Self::PhoneChanged { .. } => "phone_changed",
        }
    }

    /// The values that fill the template, by name.
    #[must_use]
    pub fn values(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Code { code } => vec![("code", code.clone())],
            Self::Notice { about, what } => vec![("about", short(about)), ("what", short(what))],
            Self::Several { count } => vec![("count", count.to_string())],
            Self::DoorInvitation { unit, door } => {
                vec![("unit", short(unit)), ("door", short(door))]
            }
            Self::UnitInvitation { unit } => vec![("unit", short(unit))],
            Self::PhoneChange { phone, hours } => {
                vec![("phone", short(phone)), ("hours", hours.to_string())]
            }
            Self::PhoneChanged { phone } => vec![("phone", short(phone))],
        }
    }

    /// The whole text, as templates are to be registered with a provider and as consoles show it.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::Code { code } => format!("验证码 {code}，5 分钟内有效。请勿告诉他人。"),
            Self::Notice { about, what } => {
                format!("{}：{}。详情请登录安康码核验管理平台。", short(about), short(what))
            }
            Self::Several { count } => {
                format!("您的检查点有 {count} 条新消息，请登录安康码核验管理平台查看。")
            }
            Self::DoorInvitation { unit, door } => format!(
                "{}请您管理检查点“{}”。请在 7 天内用本手机号登录或注册安康码核验管理平台，选择是否接受。",
                short(unit),
                short(door)
            ),
            Self::UnitInvitation { unit } => format!(
                "“{}”请您接手全部检查点的管理。请在 7 天内用本手机号登录或注册安康码核验管理平台，选择是否接受。",
                short(unit)
            ),
            Self::PhoneChange { phone, hours } => format!(
                "有人申请把您登记场所码的手机号换成 {}，{hours} 小时后生效。如果不是您本人，请在此之前打开场所码首页，进“手机丢失或换号”，选“这不是我”。",
                short(phone)
            ),
            Self::PhoneChanged { phone } => format!(
                "您登记场所码的手机号已换成 {}，以后请用它扫码登记。如果不是您本人，请带证件找任意场所的值守人员。",
                short(phone)
            ),
        }
    }
}

/// A value as long as providers take it.
fn short(text: &str) -> String {
    if text.chars().count() <= VALUE_CHARS_MAX {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(VALUE_CHARS_MAX - 1).collect();
    short.push('…');
    short
}

/// Sends text messages.
pub trait SmsSender: Send + Sync + 'static {
    /// Whether there is a provider at all. Without one nothing waits to be sent, and a password alone
    /// signs in.
    fn is_there(&self) -> bool {
        true
    }

    /// Sends a message to a number of eleven digits.
    fn send<'a>(
        &'a self,
        phone: &'a str,
        message: &'a TextMessage,
    ) -> BoxFuture<'a, Result<(), SmsError>>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_name_is_cut_and_says_so() {
        let unit = "名".repeat(80);
        let message = TextMessage::UnitInvitation { unit };
        let [(_, value)] = &message.values()[..] else { panic!("one value") };
        assert_eq!(value.chars().count(), VALUE_CHARS_MAX);
        assert!(value.ends_with('…') && message.text().contains(value.as_str()));
    }

    #[test]
    fn every_value_of_a_template_stands_in_its_text() {
        for message in [
            TextMessage::Code { code: "042917".to_owned() },
            TextMessage::Notice {
                about: "青禾超市 东门".to_owned(),
                what: "已通过审核".to_owned(),
            },
            TextMessage::Several { count: 12 },
            TextMessage::DoorInvitation { unit: "青禾".to_owned(), door: "东门".to_owned() },
            TextMessage::UnitInvitation { unit: "青禾".to_owned() },
            TextMessage::PhoneChange { phone: "138****8000".to_owned(), hours: 48 },
            TextMessage::PhoneChanged { phone: "138****8000".to_owned() },
        ] {
            assert!(TEMPLATES.contains(&message.template()));
            let text = message.text();
            for (name, value) in message.values() {
                assert!(text.contains(&value), "{name} of {}", message.template());
            }
        }
    }
}
