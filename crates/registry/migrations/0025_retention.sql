-- Whoever is not seen for long is erased. `active_ms` is the day of a person's last deed besides
-- registering and entering; `erased_ms` when the number began to lead to nobody.
alter table people add column active_ms bigint not null default 0;
alter table people add column erased_ms bigint;
update people set erased_ms = (select max(a.at_ms) from audit a
    where a.deed = 'person_erased' and a.subject = '人员 ' || people.number)
    where number in (select cast(substr(subject, 4) as bigint) from audit where deed = 'person_erased');
create index people_by_erasure on people (erased_ms) where erased_ms is not null;

-- On which day people were last seen, as far as their visits are not kept any more: 4,096 people a
-- row, two bytes each, days since 1970 in UTC+8, the higher byte first.
create table seen_days (block bigint primary key, days bytea not null);

-- Runs that delete what has been kept long enough, and what each of them deleted so far.
create table retention_runs (
    id bigint primary key,
    day_ms bigint not null,
    began_ms bigint not null,
    ended_ms bigint
);
create table retention_counts (
    run bigint not null references retention_runs (id),
    kind text not null,
    removed bigint not null,
    primary key (run, kind)
);
insert into counters (name, value) values ('retention_runs', 0);

create index alerts_by_person on alerts (person);
create index phone_changes_by_person on phone_changes (person);
create index phone_changes_by_end on phone_changes (ended_ms);
create index family_members_by_guardian on family_members (guardian);
create index family_members_by_end on family_members (ended_ms);
create index registration_corrections_by_time on registration_corrections (at_ms);
create index person_requests_by_answer on person_requests (decided_ms);
