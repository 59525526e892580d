//! A list of health statuses: half about people of the simulated city, half about others, one row in a
//! hundred that cannot be taken.

use std::{fmt::Write as _, fs, path::Path};

use anyhow::{Context as _, Result};

/// Who is registered, by their numbers, and how one of them scans.
pub(super) struct Known {
    ids: Vec<String>,
    token: String,
    codes: Vec<String>,
}

impl Known {
    /// Reads what `simulate` wrote.
    pub(super) fn read(file: &Path) -> Result<Self> {
        let text = fs::read_to_string(file)?;
        let of = |kind: &str| {
            let prefix = format!("{kind} ");
            let lines = text.lines().filter_map(|line| line.strip_prefix(&prefix));
            lines.map(str::to_owned).collect::<Vec<_>>()
        };
        let token = of("visitor").into_iter().next().context("no visitor")?;
        Ok(Self { ids: of("id"), token, codes: of("code") })
    }

    pub(super) fn token(&self) -> &str {
        &self.token
    }

    pub(super) fn codes(&self) -> &[String] {
        &self.codes
    }

    /// About the first person alone.
    pub(super) fn list_of_one(&self, colour: &str) -> String {
        format!("证件号码,健康码\n{},{colour}\n", self.ids.first().map_or("", String::as_str))
    }

    /// So many rows.
    pub(super) fn list(&self, rows: u32, colour: &str) -> String {
        let head = "证件类型,证件号码,健康码,采样时间,检测结果,检测机构,行程,接种剂次\n";
        let mut text = String::with_capacity(rows as usize * 110);
        text.push_str(head);
        for n in 0..rows {
            let id = match (n % 2, self.ids.get(n as usize / 2)) {
                (0, Some(id)) => id.clone(),
                _ => stranger(n),
            };
            // The first row is the one that is waited for.
            let id = if n % 100 == 99 { spoilt(&id) } else { id };
            // Writing to a string does not fail.
            let _ = writeln!(
                text,
                "居民身份证,{id},{colour},2026-11-20 08:30,阴性,阜阳市人民医院,未见风险,3"
            );
        }
        text
    }
}

/// The number of somebody who lives elsewhere.
fn stranger(n: u32) -> String {
    let (serial, day) = (n % 1_000, n / 1_000);
    let (year, month, day) = (1950 + day / 336, 1 + day / 28 % 12, 1 + day % 28);
    let body = format!("340102{year:04}{month:02}{day:02}{serial:03}");
    let check = check_character(&body);
    format!("{body}{check}")
}

/// GB 11643-1999: weights are powers of two, modulo eleven.
fn check_character(body: &str) -> char {
    let sum: u32 = (0..17u32)
        .zip(body.bytes())
        .map(|(at, digit)| u32::from(digit - b'0') * (2u32.pow(17 - at) % 11))
        .sum();
    char::from(b"10X98765432"[(sum % 11) as usize])
}

/// With another check character.
fn spoilt(id: &str) -> String {
    let body = id.get(..17).unwrap_or_default();
    format!("{body}{}", if id.ends_with('7') { '8' } else { '7' })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_characters_are_those_of_the_standard() {
        assert_eq!(check_character("11010519491231002"), 'X');
        assert_eq!(check_character("44052418800101001"), '4');
        assert_ne!(spoilt("11010519491231002X"), "11010519491231002X");
        assert_ne!(stranger(1), stranger(2));
        assert_eq!(stranger(999_999).len(), 18);
    }
}
