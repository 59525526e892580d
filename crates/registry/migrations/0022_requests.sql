-- What people ask about their own data: correction or erasure, until when it is answered, and what came
-- of it. Whatever they wrote is sealed.
create table person_requests (
    id bigint primary key,
    person bigint not null references people (number),
    kind text not null,
    words_sealed bytea not null,
    name_sealed bytea,
    id_kind text,
    id_sealed bytea,
    filed_ms bigint not null,
    due_ms bigint not null,
    state text not null,
    reason_sealed bytea,
    decided_by bigint references accounts (id),
    decided_ms bigint
);
create index person_requests_by_state on person_requests (state, due_ms, id);
create index person_requests_by_person on person_requests (person, id);
insert into counters (name, value) values ('person_requests', 0);

-- While a case is kept secret, its person and contacts are not shown who looked.
alter table cases add column embargo_reason_sealed bytea;
alter table cases add column embargo_ms bigint;
create index cases_by_person on cases (person);

-- A person asks who looked at them.
create index audit_by_subject on audit (subject, seq);
