//! A small town: who is in it, whether its tokens work, and what is refused.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use super::*;
use crate::commands::demo;
use ::visits::{Visit, Window};
use actions::{
    accounts::principals::DutyDevice,
    checkins::{
        look::{Looked, look},
        record::record,
        stored::{KeptVersion, Recorded},
    },
    duty::devices,
    people::session,
    reverse_scans::{IdForm, by_id_number},
};
use clap::Parser;
use domain::{
    checkins::Method,
    checkpoints::CheckpointNumber,
    entry_policy::{Cause, Decision},
    health_status::{Colour, HealthStatus},
    people::IdKind,
    time::UnixMs,
};
use std::{
    collections::{BTreeMap, HashMap},
    os::unix::fs::PermissionsExt,
};
use tempfile::TempDir;
use testkit::TestHouse;

#[derive(Parser)]
struct Words {
    #[command(flatten)]
    args: SimulateArgs,
}

fn args(words: &[&str]) -> Result<SimulateArgs, String> {
    let words = Words::try_parse_from([&["simulate"], words].concat());
    words.map(|words| words.args).map_err(|error| error.to_string())
}

/// 600 people, 70 doors, 2 days.
fn small(more: &[&str]) -> SimulateArgs {
    let small = ["--people", "600", "--checkpoints", "70", "--days", "2", "--visits-per-day", "3"];
    args(&[&small, more].concat()).unwrap()
}

async fn filled(house: &TestHouse, args: &SimulateArgs) -> Made {
    let (mut said, now) = (Vec::new(), house.now());
    let mut progress = Progress::new(&mut said);
    settle(&house.house, args, &mut progress).await.unwrap();
    visits::load(&*house.visits, args.city(now).unwrap(), now, &mut progress).await.unwrap()
}

/// Everybody's visits.
async fn visits_of_all(house: &House, people: u64) -> Vec<Visit> {
    let people: Vec<u64> = (1..=people).collect();
    let found = house.visits.visits_of_many(&people, i64::MIN, i64::MAX).await.unwrap();
    found.into_iter().flatten().collect()
}

#[test]
fn every_figure_has_its_bounds() {
    for good in [
        &["--people", "60", "--checkpoints", "3", "--days", "1", "--visits-per-day", "1"][..],
        &["--people", "20000000", "--checkpoints", "1000000", "--days", "28"],
        &["--visits-per-day", "8", "--visitors-listed", "1", "--seed", "18446744073709551615"],
    ] {
        args(good).unwrap();
    }
    for (wrong, says) in [
        (["--people", "59"], "59 is not in 60..=20000000"),
        (["--people", "20000001"], "20000001 is not in 60..=20000000"),
        (["--checkpoints", "2"], "2 is not in 3..=1000000"),
        (["--checkpoints", "1000001"], "1000001 is not in 3..=1000000"),
        (["--days", "0"], "0 is not in 1..=28"),
        (["--days", "29"], "29 is not in 1..=28"),
        (["--visits-per-day", "0"], "0 is not in 1..=8"),
        (["--visits-per-day", "9"], "9 is not in 1..=8"),
        (["--visits-per-day", "2.5"], "invalid digit"),
        (["--visitors-listed", "0"], "0 is not in 1..=2000000"),
        (["--visitors-listed", "2000001"], "2000001 is not in 1..=2000000"),
        (["--seed=-1", "--days=1"], "invalid digit"),
    ] {
        let said = args(&wrong).unwrap_err();
        assert!(said.contains(says), "{wrong:?}: {said}");
    }
}

#[tokio::test]
async fn everybody_is_registered_and_goes_through_doors_that_are_open() {
    let house = TestHouse::new().await;
    let made = filled(&house, &small(&[])).await;
    assert_eq!(house.registry.count_people().await.unwrap(), 600);
    let open = house.registry.open_checkpoints().await.unwrap();
    assert!(open.iter().map(|door| door.0).eq(1..=70), "{open:?}");

    let visits = visits_of_all(&house, 600).await;
    assert_eq!(visits.len() as u64, made.visits);
    // It is 14:32, before many of today's visits: more than a day's, fewer than two.
    assert!((1_800..3_600).contains(&visits.len()), "{}", visits.len());
    let (now, today) = (house.now(), house.now().day_start());
    for visit in &visits {
        assert!((1..=70).contains(&visit.checkpoint));
        assert!(visit.entered_ms <= now.0 && visit.recorded_ms <= now.0);
        assert!(visit.entered_ms >= today.plus(-DAY_MS).0);
        let recorded = Recorded::from(visit);
        let green = recorded.colour == Colour::Green;
        assert_eq!(green, recorded.decision == Decision::Pass);
        assert_eq!(recorded.cause, (!green).then_some(Cause::Colour));
        assert_eq!(recorded.policy, KeptVersion::Whole(1));
    }
    let ever = |checkpoint| Window { checkpoint, from_ms: i64::MIN, to_ms: i64::MAX };
    let doors: Vec<Window> = (1..=70).map(ever).collect();
    let at_doors = house.visits.visits_at_windows(&doors).await.unwrap();
    assert_eq!(at_doors.iter().flatten().count(), visits.len());
    assert!(visits.iter().any(|visit| visit.operator > 0));
    let devices = house.registry.enrolled_devices().await.unwrap();
    let devices: HashMap<i64, CheckpointNumber> =
        devices.iter().map(|device| (device.id, device.checkpoint)).collect();
    for visit in visits.iter().filter(|visit| visit.operator > 0) {
        let door = devices.get(&i64::from(visit.operator));
        assert_eq!(door, Some(&CheckpointNumber(visit.checkpoint)));
    }
}

#[tokio::test]
async fn everybody_has_a_status_and_few_are_not_green() {
    let house = TestHouse::new().await;
    filled(&house, &small(&[])).await;
    let mut colours: HashMap<Colour, u64> = HashMap::new();
    let each = |_, status: HealthStatus| {
        *colours.entry(status.colour).or_default() += 1;
    };
    house.registry.all_statuses(registry::Share::WHOLE, each).await.unwrap();
    let wanted = [(Colour::Green, 597), (Colour::Red, 1), (Colour::Yellow, 2)];
    assert_eq!(colours, HashMap::from(wanted));
}

#[tokio::test]
async fn the_same_seed_is_the_same_city_and_another_is_not() {
    let mut cities = Vec::new();
    for seed in ["7", "7", "8"] {
        let house = TestHouse::new().await;
        filled(&house, &small(&["--seed", seed])).await;
        let door = house.registry.checkpoint(CheckpointNumber(66)).await.unwrap().unwrap();
        cities.push((visits_of_all(&house, 600).await, door.record.same_key));
    }
    assert_eq!(cities[0], cities[1]);
    assert_ne!(cities[0].0, cities[2].0);
}

#[tokio::test]
async fn a_city_with_fewer_doors_than_the_demo_has_the_first_of_them() {
    let house = TestHouse::new().await;
    let few = ["--people", "60", "--checkpoints", "10", "--days", "1", "--visits-per-day", "8"];
    filled(&house, &args(&few).unwrap()).await;
    assert_eq!(house.registry.open_checkpoints().await.unwrap().len(), 10);
    let last = house.registry.code_of(CheckpointNumber(10)).await.unwrap().unwrap();
    assert_eq!((last.name.as_str(), last.door.as_str()), ("鼓楼农贸市场（演示）", "北门"));
    assert_eq!(demo::city::accounts(&house).await.unwrap().len(), 10);
}

/// The lines of one kind in a file of tokens.
fn of_kind<'a>(text: &'a str, kind: &'a str) -> impl Iterator<Item = &'a str> {
    text.lines().filter_map(move |line| line.strip_prefix(kind)?.strip_prefix(' '))
}

struct Folder {
    // Removed when dropped.
    _folder: TempDir,
    data: DataArgs,
    tokens: PathBuf,
}

impl Folder {
    fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let data = DataArgs { data: folder.path().join("data"), database: None };
        Self { data, tokens: folder.path().join("tokens"), _folder: folder }
    }

    fn args(&self, more: &[&str]) -> SimulateArgs {
        let tokens = Some(self.tokens.clone());
        SimulateArgs { data: self.data.clone(), tokens, ..small(more) }
    }

    async fn open(&self) -> Arc<House> {
        let demo = Wiring { kind: Some(Kind::Demo), ..Wiring::quiet() };
        wiring::open(&self.data, &demo).await.unwrap()
    }

    /// Every file beneath, with its bytes.
    fn files(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut folders = vec![self.data.data.clone()];
        let mut files = BTreeMap::new();
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    files.insert(path.clone(), fs::read(path).unwrap());
                }
            }
        }
        files
    }
}

#[tokio::test]
async fn what_the_file_of_tokens_holds_opens_what_it_should() {
    let folder = Folder::new();
    let mut out = Vec::new();
    run(folder.args(&["--visitors-listed", "200"]), &mut out).await.unwrap();
    let out = String::from_utf8(out).unwrap();
    assert!(out.contains("600 people, 70 checkpoints, "), "{out}");
    assert_eq!(fs::metadata(&folder.tokens).unwrap().permissions().mode() & 0o777, 0o600);
    let text = fs::read_to_string(&folder.tokens).unwrap();

    let house = folder.open().await;
    assert!(house.settings.demo);
    house.catch_up().await.unwrap();
    let codes: Vec<&str> = of_kind(&text, "code").collect();
    for (code, number) in codes.iter().zip(1..) {
        let Looked::Door(door) = look(&house, code) else { panic!("{code}") };
        assert_eq!(door.checkpoint, CheckpointNumber(number));
    }
    assert_eq!(codes.len(), 70);
    let devices: Vec<DutyDevice> =
        of_kind(&text, "device").map(|token| devices::device(&house, token).unwrap()).collect();
    assert!(devices.iter().map(|device| device.checkpoint().0).eq(1..=70));

    let (before, doors) = (house.now(), codes.iter().zip(&devices).cycle());
    let listed = of_kind(&text, "visitor").zip(of_kind(&text, "id"));
    let mut count = 0;
    for ((token, id), (code, device)) in listed.zip(doors) {
        let visitor = session::visitor(&house, token).await.unwrap();
        if count % 10 == 0 {
            record(&house, &visitor, code, Method::Browser).await.unwrap();
        }
        if count % 10 == 5 {
            let form = IdForm {
                id_kind: IdKind::ResidentId.code().to_owned(),
                id_number: id.to_owned(),
                // Only somebody new would need one.
                name: String::new(),
                ..IdForm::default()
            };
            by_id_number(&house, device, &form).await.unwrap();
        }
        // Of 600 people every third is listed.
        let person = count * 3 + 1;
        let entered = house.visits.visits_of(person, before.0, i64::MAX).await.unwrap();
        let entered: Vec<u32> = entered.iter().map(|visit| visit.checkpoint).collect();
        let wanted = count.is_multiple_of(5).then_some(device.checkpoint().0);
        assert_eq!(entered, Vec::from_iter(wanted), "person {person}");
        count += 1;
    }
    assert_eq!(count, 200);
    wiring::close(&house).await.unwrap();
}

#[tokio::test]
async fn the_demo_shows_around_in_it() {
    let folder = Folder::new();
    run(folder.args(&[]), &mut Vec::new()).await.unwrap();
    let house = folder.open().await;
    let (here, apps) = ("http://127.0.0.1:1", "http://127.0.0.1:2");
    let said = demo::screen(&house, here, &folder.data.data, apps).await.unwrap();
    let code = house.registry.code_of(CheckpointNumber(1)).await.unwrap().unwrap().code;
    assert!(said.contains(&format!("/c/{code}")), "{said}");
    let trial = demo::people::trial(&house).unwrap();
    for (number, person) in [(trial.green, 3), (trial.case, 7), (trial.red, 13)] {
        assert!(said.contains(&number), "{said}");
        assert_eq!(demo::people::id_number(person).unwrap(), number);
    }
    demo::write_tokens(&house, &folder.tokens).await.unwrap();
    let text = fs::read_to_string(&folder.tokens).unwrap();
    assert_eq!((of_kind(&text, "visitor").count(), of_kind(&text, "code").count()), (600, 70));
    wiring::close(&house).await.unwrap();
}

#[tokio::test]
async fn a_second_run_is_refused_and_changes_nothing() {
    let folder = Folder::new();
    run(folder.args(&[]), &mut Vec::new()).await.unwrap();
    let tokens = fs::read(&folder.tokens).unwrap();
    let before = folder.files();
    assert!(before.len() > 2);
    let refused = run(folder.args(&["--seed", "2"]), &mut Vec::new()).await.unwrap_err();
    assert!(format!("{refused:#}").contains("is not empty"), "{refused:#}");
    assert!(folder.files() == before, "something was changed");
    assert_eq!(fs::read(&folder.tokens).unwrap(), tokens);
}

#[tokio::test]
async fn a_registry_with_people_or_doors_is_refused() {
    for what in ["1 people and 0 open doors", "0 people and 1 open doors"] {
        let house = TestHouse::new().await;
        if what.starts_with('1') {
            let one = demo::people::person(&house, 1).unwrap();
            house.registry.insert_people(&[one]).await.unwrap();
        } else {
            demo::city::load(&house, 1).await.unwrap();
        }
        let mut said = Vec::new();
        let refused = settle(&house.house, &small(&[]), &mut Progress::new(&mut said)).await;
        let refused = format!("{:#}", refused.unwrap_err());
        assert!(refused.contains(what), "{refused}");
        assert!(house.registry.count_people().await.unwrap() < 2);
    }
}

#[tokio::test]
async fn a_folder_with_nothing_but_visits_is_refused_and_left_alone() {
    let folder = Folder::new();
    let city = folder.args(&[]).city(UnixMs(1_795_329_127_000)).unwrap();
    let store = visits::open(&folder.data.data).await.unwrap();
    store.append(city.visits().next().unwrap()).await.unwrap();
    store.close().await.unwrap();
    let before = folder.files();
    let refused = run(folder.args(&[]), &mut Vec::new()).await.unwrap_err();
    assert!(format!("{refused:#}").contains("is not empty"), "{refused:#}");
    assert!(folder.files() == before, "something was changed");
    assert!(!folder.tokens.exists());
}

#[tokio::test]
async fn a_tokens_file_that_cannot_be_written_is_said_before_anything_is_made() {
    let house = TestHouse::new().await;
    let nowhere = ["--tokens", "/nowhere/at/all"];
    let mut said = Vec::new();
    let refused = settle(&house.house, &small(&nowhere), &mut Progress::new(&mut said)).await;
    assert!(format!("{:#}", refused.unwrap_err()).contains("/nowhere/at/all"));
    assert_eq!(house.registry.open_checkpoints().await.unwrap(), []);
}
