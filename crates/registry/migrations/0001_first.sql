-- Runs on SQLite and on PostgreSQL as it stands: bigint, text, bytea, double precision only; 0/1
-- instead of booleans; times are milliseconds since 1970 UTC; numbers come from `counters`.
create table counters (name text primary key, value bigint not null);

-- What the first start settled; later starts compare.
create table installation (name text primary key, value text not null);

create table regions (
    code text primary key,
    name text not null,
    parent text references regions (code)
);

create table accounts (
    id bigint primary key,
    role text not null,
    county text references regions (code),
    name_sealed bytea not null,
    masked_sealed bytea not null,
    phone_sealed bytea not null,
    phone_index bytea not null unique,
    password_hash text not null,
    made_ms bigint not null,
    failed_tries bigint not null,
    locked_until_ms bigint not null
);

create table sessions (
    token_mac bytea primary key,
    account_id bigint not null references accounts (id),
    made_ms bigint not null,
    seen_ms bigint not null
);
create index sessions_by_account on sessions (account_id);

create table one_time_links (
    token_mac bytea primary key,
    purpose text not null,
    account_id bigint references accounts (id),
    checkpoint bigint,
    role text,
    county text references regions (code),
    expires_ms bigint not null,
    used_ms bigint
);

create table sms_codes (
    phone_index bytea not null,
    code_use text not null,
    code_mac bytea not null,
    sent_ms bigint not null,
    expires_ms bigint not null,
    tries bigint not null,
    primary key (phone_index, code_use)
);

create table organisations (
    id bigint primary key,
    account_id bigint unique references accounts (id),
    name text not null,
    same_name text not null,
    credit_code text,
    county text not null references regions (code),
    township text not null references regions (code),
    made_ms bigint not null
);
create index organisations_by_name on organisations (same_name);

create table checkpoints (
    number bigint primary key,
    organisation_id bigint not null references organisations (id),
    name text not null,
    same_name text not null,
    door text not null,
    address text not null,
    same_key text not null unique,
    county text not null references regions (code),
    township text not null references regions (code),
    category text not null,
    responsible_name_sealed bytea not null,
    responsible_phone_sealed bytea not null,
    longitude double precision,
    latitude double precision,
    standing text not null,
    made_ms bigint not null,
    changed_ms bigint not null
);
create index checkpoints_by_organisation on checkpoints (organisation_id);
create index checkpoints_by_name on checkpoints (same_name);

create table applications (
    id bigint primary key,
    checkpoint bigint not null unique references checkpoints (number),
    state text not null,
    round bigint not null,
    submitted_ms bigint not null
);
create index applications_by_state on applications (state, submitted_ms);

create table application_events (
    id bigint primary key,
    application_id bigint not null references applications (id),
    at_ms bigint not null,
    state text not null,
    reason text not null,
    actor_kind text not null,
    actor_id bigint not null
);
create index application_events_by_application on application_events (application_id);

create table venue_codes (
    code text primary key,
    checkpoint bigint not null references checkpoints (number),
    short_number text not null unique,
    standing text not null,
    since_ms bigint not null
);
create index venue_codes_by_checkpoint on venue_codes (checkpoint);

create table duty_devices (
    id bigint primary key,
    checkpoint bigint not null references checkpoints (number),
    token_mac bytea not null unique,
    label text not null,
    enrolled_ms bigint not null,
    revoked_ms bigint
);
create index duty_devices_by_checkpoint on duty_devices (checkpoint);

create table head_counts (
    checkpoint bigint not null references checkpoints (number),
    day text not null,
    heads bigint not null,
    primary key (checkpoint, day)
);

create table people (
    number bigint primary key,
    id_kind text not null,
    id_sealed bytea not null,
    id_index bytea not null unique,
    name_sealed bytea not null,
    masked_sealed bytea not null,
    phone_sealed bytea,
    phone_index bytea,
    registered_ms bigint not null,
    consent_version bigint not null,
    session_epoch bigint not null
);

create table health_status (
    person bigint primary key references people (number),
    colour text not null,
    sampled_ms bigint,
    negative bigint,
    itinerary text not null,
    set_ms bigint not null
);

create table alerts (
    id bigint primary key,
    checkpoint bigint not null references checkpoints (number),
    person bigint not null references people (number),
    entered_ms bigint not null,
    opened_ms bigint not null,
    disposition text,
    note_sealed bytea,
    closed_ms bigint,
    closed_by bigint references duty_devices (id),
    unique (checkpoint, person, entered_ms)
);
create index alerts_by_door on alerts (checkpoint, opened_ms);

create table cases (
    id bigint primary key,
    case_number text not null,
    reason_sealed bytea not null,
    person bigint not null references people (number),
    opened_by bigint not null references accounts (id),
    opened_ms bigint not null
);
create index cases_by_account on cases (opened_by);

create table audit (
    seq bigint primary key,
    at_ms bigint not null,
    actor_kind text not null,
    actor_id bigint not null,
    deed text not null,
    subject text not null,
    detail text not null
);
create index audit_by_deed on audit (deed, seq);

insert into counters (name, value) values
    ('accounts', 0), ('organisations', 0), ('checkpoints', 0), ('applications', 0),
    ('application_events', 0), ('duty_devices', 0), ('people', 0), ('alerts', 0), ('cases', 0),
    ('audit', 0);
