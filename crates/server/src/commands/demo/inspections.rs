//! A few invented inspections: one that waits for the demo's manager, one that is late, one that was
//! answered, one that was sent back and accepted, one that found nothing.

use super::city;
use actions::House;
use anyhow::{Context, ensure};
use domain::{
    accounts::Role,
    audit::{Actor, Deed},
    checkpoints::CheckpointNumber,
    inspections::{InspectionForm, State, deadline_after, next_reminder},
    time::{DAY_MS, HOUR_MS, UnixMs},
};
use registry::{AuditLine, InspectionStep, RecordedInspection};

/// What is invented about one door.
struct Invented {
    door: u32,
    days_ago: i64,
    findings: &'static [&'static str],
    note: &'static str,
    days: &'static str,
    then: &'static [Then],
}

/// What happened next, a few hours later each time.
enum Then {
    Answered(&'static str),
    SentBack(&'static str, i64),
    Accepted,
}

const ALL: [Invented; 5] = [
    Invented {
        door: 10,
        days_ago: 9,
        findings: &["unreadable", "no_reminder"],
        note: "海报右下角被价目表遮住",
        days: "3",
        then: &[
            Then::Answered("价目表已移开，门口放了小喇叭"),
            Then::SentBack("小喇叭没有打开", 2),
            Then::Answered("已安排专人每天开门时打开"),
            Then::Accepted,
        ],
    },
    Invented {
        door: 20,
        days_ago: 6,
        findings: &["nobody_checks", "shown_instead"],
        note: "放学时段门口无人值守",
        days: "3",
        then: &[],
    },
    Invented {
        door: 14,
        days_ago: 2,
        findings: &["badly_hung"],
        note: "贴在卷帘门上，开门后看不到",
        days: "5",
        then: &[Then::Answered("已改贴在门右侧，下沿离地 1.5 米")],
    },
    Invented { door: 31, days_ago: 1, findings: &[], note: "", days: "", then: &[] },
    Invented {
        door: 2,
        days_ago: 0,
        findings: &["one_for_several", "no_reminder"],
        note: "同行的人没有逐个扫码",
        days: "3",
        then: &[],
    },
];

/// Records them.
pub(super) async fn load(house: &House) -> anyhow::Result<()> {
    let accounts = city::accounts(house).await?;
    let inspector = accounts.iter().find(|account| account.role == Role::Inspector);
    let inspector = inspector.context("no inspector")?.id;
    for one in &ALL {
        let at = house.now().plus(-one.days_ago * DAY_MS);
        let id = record(house, one, inspector, at).await?;
        settle(house, one, (id, inspector), at).await?;
    }
    Ok(())
}

fn line(account: i64, deed: Deed, subject: String, at: UnixMs) -> AuditLine {
    let detail = "演示数据".to_owned();
    AuditLine { at, actor: Actor::Account(account), deed, subject, detail }
}

async fn record(house: &House, one: &Invented, inspector: i64, at: UnixMs) -> anyhow::Result<i64> {
    let form = InspectionForm {
        outcome: if one.findings.is_empty() { "in_order" } else { "findings" }.to_owned(),
        findings: one.findings.iter().map(|code| (*code).to_owned()).collect(),
        note: one.note.to_owned(),
        days: one.days.to_owned(),
    };
    let new = form.check(at)?;
    let checkpoint = CheckpointNumber(one.door);
    let remind = new.state().deadline().and_then(|deadline| next_reminder(deadline, at));
    let inspection = RecordedInspection { checkpoint, inspector, new: &new, seen: 0, remind };
    let line = line(inspector, Deed::InspectionRecorded, format!("检查点 {}", one.door), at);
    let recorded = house.registry.record_inspection(&inspection, &line).await?;
    recorded.context("the door was inspected already")
}

async fn settle(
    house: &House,
    one: &Invented,
    (id, inspector): (i64, i64),
    mut at: UnixMs,
) -> anyhow::Result<()> {
    for then in one.then {
        at = at.plus(5 * HOUR_MS);
        let found = house.registry.inspection(id).await?.context("the inspection is gone")?;
        let (deed, to) = match then {
            Then::Answered(words) => {
                (Deed::InspectionAnswered, found.state.answered((*words).to_owned())?)
            }
            Then::SentBack(reason, days) => {
                let deadline = deadline_after(at, *days);
                let to = found.state.sent_back((*reason).to_owned(), deadline)?;
                (Deed::InspectionSentBack, to)
            }
            Then::Accepted => (Deed::InspectionAccepted, State::Accepted),
        };
        let step =
            InspectionStep { id, round: found.round, from: &found.state, to: &to, remind: None };
        let line = line(inspector, deed, format!("检查 {id}"), at);
        ensure!(house.registry.step_inspection(&step, &line).await?, "{deed:?} came too late");
    }
    Ok(())
}
