-- Who agreed to which version of the privacy notice, when and how; version -1 is a consent taken back.
create table consents (
    id bigint primary key,
    person bigint not null references people (number),
    version bigint not null,
    at_ms bigint not null,
    how text not null
);
create index consents_by_person on consents (person, id);
insert into consents (id, person, version, at_ms, how)
    select number, number, consent_version, registered_ms, 'form' from people
    where consent_version > 0;
insert into counters (name, value) select 'consents', coalesce(max(id), 0) from consents;
