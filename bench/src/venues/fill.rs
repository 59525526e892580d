//! A registry filled past the product: applications that wait, and doors of one unit with codes.

use std::path::Path;

use anyhow::{Context as _, Result};
use sqlx::{AnyConnection, AssertSqlSafe, Connection as _};

/// Two doors to a unit; every tenth unit is called like another.
pub(super) fn waiting_applications(data: &Path, count: u32) -> Result<()> {
    let units = count / 2;
    run(data, &[
        format!(
            "insert into organisations (id, account_id, name, same_name, similar_name, \
             credit_code, county, township, made_ms, credit_differs) \
             with recursive n(i) as (select 1 union all select i + 1 from n where i < {units}) \
             select 1000000 + i, null, '单位' || i, '单位' || i, '单位' || i, null, '341202', \
             '341202001', i, 0 from n"
        ),
        "create temp table towns as select row_number() over (order by code) - 1 as place, code \
         from regions where length(code) = 9"
            .to_owned(),
        format!(
            "insert into checkpoints (number, organisation_id, name, similar_name, door, address, \
             near_address, same_key, county, township, category, responsible_name_sealed, \
             responsible_phone_sealed, standing, made_ms, changed_ms) \
             with recursive n(i) as (select 0 union all select i + 1 from n where i < {count} - 1) \
             select 1000000 + i, 1000001 + i / 2, '场所' || (i / 2 % {names}), \
             '场所' || (i / 2 % {names}), case i % 2 when 0 then '东门' else '西门' end, \
             '清河路 ' || (i / 20) || ' 号', '清河路' || (i / 20) || '号', '场所|' || i, \
             substr(t.code, 1, 6), t.code, \
             substr('101105202204301504', i % 6 * 3 + 1, 3), c.responsible_name_sealed, \
             c.responsible_phone_sealed, 'applying', i, i from n \
             join towns t on t.place = i % (select count(*) from towns) \
             join checkpoints c on c.number = 1",
            names = (units * 9 / 10).max(1)
        ),
        "insert into applications (id, checkpoint, state, round, submitted_ms, county, township) \
         select number, number, 'submitted', 1, 1700000000000 + number, county, township \
         from checkpoints where number >= 1000000"
            .to_owned(),
        "insert into application_events (id, application_id, at_ms, state, reason, actor_kind, \
         actor_id) select id, id, submitted_ms, state, '', 'system', 0 from applications \
         where id >= 1000000"
            .to_owned(),
        after_numbers(),
    ])
}

/// Doors of the unit that has the first checkpoint, in use.
pub(super) fn doors_in_use(data: &Path, count: u32) -> Result<()> {
    run(data, &[
        format!(
            "insert into checkpoints (number, organisation_id, name, similar_name, door, address, \
             near_address, same_key, county, township, category, responsible_name_sealed, \
             responsible_phone_sealed, standing, made_ms, changed_ms) \
             with recursive n(i) as (select 1 union all select i + 1 from n where i < {count}) \
             select 3000000 + i, organisation_id, name, similar_name, '第 ' || i || ' 号门', \
             address, near_address, '大单位|' || i, county, township, category, \
             responsible_name_sealed, responsible_phone_sealed, 'open', made_ms, changed_ms \
             from n join checkpoints c on c.number = 1"
        ),
        "insert into applications (id, checkpoint, state, round, submitted_ms, county, township) \
         select number, number, 'approved', 1, made_ms, county, township \
         from checkpoints where number > 3000000"
            .to_owned(),
        "insert into venue_codes (code, checkpoint, short_number, standing, since_ms) \
         select 'aaaaaaaaa' || number, number, 'FY-0000-' || number, 'current', made_ms \
         from checkpoints where number > 3000000"
            .to_owned(),
        after_numbers(),
    ])
}

/// The counters go on behind the numbers given here.
fn after_numbers() -> String {
    "update counters set value = max(value, 4000000) where name in \
     ('organisations', 'checkpoints', 'applications', 'application_events')"
        .to_owned()
}

fn run(data: &Path, statements: &[String]) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        sqlx::any::install_default_drivers();
        let file = data.join("registry.sqlite");
        let url = format!("sqlite://{}", file.display());
        let mut connection =
            AnyConnection::connect(&url).await.with_context(|| format!("{}", file.display()))?;
        for statement in statements {
            sqlx::query(AssertSqlSafe(statement.as_str())).execute(&mut connection).await?;
        }
        Ok(connection.close().await?)
    })
}
