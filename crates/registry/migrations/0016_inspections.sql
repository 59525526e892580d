-- Inspections of doors: what was found (codes, separated by commas; none when all was in order), until
-- when it is to be put right, and how it stands. `words` is what the manager answered, or why it was
-- sent back; `remind_ms` is when the manager is to be reminded next, null for never.
create table inspections (
    id bigint primary key,
    checkpoint bigint not null references checkpoints (number),
    inspector_id bigint not null references accounts (id),
    at_ms bigint not null,
    findings text not null,
    note text not null,
    state text not null,
    words text not null,
    deadline_ms bigint,
    round bigint not null,
    changed_ms bigint not null,
    remind_ms bigint
);
create index inspections_by_checkpoint on inspections (checkpoint, id);
create index inspections_by_state on inspections (state, changed_ms);
create index inspections_by_reminder on inspections (remind_ms);
insert into counters (name, value) values ('inspections', 0);

-- Everything that happened to an inspection since it was recorded.
create table inspection_events (
    id bigint primary key,
    inspection_id bigint not null references inspections (id),
    at_ms bigint not null,
    state text not null,
    words text not null,
    deadline_ms bigint,
    actor_kind text not null,
    actor_id bigint not null
);
create index inspection_events_by_inspection on inspection_events (inspection_id, id);
insert into counters (name, value) values ('inspection_events', 0);

-- The inspection that a message is about, and until when something is to be done.
alter table messages add column inspection bigint;
alter table messages add column deadline_ms bigint;
