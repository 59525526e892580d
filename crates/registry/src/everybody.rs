//! Whole tables at once, for the memory of a server that starts: thousands of people to a row.

use crate::{
    connect::{Registry, RegistryError, Result, count},
    packed::{self, Dialect, bytes, next},
    people::{KnownPerson, number},
};
use domain::{health_status::HealthStatus, people::PersonNumber};
use futures_util::{StreamExt, TryStreamExt, stream};
use sqlx::{AssertSqlSafe, Row};
use std::pin::pin;

/// People of a row: half a megabyte of text.
const ROW_PEOPLE: usize = 4_096;

/// Rows under way: the database makes the next one while this one is taken apart.
const ROWS_AT_ONCE: usize = 2;

/// Which rows of a table are handed over, so that several processors can take them apart.
#[derive(Clone, Copy, Debug)]
pub struct Share {
    /// Which one of the shares, from 0.
    pub nth: usize,
    /// How many shares there are; 0 is as good as 1.
    pub of: usize,
}

impl Share {
    /// All rows.
    pub const WHOLE: Self = Self { nth: 0, of: 1 };

    /// The first places of its rows of so many places, up to the last place of the table.
    fn firsts(self, row_places: usize, last: i64) -> impl Iterator<Item = i64> {
        (0..=last).step_by(row_places.max(1)).skip(self.nth).step_by(self.of.max(1))
    }
}

/// What is handed over of a table.
pub(crate) struct Packed {
    /// None of them is nothing, and neither a comma nor a space is in any.
    pub(crate) fields: String,
    /// The table.
    pub(crate) table: &'static str,
    /// What else fields are of.
    pub(crate) joined: &'static str,
    /// Where a row of the table is, by which its neighbours are found.
    pub(crate) place: &'static str,
}

impl Registry {
    /// Hands over a share of everybody without their status, in the order of the disk. Whoever
    /// registers meanwhile may be missing.
    ///
    /// # Errors
    /// Of the database; whoever came before it was handed over.
    pub async fn all_people(&self, share: Share, mut each: impl FnMut(KnownPerson)) -> Result<()> {
        let dialect = Dialect::of_registry(self);
        let (masked, born) = (dialect.bytes("masked_sealed"), dialect.bytes("born_sealed"));
        let fields = format!("number, session_epoch, consent_version, {masked}, {born}");
        let place = dialect.place("number");
        let people = Packed { fields, table: "people", joined: "", place };
        self.packed(&people, ROW_PEOPLE, share, |packed| {
            each(person(packed).ok_or(RegistryError::Strange("people"))?);
            Ok(())
        })
        .await
    }

    /// Hands over a share of the register of health status, in the order of the disk.
    ///
    /// # Errors
    /// Of the database; what came before it was handed over.
    pub async fn all_statuses(
        &self,
        share: Share,
        mut each: impl FnMut(PersonNumber, HealthStatus),
    ) -> Result<()> {
        let dialect = Dialect::of_registry(self);
        let (fields, place) = (format!("person, {}", dialect.status()), dialect.place("person"));
        let statuses = Packed { fields, table: "health_status", joined: "", place };
        self.packed(&statuses, ROW_PEOPLE, share, |packed| {
            let (person, status) = status(packed).ok_or(RegistryError::Strange("health_status"))?;
            each(person, status);
            Ok(())
        })
        .await
    }

    /// Hands over the fields of a share of a table, row by row; `row_places` of them come from the
    /// database as one.
    pub(crate) async fn packed(
        &self,
        of: &Packed,
        row_places: usize,
        share: Share,
        mut each: impl FnMut(&str) -> Result<()>,
    ) -> Result<()> {
        let Packed { fields, table, joined, place } = of;
        let last = format!("select coalesce(max({place}), 0) from {table}");
        let last = count(&sqlx::query(AssertSqlSafe(last)).fetch_one(&self.pool).await?)?;
        let select = format!(
            "select string_agg(concat_ws(' ', {fields}), ',') from {table} {joined} \
             where {place} between $1 and $2"
        );
        let row_last = i64::try_from(row_places).unwrap_or(i64::MAX) - 1;
        let rows = stream::iter(share.firsts(row_places, last)).map(|first| {
            let row = sqlx::query(AssertSqlSafe(select.clone()));
            row.bind(first).bind(first.saturating_add(row_last)).fetch_one(&self.pool)
        });
        let mut rows = pin!(rows.buffered(ROWS_AT_ONCE));
        while let Some(row) = rows.try_next().await? {
            if let Some(packed) = row.try_get::<Option<&str>, _>(0)? {
                packed.split(',').try_for_each(&mut each)?;
            }
        }
        Ok(())
    }
}

fn person(packed: &str) -> Option<KnownPerson> {
    let mut fields = packed.split(' ');
    Some(KnownPerson {
        number: number(next(&mut fields)?).ok()?,
        session_epoch: next(&mut fields)?,
        consent_version: next(&mut fields)?,
        masked_sealed: bytes(fields.next()?)?,
        born_sealed: match fields.next()? {
            "-" | "" => None,
            born => Some(bytes(born)?),
        },
        status: None,
    })
}

fn status(packed: &str) -> Option<(PersonNumber, HealthStatus)> {
    let mut fields = packed.split(' ');
    let person = number(next(&mut fields)?).ok()?;
    Some((person, packed::status(&mut fields)??))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use domain::health_status::Colour;

    #[test]
    fn a_person_comes_back_as_exactly_as_they_went_in() {
        let known = person("7 3 -1 00fFA1 -").unwrap();
        assert_eq!((known.number, known.session_epoch), (PersonNumber(7), 3));
        assert_eq!((known.masked_sealed, known.status), (vec![0, 0xff, 0xa1], None));
        assert_eq!((known.consent_version, known.born_sealed), (-1, None));
        assert_eq!(person("7 3 1 00 0aFF").unwrap().born_sealed, Some(vec![10, 0xff]));
        for strange in [
            "",
            "7",
            "7 3 1",
            "7 3 1 00",
            "-1 3 1 00 -",
            "7 x 1 00 -",
            "7 3 x 00 -",
            "7 3 1 0 -",
            "7 3 1 0g -",
            "7 3 1 00 0",
        ] {
            assert_eq!(person(strange), None, "{strange}");
        }
    }

    #[test]
    fn a_status_comes_with_whose_it_is() {
        let (one, status_of_one) = status("7 red - - clear 5 - -").unwrap();
        assert_eq!((one, status_of_one.colour), (PersonNumber(7), Colour::Red));
        for strange in ["", "7", "x red - - clear 5 - -", "7 - - - - - - -"] {
            assert_eq!(status(strange), None, "{strange}");
        }
    }
}
