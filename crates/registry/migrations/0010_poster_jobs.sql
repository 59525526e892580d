-- Posters by the thousand: who ordered which, and what became of it. Either of an organisation or of a
-- region. The file itself lies in the data folder under the job's number and goes with the row.
create table poster_jobs (
    id bigint primary key,
    account_id bigint not null references accounts (id),
    organisation_id bigint references organisations (id),
    region text references regions (code),
    poster text not null,
    form text not null,
    state text not null,
    fault text not null,
    total bigint not null,
    not_drawn bigint not null,
    not_drawn_list text not null,
    file_name text not null,
    bytes bigint not null,
    tries bigint not null,
    made_ms bigint not null,
    ended_ms bigint
);
create index poster_jobs_by_state on poster_jobs (state, id);
create index poster_jobs_by_account on poster_jobs (account_id, id);

insert into counters (name, value) values ('poster_jobs', 0);

-- The codes of a county or township.
create index checkpoints_in_county on checkpoints (county);
create index checkpoints_in_township on checkpoints (township);
