-- The register of health status holds what the authority says of anybody, and hands it to people when
-- they register. Who tested is a number beside the test; a list is read again by its batch.
alter table health_status add column organisation bigint;
alter table health_status add column doses bigint;
alter table health_status add column batch bigint not null default 0;
create index health_status_by_batch on health_status (batch);

-- Blind index of document and name together, so that a name can be compared without opening it.
alter table people add column name_index bytea;

create table test_organisations (number bigint primary key, name text not null unique);

-- Of people who are not registered here: nothing but blind indexes.
create table waiting_statuses (
    id_index bytea primary key,
    name_index bytea,
    colour text not null,
    sampled_ms bigint,
    negative bigint,
    itinerary text not null,
    set_ms bigint not null,
    organisation bigint,
    doses bigint,
    touched_ms bigint not null
);
create index waiting_statuses_by_age on waiting_statuses (touched_ms);

insert into counters (name, value) values ('test_organisations', 0), ('status_batches', 0);
