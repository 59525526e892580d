-- The tree of categories as the authority has it; the program puts the notice's there at the start.
create table category_groups (
    code text primary key,
    name text not null unique,
    changed_ms bigint not null
);
create table categories (
    code text primary key,
    group_code text not null references category_groups (code),
    name text not null unique,
    usual_stay_minutes bigint not null,
    in_use bigint not null,
    changed_ms bigint not null
);
