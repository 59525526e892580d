-- The register of places: what the authority says there is, and which unit each of them is. What the
-- last list does not have any more is marked as gone, never deleted: a decision about it stays.
create table places (
    id bigint primary key,
    same_key text not null unique,
    name text not null,
    similar_name text not null,
    credit_code text,
    address text not null,
    near_address text not null,
    county text not null references regions (code),
    township text references regions (code),
    category text,
    state text not null,
    organisation_id bigint references organisations (id),
    round bigint not null,
    listed_ms bigint not null,
    seen_ms bigint not null,
    decided_ms bigint,
    gone bigint not null
);
create index places_by_name on places (similar_name);
create index places_by_address on places (near_address, county);
create index places_by_credit_code on places (credit_code);
create index places_in_city on places (gone, state, id);
create index places_in_county on places (county, gone, state, id);
create index places_in_township on places (township, gone, state, id);
create index places_of_organisation on places (organisation_id);

insert into counters (name, value) values ('places', 0);

-- A unit is found by its name, too. Rows that are there already get the form when the program opens
-- the database.
alter table organisations add column similar_name text not null default '';
create index organisations_by_similar_name on organisations (similar_name);
