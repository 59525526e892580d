//! Statements of the authority, many in one transaction: people who are registered get them at once, for
//! everybody else they wait.

use super::{
    COLUMN_COUNT, COLUMNS, bind, organisation,
    waiting::{self, Waiting, names_differ},
};
use crate::{
    audit::{self, AuditLine},
    bulk::{ROWS, statement},
    changes::{self, Change},
    connect::{Registry, RegistryError, Result, next_number},
    packed::{self, Dialect},
};
use domain::health_status::{HealthStatus, Statement, TestOrganisation};
use sqlx::{AnyConnection, AssertSqlSafe, Row};
use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

/// A statement about whoever has a document.
#[derive(Clone, Debug)]
pub struct ListedStatus {
    /// Blind index of the document.
    pub id_index: [u8; 32],
    /// Blind index of document and name, when a name is to be compared.
    pub name_index: Option<[u8; 32]>,
    /// What is said.
    pub said: Statement,
    /// Who tested, if it was said.
    pub organisation: Option<Arc<str>>,
    /// Whether what was said before is forgotten.
    pub replaces: bool,
}

/// What became of a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TakenStatus {
    /// It holds of a registered person.
    Set,
    /// The register said just that of them.
    Same,
    /// Nobody has registered with the document: it waits for them.
    Waits,
    /// Somebody has, under another name: what stops them holds, what lets them in does not.
    OtherName,
}

/// A person with one of the documents.
struct Holder {
    number: i64,
    name_index: Option<Vec<u8>>,
}

impl Registry {
    /// Takes statements; what became of each, in order. Of two about one document the later one goes over
    /// the earlier. `line` is the audit line, with what `detail` says of the outcome.
    ///
    /// # Errors
    /// Of the database; then none is taken.
    pub async fn take_statuses(
        &self,
        rows: &[ListedStatus],
        line: &AuditLine,
        detail: impl Fn(&[TakenStatus]) -> String,
    ) -> Result<Vec<TakenStatus>> {
        let mut tx = self.begin().await?;
        // Counters come first, as everywhere. That of people holds up whoever registers meanwhile:
        // they find what waits for them, or are found here.
        audit::queue_up(&mut tx).await?;
        let batch = next_number(&mut tx, "status_batches").await?;
        sqlx::query("update counters set value = value where name = 'people'")
            .execute(&mut *tx)
            .await?;
        changes::note(&mut tx, &Change::Statuses(batch)).await?;
        let mut taking = Taking::new(&mut tx, rows).await?;
        let taken: Vec<TakenStatus> = rows.iter().map(|row| taking.one(row)).collect();
        store(&mut tx, &taking.set, batch).await?;
        waiting::put(&mut tx, &taking.put(), line.at).await?;
        let line = AuditLine { detail: detail(&taken), ..line.clone() };
        audit::write(&mut tx, &line).await?;
        tx.commit().await?;
        Ok(taken)
    }
}

impl Registry {
    /// Where on the disk those are who have registered with these documents; statements are taken
    /// fastest in this order, since whose places are near to each other share a page.
    ///
    /// # Errors
    /// Of the database.
    pub async fn places_of_holders(&self, ids: &[[u8; 32]]) -> Result<HashMap<[u8; 32], i64>> {
        let mut connection = self.pool.acquire().await?;
        let dialect = Dialect::of(&connection);
        let sql = format!(
            "select string_agg(concat_ws(' ', {}, {}), ',') from people where id_index in {}",
            dialect.bytes("id_index"),
            dialect.place("number"),
            dialect.asked()
        );
        let ids: Vec<&[u8]> = ids.iter().map(<[u8; 32]>::as_slice).collect();
        let row = sqlx::query(AssertSqlSafe(sql)).bind(packed::asked(&ids));
        let row = row.fetch_one(&mut *connection).await?;
        let Some(packed) = row.try_get::<Option<&str>, _>(0)? else { return Ok(HashMap::new()) };
        let place = |packed: &str| {
            let mut fields = packed.split(' ');
            let id = packed::bytes(fields.next()?)?.try_into().ok()?;
            Some((id, packed::next(&mut fields)?))
        };
        let places: Option<HashMap<_, _>> = packed.split(',').map(place).collect();
        places.ok_or(RegistryError::Strange("people"))
    }
}

/// What is said of the documents of some rows, while these go over it.
struct Taking<'a> {
    tested: HashMap<Arc<str>, TestOrganisation>,
    holders: HashMap<Vec<u8>, Holder>,
    known: HashMap<i64, HealthStatus>,
    waiting: HashMap<Vec<u8>, Waiting>,
    /// What people have after it.
    set: HashMap<i64, HealthStatus>,
    /// Documents of which something waits after it.
    waits: HashSet<&'a [u8]>,
}

impl<'a> Taking<'a> {
    async fn new(tx: &mut AnyConnection, rows: &'a [ListedStatus]) -> Result<Self> {
        let ids: Vec<&[u8]> = rows.iter().map(|row| row.id_index.as_slice()).collect();
        let (holders, known) = holders(tx, &ids).await?;
        Ok(Self {
            tested: organisations(tx, rows).await?,
            known,
            waiting: waiting::there(tx, &ids).await?,
            holders,
            set: HashMap::new(),
            waits: HashSet::new(),
        })
    }

    fn one(&mut self, row: &'a ListedStatus) -> TakenStatus {
        let id = row.id_index.as_slice();
        let said = with_organisation(row, &self.tested);
        let Some(holder) = self.holders.get(id) else {
            let before = self.waiting.remove(id);
            self.waiting.insert(id.to_vec(), wait(row, &said, before));
            self.waits.insert(id);
            return TakenStatus::Waits;
        };
        let other = names_differ(slice(&row.name_index), holder.name_index.as_deref());
        let said = if other { said.only_what_stops() } else { said };
        let known = self.known.get(&holder.number);
        // Under another name nothing is forgotten.
        let after = said.over(known.filter(|_| other || !row.replaces));
        let same = known == Some(&after);
        let says = !(other && said.is_silent());
        if says && !same {
            self.known.insert(holder.number, after);
            self.set.insert(holder.number, after);
        }
        match (other, same) {
            (true, _) => TakenStatus::OtherName,
            (false, true) => TakenStatus::Same,
            (false, false) => TakenStatus::Set,
        }
    }

    /// What waits after it.
    fn put(&mut self) -> Vec<(&'a [u8], Waiting)> {
        let waits = std::mem::take(&mut self.waits);
        waits.into_iter().filter_map(|id| Some((id, self.waiting.remove(id)?))).collect()
    }
}

fn slice(index: &Option<[u8; 32]>) -> Option<&[u8]> {
    index.as_ref().map(<[u8; 32]>::as_slice)
}

/// What waits after this statement. Under another name than before, nothing that lets in is left of
/// what was said before.
fn wait(row: &ListedStatus, said: &Statement, before: Option<Waiting>) -> Waiting {
    let before = before.filter(|_| !row.replaces);
    let name_index = row.name_index.map(Vec::from);
    let other = before
        .as_ref()
        .is_some_and(|b| names_differ(b.name_index.as_deref(), name_index.as_deref()));
    let earlier = before.as_ref().map(|before| {
        let earlier = Statement::of(&before.status);
        let earlier = if other { earlier.only_what_stops() } else { earlier };
        earlier.over(None)
    });
    Waiting {
        name_index: name_index.or(before.and_then(|before| before.name_index)),
        status: said.over(earlier.as_ref()),
    }
}

fn with_organisation(row: &ListedStatus, known: &HashMap<Arc<str>, TestOrganisation>) -> Statement {
    let mut said = row.said;
    if let (Some(test), Some(name)) = (&mut said.nucleic_acid, &row.organisation) {
        test.organisation = known.get(name).copied();
    }
    said
}

/// The numbers of all organisations named; those that are new get one.
async fn organisations(
    tx: &mut AnyConnection,
    rows: &[ListedStatus],
) -> Result<HashMap<Arc<str>, TestOrganisation>> {
    let mut numbers = HashMap::new();
    for name in rows.iter().filter_map(|row| row.organisation.as_ref()) {
        if numbers.contains_key(name) {
            continue;
        }
        let found = sqlx::query("select number from test_organisations where name = $1")
            .bind(&**name)
            .fetch_optional(&mut *tx)
            .await?;
        let number = match found {
            Some(row) => row.try_get(0)?,
            None => {
                let number = next_number(tx, "test_organisations").await?;
                sqlx::query("insert into test_organisations (number, name) values ($1, $2)")
                    .bind(number)
                    .bind(&**name)
                    .execute(&mut *tx)
                    .await?;
                number
            }
        };
        // Beyond 65,535 organisations a test is kept without its own.
        if let Some(number) = organisation(Some(number)) {
            numbers.insert(Arc::clone(name), number);
        }
    }
    Ok(numbers)
}

/// Who has registered with these documents, and what the register says of them.
async fn holders(
    tx: &mut AnyConnection,
    ids: &[&[u8]],
) -> Result<(HashMap<Vec<u8>, Holder>, HashMap<i64, HealthStatus>)> {
    let dialect = Dialect::of(tx);
    let sql = format!(
        "select string_agg(concat_ws(' ', {}, number, {}, {}), ',') \
         from people left join health_status on person = number where id_index in {}",
        dialect.bytes("id_index"),
        dialect.bytes("name_index"),
        dialect.status(),
        dialect.asked()
    );
    let row = sqlx::query(AssertSqlSafe(sql)).bind(packed::asked(ids)).fetch_one(tx).await?;
    let (mut holders, mut known) = (HashMap::new(), HashMap::new());
    for packed in row.try_get::<Option<&str>, _>(0)?.into_iter().flat_map(|all| all.split(',')) {
        let (id, holder, status) = unpacked(packed).ok_or(RegistryError::Strange("people"))?;
        known.extend(status.map(|status| (holder.number, status)));
        holders.insert(id, holder);
    }
    Ok((holders, known))
}

fn unpacked(packed: &str) -> Option<(Vec<u8>, Holder, Option<HealthStatus>)> {
    let mut fields = packed.split(' ');
    let (id, number) = (packed::bytes(fields.next()?)?, packed::next(&mut fields)?);
    let name_index = packed::some_bytes(fields.next()?)?;
    Some((id, Holder { number, name_index }, packed::status(&mut fields)?))
}

async fn store(tx: &mut AnyConnection, set: &HashMap<i64, HealthStatus>, batch: i64) -> Result<()> {
    let mut all: Vec<(&i64, &HealthStatus)> = set.iter().collect();
    all.sort_by_key(|(person, _)| **person);
    let head = format!("health_status (person, batch, {COLUMNS})");
    for chunk in all.chunks(ROWS) {
        let mut sql = statement(tx, &head, 2 + COLUMN_COUNT, chunk.len());
        sql.push_str(
            " on conflict (person) do update set batch = excluded.batch, \
             colour = excluded.colour, sampled_ms = excluded.sampled_ms, \
             negative = excluded.negative, itinerary = excluded.itinerary, \
             set_ms = excluded.set_ms, organisation = excluded.organisation, \
             doses = excluded.doses",
        );
        let mut query = sqlx::query(AssertSqlSafe(sql)).persistent(chunk.len() == ROWS);
        for (person, status) in chunk {
            query = bind(query.bind(**person).bind(batch), status);
        }
        query.execute(&mut *tx).await?;
    }
    Ok(())
}
