//! Poster jobs: ordered within limits, taken up in their order, ended once, forgotten.

use super::{
    made::{NOON, line},
    support::{BackEnd, on_both},
};
use domain::{
    accounts::Role,
    audit::Deed,
    posters::{JobFault, JobForm, JobState},
    time::UnixMs,
};
use registry::{DrawnPosters, NewPosterJob, Ordered, PosterJob, PosterJobLimits, PostersOf};
use std::collections::HashSet;

on_both!(
    an_order_waits_as_it_was_given,
    limits_hold_also_for_those_who_order_at_once,
    jobs_are_taken_up_in_their_order_and_each_once,
    a_job_ends_once,
    what_is_cancelled_or_deleted_stays_so,
    a_start_puts_back_what_was_being_drawn_but_not_for_ever,
    what_ended_long_ago_is_forgotten,
    codes_in_use_are_printed_of_a_unit_a_county_and_a_township,
);

const LIMITS: PosterJobLimits = PosterJobLimits { under_way: 2, kept: 3, waiting: 4 };

fn of_county(account: i64) -> NewPosterJob {
    NewPosterJob {
        account,
        of: PostersOf::Region("341202".to_owned()),
        poster: "A4-bleed".to_owned(),
        form: JobForm::Pdf,
        total: 7,
    }
}

async fn order(at: &BackEnd, account: i64) -> Ordered {
    let line = line(Deed::PostersOrdered, NOON);
    at.registry.insert_poster_job(&of_county(account), LIMITS, &line).await.unwrap()
}

async fn waits(at: &BackEnd, account: i64) -> i64 {
    match order(at, account).await {
        Ordered::Waits(id) => id,
        other => panic!("{other:?}"),
    }
}

async fn two_accounts(at: &BackEnd) -> (i64, i64) {
    (at.an_account(Role::Reviewer, "1").await, at.an_account(Role::Reviewer, "2").await)
}

async fn job(at: &BackEnd, id: i64) -> PosterJob {
    at.registry.poster_job(id).await.unwrap().unwrap()
}

async fn claim(at: &BackEnd) -> Option<i64> {
    at.registry.claim_poster_job().await.unwrap().map(|job| {
        assert_eq!(job.state, JobState::Drawing);
        job.id
    })
}

fn drawn() -> DrawnPosters {
    DrawnPosters {
        total: 6,
        not_drawn: 1,
        not_drawn_list: "𠮷野家 · 东门".to_owned(),
        file_name: "颍州区.pdf".to_owned(),
        bytes: 5_000_000_000,
    }
}

async fn finish(at: &BackEnd, id: i64, time: UnixMs) -> bool {
    at.registry.finish_poster_job(id, &drawn(), time).await.unwrap()
}

async fn an_order_waits_as_it_was_given(at: &BackEnd) {
    let (account, other) = two_accounts(at).await;
    let id = waits(at, account).await;
    let kept = job(at, id).await;
    assert_eq!((kept.new, kept.state, kept.made), (of_county(account), JobState::Waiting, NOON));
    assert_eq!((kept.ahead, kept.ended), (0, None));
    let organisation = at.an_organisation("万达").await;
    let of = PostersOf::Organisation(organisation);
    let new = NewPosterJob { of, form: JobForm::Zip, ..of_county(account) };
    let line = line(Deed::PostersOrdered, NOON);
    let ordered = at.registry.insert_poster_job(&new, LIMITS, &line).await.unwrap();
    assert_eq!(ordered, Ordered::Waits(id + 1));
    assert_eq!((job(at, id + 1).await.new, job(at, id + 1).await.ahead), (new, 1));
    let of = |account| at.registry.poster_jobs_of(account, 9);
    let ids: Vec<i64> = of(account).await.unwrap().iter().map(|job| job.id).collect();
    assert_eq!(ids, [id + 1, id]);
    assert_eq!(at.registry.poster_jobs_of(account, 1).await.unwrap().len(), 1);
    assert!(of(other).await.unwrap().is_empty());
    assert!(at.registry.poster_job(99).await.unwrap().is_none());
    assert_eq!(at.lines_of(Deed::PostersOrdered).await, 2);
}

async fn limits_hold_also_for_those_who_order_at_once(at: &BackEnd) {
    let (account, other) = two_accounts(at).await;
    let all = tokio::join!(
        order(at, account),
        order(at, account),
        order(at, account),
        order(at, account)
    );
    let waiting = [all.0, all.1, all.2, all.3].map(|one| matches!(one, Ordered::Waits(_)));
    assert_eq!(waiting.iter().filter(|waits| **waits).count(), 2, "{all:?}");
    assert_eq!(order(at, account).await, Ordered::UnderWay);
    assert_eq!(at.lines_of(Deed::PostersOrdered).await, 2, "what was refused leaves no line");
    for id in [1, 2] {
        assert_eq!(claim(at).await, Some(id));
        assert!(finish(at, id, NOON).await);
    }
    assert_eq!(waits(at, account).await, 3);
    assert_eq!(order(at, account).await, Ordered::Kept, "two files and one under way");
    assert!(at.registry.delete_poster_job(1).await.unwrap());
    assert_eq!(waits(at, account).await, 4);
    assert_eq!((waits(at, other).await, waits(at, other).await), (5, 6));
    let third = at.an_account(Role::Reviewer, "3").await;
    assert_eq!(order(at, third).await, Ordered::QueueFull);
}

async fn jobs_are_taken_up_in_their_order_and_each_once(at: &BackEnd) {
    assert_eq!(claim(at).await, None);
    let (account, other) = two_accounts(at).await;
    for who in [account, other, account, other] {
        waits(at, who).await;
    }
    assert_eq!(claim(at).await, Some(1));
    assert_eq!(job(at, 4).await.ahead, 2, "what is being drawn does not wait");
    let (second, third) = tokio::join!(claim(at), claim(at));
    assert_eq!(HashSet::from([second, third]), HashSet::from([Some(2), Some(3)]));
    assert_eq!((claim(at).await, claim(at).await), (Some(4), None));
}

async fn a_job_ends_once(at: &BackEnd) {
    let (account, other) = two_accounts(at).await;
    let (done, failed) = (waits(at, account).await, waits(at, other).await);
    assert!(!finish(at, done, NOON).await, "it was not taken up");
    let fail = async |id, fault| at.registry.fail_poster_job(id, fault, NOON).await.unwrap();
    assert!(!fail(done, JobFault::Broken).await);
    claim(at).await;
    claim(at).await;
    assert!(finish(at, done, NOON.plus(5)).await && !finish(at, done, NOON.plus(6)).await);
    let kept = job(at, done).await;
    assert_eq!((kept.state, kept.drawn, kept.ended), (JobState::Done, drawn(), Some(NOON.plus(5))));
    assert!(fail(failed, JobFault::DiskFull).await && !fail(failed, JobFault::Broken).await);
    assert_eq!(job(at, failed).await.state, JobState::Failed(JobFault::DiskFull));
    assert_eq!(at.registry.done_poster_jobs().await.unwrap(), [done]);
    assert!(fail(done, JobFault::Lost).await, "a file may be lost afterwards");
    assert!(at.registry.done_poster_jobs().await.unwrap().is_empty());
}

async fn what_is_cancelled_or_deleted_stays_so(at: &BackEnd) {
    let (account, _) = two_accounts(at).await;
    let (drawing, waiting) = (waits(at, account).await, waits(at, account).await);
    claim(at).await;
    let cancel = async |id| at.registry.cancel_poster_job(id, NOON.plus(1)).await.unwrap();
    let delete = async |id| at.registry.delete_poster_job(id).await.unwrap();
    assert!(!delete(drawing).await && !delete(waiting).await, "they have not ended");
    assert!(cancel(drawing).await && cancel(waiting).await && !cancel(waiting).await);
    assert!(!finish(at, drawing, NOON).await, "what comes late changes nothing");
    assert!(!at.registry.fail_poster_job(drawing, JobFault::Broken, NOON).await.unwrap());
    assert_eq!(claim(at).await, None);
    let kept = job(at, waiting).await;
    assert_eq!((kept.state, kept.ended), (JobState::Cancelled, Some(NOON.plus(1))));
    assert!(delete(waiting).await && !delete(waiting).await);
    assert!(at.registry.poster_job(waiting).await.unwrap().is_none());
}

async fn a_start_puts_back_what_was_being_drawn_but_not_for_ever(at: &BackEnd) {
    let (account, _) = two_accounts(at).await;
    let (first, second) = (waits(at, account).await, waits(at, account).await);
    for _ in 0..5 {
        assert_eq!(claim(at).await, Some(first));
        assert!(at.registry.give_back_poster_job(first).await.unwrap(), "a polite stop is no try");
    }
    assert!(!at.registry.give_back_poster_job(first).await.unwrap(), "it waits");
    for _ in 0..2 {
        assert_eq!(claim(at).await, Some(first));
        at.registry.put_back_poster_jobs(3, NOON).await.unwrap();
        assert_eq!(job(at, first).await.state, JobState::Waiting);
    }
    assert_eq!(claim(at).await, Some(first));
    at.registry.put_back_poster_jobs(3, NOON.plus(9)).await.unwrap();
    let given_up = job(at, first).await;
    assert_eq!(given_up.state, JobState::Failed(JobFault::Interrupted));
    assert_eq!(given_up.ended, Some(NOON.plus(9)));
    assert_eq!(claim(at).await, Some(second));
}

async fn what_ended_long_ago_is_forgotten(at: &BackEnd) {
    let (account, other) = two_accounts(at).await;
    for who in [account, account, other] {
        waits(at, who).await;
    }
    claim(at).await;
    claim(at).await;
    assert!(finish(at, 1, NOON).await && finish(at, 2, NOON.plus(1)).await);
    assert_eq!(at.registry.sweep_poster_jobs(NOON).await.unwrap(), [1]);
    assert!(at.registry.poster_job(1).await.unwrap().is_none());
    assert!(at.registry.sweep_poster_jobs(NOON).await.unwrap().is_empty());
    assert_eq!(at.registry.sweep_poster_jobs(NOON.plus(99)).await.unwrap(), [2]);
    assert_eq!(job(at, 3).await.state, JobState::Waiting, "what has not ended stays");
}

async fn codes_in_use_are_printed_of_a_unit_a_county_and_a_township(at: &BackEnd) {
    at.an_open_door("万达", "aaaa").await;
    at.an_open_door("国贸", "bbbb").await;
    at.a_door("大润发").await;
    at.an_open_door("华联", "cccc").await;
    let replaced = "update venue_codes set standing = 'replaced' where code = 'cccc'";
    at.run(replaced).await.unwrap();
    at.run("update checkpoints set county = '341203', township = '341203001' where name = '国贸'")
        .await
        .unwrap();
    let printed = async |of: PostersOf| {
        let codes = at.registry.codes_to_print(&of).await.unwrap();
        let count = at.registry.count_codes_to_print(&of).await.unwrap();
        assert_eq!(usize::try_from(count).unwrap(), codes.len());
        codes.into_iter().map(|(unit, row)| (unit, row.code)).collect::<Vec<_>>()
    };
    let region = |code: &str| PostersOf::Region(code.to_owned());
    let wanda = [("万达".to_owned(), "aaaa".to_owned())];
    let guomao = [("国贸".to_owned(), "bbbb".to_owned())];
    assert_eq!(printed(region("341202")).await, wanda);
    assert_eq!(printed(region("341202001")).await, wanda);
    assert_eq!(printed(region("341203001")).await, guomao);
    assert!(printed(region("341202002")).await.is_empty());
    assert!(printed(region("341204")).await.is_empty());
    let unit = at.number("select organisation_id from checkpoints where name = '国贸'").await;
    assert_eq!(printed(PostersOf::Organisation(unit)).await, guomao);
}
