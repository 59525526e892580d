//! How the pages of one door, and of many posters, look with sample data.

#![allow(clippy::unwrap_used)]

use super::{
    counts::CountsPage,
    settings::{SettingsPage, WordsPage},
};
use crate::pages::desk::{
    Marks,
    poster_jobs::JobsPage,
    samples::{MARKUP, NOW, ago, drawn, english, frame, some_counties},
};
use actions::{
    applications::mine::Row,
    checkpoints::{
        counts::Day,
        settings::{SetUp, Words},
    },
    posters::{
        Order,
        jobs::{Job, Ordering},
    },
};
use domain::{
    accounts::Role,
    applications::State,
    checkpoints::{CheckpointNumber, DoorSettings, SettingsForm, Standing},
    fields::Complaints,
    posters::{JobForm, JobState},
};

const MANAGER: Option<Role> = Some(Role::Manager);

fn settings(form: SettingsForm, marks: Marks) -> SettingsPage {
    SettingsPage {
        p: frame(MANAGER, "/venue/checkpoints/7/settings"),
        set_up: SetUp {
            number: CheckpointNumber(7),
            name: MARKUP.into(),
            door: "门诊部 东门".into(),
            settings: DoorSettings::default(),
            listed: None,
        },
        form,
        done: false,
        marks,
        notice: None,
    }
}

#[test]
fn the_settings_of_a_door_say_what_each_does_and_keep_what_was_typed() {
    let html = drawn("settings", &settings(SettingsForm::default(), Marks::default()));
    for word in ["这个门是", "海报写着“离开请扫码”", "位置只当场比对，不保存", "每 15 秒更换"]
    {
        assert!(html.contains(word), "{word}");
    }
    assert!(html.contains("value=\"entry\" checked") && !html.contains("value=\"exit\" checked"));
    let mut complaints = Complaints::default();
    complaints.add("latitude", "请填 -90 到 90 的数");
    let typed = SettingsForm {
        way: "exit".into(),
        asks_position: "1".into(),
        latitude: "九十".into(),
        ..SettingsForm::default()
    };
    let html = drawn("settings-wrong", &settings(typed, Marks(complaints)));
    assert!(html.contains("value=\"exit\" checked") && html.contains("value=\"九十\""));
    assert!(html.contains("id=\"latitude-wrong\""));
    let mut page = settings(SettingsForm::default(), Marks::default());
    page.p = english(page.p);
    assert!(!drawn("settings-english", &page).contains("扫码时核对"), "no sentence stays Chinese");
}

#[test]
fn the_words_of_a_day_are_one_for_each_hour_and_can_be_printed() {
    let words = Words {
        name: MARKUP.into(),
        door: "东门".into(),
        day: NOW,
        hours: (0..24).map(|hour| (hour, "竹桥".to_owned())).collect(),
    };
    let p = frame(MANAGER, "/venue/checkpoints/7/words");
    let html = drawn("words", &WordsPage { p, number: 7, words, tomorrow: true });
    assert_eq!(html.matches("竹桥").count(), 24);
    assert!(
        html.contains("23:00–24:00") && html.contains("这是明天的口令") && html.contains("打印")
    );
}

fn counts(days: Vec<Day>, back: usize) -> CountsPage {
    let row = Row {
        number: CheckpointNumber(7),
        name: MARKUP.into(),
        door: "东门".into(),
        address: "三清路 501 号".into(),
        standing: Standing::Open,
        state: State::Approved,
        reason: String::new(),
        changed: ago(900),
        round: 1,
        today: 12,
    };
    CountsPage { p: frame(MANAGER, "/venue/checkpoints/7/counts"), row, days, back }
}

#[test]
fn counts_are_numbers_of_days_and_hours_and_a_quiet_day_says_so() {
    let mut busy = Day { start: ago(24 * 60), hours: [0; 24] };
    busy.hours[8] = 212;
    busy.hours[17] = 94;
    let quiet = Day { start: NOW, hours: [0; 24] };
    let html = drawn("counts", &counts(vec![quiet, busy], 1));
    for word in ["最近 14 天共 306 人次", "8:00–9:00", "212", "没有任何人的信息"] {
        assert!(html.contains(word), "{word}");
    }
    let html = drawn("counts-none", &counts(vec![Day { start: NOW, hours: [0; 24] }], 0));
    assert!(html.contains("这一天没有登记"));
}

fn job(id: i64, state: JobState, not_drawn: i64) -> Job {
    Job {
        id,
        region_name: Some("颍州区".into()),
        order: Order::from_name("A4"),
        form: JobForm::Zip,
        state,
        done: 1200,
        total: 2400,
        ahead: 2,
        not_drawn,
        named: (0..not_drawn).map(|_| MARKUP.to_owned()).collect(),
        file_name: "颍州区-A4.zip".into(),
        bytes: 48_000_000,
        made: ago(12),
        kept_until: Some(ago(-24 * 60)),
    }
}

fn jobs(jobs: Vec<Job>) -> JobsPage {
    JobsPage {
        p: frame(Some(Role::Reviewer), "/posters"),
        base: "/posters",
        places: some_counties(),
        whole: true,
        jobs,
        form: Ordering {
            size: "A4".into(),
            bleed: true,
            form: "zip".into(),
            region: "341202".into(),
        },
        done: None,
        marks: Marks::default(),
        notice: None,
    }
}

#[test]
fn poster_jobs_say_where_each_stands_and_what_could_not_be_drawn() {
    let all = vec![
        job(4, JobState::Waiting, 0),
        job(3, JobState::Drawing, 0),
        job(2, JobState::Done, 1),
        job(1, JobState::Cancelled, 0),
    ];
    let html = drawn("poster-jobs", &jobs(all));
    for word in [
        "前面还有 2 个任务",
        "1200 / 2400",
        "有 1 张没有生成",
        "/posters/2/file",
        "已取消",
        "data-again",
    ] {
        assert!(html.contains(word), "{word}");
    }
    let html = drawn("poster-jobs-none", &jobs(Vec::new()));
    assert!(html.contains("还没有生成过") && !html.contains("data-again"));
}
