-- Whose an account of an app is (微信, 支付宝, …): bound at first use, found by a blind index.
create table entry_identities (
    app text not null,
    external_index bytea not null,
    person bigint not null references people (number),
    bound_ms bigint not null,
    primary key (app, external_index)
);
create index entry_identities_by_person on entry_identities (person);

-- Sign-ins by an app, and the codes they came back with, that have been used: MACs, until they could
-- not be used any more anyway.
create table entry_states (
    state_mac bytea primary key,
    expires_ms bigint not null
);
create index entry_states_by_end on entry_states (expires_ms);
