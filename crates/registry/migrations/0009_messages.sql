-- What managers are told, and until when a text message about it is still to be sent (`sms_due_ms`
-- is null when there is nothing to send, any more or at all).
create table messages (
    id bigint primary key,
    account_id bigint not null references accounts (id),
    at_ms bigint not null,
    kind text not null,
    checkpoint bigint references checkpoints (number),
    about text not null,
    detail text not null,
    read_ms bigint,
    sms_due_ms bigint,
    sms_tries bigint not null,
    sms_sent_ms bigint
);
create index messages_by_account on messages (account_id, id);
create index messages_by_sms_due on messages (sms_due_ms);
create index messages_by_time on messages (at_ms);
insert into counters (name, value) values ('messages', 0);

-- Codes sent to a phone for one use on a day (of UTC+8, as its first millisecond).
create table sms_counts (
    phone_index bytea not null,
    code_use text not null,
    day_ms bigint not null,
    sent bigint not null,
    primary key (phone_index, code_use, day_ms)
);

-- Who manages a door in place of its unit's manager.
alter table checkpoints add column manager_id bigint references accounts (id);
create index checkpoints_by_manager on checkpoints (manager_id);

-- A door, or a whole unit (no checkpoint), offered to whoever has a phone; ended by an answer, by
-- being taken back, or by time.
create table invitations (
    id bigint primary key,
    organisation_id bigint not null references organisations (id),
    checkpoint bigint references checkpoints (number),
    phone_index bytea not null,
    phone_sealed bytea not null,
    made_ms bigint not null,
    expires_ms bigint not null,
    outcome text,
    ended_ms bigint
);
create index invitations_by_phone on invitations (phone_index);
create index invitations_by_organisation on invitations (organisation_id);
insert into counters (name, value) values ('invitations', 0);

-- The responsible person a door is to have: whoever manages it with another phone does not any more.
alter table proposals add column phone_index bytea;
