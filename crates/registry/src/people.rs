//! People: sealed identities and blind indexes.

use crate::{
    changes::{self, Change},
    connect::{Registry, RegistryError, Result, give_back, next_number},
    consents::{self, ConsentHow, ConsentStep},
    family, health_status,
};
use domain::{
    health_status::HealthStatus,
    people::{IdKind, PersonNumber},
    time::UnixMs,
};
use futures_util::TryStreamExt;
use sqlx::{AnyConnection, AssertSqlSafe, Row, any::AnyRow};

/// A person to be registered; everything personal is sealed already.
#[derive(Clone, Debug)]
pub struct NewPerson {
    /// Kind of document.
    pub id_kind: IdKind,
    /// Number of the document, sealed.
    pub id_sealed: Vec<u8>,
    /// Blind index of kind and identity.
    pub id_index: Vec<u8>,
    /// Name, sealed.
    pub name_sealed: Vec<u8>,
    /// Masked name, sealed.
    pub masked_sealed: Vec<u8>,
    /// Phone, sealed; `None` for somebody registered at a door.
    pub phone_sealed: Option<Vec<u8>>,
    /// Blind index of the phone.
    pub phone_index: Option<Vec<u8>>,
    /// Blind index of document and name together, for comparing a name without opening it.
    pub name_index: Option<Vec<u8>>,
    /// Month of birth, sealed, where the document says it.
    pub born_sealed: Option<Vec<u8>>,
    /// When.
    pub registered: UnixMs,
    /// Version of the privacy notice agreed to; 0 when registered at a door.
    pub consent_version: i64,
    /// Where it begins, by chance, from 0 to 2^31 - 1; grows when all sessions are revoked. A number is
    /// given a second time when a backup is restored that is older than its person: what the first
    /// one's phone holds must not open the second one's sessions.
    pub session_epoch: i64,
}

/// A person as stored.
#[derive(Clone, Debug)]
pub struct Person {
    /// Number.
    pub number: PersonNumber,
    /// What was registered, and how its epoch has grown since.
    pub new: NewPerson,
}

/// What a scan needs to know of a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownPerson {
    /// Number.
    pub number: PersonNumber,
    /// Masked name, sealed.
    pub masked_sealed: Vec<u8>,
    /// Month of birth, sealed, where it is known.
    pub born_sealed: Option<Vec<u8>>,
    /// Grows when all sessions are revoked.
    pub session_epoch: i64,
    /// Version of the privacy notice agreed to; 0 when never asked, -1 when taken back.
    pub consent_version: i64,
    /// What the register of health status says, confirmed when it was set.
    pub status: Option<HealthStatus>,
}

/// What [`known`] reads.
const KNOWN: &str = "select p.number, p.masked_sealed, p.session_epoch, p.born_sealed, \
    p.consent_version, h.colour, h.sampled_ms, h.negative, h.itinerary, h.set_ms, h.organisation, \
    h.doses from people p left join health_status h on h.person = p.number";

fn known(row: &AnyRow) -> Result<KnownPerson> {
    Ok(KnownPerson {
        number: number(row.try_get(0)?)?,
        masked_sealed: row.try_get(1)?,
        session_epoch: row.try_get(2)?,
        born_sealed: row.try_get(3)?,
        consent_version: row.try_get(4)?,
        status: health_status::status(row, 5)?,
    })
}

pub(crate) fn number(value: i64) -> Result<PersonNumber> {
    u64::try_from(value).map(PersonNumber).map_err(|_| RegistryError::Strange("people.number"))
}

pub(crate) fn column(person: PersonNumber) -> i64 {
    // Numbers are given by a bigint counter; one beyond it belongs to nobody.
    i64::try_from(person.0).unwrap_or(-1)
}

/// What [`person`] reads, of `people p`.
pub(crate) const PERSON: &str = "p.number, p.id_kind, p.id_sealed, p.id_index, p.name_sealed, \
    p.masked_sealed, p.phone_sealed, p.phone_index, p.registered_ms, p.consent_version, \
    p.session_epoch, p.name_index, p.born_sealed";

/// How many columns that is: what a statement reads besides comes after them.
pub(crate) const PERSON_COLUMNS: usize = 13;

pub(crate) fn person(row: &AnyRow) -> Result<Person> {
    let kind: String = row.try_get(1)?;
    Ok(Person {
        number: number(row.try_get(0)?)?,
        new: NewPerson {
            id_kind: IdKind::from_code(&kind).ok_or(RegistryError::Strange("people.id_kind"))?,
            id_sealed: row.try_get(2)?,
            id_index: row.try_get(3)?,
            name_sealed: row.try_get(4)?,
            masked_sealed: row.try_get(5)?,
            phone_sealed: row.try_get(6)?,
            phone_index: row.try_get(7)?,
            registered: UnixMs(row.try_get(8)?),
            consent_version: row.try_get(9)?,
            session_epoch: row.try_get(10)?,
            name_index: row.try_get(11)?,
            born_sealed: row.try_get(12)?,
        },
    })
}

pub(crate) async fn insert(
    tx: &mut AnyConnection,
    new: &NewPerson,
) -> Result<Option<PersonNumber>> {
    let id = next_number(tx, "people").await?;
    let done = sqlx::query(
        "insert into people (number, id_kind, id_sealed, id_index, name_sealed, masked_sealed, \
         phone_sealed, phone_index, registered_ms, consent_version, session_epoch, name_index, \
         born_sealed) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) on conflict (id_index) do nothing",
    )
    .bind(id)
    .bind(new.id_kind.code())
    .bind(new.id_sealed.as_slice())
    .bind(new.id_index.as_slice())
    .bind(new.name_sealed.as_slice())
    .bind(new.masked_sealed.as_slice())
    .bind(new.phone_sealed.as_deref())
    .bind(new.phone_index.as_deref())
    .bind(new.registered.0)
    .bind(new.consent_version)
    .bind(new.session_epoch)
    .bind(new.name_index.as_deref())
    .bind(new.born_sealed.as_deref())
    .execute(&mut *tx)
    .await?;
    if done.rows_affected() == 0 {
        // People's numbers are dense: nobody else can have taken one since, so it is given back.
        give_back(tx, "people", 1).await?;
        return Ok(None);
    }
    health_status::settle(tx, id, new).await?;
    let given = number(id)?;
    if new.consent_version > 0 {
        let version = new.consent_version;
        let step = ConsentStep { version, at: new.registered, how: ConsentHow::Form };
        consents::note(tx, given, &step).await?;
    }
    Ok(Some(given))
}

/// Ends all sessions of a person, and forgets the accounts of apps that would open the next one. The
/// caller notes the change.
pub(crate) async fn end_sessions(tx: &mut AnyConnection, person: PersonNumber) -> Result<()> {
    sqlx::query("update people set session_epoch = session_epoch + 1 where number = $1")
        .bind(column(person))
        .execute(&mut *tx)
        .await?;
    sqlx::query("delete from entry_identities where person = $1")
        .bind(column(person))
        .execute(&mut *tx)
        .await?;
    Ok(())
}

impl Registry {
    /// Registers people, skipping documents that are known; the numbers given, in order.
    ///
    /// # Errors
    /// Of the database; then nobody is registered.
    pub async fn insert_people(&self, new: &[NewPerson]) -> Result<Vec<Option<PersonNumber>>> {
        let mut tx = self.begin().await?;
        let mut numbers = Vec::with_capacity(new.len());
        for one in new {
            numbers.push(insert(&mut tx, one).await?);
        }
        tx.commit().await?;
        Ok(numbers)
    }

    /// The person with this number.
    ///
    /// # Errors
    /// Of the database.
    pub async fn person(&self, wanted: PersonNumber) -> Result<Option<Person>> {
        let sql = format!("select {PERSON} from people p where p.number = $1");
        let row =
            sqlx::query(AssertSqlSafe(sql)).bind(column(wanted)).fetch_optional(&self.pool).await?;
        row.as_ref().map(person).transpose()
    }

    /// The person with this document.
    ///
    /// # Errors
    /// Of the database.
    pub async fn person_by_id(&self, id_index: &[u8]) -> Result<Option<Person>> {
        let sql = format!("select {PERSON} from people p where p.id_index = $1");
        let row = sqlx::query(AssertSqlSafe(sql)).bind(id_index).fetch_optional(&self.pool).await?;
        row.as_ref().map(person).transpose()
    }

    /// Notes the phone of somebody who was registered at a door without one, and the notice agreed
    /// to; `false` when there is a phone on record already, which stays. Whoever checked in for them
    /// until now does so no more.
    ///
    /// # Errors
    /// Of the database.
    pub async fn set_phone(
        &self,
        person: PersonNumber,
        phone_sealed: &[u8],
        phone_index: &[u8],
        consent_version: i64,
        at: UnixMs,
    ) -> Result<bool> {
        let mut tx = self.begin().await?;
        let done = sqlx::query(
            "update people set phone_sealed = $2, phone_index = $3, consent_version = $4 \
             where number = $1 and phone_index is null",
        )
        .bind(column(person))
        .bind(phone_sealed)
        .bind(phone_index)
        .bind(consent_version)
        .execute(&mut *tx)
        .await?;
        if done.rows_affected() != 1 {
            return Ok(false);
        }
        family::end_all(&mut tx, person, at).await?;
        let step = ConsentStep { version: consent_version, at, how: ConsentHow::Form };
        consents::note(&mut tx, person, &step).await?;
        changes::note(&mut tx, &Change::Person(person)).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Revokes all sessions of a person, and with them what accounts of apps open one by themselves.
    ///
    /// # Errors
    /// Of the database.
    pub async fn next_session_epoch(&self, person: PersonNumber) -> Result<()> {
        let mut tx = self.begin().await?;
        end_sessions(&mut tx, person).await?;
        changes::note(&mut tx, &Change::Person(person)).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Hands over what a scan needs to know of everybody whose number comes after this one, in the
    /// order of numbers, without holding them all; how many they were.
    ///
    /// # Errors
    /// Of the database; whoever came before it was handed over.
    pub async fn known_people_after(
        &self,
        after: PersonNumber,
        mut each: impl FnMut(KnownPerson),
    ) -> Result<u64> {
        let mut rows =
            sqlx::query(AssertSqlSafe(format!("{KNOWN} where p.number > $1 order by p.number")))
                .bind(column(after))
                .fetch(&self.pool);
        let mut count = 0;
        while let Some(row) = rows.try_next().await? {
            each(known(&row)?);
            count += 1;
        }
        Ok(count)
    }

    /// The same of those with these numbers, from the first to the last.
    ///
    /// # Errors
    /// Of the database; whoever came before it was handed over.
    pub async fn known_people_between(
        &self,
        first: PersonNumber,
        last: PersonNumber,
        mut each: impl FnMut(KnownPerson),
    ) -> Result<()> {
        let mut rows = sqlx::query(AssertSqlSafe(format!(
            "{KNOWN} where p.number between $1 and $2 order by p.number"
        )))
        .bind(column(first))
        .bind(column(last))
        .fetch(&self.pool);
        while let Some(row) = rows.try_next().await? {
            each(known(&row)?);
        }
        Ok(())
    }

    /// What a scan needs to know of a person.
    ///
    /// # Errors
    /// Of the database.
    pub async fn known_person(&self, wanted: PersonNumber) -> Result<Option<KnownPerson>> {
        let row = sqlx::query(AssertSqlSafe(format!("{KNOWN} where p.number = $1")))
            .bind(column(wanted))
            .fetch_optional(&self.pool)
            .await?;
        row.as_ref().map(known).transpose()
    }

    /// How many people are registered.
    ///
    /// # Errors
    /// Of the database.
    pub async fn count_people(&self) -> Result<i64> {
        let row = sqlx::query("select count(*) from people").fetch_one(&self.pool).await?;
        crate::connect::count(&row)
    }
}
