//! Posters by the thousand: ordered, drawn in turn, cancelled, downloaded, forgotten.

use crate::support::{complains, conflict, lines, manager, not_found, parts, reviewer};
use actions::{
    Answer, House,
    accounts::principals::{Manager, Reviewer},
    applications::{
        review::{self, Filter},
        submit::submit,
    },
    posters::{
        Print, Size,
        jobs::{
            Disk, Export, Job, Ordering, PosterJobs, cancel, download, has_whole_counties, list,
            order_of_region, order_of_unit, regions_of, run, sweep,
        },
    },
};
use domain::{
    applications::State,
    audit::Deed,
    checkpoints::CheckpointForm,
    posters::{JobFault, JobForm, JobState},
    time::HOUR_MS,
};
use std::{
    io::{Cursor, ErrorKind, Read},
    sync::{Arc, atomic::Ordering as Atomic},
    time::Duration,
};
use testkit::TestHouse;
use tokio::task::JoinHandle;
use zip::ZipArchive;

fn typed(form: &str) -> Ordering {
    Ordering { size: "A4".to_owned(), form: form.to_owned(), ..Ordering::default() }
}

fn of_region(region: &str, form: &str) -> Ordering {
    Ordering { region: region.to_owned(), ..typed(form) }
}

/// A unit with so many open doors, in the given township's county.
async fn unit(t: &TestHouse, doors: usize) -> Manager {
    let caller = manager(t, &t.manager_with_organisation().await).await;
    for n in 0..doors {
        opened(t, &caller, &format!("{} 号门", doors - n), "阜阳市人民医院（南区）").await;
    }
    caller
}

async fn opened(t: &TestHouse, caller: &Manager, door: &str, name: &str) {
    let reviewer = reviewer(t, "341202").await;
    let (door, name) = (door.to_owned(), name.to_owned());
    let form = CheckpointForm { door, name, ..t.checkpoint_form() };
    submit(t, caller, &form).await.unwrap();
    let rows = review::queue(t, &reviewer, &Filter::all(State::Submitted)).await.unwrap().rows;
    for row in rows {
        review::approve(t, &reviewer, row.id, 1).await.unwrap();
    }
}

/// Somebody draws from now on, as the program does.
fn drawing(t: &TestHouse) -> JoinHandle<()> {
    let house = Arc::clone(&t.house);
    tokio::spawn(async move { run(&house).await })
}

async fn stopped(t: &TestHouse, drawing: JoinHandle<()>) {
    t.poster_jobs.stop();
    tokio::time::timeout(Duration::from_secs(20), drawing).await.expect("it ends soon").unwrap();
}

/// The program is started again: it knows of jobs what the registry and the folder hold.
fn begun_anew(t: &mut TestHouse) {
    let jobs = PosterJobs::new(t.data().join("exports"), Arc::clone(&t.disk) as Arc<dyn Disk>);
    parts(t).poster_jobs = jobs;
}

/// The caller's newest job, once this holds of it.
async fn newest(house: &House, caller: &Manager, holds: impl Fn(&Job) -> bool) -> Job {
    for _ in 0..3_000 {
        let jobs = list(house, caller).await.unwrap();
        if let Some(job) = jobs.into_iter().next().filter(&holds) {
            return job;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("this never held: {:?}", list(house, caller).await.unwrap());
}

async fn ended(house: &House, caller: &Manager) -> Job {
    newest(house, caller, |job| job.state.has_ended()).await
}

async fn bytes(export: Answer<Export>) -> Vec<u8> {
    let (mut export, mut all) = (export.unwrap(), Vec::new());
    while let Some(chunk) = export.next().await {
        all.extend(chunk.unwrap());
    }
    all
}

fn unzipped(bytes: Vec<u8>) -> ZipArchive<Cursor<Vec<u8>>> {
    ZipArchive::new(Cursor::new(bytes)).unwrap()
}

fn files_of(t: &TestHouse) -> Vec<String> {
    let folder = t.data().join("exports");
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.collect();
    names.sort();
    names
}

#[tokio::test]
async fn all_posters_of_a_unit_are_drawn_as_a_zip_in_the_order_of_their_doors() {
    let t = TestHouse::new().await;
    let caller = unit(&t, 12).await;
    let id = order_of_unit(&t, &caller, &typed("zip")).await.unwrap();
    let waiting = list(&t, &caller).await.unwrap().remove(0);
    assert_eq!((waiting.id, waiting.state, waiting.total), (id, JobState::Waiting, 12));
    assert_eq!((waiting.ahead, waiting.region_name, waiting.form), (0, None, JobForm::Zip));
    not_found(download(&t, &caller, id, true).await);
    let drawing = drawing(&t);
    let job = ended(&t, &caller).await;
    assert_eq!((job.state, job.done, job.total, job.not_drawn), (JobState::Done, 12, 12, 0));
    assert_eq!(job.file_name, "阜阳市人民医院-场所码海报-A4.zip");
    let order = job.order.unwrap();
    assert_eq!((order.size, order.print), (Size::A4, Print::Trimmed));
    let bytes = bytes(download(&t, &caller, id, true).await).await;
    assert_eq!(i64::try_from(bytes.len()).unwrap(), job.bytes);
    let zip = unzipped(bytes);
    let names: Vec<String> = zip.file_names().map(|n| n.unwrap().into_owned()).collect();
    assert_eq!(names.len(), 13, "the guide as well");
    assert!(names[2].contains("2 号门") && names[10].contains("10 号门"), "{names:?}");
    assert_eq!(files_of(&t), [format!("{id}.done")]);
    let ordered = lines(&t, Deed::PostersOrdered).await;
    assert_eq!(ordered.len(), 1);
    assert_eq!(ordered[0].1, "A4，zip，12 张");
    let written = lines(&t, Deed::PosterDownloaded).await;
    assert_eq!(written, [(format!("海报任务 {id}"), "12 张".to_owned())]);
    stopped(&t, drawing).await;
}

#[tokio::test]
async fn a_reviewer_gets_a_township_as_one_pdf_and_goes_on_where_it_broke_off() {
    let t = TestHouse::new().await;
    unit(&t, 3).await;
    let caller = reviewer(&t, "341202").await;
    let township = t.checkpoint_form().township;
    let id = order_of_region(&t, &caller, &of_region(&township, "pdf")).await.unwrap();
    let drawing = drawing(&t);
    let mut job = list(&t, &caller).await.unwrap().remove(0);
    while !job.state.has_ended() {
        tokio::time::sleep(Duration::from_millis(10)).await;
        job = list(&t, &caller).await.unwrap().remove(0);
    }
    assert_eq!((job.state, job.done), (JobState::Done, 3));
    assert!(job.region_name.is_some() && job.file_name.ends_with("-A4.pdf"), "{job:?}");
    let whole = bytes(download(&t, &caller, id, true).await).await;
    assert!(whole.starts_with(b"%PDF") && whole.trim_ascii_end().ends_with(b"%%EOF"));
    let mut rest = download(&t, &caller, id, false).await.unwrap();
    rest.from(100, 50).await.unwrap();
    assert_eq!(bytes(Ok(rest)).await, whole[100..150]);
    let mut over = download(&t, &caller, id, false).await.unwrap();
    over.from(whole.len() as u64 - 1, u64::MAX).await.unwrap();
    assert_eq!(bytes(Ok(over)).await, whole[whole.len() - 1..]);
    assert_eq!(lines(&t, Deed::PosterDownloaded).await.len(), 1, "going on is no new download");
    stopped(&t, drawing).await;
}

#[tokio::test]
async fn what_is_typed_is_checked_and_a_reviewer_stays_in_the_own_scope() {
    let t = TestHouse::new().await;
    let caller = unit(&t, 1).await;
    complains("form", order_of_unit(&t, &caller, &typed("rar")).await);
    let odd = Ordering { size: "A5".to_owned(), ..typed("zip") };
    complains("size", order_of_unit(&t, &caller, &odd).await);
    let stranger = manager(&t, &t.manager_with_organisation().await).await;
    conflict(order_of_unit(&t, &stranger, &typed("zip")).await);
    let own = reviewer(&t, "341202").await;
    let other = reviewer(&t, "341203").await;
    let city = reviewer(&t, "").await;
    let at = |region: &str| of_region(region, "zip");
    for wrong in ["", "341200", "341299", "341202999", "x", "341203"] {
        complains("region", order_of_region(&t, &own, &at(wrong)).await);
    }
    complains("region", order_of_region(&t, &other, &at("341202")).await);
    conflict(order_of_region(&t, &other, &at("341203")).await);
    assert!(order_of_region(&t, &own, &at("341202")).await.is_ok());
    assert!(order_of_region(&t, &city, &at("341202")).await.is_ok());
    assert_eq!(lines(&t, Deed::PostersOrdered).await.len(), 2, "what was refused leaves no line");
}

#[tokio::test]
async fn a_reviewer_of_a_township_stays_in_it() {
    let t = TestHouse::new().await;
    unit(&t, 1).await;
    let town = reviewer(&t, "341202001").await;
    assert!(!has_whole_counties(&town));
    let names: Vec<String> =
        regions_of(&t, &town).await.unwrap().iter().map(|region| region.name.clone()).collect();
    assert_eq!(names, ["颍州区", "鼓楼街道"], "the county as a heading");
    complains("region", order_of_region(&t, &town, &of_region("341202", "zip")).await);
    complains("region", order_of_region(&t, &town, &of_region("341202004", "zip")).await);
    let job = order_of_region(&t, &town, &of_region("341202001", "zip")).await.unwrap();
    assert!(cancel(&t, &town, job).await.is_ok());
}

#[tokio::test]
async fn somebody_elses_job_is_not_there() {
    let t = TestHouse::new().await;
    let caller = unit(&t, 1).await;
    let id = order_of_unit(&t, &caller, &typed("zip")).await.unwrap();
    let drawing = drawing(&t);
    assert_eq!(ended(&t, &caller).await.state, JobState::Done);
    let stranger = manager(&t, &t.manager_with_organisation().await).await;
    opened(&t, &stranger, "1 号门", "另一家医院").await;
    let reviewer: Reviewer = reviewer(&t, "341202").await;
    assert!(list(&t, &stranger).await.unwrap().is_empty());
    assert!(list(&t, &reviewer).await.unwrap().is_empty());
    not_found(download(&t, &stranger, id, true).await);
    not_found(download(&t, &reviewer, id, true).await);
    not_found(cancel(&t, &stranger, id).await);
    not_found(cancel(&t, &reviewer, id).await);
    not_found(cancel(&t, &caller, 99).await);
    assert!(download(&t, &caller, id, true).await.is_ok());
    stopped(&t, drawing).await;
}

#[tokio::test]
async fn one_is_drawn_after_another_and_a_cancelled_one_leaves_nothing() {
    let t = TestHouse::new().await;
    let caller = unit(&t, 30).await;
    t.disk.shut.store(true, Atomic::Relaxed);
    let first = order_of_unit(&t, &caller, &typed("zip")).await.unwrap();
    let drawing = drawing(&t);
    let seen = newest(&t, &caller, |job| job.state == JobState::Drawing && job.done > 0).await;
    assert!(seen.total == 30 && seen.done < 30, "{seen:?}");
    let second = order_of_unit(&t, &caller, &typed("pdf")).await.unwrap();
    let third = order_of_unit(&t, &caller, &typed("zip")).await.unwrap();
    conflict(order_of_unit(&t, &caller, &typed("zip")).await);
    tokio::time::sleep(Duration::from_millis(50)).await;
    let jobs = list(&t, &caller).await.unwrap();
    let seen: Vec<_> = jobs.iter().map(|job| (job.id, job.state, job.ahead)).collect();
    assert_eq!(seen[..2], [(third, JobState::Waiting, 1), (second, JobState::Waiting, 0)]);
    cancel(&t, &caller, third).await.unwrap();
    cancel(&t, &caller, first).await.unwrap();
    t.disk.shut.store(false, Atomic::Relaxed);
    let last = order_of_unit(&t, &caller, &typed("zip")).await.unwrap();
    let done = newest(&t, &caller, |job| job.id == last && job.state == JobState::Done).await;
    assert_eq!(done.done, 30);
    let jobs = list(&t, &caller).await.unwrap();
    let state = |id: i64| jobs.iter().find(|job| job.id == id).unwrap().state;
    assert_eq!((state(first), state(third)), (JobState::Cancelled, JobState::Cancelled));
    assert_eq!(state(second), JobState::Done);
    assert_eq!(files_of(&t), [format!("{second}.done"), format!("{last}.done")]);
    not_found(download(&t, &caller, first, true).await);
    // One that has ended is forgotten, with its file.
    cancel(&t, &caller, second).await.unwrap();
    not_found(download(&t, &caller, second, true).await);
    assert_eq!(files_of(&t), [format!("{last}.done")]);
    stopped(&t, drawing).await;
}

#[tokio::test]
async fn no_more_files_are_kept_than_ten_of_an_account() {
    let t = TestHouse::new().await;
    let caller = unit(&t, 1).await;
    let drawing = drawing(&t);
    for n in 1..=10 {
        let id = order_of_unit(&t, &caller, &typed("zip")).await.unwrap();
        assert_eq!(id, n);
        newest(&t, &caller, |job| job.id == id && job.state == JobState::Done).await;
    }
    conflict(order_of_unit(&t, &caller, &typed("zip")).await);
    cancel(&t, &caller, 4).await.unwrap();
    order_of_unit(&t, &caller, &typed("zip")).await.unwrap();
    stopped(&t, drawing).await;
}

#[tokio::test]
async fn after_a_day_the_file_is_gone() {
    let t = TestHouse::new().await;
    let caller = unit(&t, 1).await;
    let id = order_of_unit(&t, &caller, &typed("pdf")).await.unwrap();
    let drawing = drawing(&t);
    let job = ended(&t, &caller).await;
    assert_eq!(job.kept_until, Some(t.now().plus(24 * HOUR_MS)));
    t.clock.advance_ms(24 * HOUR_MS - 1);
    assert_eq!(sweep(&t).await.unwrap(), 0);
    assert!(download(&t, &caller, id, true).await.is_ok());
    t.clock.advance_ms(1);
    not_found(download(&t, &caller, id, true).await);
    assert!(list(&t, &caller).await.unwrap().is_empty(), "also before it is swept");
    assert_eq!(sweep(&t).await.unwrap(), 1);
    assert!(files_of(&t).is_empty());
    stopped(&t, drawing).await;
}

#[tokio::test]
async fn a_stop_ends_what_is_drawn_at_once_and_the_next_start_begins_it_anew() {
    let mut t = TestHouse::new().await;
    let caller = unit(&t, 40).await;
    t.disk.shut.store(true, Atomic::Relaxed);
    let id = order_of_unit(&t, &caller, &typed("zip")).await.unwrap();
    let first = drawing(&t);
    newest(&t, &caller, |job| job.state == JobState::Drawing && job.done > 0).await;
    t.poster_jobs.stop();
    t.disk.shut.store(false, Atomic::Relaxed);
    stopped(&t, first).await;
    assert_eq!(list(&t, &caller).await.unwrap()[0].state, JobState::Waiting);
    assert!(files_of(&t).is_empty(), "what was begun is gone");
    // What a power cut leaves behind belongs to no job, and its job was being drawn.
    t.run("update poster_jobs set state = 'drawing', tries = 2").await;
    let folder = t.data().join("exports");
    for name in ["1.part", "77.done", "somebody's notes"] {
        std::fs::write(folder.join(name), b"x").unwrap();
    }
    begun_anew(&mut t);
    let second = drawing(&t);
    let job = ended(&t, &caller).await;
    assert_eq!((job.id, job.state, job.done), (id, JobState::Done, 40));
    assert_eq!(files_of(&t), [format!("{id}.done"), "somebody's notes".to_owned()]);
    stopped(&t, second).await;
}

#[tokio::test]
async fn a_full_disk_ends_a_job_and_says_so() {
    let t = TestHouse::new().await;
    let caller = unit(&t, 2).await;
    let drawing = drawing(&t);
    let fault = async |form: &str| {
        let id = order_of_unit(&t, &caller, &typed(form)).await.unwrap();
        let job = newest(&t, &caller, |job| job.id == id && job.state.has_ended()).await;
        cancel(&t, &caller, id).await.unwrap();
        assert!(files_of(&t).is_empty(), "nothing half is left");
        job.state
    };
    for form in ["zip", "pdf"] {
        *t.disk.fails_after.lock() = Some((10_000, ErrorKind::StorageFull));
        assert_eq!(fault(form).await, JobState::Failed(JobFault::DiskFull));
        *t.disk.fails_after.lock() = Some((0, ErrorKind::Other));
        assert_eq!(fault(form).await, JobState::Failed(JobFault::Broken));
        *t.disk.fails_after.lock() = None;
        *t.disk.free.lock() = 1024 * 1024 * 1024;
        assert_eq!(fault(form).await, JobState::Failed(JobFault::DiskFull), "visits need it");
        *t.disk.free.lock() = u64::MAX / 2;
        assert_eq!(fault(form).await, JobState::Done);
    }
    stopped(&t, drawing).await;
}

#[tokio::test]
async fn a_character_that_cannot_be_drawn_is_named_and_the_rest_is_drawn() {
    let t = TestHouse::new().await;
    let caller = unit(&t, 1).await;
    opened(&t, &caller, "东门", "\u{2a6b2}店").await;
    let drawing = drawing(&t);
    for form in ["zip", "pdf"] {
        let id = order_of_unit(&t, &caller, &typed(form)).await.unwrap();
        let job = newest(&t, &caller, |job| job.id == id && job.state.has_ended()).await;
        assert_eq!((job.state, job.not_drawn, job.named.len()), (JobState::Done, 1, 1));
        assert!(job.named[0].contains("\u{2a6b2}店 · 东门"), "{:?}", job.named);
        assert!(job.file_name.ends_with(".zip"), "with a list beside it");
        let mut zip = unzipped(bytes(download(&t, &caller, id, true).await).await);
        assert_eq!(zip.len(), 3, "the guide, what was drawn, the list");
        let mut list = String::new();
        zip.by_index(2).unwrap().read_to_string(&mut list).unwrap();
        assert!(list.contains("字库里没有“\u{2a6b2}”字"), "{list}");
    }
    stopped(&t, drawing).await;
}

#[tokio::test]
async fn a_file_that_is_lost_and_doors_that_are_closed_are_said() {
    let mut t = TestHouse::new().await;
    let caller = unit(&t, 1).await;
    let id = order_of_unit(&t, &caller, &typed("zip")).await.unwrap();
    let first = drawing(&t);
    ended(&t, &caller).await;
    std::fs::remove_file(t.data().join(format!("exports/{id}.done"))).unwrap();
    not_found(download(&t, &caller, id, true).await);
    assert_eq!(ended(&t, &caller).await.state, JobState::Failed(JobFault::Lost));
    assert_eq!(lines(&t, Deed::PosterDownloaded).await.len(), 0);
    stopped(&t, first).await;
    order_of_unit(&t, &caller, &typed("zip")).await.unwrap();
    t.run("update venue_codes set standing = 'closed'").await;
    begun_anew(&mut t);
    let second = drawing(&t);
    let job = newest(&t, &caller, |job| job.id > id && job.state.has_ended()).await;
    assert_eq!(job.state, JobState::Failed(JobFault::Nothing));
    stopped(&t, second).await;
}

#[tokio::test]
async fn an_audit_that_cannot_be_written_takes_no_order_and_gives_no_file() {
    let t = TestHouse::new().await;
    let caller = unit(&t, 1).await;
    let id = order_of_unit(&t, &caller, &typed("zip")).await.unwrap();
    let drawing = drawing(&t);
    ended(&t, &caller).await;
    t.spoil_audit().await;
    assert!(order_of_unit(&t, &caller, &typed("zip")).await.is_err());
    assert_eq!(list(&t, &caller).await.unwrap().len(), 1);
    assert!(download(&t, &caller, id, true).await.is_err());
    stopped(&t, drawing).await;
}
