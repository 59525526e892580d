//! Everybody at once, for the memory of a server that starts: thousands of people to a row.

use crate::{
    connect::{Registry, RegistryError, Result, count},
    packed::{self, bytes, next},
    people::{KnownPerson, number},
};
use domain::{health_status::HealthStatus, people::PersonNumber};
use futures_util::{StreamExt, TryStreamExt, stream};
use sqlx::Row;
use std::pin::pin;

/// People of a row: half a megabyte of text.
const ROW_PEOPLE: i64 = 4_096;

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

    /// The first places of its rows, up to the last place of the table.
    fn firsts(self, last: i64) -> impl Iterator<Item = i64> {
        (0..=last).step_by(ROW_PEOPLE as usize).skip(self.nth).step_by(self.of.max(1))
    }
}

/// What one back end calls the things that are needed here.
struct Dialect {
    /// The highest place in a table.
    people_last: &'static str,
    people: &'static str,
    statuses_last: &'static str,
    statuses: &'static str,
}

/// By the place of a row on the disk: there is no quicker way through a table.
const SQLITE: Dialect = Dialect {
    people_last: "select coalesce(max(rowid), 0) from people",
    people: "select group_concat(concat_ws(' ', number, session_epoch, consent_version, \
             hex(masked_sealed), coalesce(hex(born_sealed), '-'))) \
             from people where rowid between $1 and $2",
    statuses_last: "select coalesce(max(rowid), 0) from health_status",
    statuses: "select group_concat(concat_ws(' ', person, colour, coalesce(sampled_ms, '-'), \
               coalesce(negative, '-'), itinerary, set_ms, coalesce(organisation, '-'), \
               coalesce(doses, '-'))) from health_status where rowid between $1 and $2",
};

/// By number.
const POSTGRES: Dialect = Dialect {
    people_last: "select coalesce(max(number), 0) from people",
    people: "select string_agg(concat_ws(' ', number, session_epoch, consent_version, \
             encode(masked_sealed, 'hex'), coalesce(encode(born_sealed, 'hex'), '-')), ',') \
             from people where number between $1 and $2",
    statuses_last: "select coalesce(max(person), 0) from health_status",
    statuses: "select string_agg(concat_ws(' ', person, colour, coalesce(sampled_ms::text, '-'), \
               coalesce(negative::text, '-'), itinerary, set_ms, \
               coalesce(organisation::text, '-'), coalesce(doses::text, '-')), ',') \
               from health_status where person between $1 and $2",
};

impl Registry {
    /// Hands over a share of everybody without their status, in the order of the disk. Whoever
    /// registers meanwhile may be missing.
    ///
    /// # Errors
    /// Of the database; whoever came before it was handed over.
    pub async fn all_people(&self, share: Share, mut each: impl FnMut(KnownPerson)) -> Result<()> {
        let Dialect { people_last, people, .. } = self.dialect();
        self.packed(share, people_last, people, |packed| {
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
        let Dialect { statuses_last, statuses, .. } = self.dialect();
        self.packed(share, statuses_last, statuses, |packed| {
            let (person, status) = status(packed).ok_or(RegistryError::Strange("health_status"))?;
            each(person, status);
            Ok(())
        })
        .await
    }

    fn dialect(&self) -> &'static Dialect {
        if self.is_sqlite() { &SQLITE } else { &POSTGRES }
    }

    async fn packed(
        &self,
        share: Share,
        last: &'static str,
        select: &'static str,
        mut each: impl FnMut(&str) -> Result<()>,
    ) -> Result<()> {
        let last = count(&sqlx::query(last).fetch_one(&self.pool).await?)?;
        let rows = stream::iter(share.firsts(last)).map(|first| {
            let row = sqlx::query(select).bind(first).bind(first + ROW_PEOPLE - 1);
            row.fetch_one(&self.pool)
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
