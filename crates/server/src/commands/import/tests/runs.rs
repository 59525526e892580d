//! What the command does with good and bad lists.

use super::*;
use crate::commands::import::Import;
use domain::checkpoints::CheckpointNumber;
use lists::Stop;
use std::os::unix::fs::PermissionsExt;

fn one_bad() -> String {
    let mut bad = good("西门");
    bad[8] = "0558-2222222".to_owned();
    csv(&[good("东门"), bad, good("北门")])
}

#[tokio::test]
async fn a_good_list_is_imported_and_the_numbers_are_said() {
    let desk = Desk::new().await;
    let args = desk.put("doors.csv", csv(&[good("东门"), good("西门")]).as_bytes());
    let (outcome, out) = desk.run(&args).await;
    assert_eq!(outcome, ImportOutcome::Done, "{out}");
    for line in ["rows: 2", "good: 2", "bad: 0", "imported: 2", "already there: 0", "seconds: 0"] {
        assert!(out.contains(line), "{line} {out}");
    }
    assert!(out.contains("doors.csv.errors.csv"));
    assert_eq!((desk.doors().await, desk.errors(&args).len()), (2, 0));
}

#[tokio::test]
async fn one_bad_row_stops_the_whole_list_and_says_what_to_do() {
    let desk = Desk::new().await;
    let args = desk.put("doors.csv", one_bad().as_bytes());
    let (outcome, out) = desk.run(&args).await;
    assert_eq!(outcome, ImportOutcome::Refused);
    assert!(out.contains("imported: 0") && out.contains("--accept-partial"), "{out}");
    assert_eq!(desk.doors().await, 0);
    assert_eq!(
        desk.errors(&args),
        ["3,I,联系电话,0558-2222222,请填写 11 位手机号码，例如 13800138000"]
    );
}

#[tokio::test]
async fn with_accept_partial_the_good_rows_are_imported() {
    let desk = Desk::new().await;
    let mut args = desk.put("doors.csv", one_bad().as_bytes());
    args.accept_partial = true;
    let (outcome, out) = desk.run(&args).await;
    assert_eq!(outcome, ImportOutcome::Done);
    assert!(out.contains("good: 2") && out.contains("bad: 1") && out.contains("imported: 2"));
    assert_eq!((desk.doors().await, desk.errors(&args).len()), (2, 1));
}

#[tokio::test]
async fn with_accept_partial_and_no_good_row_nothing_was_imported_and_it_says_so() {
    let desk = Desk::new().await;
    let mut bad = good("东门");
    bad[8] = "0558-2222222".to_owned();
    let mut args = desk.put("doors.csv", csv(&[bad]).as_bytes());
    args.accept_partial = true;
    let (outcome, out) = desk.run(&args).await;
    assert_eq!(outcome, ImportOutcome::Refused);
    assert!(out.contains("没有一行合格") && out.contains("imported: 0"), "{out}");
}

#[tokio::test]
async fn a_dry_run_saves_nothing_and_ends_as_the_import_would() {
    let desk = Desk::new().await;
    let mut args = desk.put("doors.csv", one_bad().as_bytes());
    args.dry_run = true;
    assert_eq!(desk.run(&args).await.0, ImportOutcome::Refused);
    args.accept_partial = true;
    let (outcome, out) = desk.run(&args).await;
    assert_eq!(outcome, ImportOutcome::Done);
    assert!(out.contains("dry run") && out.contains("imported: 0"), "{out}");
    assert_eq!((desk.doors().await, desk.errors(&args).len()), (0, 1));
}

#[tokio::test]
async fn the_same_list_again_is_there_already_row_by_row() {
    let desk = Desk::new().await;
    let args = desk.put("doors.csv", csv(&[good("东门"), good("西门")]).as_bytes());
    desk.run(&args).await;
    let (outcome, out) = desk.run(&args).await;
    assert_eq!(outcome, ImportOutcome::Done);
    assert!(out.contains("already there: 2") && out.contains("imported: 0"), "{out}");
    let errors = desk.errors(&args);
    assert_eq!(errors.len(), 2);
    assert!(errors.iter().all(|line| line.contains("已存在（检查点 ")), "{errors:?}");
}

#[tokio::test]
async fn the_error_table_runs_no_formula_and_is_its_owners_alone() {
    let desk = Desk::new().await;
    let mut bad = good("东门");
    bad[7] = "@SUM(A1)".to_owned();
    bad[8] = "+1-1".to_owned();
    bad[5] = "=HYPERLINK(1)".to_owned();
    let args = desk.put("doors.csv", csv(&[bad]).as_bytes());
    desk.run(&args).await;
    let errors = desk.errors(&args);
    assert!(errors[0].starts_with("2,F,乡镇街道,'=HYPERLINK(1),是公式"), "{errors:?}");
    assert!(errors[1].starts_with("2,H,负责人,'@SUM(A1),"), "{errors:?}");
    assert!(errors[2].starts_with("2,I,联系电话,'+1-1,"), "{errors:?}");
    let table = desk.folder.path().join("doors.csv.errors.csv");
    assert_eq!(std::fs::metadata(table).unwrap().permissions().mode() & 0o777, 0o600);
}

#[tokio::test]
async fn an_error_table_never_overwrites_the_list() {
    let desk = Desk::new().await;
    let mut args = desk.put("doors.csv", one_bad().as_bytes());
    args.errors = Some(desk.folder.path().join(".").join("doors.csv"));
    let (outcome, _) = desk.run(&args).await;
    assert_eq!(outcome, ImportOutcome::Refused);
    assert_eq!(std::fs::read_to_string(&args.file).unwrap(), one_bad());
}

#[tokio::test]
async fn when_the_error_table_cannot_be_written_nothing_is_imported() {
    let desk = Desk::new().await;
    let mut args = desk.put("doors.csv", csv(&[good("东门")]).as_bytes());
    args.errors = Some(desk.folder.path().join("no such folder").join("errors.csv"));
    let error = run(&desk.house, Checkpoints, &args, &mut Vec::new()).await.unwrap_err();
    assert!(error.to_string().contains("error table"), "{error}");
    assert_eq!(desk.doors().await, 0);
}

/// Standard output that turns the clock and, after some progress, stops the import.
struct Watching<'a> {
    desk: &'a Desk,
    stop: &'a Stop,
    seen: Vec<u8>,
}

impl std::io::Write for Watching<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.seen.extend_from_slice(bytes);
        // The clock moves with each word, so that the line is rewritten at every step.
        self.desk.house.clock.advance_ms(1_000);
        if String::from_utf8_lossy(&self.seen).contains("importing 1000/") {
            self.stop.stop();
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn ctrl_c_between_batches_leaves_whole_rows_and_the_next_run_goes_on() {
    let desk = Desk::new().await;
    let rows: Vec<_> = (0..1_700).map(|n| good(&format!("{n} 号门"))).collect();
    let args = desk.put("doors.csv", csv(&rows).as_bytes());
    let stop = Stop::default();
    let mut out = Watching { desk: &desk, stop: &stop, seen: Vec::new() };
    let import = Import { house: &desk.house, kind: Checkpoints, args: &args, stop: stop.clone() };
    let outcome = import.run(&mut out, true).await.unwrap();
    let seen = String::from_utf8(out.seen).unwrap();
    assert_eq!(outcome, ImportOutcome::Stopped, "{seen}");
    assert!(seen.contains("\r\x1b[2K导入 importing 1000/1700 (58%)\r\x1b[2K"), "{seen}");
    assert!(seen.contains("imported: 1000") && seen.contains("已中断"), "{seen}");
    assert_eq!(desk.doors().await, 1_000);
    for n in [1u32, 500, 1_000] {
        assert!(desk.house.registry.code_of(CheckpointNumber(n)).await.unwrap().is_some());
    }
    let (outcome, out) = desk.run(&args).await;
    assert_eq!(outcome, ImportOutcome::Done);
    assert!(out.contains("already there: 1000") && out.contains("imported: 700"), "{out}");
    assert_eq!(desk.doors().await, 1_700);
}
