-- Codes shown on a phone's screen that were used at a door: MACs, until they could not be used any more
-- anyway.
create table code_uses (
    code_mac bytea primary key,
    expires_ms bigint not null
);
create index code_uses_by_end on code_uses (expires_ms);

-- Offline codes (离线码) that were printed, by a number drawn by lot that stands in the code; `made_by` is
-- whoever printed it, for themselves or for somebody they act for.
create table offline_codes (
    number bigint primary key,
    person bigint not null references people (number),
    made_by bigint not null references people (number),
    text_sealed bytea not null,
    issued_ms bigint not null,
    expires_ms bigint not null,
    revoked_ms bigint
);
create index offline_codes_by_person on offline_codes (person, expires_ms);
create index offline_codes_by_maker on offline_codes (made_by, issued_ms);
create index offline_codes_by_end on offline_codes (expires_ms);
