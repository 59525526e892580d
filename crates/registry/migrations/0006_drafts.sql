-- Doors that a manager has begun to apply for: typed half way, or a row of a table. Texts stand as
-- they were typed; a county, township or category that was recognised stands as its code.
create table drafts (
    id bigint primary key,
    organisation_id bigint not null references organisations (id),
    line bigint not null,
    name text not null,
    door text not null,
    address text not null,
    same_key text not null,
    county text not null,
    township text not null,
    category text not null,
    responsible_name_sealed bytea not null,
    responsible_phone_sealed bytea not null,
    troubles text not null,
    round bigint not null,
    changed_ms bigint not null
);
create index drafts_by_organisation on drafts (organisation_id, id);
create index drafts_by_change on drafts (changed_ms);

insert into counters (name, value) values ('drafts', 0);
