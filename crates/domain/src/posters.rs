//! Posters by the thousand: what a job makes, where it stands, and the order of its pages.

use std::cmp::Ordering;

/// Hours that what a job has made can be downloaded.
pub const JOB_HOURS: i64 = 24;

/// What a job makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum JobForm {
    /// A file for each poster, in a ZIP.
    #[default]
    Zip,
    /// A page for each poster, in one PDF.
    Pdf,
}

impl JobForm {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Zip, Self::Pdf];

    /// The name in the registry and in forms.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Zip => "zip",
            Self::Pdf => "pdf",
        }
    }

    /// The form stored as `code`.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|form| form.code() == code)
    }

    /// The words shown, key into the catalogues.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Zip => "ZIP（每张一个文件）",
            Self::Pdf => "PDF（每张一页）",
        }
    }
}

/// Why a job ended without a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobFault {
    /// The disk is full.
    DiskFull,
    /// The files of all jobs together take all the room that they may.
    NoRoom,
    /// There is nothing to draw any more.
    Nothing,
    /// The program ended in the middle of it too often.
    Interrupted,
    /// The file is not there any more.
    Lost,
    /// Something else; the log says what.
    Broken,
}

impl JobFault {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::DiskFull, Self::NoRoom, Self::Nothing, Self::Interrupted, Self::Lost, Self::Broken];

    /// The name in the registry.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::DiskFull => "disk_full",
            Self::NoRoom => "no_room",
            Self::Nothing => "nothing",
            Self::Interrupted => "interrupted",
            Self::Lost => "lost",
            Self::Broken => "broken",
        }
    }

    /// The fault stored as `code`.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|fault| fault.code() == code)
    }

    /// What a person is told, key into the catalogues.
    #[must_use]
    pub fn says(self) -> &'static str {
        match self {
            Self::DiskFull => "服务器磁盘已满，请告诉系统管理员，腾出空间后再生成。",
            Self::NoRoom => "保留的海报文件已占满分给它们的空间，请删除不用的文件，或明天再生成。",
            Self::Nothing => "开始生成时已没有在用的场所码。",
            Self::Interrupted => "生成时系统多次重启，没有完成，请重新生成。",
            Self::Lost => "文件已不在服务器上，请重新生成。",
            Self::Broken => "生成时出错了，请再试一次；还不行请告诉系统管理员。",
        }
    }
}

/// Where a job stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobState {
    /// Waits for others.
    Waiting,
    /// Is being drawn.
    Drawing,
    /// Its file can be downloaded.
    Done,
    /// Ended without a file.
    Failed(JobFault),
    /// Somebody ended it.
    Cancelled,
}

impl JobState {
    /// The names in the registry: of the state, and of the fault, empty without one.
    #[must_use]
    pub fn codes(self) -> (&'static str, &'static str) {
        match self {
            Self::Waiting => ("waiting", ""),
            Self::Drawing => ("drawing", ""),
            Self::Done => ("done", ""),
            Self::Failed(fault) => ("failed", fault.code()),
            Self::Cancelled => ("cancelled", ""),
        }
    }

    /// The state stored under these names.
    #[must_use]
    pub fn from_codes(state: &str, fault: &str) -> Option<Self> {
        Some(match state {
            "waiting" => Self::Waiting,
            "drawing" => Self::Drawing,
            "done" => Self::Done,
            "failed" => Self::Failed(JobFault::from_code(fault)?),
            "cancelled" => Self::Cancelled,
            _ => return None,
        })
    }

    /// Whether nothing will come of it any more, or all has.
    #[must_use]
    pub fn has_ended(self) -> bool {
        !matches!(self, Self::Waiting | Self::Drawing)
    }
}

/// The order of names with numbers in them: "2 号门" before "10 号门".
#[must_use]
pub fn by_number(one: &str, other: &str) -> Ordering {
    let (mut one, mut other) = (one, other);
    loop {
        let (text, number, rest) = split(one);
        let (other_text, other_number, other_rest) = split(other);
        let order = text.cmp(other_text).then_with(|| {
            let (left, right) =
                (number.trim_start_matches('0'), other_number.trim_start_matches('0'));
            // Of two numbers without leading noughts the longer one is larger.
            left.len().cmp(&right.len()).then(left.cmp(right)).then(number.cmp(other_number))
        });
        if order.is_ne() || rest.is_empty() || other_rest.is_empty() {
            return order.then_with(|| rest.cmp(other_rest));
        }
        (one, other) = (rest, other_rest);
    }
}

/// What stands before the first number, the number, and the rest.
fn split(text: &str) -> (&str, &str, &str) {
    let (before, after) =
        text.split_at(text.find(|c: char| c.is_ascii_digit()).unwrap_or(text.len()));
    let (number, rest) =
        after.split_at(after.find(|c: char| !c.is_ascii_digit()).unwrap_or(after.len()));
    (before, number, rest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_stored_comes_back() {
        let failed = JobFault::ALL.map(JobState::Failed);
        let others = [JobState::Waiting, JobState::Drawing, JobState::Done, JobState::Cancelled];
        for state in others.into_iter().chain(failed) {
            let (code, fault) = state.codes();
            assert_eq!(JobState::from_codes(code, fault), Some(state));
        }
        assert_eq!(JobState::from_codes("failed", ""), None);
        for form in JobForm::ALL {
            assert_eq!(JobForm::from_code(form.code()), Some(form));
        }
        assert_eq!(JobForm::from_code("rar"), None);
    }

    #[test]
    fn doors_stand_in_the_order_of_their_numbers() {
        let mut doors = ["10 号门", "西门", "2 号门", "02 号门", "1 号楼 10", "1 号楼 9", "1 号楼"];
        doors.sort_by(|a, b| by_number(a, b));
        assert_eq!(
            doors,
            ["1 号楼", "1 号楼 9", "1 号楼 10", "02 号门", "2 号门", "10 号门", "西门"]
        );
        assert!(by_number("99999999999999999999998", "99999999999999999999999").is_lt());
    }

    proptest! {
        #[test]
        fn it_is_an_order(a in "[ab0-2门]{0,6}", b in "[ab0-2门]{0,6}", c in "[ab0-2门]{0,6}") {
            prop_assert_eq!(by_number(&a, &b), by_number(&b, &a).reverse());
            prop_assert_eq!(by_number(&a, &b).is_eq(), a == b);
            if by_number(&a, &b).is_le() && by_number(&b, &c).is_le() {
                prop_assert!(by_number(&a, &c).is_le());
            }
        }
    }
}
