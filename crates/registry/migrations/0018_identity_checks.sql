-- What was said of whether somebody's name and document belong together, by whom and when. `next_ms` is
-- when they are asked about again; null when that is settled.
create table identity_checks (
    person bigint primary key references people (number),
    outcome text not null,
    source text not null,
    at_ms bigint not null,
    tries bigint not null,
    next_ms bigint
);
create index identity_checks_due on identity_checks (next_ms);
