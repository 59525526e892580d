//! Many rows of a table handed over as one, since most of the time that many rows take goes into
//! handing them from thread to thread: rows are separated by commas and their fields by spaces, bytes
//! are written in hexadecimal digits, and what is not there as `-`.

use crate::{connect::Registry, health_status::organisation};
use data_encoding::{HEXLOWER, HEXLOWER_PERMISSIVE};
use domain::{
    health_status::{Colour, HealthStatus, Itinerary, NucleicAcid, Source},
    time::UnixMs,
};
use sqlx::AnyConnection;
use std::str::{FromStr, Split};

/// The fields of a row.
pub(crate) type Fields<'a> = Split<'a, char>;

/// How a back end writes what the two write each in its own way.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Dialect {
    sqlite: bool,
}

impl Dialect {
    pub(crate) fn of(connection: &AnyConnection) -> Self {
        Self { sqlite: connection.backend_name() == "SQLite" }
    }

    pub(crate) fn of_registry(registry: &Registry) -> Self {
        Self { sqlite: registry.is_sqlite() }
    }

    /// A column of bytes as a field.
    pub(crate) fn bytes(self, column: &str) -> String {
        let hex =
            if self.sqlite { format!("hex({column})") } else { format!("encode({column}, 'hex')") };
        format!("coalesce({hex}, '-')")
    }

    /// A column of text as a field: whatever is in it, no comma and no space is.
    pub(crate) fn text(self, column: &str) -> String {
        if self.sqlite {
            format!("hex({column})")
        } else {
            format!("encode(convert_to({column}, 'UTF8'), 'hex')")
        }
    }

    /// A column of numbers as a field.
    pub(crate) fn number(self, column: &str) -> String {
        if self.sqlite {
            format!("coalesce({column}, '-')")
        } else {
            format!("coalesce(cast({column} as text), '-')")
        }
    }

    /// The columns of a status as fields, all of them `-` where there is none.
    pub(crate) fn status(self) -> String {
        let [sampled, negative, set, organisation, doses] =
            ["sampled_ms", "negative", "set_ms", "organisation", "doses"].map(|c| self.number(c));
        format!(
            "coalesce(colour, '-'), {sampled}, {negative}, coalesce(itinerary, '-'), {set}, \
             {organisation}, {doses}"
        )
    }

    /// Places for the values of rows. SQLite takes them as they come: it would look for each numbered
    /// one among the names of all.
    pub(crate) fn values(self, columns: usize, rows: usize) -> String {
        let value = |row: usize, column: usize| {
            if self.sqlite { "?".to_owned() } else { format!("${}", row * columns + column) }
        };
        let row = |row: usize| {
            let values: Vec<String> = (1..=columns).map(|column| value(row, column)).collect();
            format!("({})", values.join(", "))
        };
        (0..rows).map(row).collect::<Vec<_>>().join(", ")
    }

    /// Where a row is on the disk, as far as that is known: SQLite tells, and needs only an index for
    /// it; elsewhere its number.
    pub(crate) fn place(self, number: &'static str) -> &'static str {
        if self.sqlite { "rowid" } else { number }
    }

    /// The bytes that [`asked`] wrote into the first parameter, as a set.
    pub(crate) fn asked(self) -> &'static str {
        if self.sqlite {
            "(select unhex(value) from json_each($1))"
        } else {
            "(select decode(value, 'hex') from json_array_elements_text(cast($1 as json)) as asked (value))"
        }
    }
}

/// Bytes that are asked about, in one parameter however many they are.
pub(crate) fn asked(bytes: &[&[u8]]) -> String {
    let hex: Vec<String> = bytes.iter().map(|bytes| HEXLOWER.encode(bytes)).collect();
    if hex.is_empty() { "[]".to_owned() } else { format!("[\"{}\"]", hex.join("\",\"")) }
}

/// The fields of a status from here on; no status where there is none, nothing where they are strange.
pub(crate) fn status(fields: &mut Fields<'_>) -> Option<Option<HealthStatus>> {
    let Some(colour) = some(fields.next()?) else {
        return (fields.by_ref().take(6).count() == 6).then_some(None);
    };
    let colour = Colour::from_code(colour)?;
    let (sampled, negative) = (maybe(fields.next()?)?, fields.next()? == "1");
    let itinerary = Itinerary::from_code(fields.next()?);
    let confirmed = UnixMs(next(fields)?);
    let organisation = organisation(maybe(fields.next()?)?);
    let doses = maybe(fields.next()?)?;
    let nucleic_acid =
        sampled.map(|at| NucleicAcid { sampled: UnixMs(at), negative, organisation });
    let source = Source::Register;
    Some(Some(HealthStatus { colour, confirmed, nucleic_acid, itinerary, doses, source }))
}

/// A field, unless it is `-`.
fn some(field: &str) -> Option<&str> {
    (field != "-").then_some(field)
}

/// A number, or nothing for `-`.
pub(crate) fn maybe<T: FromStr>(field: &str) -> Option<Option<T>> {
    some(field).map_or(Some(None), |field| field.parse().ok().map(Some))
}

/// The next field, a number.
pub(crate) fn next<T: FromStr>(fields: &mut Fields<'_>) -> Option<T> {
    fields.next()?.parse().ok()
}

/// A field of bytes.
pub(crate) fn bytes(hex: &str) -> Option<Vec<u8>> {
    HEXLOWER_PERMISSIVE.decode(hex.as_bytes()).ok()
}

/// A field of text.
pub(crate) fn text(hex: &str) -> Option<String> {
    String::from_utf8(bytes(hex)?).ok()
}

/// A field of bytes that may be missing.
pub(crate) fn some_bytes(field: &str) -> Option<Option<Vec<u8>>> {
    some(field).map_or(Some(None), |hex| bytes(hex).map(Some))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use domain::health_status::TestOrganisation;

    fn status_of(fields: &str) -> Option<Option<HealthStatus>> {
        status(&mut fields.split(' '))
    }

    #[test]
    fn a_status_comes_back_with_and_without_a_test() {
        let with = status_of("red 1795329127001 0 risk 1795329127999 12 3").unwrap().unwrap();
        let organisation = Some(TestOrganisation(12));
        let sampled = UnixMs(1_795_329_127_001);
        let test = NucleicAcid { sampled, negative: false, organisation };
        assert_eq!((with.doses, with.source), (Some(3), Source::Register));
        assert_eq!((with.nucleic_acid, with.itinerary), (Some(test), Itinerary::Risk));
        assert_eq!((with.colour, with.confirmed), (Colour::Red, UnixMs(1_795_329_127_999)));
        let without = status_of("green - - clear 5 - -").unwrap().unwrap();
        assert_eq!((without.nucleic_acid, without.confirmed), (None, UnixMs(5)));
        assert_eq!(status_of("- - - - - - -"), Some(None));
        for strange in [
            "",
            "blue - - clear 5 - -",
            "red x 0 clear 5 - -",
            "red - - clear",
            "red - - clear 5 - x",
            "- - - - - -",
        ] {
            assert_eq!(status_of(strange), None, "{strange}");
        }
    }

    #[test]
    fn values_are_bound_row_by_row() {
        let places = |sqlite| Dialect { sqlite }.values(3, 2);
        assert_eq!(places(false), "($1, $2, $3), ($4, $5, $6)");
        assert_eq!(places(true), "(?, ?, ?), (?, ?, ?)");
    }

    #[test]
    fn what_is_asked_is_one_list() {
        assert_eq!(asked(&[]), "[]");
        assert_eq!(asked(&[&[0, 0xfa], &[1]]), "[\"00fa\",\"01\"]");
    }
}
