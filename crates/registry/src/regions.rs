//! Regions: seeded with Fuyang, read as a whole.

use crate::connect::{Registry, RegistryError, Result};
use domain::regions::{Region, RegionCode};
use sqlx::Row;

const TOWNSHIPS: &str = include_str!("../data/fuyang_townships.csv");

/// The province of the city.
pub(crate) const PROVINCE: &str = "安徽省";
/// Fuyang and its counties (GB/T 2260; the last two are statistical only).
pub(crate) const CITY_AND_COUNTIES: [(&str, &str); 11] = [
    ("341200", "阜阳市"),
    ("341202", "颍州区"),
    ("341203", "颍东区"),
    ("341204", "颍泉区"),
    ("341221", "临泉县"),
    ("341222", "太和县"),
    ("341225", "阜南县"),
    ("341226", "颍上县"),
    ("341271", "阜阳合肥现代产业园区"),
    ("341272", "阜阳经济技术开发区"),
    ("341282", "界首市"),
];

impl Registry {
    pub(crate) async fn seed_regions(&self) -> Result<()> {
        let there =
            sqlx::query("select code from regions limit 1").fetch_optional(&self.pool).await?;
        if there.is_some() {
            return Ok(());
        }
        let mut tx = self.begin().await?;
        let city = CITY_AND_COUNTIES[0].0;
        let counties = CITY_AND_COUNTIES
            .iter()
            .map(|(code, name)| (*code, *name, (*code != city).then_some(city)));
        let townships = TOWNSHIPS.lines().skip(1).filter_map(|line| {
            let mut cells = line.trim_end().split(',');
            Some((cells.next()?, cells.next()?, cells.next()))
        });
        for (code, name, parent) in counties.chain(townships) {
            sqlx::query(
                "insert into regions (code, name, parent) values ($1, $2, $3) \
                 on conflict (code) do nothing",
            )
            .bind(code)
            .bind(name)
            .bind(parent)
            .execute(&mut *tx)
            .await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// All regions in order of their codes: the city, then each county before its townships.
    ///
    /// # Errors
    /// Of the database.
    pub async fn regions(&self) -> Result<Vec<Region>> {
        let rows = sqlx::query("select code, name, parent from regions order by code")
            .fetch_all(&self.pool)
            .await?;
        rows.iter()
            .map(|row| {
                let parent: Option<String> = row.try_get(2)?;
                Ok(Region {
                    code: RegionCode::parse(row.try_get(0)?)
                        .ok_or(RegistryError::Strange("regions.code"))?,
                    name: row.try_get(1)?,
                    parent: parent.as_deref().and_then(RegionCode::parse),
                })
            })
            .collect()
    }
}
