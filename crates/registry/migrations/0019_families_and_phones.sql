-- Who registers and checks in for whom: a guardian (also of an old parent without a phone) and the
-- person, who has no phone. `confirmed_ms` is null while another guardian of the same person has not
-- agreed; `consent_version` is the version of the notice that was agreed to for them.
create table family_members (
    id bigint primary key,
    guardian bigint not null references people (number),
    person bigint not null references people (number),
    relation text not null,
    consent_version bigint not null,
    consented_ms bigint not null,
    confirmed_ms bigint,
    ended_ms bigint,
    ended_by text
);
create unique index family_members_current on family_members (guardian, person)
    where ended_ms is null;
create index family_members_by_person on family_members (person);

-- Phones that are to take the place of one that was lost, after a time in which the old one may object.
create table phone_changes (
    id bigint primary key,
    person bigint not null references people (number),
    phone_sealed bytea not null,
    phone_index bytea not null,
    asked_ms bigint not null,
    due_ms bigint not null,
    outcome text,
    ended_ms bigint
);
create unique index phone_changes_open on phone_changes (person) where outcome is null;
create index phone_changes_due on phone_changes (outcome, due_ms);

-- What a registration said before its holder put a mistake right.
create table registration_corrections (
    person bigint not null references people (number),
    turn bigint not null,
    at_ms bigint not null,
    id_kind text not null,
    id_sealed bytea not null,
    id_index bytea not null,
    name_sealed bytea not null,
    primary key (person, turn)
);

-- How often something was tried on a day.
create table day_tries (
    what text not null,
    subject bytea not null,
    day_ms bigint not null,
    tries bigint not null,
    primary key (what, subject, day_ms)
);

insert into counters (name, value) values ('family_members', 0), ('phone_changes', 0);
