//! How a door is set up by its manager: a way out, a position asked for, an electronic sign; and the
//! sheet of words for a door without a screen.

use crate::{
    Answer, Failure, House, accounts::principals::Manager,
    applications::submit::managed_checkpoint, duty::proof_words::proof_word,
};
use domain::{
    audit::Deed,
    checkpoints::{CheckpointNumber, DoorSettings, SettingsForm, Standing},
    time::{DAY_MS, HOUR_MS, UnixMs},
};
use registry::AuditLine;

/// A door and how it is set up.
#[derive(Clone, Debug)]
pub struct SetUp {
    /// Number.
    pub number: CheckpointNumber,
    /// Registered name.
    pub name: String,
    /// Door.
    pub door: String,
    /// How it is set up.
    pub settings: DoorSettings,
    /// Where its list said it is, in degrees north and east, to begin with.
    pub listed: Option<(f64, f64)>,
}

/// How one's door is set up.
///
/// # Errors
/// `NotFound` for somebody else's.
pub async fn read(house: &House, caller: &Manager, number: CheckpointNumber) -> Answer<SetUp> {
    let record = managed_checkpoint(house, caller, number).await?.record;
    Ok(SetUp {
        number,
        name: record.name,
        door: record.door,
        settings: house.registry.door_settings(number).await?,
        listed: record.position.map(|(east, north)| (north, east)),
    })
}

/// Sets one's door up.
///
/// # Errors
/// `NotFound` for somebody else's; `Conflict` before approval; `Invalid` at `way`, `latitude`,
/// `longitude`, `radius_m`.
pub async fn set(
    house: &House,
    caller: &Manager,
    number: CheckpointNumber,
    form: &SettingsForm,
) -> Answer<DoorSettings> {
    let checkpoint = managed_checkpoint(house, caller, number).await?;
    if checkpoint.standing == Standing::Applying {
        return Err(Failure::Conflict("审核通过后才能更改扫码设置"));
    }
    let settings = form.check()?;
    let line = AuditLine {
        at: house.now(),
        actor: caller.actor(),
        deed: Deed::DoorSetUp,
        subject: format!("检查点 {}", number.0),
        detail: in_words(&settings),
    };
    house.registry.set_door_settings(number, &settings, &line).await?;
    house.catch_up().await?;
    Ok(settings)
}

fn in_words(settings: &DoorSettings) -> String {
    let way = if settings.is_exit { "出口" } else { "入口" };
    let position = match settings.spot {
        Some(spot) => format!("核对位置，{} 米内", spot.radius_m),
        None => "不核对位置".to_owned(),
    };
    let sign = if settings.has_sign { "使用电子码" } else { "不用电子码" };
    format!("{way}，{position}，{sign}")
}

/// The words of a door's day.
#[derive(Clone, Debug)]
pub struct Words {
    /// Registered name.
    pub name: String,
    /// Door.
    pub door: String,
    /// The day.
    pub day: UnixMs,
    /// Hour of the day, and its word.
    pub hours: Vec<(u8, String)>,
}

/// The words of one's door for today, or for tomorrow: to print for a door without a screen. That
/// they were printed is in the audit.
///
/// # Errors
/// `NotFound` for somebody else's; `Conflict` before approval.
pub async fn words(
    house: &House,
    caller: &Manager,
    number: CheckpointNumber,
    tomorrow: bool,
) -> Answer<Words> {
    let checkpoint = managed_checkpoint(house, caller, number).await?;
    if checkpoint.standing == Standing::Applying {
        return Err(Failure::Conflict("审核通过后才有口令"));
    }
    let day = house.now().day_start().plus(if tomorrow { DAY_MS } else { 0 });
    let line = AuditLine {
        at: house.now(),
        actor: caller.actor(),
        deed: Deed::ProofWordsPrinted,
        subject: format!("检查点 {}", number.0),
        detail: day.date_text(),
    };
    house.registry.audit(&[line]).await?;
    let word = |hour: u8| proof_word(house, number, day.plus(i64::from(hour) * HOUR_MS));
    let hours = (0..24).map(|hour| (hour, word(hour))).collect();
    let record = checkpoint.record;
    Ok(Words { name: record.name, door: record.door, day, hours })
}
