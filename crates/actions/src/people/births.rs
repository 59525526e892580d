//! Months of birth: taken out of a document when its holder registers, and by the program, under audit,
//! out of those that were registered before (`docs/decisions/0044-ages-without-identities.md`).

use crate::{Answer, House};
use domain::{
    audit::{Actor, Deed},
    people::{BirthMonth, IdDocument, PersonNumber, birth_month},
};
use registry::{AuditLine, Underived};
use std::sync::Arc;
use vault::{Field, Vault};

/// Most identities that are opened under one audit line.
const OPENINGS_MAX: usize = 10_000;
/// Months kept in one transaction: nobody else writes meanwhile.
const AT_ONCE: usize = 250;

/// The month of somebody with this document, sealed; nothing where the document does not say it.
pub(crate) fn sealed(house: &House, id: &IdDocument) -> Answer<Option<Vec<u8>>> {
    let born = id.birth_month().map(|born| seal(house, Some(born)));
    born.transpose()
}

/// All of one length, so that the length says nothing; of a document that turned out not to say it, a
/// month that nobody was born in.
fn seal(house: &House, born: Option<BirthMonth>) -> Answer<Vec<u8>> {
    let number = born.map_or(0, BirthMonth::number);
    Ok(house.vault.seal(Field::BirthMonth, &format!("{number:04}"), &*house.dice)?)
}

/// Opens months for whoever keeps people in memory.
#[derive(Clone, Default)]
pub(crate) struct Births(Option<Arc<Vault>>);

impl Births {
    pub(crate) fn new(vault: &Arc<Vault>) -> Self {
        Self(Some(Arc::clone(vault)))
    }

    /// What is sealed; `None` is an age that nobody knows, and lets do without nothing.
    pub(crate) fn open(&self, sealed: Option<&[u8]>) -> Option<BirthMonth> {
        let text = self.0.as_ref()?.open(Field::BirthMonth, sealed?).ok()?;
        BirthMonth::from_number(text.parse().ok()?)
    }
}

/// Derives the month of everybody whose document says it and of whom it is not kept; how many they were.
/// Once everybody has theirs it opens nothing any more.
///
/// # Errors
/// `Broken` when the registry cannot be read or written, or a document cannot be opened. What was
/// derived before stays.
pub async fn derive(house: &House, go_on: impl Fn() -> bool) -> Answer<usize> {
    let registry = &house.registry;
    if registry.births_are_derived().await? {
        return Ok(0);
    }
    let (mut last, mut count) = (PersonNumber(0), 0);
    while go_on() {
        let limit = i64::try_from(OPENINGS_MAX).unwrap_or(i64::MAX);
        let found = registry.underived_births(last, limit).await?;
        let (Some(first), Some(end)) = (found.first(), found.last()) else {
            registry.births_derived().await?;
            return Ok(count);
        };
        // On disk before the first is opened.
        registry.audit(&[line(house, first.person, end.person, found.len())]).await?;
        last = end.person;
        for some in found.chunks(AT_ONCE) {
            if !go_on() {
                break;
            }
            keep(house, some).await?;
            count += some.len();
        }
    }
    Ok(count)
}

async fn keep(house: &House, some: &[Underived]) -> Answer<()> {
    let derived = |one: &Underived| {
        let number = house.vault.open(Field::IdNumber, &one.id_sealed)?;
        Ok((one.person, seal(house, birth_month(one.id_kind, &number))?))
    };
    let births: Vec<_> = some.iter().map(derived).collect::<Answer<_>>()?;
    house.registry.keep_births(&births).await?;
    house.catch_up().await
}

fn line(house: &House, first: PersonNumber, last: PersonNumber, count: usize) -> AuditLine {
    AuditLine {
        at: house.now(),
        actor: Actor::System,
        deed: Deed::BirthMonthsDerived,
        subject: format!("人员 {} 至 {}", first.0, last.0),
        detail: format!(
            "程序打开 {count} 个证件号码，只取出生年月加密保存，供通行策略按年龄免查核酸；不显示"
        ),
    }
}
